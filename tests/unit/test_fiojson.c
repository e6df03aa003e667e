/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fiojson.c: fio's JSON (written by fio 3.33, tests/data/fio) gives the figures that
 * were added up by hand from it, over the times of fio's threads as the library in fio
 * noted them in these very runs. Run from the top of the tree.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/fio/fio_run.h"

static bool find(const struct result *r, const char *role, const char *metric, double *v)
{
	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *s = &r->samples[i];

		if (strcmp(s->role, role) || strcmp(s->metric, metric))
			continue;
		assert_int_equal(num_parse_double(s->value, v, NULL), 0);
		return true;
	}
	return false;
}

static double value(const struct result *r, const char *role, const char *metric)
{
	double v = 0;

	if (!find(r, role, metric, &v))
		fail_msg("no sample %s %s", role, metric);
	return v;
}

static const char *fact(const struct result *r, const char *name)
{
	return json_string_value(json_object_get(r->facts, name));
}

static void near(double got, double expected)
{
	if (!(fabs(got - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.12g, not %.12g", got, expected);
}

/* As a run of fio left them, with the times of its threads; threads NULL: none were noted. */
static int read_file(const char *before, const char *name, const struct fio_clock_thread *threads,
		     size_t n, struct result *r, struct fio_timed *timed, struct err *e)
{
	struct fio_clock *clock = calloc(1, sizeof(*clock));
	struct fio_times times = { NULL, clock, STRV_INIT };
	struct buf text = BUF_INIT;
	char *path = xasprintf("tests/data/fio/%s", name);
	int rc;

	clock->threads = (uint32_t)n;
	if (n)
		memcpy(clock->thread, threads, n * sizeof(*threads));
	buf_adds(&text, before);
	assert_int_equal(fs_read(path, 0, &text, e), 0);
	result_init(r);
	rc = fiojson_result(text.data, text.len, &times, r, timed, e);
	free(path);
	free(clock);
	buf_release(&text);
	return rc;
}

static void counts_are_summed_over_jobs_and_rates_too(void **state)
{
	/* The three jobs' latencies, all within the last ms of their runtimes 1, 1, 2. */
	const double io_ns[] = { 329749, 452049, 85056 + 1385962 };
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	/* Reads 6, 6, 2 and writes 0, 0, 4. */
	assert_int_equal(
		read_file("fio: a warning\n{ not yet\n", "two.json", NULL, 0, &r, NULL, &e), 0);
	assert_true(value(&r, "all", "operations") == 18);
	assert_true(value(&r, "read", "operations") == 14);
	assert_true(value(&r, "write", "operations") == 4);
	near(value(&r, "all", "ops_per_s"), 6e9 / io_ns[0] + 6e9 / io_ns[1] + 6e9 / io_ns[2]);
	near(value(&r, "write", "bytes_per_s"), 16384e9 / io_ns[2]);
	assert_true(value(&r, "all", "lat_max") == 1243151);
	/* Means 54958.166667, 75341.5, 42528.0 ns times 6, 6, 2 operations. */
	assert_true(value(&r, "read", "lat_sum_per_op") == (329749.0 + 452049.0 + 85056.0) / 14);
	assert_int_equal(r.nr_hists, 3);
	assert_string_equal(fact(&r, "fio_version"), "fio-3.33");
	assert_string_equal(fact(&r, "fio_latency"), "total");
	/* Of fio's ms alone: each time is the sum of latencies or up to fio's runtime. */
	assert_string_equal(fact(&r, "fio_elapsed"), "milliseconds");
	near(value(&r, "write", "resolution"), 100 * (2e6 - io_ns[2]) / io_ns[2]);
	result_release(&r);
}

static void a_threads_own_time_is_finer_than_fios_milliseconds(void **state)
{
	/* 16 writes and 3 fsyncs: 15327620 ns of I/O in the 15396623 ns of the thread. */
	const struct fio_clock_thread thread = {
		.begin_ns = 1000,
		.first_end_ns = 15397623,
		.last_ns = 15398553,
		.spent_ns = { 15396623, 930 },
		.at_ns = { 15397623, 15398553 },
		.steps = 2,
		.tid = 7,
	};
	struct fio_clock_thread later = thread, beyond = thread;
	struct fio_timed timed;
	struct err e = ERR_INIT;
	struct result r;
	double v;

	(void)state;
	assert_int_equal(read_file("", "simple.json", &thread, 1, &r, &timed, &e), 0);
	near(value(&r, "all", "elapsed"), 16 * 4890.0 + 3 * 5083126.666667);
	assert_string_equal(fact(&r, "fio_elapsed"), "thread");
	assert_false(find(&r, "all", "resolution", &v));
	assert_int_equal(timed.all.from_ns, 1000);
	assert_int_equal(timed.all.to_ns, 15397623);
	assert_int_equal(timed.common.to_ns, 15397623);
	near(timed.ops_per_s, 16e9 / 15396623);
	result_release(&r);

	/* 0.25 ms outside of I/O are fio's start, any more is the job's. */
	later.spent_ns[0] = 15900000;
	assert_int_equal(read_file("", "simple.json", &later, 1, &r, &timed, &e), 0);
	assert_true(value(&r, "all", "elapsed") == 15900000 - 250000);
	result_release(&r);

	/* A time that fio's 16 ms contradict is another thread's. */
	beyond.spent_ns[0] = 16200000;
	assert_int_equal(read_file("", "simple.json", &beyond, 1, &r, &timed, &e), 0);
	assert_string_equal(fact(&r, "fio_elapsed"), "milliseconds");
	assert_true(value(&r, "all", "resolution") > 4);
	result_release(&r);
}

static void jobs_of_different_lengths_have_rates_of_their_own(void **state)
{
	/* 10 paced reads in 23.8 ms beside 52 paced writes in 67.4 ms, which began first. */
	static const struct fio_clock_thread threads[] = {
		{ 2344932632637,
		  2345000067373,
		  2345000070915,
		  { 67434736, 692, 2775, 73 },
		  { 2345000067373, 2345000068065, 2345000070840, 2345000070915 },
		  4,
		  1786 },
		{ 2344936288063,
		  2344960090623,
		  2344960091766,
		  { 23802560, 1143, 0, 0 },
		  { 2344960090623, 2344960091766, 0, 0 },
		  2,
		  1785 },
	};
	struct fio_timed timed;
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	assert_int_equal(read_file("", "lengths.json", threads, 2, &r, &timed, &e), 0);
	near(value(&r, "read", "ops_per_s"), 10e9 / 23802560);
	near(value(&r, "write", "ops_per_s"), 52e9 / (67434736 + 2775));
	near(value(&r, "all", "ops_per_s"), 10e9 / 23802560 + 52e9 / (67434736 + 2775));
	assert_true(value(&r, "all", "operations") == 62);
	assert_true(value(&r, "all", "elapsed") == 67434736 + 2775);
	assert_int_equal(timed.all.from_ns, threads[0].begin_ns);
	assert_int_equal(timed.all.to_ns, threads[0].at_ns[2]);
	assert_int_equal(timed.common.from_ns, threads[1].begin_ns);
	assert_int_equal(timed.common.to_ns, threads[1].first_end_ns);
	near(timed.ops_per_s, value(&r, "all", "ops_per_s"));
	result_release(&r);
}

static void threads_that_do_not_agree_with_the_jobs_are_told_by_their_times(void **state)
{
	/* The job that is written first began last: startdelay. */
	static const struct fio_clock_thread threads[] = {
		{ .begin_ns = 1, .spent_ns = { 4200000 }, .steps = 2, .tid = 1 },
		{ .begin_ns = 9, .spent_ns = { 900000 }, .steps = 2, .tid = 2 },
		{ .begin_ns = 9, .spent_ns = { 800000 }, .steps = 0, .tid = 3 },
	};
	struct fio_account jobs[3] = { { .runtime_ms = 1 }, { .runtime_ms = 5 } };
	struct fio_account again[3], alone[1] = { { .runtime_ms = 1 } };

	(void)state;
	memcpy(again, jobs, sizeof(jobs));
	fio_account_match(jobs, 2, threads, 2);
	assert_ptr_equal(jobs[0].thread, &threads[1]);
	assert_ptr_equal(jobs[1].thread, &threads[0]);
	/* One that did nothing, and a thread that never came to an end. */
	fio_account_match(again, 3, threads, 3);
	assert_ptr_equal(again[0].thread, &threads[1]);
	assert_ptr_equal(again[1].thread, &threads[0]);
	assert_null(again[2].thread);
	/* More threads than jobs: fio has summed some up, and no thread is a job. */
	fio_account_match(alone, 1, threads, 2);
	assert_null(alone[0].thread);
}

static void verify_reads_are_apart_and_not_in_the_total(void **state)
{
	static const struct fio_clock_thread thread = {
		2341256939532,
		2341257055519,
		2341257141563,
		{ 115987, 369, 85155, 520 },
		{ 2341257055519, 2341257055888, 2341257141043, 2341257141563 },
		4,
		1402,
	};
	const double io_ns = 16 * 2214.5;
	struct fio_clock_thread slow = thread;
	struct fio_timed timed;
	struct err e = ERR_INIT;
	struct result r;
	double v;

	(void)state;
	assert_int_equal(read_file("", "verify.json", &thread, 1, &r, &timed, &e), 0);
	assert_true(value(&r, "all", "operations") == 16);
	assert_true(value(&r, "write", "operations") == 16);
	assert_true(value(&r, "verify", "operations") == 16);
	assert_false(find(&r, "read", "operations", &v));
	near(value(&r, "all", "ops_per_s"), 16e9 / io_ns);
	near(value(&r, "verify", "ops_per_s"), 16e9 / 85155);
	near(value(&r, "all", "lat_sum_per_op"), 2214.5);
	/* The reading back is no part of what is looked at. */
	assert_int_equal(timed.all.to_ns, thread.first_end_ns);
	assert_int_equal(timed.common.to_ns, thread.first_end_ns);
	result_release(&r);

	/* Nor are the sums over what it writes, 3951.6875 ns of latency less these 2214.5. */
	slow.spent_ns[0] = 970000;
	assert_int_equal(read_file("", "verify.json", &slow, 1, &r, &timed, &e), 0);
	assert_true(value(&r, "all", "elapsed") == 970000 - (63227 - io_ns) - 250000);
	near(timed.ops_per_s, 16e9 / 970000);
	result_release(&r);

	/* Of fio's ms alone. */
	assert_int_equal(read_file("", "verify.json", NULL, 0, &r, &timed, &e), 0);
	assert_true(value(&r, "all", "operations") == 16);
	near(value(&r, "all", "ops_per_s"), 16e9 / io_ns);
	near(value(&r, "all", "resolution"), 100 * (1e6 - (63227 - io_ns) - io_ns) / io_ns);
	assert_int_equal(timed.all.to_ns, 0);
	result_release(&r);
}

static void reads_of_a_job_that_also_verifies_cannot_be_told_apart(void **state)
{
	static const struct fio_clock_thread thread = {
		2342591277407,
		2342597307481,
		2342620914057,
		{ 6030074, 879, 23604936, 761 },
		{ 2342597307481, 2342597308360, 2342620913296, 2342620914057 },
		4,
		1549,
	};
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	assert_int_equal(read_file("", "mixed.json", &thread, 1, &r, NULL, &e), 0);
	assert_true(value(&r, "all", "operations") == 17);
	assert_true(value(&r, "verify", "operations") == 32);
	near(value(&r, "all", "ops_per_s"), 17e9 / 6030074);
	near(value(&r, "verify", "ops_per_s"), 32e9 / (6030074 + 23604936));
	result_release(&r);
}

/* What options make of a job; runtimes 10 ms of 10 operations each way. */
static const struct {
	const char *options, *global;
	double all, verify;
} kinds[] = {
	{ "\"rw\": \"write\", \"verify\": \"md5\"", "", 10, 10 },
	{ "\"rw\": \"randwrite:8\"", "\"verify\": \"crc32c\"", 10, 10 },
	{ "\"rw\": \"write\", \"verify\": \"md5\", \"do_verify\": \"0\", "
	  "\"verify_backlog\": \"8\"",
	  "", 10, 10 },
	{ "\"rw\": \"write\", \"verify\": \"md5\", \"verify_async\": \"2\"", "", 10, 10 },
	{ "\"rw\": \"write\", \"verify\": \"md5\", \"experimental_verify\": \"1\"", "", 10, 10 },
	{ "\"rw\": \"write\", \"verify_only\": \"\"", "\"verify\": \"md5\"", 10, 10 },
	{ "\"rw\": \"randrw\", \"verify\": \"md5\"", "", 10, 10 },
	{ "\"rw\": \"randrw\", \"verify\": \"md5\", \"do_verify\": \"0\"", "", 20, 0 },
	{ "\"rw\": \"randrw\", \"verify\": \"0\"", "\"verify\": \"md5\"", 20, 0 },
	{ "\"rw\": \"readwrite\"", "", 20, 0 },
	{ "\"rw\": \"rw\", \"verify_pattern\": \"0xff\"", "", 10, 10 },
	{ "\"rw\": \"rw\"", "\"verify_pattern\": \"0xff\"", 10, 10 },
	{ "\"rw\": \"rw\", \"verify_pattern\": \"0xff\", \"verify\": \"none\"", "", 20, 0 },
	{ "\"rw\": \"read\", \"verify\": \"md5\"", "", 20, 0 },
	{ "\"verify\": \"md5\"", "", 20, 0 },
};

static void reads_are_work_unless_they_verify(void **state)
{
	static const char one[] = "{\"total_ios\": 10, \"io_bytes\": 40960, \"runtime\": 10}";

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct err e = ERR_INIT;
		struct result r;
		double v = 0;
		char *text = xasprintf("{\n\"global options\": {%s}, \"jobs\": [{\"error\": 0, "
				       "\"job options\": {%s}, \"read\": %s, \"write\": %s}]}",
				       kinds[i].global, kinds[i].options, one, one);

		result_init(&r);
		if (fiojson_result(text, strlen(text), NULL, &r, NULL, &e))
			fail_msg("%s: %s", kinds[i].options, e.text);
		if (value(&r, "all", "operations") != kinds[i].all)
			fail_msg("%s: all %g", kinds[i].options, value(&r, "all", "operations"));
		find(&r, "verify", "operations", &v);
		if (v != kinds[i].verify)
			fail_msg("%s: verify %g", kinds[i].options, v);
		result_release(&r);
		free(text);
	}
}

/* Of what a job does besides its I/O nothing is taken off where that is its work. */
static void files_made_in_the_midst_are_work(void **state)
{
	static const struct {
		const char *option;
		uint64_t io_ns;
	} jobs[] = {
		{ "\"bs\": \"4k\"", 5000 },          { "\"create_on_open\": \"0\"", 5000 },
		{ "\"create_on_open\": \"1\"", 0 },  { "\"openfiles\": \"1\"", 0 },
		{ "\"unlink_each_loop\": \"\"", 0 }, { "\"thinktime\": \"50\"", 0 },
		{ "\"rate_iops\": \"100\"", 0 },     { "\"ioengine\": \"libaio\"", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		char *text = xasprintf("{\"job options\": {\"rw\": \"write\", %s}, \"write\": {"
				       "\"runtime\": 1, \"lat_ns\": {\"mean\": 1000, \"N\": 5}}}",
				       jobs[i].option);
		json_t *job = json_loads(text, 0, NULL);
		struct err e = ERR_INIT;
		struct fio_account j;

		assert_non_null(job);
		assert_int_equal(fio_account_read(&j, NULL, job, &e), 0);
		if (j.io_ns != jobs[i].io_ns)
			fail_msg("%s: %llu", jobs[i].option, (unsigned long long)j.io_ns);
		json_decref(job);
		free(text);
	}
}

static void a_job_that_only_verifies_did_no_work(void **state)
{
	static const char text[] =
		"{\n\"jobs\": [{\"error\": 0, \"job options\": {\"rw\": \"write\"}, \"read\": "
		"{\"total_ios\": 1, \"io_bytes\": 1, \"runtime\": 1}}]}";
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	result_init(&r);
	assert_int_equal(fiojson_result(text, strlen(text), NULL, &r, NULL, &e), -EIO);
	assert_non_null(strstr(e.text, "no operation but those that verify"));
	assert_int_equal(r.nr_samples, 0);
	result_release(&r);
}

static void completion_latency_is_taken_where_whole_ones_are_missing_and_said(void **state)
{
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	assert_int_equal(read_file("", "clat.json", NULL, 0, &r, NULL, &e), 0);
	assert_string_equal(json_string_value(json_object_get(r.facts, "fio_latency")),
			    "completion");
	/* fio's own 50th percentile of this one job. */
	assert_true(value(&r, "read", "lat_p50") == 24448);
	result_release(&r);
}

static void a_job_with_an_error_fails_with_fios_words(void **state)
{
	struct err e = ERR_INIT;
	struct result r;

	(void)state;
	assert_int_equal(
		read_file("fio: io_u error on file x\n", "enospc.json", NULL, 0, &r, NULL, &e),
		-EIO);
	assert_non_null(strstr(e.text, "No space left on device"));
	assert_non_null(strstr(e.text, "io_u error on file x"));
	assert_int_equal(r.nr_samples, 0);
	result_release(&r);
}

static void what_is_no_result_of_fio_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"Bad option <x>\nfio: job dropped\n",
		"{\n",
		"{\n}\n",
		"{\n\"jobs\": []\n}",
		"{\n\"jobs\": [1]\n}",
		"{\n\"jobs\": [{\"error\": 0}]\n}",
		"{\n\"jobs\": [{\"error\": 0, \"read\": {\"total_ios\": -1}}]\n}",
		"{\n\"jobs\": [{\"error\": 0, \"read\": {\"total_ios\": 1, \"io_bytes\": 1, "
		"\"runtime\": 9007199254740992}}]\n}",
		"{\n\"jobs\": [{\"error\": 0, \"read\": {\"total_ios\": 1, \"io_bytes\": 1, "
		"\"runtime\": 1, \"lat_ns\": {\"min\": 1, \"max\": 1, \"mean\": 1e300, "
		"\"bins\": {\"1\": 1}}}}]\n}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = ERR_INIT;
		struct result r;

		result_init(&r);
		if (!fiojson_result(texts[i], strlen(texts[i]), NULL, &r, NULL, &e) || !e.text[0])
			fail_msg("taken or without a sentence: %s", texts[i]);
		assert_int_equal(r.nr_samples, 0);
		result_release(&r);
	}
}

/* --- a real fio ---------------------------------------------------------------------- */

/* Steps are a loop's work and what verifies it, both with a begin and an end. */
static const struct {
	const char *job;
	size_t threads;
	unsigned steps;    /* 0: as many as it takes */
	double operations; /* 0: likewise */
} real[] = {
	{ "rw=randwrite\nsize=64k\n", 1, 2, 16 },
	{ "rw=randwrite\nsize=64k\nthread\nnumjobs=3\n", 3, 0, 48 },
	{ "rw=randread\nsize=64k\nloops=3\n", 1, 6, 48 },
	{ "rw=randwrite\nsize=64k\nverify=crc32c\nloops=2\n", 1, 8, 32 },
	{ "rw=randwrite\nsize=64k\nverify=md5\ndo_verify=0\n", 1, 2, 16 },
	{ "rw=write\nsize=64k\nioengine=libaio\niodepth=4\nend_fsync=1\n", 1, 2, 16 },
	{ "rw=randread\nsize=64k\nnumber_ios=5\nthinktime=200\n", 1, 2, 5 },
	{ "rw=randread\nsize=64k\ntime_based\nstartdelay=20ms\nramp_time=40ms\nruntime=20ms\n"
	  "rate_iops=1000\n",
	  1, 0, 0 },
};

static void run_fio(const char *job, struct fio_times *times, struct buf *out)
{
	char dir[] = "/tmp/fsduel-fio-XXXXXX";
	char *file, *text = xasprintf("[a]\nbs=4k\nlat_percentiles=1\n%s", job);
	const char *argv[] = { "fio", "--output-format=json+", "j.fio", NULL };
	struct err e = ERR_INIT;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(fio_times_open(times, dir, &e), 0);
	file = xasprintf("%s/j.fio", dir);
	assert_int_equal(fs_write_atomic(file, text, strlen(text), &e), 0);
	if (proc_check(argv,
		       &(struct proc_opts){ .cwd = dir,
					    .env = (const char *const *)times->env.v,
					    .out = out,
					    .err = out },
		       NULL, &e))
		fail_msg("%s: %s", job, e.text);
	free(file);
	free(text);
	assert_int_equal(fs_remove_tree(dir, &e), 0);
}

static void the_library_notes_each_threads_work(void **state)
{
	char *fio = proc_which("fio"), *lib = proc_beside(FIO_CLOCK_LIB);

	(void)state;
	if (!fio || !fs_exists(lib)) {
		print_message("# no %s here\n", fio ? lib : "fio");
		skip();
	}
	free(fio);
	free(lib);
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		struct fio_clock_thread *threads;
		struct buf out = BUF_INIT;
		struct fio_times times;
		struct err e = ERR_INIT;
		struct result r;

		run_fio(real[i].job, &times, &out);
		assert_int_equal(fio_times_threads(&times, &threads), real[i].threads);
		for (size_t k = 0; k < real[i].threads; k++) {
			const struct fio_clock_thread *t = &threads[k];

			if (real[i].steps ? t->steps != real[i].steps : t->steps < 2)
				fail_msg("%s: %u steps", real[i].job, t->steps);
			assert_true(t->begin_ns < t->first_end_ns && t->first_end_ns < t->last_ns);
			assert_true(t->spent_ns[0] >= t->first_end_ns - t->begin_ns);
		}
		result_init(&r);
		if (fiojson_result(out.data, out.len, &times, &r, NULL, &e))
			fail_msg("%s: %s", real[i].job, e.text);
		if (real[i].operations && value(&r, "all", "operations") != real[i].operations)
			fail_msg("%s: %g", real[i].job, value(&r, "all", "operations"));
		result_release(&r);
		free(threads);
		fio_times_release(&times);
		buf_release(&out);
	}
}

/* --- what fio says ------------------------------------------------------------------ */

#define WRITE_FAILED                                                                               \
	"fio: pid=0, err=28/file:filesetup.c:240, func=write, error=No space left on device\n"

static void fios_words_are_whole_and_said_once(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		/* fio 3.33, --create_only, numjobs=2: in the output, then on stderr. */
		{ "fio: ENOSPC on laying out file, stopping\n" WRITE_FAILED
		  "fio: ENOSPC on laying out file, stopping\n" WRITE_FAILED,
		  "ENOSPC on laying out file, stopping; pid=0, err=28/file:filesetup.c:240, "
		  "func=write, error=No space left on device" },
		{ "        valid values: read       Sequential read\n"
		  "                    : write      Sequential write\n"
		  "\nfio: failed parsing rw=randwrte\r\nfio: job filler dropped",
		  "failed parsing rw=randwrte; job filler dropped" },
		{ "", "" },
		{ "\n \n", "" },
		{ "one\ttwo \n", "one two" },
	};
	struct buf many = BUF_INIT;
	char *words;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		words = fio_words(cases[i].text, strlen(cases[i].text));
		assert_string_equal(words, cases[i].words);
		free(words);
	}
	for (unsigned i = 0; i < 100; i++)
		buf_addf(&many, "complaint%u\n", i);
	words = fio_words(many.data, many.len);
	assert_true(strlen(words) < 320);
	assert_ptr_equal(strstr(words, "complaint0; complaint1; "), words);
	/* The last one is whole. */
	assert_string_equal(words + strlen(words) - strlen("; ..."), "; ...");
	free(words);
	buf_release(&many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_summed_over_jobs_and_rates_too),
		cmocka_unit_test(a_threads_own_time_is_finer_than_fios_milliseconds),
		cmocka_unit_test(jobs_of_different_lengths_have_rates_of_their_own),
		cmocka_unit_test(threads_that_do_not_agree_with_the_jobs_are_told_by_their_times),
		cmocka_unit_test(verify_reads_are_apart_and_not_in_the_total),
		cmocka_unit_test(reads_of_a_job_that_also_verifies_cannot_be_told_apart),
		cmocka_unit_test(reads_are_work_unless_they_verify),
		cmocka_unit_test(files_made_in_the_midst_are_work),
		cmocka_unit_test(a_job_that_only_verifies_did_no_work),
		cmocka_unit_test(completion_latency_is_taken_where_whole_ones_are_missing_and_said),
		cmocka_unit_test(a_job_with_an_error_fails_with_fios_words),
		cmocka_unit_test(what_is_no_result_of_fio_is_refused),
		cmocka_unit_test(the_library_notes_each_threads_work),
		cmocka_unit_test(fios_words_are_whole_and_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
