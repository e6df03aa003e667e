#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels.t: kernels built from nothing by `fsduel kernel build`, and the two duels
# they are made for: direct writes under an exclusive lock, and a planted cost of
# 600 instructions. Takes half an hour on two cores and 4 GiB in $SLOW_CACHE, a
# folder that is emptied first (SLOW_KEEP=1 goes on with what is there); Debian's
# source is taken from the usual cache where it has it. Not part of `make test`.
usual=${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}
. "$(dirname "$0")/../cli/lib.sh"

export FSDUEL_CACHE=${SLOW_CACHE:-$(realpath -m "$B/slow-cache")}
kernels=$FSDUEL_CACHE/kernels
[ -n "${SLOW_KEEP:-}" ] || rm -rf "$FSDUEL_CACHE"
mkdir -p "$FSDUEL_CACHE/sources" "$kernels"
for source in "$usual"/sources/6.12; do
	[ ! -e "$source" ] || [ -e "$FSDUEL_CACHE/sources/6.12" ] || ln -s "$(realpath "$source")" \
		"$FSDUEL_CACHE/sources/6.12"
done

# timed NAME ARG...: build it; the seconds it took are in $took.
timed() {
	local start=$SECONDS
	fsduel kernel build "$@" > "$tmp/said" 2>&1
	code=$?
	took=$((SECONDS - start))
}
at_most() { [ "$1" -le "$2" ] || echo "$1, which is more than $2"; }

# --- building -----------------------------------------------------------------
timed stock-6.12
expect "Debian's source becomes a kernel" 0 "^release *6.12"
echo "# a build from nothing took $took s"
first=$(sha256sum < "$kernels/stock-6.12/bzImage")
timed again
expect "the same again is there already" 0 "^release *6.12"
check "and nothing is built for it" at_most "$took" 30
check "a kernel has its symbols and its configuration beside it" \
	test -s "$kernels/again/vmlinux" -a -s "$kernels/again/config"

timed excl-dio --patch excl-dio
expect "a patch makes another kernel" 0 "^release *6.12"
echo "# a patch took $took s"
check "a patch costs what it touches" at_most "$took" 120
timed slow-600 --patch slow-600
expect "a template makes another kernel" 0 "^release *6.12"
versions() { # all different: a guest can tell which one it is
	local all
	all=$(for k in stock-6.12 excl-dio slow-600; do
		fsduel kernel show $k | grep '^version'
	done)
	[ "$(sort -u <<< "$all" | wc -l)" = 3 ] || echo "$all"
}
check "each has a version of its own" versions

# Words above a patch are no source, but a suite asks for the very file.
{ echo "other words"; cat kernels/excl-dio.patch; } > "$tmp/words.patch"
said() { # PATCH: its hash stands beside the image
	local sum
	sum=$(sha256sum < "$1") && grep -q "${sum%% *}" "$kernels/excl-dio/build.json" || echo \
		"another"
}
timed excl-dio --patch "$tmp/words.patch"
expect "a patch with other words above it makes the same kernel" 0 "^release *6.12"
check "and nothing is built for it, either" at_most "$took" 30
check "which is known by those words" said "$tmp/words.patch"
timed excl-dio --patch excl-dio
check "and then by the first ones again" said kernels/excl-dio.patch

# What a direct write runs before it comes where it went: up to the jump.
planted() {
	objdump -d --no-show-raw-insn --disassemble=ext4_slow_write_iter \
		"$kernels/slow-600/vmlinux" |
		awk -F'\t' '/^f[0-9a-f]*:/ { n++ } $2 ~ /^jmp/ { print n; exit }'
}
exactly() { [ "$(planted)" = 600 ] || echo "$(planted) instructions"; }
check "exactly 600 instructions are planted" exactly
code_of() { # KERNEL: of the function behind them, without addresses
	objdump -d --no-show-raw-insn --disassemble=ext4_file_write_iter "$kernels/$1/vmlinux" |
		sed -nE 's/^f[0-9a-f]*:\t//p' | sed -E 's/[0-9a-f]{16}|\+0x[0-9a-f]+//g'
}
same_code() {
	[ "$(code_of slow-600 | wc -l)" -gt 100 ] || echo "no code"
	diff <(code_of stock-6.12) <(code_of slow-600)
}
check "and the function behind them is the same" same_code

# Back to stock, from the objects of the patched one: the same bytes.
rm -rf "$(realpath "$kernels/stock-6.12")"
timed stock-6.12
expect "stock is built again after the patched ones" 0 "^release *6.12"
same() { [ "$(sha256sum < "$kernels/stock-6.12/bzImage")" = "$first" ] || echo "other bytes"; }
check "and has the same bytes as the first time" same
elsewhere=$usual/kernels/$(readlink "$kernels/stock-6.12")
if [ -e "$elsewhere" ] && [ -z "${SLOW_KEEP:-}" ]; then
	check "and as in another folder" cmp "$elsewhere/bzImage" "$kernels/stock-6.12/bzImage"
else
	skip "and as in another folder" "$usual has no build of the same key"
fi

printf 'CONFIG_BLK_DEV_NULL_BLK=n\nCONFIG_NO_SUCH_OPTION=y\n' > "$tmp/frag"
timed odd --config "$tmp/frag"
expect "an option that does not take effect is named" 2 \
	"frag:2: CONFIG_NO_SUCH_OPTION=y does not take effect"
cat > "$tmp/broken.patch" <<'END'
--- a/fs/ext4/file.c
+++ b/fs/ext4/file.c
@@ -1 +1,2 @@
 // SPDX-License-Identifier: GPL-2.0
+boool no_such_type;
END
timed broken --patch "$tmp/broken.patch"
expect "source that does not compile: the compiler's words" 2 "fs/ext4/file.c:2.*boool"
gone() { [ ! -e "$kernels/broken" ] && [ ! -e "$kernels/odd" ] || ls "$kernels"; }
check "what failed has no name" gone

# --- what they are for ----------------------------------------------------------
duel() { # SUITE PATCHED DIR [OPTION...]
	fsduel duel -q -c "$1" --baseline stock-6.12 --patched "$2" -o "$3" "${@:4}" \
		> "$tmp/said" 2>&1
	code=$?
}
value() { # DIR METRIC VARIANT THREADS|"": of role all, in block 1
	awk -F, -v metric="$2" -v variant="$3" -v params="$4" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["metric"] == metric && $at["variant"] == variant && $at["role"] == "all" &&
		$at["block"] == 1 && $at["detail"] == "" && $at["params"] ~ params {
			print $at["value"] }' \
		"$1/samples.csv"
}
samples() { cut -d, -f2- "$1/samples.csv"; }

duel tests/data/suites/exclusive.ini excl-dio "$tmp/e1" -b 1
expect "exclusive against stock, 1 to 24 threads" 0 "ops_per_s"
sed 's/^/# /' "$tmp/said"
shape() { # stock grows with the threads, exclusive does not
	for v in baseline patched; do
		for t in 1 24; do
			value "$tmp/e1" ops_per_s $v/default "threads=$t(;|$)"
		done
	done | paste -sd ' ' | awk '{
		if ($2 / $1 < 20) print "stock grows only by " $2 / $1 " from 1 to 24 threads"
		if ($4 / $3 > 2) print "exclusive grows by " $4 / $3
		if ($2 / $4 < 12) print "only " $2 / $4 " times at 24 threads"
		if (NF != 4) print "values are missing" }'
}
check "linear against flat" shape
duel tests/data/suites/exclusive.ini excl-dio "$tmp/e2" -b 1
check "the same duel again is the same to the last byte" \
	diff <(samples "$tmp/e1") <(samples "$tmp/e2")

# Two CPUs on one instruction stream: real interleaving, the same bytes.
sed -e 's/^latency.*/latency = 80us\n[machine]\ncpus = 2/' -e 's/^threads.*/threads = 8/' \
	-e "s#= .*/workloads#= $PWD/workloads#" tests/data/suites/exclusive.ini > "$tmp/two.ini"
two() {
	fsduel duel -q -c "$tmp/two.ini" --baseline stock-6.12 --patched excl-dio -b 1 -o "$1" \
		> "$tmp/said" 2>&1
	code=$?
}
two "$tmp/t1"
expect "two CPUs, 8 threads, 80us" 0 "ops_per_s"
sed 's/^/# /' "$tmp/said"
two "$tmp/t2"
check "and again, to the last byte" diff <(samples "$tmp/t1") <(samples "$tmp/t2")

duel configs/slow.ini slow-600 "$tmp/s1"
expect "600 instructions more against stock are slower, by six seeds" 1 \
	"verdict: slower (1 cell: 1 slower)"
cost() {
	for v in baseline patched; do value "$tmp/s1" lat_sum_per_op $v/default .; done |
		paste -sd ' ' | awk \
			'{ d = $2 - $1; if (NF != 2 || d < 594 || d > 606) print d " ns a write" }'
}
echo "# lat_sum_per_op: $(value "$tmp/s1" lat_sum_per_op baseline/default .) and" \
	"$(value "$tmp/s1" lat_sum_per_op patched/default .) ns"
check "lat_sum_per_op is 600 ns more within 1 %" cost
finish
