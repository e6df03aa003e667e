#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# truth.t: exact mode's changes held against those of the wall clock, on made-up pairs of
# folders: the table, figures that are those of compare, the picture, what is refused; and the
# experiment that measures such pairs is listed and planned.
. "$(dirname "$0")/lib.sh"
B=$(realpath "$B")
gen() { "$B/gen_folder" "$tmp/$1" "${@:2}" || echo "gen_folder $1 fails"; }
filter() { sed -E "s#$tmp#TMP#g"; }

gen exact exact=1 cells=8 blocks=6 roles=1
gen wall cells=8 blocks=12 roles=1 noise=20
run "help" fsduel truth -h
run "the table" fsduel truth "$tmp/exact" "$tmp/wall"
gen seeds exact=1 cells=8 blocks=2 roles=1
run "too few seeds and blocks for intervals" fsduel truth "$tmp/seeds" "$tmp/wall"
gen trouble cells=8 blocks=12 roles=1 noise=20 trouble=1
run "cells that one side lacks" fsduel truth "$tmp/exact" "$tmp/trouble"
run "two pairs in one table" fsduel truth "$tmp/exact" "$tmp/wall" "$tmp/exact" "$tmp/trouble"

# --- figures -------------------------------------------------------------------------------
fsduel truth -f csv "$tmp/exact" "$tmp/wall" > "$tmp/truth.csv"
fsduel compare -f csv "$tmp/exact" > "$tmp/exact.csv"
fsduel compare -f csv "$tmp/wall" > "$tmp/wall.csv"
columns() { # FILE NAME...: rows of contrasts of mounts or kernels
	awk -F, -v names="${*:2}" 'NR == 1 {
		n = split(names, want, " "); for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["contrast"] !~ / to / { for (i = 1; i <= n; i++)
			printf "%s%s", $at[want[i]], i < n ? "," : "\n" }' "$1"
}
what="workload varying"
figures() { # SIDE FILE
	diff <(columns "$tmp/truth.csv" $what "$1_change" "$1_low95" "$1_high95" "$1_pairs") \
		<(columns "$2" $what change change_low95 change_high95 pairs)
}
check "exact mode's changes and intervals are those of compare" figures exact "$tmp/exact.csv"
check "so are the wall clock's" figures host "$tmp/wall.csv"
# By the definition: median of the means of all pairs of log ratios, block by block.
step() {
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["variant"] == "baseline/default" && $at["workload"] == "dio-overwrite" &&
		$at["role"] == "all" && $at["metric"] == "ops_per_s" {
			split($at["params"], p, "threads="); v[p[2] + 0, $at["block"]] = $at["value"] }
		END { for (b = 1; (1, b) in v; b++) d[b] = log(v[4, b] / v[1, b])
			for (i = 1; i < b; i++) for (k = i; k < b; k++) w[++n] = (d[i] + d[k]) / 2
			for (i = 1; i <= n; i++) for (k = i + 1; k <= n; k++)
				if (w[k] < w[i]) { t = w[i]; w[i] = w[k]; w[k] = t }
			m = n % 2 ? w[(n + 1) / 2] : (w[n / 2] + w[n / 2 + 1]) / 2
			printf "%.9f\n", exp(m) }' "$1/samples.csv"
}
told() { awk -F, -v name="$1_change" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["contrast"] == "threads 1 to 4" { printf "%.9f\n", $at[name]; exit }' "$tmp/truth.csv"; }
steps() {
	diff <(told exact) <(step "$tmp/exact")
	diff <(told host) <(step "$tmp/wall")
}
check "a parameter's change is what the samples say" steps
agree() { # inside and direction by the figures beside them
	awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ e = $at["exact_change"]; l = $at["host_low95"]; h = $at["host_high95"]
		in95 = l <= e && e <= h ? "true" : "false"
		open = (l <= 1 && 1 <= h) || ($at["exact_low95"] <= 1 && 1 <= $at["exact_high95"])
		way = open ? "open" : (e > 1) == (h > 1) ? "same" : "opposite"
		if (in95 != $at["inside"] || way != $at["direction"]) print; rows++ }
		END { if (rows < 10) print "only", rows + 0, "rows" }' "$tmp/truth.csv"
}
check "inside and direction are what the figures say" agree
rows_in_json() {
	fsduel truth -f json "$tmp/exact" "$tmp/wall" > "$tmp/truth.json" || echo fails
	[ "$(grep -c '"apart"' "$tmp/truth.json")" = $(($(wc -l < "$tmp/truth.csv") - 1)) ] ||
		echo "JSON has another number of rows"
}
check "JSON has the same rows" rows_in_json

# --- the picture ---------------------------------------------------------------------------
if command -v gnuplot > /dev/null; then
	picture() {
		fsduel truth -o "$tmp/out" "$tmp/exact" "$tmp/wall" > /dev/null || echo "exit code $?"
		for f in truth.csv truth.svg truth.png plots.gp; do
			[ -s "$tmp/out/$f" ] || echo "no $f"
		done
		diff "$tmp/truth.csv" "$tmp/out/truth.csv"
		grep -q '<text>.*exact mode' "$tmp/out/truth.svg" || echo "no axis is named"
	}
	check "-o keeps the rows and the picture" picture
	outside() { cat "$tmp/out/data/truth-1.csv" | cut -d, -f7,8 | sort | uniq -c; }
	run "what is outside has a number in the picture" outside
	gen evil exact=1 cells=2 blocks=6 roles=1 hostile=1
	gen evil2 cells=2 blocks=12 roles=1 hostile=1 noise=1
	hostile() { fsduel truth -o "$tmp/evil-out" "$tmp/evil" "$tmp/evil2" > /dev/null; }
	check "names are text in the picture" hostile
else
	skip "the picture" "there is no gnuplot"
fi

# --- what is refused -----------------------------------------------------------------------
run "an odd number of folders" fsduel truth "$tmp/exact" "$tmp/wall" "$tmp/exact"
run "the wrong order" fsduel truth "$tmp/wall" "$tmp/exact"
run "two folders of exact mode" fsduel truth "$tmp/exact" "$tmp/exact"
cp -r "$tmp/wall" "$tmp/other"
sed -i 's/"name": *"generated"/"name": "another", "sha256": "00"/' "$tmp/other/run.json"
run "two suites" fsduel truth "$tmp/exact" "$tmp/other"
run "a plot of one folder says where this picture comes from" \
	fsduel plot -K truth -o "$tmp/none" "$tmp/exact"

# --- the experiment ------------------------------------------------------------------------
listed() { fsduel experiment --list truth | grep -E '^truth|^  (measuring|host)' | sed 's/about .*/about SOME TIME/'; }
run "the experiment is listed, with its work on the host" listed
planned() {
	for suite in truth truth-2cpus; do
		fsduel plan "configs/experiments/$suite.ini" |
			sed -n '/^contrasts:/,/^cells:/{/^  [a-z]/s/:.*//p}' | tr -d ' '
	done | sort -u | wc -l
}
run "so many contrasts of one kernel are planned" planned
finish
