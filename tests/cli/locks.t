#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# locks.t: the locks pass on real kernels: who waits for the file's lock and how it
# was asked for, a lock held on purpose to the millisecond, on this machine and, the
# same twice, in exact mode. What watches changes nothing of the samples that count.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
real_cache
suite=tests/data/suites/locks.ini

# waits FILE WORKLOAD ROLE MODE FUNCTION HOLDER: "count total_ns max_ns" of such rows; no
# field holds a comma. On this machine other programs' waits are in the file, too.
waits() {
	awk -F, -v workload="$2" -v role="$3" -v mode="$4" -v function_="$5" -v holder="${6-}" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["workload"] == workload && $at["role"] == role && $at["lock_mode"] == mode &&
		$at["holder_role"] ~ holder && index(";" $at["chain"] ";", ";" function_ ";") {
			count += $at["count"]; total += $at["total_ns"]
			if ($at["max_ns"] > max) max = $at["max_ns"] }
		END { printf "%d %.0f %.0f\n", count, total, max }' "$1"
}
at_least() { # LEAST, then the arguments of waits
	local least=$1 found
	shift
	found=$(waits "$@")
	[ "${found%% *}" -ge "$least" ] || echo "$*: $found"
}
# Four readers meet each hold, at its begin or within the 80 us that their read still takes.
held_20ms() { # FILE MOST: the mean wait, ns
	local found=($(waits "$1" held dio_read read ext4_file_read_iter '^hold_iolock$'))
	[ "${found[0]}" -ge 20 ] && [ $((found[1] / found[0])) -ge 19000000 ] &&
		[ $((found[1] / found[0])) -le "$2" ] || echo "count total max: ${found[*]}"
}
value() { # DIR PASS METRIC WORKLOAD [ROLE]: of all roles together, or of that
	awk -F, -v pass="$2" -v metric="$3" -v workload="$4" -v role="${5:-all}" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["pass"] == pass && $at["metric"] == metric && $at["workload"] == workload &&
		$at["role"] == role { print $at["value"] }' "$1/samples.csv"
}
counts_agree() { # DIR: samples.csv says the same as the rows, nothing was lost
	local w
	for w in mix held; do
		[ "$(value "$1" locks lock_waits $w)" = "$(awk -F, -v w=$w '
			NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
			$at["workload"] == w { n += $at["count"] } END { print n }' "$1/lockstacks.csv")" ] ||
			echo "$w: $(value "$1" locks lock_waits $w) waits are not those of the rows"
		[ "$(value "$1" locks lock_lost $w)" = 0 ] || echo "$w: events were lost"
		[ -n "$(value "$1" locks ops_per_s $w)" ] || echo \
			"$w: no throughput of the watched run"
	done
}
kept() { # DIR: the recordings, whole
	for key in b0001-c0001-v01 b0001-c0002-v01; do
		gzip -t "$1/raw/$key-locks.perf.data.gz" 2>&1
		[ "$(zcat "$1/raw/$key-locks.perf.data.gz" | head -c 8)" = PERFILE2 ] || echo \
			"$key is no perf.data"
	done
}

# perf's own tables have as many waits as samples.csv, and say whether they were shared.
perf_agrees() { # DIR
	local waits=0 w
	for w in mix held; do waits=$((waits + $(value "$1" locks lock_waits $w))); done
	"$B/fsduel" locks "$1" --perf > "$tmp/perf"
	grep -q 'rwsem:W' "$tmp/perf" && grep -q 'rwsem:R' "$tmp/perf" || echo \
		"no rwsem in $(cat "$tmp/perf")"
	[ "$(awk '$1 ~ /^[0-9]+$/ { n += $1 } END { print n }' "$tmp/perf")" = "$waits" ] ||
		echo "perf does not have $waits waits: $(cat "$tmp/perf")"
}

# --- on this machine -----------------------------------------------------------------
why=$(host_needs)
"$B/fsduel" doctor | grep -q '^ok *lock events' ||
	why=${why:-"perf cannot record waits for locks here"}
if [ -n "$why" ]; then
	skip "who waits for whom on this machine" "$why"
else
	host_run -c $suite --image 192M -o "$results"
	expect "a suite is watched on this machine" 0 "nothing to compare"
	rows=$results/lockstacks.csv
	check "buffered writers wait for the file's lock, exclusively" \
		at_least 10 "$rows" mix buffered_write write ext4_buffered_write_iter
	check "direct overwriters wait for it, shared" \
		at_least 10 "$rows" mix dio_overwrite read ext4_file_write_iter
	# No longer than the longest hold, which a busy machine makes longer.
	longest=$(value "$results" locks lat_max held hold_iolock)
	check "readers wait for a lock held 20 ms" held_20ms "$rows" $((${longest%.*} + 5000000))
	check "samples.csv counts the same waits" counts_agree "$results"
	check "the recordings are kept" kept "$results"
	"$B/fsduel" locks "$results" --perf > "$tmp/perf"
	check "perf's own table of them is shown" grep -q 'rwsem:W *[a-z]' "$tmp/perf"
	check "nothing else of it is left" left
	unwatched() { grep -v ',locks,' "$results/samples.csv" | grep -c lock_; true; }
	check "the throughput pass knows nothing of locks" [ "$(unwatched)" = 0 ]
fi

# --- in exact mode -------------------------------------------------------------------
if ! fsduel kernel show 6.12 > /dev/null 2>&1; then
	skip "who waits for whom in exact mode" \
		"Debian's kernel is not in the cache and could not be fetched"
	finish
fi
duel() { timeout 240 "$B/fsduel" duel -q "$@" > "$tmp/said" 2>&1; code=$?; }
# Of one cell, but for the run's id.
held() { grep ',held,' "$1" | cut -d, -f2-; }
same() { diff <(held "$1") <(held "$2"); }
bare=$tmp/bare.ini
sed '/^passes/d; /^.workload mix/,/^$/d' $suite > "$bare"
duel -c $suite --baseline 6.12 -o "$tmp/watched"
expect "a suite is watched in exact mode" 0 "nothing to compare"
rows=$tmp/watched/lockstacks.csv
check "buffered writers wait for the file's lock, exclusively, there too" \
	at_least 10 "$rows" mix buffered_write write ext4_buffered_write_iter
check "direct overwriters wait for it, shared, there too" \
	at_least 10 "$rows" mix dio_overwrite read ext4_file_write_iter
check "readers wait for a lock held 20 ms, to the last one" held_20ms "$rows" 21000000
check "samples.csv counts the same waits there" counts_agree "$tmp/watched"
check "the recordings come out of the guest" kept "$tmp/watched"
check "perf's own tables of them have the same waits, and names" perf_agrees "$tmp/watched"
check "the guest's kernel has names for perf" grep -q 'ext4_\|vfs_\|ksys_' "$tmp/perf"
duel -c "$bare" --baseline 6.12 -o "$tmp/later"
cp "$tmp/later/samples.csv" "$tmp/bare.csv"
duel --resume "$tmp/later" --pass locks
expect "a folder is given the pass later" 0 "nothing to compare"
check "the samples that count are the same bytes without the pass" \
	diff <(held "$tmp/bare.csv") <(held "$tmp/watched/samples.csv" | grep -v ',locks,')
check "there are some" grep -q ',held,.*,ops_per_s,.*,ok,' "$tmp/bare.csv"
check "watched twice gives the same rows of lockstacks.csv" same "$rows" "$tmp/later/lockstacks.csv"
check "and the same samples" same "$tmp/watched/samples.csv" "$tmp/later/samples.csv"
duel --resume "$tmp/later"
check "a pass that a folder has is not forgotten" same "$rows" "$tmp/later/lockstacks.csv"
finish
