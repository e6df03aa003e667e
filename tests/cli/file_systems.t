#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# file_systems.t: each row of the file-system table is all that a file system
# takes: the same direct I/O mix and fio job run on all of them, on this machine and
# in a guest, and no other file knows them by name.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
real_cache
suite=tests/data/suites/file_systems.ini
names=$(sed -n 's/^\t\t\.name = "\(.*\)",$/\1/p' runners/tables/fs_type.c)

# Names in strings; apart from the table: ext4's own file, the kernel's words in its log, doctor's
# advice, and the two tables of the kernel's functions.
elsewhere() {
	for n in $names; do
		grep -nE "\"[^\"]*\b$n\b[^\"]*\"" \
			$(find lib workloads runners analysis dashboards cli -name '*.c') |
			grep -vE '^(runners/(tables/fs_type|cell/(trouble(_table)?|judge_[a-z0-9]+))|cli/(cmd_doctor|cmd_man)|analysis/locks/lock_classes|lib/subsystems)\.c:'
	done
	true
}
check "the table is the only place that knows a file system" elsewhere
check "every row is in the suite of this test" diff <(sort <<< "$names") \
	<(fsduel plan -f json $suite | sed -n 's/.*"fs": "\(.*\)",.*/\1/p' | sort -u)

rates() { # FOLDER: file systems with a direct read and write rate, each an ok sample
	for n in $names; do
		for role in dio_read dio_overwrite; do
			grep -q "^[^,]*,$n,.*,$role,ops_per_s,.*,[0-9.]*,ok," "$1/samples.csv" ||
				echo "$n has no rate of $role: $(grep -m 1 "^[^,]*,$n," "$1/samples.csv")"
		done
	done
}
why=$(host_needs)
for p in mkfs.xfs mkfs.btrfs; do
	PATH=$PATH:/usr/sbin:/sbin command -v $p > /dev/null || why="needs $p"
done
for n in $names; do
	[ -n "$why" ] || grep -qw "$n" /proc/filesystems || modprobe -q "$n" ||
		why="this kernel has no $n"
done
if [ -n "$why" ]; then
	skip "mixes and fio jobs run on all of them on this machine" "$why"
else
	{ cat $suite; printf '\n[workload randrw]\nfio = %s\nthreads = 2\nsize = 16M\nruntime = 200ms\n' \
		"$PWD/workloads/fio/randrw.fio"; } > "$tmp/host.ini"
	export BLKID_FILE=$tmp/blkid.tab
	host_run -c "$tmp/host.ini" -o "$results"
	expect "mixes and fio jobs run on all of them on this machine" 0 "mode host"
	check "and have rates" rates "$results"
	check "of samples that are all ok" sh -c \
		"tail -n +2 '$results/samples.csv' | grep -v ',ok,'; true"
	options() { for n in $names; do
		grep -q '"effective_options": *"[a-z]' \
			"$results"/parts/b0001-c0001-v0"$(grep -n "^$n$" <<< "$names" | cut -d: -f1)"-*.json ||
			echo "$n: no options in effect"; done; }
	check "the options in effect are read back from each" options
	check "nothing is left" left
	# Of two seconds ago: a UUID that mkfs.btrfs met there is not unique to it.
	check "no program looked for them in libblkid's cache" [ ! -e "$BLKID_FILE" ]
fi

if fsduel kernel show 6.12 > /dev/null 2>&1; then
	fsduel duel -q -j 1 -c $suite --baseline 6.12 -o "$tmp/guest" > "$tmp/said" 2>&1
	code=$?
	expect "the mix runs on all of them in a guest, whose kernel has them as modules" 0 \
		"exact mode"
	check "and has rates" rates "$tmp/guest"
else
	skip "the mix runs on all of them in a guest" \
		"Debian's kernel 6.12 is not in the cache and could not be fetched"
fi
finish
