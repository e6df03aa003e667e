/* SPDX-License-Identifier: GPL-2.0-or-later */
/* floor.c: what a machine can see; see floor.h. */
#include "analysis/compare/floor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "lib/buf.h"

#define FLOOR_SCHEMA 1

json_t *floor_json(const struct comparison *c, const struct results *r)
{
	const json_t *run = results_run(r);
	json_t *cells = json_array();

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides || !row->j.has_change || row->pairs < 2)
			continue;
		json_array_append_new(cells, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:f}",
						       "variant", row->baseline, "workload",
						       row->workload, "params", row->params, "role",
						       row->role, "metric", row->metric, "blocks",
						       (int)row->pairs, "sd_log", row->j.sd_log));
	}
	return json_pack("{s:i, s:s?, s:s?, s:s?, s:o}", "schema", FLOOR_SCHEMA, "machine",
			 floor_machine(run), "mode",
			 json_string_value(json_object_get(run, "mode")), "run",
			 json_string_value(json_object_get(run, "run")), "cells", cells);
}

static bool is(const json_t *item, const char *key, const char *value)
{
	const char *have = json_string_value(json_object_get(item, key));

	return have && !strcmp(have, value);
}

/* Several variants may have been calibrated: the widest counts. Older floors name no role. */
double floor_sd(const json_t *floor, const struct comparison_row *row)
{
	const json_t *item;
	double sd = -1;
	size_t i;

	json_array_foreach(json_object_get(floor, "cells"), i, item) {
		double own = json_number_value(json_object_get(item, "sd_log"));

		if (is(item, "workload", row->workload) && is(item, "params", row->params) &&
		    (!json_object_get(item, "role") || is(item, "role", row->role)) &&
		    is(item, "metric", row->metric) && own > sd && isfinite(own))
			sd = own;
	}
	return sd;
}

const char *floor_machine(const json_t *run)
{
	const json_t *machine = json_object_get(run, "machine");

	return json_is_string(machine) ? json_string_value(machine)
				       : json_string_value(json_object_get(machine, "id"));
}

double *floor_sees(const struct comparison *c, const struct comparison_row *const *rows, size_t nr,
		   const double *sd_log, const double *chance, size_t nr_chances)
{
	double *margin = xcalloc(nr + 1, sizeof(*margin));
	double *out = xcalloc(nr * nr_chances + 1, sizeof(*out));
	struct floor_family f = {
		.sd_log = sd_log, .margin = margin, .cells = nr, .families = judge_nr_families(c)
	};

	for (size_t i = 0; i < nr; i++) {
		margin[i] = rows[i]->j.margin;
		f.blocks = rows[i]->pairs > f.blocks ? rows[i]->pairs : f.blocks;
	}
	floor_detectable(&f, chance, nr_chances, out);
	free(margin);
	return out;
}
