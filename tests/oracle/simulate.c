/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simulate.c: the verdicts on made-up duels of which the truth is known, through
 * the code that judges real ones: simulate [ROUNDS] prints TAP; with "table" also
 * what other suites' rules make of the same data. Seeded: the same every time.
 *
 * A made-up duel is a sequence of runs in time, as fsduel makes it: block by
 * block, cell by cell, both variants in the order of the block's coin. Noise and
 * drift belong to the time of the run, not to the variant.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "tests/oracle/made_up.h"
#include "tests/oracle/peers.h"

#define CELLS 20
#define BLOCKS_MAX 20
#define RUNS_MAX (CELLS * BLOCKS_MAX * 2)
#define CV 0.01          /* of one run */
#define PEER_ROUNDS 2000 /* enough for others' rules: they are slow, or not close to 5 % */
#define DRAWS 1999       /* flips where not all are gone through: enough for 5 % */

enum noise { GAUSSIAN, LOGNORMAL, TWO_HUMPS, AUTOCORRELATED, NR_NOISES };
static const char *const noise_names[] = { "Gaussian", "lognormal", "two humps", "autocorrelated" };

struct world {
	enum noise noise;
	double drift; /* over the whole run: 0.03 is 3 % */
	unsigned blocks;
	double effect; /* log ratio of cell 0 */
	bool separate; /* all of baseline, then all of patched: what others do */
};

struct duel {
	struct comparison_row row[CELLS];
	struct comparison_row *rows[CELLS];
	struct comparison_pair pair[CELLS][BLOCKS_MAX];
	double a[CELLS][BLOCKS_MAX], b[CELLS][BLOCKS_MAX];
};

/* Factors around 1 with a coefficient of variation of about CV, in order of time. */
static void make_noise(struct rng *r, enum noise kind, double *v, size_t n)
{
	double ar = normal(r);

	for (size_t i = 0; i < n; i++) {
		double z = normal(r);

		switch (kind) {
		case GAUSSIAN:
			v[i] = 1 + CV * z;
			break;
		case LOGNORMAL: /* mean sqrt(e), variance (e - 1) e */
			v[i] = 1 + CV * (exp(z) - exp(0.5)) / sqrt((M_E - 1) * M_E);
			break;
		case TWO_HUMPS:
			v[i] = 1 + CV * (0.3 * z + (rng_below(r, 2) ? 0.95 : -0.95));
			break;
		default:
			ar = 0.9 * ar + sqrt(1 - 0.9 * 0.9) * z;
			v[i] = 1 + CV * ar;
		}
	}
}

static void make_duel(struct duel *d, const struct world *w, struct rng *r)
{
	size_t runs = (size_t)CELLS * w->blocks * 2, at = 0;
	double v[RUNS_MAX];

	make_noise(r, w->noise, v, runs);
	memset(d, 0, sizeof(*d));
	for (size_t i = 0; i < runs; i++)
		v[i] *= 1 + w->drift * ((double)i / (double)runs - 0.5);
	for (unsigned b = 0; b < w->blocks; b++) {
		bool coin = rng_below(r, 2);

		for (size_t c = 0; c < CELLS; c++, at += 2) {
			double first = v[at], second = v[at + 1];

			if (w->separate) {
				first = v[at / 2];
				second = v[runs / 2 + at / 2];
				coin = false;
			}
			d->a[c][b] = 1000 * (coin ? second : first);
			d->b[c][b] = 1000 * (coin ? first : second) * exp(c ? 0 : w->effect);
		}
	}
	for (size_t c = 0; c < CELLS; c++) {
		d->row[c] = made_up_row(d->pair[c], w->blocks);
		d->rows[c] = &d->row[c];
		for (unsigned b = 0; b < w->blocks; b++)
			d->pair[c][b] = made_up_pair(b + 1, d->a[c][b], d->b[c][b]);
	}
}

static void judge_duel(struct duel *d, unsigned blocks, struct judge_look *looks, size_t nr_looks)
{
	struct judge j = { .paired = true, .families = 1, .seed = 1, .draws = DRAWS };

	if (looks)
		judge_set_looks(&j, looks, nr_looks);
	else
		judge_set_unplanned(&j, NULL, 0, blocks);
	judge_rows(&j, d->rows, CELLS);
	free(j.looks);
	free(j.shown);
}

static char *world_name(const struct world *w)
{
	return xasprintf("%s, %s drift, %u blocks", noise_names[w->noise],
			 w->drift != 0 ? "3 %" : "no", w->blocks);
}

/* --- nothing changed ------------------------------------------------------------------------ */

struct alarms {
	unsigned family, covered, cells, peer[NR_PEERS];
};

static void count_alarms(struct alarms *x, struct duel *d, const struct world *w, bool others)
{
	bool family = false, peer[NR_PEERS] = { false };

	judge_duel(d, w->blocks, NULL, 0);
	for (size_t c = 0; c < CELLS; c++) {
		const struct judgement *j = &d->row[c].j;

		family |= j->r.significant; /* stricter than a verdict: whatever the size */
		x->cells++;
		x->covered += !j->i95.exists || (j->i95.low <= 1 && j->i95.high >= 1);
		for (size_t p = 0; p < NR_PEERS && others; p++)
			peer[p] |= peers[p].changed(d->a[c], d->b[c], w->blocks);
	}
	x->family += family;
	for (size_t p = 0; p < NR_PEERS; p++)
		x->peer[p] += peer[p];
}

static struct alarms nothing_changed(const struct world *w, unsigned rounds, bool others)
{
	struct rng r = { rng_mix(7, w->noise * 1000 + w->blocks + (w->drift != 0 ? 500 : 0)) };
	struct alarms x = { 0 };
	struct duel *d = xcalloc(1, sizeof(*d));

	for (unsigned i = 0; i < rounds; i++) {
		make_duel(d, w, &r);
		count_alarms(&x, d, w, others && i < PEER_ROUNDS);
	}
	free(d);
	return x;
}

static void print_heads(const char *what)
{
	printf("# %-44s %6s", what, "fsduel");
	for (size_t p = 0; p < NR_PEERS; p++)
		printf(" %8s", peers[p].name);
	printf("\n");
}

static void print_row(const char *name, unsigned family, const unsigned *peer, unsigned rounds)
{
	printf("# %-44s %6.1f", name, 100.0 * family / rounds);
	for (size_t p = 0; p < NR_PEERS; p++)
		printf(" %8.1f", 100.0 * peer[p] / (rounds < PEER_ROUNDS ? rounds : PEER_ROUNDS));
	printf("\n");
}

static void false_alarms(unsigned rounds, bool table)
{
	static const unsigned blocks[] = { 6, 10, 20 };

	if (table)
		print_heads("false alarm in any of 20 cells, % of duels");
	for (enum noise noise = 0; noise < NR_NOISES; noise++) {
		for (int drift = 0; drift < 2; drift++) {
			for (size_t b = 0; b < 3; b++) {
				struct world w = { noise, drift ? 0.03 : 0, blocks[b], 0, false };
				struct alarms x = nothing_changed(&w, rounds, table);
				char *name = world_name(&w), *what;

				if (table)
					print_row(name, x.family, x.peer, rounds);
				what = xasprintf("false alarms, %s", name);
				at_most(0.05, what, x.family, rounds);
				free(what);
				what = xasprintf("95 %% intervals that miss, %s", name);
				at_most(0.05, what, x.cells - x.covered, x.cells);
				free(what);
				free(name);
			}
		}
	}
	if (table) { /* the same drift where baseline is measured first, as a whole */
		struct world w = { GAUSSIAN, 0.03, 10, 0, true };
		struct alarms x = nothing_changed(&w, rounds, true);

		print_row("10 blocks, 3 % drift, baseline measured first", x.family, x.peer,
			  rounds);
	}
}

/* The interval of the geometric mean, where few blocks make a plain bootstrap too narrow. */
static void headlines(unsigned rounds)
{
	static const struct world worlds[] = { { GAUSSIAN, 0, 6, 0, false },
					       { LOGNORMAL, 0.03, 6, 0, false },
					       { AUTOCORRELATED, 0.03, 10, 0, false } };
	const struct results r = { .nr_contrasts = 1 };
	struct duel *d = xcalloc(1, sizeof(*d));

	for (size_t k = 0; k < 3; k++) {
		char *name = world_name(&worlds[k]);
		char *what = xasprintf("95 %% intervals of the mean that miss, %s", name);
		struct rng rng = { 19 + k };
		unsigned missed = 0;

		for (unsigned i = 0; i < rounds; i++) {
			struct judge j = { .seed = i, .paired = true };
			struct comparison c = {
				.rows = d->row, .nr_rows = CELLS, .paired = true, .judge = &j
			};
			const struct interval *in;

			make_duel(d, &worlds[k], &rng);
			judge_duel(d, worlds[k].blocks, NULL, 0);
			headline_fill(&c, &r);
			in = &c.headlines[0].rate.i95;
			missed += !in->exists || in->low > 1 || in->high < 1;
			free(c.headlines);
		}
		at_most(0.05, what, missed, rounds);
		free(what);
		free(name);
	}
	free(d);
}

/* --- something changed ------------------------------------------------------------------------ */

static void power(unsigned rounds, bool table)
{
	struct world w = { GAUSSIAN, 0, 10, log(0.97), false };
	struct duel *d = xcalloc(1, sizeof(*d));
	struct rng r = { 11 };
	unsigned sure = 0, verdict = 0, others = 0, peer[NR_PEERS] = { 0 };

	for (unsigned i = 0; i < rounds; i++) {
		bool other = false;

		make_duel(d, &w, &r);
		judge_duel(d, w.blocks, NULL, 0);
		sure += d->row[0].j.r.significant;
		verdict += d->row[0].j.r.verdict == VERDICT_SLOWER;
		for (size_t c = 1; c < CELLS; c++)
			other |= called(&d->row[c]);
		others += other;
		for (size_t p = 0; p < NR_PEERS && i < PEER_ROUNDS; p++)
			peer[p] += peers[p].changed(d->a[0], d->b[0], w.blocks);
	}
	if (table) {
		print_heads("-3 % at CV 1 %, one cell of 20, 10 blocks, %");
		print_row("found", sure, peer, rounds);
	}
	at_least(0.95, "power at -3 %, CV 1 %, one slow cell among 20, 10 blocks", sure, rounds);
	at_least(0.90, "the same, called slower with a margin of 2 %", verdict, rounds);
	at_most(0.05, "and another cell called so beside it", others, rounds);
	free(d);
}

/* A true change of exactly the margin must not be called the same in more than 5 %. */
static void equivalence(unsigned rounds)
{
	static const enum noise noises[] = { GAUSSIAN, TWO_HUMPS, AUTOCORRELATED };

	for (size_t k = 0; k < 3; k++) {
		struct world w = { noises[k], 0, 10, log(0.98), false };
		struct duel *d = xcalloc(1, sizeof(*d));
		struct rng r = { 13 + k };
		unsigned same = 0, shown = 0;
		char *what = xasprintf("called the same at the margin itself, %s",
				       noise_names[noises[k]]);

		for (unsigned i = 0; i < rounds; i++) {
			make_duel(d, &w, &r);
			judge_duel(d, w.blocks, NULL, 0);
			same += d->row[0].j.r.verdict == VERDICT_SAME;
			shown += d->row[1].j.r.verdict == VERDICT_SAME;
		}
		at_most(0.05, what, same, rounds);
		if (noises[k] == GAUSSIAN)
			at_least(0.90, "an unchanged cell called the same, 10 blocks", shown,
				 rounds);
		free(what);
		free(d);
	}
}

/*
 * The change that calibrate says is seen with a chance of 80 % is seen so often: by duels of
 * their own, and the real judge.
 */
static void floors(unsigned rounds)
{
	static const unsigned blocks[] = { 6, 8, 10, 20 };
	static const double chance = 0.8;
	double sd[CELLS], margin[CELLS], sees[CELLS];
	struct duel *d = xcalloc(1, sizeof(*d));

	for (size_t k = 0; k < 4; k++) {
		const struct floor_family f = { sd, margin, CELLS, 1, blocks[k] };
		struct world w = { GAUSSIAN, 0, blocks[k], 0, false };
		struct rng r = { 23 + k };
		unsigned found = 0;
		char *what;

		for (size_t c = 0; c < CELLS; c++) {
			sd[c] = CV * sqrt(2);
			margin[c] = VERDICT_MARGIN;
		}
		floor_detectable(&f, &chance, 1, sees);
		for (unsigned i = 0; i < rounds; i++) {
			w.effect = i % 2 ? log1p(sees[0]) : -log1p(sees[0]);
			make_duel(d, &w, &r);
			judge_duel(d, w.blocks, NULL, 0);
			found += called(&d->row[0]);
		}
		what = xasprintf("a floor of %.2f %% is seen in 80 %%, %u blocks", 100 * sees[0],
				 blocks[k]);
		report(fabs((double)found / rounds - chance) < 0.04 + 1.3 / sqrt(rounds), what,
		       found, rounds);
		free(what);
	}
	free(d);
}

/* --- adaptive runs ------------------------------------------------------------------------------
 */

/* How many blocks a run takes that goes on while a cell is unsure. */
static unsigned blocks_taken(const struct duel *d, const struct judge_look *looks, size_t nr)
{
	unsigned latest = 0;

	for (size_t c = 0; c < CELLS; c++) {
		if (!d->row[c].j.look)
			return looks[nr - 1].blocks;
		latest = d->row[c].j.look > latest ? d->row[c].j.look : latest;
	}
	return latest;
}

struct adaptive_end {
	unsigned alarms,
		found; /* an unchanged cell significant at its look, cell 0 called slower */
	double median; /* blocks taken */
};

static struct adaptive_end run_adaptive(const struct world *w, unsigned rounds)
{
	struct judge_look looks[] = { { 8, 0.01 }, { 12, 0.01 }, { 16, 0.01 }, { 20, 0.02 } };
	struct duel *d = xcalloc(1, sizeof(*d));
	double *taken = xcalloc(rounds, sizeof(*taken));
	struct rng r = { rng_mix(17, w->noise + (w->effect != 0 ? 10 : 0)) };
	struct adaptive_end end = { 0 };

	for (unsigned i = 0; i < rounds; i++) {
		bool alarm = false;

		make_duel(d, w, &r);
		judge_duel(d, w->blocks, looks, 4);
		taken[i] = blocks_taken(d, looks, 4);
		for (size_t c = w->effect != 0; c < CELLS; c++)
			alarm |= d->row[c].j.r.significant;
		end.alarms += alarm;
		end.found += d->row[0].j.r.verdict == VERDICT_SLOWER;
	}
	stats_sort(taken, rounds);
	end.median = stats_median_sorted(taken, rounds);
	free(taken);
	free(d);
	return end;
}

static void adaptive(unsigned rounds)
{
	static const struct world same[] = { { GAUSSIAN, 0, 20, 0, false },
					     { AUTOCORRELATED, 0.03, 20, 0, false } };
	struct world slower = { GAUSSIAN, 0, 20, log(0.97), false };
	struct adaptive_end end;

	for (size_t i = 0; i < 2; i++) {
		char *name = world_name(&same[i]);
		char *what = xasprintf("until sure: false alarms over all looks, %s", name);

		at_most(0.05, what, run_adaptive(&same[i], rounds).alarms, rounds);
		free(what);
		free(name);
	}
	end = run_adaptive(&slower, rounds);
	at_least(0.95, "until sure: -3 % found", end.found, rounds);
	at_most(0.05, "until sure: another cell called so beside it", end.alarms, rounds);
	tests++;
	failures += end.median >= 20;
	printf("%s %u - until sure: at -3 %% it stops after %g blocks in the median, of 20\n",
	       end.median < 20 ? "ok" : "not ok", tests, end.median);
}

int main(int argc, char **argv)
{
	bool table = argc > 2 && !strcmp(argv[2], "table");
	uint64_t rounds = 1000;

	if (argc > 1 && (num_parse(argv[1], NUM_COUNT, &rounds, NULL) || rounds < 100)) {
		fprintf(stderr, "usage: simulate [ROUNDS from 100] [table]\n");
		return 2;
	}
	false_alarms((unsigned)rounds, table);
	headlines((unsigned)rounds);
	power((unsigned)rounds, table);
	equivalence((unsigned)rounds);
	floors((unsigned)rounds);
	adaptive((unsigned)rounds);
	printf("1..%u\n", tests);
	return failures != 0;
}
