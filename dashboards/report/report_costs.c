/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_costs.c: what an operation costs in instructions, by subsystem and by the
 * functions that changed most, as JSON for the page's script.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"

#define FUNCTIONS_SHOWN 15u

static const struct cost_cell *find_cell(const struct costs *c, const struct comparison_row *row)
{
	for (size_t i = 0; c && i < c->nr_cells; i++) {
		const struct cost_cell *cell = &c->cells[i];

		if (!strcmp(cell->contrast, row->contrast) &&
		    !strcmp(cell->workload, row->workload) && !strcmp(cell->params, row->params))
			return cell;
	}
	return NULL;
}

/* [name, baseline, patched] of those that were executed at all. */
static json_t *subsystems_json(const struct cost_cell *c)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < nr_subsystems; i++) {
		const struct cost_line *l = &c->subsystem[i];

		if (l->there[0] || l->there[1])
			json_array_append_new(list,
					      json_pack("[s, f, f]", l->name, l->instructions[0],
							l->instructions[1]));
	}
	return list;
}

/* [name, subsystem, 2 instructions, change, share, 2 calls, by calls, by length, why not]. */
static json_t *function_json(const struct cost_cell *c, const struct cost_line *l)
{
	json_t *j = json_pack("[s, s]", l->name, subsystems[l->subsystem].name);

	for (int i = 0; i < 2; i++)
		json_array_append_new(j, report_number(l->there[i], l->instructions[i]));
	json_array_append_new(j, json_real(l->change));
	json_array_append_new(j, report_number(c->has_share, l->share));
	for (int i = 0; i < 2; i++)
		json_array_append_new(j, report_number(l->there[i], l->calls[i]));
	json_array_append_new(j, report_number(l->has_split, l->by_calls));
	json_array_append_new(j, report_number(l->has_split, l->by_length));
	json_array_append_new(j, l->no_split ? json_string(l->no_split) : json_null());
	return j;
}

json_t *report_costs_json(const struct page *p, const struct comparison_row *row)
{
	const struct cost_cell *c = find_cell(p->in->costs, row);
	json_t *functions, *j;

	if (!c)
		return json_null();
	j = json_pack("{s:i, s:i, s:s?}", "planned", (int)c->planned, "pairs", (int)c->pairs,
		      "reason", c->reason);
	if (!c->pairs)
		return j;
	functions = json_array();
	for (size_t i = 0; i < c->nr_lines && i < FUNCTIONS_SHOWN; i++)
		json_array_append_new(functions, function_json(c, &c->lines[i]));
	json_object_set_new(
		j, "whole",
		json_pack("[f, f]", c->whole.instructions[0], c->whole.instructions[1]));
	json_object_set_new(j, "subsystems", subsystems_json(c));
	json_object_set_new(j, "functions", functions);
	json_object_set_new(
		j, "more",
		json_integer((json_int_t)c->nr_lines - (json_int_t)json_array_size(functions)));
	if (c->has_time) {
		json_object_set_new(j, "time", json_pack("[f, f]", c->time_ns[0], c->time_ns[1]));
		json_object_set_new(j, "idle", json_pack("[f, f]", c->idle_ns[0], c->idle_ns[1]));
	}
	return j;
}
