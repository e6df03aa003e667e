#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel kernel build: everything that is refused before make has compiled a file,
# in one sentence each. Whole builds take minutes: tests/slow/kernels.t.
. "$(dirname "$0")/lib.sh"
here=$PWD
cd "$tmp" || exit
B=$(cd "$OLDPWD" && realpath "$B")
# Patches and the configuration are found beside the sources.
ln -s "$here/kernels" kernels

# What a kernel tree is known by, and a file to patch.
mkdir -p tree/arch/x86 tree/fs/ext4 none cache/kernels/mine
touch tree/Kbuild tree/Kconfig tree/arch/x86/Makefile
printf 'all:\n' > tree/Makefile
printf 'one\ntwo\nthree\n' > tree/fs/ext4/file.c
cp -r tree built
touch built/.config
printf -- '--- a/fs/ext4/file.c\n+++ b/fs/ext4/file.c\n%s\n' \
	"$(printf '%s\n' '@@ -1,3 +1,3 @@' ' one' '-2' '+zwei' ' three')" > bad.patch
printf -- '--- a/fs/gone.c\n+++ b/fs/gone.c\n@@ -1 +1 @@\n-one\n+two\n' > gone.patch
printf -- '--- a/x\n+++ b/../../x\n@@ -1 +1 @@\n-one\n+two\n' > out.patch
echo hello > text.patch
printf 'CONFIG_HZ=1000\nHZ=250\n' > bad.config

filter() { sed -E 's/(tree-)[0-9a-f]{8}/\1HASH/g'; }

run "no name" fsduel kernel build
run "two names" fsduel kernel build one two
run "a name with a slash" fsduel kernel build ../one
run "a name of Debian's" fsduel kernel build 6.12
run "a name that is taken" fsduel kernel build mine
run "options of another action" fsduel kernel list --patch excl-dio
run "a tree and a source" fsduel kernel build one --tree tree --source 6.12
run "a source that is no series" fsduel kernel build one --source ../6.12
run "no such tree" fsduel kernel build one --tree gone
run "a file for a tree" fsduel kernel build one --tree bad.patch
run "a folder that is no kernel tree" fsduel kernel build one --tree none
run "a tree that has been built in itself" fsduel kernel build one --tree built
run "no such patch" fsduel kernel build one --tree tree --patch no-such
run "no such patch file" fsduel kernel build one --tree tree --patch ./no-such.patch
run "a template without a sensible number" fsduel kernel build one --tree tree --patch slow-0
run "a text for a patch" fsduel kernel build one --tree tree --patch ./text.patch
run "a patch that leaves the tree" fsduel kernel build one --tree tree --patch ./out.patch
run "a patch that does not apply" fsduel kernel build one --tree tree --patch ./bad.patch
rejected() { grep -q zwei cache/build/tree-*/rejects || echo "no rejected hunk"; }
check "the rejected hunk is where the sentence says" rejected
run "one of ours that does not apply" fsduel kernel build one --tree tree --patch excl-dio
run "a patch for a file that is not there" fsduel kernel build one --tree tree -p ./gone.patch
run "a line that is no option" fsduel kernel build one --tree tree --config bad.config
run "no such fragment" fsduel kernel build one --tree tree --config gone.config
run "a tree that make cannot build" fsduel kernel build one --tree tree
untouched() { diff -r tree built | grep -v '^Only in built: .config$'; true; }
check "a tree is only read" untouched
nothing() { ls -A cache/kernels | grep -vx mine; true; }
check "nothing of all that has a name" nothing

mkdir bin
for p in make gcc ld bison env git; do ln -s "$(command -v $p)" "bin/$p"; done
without_flex() { PATH=$tmp/bin "$B/fsduel" kernel build one --tree tree --patch excl-dio; }
run "missing programs" without_flex
finish
