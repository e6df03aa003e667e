/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * provenance.h: facts that run.json keeps, so that two results differ only in the compared
 * kernels (DOMAIN.md, provenance).
 */
#ifndef FSDUEL_RUNNERS_PROVENANCE_H
#define FSDUEL_RUNNERS_PROVENANCE_H

#include <jansson.h>

#include "runners/kernel/kernel.h"

/* This machine: kernel, CPU model, online CPUs, memory. */
json_t *provenance_host(void);

/*
 * Versions of fsduel and of each tool (NULL-terminated), as they say it themselves: the first
 * line printed for the option in the table of provenance.c.
 */
json_t *provenance_tools(const char *const *tools);

/* What identifies a kernel: reference, image, sha256, release, version, build id. */
json_t *provenance_kernel(const struct kernel *k);

#endif
