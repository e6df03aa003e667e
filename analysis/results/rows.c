/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.c: see rows.h. A comparison of files that do not belong together is worse than none. */
#include "analysis/results/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/fs.h"
#include "lib/num.h"

#define ATTEMPT_MAX 1000000u
#define POSITION_MAX 65535u

_Static_assert(NR_WHO == SCHEMA_WHO_N, "columns of lib/schema.h");
_Static_assert(ROWS_COLUMNS_MAX >= SAMPLES_COLUMNS_N, "the widest file");

int rows_bad(const struct rows *rows, unsigned column, const char *what)
{
	return err_add(rows->e, EINVAL, "%s:%lu: %s '%.64s' %s", rows->path, rows->line,
		       rows->columns[column], rows->field[column], what);
}

static int mismatch(const struct rows *rows, unsigned column, const char *what, const char *wanted)
{
	const char *slash = strrchr(rows->path, '/');

	return err_add(rows->e, EINVAL,
		       "%s:%lu: %s '%.64s' %s%s%.64s%s: are run.json and %s of the same run?",
		       rows->path, rows->line, rows->columns[column], rows->field[column], what,
		       *wanted ? " '" : "", wanted, *wanted ? "'" : "",
		       slash ? slash + 1 : rows->path);
}

int rows_intern(struct rows *rows, unsigned column, const char *text, size_t len, uint32_t *out)
{
	uint32_t old = rows->strings->nr;
	json_t *utf8;

	*out = intern_add_mem(rows->strings, text, len);
	if (*out != old)
		return 0;
	utf8 = json_stringn(text, len);
	json_decref(utf8);
	return utf8 ? 0
		    : err_add(rows->e, EINVAL, "%s:%lu: %s is not UTF-8", rows->path, rows->line,
			      rows->columns[column]);
}

int rows_text(struct rows *rows, unsigned column)
{
	const char *text = rows->field[column];
	uint32_t n;

	if (rows->last[column].text && !strcmp(rows->last[column].text, text))
		return 0;
	if (rows_intern(rows, column, text, strlen(text), &n))
		return -EINVAL;
	rows->last[column].number = n;
	rows->last[column].text = intern_str(rows->strings, n);
	return 1;
}

int rows_fill(struct rows *rows, const struct row_column *table, size_t nr, void *row)
{
	for (const struct row_column *c = table; c < table + nr; c++) {
		void *to = (char *)row + c->offset;
		uint64_t number = 0;

		if (c->type == ROW_TEXT) {
			if (rows_text(rows, c->column) < 0)
				return -EINVAL;
			memcpy(to, &rows->last[c->column].number, sizeof(uint32_t));
			continue;
		}
		if ((c->type == ROW_NUMBER || *rows->field[c->column]) &&
		    num_parse(rows->field[c->column], NUM_COUNT, &number, NULL))
			return rows_bad(rows, c->column, "is not a number, or too large");
		memcpy(to, &number, sizeof(number));
	}
	return 0;
}

static int read_count(const struct rows *rows, unsigned column, uint32_t min, uint32_t max,
		      uint32_t *out)
{
	uint64_t v;

	if (num_parse(rows->field[column], NUM_COUNT, &v, NULL) || v < min || v > max)
		return err_add(rows->e, EINVAL, "%s:%lu: %s '%.32s' is not a number from %u to %u",
			       rows->path, rows->line, rows->columns[column], rows->field[column],
			       min, max);
	*out = (uint32_t)v;
	return 0;
}

static int check_names(struct rows *rows)
{
	const struct results *r = rows->r;
	const struct results_variant *v;

	rows->variant = intern_find(&r->variant_index, rows->field[WHO_VARIANT]);
	if (strcmp(rows->field[WHO_RUN], r->run_id))
		return mismatch(rows, WHO_RUN, "is not", r->run_id);
	if (strcmp(rows->field[WHO_MODE], r->mode))
		return mismatch(rows, WHO_MODE, "is not", r->mode);
	if (rows->variant == INTERN_NONE)
		return mismatch(rows, WHO_VARIANT, "is not in run.json", "");
	v = &r->variants[rows->variant];
	if (strcmp(rows->field[WHO_KERNEL], v->kernel))
		return mismatch(rows, WHO_KERNEL, "is not the variant's", v->kernel);
	if (strcmp(rows->field[WHO_MOUNT], v->mount))
		return mismatch(rows, WHO_MOUNT, "is not the variant's", v->mount);
	if (v->fs && strcmp(rows->field[WHO_FS], v->fs))
		return mismatch(rows, WHO_FS, "is not the mount's", v->fs);
	return 0;
}

static int read_who(struct rows *rows)
{
	const struct results *r = rows->r;

	if (check_names(rows))
		return -EINVAL;
	rows->cell = results_find_cell(r, rows->field[WHO_WORKLOAD], rows->field[WHO_PARAMS]);
	if (rows->cell == INTERN_NONE)
		return mismatch(rows, WHO_WORKLOAD, "is no cell of run.json with params",
				rows->field[WHO_PARAMS]);
	rows->pass = intern_find(&r->pass_index, rows->field[WHO_PASS]);
	if (rows->pass == INTERN_NONE)
		return mismatch(rows, WHO_PASS, "is not in run.json", "");
	rows->position = 0; /* of other tools: empty */
	if (*rows->field[WHO_POSITION] &&
	    read_count(rows, WHO_POSITION, 1, POSITION_MAX, &rows->position))
		return -EINVAL;
	return read_count(rows, WHO_BLOCK, 1, r->blocks, &rows->block)
		       ?: read_count(rows, WHO_ATTEMPT, 0, ATTEMPT_MAX, &rows->attempt);
}

int rows_wanted(const struct rows *rows, uint32_t pass, bool *wanted)
{
	const struct unit *u = results_unit(rows->r, rows->cell, rows->variant, rows->block, pass);

	if (rows->pass != pass)
		return rows_bad(rows, WHO_PASS, "is not the pass of this file");
	if (rows->attempt + 1 > u->seen)
		return rows_bad(rows, WHO_ATTEMPT,
				"is no attempt in samples.csv: are the two files of the same run?");
	*wanted = rows->attempt + 1 == u->seen && u->status == SAMPLE_OK;
	return 0;
}

static int on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct rows *rows = arg;
	int ret = 0;

	rows->field = row->field;
	rows->line = row->line;
	rows->e = e;
	rows->other_run = false;
	for (unsigned c = 0; c < NR_WHO; c++) {
		ret = rows_text(rows, c);
		if (ret < 0)
			return ret;
		rows->other_run |= ret;
	}
	ret = rows->other_run ? read_who(rows) : 0;
	return ret ? ret : rows->fn(rows);
}

int rows_read(struct rows *rows, const char *data, size_t len, struct err *e)
{
	return data ? csv_read_mem(rows->path, data, len, rows->columns, on_row, rows, e)
		    : csv_read(rows->path, rows->columns, on_row, rows, e);
}

static const struct watched_figure *figure_of(const struct results *r, uint32_t pass,
					      const struct measure *m,
					      const struct watched_figure *f, size_t nr)
{
	const char *name = r->metrics[m->metric].name;

	for (size_t i = 0; i < nr && m->role == STRING_ALL && m->detail == STRING_EMPTY; i++)
		if (m->pass == (f[i].unwatched ? 0 : pass) &&
		    !strcmp(name, *f[i].metric ? f[i].metric : results_rate(r)))
			return &f[i];
	return NULL;
}

void watched_figures(const struct results *r, uint32_t pass, const struct watched_figure *figures,
		     size_t nr, void *runs, size_t size)
{
	const struct watched_figure **of = xcalloc(r->measure_index.nr, sizeof(*of));

	for (uint32_t m = 0; m < r->measure_index.nr; m++)
		of[m] = figure_of(r, pass, &r->measures[m], figures, nr);
	for (const struct sample *s = r->samples; s < r->samples + r->nr_samples; s++) {
		size_t at = results_run_at(r, s->cell, s->variant, s->block);

		if (of[s->measure] && s->has_value)
			memcpy((char *)runs + at * size + of[s->measure]->offset, &s->value,
			       sizeof(s->value));
	}
	free(of);
}

void watched_note(struct strv *notes, const char *pass, const char *reason)
{
	char *note;

	if (!reason)
		return;
	note = xasprintf("the %s pass has no figures of some cell runs: %s", pass, reason);
	if (strv_find(notes, note) < 0)
		strv_add(notes, note);
	free(note);
}

int watched_read(struct rows *rows, uint32_t pass, const char *data, size_t len, struct err *e)
{
	const struct results *r = rows->r;
	bool any = false;

	if (data || fs_exists(rows->path))
		return rows_read(rows, data, len, e);
	for (size_t i = 0; i < results_nr_runs(r); i++)
		any |= unit_ok(&r->units[i * r->pass_index.nr + pass]);
	return any ? err_add(e, ENOENT, "%s is not there, though a cell run of the %s pass is",
			     rows->path, intern_str(&r->pass_index, pass))
		   : 0;
}
