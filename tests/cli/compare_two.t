#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# compare_two.t: two folders as the two sides of one contrast: paired in exact mode, not on a
# wall clock, and refused where they differ in more than kernel and mount.
. "$(dirname "$0")/lib.sh"

# other NAME FROM [EXPRESSION...]: a copy, with its run.json changed by sed.
other() {
	local name=$1 from=$2
	shift 2
	cp -r "$from" "$tmp/$name"
	for s in "$@"; do sed -i "$s" "$tmp/$name/run.json"; done
}
mixed=tests/data/results-mixed
other mixed "$mixed"
alone "$tmp/alone"
perl -0pi -e 's/,\s*\{\s*"name": "patched\/default",[^}]*\}//' "$tmp/alone/run.json"
sed -i '/,patched\/default,/d' "$tmp/alone/samples.csv"
cd "$tmp" || exit
B=$(cd "$OLDPWD" && realpath "$B")


run "two variants of one folder" fsduel compare mixed mixed --baseline baseline/default --patched \
	patched/default
run "the same folder twice" fsduel compare alone alone
run "links and slashes are the folder they lead to" fsduel compare alone/ ./alone/.

# The same samples, compared as one folder and as two, give the same figures.
columns() { csv=$(cat) && awk -F, '{ print $4, $5, $9, $10, $16, $17, $18, $19, $20 }' <<< "$csv"; }
figures() {
	diff <(fsduel compare mixed -C kernels -f csv | columns) \
		<(fsduel compare mixed mixed --baseline baseline/default --patched patched/default \
			-f csv | columns)
}
check "the figures are those of one folder" figures
formats() {
	for f in table csv json junit ktap; do
		fsduel compare -f $f alone alone > said 2>&1 || echo "$f: $?"
		[ -s said ] || echo "$f: nothing"
	done
}
check "all formats are written" formats

cp -r alone 'a, "b" c'
cp -r alone $'\xff'
odd() { fsduel compare 'a, "b" c' $'\xff' -f csv | head -n 2 | cut -d, -f 1-6; }
run "folders of any name" odd
run "several variants, and none chosen" fsduel compare mixed alone
run "an unknown variant" fsduel compare alone mixed --patched nosuch/default
run "no results folder" fsduel compare alone none
run "nor the first one" fsduel compare none alone
run "the options belong to two folders" fsduel compare alone --force
run "three folders" fsduel compare alone alone alone

# What must be equal.
other machine alone 's/"5d1f0c77/"00000000/'
other suite alone 's/"sha256": "abab/"sha256": "cdcd/'
other device alone 's/^ "schema": 1,/ "schema": 1, "device": { "kind": "nvme" },/'
other jobs alone 's/^ "schema": 1,/ "schema": 1, "jobs": { "w": { "sha256": "00" } },/'
other cells alone 's/"threads=8"/"threads=9"/; s/threads=8"/threads=9"/'
sed -i 's/threads=8,/threads=9,/' cells/samples.csv
other seeds alone
perl -i -F, -lane '$F[9] += 7 if $. > 1; print join ",", @F, ("") x (22 - @F)' seeds/samples.csv
other mode alone 's/"mode": "exact"/"mode": "tcg"/'
sed -i 's/,exact,/,tcg,/' mode/samples.csv
for what in machine suite device jobs cells seeds mode; do
	run "another $what is refused" fsduel compare alone $what
done
forced() { fsduel compare --force alone "$1" | grep -A 2 "^note" ; }
run "--force says in what they differ" forced machine
run "other seeds are no pairs, forced or not" forced seeds
run "neither are two modes" forced mode

# The suites may name other kernels, mounts and numbers of blocks.
suite_text() { printf '# %s\n[suite]\nname = %s\nblocks = %s\n\n[kernel k]\nimage = %s\n[workload w]\nmix = %s\n' "$@"; }
suite_text a a 3 6.1 dio_read > alone/suite.ini
suite_text b b 4 6.12 dio_read > suite/suite.ini
same_work() { fsduel compare alone suite > said 2>&1 || cat said; }
check "another kernel in the suite is what is compared" same_work
suite_text b b 4 6.12 dio_overwrite > suite/suite.ini
refused() { ! fsduel compare alone suite > said 2>&1 && ! grep "differ in suite" said \
	> /dev/null && cat said; true; }
check "other work in the suite is refused" refused

# A verdict of the two that was shown before one of them grew is a look, whichever grew.
cp -r alone grown
echo '[1]' > grown/looks.json
spends() { fsduel compare "$@" | tr -s '\n ' ' ' | grep -q \
	"added after a verdict had been shown at 1" || echo "no look at 1 is said"; }
check "a look at the second folder counts" spends alone grown
check "and one at the first" spends grown alone
looks() { tr -d ' \n' < "$1/looks.json"; }
other half alone
last=$(cut -d, -f9 alone/samples.csv | sort -n | tail -n 1)
perl -i -F, -lane "print \$_ if \$. == 1 || \$F[8] < $last" half/samples.csv
cp -r alone whole
fsduel compare whole half > said 2>&1
check "a verdict of a folder that is not complete is kept in both" \
	test "$(looks whole) $(looks half)" = "[$((last - 1))] [$((last - 1))]"

# On a wall clock.
for d in host1 host2; do
	other $d alone 's/"mode": "exact"/"mode": "host"/'
	sed -i 's/,exact,/,host,/' $d/samples.csv
done
run "folders of a host are not paired" fsduel compare host1 host2
echo '[2]' > host2/looks.json
later() { fsduel compare host1 host2 | tr -s '\n ' ' ' | grep \
	-o 'blocks were added after.* may spend [0-9.]* %'; }
run "a second look at them says what it may spend" later
rm host2/looks.json

# What one of them lacks.
other fewer alone 's/"blocks": [0-9]*/"blocks": 1/'
perl -i -F, -lane 'print $_ if $. == 1 || $F[8] == 1' fewer/samples.csv
fewer() { fsduel compare alone fewer | grep "block"; }
run "blocks that only one has are left out" fewer
other gap alone
sed -i '/threads=1,/d' gap/samples.csv
run "a cell that one has not measured" fsduel compare gap alone
other mount alone 's/"options": ""/"options": "nodelalloc"/'
mounts() { fsduel compare alone mount | grep "mount"; }
run "a mount of the same name and other options" mounts

# A comparison of two is no look at either's own contrasts, and theirs may have been of two.
other looked alone
echo '[2]' > looked/looks.json
shared() { fsduel compare looked alone | tr -s '\n ' ' ' | grep \
	-o 'blocks were added after a verdict had been shown at 2'; tr -d ' \n' \
	< looked/looks.json; }
run "looks of either count, and the new one is kept" shared
finish
