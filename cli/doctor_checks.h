/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_checks.h: what `fsduel doctor` looks at, one function a check. Each
 * says a state and, in said, what was found; none prints, none changes the
 * machine, none takes longer than a few seconds. Those that grade the machine
 * for measuring on it are in doctor_measure.c.
 */
#ifndef FSDUEL_CLI_DOCTOR_CHECKS_H
#define FSDUEL_CLI_DOCTOR_CHECKS_H

#include "lib/buf.h"

enum health { HEALTH_OK, HEALTH_LIMITED, HEALTH_MISSING };

typedef enum health (*check_fn)(const char *arg, struct buf *said);

/* A program: arg is its name, or its name and the argument that prints its version. */
enum health check_program(const char *arg, struct buf *said);
/* The QEMU that `fsduel duel` would use, and its version. */
enum health check_qemu(const char *arg, struct buf *said);
/* QEMU runs three instructions and stops: under "tcg" on icount's clock, or under "kvm". */
enum health check_tcg(const char *arg, struct buf *said);
enum health check_kvm(const char *arg, struct buf *said);
/* Is the tracepoint arg, "lock/contention_begin", to be seen? */
enum health check_perf_lock(const char *arg, struct buf *said);
enum health check_root(const char *arg, struct buf *said);
enum health check_loop(const char *arg, struct buf *said);
enum health check_apt(const char *arg, struct buf *said);
enum health check_build(const char *arg, struct buf *said);
enum health check_memory(const char *arg, struct buf *said);
enum health check_cores(const char *arg, struct buf *said);
enum health check_cache(const char *arg, struct buf *said);

/* What makes figures differ from run to run. */
enum health check_governor(const char *arg, struct buf *said);
enum health check_turbo(const char *arg, struct buf *said);
enum health check_smt(const char *arg, struct buf *said);
enum health check_numa(const char *arg, struct buf *said);
enum health check_hypervisor(const char *arg, struct buf *said);
enum health check_steal(const char *arg, struct buf *said);
/* How much they do, by five seconds of work with a scratch file in the folder arg. */
enum health check_spread(const char *arg, struct buf *said);

#endif
