/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c: cells and cell runs of a suite in measuring order; see plan.h. It
 * reads no file, no clock and no machine: the same suite gives the same plan
 * everywhere, which --resume and the folder rely on.
 */
#include "runners/suite/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rng.h"
#include "runners/suite/matrix.h"

#define ORDER_STREAM 0x6f72646572ull /* "order": the coin shares no stream with the workloads */

static int add_cells(struct plan *p, size_t workload, struct err *e)
{
	const struct suite *s = p->suite;
	const struct suite_workload *w = &s->workloads[workload];
	size_t n = matrix_size(w);

	if (!n)
		return err_add(e, EINVAL, "%s:%u: [workload %s] has a parameter without a value",
			       s->path, w->line, w->name);
	p->cells = xrealloc(p->cells, p->nr_cells + n, sizeof(*p->cells));
	for (size_t i = 0; i < n; i++) {
		struct err sub = ERR_INIT;

		if (matrix_cell(s, workload, i, &p->cells[p->nr_cells++], &sub))
			return err_add(e, EINVAL, "%s:%u: %s", s->path, w->line, sub.text);
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

static bool has_pass(const struct suite *s, enum pass pass, unsigned block)
{
	return s->passes >> pass & 1 && (pass == PASS_THROUGHPUT || block <= s->watch_blocks);
}

static void add_cell_runs(struct plan *p, size_t cell, unsigned block, enum pass pass,
			  const size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->units[p->nr_units++] = (struct plan_unit){
			.cell = cell,
			.variant = order[i],
			.block = block,
			.position = (unsigned)i + 1,
			.pass = pass,
			.seed = plan_block_seed(p->suite->seed, block),
		};
}

static void add_block(struct plan *p, unsigned block, size_t *order)
{
	size_t n = p->suite->nr_variants;

	draw_order(order, n,
		   plan_block_seed(p->suite->order_seed ? p->suite->order_seed : p->suite->seed,
				   block));
	for (size_t c = 0; c < p->nr_cells; c++)
		for (enum pass pass = 0; pass < NR_PASSES; pass++)
			if (has_pass(p->suite, pass, block))
				add_cell_runs(p, c, block, pass, order, n);
}

uint64_t plan_limit_ns(const struct suite *s, const struct plan_cell *c)
{
	uint64_t long_ns = 3 * (c->before_ns + c->timed_ns);

	if (s->mode != MODE_HOST)
		return s->limit_virtual_ns;
	return s->limit_wall_said || long_ns < s->limit_wall_ns ? s->limit_wall_ns : long_ns;
}

/* What a guard judges are the counts of a role that looks for stale data. */
static int check_guard(const struct plan *p, struct err *e)
{
	if (!p->suite->guard.there)
		return 0;
	for (size_t i = 0; i < p->nr_cells; i++)
		for (unsigned k = 0; k < p->cells[i].mix.nr; k++)
			if (p->cells[i].mix.entry[k].role->sees_stamps)
				return 0;
	return err_add(e, EINVAL,
		       "%s: none of its workloads looks for stale data: give a mix the roles "
		       "stale_read and hole_fill, as in configs/guard.ini",
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
	if (!ret && (!p->nr_cells || !s->nr_variants))
		ret = err_add(e, EINVAL, "%s: nothing to measure: it has no %s", s->path,
			      p->nr_cells ? "variant" : "workload");
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
 * The model: a cell run costs what it takes to boot, make the file system and
 * the file, and power off, plus its timed part times a slowdown; only exact
 * runs may share the machine. Exact: what the guests of E1, E2 and quick took on two cores,
 * 5.9 to 6.1 s each for 0.2 to 0.5 s of virtual time; kvm and host are guesses. A part bound by
 * operations is taken for a second.
 */
static const struct wall_model {
	double setup_s, slowdown;
	bool parallel;
} wall_models[] = {
	[MODE_EXACT] = { 5, 3, true }, [MODE_TCG] = { 10, 1, false }, [MODE_KVM] = { 4, 1, false },
	[MODE_HOST] = { 2, 1, false }, [MODE_AUTO] = { 10, 3, true }, /* should it come to exact,
									 the longer of the two */
};

/* What a pass costs besides: a recording reduced and compressed; instructions counted. */
static const double watching_s[NR_PASSES] = { [PASS_LOCKS] = 2, [PASS_PROFILE] = 3 };

double plan_expected_wall_s(const struct plan *p, unsigned guests)
{
	const struct wall_model *m = &wall_models[p->suite->mode];
	double sum_s = 0, longest_s = 0, share_s;

	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_cell *c = &p->cells[p->units[i].cell];
		uint64_t ns = (c->timed_ns ? c->timed_ns : 1000000000) + c->before_ns;
		double s =
			m->setup_s + m->slowdown * (double)ns / 1e9 + watching_s[p->units[i].pass];

		sum_s += s;
		if (s > longest_s)
			longest_s = s;
	}
	share_s = sum_s / (m->parallel && guests ? guests : 1);
	return share_s > longest_s ? share_s : longest_s;
}
