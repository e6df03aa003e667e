/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_data.c: the JSON of the rows of the table and of their cells. 60 cells with 10 roles
 * are 7000 rows, so lists have no keys: show.js and detail.js name their places. Only the first
 * pass of a cell is shown: watching slows the others.
 */
#include <string.h>

#include "dashboards/report/report.h"
#include "lib/schema.h"

#define WHO_MAX 6 /* sentences about locks, a side */
#define FUNCTIONS_SHOWN 15u
#define ROLE_FIGURES_MAX 12000u /* rows of roles' other metrics in one page: 60 bytes each */

static json_t *number(bool there, double v)
{
	return there ? json_real(v) : json_null();
}

/* A row's verdict or, where nothing was measured, the reason: "slower", "failed", "". */
static const char *state_of(const struct comparison_row *row)
{
	enum verdict v = row->j.r.verdict;
	bool ruled = row->pairs || v == VERDICT_BROKEN || v == VERDICT_REPAIRED;

	return ruled ? verdict_names[v] : lack_names[row->lack];
}

/* The estimate that was judged, or the median of ratios, or null. */
static json_t *change_json(const struct comparison_row *row)
{
	return number(row->pairs && (row->j.done ? row->j.has_change : row->has_ratio),
		      row->j.done ? row->j.change : row->ratio_median);
}

/* --- figures and rows -------------------------------------------------------------------- */

static json_t *pairs_json(const struct comparison_row *row)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < row->planned; i++) {
		json_array_append_new(list,
				      number(row->pair[i].has_baseline, row->pair[i].baseline));
		json_array_append_new(list, number(row->pair[i].has_patched, row->pair[i].patched));
	}
	return list;
}

/* [role, metric, detail, unit, better, state, pairs, base, patched, change, low, high, values]. */
static json_t *figure_json(const struct comparison_row *row)
{
	bool equal = row->mark == MARK_EQUAL;
	bool interval = row->j.done && row->j.i95.exists && !equal;
	json_t *j = json_pack("[s, s, s, s, s, s, i, o, o, o, o, o]", row->role, row->metric,
			      row->detail, row->unit, row->better, state_of(row), (int)row->pairs,
			      number(row->pairs, row->baseline_median),
			      number(row->pairs, row->patched_median),
			      equal ? json_integer(1) : change_json(row),
			      number(interval, row->j.i95.low), number(interval, row->j.i95.high));

	if (row->whole || row->primary)
		json_array_append_new(j, pairs_json(row));
	return j;
}

/* [from, to, "failed", reason] of the blocks that are no pair. */
static json_t *reasons_json(const struct comparison_row *row)
{
	json_t *list = json_array();

	for (unsigned i = 0, end; i < row->planned; i = end) {
		const char *reason = row->pair[i].reason;

		for (end = i + 1; end < row->planned && row->pair[end].reason == reason; end++)
			;
		if (reason)
			json_array_append_new(list,
					      json_pack("[i, i, s, s]", (int)i + 1, (int)end,
							lack_names[row->pair[i].lack], reason));
	}
	return list;
}

/* low and high: of the interval or, where there is none, of the range over blocks. */
static json_t *row_json(const struct comparison_row *row, const struct comparison_row *because,
			size_t cell)
{
	bool own = row->whole || row->cell->verdict == VERDICT_NONE;
	bool interval = row->j.done && row->j.i95.exists;
	bool limits = interval || (row->has_ratio && row->pairs > 1);
	json_t *why = because->because ? json_pack("[s, s]", lock_part_names[because->part],
						   because->because)
				       : json_null();

	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:i, s:i, s:o, s:o, s:o, s:o, s:o, "
		"s:b, s:b, s:b, s:o, s:o, s:s, s:b, s:i, s:i, s:s?, s:o, s:o}",
		"cell", (int)cell, "role", row->role, "metric", row->metric, "unit", row->unit,
		"better", row->better, "state", state_of(row), "cellstate",
		own ? state_of(row) : verdict_names[row->cell->verdict], "lack",
		lack_names[row->lack], "why", row->j.r.why, "pairs", (int)row->pairs, "planned",
		(int)row->planned, "base", number(row->pairs, row->baseline_median), "patched",
		number(row->pairs, row->patched_median), "change", change_json(row), "low",
		number(limits, interval ? row->j.i95.low : row->ratio_min), "high",
		number(limits, interval ? row->j.i95.high : row->ratio_max), "interval", interval,
		"equal", row->mark == MARK_EQUAL, "significant", row->j.r.significant, "margin",
		number(row->j.done, row->j.margin), "p", number(row->j.has_p, row->j.p_family),
		"zero", zero_names[row->j.zero], "fact", row->j.r.fact, "more",
		(int)row->j.r.more_blocks, "look", (int)row->j.look, "noratio", row->no_ratio,
		"lacks", reasons_json(row), "because", why);
}

/* --- cell runs ----------------------------------------------------------------------------- */

/* Which side came first in each block ("0", "1" or " "), and the runs that are not plainly fine:
 * [block, side, status, marks, reason]. nr, v0 and v1 name the part files. */
static void add_runs(json_t *cell, const struct report *r, const struct comparison_row *row)
{
	const char *const sides[] = { row->baseline, row->patched };
	struct buf first = BUF_INIT;
	json_t *odd = json_array();

	for (unsigned block = 1; block <= row->planned; block++) {
		unsigned position[2] = { 0 };

		for (int i = 0; i < 2; i++) {
			const struct results_run_key key = { row->workload, row->params, sides[i],
							     row->pass, block };
			struct results_cell_run run;

			if (results_cell_run(r->results, &key, &run))
				continue;
			position[i] = run.position;
			if (!run.status || strcmp(run.status, "ok") || *run.marks)
				json_array_append_new(odd,
						      json_pack("[i, i, s, s, s]", (int)block, i,
								run.status ? run.status : "not run",
								run.marks, run.reason));
			if (block == 1)
				json_object_set_new(cell, i ? "v1" : "v0",
						    json_integer(run.variant));
			json_object_set_new(cell, "nr", json_integer(run.cell));
		}
		buf_addc(&first, !position[0] || !position[1] ? ' '
				 : position[0] < position[1]  ? '0'
							      : '1');
	}
	json_object_set_new(cell, "first", json_string(buf_str(&first)));
	json_object_set_new(cell, "odd", odd);
	buf_release(&first);
}

/* --- locks and instructions ----------------------------------------------------------------- */

/* figures: [class, direction, waits, total ns, own waits, own ns, mean ns, p99 ns, max ns]. */
static json_t *lock_side_json(const struct report *r, const struct comparison_row *row,
			      const char *variant)
{
	const struct lock_cell *c =
		r->locks ? locks_find(r->locks, row->workload, row->params, variant) : NULL;
	json_t *figures, *who;

	if (!c)
		return json_null();
	figures = json_array();
	who = json_array();
	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];
		const struct lock_class *class = &lock_classes[f->class];
		const char *apart = class->kinds & LOCK_RWSEM ? "exclusive" : "";

		json_array_append_new(figures,
				      json_pack("[s, s, I, I, I, I, f, f, I]", class->name,
						f->shared ? "shared" : apart, (json_int_t)f->waits,
						(json_int_t)f->total_ns, (json_int_t)f->own_waits,
						(json_int_t)f->own_total_ns, f->mean_ns, f->p99_ns,
						(json_int_t)f->max_ns));
	}
	for (size_t i = 0; i < c->nr_who && i < WHO_MAX; i++) {
		struct buf text = BUF_INIT;

		locks_sentence(&text, &c->who[i]);
		json_array_append_new(who, json_string(buf_str(&text)));
		buf_release(&text);
	}
	return json_pack("{s:i, s:i, s:s?, s:f, s:f, s:o, s:o, s:o}", "planned", (int)c->planned,
			 "valid", (int)c->valid, "reason", c->reason, "operations", c->operations,
			 "ns", c->elapsed_ns, "watched", number(c->has_watched, c->watched),
			 "figures", figures, "who", who);
}

/* [name, subsystem, 2 instructions, change, share, 2 calls, by calls, by length, why not]. */
static json_t *function_json(const struct cost_cell *c, const struct cost_line *l)
{
	return json_pack("[s, s, o, o, f, o, o, o, o, o, s?]", l->name,
			 subsystems[l->subsystem].name, number(l->there[0], l->instructions[0]),
			 number(l->there[1], l->instructions[1]), l->change,
			 number(c->has_share, l->share), number(l->there[0], l->calls[0]),
			 number(l->there[1], l->calls[1]), number(l->has_split, l->by_calls),
			 number(l->has_split, l->by_length), l->no_split);
}

static const struct cost_cell *find_costs(const struct costs *c, const struct comparison_row *row)
{
	for (size_t i = 0; c && i < c->nr_cells; i++) {
		const struct cost_cell *cell = &c->cells[i];

		if (!strcmp(cell->contrast, row->contrast) &&
		    !strcmp(cell->workload, row->workload) && !strcmp(cell->params, row->params))
			return cell;
	}
	return NULL;
}

/* Instructions an operation by subsystem and by the functions that changed most, or null. */
static json_t *costs_json(const struct report *r, const struct comparison_row *row)
{
	const struct cost_cell *c = find_costs(r->costs, row);
	json_t *functions, *parts, *j;

	if (!c)
		return json_null();
	j = json_pack("{s:i, s:i, s:s?}", "planned", (int)c->planned, "pairs", (int)c->pairs,
		      "reason", c->reason);
	if (!c->pairs)
		return j;
	functions = json_array();
	parts = json_array();
	for (size_t i = 0; i < c->nr_lines && i < FUNCTIONS_SHOWN; i++)
		json_array_append_new(functions, function_json(c, &c->lines[i]));
	for (unsigned i = 0; i < nr_subsystems; i++) {
		const struct cost_line *l = &c->subsystem[i];

		if (l->there[0] || l->there[1])
			json_array_append_new(parts,
					      json_pack("[s, f, f]", l->name, l->instructions[0],
							l->instructions[1]));
	}
	json_object_update_new(j,
			       json_pack("{s:[f, f], s:I, s:o, s:o}", "whole",
					 c->whole.instructions[0], c->whole.instructions[1], "more",
					 (json_int_t)(c->nr_lines - json_array_size(functions)),
					 "subsystems", parts, "functions", functions));
	if (c->has_time)
		json_object_update_new(j, json_pack("{s:[f, f], s:[f, f]}", "time", c->time_ns[0],
						    c->time_ns[1], "idle", c->idle_ns[0],
						    c->idle_ns[1]));
	return j;
}

/* --- cells, and the whole --------------------------------------------------------------------- */

/* One cell of one contrast; rows: all of it, nr of them. */
static json_t *cell_json(const struct report *r, const struct comparison_row *rows, size_t nr)
{
	bool lean = r->comparison->nr_rows > ROLE_FIGURES_MAX;
	const struct comparison_row *first = rows;
	json_t *figures = json_array(), *j;

	while (!first->j.decides)
		first++;
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(rows[i].pass, first->pass) &&
		    (!lean || rows[i].whole || rows[i].primary))
			json_array_append_new(figures, figure_json(&rows[i]));
	}
	j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:o, s:[o, o]}",
		      "contrast", first->contrast, "baseline", first->baseline, "patched",
		      first->patched, "workload", first->workload, "params", first->params,
		      "varying", first->varying, "threads", (int)first->role_threads, "lean", lean,
		      "figures", figures, "costs", costs_json(r, first), "series",
		      report_series_json(r, first), "locks",
		      lock_side_json(r, first, first->baseline),
		      lock_side_json(r, first, first->patched));
	add_runs(j, r, first);
	return j;
}

/* Each cell stands once: all its rows stand together in the comparison. */
void report_set_rows(json_t *page, const struct report *r)
{
	const struct comparison *c = r->comparison;
	json_t *rows = json_array(), *cells = json_array();

	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		const struct comparison_row *total = NULL;
		size_t before = json_array_size(rows);

		for (end = i; end < c->nr_rows && comparison_same_cell(&c->rows[i], &c->rows[end]);
		     end++)
			total = c->rows[end].total ? &c->rows[end] : total;
		for (size_t k = i; k < end; k++) {
			const struct comparison_row *row = &c->rows[k];

			if (row->j.decides)
				json_array_append_new(rows, row_json(row, total ? total : row,
								     json_array_size(cells)));
		}
		if (json_array_size(rows) > before)
			json_array_append_new(cells, cell_json(r, &c->rows[i], end - i));
	}
	json_object_set_new(page, "rows", rows);
	json_object_set_new(page, "cells", cells);
}
