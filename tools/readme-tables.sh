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

commands() {
	echo '| command | what it does |'
	echo '|---|---|'
	"$fsduel" -h | sed -n '/^Commands:/,/^$/s/^  \([a-z_]*\)  *\(.*\)/| `\1` | \2 |/p'
}
roles() {
	echo '| role | what each thread does |'
	echo '|---|---|'
	"$fsduel" list roles | sed -n 's/^\([a-z][a-z0-9_]*\): \(.*\)/| `\1` | \2 |/p'
}

locks() {
	echo '| class | what it locks |'
	echo '|---|---|'
	"$fsduel" list locks | sed -n 's/^\([^:]*\): \(.*\)/| \1 | \2 |/p'
}

plots() {
	echo '| kind | shows | drawn from | script |'
	echo '|---|---|---|---|'
	"$fsduel" list plots |
		sed -nE 's/^([a-z]*): (.*) \(([a-z]*\.gp), from (.*)\)$/| `\1` | \2 | \4 | `\3` |/p'
}

seen=
while IFS= read -r line; do
	case $line in
	'<!-- table: commands -->' | '<!-- table: roles -->' | '<!-- table: locks -->' | \
	'<!-- table: plots -->')
		table=${line#*: }
		table=${table% -->}
		seen+=" $table"
		echo "$line"
		"$table"
		while IFS= read -r line && [ "$line" != '<!-- end of table -->' ]; do :; done ;;
	esac
	printf '%s\n' "$line"
done < "$file" > "$new"

for table; do
	[[ " $seen " == *" $table "* ]] || echo "$file has no line <!-- table: $table -->"
done
if [ -n "$check" ]; then
	diff -u --label "$file" --label "what the program says (tools/readme-tables.sh $file $*)" \
		"$file" "$new"
else
	cmp -s "$new" "$file" || cp "$new" "$file"
fi
