#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# host.t: cells on this machine itself: mounts in turn on a loop device, other
# targets, signals, and everything that is refused before anything starts.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
host_only
small() { sed "$@" "$suite" | sed "s#\.\./\.\./\.\./#$PWD/#"; } # a copy of the suite, edited

# --- mounts in turn ------------------------------------------------------------------
host_run -c $suite -o "$results" --image 192M
expect "three mounts on a loop device give a table" 0 "ops_per_s"
check "every cell run is ok" sh -c "! tail -n +2 '$results/samples.csv' | grep -v ',ok,'"
check "nothing of it is left" left
expect "an option that is printed and not acted on is told in the table" 0 \
	"noeffect: nodelalloc turns mainline's dioread_nolock path off"
no_effect() { grep '^[^,]*,running/noeffect,' "$results/samples.csv" | grep -vc \
	'no_effect.*though the options'; }
check "and in each of its samples" sh -c "[ $(no_effect) = 0 ]"
printed() {
	grep -ho '"effective_options": *"[^"]*"' "$results"/parts/*v03* |
		grep -vc ',dioread_nolock'
}
check "though the options file prints it" sh -c "[ $(printed) = 0 ]"
# The order of a run is its own (test_plan.c has the coin); the cells of a block share it.
order() {
	grep -Ho '"sequence": *[0-9]*' "$results"/parts/*-throughput.json |
		sed 's#.*/\(.*\)-\(.*\)-\(v.*\)-.*:"sequence": *#\1 \2 \3 #' | sort -k4n |
		awk '{ of[$1 " " $2] = of[$1 " " $2] " " $3; block[$1 " " $2] = $1 }
		END { for (c in of) { b = block[c]
			if (b in first && first[b] != of[c]) print b ":" first[b] ", but" of[c]
			first[b] = of[c] } }'
	grep -q '"order_seed": [1-9]' "$results/run.json" || echo "run.json has no order_seed"
}
check "variants took turns as the coin had it" order
facts() { for f in '"build_id"' '"boot"' '"overhead_s"' '"mke2fs"' '"target"'; do
	grep -q -- "$f" "$results/run.json" || echo "no $f in run.json"; done; }
check "run.json tells kernel, boot, tools, target and the runner's own cost" facts
before=$(sha256sum "$results"/parts/*)
host_run -c $suite -o "$results" --image 192M
expect "a folder that is complete is only shown again" 0 "ops_per_s"
check "and not measured again" [ "$before" = "$(sha256sum "$results"/parts/*)" ]
host_run -c $suite -o "$results" --image 224M
expect "another target is another machine" 2 "was measured on the machine"
check "and leaves nothing" left

small 's/^seed = 1/seed = 2/' > "$tmp/seed.ini"
host_run -c "$tmp/seed.ini" -o "$results" --image 192M
expect "another seed is another plan" 2 "holds another plan: seed: 2, was 1"
check "and nothing is measured anew" [ "$before" = "$(sha256sum "$results"/parts/*)" ]

# A run that is killed may leave half of any file that is in the folder by now: also comparison.csv.
halves() (
	cd "$results" && find . -type f | sort > "$tmp/files" && xargs sha256sum < "$tmp/files" > \
		"$tmp/sums"
	sed 's/$/.tmp/' "$tmp/files" | xargs touch
	printf '{"items": [{"kind": "results", "boot": "x", "path": "%s"}]}' "$results" > \
		"$FSDUEL_STATE/undo.json"
	fsduel_path=$(realpath "$OLDPWD/$B/fsduel") && "$fsduel_path" clean > "$tmp/said"
	find . -type f | sort | diff "$tmp/files" - && sha256sum --quiet -c "$tmp/sums"
	[ "$(grep -c 'half-written' "$tmp/said")" = "$(wc -l < "$tmp/files")" ] || cat "$tmp/said"
)
check "half of any file there is removed, and nothing else" halves

# --- kernels by label ----------------------------------------------------------------
small \
	'/^\[mount/,/^$/d; s/^seed = 1/&\n[kernel baseline]\n[kernel patched]/
	s/^blocks = .*/blocks = 1/; /^.workload randrw/,$d' \
	> "$tmp/two.ini"
host_run -c "$tmp/two.ini" -o "$tmp/two" --image 192M
expect "of several kernels the running one is to be named" 2 \
	"which of them .* --kernel; they are baseline, patched"
host_run -c "$tmp/two.ini" -o "$tmp/two" --image 192M --kernel other
expect "and by a label of the suite" 2 "no kernel 'other'; it has baseline, patched"
host_run -c "$tmp/two.ini" -o "$tmp/two" --image 192M --kernel baseline
expect "one kernel's cell runs, and what is still missing" 0 \
	"1 cell run of baseline now in .*; 1 more are still missing"
host_run --resume "$tmp/two" --image 192M --kernel patched
expect "the other label completes the folder" 0 "both sides run the same kernel image"
check "whose runs stand in run.json" [ "$(grep -c '"begun"' "$tmp/two/run.json")" = 2 ]
sed -i 's/"version": "Linux/"version": "Minix/' "$tmp/two/run.json"
rm "$tmp"/two/parts/*v02*
host_run -c "$tmp/two.ini" -o "$tmp/two" --image 192M --kernel patched
expect "a label is one kernel only" 2 "is not the one that .* has as 'patched'"
check "and nothing is left by what was refused" left

# --- other targets -------------------------------------------------------------------
small '/^\[mount diore/,/^$/d; s/^blocks = .*/blocks = 1/' > "$tmp/one.ini"
disk() { # NAME SIZE: a loop device of the test's own in $dev
	truncate -s "$2" "$tmp/foreign-$1.img"
	dev=$(losetup -f --show "$tmp/foreign-$1.img")
}
disk clean 192M
clean=$dev
host_run -c "$tmp/one.ini" -o "$tmp/dev" --device "$clean" --destroy "$clean"
expect "a device named twice is measured on" 0 "\(mode host\|nothing to compare\)"
check "all of it" sh -c "grep -q ',ok,' '$tmp/dev/samples.csv'"
check "and is left without a file system" sh -c "! blkid -p '$clean'"
host_run -c "$tmp/one.ini" -o "$tmp/no" --device "$clean"
expect "named once it is refused" 2 "say --destroy $clean too"
host_run -c "$tmp/one.ini" -o "$tmp/no" --device "$clean" --destroy "$clean.x"
expect "and named differently" 2 "they must be the same"
if [ ! -e /sys/kernel/config/nullb ]; then
	host_run -c "$tmp/one.ini" -o "$tmp/no" --null-blk
	expect "a kernel without null_blk is told" 3 "modprobe null_blk nr_devices=0"
fi
disk dir 192M
mke2fs -q -t ext4 "$dev" && mkdir "$tmp/foreign-mnt" && mount "$dev" "$tmp/foreign-mnt"
in_dir() { ls -A "$tmp/foreign-mnt" | grep -v lost+found; true; }
host_run -c "$tmp/one.ini" -o "$tmp/dir" --dir "$tmp/foreign-mnt"
expect "an existing file system is measured as it is" 0 "\(mode host\|nothing to compare\)"
check "all of it, too" sh -c "grep -q ',ok,' '$tmp/dir/samples.csv'"
check "and nothing is left in it" in_dir
host_run -c $suite -o "$tmp/no" --dir "$tmp/foreign-mnt"
expect "mounts cannot be compared on it" 3 "the mounts default and dioread_lock cannot be compared"
small '/^\[mount diore/,/^$/d; s/^\[mount default\]/&\nfs = xfs/' > "$tmp/xfs.ini"
host_run -c "$tmp/xfs.ini" -o "$tmp/no" --dir "$tmp/foreign-mnt"
expect "and it must be the suite's" 3 "is on ext4, but the mount default .* is xfs"
check "and still nothing is left in it" in_dir

wait_for() { # COMMAND...: until it succeeds, ten seconds at most
	for _ in $(seq 500); do "$@" > /dev/null 2>&1 && return; sleep 0.02; done
	return 1
}

# --- what is on a device, or uses it ----------------------------------------------------
# What is on the disk: a mounted ext4 fills in bitmaps in the page cache, and writes nothing.
on_disk() (
	set -o pipefail
	dd if="$dev" bs=${part:-1M} ${part:+count=1} iflag=direct status=none | sha256sum
)
refused() { # NAME PATTERN: $dev, with its contents before and after
	local sum
	sync
	sum=$(on_disk) || sum=unreadable
	host_run -c "$tmp/one.ini" -o "$tmp/no" --device "$dev" --destroy "$dev" ${force:-}
	expect "$1 is refused" 3 "$2"
	check "and nothing is written" [ "$sum" = "$(on_disk)" ]
}
disk ext4 64M; mke2fs -q -t ext4 "$dev"; ext4=$dev
refused "a device with an ext4" "something on $dev: ext4"
disk xfs 320M
if mkfs.xfs -q "$dev" 2> /dev/null; then refused "a device with an xfs" "something on $dev: xfs"
else skip "a device with an xfs is refused" "needs mkfs.xfs"; fi
disk table 64M
perl -e 'print pack "x446 C8 V2 x48 v", 0, 0, 2, 0, 0x83, 0, 1, 0, 2048, 65536, 0xaa55' |
	dd of="$dev" conv=notrunc 2> /dev/null
refused "a device with a partition table" "something on $dev: dos"
disk swap 64M; mkswap "$dev" > /dev/null 2>&1
refused "a device with a swap signature" "something on $dev: swap"
if swapon "$dev" 2> /dev/null; then
	# The kernel may swap a page to it meanwhile, but leaves the first one alone.
	part=4k force=--force refused "a device that is swapped to, even by --force," \
		"$dev is in use: the system swaps to it"
	swapoff "$dev"
else
	skip "a device that is swapped to is refused" "swapon does not work here"
fi
# Without what ext4 would still write by itself, or because somebody else looks in.
disk mounted 64M; mke2fs -q -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 "$dev"; mkdir \
	"$tmp/foreign-mnt2"
mount -o noatime "$dev" "$tmp/foreign-mnt2"
force=--force refused "a device that is mounted, even by --force," \
	"$dev is in use: it is mounted on $tmp/foreign-mnt2"
disk held 64M
if echo "0 65536 linear $dev 0" | dmsetup create "fsduel-test-$$" 2> /dev/null; then
	mapped=fsduel-test-$$
	force=--force refused "a device that is part of another, even by --force," \
		"$dev is in use: it is part of dm-"
	dmsetup remove "$mapped" && mapped=
else
	skip "a device that is part of another is refused" "dmsetup does not work here"
fi
disk exclusive 64M
perl -MFcntl -e 'sysopen F, shift, O_RDWR | O_EXCL or die; open G, ">", shift; sleep 60' \
	"$dev" "$tmp/held" & holder=$!
wait_for test -e "$tmp/held"
force=--force refused "a device that a program holds, even by --force," \
	"$dev is in use: it is mounted, or part of"
kill $holder
dev=$ext4
host_run -c "$tmp/one.ini" -o "$tmp/no" --device "$ext4" --destroy "$ext4" --force
expect "--force does not make a device larger" 3 "$ext4 has 64M, and the cells of .* need"
check "and nothing was written for it" sh -c "blkid -p '$ext4' | grep -v ext4; true"
disk forced 192M; mke2fs -q -t ext4 "$dev"
host_run -c "$tmp/one.ini" -o "$tmp/forced" --device "$dev" --destroy "$dev" --force
expect "--force takes a device with an ext4" 0 "\(mode host\|nothing to compare\)"

# --- nothing of these starts anything ------------------------------------------------------
chmod 755 "$tmp"
not_root() { setpriv --reuid 65534 --regid 65534 --clear-groups "$B/fsduel" run -c "$tmp/one.ini" \
	-o "$tmp/no" > "$tmp/said" 2>&1; code=$?; }
not_root
expect "who is not root is told" 3 "needs root"
# In a mount namespace of its own, without the thing.
without() { # COMMANDS: before fsduel run in there
	B=$B tmp=$tmp unshare -m bash -c "mount --make-rprivate / && $1 &&
		\"\$B/fsduel\" run -c \"\$tmp/one.ini\" -o \"\$tmp/no\" --image 192M" \
		> "$tmp/said" 2>&1
	code=$?
}
hide() { echo "mount --bind /dev/null \$(realpath \$(PATH=\$PATH:/usr/sbin:/sbin command -v $1))"; }
without "$(hide fio)"
expect "no fio is told" 3 "fio is missing"
without "$(hide mke2fs)"
expect "no mke2fs is told" 3 "mke2fs is missing"
without "mount -t tmpfs none /dev && mknod /dev/null c 1 3"
expect "no loop devices are told" 3 "no loop devices"
mkdir "$tmp/ro"
B=$B tmp=$tmp unshare -m bash -c 'mount -t tmpfs -o ro none "$tmp/ro" &&
	"$B/fsduel" run -c "$tmp/one.ini" -o "$tmp/ro/results"' > "$tmp/said" 2>&1
code=$?
expect "a read-only output folder is told" 3 "cannot write the results folder .*Read-only"
host_run -c "$tmp/one.ini" -o "$tmp/no" --image 64M
expect "a target that is too small is told" 3 "the image has 64M, and the cells of .* need"
host_run -c "$tmp/xfs.ini" -o "$tmp/no" --image 192M
expect "also when it is the file system that takes more" 3 "the image has 192M, and .* need 300M"
host_run -c "$tmp/one.ini" -o "$tmp/no" --image 192M --null-blk
expect "there is one target" 2 "give one of --image"
check "none of the refused made a folder" [ ! -e "$tmp/no" ]
check "or left anything" left

# --- signals, and what else goes on meanwhile -----------------------------------------------
mounted() { grep -q "$FSDUEL_STATE/run-" /proc/self/mounts; }
small 's/^runtime = .*/runtime = 5s/; /^.workload randrw/,$d' > "$tmp/long.ini"
for s in INT:130 TERM:143 HUP:129; do
	# What a shell starts in the background ignores SIGINT else.
	env --default-signal=INT "$B/fsduel" run -q --no-settle -c "$tmp/long.ini" -o \
		"$tmp/${s%:*}" --image 192M > "$tmp/said" 2>&1 &
	pid=$!
	wait_for mounted || echo "# ${s%:*}: it never mounted"
	sleep 0.2
	fsduel clean > "$tmp/clean" 2>&1
	[ $? = 3 ] && grep -q "another fsduel is measuring" "$tmp/clean" || cat "$tmp/clean"
	kill -"${s%:*}" $pid
	wait $pid
	code=$?
	expect "SIG${s%:*} ends a run" "${s#*:}" "stopped by signal .*goes on with"
	check "and leaves nothing, without clean" left
done

# --- killed on other targets: kill.t does images ---------------------------------------------
killed() { # DIR, then the target: killed once it is mounted, then cleaned up after
	local dir=$1
	shift
	"$B/fsduel" run -q --no-settle -c "$tmp/long.ini" -o "$dir" "$@" > "$tmp/said" 2>&1 &
	pid=$!
	wait_for mounted
	sleep 0.3
	kill -KILL $pid
	wait $pid 2> /dev/null
	fsduel clean > "$tmp/said" 2>&1
	code=$?
}
disk killed 192M
killed "$tmp/kdev" --device "$dev" --destroy "$dev"
expect "a run on a device is killed: its file system is taken off" 0 \
	"took the last file system off $dev"
check "nothing is on the device" sh -c "! blkid -p '$dev'"
# The journal of such a kill, and an ext4 of somebody else's made since.
mke2fs -q -F -t ext4 "$dev"
printf '{"items": [{"kind": "wipe", "boot": "x", "path": "%s", "uuids": ["of", "ours"]}]}' "$dev" \
	> "$FSDUEL_STATE/undo.json"
fsduel clean > "$tmp/said" 2>&1
check "what somebody has made there since stays" sh -c "blkid -p '$dev' | grep -q ext4"
umount "$tmp/foreign-mnt" && mount "$(losetup -n -O NAME -j "$tmp/foreign-dir.img" | tr -d ' ')" \
	"$tmp/foreign-mnt"
sed 's/^threads = .*/threads = 4/; s/^runtime = .*/runtime = 2s/; /^.workload readwrite/,/^$/d' \
	"$tmp/one.ini" > "$tmp/fio.ini"
"$B/fsduel" run -q --no-settle -c "$tmp/fio.ini" -o "$tmp/kdir" --dir "$tmp/foreign-mnt" > \
	"$tmp/said" 2>&1 & pid=$!
wait_for sh -c \
	"pgrep -x fio | while read -r p; do readlink /proc/\$p/cwd; done |
	grep -F '$tmp/foreign-mnt/.fsduel'"
kill -KILL $pid
wait $pid 2> /dev/null
fsduel clean > "$tmp/said" 2>&1; code=$?
expect "a run in a directory is killed: what it made there is removed" 0 \
	"removed the directory $tmp/foreign-mnt/.fsduel"
check "with the fio jobs in it" in_dir
check "nothing of them is left" left

# --- two names for one mount -------------------------------------------------------------
small \
	's/^\[mount diore.*/[mount nolock]/; s/^options = dioread_lock/options = dioread_nolock/
	s/^blocks = .*/blocks = 1/; /^.mount noeff/,/^$/d; /^.workload randrw/,$d' \
	> "$tmp/same.ini"
host_run -c "$tmp/same.ini" -o "$tmp/same" --image 192M
expect "an option that is the default is told" 0 \
	"the mounts default and nolock have the same options in effect"

# An error of another file system is none of this cell's; one of its own is.
foreign_dev=$(findmnt -n -o SOURCE "$tmp/foreign-mnt2")
trigger() { echo "a test of fsduel's" > "/sys/fs/ext4/$(basename "$1")/trigger_fs_error"; }
ours() { sed -n "s#^\(/dev/loop[0-9]*\) $FSDUEL_STATE/run-.*#\1#p" /proc/self/mounts; }
one_error() { # DIR, whose: the device to hit once a cell is under way
	small \
		's/^runtime = .*/runtime = 3s/; s/^blocks = .*/blocks = 1/
		/^\[mount [dn]/,/^$/d; /^.workload randrw/,$d' \
		> "$tmp/err.ini"
	"$B/fsduel" run -q --no-settle -c "$tmp/err.ini" -o "$1" --image 192M > "$tmp/said" 2>&1 &
	pid=$!
	wait_for mounted
	sleep 0.5
	trigger "$($2)"
	wait $pid
	code=$?
}
theirs() { echo "$foreign_dev"; }
if [ -e "/sys/fs/ext4/$(basename "$foreign_dev")/trigger_fs_error" ]; then
	one_error "$tmp/theirs" theirs
	check "an error of another file system does not count" \
		sh -c \
			"grep -q ',ok,' '$tmp/theirs/samples.csv' &&
			! grep ',invalid,' '$tmp/theirs/samples.csv'"
	one_error "$tmp/ours" ours
	expect "an error of the measured one makes the samples invalid" 4 \
		"invalid: ext4 found an error: EXT4-fs error"
else
	skip "errors of other file systems do not count" "ext4 has no trigger_fs_error here"
fi
finish
