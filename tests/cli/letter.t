#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# letter.t: what `fsduel letter` prints, that it fits a mail whatever the names, and
# that --into changes the block in a cover letter and nothing else, so that git am
# still applies the series.
. "$(dirname "$0")/lib.sh"
[ -x "$B/gen_folder" ] || make -s B="$B" "$B/gen_folder" || exit

filter() { sed 's/(fsduel [0-9.]*)/(fsduel VERSION)/'; }
run "a letter" fsduel letter tests/data/results-mixed
run "what was not measured stands in it" fsduel letter tests/data/results-gaps
run "as Markdown" fsduel letter -f markdown tests/data/results-gaps
alone "$tmp/one"
run "a suite of one variant" fsduel letter "$tmp/one"
run "what is no results folder is refused" fsduel letter tests
run "an unknown style is refused" fsduel letter -f html tests/data/results-mixed
run "a mail is plain" fsduel letter -f unicode --into x tests/data/results-mixed
full() { fsduel letter tests/data/results-mixed > /dev/full; }
run "a full disk is the machine's failure" full

# fits COMMAND...: plain ASCII, at most 72 columns, no blanks at line ends, no empty line twice.
fits() {
	"$@" > "$tmp/letter" || echo "exit $?"
	LC_ALL=C grep -nP '[^\x20-\x7e]' "$tmp/letter" | sed 's/^/not ASCII: /'
	awk 'length > 72 { print "too wide: " $0 } / $/ { print "blank at its end: " $0 }
	     !length && empty { print NR ": two empty lines" } { empty = !length }' "$tmp/letter"
}
for suite in configs/*.ini; do
	name=$(basename "$suite" .ini)
	fsduel plan -f json -c "$suite" | tests/plan_folder.pl "$tmp/$name"
	check "the names of $suite fit" fits fsduel letter "$tmp/$name"
	check "$name: and all cells are there" test \
		"$(grep -cE '^  .* (slower|faster|same|unsure)( |$)' "$tmp/letter")" -ge \
		"$(fsduel compare -f csv -r all "$tmp/$name" | grep -c ,ops_per_s,)"
done
"$B/gen_folder" "$tmp/evil" hostile=1 trouble=1 contrasts=2 locks=3 exact=1
"$B/gen_folder" "$tmp/many" cells=60 roles=10 locks=2
check "hostile names fit" fits fsduel letter "$tmp/evil"
check "and show as text" grep -qF 'against "><script>alert(1)</script>/default' "$tmp/letter"
check "60 cells fit" fits fsduel letter "$tmp/many"
check "they have a chart of the change against threads" grep -q '^ *threads  .*%  .*%$' "$tmp/letter"
fsduel letter -f markdown "$tmp/evil" > "$tmp/md"
check "Markdown has no tag, mention or cell of theirs" bash -c \
	"! grep -nE '<script|</svg|@w|\|d=e' <(grep -v '^    ' '$tmp/md')"

# --- a series ---------------------------------------------------------------------------
if ! command -v git > /dev/null; then
	skip "--into and git am" "git is not installed"
	finish
fi
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git() { command git -c user.name=T -c user.email=t@example.org -c commit.gpgsign=false "$@"; }
series() { # FOLDER: a repository with two commits, their patches in FOLDER/p
	git init -q -b main "$1"
	printf 'one\ntwo\n' > "$1/file"
	git -C "$1" add file
	git -C "$1" commit -qm "base"
	for n in three four; do
		echo "$n" >> "$1/file"
		git -C "$1" commit -qam "file: add $n"
	done
	git -C "$1" format-patch -q --cover-letter -o p HEAD~2
}
series "$tmp/repo"
cover=$tmp/repo/p/0000-cover-letter.patch
cp "$cover" "$tmp/plain"
# The mail with its block taken out, the first line of it apart: that becomes git's again.
without() { awk '/^Benchmark results \(fsduel / { print "*** BLURB HERE ***"; skip = 1 }
	!skip { print } /^\(end of the benchmark results by fsduel\)$/ { skip = 0 }' "$1"; }
am() { # apply the series to its base, in one mailbox and one by one
	git -C "$tmp/repo" checkout -q --detach main~2
	git -C "$tmp/repo" am -q --empty=drop "$tmp"/repo/p/000*.patch || return
	git -C "$tmp/repo" diff --exit-code HEAD main
	git -C "$tmp/repo" checkout -q --detach main~2
	cat "$tmp"/repo/p/000*.patch > "$tmp/mbox"
	git -C "$tmp/repo" am -q --empty=drop "$tmp/mbox" || return
	git -C "$tmp/repo" diff --exit-code HEAD main
}
# The whole block is the mail's message; nothing of it is taken for a patch.
whole() {
	git mailinfo "$tmp/message" "$tmp/patch" < "$cover" > /dev/null
	fsduel letter "$1" > "$tmp/letter"
	awk 'NR == FNR { want[++n] = $0; next } at < n && $0 == want[at + 1] { at++ }
	     END { if (at != n) print "message lacks: " want[at + 1] }' "$tmp/letter" "$tmp/message"
	grep -q '^file: add\|add three' "$tmp/message" || echo \
		"what stood below is no longer in the message"
}
check "--into says nothing" fsduel letter --into "$cover" "$tmp/quick"
check "the block is there once" test "$(grep -c '^Benchmark results (fsduel' "$cover")" = 1
check "nothing else has changed" diff "$tmp/plain" <(without "$cover")
check "the block is what is printed" diff <(fsduel letter "$tmp/quick") \
	<(sed -n '/^Benchmark results/,/^(end of the/p' "$cover")
check "git am applies the series" am
check "and sees the whole block" whole "$tmp/quick"
cp "$cover" "$tmp/first"
check "again, it is the same file" bash -c \
	"'$B/fsduel' letter --into '$cover' '$tmp/quick' && cmp '$tmp/first' '$cover'"
sed -i 's/^Subject: .*/Subject: [PATCH 0\/2] ext4: mine/; s/^Benchmark results/Words of mine.\n\n&/; s/^(end of the.*/&\n\nMore words of mine./' "$cover"
cp "$cover" "$tmp/mine"
check "another folder's block takes its place" fsduel letter --into "$cover" "$tmp/evil"
check "and only the block has changed" diff <(without "$tmp/mine") <(without "$cover")
check "with hostile names git am applies the series" am
check "and sees the whole block, with hostile names" whole "$tmp/evil"

# Names at which git, a mailbox or a mail program would cut the mail.
for name in '---' '--- a/file' 'diff --git a/file b/file' 'Index: file' \
	'From 0123 Mon Sep 17 00:00:00 2001' \
	'*** BLURB HERE ***' '(end of the benchmark results by fsduel)' \
		'Benchmark results (fsduel 1):' '-- '; do
	rm -rf "$tmp/cut"
	mkdir "$tmp/cut"
	for file in run.json samples.csv; do
		sed "s#patched/default#$name#g; s#\bmixed\b#$name#g" \
			"tests/data/results-mixed/$file" > "$tmp/cut/$file"
	done
	cp "$tmp/plain" "$cover"
	check "a variant named '$name' fits" fits fsduel letter "$tmp/cut"
	check "it is put in" fsduel letter --into "$cover" "$tmp/cut"
	check "git am applies the series all the same" am
	check "and sees the whole block all the same" whole "$tmp/cut"
	check "and it is found again" bash -c \
		"'$B/fsduel' letter --into '$cover' '$tmp/quick' && cmp '$tmp/first' '$cover'"
done

# The file itself.
cp "$tmp/plain" "$cover"
chmod 640 "$cover"
ln -s 0000-cover-letter.patch "$tmp/repo/p/link"
check "through a link" fsduel letter --into "$tmp/repo/p/link" "$tmp/quick"
check "so does the mode" test "$(stat -c %a "$cover")" = 640
check "and the link" test -L "$tmp/repo/p/link"
check "it is put in there" cmp "$tmp/first" "$cover"
printf '*** BLURB HERE ***' > "$tmp/short"
check "a last line without an end keeps none" bash -c \
	"'$B/fsduel' letter --into '$tmp/short' '$tmp/quick' && tail -c 1 '$tmp/short' | grep -q ')'"
grep -v BLURB "$tmp/plain" > "$tmp/none"
cp "$tmp/none" "$tmp/none.was"
run "a file without a place for it is refused" fsduel letter --into "$tmp/none" "$tmp/quick"
check "and left as it was" cmp "$tmp/none" "$tmp/none.was"
cat "$tmp/plain" "$tmp/plain" > "$tmp/two"
run "so is one with two places" fsduel letter --into "$tmp/two" "$tmp/quick"
grep -v '^(end of the' "$tmp/first" > "$tmp/endless"
run "and a block without its end" fsduel letter --into "$tmp/endless" "$tmp/quick"
cat "$tmp/first" "$tmp/first" > "$tmp/twice"
run "and two blocks" fsduel letter --into "$tmp/twice" "$tmp/quick"
printf '*** BLURB HERE ***\n\0' > "$tmp/binary"
run "and what is no text" fsduel letter --into "$tmp/binary" "$tmp/quick"
run "and what is not there" fsduel letter --into "$tmp/absent" "$tmp/quick"
finish
