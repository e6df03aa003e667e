#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The program itself: its help, and what it says of words it does not know.
. "$(dirname "$0")/lib.sh"

# The list of commands grows with the files; contract.t holds it against them.
filter() { sed '/^Commands:/,/^$/{/^  /d}; s/known: .*/known: .../; s/^fsduel [0-9.]*$/fsduel VERSION/'; }

run "help" fsduel -h
run "long help" fsduel --help
run "help as a command" fsduel help
run "help of a command" fsduel help help
run "help of a command that is not there" fsduel help dule
run "version" fsduel --version
run "short version" fsduel -V
run "no command" fsduel
run "an option before the command" fsduel --frobnicate
run "a mistyped command is recognised" fsduel kernal list
run "an unknown command" fsduel zzzzzzzz
run "no suite to be measured" fsduel duel -o nowhere
run "no suite for a machine" fsduel run -o nowhere
run "no results folder to go on with" fsduel duel --resume /nonexistent
full() { fsduel --version > /dev/full; }
run "a full disk is no success" full
finish
