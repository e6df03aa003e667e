/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.h: the experiments, chosen by their names, and how much of one is there: its
 * kernels and its measured cell runs. An experiment is a suite in configs/experiments:
 * ID.ini, and ID-VARIANT.ini for the same question asked in another way (E2-2cpus.ini).
 */
#ifndef FSDUEL_TRACKING_EXPERIMENT_H
#define FSDUEL_TRACKING_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "runners/kernel/kernel_build.h"
#include "runners/suite/plan.h"

struct experiment {
	char *name; /* "E2-2cpus": the file's, and that of its results folder */
	char *id;   /* "E2" */
	char *path; /* of the suite */
};

struct experiments {
	struct experiment *v;
	size_t n;
};

/*
 * Those of the first place (lib/data.h) that has any; E10 after E9. -ENOENT,
 * FSDUEL_USAGE noted: there are none.
 */
int experiments_find(struct experiments *all, struct err *e);

/*
 * Those of all that words name, each once and in the order of all: "all", an ID with
 * its variants, or one name; then the suites that words with a '/' are the paths of.
 * -EINVAL, FSDUEL_USAGE noted: a word that names none, or two files of one name.
 */
int experiments_choose(struct experiments *chosen, const struct experiments *all,
		       char *const *words, unsigned nr, struct err *e);
void experiments_release(struct experiments *x);

/* "DIR/E2-2cpus", "DIR/E1-unscaled-kvm": a results folder of its own each (malloc'ed). */
char *experiment_folder(const struct experiment *x, const char *dir, enum mode mode, bool unscaled);

/* Is the kernel there, as it would be built now? A sentence in *why (may be NULL) else. */
bool experiment_has_kernel(const struct suite_kernel *k, struct err *why);

enum experiment_state {
	EXPERIMENT_NEW,   /* no cell run of it is there */
	EXPERIMENT_BEGUN, /* or it is not known to be just this: to be resumed, which checks all */
	EXPERIMENT_DONE,  /* complete, of just this suite and just these kernels */
};

/* Has anything been measured into that folder? */
bool experiment_is_begun(const char *dir);
/* What of p, a plan of s, the results folder dir holds. Nothing is written. */
enum experiment_state experiment_state(const char *dir, const struct suite *s,
				       const struct plan *p);

#endif
