#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# guard.t: stale data on a real kernel, as Debian ships it: direct reads beside mmap
# hole-fillers see it under nodelalloc and not on the default mount, nor beside pwrite;
# the same to the last row when repeated, and made once only.
. "$(dirname "$0")/lib.sh"
real_cache
suite=tests/data/suites/guard.ini

said() { # CODE PATTERN COMMAND...: it ends so and says so, on stdout or stderr
	local code=$1 pattern=$2
	shift 2
	"$@" > "$tmp/said" 2>&1
	local got=$?
	[ "$got" = "$code" ] && grep -q -- "$pattern" "$tmp/said" || { echo "exit code $got"; cat \
		"$tmp/said"; }
}
check "a suite that is not there is refused" said 2 "cannot open" fsduel guard -o "$tmp/x" "$tmp/y"
check "a report alone measures nothing" said 2 "measures nothing" fsduel guard -b 2 "$tmp/y"
check "no folder, no report" said 2 "is not a folder" fsduel guard "$tmp/none"
check "an unknown format is refused" said 2 "unknown format 'xml'" fsduel guard -f xml "$tmp/y"
sed 's/^control = .*/control = stock-nodelalloc/' $suite > "$tmp/bad.ini"
check "a control must be a variant" said 2 "stock-nodelalloc" fsduel plan -c "$tmp/bad.ini"
check "the default suite is a suite" said 0 "cells" fsduel plan -c configs/guard.ini --baseline a \
	--patched b

if ! fsduel kernel show 6.12 > /dev/null 2>&1; then
	skip "stale data on a real kernel" \
		"Debian's kernels are not in the cache and could not be fetched"
	finish
fi
d=$tmp/first
check "the default mount is clean, and nodelalloc was hit" \
	said 0 "^guard: 0 stale, 1 clean, 0 unsure; 1 of 1 control hit" \
	fsduel guard -q -c $suite --baseline 6.12 -o "$d"
rows() { # VARIANT METRIC: the values of stale_read in samples.csv, with their status
	awk -F, -v variant="$1" -v metric="$2" \
		'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["variant"] == variant && $at["role"] == "stale_read" && $at["metric"] == metric {
		print $at["value"], $at["status"] }' "$d/samples.csv"
}
hits() { # the counts stand in rows that are invalid, and add up to guard.csv's
	local marks stamps others total
	read -r marks m <<< "$(rows stock/nodelalloc stale_poison)"
	read -r stamps s <<< "$(rows stock/nodelalloc stale_stamp)"
	read -r others o <<< "$(rows stock/nodelalloc stale_other)"
	[ "$m $s $o" = "invalid invalid invalid" ] || echo "status: $m $s $o"
	total=$(awk -F, '$1 == "stock/nodelalloc" && $3 == "" { print $9 }' "$d/guard.csv")
	[ $((marks + stamps + others)) = "$total" ] && [ "$total" -ge 1 ] ||
		echo "$marks marks, $stamps stamps, $others others, guard.csv says $total"
	[ "$others" = 0 ] || echo "$others reads are neither mark nor stamp"
}
check "hits are in samples.csv, whose rows are invalid" hits
check "the default mount has none" [ \
	"$(rows stock/default stale_poison) $(rows stock/default stale_stamp)" = "0 ok 0 ok" ]
check "the reason says what, when and where" grep -qE \
	'stale data in [0-9]+ of [0-9]+ direct reads, the first after [0-9.]+ m?s at file offset [0-9]+: the (mark of device address|stamp of offset) [0-9]+' "$d/samples.csv"
checked() { # each cell run's file system was read by e2fsck and found clean
	[ "$(grep -l '"fs_clean": *true' "$d"/parts/*.json | wc -l)" = 2 ] || grep -o fs_clean \
		"$d"/parts/*
}
check "the file system was checked after each" checked
unmade() { ls -l --time-style=full-iso "$d/parts"; }
unmade > "$tmp/before"
check "going on makes no hit again" said 0 "1 clean" fsduel guard -q --resume "$d"
check "no part was touched" diff "$tmp/before" <(unmade)
check "the report of the folder is the same" diff <(fsduel guard -f csv "$d") "$d/guard.csv"

sed 's/^hole_fill.rate.*/&\nhole_fill.via = buffered/; s/^control.*/control = stock\/default/' \
	$suite > "$tmp/buffered.ini"
fsduel guard -q -c $suite --baseline 6.12 -o "$tmp/again" > /dev/null 2>&1
unnamed() { cut -d, -f2- "$1/samples.csv"; }
check "the same again, to the last digit" diff <(unnamed "$d") <(unnamed "$tmp/again")
check "pwrite in the place of the mapping is never hit" said 0 \
	"^guard: 0 stale, 0 clean, 1 unsure; 0 of 1" \
	fsduel guard -q -c "$tmp/buffered.ini" --baseline 6.12 -o "$tmp/buffered"
finish
