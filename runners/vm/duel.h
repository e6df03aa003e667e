/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * duel.h: carry a plan out in guests: check everything first, then run the missing units, as
 * many guests at once as asked, and keep every result at once.
 */
#ifndef FSDUEL_RUNNERS_DUEL_H
#define FSDUEL_RUNNERS_DUEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "runners/folder/folder.h"
#include "runners/folder/progress.h"

struct duel_opts {
	const char *dir;
	bool resume;       /* go on with dir */
	const char *again; /* the command that goes on, for sentences: "fsduel duel --resume DIR" */
	unsigned guests;   /* at once; 0: one a core, as far as memory reaches */
	const char *initramfs; /* pinned one, or NULL */
	const char *qemu;      /* see qemu_find, or NULL */
	const char *destroy;   /* the path of the suite's [device] once more, or NULL */
	void (*progress)(void *arg, const struct progress *p); /* may be NULL */
	folder_see *before; /* shown the parts of a former run first; may be NULL */
	void (*say)(void *arg,
		    const char *sentence); /* which mode was chosen and why; may be NULL */
	void *arg;
	const atomic_int *stop;
};

/*
 * 0: every planned cell run has a part, be it a failed one. -EINTR: stopped, what was measured is
 * kept. Other -errno: a sentence and an exit code; before the first cell run nothing has been
 * started but, where kvm is in question, a trial boot. s->mode is then the mode that was chosen;
 * p is a plan of s. *last is the state at the end.
 */
int duel_run(struct suite *s, struct plan *p, const struct duel_opts *o, struct progress *last,
	     struct err *e);

#endif
