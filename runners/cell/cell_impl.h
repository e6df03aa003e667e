/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell_impl.h: what cell.c shares with the two kinds of work a cell can be, a
 * mix (cell_mix.c) and a fio job (cell_fio.c), and with what watches them in a pass
 * (cell_locks.c). For these files only.
 */
#ifndef FSDUEL_RUNNERS_CELL_IMPL_H
#define FSDUEL_RUNNERS_CELL_IMPL_H

#include <stdbool.h>

#include "lib/err.h"
#include "runners/cell/cell.h"
#include "runners/fio/fio_times.h"
#include "runners/cell/klog.h"
#include "runners/cell/watch.h"

struct cell_work;
struct cell_pass;

struct cell {
	const struct cell_spec *spec;
	const struct cell_place *at;
	struct result *r;
	const struct fs_type *fs;
	const struct cell_work *work;
	void *priv;                   /* the work's own; NULL until its check has made it */
	const struct cell_pass *pass; /* NULL: nothing watches */
	void *pass_priv;              /* its own; NULL until its open has made it */
	struct fio_span timed; /* all that counts between the marks is in it; both 0: all counts */
	struct watch watch;    /* watch.stop is the flag that long steps look at */
	struct klog log;
	bool mounted;
	int lost;        /* -errno: the device is no longer ours, or may not be */
	bool check_fs;   /* after unmounting, with the file system's own checker */
	char *seen;      /* what the work saw that makes the cell invalid, or NULL */
	enum status bad; /* what a failing step makes of the cell; a step may say INVALID */
};

/* Hooks in the order in which they are called; 0, or -errno and a sentence. */
struct cell_work {
	bool counts_all; /* cell_mark calls cell_place.count; else the work does the same itself */
	/* Read the spec, before anything is touched. */
	int (*check)(struct cell *c, struct err *e);
	/* Make its files on the mounted file system. */
	int (*prepare)(struct cell *c, struct err *e);
	/* Are their extents as declared? Caches have been dropped. INVALID when not. Facts
	 * "extents". */
	int (*prove)(struct cell *c, struct err *e);
	/* The timed part, between cell_mark(c, 1) and cell_mark(c, 0). */
	int (*measure)(struct cell *c, struct err *e);
	/* Samples into c->r. */
	int (*collect)(struct cell *c, struct err *e);
	/* Free c->priv; it may be NULL. The file system is still mounted. */
	void (*release)(struct cell *c);
};

/* What watches the timed part, a row of cell.c's table each. */
struct cell_pass {
	/* Switched off, before the machine is to be idle. SKIPPED when this kernel cannot. */
	int (*open)(struct cell *c, struct err *e);
	void (*mark)(struct cell *c, int begin);
	/* After collect: what was seen into c->r. */
	int (*reduce)(struct cell *c, struct err *e);
	/* Free c->pass_priv; it may be NULL. */
	void (*release)(struct cell *c);
};

extern const struct cell_pass cell_pass_locks;
extern const struct cell_work cell_work_mix, cell_work_fio;

/* The timed part begins or has ended. The pass's own work is in the caller's marks. */
static inline void cell_mark(void *cell, int begin)
{
	struct cell *c = cell;

	if (c->at->mark && begin)
		c->at->mark(c->at->mark_arg, begin);
	if (c->pass)
		c->pass->mark(c, begin);
	if (c->at->count && c->work->counts_all)
		c->at->count(begin);
	if (c->at->mark && !begin)
		c->at->mark(c->at->mark_arg, begin);
}

#endif
