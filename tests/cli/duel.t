#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# duel.t: real guests. The same duel twice is equal to the last digit; what goes
# wrong in a guest, on the disk or by a signal is told apart and loses nothing.
. "$(dirname "$0")/lib.sh"
suite=tests/data/suites/tiny.ini
old=6.1 new=6.12
need_kernels 6.1 6.12
image=$(fsduel kernel show 6.12 | sed -n 's/^image *//p')

duel() { fsduel duel -q -c "$suite" --baseline "${b:-$old}" --patched "${p:-$new}" "$@"; }
samples() { cut -d, -f2- "$1/samples.csv"; }
same_samples() { diff <(samples "$1") <(samples "$2"); }
# --- exactness ---------------------------------------------------------------
duel -o "$tmp/d1" > "$tmp/said" 2>&1; code=$?
expect "a duel of two stock kernels ends with its table" 0 "ops_per_s"
(while :; do :; done) & busy=$!
duel -o "$tmp/d2" -j 1 > "$tmp/said" 2>&1; code=$?
kill $busy
expect "the same duel, one guest at a time and beside a busy core" 0 "ops_per_s"
check "two duels give the same samples to the last byte" same_samples "$tmp/d1" "$tmp/d2"
check "no guest outlives its duel" no_guests
p=$old duel -b 1 -o "$tmp/aa" > "$tmp/said" 2>&1; code=$?
expect "the same kernel on both sides runs" 0 "the same kernel"
fsduel compare --metric all --format csv "$tmp/aa" > "$tmp/aa.csv"
unequal() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "mark") c = i; next } $c != "equal" && $c != ""' "$tmp/aa.csv"; }
check "the same kernel on both sides: every value is equal" unequal
check "there are values to be equal" grep -cq ',equal' "$tmp/aa.csv"

# QEMU's own clock slips here without fsduel-exact-order.so (docs/exact.md).
spin() { (while :; do :; done) & (while :; do :; done) & (while :; do :; done) & wait; }
spin & busy=$!
suite=tests/data/suites/race.ini
fsduel duel -q -j 4 -c $suite --baseline $new -o "$tmp/race" > "$tmp/said" 2>&1; code=$?
pkill -P $busy; kill $busy
suite=tests/data/suites/tiny.ini
expect "six equal guests run on a crowded machine" 0 "nothing to compare"
equal_parts() { [ "$(cat "$tmp"/race/parts/*.json | tr '{,}' '\n' | grep -v '"marks"' | sort | uniq -c | awk '$1 % 6' | wc -l)" = 0 ] || cut -d, -f2,15,19 "$tmp/race/samples.csv" | grep elapsed; }
check "six equal guests on a crowded machine are equal to the last digit" equal_parts

# --- bad kernels: nothing is started -------------------------------------------
echo "not a kernel" > "$tmp/text"
head -c 3000000 "$image" > "$tmp/cut"
for bad in text cut; do
	b=$tmp/$bad duel -o "$tmp/bad" > "$tmp/said" 2>&1; code=$?
	expect "a $bad kernel image is refused" 2 "$tmp/$bad"
	check "a refused kernel leaves no folder ($bad)" test ! -e "$tmp/bad"
done

# --- guests that go wrong --------------------------------------------------------
head -c 65536 /dev/urandom > "$tmp/garbage"
duel -b 1 -o "$tmp/panic" --initramfs "$tmp/garbage" > "$tmp/said" 2>&1; code=$?
expect "a guest that panics is said to have panicked" 4 "panicked: Kernel panic"
check "its console is kept" grep -rq "Kernel panic" "$tmp/panic/console"
check "every planned cell run has a row all the same" test \
	"$(grep -c ',failed,' "$tmp/panic/samples.csv")" = 4

mkdir "$tmp/alone" && cp "$image" "$tmp/alone/vmlinuz"
b=$tmp/alone/vmlinuz duel -b 1 -o "$tmp/nonull" > "$tmp/said" 2>&1; code=$?
expect "a kernel without null_blk says so" 4 "no null_blk"
check "the other side was measured all the same" grep -q "patched/default.*,ok," \
	"$tmp/nonull/samples.csv"

suite=tests/data/suites/stuck.ini duel -o "$tmp/virtual" > "$tmp/said" 2>&1; code=$?
expect "work past the virtual limit is ended and named" 4 "overran its limit of 6 s"
sed 's/^virtual.*/wall = 1s/' tests/data/suites/stuck.ini > "$tmp/wall.ini"
suite=$tmp/wall.ini duel -o "$tmp/wall" > "$tmp/said" 2>&1; code=$?
expect "a guest past the wall limit is ended and named" 4 "at its wall limit"

# --- signals, kill -9, resume ------------------------------------------------------
begin_program() { # the same, but $pid is fsduel itself
	# A shell starts background jobs with SIGINT ignored, and fsduel would respect that.
	env --default-signal=INT "$B/fsduel" duel -q -j 1 -c "$suite" --baseline $old --patched \
		$new -o "$1" > "$tmp/said" 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		compgen -G "$1/parts/*.json" > /dev/null && return
		sleep 0.1
	done
}
begin_program "$tmp/int"
kill -INT $pid; wait $pid; code=$?
expect "an interrupted duel says how to go on" 130 "resume $tmp/int"
check "an interrupted duel keeps what was measured" grep -q ",ok," "$tmp/int/samples.csv"
check "no guest outlives an interrupted duel" no_guests
begin_program "$tmp/killed"
kill -KILL $pid; wait $pid 2> /dev/null
sleep 1
check "no guest outlives a killed duel" no_guests
before=$(ls "$tmp/killed/parts" | wc -l)
stamps() { stat -c '%n %Y %y' "$tmp/killed/parts/"*; }
stamps > "$tmp/stamps"
fsduel duel -q --resume "$tmp/killed" > "$tmp/said" 2>&1; code=$?
expect "a killed duel is resumed" 0 "ops_per_s"
check "resuming measures only what was missing ($before parts were there)" \
	test -z "$(comm -23 "$tmp/stamps" <(stamps))"
check "killed and resumed gives the samples of a run in one go" same_samples "$tmp/d1" "$tmp/killed"
p=$old fsduel duel -q --resume "$tmp/killed" --patched $old > "$tmp/said" 2>&1; code=$?
expect "resuming with another kernel is refused" 2 "is not the image"
duel -o "$tmp/d1" > "$tmp/said" 2>&1; code=$?
expect "a folder with results is not written over" 2 "resume"

# --- a full disk -----------------------------------------------------------------
if [ "$(id -u)" = 0 ] && mkdir "$tmp/small" && mount -t tmpfs -o size=96k tmpfs "$tmp/small" 2> \
	"$tmp/why"; then
	duel -o "$tmp/small/d" > "$tmp/said" 2>&1; code=$?
	expect "a full disk ends the duel with the way to go on" 4 "No space left.*\|resume"
	mount -o remount,size=16M "$tmp/small"
	fsduel duel -q --resume "$tmp/small/d" > "$tmp/said" 2>&1; code=$?
	expect "with room again the duel goes on" 0 "ops_per_s"
	check "after a full disk the samples are those of a run in one go" same_samples "$tmp/d1" \
		"$tmp/small/d"
	umount "$tmp/small"
else
	skip "a full disk ends the duel with the way to go on" \
		"needs root and tmpfs: $(cat "$tmp/why" 2> /dev/null)"
fi
finish
