/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simulate_exact.c: verdicts on made-up duels of the kind that exact mode gives, of
 * which the truth is known, through the code that judges real ones: cells that know
 * two states, cells with ties, cells in which every seed is equal, constant shifts, and
 * a little noise. simulate_exact [ROUNDS] prints TAP. Seeded: the same every time.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "tests/oracle/made_up.h"

#define CELLS_MAX 60
#define BLOCKS_MAX 24
#define DRAWS 1999
#define STEPS 5          /* more blocks, as often as that */
#define WORK 300000000.0 /* flips x cells that one line may take */

enum kind { TWO_STATES, TIES, EQUAL, FACT, NOISE, WIDE, MIXED, NR_KINDS };
static const char *const kind_names[NR_KINDS] = { "two states",     "ties",  "all equal",
						  "facts",          "noise", "wide noise",
						  "all kinds mixed" };

struct world {
	enum kind kind;
	bool exact_mode;
	unsigned cells, blocks;
	unsigned changed;      /* the first so many cells have the effect */
	double effect, spread; /* log ratio in the mean, and its deviation */
};

struct duel {
	struct comparison_row row[CELLS_MAX];
	struct comparison_row *rows[CELLS_MAX];
	struct comparison_pair pair[CELLS_MAX][BLOCKS_MAX];
};

/* Log ratios of an unchanged cell. A fact is a real change, but one within the margin. */
static double draw_log(struct rng *r, enum kind kind, double size, bool coin)
{
	switch (kind) {
	case TWO_STATES:
		return rng_below(r, 2) ? size : -size;
	case TIES:
		return 0.0005 * ((double)rng_below(r, 7) - 3);
	case EQUAL:
		return 0;
	case FACT:
		return 0.0008;
	case NOISE:
		return 0.0007 * normal(r) + (coin ? 0.0005 : -0.0005); /* shared by the block */
	default:
		return 0.05 * normal(r);
	}
}

static void make_duel(struct duel *d, const struct world *w, struct rng *r)
{
	memset(d, 0, sizeof(*d));
	for (size_t c = 0; c < w->cells; c++) {
		d->row[c] = made_up_row(d->pair[c], w->blocks);
		d->rows[c] = &d->row[c];
	}
	for (unsigned b = 0; b < w->blocks; b++) {
		bool coin = rng_below(r, 2);

		for (size_t c = 0; c < w->cells; c++) {
			enum kind kind = w->kind == MIXED ? c % MIXED : w->kind;
			double size = 0.003 + 0.002 * (double)(c % 7) / 6;
			double d_log = c < w->changed ? w->effect + w->spread * normal(r)
						      : draw_log(r, kind, size, coin);

			d->pair[c][b] = made_up_pair(b + 1, 1000, 1000 * exp(d_log));
		}
	}
}

static void judge_duel(struct duel *d, const struct world *w, const unsigned *before, size_t nr,
		       unsigned blocks)
{
	struct judge j = { .paired = true,
			   .families = 1,
			   .exact_mode = w->exact_mode,
			   .seed = 1,
			   .draws = DRAWS };

	for (size_t c = 0; c < w->cells; c++)
		d->row[c].j = (struct judgement){ .decides = true };
	judge_set_unplanned(&j, before, nr, blocks);
	judge_rows(&j, d->rows, w->cells);
	free(j.looks);
	free(j.shown);
}

static bool false_alarm(const struct duel *d, const struct world *w)
{
	for (size_t c = w->changed; c < w->cells; c++)
		if (called(&d->row[c]))
			return true;
	return false;
}

/* As many rounds as asked for, or as fit. */
static unsigned rounds_of(const struct world *w, unsigned rounds)
{
	double flips = w->blocks <= FAMILY_EXACT_MAX ? ldexp(1, (int)w->blocks - 1) : DRAWS * 12;
	double fit = WORK / (flips * w->cells * 4);

	return fit < rounds ? (unsigned)fit + 200 : rounds;
}

/* --- judged once --------------------------------------------------------------------------- */

struct found {
	unsigned alarms, changed; /* duels with a false alarm, changed cells called so */
};

static struct found judge_once(const struct world *w, unsigned rounds)
{
	struct duel *d = xcalloc(1, sizeof(*d));
	struct rng r = { rng_mix(w->kind * 100 + w->cells, w->blocks * 10 + w->changed) };
	struct found f = { 0, 0 };

	for (unsigned i = 0; i < rounds; i++) {
		make_duel(d, w, &r);
		judge_duel(d, w, NULL, 0, w->blocks);
		f.alarms += false_alarm(d, w);
		for (size_t c = 0; c < w->changed; c++)
			f.changed += called(&d->row[c]);
	}
	free(d);
	return f;
}

static void nothing_changed(unsigned rounds)
{
	static const unsigned blocks[] = { 6, 7, 8, 10, 16, 20 }, cells[] = { 1, 5, 20, 60 };

	for (enum kind kind = 0; kind < NR_KINDS; kind++) {
		for (size_t b = 0; b < 6; b++) {
			unsigned alarms = 0, of = 0;
			char *what = xasprintf("false alarms, %s, %u blocks, 1 to 60 cells",
					       kind_names[kind], blocks[b]);

			for (size_t c = 0; c < 4; c++) {
				struct world w = { kind, true, cells[c], blocks[b], 0, 0, 0 };
				unsigned n = rounds_of(&w, rounds / 4);
				unsigned k = judge_once(&w, n).alarms;

				/* Each number of cells has to hold for itself. */
				if (stats_wilson(k, n, 0.998).low > 0.05) {
					printf("# %u cells: %u of %u\n", cells[c], k, n);
					failures++;
				}
				alarms += k;
				of += n;
			}
			at_most(0.05, what, alarms, of);
			free(what);
		}
	}
}

/* One cell far past its margin, among cells that wobble: what the case was filed for. */
static void power(unsigned rounds)
{
	static const struct {
		enum kind kind;
		double effect, spread;
		unsigned cells, blocks;
		double least;
	} rows[] = {
		{ TWO_STATES, 0.10, 0.005, 20, 6, 0.95 },
		{ MIXED, 0.10, 0.002, 20, 6, 0.95 },
		{ TWO_STATES, 0.01, 0.001, 20, 6, 0.95 },
		/* Where each other cell may line up once, more blocks are needed: few_blocks.c. */
		{ TWO_STATES, 0.01, 0.002, 5, 8, 0.95 },
		{ TWO_STATES, 0.01, 0.002, 20, 10, 0.95 },
		{ TWO_STATES, 0.01, 0.002, 60, 12, 0.95 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w = { rows[i].kind,   true,          rows[i].cells, rows[i].blocks, 1,
				   rows[i].effect, rows[i].spread };
		unsigned n = rounds_of(&w, rounds);
		struct found f = judge_once(&w, n);
		char *what = xasprintf("power, +%g %% +-%g %% among %u cells, %s, %u blocks",
				       100 * rows[i].effect, 100 * rows[i].spread, rows[i].cells,
				       kind_names[rows[i].kind], rows[i].blocks);

		at_least(rows[i].least, what, f.changed, n);
		at_most(0.05, "and another cell called so beside it", f.alarms, n);
		free(what);
	}
}

/* Half of the cells changed: the step-down must not make the others raise alarms. */
static void half_changed(unsigned rounds)
{
	static const unsigned blocks[] = { 7, 8, 10 };

	for (size_t b = 0; b < 3; b++) {
		struct world w = { MIXED, true, 20, blocks[b], 10, 0.004, 0.003 };
		unsigned n = rounds_of(&w, rounds);
		char *what = xasprintf("10 of 20 cells changed, another called so, %u blocks",
				       blocks[b]);

		at_most(0.05, what, judge_once(&w, n).alarms, n);
		free(what);
	}
}

/* --- more blocks, because the look before said so --------------------------------------------- */

/* Blocks to be added: what the table says of an unsure cell, the least of all; or one. */
static unsigned more_of(const struct duel *d, const struct world *w, bool follow)
{
	unsigned more = 0;

	for (size_t c = 0; c < w->cells && follow; c++) {
		unsigned own = d->row[c].j.r.more_blocks;

		if (own && (!more || own < more))
			more = own;
	}
	return more ? more : 1;
}

/*
 * Judge at 6 blocks, and again and again. follow: as "(+n)" says, up to STEPS times; else
 * after each block.
 */
static struct found go_on(const struct world *w, unsigned rounds, bool follow)
{
	struct duel *d = xcalloc(1, sizeof(*d));
	struct rng r = { rng_mix(77 + w->kind, w->cells * 10 + follow + 2 * w->changed) };
	struct found f = { 0, 0 };

	for (unsigned i = 0; i < rounds; i++) {
		unsigned before[BLOCKS_MAX], blocks = 6;
		bool alarm = false, found = false;

		make_duel(d, w, &r);
		for (size_t k = 0; blocks <= w->blocks && (!follow || k <= STEPS); k++) {
			judge_duel(d, w, before, k, blocks);
			alarm |= false_alarm(d, w);
			found |= w->changed && called(&d->row[0]);
			before[k] = blocks;
			blocks += more_of(d, w, follow);
		}
		f.alarms += alarm;
		f.changed += found;
	}
	free(d);
	return f;
}

static void peeking(unsigned rounds)
{
	static const struct world worlds[] = {
		{ WIDE, false, 20, 12, 0, 0, 0 },      { WIDE, true, 20, 12, 0, 0, 0 },
		{ TWO_STATES, true, 20, 12, 0, 0, 0 }, { MIXED, true, 20, 12, 0, 0, 0 },
		{ MIXED, true, 5, 12, 0, 0, 0 },       { MIXED, true, 20, 11, 10, 0.004, 0.003 },
	};

	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
		for (int follow = 1; follow >= 0; follow--) {
			unsigned n = follow ? rounds : rounds / 2;
			char *what =
				xasprintf("false alarms, %s from 6 to %u blocks, %s, %s mode%s",
					  follow ? "following (+n)" : "judged at every block",
					  worlds[i].blocks, kind_names[worlds[i].kind],
					  worlds[i].exact_mode ? "exact" : "another",
					  worlds[i].changed ? ", half changed" : "");

			at_most(0.05, what, go_on(&worlds[i], n, follow).alarms, n);
			free(what);
		}
	}
}

int main(int argc, char **argv)
{
	uint64_t rounds = 1000;

	if (argc > 1 && (num_parse(argv[1], NUM_COUNT, &rounds, NULL) || rounds < 100)) {
		fprintf(stderr, "usage: simulate_exact [ROUNDS from 100]\n");
		return 2;
	}
	nothing_changed((unsigned)rounds);
	power((unsigned)rounds);
	half_changed((unsigned)rounds);
	peeking((unsigned)rounds);
	printf("1..%u\n", tests);
	return failures != 0;
}
