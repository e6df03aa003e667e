/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: cells and cell runs of a suite in measuring order; see plan.h. */
#include "runners/suite/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rng.h"

#define ORDER_STREAM 0x6f72646572ull /* "order": the coin shares no stream with the workloads */

static int add_cells(struct plan *p, size_t workload, struct err *e)
{
	const struct suite *s = p->suite;
	const struct suite_workload *w = &s->workloads[workload];
	size_t n = plan_cells(w);

	p->cells = xrealloc(p->cells, p->nr_cells + n, sizeof(*p->cells));
	for (size_t i = 0; i < n; i++) {
		struct plan_cell *c = &p->cells[p->nr_cells++];
		struct err sub = ERR_INIT;

		if (plan_cell_make(w, i, s, c, &sub))
			return err_add(e, EINVAL, "%s:%u: %s", s->path, w->line, sub.text);
		c->workload = workload;
	}
	return 0;
}

/* Fisher and Yates (Durstenfeld 1964); with two variants this is one fair coin. */
static void draw_order(size_t *order, size_t n, uint64_t block_seed)
{
	struct rng r = { rng_mix(block_seed, ORDER_STREAM) };

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i-- > 1;) {
		size_t j = rng_below(&r, i + 1), was = order[i];

		order[i] = order[j];
		order[j] = was;
	}
}

uint64_t plan_block_seed(uint64_t suite_seed, unsigned block)
{
	return rng_mix(suite_seed, block) >> 11;
}

void plan_unit_key(const struct plan_unit *u, char dst[64])
{
	snprintf(dst, 64, "b%04u-c%04zu-v%02zu-%s", u->block, u->cell + 1, u->variant + 1,
		 pass_names[u->pass]);
}

static bool has_pass(const struct suite *s, enum pass pass, unsigned block)
{
	return s->passes >> pass & 1 && (pass == PASS_THROUGHPUT || block <= s->watch_blocks);
}

static void add_block(struct plan *p, unsigned block, size_t *order)
{
	const struct suite *s = p->suite;
	uint64_t seed = s->order_seed ? s->order_seed : s->seed;

	draw_order(order, s->nr_variants, plan_block_seed(seed, block));
	for (size_t c = 0; c < p->nr_cells; c++)
		for (enum pass pass = 0; pass < NR_PASSES; pass++)
			for (size_t i = 0; has_pass(s, pass, block) && i < s->nr_variants; i++)
				p->units[p->nr_units++] = (struct plan_unit){
					.cell = c,
					.variant = order[i],
					.block = block,
					.position = (unsigned)i + 1,
					.pass = pass,
					.seed = plan_block_seed(s->seed, block),
				};
}

/* A guard judges the counts of a role that looks for stale data. */
static int check_guard(const struct plan *p, struct err *e)
{
	if (!p->suite->guard.there)
		return 0;
	for (size_t i = 0; i < p->nr_cells; i++)
		for (unsigned k = 0; k < p->cells[i].mix.nr; k++)
			if (p->cells[i].mix.entry[k].role->sees_stamps)
				return 0;
	return err_add(e, EINVAL,
		       "%s: none of its workloads looks for stale data: give a mix stale_read",
		       p->suite->path);
}

void plan_order(struct plan *p)
{
	size_t *order = xcalloc(p->suite->nr_variants, sizeof(*order));

	p->nr_units = 0;
	for (unsigned block = 1; block <= p->suite->blocks; block++)
		add_block(p, block, order);
	free(order);
}

int plan_make(struct plan *p, const struct suite *s, struct err *e)
{
	int ret = 0;

	*p = (struct plan){ .suite = s };
	for (size_t i = 0; !ret && i < s->nr_workloads; i++)
		ret = add_cells(p, i, e);
	if (!ret)
		ret = check_guard(p, e);
	if (!ret && !s->nr_variants)
		ret = err_add(e, EINVAL, "%s: nothing to measure: it has no variant", s->path);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		plan_release(p);
		return ret;
	}
	p->units = xcalloc(p->nr_cells * s->nr_variants * s->blocks * NR_PASSES, sizeof(*p->units));
	plan_order(p);
	return 0;
}

const struct plan_unit *plan_block_units(const struct plan *p, unsigned block)
{
	size_t i = 0;

	while (p->units[i].block != block)
		i++;
	return &p->units[i];
}

void plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->nr_cells; i++)
		plan_cell_release(&p->cells[i]);
	free(p->cells);
	free(p->units);
	*p = (struct plan){ 0 };
}

/*
 * A cell run costs its start (a boot, or a saved state), the making of the file system and the
 * file, and its timed part times a slowdown; where operations bound that part, a guess. Exact's
 * figures are those of E1 to E9 on two cores (November 2026); kvm's and host's are guesses.
 */
static const struct wall_model {
	double setup_s, slowdown, bounded_s;
	bool parallel;
} wall_models[] = {
	[MODE_EXACT] = { 1, 4, 0.3, true }, [MODE_TCG] = { 10, 1, 1, false },
	[MODE_KVM] = { 4, 1, 1, false },    [MODE_HOST] = { 2, 1, 1, false },
	[MODE_AUTO] = { 10, 3, 1, true }, /* exact or kvm */
};

/* The cost of watching: a recording reduced and compressed; instructions counted. */
static const double watching_s[NR_PASSES] = { [PASS_LOCKS] = 1.5, [PASS_PROFILE] = 1 };

double plan_expected_wall_s(const struct plan *p, unsigned guests)
{
	const struct wall_model *m = &wall_models[p->suite->mode];
	double sum_s = 0, longest_s = 0, share_s;

	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_cell *c = &p->cells[p->units[i].cell];
		double timed_s = c->timed_ns ? (double)c->timed_ns / 1e9 : m->bounded_s;
		double s = m->setup_s + m->slowdown * (timed_s + (double)c->before_ns / 1e9) +
			   watching_s[p->units[i].pass];

		sum_s += s;
		if (s > longest_s)
			longest_s = s;
	}
	share_s = sum_s / (m->parallel && guests ? guests : 1);
	return share_s > longest_s ? share_s : longest_s;
}
