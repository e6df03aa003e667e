/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate.h: the parts of `fsduel annotate`: the code of a kernel's function
 * (annotate_code.c), and the executions of its instructions (annotate_side.c).
 */
#ifndef FSDUEL_CLI_ANNOTATE_H
#define FSDUEL_CLI_ANNOTATE_H

#include <jansson.h>

#include "analysis/costs/costs.h"
#include "lib/buf.h"

struct annotate_count {
	uint64_t address;
	double each; /* executions for each operation, mean over blocks */
};

/* One piece of the function in one variant: itself, ".part.0", ".cold", ... */
struct annotate_piece {
	const char *object, *function; /* the costs' */
	uint64_t address;
	double instructions, calls; /* for each operation */
	struct annotate_count *v;
	size_t n; /* by address */
};

/* The kernel that a variant booted, by run.json: the same bytes, or a sentence why not. */
struct annotate_code {
	const char *name; /* of the kernel in run.json */
	struct kernel *kernel;
	char *vmlinux; /* path of a file with its code */
	bool lines;    /* it has debug information */
	char *dir;     /* of files that were made here, below TMPDIR; NULL: none */
};

/* -ENOENT: it is not where it was; -EINVAL: another image is there now. Released in any case. */
int annotate_code_load(struct annotate_code *c, const json_t *run, const char *variant,
		       struct err *e);
void annotate_code_release(struct annotate_code *c);

/*
 * Append objdump's lines for the piece, which may be in a module, up to the instruction at
 * last. *shift: what to add to their addresses.
 */
int annotate_disassemble(struct buf *out, uint64_t *shift, struct annotate_code *c,
			 const struct annotate_piece *p, uint64_t last, struct err *e);

/* A function in a cell. */
struct annotate_cell {
	const char *dir, *function;
	const struct results *results;
	const struct costs *costs;
	const struct cost_cell *cell;
};

/*
 * Append the baseline's side (0) or the patched one (1): each piece with its counts, of
 * DIR/raw, beside its instructions. -ENOENT: the counts or the kernel are not there; -EINVAL:
 * they are damaged, or not those of profile.csv.
 */
int annotate_side(struct buf *out, const struct annotate_cell *a, int side, struct err *e);

#endif
