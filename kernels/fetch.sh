#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fetch.sh: Debian's kernels and kernel sources brought into the cache by apt-get download
# and dpkg-deb -x. Nothing is installed, and no right is needed but to write the cache.
#
#   fetch.sh kernel -C CACHE [-F FSDUEL] 6.12 | 6.12.107 | 6.1.0-47
#   fetch.sh source -C CACHE 6.12      and print its folder
#   fetch.sh list   -C CACHE           the kernels that the archive has
#
#   CACHE/kernels/PACKAGE_VERSION/     as unpacked; never changed again
#   CACHE/kernels/NAME                 a link to it; that of a series leads to the newest
#
# Sources are likewise in CACHE/sources. Where the system's package lists are missing or
# too old, lists of our own are kept in CACHE/kernels/.apt. A failure is a sentence on
# stderr and status 2 (the user's) or 3 (the machine's).
set -u -o pipefail
export LC_ALL=C
unset CDPATH

series='^[0-9]{1,3}\.[0-9]{1,4}$'
version='^[0-9]{1,3}(\.[0-9]{1,5}){2,3}(-[0-9]{1,5})?(\+[a-z0-9]+)?$'
search=$'`fsduel kernel fetch --list` shows the kernels that it has'
own_lists=

die() { # STATUS SENTENCE: in one word or several
	printf '%s\n' "${*:2}" >&2
	exit "$1"
}

apt() { # cache|get WORD...
	# The user _apt cannot write below a home directory. Containers turn pkgcache.bin off,
	# and then each question parses all lists.
	"apt-$1" -q -o APT::Sandbox::User=root -o Dir::Cache="$root/.apt/cache" \
		-o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache= \
		${own_lists:+-o Dir::State::Lists="$root/.apt/lists"} "${@:2}"
}

# A field of a package's record, whose names no locale translates.
record() { # PACKAGE FIELD
	apt cache show --no-all-versions "$1" 2> /dev/null | sed -n "s/^$2: *//p" | head -n1
}

# The archive's cloud kernels, oldest first: NAME VERSION PACKAGE. The unsigned package has
# the same files, less the signature.
kernels() {
	local packages
	mapfile -t packages < <(apt cache pkgnames linux-image- |
		grep -E '^linux-image-[0-9]+\.[0-9]+\.[0-9].*-cloud-amd64(-unsigned)?$')
	[ ${#packages[@]} -gt 0 ] || return 0
	apt cache show --no-all-versions "${packages[@]}" |
		awk '/^Package: / { package = $2 }
			/^Version: / {
				name = package
				gsub(/^linux-image-|-cloud-amd64.*/, "", name)
				if (name in of && package !~ /-unsigned$/) next
				of[name] = name " " $2 " " package
			}
			END { for (name in of) print of[name] }' | sort -V
}

# Sets package and package_version.
find_kernel() {
	local meta image line
	if [[ $want =~ $series ]]; then
		# The second meta-package follows whatever is current.
		for meta in "linux-image-$want-cloud-amd64" linux-image-cloud-amd64; do
			image=$(record "$meta" Depends |
				grep -oE "linux-image-${want//./\\.}[^0-9 ,|()][^ ,|()]*" |
				head -n1) && break
		done
		for package in ${image:+"$image-unsigned" "$image"}; do
			package_version=$(record "$package" Version)
			[ -z "$package_version" ] || return 0
		done
		die 4 "apt knows no Debian cloud kernel of series $want; $search"
	fi
	# By its name, with or without +deb12, or by the version of its source.
	line=$(kernels | awk -v want="$want" '
		{ short = $1; sub(/\+.*/, "", short) }
		{ from = $2; sub(/-[^-]*$/, "", from) }
		$1 == want || short == want || from == want' | tail -n1)
	[ -n "$line" ] || die 4 "apt knows no Debian cloud kernel $want; $search"
	read -r _ package_version package <<< "$line"
}

find_source() {
	package=linux-source-$want
	package_version=$(record "$package" Version)
	[ -n "$package_version" ] || die 4 "apt knows no Debian kernel source of series $want;" \
		"\`apt-cache search linux-source-\` lists those it knows," \
		"--tree DIR builds any tree"
}

unpack_kernel() { # DEB: only an image that can be loaded gets a name
	dpkg-deb -x "$1" "$tmp/tree" || exit 4
	[ -z "$fsduel" ] || "$fsduel" kernel show "$tmp/tree" > /dev/null || exit
}

# The package holds usr/src/linux-source-6.12.tar.xz, and that one folder.
unpack_source() { # DEB
	dpkg-deb -x "$1" "$tmp/files" && mkdir "$tmp/tree" &&
		tar -x -f "$tmp"/files/usr/src/linux-source-*.tar.* -C "$tmp/tree" \
			--strip-components=1 --no-same-owner || exit 4
}

# With the lists as they are. Status 4: other lists may help.
fetch_once() { # kernel|source
	local folder
	"find_$1"
	folder=${package}_$package_version
	if [ ! -e "$root/$folder" ]; then
		tmp=$(mktemp -d "$root/.tmp-XXXXXX") || exit 3
		(cd "$tmp" && apt get download "$package=$package_version" > /dev/null) || exit 4
		"unpack_$1" "$tmp"/*.deb
		sync -f "$tmp" && mv -T "$tmp/tree" "$root/$folder" || exit 3
		rm -rf "$tmp"
	fi
	[ "$(readlink "$root/$want")" != "$folder" ] || return 0
	ln -sfn "$folder" "$root/.tmp-link" && mv -T "$root/.tmp-link" "$root/$want" || exit 3
}

# Lists that are missing or older than the archive are a reason to try with our own.
fetch() { # kernel|source
	local said first status
	said=$(fetch_once "$1" 2>&1) && return
	status=$? first=$said
	if [ $status = 4 ]; then
		own_lists=1
		said=$(apt get update 2>&1) && said=$(fetch_once "$1" 2>&1) && return
		[ -z "$said" ] || [ "$said" = "$first" ] || first+=$'\n'$(tail -n1 <<< "$said")
	fi
	if [ $status = 4 ] && [ -e "$root/$want" ]; then
		echo "cannot ask the archive for a newer $want, so the one in the cache is used" >&2
		return
	fi
	die 3 "cannot fetch $want: $first"
}

# The programs and the lock, which another fetch may hold for a while.
open_root() {
	local program
	for program in apt-cache apt-get dpkg-deb; do
		type -P $program > /dev/null || die 3 "fetching a kernel takes Debian's $program," \
			"which is not here; name a bzImage or an unpacked package instead"
	done
	mkdir -p "$root"/.apt/{lists/partial,cache/archives/partial} &&
		exec 9>> "$root/.lock" && flock 9 ||
		die 3 "cannot lock $root/.lock (FSDUEL_CACHE=DIR names another cache)"
}

list() {
	local said
	said=$(kernels)
	if [ -z "$said" ]; then
		own_lists=1
		said=$(apt get update > /dev/null 2>&1; kernels)
		[ -n "$said" ] || die 3 "apt knows no Debian cloud kernel," \
			"and its archive cannot be asked for newer lists"
	fi
	echo "$said"
}

# A kernel's version stays what it is. So does a source once it is there: two kernels that
# are compared must not differ because the archive moved on between their builds.
is_there() { # kernel|source
	[ -e "$root/$want" ] || return
	[ "$1" = source ] || [[ ! $want =~ $series ]]
}

check_want() { # kernel|source
	[[ $want =~ $series ]] && return
	[ "$1" = kernel ] ||
		die 2 "cannot fetch \"$want\": name a Debian series such as 6.1 or 6.12"
	[[ $want =~ $version ]] || die 2 "cannot fetch \"$want\":" \
		"name a series such as 6.1 or 6.12," \
		"or a version that \`fsduel kernel fetch --list\` shows"
}

main() {
	local option what=$1
	cache='' fsduel=''
	shift
	while getopts C:F: option; do
		case $option in
		C) cache=$OPTARG ;;
		F) fsduel=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	want=${*:OPTIND:1}
	root=$cache/kernels
	[ "$what" != source ] || root=$cache/sources
	if [ "$what" = list ]; then
		open_root
		list
		return
	fi
	check_want "$what"
	if ! is_there "$what"; then
		open_root
		# Asked again: another fetch may have brought it while this one waited.
		if ! is_there "$what"; then
			rm -rf "$root"/.tmp-* # of a fetch that was killed; the lock is ours
			fetch "$what"
		fi
	fi
	[ "$what" != source ] || realpath "$root/$want"
}

# In one piece: this file may change while it runs.
[ "${BASH_SOURCE[0]}" != "$0" ] || { main "$@"; exit; }
