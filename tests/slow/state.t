#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# state.t: 1,000 cell runs from saved states beside two busy loops, of more than 50 kinds
# (every role, fio, guard, three file systems, three passes, one CPU and two), each equal to
# the byte to the one that booted. $STATE_TURNS turns (12); half an hour on two cores.
. "$(dirname "$0")/../cli/lib.sh"
need_kernels 6.12
turns=${STATE_TURNS:-12}
machine='[device]
size = 320M
latency = 20us
[kernel k]
image = 6.12'
{
	printf '[suite]\nblocks = 1\npasses = throughput profile locks\n%s\n' "$machine"
	fsduel list roles | sed -n 's/^\([a-z_]*\): .*/\1/p' | grep -vx 'stale_read\|hole_fill' |
		while read -r role; do
			printf '[workload %s]\nmix = %s:2\nfile_size = 4M\nops = 64\n' "$role" "$role"
			[ "$role" != hold_iolock ] || printf 'rate = 200\nhold = 1ms\n'
		done
	printf '[workload job]\nfio = j.fio\n'
} > "$tmp/roles.ini"
printf '[j]\nrw=randrw\nbs=4k\nsize=1m\nnumjobs=2\ndirect=1\nioengine=libaio\niodepth=4\n' > "$tmp/j.fio"
{
	printf '[suite]\nblocks = 2\npasses = throughput profile\n%s\n' "$machine"
	printf '[mount xfs]\nfs = xfs\n[mount btrfs]\nfs = btrfs\noptions = nodatasum\n'
	printf '[workload mix]\nmix = dio_read:2 dio_overwrite:2\nfile_size = 8M\nops = 128\n'
	printf '[workload job]\nfio = j.fio\n'
} > "$tmp/others.ini"
{
	printf '[suite]\nblocks = 2\npasses = throughput profile locks\n%s\n' "$machine"
	printf '[machine]\ncpus = 2\n'
	printf '[workload mix]\nmix = dio_read:2 dio_overwrite:2\nfile_size = 8M\nops = 64\n'
} > "$tmp/cpus.ini"
sed 's/least = .*/least = 100/; s/runtime = 2s/runtime = 200ms/' tests/data/suites/guard.ini > "$tmp/guard.ini"
measure() { # SUITE FOLDER ARG...
	local suite=$1 dir=$2
	shift 2
	set -- -q -c "$tmp/$suite.ini" -o "$tmp/$dir" "$@"
	fsduel duel "$@" > "$tmp/said" 2>&1
	code=$?
	[ -s "$tmp/$dir/samples.csv" ] || cat "$tmp/said"
}
rows() { cut -d, -f2- "$tmp/$1/samples.csv" && cut -d, -f2- "$tmp/$1/lockstacks.csv" "$tmp/$1/profile.csv" 2> /dev/null; }
sed -i 's/^\[kernel stock\]/[kernel stock]\nimage = 6.12/' "$tmp/guard.ini"
suites="roles others cpus guard"
for suite in $suites; do
	check "$suite: booted" measure "$suite" "boot-$suite" --no-snapshot
done
(while :; do :; done) & one=$!
(while :; do :; done) & two=$!
runs=0 kinds=0
for turn in $(seq "$turns"); do
	for suite in $suites; do
		measure "$suite" "state-$suite" > "$tmp/failed"
		n=$(find "$tmp/state-$suite/parts" -name '*.json' | wc -l)
		runs=$((runs + n))
		[ "$turn" != 1 ] || kinds=$((kinds + n))
		diff <(rows "boot-$suite") <(rows "state-$suite") > "$tmp/differ" ||
			{ echo "turn $turn:"; head -5 "$tmp/differ"; cat "$tmp/failed"; } | result "not ok" "$suite: equal"
		rm -rf "$tmp/state-$suite"
	done
done
kill $one $two
echo "# $runs cell runs of $kinds kinds from states"
check "all are equal to the byte to those that booted" test ! -s "$tmp/fails"
failed=$(for s in $suites; do grep -v ',ok,' "$tmp/boot-$s/samples.csv" | sed 1d | cut -d, -f7,13,22 | sort -u; done)
echo "# not ok in both ways: ${failed:-none}"
finish
