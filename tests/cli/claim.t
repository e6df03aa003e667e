#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# claim.t: the device of a run is taken away, replaced or used by others between two of
# its cells: the run stops with a sentence, or the others are turned away; the contents
# of the device that came in its place, and things that others made, stay as they are. A
# program in the place of mkfs does it, in one of two moments: while the run holds the
# device (it asks mkfs for its version then), and right before mkfs opens it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/host_lib.sh"
host_only
export tmp PATH=$PATH:/usr/sbin:/sbin
real=$PATH
mkdir "$tmp/bin" "$tmp/mnt" "$tmp/dir"
cat > "$tmp/bin/shim" <<-'END'
	#!/bin/bash
	# Before the second cell, a call of the kind that $tmp/when names does $tmp/action first.
	name=$(basename "$0") kind=lent nr=2
	[ "$*" != -V ] || kind=held nr=3   # the run asked, too, before its first cell
	echo >> "$tmp/$kind"
	PATH=${PATH#*:}
	export run=$PPID
	if [ $kind = "$(cat "$tmp/when")" ] && [ "$(wc -l < "$tmp/$kind")" = $nr ]; then
		bash -x "$tmp/action" > "$tmp/acted" 2>&1
		echo $? > "$tmp/act.code"
	fi
	exec "$name" "$@"
END
chmod 755 "$tmp/bin/shim"
for p in mke2fs mkfs.xfs mkfs.btrfs; do ln -s shim "$tmp/bin/$p"; done
truncate -s 320M "$tmp/ours.img"
truncate -s 320M "$tmp/foreign-b.img"
mke2fs -q -t ext4 "$tmp/foreign-b.img"
foreign=$(losetup -f --show "$tmp/foreign-b.img")
sum() { sha256sum < "$tmp/foreign-b.img"; }
before=$(sum)

# mkfs.btrfs wants no other device with its UUID: other tests have those of seed 1.
seed=$$
suite_of() { # FS
	cat > "$tmp/$1.ini" <<-END
		[suite]
		name = claim
		mode = host
		blocks = 3
		seed = $seed
		[mount default]
		fs = $1
		[workload read]
		mix = dio_read:1
		file_size = 1M
		ops = 20
	END
}
# act FS MOMENT [PATH], the action on stdin: a run on a device of its own, $dev, during
# which it happens.
act() {
	local path
	rm -rf "$tmp/results" "$tmp/held" "$tmp/lent" "$tmp/acted"
	dev=$(losetup -f --show "$tmp/ours.img")
	wipefs -qa "$dev"
	path=${3:-$dev}
	case $path in
	*/link) ln -sfn "$dev" "$path" ;;
	*/node) rm -f "$path"; mknod "$path" b $((0x$(stat -c %t "$dev"))) \
		$((0x$(stat -c %T "$dev"))) ;;
	esac
	{ echo "dev=$dev foreign=$foreign path=$path"; cat; } > "$tmp/action"
	echo "$2" > "$tmp/when"
	PATH=$tmp/bin:$PATH host_run -c "$tmp/$1.ini" -o "$tmp/results" --device "$path" --destroy \
		"$path"
	[ -e "$tmp/acted" ] || echo "the action never ran" >> "$tmp/said"
}
end() { # The next begins with a device of its own.
	swapoff "$dev" 2> /dev/null
	losetup -d "$dev" 2> /dev/null
	dev=
}
kept() { # cell runs that are whole in samples.csv: the first is always before the action
	[ "$(grep -c ',ok,' "$tmp/results/samples.csv")" -ge 1 ] || cat "$tmp/results/samples.csv"
}
unharmed() { [ "$before" = "$(sum)" ] || echo "the foreign image has changed"; }
stopped() { # NAME PATTERN
	expect "$1" 4 "$2"
	check "$1: what was measured stays" kept
	check "$1: what is on the other device stays" unharmed
}
for fs in ext4 xfs btrfs; do
	suite_of $fs
	mkfs=$([ $fs = ext4 ] && echo "mke2fs -q -F" || echo "mkfs.$fs -q -f")
	if [ -z "$(PATH=$real command -v ${mkfs%% *})" ] || ! grep -qw $fs /proc/filesystems; then
		skip "$fs" "needs $fs and ${mkfs%% *}"
		continue
	fi
	act $fs held "$tmp/link" <<< 'ln -sfn $foreign $path'
	stopped "$fs: the link leads elsewhere" \
		"/link is no longer the device .* its path leads to another device"
	end
	# The window that a look at the path alone would leave open: mkfs is started already.
	act $fs lent "$tmp/node" <<-'END'
		rm $path; mknod $path b $((0x$(stat -c %t $foreign))) $((0x$(stat -c %T $foreign)))
	END
	stopped "$fs: the node is another's" \
		"/node is no longer the device .* its path leads to another device"
	end
	act $fs held <<< 'losetup -d $dev; losetup $dev $tmp/foreign-b.img'
	stopped "$fs: it is detached, and another image put there" \
		"$dev is no longer the device .* detached"
	end
	# Others try to use it: turned away while it is held, and not disturbed after that.
	act $fs held <<< \
		"$mkfs \$dev; mount \$dev $tmp/mnt; mkswap \$dev; swapon \$dev
		! grep \$dev /proc/mounts /proc/swaps"
	expect "$fs: others try to use it between two cells, and the run goes on" 0 "."
	check "$fs: neither mount nor swap came of that" sh -c \
		"grep -qx 0 '$tmp/act.code' || cat '$tmp/acted'"
	end
	act $fs lent <<< "$mkfs \$dev && mount \$dev $tmp/mnt && echo kept > $tmp/mnt/file"
	expect "$fs: it is mounted before mkfs opens it" 4 \
		"$dev is in use: it is mounted on $tmp/mnt"
	check "$fs: what was measured stays" kept
	check "$fs: what is on it stays" [ "$(cat "$tmp/mnt/file")" = kept ]
	umount "$tmp/mnt"
	check "$fs: all of it" mount "$dev" "$tmp/mnt"
	umount "$tmp/mnt"
	end
	act $fs lent <<< 'mkswap $dev && swapon $dev'
	expect "$fs: it is swapped to before mkfs opens it" 4 \
		"$dev is in use: the system swaps to it"
	check "$fs: and stays a swap" sh -c \
		"grep -q '^$dev ' /proc/swaps && blkid -p $dev | grep -q swap || cat /proc/swaps"
	end
done
act ext4 held <<< 'truncate -s 340M $tmp/ours.img; losetup -c $dev'
expect "its size changes" 4 "$dev is no longer the device .* its size is another"
end
truncate -s 320M "$tmp/ours.img"

# --- where it is mounted ------------------------------------------------------------------
act ext4 held <<< 'cd $tmp/state/run-*/mnt && mount -t tmpfs none $PWD && echo kept > $PWD/file'
expect "somebody mounts in our place" 4 \
	"somebody has mounted something on .*/mnt, where fsduel mounts"
check "what is there stays" sh -c "grep -qx kept '$tmp'/state/run-*/mnt/file"
umount "$tmp"/state/run-*/mnt
fsduel clean > /dev/null
check "and the rest goes" left
end

truncate -s 192M "$tmp/dir.img"
mke2fs -q -t ext4 "$tmp/dir.img"
mount -o loop "$tmp/dir.img" "$tmp/dir"
mkdir "$tmp/dir/d"
sed 's/^ops = .*/runtime = 1s/; s/^blocks = .*/blocks = 4/' "$tmp/ext4.ini" > "$tmp/long.ini"
rm -rf "$tmp/results"
"$B/fsduel" run -q --no-settle -c "$tmp/long.ini" -o "$tmp/results" --dir "$tmp/dir/d" > \
	"$tmp/said" 2>&1 &
pid=$!
for _ in $(seq 500); do ls "$tmp/results/parts/"*.json > /dev/null 2>&1 && break; sleep 0.02; done
mount -t tmpfs none "$tmp/dir/d"
wait $pid
code=$?
expect "a directory is covered by another mount between two cells" 4 \
	"d is no longer the directory that was checked"
check "nothing is written there" ls -A "$tmp/dir/d"
umount "$tmp/dir/d" "$tmp/dir"

# --- another of its kind ----------------------------------------------------------------------
act ext4 held <<< 'ln -sfn $foreign $tmp/link; kill -TERM $run'
again=$dev
dev=
host_run --resume "$tmp/results" --device "$foreign" --destroy "$foreign" --force
expect "another device of the same size is not gone on with, even by --force" 2 \
	"$foreign is not the device that .* was measured on"
check "and stays as it is" unharmed
dev=$again
host_run --resume "$tmp/results" --device "$dev" --destroy "$dev"
expect "but the first one is" 0 "."
end
finish
