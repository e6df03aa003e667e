#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tap.sh PROGRAM [ARG...]: run one test program as TAP, for prove --exec.
# cmocka 1.1 writes a skipped test as "not ok N # SKIP name", which prove counts
# as failed: it becomes "ok N - name # SKIP reason", the reason being the comment
# line printed just before, and is repeated on stderr, where prove shows it.
# A program that dies keeps its exit code; a skip without a reason is a failure.
# What fails is repeated there, too, with what is said about it: prove shows neither.
set -o pipefail
export CMOCKA_MESSAGE_OUTPUT=TAP
"$@" | awk -v program="$(basename "$1")" '
	/^not ok [0-9]+ # SKIP/ {
		number = $3
		name = $0
		sub(/^not ok [0-9]+ # SKIP */, "", name)
		failing = 0
		if (reason == "") {
			print "not ok " number " - " name
			print "# skipped without saying why"
			print "# " program ": not ok " number " - " name \
				": skipped without saying why" > "/dev/stderr"
			failed = 1
			next
		}
		print "ok " number " - " name " # SKIP " reason
		print "# " program ": skipped " name ": " reason > "/dev/stderr"
		reason = ""
		next
	}
	/^ok [0-9]+ .*# SKIP/ {
		name = reason = $0
		sub(/ *# SKIP.*/, "", name)
		sub(/^ok [0-9]+ *-? */, "", name)
		sub(/.*# SKIP */, "", reason)
		print "# " program ": skipped " name ": " reason > "/dev/stderr"
	}
	/^not ok/ || (failing && /^#/) {
		failing = 1
		print "# " program ": " $0 > "/dev/stderr"
	}
	/^ok/ { failing = 0 }
	{ reason = "" }
	/^# / { reason = substr($0, 3); sub(/^skipped: */, "", reason) }
	{ print; fflush() }
	END { exit failed }'
