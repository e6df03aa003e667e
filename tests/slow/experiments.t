#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# experiments.t: `fsduel experiment` end to end with kernels that it builds itself:
# stock 6.12 against excl-dio, two threads, in the shape of configs/experiments/E2.ini.
# Takes two minutes on two cores where the kernels have been built (by kernels.t), half
# an hour where they have not; in $SLOW_CACHE. Not part of `make test`.
usual=${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}
. "$(dirname "$0")/../cli/lib.sh"

export FSDUEL_CACHE=${SLOW_CACHE:-$(realpath -m "$B/slow-cache")}
mkdir -p "$FSDUEL_CACHE/sources"
for source in "$usual"/sources/6.12; do
	[ ! -e "$source" ] || [ -e "$FSDUEL_CACHE/sources/6.12" ] || ln -s "$(realpath "$source")" \
		"$FSDUEL_CACHE/sources/6.12"
done
suite=$tmp/small.ini
cat > "$suite" << 'END'
[suite]
blocks = 1
passes = throughput locks profile
[experiment]
question = What does an exclusive lock for every direct write cost two threads?
published = nothing at 1 thread, half at 2
[kernel baseline]
source = 6.12
[kernel patched]
source = 6.12
patches = excl-dio
[device]
latency = 400us
size = 256M
[workload overwrite]
mix = dio_overwrite:{threads}
threads = 1 2
file_size = 64M
runtime = 200ms
END
experiment() {
	fsduel experiment -q -m exact -o "$1" "$suite" > "$tmp/said" 2>&1
	code=$?
}
experiment "$tmp/a"
expect "kernels are built, measured and compared" 0 "^small: .*worst overwrite threads=2 -[45][0-9]"
sed 's/^/# /' "$tmp/said"
whole() {
	for f in comparison.csv letter.txt report.html lockstacks.csv profile.csv \
		plots/{scaling,forest,locks,profile}.{svg,png}; do
		[ -s "$tmp/a/small/$f" ] || echo "no $f"
	done
}
check "its folder has tables, letter, pictures and report" whole
because() { grep -q 'i_rwsem waits' "$tmp/a/small/letter.txt" || cat "$tmp/a/small/letter.txt"; }
check "and says why: i_rwsem" because
built() { fsduel kernel list | grep -E '^(stock-6.12|excl-dio) -> built-' | wc -l | grep -vx 2; \
	true; }
check "the kernels have the names that the suite gives them" built
run_list() { fsduel experiment --list "$suite" | grep -F \
	'kernels    stock-6.12 built, excl-dio built' > /dev/null || echo "not said to be built"; }
check "and the list knows them" run_list
experiment "$tmp/a"
expect "again: nothing is measured" 0 "^small: "
experiment "$tmp/b"
expect "in another folder all is measured" 0 "^small: .* s$"
samples() { cut -d, -f2- "$1/small/samples.csv"; }
check "with the same samples to the last byte" diff <(samples "$tmp/a") <(samples "$tmp/b")

# An image that is no longer the one that was measured.
rm -rf "$tmp/patches" && mkdir "$tmp/patches"
sed 's/^patches.*/patches = patches\/mine.patch/' "$suite" > "$tmp/mine.ini"
cp kernels/excl-dio.patch "$tmp/patches/mine.patch"
suite=$tmp/mine.ini
experiment "$tmp/a"
expect "a patch beside the suite is built under its own name" 0 \
	"^mine: .*worst overwrite threads=2 -[45][0-9]"
sed -i '1s/^/Edited: /' "$tmp/patches/mine.patch"
fsduel duel -q -c "$suite" -o "$tmp/d" > "$tmp/said" 2>&1; code=$?
expect "an edited patch is not measured under its old image" 2 \
	"the cache has another kernel mine: build it with"
finish
