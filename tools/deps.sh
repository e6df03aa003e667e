#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh FILE [run]: install the Debian packages listed in FILE that are missing;
# with "run" only those above its line "# to test".
# Nothing is asked of the network when none is. Without root and sudo it prints
# the one command to run and fails.
set -u

want=$(sed ${2:+-e "/^# to test/Q"} -e 's/#.*//' "$1" | tr -s ' \t\n' ' ')
if ! command -v dpkg-query > /dev/null; then
	echo "deps: this is no Debian; install what these packages hold:$want" >&2
	exit 0
fi
# One question for all: a package that is known but not installed has another status.
have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $want 2> /dev/null |
	sed -n 's/^installed //p')
missing=
for p in $want; do
	printf '%s\n' "$have" | grep -qxF -- "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! sudo -n true 2> /dev/null; then
		echo "deps: missing packages; run: sudo apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
echo "  APT    $missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get -qq -y --no-install-recommends install $missing; } > "$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: apt-get failed; missing:$missing" >&2
	exit 1
fi
