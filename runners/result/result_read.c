/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result_read.c: a cell run's result back from JSON. What comes from a guest is
 * read as if an enemy wrote it: every field is checked, and what does not fit is
 * refused with a sentence, never repaired.
 */
#include <errno.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "runners/result/result_impl.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"

/* Far above what any cell makes; a guest that sends more is broken. */
#define SAMPLES_MAX 65536
#define HISTS_MAX 1024 /* and as many series */

enum text_rule {
	TEXT_NULL = 1,  /* null is allowed and gives NULL */
	TEXT_EMPTY = 2, /* "" is allowed */
	TEXT_LINES = 4, /* control characters are allowed */
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
		return err_add(e, EINVAL,
			       "result: \"value\" is \"%s\", not a number as fsduel "
			       "writes it",
			       s);
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
		rc = text_from_json(json_object_get(j, "detail"), "detail", TEXT_EMPTY, &s->detail,
				    e);
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
			return err_add(e, EINVAL,
				       "result: \"bins\" has a bucket out of order, out "
				       "of range, empty or too full at position %zu",
				       i);
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

/* s has its interval and end, and gets its counts. */
static int ops_from_json(struct series *s, const json_t *ops, struct err *e)
{
	size_t n = json_array_size(ops);
	uint64_t last_ns, end_ns = s->end_ns;
	int rc = 0;

	if (!json_is_array(ops) || !n || n > SERIES_MAX)
		return err_add(e, EINVAL, "result: \"ops\" is not a list of 1 to %d counts",
			       SERIES_MAX);
	if (!s->interval_ns || __builtin_mul_overflow(s->interval_ns, n - 1, &last_ns) ||
	    last_ns >= end_ns)
		return err_add(e, EINVAL, "result: a series ends before its last interval begins");
	series_init(s, s->interval_ns, (unsigned)n);
	s->end_ns = end_ns;
	s->nr = (unsigned)n;
	for (size_t i = 0; !rc && i < n; i++)
		rc = count_from_json(json_array_get(ops, i), "ops", &s->ops[i], e);
	return rc;
}

static int series_from_json(struct result_series *rs, const json_t *j, struct err *e)
{
	struct series *s = &rs->series;
	int rc = check_object(j, "a series", 4, e);

	if (!rc)
		rc = text_from_json(json_object_get(j, "role"), "role", 0, &rs->role, e);
	if (!rc)
		rc = count_from_json(json_object_get(j, "interval"), "interval", &s->interval_ns,
				     e);
	if (!rc)
		rc = count_from_json(json_object_get(j, "end"), "end", &s->end_ns, e);
	if (!rc)
		rc = ops_from_json(s, json_object_get(j, "ops"), e);
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

static int list_of(const json_t *j, const char *name, size_t most, const json_t **list,
		   struct err *e)
{
	*list = json_object_get(j, name);
	if (!json_is_array(*list) || json_array_size(*list) > most)
		return err_add(e, EINVAL, "result: \"%s\" is missing or no list of at most %zu",
			       name, most);
	return 0;
}

static int lists_from_json(struct result *r, const json_t *j, struct err *e)
{
	const json_t *samples, *hists, *series;
	int rc = list_of(j, "samples", SAMPLES_MAX, &samples, e);

	if (!rc)
		rc = list_of(j, "hists", HISTS_MAX, &hists, e);
	if (!rc)
		rc = list_of(j, "series", HISTS_MAX, &series, e);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < json_array_size(samples); i++)
		rc = sample_from_json(result_add_sample(r), json_array_get(samples, i), e);
	for (size_t i = 0; !rc && i < json_array_size(hists); i++)
		rc = hist_from_json(result_add_hist(r), json_array_get(hists, i), e);
	for (size_t i = 0; !rc && i < json_array_size(series); i++)
		rc = series_from_json(result_add_series(r), json_array_get(series, i), e);
	return rc;
}

static int locks_from_json(struct result *r, const json_t *j, struct err *e)
{
	struct lock_stacks s = { .v = NULL };
	int rc = lock_stacks_from_json(&s, j, e);

	if (rc)
		return rc;
	r->locks = xcalloc(1, sizeof(*r->locks));
	*r->locks = s;
	return 0;
}

static int profile_pass_from_json(struct result *r, const json_t *j, struct err *e)
{
	r->profile = xcalloc(1, sizeof(*r->profile));
	return profile_from_json(r->profile, j, e);
}

int result_from_json(struct result *r, const json_t *j, struct err *e)
{
	const json_t *facts = json_object_get(j, "facts"), *locks = json_object_get(j, "locks");
	const json_t *profile = json_object_get(j, "profile");
	int rc;

	result_init(r);
	rc = check_object(j, "it", 8 + !!locks + !!profile, e);
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
	if (!rc && locks)
		rc = locks_from_json(r, locks, e);
	if (!rc && profile)
		rc = profile_pass_from_json(r, profile, e);
	if (rc) {
		result_release(r);
		result_init(r);
		return rc;
	}
	json_decref(r->facts);
	r->facts = json_deep_copy(facts);
	return 0;
}
