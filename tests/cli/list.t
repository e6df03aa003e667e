#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel list: every topic prints, and mistakes are told.
. "$(dirname "$0")/lib.sh"

run "help" fsduel list -h
run "parameters" fsduel list params
run "metrics" fsduel list metrics
role_null() { fsduel list roles | awk '/^[^ ]/ { on = /^null:/ } on'; }
run "a role with its parameters" role_null
run "kinds of plots" fsduel list plots
run "no topic" fsduel list
run "a mistyped topic" fsduel list role
run "two topics" fsduel list roles metrics
run "an unknown option" fsduel list --rolls
mkdir -p "$tmp/work/configs"
printf '[suite]\nname = a\nabout = a suite of one'\''s own\n' > "$tmp/work/configs/a.ini"
printf 'no suite\n' > "$tmp/work/configs/b.ini"
program=$(realpath "$B/fsduel")
suites() { (cd "$tmp/work" && "$program" list suites); }
run "suites of the working folder, and a broken one" suites
finish
