#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plan.t: what `fsduel plan` says of passes, of kernels that are built and of the two sizes
# of a suite. The plan itself is tests/unit/test_plan.c's.
. "$(dirname "$0")/lib.sh"

suite=tests/data/suites/tiny.ini
tail_of() { fsduel plan -j 2 "$@" | sed -n '/^order/,$p'; }
run "without passes there is nothing to say" tail_of $suite
run "a pass adds cell runs to the first block" tail_of --pass locks $suite
run "or to more" tail_of --pass locks --watch-blocks 2 -b 3 $suite
run "or to all" tail_of --pass locks --watch-blocks 9 $suite
run "an unknown pass" fsduel plan --pass lock $suite
run "too many blocks" fsduel plan --watch-blocks 1001 $suite
of_json() { fsduel plan -f json "$@" | sed -n '/"passes"/,/\]/p'; }
run "passes as JSON" of_json --pass locks -b 3 $suite
# The throughput units are the same ones.
units() { fsduel plan -f json "$@" | grep -o '"key": "[^"]*throughput"'; }
check "passes leave the order of the others as it is" \
	diff <(units $suite) <(units --pass locks --watch-blocks 2 $suite)

# --- kernels with a source -------------------------------------------------------------
suite=tests/data/suites/experiment.ini
kernels() { fsduel plan "$@" | grep '^kernel'; }
run "a kernel that has not been built comes with the command" kernels $suite
run "one that the command line gives needs none" kernels --baseline 6.1 $suite
run "a duel says it too" fsduel duel -q -c $suite -o "$tmp/d"
# What build.json says, and a look at nothing else.
mkdir -p "$cache/kernels/excl-dio"
sum() { sha256sum < "$1" | cut -d ' ' -f 1; }
printf '{"source": "/s/linux-source-6.12_6.12.1-1", "fragment_sha256": "%s", "patches": [{"sha256": "%s"}]}' \
	"$(sum kernels/small.config)" "$(sum kernels/excl-dio.patch)" \
		> "$cache/kernels/excl-dio/build.json"
run "one that was built" kernels $suite
sed -i 's/"sha256": "./"sha256": "-/' "$cache/kernels/excl-dio/build.json"
run "one that was built of another patch" kernels $suite
sed 's/excl-dio/no-such/' $suite > "$tmp/odd.ini"
run "a patch that does not exist" kernels "$tmp/odd.ini"

# --- two sizes --------------------------------------------------------------------------
sizes() { fsduel plan "$@" | grep -E '^(suite|machine)|  c0|cell runs'; }
run "a suite as it is" sizes -j 2 $suite
run "and as it was before it was scaled down" sizes -j 2 --unscaled $suite
run "a suite of one size" fsduel plan --unscaled tests/data/suites/tiny.ini
shipped() {
	for f in configs/experiments/*.ini; do
		fsduel plan "$f" > /dev/null
		# The guard's has one size, and so have those of truth.
		! grep -q '^unscaled' "$f" || fsduel plan --unscaled -m host "$f" > /dev/null
	done 2>&1
}
check "each experiment that we ship can be planned, and as it was before it was scaled down" shipped
finish
