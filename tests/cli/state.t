#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# state.t: cell runs that begin from a saved state are those that boot, to the byte; and
# whatever becomes of a state, the results are right and nothing is left behind.
. "$(dirname "$0")/lib.sh"
need_kernels 6.12
mkdir -p "$cache"
ln -s "$(realpath "${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}/kernels")" "$cache/kernels"
export FSDUEL_CACHE=$cache
cat > "$tmp/kinds.ini" << 'END2'
[suite]
blocks = 1
passes = throughput profile locks
[device]
size = 128M
latency = 10us
[kernel k]
image = 6.12
[mount default]
mkfs = -J size=8
[workload dio]
mix = dio_overwrite:3
file_size = 4M
runtime = 20ms
[workload mixed]
mix = dio_read:1 mmap_write:1
dio_read.region_size = 2M
mmap_write.region_start = 2M
mmap_write.region_size = 2M
mmap_write.ops = 64
mmap_write.extents = hole
mmap_write.offsets = once
file_size = 4M
[workload job]
fio = j.fio
END2
printf '[j]\nrw=randwrite\nbs=4k\nsize=1m\ndirect=1\nioengine=psync\n' > "$tmp/j.fio"
printf '[suite]\nblocks = 1\n[device]\nsize = 128M\n[machine]\nmemory = 384M\n[kernel k]\nimage = 6.12\n[mount default]\nmkfs = -J size=8\n[workload dio]\nmix = dio_overwrite:1\nfile_size = 4M\nruntime = 20ms\n' > "$tmp/one.ini"
duel() { # SUITE FOLDER ARG...
	local suite=$1 dir=$2
	shift 2
	fsduel duel -q -c "$tmp/$suite.ini" -o "$tmp/$dir" "$@" > "$tmp/said" 2>&1
	code=$?
}
same() { diff <(cut -d, -f2- "$tmp/$1/samples.csv") <(cut -d, -f2- "$tmp/$2/samples.csv"); }
states() { fsduel cache | grep -c used; }
notes() { jq -r '.notes[]?' "$tmp/$1/run.json"; }

# --- both ways ---------------------------------------------------------------------
duel kinds from-state
expect "three kinds of work in three passes begin from states" 0 "nothing to compare"
check "no reason was noted why guests booted" notes from-state
two_states() { [ "$(states)" = 2 ] || fsduel cache; }
check "one state for guests with perf and one for those without" two_states
duel kinds from-boot --no-snapshot
expect "--no-snapshot boots every guest" 0 "nothing to compare"
check "both ways all samples are equal to the byte" same from-state from-boot
has_all() { [ "$(awk -F, 'NR > 1 { print $2, $7, $13 }' "$tmp/from-state/samples.csv" | sort -u | wc -l)" = 9 ] || cut -d, -f2,7,13,20- "$tmp/from-state/samples.csv" | sort -u; }
check "and all were measured: three works, three passes" has_all
all_ok() { cut -d, -f20 "$tmp/from-state/samples.csv" | sed 1d | grep -vx ok; true; }
check "without a failure" all_ok

# --- a state that is not what it should be -------------------------------------------
duel one before
one=$(fsduel cache | sed -n 's/^states *\([0-9a-f]*\) .* used.*/\1/p' | head -1)
file=$(echo "$cache/states/$one"*)
size=$(stat -c %s "$file")
printf '\377\377' | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2> /dev/null
fsduel cache verify > "$tmp/said" 2>&1; code=$?
expect "verify names a damaged state" 3 "damaged"
check "and the damaged one is gone" test ! -e "$file"
duel one again
expect "it is made again" 0 "nothing to compare"
check "with the same samples" same before again
fsduel cache verify > "$tmp/said" 2>&1; code=$?
expect "and is whole" 0 "of .* are what"

# --- made by two at once, killed, without room ------------------------------------------
fsduel cache prune > /dev/null
(duel one two-a) & (duel one two-b) & wait
check "two duels that need the same state at once give the same" same two-a two-b
check "as did the one before" same two-a before
one_state() { [ "$(states)" = 1 ] && ! ls "$cache/states" | grep tmp || ls -l "$cache/states"; }
check "one state came of it, and no half of one" one_state
fsduel cache prune > /dev/null
guests_end() { for _ in $(seq 200); do [ -z "$(no_guests)" ] || sleep 0.05; done; } # or 10 s
"$B/fsduel" duel -q -c "$tmp/one.ini" -o "$tmp/killed" > /dev/null 2>&1 & duel=$!
until [ -n "$(no_guests)" ]; do sleep 0.05; done
sleep 1
kill -9 $duel; wait $duel 2> /dev/null
guests_end
check "killed while a state is made, no guest is left" no_guests
duel one after-kill
expect "and the next duel makes it" 0 "nothing to compare"
check "with the same samples" same before after-kill
killed_while_loading() { # at five moments of the time in which guests begin
	for ms in 10 40 80 160 320; do
		rm -rf "$tmp/killed"
		"$B/fsduel" duel -q -c "$tmp/one.ini" -b 4 -o "$tmp/killed" > /dev/null 2>&1 &
		duel=$!
		until [ -n "$(no_guests)" ] || ! kill -0 $duel 2> /dev/null; do sleep 0.01; done
		sleep "$(printf '0.%03d' $ms)"
		kill -9 $duel; wait $duel 2> /dev/null
		guests_end
		no_guests
	done
	fsduel cache verify > /dev/null || fsduel cache verify
}
check "killed while guests begin from it, none is left, and the state is whole" killed_while_loading
duel one after-kills
expect "and the next duel begins from it" 0 "nothing to compare"
check "with the same samples" same before after-kills
if fsduel cache prune > /dev/null && mount -t tmpfs -o size=64k none "$cache/states" 2> /dev/null; then
	duel one full
	expect "a cache without room costs the state, not the results" 0 "nothing to compare"
	check "they are the same" same before full
	check "and no half of a state is left" test -z "$(ls "$cache/states" | grep -v lock)"
	umount "$cache/states"
else
	skip "a cache without room" "tmpfs cannot be mounted"
fi

# --- a QEMU that cannot, and one that does it wrong --------------------------------------
real=$(command -v qemu-system-x86_64)
cat > "$tmp/qemu-without" << END2
#!/bin/sh
if [ "\$2" = help ]; then "$real" "\$@" | sed /pvpanic/d; else exec "$real" "\$@"; fi
END2
# From a state it runs another cell than it was given.
cat > "$tmp/qemu-wrong" << END2
#!/bin/bash
args=("\$@")
case " \$* " in *" -incoming "*)
	for i in "\${!args[@]}"; do case \${args[i]} in name=opt/fsduel/cell,*)
		fd=\${args[i]##*/}
		sed 's/runtime=20ms/runtime=21ms/' "/proc/self/fd/\$fd" > "$tmp/cell"
		args[i]="name=opt/fsduel/cell,file=$tmp/cell" ;;
	esac; done ;;
esac
exec "$real" "\${args[@]}"
END2
chmod +x "$tmp/qemu-without" "$tmp/qemu-wrong"
duel one without --qemu "$tmp/qemu-without"
expect "a QEMU that has no such device boots every guest" 0 "nothing to compare"
noted() { notes without | grep -q "every guest boots" || notes without; }
check "and the folder says so" noted
duel one wrong --qemu "$tmp/qemu-wrong"
expect "a run from a state that is not the one from boot is an error that names both" 4 "unequal-state.json and .*unequal-boot.json"
check "and keeps both" test -s "$tmp/wrong/unequal-state.json" -a -s "$tmp/wrong/unequal-boot.json"
check "no guest is left" no_guests
finish
