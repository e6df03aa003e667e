#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kill.t: tests/cli/kill.t with 200 kills.
export FSDUEL_KILLS=200
exec "$(dirname "$0")/../cli/kill.t"
