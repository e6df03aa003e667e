#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile.t: planted costs of 50, 200 and 1000 instructions, and an exclusive lock, found
# again in the profile pass by the names of their functions. Builds what kernels
# tests/slow/kernels.t has not left in the usual cache: ten minutes on two cores. Not
# part of `make test`.
usual=${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}
. "$(dirname "$0")/../cli/lib.sh"
export FSDUEL_CACHE=$usual

build() { "$B/fsduel" kernel build "$@" > "$tmp/said" 2>&1; code=$?; }
build stock-6.12
expect "Debian's source is built" 0 "^release *6.12"
for n in 50 200 1000; do
	build slow-$n --patch slow-$n
	expect "with $n instructions planted" 0 "^release *6.12"
done
build excl-dio --patch excl-dio
expect "and with an exclusive lock for every direct write" 0 "^release *6.12"

duel() { # SUITE PATCHED DIR [OPTION...]
	"$B/fsduel" duel -q -c "$1" --baseline stock-6.12 --patched "$2" -b 1 --pass profile \
		-o "$3" \
		"${@:4}" > "$tmp/said" 2>&1
	code=$?
}
first() { # DIR: function and change of the first line of the difference
	"$B/fsduel" profile "$1" | awk '/^  function/ { getline; print $1, $4; exit }'
}
for n in 50 200 1000; do
	duel configs/slow.ini slow-$n "$tmp/s$n"
	planted() { # within 2 %
		local found=($(first "$tmp/s$n"))
		awk -v name="${found[0]}" -v got="${found[1]#+}" -v want=$n 'BEGIN {
			if (name != "ext4_slow_write_iter" || got < 0.98 * want || got > 1.02 * want)
				print name, got }'
	}
	check "slow-$n: the right function is first, by $n an operation" planted
done

sed -e 's/^threads = .*/threads = 8/' -e "s#= .*/workloads#= $PWD/workloads#" \
	tests/data/suites/exclusive.ini > "$tmp/eight.ini"
duel "$tmp/eight.ini" excl-dio "$tmp/excl" --pass locks
check "an exclusive lock: the rwsem's slow path is first" test \
	"$(first "$tmp/excl" | sed 's/ .*//')" = rwsem_down_write_slowpath
subsystems() { # the two with the largest change
	"$B/fsduel" profile "$tmp/excl" | awk \
		'/^  subsystem/ { getline; a = $1; getline; print a, $1; exit }'
}
check "the scheduler and locking lead the subsystems" test "$(subsystems)" = "scheduler locking"
because() { "$B/fsduel" compare "$tmp/excl" | tr -s ' \n' ' ' | grep -q \
	'because.*i_rwsem waits.*ext4_file_write_iter.*rwsem_down_write_slowpath' || "$B/fsduel" \
	compare "$tmp/excl"; }
check "and compare says so beside the waits for i_rwsem" because
finish
