# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh: command-line tests as golden transcripts, after zstd's tests/cli-tests.
# A test NAME.t sources this, calls `run WHAT COMMAND...` for each case and ends
# with `finish`. Output and exit code of each command must be what stands in
# NAME.out; UPDATE=1 writes that file anew. `filter` may be redefined to take out
# of a transcript what differs between machines. Tests run in the source folder;
# $tmp is a folder of their own, $cache an empty kernel cache.

set -u
golden=$(realpath "${BASH_SOURCE[1]}")
golden=${golden%.t}.out
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
: "${B:=build}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
kernels=${FSDUEL_CACHE:-}
cache=$tmp/cache
export FSDUEL_CACHE=$cache LC_ALL=C
# Counted in files: `... | result NAME` runs in a process of its own.
: > "$tmp/cases"
: > "$tmp/fails"

filter() { cat; }
fsduel() { "$B/fsduel" "$@"; }

count() { # cases|fails: one more
	echo >> "$tmp/$1"
	wc -l < "$tmp/$1"
}

result() { # ok|"not ok", name, then diagnostics on stdin
	echo "$1 $(count cases) - $2"
	sed 's/^/# /'
	[ "$1" = ok ] || count fails > /dev/null
}

skip() { # name, reason
	echo "ok $(count cases) - $1 # SKIP $2"
}

# The user's cache instead of the empty one: it has Debian's kernels.
real_cache() {
	if [ -n "$kernels" ]; then export FSDUEL_CACHE=$kernels; else unset FSDUEL_CACHE; fi
}

# need_kernels NAME...: the same; without one of them the whole test is skipped.
need_kernels() {
	local name
	real_cache
	for name in "$@"; do
		fsduel kernel show "$name" > /dev/null 2>&1 && continue
		echo "1..0 # SKIP kernel $name is not in the cache and could not be fetched"
		exit
	done
}

# Guests of this test that run: they carry $FSDUEL_TEST, the test's name, in their environment.
export FSDUEL_TEST=$tmp
no_guests() {
	local p
	for p in $(pgrep qemu-system); do
		tr '\0' '\n' 2> /dev/null < "/proc/$p/environ" | grep -x "FSDUEL_TEST=$tmp"
	done
	true
}

# check NAME COMMAND...: the command says nothing and succeeds.
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		result ok "$name" < /dev/null
	else
		result "not ok" "$name" <<< "$said"
	fi
}

# The transcript of one case: what it is about, the command, its output, its exit code.
transcript() {
	local name=$1
	shift
	echo "## $name"
	echo "\$ $*"
	"$@" 2> "$tmp/stderr" | cat
	local code=${PIPESTATUS[0]}
	sed 's/^/! /' "$tmp/stderr"
	echo "= $code"
	echo
}

expected() { # the block of that name in the golden file
	awk -v head="## $1" '$0 == head { on = 1; print; next } /^## / { on = 0 } on' "$golden"
}

run() { # name, command...
	local got
	transcript "$@" | sed "s#$tmp#TMP#g" | filter > "$tmp/got"
	cat "$tmp/got" >> "$tmp/all"
	[ -n "${UPDATE:-}" ] && { result ok "$1" < /dev/null; return; }
	if got=$(diff -u --label expected --label got <(expected "$1") "$tmp/got" 2>&1); then
		result ok "$1" < /dev/null
	else
		result "not ok" "$1" <<< "$got"
	fi
}

finish() {
	[ -z "${UPDATE:-}" ] || [ ! -e "$tmp/all" ] || cp "$tmp/all" "$golden"
	echo "1..$(wc -l < "$tmp/cases")"
	[ ! -s "$tmp/fails" ]
	exit
}

# expect NAME CODE PATTERN: how the last command ended ($code) and something it said ($tmp/said).
expect() {
	if [ "$code" = "$2" ] && grep -q -- "$3" "$tmp/said"; then
		result ok "$1" < /dev/null
	else
		{ echo "exit $code, wanted $2 and '$3'"; head -n 40 "$tmp/said"; } | result \
			"not ok" "$1"
	fi
}

made=$(< tests/cli/made.awk)

# equal_but DIR FILE EXPRESSION: results-equal with a line of that file changed by perl.
equal_but() {
	cp -r tests/data/results-equal "$1" && perl -0pi -e "$3" "$1/$2"
}
alone() { # DIR: a suite of one variant, which has no contrast
	equal_but "$1" run.json 's/"contrasts": \[.*?\n \]/"contrasts": []/s'
}
