#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plot.sh: how long `fsduel plot` takes for every kind of picture, SVG and PNG, of 60
# cells, 20 blocks and 10 roles. The limit is 4 s of processor time; past it it fails.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$B/gen_folder" "$dir/results" cells=60 blocks=20 roles=10 locks=1 series=20
TIMEFORMAT='%U %S'
times=$( { time "$B/fsduel" plot "$dir/results" > "$dir/said"; } 2>&1)
echo "$times" | awk -v pictures="$(ls "$dir"/results/plots/*.svg | wc -l)" '{
	printf "plot: %d kinds of pictures of 60 cells in %.2f s of processor time\n", pictures, $1 + $2
	exit $1 + $2 > 4 || pictures != 7 }'
