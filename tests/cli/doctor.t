#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fsduel doctor: what it finds differs from machine to machine, so only the form
# of its lines is fixed, and that it notices what is taken away.
. "$(dirname "$0")/lib.sh"

run "help" fsduel doctor -h
run "a word too many" fsduel doctor please

form() { fsduel doctor 2> /dev/null | grep -vE \
	'^(ok|limited|missing)  +[a-z0-9.][a-z0-9. ]{12} [^ ].*$'; true; }
check "every line has a state, a name and what was found" form

advice() { fsduel doctor 2> /dev/null | grep -E '^(limited|missing)' | grep -v '; \|  install'; \
	true; }
check "what is not ok comes with what to do" advice

grades() {
	fsduel doctor | awk '{ print $2 }' > "$tmp/names"
	for g in governor turbo smt numa hypervisor steal; do grep -qx $g "$tmp/names" || echo "no $g"; done
}
check "the machine is graded for measuring" grades

bare() {
	PATH=/nonexistent "$B/fsduel" doctor > "$tmp/out" 2>&1
	[ $? = 3 ] || echo "exit code is not 3"
	grep -q '^missing  fio  *install fio$' "$tmp/out" || cat "$tmp/out"
}
check "without programs the exit code is 3 and fio is missed" bare
finish
