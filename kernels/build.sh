#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh: the recipe of `fsduel kernel build` (docs/kernels.md): a kernel from a
# source, patches and a configuration, under a name in the cache.
#
#   build.sh build -C CACHE -n NAME [-t TREE | -s SERIES] [-c CONFIG] [-p PATCH]... [-F FSDUEL]
#   build.sh built ...   is there such a kernel, of these patches? Status 4: no
#   build.sh tools ...   are the programs here that it takes?
#
# A line on stdout is the step that begins, or make's line for a file that it compiles.
# A failure is a sentence on stderr and status 2 (the user's) or 3 (the machine's).
# Tests read this file with `.` and call its functions.
#
# A git repository of our own, CACHE/build/SOURCE/git, knows the contents of the source
# by hash. It reads a file again only when its size, times or inode have changed, and
# writes a file of the copy only when its contents differ: make compiles just those.
set -u -o pipefail
export LC_ALL=C
unset "${!GIT_@}" CDPATH

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
recipe=2 # part of each key: counts up when a change here changes the image
cache= name= tree= series= config= fsduel= patches=()

die() { # STATUS SENTENCE: in one word or several
	printf '%s\n' "${*:2}" >&2
	exit "$1"
}

check_tools() { # PATCH...
	local row missing="" packages=""
	for row in make gcc ld:binutils flex bison bc git ${1:+patch}; do
		type -P "${row%:*}" > /dev/null && continue
		missing+=${missing:+, }${row%:*}
		packages+=" ${row#*:}"
	done
	[ -z "$missing" ] || die 3 "building a kernel takes $missing, which this machine lacks:" \
		"apt-get install$packages"
}

check_readable() { # FILE
	[ -f "$1" ] || die 2 "cannot open $1: there is no such file"
	[ -r "$1" ] || die 2 "cannot open $1: permission denied"
}

hash_of() { # of stdin
	sha256sum | cut -d' ' -f1
}

# --- patches ------------------------------------------------------------------

# The file of a name in kernels/: of the folder one works in, or ours.
data_file() { # NAME
	local dir
	for dir in kernels "$here"; do
		[ ! -e "$dir/$1" ] || { realpath "$dir/$1"; return; }
	done
	return 1
}

# PATCH is NAME of kernels/NAME.patch, or NAME-12 of the template kernels/NAME-N.patch.in,
# or a path. Sets file, and number for a template.
find_patch() { # PATCH
	number=
	case $1 in
	*[/.]*)
		file=$1
		check_readable "$file"
		return ;;
	esac
	file=$(data_file "$1.patch") && return
	[[ $1 =~ ^(.*)-([0-9]+)$ ]] && file=$(data_file "${BASH_REMATCH[1]}-N.patch.in") ||
		die 2 "there is no patch \"$1\": neither kernels/$1.patch nor a template for it;" \
			"a file is given with its path, ./$1"
	number=${1##*-}
	[[ $number =~ ^([1-9][0-9]{0,4}|100000)$ ]] ||
		die 2 "patch $1: the number has to be from 1 to 100000"
}

patch_text() { # of file and number
	sed -e "${number:+s/@N@/$number/g}" -- "$file"
}

# The files that a patch on stdin names, a line each. An added line "++ x" looks like such
# a line: one name too many does no harm, as that file is not there or is copied for nothing.
patch_files() {
	sed -nE -e 's/[\t\r].*//' -e '/^(---|\+\+\+) \/dev\/null/d' \
		-e 's/^(---|\+\+\+) [^/]*\/(.+)/\2/p' -e 's/^(rename|copy) (from|to) (.+)/\3/p'
}

# Look at all patches before anything is fetched: their files, names and hashes.
read_patches() {
	local p path named
	patch_paths=() patch_numbers=() patch_hashes=() patched=()
	for p in "${patches[@]}"; do
		find_patch "$p"
		patch_paths+=("$file") patch_numbers+=("$number")
		patch_hashes+=("$(patch_text | hash_of)")
		mapfile -t named < <(patch_text | patch_files)
		[ "${#named[@]}" -gt 0 ] || die 2 "$file is no patch: it has no line \"+++ b/FILE\""
		for path in "${named[@]}"; do
			case /$path/ in
			//* | */../*) die 2 "patch $p names a file outside of the tree: $path" ;;
			esac
		done
		patched+=("${named[@]}")
	done
}

# The complaints of patch(1) on stdin, in one line.
complaints() {
	awk '/^patching file / { file = substr($0, 15) ": "; next }
		# After "cannot find file to patch".
		/^\|\+\+\+ / { all = all ": " substr($0, 6); next }
		/FAILED at|can.t find file|refusing to patch|\*\*\*\* |previously applied/ {
			sub(/\.$/, "")
			all = all (all == "" ? "" : "; ") file $0
		}
		END { print all == "" ? "patch(1) failed" : substr(all, 1, 800) }'
}

apply_patches() { # DIR SCRATCH: in order, to the files under DIR
	local i said
	rm -f "$2/rejects"
	for i in "${!patches[@]}"; do
		file=${patch_paths[i]} number=${patch_numbers[i]}
		patch_text > "$2/patch"
		said=$(patch -p1 --batch --forward --no-backup-if-mismatch \
			--reject-file="$2/rejects" -d "$1" -i "$2/patch" 2>&1) && continue
		said="patch ${patches[i]} does not apply to this source: $(complaints <<< "$said")"
		[ ! -e "$2/rejects" ] || said+="; the rejected hunks are in $2/rejects"
		die 2 "$said"
	done
}

# --- the configuration --------------------------------------------------------

options() { # of stdin, as NAME=VALUE; one that is not set is n
	sed -nE 's/[[:space:]]+$//; s/^# (CONFIG_.+) is not set$/\1=n/; /^CONFIG_[^=]+=/p'
}

# Our own fragment and then the user's, whose lines win.
read_config() {
	local small said
	small=$(data_file small.config) || die 2 "cannot find kernels/small.config:" \
		"it comes with fsduel's sources and is installed by \`make install\`"
	[ -z "$config" ] || check_readable "$config"
	said=$(grep -HnvE '^(CONFIG_[^=]+=.*|#.*|[[:space:]]*)$' -- "$small" ${config:+"$config"})
	[ -z "$said" ] || die 2 "${said%%$'\n'*}: neither CONFIG_NAME=VALUE nor a comment"
	fragment=$(sed '' -- "$small" ${config:+"$config"})
}

# Kconfig drops, without a word, an option that does not exist or whose dependencies are
# off; a duel on such a kernel would answer another question.
check_config() { # DOTCONFIG
	local said
	said=$(awk -F= 'FNR == NR { is[$1] = $0; next }
		{ last[$1] = $0 } # a later line wins
		END { for (name in last) {
			why = "this kernel does not have it or something it needs is off"
			if (name in is) why = "it is " is[name]
			else is[name] = name "=n"
			if (last[name] == is[name]) continue
			print last[name] " does not take effect: " why
		} }' <(options < "$1") <(options <<< "$fragment") | sort) && [ -z "$said" ] ||
		die 2 "$said"
}

# --- the source ---------------------------------------------------------------

find_tree() {
	if [ -z "$tree" ]; then
		echo "finding the source"
		source=$(bash "$here/fetch.sh" source -C "$cache" "$series") || exit
		return
	fi
	[ -e "$tree" ] || die 2 "there is no kernel tree at $tree: no such file or folder"
	[ -d "$tree" ] || die 2 "there is no kernel tree at $tree: it is no folder"
	source=$(realpath "$tree")
}

check_tree() {
	local f
	for f in Kbuild Kconfig Makefile arch/x86/Makefile; do
		[ -e "$source/$f" ] || die 2 "$source is no kernel tree: it has no $f"
	done
	[ ! -e "$source/.git" ] || return 0
	for f in .config include/config arch/x86/include/generated; do
		[ ! -e "$source/$f" ] || die 2 "$source has been built in itself (it has $f)" \
			"and is no git work tree, so source and results cannot be told apart:" \
			"run \`make mrproper\` there, or give a clean copy"
	done
}

# One build at a time works on a source. make inherits the lock: when fsduel is killed, the
# next build waits until make has ended.
open_workshop() {
	local base=${source##*/}
	dir=$cache/build/${base//[!a-zA-Z0-9._+~-]/_} # make takes neither blanks nor colons
	[ -z "$tree" ] || dir+=-$(printf %s "$source" | sha256sum | cut -c1-8)
	mkdir -p "$dir" && exec 9>> "$dir/lock" || die 3 "cannot write $dir"
	flock -n 9 && return
	echo "waiting for another build of this source"
	flock 9 || die 3 "cannot lock $dir/lock"
}

# git on our repository; INDEX is its list of the files of FOLDER.
ours() { # INDEX FOLDER WORD...
	local index=$1 folder=$2
	GIT_DIR=$dir/git GIT_INDEX_FILE=$dir/git/$index GIT_WORK_TREE=$folder \
		GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		git -C "$folder" -c core.autocrlf=false -c core.looseCompression=1 \
		-c core.fsync=all -c core.fsyncMethod=batch -c gc.auto=0 "${@:3}"
}

# Every source file: what git tracks in the tree or would add, else all of them.
list_source() {
	if [ -e "$source/.git" ]; then
		git --no-optional-locks -c safe.directory='*' -c core.fsmonitor=false \
			-C "$source" ls-files -z --cached --others --exclude-standard
	else
		find "$source" -name .git -prune -o ! -type d -printf '%P\0'
	fi > "$dir/listed" || die 2 "cannot list the files of $source"
	# find fails for a file that git tracks and the user has deleted.
	(cd "$source" && { find -files0-from "$dir/listed" -maxdepth 0 \
		\( -type f -o -type l \) -print0 2> /dev/null || true; }) |
		sort -zu > "$dir/files" || die 3 "cannot list the files of $source in $dir/files"
}

# Sets source_key, the hash over paths, kinds and contents of the source as it is.
snapshot() {
	check_tree
	if ! ours tree "$source" rev-parse 2> /dev/null; then
		rm -rf "$dir/git"
		git init -q --bare --object-format=sha256 --template= "$dir/git"
	fi
	# No attribute of the tree may change bytes that are read or written. Made each time: a
	# build may have been killed just before it.
	mkdir -p "$dir/git/info" && echo '* -text -ident -filter -working-tree-encoding' \
		> "$dir/git/info/attributes" || die 3 "cannot write $dir/git"
	rm -f "$dir"/git/*.lock # of a build that was killed
	list_source
	ours tree "$source" ls-files -z | sort -z | comm -z -23 - "$dir/files" |
		ours tree "$source" update-index --force-remove -z --stdin &&
		ours tree "$source" update-index --add --replace -z --stdin < "$dir/files" &&
		source_key=$(ours tree "$source" write-tree) || die 3 "cannot read $source"
}

# The same with the patches applied: to copies of the files that they name.
patch_snapshot() {
	[ "${#patches[@]}" -gt 0 ] || return 0
	rm -rf "$dir/stage" && mkdir "$dir/stage"
	printf '%s\0' "${patched[@]}" | sort -zu > "$dir/patched"
	# A file that a patch makes is not there yet.
	ours tree "$source" checkout-index -q -f --prefix="$dir/stage/" -z --stdin < "$dir/patched"
	apply_patches "$dir/stage" "$dir"
	cp "$dir/git/tree" "$dir/git/stage" &&
		ours stage "$dir/stage" update-index --add --remove --replace -z --stdin \
			< "$dir/patched" &&
		source_key=$(ours stage "$dir/stage" write-tree) || die 3 "cannot read $dir/stage"
}

# Let src be that source: a file is written, with the time of now, when its contents differ.
copy_source() {
	mkdir -p "$dir/src" && ours src "$dir/src" clean -ffdxq &&
		ours src "$dir/src" read-tree --reset -u "$source_key" ||
		die 3 "cannot write $dir/src"
}

# --- building -----------------------------------------------------------------

# Compiler, linker and configuration decide which objects can be shared; they and the
# source decide the image.
make_keys() {
	toolchain=$(gcc --version | head -n1)$'\n'$(ld --version | head -n1)
	objects_key=$(printf '%s\n%s\n%s' "$recipe" "$toolchain" "$fragment" | hash_of)
	image_key=$(printf '%s %s' "$objects_key" "$source_key" | hash_of)
	obj=$dir/obj-${objects_key:0:12}
	built=$cache/kernels/built-${image_key:0:16}
}

# The lines of a log on stdin that tell why make failed: at most 8, and MAX bytes.
log_tail() { # MAX
	grep -avE -e '^$|^  [A-Z]+ |(Entering|Leaving) directory|Waiting for unfinished' \
		-e '^make.*\*\*\*.*Error' |
		tail -n 8 | tac | awk -v max="$1" '(used += length + 1) > max { exit } 1' | tac
}

# An environment of its own: nobody's KCFLAGS or MAKEFLAGS ends up in an image. The version
# is as long for one kernel as for the next, so that no address moves because of it.
make_argv() { # WORD...
	local v
	argv=(env -i LC_ALL=C)
	for v in PATH HOME TMPDIR XDG_CACHE_HOME CCACHE_DIR; do
		[ -z "${!v+x}" ] || argv+=("$v=${!v}")
	done
	argv+=("KBUILD_BUILD_TIMESTAMP=Wed Jan  1 00:00:00 UTC 2020" KBUILD_BUILD_USER=fsduel
		KBUILD_BUILD_HOST=fsduel "KBUILD_BUILD_VERSION=${image_key:0:12}"
		make -C "$dir/src" "O=$obj" ARCH=x86 LOCALVERSION= "-j$(nproc)")
	! type -P ccache > /dev/null || argv+=("CC=ccache gcc")
	argv+=("$@")
}

run_make() { # STEP WORD...
	echo "$1"
	make_argv "${@:2}"
	"${argv[@]}" 2>&1 | tee "$dir/make.log" | grep --line-buffered -aE '^  (CC|AS) '
	[ "${PIPESTATUS[0]}" = 0 ] || die 2 "make failed in $dir/src;" \
		"all it said is in $dir/make.log, the end of it:
$(log_tail 1000 < "$dir/make.log")"
}

compile() {
	echo "copying the changed files"
	copy_source
	mkdir -p "$obj" && printf '%s\n' "$fragment" > "$dir/fragment.config" ||
		die 3 "cannot write $dir"
	run_make configuring "KCONFIG_ALLCONFIG=$dir/fragment.config" allnoconfig
	check_config "$obj/.config"
	run_make compiling bzImage
}

json() { # TEXT
	local s=${1//\\/\\\\}
	s=${s//\"/\\\"} s=${s//$'\n'/\\n}
	printf '"%s"' "${s//[[:cntrl:]]/?}"
}

write_about() { # DIR: build.json, the inputs of the image there
	local i comma=
	{
		printf '{\n  "fragment_sha256": "%s",\n  "key": "%s",\n  "patches": [' \
			"$(printf '%s\n' "$fragment" | hash_of)" "$image_key"
		for i in "${!patches[@]}"; do
			printf '%s\n    { "name": %s, "path": %s, "sha256": "%s" }' "$comma" \
				"$(json "${patches[i]}")" "$(json "${patch_paths[i]}")" \
				"${patch_hashes[i]}"
			comma=,
		done
		printf '\n  ],\n  "source": %s,\n  "toolchain": %s\n}\n' \
			"$(json "$source")" "$(json "$toolchain")"
	} > "$1/.build.json-$$" && mv "$1/.build.json-$$" "$1/build.json" ||
		die 3 "cannot write $1/build.json"
}

# Whole or not at all: made beside the objects, then renamed. Only an image that can be
# loaded gets a name.
publish() {
	local fresh=$dir/result
	rm -rf "$fresh" && mkdir -p "$fresh" "$cache/kernels" || die 3 "cannot write $fresh"
	write_about "$fresh"
	cp "$obj/arch/x86/boot/bzImage" "$obj/vmlinux" "$fresh" &&
		cp "$obj/.config" "$fresh/config" ||
		die 3 "cannot write $fresh"
	[ -z "$fsduel" ] || "$fsduel" kernel show "$fresh" > /dev/null || exit
	# Another tree of the same contents may have been built meanwhile.
	sync -f "$fresh" && { mv -T "$fresh" "$built" 2> /dev/null || [ -e "$built" ]; } ||
		die 3 "cannot write $built"
}

check_name() {
	local path=$cache/kernels/$name target
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._+-]{0,254}$ ]] ||
		die 2 "\"$name\" cannot be a kernel's name:" \
			"use letters, digits and \"._+-\", a letter or digit first"
	[[ ! $name =~ ^[0-9]+\.[0-9.]+(-[0-9]+)?$ ]] ||
		die 2 "$name names Debian's own kernel; choose another name"
	[ ! -e "$path" ] || [ -L "$path" ] ||
		die 2 "$path is there already and was not built under that name; choose another"
	target=$(readlink "$path") && [[ $target != built-* ]] &&
		die 2 "$path is there already and leads to $target; choose another name"
	return 0
}

build() {
	check_tools "${patches[@]}"
	check_name
	read_patches
	read_config
	find_tree
	open_workshop
	echo "reading the source"
	snapshot
	patch_snapshot
	make_keys
	if [ -e "$built" ]; then
		write_about "$built" # perhaps of a patch with other words above it
	else
		compile
		publish
	fi
	ln -sfn "${built##*/}" "$cache/kernels/.link-$$" &&
		mv -T "$cache/kernels/.link-$$" "$cache/kernels/$name" ||
		die 3 "cannot make the link $cache/kernels/$name"
}

# By build.json alone: nothing is compiled and no source is read.
built() {
	local about=$cache/kernels/$name/build.json of now then
	read_patches
	read_config
	[ -r "$about" ] || exit 4
	of="\"source\": \".*/linux-source-${series//./\\.}_[^/]*\""
	now=$(printf '%s\n' "$(printf '%s\n' "$fragment" | hash_of)" "${patch_hashes[@]}")
	then=$(grep -oE '"(fragment_)?sha256": "[^"]*"' "$about" | cut -d'"' -f4)
	grep -q "$of" "$about" && [ "$now" = "$then" ] || exit 4
}

main() {
	local option do=$1
	shift
	while getopts C:n:t:s:c:p:F: option; do
		case $option in
		C) cache=$OPTARG ;;
		n) name=$OPTARG ;;
		t) tree=$OPTARG ;;
		s) series=$OPTARG ;;
		c) config=$OPTARG ;;
		p) patches+=("$OPTARG") ;;
		F) fsduel=$OPTARG ;;
		*) exit 2 ;;
		esac
	done
	case $do in
	build | built) "$do" ;;
	tools) check_tools patch ;;
	*) die 2 "build.sh knows build, built and tools, not $do" ;;
	esac
}

# In one piece: this file may change while it runs.
[ "${BASH_SOURCE[0]}" != "$0" ] || { main "$@"; exit; }
