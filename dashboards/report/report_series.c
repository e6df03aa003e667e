/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_series.c: operations over time within a cell run, from series.csv, for the
 * page's script: of the first blocks, of the whole workload and, where that is not too
 * much to carry, of each role. Where a run has more intervals than a picture has room
 * for, neighbours are added up: that is the same count over a longer time.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/report/report.h"
#include "lib/csv.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"

#define BLOCKS_SHOWN 3
#define INTERVALS_SHOWN 120u
#define ROLE_ROWS_MAX 100000u /* rows of roles; past them only whole workloads go on */
#define WHOLE "all"

enum { VARIANT, WORKLOAD, PARAMS, BLOCK, ATTEMPT, PASS, ROLE, METRIC, START, END, VALUE };
static const char *const columns[] = { "variant",  "workload", "params", "block",
				       "attempt",  "pass",     "role",   "metric",
				       "start_ns", "end_ns",   "value",  NULL };

struct reading {
	json_t *all; /* by variant: by workload: by params: by block and role: a trace */
	const char *pass;
	size_t role_rows;
};

/* The member of that name, made on demand; NULL: the name is not UTF-8. */
static json_t *member(json_t *in, const char *name)
{
	json_t *j = json_object_get(in, name);

	if (j || !in)
		return j;
	j = json_object();
	return json_object_set_new(in, name, j) ? NULL : j;
}

/* A trace has the rows [start, end, operations] of the highest attempt. */
static json_t *find_trace(struct reading *r, const char *const *field, uint64_t block)
{
	json_t *cell =
		member(member(member(r->all, field[VARIANT]), field[WORKLOAD]), field[PARAMS]);
	char *name = xasprintf("%u %s", (unsigned)block, field[ROLE]);
	json_t *trace = member(cell, name);

	if (trace && !json_object_size(trace))
		json_object_update_new(trace,
				       json_pack("{s:i, s:s, s:i, s:[]}", "block", (int)block,
						 "role", field[ROLE], "attempt", 0, "rows"));
	free(name);
	return trace;
}

static int add_interval(json_t *trace, const struct csv_row *row, uint64_t attempt, struct err *e)
{
	json_int_t had = json_integer_value(json_object_get(trace, "attempt"));
	json_t *rows = json_object_get(trace, "rows");
	uint64_t v[3];

	for (int i = 0; i < 3; i++)
		if (num_parse(row->field[START + i], NUM_COUNT, &v[i], e) || v[i] > INT64_MAX)
			return err_add(e, EINVAL,
				       SERIES_CSV ":%lu: not an interval with its operations",
				       row->line);
	if ((json_int_t)attempt < had || v[1] <= v[0])
		return 0;
	if ((json_int_t)attempt > had)
		json_array_clear(rows);
	json_object_set_new(trace, "attempt", json_integer((json_int_t)attempt));
	json_array_append_new(
		rows, json_pack("[I, I, I]", (json_int_t)v[0], (json_int_t)v[1], (json_int_t)v[2]));
	return 0;
}

static int read_row(void *arg, const struct csv_row *row, struct err *e)
{
	bool whole = !strcmp(row->field[ROLE], WHOLE);
	struct reading *r = arg;
	uint64_t block, attempt;
	json_t *trace;

	if (strcmp(row->field[METRIC], "operations") || strcmp(row->field[PASS], r->pass))
		return 0;
	if (num_parse(row->field[BLOCK], NUM_COUNT, &block, e) ||
	    num_parse(row->field[ATTEMPT], NUM_COUNT, &attempt, e) || attempt > INT32_MAX)
		return err_add(e, EINVAL, SERIES_CSV ":%lu: no number of a block or attempt",
			       row->line);
	if (!block || block > BLOCKS_SHOWN || (!whole && r->role_rows++ >= ROLE_ROWS_MAX))
		return 0;
	trace = find_trace(r, row->field, block);
	if (!trace)
		return err_add(e, EINVAL, SERIES_CSV ":%lu: a name is not UTF-8", row->line);
	return add_interval(trace, row, attempt, e);
}

int report_series_read(json_t **out, const struct results *r, const char *dir, struct err *e)
{
	const json_t *passes = json_object_get(results_run(r), "passes");
	const char *pass = json_string_value(json_array_get(passes, 0));
	char *path = xasprintf("%s/" SERIES_CSV, dir);
	struct reading reading = { .all = json_object(), .pass = pass ? pass : "" };
	int ret = fs_exists(path) ? csv_read(path, columns, read_row, &reading, e) : 0;

	*out = reading.all;
	if (ret) {
		json_decref(reading.all);
		*out = NULL;
	}
	free(path);
	return ret;
}

static json_int_t at(const json_t *rows, size_t i, size_t k)
{
	return json_integer_value(json_array_get(json_array_get(rows, i), k));
}

/* [side, block, role, [edges in us], [operations]]: there is one edge more than operations. */
static json_t *trace_json(const json_t *trace, int side)
{
	const json_t *rows = json_object_get(trace, "rows");
	size_t nr = json_array_size(rows), each = (nr + INTERVALS_SHOWN - 1) / INTERVALS_SHOWN;
	json_t *edges = json_array(), *operations = json_array();

	for (size_t i = 0, end; i < nr; i = end) {
		json_int_t sum = 0;

		for (end = i; end < nr && end < i + each; end++)
			sum += at(rows, end, 2);
		json_array_append_new(edges, json_integer(at(rows, i, 0) / 1000));
		json_array_append_new(operations, json_integer(sum));
	}
	if (nr)
		json_array_append_new(edges, json_integer(at(rows, nr - 1, 1) / 1000));
	return json_pack("[i, O, O, o, o]", side, json_object_get(trace, "block"),
			 json_object_get(trace, "role"), edges, operations);
}

json_t *report_series_json(const struct report *r, const struct comparison_row *row)
{
	const char *const sides[] = { row->baseline, row->patched };
	json_t *list = json_array(), *trace;
	const char *name;

	for (int i = 0; i < 2; i++) {
		json_t *works = json_object_get(r->series, sides[i]);
		json_t *cell = json_object_get(json_object_get(works, row->workload), row->params);

		json_object_foreach(cell, name, trace)
			json_array_append_new(list, trace_json(trace, i));
	}
	return list;
}
