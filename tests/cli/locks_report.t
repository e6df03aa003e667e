#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# locks_report.t: `fsduel locks` and what `fsduel compare` says of locks, on a made-up
# folder whose truth is known: three cells of 8 threads, 1 s each, 6 blocks, of which
# two were watched. "held": patched loses 60 % of its operations, and all of what an
# operation takes longer is waited for the work file's i_rwsem. "busy": as slow, and
# nobody waits. "same": nothing changes, and both sides wait a little.
. "$(dirname "$0")/lib.sh"

folder() { # NAME [SED SCRIPT FOR samples.csv [SED SCRIPT FOR lockstacks.csv]]
	mkdir -p "$tmp/$1"
	awk -v dir="$tmp/$1" "$made"'
	function who_of(v, w, b, pass) { return made_who(v, w, "t=8", b, (b % 2 == v) + 1, pass) }
	function sample(v, w, b, pass, role, metric, unit, better, value) {
		made_sample(who_of(v, w, b, pass), role, metric, unit, better, value)
	}
	function wait(v, w, b, role, lock, mode, chain, count, each, holder) {
		print who_of(v, w, b, "locks") "," role "," lock "," mode "," chain "," count "," \
			sprintf("%.0f,%d,%d-%d:%d,", count * each, each, each, each, count) \
			(holder ? holder "," sprintf("%.0f", count * each * 0.95) : ",,,") > stacks
		waits[v, w, b] += count
	}
	BEGIN {
		stacks = dir "/lockstacks.csv"
		made_run("exact", 6, "locks", ",\"watch_blocks\":2")
		split("held busy same", cells)
		for (c = 1; c <= 3; c++) made_cell(cells[c], "t=8", "", 8)
		made_end()
		print who "role,lock,lock_mode,chain,count,total_ns,max_ns,waits,holder_role," \
			"holder_mode,holder_chain,held_ns" > stacks
		read = "rwsem_down_read_slowpath;down_read;ext4_file_read_iter;vfs_read"
		write = "rwsem_down_write_slowpath;down_write;ext4_file_write_iter;vfs_write"
		queue = "native_queued_spin_lock_slowpath;_raw_spin_lock;try_to_wake_up;wake_up_q"
		for (b = 1; b <= 6; b++)
			for (c = 1; c <= 3; c++)
				for (v = 0; v < 2; v++)
					sample(v, cells[c], b, "throughput", "all", "ops_per_s", "1/s", "higher", (v && c < 3 ? 4000 : 10000) + b)
		for (b = 1; b <= 2; b++)
			for (c = 1; c <= 3; c++)
				for (v = 0; v < 2; v++) {
					ops = v && c < 3 ? 3920 : 9800
					w = cells[c]
					if (v && c == 1) { # 8 s of threads - 3920 x 816.3 us = 4.8 s
						wait(v, w, b, "dio_read", "0xffff888100001000", "read", read, 1900, 1500000, "dio_overwrite,write," write)
						wait(v, w, b, "dio_overwrite", "0xffff888100001000", "write", write, 1300, 1500000, "dio_overwrite,write," write)
						wait(v, w, b, "kworker/u4:1", "0xffff888200002000", "write", write, 10, 2000000, "")
					}
					if (c != 2)
						wait(v, w, b, "dio_read", "0xffff888300003000", "spin", queue, 50, 2000, "")
					sample(v, w, b, "locks", "all", "ops_per_s", "1/s", "higher", ops + b)
					sample(v, w, b, "locks", "all", "operations", "count", "", ops)
					sample(v, w, b, "locks", "all", "elapsed", "ns", "", 1000000000)
					sample(v, w, b, "locks", "all", "lock_waits", "count", "", waits[v, w, b] + 0)
					sample(v, w, b, "locks", "all", "lock_cut", "count", "", 4)
					sample(v, w, b, "locks", "all", "lock_lost", "count", "", 0)
					sample(v, w, b, "locks", "dio_read", "ops_per_s", "1/s", "higher", ops / 2)
					sample(v, w, b, "locks", "dio_overwrite", "ops_per_s", "1/s", "higher", ops / 2)
				}
	}'
	[ -z "${2:-}" ] || sed -i -E "$2" "$tmp/$1/samples.csv"
	[ -z "${3:-}" ] || sed -i -E "$3" "$tmp/$1/lockstacks.csv"
}
verdict() { fsduel compare "$1" | head -n 1; }
csv() { fsduel locks -f csv "$1" | grep -E '^workload|^(held|same),.*(i_rwsem|runqueue)'; }
figures() { fsduel locks "$1" | grep -vE '^(Sums|threads|waited|no waits)'; }

folder good
run "each class, who waited where, and for whom" fsduel locks "$tmp/good"
run "the comparison says which lock explains what" fsduel compare "$tmp/good"
run "as CSV" csv "$tmp/good"
check "JSON can be read" bash -c "'$B/fsduel' locks -f json $tmp/good | jq -e '.cells | length == 6' > $tmp/jq || cat $tmp/jq"
check "an unknown format is refused" bash -c "'$B/fsduel' locks -f xml $tmp/good > /dev/null 2>&1; [ \$? = 2 ] || echo no"

# What the watched pass says decides nothing.
mkdir "$tmp/without" && sed 's/,"locks"//' "$tmp/good/run.json" > "$tmp/without/run.json"
grep -v ',locks,' "$tmp/good/samples.csv" > "$tmp/without/samples.csv"
check "verdicts are those of a folder without the pass" diff <(verdict "$tmp/without") <(verdict "$tmp/good")
folder failed 's/^(.*,locks,.*),[^,]*,ok,,$/\1,,failed,,it broke/' 2d
check "a locks pass that failed is no gap" diff <(verdict "$tmp/without") <(verdict "$tmp/failed")
head -n 1 "$tmp/good/lockstacks.csv" > "$tmp/failed/lockstacks.csv"
run "it says why there is nothing" fsduel locks "$tmp/failed"
said() { fsduel compare "$1" | sed -n '/^note/,$p'; }
run "so does the comparison" said "$tmp/failed"
run "without the pass there is nothing to show" fsduel locks "$tmp/without"
run "no recording is kept for perf" fsduel locks --perf "$tmp/good"

# Lost events, files that do not belong together, damage.
folder lossy 's/^(.*,p,.*,held,.*,lock_lost,.*),0,ok/\1,200,ok/'
run "lost events past 1 % make the figures invalid" figures "$tmp/lossy"
folder few '' '2d'
run "a row too few is damage" fsduel locks "$tmp/few"
folder gone && rm "$tmp/gone/lockstacks.csv"
run "so is a file too few" fsduel locks "$tmp/gone"
folder odd '' '3s/,write,/,sideways,/'
run "a mode that is none is refused" fsduel locks "$tmp/odd"
folder short '' '3s/:1900,/:1899,/'
run "a histogram that is not of all waits is refused, by compare too" fsduel compare "$tmp/short"
finish
