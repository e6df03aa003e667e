/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_export.c: the guard's report for other tools; see guard_table.h. One table serves both
 * formats. */
#include "dashboards/table/guard_table.h"

#include "dashboards/export/export.h"
#include "lib/csv.h"

/* cell NULL: the variant as a whole. */
struct row {
	const struct guard_variant *v;
	const struct guard_cell *cell;
};

static const struct guard_counts *counts_of(const struct row *x)
{
	return x->cell ? &x->cell->counts : &x->v->counts;
}

static const struct guard_hit *first_of(const struct row *x)
{
	return x->cell ? &x->cell->first : &x->v->first;
}

static json_t *whole(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static json_t *text(const char *s)
{
	return s ? json_string(s) : json_null();
}

#define VALUE(name, expression)                                                                    \
	static json_t *name(const struct row *x)                                                   \
	{                                                                                          \
		return expression;                                                                 \
	}
#define FIRST(name, condition, expression)                                                         \
	static json_t *name(const struct row *x)                                                   \
	{                                                                                          \
		const struct guard_hit *h = first_of(x);                                           \
		return h->workload && (condition) ? expression : json_null();                      \
	}
VALUE(get_variant, json_string(x->v->name))
VALUE(get_control, json_boolean(x->v->control))
VALUE(get_workload, text(x->cell ? x->cell->workload : NULL))
VALUE(get_params, text(x->cell ? x->cell->params : NULL))
VALUE(get_runs, whole(x->cell ? x->cell->runs : x->v->runs))
VALUE(get_reads, whole(guard_reads(counts_of(x))))
VALUE(get_zero, whole(counts_of(x)->zero))
VALUE(get_current, whole(counts_of(x)->current))
VALUE(get_stale, whole(guard_hits(counts_of(x))))
VALUE(get_poison, whole(counts_of(x)->poison))
VALUE(get_stamp, whole(counts_of(x)->stamp))
VALUE(get_other, whole(counts_of(x)->other))
VALUE(get_eio, whole(counts_of(x)->eio))
FIRST(get_first_workload, true, json_string(h->workload))
FIRST(get_first_params, true, json_string(h->params))
FIRST(get_first_block, true, whole(h->block))
FIRST(get_first_seed, true, json_string(h->seed))
FIRST(get_first_ns, true, whole(h->after_ns))
FIRST(get_first_offset, true, whole(h->offset))
FIRST(get_first_address, h->has_address, whole(h->address))
FIRST(get_first_from, h->has_stamp, whole(h->from))
FIRST(get_first_round, h->has_stamp, whole(h->round))
VALUE(get_verdict, x->cell ? json_null() : json_string(guard_verdict_names[x->v->verdict]))
VALUE(get_held, text(x->cell || !x->v->held_against ? NULL : x->v->held_against->name))
VALUE(get_why, text(x->cell ? NULL : x->v->why))
VALUE(get_troubled, x->cell ? json_null() : whole(x->v->troubled))
VALUE(get_trouble, text(x->cell ? NULL : x->v->trouble))
#undef VALUE
#undef FIRST

/* clang-format off */
static const struct field {
	const char *name;
	json_t *(*get)(const struct row *x);
} fields[] = {
	{ "variant", get_variant }, { "control", get_control }, { "workload", get_workload },
	{ "params", get_params }, { "runs", get_runs }, { "reads", get_reads },
	{ "zero", get_zero }, { "current", get_current }, { "stale", get_stale },
	{ "poison", get_poison }, { "stamp", get_stamp }, { "other", get_other },
	{ "eio", get_eio }, { "first_workload", get_first_workload },
	{ "first_params", get_first_params }, { "first_block", get_first_block },
	{ "first_seed", get_first_seed }, { "first_ns", get_first_ns },
	{ "first_offset", get_first_offset }, { "first_address", get_first_address },
	{ "first_from", get_first_from }, { "first_round", get_first_round },
	{ "verdict", get_verdict }, { "held_against", get_held }, { "why", get_why },
	{ "troubled", get_troubled }, { "trouble", get_trouble },
};
/* clang-format on */
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void each_row(const struct guard *g, void (*fn)(struct buf *out, const struct row *x),
		     struct buf *out)
{
	for (size_t i = 0; i < g->nr_variants; i++) {
		struct row x = { &g->variants[i], NULL };

		fn(out, &x);
		for (size_t c = 0; c < g->nr_cells; c++) {
			x.cell = &x.v->cells[c];
			fn(out, &x);
		}
	}
}

/* CSV has no booleans; comparison.csv writes 1 and 0, too. */
static void csv_row(struct buf *out, const struct row *x)
{
	json_t *value[NR_FIELDS];

	for (size_t i = 0; i < NR_FIELDS; i++) {
		value[i] = fields[i].get(x);
		if (json_is_boolean(value[i]))
			value[i] = json_integer(json_is_true(value[i]));
	}
	export_values(out, value, NR_FIELDS);
}

void guard_csv(struct buf *out, const struct guard *g, const struct results *r)
{
	const char *names[NR_FIELDS];

	(void)r;
	for (size_t i = 0; i < NR_FIELDS; i++)
		names[i] = fields[i].name;
	csv_add_row(out, names, NR_FIELDS);
	each_row(g, csv_row, out);
}

static void json_row(struct buf *out, const struct row *x)
{
	json_t *j = json_object();

	for (size_t i = 0; i < NR_FIELDS; i++)
		json_object_set_new(j, fields[i].name, fields[i].get(x));
	buf_adds(out, out->data[out->len - 1] == '[' ? "\n" : ",\n");
	export_dump(out, j);
}

void guard_json(struct buf *out, const struct guard *g, const struct results *r)
{
	json_t *head = export_identity(r);

	json_object_set_new(head, "least", whole(g->least));
	json_object_set_new(head, "control_hit", json_boolean(g->control_hit));
	export_head(out, head);
	buf_adds(out, ",\n \"rows\": [");
	each_row(g, json_row, out);
	buf_adds(out, "\n ]\n}\n");
}
