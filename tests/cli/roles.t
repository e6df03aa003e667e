#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# roles.t: roles in real guests. A lock held on purpose shows in those who wait for
# it, to the millisecond; series add up; all roles together are borne by both
# kernels on three mounts.
. "$(dirname "$0")/lib.sh"
need_kernels 6.1 6.12
duel() { fsduel duel -q --baseline 6.1 --patched 6.12 "$@"; }
runs() { # it succeeds; what it says only matters if not
	"$@" > "$tmp/said" 2>&1 || cat "$tmp/said"
}
# column NAME FILE: its place; no field of these files holds a comma in its reason or before.
column() { head -n 1 "$2" | tr ',' '\n' | grep -nx "$1" | cut -d: -f1; }
# values ROLE METRIC: of samples.csv, one a cell run
values() {
	awk -F, -v r="$(column role "$d/samples.csv")" -v role="$1" -v metric="$2" \
		'$r == role && $(r + 1) == metric { print $(r + 5) }' "$d/samples.csv"
}
between() { # LEAST MOST, then values on stdin: two or more, all of them within
	awk -v a="$1" -v b="$2" '{ n++ } $1 == "" || $1 < a || $1 > b
		END { if (n < 2) print n + 0 " values" }'
}

# --- the fault made on purpose -----------------------------------------------------
d=$tmp/hold
check "a held lock is measured" runs duel -c tests/data/suites/hold.ini -o "$d"
waited() { values dio_overwrite "$1" | between 19500000 21500000; }
check "direct overwriters wait for a lock held 20 ms: p99.9" waited lat_p99_9
check "direct overwriters wait for a lock held 20 ms: longest" waited lat_max
quick() { values dio_overwrite lat_p50 | between 80000 200000; }
check "between two holds they are as quick as their device" quick
held() { values hold_iolock lat_p50 | between 20000000 21500000; }
check "the one who holds it takes its 20 ms" held

# --- series --------------------------------------------------------------------------
adds_up() {
	local role
	for role in all hold_iolock dio_overwrite; do
		diff <(values "$role" operations) \
			<(awk -F, -v r="$(column role "$d/series.csv")" -v role="$role" '
				$r == role { v = $2; if (!(v in sum)) order[++n] = v; sum[v] += $(r + 4) }
				END { for (i = 1; i <= n; i++) print sum[order[i]] }' "$d/series.csv")
	done
}
check "a series adds up to its operations" adds_up
gapless() {
	awk -F, -v r="$(column role "$d/series.csv")" 'NR > 1 {
		if ($(r + 1) != ($(r + 1) == 0 ? 0 : end)) print "gap: " $0
		if ($(r + 2) <= $(r + 1)) print "empty: " $0
		end = $(r + 2); n++ }
		END { if (n < 2 * 3 * 10) print n + 0 " rows" }' "$d/series.csv"
}
check "a series has no gap" gapless

# --- every role on every mount -------------------------------------------------------
d=$tmp/roles
in_suite() { sed -n 's/^mix = //p' configs/roles.ini | tr ' ' '\n' | sort; }
there_are() { fsduel list roles | sed -n 's/^\([a-z][a-z0-9_]*\): .*/\1/p' | sort; }
check "configs/roles.ini has every role there is" diff <(there_are) <(in_suite)
check "a mix of every role is measured" runs duel -c configs/roles.ini -o "$d"
all_ok() { # a row that is not: its variant, status and reason
	awk -F, -v s="$(column status "$d/samples.csv")" 'NR > 1 && $s != "ok" {
		print $2, $s, $(s + 2) }' "$d/samples.csv" | sort -u
}
check "every cell run of it is valid, without a word of the kernel" all_ok
variants() { cut -d, -f2 "$d/samples.csv" | tail -n +2 | sort -u | wc -l; }
check "it ran on three mounts of two kernels" test "$(variants)" = 6
finish
