#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill.t: runs killed with SIGKILL at random moments, each followed by `fsduel
# clean`: nothing of theirs is left, nothing that had been written is lost, and
# mounts and loop devices of others are not touched. FSDUEL_KILLS says how often
# (tests/slow/kill.t: 200), FSDUEL_SEED at which moments.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
kills=${FSDUEL_KILLS:-20}
RANDOM=${FSDUEL_SEED:=$$}
host_only
echo "# FSDUEL_SEED=$FSDUEL_SEED"
loops=()

# Others': a mounted loop device, one without a mount, a mount without a device.
for n in a b; do
	truncate -s 64M "$tmp/foreign-$n.img"
	mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 "$tmp/foreign-$n.img"
	loops+=("$(losetup -f --show "$tmp/foreign-$n.img")")
done
mkdir "$tmp/foreign-mnt" "$tmp/foreign-dir" "$tmp/keep"
# noatime: whoever reads in /tmp meanwhile must not look like a writer.
mount -o noatime "${loops[0]}" "$tmp/foreign-mnt"
mount -t tmpfs none "$tmp/foreign-dir"
echo kept > "$tmp/foreign-mnt/file"
sync
foreign > "$tmp/foreign.before"

# Parts are never changed or lost: those seen before are there, byte for byte.
parts() { (cd "$1/parts" 2> /dev/null && sha256sum -- *.json 2> /dev/null); }
lost() { comm -23 <(sort "$tmp/parts.before") <(parts "$1" | sort); }

fsduel_processes() {
	for p in $(pgrep -x fio); do
		readlink "/proc/$p/cwd" | grep -F "$tmp/state"
	done
	true
}
one() { # number
	local dir=$tmp/results-$round pid delay
	parts "$dir" > "$tmp/parts.before"
	delay=$((RANDOM % 1500))
	[ $(($1 % 3)) = 0 ] && delay=$((delay / 8))
	# A session of its own: nothing but fsduel itself is killed.
	"$B/fsduel" run -q --no-settle -c $suite -o "$dir" --image 192M > "$tmp/said" 2>&1 &
	pid=$!
	sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
	if kill -KILL $pid 2> /dev/null; then echo >> "$tmp/killed"; fi
	wait $pid 2> /dev/null
	case $? in
	137) ;;
	0) round=$((round + 1)) ;;
	*) echo "kill $1: the run failed by itself:"; head -n 5 "$tmp/said" ;;
	esac
	# What cleans up may be killed, too.
	if [ $(($1 % 4)) = 0 ]; then
		"$B/fsduel" clean > /dev/null & pid=$!
		sleep 0.0$((RANDOM % 10))
		kill -KILL $pid 2> /dev/null
		wait $pid 2> /dev/null
	fi
	fsduel clean > "$tmp/clean" 2>&1 || { echo "kill $1: clean failed:"; cat "$tmp/clean"; }
	[ -s "$tmp/clean" ] && grep -v '^nothing' "$tmp/clean" >> "$tmp/cleaned"
	left
	lost "$dir"
	fsduel_processes
	foreign | diff "$tmp/foreign.before" -
}
all() {
	round=1
	for i in $(seq "$kills"); do one "$i"; done
}
: > "$tmp/cleaned"
# In this shell, not one of a pipe's: the number of the results folder is kept.
all > "$tmp/wrong" 2> /dev/null
check "$kills killed runs, each cleaned up after" cat "$tmp/wrong"
check "the test killed most of them, and there was something to clean" sh -c \
	"[ $(wc -l < "$tmp/killed") -ge $((kills / 2)) ] && grep -q unmounted '$tmp/cleaned'"
echo "# cleaned: $(sed 's/ .*//' "$tmp/cleaned" | sort | uniq -c | tr -s ' \n' ' ')"

# The next run does it by itself, and goes on with what there is.
"$B/fsduel" run -q --no-settle -c $suite -o "$tmp/last" --image 192M > /dev/null 2>&1 & pid=$!
for _ in $(seq 500); do ls "$tmp/last/parts/"*.json > /dev/null 2>&1 && break; sleep 0.02; done
kill -KILL $pid
wait $pid 2> /dev/null
parts "$tmp/last" > "$tmp/parts.before"
host_run -c $suite -o "$tmp/last" --image 192M
expect "a run after a killed one cleans up and completes it" 0 "a run before this one was cut short"
check "with what had been measured" lost "$tmp/last"
check "nothing is left in the end" left
check "and no other mount, loop device or file was touched" diff "$tmp/foreign.before" <(foreign)
finish
