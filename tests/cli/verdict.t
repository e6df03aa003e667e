#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verdict.t: the gate: exit codes by what was planted in made-up results, through a
# pipe and a make recipe too; and what stands in the table. The figures are those of
# tests/unit/test_judge.c and tests/oracle.
. "$(dirname "$0")/lib.sh"

# folder NAME MODE BLOCKS CHANGE [MORE]: four cells with 0.5 % of noise in results
# folder $tmp/NAME, cell 3 changed on the patched side. MORE: further members of run.json.
folder() {
	mkdir -p "$tmp/$1"
	awk -v dir="$tmp/$1" -v mode="$2" -v blocks="$3" -v change="$4" -v more="${5:-}" "$made"'
	function noise() { state = state * 16807 % 2147483647; return state / 2147483647 - 0.5 }
	BEGIN {
		state = 42
		made_run(mode, blocks, "", more)
		for (c = 1; c <= 4; c++) made_cell("w", "x=" c, "x=" c, c > 2 ? 8 : 1)
		made_end()
		for (b = 1; b <= blocks; b++)
			for (c = 1; c <= 4; c++)
				for (v = 0; v < 2; v++) {
					value = 1000 * c * (1 + 0.005 * noise()) * (v && c == 3 ? 1 + change : 1)
					who = made_who(v, "w", "x=" c, b, (b * 7 % 3 == v) + 1, "throughput")
					made_sample(who, "all", "ops_per_s", "1/s", "higher", sprintf("%.3f", value))
				}
	}'
}
codes() { # WANTED COMMAND...
	local want=$1
	shift
	"$@" > "$tmp/said" 2>&1
	local got=$?
	[ $got = "$want" ] || { echo "exit $got, wanted $want"; cat "$tmp/said"; }
}

folder slow kvm 10 -0.03
folder fast kvm 10 0.03
folder none kvm 10 0
folder few kvm 5 -0.03
run "a planted slowdown stands in the table" fsduel compare "$tmp/slow"
check "a planted slowdown of 3 % is exit 1" codes 1 fsduel compare "$tmp/slow"
check "so it is through a pipe" codes 1 bash -c \
	"set -o pipefail; '$B/fsduel' compare $tmp/slow | cat"
printf 'gate:\n\t@%s compare %s > /dev/null\n' "$(realpath "$B/fsduel")" "$tmp/slow" \
	> "$tmp/slow.mk"
printf 'gate:\n\t@%s compare %s > /dev/null\n' "$(realpath "$B/fsduel")" "$tmp/none" \
	> "$tmp/none.mk"
check "a make recipe fails with it" codes 2 make -f "$tmp/slow.mk"
check "and succeeds without it" codes 0 make -f "$tmp/none.mk"
check "without it the exit code is 0" codes 0 fsduel compare "$tmp/none"
check "faster is exit 0" codes 0 fsduel compare "$tmp/fast"
check "a margin past it makes it the same" codes 0 fsduel compare --margin 5% "$tmp/slow"
check "the verdict line says so too" grep -q '^verdict: same (4 cells: 4 same)$' "$tmp/said"
check "too few blocks are unsure, exit 0" codes 0 fsduel compare "$tmp/few"
check "with --strict 5" codes 5 fsduel compare --strict "$tmp/few"
check "and the table says how many are needed" grep -q 'fewer than 6' "$tmp/said"
check "decided cells pass --strict" codes 0 fsduel compare --strict "$tmp/none"

# Slower beats unmeasured, unmeasured beats fine.
cp -r "$tmp/slow" "$tmp/gap"
grep -v ',x=1,10,.*' "$tmp/slow/samples.csv" > "$tmp/gap/samples.csv"
check "slower with a pair unmeasured is exit 1" codes 1 fsduel compare "$tmp/gap"
grep -v ',x=1,10,.*' "$tmp/none/samples.csv" > "$tmp/none.csv"
cp -r "$tmp/none" "$tmp/hole" && mv "$tmp/none.csv" "$tmp/hole/samples.csv"
check "one pair unmeasured and nothing slower is exit 4" codes 4 fsduel compare "$tmp/hole"

# Exact mode: blocks are seeds, with one thread (x=1, x=2) as with many.
folder exact exact 5 -0.03
check "in exact mode 5 seeds are unsure, of one thread, too" codes 5 fsduel compare --strict \
	--margin 1% "$tmp/exact"
check "in every cell" test "$(grep -c '^w x=[1-4] .*unsure' "$tmp/said")" = 4
folder seeds exact 6 -0.03
check "6 decide" codes 1 fsduel compare --strict --margin 1% "$tmp/seeds"

# What becomes of cells whose roles differ, that fall to 0, in which a kernel breaks.
[ -x "$B/gen_folder" ] || make -s B="$B" "$B/gen_folder" || exit
says() { # WANTED LINE: codes of the compare before, and its first line
	head -1 "$tmp/said" | grep -qx "$1" || head -1 "$tmp/said"
}
kind=2
gen() { "$B/gen_folder" "$tmp/$1" single=1 cells=1 blocks=10 verdicts="$kind"; kind=$((kind + 1)); }
for name in mixed zero broken once repaired both; do gen $name; done
check "a mix with a slower and a faster role is exit 1" codes 1 fsduel compare "$tmp/mixed"
check "its word is mixed" says 'verdict: mixed (1 cell: 1 mixed)'
check "and the roles are named" grep -qE \
	'mixed     dio-overwrite: dio_overwrite \+3[45]..? %, dio_read -(19|20).. %' "$tmp/said"
check "a role that falls to 0 is exit 1" codes 1 fsduel compare "$tmp/zero"
check "and slower" says 'verdict: slower (1 cell: 1 slower)'
check "it is named as the worst" grep -q 'worst     dio-overwrite dio_overwrite to 0' "$tmp/said"
check "and the mean leaves it out" bash -c \
	"tr -s '\n ' ' ' < '$tmp/said' | grep -q '1 left out, as a value of 0 has no ratio'"
check "a patched kernel that breaks is exit 1, not 4" codes 1 fsduel compare "$tmp/broken"
check "broken" says 'verdict: broken (1 cell: 1 broken; 10 pairs not measured)'
check "with the kernel's own line" grep -q \
	'broken    dio-overwrite, in 10 of 10 blocks: the kernel had an oops: BUG:' "$tmp/said"
check "one block of ten is enough" codes 1 fsduel compare "$tmp/once"
check "and is counted" grep -q 'broken    dio-overwrite, in 1 of 10 blocks' "$tmp/said"
check "a baseline that breaks is no fault of the patch" codes 0 fsduel compare --strict \
	"$tmp/repaired"
check "but its repair" says 'verdict: repaired (1 cell: 1 repaired; 10 pairs not measured)'
check "with the line" grep -q 'repaired  dio-overwrite, in 10 of 10 blocks: baseline only: the kernel warned' "$tmp/said"
cp -r "$tmp/once" "$tmp/once_repaired"
perl -0pi -e 's/"baseline": "baseline\/default",(\s*"name": "default",\s*)"patched": "patched\/default"/"baseline": "patched\/default",$1"patched": "baseline\/default"/' "$tmp/once_repaired/run.json"
check "a baseline that breaks in one block is no fault either" codes 0 fsduel compare \
	"$tmp/once_repaired"
check "it is said" grep -q 'repaired  dio-overwrite, in 1 of 10 blocks' "$tmp/said"
check "nor is it in KTAP" codes 0 bash -c \
	"set -o pipefail; '$B/fsduel' compare -f ktap $tmp/once_repaired | { ! grep 'not ok'; }"
check "nor in JUnit" codes 0 bash -c \
	"set -o pipefail; '$B/fsduel' compare -f junit $tmp/once_repaired | { ! grep '<error\|<failure'; }"
check "where both break nothing is known" codes 4 fsduel compare "$tmp/both"
check "and both lines are said" bash -c "grep -q 'baseline failed: the kernel warned' '$tmp/said' && grep -q 'patched failed: the kernel had an oops' '$tmp/said'"
for format in csv json junit ktap; do
	check "$format has the exit codes of the table" bash -c "for c in mixed:1 zero:1 broken:1 once:1 repaired:0 both:4; do '$B/fsduel' compare -f $format $tmp/\${c%:*} > /dev/null; got=\$?; [ \$got = \${c#*:} ] || echo \$c: \$got; done"
done
check "comparison.csv says which rows decide, and the cell's verdict" test \
	"$(fsduel compare -f csv "$tmp/mixed" | grep -c 'true,true,false.*,mixed$')" = 2

# The suite's margin, adaptive looks, a floor.
folder suite kvm 10 -0.03 ',"margins":{"ops_per_s":0.06}'
check "the suite's margin counts" codes 0 fsduel compare "$tmp/suite"
check "the command line's goes over it" codes 1 fsduel compare --margin 2% "$tmp/suite"
both_units() { # margin,margin_pct of the row that decides
	fsduel compare --margin 7% -f csv "$tmp/suite" | perl -F, -lane '
		$. == 1 ? (%c = map { $F[$_] => $_ } 0 .. $#F) : print join ",", @F[@c{qw(margin margin_pct)}]' |
		grep -vx '0.07,7' | grep .
	fsduel compare --margin 7% -f json "$tmp/suite" | grep -q \
		'"margin": 0.07.*"margin_pct": 7.0' ||
		echo "not so in JSON"
}
check "it stands in both units" both_units
folder looks kvm 12 -0.03 ',"looks":[{"blocks":8,"alpha":0.01},{"blocks":12,"alpha":0.01}]'
check "an adaptive run is judged look by look" codes 1 fsduel compare "$tmp/looks"
check "and says so" grep -q 'looks at 8, 12 blocks' "$tmp/said"
mkdir -p "$cache/floors"
echo '{"schema":1,"cells":[{"workload":"w","params":"x=2","role":"all","metric":"ops_per_s","sd_log":0.05}]}' > "$cache/floors/m.json"
fsduel compare "$tmp/none" > "$tmp/said"
check "a margin finer than the machine's floor is warned of" grep -q 'finer than this machine can' \
	"$tmp/said"
echo 'no JSON' > "$cache/floors/m.json"
check "a floor that is none stops nothing" codes 0 fsduel compare "$tmp/none"

run "a margin that is none is refused" fsduel compare --margin 0% "$tmp/none"
run "a fraction is not taken for per cent" fsduel compare --margin 0.02 "$tmp/none"
run "so is a word" fsduel compare --margin small "$tmp/none"
run "fewer blocks than a look needs are refused" fsduel duel -c configs/quick.ini --until-sure \
	--max-blocks 7 -o "$tmp/x"
run "adaptive runs choose their blocks" fsduel duel -c configs/quick.ini --until-sure -b 9 \
	-o "$tmp/x"
run "a plan that can decide nothing says so" fsduel plan -b 5 -m kvm tests/data/suites/tiny.ini
check "one that can does not" bash -c "! '$B/fsduel' plan -b 6 -m kvm tests/data/suites/tiny.ini | grep 'too few'"

# Everything that is judged can be read by programs.
fsduel compare --format json "$tmp/slow" > "$tmp/json"
check "JSON has verdict, headline and warnings" bash -c \
	"grep -q '\"verdict\": \"slower\"' $tmp/json && grep -q '\"headlines\"' $tmp/json && grep -q '\"warnings\"' $tmp/json"
check "no number in CSV is none" bash -c \
	"! '$B/fsduel' compare -M all -f csv $tmp/gap | grep -iE '(^|,)-?(nan|inf)'"
finish
