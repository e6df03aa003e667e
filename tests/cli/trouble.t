#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trouble.t: guests that get into trouble on purpose (tests/guest/trouble.c), one
# of each kind, in one duel: each is named, its console kept, and the healthy ones
# beside them are measured as if nothing were.
. "$(dirname "$0")/lib.sh"
kernel=${FSDUEL_TROUBLE_KERNEL:-6.12}
need_kernels "$kernel"
if [ ! -x "$B/trouble-guest" ]; then
	echo "1..0 # SKIP $B/trouble-guest is not built: make $B/trouble-guest"
	exit
fi

d=$tmp/d
FSDUEL_GUEST=$B/trouble-guest fsduel duel -q -c tests/data/suites/trouble.ini \
	--patched "$kernel" -o "$d" > "$tmp/said" 2>&1
code=$?
check "the pair that could not be measured is told" grep -q "panicked" "$tmp/said"
check "a duel with troubled guests runs to its end, and says so" test $code = 1
check "the first line says that a kernel broke" grep -q '^verdict: broken (' "$tmp/said"

mounts=$(sed -n 's/^\[mount \(.*\)\]/\1/p' tests/data/suites/trouble.ini)
part() { # MOUNT FOLDER: its file there
	local v=v$(printf %02d "$(grep -nx "$1" <<< "$mounts" | cut -d: -f1)")
	echo "$d/$2"/b0001-c0001-"$v"-throughput.*
}
# trouble MOUNT STATUS MARK REASON [CONSOLE]: how it ended, with which mark (-: none), and
# words of what was kept of its console.
trouble() {
	local mount=$1 mark=${3#-} row lines
	row=$(grep -m 1 "patched/$mount," "$d/samples.csv")
	if grep -q ",$2,$mark,.*$4" <<< "$row" && [ \
		"$(grep -c "patched/$mount,.*,ok," "$d/samples.csv")" = 0 ]; then
		result ok "$mount: $2, with the reason" < /dev/null
	else
		echo "$row" | result "not ok" "$mount: $2, with the reason"
	fi
	[ -n "${5:-}" ] || return 0
	lines=$(cat "$(part "$mount" console)" 2>&1)
	if grep -q "$5" <<< "$lines" && [ "$(wc -l <<< "$lines")" -le 25 ]; then
		result ok "$mount: its last console lines are kept" < /dev/null
	else
		result "not ok" "$mount: its last console lines are kept" <<< "$lines"
	fi
}
trouble panic failed broken "the guest panicked: Kernel panic - not syncing: sysrq" \
	"sysrq triggered crash"
trouble oops failed broken "the kernel had an oops: BUG: kernel NULL pointer" \
	"Kernel panic - not syncing: Fatal"
trouble oops-outlived failed broken "the kernel had an oops: BUG: kernel NULL pointer" \
	"CR2: 0000000000000000"
trouble bug failed broken "the kernel ran into a BUG: kernel BUG at mm/" "usercopy_abort"
trouble warning invalid broken "the kernel reported a bug: refcount_t: .*also: WARNING" \
	"WARNING: CPU"
trouble soft-lockup failed broken \
	"a CPU was locked up in the kernel: watchdog: BUG: soft lockup - CPU#0" "soft lockup"
trouble hung-task failed broken "a task hung in the kernel: INFO: task init:[0-9]* blocked" \
	"blocked for more than"
trouble out-of-memory failed - "the guest ran out of memory: Out of memory: Killed process" \
	"Out of memory"
trouble ext4-error invalid broken "ext4 found an error: EXT4-fs error (device nullb0)" "provoked"
trouble read-only "\(failed\|invalid\)" broken \
	"the file system became read-only: EXT4-fs (nullb0): Remounting" "read-only"
trouble io-error invalid - "the device had an I/O error: I/O error, dev nullb0, sector" "I/O error"
trouble power-off failed - "powered off before it sent its results: reboot: Power down" "Power down"
trouble restart failed broken "ended or restarted before it sent its results: .*Resetting" "Resetting"
trouble garbage failed - "the guest's results arrived damaged: .*cut short, or are none" "Restarting"
trouble silence failed hung "still running at its wall limit .*nothing on its console"
trouble killed failed - "the cell was killed by signal 9"
trouble no-room failed - "the cell left no result: cannot write .*No space left on device"

# A kernel that breaks where the other measures is broken; a tool or a device that fails is not.
rules() { # CONTRAST VERDICT CODE: alone
	local got
	fsduel compare --contrast "$1" "$d" > "$tmp/rule" 2>&1
	got=$?
	if [ $got = "$3" ] && grep -q "^verdict: $2 (1 cell: 1 $2[;)]" "$tmp/rule"; then
		result ok "contrast $1: $2, exit $3" < /dev/null
	else
		(echo "exit $got"; head -12 "$tmp/rule") | result "not ok" \
			"contrast $1: $2, exit $3"
	fi
}
for m in panic oops oops-outlived bug warning soft-lockup hung-task ext4-error read-only restart \
	silence; do
	rules $m broken 1
done
for m in out-of-memory io-error power-off garbage killed both; do rules $m unsure 4; done
rules healthy same 0
rules repair repaired 0
check "the kernel's own line stands there" grep -q \
	"repaired  overwrite: baseline only: the kernel had an oops: BUG:" "$tmp/rule"

all_have_rows() {
	for m in $mounts; do grep -q "patched/$m," "$d/samples.csv" || echo "$m has no row"; done
}
check "every planned cell run has a row" all_have_rows
single_lines() { awk -F'\t' 'NR > 1 && !/^20/ { print FILENAME ": a row over two lines: " $0 }' \
	"$d/samples.csv"; }
check "every reason is one line" single_lines
check "the healthy guest is measured" grep -q "patched/healthy,.*,ops_per_s,.*,ok," \
	"$d/samples.csv" --max-count=1
values() { grep "patched/$1,.*,ok," "$d/samples.csv" | sed 's/.*,throughput,//'; }
check "trouble beside it changes no figure" diff <(values healthy) <(values healthy-too)
check "nothing of a healthy guest's console is kept" test ! -e "$(part healthy console)"
finish
