#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fio_measure.t: what is measured of a fio job, on real guests and on this machine: its
# time to less than fio's ms, the work without what verifies it, and of waits for locks
# those after its delay and its ramp. profile_pass.t has the same for instructions.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
real_cache

value() { # DIR PASS WORKLOAD MOUNT ROLE METRIC
	awk -F, -v pass="$2" -v workload="$3" -v mount="$4" -v role="$5" -v metric="$6" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["pass"] == pass && $at["workload"] == workload && $at["mount"] == mount &&
		$at["role"] == role && $at["metric"] == metric && $at["status"] == "ok" {
			print $at["value"] }' "$1/samples.csv"
}
between() { # LOW HIGH EXPRESSION: of numbers
	awk "BEGIN { v = $3; if (!(v >= $1 && v <= $2)) print \"$3 is\", v }" 2>&1 ||
		echo "no number: $3"
}
head='[suite]
name = fio
mode = exact
blocks = 1
[kernel k]
image = 6.12
[machine]
memory = 512M
[device]
size = 64M
latency = 20us
[mount default]
mkfs = -J size=4'

mkdir "$tmp/suite"
cat > "$tmp/suite/short.fio" <<- EOF
	[a]
	filename=work
	rw=randwrite
	bs=4k
	size=64k
	direct=1
	overwrite=1
EOF
{ cat "$tmp/suite/short.fio"; echo verify=crc32c; } > "$tmp/suite/verify.fio"
cat > "$tmp/suite/plain.fio" <<- EOF
	[global]
	filename=work
	bs=4k
	size=4m
	overwrite=1
	time_based
	runtime=50ms
	[readers]
	rw=randread
	direct=1
	numjobs=2
	group_reporting
	[writer]
	rw=randwrite
EOF
sed 's/^time_based/&\nstartdelay=100ms\nramp_time=150ms/' "$tmp/suite/plain.fio" \
	> "$tmp/suite/ramp.fio"
cat > "$tmp/suite/mounts.ini" <<- EOF
	$head
	[mount journal]
	mkfs = -J size=4
	options = data=journal
	[workload short]
	fio = short.fio
	[workload verify]
	fio = verify.fio
EOF
cat > "$tmp/suite/watched.ini" <<- EOF
	$head
	[workload plain]
	fio = plain.fio
	[workload ramp]
	fio = ramp.fio
EOF

if ! fsduel kernel show 6.12 > /dev/null 2>&1; then
	skip "a fio job in a guest" "Debian's kernel is not in the cache and could not be fetched"
else
	fsduel duel -q -c "$tmp/suite/mounts.ini" -o "$tmp/m" > "$tmp/said" 2>&1; code=$?
	expect "two mounts run jobs of 16 operations" 0 "^verdict"
	times_of() { # operations in a second against latencies: fio's own ms says 1 both times
		between 2.5 5 "$(value "$tmp/m" throughput short journal all ops_per_s) / \
			$(value "$tmp/m" throughput short default all ops_per_s)"
		between 0.95 1.3 "$(value "$tmp/m" throughput short default all elapsed) / 16 / \
			$(value "$tmp/m" throughput short default all lat_sum_per_op)"
	}
	check "a job that ends within one of fio's ms has its own time" times_of
	fine() { grep ',resolution,' "$tmp/m/samples.csv"; true; }
	check "which is known to its digits" fine
	apart() {
		[ "$(value "$tmp/m" throughput verify default all operations)" = 16 ] || echo \
			"operations"
		[ "$(value "$tmp/m" throughput verify default verify operations)" = 16 ] || echo \
			"verify"
		[ -z "$(value "$tmp/m" throughput verify default read operations)" ] || echo \
			"a role read"
		between 0.8 1.1 "$(value "$tmp/m" throughput verify default all ops_per_s) / \
			$(value "$tmp/m" throughput short default all ops_per_s)"
	}
	check "what verifies is apart, and the work is as fast as without" apart

	fsduel duel -q -c "$tmp/suite/watched.ini" --pass locks -o "$tmp/w" \
		> "$tmp/said" 2>&1; code=$?
	expect "a job with a delay and a ramp is watched" 0 "nothing to compare"
	waits() { # an operation; with those of the ramp they would be four times as many
		between 0.6 1.6 "($(value "$tmp/w" locks ramp default all lock_waits) / \
			$(value "$tmp/w" locks ramp default all operations)) / \
			($(value "$tmp/w" locks plain default all lock_waits) / \
			$(value "$tmp/w" locks plain default all operations))"
	}
	check "its waits for locks are of the same part as its operations" waits
fi

why=$(host_needs)
if [ -n "$why" ]; then
	skip "a fio job on this machine" "$why"
else
	sed 's/^mode = .*/mode = host/; /^.kernel/,/^latency/d; /^.mount journal/,/^options/d' \
		"$tmp/suite/mounts.ini" > "$tmp/suite/host.ini"
	host_run -c "$tmp/suite/host.ini" -o "$tmp/h" --image 192M
	expect "a suite of fio jobs is run on this machine" 0 "nothing to compare"
	roles() {
		[ "$(value "$tmp/h" throughput verify default all operations)" = 16 ] || echo \
			"operations"
		[ "$(value "$tmp/h" throughput verify default verify operations)" = 16 ] || echo \
			"verify"
		grep -q '"fio_elapsed": *"thread"' "$tmp/h"/parts/*.json || echo "fio's ms"
	}
	check "there, too, what verifies is apart and times are the threads'" roles
fi
finish
