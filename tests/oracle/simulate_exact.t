#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate_exact.t: verdicts on made-up duels of exact mode: see simulate_exact.c.
cd "$(dirname "$0")/../.." || exit
exec "${B:-build}/oracle/simulate_exact" "${SIMULATE_ROUNDS:-400}"
