/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_fields.c: waits for locks for other tools; see formats.h. */
#include "dashboards/export/formats.h"

/* A class and direction in a cell. */
struct row {
	const struct lock_cell *cell;
	const struct lock_figures *f;  /* NULL: the cell has no figures */
	const struct lock_who *waiter; /* the largest one of known holder, or NULL */
};

static json_t *mode(bool shared)
{
	return json_string(shared ? "shared" : "exclusive");
}

static json_t *per_operation(const struct row *x, uint64_t v)
{
	return field_real(x->cell->operations > 0, (double)v / x->cell->operations);
}

static json_t *waiter_json(const struct lock_who *w)
{
	struct buf b = BUF_INIT;
	json_t *j;

	locks_sentence(&b, w);
	j = json_pack("{s:s, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "class",
		      lock_classes[w->class].name, "mode", mode(w->shared), "role",
		      field_text(w->role), "where", field_text(w->where), "own", (int)w->own,
		      "waits", field_whole(w->waits), "total_ns", field_whole(w->total_ns),
		      "held_ns", field_whole(w->held_ns), "holder_role", field_text(w->holder_role),
		      "holder_mode", FIELD_IF(w->holder_role, mode(w->holder_shared)),
		      "holder_where", field_text(w->holder_where), "holder_ns",
		      field_whole(w->holder_ns), "sentence", field_text(buf_str(&b)));
	buf_release(&b);
	return j;
}

static json_t *waiters_json(const struct lock_cell *c)
{
	json_t *list = json_array();

	for (size_t k = 0; k < c->nr_who; k++)
		json_array_append_new(list, waiter_json(&c->who[k]));
	return list;
}

#define FIELD_OF struct row
/* Those before "class" are of the cell. */
#define CELL_FIELDS(F)                                                                             \
	F(workload, field_text(x->cell->workload))                                                 \
	F(params, field_text(x->cell->params))                                                     \
	F(varying, field_text(x->cell->varying))                                                   \
	F(variant, field_text(x->cell->variant))                                                   \
	F(planned, field_whole(x->cell->planned))                                                  \
	F(valid, field_whole(x->cell->valid))                                                      \
	F(operations, field_real(x->cell->operations > 0, x->cell->operations))                    \
	F(elapsed_ns, field_real(x->cell->elapsed_ns > 0, x->cell->elapsed_ns))                    \
	F(watched, field_real(x->cell->has_watched, x->cell->watched))                             \
	F(lost, field_whole(x->cell->lost))                                                        \
	F(cut, field_whole(x->cell->cut))
#define FIELDS(F)                                                                                  \
	F(class, FIELD_IF(x->f, json_string(lock_classes[x->f->class].name)))                      \
	F(mode, FIELD_IF(x->f, mode(x->f->shared)))                                                \
	F(locks, FIELD_IF(x->f, field_whole(x->f->locks)))                                         \
	F(waits, FIELD_IF(x->f, field_whole(x->f->waits)))                                         \
	F(total_ns, FIELD_IF(x->f, field_whole(x->f->total_ns)))                                   \
	F(mean_ns, FIELD_IF(x->f && x->f->waits, field_real(true, x->f->mean_ns)))                 \
	F(p99_ns, FIELD_IF(x->f && x->f->waits, field_real(true, x->f->p99_ns)))                   \
	F(max_ns, FIELD_IF(x->f && x->f->waits, field_whole(x->f->max_ns)))                        \
	F(own_waits, FIELD_IF(x->f, field_whole(x->f->own_waits)))                                 \
	F(own_total_ns, FIELD_IF(x->f, field_whole(x->f->own_total_ns)))                           \
	F(waits_per_op, FIELD_IF(x->f, per_operation(x, x->f->own_waits)))                         \
	F(wait_ns_per_op, FIELD_IF(x->f, per_operation(x, x->f->own_total_ns)))                    \
	F(held_ns, FIELD_IF(x->f, field_whole(x->f->held_ns)))                                     \
	F(role, FIELD_IF(x->waiter, field_text(x->waiter->role)))                                  \
	F(where, FIELD_IF(x->waiter, field_text(x->waiter->where)))                                \
	F(holder_role, FIELD_IF(x->waiter, field_text(x->waiter->holder_role)))                    \
	F(holder_mode,                                                                             \
	  FIELD_IF(x->waiter && x->waiter->holder_role, mode(x->waiter->holder_shared)))           \
	F(holder_where, FIELD_IF(x->waiter, field_text(x->waiter->holder_where)))
CELL_FIELDS(FIELD_GET)
FIELDS(FIELD_GET)
FIELD_GET(reason, field_text(x->cell->reason))
FIELD_GET(who, waiters_json(x->cell))
static const struct field fields[] = { CELL_FIELDS(FIELD_ROW) FIELDS(FIELD_ROW) FIELD_ROW(reason, )
					       FIELD_ROW(who, ) };
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static struct lock_figures figures_of(const struct lock_cell *c, unsigned class, bool shared)
{
	for (size_t i = 0; i < c->nr_figures; i++)
		if (c->figures[i].class == class && c->figures[i].shared == shared)
			return c->figures[i];
	return (struct lock_figures){ .class = class, .shared = shared };
}

/* They stand with most waiting first. */
static const struct lock_who *largest_waiter(const struct lock_cell *c,
					     const struct lock_figures *f)
{
	for (size_t i = 0; i < c->nr_who; i++)
		if (c->who[i].class == f->class && c->who[i].shared == f->shared)
			return &c->who[i];
	return NULL;
}

/* A row for each class and direction, those without waits included. */
static void each(const struct findings *f, field_row_fn *fn, void *arg)
{
	for (size_t i = 0; i < f->locks->nr_cells; i++) {
		const struct lock_cell *c = &f->locks->cells[i];

		if (!c->valid)
			fn(arg, c, &(struct row){ .cell = c });
		for (unsigned k = 0; k < nr_lock_classes * 2 && c->valid; k++) {
			struct lock_figures lf = figures_of(c, k / 2, !(k % 2));
			struct row x = { c, &lf, largest_waiter(c, &lf) };

			if (!lf.shared || lf.waits || lock_classes[lf.class].kinds & LOCK_RWSEM)
				fn(arg, c, &x);
		}
	}
}

static json_t *head(const struct findings *f)
{
	return json_pack("{s:o, s:o}", "rate", field_text(f->locks->rate), "lock_notes",
			 field_texts(&f->locks->notes));
}

const struct dataset locks_data = {
	.fields = fields,
	.of_cell = 11,
	.of_row = NR_FIELDS - 2,
	.nr = NR_FIELDS - 1,
	.nr_json = NR_FIELDS,
	.list = "cells",
	.rows = "classes",
	.each = each,
	.head = head,
};
