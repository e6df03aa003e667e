#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lock_events.sh: how long a million contention events take, from the perf.data file to rows
# as JSON, on one core, and how much memory, the mapped file included. The
# limits are 10 s of processor time and 300 MB; past them it fails.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

${CC:-cc} -std=c17 -D_GNU_SOURCE -I. -O2 -o "$dir/gen" tests/bench/gen_lock_events.c \
	"$B/libfsduel.a" -ljansson -lmd -lm
"$dir/gen" make "$dir/perf.data" 1000000
taskset -c 0 "$dir/gen" reduce "$dir/perf.data" | awk '{
	printf "lock events: %d (%d MB) to %d rows in %.2f s of processor time, %.0f MB\n",
		$1, $5, $2, $6 / 1000, $7 / 1024
	exit ($1 != 1000000 || $3 + $4 < 499000 || $6 > 10000 || $7 > 300 * 1024) }'
