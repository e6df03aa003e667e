#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# formats.t: the formats of `fsduel compare` for other tools hold whatever the names and
# however much went wrong, and the terminal gets colours and 80 columns. What each format
# prints of a good folder is golden in tests/unit/test_table.c.
. "$(dirname "$0")/lib.sh"
[ -x "$B/gen_folder" ] || make -s B="$B" "$B/gen_folder" || exit

"$B/gen_folder" "$tmp/evil" hostile=1 trouble=1 contrasts=2 locks=3
"$B/gen_folder" "$tmp/plain"
"$B/gen_folder" "$tmp/same" same=1
evil=$tmp/evil
alone "$tmp/alone"

# How many cells decide, are slower, are errors and are undecided in that folder, by JSON.
wanted() {
	fsduel compare -f json "$1" | perl -MJSON::PP -0777 -ne '
		for (grep { $_->{decides} } @{decode_json($_)->{rows}}) {
			$all++;
			$n{$_->{verdict} eq "slower" ? "failures" :
			   ($_->{reason} // "") =~ / failed|invalid|not run/ ? "errors" :
			   $_->{verdict} eq "unsure" ? "skipped" : "passed"}++;
		}
		printf "%d %d %d %d\n", $all // 0, map { $n{$_} // 0 } qw(failures errors skipped)'
}

# --- junit ----------------------------------------------------------------------------------
if command -v xmllint > /dev/null; then
	for folder in "$evil" "$tmp/plain" tests/data/results-gaps "$tmp/alone"; do
		fsduel compare -f junit "$folder" > "$tmp/xml"
		check "junit of $(basename "$folder") is valid" bash -c \
			"! xmllint --noout --schema tests/data/junit.xsd '$tmp/xml' 2>&1 | grep -v validates"
		check "its counts are those of its cases" diff \
			<(for what in testcase failure error skipped; do grep -c "<$what " "$tmp/xml"; done | xargs) \
			<(wanted "$folder")
		check "so say its suites" diff <(for what in tests failures errors skipped; do
			xmllint --xpath "sum(//testsuite/@$what)" "$tmp/xml"; echo; done | xargs) <(wanted "$folder")
	done
	fsduel compare -f junit "$evil" > "$tmp/xml"
	check "a hostile name is text in it" grep -qx \
		'">*<script>alert(1)</script>/default: 6.12.0, .*' \
		<(xmllint --xpath 'string(//property[@name="baseline"]/@value)' "$tmp/xml")
	check "a reason stands where it belongs" grep -q \
		'^failed; 0 of 20 pairs: patched failed: QEMU ended: signal 9' \
		<(xmllint --xpath 'string(//testcase[contains(@name, "threads=16 ")]/error/@message)' "$tmp/xml")
else
	skip "junit is valid" "xmllint is not installed"
fi

# --- KTAP -------------------------------------------------------------------------------------
# What Documentation/dev-tools/ktap.rst asks for, and that a suite fails with any of its cells.
ktap() {
	awk '
	function bad(why) { print NR ": " why ": " $0 }
	{ sub_ = sub(/^  /, "") }
	/^KTAP version 1$/ { if (sub_) { tests = failed = 0; plan = "" } else versions++; next }
	/^1\.\.[0-9]+/ { if (sub_) plan = substr($0, 4) + 0; else suites = substr($0, 4) + 0; next }
	/^# / { next }
	!/^(not )?ok [0-9]+ [^#]+( # (SKIP |ERROR )?[^#]*.*)?$/ { bad("no line of KTAP"); next }
	{
		number = $1 == "ok" ? $2 : $3
		fails = $1 == "not"
		if (sub_) { if (number != ++tests) bad("number"); failed += fails; next }
		if (number != ++seen) bad("number")
		if (tests != plan) bad("planned " plan ", ran " tests)
		if (fails != (failed > 0)) bad("a suite fails with its cells")
	}
	/^ok.*# ERROR/ { bad("an error is no success") }
	END { if (versions != 1 || seen != suites) print "versions " versions ", suites " seen " of " suites }'
}
for folder in "$evil" "$tmp/plain" tests/data/results-gaps "$tmp/alone"; do
	check "ktap of $(basename "$folder") is KTAP" ktap < <(fsduel compare -f ktap "$folder")
	check "its outcomes are those of the cells" diff <(wanted "$folder") \
		<(fsduel compare -f ktap "$folder" |
		awk '/^  (not )?ok/ { n++; if (/# ERROR/) e++; else if (/# SKIP/) s++; else if (/^  not/) f++ }
		     END { print n + 0, f + 0, e + 0, s + 0 }')
done
check "strict: what is unsure has failed" test \
	"$(fsduel compare --strict -f ktap tests/data/results-mixed | grep -c '^  not ok')" = 8
check "prove reads it" bash -c \
	"'$B/fsduel' compare -f ktap $tmp/same > $tmp/same.tap; prove -e cat $tmp/same.tap | grep -q '^Result: PASS'"
check "and sees a slower cell" bash -c \
	"'$B/fsduel' compare -f ktap $tmp/plain > $tmp/plain.tap; ! prove -e cat $tmp/plain.tap > /dev/null"

# --- Markdown, JSON, CSV ------------------------------------------------------------------------
fsduel letter --no-chart -f markdown "$evil" | grep -v '^    ' > "$tmp/md"
check "every row of a Markdown table has six places" awk '/^\|/ { if (gsub(/\|/, "|") != 7) print }' "$tmp/md"
check "nothing in it is markup of theirs" bash -c "! grep -nE '<|[^\\\\][*]\\w|@|[^\\\\]\`' <(sed -E 's/\*\*//g' '$tmp/md')"
check "JSON is JSON" perl -MJSON::PP -0777 -e 'my $j = decode_json(<STDIN>); exit !@{$j->{rows}}' < <(fsduel compare -f json "$evil")
reasons() { # in every format, failed, skipped and invalid cells are called that, with the reason
	for format in table csv json junit ktap; do
		fsduel compare -f $format "$evil" | tr -s ' \n' ' ' > "$tmp/said"
		for what in "patched failed: QEMU ended: signal 9" \
			"patched was skipped: this kernel has no io_uring" \
			"patched was invalid: WARNING: CPU: 1"; do
			grep -qF "$what" "$tmp/said" || echo "$format does not say: $what"
		done
	done
}
check "failed, skipped and invalid cells have their reasons in every format" reasons

# --- exit codes and choices -----------------------------------------------------------------------
codes() { # all formats have the exit code of the table
	for folder in "$evil" "$tmp/plain" "$tmp/same" tests/data/results-gaps; do
		fsduel compare "$folder" > /dev/null
		local want=$?
		for format in csv json junit ktap; do
			fsduel compare -f $format "$folder" > /dev/null
			local got=$?
			[ $got = $want ] || echo "$format of $folder: exit $got, the table's is $want"
		done
	done
}
check "exit codes are the table's" codes
run "a gate lists all that decides" fsduel compare -f junit -M all tests/data/results-gaps
run "locks have no tests" fsduel locks -f ktap tests/data/results-gaps

# --- the terminal -----------------------------------------------------------------------------------
terminal() { # ENV... : the table as a terminal gets it
	env "$@" script -qec "$B/fsduel compare tests/data/results-mixed" /dev/null < /dev/null |
		tr -d '\r'
}
escapes() { grep -c $'\033'; }
if command -v script > /dev/null; then
	fsduel compare tests/data/results-mixed > "$tmp/table"
	check "a pipe gets no colours" test "$(escapes < "$tmp/table")" = 0
	terminal -u NO_COLOR TERM=xterm > "$tmp/colours"
	check "a terminal does" test "$(escapes < "$tmp/colours")" -gt 2
	check "and the same words" diff "$tmp/table" <(sed $'s/\033\\[[0-9]*m//g' "$tmp/colours")
	check "not with NO_COLOR" diff "$tmp/table" <(terminal NO_COLOR=1 TERM=xterm)
	check "an empty NO_COLOR is none" diff "$tmp/colours" <(terminal NO_COLOR= TERM=xterm)
	check "nor where it cannot show them" diff "$tmp/table" <(terminal -u NO_COLOR TERM=dumb)
else
	skip "colours on a terminal" "script is not installed"
fi
wide() { awk 'length > 80 { print FILENAME ": " $0 }' "$@"; }
for suite in configs/*.ini; do
	name=$(basename "$suite" .ini)
	fsduel plan -f json -c "$suite" | tests/plan_folder.pl "$tmp/$name"
	fsduel compare "$tmp/$name" > "$tmp/table"
	check "the names of $suite fit 80 columns" wide "$tmp/table"
	check "$name: nothing is left out for them" bash -c "! grep -n 'no room' $tmp/table"
done
fsduel compare -M all "$evil" > "$tmp/table"
check "hostile names fit" wide "$tmp/table"
check "and none of them is obeyed" bash -c \
	"! LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]' '$tmp/table'"
fsduel locks "$evil" > "$tmp/table"
check "so it is with locks" wide "$tmp/table"
finish
