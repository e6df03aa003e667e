/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_export.c: waits for locks for other tools; see locks_table.h. One table serves both
 * formats. */
#include "dashboards/table/locks_table.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>

#include "dashboards/export/export.h"
#include "lib/csv.h"

/* What a row is about. who: the largest of its waiters with a known holder, or NULL. */
struct row {
	const struct lock_cell *cell;
	const struct lock_figures *f; /* NULL: the cell has no figures */
	const struct lock_who *who;
};

static json_t *whole(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *per_operation(const struct row *x, uint64_t v)
{
	return x->cell->operations > 0 ? json_real((double)v / x->cell->operations) : json_null();
}

#define VALUE(name, expression)                                                                    \
	static json_t *name(const struct row *x)                                                   \
	{                                                                                          \
		return expression;                                                                 \
	}
VALUE(get_workload, json_string(x->cell->workload))
VALUE(get_params, json_string(x->cell->params))
VALUE(get_varying, json_string(x->cell->varying))
VALUE(get_variant, json_string(x->cell->variant))
VALUE(get_planned, json_integer(x->cell->planned))
VALUE(get_valid, json_integer(x->cell->valid))
VALUE(get_operations, x->cell->operations > 0 ? json_real(x->cell->operations) : json_null())
VALUE(get_elapsed, x->cell->elapsed_ns > 0 ? json_real(x->cell->elapsed_ns) : json_null())
VALUE(get_watched, x->cell->has_watched ? json_real(x->cell->watched) : json_null())
VALUE(get_lost, whole(x->cell->lost))
VALUE(get_cut, whole(x->cell->cut))
VALUE(get_class, x->f ? json_string(lock_classes[x->f->class].name) : json_null())
VALUE(get_mode, x->f ? json_string(x->f->shared ? "shared" : "exclusive") : json_null())
VALUE(get_locks, x->f ? whole(x->f->locks) : json_null())
VALUE(get_waits, x->f ? whole(x->f->waits) : json_null())
VALUE(get_total, x->f ? whole(x->f->total_ns) : json_null())
VALUE(get_mean, x->f && x->f->waits ? json_real(x->f->mean_ns) : json_null())
VALUE(get_p99, x->f && x->f->waits ? json_real(x->f->p99_ns) : json_null())
VALUE(get_max, x->f && x->f->waits ? whole(x->f->max_ns) : json_null())
VALUE(get_own_waits, x->f ? whole(x->f->own_waits) : json_null())
VALUE(get_own_total, x->f ? whole(x->f->own_total_ns) : json_null())
VALUE(get_waits_per_op, x->f ? per_operation(x, x->f->own_waits) : json_null())
VALUE(get_ns_per_op, x->f ? per_operation(x, x->f->own_total_ns) : json_null())
VALUE(get_held, x->f ? whole(x->f->held_ns) : json_null())
VALUE(get_role, text_or_null(x->who ? x->who->role : NULL))
VALUE(get_where, text_or_null(x->who ? x->who->where : NULL))
VALUE(get_holder, text_or_null(x->who ? x->who->holder_role : NULL))
VALUE(get_holder_mode, x->who && x->who->holder_role
			       ? json_string(x->who->holder_shared ? "shared" : "exclusive")
			       : json_null())
VALUE(get_holder_where, text_or_null(x->who ? x->who->holder_where : NULL))
VALUE(get_reason, text_or_null(x->cell->reason))
#undef VALUE

/* clang-format off */
static const struct field {
	const char *name;
	json_t *(*get)(const struct row *x);
} fields[] = {
	{ "workload", get_workload }, { "params", get_params }, { "varying", get_varying },
	{ "variant", get_variant }, { "planned", get_planned }, { "valid", get_valid },
	{ "operations", get_operations }, { "elapsed_ns", get_elapsed }, { "watched", get_watched },
	{ "lost", get_lost }, { "cut", get_cut }, { "class", get_class }, { "mode", get_mode },
	{ "locks", get_locks }, { "waits", get_waits }, { "total_ns", get_total },
	{ "mean_ns", get_mean }, { "p99_ns", get_p99 }, { "max_ns", get_max },
	{ "own_waits", get_own_waits }, { "own_total_ns", get_own_total },
	{ "waits_per_op", get_waits_per_op }, { "wait_ns_per_op", get_ns_per_op },
	{ "held_ns", get_held }, { "role", get_role }, { "where", get_where },
	{ "holder_role", get_holder }, { "holder_mode", get_holder_mode },
	{ "holder_where", get_holder_where }, { "reason", get_reason },
};
/* clang-format on */
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define NR_CELL_FIELDS 11 /* those before "class" are of the cell */

/* --- rows ----------------------------------------------------------------------------------- */

static struct lock_figures figures_of(const struct lock_cell *c, unsigned class, bool shared)
{
	for (size_t i = 0; i < c->nr_figures; i++)
		if (c->figures[i].class == class && c->figures[i].shared == shared)
			return c->figures[i];
	return (struct lock_figures){ .class = class, .shared = shared };
}

/* They stand with most waiting first. */
static const struct lock_who *top_who(const struct lock_cell *c, const struct lock_figures *f)
{
	for (size_t i = 0; i < c->nr_who; i++)
		if (c->who[i].class == f->class && c->who[i].shared == f->shared)
			return &c->who[i];
	return NULL;
}

/* fn for each row of a cell; one without figures where it has none. */
static void each_row(const struct lock_cell *c, void (*fn)(const struct row *x, void *arg),
		     void *arg)
{
	for (unsigned k = 0; k < nr_lock_classes && c->valid; k++) {
		for (int shared = 1; shared >= 0; shared--) {
			struct lock_figures f = figures_of(c, k, shared);
			struct row x = { c, &f, top_who(c, &f) };

			if (!shared || f.waits || lock_classes[k].kinds & LOCK_RWSEM)
				fn(&x, arg);
		}
	}
	if (!c->valid)
		fn(&(struct row){ .cell = c }, arg);
}

static void csv_row(const struct row *x, void *arg)
{
	json_t *value[NR_FIELDS];

	for (size_t i = 0; i < NR_FIELDS; i++)
		value[i] = fields[i].get(x);
	export_values(arg, value, NR_FIELDS);
}

void locks_csv(struct buf *out, const struct locks *l, const struct results *r)
{
	const char *text[NR_FIELDS];

	(void)r;
	for (size_t i = 0; i < NR_FIELDS; i++)
		text[i] = fields[i].name;
	csv_add_row(out, text, NR_FIELDS);
	for (size_t i = 0; i < l->nr_cells; i++)
		each_row(&l->cells[i], csv_row, out);
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
	if (x->f)
		json_array_append_new(list, object_of(x, NR_CELL_FIELDS, NR_FIELDS - 1));
}

static json_t *who_json(const struct lock_who *w)
{
	struct buf b = BUF_INIT;
	json_t *j;

	locks_sentence(&b, w);
	j = json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "class",
		      lock_classes[w->class].name, "mode", w->shared ? "shared" : "exclusive",
		      "role", w->role, "where", w->where, "own", (int)w->own, "waits",
		      whole(w->waits), "total_ns", whole(w->total_ns), "held_ns", whole(w->held_ns),
		      "holder_role", text_or_null(w->holder_role), "holder_mode",
		      w->holder_role ? json_string(w->holder_shared ? "shared" : "exclusive")
				     : json_null(),
		      "holder_where", text_or_null(w->holder_where), "holder_ns",
		      whole(w->holder_ns), "sentence", buf_str(&b));
	buf_release(&b);
	return j;
}

static json_t *cell_json(const struct lock_cell *c)
{
	json_t *classes = json_array(), *who = json_array();
	json_t *j = object_of(&(struct row){ .cell = c }, 0, NR_CELL_FIELDS);

	each_row(c, json_row, classes);
	for (size_t i = 0; i < c->nr_who; i++)
		json_array_append_new(who, who_json(&c->who[i]));
	json_object_set_new(j, "reason", text_or_null(c->reason));
	json_object_set_new(j, "classes", classes);
	json_object_set_new(j, "who", who);
	return j;
}

void locks_json(struct buf *out, const struct locks *l, const struct results *r)
{
	json_t *head = export_identity(r), *notes = json_array();

	json_object_set_new(head, "rate", json_string(l->rate));
	for (size_t i = 0; i < l->notes.n; i++)
		json_array_append_new(notes, json_string(l->notes.v[i]));
	json_object_set_new(head, "lock_notes", notes);
	export_head(out, head);
	buf_adds(out, ",\n \"cells\": [");
	for (size_t i = 0; i < l->nr_cells; i++) {
		buf_adds(out, i ? ",\n" : "\n");
		export_dump(out, cell_json(&l->cells[i]));
	}
	buf_adds(out, "\n ]\n}\n");
}
