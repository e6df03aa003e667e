#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# plot.t: pictures of made-up results: what gnuplot is given (golden), that it draws, that
# names from outside are text everywhere, any number of cells.
. "$(dirname "$0")/lib.sh"

command -v gnuplot > /dev/null || { echo "1..0 # SKIP there is no gnuplot"; exit 0; }
gen() { "$B/gen_folder" "$tmp/$1" "${@:2}" || echo "gen_folder $1 fails"; }
# Figures to six digits: the last of 17 differ between C libraries. Where the scripts are.
filter() {
	sed -E "s#'[^']*/dashboards/#'dashboards/#; s/([0-9]\.[0-9]{5})[0-9]+/\1/g"
}
inputs() { # FOLDER: all that gnuplot reads
	local f
	for f in "$1"/plots.gp "$1"/data/*.csv; do
		echo "-- ${f#"$1"/}"
		cat "$f"
	done
}

# --- what gnuplot is given -------------------------------------------------------------
gen evil cells=2 blocks=6 roles=1 locks=1 hostile=1
run "every kind is drawn, and what is not says why" fsduel plot "$tmp/evil"
run "gnuplot's input" inputs "$tmp/evil/plots"
gen trouble cells=8 blocks=4 trouble=1 contrasts=2
fsduel plot -K forest -o "$tmp/out" "$tmp/trouble" > "$tmp/said"
run "cells that went wrong stand in the forest" cat "$tmp/out/data/forest-default-1.csv"
keys() { # a key of one forest is not in the next
	(cd "$tmp/out" && sed '1i ended=1' plots.gp | gnuplot -d - 2> /dev/null && grep -l '<text>repaired' -- *.svg)
}
run "broken and repaired are in the key of the contrast that has them" keys

cat > "$tmp/three.ini" << 'EOF'
[suite]
blocks = 2
[kernel always]
image = a
[kernel never]
image = b
[kernel in-flight]
image = c
[mount delalloc]
[mount nodelalloc]
options = nodelalloc
[contrast never]
baseline = always/delalloc
patched = never/delalloc
[contrast in-flight]
baseline = always/delalloc
patched = in-flight/delalloc
[contrast nodelalloc]
baseline = always/nodelalloc
patched = in-flight/nodelalloc
[workload fill]
mix = buffered_write dio_read:{readers}
readers = 0 1 4
sync_every = 16
EOF
fsduel plan -f json "$tmp/three.ini" | perl tests/plan_folder.pl "$tmp/three"
run "all variants of all contrasts are in one picture" fsduel plot -K scaling "$tmp/three"
run "a table has a column for each of them" head -n 3 "$tmp"/three/plots/data/scaling-{1,2}.csv

# --- pictures ----------------------------------------------------------------------------
is_png() {
	perl -e 'local $/; for (@ARGV) { open my $f, "<", $_ or die; my $d = <$f>;
		my ($w, $h) = unpack "x16NN", $d;
		print "$_ is no PNG\n" unless $d =~ /^\x89PNG/ && $w >= 600 && $h >= 100 }' "$@"
}
is_svg() {
	local f
	for f; do
		[ "$(tail -n 2 "$f" | tr -d '\n')" = '</svg>' ] && grep -q '<text>.*is better' \
			"$f" || echo "$f is not whole"
	done
}
check "PNGs are pictures" is_png "$tmp"/evil/plots/*.png
check "SVGs are whole, and say what is better" is_svg "$tmp"/evil/plots/*.svg
texts() { grep -ho '<text>.*</text>' "$tmp"/evil/plots/*.svg | sort -u; }
shows() { texts | grep -qF "$1" || echo "not shown: $1"; }
check "a hostile workload is text" shows "q\"u'o\`t\`e\\s?new%line threads=1"
check "a hostile kernel is text" shows '">&lt;script>alert(1)&lt;/script>/default'
no_markup() {
	cat "$tmp"/evil/plots/*.svg | grep -n '<script'
	texts | grep -n 'uid='
	true
}
check "nothing is obeyed" no_markup
again() {
	mkdir "$tmp/again" && cp -r "$tmp/evil/plots/data" "$tmp/evil/plots/plots.gp" \
		"$tmp/again" || return
	(cd "$tmp/again" && gnuplot -d plots.gp 2> /dev/null) || echo "gnuplot plots.gp fails"
	cmp "$tmp/again/forest.svg" "$tmp/evil/plots/forest.svg"
}
check "plots.gp draws it all again, the same" again

kinds() { # FOLDER KINDS: so many kinds, each as SVG and PNG, come out without a word of gnuplot's
	fsduel plot "$tmp/$1" > "$tmp/said" 2>&1 || cat "$tmp/said"
	[ "$(ls "$tmp/$1/plots" | grep -c 'svg$')" = "$2" ] || ls "$tmp/$1/plots"
	is_png "$tmp/$1"/plots/*.png
}
for cells in 1 8 60; do
	gen "c$cells" cells=$cells blocks=6 locks=1
done
check "1 cell" kinds c1 2
check "8 cells" kinds c8 5
drawn() { grep -q "<text>$2" "$tmp"/c8/plots/"$1"*.svg || echo "no $2"; }
check "a forest has a row a cell" drawn forest "dio-overwrite threads=8"
check "change is over threads" drawn change threads
check "scaling too" drawn scaling threads
check "latency has percentiles" drawn latency p99.9
check "60 cells" kinds c60 5
gen one cells=3 blocks=1 exact=1
check "one block" kinds one 4
gen quote cells=8 blocks=6 locks=1
sed -i "s#dio-overwrite#'it''s'#; s#patched/default#'patched'#" "$tmp"/quote/{*.csv,run.json}
check "names that begin with a quote" kinds quote 5
gen long cells=4 single=1 blocks=3 hostile=1 locks=1
check "long names" kinds long 3
check "a long name is folded" grep -q '<text>thought of tables' "$tmp/long/plots/forest.svg"
higher() { # the picture of 60 cells is the higher one
	perl -e 'for (@ARGV) { open my $f, "<", $_; read $f, my $d, 24; push @h, unpack "x20N", $d }
		print "@h\n" unless $h[1] > 3 * $h[0]' "$tmp/c8/plots/$1.png" "$tmp/c60/plots/$1.png"
}
for kind in forest locks latency; do
	check "more cells, a higher picture: $kind" higher $kind
done

# --- what can be wrong -----------------------------------------------------------------------
run "an unknown kind names those there are" fsduel plot -K pie "$tmp/c1"
run "nothing to draw is said" fsduel plot -K profile "$tmp/trouble"
run "what is no results folder is refused" fsduel plot "$tmp"
mkdir "$tmp/none"
without() { PATH=$tmp/none "$B/fsduel" plot "$tmp/c1"; }
run "without gnuplot" without
finish
