/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.c: a cell run's samples, histograms, series and facts; see result.h. */
#include "runners/result/result.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
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
	for (size_t i = 0; i < r->nr_hists; i++)
		free(r->hists[i].role);
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
	free(r->text);
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

bool result_stands(const struct result *r)
{
	return r->status != STATUS_OK && json_is_true(json_object_get(r->facts, "stands"));
}

/* Append a sample; NULL: its value was not measured. */
static void add_value(struct result *r, const char *role, const char *metric, const char *detail,
		      const char *unit, enum better better, const double *value)
{
	struct sample *s;

	r->samples = xrealloc(r->samples, r->nr_samples + 1, sizeof(*r->samples));
	s = &r->samples[r->nr_samples++];
	*s = (struct sample){ xstrdup(role), xstrdup(metric), xstrdup(detail),
			      xstrdup(unit), better,          "" };
	if (value)
		num_format_double(s->value, *value);
}

void result_add_value(struct result *r, const char *metric, const char *detail, const char *unit,
		      enum better better, double value)
{
	add_value(r, "all", metric, detail, unit, better, &value);
}

void result_add_measured(struct result *r, const char *role, const struct measured *m)
{
	for (const struct metric *k = metrics; k->name; k++) {
		double value;
		bool there = k->value(m, &value);

		if (there || !metric_is_seldom(k))
			add_value(r, role, k->name, "", k->unit, k->better, there ? &value : NULL);
	}
	for (size_t i = 0; m->counters && m->counters[i].name; i++) {
		const struct counter *k = &m->counters[i];
		double value = (double)m->count[i];

		add_value(r, role, k->name, "", k->unit, k->better,
			  m->count[i] != COUNTER_NONE ? &value : NULL);
	}
	if (m->lat && m->lat->count) {
		r->hists = xrealloc(r->hists, r->nr_hists + 1, sizeof(*r->hists));
		r->hists[r->nr_hists++] = (struct result_hist){ xstrdup(role), *m->lat };
	}
	if (m->series && m->series->nr) {
		struct result_series *s;

		r->series = xrealloc(r->series, r->nr_series + 1, sizeof(*r->series));
		s = &r->series[r->nr_series++];
		s->role = xstrdup(role);
		series_init(&s->series, m->series->interval_ns, m->series->nr);
		memcpy(s->series.ops, m->series->ops, m->series->nr * sizeof(*m->series->ops));
		s->series.nr = m->series->nr;
		s->series.end_ns = m->series->end_ns;
	}
}

void result_take_locks(struct result *r, struct lock_stacks *s)
{
	for (const struct lock_metric *k = lock_metrics; k->name; k++)
		result_add_value(
			r, k->name, "", k->unit, k->better,
			(double)*(const uint64_t *)(const void *)((const char *)s + k->at));
	r->locks = xcalloc(1, sizeof(*r->locks));
	*r->locks = *s;
}
