#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh BUILD [KIND...]: run tests under prove; kinds are unit, fuzz (seeds only)
# and cli (command line and structure), all of them by default, and slow. Tests find what
# was built through $B. Debian's kernels are fetched first where that is possible;
# tests that need them skip with the reason where it is not.
set -u
cd "$(dirname "$0")/.." || exit
export B=$1
shift
[ $# -gt 0 ] || set -- unit oracle fuzz cli

for series in 6.1 6.12; do
	[ -x "$B/fsduel" ] || break
	"$B/fsduel" kernel fetch "$series" > /dev/null || echo "run.sh: tests go on without $series"
done

shopt -s nullglob
programs=()
for kind; do
	case $kind in
	unit)	for f in tests/unit/test_*.c; do programs+=("$B/tests/$(basename "$f" .c)"); done ;;
	fuzz)	for f in tests/fuzz/fuzz_*.c; do programs+=("$B/fuzz/$(basename "$f" .c)"); done ;;
	oracle)	programs+=(tests/oracle/*.t) ;;
	cli)	programs+=(tests/cli/*.t) ;;
	slow)	programs+=(tests/slow/*.t) ;;
	*)	echo "run.sh: unknown kind of test: $kind" >&2; exit 2 ;;
	esac
done
exec prove -j "$(nproc)" ${V:+-v} --exec tests/tap.sh "${programs[@]}"
