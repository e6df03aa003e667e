/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oddities.c: sentences about the data, which change no verdict. Warnings: the checks of stats.h
 * on every deciding row; each kind has 5 % for all cells (Bonferroni). Remarks: the limits of
 * what these data can show at all.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/schema.h"

#define ORDER_BLOCKS_MIN 8 /* a pattern in fewer blocks is no surprise */

/* A row in the order of its pairs. */
struct series {
	struct logs logs;
	double *level;        /* mean of both sides' logarithms */
	double *side[2];      /* logarithms of baseline and patched */
	double level_of_test; /* 0.05 / cells */
	double split_limit;
};

static double percent(double log_ratio)
{
	return (exp(log_ratio) - 1) * 100;
}

static bool first_apart(const struct series *s, struct buf *b)
{
	unsigned n = s->logs.n;

	if (n < 4 || check_apart(s->level, n, 0) > s->level_of_test)
		return false;
	buf_addf(b, "%+.1f %%", percent(s->level[0] - stats_mean(s->level + 1, n - 1)));
	return true;
}

static bool outlier(const struct series *s, struct buf *b)
{
	unsigned n = s->logs.n;

	for (unsigned i = 0; i < n && n >= 4 && !b->len; i++)
		if (check_apart(s->logs.d, n, i) <= s->level_of_test / n)
			buf_addf(b, "block %u, %+.1f %%", s->logs.block[i], percent(s->logs.d[i]));
	return b->len > 0;
}

static bool two_humps(const struct series *s, struct buf *b)
{
	if (check_split(s->side[0], s->logs.n) < s->split_limit)
		buf_adds(b, "baseline");
	else if (check_split(s->side[1], s->logs.n) < s->split_limit)
		buf_adds(b, "patched");
	return b->len > 0;
}

static const struct check {
	const char *sentence; /* the cells follow */
	bool time;            /* is about the order in time: nothing in exact mode */
	bool (*find)(const struct series *s, struct buf *b); /* says what it found into b */
} checks[] = {
	{ "the first block is apart from the rest: warm up, or add blocks", true, first_apart },
	{ "an outlier, kept", false, outlier },
	{ "samples in two humps: the middle says little, look for two states", false, two_humps },
};

#define NR_CHECKS (sizeof(checks) / sizeof(checks[0]))

/* Rows with a pair whose value has no logarithm are left out. */
static bool series_init(struct series *s, const struct comparison_row *row)
{
	s->level = xcalloc(3 * (size_t)row->planned + 1, sizeof(*s->level));
	logs_init(&s->logs, row, row->planned);
	s->side[0] = s->level + row->planned;
	s->side[1] = s->side[0] + row->planned;
	for (unsigned i = 0; i < s->logs.n && !s->logs.no_ratio; i++) {
		const struct comparison_pair *pair = &row->pair[s->logs.block[i] - 1];

		if (pair->baseline <= 0 || pair->patched <= 0)
			return false;
		s->side[0][i] = log(pair->baseline);
		s->side[1][i] = log(pair->patched);
		s->level[i] = (s->side[0][i] + s->side[1][i]) / 2;
	}
	return s->logs.n && !s->logs.no_ratio && !s->logs.identical;
}

static void check_contrast(struct comparison *c, struct comparison_row **rows, size_t nr)
{
	struct row_list found[NR_CHECKS] = { 0 };
	double *known = xcalloc(nr ? rows[0]->planned + 1 : 1, sizeof(*known));
	struct buf what = BUF_INIT;

	for (size_t i = 0; i < nr; i++) {
		struct series s = { .level_of_test = VERDICT_ALPHA / (double)nr };
		bool sound = series_init(&s, rows[i]);
		double *limit = &known[s.logs.n]; /* it depends on n alone */

		if (sound && *limit == 0)
			*limit = check_split_limit(s.logs.n, s.level_of_test / 2, c->judge->seed);
		s.split_limit = *limit;
		for (size_t k = 0; k < NR_CHECKS && sound; k++) {
			buf_reset(&what);
			if ((!checks[k].time || !c->judge->exact_mode) && checks[k].find(&s, &what))
				row_list_add(&found[k], checks[k].sentence, rows[i],
					     buf_str(&what));
		}
		logs_release(&s.logs);
		free(s.level);
	}
	for (size_t k = 0; k < NR_CHECKS; k++)
		row_list_end(&found[k], &c->warnings);
	buf_release(&what);
	free(known);
}

/* "steal,throttle in 3 of 12 runs", or nothing; only as in marks_split. */
static void describe_marks(struct buf *what, const struct results *r,
			   const struct comparison_row *row, const char *only)
{
	const struct results_contrast *t = &r->contrasts[row->contrast_number];
	struct strv all = STRV_INIT;
	unsigned marked = 0, runs = 0;

	for (unsigned i = 0; i < 2 * row->planned; i++) {
		const struct unit *u = results_unit(r, row->cell_number,
						    i % 2 ? t->patched : t->baseline, i / 2 + 1, 0);
		struct strv words = STRV_INIT;

		if (!unit_ok(u))
			continue;
		marks_split(&words, intern_str(&r->strings, u->marks), only);
		for (size_t k = 0; k < words.n; k++) {
			if (strv_find(&all, words.v[k]) >= 0)
				continue;
			buf_addf(what, "%s%s", all.n ? "," : "", words.v[k]);
			strv_add(&all, words.v[k]);
		}
		runs++;
		marked += words.n > 0;
		strv_release(&words);
	}
	if (marked)
		buf_addf(what, " in %u of %u runs", marked, runs);
	strv_release(&all);
}

static void check_marks(struct comparison *c, const struct results *r, struct comparison_row **rows,
			size_t nr, const char *sentence, const char *only)
{
	struct row_list list = { .nr = 0 };

	for (size_t i = 0; i < nr; i++) {
		struct buf what = BUF_INIT;

		describe_marks(&what, r, rows[i], only);
		if (what.len)
			row_list_add(&list, sentence, rows[i], what.data);
		buf_release(&what);
	}
	row_list_end(&list, &c->warnings);
}

/* In block b: 1 patched was first, 2 baseline was, 0 not known. */
static unsigned first_of(const struct results *r, const struct comparison_row *row, unsigned b)
{
	const struct results_contrast *t = &r->contrasts[row->contrast_number];
	unsigned baseline = results_unit(r, row->cell_number, t->baseline, b, 0)->position;
	unsigned patched = results_unit(r, row->cell_number, t->patched, b, 0)->position;

	return !baseline || !patched ? 0 : patched < baseline ? 1 : 2;
}

/* The order is shared by the cells of a block, so one cell that has all blocks tells. */
static void check_order(struct comparison *c, const struct results *r,
			const struct comparison_row *row)
{
	const struct results_contrast *t = &r->contrasts[row->contrast_number];
	unsigned n = row->planned, first[3] = { 0 };

	/* The runner's own word on how kernels that share no boot were measured. */
	if (json_is_string(json_object_get(r->run, "order")) &&
	    strcmp(r->variants[t->baseline].kernel, r->variants[t->patched].kernel)) {
		strv_addf(&c->warnings,
			  "%s: one kernel was measured after the other, and no coin chose when",
			  row->contrast);
		return;
	}
	for (unsigned b = 1; b <= n; b++)
		first[first_of(r, row, b)]++;
	if (n >= ORDER_BLOCKS_MIN && (first[1] == n || first[2] == n))
		strv_addf(&c->warnings,
			  "%s: %s came first in all %u blocks, so warming up looks like a change",
			  row->contrast, first[1] ? "patched" : "baseline", n);
}

static void few_blocks(struct comparison *c)
{
	const struct judge *j = c->judge;
	unsigned least = judge_min_blocks(j->families, j->exact_mode);
	bool open = false;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		open |= row->j.decides && row->j.r.verdict == VERDICT_UNSURE && row->pairs &&
			row->pairs < least;
	}
	if (!open || !j->paired || j->adaptive)
		return;
	strv_addf(&c->remarks,
		  "too few blocks: no cell can be called slower or faster with fewer than %u%s (-b "
		  "%u), whatever is measured",
		  least, j->exact_mode ? ", as each is one seed" : "", least);
}

/* Of all rows that decide together, as the more there are, the less is seen. */
static void noise_floor(struct comparison *c)
{
	const struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));
	double *sd = xcalloc(c->nr_rows + 1, sizeof(*sd)), *sees;
	struct row_list found = { .nr = 0 };
	static const double chance = 0.8;
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_rows && c->judge->floor; i++) {
		sd[nr] = floor_sd(c->judge->floor, &c->rows[i]);
		if (c->rows[i].j.decides && sd[nr] >= 0)
			rows[nr++] = &c->rows[i];
	}
	sees = nr ? floor_sees(c, rows, nr, sd, &chance, 1) : NULL;
	for (size_t i = 0; i < nr; i++) {
		char what[32];

		snprintf(what, sizeof(what), "%.1f %%", sees[i] * 100);
		if (sees[i] > 2 * rows[i]->j.margin) /* more than half of it is noise, not margin */
			row_list_add(&found,
				     "the margin is finer than this machine can see: a change "
				     "found in 4 of 5 duels is more than twice the margin",
				     rows[i], what);
	}
	row_list_end(&found, &c->remarks);
	free(rows);
	free(sd);
	free(sees);
}

static void families(struct comparison *c)
{
	if (c->judge->families > 1 && c->paired)
		strv_addf(&c->remarks,
			  "contrasts that share a variant are tested apart: %zu families, and p "
			  "times %zu",
			  c->judge->families, c->judge->families);
	if (!c->paired)
		strv_add(&c->remarks, "the two sides are not paired (rank-sum tests, Holm): what "
				      "drifted between them looks like a change");
}

static void looks(struct comparison *c)
{
	const struct judge *j = c->judge;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < j->nr_shown; i++)
		buf_addf(&b, "%s%u", i ? ", " : "", j->shown[i].blocks);
	if (j->adaptive)
		strv_addf(&c->remarks,
			  "adaptive run: looks at %s blocks, %.2g of 5 %% spent; a verdict stands "
			  "from the look that gave it",
			  b.data, j->looks[j->nr_looks - 1].alpha * 100);
	if (j->nr_before && c->paired)
		strv_addf(&c->remarks,
			  "blocks were added after a verdict had been shown at %u: every number "
			  "since then counts as a look, and looks share the 5 %%",
			  j->looks[0].blocks);
	if (j->nr_before && !c->paired)
		strv_addf(&c->remarks,
			  "blocks were added after a verdict had been shown at %u: looks share the "
			  "5 %%, and this one may spend %.2g %%",
			  j->looks[0].blocks, j->shown[0].alpha * 100);
	buf_release(&b);
}

void sentences_fill(struct comparison *c, const struct results *r)
{
	families(c);
	looks(c);
	few_blocks(c);
	noise_floor(c);
	for (size_t i = 0; i < c->nr_headlines; i++) {
		size_t nr;
		struct comparison_row **rows = deciding_rows(c, c->headlines[i].contrast, &nr);

		check_contrast(c, rows, nr);
		check_marks(c, r, rows, nr, "disturbed while measuring", NULL);
		check_marks(c, r, rows, nr,
			    "some operations of threads with a rate were never started, and count "
			    "with the time they waited",
			    MARK_MISSED);
		if (nr && !c->judge->exact_mode)
			check_order(c, r, rows[0]);
		free(rows);
	}
}
