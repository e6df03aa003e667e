/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annotate.h: the code of a kernel that was measured, for `fsduel annotate`. */
#ifndef FSDUEL_CLI_ANNOTATE_H
#define FSDUEL_CLI_ANNOTATE_H

#include <jansson.h>

#include "analysis/costs/costs.h"
#include "lib/buf.h"
#include "runners/kernel/kernel.h"

/* The kernel that a variant booted, by run.json: the same bytes. */
struct annotate_code {
	const char *name; /* of the kernel in run.json */
	struct kernel kernel;
	char *vmlinux;                               /* path of a file with its code */
	char dir[sizeof("/tmp/fsduel-code-XXXXXX")]; /* of files that were made here; "": none */
};

/* -ENOENT: another image is in its place, or none. Released in any case. */
int annotate_code_load(struct annotate_code *c, const json_t *run, const char *variant,
		       struct err *e);
void annotate_code_release(struct annotate_code *c);

/* Append objdump's lines for the piece, which may be in a module, up to the instruction at last.
 * *shift: what to add to their addresses. */
int annotate_disassemble(struct buf *out, uint64_t *shift, struct annotate_code *c,
			 const struct cost_piece *p, uint64_t last, struct err *e);

#endif
