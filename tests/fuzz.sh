#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fuzz.sh BUILD SECONDS: run each libFuzzer program for that long on its seeds. New
# inputs stay in the build folder; an input that crashes is printed with the
# command that runs it again. Fails when any fuzzer found something.
set -u
cd "$(dirname "$0")/.." || exit
build=$1 seconds=$2 failed=0

for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	found=$build/found/$name
	seeds=(tests/fuzz/corpus/${name#fuzz_})
	case $name in # tests/fuzz/replay.c has the same rows
	fuzz_console) seeds+=(tests/data/consoles) ;;
	fuzz_fiojson) seeds+=(tests/data/fio) ;;
	fuzz_suite) seeds+=(tests/data/suites) ;;
	esac
	mkdir -p "$found"
	printf '  FUZZ    %s, %s s\n' "$name" "$seconds"
	if ! "$build/fuzz/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 \
		-artifact_prefix="$found/" -print_final_stats=1 "$found" "${seeds[@]}" \
		> "$found.log" 2>&1; then
		tail -n 30 "$found.log"
		echo "fuzz: $name failed; again: $build/fuzz/$name FILE (see $found)"
		failed=1
	fi
done
exit $failed
