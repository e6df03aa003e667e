#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# until_sure.t: adaptive duels with real guests: one that is sure at its first look,
# one on the wall clock that is interrupted and goes on. Some fifty boots.
. "$(dirname "$0")/../cli/lib.sh"
need_kernels 6.12
suite=tests/data/suites/self.ini
blocks() { sed -n '/"suite": {/,/}/s/^ *"blocks": \([0-9]*\),\?$/\1/p' "$1/run.json"; }
duel() { fsduel duel -q "$@" > "$tmp/said" 2>&1; code=$?; }

duel -c "$suite" --baseline 6.12 --patched 6.12 --until-sure -o "$tmp/same"
check "identical kernels are sure at the first look" test "$code,$(blocks "$tmp/same")" = 0,8
check "all looks are in run.json" test "$(grep -c '"alpha"' "$tmp/same/run.json")" = 4
before=$(stat -c '%n %Y' "$tmp/same/parts/"*)
duel --resume "$tmp/same"
check "a run that is sure measures nothing more" test "$code,$before" \
	= "0,$(stat -c '%n %Y' "$tmp/same/parts/"*)"
duel --resume "$tmp/same" -b 12
check "its looks are fixed" test "$code" = 2

sed 's/^blocks = .*/mode = tcg/; s/^threads = .*/threads = 1/' "$suite" > "$tmp/tcg.ini"
printf '[margins]\nops_per_s = 0.01%%\n' >> "$tmp/tcg.ini"
env --default-signal=INT "$B/fsduel" duel -q -c "$tmp/tcg.ini" --baseline 6.12 --patched 6.12 \
	--until-sure --max-blocks 12 -o "$tmp/tcg" > "$tmp/said" 2>&1 & pid=$!
for _ in $(seq 600); do
	[ "$(ls "$tmp/tcg/parts" 2> /dev/null | wc -l)" -lt 5 ] || break
	sleep 0.1
done
kill -INT $pid; wait $pid; code=$?
check "an adaptive run can be interrupted" test $code = 130
duel --resume "$tmp/tcg"
check "it goes on to its last look, as noise is never within 0.01 %" test "$(blocks "$tmp/tcg")" \
	= 12
check "and says at which blocks it looked" grep -q 'looks at 8, 12 blocks' "$tmp/said"
cp "$tmp/said" "$tmp/first"
fsduel compare "$tmp/tcg" > "$tmp/again"
check "compare repeats what the duel found" bash -c \
	"diff <(sed -n '/^verdict/,\$p' $tmp/first) $tmp/again"
finish
