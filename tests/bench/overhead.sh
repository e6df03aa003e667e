#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# overhead.sh: fsload beside fio and a bare pwrite loop, in the same guest on the
# virtual clock: what the load generator itself costs. 1 and 8 threads, ratios.
set -eu
cd "$(dirname "$0")/../.."
: "${B:=build}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$B/fsduel" kernel fetch 6.12 > /dev/null
duel() { "$B/fsduel" duel -q -c tests/bench/overhead.ini --baseline 6.12 -o "$1" > "$out/said" ||
	{ cat "$out/said"; exit 1; }; }
duel "$out/fsload"
FSDUEL_GUEST=$B/bench-guest duel "$out/bare"

rate() { # folder workload threads
	awk -F, -v w="$2" -v t="threads=$3" \
		'$7 == w && $8 ~ t "$" && $14 == "all" && $15 == "ops_per_s" { print $19 }' \
		"$out/$1/samples.csv"
}
echo "4k direct overwrites a virtual second, stock 6.12, 80 us device:"
printf '%8s %10s %10s %10s %13s %12s\n' threads bare fsload fio fsload/bare fsload/fio
for t in 1 8; do
	awk -v t="$t" -v b="$(rate bare fsload $t)" -v l="$(rate fsload fsload $t)" -v \
		f="$(rate fsload fio $t)" \
		'BEGIN { printf "%8d %10.0f %10.0f %10.0f %13.4f %12.4f\n", t, b, l, f, l / b, l / f }'
done
