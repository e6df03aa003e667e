/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.c: a cell run's samples, histograms and facts, and their JSON. What
 * comes back from a guest is read as if an enemy wrote it: every field is
 * checked, and what does not fit is refused with a sentence, never repaired.
 * It knows nothing of CSV; folder.c makes rows of this.
 */
#include "runners/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"

/* Far above what any cell makes; a guest that sends more is broken. */
#define SAMPLES_MAX 65536
#define HISTS_MAX 1024

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
	free(r->samples);
	free(r->hists);
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

static struct sample *add_sample(struct result *r)
{
	r->samples = xrealloc(r->samples, r->nr_samples + 1, sizeof(*r->samples));
	r->samples[r->nr_samples] = (struct sample){ .better = BETTER_NONE };
	return &r->samples[r->nr_samples++];
}

static struct result_hist *add_hist(struct result *r)
{
	struct result_hist *h;

	r->hists = xrealloc(r->hists, r->nr_hists + 1, sizeof(*r->hists));
	h = &r->hists[r->nr_hists++];
	h->role = NULL;
	h->hist = xcalloc(1, sizeof(*h->hist));
	return h;
}

void result_add_measured(struct result *r, const char *role, const struct measured *m)
{
	for (const struct metric *k = metrics; k->name; k++) {
		struct sample *s = add_sample(r);
		double value;

		s->role = xstrdup(role);
		s->metric = xstrdup(k->name);
		s->detail = xstrdup("");
		s->unit = xstrdup(k->unit);
		s->better = k->better;
		if (k->value(m, &value))
			num_format_double(s->value, value);
	}
	if (m->lat && m->lat->count) {
		struct result_hist *h = add_hist(r);

		h->role = xstrdup(role);
		*h->hist = *m->lat;
	}
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

json_t *result_to_json(const struct result *r)
{
	json_t *j = json_object(), *samples = json_array(), *hists = json_array();

	for (size_t i = 0; i < r->nr_samples; i++)
		json_array_append_new(samples, sample_to_json(&r->samples[i]));
	for (size_t i = 0; i < r->nr_hists; i++)
		json_array_append_new(hists, hist_to_json(&r->hists[i]));
	json_object_set_new(j, "status", json_string(status_names[r->status]));
	json_object_set_new(j, "reason", text_to_json(r->reason));
	json_object_set_new(j, "marks", text_to_json(r->marks));
	json_object_set_new(j, "samples", samples);
	json_object_set_new(j, "hists", hists);
	json_object_set_new(j, "facts", r->facts ? json_deep_copy(r->facts) : json_object());
	json_object_set_new(j, "console", text_to_json(r->console));
	return j;
}

/* --- from JSON ---------------------------------------------------------------- */

enum text_rule {
	TEXT_NULL = 1,   /* null is allowed and gives NULL */
	TEXT_EMPTY = 2,  /* "" is allowed */
	TEXT_LINES = 4,  /* control characters are allowed */
};

static int text_from_json(const json_t *j, const char *what, unsigned rules, char **out,
			  struct err *e)
{
	const char *s = json_string_value(j);

	*out = NULL;
	if (json_is_null(j) && (rules & TEXT_NULL))
		return 0;
	if (!s)
		return err_add(e, EINVAL, "result: \"%s\" is missing or not a string", what);
	if (strlen(s) != json_string_length(j))
		return err_add(e, EINVAL, "result: \"%s\" holds a NUL", what);
	if (!*s && !(rules & TEXT_EMPTY))
		return err_add(e, EINVAL, "result: \"%s\" is empty", what);
	for (const char *p = s; *p && !(rules & TEXT_LINES); p++)
		if ((unsigned char)*p < ' ')
			return err_add(e, EINVAL, "result: \"%s\" holds a control character", what);
	*out = xstrdup(s);
	return 0;
}

static int count_from_json(const json_t *j, const char *what, uint64_t *out, struct err *e)
{
	if (!json_is_integer(j) || json_integer_value(j) < 0)
		return err_add(e, EINVAL, "result: \"%s\" is missing or not a count", what);
	*out = (uint64_t)json_integer_value(j);
	return 0;
}

/* An object with exactly n members, which the caller then asks for by name: nothing unknown. */
static int check_object(const json_t *j, const char *what, size_t n, struct err *e)
{
	if (!json_is_object(j) || json_object_size(j) != n)
		return err_add(e, EINVAL, "result: %s is not an object with %zu members", what, n);
	return 0;
}

static int better_from_json(const json_t *j, enum better *better, struct err *e)
{
	const char *s = json_string_value(j);

	for (int b = BETTER_NONE; s && b <= BETTER_LOWER; b++)
		if (!strcmp(s, better_name((enum better)b))) {
			*better = (enum better)b;
			return 0;
		}
	return err_add(e, EINVAL, "result: \"better\" is none of \"\", higher and lower");
}

/* A value is empty or text that num_format_double makes: two texts of one number cannot differ. */
static int value_from_json(const json_t *j, char value[32], struct err *e)
{
	const char *s = json_string_value(j);
	char canonical[32];
	double v;

	if (!s || strlen(s) != json_string_length(j) || strlen(s) >= 32)
		return err_add(e, EINVAL, "result: \"value\" is missing or not a short string");
	if (*s && (num_parse_double(s, &v, NULL) || strcmp(s, num_format_double(canonical, v))))
		return err_add(e, EINVAL, "result: \"value\" is \"%s\", not a number as fsduel "
			       "writes it", s);
	strcpy(value, s);
	return 0;
}

static int sample_from_json(struct sample *s, const json_t *j, struct err *e)
{
	int rc = check_object(j, "a sample", 6, e);

	if (!rc)
		rc = text_from_json(json_object_get(j, "role"), "role", 0, &s->role, e);
	if (!rc)
		rc = text_from_json(json_object_get(j, "metric"), "metric", 0, &s->metric, e);
	if (!rc)
		rc = text_from_json(json_object_get(j, "detail"), "detail", TEXT_EMPTY,
				    &s->detail, e);
	if (!rc)
		rc = text_from_json(json_object_get(j, "unit"), "unit", TEXT_EMPTY, &s->unit, e);
	if (!rc)
		rc = better_from_json(json_object_get(j, "better"), &s->better, e);
	if (!rc)
		rc = value_from_json(json_object_get(j, "value"), s->value, e);
	return rc;
}

static int bins_from_json(struct hist *h, const json_t *bins, struct err *e)
{
	size_t n = json_array_size(bins);
	uint64_t index = 0, count = 0, next = 0;

	if (!json_is_array(bins) || !n || n % 2)
		return err_add(e, EINVAL, "result: \"bins\" is not a list of pairs");
	for (size_t i = 0; i < n; i += 2) {
		if (count_from_json(json_array_get(bins, i), "bins", &index, e) ||
		    count_from_json(json_array_get(bins, i + 1), "bins", &count, e))
			return -EINVAL;
		if (index < next || index >= HIST_BUCKETS || !count ||
		    __builtin_add_overflow(h->count, count, &h->count))
			return err_add(e, EINVAL, "result: \"bins\" has a bucket out of order, out "
				       "of range, empty or too full at position %zu", i);
		h->bucket[index] = count;
		next = index + 1;
	}
	return 0;
}

static int hist_from_json(struct result_hist *rh, const json_t *j, struct err *e)
{
	struct hist *h = rh->hist;
	int rc = check_object(j, "a histogram", 5, e);

	hist_init(h);
	if (!rc)
		rc = text_from_json(json_object_get(j, "role"), "role", 0, &rh->role, e);
	if (!rc)
		rc = count_from_json(json_object_get(j, "sum"), "sum", &h->sum_ns, e);
	if (!rc)
		rc = count_from_json(json_object_get(j, "min"), "min", &h->min_ns, e);
	if (!rc)
		rc = count_from_json(json_object_get(j, "max"), "max", &h->max_ns, e);
	if (!rc && h->min_ns > h->max_ns)
		rc = err_add(e, EINVAL, "result: a histogram's min is above its max");
	if (!rc)
		rc = bins_from_json(h, json_object_get(j, "bins"), e);
	return rc;
}

static int status_from_json(struct result *r, const json_t *j, struct err *e)
{
	const char *s = json_string_value(json_object_get(j, "status"));
	int rc, status = 0;

	while (status_names[status] && (!s || strcmp(s, status_names[status])))
		status++;
	if (!status_names[status])
		return err_add(e, EINVAL, "result: \"status\" is missing or unknown");
	r->status = (enum status)status;
	rc = text_from_json(json_object_get(j, "reason"), "reason", TEXT_NULL, &r->reason, e);
	if (!rc && (r->status == STATUS_OK) != !r->reason)
		rc = err_add(e, EINVAL, "result: status %s %s a reason", status_names[status],
			     r->reason ? "with" : "without");
	return rc;
}

static int lists_from_json(struct result *r, const json_t *j, struct err *e)
{
	const json_t *samples = json_object_get(j, "samples");
	const json_t *hists = json_object_get(j, "hists");
	int rc = 0;

	if (!json_is_array(samples) || json_array_size(samples) > SAMPLES_MAX)
		return err_add(e, EINVAL, "result: \"samples\" is missing or no list of at most %d",
			       SAMPLES_MAX);
	if (!json_is_array(hists) || json_array_size(hists) > HISTS_MAX)
		return err_add(e, EINVAL, "result: \"hists\" is missing or no list of at most %d",
			       HISTS_MAX);
	for (size_t i = 0; !rc && i < json_array_size(samples); i++)
		rc = sample_from_json(add_sample(r), json_array_get(samples, i), e);
	for (size_t i = 0; !rc && i < json_array_size(hists); i++)
		rc = hist_from_json(add_hist(r), json_array_get(hists, i), e);
	return rc;
}

int result_from_json(struct result *r, const json_t *j, struct err *e)
{
	const json_t *facts = json_object_get(j, "facts");
	int rc;

	result_init(r);
	rc = check_object(j, "it", 7, e);
	if (!rc)
		rc = status_from_json(r, j, e);
	if (!rc)
		rc = text_from_json(json_object_get(j, "marks"), "marks", TEXT_NULL, &r->marks, e);
	if (!rc)
		rc = text_from_json(json_object_get(j, "console"), "console",
				    TEXT_NULL | TEXT_EMPTY | TEXT_LINES, &r->console, e);
	if (!rc && !json_is_object(facts))
		rc = err_add(e, EINVAL, "result: \"facts\" is missing or not an object");
	if (!rc)
		rc = lists_from_json(r, j, e);
	if (rc) {
		result_release(r);
		result_init(r);
		return rc;
	}
	json_decref(r->facts);
	r->facts = json_deep_copy(facts);
	return 0;
}
