/* SPDX-License-Identifier: GPL-2.0-or-later */
/* estimate.c: see estimate.h. */
#include "cli/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/ranks.h"
#include "lib/num.h"
#include "workloads/metric.h"

static double *place(const struct estimates *s, size_t cell, size_t variant, unsigned block)
{
	const struct suite *suite = s->plan->suite;

	return &s->value[(cell * suite->nr_variants + variant) * suite->blocks + block - 1];
}

static void init(struct estimates *s, const struct plan *p)
{
	size_t nr = p->nr_cells * p->suite->nr_variants * p->suite->blocks;

	s->plan = p;
	s->value = xcalloc(nr, sizeof(*s->value));
	for (size_t i = 0; i < nr; i++)
		s->value[i] = NAN;
}

/* The first primary metric of the whole workload that is there. */
static bool primary_value(const struct result *r, double *value)
{
	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *x = &r->samples[i];
		const struct metric *m = metric_find(x->metric);

		if (m && m->primary && !strcmp(x->role, "all") &&
		    !num_parse_double(x->value, value, NULL))
			return true;
	}
	return false;
}

void estimates_note(struct estimates *s, const struct plan *p, const struct plan_unit *u,
		    const struct result *r)
{
	double value;

	if (!s->plan)
		init(s, p);
	if (u->pass == PASS_THROUGHPUT && u->block <= p->suite->blocks && r->status == STATUS_OK &&
	    primary_value(r, &value))
		*place(s, u->cell, u->variant, u->block) = value;
}

static bool log_ratio(const struct estimates *s, const struct plan_unit *u,
		      const struct suite_contrast *c, unsigned block, double *d)
{
	double baseline = *place(s, u->cell, c->baseline, block);
	double patched = *place(s, u->cell, c->patched, block);

	*d = baseline > 0 && patched > 0 ? log(patched / baseline) : NAN;
	return isfinite(*d);
}

static bool is_side(const struct plan_unit *u, const struct suite_contrast *c)
{
	return c->baseline == u->variant || c->patched == u->variant;
}

static const struct suite_contrast *choose(const struct estimates *s, const struct plan_unit *u)
{
	const struct suite *suite = s->plan->suite;
	const struct suite_contrast *first = NULL;
	double d;

	for (size_t i = 0; i < suite->nr_contrasts; i++) {
		const struct suite_contrast *c = &suite->contrasts[i];

		if (!is_side(u, c))
			continue;
		/* Another pass may have more blocks. */
		if (u->block <= suite->blocks && log_ratio(s, u, c, u->block, &d))
			return c;
		first = first ? first : c;
	}
	return first;
}

bool estimates_of(const struct estimates *s, const struct plan_unit *u, struct estimate *out)
{
	const struct suite_contrast *c = s->plan ? choose(s, u) : NULL;
	unsigned blocks = s->plan ? s->plan->suite->blocks : 0;
	double *d;

	*out = (struct estimate){ 0 };
	if (!c)
		return false;
	d = xcalloc(blocks, sizeof(*d));
	for (unsigned b = 1; b <= blocks; b++)
		out->blocks += log_ratio(s, u, c, b, &d[out->blocks]);
	if (out->blocks) {
		out->contrast = c->name;
		out->change = exp(paired_estimate(d, out->blocks, NULL, NULL, 0));
	}
	free(d);
	return out->blocks > 0;
}

void estimates_release(struct estimates *s)
{
	free(s->value);
	*s = (struct estimates){ 0 };
}
