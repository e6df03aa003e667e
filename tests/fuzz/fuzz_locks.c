/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_locks.c: libFuzzer entry for the reader of lockstacks.csv and all that is
 * made of it. The bytes are that file beside a fixed run.json and samples.csv.
 * Whatever is accepted adds up, has only finite numbers and fits the terminal.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "analysis/locks/locks.h"
#include "analysis/results/tables.h"
#include "dashboards/export/formats.h"
#include "tests/fuzz/check.h"
#include "tests/made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cell(const struct lock_cell *c)
{
	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];

		require(f->waits > 0 && f->class < nr_lock_classes);
		require(f->max_ns <= f->total_ns && f->held_ns <= f->total_ns);
		require(f->own_waits <= f->waits && f->own_total_ns <= f->total_ns);
		require(isfinite(f->mean_ns) && isfinite(f->p99_ns));
		require(f->p99_ns <= (double)f->max_ns);
	}
	for (size_t i = 0; i < c->nr_who; i++) {
		const struct lock_who *w = &c->who[i];

		require(!i || w->total_ns <= c->who[i - 1].total_ns);
		require(w->holder_ns <= w->held_ns && w->held_ns <= w->total_ns);
		require((w->holder_role != NULL) == (w->holder_where != NULL));
	}
}

static void check_outputs(const struct locks *l, const struct results *r)
{
	struct comparison c = { 0 };
	const struct findings f = { .r = r, .c = &c, .locks = l };
	struct err e = ERR_INIT;
	json_t *j = check_forms(SUBJECT_LOCKS, &f);

	require(json_array_size(json_object_get(j, "cells")) == l->nr_cells);
	json_decref(j);
	require(compare_results(&c, r, NULL, &e) == 0);
	comparison_judge(&c, r, NULL);
	comparison_add_locks(&c, l);
	json_decref(check_forms(SUBJECT_COMPARISON, &f));
	comparison_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made m = { .passes = "\"locks\"" };
	struct results *r = NULL;
	struct locks *l = NULL;
	struct err e = ERR_INIT;

	made_add_watched(&m, "locks", "operations", "elapsed");
	require(!made_load(&m, &r, &e));
	buf_release(&m.samples);
	if (locks_load_mem(&l, r, "lockstacks.csv", (const char *)data, size, &e)) {
		require(*e.text && !l);
	} else {
		for (size_t i = 0; i < l->nr_cells; i++)
			check_cell(&l->cells[i]);
		check_outputs(l, r);
	}
	locks_free(l);
	results_free(r);
	return 0;
}
