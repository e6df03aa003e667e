#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plan.t: what `fsduel plan` says of passes. The plan itself is tests/unit/test_plan.c's.
. "$(dirname "$0")/lib.sh"

suite=tests/data/suites/tiny.ini
tail_of() { fsduel plan -j 2 "$@" | sed -n '/^order/,$p'; }
run "without passes there is nothing to say" tail_of $suite
run "a pass adds cell runs to the first block" tail_of --pass locks $suite
run "or to more" tail_of --pass locks --watch-blocks 2 -b 3 $suite
run "or to all" tail_of --pass locks --watch-blocks 9 $suite
run "an unknown pass" fsduel plan --pass lock $suite
run "too many blocks" fsduel plan --watch-blocks 1001 $suite
of_json() { fsduel plan --json "$@" | sed -n '/"passes"/,/\]/p'; }
run "passes as JSON" of_json --pass locks -b 3 $suite
# The throughput units are the same ones.
units() { fsduel plan --json "$@" | grep -o '"key": "[^"]*throughput"'; }
check "passes leave the order of the others as it is" \
	diff <(units $suite) <(units --pass locks --watch-blocks 2 $suite)
finish
