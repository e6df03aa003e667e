/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result_json.c: the JSON form of a result. It is read as if an enemy wrote it: a wrong member is
 * refused, never repaired. No string holds a NUL: jansson refuses those when it parses.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"
#include "runners/result/result.h"

/* Far above what any cell makes; a guest that sends more is broken. */
#define SAMPLES_MAX 65536
#define HISTS_MAX 1024 /* and as many series */

/* --- to JSON -------------------------------------------------------------------------- */

/* Console and kernel log may hold any bytes; JSON holds UTF-8 only. NULL becomes null. */
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
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:s}", "role", text_to_json(s->role), "metric",
			 text_to_json(s->metric), "detail", text_to_json(s->detail), "unit",
			 text_to_json(s->unit), "better", better_name(s->better), "value",
			 s->value);
}

static json_t *hist_to_json(const struct result_hist *rh)
{
	const struct hist *h = &rh->hist;

	return json_pack("{s:o, s:I, s:I, s:I, s:o}", "role", text_to_json(rh->role), "sum",
			 (json_int_t)h->sum_ns, "min", (json_int_t)h->min_ns, "max",
			 (json_int_t)h->max_ns, "bins", hist_bins_to_json(h));
}

static json_t *series_to_json(const struct result_series *rs)
{
	const struct series *s = &rs->series;
	json_t *ops = json_array();

	for (unsigned i = 0; i < s->nr; i++)
		json_array_append_new(ops, json_integer((json_int_t)s->ops[i]));
	return json_pack("{s:o, s:I, s:I, s:o}", "role", text_to_json(rs->role), "interval",
			 (json_int_t)s->interval_ns, "end", (json_int_t)s->end_ns, "ops", ops);
}

json_t *result_to_json(const struct result *r)
{
	json_t *samples = json_array(), *hists = json_array(), *series = json_array();

	for (size_t i = 0; i < r->nr_samples; i++)
		json_array_append_new(samples, sample_to_json(&r->samples[i]));
	for (size_t i = 0; i < r->nr_hists; i++)
		json_array_append_new(hists, hist_to_json(&r->hists[i]));
	for (size_t i = 0; i < r->nr_series; i++)
		json_array_append_new(series, series_to_json(&r->series[i]));
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o*, s:o*}", "status",
			 status_names[r->status], "reason", text_to_json(r->reason), "marks",
			 text_to_json(r->marks), "samples", samples, "hists", hists, "series",
			 series, "facts", r->facts ? json_deep_copy(r->facts) : json_object(),
			 "console", text_to_json(r->console), "locks",
			 r->locks ? lock_stacks_to_json(r->locks) : NULL, "profile",
			 r->profile ? profile_to_json(r->profile) : NULL);
}

json_t *strv_to_json(const struct strv *s)
{
	json_t *j = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(j, json_string(s->v[i]));
	return j;
}

char *result_text(const struct result *r)
{
	json_t *j = result_to_json(r);
	char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(j);
	return text;
}

/* --- from JSON ------------------------------------------------------------------------ */

/* json_unpack_ex of an object whose members are all named in fmt. */
static int unpack(const json_t *j, struct err *e, const char *fmt, ...)
{
	json_error_t je = { .text = "it is no JSON" };
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = j ? json_vunpack_ex((json_t *)j, &je, JSON_STRICT, fmt, ap) : -1;
	va_end(ap);
	return ret ? err_add(e, EINVAL, "result: %s", je.text) : 0;
}

enum text_rule {
	TEXT_NULL = 1,  /* null is allowed and gives NULL */
	TEXT_EMPTY = 2, /* "" is allowed */
	TEXT_LINES = 4, /* control characters are allowed */
};

static int get_text(const json_t *j, const char *name, unsigned rules, char **out, struct err *e)
{
	const char *s = json_string_value(j), *wrong = NULL;

	if (json_is_null(j) && (rules & TEXT_NULL))
		return 0;
	if (!s)
		wrong = "is not a string";
	else if (!*s && !(rules & TEXT_EMPTY))
		wrong = "is empty";
	for (const char *p = s; !wrong && *p && !(rules & TEXT_LINES); p++)
		if ((unsigned char)*p < ' ')
			wrong = "holds a control character";
	if (wrong)
		return err_add(e, EINVAL, "result: \"%s\" %s", name, wrong);
	*out = xstrdup(s);
	return 0;
}

static int get_count(const json_t *j, const char *name, uint64_t *out, struct err *e)
{
	*out = 0;
	if (!json_is_integer(j) || json_integer_value(j) < 0)
		return err_add(e, EINVAL, "result: \"%s\" is not a count", name);
	*out = (uint64_t)json_integer_value(j);
	return 0;
}

static int get_better(const char *s, enum better *better, struct err *e)
{
	for (int b = BETTER_NONE; b <= BETTER_LOWER; b++)
		if (!strcmp(s, better_name((enum better)b))) {
			*better = (enum better)b;
			return 0;
		}
	return err_add(e, EINVAL, "result: \"better\" is none of \"\", higher and lower");
}

/* Empty, or text that num_format_double makes: two texts of one number cannot differ. */
static int get_value(const char *s, char value[32], struct err *e)
{
	char canonical[32];
	double v;

	if (strlen(s) >= sizeof(canonical) ||
	    (*s && (num_parse_double(s, &v, NULL) || strcmp(s, num_format_double(canonical, v)))))
		return err_add(e, EINVAL,
			       "result: \"value\" is \"%s\", not a number as fsduel writes it", s);
	strcpy(value, s);
	return 0;
}

static int sample_from_json(void *to, const json_t *j, struct err *e)
{
	const json_t *role, *metric, *detail, *unit;
	const char *better, *value;
	struct sample *s = to;

	if (unpack(j, e, "{s:o, s:o, s:o, s:o, s:s, s:s}", "role", &role, "metric", &metric,
		   "detail", &detail, "unit", &unit, "better", &better, "value", &value) ||
	    get_text(role, "role", 0, &s->role, e) ||
	    get_text(metric, "metric", 0, &s->metric, e) ||
	    get_text(detail, "detail", TEXT_EMPTY, &s->detail, e) ||
	    get_text(unit, "unit", TEXT_EMPTY, &s->unit, e) || get_better(better, &s->better, e))
		return -EINVAL;
	return get_value(value, s->value, e);
}

static int hist_from_json(void *to, const json_t *j, struct err *e)
{
	const json_t *role, *sum, *min, *max, *bins;
	struct result_hist *rh = to;
	struct hist *h = &rh->hist;

	if (unpack(j, e, "{s:o, s:o, s:o, s:o, s:o}", "role", &role, "sum", &sum, "min", &min,
		   "max", &max, "bins", &bins) ||
	    get_text(role, "role", 0, &rh->role, e) || get_count(sum, "sum", &h->sum_ns, e) ||
	    get_count(min, "min", &h->min_ns, e) || get_count(max, "max", &h->max_ns, e))
		return -EINVAL;
	if (h->min_ns > h->max_ns)
		return err_add(e, EINVAL, "result: a histogram's min is above its max");
	return hist_bins_from_json(h, bins, "result", e);
}

static int series_from_json(void *to, const json_t *j, struct err *e)
{
	const json_t *role, *interval, *end, *ops;
	struct result_series *rs = to;
	uint64_t interval_ns, end_ns, last_ns;
	int ret = 0;
	size_t n;

	if (unpack(j, e, "{s:o, s:o, s:o, s:o}", "role", &role, "interval", &interval, "end", &end,
		   "ops", &ops) ||
	    get_text(role, "role", 0, &rs->role, e) ||
	    get_count(interval, "interval", &interval_ns, e) || get_count(end, "end", &end_ns, e))
		return -EINVAL;
	n = json_array_size(ops);
	if (!n || n > SERIES_MAX)
		return err_add(e, EINVAL, "result: \"ops\" is not a list of 1 to %d counts",
			       SERIES_MAX);
	if (!interval_ns || __builtin_mul_overflow(interval_ns, n - 1, &last_ns) ||
	    last_ns >= end_ns)
		return err_add(e, EINVAL, "result: a series ends before its last interval begins");
	series_init(&rs->series, interval_ns, (unsigned)n);
	rs->series.end_ns = end_ns;
	rs->series.nr = (unsigned)n;
	for (size_t i = 0; !ret && i < n; i++)
		ret = get_count(json_array_get(ops, i), "ops", &rs->series.ops[i], e);
	return ret;
}

typedef int from_json(void *to, const json_t *j, struct err *e);

/* A list of at most so many, each of size bytes. *n counts those begun, for the release. */
static void *each(const json_t *list, size_t most, size_t size, from_json *one, size_t *n,
		  bool *bad, struct err *e)
{
	size_t there = json_array_size(list);
	char *all = xcalloc(there + 1, size);

	*bad = *bad || !json_is_array(list) || there > most;
	if (*bad)
		err_add(e, EINVAL, "result: a list is missing, or has more than %zu members", most);
	while (!*bad && *n < there) {
		size_t i = (*n)++;

		*bad = one(all + i * size, json_array_get(list, i), e);
	}
	return all;
}

static int get_status(struct result *r, const char *s, const json_t *reason, struct err *e)
{
	int status = 0, ret;

	while (status_names[status] && strcmp(s, status_names[status]))
		status++;
	if (!status_names[status])
		return err_add(e, EINVAL, "result: the status \"%s\" is unknown", s);
	r->status = (enum status)status;
	ret = get_text(reason, "reason", TEXT_NULL, &r->reason, e);
	if (!ret && (r->status == STATUS_OK) != !r->reason)
		ret = err_add(e, EINVAL, "result: status %s %s a reason", s,
			      r->reason ? "with" : "without");
	return ret;
}

/* What only a watching pass has; NULL: it is not there. */
static int get_passes(struct result *r, const json_t *locks, const json_t *profile, struct err *e)
{
	if (locks)
		r->locks = xcalloc(1, sizeof(*r->locks));
	if (locks && lock_stacks_from_json(r->locks, locks, e))
		return -EINVAL;
	if (profile)
		r->profile = xcalloc(1, sizeof(*r->profile));
	return profile ? profile_from_json(r->profile, profile, e) : 0;
}

int result_from_json(struct result *r, const json_t *j, struct err *e)
{
	const json_t *reason, *marks, *samples, *hists, *series, *locks = NULL, *profile = NULL;
	const json_t *console;
	json_t *facts;
	const char *status;
	bool bad;

	result_init(r);
	bad = unpack(j, e, "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s?o, s?o}", "status", &status,
		     "reason", &reason, "marks", &marks, "samples", &samples, "hists", &hists,
		     "series", &series, "facts", &facts, "console", &console, "locks", &locks,
		     "profile", &profile) ||
	      get_status(r, status, reason, e) ||
	      get_text(marks, "marks", TEXT_NULL, &r->marks, e) ||
	      get_text(console, "console", TEXT_NULL | TEXT_EMPTY | TEXT_LINES, &r->console, e) ||
	      get_passes(r, locks, profile, e);
	if (!bad) {
		r->samples = each(samples, SAMPLES_MAX, sizeof(*r->samples), sample_from_json,
				  &r->nr_samples, &bad, e);
		r->hists = each(hists, HISTS_MAX, sizeof(*r->hists), hist_from_json, &r->nr_hists,
				&bad, e);
		r->series = each(series, HISTS_MAX, sizeof(*r->series), series_from_json,
				 &r->nr_series, &bad, e);
	}
	if (!bad && !json_is_object(facts))
		bad = err_add(e, EINVAL, "result: \"facts\" is not an object");
	if (bad) {
		result_release(r);
		result_init(r);
		return -EINVAL;
	}
	json_decref(r->facts);
	r->facts = json_deep_copy(facts);
	return 0;
}
