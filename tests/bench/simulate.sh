#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate.sh: the simulation of tests/oracle with more duels, and what the rules of
# other suites make of the same data. It fails where the test would.
set -o pipefail
cd "$(dirname "$0")/../.." || exit
"${B:-build}/oracle/simulate" "${SIMULATE_ROUNDS:-10000}" table | grep -v '^ok' |
	sed -n 's/^# \(.*\)/simulate: \1/p; /^not ok/p'
