#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel man: the page names every command and option, and groff, where it is
# installed, has nothing to say against it.
. "$(dirname "$0")/lib.sh"

run "help" fsduel man -h
fsduel man > "$tmp/fsduel.1"

complete() {
	for file in cli/cmd_*.c; do
		name=${file#cli/cmd_}
		name=${name%.c}
		grep -q "^\.Ss fsduel $name\$" "$tmp/fsduel.1" || echo "command $name is missing"
		fsduel "$name" -h | grep -oE '^  (-., |    )--[a-z-]+' | sed 's/.*--//' | while read -r o; do
			[ "$o" = help ] || grep -q -e "Fl \\\\-${o//-/\\\\-}" "$tmp/fsduel.1" ||
				echo "option --$o of $name is missing"
		done
	done
}
check "every command and option is in it" complete
if command -v groff > /dev/null && groff -mdoc -Tascii /dev/null > /dev/null 2>&1; then
	quiet() { groff -mdoc -Tascii -ww "$tmp/fsduel.1" > /dev/null; }
	check "groff formats it without a warning" quiet
else
	skip "groff formats it without a warning" "groff with mdoc is not installed"
fi
finish
