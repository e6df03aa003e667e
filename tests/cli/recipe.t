#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernels/build.sh: each step of the recipe by itself, on small trees with only what a
# kernel tree is known by. What the command refuses is in kernel_build.t; whole builds of
# real kernels are in tests/slow/kernels.t.
. "$(dirname "$0")/lib.sh"
. kernels/build.sh
here=$PWD/kernels
cd "$tmp" || exit
ln -s "$here" kernels

# is NAME WANTED GOT
is() {
	if [ "$2" = "$3" ]; then result ok "$1" < /dev/null
	else result "not ok" "$1" < <(diff -u --label wanted --label got <(echo "$2") <(echo \
		"$3")); fi
}
differs() { # NAME A B
	if [ "$2" != "$3" ]; then result ok "$1" < /dev/null; else result "not ok" "$1" <<< \
		"both are $2"; fi
}
# refused NAME STATUS PATTERN COMMAND...
refused() {
	local said status
	said=$("${@:4}" 2>&1 > /dev/null)
	status=$?
	if [ $status = "$2" ] && grep -q -- "$3" <<< "$said"; then result ok "$1" < /dev/null
	else result "not ok" "$1" <<< "status $status, wanted $2 and '$3': $said"; fi
}

# --- patches ------------------------------------------------------------------
take() { patches=("$@"); read_patches; }
named() { printf '%s\n' "${patched[@]}" | sort -u | paste -sd' '; }
take excl-dio slow-600
is "a patch is found by its name" "$here/excl-dio.patch $here/slow-N.patch.in" "${patch_paths[*]}"
is "both change the same file" fs/ext4/file.c "$(named)"
take slow-1234
filled() { file=${patch_paths[0]} number=${patch_numbers[0]}; patch_text; }
is "a template is filled in everywhere" 0 "$(filled | grep -c @N@)"
is "with the number" 2 \
	"$(filled | grep -cE '\.rept 1234 - 3; nop; \.endr|slow-N: 1234 instructions more')"
for name in no-such no-600 slow- slow-x slow-N; do
	refused "no patch $name" 2 "there is no patch \"$name\"" take $name
done
for name in slow-0 slow-0600 slow-100001 slow-99999999999999999999999; do
	refused "no number in $name" 2 "from 1 to 100000" take $name
done
take slow-100000
is "the largest number" 100000 "${patch_numbers[0]}"
refused "a path that is not there" 2 "cannot open ./excl-dio: there is no such file" take ./excl-dio
refused "a file that is not there" 2 "cannot open gone.patch" take gone.patch
mkdir mine && mkdir mine/kernels && cp "$here/widen.patch" mine/kernels/own.patch
is "a patch of the folder one works in" "$tmp/mine/kernels/own.patch" \
	"$(cd mine && take own && echo "${patch_paths[*]}")"

cat > my.patch <<'END'
--- a/new	2020-01-01
+++ /dev/null
@@ -1 +0,0 @@
-x
rename from old/x
rename to new/x
--- /dev/null
+++ b/lib/made.c
@@ -0,0 +1 @@
+++ x
--- a/lib/made.c
END
is "a patch may be any file" "new old/x new/x lib/made.c lib/made.c" \
	"$(patch_files < my.patch | paste -sd' ')"
odd() { printf -- "$1" > odd.patch; take odd.patch; }
refused "a patch stays in its tree" 2 "outside of the tree: ../../etc/passwd" odd \
	'--- a/x\n+++ b/../../etc/passwd\n'
refused "an absolute path" 2 "outside of the tree" odd '--- a/x\n+++ b//etc/passwd\n'
refused "a renamed folder" 2 "outside of the tree: x/.." odd 'rename from x/..\n'
refused "a text" 2 "is no patch" odd 'not a patch\n'
refused "an empty file" 2 "is no patch" odd ''
odd '--- a/x..y\n+++ b/..x\n'
is "two dots in a name are a name" "..x x..y" "$(named)"

change() { printf -- "--- a/d/f\n+++ b/d/f\n@@ -1 +1 @@\n-$1\n+$2\n"; }
change one two > one.patch
change two three > two.patch
mkdir -p patched/d && echo one > patched/d/f
take one.patch two.patch
apply_patches patched "$tmp"
is "patches are applied in order" three "$(cat patched/d/f)"
refused "a second time the first one finds nothing to change" 2 \
	"patch one.patch does not apply .* d/f: Hunk #1 FAILED at 1; .* $tmp/rejects" \
	apply_patches patched "$tmp"
is "the rejected hunk is kept" 1 "$(grep -c '+two' rejects)"
printf -- '--- a/gone\n+++ b/gone\n@@ -1 +1 @@\n-one\n+two\n' > gone.patch
take gone.patch
refused "a patch for a file that is not there" 2 "can't find file to patch.*b/gone" apply_patches \
	patched "$tmp"

# --- the configuration --------------------------------------------------------
configure() { # FRAGMENT MORE: is a .config of all of small.config and MORE as asked?
	printf "$1" > extra.config
	{ cat "$here/small.config"; printf "$2"; } > dotconfig
	config=extra.config
	read_config
	check_config dotconfig
}
asked='# a comment\n\nCONFIG_HZ=1000\n# CONFIG_QUOTA is not set\nCONFIG_NET=n\n'
check "options in effect are fine" configure "${asked}CONFIG_NAME=\"a = b\"\\n" \
	'CONFIG_HZ=1000\n# CONFIG_NET is not set\nCONFIG_NAME="a = b"\n'
cat > wanted <<END
CONFIG_HZ=1000 does not take effect: it is CONFIG_HZ=250
CONFIG_NO_SUCH=y does not take effect: \
this kernel does not have it or something it needs is off
CONFIG_QUOTA=n does not take effect: it is CONFIG_QUOTA=y
END
three='CONFIG_HZ=1000\nCONFIG_NO_SUCH=y\nCONFIG_QUOTA=n\n'
is "an option without effect is named" "$(cat wanted)" \
	"$(configure "$three" 'CONFIG_HZ=250\nCONFIG_QUOTA=y\n' 2>&1)"
seven=$(printf 'CONFIG_%s=y\\n' A B C D E F G)
many() { configure "$seven" '' 2>&1; }
is "all are named" 7 "$(many | grep -c 'CONFIG_.=y does not')"
refused "and it is the user's to mend" 2 "CONFIG_A=y" configure "$seven" ''
check "a later line wins" configure 'CONFIG_XFS_FS=n\n# CONFIG_AIO is not set\n' \
	'# CONFIG_XFS_FS is not set\nCONFIG_AIO=n\n'
refused "and has to take effect" 2 "CONFIG_XFS_FS=n does not take effect: it is CONFIG_XFS_FS=y" configure \
	'CONFIG_XFS_FS=n\n' ''
refused "a line that is no option" 2 "extra.config:2:HZ=1000: neither CONFIG_NAME=VALUE nor a comment" \
	configure 'CONFIG_HZ=1000\nHZ=1000\n' ''
config=gone.config
refused "a fragment that is not there" 2 "gone.config" read_config
printf 'CONFIG_HZ=1000\n' > a=b.config
config=a=b.config
read_config
is "nor is its name taken for anything else" CONFIG_HZ=1000 "$(tail -n1 <<< "$fragment")"
config=
read_config
needed() {
	local option
	for option in BLK_DEV_NULL_BLK CONFIGFS_FS EXT4_FS XFS_FS PERF_EVENTS KALLSYMS_ALL \
		X86_IOPL_IOPERM \
		USERFAULTFD IO_URING AIO PVH IKCONFIG SOFTLOCKUP_DETECTOR DETECT_HUNG_TASK \
			MAGIC_SYSRQ ENABLE_DEFAULT_TRACERS; do
		grep -qx "CONFIG_$option=y" <<< "$fragment" || echo \
			"kernels/small.config lacks $option"
	done
}
check "the small config has what guests need" needed

# --- keys and command lines ---------------------------------------------------
keys() { # GCC LD CONFIG SOURCE: objects and image
	gcc() { echo "$keys_gcc"; }
	ld() { echo "$keys_ld"; }
	keys_gcc=$1 keys_ld=$2 fragment=$3 source_key=$4 dir=/d cache=/c
	make_keys
	echo "$objects_key $image_key"
}
first=$(keys "gcc 12" "ld 2" CONFIG_A=y aa)
other=$(keys "gcc 12" "ld 2" CONFIG_A=y ac)
is "a key is a hash" 64 "$(expr length "${first% *}")"
is "the same again" "$first" "$(keys "gcc 12" "ld 2" CONFIG_A=y aa)"
is "other contents share objects" "${first% *}" "${other% *}"
differs "and make another image" "${first#* }" "${other#* }"
for one in "gcc 13:ld 2:CONFIG_A=y" "gcc 12:ld 3:CONFIG_A=y" "gcc 12:ld 2:CONFIG_A=n"; do
	IFS=: read -r a b c <<< "$one"
	other=$(keys "$a" "$b" "$c" aa)
	differs "$one shares no objects" "${first% *}" "${other% *}"
	differs "$one makes another image" "${first#* }" "${other#* }"
done
words() {
	dir=/c obj=/c/obj image_key=0123456789abcdef
	KCFLAGS=-O3 MAKEFLAGS=-k make_argv bzImage
	printf '%s\n' "${argv[@]}"
}
is "make has an environment of its own" "env -i LC_ALL=C" "$(words | head -n3 | paste -sd' ')"
of() { words | sed -n "s/^KBUILD_BUILD_$1=//p"; }
is "a version, a user and a time that are always the same" \
	"0123456789ab fsduel Wed Jan  1 00:00:00 UTC 2020" \
	"$(of VERSION) $(of USER) $(of TIMESTAMP)"
is "make is run alike everywhere" "make -C /c/src O=/c/obj ARCH=x86 LOCALVERSION=" \
	"$(words | sed -n '/^make$/,/^LOCALVERSION/p' | paste -sd' ')"
is "with nobody's flags" 0 "$(words | grep -cE 'KCFLAGS|MAKEFLAGS')"

# --- make's log ---------------------------------------------------------------
is "a log is cut to what went wrong" "fs/ext4/file.c:7:2: error: unknown type name 'boool'
    7 |  boool x;
      |  ^~~~~" "$(log_tail 1000 <<'END'
make: Entering directory '/x'
  CC      fs/ext4/inode.o
fs/ext4/file.c:7:2: error: unknown type name 'boool'
    7 |  boool x;
      |  ^~~~~
  HOSTCC  scripts/x
make[4]: *** [scripts/Makefile.build:229: fs/ext4/file.o] Error 1
make[4]: *** Waiting for unfinished jobs....
END
)"
no_rule="make[1]: *** No rule to make target 'fs/x.o', needed by 'y'.  Stop."
is "a message of make's own is one" "$no_rule" "$(log_tail 1000 <<< "$no_rule")"
is "the last eight lines" "2 3 4 5 6 7 8 9" "$(seq 9 | log_tail 1000 | paste -sd' ')"
is "no more bytes than asked for" "22222 33333" \
	"$(printf '11111\n22222\n33333' | log_tail 12 | paste -sd' ')"
is "an empty log" "" "$(log_tail 12 < /dev/null)"

# --- programs -----------------------------------------------------------------
mkdir bin
for p in make gcc ld bison bc git; do ln -s /bin/true bin/$p; done
without() { PATH=$tmp/bin check_tools "$@"; }
refused "a missing program is named with its package" 3 \
	"^building a kernel takes flex, which this machine lacks: apt-get install flex$" without
refused "patch only for patches" 3 "flex, patch, which" without x
ld_missing() { rm bin/ld; without; }
refused "a package of another name" 3 \
	"ld, flex, which this machine lacks: apt-get install binutils flex" ld_missing

# --- names --------------------------------------------------------------------
mkdir -p cache/kernels/mine
cache=$tmp/cache
named_so() { name=$1; check_name; }
for n in "" .x a/b -x "a b" 6.12 6.1 6.12.107 6.1.0-47 .. mine; do
	refused "a kernel cannot be called \"$n\"" 2 . named_so "$n"
done
ln -s elsewhere cache/kernels/other
ln -s built-0123 cache/kernels/ours
refused "nor like a link of somebody else's" 2 "leads to elsewhere" named_so other
check "a name of ours is given anew" named_so ours
check "and one that begins with a digit" named_so 6.12-mine

# --- fetching -----------------------------------------------------------------
# Another fetch has the lock and brings what this one waits for. No archive has a series 9.9.
mkdir -p cache/sources
wait_and_find() {
	local fetch ret
	exec 8>> cache/sources/.lock && flock 8
	bash "$here/fetch.sh" source -C cache 9.9 8>&- & fetch=$!
	sleep 1
	mkdir cache/sources/brought && ln -s brought cache/sources/9.9
	exec 8>&-
	wait $fetch || ret=$?
	return ${ret:-0}
}
if type -P apt-get > /dev/null; then
	is "what another fetch brought is not fetched again" "$tmp/cache/sources/brought" \
		"$(wait_and_find)"
fi

# --- the image in the cache -----------------------------------------------------
published() { # as two trees of the same contents do, at the same time
	dir=$tmp/p obj=$tmp/p/obj source=$tmp/p image_key=$1 toolchain=t patches=() fsduel=
	built=$cache/kernels/built-$1
	mkdir -p "$obj/arch/x86/boot"
	touch "$obj"/{arch/x86/boot/bzImage,vmlinux,.config}
	publish && ls -A "$built" | paste -sd' '
}
all="build.json bzImage config vmlinux"
is "an image is put into the cache" "$all" "$(published 4567)"
is "and it does not matter that another build was first" "$all" "$(published 4567)"

# --- the source ---------------------------------------------------------------
fresh() { # a tree and a workshop
	rm -rf t && mkdir -p t/tree/arch/x86 t/tree/fs/ext4
	source=$tmp/t/tree dir=$tmp/t patches=()
	echo k > t/tree/Kbuild
	echo k > t/tree/Kconfig
	echo m > t/tree/Makefile
	echo x > t/tree/arch/x86/Makefile
	echo file > t/tree/fs/ext4/file.c
	echo '#!/bin/sh' > t/tree/script
	chmod 755 t/tree/script
	ln -s fs/ext4 t/tree/link
}
key() { snapshot; echo "$source_key"; }
listed() { # with the mode of what is no plain file
	ours tree "$source" ls-files -s |
		awk '{ print ($1 == 100644 ? "" : $1 " ") $NF }' | paste -sd' '
}
fresh
first=$(key)
is "a tree is files, programs and links" \
	"Kbuild Kconfig Makefile arch/x86/Makefile fs/ext4/file.c 120000 link 100755 script" \
	"$(listed)"
touch -d @1 t/tree/fs/ext4/file.c
cp t/tree/Makefile t/x && mv t/x t/tree/Makefile
is "the key is of contents, not of times and inodes" "$first" "$(key)"
# Of the same size, and with the old time put back: the change time gives it away.
sleep 1.1
key > /dev/null
touch -r t/tree/Makefile t/old
echo M > t/tree/Makefile
touch -r t/old t/tree/Makefile
differs "a change that hides its time is seen" "$first" "$(key)"
echo m > t/tree/Makefile
chmod 755 t/tree/Makefile
differs "a mode is part of the key" "$first" "$(key)"
chmod 644 t/tree/Makefile
mv t/tree/script t/tree/script2
differs "and so is a name" "$first" "$(key)"
mv t/tree/script2 t/tree/script
is "back to the first key" "$first" "$(key)"
printf 'a\r\nb $Id$\n' > t/tree/crlf
echo '* text=auto eol=crlf ident' > t/tree/.gitattributes
copy_of() { snapshot; patch_snapshot; copy_source; diff -r --no-dereference t/tree t/src; }
check "attributes of the tree change no byte" copy_of
rm t/git/info/attributes && printf 'more\r\n' >> t/tree/crlf
check "nor where a build was killed before it could say so" copy_of
git init -q t/tree/sub && echo x > t/tree/sub/x
snapshot
is "a repository inside of a tree is none of its files" 1 \
	"$(ours tree "$source" ls-files | grep -c ^sub/)"

fresh
rm t/tree/arch/x86/Makefile
refused "what is no kernel tree is refused" 2 \
	"tree is no kernel tree: it has no arch/x86/Makefile" snapshot
fresh
touch t/tree/.config
refused "a tree that was built in itself is refused" 2 "has been built in itself (it has .config)" \
	snapshot
rm t/tree/.config && mkdir -p t/tree/include/config
refused "by what only a build leaves" 2 "make mrproper" snapshot

fresh
own_git() { git -C t/tree -c user.name=t -c user.email=t@t "$@"; }
printf '*.o\n.config\ninclude/config/\n' > t/tree/.gitignore
own_git init -q && own_git add . && own_git commit -q -m x
touch t/tree/.config t/tree/fs/ext4/file.o t/tree/fs/ext4/new.c
mkdir -p t/tree/nested && git init -q t/tree/nested && touch t/tree/nested/x
rm t/tree/script
find t/tree/.git -type f -exec sha256sum {} + | sort > t/git-before
snapshot
link="120000 link"
is "a git tree may be built in itself: what git tracks or would add" \
	".gitignore Kbuild Kconfig Makefile arch/x86/Makefile fs/ext4/file.c fs/ext4/new.c $link" \
		"$(listed)"
check "and nothing of it is written" diff t/git-before <(find t/tree/.git -type f -exec sha256sum \
	{} + | sort)

fresh
check "a copy is made" copy_of
check "with programs that run" test -x t/src/script
touch -d @1 t/src/fs/ext4/file.c
cp t/tree/fs/ext4/file.c t/x && mv t/x t/tree/fs/ext4/file.c   # as it was, another inode
echo changed > t/tree/Makefile
touch -d @1 t/tree/Makefile
mkdir -p t/tree/new/folder && echo x > t/tree/new/folder/x
rm t/tree/link && echo "now a file" > t/tree/link
before=$(date +%s)
stat -c %Y t/src/Kbuild > t/kbuild
sleep 1.1
check "a copy follows its tree" copy_of
newer() { [ "$(stat -c %Y "$1")" -ge "$before" ] || stat "$1"; }
check "an old time in the tree is a new one in the copy" newer t/src/Makefile
is "and a file that is the same stays untouched" "$(cat t/kbuild)" "$(stat -c %Y t/src/Kbuild)"
rm -rf t/tree/new && echo "a file where a folder was" > t/tree/new
check "a folder becomes a file" copy_of
rm t/tree/new
check "and is gone" copy_of
# As a kill leaves it: half written, or not meant to be there.
echo hal > t/src/Makefile
mkdir t/src/left && echo over > t/src/left/over
rm t/src/link
touch t/git/src.lock t/git/tree.lock
check "a killed copy is made good" copy_of
rm t/git/src && echo x > t/src/stranger
check "a copy that nobody knows is made anew" copy_of
rm -rf t/git
check "and so is one without a repository" copy_of

# Patched files come from the stage.
plain=$(key)
cat > p.patch <<'END'
--- a/fs/ext4/file.c
+++ b/fs/ext4/file.c
@@ -1 +1 @@
-file
+patched
--- /dev/null
+++ b/fs/ext4/added.c
@@ -0,0 +1 @@
+added
--- a/script
+++ /dev/null
@@ -1 +0,0 @@
-#!/bin/sh
END
with_patch() { take p.patch; snapshot; patch_snapshot; }
with_patch
copy_source
is "a patch changes, adds and removes files of the copy" "patched added gone" \
	"$(cat t/src/fs/ext4/{file,added}.c | paste -sd' ') $([ -e t/src/script ] || echo gone)"
is "and none of the tree" "file" \
	"$(cat t/tree/fs/ext4/file.c; ls t/tree/fs/ext4/added.c 2> /dev/null)"
differs "it is another source" "$plain" "$source_key"
patched_key=$source_key
take
check "back to the tree, the patch leaves nothing behind" copy_of
echo patched > t/tree/fs/ext4/file.c
echo added > t/tree/fs/ext4/added.c
rm t/tree/script
is "a tree that has the patch is that source, however it got there" "$patched_key" "$(key)"

# --- build.json ---------------------------------------------------------------
is "any text is JSON" '"a\\b\"c\nd?"' "$(json $'a\\b"c\nd\001')"
finish
