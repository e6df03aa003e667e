/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_costs.c: libFuzzer entry for the reader of profile.csv and all that is
 * made of it. The bytes are that file beside a fixed run.json and samples.csv.
 * Whatever is accepted adds up, has only finite numbers and fits the terminal.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs.h"
#include "analysis/compare/judge.h"
#include "analysis/results/tables.h"
#include "dashboards/export/formats.h"
#include "tests/fuzz/check.h"
#include "tests/made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct cost_cell *c, const struct cost_line *l)
{
	require(isfinite(l->change) && isfinite(l->share));
	require(l->change_min <= l->change_max);
	require(l->there[0] == (l->total[0] > 0) && l->there[1] == (l->total[1] > 0));
	require(c->has_share || l->share == 0);
	require(!l->has_split || fabs(l->by_calls + l->by_length - l->change) <=
					 1e-6 * (fabs(l->by_calls) + fabs(l->by_length) + 1));
}

static void check_cell(const struct cost_cell *c)
{
	double sum[2] = { 0 };

	require(c->pairs <= c->planned);
	for (size_t i = 0; i < c->nr_lines; i++) {
		const struct cost_line *l = &c->lines[i];

		check_line(c, l);
		require(*l->name && l->subsystem < nr_subsystems);
		require(l->has_split != (l->no_split != NULL));
		require(costs_find(c, l->name) != NULL);
		for (int k = 0; k < 2; k++)
			sum[k] += l->instructions[k];
	}
	for (int k = 0; k < 2 && c->pairs; k++)
		require(fabs(sum[k] - c->whole.instructions[k]) <= 1e-6 * sum[k]);
	for (unsigned k = 0; k < nr_subsystems && c->pairs; k++)
		check_line(c, &c->subsystem[k]);
}

static void check_outputs(const struct costs *costs, const struct results *r)
{
	struct comparison c = { 0 };
	const struct findings f = { .r = r, .c = &c, .costs = costs, .view.side = 1 };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	json_t *j = check_forms(SUBJECT_COSTS, &f);

	require(json_array_size(json_object_get(j, "cells")) == costs->nr_cells);
	json_decref(j);
	format_write(&b, &format_folded, SUBJECT_COSTS, &f);
	buf_release(&b);
	require(compare_results(&c, r, NULL, &e) == 0);
	comparison_judge(&c, r, NULL);
	comparison_add_costs(&c, costs);
	json_decref(check_forms(SUBJECT_COMPARISON, &f));
	comparison_release(&c);
}

static void check_pieces(const struct costs *c)
{
	struct cost_piece *pieces;

	for (size_t i = 0; i < c->cells[0].nr_lines; i++) {
		size_t n = costs_pieces(c, 0, 1, 1, c->cells[0].lines[i].name, &pieces);

		for (size_t k = 0; k < n; k++)
			require(pieces[k].calls <= pieces[k].instructions &&
				pieces[k].instructions);
		free(pieces);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct made m = { .passes = "\"profile\"" };
	struct results *r = NULL;
	struct costs *c = NULL;
	struct err e = ERR_INIT;

	made_add_watched(&m, "profile", "counted_ops", "counted_time");
	require(!made_load(&m, &r, &e));
	buf_release(&m.samples);
	if (costs_load_mem(&c, r, "profile.csv", (const char *)data, size, &e)) {
		require(*e.text && !c);
	} else {
		for (size_t i = 0; i < c->nr_cells; i++)
			check_cell(&c->cells[i]);
		check_outputs(c, r);
		check_pieces(c);
	}
	costs_free(c);
	results_free(r);
	return 0;
}
