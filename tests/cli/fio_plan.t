#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fio_plan.t: what `fsduel plan`, `duel` and `run` say of fio jobs before anything starts:
# fio's own words on a slip, threads, parts, room, and each change of what a file says.
. "$(dirname "$0")/lib.sh"

command -v fio > /dev/null || { echo "1..0 # SKIP needs fio"; exit 0; }
jobs=tests/data/fio/jobs
# A suite around a job file, with more lines of its workload; on stdin the job, or $1 is its path.
suite() { # MODE [JOB [LINE...]]
	local mode=$1 job=${2:-$tmp/job.fio}
	[ -n "${2:-}" ] || cat > "$job"
	shift; shift
	{
		printf '[suite]\nmode = %s\nblocks = 1\n' "$mode"
		[ "$mode" = host ] || printf \
			'[kernel k]\nimage = 6.12\n[device]\nsize = 256M\n[machine]\nmemory = 1G\n'
		printf '[mount default]\n[workload w]\nfio = %s\n' "$(realpath "$job")"
		printf '%s\n' "$@"
	} > "$tmp/s.ini"
}
plan() {
	fsduel plan "$@" "$tmp/s.ini" > "$tmp/said" 2>&1
	code=$?
}
says() { # NAME CODE WORDS: in a line, once
	if [ "$code" = "$2" ] && [ "$(grep -cF -- "$3" "$tmp/said")" = 1 ]; then
		result ok "$1" < /dev/null
	else
		{ echo "exit $code, wanted $2 and once '$3'"; cat "$tmp/said"; } | result "not ok" \
			"$1"
	fi
}

# --- fio is the judge ----------------------------------------------------------------------
suite exact '' 'threads = 1 2' << 'END'
[a]
rw=randread
bs=4k
size=8m
iodpth=4
direkt=1
END
plan
says "a slip is said in fio's words, once" 2 \
	"Bad option <iodpth=4>; Did you mean iodepth?; Bad option <direkt=1>; Did you mean direct?"
fsduel duel -q -c "$tmp/s.ini" -o "$tmp/d" > "$tmp/said" 2>&1; code=$?
says "and by a duel, before it makes its folder" 2 "Bad option <iodpth=4>"
check "which is not there" [ ! -e "$tmp/d" ]
fsduel run -q -c "$tmp/s.ini" -o "$tmp/d" > "$tmp/said" 2>&1; code=$?
says "and by a run" 2 "Bad option <iodpth=4>"
PATH=$tmp plan
says "without fio the machine is at fault" 3 "fio is missing"
mkfifo "$tmp/pipe"
suite host "$tmp/pipe"
plan
says "a pipe is not waited for" 2 "pipe is not a file"
suite host $jobs/hash.fio 'rw = randread randraed'
plan
says "a slip in a parameter's second value" 2 "failed parsing rw=randraed"
suite host '' << 'END'
[a]
ioengine=dircreate
filesize=4k
END
plan
if fio --enghelp=dircreate 2>&1 | grep -q 'not loadable'; then
	says "an engine that this fio has not" 2 "engine dircreate not loadable"
else
	says "an engine of a newer fio" 0 "c0001  w (1 thread"
fi

# --- threads, parts, changes ------------------------------------------------------------------
suite exact $jobs/hash.fio
plan
says "comments are cut as fio cuts them" 0 "c0001  w (2 threads, bound by operations)"
suite exact $jobs/helpers.fio
plan
says "threads beside the jobs are counted" 0 "(6 threads, 3 of them fio's helpers or more,"
plan -f json
says "as JSON, too" 0 '"helper_threads": 3'
suite host $jobs/parts.fio
plan
says "a file whose jobs wait is a cell for each part" 0 \
	"c0001  w part=lay_out (1 thread, bound by operations)"
says "with the jobs that run together" 0 \
	"c0002  w part=read (2 threads, bound by operations, after the parts before it)"
says "to the last" 0 "c0003  w part=again (1 thread, bound by operations, after"
says "a path elsewhere has a word" 0 \
	"parts.fio:4: directory=/mnt/data/a is taken as mnt/data/a in the work directory"
plan -f json
says "in the JSON as well" 0 "is taken as mnt/data/a"
suite host $jobs/parts.fio 'part = again'
plan
says "one part can be chosen" 0 \
	"c0001  w (1 thread, bound by operations, after the parts before it)"
suite host $jobs/parts.fio 'part = agian'
plan
says "of those that there are" 2 'no part "agian"; there are lay_out read again'
suite host $jobs/paths.fio
plan
says "logs are left out with a word" 0 "paths.fio:5: write_lat_log is left out"
says "and so is unlink" 0 "unlink is left out: each cell run has a file"
suite host '' << 'END'
[a]
size=${FSDUEL_T_SIZE}
bs=${FSDUEL_T_BS}
END
FSDUEL_T_SIZE=8m plan
says "a variable that nothing sets" 2 'job.fio:3: ${FSDUEL_T_BS} is not set'
suite host "$tmp/job.fio" 'set.FSDUEL_T_BS = 4k 8k'
FSDUEL_T_SIZE=8m plan
says "the suite sets one to each value" 0 "c0002  w set.FSDUEL_T_BS=8k (1 thread"
says "and the environment to its own" 0 '${FSDUEL_T_SIZE} is "8m", from the environment'

suite host "$tmp/job.fio" 'set.FSDUEL_T_BS = 4k' 'set.FSDUEL_T_NO = 1 2'
FSDUEL_T_SIZE=8m plan
says "but not one that no option holds" 2 'remove the parameter set.FSDUEL_T_NO'
suite host '' 'part = b' << 'END'
[a]
size=8m
iodpth=4
[b]
stonewall
size=8m
END
plan
says "a slip in a part that only runs before" 2 "Bad option <iodpth=4>"
suite host '' << 'END'
[a]
size=4k
numjobs=2000
END
plan
says "as many threads as the job has" 0 "c0001  w (2000 threads"

# --- room and time -------------------------------------------------------------------------------
suite exact '' << 'END'
[a]
filesize=2g
rw=read
END
plan
says "files that do not fit on the suite's device" 2 \
	"its files of 2G do not fit on the device of 256M"
suite exact $jobs/fill.fio
sed -i 's/memory = 1G/memory = 256M/' "$tmp/s.ini"
plan
says "a job that fills the device needs as much memory" 2 "more than half of the guest's memory"
suite host '' << 'END'
[a]
rw=read
filesize=2g
END
if [ "$(id -u)" = 0 ] && [ -e /dev/loop-control ]; then
	fsduel run -q --image 512M -c "$tmp/s.ini" -o "$tmp/d" > "$tmp/said" 2>&1; code=$?
	says "nor in an image" 3 "the image has 512M"
	suite host $jobs/fill.fio
	mkdir "$tmp/mine"
	fsduel run -q --dir "$tmp/mine" -c "$tmp/s.ini" -o "$tmp/d" > "$tmp/said" 2>&1; code=$?
	says "nobody's own file system is filled" 3 "(fill_fs), and this one is not fsduel's"
	check "and nothing is begun" [ ! -e "$tmp/d/samples.csv" ]
else
	skip "nor in an image" "needs root and loop devices"
fi
suite host '' << 'END'
[a]
size=1m
runtime=15m
time_based
END
plan
says "a long job has its time on the host" 0 "c0001  w (1 thread, 15m)"
echo '[limits]
wall = 5m' >> "$tmp/s.ini"
plan
says "unless the suite limits it" 2 "runtime 15m reaches the limit"

# --- fio's own examples ------------------------------------------------------------------------
examples=${FIO_EXAMPLES:-/usr/share/doc/fio/examples}
walk() { # every file has a plan, or a sentence why not
	local f n=0
	for f in $(find "$examples" -name '*.fio'); do
		suite host "$f"
		plan
		case $code in
		0) n=$((n + 1)) ;;
		2) grep -q "^fsduel plan: .*$(basename "$f")" "$tmp/said" || { echo "$f:"; cat \
			"$tmp/said"; } ;;
		*) echo "$f: exit $code"; cat "$tmp/said" ;;
		esac
	done
	[ $n -ge 20 ] || echo "only $n are planned"
}
if [ -d "$examples" ]; then
	check "fio's examples are planned, or it is said why not" walk
else
	skip "fio's examples are planned, or it is said why not" "no $examples"
fi
finish
