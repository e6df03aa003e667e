# SPDX-License-Identifier: GPL-2.0-or-later
# host_lib.sh: what the tests of `fsduel run` share, sourced after lib.sh. Other
# tests use loop devices and mounts at the same time, so only what bears this
# test's folder in its name is looked at: its own foreign ones, and fsduel's.

export FSDUEL_STATE=$tmp/state
results=$tmp/results
suite=tests/data/suites/host.ini

host_needs() { # why this machine cannot, or nothing
	[ "$(id -u)" = 0 ] || { echo "needs root"; return; }
	[ -e /dev/loop-control ] || { echo "needs loop devices"; return; }
	for p in fio mke2fs losetup; do
		command -v $p > /dev/null || [ -x /usr/sbin/$p ] || { echo "needs $p"; return; }
	done
	dd if=/dev/zero of="$tmp/direct" bs=4k count=1 oflag=direct 2> /dev/null ||
		echo "$tmp has no direct I/O"
}

# For a test of this machine only: skip it where it cannot run, and leave nothing behind.
host_only() {
	local why
	why=$(host_needs)
	if [ -n "$why" ]; then
		echo "1..0 # SKIP $why"
		exit
	fi
	trap host_cleanup EXIT
}
host_cleanup() { # whatever bears this test's folder in its name, and what $mapped names
	local loop
	[ -z "${mapped:-}" ] || dmsetup remove "$mapped"
	grep -F "$tmp/" /proc/self/mounts | cut -d' ' -f2 | tac |
		while read -r mnt; do umount "$mnt"; done
	for loop in $(losetup -n --raw -O NAME,BACK-FILE -l | grep -F " $tmp/" | cut -d' ' -f1); do
		swapoff "$loop" 2> /dev/null
		losetup -d "$loop"
	done
	fsduel clean > /dev/null
	rm -rf "$tmp"
}

# fsduel run's words go to $tmp/said, its exit code into $code.
host_run() {
	fsduel run -q --no-settle "$@" > "$tmp/said" 2>&1
	code=$?
}

# Whatever of fsduel's is there: loop devices, mounts, images, directories, half-written files.
left() {
	losetup -n --raw -O NAME,BACK-FILE -l | grep -F "$tmp" | grep fsduel-image
	grep -F "$tmp/state" /proc/self/mounts
	find "$tmp" -xdev \( -name '.fsduel-*' -o -name 'run-*' -o -name '*.tmp' \
		-o -name undo.json \)
	true
}
# What is not fsduel's, as it was set up.
foreign() {
	losetup -n --raw -O NAME,BACK-FILE -l | grep -F "$tmp/foreign"
	grep -F "$tmp/foreign" /proc/self/mounts
	sha256sum "$tmp"/foreign*.img 2> /dev/null
	true
}
