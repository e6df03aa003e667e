#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# compare.t: what `fsduel compare` prints of a folder, and its exit codes.
. "$(dirname "$0")/lib.sh"

run "equal sides are said to be equal" fsduel compare tests/data/results-equal
run "a pair that was not measured is named, exit 4" fsduel compare tests/data/results-gaps
run "two units for one metric are refused" fsduel compare tests/data/results-bad-unit
run "a suite of one variant has nothing to compare" fsduel compare tests/data/results-alone
run "so has a role of it" fsduel compare -r all tests/data/results-alone
run "an unknown contrast names those there are" fsduel compare -C nosuch tests/data/results-equal
run "an unknown format names those there are" fsduel compare -f xml tests/data/results-equal
run "what is no results folder is refused" fsduel compare tests
finish
