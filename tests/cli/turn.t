#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# turn.t: kernels over several runs into one folder: what is missing, by kernel and
# block; whether the order was interleaved; what --kexec asks for before it touches
# anything. With restarts, and for real: tests/slow/kexec.t.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
host_only
cat > "$tmp/s.ini" <<-'END'
	[suite]
	name = turn
	mode = host
	blocks = 2
	seed = 3
	[workload w]
	mix = dio_overwrite:{threads}
	threads = 1 2
	bs = 4k
	file_size = 1M
	runtime = 20ms
END
measure() { # FOLDER KERNEL [BLOCK]
	fsduel run -q --no-settle -c "$tmp/s.ini" -o "$1" --image 300M --kernel "$2" ${3:+--block \
		"$3"}
}
said() { # NAME CODE WANTED COMMAND...: all that it says
	local name=$1 want=$2 text=$3 got code
	shift 3
	got=$("$@" 2>&1); code=$?
	if [ "$code" = "$want" ] && [ "$got" = "$text" ]; then result ok "$name" < /dev/null
	else { echo "exit $code, wanted $want"; diff <(echo "$text") <(echo "$got"); } | result \
		"not ok" "$name"
	fi
}

# --- what is missing ---------------------------------------------------------------
blocked=$tmp/blocked turns=$tmp/turns
measure "$blocked" baseline > /dev/null
said "what another kernel has still to measure is listed" 0 "baseline: 0 of 4 cell runs missing
patched: 4 of 4 cell runs missing: block 1 (2), 2 (2)
next in the plan's order: block 1 of patched (fsduel run --kernel patched --block 1)" \
	fsduel plan --missing "$blocked"
rm "$blocked/parts/b0002-c0002-v01-throughput.json"
said "and what this one has, when a part is gone" 0 "baseline: 1 of 4 cell runs missing: block 2 (1)
patched: 4 of 4 cell runs missing: block 1 (2), 2 (2)
next in the plan's order: block 1 of patched (fsduel run --kernel patched --block 1)" \
	fsduel plan --missing "$blocked"
measure "$blocked" baseline > /dev/null
rm "$tmp/s.ini"
fsduel plan --missing "$blocked" > "$tmp/got" 2>&1
check "without the suite's file, too: the folder has a copy" [ "$(grep -c missing "$tmp/got")" = 2 ]
cp "$blocked/suite.ini" "$tmp/s.ini"

# --- the order ----------------------------------------------------------------------
measure "$blocked" patched > "$tmp/table" 2>&1
warning="the order is blocked, not interleaved: 2 kernels over 2 blocks were measured in"
warning+=" 2 stretches"
check "all of one, then all of the other: plan --missing warns" \
	sh -c \
		"'$B/fsduel' plan --missing '$blocked' | grep -q '^warning: $warning' ||
		echo no warning"
check "run.json keeps it" sh -c "grep -q '$warning' '$blocked/run.json' || cat '$blocked/run.json'"
check "and the table warns" sh -c \
	"tr '\n' ' ' < '$tmp/table' | tr -s ' ' | grep -q 'one kernel was measured after the other' ||
		cat '$tmp/table'"
for leg in "baseline 1" "patched 1" "patched 2" "baseline 2"; do
	measure "$turns" $leg > "$tmp/table" 2>&1
done
said "block by block it is interleaved" 0 "baseline: 0 of 4 cell runs missing
patched: 0 of 4 cell runs missing
8 cell runs on 1 boot, in 3 stretches: interleaved" fsduel plan --missing "$turns"
check "and nothing is said against it" sh -c \
	"! grep -hE 'order is blocked|measured after the other' '$turns/run.json' '$tmp/table'"

# --- what else the machine did -----------------------------------------------------------
facts() {
	for part in "$turns"/parts/*.json; do
		for f in steal_pct others_user_pct context_switches_per_s dirty_at_begin_bytes; do
			grep -q "\"$f\": *[0-9]" "$part" || echo "$part: no $f"
		done
	done
}
check "each cell run has what else the machine did" facts
noisy() { # two busy loops for each CPU: nobody can overlook them
	local pids=() n
	for ((n = 0; n < 2 * $(nproc); n++)); do (while :; do :; done) & pids+=($!); done
	sed 's/20ms/500ms/; s/^blocks = 2/blocks = 1/' "$tmp/s.ini" > "$tmp/noisy.ini"
	fsduel run -q --no-settle -c "$tmp/noisy.ini" -o "$tmp/noisy" --image 300M --kernel \
		baseline > /dev/null
	fsduel run -q --no-settle -c "$tmp/noisy.ini" -o "$tmp/noisy" --image 300M --kernel \
		patched > "$tmp/table"
	kill "${pids[@]}"
	wait "${pids[@]}" 2> /dev/null
	tail -n +2 "$tmp/noisy/samples.csv" | grep -v ',ok,.*others'
	tr '\n' ' ' < "$tmp/table" | grep -q \
		'4 of 4 cell runs were disturbed and kept:.* others 4' ||
		cat "$tmp/table"
}
check "samples taken beside a busy machine are kept, marked and counted" noisy

# --- asking for restarts ------------------------------------------------------------------
kexec() { fsduel run -q -c "$tmp/s.ini" -o "$tmp/none" --image 300M "$@"; }
said "--kexec wants a label and an image" 2 \
	'fsduel run: --kexec wants LABEL=BZIMAGE[,INITRD], not "baseline"' kexec --kexec baseline
said "and chooses kernel and block itself" 2 \
	"fsduel run: --kexec chooses kernel and block itself: leave --kernel and --block out" \
	kexec --kexec baseline=x --kernel baseline
said "a label that the suite has not" 2 \
	"fsduel run: $tmp/s.ini has no kernel 'other'; it has baseline, patched" \
	kexec --kexec other=x
said "a run over restarts goes on only where one was begun" 3 \
	"fsduel run: no run that alternates kernels is under way: there is no $tmp/state/reboot.json" \
	kexec --kexec baseline=x --kexec-resume
check "nothing was made by that" [ ! -e "$tmp/none" ]
check "and nothing is left" left
finish
