/* SPDX-License-Identifier: GPL-2.0-or-later */
/* comparison_fields.c: the rows of a comparison for other tools; see formats.h. */
#include <math.h>

#include "dashboards/export/formats.h"

/* The verdict of the cell belongs to the rows that decide it. */
static const char *cell_verdict(const struct comparison_row *row)
{
	return row->j.decides && row->cell ? verdict_names[row->cell->verdict] : "";
}

static json_t *blocks_json(const struct comparison_row *row)
{
	json_t *blocks = json_array();

	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *p = &row->pair[i];

		json_array_append_new(
			blocks, json_pack("{s:i, s:o, s:o, s:o}", "block", (int)p->block,
					  "baseline", field_real(p->has_baseline, p->baseline),
					  "patched", field_real(p->has_patched, p->patched),
					  "reason", field_text(p->reason)));
	}
	return blocks;
}

/* margin_pct: margins are whole thousandths of a per cent. */
#define FIELD_OF struct comparison_row
#define FIELDS(F)                                                                                  \
	F(contrast, field_text(x->contrast))                                                       \
	F(baseline, field_text(x->baseline))                                                       \
	F(patched, field_text(x->patched))                                                         \
	F(workload, field_text(x->workload))                                                       \
	F(params, field_text(x->params))                                                           \
	F(varying, field_text(x->varying))                                                         \
	F(pass, field_text(x->pass))                                                               \
	F(role, field_text(x->role))                                                               \
	F(metric, field_text(x->metric))                                                           \
	F(detail, field_text(x->detail))                                                           \
	F(unit, field_text(x->unit))                                                               \
	F(better, field_text(x->better))                                                           \
	F(primary, json_boolean(x->primary))                                                       \
	F(planned, field_whole(x->planned))                                                        \
	F(pairs, field_whole(x->pairs))                                                            \
	F(baseline_median, field_real(x->pairs, x->baseline_median))                               \
	F(patched_median, field_real(x->pairs, x->patched_median))                                 \
	F(ratio_median, field_real(x->has_ratio, x->ratio_median))                                 \
	F(ratio_min, field_real(x->has_ratio, x->ratio_min))                                       \
	F(ratio_max, field_real(x->has_ratio, x->ratio_max))                                       \
	F(mark, field_text(mark_names[x->mark]))                                                   \
	F(reason, field_text(x->reason))                                                           \
	F(no_ratio, field_text(x->no_ratio))                                                       \
	F(verdict, field_text(verdict_names[x->j.r.verdict]))                                      \
	F(why, field_text(x->j.r.why))                                                             \
	F(decides, json_boolean(x->j.decides))                                                     \
	F(significant, json_boolean(x->j.r.significant))                                           \
	F(fact, json_boolean(x->j.r.fact))                                                         \
	F(more_blocks, field_whole(x->j.r.more_blocks))                                            \
	F(look, field_whole(x->j.look))                                                            \
	F(margin, field_real(x->j.done, x->j.margin))                                              \
	F(margin_pct, field_real(x->j.done, round(x->j.margin * 1e5) / 1e3))                       \
	F(change, field_real(x->j.has_change, x->j.change))                                        \
	F(change_low95, field_real(x->j.i95.exists, x->j.i95.low))                                 \
	F(change_high95, field_real(x->j.i95.exists, x->j.i95.high))                               \
	F(change_low90, field_real(x->j.i90.exists, x->j.i90.low))                                 \
	F(change_high90, field_real(x->j.i90.exists, x->j.i90.high))                               \
	F(sd_log, field_real(x->j.has_change, x->j.sd_log))                                        \
	F(p_flip, field_real(x->j.has_p, x->j.p_flip))                                             \
	F(p_signed_rank, field_real(x->j.has_p, x->j.p_signed_rank))                               \
	F(p_family, field_real(x->j.has_p, x->j.p_family))                                         \
	F(p_holm, field_real(x->j.has_p, x->j.p_holm))                                             \
	F(lock, field_text(x->l.class))                                                            \
	F(lock_waits_baseline, field_real(x->l.there, x->l.waits[0]))                              \
	F(lock_waits_patched, field_real(x->l.there, x->l.waits[1]))                               \
	F(lock_ns_baseline, field_real(x->l.there, x->l.wait_ns[0]))                               \
	F(lock_ns_patched, field_real(x->l.there, x->l.wait_ns[1]))                                \
	F(lock_part, field_text(lock_part_names[x->l.part]))                                       \
	F(lock_share, field_real(x->l.has_share, x->l.share))                                      \
	F(instructions_baseline, field_real(x->p.there, x->p.instructions[0]))                     \
	F(instructions_patched, field_real(x->p.there, x->p.instructions[1]))                      \
	F(instructions_share, field_real(x->p.has_share, x->p.share))                              \
	F(function, field_text(x->p.function))                                                     \
	F(function_baseline, field_real(x->p.function, x->p.of_function[0]))                       \
	F(function_patched, field_real(x->p.function, x->p.of_function[1]))                        \
	F(because, field_text(x->because))                                                         \
	F(zero, field_text(zero_names[x->j.zero]))                                                 \
	F(resolution, field_real(x->resolution > 0, x->resolution))                                \
	F(cell_verdict, field_text(cell_verdict(x)))
FIELDS(FIELD_GET)
FIELD_GET(blocks, blocks_json(x))
static const struct field fields[] = { FIELDS(FIELD_ROW) FIELD_ROW(blocks, ) };
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))
_Static_assert(NR_FIELDS <= FIELDS_MAX, "a row has room for them");

static void each(const struct findings *f, field_row_fn *fn, void *arg)
{
	for (size_t k = 0; k < f->c->nr_rows; k++)
		fn(arg, NULL, &f->c->rows[k]);
}

#define TEXT(name) #name, field_text(x->name) /* a member of json_pack's "s:o" */

static json_t *gaps_json(const struct comparison *c)
{
	json_t *gaps = json_array();

	for (size_t i = 0; i < c->unmeasured; i++) {
		const struct comparison_gap *x = &c->gaps[i];

		json_array_append_new(gaps, json_pack("{s:o, s:o, s:o, s:i, s:o}", TEXT(contrast),
						      TEXT(workload), TEXT(params), "block",
						      (int)x->block, TEXT(reason)));
	}
	return gaps;
}

static json_t *cells_json(const struct comparison *c)
{
	static const char *const ends[] = { "", "broken", "repaired" };
	json_t *cells = json_array();

	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct comparison_cell *x = &c->cells[i];

		json_array_append_new(
			cells, json_pack("{s:o, s:o, s:o, s:s, s:i, s:s, s:i, s:o}", TEXT(contrast),
					 TEXT(workload), TEXT(params), "verdict",
					 verdict_names[x->verdict], "members", (int)x->nr_members,
					 "kernel", ends[x->end], "kernel_blocks",
					 (int)x->end_blocks, "kernel_line", field_text(x->line)));
	}
	return cells;
}

static void add_real(json_t *one, const char *prefix, const char *name, bool there, double v)
{
	char key[32];

	snprintf(key, sizeof(key), "%s%s", prefix, name);
	json_object_set_new(one, key, field_real(there, v));
}

static void add_mean(json_t *one, const char *prefix, const struct headline_mean *m)
{
	add_real(one, prefix, "mean", m->cells, m->mean);
	add_real(one, prefix, "mean_low95", m->i95.exists, m->i95.low);
	add_real(one, prefix, "mean_high95", m->i95.exists, m->i95.high);
}

static json_t *headlines_json(const struct comparison *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nr_headlines; i++) {
		const struct headline *x = &c->headlines[i];
		json_t *one = json_pack("{s:o}", TEXT(contrast));

		for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
			json_object_set_new(one, verdict_names[v], json_integer(x->nr[v]));
		add_mean(one, "", &x->rate);
		add_mean(one, "path_", &x->path);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *head(const struct findings *f)
{
	const struct comparison *x = f->c;
#define TEXTS(name) #name, field_texts(&x->name)

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "unmeasured",
			 field_whole(x->unmeasured), "gaps", gaps_json(x), "cells", cells_json(x),
			 "headlines", headlines_json(x), TEXTS(warnings), TEXTS(remarks),
			 TEXTS(lock_notes), TEXTS(cost_notes));
}

const struct dataset comparison_data = {
	.fields = fields,
	.of_row = NR_FIELDS - 1,
	.nr = NR_FIELDS - 1,
	.nr_json = NR_FIELDS,
	.list = "rows",
	.each = each,
	.head = head,
};
