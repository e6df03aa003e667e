/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_cell.c: one cell of one contrast as JSON for the page's script: all its
 * metrics and roles, values by block, what disturbed which cell run, waits for locks.
 * Only the first pass: what other passes watched is slower for being watched.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"

#define WHO_MAX 6 /* sentences about locks, a side */
#define CONSOLE_DIR "console/"
#define ROLE_FIGURES_MAX 12000u /* rows of roles' other metrics in one page: 60 bytes each */

static json_t *pairs_json(const struct comparison_row *row)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *pair = &row->pair[i];

		json_array_append_new(list, report_number(pair->has_baseline, pair->baseline));
		json_array_append_new(list, report_number(pair->has_patched, pair->patched));
	}
	return list;
}

/* [role, metric, detail, unit, better, state, pairs, base, patched, change, low, high, values]. */
static json_t *figure_json(const struct comparison_row *row)
{
	double low, high, change;
	bool has_change = report_change(row, &change);
	bool has_interval =
		report_limits(row, &low, &high) == LIMITS_INTERVAL && row->mark != MARK_EQUAL;
	json_t *j = json_pack("[s, s, s, s, s, i, i]", row->role, row->metric, row->detail,
			      row->unit, row->better, (int)report_state_of(row), (int)row->pairs);

	json_array_append_new(j, report_number(row->pairs, row->baseline_median));
	json_array_append_new(j, report_number(row->pairs, row->patched_median));
	json_array_append_new(j, row->mark == MARK_EQUAL ? json_integer(1)
							 : report_number(has_change, change));
	json_array_append_new(j, report_number(has_interval, low));
	json_array_append_new(j, report_number(has_interval, high));
	if (row->whole || row->primary)
		json_array_append_new(j, pairs_json(row));
	return j;
}

static bool has_console(const struct page *p, const char *key)
{
	char *path = xasprintf(CONSOLE_DIR "%s.txt", key);
	bool has = strv_find(p->in->files, path) >= 0;

	free(path);
	return has;
}

/* What is to be said of a cell run: [block, side, key, status, marks, reason, console]. */
static json_t *run_json(const struct page *p, const struct results_run_key *key,
			const struct results_cell_run *run, int side)
{
	char *name =
		xasprintf("b%04u-c%04u-v%02u-%s", key->block, run->cell, run->variant, key->pass);
	json_t *j = json_pack("[i, i, s, s, s, s, b]", (int)key->block, side, name,
			      run->status ? run->status : "not run", run->marks, run->reason,
			      has_console(p, name));

	free(name);
	return j;
}

/* Which side came first in each block ("0", "1" or " "), and the runs that are not plainly fine. */
static void add_runs(json_t *cell, const struct page *p, const struct comparison_row *row)
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

			if (results_cell_run(p->in->results, &key, &run))
				continue;
			position[i] = run.position;
			if (!run.status || strcmp(run.status, "ok") || *run.marks)
				json_array_append_new(odd, run_json(p, &key, &run, i));
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

static json_t *who_json(const struct lock_cell *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nr_who && i < WHO_MAX; i++) {
		struct buf text = BUF_INIT;

		locks_sentence(&text, &c->who[i]);
		json_array_append_new(list, json_string(buf_str(&text)));
		buf_release(&text);
	}
	return list;
}

/* [class, direction, waits, total ns, own waits, own ns, mean ns, p99 ns, max ns]. */
static json_t *lock_figures_json(const struct lock_cell *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];
		const struct lock_class *class = &lock_classes[f->class];
		const char *apart = class->kinds & LOCK_RWSEM ? "exclusive" : "";

		json_array_append_new(list,
				      json_pack("[s, s, I, I, I, I, f, f, I]", class->name,
						f->shared ? "shared" : apart, (json_int_t)f->waits,
						(json_int_t)f->total_ns, (json_int_t)f->own_waits,
						(json_int_t)f->own_total_ns, f->mean_ns, f->p99_ns,
						(json_int_t)f->max_ns));
	}
	return list;
}

static json_t *lock_side_json(const struct page *p, const struct comparison_row *row,
			      const char *variant)
{
	const struct lock_cell *c =
		p->in->locks ? locks_find(p->in->locks, row->workload, row->params, variant) : NULL;

	if (!c)
		return json_null();
	return json_pack("{s:i, s:i, s:s?, s:f, s:f, s:o, s:o, s:o}", "planned", (int)c->planned,
			 "valid", (int)c->valid, "reason", c->reason, "operations", c->operations,
			 "ns", c->elapsed_ns, "watched", report_number(c->has_watched, c->watched),
			 "figures", lock_figures_json(c), "who", who_json(c));
}

json_t *report_cell_json(const struct page *p, const struct comparison_row *rows, size_t nr)
{
	bool lean = p->in->comparison->nr_rows > ROLE_FIGURES_MAX;
	const struct comparison_row *first = rows;
	json_t *figures = json_array(), *j;

	while (!first->j.decides)
		first++;
	j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "contrast", first->contrast,
		      "baseline", first->baseline, "patched", first->patched, "workload",
		      first->workload, "params", first->params, "varying", first->varying,
		      "threads", (int)first->role_threads);
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(rows[i].pass, first->pass) &&
		    (!lean || rows[i].whole || rows[i].primary))
			json_array_append_new(figures, figure_json(&rows[i]));
	}
	json_object_set_new(j, "figures", figures);
	json_object_set_new(j, "lean", json_boolean(lean));
	json_object_set_new(j, "costs", report_costs_json(p, first));
	json_object_set_new(j, "series", report_series_json(p, first));
	add_runs(j, p, first);
	json_object_set_new(j, "locks",
			    json_pack("[o, o]", lock_side_json(p, first, first->baseline),
				      lock_side_json(p, first, first->patched)));
	return j;
}
