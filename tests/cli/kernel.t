#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel kernel: references that lead nowhere get one clear sentence each; a real
# kernel, where one has been fetched, is identified.
fetched=${FSDUEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fsduel}
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
B=$(cd "$OLDPWD" && realpath "$B")
echo hello > text
: > empty
mkdir none several
echo 1 > several/bzImage
echo 2 > several/vmlinuz-1
mkdir -p many/{,usr/}lib/modules/{6.1.1,6.2.2} modules/lib/modules/6.1.1
for k in {,usr/}lib/modules/{6.1.1,6.2.2}; do echo $k > many/$k/vmlinuz; done
cp "$B/fsduel" vmlinux
cp "$OLDPWD/tests/data/suites/trouble.ini" .

run "help" fsduel kernel -h
run "no action" fsduel kernel
run "a mistyped action" fsduel kernel fetsch 6.1
run "an action without its name" fsduel kernel show
run "an action with a name too many" fsduel kernel list 6.1
run "an empty cache" fsduel kernel list
run "an unknown name" fsduel kernel show mine
run "a series that is not fetched" fsduel kernel show 6.12
run "a path that is not there" fsduel kernel show ./none/bzImage
run "a text file" fsduel kernel show text
run "an empty file" fsduel kernel show empty
run "an ELF file" fsduel kernel show vmlinux
run "a folder without a kernel" fsduel kernel show none
run "a folder with two" fsduel kernel show several
run "a folder with four releases" fsduel kernel show many
run "a folder with modules only" fsduel kernel show modules
run "a device" fsduel kernel show /dev/null
run "not a series" fsduel kernel fetch ../6.1
without_apt() { PATH=/nonexistent "$B/fsduel" kernel fetch "$1"; }
run "fetching where there is no apt" without_apt 6.1

run "--list belongs to fetch" fsduel kernel list --list
run "and takes no name" fsduel kernel fetch --list 6.1

# An apt that knows no archive, as without a network on a new machine.
if [ -n "$(type -P apt-cache)" ]; then
	mkdir lists
	printf 'Dir::%s;\n' 'Etc::sourcelist "/dev/null"' 'Etc::sourceparts "/dev/null"' \
		"State::Lists \"$tmp/lists\"" > apt.conf
	no_archive() { APT_CONFIG=$tmp/apt.conf "$B/fsduel" kernel fetch "$1"; }
	run "a series where apt knows no archive" no_archive 6.1
	run "a version where apt knows no archive" no_archive 6.12.107
	run "a list where apt knows no archive" no_archive --list
	archive() { # every line is a name, a version and whether it is in the cache
		fsduel kernel fetch --list > archive
		grep -vE '^[0-9]+\.[0-9]+\.[0-9][^ ]* +[0-9][^ ,]*(, in the cache)?$' archive
		grep -qE '^6\.1\.0-[0-9]+ ' archive && grep -qE '^6\.12\.[0-9]+' archive ||
			cat archive
		sort -cV archive
	}
	if apt-cache show linux-image-cloud-amd64 > /dev/null 2>&1; then
		check "the archive's kernels are listed" archive
	else
		skip "the archive's kernels are listed" "apt has no package lists"
	fi
else
	skip "fetching" "apt is not here"
fi

# Where there is no place for a cache, only those need one that look into it.
homeless() { env -u FSDUEL_CACHE -u XDG_CACHE_HOME HOME="$1" "$B/fsduel" "${@:2}"; }
run "a HOME that does not exist" homeless /nonexistent kernel show 6.12
run "a HOME that is a file" homeless "$tmp/text" kernel list
run "a HOME that is empty" homeless "" kernel fetch 6.1
run "a duel whose kernel is in no cache" homeless /nonexistent duel --patched 6.12 -o "$tmp/d" \
	-c trouble.ini
run "a kernel given by its path needs no cache" homeless /nonexistent kernel show ./text
compared() {
	HOME=/nonexistent XDG_CACHE_HOME='' FSDUEL_CACHE='' \
		"$B/fsduel" compare "$OLDPWD/tests/data/results-equal" > said
}
check "results are compared without one" compared
check "no HOME is made" test ! -e /nonexistent

if [ -e "$fetched/kernels/6.1" ]; then
	ln -s "$fetched/kernels/6.1" unpacked
	image=$(echo unpacked/boot/vmlinuz-*)
	head -c 1000000 "$image" > cut
	mkdir -p alone/boot
	cp "$image" alone/boot
	filter() {
		sed -E -e 's#^(ref|image|release|version|sha256|build id|modules) .*[^ ]$#\1 ...#'
	}
	run "an unpacked package" fsduel kernel show unpacked
	# In the cache by its version: no apt is asked. By its series: apt is, and it may not know.
	ln -s "$tmp/unpacked" "$cache/kernels/6.1.0-1"
	ln -s "$tmp/unpacked" "$cache/kernels/6.1"
	run "a version that is in the cache" without_apt 6.1.0-1
	[ ! -e apt.conf ] || run "a series in the cache, where apt knows no archive" no_archive 6.1
	modules() { fsduel kernel show "$1" | sed -n "s#^modules *##p"; }
	run "a package without that of its modules" modules alone
	mkdir -p linked/boot linked/lib/modules
	cp "$image" linked/boot
	ln -s "$PWD"/unpacked/lib/modules/* linked/lib/modules
	check "modules behind a link are found" [ "$(modules linked)" = "$(modules unpacked)" ]
	run "an image cut short" fsduel kernel show cut
	same() { [ "$(fsduel kernel show "$image" | grep ^sha256)" = \
		"sha256   $(sha256sum < "$image" | cut -d' ' -f1)" ]; }
	check "the hash is that of sha256sum" same
else
	skip "an unpacked package" "Debian's 6.1 is not in $fetched"
fi
finish
