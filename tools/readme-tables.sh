#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# readme-tables.sh [--check] FILE [TABLE...]: the tables of commands, roles, locks and plots
# between the lines <!-- table: NAME --> and <!-- end of table --> are written anew from
# what the program says; with --check they are only compared, and a difference is
# printed. FILE must have each TABLE (commands and roles). Finds the program through $B.
set -u
check=
[ "${1:-}" = --check ] && { check=1; shift; }
file=$1
shift
[ $# -gt 0 ] || set -- commands roles
fsduel=${B:-build}/fsduel
new=$(mktemp)
trap 'rm -f "$new"' EXIT

table() { # NAME
	case $1 in
	commands)
		printf '| command | what it does |\n|---|---|\n'
		"$fsduel" -h |
			sed -n '/^Commands:/,/^$/s/^  \([a-z_]*\)  *\(.*\)/| `\1` | \2 |/p' ;;
	roles)
		printf '| role | what each thread does |\n|---|---|\n'
		"$fsduel" list roles | sed -n 's/^\([a-z][a-z0-9_]*\): \(.*\)/| `\1` | \2 |/p' ;;
	locks)
		printf '| class | what it locks |\n|---|---|\n'
		"$fsduel" list locks | sed -n 's/^\([^:]*\): \(.*\)/| \1 | \2 |/p' ;;
	plots)
		printf '| kind | shows | drawn from | script |\n|---|---|---|---|\n'
		"$fsduel" list plots |
			sed -nE 's/^(.*): (.*) \((.*), from (.*)\)$/| `\1` | \2 | \4 | `\3` |/p' ;;
	esac
}

seen=
while IFS= read -r line; do
	if [[ $line =~ ^'<!-- table: '([a-z]+)' -->'$ ]]; then
		seen+=" ${BASH_REMATCH[1]}"
		echo "$line"
		table "${BASH_REMATCH[1]}"
		while IFS= read -r line && [ "$line" != '<!-- end of table -->' ]; do :; done
	fi
	printf '%s\n' "$line"
done < "$file" > "$new"

for name; do
	[[ " $seen " == *" $name "* ]] || echo "$file has no line <!-- table: $name -->"
done
if [ -n "$check" ]; then
	diff -u --label "$file" --label "what the program says (tools/readme-tables.sh $file $*)" \
		"$file" "$new"
else
	cmp -s "$new" "$file" || cp "$new" "$file"
fi
