#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hostile.t: text from outside that acts instead of being seen (escape sequences, marks that
# turn the writing direction, characters without width, a spreadsheet's formulas) is put into
# every place of a results folder, and every output is searched for its bytes.
. "$(dirname "$0")/lib.sh"

# What no output may hold: C0 but newline and tab, DEL, C1, direction, no width, not UTF-8.
unseen() { # FILE...
	perl -CO -e 'for my $f (@ARGV) { open my $in, "<:raw", $f or die "$f: $!";
		while (my $l = <$in>) {
			utf8::decode($l) or print "$f:$.: no UTF-8\n";
			printf "%s:%d: U+%04X\n", $f, $., ord $1 while $l =~ m{([\x00-\x08\x0b-\x1f\x7f-\x9f]
				|[\xad\x{61c}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]
				|[\x{fe00}-\x{fe0f}\x{e0000}-\x{e0fff}])}xg } }' "$@"
}

"$B/gen_folder" "$tmp/D" cells=8 blocks=6 roles=2 series=4 locks=1 latency=1 trouble=1 || exit
# A name, a reason, a function, a note, a kernel's version: each gets all of it.
cat > "$tmp/poison.pl" << 'EOF'
use utf8;
my $evil = "=cmd|\x{202e}x\x{2066}\x{200b}\x{feff}\x{1b}[2J\x{9b}y\x{e0041}";
local $/;
for my $f (@ARGV) {
	open my $in, "<:utf8", $f or die "$f: $!";
	my $t = <$in>;
	my $e = $f =~ /json$/ ? $evil =~ s/\x{1b}/\\u001b/r : $evil;
	$t =~ s/\bdio-overwrite\b/$e/g;
	$t =~ s/\bpatched\/default\b/+$e/g;
	$t =~ s/"(#1|6\.[^"]*|It is [^"]*|The [^"]*)"/"$e$1"/g;
	$t =~ s/,(failed|skipped|invalid),([^,]*),("?)/,$1,$2,$3\@$e/g if $f =~ /samples/;
	$t =~ s/;(ext4_\w+)/;$e$1/g if $f =~ /lockstacks/;
	open my $out, ">:utf8", $f;
	print $out $t;
}
EOF
perl "$tmp/poison.pl" "$tmp"/D/*.csv "$tmp/D/run.json" || exit
planted() { grep -q "$(printf '\u202e')" "$1" || echo "nothing of it is in $1"; }
export LC_ALL=C.UTF-8
for f in samples.csv lockstacks.csv series.csv latency.csv run.json; do
	check "it is in $f" planted "$tmp/D/$f"
done

output() { # NAME COMMAND...: it ends as it may, says something, and nothing of that is unseen
	local name=$1 code
	shift
	"$@" > "$tmp/out" 2> "$tmp/err"
	code=$?
	case $code in 0 | 1 | 4 | 5) ;; *) echo "exit $code"; cat "$tmp/err" ;; esac
	[ -s "$tmp/out" ] || echo "it says nothing"
	unseen "$tmp/out" "$tmp/err"
	cp "$tmp/out" "$tmp/$name"
}
for f in table csv json; do
	check "compare --format $f" output "compare.$f" fsduel compare -M all -r all -f $f "$tmp/D"
done
for f in junit ktap; do
	check "compare --format $f" output "compare.$f" fsduel compare -f $f "$tmp/D"
done
for f in table csv json; do
	check "locks --format $f" output "locks.$f" fsduel locks -f $f "$tmp/D"
done
check "letter" output letter fsduel letter "$tmp/D"
check "report" output report fsduel report "$tmp/D"
check "its page" unseen "$tmp/D/report.html"
decoded() { # what the page's script gets
	perl -MJSON::PP -0777 -ne 'my $j = JSON::PP->new->allow_nonref;
		while (m{<script[^>]*application/json[^>]*>(.*?)</script>}gs) {
			print $j->utf8->encode(JSON::PP->new->allow_nonref->decode($1)), "\n" }' \
		"$tmp/D/report.html" > "$tmp/decoded"
	[ -s "$tmp/decoded" ] || echo "no JSON in the page"
	unseen "$tmp/decoded"
	grep -nE '\\u00[01]|\\[nt]' "$tmp/decoded"
	true
}
check "and its data" decoded
if command -v gnuplot > /dev/null; then
	check "plots" output plots fsduel plot "$tmp/D"
	drawn() { unseen "$tmp"/D/plots/*.svg "$tmp"/D/plots/plots.gp "$tmp"/D/plots/data/*.csv; }
	check "what they are drawn from" drawn
fi
complains() {
	fsduel compare "$tmp/D" -M "$(printf 'a\u202e\e[2J')" 2> "$tmp/err" > /dev/null && echo \
		"no error"
	fsduel "$(printf 'b\u200b\e[2J')" 2>> "$tmp/err"
	fsduel compare "$tmp/$(printf 'none\u2066\xff')" 2>> "$tmp/err"
	[ "$(wc -l < "$tmp/err")" -ge 3 ] || cat "$tmp/err"
	unseen "$tmp/err"
}
check "sentences on stderr" complains

# A spreadsheet that opens a CSV finds no formula in it.
formulas() {
	perl -ne 'while (/(?:^|,)("(?:[^"]|"")*"|[^,\n]*)/g) { my $v = $1; $v =~ s/^"//;
		print "$.: $v\n" if $v =~ /^[=+\-@\t]/ && $v !~ /^[-+]?[\d.]+(e[-+]?\d+)?"?$/i }' "$1"
}
for f in compare.csv locks.csv; do
	check "no formula in $f" formulas "$tmp/$f"
	check "what looked like one is there as text" grep -qE ",'\+?=cmd\|" "$tmp/$f"
done
finish
