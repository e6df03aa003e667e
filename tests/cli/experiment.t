#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# experiment.t: `fsduel experiment` from names to reports, on Debian's own kernels: what
# is listed, measured, gone on with and refused. Kernels that are built are for
# tests/slow/experiments.t.
. "$(dirname "$0")/lib.sh"
suite=$PWD/tests/data/suites/experiment.ini
B=$(realpath "$B")
for folder in kernels dashboards; do ln -s "$PWD/$folder" "$tmp/$folder"; done
cd "$tmp" || exit
filter() { # what follows from the machine, or from how long it took
	sed -E 's/about [0-9].*/about SOME TIME/; s/(program and in ).*(; a suite)/\1(...)\2/'
}

run "help" fsduel experiment -h
# Its own copy: beside the one in build/ there are the project's, all of which it would run.
mkdir elsewhere && cp "$B/fsduel" elsewhere/
run "a folder without experiments" timeout 60 elsewhere/fsduel experiment all
mkdir -p tree/build tree/configs/experiments
cp "$B/fsduel" tree/build/
sed 's/^question.*/question = Is it found?/' "$suite" > tree/configs/experiments/E5.ini
run "in the tree that the program was built in" tree/build/fsduel experiment --list E5
mkdir -p configs/experiments
sed 's/^runtime = .*/runtime = 60ms/' "$suite" > configs/experiments/E1.ini
sed '/^unscaled/d; s/^question.*/question = And on two CPUs?\n/; /^source/d; s/^patches.*/image = 6.1/' "$suite" \
	> configs/experiments/E1-2cpus.ini
run "a list with kernels that are not there" fsduel experiment -j 2
run "a list of one" fsduel experiment --list -j 2 E1-2cpus
run "unscaled, what has only one size is told" fsduel experiment --list -j 2 --unscaled E1
run "what one works in comes before the program's tree" tree/build/fsduel experiment --list E5
run "an unknown one" fsduel experiment E11 E1
sed 's/^mix/mixx/' "$suite" > mine.ini
run "one with a mistake, given by its path" fsduel experiment --list ./mine.ini
run "an unknown mode" fsduel experiment -m metal E1
run "too many guests" fsduel experiment -j 300 E1

# --- with kernels ---------------------------------------------------------------
real_cache
if ! fsduel kernel show 6.1 > /dev/null 2>&1 || ! fsduel kernel show 6.12 > /dev/null 2>&1; then
	skip "experiments are measured" \
		"Debian's kernels are not in the cache and could not be fetched"
	finish
fi
cat > configs/experiments/E3.ini << 'END'
[suite]
blocks = 1
[experiment]
question = Which of the two is faster <here>?
[kernel baseline]
image = 6.1
[kernel patched]
image = 6.12
[device]
size = 256M
[workload overwrite]
mix = dio_overwrite
file_size = 16M
runtime = 20ms
END
sed 's/image = 6.12/image = no-such/' configs/experiments/E3.ini > configs/experiments/E2.ini
rm configs/experiments/E1*
experiment() {
	fsduel experiment -q -m exact -o out "$@" > said 2>&1
	code=$?
}
experiment all
expect "all of them: one that lacks a kernel is said" 2 "^fsduel experiment: E2: there is no kernel \"no-such\""
expect "and does not keep the other from being measured" 2 "^E3: 1 unsure; "
expect "what failed stands in the last lines too" 2 "^E2: failed; "
whole() {
	for f in comparison.csv letter.txt report.html plots/forest.svg plots/forest.png run.json; \
		do
		[ -s "out/E3/$f" ] || echo "no $f"
	done
	[ ! -e out/E2/run.json ] || echo "E2 has a results folder"
	grep -qF 'Which of the two is faster \u003chere\u003e?' out/E3/report.html || echo "the report does not ask"
}
check "a folder has all that belongs to it" whole
cp out/E3/samples.csv first
rm out/E3/letter.txt out/E3/report.html
touch stamp
experiment E3
expect "again: nothing is measured, unsure is no failure, what is written from it is" 0 "^E3: 1 unsure"
check "the folder is whole again" whole
check "no cell run was made again" find out/E3/parts -newer stamp
rm out/E3/parts/*baseline* 2> /dev/null || rm "$(ls out/E3/parts/*.json | head -n 1)"
experiment E3
expect "what is missing is measured" 0 "^E3: 1 unsure.* s$"
check "and gives the same samples" diff <(cut -d, -f1-11,13- first) <(cut -d, -f1-11,13- out/E3/samples.csv)
sed -i 's/runtime = 20ms/runtime = 30ms/' configs/experiments/E3.ini
experiment E3
expect "another work does not go into the same folder" 2 \
	"^fsduel experiment: E3: out/E3 holds another plan: cell 1 .* params: runtime=30ms, was runtime=20ms"
finish
