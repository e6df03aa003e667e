/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * duel.h: carry a plan out in guests: check everything first, then run what is
 * missing, as many guests at once as asked, and keep every result the moment
 * it is there.
 */
#ifndef FSDUEL_RUNNERS_DUEL_H
#define FSDUEL_RUNNERS_DUEL_H

#include <stdbool.h>

#include "runners/plan.h"
#include "runners/result.h"

/* Told after each cell run, and at times in between with unit NULL. */
struct duel_progress {
	unsigned total, done, failed, running;   /* cell runs; done counts the failed ones too */
	uint64_t elapsed_ns, left_ns;            /* left_ns 0: not known yet */
	const struct plan_unit *unit;
	const struct result *result;
};

struct duel_opts {
	const char *dir;
	bool resume;                 /* go on with dir */
	unsigned guests;             /* at once; 0: one a core, as far as memory reaches */
	const char *initramfs;       /* pinned one, or NULL */
	void (*progress)(void *arg, const struct duel_progress *p);  /* may be NULL */
	void *arg;
	const volatile int *stop;
};

/*
 * 0: every planned cell run has a part, be it a failed one. -EINTR: stopped,
 * what was measured is kept. Other -errno: a sentence and an exit code; before
 * the first cell run nothing has been started. *last is the state at the end.
 */
int duel_run(const struct suite *s, const struct plan *p, const struct duel_opts *o,
	     struct duel_progress *last, struct err *e);

#endif
