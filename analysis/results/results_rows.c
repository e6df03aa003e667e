/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results_rows.c: samples.csv read row by row into the tables that run.json set
 * up; see results_impl.h for the layout. A field that equals the one above it, as
 * most do, costs one strcmp. Whatever does not fit run.json is refused with its
 * line: a comparison of files that do not belong together is worse than none.
 */
#include "analysis/results/results_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/csv.h"
#include "lib/num.h"
#include "lib/schema.h"

#define ATTEMPT_MAX 1000000u
#define POSITION_MAX 65535u

const char *const sample_status_names[NR_SAMPLE_STATUS] = { "ok", "skipped", "failed", "invalid" };

/* clang-format off */
enum column {
	COL_RUN, COL_VARIANT, COL_KERNEL, COL_MODE, COL_FS, COL_MOUNT, COL_WORKLOAD, COL_PARAMS,
	COL_BLOCK, COL_SEED, COL_POSITION, COL_ATTEMPT, COL_PASS, NR_WHO_COLUMNS,
	COL_ROLE = NR_WHO_COLUMNS, COL_METRIC, COL_DETAIL, COL_UNIT, COL_BETTER, COL_STATUS,
	COL_MARKS, COL_REASON, NR_KEPT_COLUMNS,
	COL_VALUE = NR_KEPT_COLUMNS, NR_COLUMNS,
};
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = {
	"run",   "variant", "kernel",   "mode",    "fs",     "mount", "workload", "params",
	"block", "seed",    "position", "attempt", "pass",   "role",  "metric",   "detail",
	"unit",  "better",  "status",   "marks",   "reason", "value", NULL,
};

/* The row at hand and what is known of it from the rows above. */
struct reader {
	struct results *r;
	const char *path;
	unsigned long line;
	const char *const *field;
	struct err *e;

	struct {
		const char *text; /* NULL before the first row; owned by r->strings */
		uint32_t number;
	} last[NR_KEPT_COLUMNS];
	uint32_t cell, variant, block, pass, position, attempt;
	struct unit *unit;
	uint32_t metric, measure; /* INTERN_NONE for a row without a metric */
	uint8_t status;
	size_t samples_cap;
};

struct unit *results_unit(const struct results *r, uint32_t cell, uint32_t variant, uint32_t block,
			  uint32_t pass)
{
	size_t at = (size_t)cell * r->variant_index.nr + variant;

	return &r->units[(at * r->blocks + block - 1) * r->pass_index.nr + pass];
}

uint32_t results_metric(struct results *r, const char *name)
{
	uint32_t old = r->metric_index.nr;
	uint32_t n = intern_add(&r->metric_index, name);

	if (n == old) {
		r->metrics = xrealloc(r->metrics, (size_t)n + 1, sizeof(*r->metrics));
		r->metrics[n] = (struct results_metric){ .name = intern_str(&r->metric_index, n) };
	}
	return n;
}

/* "PATH:LINE: COLUMN 'is' WHAT 'wanted'" */
static int mismatch(struct reader *rd, enum column c, const char *what, const char *wanted)
{
	return err_add(rd->e, EINVAL,
		       "%s:%lu: %s '%.64s' %s%s%.64s%s: are run.json and "
		       "samples.csv of the same run?",
		       rd->path, rd->line, columns[c], rd->field[c], what, *wanted ? " '" : "",
		       wanted, *wanted ? "'" : "");
}

/* 1: this field differs from the row above and is now remembered, 0: it does not. */
static int changed(struct reader *rd, enum column c)
{
	struct intern *strings = &rd->r->strings;
	uint32_t old = strings->nr;
	uint32_t n;

	if (rd->last[c].text && !strcmp(rd->last[c].text, rd->field[c]))
		return 0;
	n = intern_add(strings, rd->field[c]);
	if (n == old) {
		json_t *utf8 = json_string(rd->field[c]);

		if (!utf8)
			return err_add(rd->e, EINVAL, "%s:%lu: %s is not UTF-8", rd->path, rd->line,
				       columns[c]);
		json_decref(utf8);
	}
	rd->last[c].number = n;
	rd->last[c].text = intern_str(strings, n);
	return 1;
}

static int changed_range(struct reader *rd, enum column from, enum column to)
{
	int any = 0;

	for (enum column c = from; c < to; c++) {
		int ret = changed(rd, c);

		if (ret < 0)
			return ret;
		any |= ret;
	}
	return any;
}

static int read_count(struct reader *rd, enum column c, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t v;

	/* No sentence from num_parse: it does not know the line. */
	if (num_parse(rd->field[c], NUM_COUNT, &v, NULL) || v < min || v > max)
		return err_add(rd->e, EINVAL, "%s:%lu: %s '%.32s' is not a number from %u to %u",
			       rd->path, rd->line, columns[c], rd->field[c], min, max);
	*out = (uint32_t)v;
	return 0;
}

/* Both sides of a pair must have done the same work: one seed a block. */
static int check_seed(struct reader *rd)
{
	uint32_t *seed = &rd->r->seed_of_block[rd->block - 1];
	uint32_t have = rd->last[COL_SEED].number + 1;

	if (*seed && *seed != have)
		return err_add(rd->e, EINVAL,
			       "%s:%lu: seed '%.32s' in block %u, which had '%.32s' "
			       "before: its samples are no pairs",
			       rd->path, rd->line, rd->field[COL_SEED], rd->block,
			       intern_str(&rd->r->strings, *seed - 1));
	*seed = have;
	return 0;
}

static int check_variant(struct reader *rd)
{
	const struct results_variant *v;

	rd->variant = intern_find(&rd->r->variant_index, rd->field[COL_VARIANT]);
	if (rd->variant == INTERN_NONE)
		return mismatch(rd, COL_VARIANT, "is not in run.json", "");
	v = &rd->r->variants[rd->variant];
	if (strcmp(rd->field[COL_KERNEL], v->kernel))
		return mismatch(rd, COL_KERNEL, "is not the variant's", v->kernel);
	if (strcmp(rd->field[COL_MOUNT], v->mount))
		return mismatch(rd, COL_MOUNT, "is not the variant's", v->mount);
	if (v->fs && strcmp(rd->field[COL_FS], v->fs))
		return mismatch(rd, COL_FS, "is not the mount's", v->fs);
	return 0;
}

/* The columns that say which cell run this is. */
static int read_who(struct reader *rd)
{
	struct results *r = rd->r;
	int ret;

	if (strcmp(rd->field[COL_RUN], r->run_id))
		return mismatch(rd, COL_RUN, "is not", r->run_id);
	if (strcmp(rd->field[COL_MODE], r->mode))
		return mismatch(rd, COL_MODE, "is not", r->mode);
	ret = check_variant(rd);
	if (ret)
		return ret;
	rd->cell = results_find_cell(r, rd->field[COL_WORKLOAD], rd->field[COL_PARAMS]);
	if (rd->cell == INTERN_NONE)
		return mismatch(rd, COL_WORKLOAD, "is no cell of run.json with params",
				rd->field[COL_PARAMS]);
	rd->pass = intern_find(&r->pass_index, rd->field[COL_PASS]);
	if (rd->pass == INTERN_NONE)
		return mismatch(rd, COL_PASS, "is not in run.json", "");
	ret = read_count(rd, COL_BLOCK, 1, r->blocks, &rd->block);
	rd->position = 0; /* of other tools: empty */
	if (!ret && *rd->field[COL_POSITION])
		ret = read_count(rd, COL_POSITION, 1, POSITION_MAX, &rd->position);
	if (!ret)
		ret = read_count(rd, COL_ATTEMPT, 0, ATTEMPT_MAX, &rd->attempt);
	if (!ret)
		ret = check_seed(rd);
	if (!ret)
		rd->unit = results_unit(r, rd->cell, rd->variant, rd->block, rd->pass);
	return ret;
}

/* One unit and one direction for a metric, and those that run.json says. */
static int check_unit(struct reader *rd)
{
	struct results_metric *m = &rd->r->metrics[rd->metric];
	const char *unit = rd->field[COL_UNIT], *better = rd->field[COL_BETTER];

	if (rd->status != SAMPLE_OK && !*unit)
		return 0;
	if (!m->unit) {
		m->unit = rd->last[COL_UNIT].text;
		m->better = rd->last[COL_BETTER].text;
	}
	if (strcmp(unit, m->unit) || strcmp(better, m->better))
		return err_add(rd->e, EINVAL,
			       "%s:%lu: metric %.64s in '%.32s' (better: '%.16s'), "
			       "elsewhere in '%.32s' (better: '%.16s'): these cannot be compared",
			       rd->path, rd->line, m->name, unit, better, m->unit, m->better);
	return 0;
}

static void add_measure(struct results *r, uint32_t number, const struct measure *m)
{
	if (number < r->nr_measures)
		return;
	/* Doubled when the number is a power of two: the capacity is implied by it. */
	if ((number & (number - 1)) == 0)
		r->measures = xrealloc(r->measures, number ? 2 * (size_t)number : 1,
				       sizeof(*r->measures));
	r->measures[number] = *m;
	r->nr_measures = number + 1;
}

static uint32_t find_measure(struct results *r, uint32_t pass, uint32_t role, uint32_t metric,
			     uint32_t detail)
{
	struct measure m = { .pass = pass, .role = role, .metric = metric, .detail = detail };
	uint32_t key[] = { pass, role, metric, detail };
	uint32_t n = intern_add_mem(&r->measure_index, key, sizeof(key));

	add_measure(r, n, &m);
	return n;
}

/* The columns that say what was measured of it. */
static int read_measure(struct reader *rd)
{
	if (!*rd->field[COL_METRIC]) {
		rd->metric = rd->measure = INTERN_NONE;
		return 0;
	}
	if (!*rd->field[COL_ROLE])
		return err_add(rd->e, EINVAL, "%s:%lu: a metric without a role", rd->path,
			       rd->line);
	rd->metric = results_metric(rd->r, rd->field[COL_METRIC]);
	rd->measure = find_measure(rd->r, rd->pass, rd->last[COL_ROLE].number, rd->metric,
				   rd->last[COL_DETAIL].number);
	return 0;
}

static int read_status(struct reader *rd)
{
	for (uint8_t i = 0; i < NR_SAMPLE_STATUS; i++) {
		if (!strcmp(rd->field[COL_STATUS], sample_status_names[i])) {
			rd->status = i;
			return 0;
		}
	}
	return err_add(rd->e, EINVAL,
		       "%s:%lu: status '%.32s' is not one of ok, skipped, failed, "
		       "invalid",
		       rd->path, rd->line, rd->field[COL_STATUS]);
}

/* Of two reasons the one that does not depend on the order of rows. */
static uint32_t pick_reason(const struct results *r, uint32_t a, uint32_t b)
{
	if (a == STRING_EMPTY || b == STRING_EMPTY)
		return a == STRING_EMPTY ? b : a;
	return strcmp(intern_str(&r->strings, a), intern_str(&r->strings, b)) <= 0 ? a : b;
}

static void note_unit(struct reader *rd)
{
	struct unit *u = rd->unit;
	uint32_t reason = rd->last[COL_REASON].number;

	if (rd->attempt + 1 < u->seen)
		return;
	if (rd->attempt + 1 > u->seen)
		*u = (struct unit){ .seen = rd->attempt + 1, .status = SAMPLE_OK };
	u->position = (uint16_t)rd->position;
	u->marks = pick_reason(rd->r, u->marks, rd->last[COL_MARKS].number);
	u->broken |= marks_has(rd->field[COL_MARKS], MARK_BROKEN);
	u->hung |= marks_has(rd->field[COL_MARKS], MARK_HUNG);
	if (rd->status > u->status) {
		u->status = rd->status;
		u->reason = reason;
	} else if (rd->status != SAMPLE_OK && rd->status == u->status) {
		u->reason = pick_reason(rd->r, u->reason, reason);
	}
}

static int add_sample(struct reader *rd)
{
	struct results *r = rd->r;
	const char *value = rd->field[COL_VALUE];
	struct sample s = {
		.cell = rd->cell,
		.measure = rd->measure,
		.variant = rd->variant,
		.block = rd->block,
		.attempt = rd->attempt,
		.line = (uint32_t)rd->line,
		.reason = rd->last[COL_REASON].number,
		.status = rd->status,
	};

	if (*value) {
		if (num_parse_double(value, &s.value, NULL))
			return err_add(rd->e, EINVAL,
				       "%s:%lu: value '%.32s' is not a finite "
				       "number",
				       rd->path, rd->line, value);
		s.told = true;
		s.has_value = s.status == SAMPLE_OK;
	}
	if (r->nr_samples == rd->samples_cap) {
		rd->samples_cap = rd->samples_cap ? 2 * rd->samples_cap : 1024;
		r->samples = xrealloc(r->samples, rd->samples_cap, sizeof(*r->samples));
	}
	r->samples[r->nr_samples++] = s;
	return 0;
}

static int on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct reader *rd = arg;
	int who, what, ret = 0;

	rd->field = row->field;
	rd->line = row->line;
	rd->e = e;
	who = changed_range(rd, 0, NR_WHO_COLUMNS);
	what = changed_range(rd, NR_WHO_COLUMNS, NR_KEPT_COLUMNS);
	if (who < 0 || what < 0)
		return who < 0 ? who : what;
	if (who)
		ret = read_who(rd);
	if (!ret && what)
		ret = read_status(rd);
	if (!ret && (who || what)) /* who: the pass is part of a measure */
		ret = read_measure(rd);
	if (ret)
		return ret;
	note_unit(rd);
	if (rd->measure == INTERN_NONE && rd->status == SAMPLE_OK)
		return err_add(e, EINVAL, "%s:%lu: status ok without a metric", rd->path, rd->line);
	if (rd->measure == INTERN_NONE)
		return 0;
	ret = check_unit(rd);
	return ret ? ret : add_sample(rd);
}

/* What every planned pair must have, so that its absence has a place too. */
static void require_primary(struct results *r)
{
	for (uint32_t m = 0; m < r->metric_index.nr; m++) {
		uint32_t n;

		if (!r->metrics[m].primary)
			continue;
		n = find_measure(r, 0, STRING_ALL, m, STRING_EMPTY); /* may move r->measures */
		r->measures[n].required = true;
	}
}

int results_read_rows(struct results *r, const char *path, const char *data, size_t len,
		      struct err *e)
{
	struct reader rd = { .r = r, .path = path };
	int ret;

	require_primary(r);
	r->seed_of_block = xcalloc(r->blocks, sizeof(*r->seed_of_block));
	if (data)
		ret = csv_read_mem(path, data, len, columns, on_row, &rd, e);
	else
		ret = csv_read(path, columns, on_row, &rd, e);
	return ret;
}
