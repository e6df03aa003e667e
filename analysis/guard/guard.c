/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard.c: see guard.h. The counts of a run stand whatever its status: they make it invalid. */
#include "analysis/guard/guard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/tables.h"
#include "lib/num.h"

/* The words a reason begins with where it is the hit itself (workloads/roles/stale_read.c). */
#define STALE_REASON "stale data in "

const char *const guard_verdict_names[NR_GUARD_VERDICTS] = { "clean", "stale", "unsure" };

/* clang-format off */
enum count { ZERO, CURRENT, POISON, STAMP, OTHER, READ_EIO, FIRST, OFFSET, ADDRESS, FROM, ROUND,
	     ERRORS,  /* of all roles together; the others are stale_read's own */
	     NR_COUNTS };
/* clang-format on */

static const char *const count_names[NR_COUNTS] = {
	"reads_zero",  "reads_current", "stale_poison",  "stale_stamp", "stale_other", "reads_eio",
	"stale_first", "stale_offset",  "stale_address", "stale_from",  "stale_round", "errors",
};

struct raw { /* one cell run */
	uint64_t v[NR_COUNTS];
	bool told[NR_COUNTS];
};

struct making {
	const struct results *r;
	struct guard *g;
	struct raw *raw; /* results_run_at */
	uint32_t *cell;  /* g->nr_cells of them: numbers in r */
};

uint64_t guard_hits(const struct guard_counts *c)
{
	return c->poison + c->stamp + c->other;
}

/* Reads that returned data: right or stale. */
static uint64_t judged(const struct guard_counts *c)
{
	return guard_hits(c) + c->zero + c->current;
}

uint64_t guard_reads(const struct guard_counts *c)
{
	return judged(c) + c->eio;
}

static enum count count_of(const struct results *r, const struct measure *m)
{
	enum count c = 0;

	while (c < NR_COUNTS && strcmp(r->metrics[m->metric].name, count_names[c]))
		c++;
	return m->pass || (c == ERRORS && m->role != STRING_ALL) ? NR_COUNTS : c;
}

static void read_samples(struct making *k)
{
	const struct results *r = k->r;
	enum count *of = xcalloc(r->measure_index.nr, sizeof(*of));

	for (uint32_t m = 0; m < r->measure_index.nr; m++)
		of[m] = count_of(r, &r->measures[m]);
	for (const struct sample *s = r->samples; s < r->samples + r->nr_samples; s++) {
		struct raw *raw = &k->raw[results_run_at(r, s->cell, s->variant, s->block)];
		enum count c = of[s->measure];

		if (c == NR_COUNTS || !s->told || s->value < 0 || s->value > 0x1p63)
			continue;
		raw->v[c] = (uint64_t)s->value;
		raw->told[c] = true;
	}
	free(of);
}

/* Not if one of its runs is fine and has no such counts. If all went wrong it might have. */
static bool looks(const struct making *k, uint32_t cell)
{
	for (uint32_t v = 0; v < k->r->variant_index.nr; v++)
		for (uint32_t b = 1; b <= k->r->blocks; b++)
			if (unit_ok(results_unit(k->r, cell, v, b, 0)) &&
			    !k->raw[results_run_at(k->r, cell, v, b)].told[ZERO])
				return false;
	return true;
}

static void add_counts(struct guard_counts *c, const uint64_t *v)
{
	c->zero += v[ZERO];
	c->current += v[CURRENT];
	c->poison += v[POISON];
	c->stamp += v[STAMP];
	c->other += v[OTHER];
	c->eio += v[READ_EIO];
}

static void take_first(struct guard_hit *h, const struct guard_cell *c, const struct raw *raw,
		       uint32_t block, const char *seed)
{
	if (!raw->told[FIRST] || (h->workload && h->after_ns <= raw->v[FIRST]))
		return;
	*h = (struct guard_hit){
		CELL_NAMES(c),
		.block = block,
		.seed = seed,
		.after_ns = raw->v[FIRST],
		.offset = raw->v[OFFSET],
		.has_address = raw->told[ADDRESS],
		.address = raw->v[ADDRESS],
		.has_stamp = raw->told[FROM],
		.from = raw->v[FROM],
		.round = raw->v[ROUND],
	};
}

/* The complaint about a cell run beside hits; NULL: none. */
static const char *trouble_of(const struct results *r, const struct unit *u, const struct raw *raw)
{
	const char *reason = intern_str(&r->strings, u->reason);

	if (!u->seen)
		return "it was not run";
	if (u->status != SAMPLE_OK && strncmp(reason, STALE_REASON, strlen(STALE_REASON)))
		return reason;
	if (!raw->told[ZERO])
		return "it has no counts";
	if (!raw->v[CURRENT])
		return "no read met a stamp: where they read nothing was filled";
	if (raw->v[ERRORS] > raw->v[READ_EIO])
		return "more failed than direct reads by EIO: some fills or syncs were not done";
	return NULL;
}

static void sum_run(const struct making *k, struct guard_variant *v, struct guard_cell *c,
		    uint32_t cell, uint32_t variant, uint32_t block)
{
	const struct raw *raw = &k->raw[results_run_at(k->r, cell, variant, block)];
	uint32_t seed = k->r->seed_of_block[block - 1];
	const char *trouble = trouble_of(k->r, results_unit(k->r, cell, variant, block, 0), raw);

	v->planned++;
	if (trouble && !v->troubled++)
		v->trouble = trouble;
	if (!raw->told[ZERO])
		return;
	v->runs++;
	c->runs++;
	add_counts(&c->counts, raw->v);
	add_counts(&v->counts, raw->v);
	take_first(&c->first, c, raw, block, seed ? intern_str(&k->r->strings, seed - 1) : "");
	if (c->first.workload && (!v->first.workload || c->first.after_ns < v->first.after_ns))
		v->first = c->first;
}

static void sum_variant(const struct making *k, uint32_t variant)
{
	const struct results *r = k->r;
	struct guard_variant *v = &k->g->variants[variant];

	v->name = r->variants[variant].name;
	v->cells = xcalloc(k->g->nr_cells, sizeof(*v->cells));
	for (size_t i = 0; i < k->g->nr_cells; i++) {
		const struct results_cell *c = &r->cells[k->cell[i]];

		v->cells[i] = (struct guard_cell){ CELL_NAMES(c) };
		for (uint32_t b = 1; b <= r->blocks; b++)
			sum_run(k, v, &v->cells[i], k->cell[i], variant, b);
	}
}

static void find_controls(struct guard *g, const struct results *r)
{
	const json_t *said = json_object_get(r->run, "guard"), *item;
	json_int_t least = json_integer_value(json_object_get(said, "least"));
	size_t i;

	g->least = least > 0 ? (uint64_t)least : GUARD_LEAST;
	json_array_foreach(json_object_get(said, "control"), i, item) {
		const char *name = json_string_value(item);
		uint32_t v = name ? intern_find(&r->variant_index, name) : INTERN_NONE;

		if (v == INTERN_NONE)
			continue;
		g->variants[v].control = g->has_control = true;
		g->control_hit |= guard_hits(&g->variants[v].counts) > 0;
	}
	for (i = 0; i < r->nr_contrasts; i++) {
		const struct guard_variant *base = &g->variants[r->contrasts[i].baseline];

		if (base->control && guard_hits(&base->counts))
			g->variants[r->contrasts[i].patched].held_against = base;
	}
}

static void judge(const struct guard *g, struct guard_variant *v)
{
	struct buf why = BUF_INIT;
	char have[32], want[32];

	v->verdict = guard_hits(&v->counts) ? GUARD_STALE : GUARD_CLEAN;
	if (v->verdict == GUARD_STALE)
		return;
	if (v->control)
		buf_adds(&why, "a control that was not hit");
	else if (judged(&v->counts) < g->least)
		buf_addf(&why, "%s reads that returned data are fewer than %s",
			 num_format(have, judged(&v->counts), NUM_COUNT),
			 num_format(want, g->least, NUM_COUNT));
	else if (v->troubled)
		buf_addf(&why, "%u of %u cell runs have a complaint of their own", v->troubled,
			 v->planned);
	else if (!g->has_control)
		buf_adds(&why, "no variant is named as a control ([guard] in the suite)");
	else if (!g->control_hit)
		buf_adds(&why, "no control was hit, so a hit could not have been seen");
	if (!why.len)
		return;
	v->verdict = GUARD_UNSURE;
	v->why = buf_detach(&why, NULL);
}

int guard_make(struct guard *g, const struct results *r, struct err *e)
{
	struct making k = { .r = r, .g = g };
	uint32_t n = r->variant_index.nr;

	*g = (struct guard){ .variants = NULL };
	k.raw = xcalloc(results_nr_runs(r), sizeof(*k.raw));
	k.cell = xcalloc(r->cell_index.nr, sizeof(*k.cell));
	read_samples(&k);
	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		if (looks(&k, c))
			k.cell[g->nr_cells++] = c;
	if (g->nr_cells) {
		g->nr_variants = n;
		g->variants = xcalloc(n, sizeof(*g->variants));
		for (uint32_t v = 0; v < n; v++)
			sum_variant(&k, v);
		find_controls(g, r);
		for (uint32_t v = 0; v < n; v++)
			judge(g, &g->variants[v]);
	}
	free(k.raw);
	free(k.cell);
	return g->nr_cells ? 0
			   : err_add(e, ENOENT,
				     "nothing in these results looked for stale data by the role "
				     "stale_read");
}

void guard_release(struct guard *g)
{
	for (size_t i = 0; i < g->nr_variants; i++) {
		free(g->variants[i].cells);
		free(g->variants[i].why);
	}
	free(g->variants);
	*g = (struct guard){ .variants = NULL };
}

unsigned guard_count(const struct guard *g, enum guard_verdict v)
{
	unsigned n = 0;

	for (size_t i = 0; i < g->nr_variants; i++)
		n += !g->variants[i].control && g->variants[i].verdict == v;
	return n;
}

unsigned guard_alarms(const struct guard *g)
{
	unsigned n = 0;

	for (const struct guard_variant *v = g->variants; v < g->variants + g->nr_variants; v++)
		n += v->verdict == GUARD_STALE && !v->control && !v->held_against;
	return n;
}

void guard_carried(struct buf *b, const struct guard_hit *h)
{
	if (h->has_address)
		buf_addf(b, "the mark of device address %" PRIu64, h->address);
	else if (h->has_stamp)
		buf_addf(b, "the stamp of offset %" PRIu64 " in round %" PRIu64, h->from, h->round);
	else
		buf_adds(b, "neither a mark nor a stamp");
}
