/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_folder.h: what the two files of gen_folder share: gen_folder.c writes the CSV
 * files and has main, gen_folder_run.c says which kernels, mounts and cells there are.
 */
#ifndef FSDUEL_TESTS_GEN_FOLDER_H
#define FSDUEL_TESTS_GEN_FOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/rng.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))
#define GEN_PARAMS 96

/* clang-format off */
enum option { CELLS, BLOCKS, ROLES, EXACT, SINGLE, NOISE_PERMILLE, NO_CHANGE, DRIFT, HOSTILE,
	      TROUBLE, CONTRASTS, LATENCY, SERIES, LOCKS, WAITS, VERDICTS, NR_OPTIONS };
/* clang-format on */
struct variant {
	const char *name, *kernel, *mount;
};

struct gen {
	uint64_t o[NR_OPTIONS];
	const struct variant *variants;
	unsigned nr_variants;
	struct buf samples, latency, series, locks;
	struct rng rng;
};

struct gen_metric {
	const char *name, *unit, *better;
	double factor; /* of an operation's time, or of the rate where rate */
	bool rate;
};
#define GEN_METRICS 10
extern const struct gen_metric gen_metrics[GEN_METRICS];

/* Chooses variants by what was asked for. */
void gen_name_variants(struct gen *g);
unsigned gen_counts(const struct gen *g); /* cells of a workload */
unsigned gen_threads(const struct gen *g, unsigned cell);
void gen_name_cell(const struct gen *g, unsigned cell, char workload[128], char params[GEN_PARAMS]);
json_t *gen_run_json(const struct gen *g);

#endif
