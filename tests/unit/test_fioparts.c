/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fioparts.c: the text made of a fio job file means to fio the same as the file, and
 * the statements about it (parts, threads, room, changes) are true. Run from the top of the tree.
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
#include "lib/proc.h"
#include "runners/fio/fiojob.h"

static void make(struct fiojob *j, const char *text, const char *const *params)
{
	struct err e = ERR_INIT;

	if (fiojob_make("t", text, params, j, &e))
		fail_msg("%s\n%s", e.text, text);
}

/* --- fio is the judge ----------------------------------------------------------------- */

/* The command line that fio takes a job file for, without what we append to every job. */
static char *showcmd(const char *text)
{
	static const char ours[] = "--lat_percentiles=1 --unified_rw_reporting=none "
				   "--group_reporting=0 ";
	char dir[] = "/tmp/fsduel-fio-XXXXXX", *file, *said, *at;
	const char *argv[] = { "fio", "--showcmd", "j.fio", NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .cwd = dir, .out = &out, .err = &out };
	struct err e = ERR_INIT;

	assert_non_null(mkdtemp(dir));
	file = xasprintf("%s/j.fio", dir);
	assert_int_equal(fs_write_atomic(file, text, strlen(text), &e), 0);
	if (proc_check(argv, &o, NULL, &e))
		fail_msg("%s\n%s\n%s", e.text, buf_str(&out), text);
	said = xstrdup(buf_str(&out));
	while ((at = strstr(said, ours)))
		memmove(at, at + strlen(ours), strlen(at + strlen(ours)) + 1);
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	buf_release(&out);
	free(file);
	return said;
}

/* Files that are taken as they are: fio reads the same options out of both. */
static const char *const plain[] = {
	"[a]\nsize=4m\nnumjobs=4 # four\nrw=randread# no blank\nfsync=4 ; both # kinds\n",
	("[global] # defaults\nioengine=libaio   # linux native\nsize=1m\n"
	 "[random] # the one\niodepth=8         # deep\n;iodepth=9\n#iodepth=10\n"),
	"[a]\nsize=1m\ndescription=reads of /usr/share, see: /x;not this\n",
	"[a]\nsize=1m#iodepth=4\nfilename=b#c\n   # rw=write\n\t; rw=write\n",
	"[a]\nsize=16m\nbs=4k # as in https://example.org/page\n",
	"[global]\nname=my-randrw\nfilename=w\nsize=1m\n[file1]\nnumjobs=2\n",
	"[globally]\nsize=2m\n[a]\nrw=read\n[global2]\nsize=3m\n[b]\nrw=write\n",
	"[a]\nsize=1m\ngtod_reduce=0\ndisable_lat=0\nwrite_iolog=0\n",
	"[a]\nsize=1m\n  rw =write  \nbs= 4k,8k\n",
	"[a]\r\nsize=1m\r\nrw=write\r\n",
	"[a b]\nsize=1m\nstartdelay=0\n",
};

static void what_is_made_is_to_fio_what_was_written(void **state)
{
	char *fio = proc_which("fio");

	(void)state;
	if (!fio) {
		print_message("# no fio here\n");
		skip();
	}
	free(fio);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		char *was, *is;
		struct fiojob j;

		make(&j, plain[i], NULL);
		was = showcmd(plain[i]);
		is = showcmd(j.text);
		/* To fio all names of [global] sections are alike, and blanks after '=' are kept.
		 */
		for (char *p = was; (p = strstr(p, "= "));)
			memmove(p + 1, p + 2, strlen(p + 2) + 1);
		assert_string_equal(is, was);
		assert_int_equal(j.notes.n, 0);
		free(was);
		free(is);
		fiojob_release(&j);
	}
}

/* --- changes -------------------------------------------------------------------------- */

static const struct {
	const char *text, *holds, *not, *note;
} changes[] = {
	{ "[a]\nsize=1m\nfilename=/dev/sda\n", "\nfilename=dev/sda\n", "/dev", "taken as dev/sda" },
	{ "[a]\nsize=1m\nfilename=/a:b/c:/d/e\n", "\nfilename=a:b/c:d/e\n", "=/", "taken as" },
	{ "[a]\nsize=1m\ndirectory=/\n", "\ndirectory=.\n", "=/", "taken as ." },
	{ "[a]\nfilename=/dev/sda\n", "\nsize=64m\n", NULL, "a file of 64m takes its place" },
	{ "[global]\nfilename=/tmp/x\n[a]\nsize=100%\n", "\nsize=64m\n", "100%",
	  "takes its place" },
	{ "[a]\nsize=1m\nwrite_bw_log=x\nlog_avg_msec=9\n", "size=1m", "log",
	  "write_bw_log is left out" },
	{ "[a]\nsize=1m\nwrite_iolog=x\n", "size=1m", "log", "write_iolog is left out" },
	{ "[a]\nsize=1m\ngtod_reduce=1\n", "size=1m", "gtod", "gtod_reduce is left out" },
	{ "[a]\nsize=1m\ndisable_lat\n", "size=1m", "disable", "disable_lat is left out" },
	{ "[a]\nsize=1m\ndisable_clat=1\n", "size=1m", "disable", "disable_clat is left out" },
	{ "[a]\nsize=1m\noverwrite=1\nunlink=1\n", "overwrite=1", "unlink", "unlink is left out" },
};

static void each_change_is_made_and_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct fiojob j;
		bool said = false;

		make(&j, changes[i].text, NULL);
		if (!strstr(j.text, changes[i].holds) ||
		    (changes[i].not &&strstr(j.text, changes[i].not )))
			fail_msg("case %zu is\n%s", i, j.text);
		for (size_t k = 0; k < j.notes.n; k++)
			said |= !strncmp(j.notes.v[k], "t:", 2) &&
				strstr(j.notes.v[k], changes[i].note);
		if (!said)
			fail_msg("case %zu says %s", i, j.notes.n ? j.notes.v[0] : "nothing");
		fiojob_release(&j);
	}
}

static void variables_come_from_the_environment_or_the_suite(void **state)
{
	static const char text[] =
		"[a]\nsize=${FSDUEL_T_SIZE} # ${FSDUEL_T_NONE}\nbs=${FSDUEL_T_BS}\n";
	static const char *const params[] = { "set.FSDUEL_T_BS", "8k", NULL };
	struct err e = ERR_INIT;
	struct fiojob j;

	(void)state;
	setenv("FSDUEL_T_SIZE", "3m", 1);
	setenv("FSDUEL_T_BS", "16k", 1);
	make(&j, text, params);
	assert_non_null(strstr(j.text, "\nsize=3m\nbs=8k\n"));
	assert_int_equal(j.notes.n, 1);
	assert_non_null(strstr(j.notes.v[0], "t:2: ${FSDUEL_T_SIZE} is \"3m\""));
	fiojob_release(&j);
	/* In a comment or a section's name fio replaces none. */
	assert_int_equal(
		fiojob_make("t", "[${FSDUEL_T_BS}]\nsize=3m # ${FSDUEL_T_BS}\n", params, &j, &e),
		-EINVAL);
	assert_non_null(strstr(e.text, "remove the parameter set.FSDUEL_T_BS"));
	setenv("FSDUEL_T_SIZE", "3m # x", 1);
	assert_int_equal(fiojob_make("t", text, params, &j, &e), -EINVAL);
	assert_null(j.text);
}

/* --- parts ---------------------------------------------------------------------------- */

static void jobs_that_wait_part_the_file(void **state)
{
	static const char text[] =
		"[global]\nsize=1m\n[lay out]\nrw=write\nunlink=1\n[read]\nstonewall\nrw=read\n"
		"[too]\nbs=8k\n[global]\nbs=16k\n[read]\nwait_for_previous=1\nrw=randread\n";
	static const char *const second[] = { "part", "read", NULL };
	static const char *const third[] = { "part", "read.3", "threads", "2", NULL };
	static const char *const none[] = { "part", "write", NULL };
	struct err e = ERR_INIT;
	struct fiojob j;

	(void)state;
	make(&j, text, NULL);
	assert_int_equal(j.parts.n, 3);
	assert_string_equal(j.parts.v[0], "lay_out");
	assert_string_equal(j.parts.v[1], "read");
	assert_string_equal(j.parts.v[2], "read.3");
	assert_null(j.before);
	assert_null(strstr(j.text, "[read]"));
	fiojob_release(&j);

	make(&j, text, second);
	assert_non_null(strstr(j.text, "[read]\nrw=read\n"));
	assert_non_null(strstr(j.text, "[too]\nbs=8k\n"));
	assert_null(strstr(j.text, "randread"));
	assert_null(strstr(j.text, "stonewall"));
	/* The parts before run as they are written. */
	assert_non_null(strstr(j.before, "[lay out]\nrw=write\nunlink=1\n"));
	assert_null(strstr(j.before, "[read]"));
	fiojob_release(&j);

	make(&j, text, third);
	assert_non_null(strstr(j.before, "[read]\nstonewall\nrw=read\nnumjobs=2\n"));
	assert_non_null(strstr(j.text, "bs=16k\n[read]\nrw=randread\nnumjobs=2\n"));
	fiojob_release(&j);
	assert_int_equal(fiojob_make("t", text, none, &j, &e), -EINVAL);
	assert_non_null(strstr(e.text, "there are lay_out read read.3"));
}

static void a_stonewall_that_is_off_parts_nothing(void **state)
{
	struct fiojob j;

	(void)state;
	make(&j, "[global]\nsize=1m\n[w]\n[r]\nstonewall=0 # together\n", NULL);
	assert_int_equal(j.parts.n, 1);
	fiojob_release(&j);
}

/* --- expectations ------------------------------------------------------------------------ */

static const struct {
	const char *text;
	unsigned threads, helpers;
	uint64_t bytes;
} expected[] = {
	{ "[a]\nsize=1m\nnumjobs=4 # four\n", 4, 0, 4 << 20 },
	{ "[a]\nsize=1M\nfilename=w\nnumjobs=4\n[b]\nfilename=w\nsize=3mb\n", 5, 0, 3 << 20 },
	{ "[a]\nsize=3m\nfilename=w\n[b]\nfilename=w\nsize=1m\n", 2, 0, 3 << 20 },
	{ "[a]\nsize=1m\nfilename=w\ndirectory=d\n[b]\nfilename=w\nsize=3m\n", 2, 0, 4 << 20 },
	{ "[a]\nsize=1m\nioengine=posixaio\niodepth=8\n", 2, 1, 1 << 20 },
	{ "[a]\nsize=1m\nioengine=io_uring\nsqthread_poll=1\nnumjobs=3\n", 6, 3, 3 << 20 },
	{ "[a]\nsize=1m\nioengine=libaio\nio_submit_mode=offload\n", 2, 1, 1 << 20 },
	{ "[a]\nsize=1m\nverify=crc32c\nverify_async=2\n", 3, 2, 1 << 20 },
	{ "[a]\nfilesize=1m\nnrfiles=3\n", 1, 0, 1 << 20 },
	{ "[a]\nsize=1g\nioengine=null\n", 1, 0, 0 },
	{ "[a]\nsize=1t\nrw=randwrite\nfallocate=none\nnumber_ios=9\n", 1, 0, 0 },
	{ "[a]\nsize=4g\nfill_fs=1\nrw=write\n", 1, 0, 0 },
	{ "[a]\nsize=2m\n[b]\nstonewall\nsize=1m\n", 1, 0, 2 << 20 },
};

static void threads_and_room_are_known_before_anything_starts(void **state)
{
	struct fiojob_expect x;
	struct fiojob j;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		make(&j, expected[i].text, NULL);
		x = j.expect;
		if (x.threads != expected[i].threads || x.helpers != expected[i].helpers ||
		    x.file_bytes != expected[i].bytes ||
		    x.fills != (strstr(expected[i].text, "fill_fs") != NULL))
			fail_msg("case %zu: %u threads, %u helpers, %llu bytes", i, x.threads,
				 x.helpers, (unsigned long long)x.file_bytes);
		fiojob_release(&j);
	}
	make(&j, "[a]\nsize=1m\ntimeout=5\n[b]\nstonewall\nsize=2m\nruntime=1m\n[c]\nsize=1m\n",
	     (const char *const[]){ "part", "b", NULL });
	x = j.expect;
	assert_int_equal(x.timed_ns, 60000000000);
	assert_int_equal(x.before_ns, 5000000000);
	assert_int_equal(x.file_bytes, 4 << 20);
	fiojob_release(&j);
}

static void jobs_whose_files_are_gone_are_found(void **state)
{
	static const char text[] =
		"[global]\noverwrite=1\n[a]\nfilename=x\n[b]\n[n]\nioengine=null\n";
	struct strv files = STRV_INIT;
	char *job;

	(void)state;
	strv_add(&files, "x");
	job = fiojob_unproven(text, &files);
	assert_string_equal(job, "b");
	free(job);
	strv_add(&files, "b.0.0");
	assert_null(fiojob_unproven(text, &files));
	strv_release(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_to_fio_what_was_written),
		cmocka_unit_test(each_change_is_made_and_said),
		cmocka_unit_test(variables_come_from_the_environment_or_the_suite),
		cmocka_unit_test(jobs_that_wait_part_the_file),
		cmocka_unit_test(a_stonewall_that_is_off_parts_nothing),
		cmocka_unit_test(threads_and_room_are_known_before_anything_starts),
		cmocka_unit_test(jobs_whose_files_are_gone_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
