#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate.t: verdicts on made-up duels of which the truth is known: see simulate.c.
cd "$(dirname "$0")/../.." || exit
exec "${B:-build}/oracle/simulate" "${SIMULATE_ROUNDS:-1000}"
