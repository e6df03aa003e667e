/* SPDX-License-Identifier: GPL-2.0-or-later */
/* truth_fields.c: exact mode's changes beside those of the wall clock, for other tools. */
#include "dashboards/export/formats.h"

#define EXACT(member) x->side[TRUTH_EXACT].member
#define HOST(member) x->side[TRUTH_HOST].member

#define FIELD_OF struct truth_row
#define FIELDS(F)                                                                                  \
	F(suite, field_text(x->suite))                                                             \
	F(contrast, field_text(x->contrast))                                                       \
	F(baseline, field_text(x->baseline))                                                       \
	F(patched, field_text(x->patched))                                                         \
	F(workload, field_text(x->workload))                                                       \
	F(varying, field_text(x->varying))                                                         \
	F(role, field_text(x->role))                                                               \
	F(metric, field_text(x->metric))                                                           \
	F(exact_pairs, field_whole(EXACT(pairs)))                                                  \
	F(exact_change, field_real(EXACT(there), EXACT(change)))                                   \
	F(exact_low95, field_real(EXACT(i95.exists), EXACT(i95.low)))                              \
	F(exact_high95, field_real(EXACT(i95.exists), EXACT(i95.high)))                            \
	F(exact_min, field_real(EXACT(there), EXACT(min)))                                         \
	F(exact_max, field_real(EXACT(there), EXACT(max)))                                         \
	F(exact_reason, field_text(EXACT(reason)))                                                 \
	F(host_pairs, field_whole(HOST(pairs)))                                                    \
	F(host_change, field_real(HOST(there), HOST(change)))                                      \
	F(host_low95, field_real(HOST(i95.exists), HOST(i95.low)))                                 \
	F(host_high95, field_real(HOST(i95.exists), HOST(i95.high)))                               \
	F(host_min, field_real(HOST(there), HOST(min)))                                            \
	F(host_max, field_real(HOST(there), HOST(max)))                                            \
	F(host_reason, field_text(HOST(reason)))                                                   \
	F(inside, FIELD_IF(x->inside != TRUTH_UNKNOWN, json_boolean(x->inside == TRUTH_INSIDE)))   \
	F(direction, json_string(truth_direction_names[x->direction]))                             \
	F(apart, field_real(x->has_apart, x->apart))
FIELDS(FIELD_GET)
static const struct field fields[] = { FIELDS(FIELD_ROW) };
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void each(const struct findings *f, field_row_fn *fn, void *arg)
{
	for (size_t i = 0; i < f->truth->nr_rows; i++)
		fn(arg, NULL, &f->truth->rows[i]);
}

static json_t *head(const struct findings *f)
{
	const struct truth *t = f->truth;
	unsigned known = t->inside[TRUTH_INSIDE] + t->inside[TRUTH_OUTSIDE];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "intervals",
			 field_whole(known), "inside", field_whole(t->inside[TRUTH_INSIDE]),
			 "no_change_inside", field_whole(t->none_inside), "same_direction",
			 field_whole(t->direction[TRUTH_SAME]), "opposite_direction",
			 field_whole(t->direction[TRUTH_OPPOSITE]), "open_direction",
			 field_whole(t->direction[TRUTH_OPEN]), "apart_median",
			 field_real(t->has_apart, t->apart_median), "reach_median",
			 field_real(t->has_reach, t->reach_median));
}

const struct dataset truth_data = {
	.fields = fields,
	.of_row = NR_FIELDS,
	.nr = NR_FIELDS,
	.nr_json = NR_FIELDS,
	.list = "rows",
	.each = each,
	.head = head,
};
