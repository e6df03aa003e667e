/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results_order.c: the samples of a whole file put into the one order that
 * results_impl.h promises, whatever the order of rows was.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results_impl.h"
#include "lib/buf.h"

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* "all" first, then by name. */
static int compare_roles(const struct results *r, uint32_t a, uint32_t b)
{
	if (a == b || a == STRING_ALL || b == STRING_ALL)
		return (b == STRING_ALL) - (a == STRING_ALL);
	return strcmp(intern_str(&r->strings, a), intern_str(&r->strings, b));
}

/* As run.json lists them; those it does not know after them, by name. */
static int compare_metrics(const struct results *r, uint32_t a, uint32_t b)
{
	const struct results_metric *ma = &r->metrics[a], *mb = &r->metrics[b];

	if (ma->planned && mb->planned)
		return compare_u32(a, b);
	if (ma->planned || mb->planned)
		return ma->planned ? -1 : 1;
	return strcmp(ma->name, mb->name);
}

static int compare_measures(const void *a, const void *b, void *arg)
{
	const struct results *r = arg;
	const struct measure *ma = &r->measures[*(const uint32_t *)a];
	const struct measure *mb = &r->measures[*(const uint32_t *)b];
	int d = compare_u32(ma->pass, mb->pass);

	if (!d)
		d = compare_roles(r, ma->role, mb->role);
	if (!d)
		d = compare_metrics(r, ma->metric, mb->metric);
	if (!d)
		d = strcmp(intern_str(&r->strings, ma->detail),
			   intern_str(&r->strings, mb->detail));
	return d;
}

/* Number the measures in the order in which they are to be shown. */
static void order_measures(struct results *r)
{
	uint32_t *order = xcalloc(r->nr_measures, sizeof(*order));
	uint32_t *place = xcalloc(r->nr_measures, sizeof(*place));
	struct measure *sorted = xcalloc(r->nr_measures, sizeof(*sorted));

	for (uint32_t i = 0; i < r->nr_measures; i++)
		order[i] = i;
	qsort_r(order, r->nr_measures, sizeof(*order), compare_measures, r);
	for (uint32_t i = 0; i < r->nr_measures; i++) {
		sorted[i] = r->measures[order[i]];
		place[order[i]] = i;
	}
	for (size_t i = 0; i < r->nr_samples; i++)
		r->samples[i].measure = place[r->samples[i].measure];
	free(r->measures);
	r->measures = sorted;
	free(place);
	free(order);
}

static int compare_samples(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;
	int d = compare_u32(x->measure, y->measure);

	if (!d)
		d = compare_u32(x->variant, y->variant);
	if (!d)
		d = compare_u32(x->block, y->block);
	if (!d)
		d = compare_u32(x->attempt, y->attempt);
	return d ? d : compare_u32(x->line, y->line);
}

/* Distribute the samples to their cells (a counting sort), then sort each cell's. */
static void order_samples(struct results *r)
{
	struct sample *sorted = xcalloc(r->nr_samples, sizeof(*sorted));
	size_t *start = xcalloc((size_t)r->cell_index.nr + 1, sizeof(*start));
	size_t *next = xcalloc(r->cell_index.nr, sizeof(*next));

	for (size_t i = 0; i < r->nr_samples; i++)
		start[r->samples[i].cell + 1]++;
	for (uint32_t c = 0; c < r->cell_index.nr; c++) {
		start[c + 1] += start[c];
		next[c] = start[c];
	}
	for (size_t i = 0; i < r->nr_samples; i++)
		sorted[next[r->samples[i].cell]++] = r->samples[i];
	free(r->samples);
	free(next);
	r->samples = sorted;
	r->cell_start = start;
	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		qsort(sorted + start[c], start[c + 1] - start[c], sizeof(*sorted), compare_samples);
}

static int check_duplicates(const struct results *r, const char *path, struct err *e)
{
	for (size_t i = 1; i < r->nr_samples; i++) {
		const struct sample *a = &r->samples[i - 1], *b = &r->samples[i];

		if (a->cell != b->cell || a->measure != b->measure || a->variant != b->variant ||
		    a->block != b->block || a->attempt != b->attempt)
			continue;
		return err_add(e, EINVAL,
			       "%s:%u: the same sample as in line %u (variant %.64s, "
			       "block %u, attempt %u, role %.64s, metric %.64s)",
			       path, b->line, a->line, r->variants[b->variant].name, b->block,
			       b->attempt, intern_str(&r->strings, r->measures[b->measure].role),
			       r->metrics[r->measures[b->measure].metric].name);
	}
	return 0;
}

/* A later attempt replaces an earlier one whole, also where it measured less. */
static void drop_superseded(struct results *r)
{
	size_t kept = 0;
	size_t i = 0;

	for (uint32_t c = 0; c < r->cell_index.nr; c++) {
		size_t end = r->cell_start[c + 1];

		r->cell_start[c] = kept;
		for (; i < end; i++) {
			const struct sample *s = &r->samples[i];
			const struct unit *u = results_unit(r, c, s->variant, s->block,
							    r->measures[s->measure].pass);

			if (s->attempt + 1 == u->seen)
				r->samples[kept++] = *s;
		}
	}
	r->cell_start[r->cell_index.nr] = kept;
	r->nr_samples = kept;
}

int results_finish(struct results *r, const char *samples_path, struct err *e)
{
	int ret;

	order_measures(r);
	order_samples(r);
	ret = check_duplicates(r, samples_path, e);
	if (!ret)
		drop_superseded(r);
	return ret;
}
