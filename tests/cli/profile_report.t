#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile_report.t: `fsduel profile`, what `fsduel compare` says of a profile, and what
# `fsduel annotate` refuses, on a made-up folder whose truth is known: two cells, two
# blocks of 1000 operations. "writer": patched executes 600 instructions more in
# ext4_file_write_iter, which is called as often; __schedule is called twice as
# often; down_read became inlined. "same": nothing changes.
. "$(dirname "$0")/lib.sh"

folder() { # NAME [SED SCRIPT FOR samples.csv [SED SCRIPT FOR profile.csv]]
	mkdir -p "$tmp/$1"
	awk -v dir="$tmp/$1" "$made"'
	function who_of(v, w, b, pass) { return made_who(v, w, "t=1", b, (b % 2 == v) + 1, pass) }
	function sample(v, w, b, pass, metric, unit, better, value) {
		made_sample(who_of(v, w, b, pass), "all", metric, unit, better, value)
	}
	function cost(v, w, b, object, name, address, each, calls) {
		print who_of(v, w, b, "profile") "," object "," name "," address "," 1000 * each "," \
			calls > rows
		sum[v, w, b] += each
	}
	BEGIN {
		rows = dir "/profile.csv"
		made_run("exact", 2, "profile", "", "{\"b\":{\"sha256\":\"abc\"," \
			"\"image\":\"/nowhere/bzImage\",\"ref\":\"k\"},\"p\":{}}")
		split("writer same", cells)
		for (c = 1; c <= 2; c++) made_cell(cells[c], "t=1", "", 1)
		made_end()
		print who "object,function,address,instructions,calls" > rows
		for (c = 1; c <= 2; c++)
			for (b = 1; b <= 2; b++)
				for (v = 0; v < 2; v++) {
					w = cells[c]; d = v && c == 1
					cost(v, w, b, "kernel", "ext4_file_write_iter", "0xffffffff81001000", d ? 770 + b : 170 + b, 1000)
					cost(v, w, b, "kernel", d ? "__schedule.constprop.0" : "__schedule", "0xffffffff81002000", d ? 500 : 250, d ? 2000 : 1000)
					if (!d)
						cost(v, w, b, "kernel", "down_read", "0xffffffff81003000", 13, 1000)
					cost(v, w, b, v ? "kernel" : "null_blk", "null_queue_rq", v ? "0xffffffff81004000" : "0xffffffffc0000000", 82, 1000)
					cost(v, w, b, "kernel", "memcpy_orig", "0xffffffff81005000", 1672, 8000)
					cost(v, w, b, "kernel", "", "", 2, "")
					cost(v, w, b, "fsduel-guest", "worker_main", "0x401000", 80, 0)
					ns = (sum[v, w, b] + 67) * 1000
					sample(v, w, b, "throughput", "ops_per_s", "1/s", "higher", 1000 / (ns / 1e9))
					sample(v, w, b, "profile", "ops_per_s", "1/s", "higher", 1000 / (ns / 1e9))
					sample(v, w, b, "profile", "counted_ops", "count", "", 1000)
					sample(v, w, b, "profile", "counted_time", "ns", "", ns)
				}
	}'
	[ -z "${2:-}" ] || sed -i -E "$2" "$tmp/$1/samples.csv"
	[ -z "${3:-}" ] || sed -i -E "$3" "$tmp/$1/profile.csv"
}
verdict() { fsduel compare "$1" | head -n 1; }
because() { fsduel compare "$1" | sed -n '/because/,/^$/p'; }
csv() { fsduel profile -f csv -w writer "$1" | grep -E '^contrast|whole|ext4_file|schedule,|down_read'; }

folder good
run "what explains most, and how" fsduel profile "$tmp/good"
run "one cell, two functions" fsduel profile -w writer -n 2 "$tmp/good"
run "as CSV" csv "$tmp/good"
folder hidden '' "s/down_read/a;$(printf '\xe2\x80\xae\xe2\x80\x8b\e')b/"
hidden() { fsduel profile -f folded -w writer --side baseline "$tmp/hidden" | grep -qx 'c;writer;other;a_???b [0-9]*' || fsduel profile -f folded --side baseline "$tmp/hidden" | cat -v; }
check "folded stacks hold no character that nobody sees" hidden
run "folded stacks of one side" fsduel profile -f folded -w writer --side baseline "$tmp/good"
check "JSON can be read" bash -c "'$B/fsduel' profile -f json $tmp/good | jq -e '.cells | length == 2' > $tmp/jq || cat $tmp/jq"
run "the comparison says in which function" because "$tmp/good"
run "an unknown workload names those there are" fsduel profile -w wirter "$tmp/good"
run "so does an unknown contrast" fsduel profile -C d "$tmp/good"
run "an unknown format is refused" fsduel profile -f xml "$tmp/good"
run "an unknown side is refused" fsduel profile --side left "$tmp/good"

# What the profile says decides nothing.
mkdir "$tmp/without" && sed 's/,"profile"//' "$tmp/good/run.json" > "$tmp/without/run.json"
grep -v ',profile,' "$tmp/good/samples.csv" > "$tmp/without/samples.csv"
check "verdicts are those of a folder without the pass" diff <(verdict "$tmp/without") <(verdict "$tmp/good")
run "without the pass there is nothing to show" fsduel profile "$tmp/without"
folder failed 's/^(.*,p,.*writer,.*,profile,.*),[^,]*,ok,,$/\1,,failed,,it broke/' '/,p,p,.*writer/d'
run "it says why there is nothing" fsduel profile -w writer "$tmp/failed"

folder early 's/^(.*,p,p,.*writer,.*,counted_time,.*),[^,]*,ok,,$/\1,1000000,ok,,/'
said() {
	fsduel profile -w writer "$tmp/early" > "$tmp/said"
	tr -s '\n ' ' ' < "$tmp/said" | grep -q "$1"
}
check "a time less than the instructions is told" said \
	'patched: more instructions than virtual time: the two are not of the same part of the run'

# Files that do not belong together, damage.
folder few '' '/,same,/d'
run "a cell run without rows is damage" fsduel profile "$tmp/few"
folder gone && rm "$tmp/gone/profile.csv"
run "so is a file too few, for compare too" fsduel compare "$tmp/gone"
folder odd '' '3s/0xffffffff/0xfffffffg/'
run "a bad address is refused" fsduel profile "$tmp/odd"

run "a function that nobody executed" fsduel annotate "$tmp/good" ext4_flie_write_iter
run "one that looks like no other" fsduel annotate "$tmp/good" zzzzzzzz
run "one of user space" fsduel annotate "$tmp/good" worker_main
run "without counts there is nothing to annotate" fsduel annotate "$tmp/good" ext4_file_write_iter
mkdir "$tmp/good/raw" && echo nonsense > "$tmp/good/raw/b0001-c0001-v01-profile.profile.gz"
run "counts that are none are refused" fsduel annotate "$tmp/good" ext4_file_write_iter

# The plug-in's format: magic, one mark each, two records of 171000 and 3, their sum.
counts() { # INSTRUCTIONS OF THE FUNCTION
	perl -e 'print pack("a8 L< L< Q< Q< (Q< Q<)2", "fsduelP1", 1, 1, 2, $ARGV[0] + 3, 0xffffffff81001000, $ARGV[0], 0xffffffff81009000, 3)' "$1"
}
for b in 1 2; do counts $((170000 + 1000 * b)) | gzip > "$tmp/good/raw/b000$b-c0001-v01-profile.profile.gz"; done
run "a kernel that is gone is no other" fsduel annotate "$tmp/good" ext4_file_write_iter
counts 5 > "$tmp/good/raw/b0001-c0001-v01-profile.profile.gz"
run "counts of another cell run are refused" fsduel annotate "$tmp/good" ext4_file_write_iter
finish
