#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# qemu.t: what a QEMU can do, and another generation of it: counting instructions by
# its plug-in interface, exactness on one CPU and on two. With $FSDUEL_NEW_QEMU (a
# qemu-system-x86_64, or a script that starts one) the same is asked of that QEMU, too;
# docs/exact.md says with which ones this was done.
. "$(dirname "$0")/lib.sh"
real_cache
unset FSDUEL_QEMU

kernel=stock-6.12       # boots faster than Debian's, if somebody has built it
fsduel kernel show $kernel > /dev/null 2>&1 || kernel=6.12
need_kernels "$kernel"
real=$(command -v qemu-system-x86_64)
# Readers of the page cache never idle, so each nanosecond is an instruction.
suite() { # CPUs, threads
	cat <<-EOF
	[suite]
	name = qemu
	blocks = 1
	[kernel k]
	[mount default]
	mkfs = -J size=8
	[device]
	size = 128M
	latency = 0
	[machine]
	cpus = $1
	memory = 384M
	[workload read]
	mix = buffered_read:$2
	file_size = 8M
	runtime = 200ms
	EOF
}
suite 1 1 > "$tmp/one.ini"
suite 2 2 > "$tmp/two.ini"

duel() { timeout 240 "$B/fsduel" duel -q -j 1 "$@" > "$tmp/said" 2>&1; code=$?; }
samples() { # folder, pass
	awk -F, -v pass="$2" '$13 == pass && $15 !~ /^counted_/ { $1 = $11 = $13 = ""; print }' \
		"$1/samples.csv"
}
same_in_both_passes() { # folder
	[ "$(samples "$1" profile | grep -c ' ok ')" -gt 10 ] || echo \
		"no samples of the profile pass"
	diff <(samples "$1" throughput) <(samples "$1" profile)
}
all_counted() { # folder: instructions add up to the virtual time within 0.01 %
	awk -F, 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		FILENAME ~ /samples/ { if ($13 == "throughput" && $15 == "elapsed") ns = $19; next }
		{ sum += $at["instructions"] }
		END {
			if (!ns || (d = sum / ns - 1) > 1e-4 || d < -1e-4)
				print sum " instructions in " ns " ns"
		}' \
		"$1/samples.csv" "$1/profile.csv"
}
skipped() { # folder, sentence: the profile pass is one row of that reason
	grep ',profile,' "$1/samples.csv" | grep -v -- ",skipped,.*$2"
	grep -q ',profile,.*,skipped,' "$1/samples.csv" || echo "no skipped row"
}

# --- QEMUs that cannot count: filters of what the real one says when it is asked ----------
stub() { # name, pattern of its arguments, what it does then
	printf '#!/bin/bash\ncase "$*" in %s) %s; exit ;; esac\nexec %s "$@"\n' "$2" "$3" "$real" \
		> "$tmp/$1.qemu"
	chmod +x "$tmp/$1.qemu"
}
stub without -help "$real -help | grep -v '^-plugin '"
stub newer '*ask=interface*' \
	'echo "$0: Could not load plugin: this QEMU supports only a minimum version of 8" >&2
	exit 1'
stub odd '*ask=interface*' 'echo "its plug-in interface is newer than any known to fsduel"'
duel -c "$tmp/one.ini" --baseline $kernel -o "$tmp/one"
expect "a suite is measured without a profile" 0 "exact mode: "
for q in without newer odd; do cp -r "$tmp/one" "$tmp/$q"; done
duel --resume "$tmp/without" --pass profile --qemu "$tmp/without.qemu"
check "a QEMU without plug-ins: the pass is skipped with the reason" \
	skipped "$tmp/without" "built without TCG plug-ins; use another with --qemu"
duel --resume "$tmp/newer" --pass profile --qemu "$tmp/newer.qemu"
check "one that takes no interface known here: its own words" \
	skipped "$tmp/newer" "does not take fsduel-profile.so: .*minimum version of 8"
duel --resume "$tmp/odd" --pass profile --qemu "$tmp/odd.qemu"
check "one whose interface is unknown: the plug-in's words" \
	skipped "$tmp/odd" "newer than any known to fsduel; use another"

# --- real ones -------------------------------------------------------------------------
generation() { # QEMU, what it is called, folder of one CPU's throughput pass or ""
	local d=$tmp/two-$2 one=$3
	if [ -n "$one" ]; then
		duel --resume "$one" --pass profile --qemu "$1"
	else
		one=$tmp/one-$2
		duel -c "$tmp/one.ini" --baseline $kernel --pass profile --qemu "$1" -o "$one"
	fi
	expect "$2 QEMU: instructions are counted" 0 "exact mode: "
	check "$2 QEMU: counting them changes no sample" same_in_both_passes "$one"
	check "$2 QEMU: each is counted" all_counted "$one"
	duel -c "$tmp/two.ini" --baseline $kernel --pass profile --qemu "$1" -o "$d"
	expect "$2 QEMU, two CPUs: instructions are counted" 0 "exact mode: "
	check "$2 QEMU, two CPUs: two guests are equal, counted or not" same_in_both_passes "$d"
	check "$2 QEMU, two CPUs: each is counted" all_counted "$d"
}
slow_host() { # QEMU, what it is called: its main thread comes by at any moment of a run
	local n first=
	for n in 1 2 3; do
		timeout 240 "$tmp/hasty/fsduel" duel -q -j $n -c "$tmp/idle.ini" --baseline \
			$kernel \
			--qemu "$1" -o "$tmp/hasty-$2-$n" > "$tmp/said" 2>&1
		code=$?
		[ $code = 0 ] || break
		first=${first:-$(samples "$tmp/hasty-$2-$n" throughput)}
		diff <(echo "$first") <(samples "$tmp/hasty-$2-$n" throughput) > "$tmp/differ" || \
			break
	done
	expect "$2 QEMU, two CPUs that idle: measured on a slow host" 0 "exact mode: "
	check "$2 QEMU, two CPUs that idle: three duels are equal on a slow host" \
		cat "$tmp/differ"
}
mkdir "$tmp/hasty"
cp "$B/fsduel" "$B/fsduel-guest" "$B/fsduel-profile.so" "$tmp/hasty/"
cp "$B/tests/hasty-exact-order.so" "$tmp/hasty/fsduel-exact-order.so"
sed -e \
	's/^mix.*/mix = dio_read:4 dio_overwrite:4/; s/^latency.*/latency = 400us/
	s/^blocks.*/blocks = 2/' \
	\
	"$tmp/two.ini" > "$tmp/idle.ini"
slow_host "$real" Debian\'s

generation "$real" Debian\'s "$tmp/one"
if [ -n "${FSDUEL_NEW_QEMU:-}" ]; then
	generation "$FSDUEL_NEW_QEMU" newer ""
else
	skip "a newer QEMU counts instructions and stays exact" "FSDUEL_NEW_QEMU names none"
fi
finish
