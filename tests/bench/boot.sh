#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# boot.sh: wall time of a whole cell run of one operation in exact mode (fsduel
# started, guest booted, mkfs, one write, power off, table printed), beside what
# a plain QEMU with the same clock takes from its start to the end of a first
# program that does nothing but restart. Median and range of five, one at a time.
set -eu
cd "$(dirname "$0")/../.."
: "${B:=build}"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

for k in stock-6.12 6.12; do # a small kernel, if `fsduel kernel build` made one, and a stock one
	image=$("$B/fsduel" kernel show $k 2> /dev/null | sed -n 's/^image *//p') || continue
	[ -n "$image" ] || continue
	for i in 1 2 3 4 5; do
		s=$EPOCHREALTIME
		"$B/fsduel" duel -q -j 1 -c tests/bench/boot.ini --baseline $k -o "$out/$k.$i" \
			> "$out/said" ||
			{ cat "$out/said"; exit 1; }
		e=$EPOCHREALTIME
		echo "$((${e/./} - ${s/./}))"
	done | sort -n > "$out/fsduel.$k"
	mkdir -p "$out/root" && cp "$B/fsduel-guest" "$out/root/init"
	(cd "$out/root" && find . | cpio -o -H newc --quiet) > "$out/initrd"
	for i in 1 2 3 4 5; do
		s=$EPOCHREALTIME
		timeout 100 qemu-system-x86_64 -accel tcg -icount shift=0,sleep=off -cpu qemu64 -m \
			384 -display none \
			-monitor none -nic none -no-reboot -serial file:"$out/console" -kernel \
				"$image" -initrd "$out/initrd" \
			-append "console=ttyS0 panic=-1 nokaslr loglevel=3" < /dev/null
		e=$EPOCHREALTIME
		echo "$((${e/./} - ${s/./}))"
	done | sort -n > "$out/plain.$k"
	for what in fsduel plain; do
		awk -v k=$k -v w=$what '{ t[NR] = $1 / 1e6 } END { printf "%-12s %-8s median %.2f s (%.2f to %.2f)\n", k, w, t[3], t[1], t[5] }' "$out/$what.$k"
	done
done
