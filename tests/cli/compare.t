#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# compare.t: what `fsduel compare` prints of a folder, and its exit codes.
. "$(dirname "$0")/lib.sh"

run "equal sides are said to be equal" fsduel compare tests/data/results-equal
run "a pair that was not measured is named, exit 4" fsduel compare tests/data/results-gaps

alone "$tmp/alone"
run "a suite of one variant has nothing to compare" fsduel compare "$tmp/alone"
run "so has a role of it" fsduel compare -r all "$tmp/alone"
run "an unknown contrast names those there are" fsduel compare -C nosuch tests/data/results-equal
run "an unknown format names those there are" fsduel compare -f xml tests/data/results-equal

refused() { # NAME FILE EXPRESSION: a folder that is wrong in one line
	equal_but "$tmp/$1" "$2" "$3"
	run "a wrong $1 is refused" fsduel compare "$tmp/$1"
}
refused unit samples.csv 's#(,2,1002,.*),1/s,#$1,k/s,#'
refused schema run.json 's/"schema": 1/"schema": 2/'
refused contrasts run.json 's/"contrasts"/"kontrasts"/'
refused run samples.csv 's/^equal(,patched.*,2,)/other$1/m'
refused seed samples.csv 's/(patched.*),1002,/$1,77,/'
refused value samples.csv 's/,10714[^,]*,ok/,inf,ok/'
refused column samples.csv 's/,value,/,worth,/'
refused twice samples.csv 's/\n(.*\n)/\n$1$1/'
run "what is no results folder is refused" fsduel compare tests
finish
