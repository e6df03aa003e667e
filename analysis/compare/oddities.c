/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oddities.c: the checks of checks.h made on every deciding row, and one sentence
 * for each kind of oddity with the cells it was found in. Each kind has a level of
 * its own, shared by all cells (Bonferroni), so that sound data raise a warning of
 * a kind in at most 5 % of comparisons. Nothing is dropped and no verdict changes.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/stats/checks.h"
#include "analysis/compare/judge_impl.h"
#include "lib/schema.h"

#define ORDER_BLOCKS_MIN 8 /* a pattern in fewer blocks is no surprise */

/* A row in the order of its pairs. */
struct series {
	const struct comparison_row *row;
	struct logs logs;
	double *level;        /* mean of both sides' logarithms */
	double *side[2];      /* logarithms of baseline and patched */
	double level_of_test; /* 0.05 / cells */
	double split_limit;
};

/* Says what it found into b and returns true, or returns false. */
typedef bool (*check_fn)(const struct series *s, struct buf *b);

static double percent(double log_ratio)
{
	return (exp(log_ratio) - 1) * 100;
}

static bool drifted(const struct series *s, struct buf *b)
{
	unsigned n = s->logs.n, third = n / 3;

	if (third < 1 || check_trend(s->level, n) > s->level_of_test)
		return false;
	buf_addf(b, "%+.1f %%",
		 percent(stats_mean(s->level + n - third, third) - stats_mean(s->level, third)));
	return true;
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

	for (unsigned i = 0; i < n; i++) {
		if (n < 4 || check_apart(s->logs.d, n, i) > s->level_of_test / n)
			continue;
		buf_addf(b, "block %u, %+.1f %%", s->logs.block[i], percent(s->logs.d[i]));
		return true;
	}
	return false;
}

static bool two_humps(const struct series *s, struct buf *b)
{
	static const char *const names[] = { "baseline", "patched" };

	for (int i = 0; i < 2; i++) {
		if (check_split(s->side[i], s->logs.n) >= s->split_limit)
			continue;
		buf_adds(b, names[i]);
		return true;
	}
	return false;
}

static bool neighbours(const struct series *s, struct buf *b)
{
	if (check_neighbours(s->logs.d, s->logs.n) > s->level_of_test)
		return false;
	buf_addf(b, "%u blocks", s->logs.n);
	return true;
}

static const struct check {
	const char *sentence; /* the cells follow */
	bool time;            /* is about the order in time: nothing in exact mode */
	check_fn find;
} checks[] = {
	{ "drift over the run, which the drawn order keeps out of the verdict", true, drifted },
	{ "the first block is apart from the rest: warm up, or add blocks", true, first_apart },
	{ "an outlier, kept", false, outlier },
	{ "samples in two humps: the middle says little, look for two states", false, two_humps },
	{ "neighbouring blocks depend on each other", true, neighbours },
};

#define NR_CHECKS (sizeof(checks) / sizeof(checks[0]))

/* Rows with a pair whose value has no logarithm are left out. */
static bool series_init(struct series *s, const struct comparison_row *row)
{
	*s = (struct series){ .row = row };
	logs_init(&s->logs, row, row->planned);
	s->level = xcalloc(3 * (size_t)row->planned + 1, sizeof(*s->level));
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
		struct series s;
		double *limit;

		if (series_init(&s, rows[i])) {
			s.level_of_test = VERDICT_ALPHA / (double)nr;
			limit = &known[s.logs.n]; /* it depends on n alone */
			if (*limit == 0)
				*limit = check_split_limit(s.logs.n, s.level_of_test / 2,
							   c->judge->seed);
			s.split_limit = *limit;
			for (size_t k = 0; k < NR_CHECKS; k++) {
				buf_reset(&what);
				if ((!checks[k].time || !c->judge->exact_mode) &&
				    checks[k].find(&s, &what))
					row_list_add(&found[k], checks[k].sentence, rows[i],
						     buf_str(&what));
			}
		}
		logs_release(&s.logs);
		free(s.level);
	}
	for (size_t k = 0; k < NR_CHECKS; k++)
		row_list_end(&found[k], &c->warnings);
	buf_release(&what);
	free(known);
}

/* --- what the runner noted --------------------------------------------------------------- */

static const struct unit *unit_of(const struct results *r, const struct comparison_row *row,
				  uint32_t variant, unsigned block)
{
	return results_unit(r, results_find_cell(r, row->workload, row->params), variant, block, 0);
}

/* "steal,throttle in 3 of 12 runs", or nothing; only as in marks_split. */
static void describe_marks(struct buf *what, const struct results *r,
			   const struct comparison_row *row, const char *only)
{
	const struct results_contrast *t = row_contrast(r, row);
	struct strv all = STRV_INIT;
	unsigned marked = 0, runs = 0;

	for (unsigned i = 0; i < 2 * row->planned; i++) {
		const struct unit *u = unit_of(r, row, i % 2 ? t->patched : t->baseline, i / 2 + 1);
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
	const struct results_contrast *t = row_contrast(r, row);
	unsigned baseline = unit_of(r, row, t->baseline, b)->position;
	unsigned patched = unit_of(r, row, t->patched, b)->position;

	return !baseline || !patched ? 0 : patched < baseline ? 1 : 2;
}

/* The order is shared by the cells of a block, so one cell that has all blocks tells. */
static void check_order(struct comparison *c, const struct results *r,
			const struct comparison_row *row)
{
	unsigned n = row->planned, known = 0, same = 0, turn = 0, abba = 0;
	const struct results_contrast *t = row_contrast(r, row);

	/* The runner's own word on how kernels that share no boot were measured. */
	if (json_is_string(json_object_get(r->run, "order")) &&
	    strcmp(r->variants[t->baseline].kernel, r->variants[t->patched].kernel)) {
		strv_addf(&c->warnings,
			  "%s: one kernel was measured after the other, and no coin chose when: "
			  "what drifted between them looks like a change",
			  row->contrast);
		return;
	}
	for (unsigned b = 1; b <= n; b++) {
		unsigned now = first_of(r, row, b), before = b > 1 ? first_of(r, row, b - 1) : 0;
		unsigned two = b > 2 ? first_of(r, row, b - 2) : 0;

		known += now != 0;
		same += before && now == before;
		turn += before && now && now != before;
		abba += two && now && now != two;
	}
	if (!known && c->paired)
		strv_addf(&c->warnings,
			  "%s: the order within blocks is not recorded; the tests take it to have "
			  "been drawn by a fair coin",
			  row->contrast);
	if (known < n || n < ORDER_BLOCKS_MIN)
		return;
	if (same == n - 1)
		strv_addf(&c->warnings,
			  "%s: %s came first in all %u blocks: what warms up or wears off within a "
			  "block looks like a change; draw the order by a coin",
			  row->contrast, first_of(r, row, 1) == 1 ? "patched" : "baseline", n);
	else if (turn == n - 1 || abba == n - 2)
		strv_addf(
			&c->warnings,
			"%s: the order within blocks follows a pattern (%s): the tests want a coin",
			row->contrast, turn == n - 1 ? "AB BA" : "AB AB BA BA");
}

void checks_fill(struct comparison *c, const struct results *r)
{
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
