/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fiojob.c: fio job files that would measure something else are refused, and the
 * others become jobs that fio takes. Run from the top of the tree.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/fio/fio_run.h"
#include "runners/fio/fiojob.h"

#define JOB "[j]\nrw=randrw\nsize=1M\n"

/* --- job files ------------------------------------------------------------------- */

static const struct {
	const char *text, *line, *says; /* says NULL: accepted */
} files[] = {
	{ JOB, NULL, NULL },
	{ "; c\n[global]\ndirect=1\n[j]\nsize=1M\ntime_based\nbssplit=4k/50:8k/50\n", NULL, NULL },
	{ JOB "filename=work:other\n", NULL, NULL },
	{ JOB "ioengine=libaio\niodepth=32\n", NULL, NULL },
	{ JOB "stonewall\n", NULL, NULL },
	{ "[global]\nrw=read\n", "t:", "no job" },
	{ "", "t:", "no job" },
	{ JOB "iodepth=4\n", "t:4:", "does nothing with the synchronous engine psync" },
	{ "[global]\niodepth=4\n[j]\nioengine=pvsync2\n", "t:2:", "pvsync2" },
	{ "[global]\nsize=1M\nioengine=libaio\n[j]\niodepth=4\n[global]\nioengine=psync\n[k]"
	  "\niodepth=1\n",
	  NULL, NULL },
	{ JOB "ioengine=exec\n", "t:4:", "not one of those for files" },
	{ JOB "ioengine=libiao\niodepth=8\n", "t:4:", "not one of those for files" },
	{ JOB "ioengine=external:/tmp/x.so\n", "t:4:", "leaves the work directory" },
	{ JOB "filename=/dev/sda\n", NULL, NULL },
	{ JOB "filename=/a/../../b\n", "t:4:", "leaves the work directory" },
	{ JOB "aux-path=/tmp\n", "t:4:", "leaves the work directory" },
	{ JOB "filename=a/../../b\n", "t:4:", "leaves the work directory" },
	{ JOB "directory=..\n", "t:4:", "leaves the work directory" },
	{ JOB "mem=mmaphuge:/huge/x\n", "t:4:", "leaves the work directory" },
	{ JOB "buffer_pattern='/etc/passwd'\n", "t:4:", "leaves the work directory" },
	{ JOB "filename=${FSDUEL_T_NONE}\n", "t:4:", "${FSDUEL_T_NONE} is not set" },
	{ JOB "bs=$pagesize\n", "t:4:", "where it runs" },
	{ JOB "read_iolog=x\n", "t:4:", "read_iolog is refused" },
	{ JOB "exec_prerun=true\n", "t:4:", "exec_prerun is refused" },
	{ JOB "EXEC_POSTRUN=true\n", "t:4:", "refused" },
	{ JOB "include other.fio\n", "t:4:", "refused" },
	{ JOB "ioscheduler=none\n", "t:4:", "refused" },
	{ JOB "[k]\nsize=1M\nstonewall\n", NULL, NULL },
	{ JOB "[k]\nsize=1M\nwait_for=j\n", "t:6:", "write stonewall" },
	{ "[globally]\nrw=read\n", "t:", "no job" },
	{ JOB "overwrite=1\nunlink_each_loop=1\n", "t:5:", "deletes the files" },
	{ "[j]\nrw=read\n", "t:1:", "no size" },
	{ "[j]\nsize=50%\n", "t:1:", "no size" },
	{ "[j]\nsize=0\n", "t:1:", "no size" },
	{ JOB "numjobs=2k\n", NULL, NULL },
	{ "[j]\nfilesize=1M\n", NULL, NULL },
	{ "[j]\nfill_fs=1\nrw=write\n", NULL, NULL },
	{ "[j]\nfilename=x\nsize=1M\n[k]\nfilename=x\n", NULL, NULL },
	{ JOB "iodepth= 1\n", NULL, NULL },
	{ "[j]\nrw=randtrim\nsize=1M\nioengine=falloc\n", NULL, NULL },
	{ JOB "ioengine=rados\nclustername=ceph\nfilename=/../x\n",
	  "t:6:", "not one of those for files" },
	{ JOB "runtime=2\ntime_based\n[k]\nsize=1M\nstartdelay=2\n", "t:8:", "may start when" },
	{ JOB "runtime=2\ntime_based\n[k]\nsize=1M\nstartdelay=1s\n", NULL, NULL },
	{ JOB "runtime=2\n[k]\nsize=1M\nstartdelay=1s\n", "t:7:", "may start when" },
	{ JOB "startdelay=9\n[k]\nsize=1M\nstartdelay=9\n", NULL, NULL },
	{ JOB "runtime=2\ntime_based\n[k]\nsize=1M\nstartdelay=1-3\n", "t:8:", "may start when" },
	{ "[../x]\nrw=read\n", "t:1:", "file name" },
};

static void files_that_measure_something_else_are_refused_with_their_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = ERR_INIT;
		struct fiojob out, again;
		int rc = fiojob_make("t", files[i].text, NULL, &out, &e);

		if ((rc == 0) != !files[i].says || (rc && rc != -EINVAL))
			fail_msg("case %zu: %d %s\n%s", i, rc, e.text, files[i].text);
		if (rc && (strncmp(e.text, files[i].line, strlen(files[i].line)) ||
			   !strstr(e.text, files[i].says)))
			fail_msg("case %zu says \"%s\"", i, e.text);
		if (rc)
			continue;
		assert_int_equal(fiojob_make("again", out.text, NULL, &again, &e), 0);
		assert_string_equal(again.text, out.text);
		fiojob_release(&out);
		fiojob_release(&again);
	}
}

static void parameters_win_over_the_file(void **state)
{
	static const char *const params[] = { "threads", "8",  "bs",       "4k", "runtime",
					      "1.5s",    "rw", "randread", NULL };
	static const char text[] =
		"[global]\nsize=1m\nbs=64k ; big\nruntime=9\n[a]\nnumjobs=2\n[b]\nrw=write\n";
	static const char expect[] =
		"[global]\nsize=1m\n"
		"[a]\nnumjobs=8\nbs=4096\nruntime=1500000us\ntime_based=1\nrw=randread\n"
		"lat_percentiles=1\nunified_rw_reporting=none\ngroup_reporting=0\n"
		"[b]\nnumjobs=8\nbs=4096\nruntime=1500000us\ntime_based=1\nrw=randread\n"
		"lat_percentiles=1\nunified_rw_reporting=none\ngroup_reporting=0\n";
	struct err e = ERR_INIT;
	struct fiojob out;

	(void)state;
	assert_int_equal(fiojob_make("t", text, params, &out, &e), 0);
	assert_string_equal(out.text, expect);
	fiojob_release(&out);
}

static void parameters_that_contradict_the_job_are_refused(void **state)
{
	static const struct {
		const char *params[3], *says;
	} cases[] = {
		{ { "iodepth", "4" }, "does nothing" },
		{ { "no_such", "4" }, "no parameter \"no_such\"" },
		{ { "bs", "64M bytes" }, "64M bytes" },
		{ { "ioengine", "rados" }, "not one of those" },
		{ { "runtime", "1ns" }, "whole us" },
		{ { "bs", "4k" }, "bssplit makes the parameter bs do nothing" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err e = ERR_INIT;
		struct fiojob out;

		assert_int_equal(
			fiojob_make("t", JOB "bssplit=4k/9:8k/1\n", cases[i].params, &out, &e),
			-EINVAL);
		if (!strstr(e.text, cases[i].says))
			fail_msg("case %zu says \"%s\"", i, e.text);
	}
}

static void every_job_gets_the_blocks_seed(void **state)
{
	static const char text[] = "[global]\nrw=read\n[a]\nbs=1\n[b]\nbs=2\n";
	struct err e = ERR_INIT;
	char *one, *same, *other;

	(void)state;
	assert_int_equal(fiojob_seed(text, 7, &one, &e), 0);
	assert_int_equal(fiojob_seed(text, 7, &same, &e), 0);
	assert_int_equal(fiojob_seed(text, 8, &other, &e), 0);
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	assert_ptr_equal(strstr(one, "[global]\nrw=read\n[a]\nbs=1\nrandrepeat=0\n"), one);
	assert_non_null(strstr(one, "\n[b]\nbs=2\nrandrepeat=0\nallrandrepeat=0\nrandseed="));
	assert_int_equal(fiojob_seed("[global]\nrw=read\n", 7, &other, &e), -EINVAL);
	free(one);
	free(same);
	free(other);
}

static void overwrite_is_declared_for_the_jobs_own_files_only(void **state)
{
	static const char text[] =
		"[global]\noverwrite=1\n[a]\nfilename=x:sub/y\n[b]\noverwrite=0\nfilename=z\n"
		"[c]\n[d]\ndirectory=d\nfilename=x2\n";

	(void)state;
	assert_true(fiojob_overwrites(text, "x"));
	assert_true(fiojob_overwrites(text, "sub/y"));
	assert_true(fiojob_overwrites(text, "c.0.0"));
	assert_true(fiojob_overwrites(text, "d/x2"));
	assert_false(fiojob_overwrites(text, "x2"));
	assert_false(fiojob_overwrites(text, "z"));
	assert_false(fiojob_overwrites(text, "b.0.0"));
	assert_false(fiojob_overwrites(text, "cc.0.0"));
	assert_false(fiojob_overwrites("[a]\nfilename=x\n", "x"));
	assert_true(fiojob_overwrites("[a]\noverwrite\nfilename=x\n", "x"));
}

/* fio knows all that we write into a job: nothing is dropped or refused by it. */
static void fio_takes_the_jobs_that_are_made(void **state)
{
	const char *const params[] = { "threads", "2", "ops", "4", "bs", "8k", "fsync", "2", NULL };
	char dir[] = "/tmp/fsduel-fio-XXXXXX", *seeded, *file;
	struct fiojob job;
	const char *argv[] = { "fio", "--output-format=json+", "j.fio", NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .cwd = dir, .out = &out, .err = &out };
	struct err e = ERR_INIT;
	struct result r;
	char *fio = proc_which("fio");

	(void)state;
	if (!fio) {
		print_message("# no fio here\n");
		skip();
	}
	free(fio);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(fiojob_make("t", JOB "overwrite=1\n", params, &job, &e), 0);
	assert_int_equal(fiojob_seed(job.text, UINT64_MAX, &seeded, &e), 0);
	file = xasprintf("%s/j.fio", dir);
	assert_int_equal(fs_write_atomic(file, seeded, strlen(seeded), &e), 0);
	if (proc_check(argv, &o, NULL, &e))
		fail_msg("%s\n%s", e.text, buf_str(&out));
	assert_int_equal(out.data[0], '{'); /* no warning before it */
	result_init(&r);
	assert_int_equal(fiojson_result(out.data, out.len, NULL, &r, NULL, &e), 0);
	assert_string_equal(json_string_value(json_object_get(r.facts, "fio_latency")), "total");
	result_release(&r);
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	buf_release(&out);
	free(file);
	fiojob_release(&job);
	free(seeded);
}

/* What fio does with a job and a seed: its log of offsets without the times. Caller frees. */
static char *offsets(const char *job, uint64_t seed)
{
	char dir[] = "/tmp/fsduel-fio-XXXXXX", *seeded, *text, *file;
	const char *argv[] = { "fio", "j.fio", NULL };
	struct proc_opts o = { .cwd = dir };
	struct buf log = BUF_INIT, out = BUF_INIT;
	struct strv lines = STRV_INIT;
	struct err e = ERR_INIT;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(fiojob_seed(job, seed, &seeded, &e), 0);
	text = xasprintf("%swrite_iolog=log\n", seeded);
	file = xasprintf("%s/j.fio", dir);
	assert_int_equal(fs_write_atomic(file, text, strlen(text), &e), 0);
	assert_int_equal(proc_check(argv, &o, NULL, &e), 0);
	free(file);
	file = xasprintf("%s/log", dir);
	assert_int_equal(fs_read(file, 0, &log, &e), 0);
	strv_split(&lines, buf_str(&log), "\n");
	for (size_t i = 0; i < lines.n; i++)
		if (strstr(lines.v[i], " read ") || strstr(lines.v[i], " write "))
			buf_adds(&out, strchr(lines.v[i], ' '));
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	strv_release(&lines);
	buf_release(&log);
	free(file);
	free(text);
	free(seeded);
	return buf_detach(&out, NULL);
}

static void fio_draws_its_offsets_from_the_seed(void **state)
{
	char *fio = proc_which("fio"), *one, *same, *other;
	struct fiojob job;

	(void)state;
	if (!fio) {
		print_message("# no fio here\n");
		skip();
	}
	free(fio);
	assert_int_equal(fiojob_make("t", JOB "number_ios=20\nallrandrepeat=1\n", NULL, &job, NULL),
			 0);
	one = offsets(job.text, 1);
	same = offsets(job.text, 1);
	other = offsets(job.text, 2);
	assert_true(strlen(one) > 20 * 10);
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	fiojob_release(&job);
	free(one);
	free(same);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_measure_something_else_are_refused_with_their_line),
		cmocka_unit_test(parameters_win_over_the_file),
		cmocka_unit_test(parameters_that_contradict_the_job_are_refused),
		cmocka_unit_test(every_job_gets_the_blocks_seed),
		cmocka_unit_test(overwrite_is_declared_for_the_jobs_own_files_only),
		cmocka_unit_test(fio_takes_the_jobs_that_are_made),
		cmocka_unit_test(fio_draws_its_offsets_from_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
