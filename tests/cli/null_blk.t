#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# null_blk.t: `fsduel run --null-blk` on a machine that has null_blk, which few
# have: one in QEMU, with a shell as its first process. It is made, measured on and
# removed, and after kill -9 removed by `fsduel clean`, but not another's beside it.
. "$(dirname "$0")/lib.sh"
real_cache

skip_all() { echo "1..0 # SKIP $1"; exit; }
show() { fsduel kernel show 6.12 2> /dev/null | sed -n "s/^$1 *//p"; }
image=$(show image) modules=$(show modules)
[ -n "$modules" ] || skip_all "Debian's kernel 6.12 is not in the cache and could not be fetched"
qemu=$(command -v "${FSDUEL_QEMU:-qemu-system-x86_64}") || skip_all "QEMU is not installed"
for f in cpio xz ldd; do
	command -v $f > /dev/null || skip_all "$f is not installed"
done
if grep -q fsanitize "$B/.flags" 2> /dev/null; then skip_all "$B is built with sanitizers"; fi

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
mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{proc,sys,dev,tmp,var/lib,modules}
for t in bin sbin lib lib64; do ln -s "usr/$t" "$root/$t"; done
put /bin/bash /bin/sleep /bin/ls /bin/mkdir /bin/mount /sbin/mke2fs
put "$(realpath "$B/fsduel")"
cp "$B/fsduel" "$root/bin/fsduel"
${CC:-cc} -O1 -static -o "$root/bin/insmod" tests/guest/insmod.c || skip_all "no static C library"
for m in configfs null_blk; do
	xz -dc < "$(find "$modules" -name $m.ko.xz)" > "$root/modules/$m.ko" || skip_all \
		"no $m.ko.xz"
done
cat > "$root/s.ini" <<'END'
[suite]
mode = host
blocks = 1
[device]
size = 192M
latency = 100us
[workload w]
mix = dio_overwrite
file_size = 4M
runtime = 200ms
END
cat > "$root/init" <<'END'
#!/bin/bash
export PATH=/usr/bin:/usr/sbin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
exec > /dev/ttyS0 2>&1
echo "WITHOUT"; fsduel run -q -c /s.ini -o /none --null-blk --no-settle; echo "= $?"
insmod /modules/configfs.ko /modules/null_blk.ko nr_devices=0
mount -t configfs none /sys/kernel/config
nullb=/sys/kernel/config/nullb
mkdir $nullb/theirs
echo "RUN"; fsduel run -q -c /s.ini -o /results --null-blk --no-settle; echo "= $?"
while read -r line; do case $line in *,ops_per_s,*) echo "SAMPLE $line" ;; esac; done < /results/samples.csv
echo "KILL"; fsduel run -q -c /s.ini -o /killed --null-blk --no-settle & pid=$!
for i in {1..500}; do
	while read -r line; do case $line in *fsduel/run-*) kill -9 $pid; break 2 ;; esac; done < /proc/mounts
	sleep 0.02
done
wait $pid; echo "= $?"
echo "LEFT" $nullb/fsduel*
fsduel clean; echo "= $?"
echo "ITEMS" $nullb/*/
echo END
echo o > /proc/sysrq-trigger; sleep 60
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet) > "$tmp/initrd"
timeout 240 "$qemu" -accel tcg -cpu qemu64 -m 768 -nodefaults -display none -no-reboot -kernel \
	"$image" \
	-initrd "$tmp/initrd" -serial "file:$tmp/serial" \
	-append "console=ttyS0 quiet panic=-1 rdinit=/init cryptomgr.notests" > "$tmp/qemu" 2>&1
tr -d '\r' < "$tmp/serial" > "$tmp/said"
part() { sed -n "/^$1/,/^$2/p" "$tmp/said"; }
has() { part "$1" "$2" | grep -q -- "$3" || cat "$tmp/qemu" "$tmp/said"; }
check "a kernel that has not loaded null_blk is told" has WITHOUT = "modprobe null_blk"
check "with exit code 3" has WITHOUT RUN "^= 3"
check "null_blk is made and measured on" has RUN KILL "SAMPLE .*,ops_per_s,.*,ok,"
# 100 us and what the path costs: no more than ten thousand a second, and not none.
rate() { part RUN KILL | sed -n 's/.*,all,ops_per_s,,[^,]*,[^,]*,\([0-9]*\).*/\1/p'; }
check "and has the latency asked for" sh -c "[ '$(rate)' -gt 100 ] && [ '$(rate)' -le 10000 ]"
check "after kill -9 it is left" has LEFT = "^LEFT /sys/kernel/config/nullb/fsduel[0-9a-f]"
check "clean removes it and the mount on it" has LEFT ITEMS "^removed the null_blk device fsduel"
check "and nobody else's" has ITEMS END "^ITEMS /sys/kernel/config/nullb/theirs/$"
finish
