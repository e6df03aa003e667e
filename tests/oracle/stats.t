#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# stats.t: analysis/ against R on made-up data: see cases.c and check.R.
cd "$(dirname "$0")/../.." || exit
: "${B:=build}"
if ! command -v Rscript > /dev/null; then
	echo "1..0 # SKIP R (r-base-core) is not installed"
	exit
fi
cases=$(mktemp)
trap 'rm -f "$cases"' EXIT
"$B/oracle/cases" > "$cases" && Rscript --vanilla tests/oracle/check.R "$cases"
