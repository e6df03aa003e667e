/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_export.c: a profile for other tools; see costs_table.h. One table serves CSV and JSON. */
#include "dashboards/table/costs_table.h"

#include <jansson.h>
#include <stddef.h>

#include "dashboards/export/export.h"
#include "dashboards/table/table_impl.h"
#include "lib/clean.h"
#include "lib/csv.h"

/* What a row is about. line: NULL where the cell has no figures. */
struct row {
	const struct cost_cell *cell;
	const struct cost_line *line;
	const char *kind; /* "whole", "subsystem", "function" */
};

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *number(bool there, double v)
{
	return there ? json_real(v) : json_null();
}

static json_t *whole_number(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static bool is_function(const struct row *x)
{
	return x->line && (x->line->object[0] || x->line->object[1]);
}

static bool has_time(const struct row *x)
{
	return x->line == &x->cell->whole && x->cell->has_time;
}

static const char *subsystem_name(const struct row *x)
{
	return x->line && x->line != &x->cell->whole ? subsystems[x->line->subsystem].name : NULL;
}

#define VALUE(name, expression)                                                                    \
	static json_t *name(const struct row *x)                                                   \
	{                                                                                          \
		return expression;                                                                 \
	}
VALUE(get_contrast, json_string(x->cell->contrast))
VALUE(get_baseline, json_string(x->cell->baseline))
VALUE(get_patched, json_string(x->cell->patched))
VALUE(get_workload, json_string(x->cell->workload))
VALUE(get_params, json_string(x->cell->params))
VALUE(get_planned, json_integer(x->cell->planned))
VALUE(get_pairs, json_integer(x->cell->pairs))
VALUE(get_reason, text_or_null(x->cell->reason))
VALUE(get_kind, text_or_null(x->kind))
VALUE(get_subsystem, text_or_null(subsystem_name(x)))
VALUE(get_function, is_function(x) ? json_string(x->line->name) : json_null())
VALUE(get_object0, text_or_null(x->line ? x->line->object[0] : NULL))
VALUE(get_object1, text_or_null(x->line ? x->line->object[1] : NULL))
VALUE(get_namesakes, is_function(x) ? json_integer(x->line->namesakes) : json_null())
VALUE(get_total0, x->line ? whole_number(x->line->total[0]) : json_null())
VALUE(get_total1, x->line ? whole_number(x->line->total[1]) : json_null())
VALUE(get_instructions0, number(x->line, x->line ? x->line->instructions[0] : 0))
VALUE(get_instructions1, number(x->line, x->line ? x->line->instructions[1] : 0))
VALUE(get_change, number(x->line, x->line ? x->line->change : 0))
VALUE(get_change_min, number(x->line, x->line ? x->line->change_min : 0))
VALUE(get_change_max, number(x->line, x->line ? x->line->change_max : 0))
VALUE(get_share, number(x->line && x->cell->has_share, x->line ? x->line->share : 0))
VALUE(get_calls0, number(is_function(x) && x->line->there[0], x->line ? x->line->calls[0] : 0))
VALUE(get_calls1, number(is_function(x) && x->line->there[1], x->line ? x->line->calls[1] : 0))
VALUE(get_by_calls, number(x->line && x->line->has_split, x->line ? x->line->by_calls : 0))
VALUE(get_by_length, number(x->line && x->line->has_split, x->line ? x->line->by_length : 0))
VALUE(get_no_split, text_or_null(x->line ? x->line->no_split : NULL))
VALUE(get_idle0, number(has_time(x), x->cell->idle_ns[0]))
VALUE(get_idle1, number(has_time(x), x->cell->idle_ns[1]))
VALUE(get_time0, number(has_time(x), x->cell->time_ns[0]))
VALUE(get_time1, number(has_time(x), x->cell->time_ns[1]))
#undef VALUE

/* clang-format off */
static const struct field {
	const char *name;
	json_t *(*get)(const struct row *x);
} fields[] = {
	{ "contrast", get_contrast }, { "baseline", get_baseline }, { "patched", get_patched },
	{ "workload", get_workload }, { "params", get_params }, { "planned", get_planned },
	{ "pairs", get_pairs }, { "reason", get_reason }, { "kind", get_kind },
	{ "subsystem", get_subsystem }, { "function", get_function },
	{ "object_baseline", get_object0 }, { "object_patched", get_object1 },
	{ "namesakes", get_namesakes }, { "total_baseline", get_total0 },
	{ "total_patched", get_total1 }, { "instructions_baseline", get_instructions0 },
	{ "instructions_patched", get_instructions1 }, { "change", get_change },
	{ "change_min", get_change_min }, { "change_max", get_change_max },
	{ "share", get_share }, { "calls_baseline", get_calls0 }, { "calls_patched", get_calls1 },
	{ "by_calls", get_by_calls }, { "by_length", get_by_length }, { "no_split", get_no_split },
	{ "idle_ns_baseline", get_idle0 }, { "idle_ns_patched", get_idle1 },
	{ "time_ns_baseline", get_time0 }, { "time_ns_patched", get_time1 },
};
/* clang-format on */
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define NR_CELL_FIELDS 8 /* those before "kind" are of the cell */

/* fn for each row of a cell; one without figures where it has none. */
static void each_row(const struct cost_cell *c, size_t top,
		     void (*fn)(const struct row *x, void *arg), void *arg)
{
	struct row x = { .cell = c };

	if (!c->pairs) {
		fn(&x, arg);
		return;
	}
	x.kind = "whole";
	x.line = &c->whole;
	fn(&x, arg);
	x.kind = "subsystem";
	for (unsigned k = 0; k < nr_subsystems; k++) {
		x.line = &c->subsystem[k];
		fn(&x, arg);
	}
	x.kind = "function";
	for (size_t i = 0; i < c->nr_lines && (!top || i < top); i++) {
		x.line = &c->lines[i];
		fn(&x, arg);
	}
}

static void csv_row(const struct row *x, void *arg)
{
	json_t *value[NR_FIELDS];

	for (size_t i = 0; i < NR_FIELDS; i++)
		value[i] = fields[i].get(x);
	export_values(arg, value, NR_FIELDS);
}

void costs_csv(struct buf *out, const struct costs *c, const struct results *r,
	       const struct costs_view *v)
{
	const char *text[NR_FIELDS];

	(void)r;
	for (size_t i = 0; i < NR_FIELDS; i++)
		text[i] = fields[i].name;
	csv_add_row(out, text, NR_FIELDS);
	for (size_t i = 0; i < c->nr_cells; i++)
		if (costs_shown(v, &c->cells[i]))
			each_row(&c->cells[i], v->top, csv_row, out);
}

static json_t *object_of(const struct row *x, size_t from, size_t to)
{
	json_t *j = json_object();

	for (size_t i = from; i < to; i++)
		json_object_set_new(j, fields[i].name, fields[i].get(x));
	return j;
}

static void json_row(const struct row *x, void *list)
{
	if (x->line)
		json_array_append_new(list, object_of(x, NR_CELL_FIELDS, NR_FIELDS));
}

static json_t *cell_json(const struct cost_cell *c, size_t top)
{
	json_t *rows = json_array();
	json_t *j = object_of(&(struct row){ .cell = c }, 0, NR_CELL_FIELDS);

	each_row(c, top, json_row, rows);
	json_object_set_new(j, "rows", rows);
	return j;
}

void costs_json(struct buf *out, const struct costs *c, const struct results *r,
		const struct costs_view *v)
{
	json_t *head = export_identity(r), *notes = json_array();
	bool any = false;

	for (size_t i = 0; i < c->notes.n; i++)
		json_array_append_new(notes, json_string(c->notes.v[i]));
	json_object_set_new(head, "cost_notes", notes);
	export_head(out, head);
	buf_adds(out, ",\n \"cells\": [");
	for (size_t i = 0; i < c->nr_cells; i++) {
		if (!costs_shown(v, &c->cells[i]))
			continue;
		buf_adds(out, any ? ",\n" : "\n");
		any = true;
		export_dump(out, cell_json(&c->cells[i], v->top));
	}
	buf_adds(out, "\n ]\n}\n");
}

/* A frame: what parts frames and lines in this format stands in no name of ours. */
static void add_frame(struct buf *out, const char *s)
{
	struct buf clean = BUF_INIT;

	clean_add(&clean, s);
	for (s = buf_str(&clean); *s; s++)
		buf_addc(out, *s == ';' ? '_' : *s);
	buf_release(&clean);
}

void costs_folded(struct buf *out, const struct costs *c, const struct results *r,
		  const struct costs_view *v)
{
	(void)r;
	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct cost_cell *cell = &c->cells[i];

		for (size_t k = 0; k < cell->nr_lines && costs_shown(v, cell); k++) {
			const struct cost_line *l = &cell->lines[k];
			struct buf name = BUF_INIT;

			if (!l->there[v->side])
				continue;
			table_add_cell(&name, cell->workload, cell->varying);
			add_frame(out, buf_str(&name));
			buf_addc(out, ';');
			add_frame(out, subsystems[l->subsystem].name);
			buf_addc(out, ';');
			add_frame(out, l->name);
			buf_addf(out, " %llu\n", (unsigned long long)l->total[v->side]);
			buf_release(&name);
		}
	}
}
