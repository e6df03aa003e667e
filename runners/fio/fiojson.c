/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojson.c: fio's output turned into measured values. fio's own averages and percentiles are not
 * used: counts are summed over jobs and percentiles come from merged bins (their keys are the
 * bucket's middle, 64 buckets to a power of two, as in hist.h). With fio 3.33 the bins are under
 * clat_ns, and with lat_percentiles=1 under lat_ns too; min, max, mean and N are in both. Input is
 * checked, whatever wrote it.
 */
#include "runners/fio/fio_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"

#define WORDS_SHOWN 300

/* --- words ------------------------------------------------------------------------------- */

size_t fio_words_end(const char *text, size_t len)
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

char *fio_words(const char *text, size_t len)
{
	struct strv lines = STRV_INIT, said = STRV_INIT;
	char *copy = xstrndup(text, len);
	struct buf b = BUF_INIT;

	strv_split(&lines, copy, "\n");
	for (size_t i = 0; i < lines.n && b.len <= WORDS_SHOWN; i++) {
		char *line = lines.v[i] + (strncmp(lines.v[i], "fio: ", 5) ? 0 : 5);
		size_t end = strlen(line);

		while (end && (unsigned char)line[end - 1] <= ' ')
			line[--end] = '\0';
		for (char *p = line; *p; p++)
			*p = (unsigned char)*p < ' ' ? ' ' : *p;
		if (!*line || *line == ' ' || strv_find(&said, line) >= 0)
			continue;
		buf_addf(&b, "%s%s", b.len ? "; " : "", line);
		strv_add(&said, line);
	}
	if (b.len > WORDS_SHOWN) {
		b.len = WORDS_SHOWN;
		while (b.len && b.data[b.len] != ' ')
			b.len--;
		b.data[b.len] = '\0';
		buf_adds(&b, " ...");
	}
	strv_release(&lines);
	strv_release(&said);
	free(copy);
	buf_str(&b);
	return buf_detach(&b, NULL);
}

/* --- JSON -------------------------------------------------------------------------------- */

/* fio's directions, then what they come to. */
enum { VERIFY = FIO_DIRECTIONS, ALL, NR_ROLES };
static const char *const roles[NR_ROLES] = { "read", "write", "trim", "verify", "all" };

struct tally {
	struct measured m[NR_ROLES];
	struct hist lat[NR_ROLES];
	double clock_per_s;   /* as ops_per_s of all, over all of the threads' times */
	bool completion_only; /* some bins were clat_ns */
	bool milliseconds;    /* some times were */
};

/* The latencies that have bins: whole ones rather than those without the submission. But the whole
 * ones of a job that checks hold the time for its sums. */
static const json_t *find_latencies(const json_t *dir, bool checks, bool *completion_only)
{
	const json_t *lat = json_object_get(dir, "lat_ns");

	if (!checks && json_object_size(json_object_get(lat, "bins")))
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

		if (num_parse(key, NUM_COUNT, &ns, e) ||
		    fio_read_count(bins, key, FIO_COUNT_MAX, &count, e))
			return -EINVAL;
		if (count)
			hist_add_bin(h, ns, count);
	}
	return 0;
}

static int read_latency(struct hist *h, const json_t *lat, struct err *e)
{
	const json_t *mean = json_object_get(lat, "mean");
	double sum;

	if (read_bins(h, json_object_get(lat, "bins"), e) ||
	    fio_read_count(lat, "min", FIO_COUNT_MAX, &h->min_ns, e) ||
	    fio_read_count(lat, "max", FIO_COUNT_MAX, &h->max_ns, e))
		return -EINVAL;
	/* Six decimals of the mean give back the sum to well under a ns for each operation. */
	sum = json_number_value(mean) * (double)h->count;
	if (!json_is_number(mean) || !(sum >= 0 && sum < (double)FIO_COUNT_MAX) ||
	    h->min_ns > h->max_ns)
		return err_add(e, EINVAL,
			       "fio's JSON: mean, min and max of a latency contradict themselves");
	h->sum_ns = (uint64_t)llround(sum);
	return 0;
}

static int add_latencies(struct tally *t, unsigned role, const json_t *dir, bool checks,
			 struct err *e)
{
	const json_t *lat = find_latencies(dir, checks, &t->completion_only);
	struct hist *h;
	int ret;

	if (!lat)
		return 0;
	h = xcalloc(1, sizeof(*h));
	ret = read_latency(h, lat, e);
	if (!ret && h->count)
		hist_merge(&t->lat[role], h);
	if (!ret && h->count && role != VERIFY)
		hist_merge(&t->lat[ALL], h);
	free(h);
	return ret;
}

static int add_direction(struct tally *t, const struct fio_account *j, unsigned d,
			 const json_t *dir, struct err *e)
{
	unsigned role = j->works[d] ? d : VERIFY;
	struct measured part = { .ops = 0 };
	uint64_t runtime_ms;
	struct fio_took k;

	if (fio_read_count(dir, "total_ios", FIO_COUNT_MAX, &part.ops, e) ||
	    fio_read_count(dir, "io_bytes", FIO_COUNT_MAX, &part.bytes, e) ||
	    fio_read_count(dir, "runtime", FIO_RUNTIME_MAX, &runtime_ms, e))
		return -EINVAL;
	if (!part.ops)
		return 0;
	k = fio_account_took(j, d, runtime_ms);
	part.elapsed_ns = k.ns;
	if (k.ns)
		part.resolution = (double)k.unknown_ns / (double)k.ns;
	t->milliseconds |= !j->thread;
	measured_add(&t->m[role], &part);
	if (role != VERIFY)
		measured_add(&t->m[ALL], &part);
	if (role != VERIFY && j->thread)
		t->clock_per_s += (double)part.ops * 1e9 / (double)fio_work_ns(j);
	return add_latencies(t, role, dir, j->checks, e);
}

/* fio's words mostly say what the error number does, and more. */
static int job_failed(const char *name, int error, const char *words, struct err *e)
{
	const char *meaning = strstr(words, strerror(error)) ? "" : strerror(error);

	return err_add(e, EIO, "fio job \"%.60s\" failed: %s%s%s", name, meaning,
		       *meaning && *words ? ": " : "", words);
}

/* words: those that fio printed before its JSON. */
static int add_job(struct tally *t, const struct fio_account *j, const char *words, struct err *e)
{
	const char *name = json_string_value(json_object_get(j->json, "jobname"));
	uint64_t error, errors = 0;
	int ret = fio_read_count(j->json, "error", FIO_COUNT_MAX, &error, e);

	if (ret)
		return ret;
	if (error)
		return job_failed(name ? name : "", error < 4096 ? (int)error : EIO, words, e);
	for (unsigned d = 0; !ret && d < FIO_DIRECTIONS; d++) {
		const json_t *dir = json_object_get(j->json, roles[d]);

		if (dir)
			ret = add_direction(t, j, d, dir, e);
	}
	/* There only with continue_on_error; not told apart by direction. */
	if (!ret && json_object_get(j->json, "total_err"))
		ret = fio_read_count(j->json, "total_err", FIO_COUNT_MAX, &errors, e);
	t->m[ALL].errors += errors;
	return ret;
}

static int add_jobs(struct tally *t, const json_t *root, const struct fio_times *times,
		    const char *words, struct fio_timed *timed, struct err *e)
{
	const json_t *list = json_object_get(root, "jobs");
	size_t nr = json_array_size(list), n;
	struct fio_account *jobs = xcalloc(nr + 1, sizeof(*jobs));
	struct fio_clock_thread *threads;
	bool verifies = true;
	int ret = 0;

	if (!nr)
		ret = err_add(e, EIO, "fio's JSON holds no job%s%s", *words ? ": " : "", words);
	for (size_t i = 0; !ret && i < nr; i++)
		ret = fio_account_read(&jobs[i], root, json_array_get(list, i), e);
	n = fio_times_threads(times, &threads);
	fio_account_match(jobs, nr, threads, n);
	for (size_t i = 0; i < nr; i++)
		verifies &= jobs[i].verifies;
	timed->all = fio_times_all(threads, n, verifies);
	timed->common = fio_times_common(threads, n);
	for (size_t i = 0; !ret && i < nr; i++)
		ret = add_job(t, &jobs[i], words, e);
	timed->ops_per_s = t->milliseconds ? t->m[ALL].sum.ops_per_s : t->clock_per_s;
	if (!ret && !t->m[ALL].ops)
		ret = err_add(e, EIO, "fio made no operation %s%s%s",
			      t->m[VERIFY].ops ? "but those that verify" : "at all",
			      *words ? ": " : "", words);
	free(threads);
	free(jobs);
	return ret;
}

static void put_result(struct tally *t, const json_t *root, struct result *r)
{
	const char *version = json_string_value(json_object_get(root, "fio version")), *latency;

	for (unsigned i = 0; i < NR_ROLES; i++) {
		struct measured *m = &t->m[i];

		m->lat = &t->lat[i];
		if (m->ops)
			result_add_measured(r, roles[i], m);
	}
	latency = !t->lat[ALL].count ? NULL : t->completion_only ? "completion" : "total";
	json_object_update_new(r->facts,
			       json_pack("{s:s*, s:s, s:s*}", "fio_version", version, "fio_elapsed",
					 t->milliseconds ? "milliseconds" : "thread", "fio_latency",
					 latency));
}

int fiojson_result(const char *text, size_t len, const struct fio_times *times, struct result *r,
		   struct fio_timed *timed, struct err *e)
{
	struct fio_timed ignored;
	size_t at = fio_words_end(text, len);
	char *words = fio_words(text, at);
	struct tally *t = xcalloc(1, sizeof(*t));
	json_error_t je;
	json_t *root = NULL;
	int ret;

	if (timed)
		*timed = (struct fio_timed){ .ops_per_s = 0 };
	for (unsigned i = 0; i < NR_ROLES; i++)
		hist_init(&t->lat[i]);
	if (at == len) {
		ret = err_add(e, EIO, "fio printed no JSON%s%s", *words ? ": " : "", words);
		goto out;
	}
	/* fio may add words after it too. */
	root = json_loadb(text + at, len - at, JSON_DISABLE_EOF_CHECK, &je);
	if (!root) {
		ret = err_add(e, EINVAL, "fio's JSON cannot be read: %s at line %d of it", je.text,
			      je.line);
		goto out;
	}
	ret = add_jobs(t, root, times, words, timed ? timed : &ignored, e);
	if (!ret)
		put_result(t, root, r);
out:
	json_decref(root);
	free(t);
	free(words);
	return ret;
}
