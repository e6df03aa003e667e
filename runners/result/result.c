/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.c: a cell run's samples, histograms, series and facts, and their JSON;
 * result_read.c reads that back. It knows nothing of CSV; folder_join.c makes rows
 * of this.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "runners/result/result_impl.h"
#include "runners/lock/lock_metric.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"

const char *const status_names[] = { "ok", "skipped", "failed", "invalid", NULL };

void result_init(struct result *r)
{
	*r = (struct result){ .status = STATUS_OK, .facts = json_object() };
}

void result_release(struct result *r)
{
	for (size_t i = 0; i < r->nr_samples; i++) {
		free(r->samples[i].role);
		free(r->samples[i].metric);
		free(r->samples[i].detail);
		free(r->samples[i].unit);
	}
	for (size_t i = 0; i < r->nr_hists; i++) {
		free(r->hists[i].role);
		free(r->hists[i].hist);
	}
	for (size_t i = 0; i < r->nr_series; i++) {
		free(r->series[i].role);
		series_release(&r->series[i].series);
	}
	if (r->locks)
		lock_stacks_release(r->locks);
	free(r->locks);
	if (r->profile)
		profile_release(r->profile);
	free(r->profile);
	buf_release(&r->raw);
	free(r->samples);
	free(r->hists);
	free(r->series);
	free(r->reason);
	free(r->marks);
	free(r->console);
	json_decref(r->facts);
	*r = (struct result){ .status = STATUS_OK };
}

void result_fail(struct result *r, enum status status, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	if (r->status != STATUS_OK)
		return;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	r->status = status;
	r->reason = xstrdup(buf_str(&text));
	buf_release(&text);
	/* The reason is one CSV field and one line of a report. */
	for (char *p = r->reason; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
}

void result_mark(struct result *r, const char *word)
{
	struct strv words = STRV_INIT;
	char *old = r->marks;

	strv_split(&words, old ? old : "", ",");
	if (strv_find(&words, word) < 0) {
		r->marks = xasprintf("%s%s%s", old ? old : "", old && *old ? "," : "", word);
		free(old);
	}
	strv_release(&words);
}

struct sample *result_add_sample(struct result *r)
{
	r->samples = xrealloc(r->samples, r->nr_samples + 1, sizeof(*r->samples));
	r->samples[r->nr_samples] = (struct sample){ .better = BETTER_NONE };
	return &r->samples[r->nr_samples++];
}

struct result_hist *result_add_hist(struct result *r)
{
	struct result_hist *h;

	r->hists = xrealloc(r->hists, r->nr_hists + 1, sizeof(*r->hists));
	h = &r->hists[r->nr_hists++];
	h->role = NULL;
	h->hist = xcalloc(1, sizeof(*h->hist));
	return h;
}

struct result_series *result_add_series(struct result *r)
{
	r->series = xrealloc(r->series, r->nr_series + 1, sizeof(*r->series));
	r->series[r->nr_series] = (struct result_series){ .role = NULL };
	return &r->series[r->nr_series++];
}

bool result_stands(const struct result *r)
{
	return r->status != STATUS_OK && json_is_true(json_object_get(r->facts, "stands"));
}

static void add_count(struct result *r, const char *role, const struct counter *k, uint64_t count)
{
	struct sample *s = result_add_sample(r);

	s->role = xstrdup(role);
	s->metric = xstrdup(k->name);
	s->detail = xstrdup("");
	s->unit = xstrdup(k->unit);
	s->better = k->better;
	if (count != COUNTER_NONE)
		num_format_double(s->value, (double)count);
}

void result_add_measured(struct result *r, const char *role, const struct measured *m)
{
	for (const struct metric *k = metrics; k->name; k++) {
		double value;
		bool there = k->value(m, &value);
		struct sample *s = there || !metric_is_seldom(k) ? result_add_sample(r) : NULL;

		if (!s)
			continue;
		s->role = xstrdup(role);
		s->metric = xstrdup(k->name);
		s->detail = xstrdup("");
		s->unit = xstrdup(k->unit);
		s->better = k->better;
		if (there)
			num_format_double(s->value, value);
	}
	for (size_t i = 0; m->counters && m->counters[i].name; i++)
		add_count(r, role, &m->counters[i], m->count[i]);
	if (m->lat && m->lat->count) {
		struct result_hist *h = result_add_hist(r);

		h->role = xstrdup(role);
		*h->hist = *m->lat;
	}
	if (m->series && m->series->nr) {
		struct result_series *s = result_add_series(r);

		s->role = xstrdup(role);
		series_init(&s->series, m->series->interval_ns, m->series->nr);
		memcpy(s->series.ops, m->series->ops, m->series->nr * sizeof(*m->series->ops));
		s->series.nr = m->series->nr;
		s->series.end_ns = m->series->end_ns;
	}
}

void result_add_value(struct result *r, const char *metric, const char *unit, enum better better,
		      double value)
{
	struct sample *x = result_add_sample(r);

	x->role = xstrdup("all");
	x->metric = xstrdup(metric);
	x->detail = xstrdup("");
	x->unit = xstrdup(unit);
	x->better = better;
	num_format_double(x->value, value);
}

void result_take_locks(struct result *r, struct lock_stacks *s)
{
	for (const struct lock_metric *k = lock_metrics; k->name; k++)
		result_add_value(r, k->name, k->unit, k->better, k->value(s));
	r->locks = xcalloc(1, sizeof(*r->locks));
	*r->locks = *s;
}

/* --- to JSON ------------------------------------------------------------------ */

/* Console and kernel log may hold any bytes; JSON holds UTF-8 only. NULL stays null. */
static json_t *text_to_json(const char *s)
{
	json_t *j = s ? json_string(s) : json_null();
	char *copy;

	if (j)
		return j;
	copy = xstrdup(s);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	j = json_string(copy);
	free(copy);
	return j;
}

static json_t *sample_to_json(const struct sample *s)
{
	json_t *j = json_object();

	json_object_set_new(j, "role", text_to_json(s->role));
	json_object_set_new(j, "metric", text_to_json(s->metric));
	json_object_set_new(j, "detail", text_to_json(s->detail));
	json_object_set_new(j, "unit", text_to_json(s->unit));
	json_object_set_new(j, "better", text_to_json(better_name(s->better)));
	json_object_set_new(j, "value", text_to_json(s->value));
	return j;
}

static json_t *hist_to_json(const struct result_hist *rh)
{
	json_t *j = json_object(), *bins = json_array();
	const struct hist *h = rh->hist;

	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		if (!h->bucket[i])
			continue;
		json_array_append_new(bins, json_integer(i));
		json_array_append_new(bins, json_integer((json_int_t)h->bucket[i]));
	}
	json_object_set_new(j, "role", text_to_json(rh->role));
	json_object_set_new(j, "sum", json_integer((json_int_t)h->sum_ns));
	json_object_set_new(j, "min", json_integer((json_int_t)h->min_ns));
	json_object_set_new(j, "max", json_integer((json_int_t)h->max_ns));
	json_object_set_new(j, "bins", bins);
	return j;
}

static json_t *series_to_json(const struct result_series *rs)
{
	json_t *j = json_object(), *ops = json_array();
	const struct series *s = &rs->series;

	for (unsigned i = 0; i < s->nr; i++)
		json_array_append_new(ops, json_integer((json_int_t)s->ops[i]));
	json_object_set_new(j, "role", text_to_json(rs->role));
	json_object_set_new(j, "interval", json_integer((json_int_t)s->interval_ns));
	json_object_set_new(j, "end", json_integer((json_int_t)s->end_ns));
	json_object_set_new(j, "ops", ops);
	return j;
}

json_t *result_to_json(const struct result *r)
{
	json_t *j = json_object(), *samples = json_array(), *hists = json_array();
	json_t *series = json_array();

	for (size_t i = 0; i < r->nr_samples; i++)
		json_array_append_new(samples, sample_to_json(&r->samples[i]));
	for (size_t i = 0; i < r->nr_hists; i++)
		json_array_append_new(hists, hist_to_json(&r->hists[i]));
	for (size_t i = 0; i < r->nr_series; i++)
		json_array_append_new(series, series_to_json(&r->series[i]));
	json_object_set_new(j, "status", json_string(status_names[r->status]));
	json_object_set_new(j, "reason", text_to_json(r->reason));
	json_object_set_new(j, "marks", text_to_json(r->marks));
	json_object_set_new(j, "samples", samples);
	json_object_set_new(j, "hists", hists);
	json_object_set_new(j, "series", series);
	json_object_set_new(j, "facts", r->facts ? json_deep_copy(r->facts) : json_object());
	json_object_set_new(j, "console", text_to_json(r->console));
	if (r->locks)
		json_object_set_new(j, "locks", lock_stacks_to_json(r->locks));
	if (r->profile)
		json_object_set_new(j, "profile", profile_to_json(r->profile));
	return j;
}
