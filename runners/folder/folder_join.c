/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_join.c: the part files joined in plan order into samples.csv,
 * latency.csv and, where some mix has an interval, series.csv, where a locks pass
 * was run lockstacks.csv, each replaced in one rename. It computes nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/csv.h"
#include "lib/fs.h"
#include "runners/folder/folder_impl.h"

static const char *const samples_columns[] = { SAMPLES_COLUMNS };
static const char *const latency_columns[] = { LATENCY_COLUMNS };
static const char *const series_columns[] = { SERIES_COLUMNS };
static const char *const locks_columns[] = { LOCKSTACKS_COLUMNS };
static const char *const profile_columns[] = { PROFILE_COLUMNS };

/* The files while they grow. */
struct tables {
	struct buf samples, latency, series, locks, profile;
	bool has_locks; /* some locks pass was run: no waits is an answer, too */
	struct folder_raw raw;
};

static void who_fill(struct folder_who *w, const struct folder *f, const struct plan_unit *u,
		     unsigned attempt)
{
	const struct suite *s = f->suite;
	const struct suite_variant *v = &s->variants[u->variant];
	const struct plan_cell *c = &f->plan->cells[u->cell];
	size_t i = 0;

	snprintf(w->block, sizeof(w->block), "%u", u->block);
	snprintf(w->seed, sizeof(w->seed), "%" PRIu64, u->seed);
	snprintf(w->position, sizeof(w->position), "%u", u->position);
	snprintf(w->attempt, sizeof(w->attempt), "%u", attempt);
	w->field[i++] = f->run_id;
	w->field[i++] = v->name;
	w->field[i++] = s->kernels[v->kernel].label;
	w->field[i++] = mode_names[s->mode];
	w->field[i++] = s->mounts[v->mount].fs;
	w->field[i++] = s->mounts[v->mount].name;
	w->field[i++] = s->workloads[c->workload].name;
	w->field[i++] = c->params;
	w->field[i++] = w->block;
	w->field[i++] = w->seed;
	w->field[i++] = w->position;
	w->field[i++] = w->attempt;
	w->field[i++] = pass_names[u->pass];
}

/* What of the mount options is without effect, and why; NULL: nothing. */
static const char *without_effect(const struct result *r)
{
	const char *why =
		json_string_value(json_object_get(json_object_get(r->facts, "effective"), "why"));

	return why && *why ? why : NULL;
}

static void add_sample(struct buf *b, const struct folder_who *w, const struct sample *x,
		       const struct result *r)
{
	const char *row[SAMPLES_COLUMNS_N];
	size_t i;

	for (i = 0; i < SCHEMA_WHO_N; i++)
		row[i] = w->field[i];
	row[i++] = x->role;
	row[i++] = x->metric;
	row[i++] = x->detail;
	row[i++] = x->unit;
	row[i++] = better_name(x->better);
	row[i++] = x->value;
	row[i++] = status_names[r->status];
	row[i++] = r->marks;
	row[i++] = r->reason ? r->reason : without_effect(r);
	csv_add_row(b, row, i);
}

/* A cell run without samples still has its rows: what was to be measured, and why it was not. */
static void add_missing(struct buf *b, const struct folder_who *w, const struct result *r)
{
	for (const struct metric *m = metrics; m->name; m++) {
		struct sample x = { .role = (char *)"all",
				    .metric = (char *)m->name,
				    .detail = (char *)"",
				    .unit = (char *)m->unit,
				    .better = m->better };

		if (m->primary)
			add_sample(b, w, &x, r);
	}
}

static void add_hist(struct buf *b, const struct folder_who *w, const struct result_hist *h)
{
	const char *row[LATENCY_COLUMNS_N];
	char low[24], high[24], count[24];
	size_t n;

	for (n = 0; n < SCHEMA_WHO_N; n++)
		row[n] = w->field[n];
	row[n++] = h->role;
	row[n++] = low;
	row[n++] = high;
	row[n++] = count;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		if (!h->hist->bucket[i])
			continue;
		snprintf(low, sizeof(low), "%" PRIu64, hist_low(i));
		snprintf(high, sizeof(high), "%" PRIu64, hist_high(i));
		snprintf(count, sizeof(count), "%" PRIu64, h->hist->bucket[i]);
		csv_add_row(b, row, n);
	}
}

static void add_series(struct buf *b, const struct folder_who *w, const struct result_series *rs)
{
	const char *row[SERIES_COLUMNS_N];
	const struct series *s = &rs->series;
	char start[24], end[24], value[24];
	size_t n;

	for (n = 0; n < SCHEMA_WHO_N; n++)
		row[n] = w->field[n];
	row[n++] = rs->role;
	row[n++] = start;
	row[n++] = end;
	row[n++] = "operations";
	row[n++] = value;
	for (unsigned i = 0; i < s->nr; i++) {
		uint64_t end_ns = i + 1 < s->nr ? (i + 1) * s->interval_ns : s->end_ns;

		snprintf(start, sizeof(start), "%" PRIu64, i * s->interval_ns);
		snprintf(end, sizeof(end), "%" PRIu64, end_ns);
		snprintf(value, sizeof(value), "%" PRIu64, s->ops[i]);
		csv_add_row(b, row, n);
	}
}

/* The effective behaviour of each variant, as the first cell run that tells found it. */
static void note_effective(struct folder *f, const struct plan_unit *u, const struct result *r)
{
	json_t *all = json_object_get(f->run, "effective");
	json_t *found = json_object_get(r->facts, "effective");
	json_t *options = json_object_get(r->facts, "effective_options"), *entry;
	const char *name = f->suite->variants[u->variant].name;

	if (!all) {
		all = json_object();
		json_object_set_new(f->run, "effective", all);
	}
	if (!options || json_object_get(all, name))
		return;
	entry = found ? json_deep_copy(found) : json_object();
	json_object_set(entry, "options", options);
	json_object_set_new(all, name, entry);
}

static int join_unit(struct folder *f, const struct plan_unit *u, struct tables *t, struct err *e)
{
	unsigned attempt;
	struct result r;
	struct folder_who w;
	int ret = folder_part(f, u, &attempt, &r, e);

	if (ret) {
		result_release(&r);
		return ret == -ENOENT ? 0 : ret;
	}
	who_fill(&w, f, u, attempt);
	for (size_t i = 0; i < r.nr_samples; i++)
		add_sample(&t->samples, &w, &r.samples[i], &r);
	if (!r.nr_samples)
		add_missing(&t->samples, &w, &r);
	for (size_t i = 0; i < r.nr_hists && r.status == STATUS_OK; i++)
		add_hist(&t->latency, &w, &r.hists[i]);
	for (size_t i = 0; i < r.nr_series && r.status == STATUS_OK; i++)
		add_series(&t->series, &w, &r.series[i]);
	if (r.locks && r.status == STATUS_OK) {
		t->has_locks = true;
		folder_add_locks(&t->locks, &w, r.locks);
	}
	if (r.profile && r.status == STATUS_OK)
		folder_add_profile(&t->profile, &w, r.profile);
	folder_count_raw(&t->raw, f, u, &r);
	note_effective(f, u, &r);
	result_release(&r);
	return 0;
}

static int replace(const struct folder *f, enum folder_file file, const struct buf *b,
		   struct err *e)
{
	return folder_write(f, file, NULL, b->data, b->len, e);
}

int folder_join(struct folder *f, struct err *e)
{
	struct tables t = { .samples = BUF_INIT };
	size_t header, profile_header;
	int ret = 0;

	csv_add_row(&t.samples, samples_columns, SAMPLES_COLUMNS_N);
	csv_add_row(&t.latency, latency_columns, LATENCY_COLUMNS_N);
	csv_add_row(&t.series, series_columns, SERIES_COLUMNS_N);
	csv_add_row(&t.locks, locks_columns, LOCKSTACKS_COLUMNS_N);
	csv_add_row(&t.profile, profile_columns, PROFILE_COLUMNS_N);
	header = t.series.len;
	profile_header = t.profile.len;
	for (size_t i = 0; i < f->plan->nr_units && !ret; i++)
		ret = join_unit(f, &f->plan->units[i], &t, e);
	if (!ret)
		ret = replace(f, FOLDER_SAMPLES, &t.samples, e);
	if (!ret)
		ret = replace(f, FOLDER_LATENCY, &t.latency, e);
	if (!ret && t.series.len > header)
		ret = replace(f, FOLDER_SERIES, &t.series, e);
	if (!ret && t.has_locks)
		ret = replace(f, FOLDER_LOCKSTACKS, &t.locks, e);
	if (!ret && t.profile.len > profile_header)
		ret = replace(f, FOLDER_PROFILE, &t.profile, e);
	if (!ret)
		folder_note_raw(f, &t.raw);
	buf_release(&t.samples);
	buf_release(&t.latency);
	buf_release(&t.series);
	buf_release(&t.locks);
	buf_release(&t.profile);
	return ret;
}
