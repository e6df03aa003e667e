#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# install.t: what make install puts where, that it runs from there, and that make
# uninstall leaves nothing; make dist gives the same bytes twice.
. "$(dirname "$0")/lib.sh"

root=$tmp/root
prefix=/opt/some
stamp() { stat -c '%Y %n' "$B"/*.o "$B"/*/*.o "$B"/libfsduel.a "$B"/fsduel 2> /dev/null; }
made() { make -s B="$B" DESTDIR="$root" PREFIX=$prefix "$@" > "$tmp/log" 2>&1 || cat "$tmp/log"; }

# With the flags of this test, which are not always those of the last build.
check "make builds" made all
stamp > "$tmp/before"
check "make install installs" made install
stamp > "$tmp/after"
check "make install PREFIX= builds nothing anew" diff "$tmp/before" "$tmp/after"
programs() { ls "$root$prefix/bin" | diff <(echo fsduel) -; }
check "only commands stand in bin" programs
helpers() {
	local f
	for f in fsduel-guest fsduel-exact-order.so fsduel-profile.so fsduel-fio-clock.so; do
		[ -f "$root$prefix/lib/fsduel/$f" ] || echo "lib/fsduel has no $f"
	done
}
check "their helpers stand in lib/fsduel" helpers
from_there() {
	(cd / && "$root$prefix/bin/fsduel" list suites) > "$tmp/suites" 2>&1
	grep -q "$root$prefix/share/fsduel/configs/quick.ini: " "$tmp/suites" || cat "$tmp/suites"
	(cd / && "$root$prefix/bin/fsduel" doctor) > "$tmp/doctor" 2>&1
	! grep -i 'lib/fsduel\|fsduel-.*not there' "$tmp/doctor"
}
check "the installed program finds its suites and helpers, wherever it was moved" from_there
check "make uninstall uninstalls" made uninstall
check "nothing of it is left" find "$root" -not -type d

dist() {
	local i
	git rev-parse -q --verify HEAD > /dev/null 2>&1 || return 0
	for i in 1 2; do
		git clone -q . "$tmp/clone$i" && touch -d "2001-0$i-01" "$tmp/clone$i/README.md" &&
			made -C "$tmp/clone$i" dist
	done
	cmp "$tmp"/clone[12]/fsduel-*.tar.gz
	tar tzf "$tmp"/clone1/fsduel-*.tar.gz | grep -q '/cli/main.c$' || echo "no sources in it"
}
if command -v git > /dev/null && [ -e .git ]; then
	check "make dist gives the same bytes from the same commit" dist
else
	skip "make dist gives the same bytes from the same commit" "this is no checkout of git"
fi
finish
