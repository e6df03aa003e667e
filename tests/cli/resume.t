#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# resume.t: a folder is gone on with only where all that decides a sample is what it was;
# what differs is named, and nothing that was measured is touched. A failure to write,
# or to measure, has one exit code, with and without --resume.
. "$(dirname "$0")/lib.sh"
need_kernels 6.12
here=$PWD
fsduel() { "$here/$B/fsduel" "$@"; }
case $B in /*) fsduel() { "$B/fsduel" "$@"; } ;; esac
cd "$tmp" || exit

cat > s.ini << 'EOF'
; one kernel, one block, two cells
[suite]
name = small
seed = 7
[device]
size = 128M
latency = 10us
[machine]
memory = 384M
[kernel k]
image = 6.12
[mount default]
mkfs = -J size=8
[workload w]
mix = dio_overwrite:{threads}
threads = 1
file_size = 4M
runtime = 20ms
[workload j]
fio = j.fio
EOF
printf '# a job\n[j]\nrw=write\nbs=4k\nsize=1m\ndirect=1\nioengine=psync\n' > j.fio

duel() { fsduel duel -q "$@" > "$tmp/said" 2>&1; code=$?; }
duel -c s.ini -o D
expect "a suite of one variant is measured" 0 "nothing to compare"
cp -a D whole
untouched() { diff -r whole D; }

# refused NAME PATTERN [ARG...]: the folder with the suite t.ini (or as it was begun) and ARG
refused() {
	local name=$1 pattern=$2
	shift 2
	duel --resume D "$@"
	expect "$name" 2 "D holds another plan: $pattern"
	check "$name: nothing is touched" untouched
}
edited() { # NAME PATTERN SED
	sed "$3" s.ini > t.ini
	refused "$1" "$2" -c t.ini
}
edited "another seed" "seed: 8, was 7" 's/seed = 7/seed = 8/'
edited "a cell's parameter" "cell 1 (w) params: runtime=30ms, was runtime=20ms" 's/20ms/30ms/'
edited "the roles of a mix" "cell 1 (w) work: dio_read:{threads}, was dio_overwrite:{threads}" \
	's/overwrite/read/'
edited "a mount option" "mount default options: nodelalloc, was nothing" \
	's/^.mount default./&\noptions = nodelalloc/'
edited "an mkfs option" "mount default mkfs: -J size=4, was -J size=8" 's/size=8/size=4/'
edited "the device" "device latency_ns: 20000, was 10000" 's/10us/20us/'
edited "the guest's memory" "memory_bytes: 536870912, was 402653184" 's/384M/512M/'
edited "one cell less" "cell: there are 1, not 2" '/workload j/,$d'
edited "one cell more" "cell: there are 3, not 2" 's/threads = 1/threads = 1 2/'
refused "another mode" "mode: tcg, was exact" -m tcg
sed 's/bs=4k/bs=8k/' j.fio > k.fio
mv j.fio j.was && cp k.fio j.fio
refused "a job file that changed beside its suite" "cell 2 (j) work: bs=8k, was bs=4k"
mv j.was j.fio

# Lines that only judge, or are for people, may change; so may the place of a copy.
mkdir copy
sed 's/^; one.*/; another comment/; s/^seed = 7/  seed   =  7/; s/^mix = /mix =   /' s.ini \
	> copy/s.ini
printf '\n[margins]\nops_per_s = 3%%\n[limits]\nwall = 400s\n' >> copy/s.ini
sed 's/^# a job/; the same job\n/' j.fio > copy/j.fio
duel --resume D -c copy/s.ini -j 3
expect "a copy with other comments, margins and limits is the same plan" 0 "nothing to compare"
check "its samples are what they were" cmp whole/samples.csv D/samples.csv
check "and no cell run was made again" diff -r whole/parts D/parts
duel --resume D -b 2
expect "one block more is measured" 0 "nothing to compare"
kept() { diff <(cut -d, -f9- whole/samples.csv) \
	<(grep -v "^[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,2," D/samples.csv | cut -d, -f9-); }
check "and the first is kept" kept
duel --resume D -b 1
expect "one block less is refused" 2 "blocks: 1, fewer than the 2 that are there"
both() { [ "$(cut -d, -f9 D/samples.csv | sort -u | grep -c '^[12]$')" = 2 ] || cut -d, -f9 \
	D/samples.csv | sort | uniq -c; }
check "and loses nothing" both

# --- what cannot be written ----------------------------------------------------------------
cp -a whole half && rm half/parts/*c0002*
cp -a half stuck && mkdir -p stuck/parts/b0001-c0002-v01-throughput.json.tmp/x
duel --resume stuck
expect "a part file that cannot be written ends a run that is resumed with 4" 4 \
	"cannot remove stuck/parts/b0001-c0002"
check "and loses nothing" cmp half/parts/b0001-c0001-v01-throughput.json \
	stuck/parts/b0001-c0001-v01-throughput.json
if [ "$(id -u)" = 0 ] && mkdir small && mount -t tmpfs -o size=1m none small 2> /dev/null; then
	trap 'umount "$tmp/small"; rm -rf "$tmp"' EXIT
	full() { # leaves so many KiB
		dd if=/dev/zero of=small/rest bs=1k \
			count=$((1024 - $(du -sk small | cut -f1) - $1)) 2> /dev/null
	}
	full 20
	duel -c s.ini -o small/D
	expect "a disk that gets full ends a run with 4" 4 "No space left on device"
	umount small
	mount -t tmpfs -o size=1m none small && cp -a half small/D &&
		mount -o remount,ro small
	duel --resume small/D
	expect "a folder that cannot be written is the machine's, before anything is measured" 3 \
		"Read-only file system"
	duel -c s.ini -o small/E
	expect "and so is one that cannot be made" 3 "Read-only file system"
else
	skip "a disk that gets full" "no tmpfs can be mounted here"
fi

# --- what cannot be measured -----------------------------------------------------------------
head -c 65536 /dev/urandom > garbage
duel -c s.ini -o bad --initramfs garbage
expect "a suite of one variant whose cell runs all failed" 4 "nothing to compare"
fsduel compare bad > "$tmp/said" 2>&1; code=$?
expect "compare says so too" 4 "nothing to compare"
duel -c s.ini --resume bad --initramfs garbage
expect "and so does going on with it" 4 "nothing to compare"
fsduel compare whole > "$tmp/said" 2>&1; code=$?
expect "compare of one that was measured" 0 "nothing to compare"
finish
