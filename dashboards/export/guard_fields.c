/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_fields.c: the counts of stale reads for other tools; see formats.h. */
#include "dashboards/export/formats.h"

/* cell NULL: the variant as a whole. */
struct row {
	const struct guard_variant *v;
	const struct guard_cell *cell;
	const struct guard_counts *counts;
	const struct guard_hit *first; /* NULL: none */
};

#define FIELD_OF struct row
#define OF_VARIANT(value) FIELD_IF(!x->cell, value)
#define FIELDS(F)                                                                                  \
	F(variant, field_text(x->v->name))                                                         \
	F(control, json_boolean(x->v->control))                                                    \
	F(workload, FIELD_IF(x->cell, field_text(x->cell->workload)))                              \
	F(params, FIELD_IF(x->cell, field_text(x->cell->params)))                                  \
	F(runs, field_whole(x->cell ? x->cell->runs : x->v->runs))                                 \
	F(reads, field_whole(guard_reads(x->counts)))                                              \
	F(zero, field_whole(x->counts->zero))                                                      \
	F(current, field_whole(x->counts->current))                                                \
	F(stale, field_whole(guard_hits(x->counts)))                                               \
	F(poison, field_whole(x->counts->poison))                                                  \
	F(stamp, field_whole(x->counts->stamp))                                                    \
	F(other, field_whole(x->counts->other))                                                    \
	F(eio, field_whole(x->counts->eio))                                                        \
	F(first_workload, FIELD_IF(x->first, field_text(x->first->workload)))                      \
	F(first_params, FIELD_IF(x->first, field_text(x->first->params)))                          \
	F(first_block, FIELD_IF(x->first, field_whole(x->first->block)))                           \
	F(first_seed, FIELD_IF(x->first, field_text(x->first->seed)))                              \
	F(first_ns, FIELD_IF(x->first, field_whole(x->first->after_ns)))                           \
	F(first_offset, FIELD_IF(x->first, field_whole(x->first->offset)))                         \
	F(first_address,                                                                           \
	  FIELD_IF(x->first && x->first->has_address, field_whole(x->first->address)))             \
	F(first_from, FIELD_IF(x->first && x->first->has_stamp, field_whole(x->first->from)))      \
	F(first_round, FIELD_IF(x->first && x->first->has_stamp, field_whole(x->first->round)))    \
	F(verdict, OF_VARIANT(json_string(guard_verdict_names[x->v->verdict])))                    \
	F(held_against,                                                                            \
	  OF_VARIANT(field_text(x->v->held_against ? x->v->held_against->name : NULL)))            \
	F(why, OF_VARIANT(field_text(x->v->why)))                                                  \
	F(troubled, OF_VARIANT(field_whole(x->v->troubled)))                                       \
	F(trouble, OF_VARIANT(field_text(x->v->trouble)))
FIELDS(FIELD_GET)
static const struct field fields[] = { FIELDS(FIELD_ROW) };
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* A row a variant, and one a variant and cell. */
static void each(const struct findings *f, field_row_fn *fn, void *arg)
{
	for (size_t i = 0; i < f->guard->nr_variants; i++) {
		const struct guard_variant *v = &f->guard->variants[i];

		fn(arg, NULL,
		   &(struct row){ v, NULL, &v->counts, v->first.workload ? &v->first : NULL });
		for (size_t k = 0; k < f->guard->nr_cells; k++) {
			const struct guard_cell *c = &v->cells[k];

			fn(arg, NULL,
			   &(struct row){ v, c, &c->counts, c->first.workload ? &c->first : NULL });
		}
	}
}

static json_t *head(const struct findings *f)
{
	return json_pack("{s:o, s:b}", "least", field_whole(f->guard->least), "control_hit",
			 (int)f->guard->control_hit);
}

const struct dataset guard_data = {
	.fields = fields,
	.of_row = NR_FIELDS,
	.nr = NR_FIELDS,
	.nr_json = NR_FIELDS,
	.list = "rows",
	.each = each,
	.head = head,
};
