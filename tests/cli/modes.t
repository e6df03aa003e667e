#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# modes.t: modes, devices and QEMUs with real guests: tcg on two CPUs, the trial
# boot that kvm must pass, what auto comes to, a disk of the host's, and a QEMU
# of another generation. Exactness is duel.t's.
. "$(dirname "$0")/lib.sh"
unset FSDUEL_QEMU

suite=tests/data/suites/modes.ini
need_kernels 6.1 6.12

# make NAME SED-EXPRESSION...: a suite of that name, modes.ini edited. One kernel: one boot.
make() {
	local to=$tmp/$1.ini args=()
	shift
	for x; do args+=(-e "$x"); done
	sed "${args[@]}" "$suite" > "$to"
}
one='$a [kernel k]'
duel() { timeout 240 "$B/fsduel" duel -q "$@" > "$tmp/said" 2>&1; code=$?; }
ok_in_mode() { # folder, mode: every sample is ok and of that mode
	awk -F, -v m="$2" 'NR > 1 { n++; if ($4 != m || $20 != "ok") print } END { if (!n) print "no samples" }' "$1/samples.csv"
}
says() { grep -q -- "$2" "$1/run.json" || { echo "not in run.json: $2"; cat "$1/run.json"; }; } # folder, pattern

# A real QEMU behind a filter of what it knows: another version, some names fewer.
filtered() { # name, version, machine property it lacks, device it lacks
	cat > "$tmp/$1" <<-EOF
	#!/bin/bash
	real=$(command -v qemu-system-x86_64)
	case "\$*" in
	--version) "\$real" --version | sed 's/version [0-9.]*/version $2/'; exit ;;
	*,help) "\$real" "\$@" | grep -v "^  $3="; exit ;;
	"-device help") "\$real" "\$@" | grep -v '"$4"'; exit ;;
	*$3=*) echo "qemu-system-x86_64: Property 'pc-machine.$3' not found" >&2; exit 1 ;;
	*"-device $4"*) echo "qemu-system-x86_64: -device $4: '$4' is not a valid device model name" >&2; exit 1 ;;
	esac
	exec "\$real" "\$@"
	EOF
	chmod +x "$tmp/$1"
}
filtered other-qemu 5.1.0 vmport nvme

# --- tcg, and another QEMU --------------------------------------------------------
duel -c "$suite" --baseline 6.1 --patched 6.12 -o "$tmp/tcg" --qemu "$tmp/other-qemu"
expect "mode tcg with two CPUs gives a table" 0 "ops_per_s"
check "its samples are of mode tcg" ok_in_mode "$tmp/tcg" tcg
expect "the table says what the mode is" 0 "^tcg mode: The machine is emulated"
check "and not that it is exact" sh -c "! grep 'not true' '$tmp/said'"
expect "an option that this QEMU lacks is left out with a word" 0 "no machine property 'vmport'"
check "the QEMU that ran is in run.json" says "$tmp/tcg" "version 5.1.0"
duel --resume "$tmp/tcg"
expect "another QEMU is another machine" 2 "was measured on the machine"
duel -c "$suite" --baseline 6.1 --patched 6.12 -o "$tmp/no" -j 2
expect "on the wall clock guests run one at a time" 2 "one at a time"

# --- kvm and auto -------------------------------------------------------------------
make exact 's/^mode = .*/mode = exact/' 's/^cpus = .*/cpus = 1/' "$one"
duel -c "$tmp/exact.ini" --baseline 6.12 --mode kvm -o "$tmp/kvm"
if [ $code = 0 ]; then
	check "kvm, proven by a trial boot, is used" ok_in_mode "$tmp/kvm" kvm
	auto=kvm
else
	expect "a KVM that does not run a guest is refused with the reason" 3 \
		"mode kvm does not work here: .*\(trial boot .*\|/dev/kvm .*\); mode exact"
	check "and leaves no folder" test ! -e "$tmp/kvm"
	auto=exact
fi
duel -c "$tmp/exact.ini" --baseline 6.12 --mode auto -o "$tmp/auto"
expect "auto says what it chose and why" 0 "mode auto is $auto here"
check "what auto chose was measured" ok_in_mode "$tmp/auto" $auto
check "what auto chose is in run.json" says "$tmp/auto" "mode auto is $auto here"
duel --resume "$tmp/auto"
expect "a resumed auto stays what it was" 0 "$auto mode: "
check "and still says why" says "$tmp/auto" "mode auto is $auto here"
duel -c "$tmp/exact.ini" --baseline 6.12 --mode exakt -o "$tmp/no"
expect "an unknown mode is told with the nearest" 2 'unknown mode "exakt".*exact'

# --- a disk of the host's -------------------------------------------------------------
disk=$tmp/disk.img
truncate -s 128M "$disk"
make virtio 's/^size = .*/size = 64M\nkind = virtio/' "$one"
make nvme "s#^size = .*#kind = nvme\npath = $disk#" "$one"
make loud "s#^size = .*#kind = virtio\npath = $disk\nlatency = 80us#" 's/^mode = .*/mode = exact/'
if ! dd if=/dev/zero of="$tmp/direct" bs=4k count=1 oflag=direct 2> "$tmp/why"; then
	skip "a scratch file through virtio, a file of the user's through NVMe" \
		"$tmp has no direct I/O"
else
	duel -c "$tmp/virtio.ini" --baseline 6.1 -o "$tmp/virtio"
	expect "a scratch file through virtio, whose drivers are modules" 0 "tcg mode"
	check "it is measured" ok_in_mode "$tmp/virtio" tcg
	check "the scratch file is gone" sh -c "ls -A '$tmp/virtio' | grep disk; true"
	duel -c "$tmp/nvme.ini" --baseline 6.12 --destroy "$disk" -o "$tmp/nvme"
	expect "a file named twice through NVMe" 0 "tcg mode"
	check "it is measured, too" ok_in_mode "$tmp/nvme" tcg
	check "the disk is part of the machine" says "$tmp/nvme" "\"path\": \"$disk\""
	blank() { /sbin/blkid -p "$disk"; true; }
	check "it is left without a file system" blank
fi

# --- nothing of these starts anything ---------------------------------------------------
duel -c "$tmp/nvme.ini" --baseline 6.12 -o "$tmp/no"
expect "what is to be formatted is named twice" 2 "say --destroy $disk too"
duel -c "$tmp/nvme.ini" --baseline 6.12 --destroy "$disk.other" -o "$tmp/no"
expect "and the same both times" 2 "they must be the same"
/sbin/mke2fs -q -F "$disk" 32M
cp --sparse=always "$disk" "$tmp/before"
duel -c "$tmp/nvme.ini" --baseline 6.12 --destroy "$disk" -o "$tmp/no"
expect "a disk with something on it is refused" 3 "something on $disk: ext"
check "and is as it was" cmp "$disk" "$tmp/before"
duel -c "$tmp/loud.ini" --baseline 6.12 -o "$tmp/no"
expect "exact mode takes no device of the host's" 2 \
	"loud.ini:[0-9]*: kind = virtio completes on the host's clock"
expect "null_blk's settings are null_blk's" 2 "loud.ini:[0-9]*: latency: only null_blk"
truncate -s 0 "$disk" && truncate -s 128M "$disk"
duel -c "$tmp/nvme.ini" --baseline 6.12 --destroy "$disk" -o "$tmp/no" --qemu "$tmp/other-qemu"
expect "a QEMU without the device is told before any guest" 3 "has no device 'nvme'"
FSDUEL_QEMU=$tmp/none duel -c "$tmp/nvme.ini" --baseline 6.12 --destroy "$disk" -o "$tmp/no"
expect "a QEMU that is not there is named" 3 "$tmp/none is no program"
if [ "$(id -u)" = 0 ] && /sbin/mke2fs -q -F "$disk" &&
	loop=$(losetup -f --show "$disk" 2> "$tmp/why") \
	&& mkdir "$tmp/mnt" && mount "$loop" "$tmp/mnt" 2> "$tmp/why"; then
	sed "s#$disk#$loop#" "$tmp/nvme.ini" > "$tmp/loop.ini"
	duel -c "$tmp/loop.ini" --baseline 6.12 --destroy "$loop" -o "$tmp/no"
	expect "a mounted device is refused" 3 "$loop is in use"
	umount "$tmp/mnt"
else
	skip "a mounted device is refused" \
		"needs root and a loop device: $(cat "$tmp/why" 2> /dev/null)"
fi
[ -z "${loop:-}" ] || losetup -d "$loop"
check "none of the refused left a folder" test ! -e "$tmp/no"
finish
