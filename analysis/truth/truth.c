/* SPDX-License-Identifier: GPL-2.0-or-later */
/* truth.c: pairs of folders as rows, and how many of them agree; see truth.h. */
#include "analysis/truth/truth.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const truth_inside_names[] = { "-", "yes", "no" };
const char *const truth_direction_names[] = { "open", "same", "opposite" };

/* --- one row --------------------------------------------------------------------------------- */

static struct truth_side side_of(const struct comparison_row *row)
{
	struct truth_side s = { .reason = "not measured" };

	if (!row)
		return s;
	s.pairs = row->pairs;
	if (row->reason)
		s.reason = row->reason;
	if (!row->j.has_change)
		return s;
	s.there = true;
	s.reason = NULL;
	s.change = row->j.change;
	s.i95 = row->j.i95;
	s.min = row->ratio_min;
	s.max = row->ratio_max;
	return s;
}

/* The baseline's values of two cells, block by block: what the parameter's step changes. */
static struct truth_side side_of_step(const struct comparison_row *from,
				      const struct comparison_row *to)
{
	struct truth_side s = { .reason = "not measured" };
	const double level = 0.95;
	double *d;

	if (!from || !to)
		return s;
	d = xcalloc(from->planned + 1, sizeof(*d));
	for (unsigned i = 0; i < from->planned && i < to->planned; i++) {
		const struct comparison_pair *a = &from->pair[i], *b = &to->pair[i];

		if (a->has_baseline && b->has_baseline && a->baseline > 0 && b->baseline > 0)
			d[s.pairs++] = log(b->baseline / a->baseline);
	}
	if (s.pairs) {
		s.there = true;
		s.reason = NULL;
		s.change = exp(paired_estimate(d, s.pairs, &level, &s.i95, 1));
		s.i95.low = exp(s.i95.low);
		s.i95.high = exp(s.i95.high);
		stats_sort(d, s.pairs);
		s.min = exp(d[0]);
		s.max = exp(d[s.pairs - 1]);
	}
	free(d);
	return s;
}

static bool holds(const struct interval *i, double x)
{
	return i->exists && i->low <= x && x <= i->high;
}

static void finish_row(struct truth_row *row)
{
	const struct truth_side *exact = &row->side[TRUTH_EXACT], *host = &row->side[TRUTH_HOST];

	if (!exact->there || !host->there)
		return;
	row->has_apart = true;
	row->apart = exact->change / host->change;
	if (host->i95.exists)
		row->inside = holds(&host->i95, exact->change) ? TRUTH_INSIDE : TRUTH_OUTSIDE;
	if (exact->i95.exists && host->i95.exists && !holds(&exact->i95, 1) &&
	    !holds(&host->i95, 1))
		row->direction =
			(exact->change > 1) == (host->change > 1) ? TRUTH_SAME : TRUTH_OPPOSITE;
}

static struct truth_row *add_row(struct truth *t, const struct comparison_row *like,
				 const char *suite)
{
	struct truth_row *row;

	t->rows = xrealloc(t->rows, t->nr_rows + 1, sizeof(*t->rows));
	row = &t->rows[t->nr_rows++];
	*row = (struct truth_row){
		.pair = t->nr_pairs - 1,
		.suite = suite,
		.contrast = like->contrast,
		.baseline = like->baseline,
		.patched = like->patched,
		.workload = like->workload,
		.varying = like->varying,
		.role = like->role,
		.metric = like->metric,
		.whole = like->whole,
	};
	return row;
}

/* --- mounts ---------------------------------------------------------------------------------- */

static bool same_work(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->contrast, b->contrast) && !strcmp(a->workload, b->workload) &&
	       !strcmp(a->role, b->role) && !strcmp(a->metric, b->metric) &&
	       !strcmp(a->detail, b->detail) && !strcmp(a->pass, b->pass);
}

/* No clock on the wall measures the path (costs.h). */
static bool is_asked(const struct comparison_row *row)
{
	return row->member && !row->path;
}

/* Not by params: the work on the host may be that of --unscaled. */
static const struct comparison_row *find(const struct comparison *c,
					 const struct comparison_row *like)
{
	for (size_t i = 0; like && i < c->nr_rows; i++)
		if (same_work(&c->rows[i], like) && !strcmp(c->rows[i].varying, like->varying))
			return &c->rows[i];
	return NULL;
}

static void add_contrasts(struct truth *t, const struct truth_pair *p, const char *suite)
{
	const struct comparison *exact = p->c[TRUTH_EXACT];

	for (size_t i = 0; i < exact->nr_rows; i++) {
		struct truth_row *row;

		if (!is_asked(&exact->rows[i]))
			continue;
		row = add_row(t, &exact->rows[i], suite);
		row->side[TRUTH_EXACT] = side_of(&exact->rows[i]);
		row->side[TRUTH_HOST] = side_of(find(p->c[TRUTH_HOST], &exact->rows[i]));
		finish_row(row);
	}
}

/* --- parameters ------------------------------------------------------------------------------ */

/* The number of the one "name=value" of lists of equal names in which they differ, else -1. */
static int differs_in(const char *a, const char *b)
{
	struct strv x = STRV_INIT, y = STRV_INIT;
	int at = -1;

	strv_split(&x, a, ";");
	strv_split(&y, b, ";");
	for (size_t i = 0; x.n == y.n && i < x.n; i++) {
		size_t len = strcspn(x.v[i], "=") + 1;

		if (!strcmp(x.v[i], y.v[i]))
			continue;
		if (at >= 0 || strncmp(x.v[i], y.v[i], len)) {
			at = -1;
			break;
		}
		at = (int)i;
	}
	strv_release(&x);
	strv_release(&y);
	return at;
}

/* Does row have the first value of the parameter with this number in varying? */
static bool is_first(const struct comparison *c, const struct comparison_row *row, int at)
{
	for (const struct comparison_row *r = c->rows; r < row; r++)
		if (is_asked(r) && same_work(r, row) && differs_in(r->varying, row->varying) == at)
			return false;
	return true;
}

/* "threads 1 to 2", and the parameters that stay. */
static void name_step(struct truth *t, struct truth_row *row, const char *to, int at)
{
	struct strv x = STRV_INIT, y = STRV_INIT;
	struct buf rest = BUF_INIT;
	const char *value;
	size_t len;

	strv_split(&x, row->varying, ";");
	strv_split(&y, to, ";");
	for (size_t i = 0; i < x.n; i++)
		if (i != (size_t)at)
			buf_addf(&rest, "%s%s", rest.len ? ";" : "", x.v[i]);
	len = strcspn(x.v[at], "=");
	value = x.v[at] + len + 1;
	strv_addf(&t->texts, "%.*s %s to %s", (int)len, x.v[at], value, y.v[at] + len + 1);
	row->contrast = t->texts.v[t->texts.n - 1];
	strv_add(&t->texts, buf_str(&rest));
	row->varying = t->texts.v[t->texts.n - 1];
	row->patched = row->baseline;
	buf_release(&rest);
	strv_release(&x);
	strv_release(&y);
}

/* Steps of the first contrast's baseline: each value of a parameter against its first. */
static void add_steps(struct truth *t, const struct truth_pair *p, const char *suite)
{
	const struct comparison *c = p->c[TRUTH_EXACT];

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *from = &c->rows[i];

		if (!is_asked(from) || strcmp(from->contrast, c->rows[0].contrast))
			continue;
		for (size_t k = i + 1; k < c->nr_rows; k++) {
			const struct comparison_row *to = &c->rows[k];
			int at = is_asked(to) && same_work(from, to)
					 ? differs_in(from->varying, to->varying)
					 : -1;
			struct truth_row *row;

			if (at < 0 || !is_first(c, from, at))
				continue;
			row = add_row(t, from, suite);
			for (int s = 0; s < NR_TRUTH_SIDES; s++)
				row->side[s] = side_of_step(find(p->c[s], from), find(p->c[s], to));
			name_step(t, row, to->varying, at);
			finish_row(row);
		}
	}
}

/* --- all ------------------------------------------------------------------------------------- */

static const char *text_of(const struct results *r, const char *object, const char *key)
{
	const json_t *run = results_run(r);
	const char *text = json_string_value(
		json_object_get(object ? json_object_get(run, object) : run, key));

	return text ? text : "";
}

int truth_add(struct truth *t, const struct truth_pair *pair, struct err *e)
{
	const struct results *exact = pair->r[TRUTH_EXACT], *host = pair->r[TRUTH_HOST];
	const char *suite = text_of(exact, "suite", "name");

	err_exit(e, FSDUEL_USAGE);
	if (strcmp(text_of(exact, NULL, "mode"), "exact"))
		return err_add(e, EINVAL,
			       "the first folder of a pair is of mode %.20s: give the one of mode "
			       "exact first",
			       text_of(exact, NULL, "mode"));
	if (!strcmp(text_of(host, NULL, "mode"), "exact"))
		return err_add(e, EINVAL,
			       "both folders of a pair are of mode exact: give one of "
			       "mode host, or another on the wall clock, second");
	if (strcmp(text_of(exact, "suite", "sha256"), text_of(host, "suite", "sha256")))
		return err_add(e, EINVAL,
			       "the suites differ: %.64s of the first folder is not the %.64s of "
			       "the second; measure both by one file",
			       suite, text_of(host, "suite", "name"));
	e->exit_code = 0;
	t->pairs = xrealloc(t->pairs, t->nr_pairs + 1, sizeof(*t->pairs));
	t->pairs[t->nr_pairs++] = *pair;
	add_contrasts(t, pair, suite);
	add_steps(t, pair, suite);
	return 0;
}

/* True: there are some, and *median is theirs; v is sorted. */
static bool median_of(double *v, size_t n, double *median)
{
	if (!n)
		return false;
	stats_sort(v, n);
	*median = exp(stats_median_sorted(v, n));
	return true;
}

void truth_sum(struct truth *t)
{
	double *size = xcalloc(2 * t->nr_rows + 1, sizeof(*size)), *reach = size + t->nr_rows;
	size_t n = 0, nr_reach = 0;

	for (size_t i = 0; i < t->nr_rows; i++) {
		const struct truth_row *row = &t->rows[i];
		const struct interval *i95 = &row->side[TRUTH_HOST].i95;

		t->inside[row->inside]++;
		t->direction[row->direction]++;
		t->none_inside += row->inside != TRUTH_UNKNOWN && holds(i95, 1);
		if (i95->exists)
			reach[nr_reach++] = log(i95->high / i95->low) / 2;
		if (!row->has_apart)
			continue;
		size[n++] = fabs(log(row->apart));
		if (!t->worst || size[n - 1] > fabs(log(t->worst->apart)))
			t->worst = row;
	}
	t->has_apart = median_of(size, n, &t->apart_median);
	t->has_reach = median_of(reach, nr_reach, &t->reach_median);
	free(size);
}

void truth_release(struct truth *t)
{
	free(t->rows);
	free(t->pairs);
	strv_release(&t->texts);
	*t = (struct truth){ 0 };
}
