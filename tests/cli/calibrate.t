#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# calibrate.t: a real kernel against itself in exact mode: nothing differs, the floor
# is 0 and is kept where compare looks for it.
. "$(dirname "$0")/lib.sh"
real_cache
if ! image=$(fsduel kernel show 6.12 2> /dev/null | sed -n 's/^image *//p') || [ -z "$image" ]; then
	echo "1..0 # SKIP Debian's kernel 6.12 is not in the cache and could not be fetched"
	exit
fi
# The floor goes into the cache: one of this test's own.
kernel=$(dirname "$image")
export FSDUEL_CACHE=$cache

fsduel calibrate -q -c tests/data/suites/self.ini -k "$kernel" -o "$tmp/d" > "$tmp/said" 2>&1; \
	code=$?
check "a kernel is duelled against itself, exit 0" bash -c "[ $code = 0 ] || cat $tmp/said"
check "no false alarm" grep -q '^false alarms, each cell by its own p: 0 of 4' "$tmp/said"
check "the spread is 0, and 2 blocks see nothing" test \
	"$(grep -c "^self[^ ]* .* 0.00 % *- *- *$" "$tmp/said")" = 4
check "the floor is kept in the folder and for the machine" cmp "$tmp/d/floor.json" \
	"$cache"/floors/*.json
fsduel compare "$tmp/d" > "$tmp/table"; code=$?
check "compare says identical, exit 0" test "$code,$(grep -c 'same (identical)$' "$tmp/table")" \
	= 0,4
check "and both sides run the same image" grep -q 'both sides run the same kernel image' \
	"$tmp/table"
finish
