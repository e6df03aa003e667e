/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojson.c: fio's JSON turned into measured values. fio's own averages and
 * percentiles are not used: counts are summed over jobs and percentiles come
 * from merged bins (their keys are the bucket's middle, 64 buckets to a power
 * of two, as in hist.h). Looked at with fio 3.33: the bins are under clat_ns,
 * and with lat_percentiles=1 under lat_ns too; min, max, mean and N are in
 * both. Input is checked, whatever wrote it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "runners/suite/fiojob.h"

/* 2^53: what a double and every JSON reader hold; no cell comes near it. */
#define COUNT_MAX ((json_int_t)1 << 53)
#define WARNINGS_SHOWN 500

static const char *const directions[] = { "read", "write", "trim" };
#define NR_DIRECTIONS 3
#define ALL NR_DIRECTIONS

struct tally {
	struct measured m[NR_DIRECTIONS + 1];
	struct hist lat[NR_DIRECTIONS + 1];
	bool completion_only;   /* some bins were clat_ns */
};

static int get_count(const json_t *o, const char *key, uint64_t *out, struct err *e)
{
	const json_t *j = json_object_get(o, key);

	if (!json_is_integer(j) || json_integer_value(j) < 0 || json_integer_value(j) > COUNT_MAX)
		return err_add(e, EINVAL, "fio's JSON: \"%s\" is missing or not a count", key);
	*out = (uint64_t)json_integer_value(j);
	return 0;
}

static int add_count(uint64_t *sum, uint64_t n, struct err *e)
{
	if (*sum + n > (uint64_t)COUNT_MAX)
		return err_add(e, EINVAL, "fio's JSON: the counts add up to more than 2^53");
	*sum += n;
	return 0;
}

/* The latencies that have bins: whole ones rather than those without the submission. */
static const json_t *find_latencies(const json_t *dir, bool *completion_only)
{
	const json_t *lat = json_object_get(dir, "lat_ns");

	if (json_object_size(json_object_get(lat, "bins")))
		return lat;
	lat = json_object_get(dir, "clat_ns");
	if (!json_object_size(json_object_get(lat, "bins")))
		return NULL;
	*completion_only = true;
	return lat;
}

static int read_bins(struct hist *h, json_t *bins, struct err *e)
{
	const char *key;
	json_t *value;

	json_object_foreach(bins, key, value) {
		uint64_t ns, count;

		if (num_parse(key, NUM_COUNT, &ns, NULL) || ns > (uint64_t)COUNT_MAX)
			return err_add(e, EINVAL, "fio's JSON: a bin is called \"%.40s\"", key);
		if (get_count(bins, key, &count, e))
			return -EINVAL;
		if (count > (uint64_t)COUNT_MAX - h->count)
			return err_add(e, EINVAL, "fio's JSON: the bins add up to more than 2^53");
		if (count)
			hist_add_bin(h, ns, count);
	}
	return 0;
}

static int add_latencies(struct tally *t, unsigned d, const json_t *dir, struct err *e)
{
	const json_t *lat = find_latencies(dir, &t->completion_only);
	const json_t *mean = json_object_get(lat, "mean");
	struct hist *h;
	double sum;
	int rc;

	if (!lat)
		return 0;
	h = xcalloc(1, sizeof(*h));
	hist_init(h);
	rc = read_bins(h, json_object_get(lat, "bins"), e);
	if (!rc)
		rc = get_count(lat, "min", &h->min_ns, e);
	if (!rc)
		rc = get_count(lat, "max", &h->max_ns, e);
	/* Six decimals of the mean give back the sum to well under a ns for each operation. */
	sum = json_number_value(mean) * (double)h->count;
	if (!rc && (!json_is_number(mean) || !(sum >= 0 && sum < (double)COUNT_MAX) ||
		    h->min_ns > h->max_ns))
		rc = err_add(e, EINVAL, "fio's JSON: mean, min and max of a latency contradict "
			     "themselves");
	if (!rc && h->count) {
		h->sum_ns = (uint64_t)llround(sum);
		rc = t->lat[ALL].sum_ns + h->sum_ns > (uint64_t)COUNT_MAX ||
		     t->lat[ALL].count + h->count > (uint64_t)COUNT_MAX ? -EINVAL : 0;
		if (rc)
			err_add(e, EINVAL, "fio's JSON: the latencies add up to more than 2^53");
	}
	if (!rc && h->count) {
		hist_merge(&t->lat[d], h);
		hist_merge(&t->lat[ALL], h);
	}
	free(h);
	return rc;
}

static int add_direction(struct tally *t, unsigned d, const json_t *dir, struct err *e)
{
	uint64_t ops, bytes, runtime_ms;
	int rc;

	rc = get_count(dir, "total_ios", &ops, e);
	if (!rc)
		rc = get_count(dir, "io_bytes", &bytes, e);
	if (!rc)
		rc = get_count(dir, "runtime", &runtime_ms, e);
	if (!rc && runtime_ms > (uint64_t)COUNT_MAX / 1000000)
		rc = err_add(e, EINVAL, "fio's JSON: a runtime of %llu ms",
			     (unsigned long long)runtime_ms);
	if (rc || !ops)
		return rc;
	for (unsigned i = d;; i = ALL) {
		struct measured *m = &t->m[i];

		if (add_count(&m->ops, ops, e) || add_count(&m->bytes, bytes, e))
			return -EINVAL;
		if (m->elapsed_ns < runtime_ms * 1000000)
			m->elapsed_ns = runtime_ms * 1000000;
		if (i == ALL)
			break;
	}
	return add_latencies(t, d, dir, e);
}

/* warnings: what fio printed before its JSON. */
static int add_job(struct tally *t, const json_t *job, const char *warnings, struct err *e)
{
	const char *name = json_string_value(json_object_get(job, "jobname"));
	uint64_t error, errors;
	int rc = get_count(job, "error", &error, e);

	if (rc)
		return rc;
	if (error)
		return err_add(e, EIO, "fio job \"%.60s\" failed: %s%s%s", name ? name : "",
			       strerror(error < 4096 ? (int)error : EIO), *warnings ? ": " : "",
			       warnings);
	for (unsigned d = 0; !rc && d < NR_DIRECTIONS; d++) {
		const json_t *dir = json_object_get(job, directions[d]);

		if (dir)
			rc = add_direction(t, d, dir, e);
	}
	/* There only with continue_on_error; not told apart by direction. */
	if (!rc && json_object_get(job, "total_err")) {
		rc = get_count(job, "total_err", &errors, e);
		if (!rc)
			rc = add_count(&t->m[ALL].errors, errors, e);
	}
	return rc;
}

static int add_jobs(struct tally *t, const json_t *root, const char *warnings, struct err *e)
{
	const json_t *jobs = json_object_get(root, "jobs");
	int rc = 0;

	if (!json_array_size(jobs))
		return err_add(e, EIO, "fio's JSON holds no job%s%s", *warnings ? ": " : "",
			       warnings);
	for (size_t i = 0; !rc && i < json_array_size(jobs); i++)
		rc = add_job(t, json_array_get(jobs, i), warnings, e);
	if (!rc && !t->m[ALL].ops)
		rc = err_add(e, EIO, "fio made no operation at all%s%s", *warnings ? ": " : "",
			     warnings);
	return rc;
}

/* Offset of the first line that is "{" alone; len when there is none. */
static size_t find_json(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t end = nl ? (size_t)(nl - text) : len;

		if (text[at] == '{' && (end == at + 1 || (end == at + 2 && text[at + 1] == '\r')))
			return at;
		at = end + 1;
	}
	return len;
}

/* The last of fio's warnings on one line. */
static char *warnings_text(const char *text, size_t len)
{
	size_t start = len > WARNINGS_SHOWN ? len - WARNINGS_SHOWN : 0;
	char *s;

	while (len > start && (unsigned char)text[len - 1] <= ' ')
		len--;
	s = xstrndup(text + start, len - start);
	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	return s;
}

static void put_result(struct tally *t, const json_t *root, struct result *r)
{
	const char *version = json_string_value(json_object_get(root, "fio version"));

	for (unsigned d = 0; d <= ALL; d++) {
		t->m[d].lat = &t->lat[d];
		if (t->m[d].ops)
			result_add_measured(r, d == ALL ? "all" : directions[d], &t->m[d]);
	}
	if (version)
		json_object_set_new(r->facts, "fio_version", json_string(version));
	if (t->lat[ALL].count)
		json_object_set_new(r->facts, "fio_latency",
				    json_string(t->completion_only ? "completion" : "total"));
}

int fiojob_result(const char *text, size_t len, struct result *r, struct err *e)
{
	size_t at = find_json(text, len);
	char *warnings = warnings_text(text, at);
	struct tally *t = xcalloc(1, sizeof(*t));
	json_error_t je;
	json_t *root = NULL;
	int rc;

	for (unsigned d = 0; d <= ALL; d++)
		hist_init(&t->lat[d]);
	if (at == len) {
		rc = err_add(e, EIO, "fio printed no JSON%s%s", *warnings ? ": " : "", warnings);
		goto out;
	}
	/* fio may add words after it too. */
	root = json_loadb(text + at, len - at, JSON_DISABLE_EOF_CHECK, &je);
	if (!root) {
		rc = err_add(e, EINVAL, "fio's JSON cannot be read: %s at line %d of it", je.text,
			     je.line);
		goto out;
	}
	rc = add_jobs(t, root, warnings, e);
	if (!rc)
		put_result(t, root, r);
out:
	json_decref(root);
	free(t);
	free(warnings);
	return rc;
}
