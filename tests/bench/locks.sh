#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# locks.sh: how long `fsduel locks` takes for a million waits, each a row of its own, on
# one core, and how much memory. The limits are 10 s of processor time and 300 MB.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$B/gen_folder" "$dir/results" cells=10 single=1 blocks=4 roles=3 locks=4 waits=2084
TIMEFORMAT='%U %S'
times=$( { time taskset -c 0 "$B/fsduel" locks "$dir/results" > "$dir/table"; } 2>&1)
peak_kb=$(taskset -c 0 bash -c '"$@" > /dev/null & pid=$!; peak=0
	while kb=$(sed -n "s/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p" /proc/$pid/status 2> /dev/null) && [ -n "$kb" ]; do
		peak=$kb; sleep 0.02; done; wait $pid; echo $peak' - "$B/fsduel" locks "$dir/results")
echo "$times $peak_kb" | awk '{
	printf "locks: 1000000 waits in %.2f s of processor time, %.0f MB\n", $1 + $2, $3 / 1024
	exit ($1 + $2 > 10 || $3 > 300 * 1024) }'
