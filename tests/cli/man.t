#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel man: the pages name every command and option, and groff, where it is installed,
# formats them without a complaint.
. "$(dirname "$0")/lib.sh"

run "help" fsduel man -h
run "a page that is not there" fsduel man dule

pages() {
	for file in "" cli/cmd_*.c; do
		name=${file#cli/cmd_}
		echo "${name%.c}"
	done
}
for page in $(pages); do
	fsduel man "$page" > "$tmp/fsduel-$page.1"
done
fsduel man > "$tmp/fsduel.1"

# The headings of a page, without roff's backslashes.
items() { sed -n '/^\.TP$/{n;s/\\//g;p}' "$tmp/$1.1"; }
complete() {
	for name in $(pages); do
		items fsduel | grep -qx "$name" || echo "command $name is missing"
		diff <(fsduel "$name" -h | grep -oE '^  (-., |    )--[a-z-]+' | tr -d ' ') \
			<(items "fsduel-$name" | grep -oE '^(-., )?--[a-z-]+' | tr -d ' ') ||
			echo "of $name"
	done
}
check "every command has its page, with every option" complete
if command -v groff > /dev/null && groff -man -Tascii /dev/null > /dev/null 2>&1; then
	quiet() {
		local page
		for page in "$tmp"/fsduel*.1; do
			groff -man -Tascii -ww "$page" > /dev/null
		done
	}
	check "groff formats them without a warning" quiet
else
	skip "groff formats them without a warning" "groff with man is not installed"
fi
finish
