#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kexec.t: `fsduel run --kexec` for real: a machine in QEMU with a disk, systemd and
# two of Debian's kernels, which measures both in turn by itself; one that loses its
# power meanwhile; and one whose second kernel does not come up.
. "$(dirname "$0")/../cli/lib.sh"
real_cache
unset FSDUEL_STATE

skip_all() { echo "1..0 # SKIP $1"; exit; }
image_of() { fsduel kernel show "$1" 2> /dev/null | sed -n 's/^image *//p'; }
old=$(image_of 6.1) new=$(image_of 6.12)
[ -n "$old" ] && [ -n "$new" ] || skip_all \
	"Debian's kernels are not in the cache and could not be fetched"
for f in /lib/systemd/systemd /bin/systemctl /usr/sbin/kexec /sbin/mke2fs /sbin/debugfs; do
	[ -x "$f" ] || skip_all "$f is not there"
done
qemu=$(command -v "${FSDUEL_QEMU:-qemu-system-x86_64}") || skip_all "QEMU is not installed"

# --- the machine ---------------------------------------------------------------
root=$tmp/root
put() { # FILE...: with the libraries it needs, under the same names
	local f l
	for f; do
		mkdir -p "$root$(dirname "$f")"
		cp -L "$f" "$root$f"
		ldd "$f" 2> /dev/null | grep -o '/[^ ]*' | while read -r l; do
			mkdir -p "$root$(dirname "$l")"
			cp -Lu "$l" "$root$l"
		done
	done
}

make_root() {
	local units=$root/usr/lib/systemd/system own=$root/etc/systemd/system t
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64} \
		"$root"/{proc,sys,dev,run,tmp,var/lib,boot,scratch} \
		"$units" "$own/multi-user.target.wants"
	for t in bin sbin lib lib64; do ln -s "usr/$t" "$root/$t"; done
	put /lib/systemd/systemd /lib/systemd/systemd-shutdown /bin/systemctl /usr/sbin/kexec \
		/bin/bash /bin/sleep /bin/sync /bin/touch /bin/mount /bin/umount
	ln -s bash "$root/bin/sh"
	cp "$B/fsduel" "$root/bin/fsduel"
	put "$(realpath "$B/fsduel")"
	for t in basic sysinit multi-user local-fs local-fs-pre shutdown umount final kexec \
		poweroff reboot sockets timers paths slices swap; do
		cp "/lib/systemd/system/$t.target" "$units"
	done
	cp /lib/systemd/system/systemd-{kexec,poweroff,reboot}.service "$units"
	ln -s multi-user.target "$units/default.target"
	: > "$root/etc/machine-id"
	echo 'NAME=test' > "$root/etc/os-release"
	echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
	cp "$old" "$root/boot/old"
	cp "$new" "$root/boot/new"
	cat > "$own/go.service" <<-'END'
		[Unit]
		After=multi-user.target
		[Service]
		ExecStart=/bin/bash /go.sh
		StandardOutput=tty
		StandardError=tty
		TTYPath=/dev/ttyS0
	END
	ln -s ../go.service "$own/multi-user.target.wants/go.service"
	cat > "$root/s.ini" <<-'END'
		[suite]
		name = turn
		mode = host
		blocks = 3
		seed = 3
		[workload w]
		mix = dio_overwrite:{threads}
		threads = 1 2
		bs = 4k
		file_size = 4M
		runtime = 100ms
	END
	# The first boot gives the command; every boot then waits for the end of it all.
	cat > "$root/go.sh" <<-'END'
		echo "BOOT $(</proc/sys/kernel/osrelease)"
		if [ ! -e /started ]; then
			touch /started
			sync
			cd /
			fsduel run -q -c s.ini -o results --dir scratch --settle 1s \
				--kexec baseline=boot/old \
				--kexec "patched=boot/new$(</initrd-option)"
			echo "FIRST $?"
		fi
		while [ -e /var/lib/fsduel/reboot.json ]; do
			set -- /results/parts/*.json
			[ -e "$1" ] && echo "PARTS $#"
			sleep 1
		done
		echo ENDED
		sleep 2
		systemctl poweroff
	END
}

make_disk() { # text that follows the second kernel's image
	rm -f "$tmp/disk"
	echo "$1" > "$root/initrd-option"
	truncate -s 256M "$tmp/disk"
	mke2fs -q -t ext4 -F -d "$root" "$tmp/disk"
	: > "$tmp/console"
}

# Power on; the firmware's kernel is the old one. Ends when the machine powers off or resets.
power_on() {
	: > "$tmp/serial"
	timeout 400 "$qemu" -accel tcg -m 512 -smp 1 -display none -monitor none -nic none \
		-no-reboot \
		-serial "file:$tmp/serial" -kernel "$old" \
		-append "root=/dev/nvme0n1 rw console=ttyS0 \
init=/lib/systemd/systemd panic=-1 loglevel=4 systemd.show_status=0" \
		-drive "file=$tmp/disk,if=none,id=d,format=raw" -device nvme,drive=d,serial=1 &
	machine=$!
}
off() { wait "$machine" 2> /dev/null; cat "$tmp/serial" >> "$tmp/console"; }
said() { tr -d '\r' < "$tmp/console" | grep -aE '^(BOOT|FIRST|ENDED|PARTS)|fsduel'; }

disk_file() { debugfs -R "cat $1" "$tmp/disk" 2> /dev/null; }
on_disk() { ! debugfs -R "stat $1" "$tmp/disk" 2>&1 | grep -q 'File not found'; }
take_results() {
	rm -rf "$tmp/out"
	mkdir "$tmp/out"
	debugfs -R "rdump /results $tmp/out" "$tmp/disk" 2> /dev/null
}

nothing_left() {
	local f
	for f in /var/lib/fsduel/reboot.json /etc/systemd/system/fsduel-reboot.service \
		/etc/systemd/system/multi-user.target.wants/fsduel-reboot.service; do
		on_disk "$f" && echo "$f is still there"
	done
	true
}
complete() {
	take_results
	fsduel plan --missing "$tmp/out/results" > "$tmp/missing" 2>&1
	grep -qx 'baseline: 0 of 6 cell runs missing' "$tmp/missing" &&
	grep -qx 'patched: 0 of 6 cell runs missing' "$tmp/missing" &&
	grep -q 'interleaved$' "$tmp/missing" && return
	cat "$tmp/missing"
	said
	disk_file /var/lib/fsduel/reboot.log
}
kernel_of() { # LABEL: the release that run.json has for it
	perl -MJSON::PP -0777 -ne 'print decode_json($_)->{kernels}{"'"$1"'"}{release}' \
		"$tmp/out/results/run.json"
}
releases() {
	case "$(kernel_of baseline) $(kernel_of patched)" in
	6.1.*' '6.12.*) ;;
	*) echo "$(kernel_of baseline) $(kernel_of patched)" ;;
	esac
}
boots() { said | grep -c ^BOOT; }

make_root

# --- all goes well -----------------------------------------------------------------
make_disk ""
power_on
off
check "both kernels are measured in turn, interleaved" complete
check "each label is the kernel that was asked for" releases
check "neither unit nor state is left" nothing_left
# Three blocks of two kernels: four stretches at least, six at most, the first on the kernel
# at hand.
few_boots() { local n; n=$(boots); [ "$n" -ge 4 ] && [ "$n" -le 7 ] || said; }
check "the machine restarts no more than the order asks for" few_boots
in_order() { # sequence numbers follow the plan
	fsduel plan -f json "$root/s.ini" --mode host > "$tmp/plan.json" 2> /dev/null
	perl -MJSON::PP -0777 -e '
		my ($out) = @ARGV; my %block;
		for my $f (glob "$out/parts/*.json") {
			open my $in, "<", $f or die; my $j = decode_json(<$in>);
			my ($b) = $f =~ /b(\d+)-/;
			$block{$j->{result}{facts}{boot}{sequence}} = $b + 0;
		}
		my @seq = sort { $a <=> $b } keys %block; my $last = 0;
		print "sequence @seq\n" unless "@seq" eq join " ", 1 .. 12;
		for (@seq) {
			print "block $block{$_} after $last\n" if $block{$_} < $last;
			$last = $block{$_} }
	' "$tmp/out/results"
}
check "blocks follow each other, and every cell run has its number" in_order

# --- power loss ----------------------------------------------------------------------
make_disk ""
power_on
# While the second kernel measures: before, it would look like one that did not come up.
for ((i = 0; i < 750; i++)); do
	grep -aq 'PARTS [3-9]' "$tmp/serial" && break
	sleep 0.2
done
kill -9 "$(pgrep -P "$machine")" 2> /dev/null
off
in_the_middle() { grep -aq 'PARTS 2' "$tmp/console" && ! grep -aq 'PARTS 12\|ENDED' "$tmp/console" \
	|| said; }
check "the power goes in the middle of it" in_the_middle
power_on
off
check "after the next boot it goes on, to the end" complete
check "and leaves nothing" nothing_left

# --- a kernel that does not come up -----------------------------------------------------
# An initrd whose init resets the machine at once, as a kernel that panics would.
newc() { # name, mode, file
	local size
	size=$(stat -c %s "$3")
	printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\0' 1 "$2" 0 0 1 0 \
		"$size" \
		0 0 0 0 $((${#1} + 1)) 0 "$1"
	head -c $(((4 - (110 + ${#1} + 1) % 4) % 4)) /dev/zero
	cat "$3"
	head -c $(((4 - size % 4) % 4)) /dev/zero
}
{ newc init $((0100755)) "$B/fsduel-guest"; newc 'TRAILER!!!' 0 /dev/null; } > \
	"$root/boot/bad-initrd"
make_disk ",boot/bad-initrd"
power_on
off
power_on
off
stopped() {
	take_results
	grep -q "the kernel that came up is 6\.1\..*, not 'patched'" "$tmp/out/results/run.json" \
		&& return
	cat "$tmp/out/results/run.json"
	said
	disk_file /var/lib/fsduel/reboot.log
}
check "it stops, and run.json says why" stopped
kept() { [ -n "$(ls "$tmp/out/results/parts")" ] || echo "no parts"; }
check "what was measured before is kept" kept
check "no unit restarts the machine again" nothing_left
finish
