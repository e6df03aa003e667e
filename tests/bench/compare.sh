#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# compare.sh: how long `fsduel compare` takes for a million samples, on one core, and
# how much memory. The limits are 2 s of processor time and 300 MB; past them it fails.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$B/gen_folder" "$dir/results" cells=1000 single=1 blocks=10 roles=4 same=1
TIMEFORMAT='%U %S'
times=$( { time taskset -c 0 "$B/fsduel" compare "$dir/results" > "$dir/table"; } 2>&1)
peak_kb=$(taskset -c 0 bash -c '"$@" > /dev/null & pid=$!; peak=0
	while kb=$(sed -n "s/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p" /proc/$pid/status 2> /dev/null) && [ -n "$kb" ]; do
		peak=$kb; sleep 0.02; done; wait $pid; echo $peak' - "$B/fsduel" compare "$dir/results")
echo "$times $peak_kb" | awk '{
	printf "compare: 1000000 samples in %.2f s of processor time, %.0f MB\n", $1 + $2, $3 / 1024
	exit ($1 + $2 > 2 || $3 > 300 * 1024) }'
