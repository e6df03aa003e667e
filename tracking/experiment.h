/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.h: the experiments, chosen by their names, and their kernels. An experiment is a
 * suite in configs/experiments: ID.ini, and ID-VARIANT.ini for the same question asked in
 * another way (E2-2cpus.ini).
 */
#ifndef FSDUEL_TRACKING_EXPERIMENT_H
#define FSDUEL_TRACKING_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "runners/suite/suite.h"

struct experiment {
	char *name; /* "E2-2cpus": the file's, and that of its results folder */
	char *id;   /* "E2" */
	char *path; /* of the suite */
};

struct experiments {
	struct experiment *v;
	size_t n;
};

/* Those that words name, E10 after E9, each once: "all", an ID with its variants, or one name, of
 * the first place (lib/data.h) that has any; then the suites that words with a '/' are the paths
 * of. No words are all. -EINVAL, FSDUEL_USAGE noted: a word names none. */
int experiments_choose(struct experiments *chosen, char *const *words, unsigned nr, struct err *e);
void experiments_release(struct experiments *x);

/* "DIR/E2-2cpus", "DIR/E1-unscaled-kvm": a results folder of its own each (malloc'ed). */
char *experiment_folder(const struct experiment *x, const char *dir, const char *mode,
			bool unscaled);

/* Is the kernel there, as it would be built now? A sentence in *why (may be NULL) else. */
bool experiment_has_kernel(const struct suite_kernel *k, struct err *why);

#endif
