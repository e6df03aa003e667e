/* SPDX-License-Identifier: GPL-2.0-or-later */
/* samples.c: samples.csv read into the tables that run.json set up, in the order of tables.h. */
#include "analysis/results/tables.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/results/rows.h"
#include "lib/num.h"

/* clang-format off */
enum { COL_ROLE = NR_WHO, COL_METRIC, COL_DETAIL, COL_UNIT, COL_BETTER, COL_VALUE, COL_STATUS,
       COL_MARKS, COL_REASON, NR_COLUMNS };
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = { SAMPLES_COLUMNS, NULL };
_Static_assert(NR_COLUMNS == SAMPLES_COLUMNS_N, "columns of lib/schema.h");

struct reader {
	struct results *r;
	struct unit *unit;        /* like all that follows, of the row at hand */
	uint32_t metric, measure; /* INTERN_NONE for a row without a metric */
	uint8_t status;
};

/* Both sides of a pair must have done the same work: one seed a block. */
static int check_seed(const struct rows *rows, const struct results *r)
{
	uint32_t *seed = &r->seed_of_block[rows->block - 1];
	uint32_t have = rows->last[WHO_SEED].number + 1;

	if (*seed && *seed != have)
		return err_add(rows->e, EINVAL,
			       "%s:%lu: seed '%.32s' in block %u, which had '%.32s' before",
			       rows->path, rows->line, rows->field[WHO_SEED], rows->block,
			       intern_str(&r->strings, *seed - 1));
	*seed = have;
	return 0;
}

/* One unit and one direction for a metric, and those that run.json says. */
static int check_unit(const struct rows *rows, const struct reader *rd)
{
	struct results_metric *m = &rd->r->metrics[rd->metric];
	const char *unit = rows->field[COL_UNIT], *better = rows->field[COL_BETTER];

	if (rd->status != SAMPLE_OK && !*unit)
		return 0;
	if (!m->unit) {
		m->unit = rows->last[COL_UNIT].text;
		m->better = rows->last[COL_BETTER].text;
	}
	if (strcmp(unit, m->unit) || strcmp(better, m->better))
		return err_add(rows->e, EINVAL,
			       "%s:%lu: metric %.64s in '%.32s' (better: '%.16s'), elsewhere in "
			       "'%.32s' (better: '%.16s')",
			       rows->path, rows->line, m->name, unit, better, m->unit, m->better);
	return 0;
}

static int read_status(const struct rows *rows, struct reader *rd)
{
	for (rd->status = 0; rd->status < NR_SAMPLE_STATUS; rd->status++)
		if (!strcmp(rows->field[COL_STATUS], sample_status_names[rd->status]))
			return 0;
	return rows_bad(rows, COL_STATUS, "is not one of ok, skipped, failed, invalid");
}

static int read_measure(const struct rows *rows, struct reader *rd)
{
	int ret = read_status(rows, rd);

	rd->metric = rd->measure = INTERN_NONE;
	if (ret || !*rows->field[COL_METRIC])
		return ret;
	if (!*rows->field[COL_ROLE])
		return err_add(rows->e, EINVAL, "%s:%lu: a metric without a role", rows->path,
			       rows->line);
	rd->metric = results_metric(rd->r, rows->field[COL_METRIC]);
	rd->measure = results_measure(rd->r, rows->pass, rows->last[COL_ROLE].number, rd->metric,
				      rows->last[COL_DETAIL].number);
	return 0;
}

/* Of two reasons the one that does not depend on the order of rows. */
static uint32_t pick_reason(const struct results *r, uint32_t a, uint32_t b)
{
	if (a == STRING_EMPTY || b == STRING_EMPTY)
		return a == STRING_EMPTY ? b : a;
	return strcmp(intern_str(&r->strings, a), intern_str(&r->strings, b)) <= 0 ? a : b;
}

static bool has_mark(const char *marks, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = marks; (at = strstr(at, word)); at += len)
		if ((at == marks || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

static void note_unit(const struct rows *rows, const struct reader *rd)
{
	struct unit *u = rd->unit;
	uint32_t reason = rows->last[COL_REASON].number;

	if (rows->attempt + 1 < u->seen)
		return;
	if (rows->attempt + 1 > u->seen)
		*u = (struct unit){ .seen = rows->attempt + 1, .status = SAMPLE_OK };
	u->position = (uint16_t)rows->position;
	u->marks = pick_reason(rd->r, u->marks, rows->last[COL_MARKS].number);
	u->broken |= has_mark(rows->field[COL_MARKS], MARK_BROKEN);
	u->hung |= has_mark(rows->field[COL_MARKS], MARK_HUNG);
	if (rd->status > u->status) {
		u->status = rd->status;
		u->reason = reason;
	} else if (rd->status != SAMPLE_OK && rd->status == u->status) {
		u->reason = pick_reason(rd->r, u->reason, reason);
	}
}

static int add_sample(const struct rows *rows, const struct reader *rd)
{
	struct results *r = rd->r;
	const char *value = rows->field[COL_VALUE];
	struct sample s = {
		.cell = rows->cell,
		.measure = rd->measure,
		.variant = rows->variant,
		.block = rows->block,
		.attempt = rows->attempt,
		.line = (uint32_t)rows->line,
		.reason = rows->last[COL_REASON].number,
		.status = rd->status,
		.told = *value,
		.has_value = *value && rd->status == SAMPLE_OK,
	};

	if (*value && num_parse_double(value, &s.value, NULL))
		return rows_bad(rows, COL_VALUE, "is not a finite number");
	r->samples = intern_room(r->samples, r->nr_samples, sizeof(*r->samples));
	r->samples[r->nr_samples++] = s;
	return 0;
}

static int on_row(struct rows *rows)
{
	struct reader *rd = rows->arg;
	bool other = rows->other_run; /* the pass is part of a measure */
	int ret = 0;

	for (unsigned c = COL_ROLE; c < NR_COLUMNS && ret >= 0; c++) {
		ret = c == COL_VALUE ? 0 : rows_text(rows, c);
		other |= ret > 0;
	}
	if (ret < 0)
		return ret;
	ret = rows->other_run ? check_seed(rows, rd->r) : 0;
	if (!ret && other)
		ret = read_measure(rows, rd);
	if (ret)
		return ret;
	rd->unit = results_unit(rd->r, rows->cell, rows->variant, rows->block, rows->pass);
	note_unit(rows, rd);
	if (rd->measure == INTERN_NONE)
		return rd->status != SAMPLE_OK
			       ? 0
			       : err_add(rows->e, EINVAL, "%s:%lu: status ok without a metric",
					 rows->path, rows->line);
	ret = check_unit(rows, rd);
	return ret ? ret : add_sample(rows, rd);
}

/* Every planned pair must have these measures: the absence of one gets a place too. */
static void require_primary(struct results *r)
{
	for (uint32_t m = 0; m < r->metric_index.nr; m++) {
		uint32_t n;

		if (!r->metrics[m].primary)
			continue;
		n = results_measure(r, 0, STRING_ALL, m, STRING_EMPTY); /* may move r->measures */
		r->measures[n].required = true;
	}
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
		return ORDER(a, b);
	if (ma->planned || mb->planned)
		return ma->planned ? -1 : 1;
	return strcmp(ma->name, mb->name);
}

static int compare_measures(const void *a, const void *b, void *arg)
{
	const struct measure *x = a, *y = b;
	const struct results *r = arg;

	return ORDER(x->pass, y->pass) ?: compare_roles(r, x->role, y->role)
	?: compare_metrics(r, x->metric, y->metric)
	?: strcmp(intern_str(&r->strings, x->detail), intern_str(&r->strings, y->detail));
}

static void order_measures(struct results *r)
{
	uint32_t nr = r->measure_index.nr, *place = xcalloc(nr, sizeof(*place));

	for (uint32_t i = 0; i < nr; i++)
		r->measures[i].number = i;
	qsort_r(r->measures, nr, sizeof(*r->measures), compare_measures, r);
	for (uint32_t i = 0; i < nr; i++)
		place[r->measures[i].number] = i;
	for (size_t i = 0; i < r->nr_samples; i++)
		r->samples[i].measure = place[r->samples[i].measure];
	free(place);
}

static int compare_places(const struct sample *x, const struct sample *y)
{
	return ORDER(x->cell, y->cell) ?: ORDER(x->measure, y->measure) ?:
	       ORDER(x->variant, y->variant) ?: ORDER(x->block, y->block) ?:
	       ORDER(x->attempt, y->attempt);
}

static int compare_samples(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return compare_places(x, y) ?: ORDER(x->line, y->line);
}

static int duplicate(const struct results *r, const char *path, const struct sample *a,
		     const struct sample *b, struct err *e)
{
	const struct measure *m = &r->measures[b->measure];

	return err_add(e, EINVAL,
		       "%s:%u: the same sample as in line %u (variant %.64s, block %u, attempt %u, "
		       "role %.64s, metric %.64s)",
		       path, b->line, a->line, r->variants[b->variant].name, b->block, b->attempt,
		       intern_str(&r->strings, m->role), r->metrics[m->metric].name);
}

/* A later attempt replaces an earlier one whole, also where it measured less. */
static int order_samples(struct results *r, const char *path, struct err *e)
{
	size_t kept = 0;

	if (r->nr_samples)
		qsort(r->samples, r->nr_samples, sizeof(*r->samples), compare_samples);
	for (size_t i = 1; i < r->nr_samples; i++)
		if (!compare_places(&r->samples[i - 1], &r->samples[i]))
			return duplicate(r, path, &r->samples[i - 1], &r->samples[i], e);
	r->cell_start = xcalloc((size_t)r->cell_index.nr + 1, sizeof(*r->cell_start));
	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample s = r->samples[i];
		uint32_t pass = r->measures[s.measure].pass;

		if (s.attempt + 1 != results_unit(r, s.cell, s.variant, s.block, pass)->seen)
			continue;
		r->samples[kept++] = s;
		r->cell_start[s.cell + 1] = kept;
	}
	r->nr_samples = kept;
	for (uint32_t c = 0; c < r->cell_index.nr; c++) /* cells without samples */
		if (r->cell_start[c + 1] < r->cell_start[c])
			r->cell_start[c + 1] = r->cell_start[c];
	return 0;
}

int results_take_samples(struct results *r, const char *path, const char *data, size_t len,
			 struct err *e)
{
	struct reader rd = { .r = r };
	struct rows rows = { .r = r,
			     .path = path,
			     .columns = columns,
			     .strings = &r->strings,
			     .fn = on_row,
			     .arg = &rd };
	int ret;

	require_primary(r);
	r->seed_of_block = xcalloc(r->blocks, sizeof(*r->seed_of_block));
	ret = rows_read(&rows, data, len, e);
	if (ret)
		return ret;
	order_measures(r);
	return order_samples(r, path, e);
}
