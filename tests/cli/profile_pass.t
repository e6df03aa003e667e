#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile_pass.t: the profile pass on a real guest: it changes no sample, its
# instructions are the virtual clock's nanoseconds where nothing idles, functions
# have their names, and what cannot count is skipped with its reason.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
real_cache
suite=tests/data/suites/profile.ini

value() { # DIR METRIC WORKLOAD: of the profile pass, all roles
	awk -F, -v metric="$2" -v workload="$3" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["pass"] == "profile" && $at["metric"] == metric && $at["role"] == "all" &&
		$at["workload"] == workload && $at["variant"] ~ /^baseline/ { print $at["value"] }' \
		"$1/samples.csv"
}
sum() { # DIR COLUMN WORKLOAD OBJECT FUNCTION: of profile.csv, patterns
	awk -F, -v column="$2" -v workload="$3" -v object="$4" -v function_="$5" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["workload"] == workload && $at["variant"] ~ /^baseline/ &&
		$at["object"] ~ object && $at["function"] ~ function_ { n += $at[column] }
		END { printf "%.0f\n", n }' "$1/profile.csv"
}

if ! fsduel kernel show 6.12 > /dev/null 2>&1 && ! fsduel kernel fetch 6.12 > "$tmp/said" 2>&1; then
	skip "a profile in a guest" "Debian's kernel 6.12 could not be fetched: $(tail -n 1 "$tmp/said")"
else
	duel() { fsduel duel -q -c $suite --baseline 6.12 --patched 6.12 "$@" > "$tmp/said" 2>&1; \
		code=$?; }
	duel -o "$tmp/d"
	cut -d, -f2- "$tmp/d/samples.csv" > "$tmp/without"
	fsduel duel -q --resume "$tmp/d" --pass profile > "$tmp/said" 2>&1; code=$?
	expect "a profile is taken of a folder that is there" 0 "^verdict"
	check "the throughput pass has the same bytes" diff "$tmp/without" \
		<(cut -d, -f2- "$tmp/d/samples.csv" | grep -v ',profile,')
	check "and so has the profile pass: counting changes nothing" diff \
		<(sed 's/,throughput,/,profile,/' "$tmp/without") \
		<(cut -d, -f2- "$tmp/d/samples.csv" | grep -v ',throughput,\|,counted_')
	both_sides() { # the same kernel twice: the same instructions
		diff <(grep ',baseline/' "$tmp/d/profile.csv" | cut -d, -f4-10,14-) \
			<(grep ',patched/' "$tmp/d/profile.csv" | cut -d, -f4-10,14-)
	}
	check "the same kernel twice executes the same instructions" both_sides
	clock() { # within 0.01 %
		awk -v n="$(sum "$tmp/d" instructions cached . "")" -v \
			ns="$(value "$tmp/d" counted_time cached)" \
			'BEGIN { d = n / ns - 1; if (!ns || d > 1e-4 || d < -1e-4) print n, "for", ns, "ns" }'
	}
	check "the instructions of a reader that never idles are its nanoseconds" clock
	names() {
		local ops=$(value "$tmp/d" counted_ops cached)
		[ "$(sum "$tmp/d" calls cached . '^ext4_file_read_iter$')" = "$ops" ] ||
			echo "$ops reads, but $(sum "$tmp/d" calls cached . '^ext4_file_read_iter$') calls"
		awk -v all="$(sum "$tmp/d" instructions cached . "")" \
			-v nameless="$(sum "$tmp/d" instructions cached '^[^[]' '^$')" \
			'BEGIN { if (nameless > all / 100) print nameless, "of", all, "have no name" }'
		[ "$(sum "$tmp/d" instructions cached '^fsduel-guest$' '^worker')" -gt 0 ] ||
			echo "the load generator's functions have no names"
	}
	check "each read is one call of ext4's, and functions have their names" names
	fio_window() { # while both its jobs are at work: neither its start nor its end
		local ns=$(value "$tmp/d" counted_time job)
		[ "${ns%.*}" -ge 190000000 ] && [ "${ns%.*}" -lt 202000000 ] || echo \
			"counted for $ns ns"
		[ "$(sum "$tmp/d" calls job . '^begin_new_exec$')" = 0 ] || echo \
			"a program was started"
		awk -v ops="$(value "$tmp/d" counted_ops job)" \
			-v calls="$(sum "$tmp/d" calls job . '^ext4_file_(read|write)_iter$')" \
			'BEGIN { if (calls < 0.95 * ops || calls > 1.05 * ops) print calls, "calls for", ops, "operations" }'
	}
	check "of fio its runtime is counted, without its ramp, and its jobs work all of that time" fio_window
	check "what was counted is kept" gzip -t "$tmp/d/raw/b0001-c0001-v01-profile.profile.gz"

	sed 's/^mode = .*/mode = tcg/; /^.workload job/,$d' $suite > "$tmp/tcg.ini"
	fsduel duel -q -c "$tmp/tcg.ini" --baseline 6.12 --patched 6.12 --pass profile \
		-o "$tmp/tcg" > "$tmp/said" 2>&1; code=$?
	reason() { grep ',profile,' "$1/samples.csv" | grep -v ',skipped,.*virtual clock' || true; }
	check "on the wall clock it is skipped with the reason" reason "$tmp/tcg"
fi

why=$(host_needs)
if [ -n "$why" ]; then
	skip "a profile on this machine is skipped with the reason" "$why"
else
	sed 's/^mode = .*/mode = host/; /^.device/,/^$/d; /^.machine/,/^$/d; /^.workload job/,$d' \
		$suite > "$tmp/host.ini"
	host_run -c "$tmp/host.ini" --pass profile -o "$tmp/host" --image 192M
	reason() { grep ',profile,' "$1/samples.csv" | grep -v ',skipped,.*virtual clock' || true; }
	check "on this machine it is skipped with the reason" reason "$tmp/host"
	check "and the rest is measured" grep -q ',throughput,.*,ops_per_s,.*,ok,' \
		"$tmp/host/samples.csv"
fi
finish
