#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# contract.t: what holds for every command, role and file, whoever adds it.
. "$(dirname "$0")/lib.sh"

names() { # FOLDER PREFIX: of its C files
	ls "$1" | sed -n "s/^$2\(.*\)\.c\$/\1/p" | grep -vx skeleton | sort
}
commands=$(names cli cmd_)
# A role is a file, or a row of plain.c.
roles=$({ names workloads/roles "" | grep -vx plain
	sed -n 's/^ROLE_ROW(\([a-z_]*\)).*/\1/p' workloads/roles/plain.c; } | sort)
sources=$(git ls-files -co --exclude-standard 2> /dev/null ||
	find . -type d -exec test -e '{}/.flags' \; -prune -o -type f -print | sed 's#^\./##')
# git also lists what has been removed and not yet committed.
sources=$(while read -r f; do [ ! -f "$f" ] || echo "$f"; done <<< "$sources")

listed() { fsduel -h | sed -n '/^Commands:/,/^$/s/^  \([a-z_]*\) .*/\1/p'; }
check "the program has the commands that cli/cmd_*.c name" diff <(echo "$commands") <(listed)

role_list() { fsduel list roles | sed -n 's/^\([a-z][a-z0-9_]*\): .*/\1/p'; }
check "the program has the roles that workloads/roles/*.c and the rows of plain.c name" diff \
	<(echo "$roles") <(role_list)

has_help() {
	local out option
	for option in -h --help; do
		out=$(fsduel "$1" "$option") || echo "$option exits with $?"
		head -n 1 <<< "$out" | grep -qE "^Usage: fsduel $1 \[OPTION...\]" ||
			echo "$option prints no usage line"
		grep -q '^  -h, --help ' <<< "$out" || echo "$option does not list --help"
	done
	# The line under the usage is the one in the list of commands.
	out=$(fsduel "$1" -h | sed -n 3p)
	[ ${#out} -ge 10 ] || echo "no summary"
	fsduel -h | grep -qF "  $out" || echo "the summary is not that of fsduel -h"
	awk 'length > 100 { print "too wide: " $0 }' < <(fsduel "$1" -h)
}
refuses() {
	fsduel "$1" --no-such-option > "$tmp/out" 2> "$tmp/err"
	[ $? = 2 ] || echo "exit code is not 2"
	[ ! -s "$tmp/out" ] || echo "something on stdout"
	grep -q "^fsduel $1: unknown option --no-such-option" "$tmp/err" || cat "$tmp/err"
}
for c in $commands; do
	check "fsduel $c has help" has_help "$c"
	check "fsduel $c refuses an unknown option" refuses "$c"
done

all_exit_codes() {
	for code in 0 1 2 3 4 5 128+n; do
		fsduel -h | grep -qE "^  ${code/+/\\+} +[a-z]" || echo "$code is missing"
	done
}
check "the main help lists the exit codes" all_exit_codes

if [ -e README.md ]; then
	check "README's tables are those of the program" tools/readme-tables.sh --check README.md
else
	skip "README's tables are those of the program" "there is no README.md yet"
fi

check "docs/locks.md's table is that of the program" tools/readme-tables.sh --check docs/locks.md \
	locks
check "docs/plots.md's table is that of the program" tools/readme-tables.sh --check docs/plots.md \
	plots
scripts() { ls dashboards/plot/*.gp | sed 's#.*/##'; }
kinds_have_scripts() {
	fsduel list plots | sed -n 's/.*(\([a-z]*\.gp\), from .*/\1/p' | sort -u > "$tmp/scripts"
	[ -s "$tmp/scripts" ] || echo "no kind of plot is listed"
	scripts | grep -vxE '(common|head|keys|rows|tiles)\.gp' | diff "$tmp/scripts" -
}
check "each kind of plot has its script, each script its kind" kinds_have_scripts

licensed() {
	local file
	for file in $(grep -E '\.([ch]|sh|t|pl|pm|py|R|gp|js|css)$|(^|/)Makefile$|^\.ci/run$' <<< "$sources"); do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
			echo "$file has no SPDX line"
	done
	grep -q 'GNU GENERAL PUBLIC LICENSE' LICENSE || echo "LICENSE is not the GPL"
}
check "every source file has its licence line" licensed

# Which archive a machine uses is its own business. The pattern must not find itself.
no_hosts() {
	grep -nE '(deb|security|snapshot|ftp)[.]debian[.](org|net)|pypi[.]org|npmjs[.]|crates[.]io|proxy[.]golang' \
		$(grep -vE '^(LICENSE|tests/data/)' <<< "$sources") /dev/null | grep -v \
			'^tests/cli/contract.t:'
	true
}
check "no file names a package registry's host" no_hosts

no_state() {
	nm -f sysv "$B/libfsduel.a" 2> /dev/null |
		awk -F'|' '$7 ~ /^ *(\.data|\.bss|\*COM\*) *$/ && $4 ~ /OBJECT/ {
			gsub(/ /, "", $1)
			# gcc gives a const volatile, which nothing can write, a place among these.
			if ($1 != "stop_signal" && $1 !~ /^never[.]/) print $1 " can change" }'
}
if [ -e "$B/libfsduel.a" ] && ! grep -q fsanitize "$B/.flags"; then
	check "no variable outlives its function, the signal flag apart" no_state
else
	skip "no variable outlives its function, the signal flag apart" \
		"not built without sanitizers"
fi

style() {
	local file
	for file in $(grep -E '^(lib|workloads|runners|analysis|dashboards|tracking|cli)/.*\.[ch]$' <<< "$sources"); do
		[ "$(wc -l < "$file")" -le 400 ] || echo "$file has more than 400 lines"
		grep -nE '\b(strtol|strtoul|strtoll|strtoull|atoi|atol|sscanf)\(' "$file" \
			/dev/null |
			grep -v '^lib/num\.c:'
	done
	true
}
check "numbers are parsed in one place, and no file passes 400 lines" style

c_files=$(grep -E '\.[ch]$' <<< "$sources")
formatted() { clang-format --dry-run $c_files 2>&1 | grep -A2 'clang-format-violations' | head -n \
	30; }
if command -v clang-format > /dev/null; then
	check "the C code stands as .clang-format says (make format)" formatted
else
	skip "the C code stands as .clang-format says (make format)" "there is no clang-format"
fi

too_wide() { # A tab goes to the next multiple of 8.
	for file in $(grep -E '\.([ch]|sh|pl|gp|js|css)$|(^|/)Makefile$' <<< "$sources" |
		grep -v '^tests/'); do
		expand "$file" | awk -v f="$file" \
			'length > 100 { print f ":" NR " has " length " columns" }'
	done
}
check "no line is wider than 100 columns, tests apart" too_wide
finish
