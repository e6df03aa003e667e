#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host.sh: what `fsduel run` itself costs between the cells: everything but mkfs,
# preparing, settling and the measured part. The limit is 0.3 s a cell run in the
# mean; past it this fails. It skips where there is no root or no loop device.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
if [ "$(id -u)" != 0 ] || [ ! -w /dev/loop-control ]; then
	echo "host: skipped: needs root and loop devices"
	exit
fi
dir=$(mktemp -d)
trap 'FSDUEL_STATE=$dir/state "$B/fsduel" clean > /dev/null; rm -rf "$dir"' EXIT
export FSDUEL_STATE=$dir/state
"$B/fsduel" run -q -c tests/data/suites/host.ini -o "$dir/results" > "$dir/said" || { cat \
	"$dir/said"; exit 1; }
figure() { sed -n "s/.*\"$1\": \([0-9.e-]*\).*/\1/p" "$dir/results/run.json" | head -n 1; }
awk -v mean="$(figure mean)" -v max="$(figure max)" -v umount="$(figure unmount_mean)" 'BEGIN {
	printf "host: the runner itself takes %.3f s a cell run, %.3f s at most; %.3f s of it unmounting\n",
		mean, max, umount
	exit mean > 0.3 }'
