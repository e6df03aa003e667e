#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# looks.t: made-up results of exact mode in which nothing changed, judged by the program
# itself: once, and again and again while blocks are added; and what it keeps of that.
. "$(dirname "$0")/lib.sh"

# folder NAME SEED BLOCKS PLANNED CHANGE: ten cells of 8 threads, six of which know two
# states and three a few values; CHANGE of the first cell, 0 for none. The first blocks
# are the same, however many there are.
folder() {
	mkdir -p "$tmp/$1"
	awk -v dir="$tmp/$1" -v seed="$2" -v blocks="$3" -v planned="$4" -v change="$5" "$made"'
	function draw(n) { state = state * 16807 % 2147483647; return int(state / 2147483647 * n) }
	BEGIN {
		state = seed * 7919 + 1
		for (i = 0; i < 10; i++) draw(2)
		made_run("exact", planned)
		for (c = 1; c <= 10; c++) made_cell("w", "x=" c, "x=" c, 8)
		made_end()
		for (b = 1; b <= blocks; b++)
			for (c = 1; c <= 10; c++) {
				if (c <= 7) d = (0.003 + 0.0003 * c) * (2 * draw(2) - 1)
				else d = 0.0005 * (draw(7) - 3)
				if (c == 1 && change) d = change + 0.001 * draw(9)
				for (v = 0; v < 2; v++)
					made_sample(made_who(v, "w", "x=" c, b, v + 1, "throughput"), "all",
						"ops_per_s", "1/s", "higher", sprintf("%.9g", 1000 * (v ? exp(d) : 1)))
			}
	}'
}
called() { fsduel compare "$tmp/$1" | sed -n '1{/slower\|faster/p}'; }
# at_most_5 WRONG OF: is the lower end of the 99 % interval (Wilson) at most 5 %?
at_most_5() {
	awk -v k="$1" -v n="$2" 'BEGIN { z = 2.326; p = k / n; low = (p + z * z / 2 / n - z * sqrt(p * (1 - p) / n + z * z / 4 / n / n)) / (1 + z * z / n)
		if (low > 0.05) print k " of " n ", and " low " > 0.05" }'
}

# --- judged once --------------------------------------------------------------------------
alarms=0
for i in $(seq 200); do
	folder null "$i" $((6 + i % 5)) $((6 + i % 5)) 0
	[ -z "$(called null)" ] || alarms=$((alarms + 1))
done
check "200 duels of 6 to 10 blocks with nothing changed: false alarms at most 5 %" at_most_5 \
	$alarms 200
check "a folder that was measured as planned needs no record" test ! -e "$tmp/null/looks.json"
missed=0
for i in $(seq 20); do
	folder ten "$i" 6 6 0.1
	called ten | grep -q '1 faster' || missed=$((missed + 1))
done
check "6 blocks find +10 % beside cells that know two states, in 20 of 20" test $missed = 0

# --- judged again and again -----------------------------------------------------------------
# The rows of more blocks come into the folder as a run under way brings them.
alarms=0
for i in $(seq 60); do
	rm -rf "$tmp/peek"
	alarm=
	for blocks in 6 7 9 12; do
		folder peek "1$i" $blocks 12 0
		alarm=$alarm$(called peek)
	done
	[ -z "$alarm" ] || alarms=$((alarms + 1))
done
check "60 duels judged at 6, 7, 9 and 12 blocks: at most 5 % with a false alarm" at_most_5 $alarms \
	60
looks() { tr -d ' \n' < "$tmp/$1/looks.json"; }
check "every look is recorded" test "$(looks peek)" = "[6,7,9,12]"
fsduel compare "$tmp/peek" > /dev/null
check "the same look is recorded once" test "$(looks peek)" = "[6,7,9,12]"
check "and the table says that looks share the 5 %" \
	eval 'fsduel compare "$tmp/peek" | tr -s "\n " " " | grep -q "added after a verdict had been shown at 6" || echo nothing is said'
for command in letter "plot -o $tmp/plots" "report -o $tmp/report.html"; do
	folder other 3 5 8 0
	rm -f "$tmp/other/looks.json"
	# shellcheck disable=SC2086
	fsduel $command "$tmp/other" > /dev/null 2>&1
	check "${command%% *} shows a verdict, and it is recorded" test "$(looks other)" = "[5]"
done
# A planned sequence of looks is not added to.
folder planned 3 9 12 0
sed -i 's/"machine"/"looks":[{"blocks":8,"alpha":0.01},{"blocks":12,"alpha":0.01}],"machine"/' \
	"$tmp/planned/run.json"
check "a planned look that was not reached is not judged" \
	eval 'fsduel compare "$tmp/planned" | tr -s "\n " " " | grep -q "looks at 8 blocks, 1 of 5 % spent" || echo it is'
check "and nothing is recorded" test ! -e "$tmp/planned/looks.json"
echo '[6, 6]' > "$tmp/null/looks.json"
damaged() { fsduel compare "$tmp/null" 2>&1 | sed "s|$tmp|TMP|"; }
check "a damaged record is refused" eval \
	'damaged | grep -q "TMP/null/looks.json is no list of growing numbers" || damaged'
finish
