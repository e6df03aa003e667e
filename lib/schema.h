/* SPDX-License-Identifier: GPL-2.0-or-later */
/* schema.h: names and columns of the files in a results folder; docs/results.md explains each. */
#ifndef FSDUEL_LIB_SCHEMA_H
#define FSDUEL_LIB_SCHEMA_H

#define SAMPLES_CSV "samples.csv"
#define LATENCY_CSV "latency.csv"
#define SERIES_CSV "series.csv"
#define LOCKSTACKS_CSV "lockstacks.csv"
#define PROFILE_CSV "profile.csv"
#define COMPARISON_CSV "comparison.csv"
#define GUARD_CSV "guard.csv"
#define FLOOR_JSON "floor.json"
#define RUN_JSON "run.json"
#define LOOKS_JSON "looks.json"
#define PARTS_DIR "parts"
#define RAW_DIR "raw"
#define CONSOLE_DIR "console"
#define SUITE_INI "suite.ini"

/* Words in the column marks that are no disturbance. */
#define MARK_NO_EFFECT "no_effect" /* an option of the mount had none */
#define MARK_MISSED "missed"       /* a thread with a rate did not keep it to the end */
#define MARK_BROKEN "broken"       /* the kernel oopsed, warned, hung or damaged the file system */
#define MARK_HUNG "hung"           /* no answer by the wall limit; or the host was too busy */

#define ROLE_VERIFY "verify" /* fio's verifying reads: shown, decides nothing */
/* Instructions an operation, in exact mode: the path, and those of functions that move, clear or
 * sum bytes; as a whole and, as details, by subsystem. */
#define METRIC_PATH "path_per_op"
#define METRIC_BULK "bulk_per_op"
#define METRIC_RESOLUTION "resolution" /* of a role's rate in per cent; only where coarse */

/* These columns name the cell run of a row. Every CSV of a results folder begins with them. */
#define SCHEMA_WHO                                                                                 \
	"run", "variant", "kernel", "mode", "fs", "mount", "workload", "params", "block", "seed",  \
		"position", "attempt", "pass"
#define SCHEMA_WHO_N 13

#define SAMPLES_COLUMNS                                                                            \
	SCHEMA_WHO, "role", "metric", "detail", "unit", "better", "value", "status", "marks",      \
		"reason"
#define SAMPLES_COLUMNS_N (SCHEMA_WHO_N + 9)

/* One row a non-empty bucket; low and high are the smallest and largest ns in it. */
#define LATENCY_COLUMNS SCHEMA_WHO, "role", "low_ns", "high_ns", "count"
#define LATENCY_COLUMNS_N (SCHEMA_WHO_N + 4)

/* One row an interval; start and end in ns since the start barrier. */
#define SERIES_COLUMNS SCHEMA_WHO, "role", "start_ns", "end_ns", "metric", "value"
#define SERIES_COLUMNS_N (SCHEMA_WHO_N + 5)

/*
 * lock: its address as 0x and hex digits, empty: several. One row a lock, mode, waiting role, call
 * chain (functions joined by ;, innermost first) and holder (empty: unknown). waits: a histogram,
 * "LOW-HIGH:COUNT" in ns joined by spaces. held_ns: the part of total_ns in which the holder had
 * it.
 */
#define LOCKSTACKS_COLUMNS                                                                         \
	SCHEMA_WHO, "role", "lock", "lock_mode", "chain", "count", "total_ns", "max_ns", "waits",  \
		"holder_role", "holder_mode", "holder_chain", "held_ns"
#define LOCKSTACKS_COLUMNS_N (SCHEMA_WHO_N + 12)

/* One row a function that a profile pass saw in the measured part. object: PROFILE_KERNEL, a kernel
 * module, PROFILE_GUEST (its first process), PROFILE_PROGRAM (fio), PROFILE_LIBRARY (with the
 * vdso). function and address are empty where no symbol tells. calls: of its first instruction. */
#define PROFILE_COLUMNS SCHEMA_WHO, "object", "function", "address", "instructions", "calls"
#define PROFILE_COLUMNS_N (SCHEMA_WHO_N + 5)
#define PROFILE_KERNEL "kernel"
#define PROFILE_GUEST "fsduel-guest"
#define PROFILE_PROGRAM "[program]"
#define PROFILE_LIBRARY "[library]"

#endif
