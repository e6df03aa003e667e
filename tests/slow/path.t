#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# path.t: what exact mode's verdicts on the path and the rate are worth. Planted costs of 10, 50
# and 200 instructions are found, with their size and their function, by six blocks, with one
# thread and eight. And one image against itself, under 20 mount options that change nothing and
# move the kernel's memory a little: of all duels of six neighbouring blocks out of $NULL_BLOCKS
# (60) at most 5 % may call anything slower or faster. Builds three kernels, in the usual cache;
# half an hour more on two cores. Not part of `make test`.
usual=${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}
. "$(dirname "$0")/../cli/lib.sh"
export FSDUEL_CACHE=$usual
blocks=${NULL_BLOCKS:-60}

machine='[device]
size = 320M
latency = 20us
[machine]
memory = 512M'

# --- planted costs ---------------------------------------------------------------------------

cat > "$tmp/slow.ini" <<EOF
[suite]
blocks = 6
passes = throughput profile
watch_blocks = 1
$machine
[margins]
path_per_op = 0.02%
[workload overwrite]
mix = dio_overwrite:{threads}
threads = 1 8
bs = 4k
file_size = 16M
runtime = 100ms
EOF
rows() { # DIR ARG...: "workload metric verdict baseline patched" of the rows that decide
	fsduel compare "$@" -f csv | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["decides"] == 1 || $at["decides"] == "true" {
			print $at["workload"], $at["metric"], $at["verdict"], $at["baseline_median"],
				$at["patched_median"] }'
}
for n in 10 50 200; do
	fsduel kernel show "slow-$n" > /dev/null 2>&1 ||
		fsduel kernel build "slow-$n" --patch "slow-$n" > "$tmp/said" 2>&1
	fsduel duel -q -c "$tmp/slow.ini" --baseline stock-6.12 --patched "slow-$n" -o "$tmp/slow-$n" \
		> "$tmp/said" 2>&1
	rows "$tmp/slow-$n" | grep path_per_op > "$tmp/paths"
	check "slow-$n: one thread and eight have a path" test "$(wc -l < "$tmp/paths")" = 2
	found() {
		awk -v n="$n" '{ d = $5 - $4 - n } $3 != "slower" || d > 1 || d < -1' "$tmp/paths"
		[ "$(fsduel compare "$tmp/slow-$n" | tr -s ' \n' ' ' | grep -o \
			"path [^:]*: it is [^:]*: ext4_slow_write_iter +$n " | wc -l)" = 2 ] ||
			fsduel compare "$tmp/slow-$n" | grep -A 3 "path +"
	}
	check "slow-$n: slower, by $n instructions, in ext4_slow_write_iter" found
	sed 's/^/# /' "$tmp/paths" >&2
done

# --- nothing changed -------------------------------------------------------------------------

nothing='resuid=0 resgid=0 user_xattr acl stripe=0 errors=continue data=ordered barrier commit=5
min_batch_time=0 max_batch_time=15000 journal_ioprio=3 auto_da_alloc delalloc block_validity
inode_readahead_blks=32 dioread_nolock nodiscard bsddf init_itable=10'
{
	printf '[suite]\nblocks = %s\n%s\n[kernel k]\nimage = 6.12\n[mount usual]\n' "$blocks" "$machine"
	n=0
	for option in $nothing; do
		n=$((n + 1))
		printf '[mount n%s]\noptions = %s\n[contrast n%s]\n' $n "$option" $n
		printf 'baseline = k/usual\npatched = k/n%s\n' $n
	done
	for role in buffered_write mmap_write dio_overwrite; do
		printf '[workload %s]\nmix = %s\nbs = 4k\nfile_size = 8M\n' $role $role
		[ $role = dio_overwrite ] && printf 'ops = 500\n' ||
			printf 'extents = hole\noffsets = once\nsync_every = 16\nops = 500\n'
	done
} > "$tmp/null.ini"
fsduel run -q -c "$tmp/null.ini" -o "$tmp/null" > "$tmp/said" 2>&1
code=$?
expect "20 contrasts of nothing are measured" '[01]' "."
window() { # FIRST: a folder of the six blocks from there
	rm -rf "$tmp/window" && mkdir "$tmp/window"
	sed "s/\"blocks\": *$blocks,/\"blocks\": 6,/" "$tmp/null/run.json" > "$tmp/window/run.json"
	awk -F, -v OFS=, -v first="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "block") at = i; print; next }
		$at >= first && $at < first + 6 { $at -= first - 1; print }' \
		"$tmp/null/samples.csv" > "$tmp/window/samples.csv"
}
duels=0
: > "$tmp/false"
for first in $(seq 1 $((blocks - 5))); do
	window "$first"
	for k in $(seq 20); do
		rows "$tmp/window" -C "n$k" > "$tmp/rows"
		[ -s "$tmp/rows" ] && duels=$((duels + 1))
		sed -n "/ slower \| faster /s/^/$first.$k /p" "$tmp/rows" >> "$tmp/false"
	done
done
few() {
	local n
	n=$(cut -d ' ' -f 1 "$tmp/false" | sort -u | wc -l)
	echo "# $n of $duels duels say slower or faster; by cell and metric:" >&2
	cut -d ' ' -f 2,3 "$tmp/false" | sort | uniq -c | sed 's/^/# /' >&2
	[ "$duels" = $((20 * (blocks - 5))) ] || echo "only $duels duels"
	[ $((n * 20)) -le $duels ] || echo "$n of $duels"
}
check "at most one duel in twenty sees what is not there" few
finish
