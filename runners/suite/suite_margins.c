/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_margins.c: [margins], one key a metric: the change up to which two values
 * are the same. Whether a change is past it is for analysis/ to say.
 */
#include "lib/num.h"
#include "runners/suite/suite_read.h"
#include "workloads/metric.h"

#define MARGIN_MAX 50000 /* 50 %, in thousandths of a per cent */

static void read_margin(struct suite_reader *r, const struct ini_key *k)
{
	struct err sub = ERR_INIT;
	struct suite_margin *m;
	uint64_t v;

	if (num_parse(k->value, NUM_PCT, &v, &sub)) {
		suite_mistake_err(r, k->line, k->name, &sub);
		return;
	}
	if (!v || v > MARGIN_MAX) {
		suite_mistake(r, k->line,
			      "%s: %.64s is no margin: give more than 0%% and up to 50%%", k->name,
			      k->value);
		return;
	}
	m = SUITE_GROW(r->s->margins, r->s->nr_margins);
	m->metric = xstrdup(k->name);
	m->thousandths_pct = v;
}

void suite_read_margins(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct strv known = STRV_INIT;

	(void)name;
	for (const struct metric *m = metrics; m->name; m++)
		strv_add(&known, m->name);
	for (size_t i = 0; i < sec->nr_keys; i++) {
		const struct ini_key *k = &sec->keys[i];

		if (!metric_find(k->name))
			suite_mistake_unknown(r, k->line, "metric", k->name,
					      (const char *const *)known.v);
		else if (!suite_key_again(r, sec, i))
			read_margin(r, k);
	}
	strv_release(&known);
}
