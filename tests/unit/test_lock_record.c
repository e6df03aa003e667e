/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lock_record.c: waits for locks recorded for real by perf, as root: writers wait for
 * a file's lock that hold_iolock holds; the file is read by our reader and by perf. Machines
 * without perf or without lock tracepoints skip and say so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/lock/lockstacks.h"
#include "runners/lock/record.h"
#include "tests/unit/skip.h"
#include "tests/unit/test_workloads.h"

#define LIMIT (64u << 20)

struct place {
	char dir[40], data[64], work[64];
};

static int make_place(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));

	strcpy(p->dir, "/tmp/fsduel-lock-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->data, sizeof(p->data), "%s/perf.data", p->dir);
	snprintf(p->work, sizeof(p->work), "%s/work", p->dir);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;

	assert_int_equal(fs_remove_tree(p->dir, NULL), 0);
	free(p);
	return 0;
}

static void sleep_ms(unsigned ms)
{
	const struct timespec t = { 0, (long)ms * 1000000 };

	nanosleep(&t, NULL);
}

/* --- what lies in a file -------------------------------------------------------------- */

struct seen {
	uint64_t begins, events, write_waits, lost, first_ns, last_ns, deepest;
	bool comm_of_writers;
};

static struct seen look(const struct place *p)
{
	struct seen s = { 0 };
	struct buf b = BUF_INIT;
	struct lock_events ev;
	struct err e = ERR_INIT;

	assert_int_equal(fs_read(p->data, 0, &b, NULL), 0);
	if (perfdata_read(&ev, b.data, b.len, &e))
		fail_msg("%s", e.text);
	s.events = ev.n;
	s.lost = ev.lost;
	for (size_t i = 0; i < ev.n; i++) {
		if (ev.v[i].kind != LOCK_WAIT_BEGIN)
			continue;
		s.begins++;
		s.write_waits += ev.v[i].flags == LOCK_F_WRITE;
		if (ev.chains[ev.v[i].chain].n > s.deepest)
			s.deepest = ev.chains[ev.v[i].chain].n;
	}
	if (ev.n) {
		s.first_ns = ev.v[0].time_ns;
		s.last_ns = ev.v[ev.n - 1].time_ns;
	}
	for (size_t i = 0; i < ev.nr_comms; i++)
		s.comm_of_writers |= !strcmp(ev.comms[i].comm, "buffered_write");
	lock_events_release(&ev);
	buf_release(&b);
	return s;
}

/* --- waits, made --------------------------------------------------------------------- */

static void mark(void *arg, int begin)
{
	lock_record_switch(arg, begin);
}

static int contend_or_say(const struct place *p, unsigned ms, void (*at)(void *arg, int begin),
			  void *arg, struct err *e)
{
	struct mix m = mix_of("hold_iolock buffered_write:3",
			      "file_size=2M hold_iolock.hold=10ms hold_iolock.rate=50 "
			      "hold_iolock.region_size=1M buffered_write.region_start=1M "
			      "buffered_write.final_sync=1");
	struct fsload l;
	char runtime[32];
	int ret;

	snprintf(runtime, sizeof(runtime), "%ums", ms);
	if (mix_set(&m, "runtime", runtime, e) || fsload_init(&l, &m, p->work, 1, e))
		return -EINVAL;
	ret = fsload_prepare(&l, e);
	if (!ret) {
		ret = fsload_run(&l, at, arg, NULL, e);
		remove_files(&l);
	}
	fsload_release(&l);
	return ret;
}

static void contend(const struct place *p, unsigned ms, struct lock_record *r)
{
	struct err e = ERR_INIT;

	if (!contend_or_say(p, ms, r ? mark : NULL, r, &e))
		return;
	if (strstr(e.text, "userfaultfd"))
		skip_because("skipped: %s", e.text);
	fail_msg("%s", e.text);
}

struct load {
	const struct place *place;
	sem_t begun; /* every thread is there, with its name */
};

static void tell(void *arg, int begin)
{
	struct load *l = arg;

	if (begin)
		sem_post(&l->begun);
}

static void *contend_for_a_while(void *arg)
{
	struct load *l = arg;
	struct err e = ERR_INIT;

	if (contend_or_say(l->place, 600, tell, l, &e))
		sem_post(&l->begun);
	return NULL;
}

static struct lock_record *open_or_skip(const struct place *p, uint64_t limit)
{
	struct lock_record *r = NULL;
	struct err e = ERR_INIT;
	int ret = lock_record_open(&r, p->data, limit, &e);

	if (ret == -ENOTSUP)
		skip_because("skipped: %s", e.text);
	if (ret)
		fail_msg("%s", e.text);
	return r;
}

static void finish(struct lock_record *r)
{
	struct err e = ERR_INIT;

	if (lock_record_finish(r, &e))
		fail_msg("%s", e.text);
	lock_record_release(r);
}

/* What perf says of the file; its warnings, or the table of some versions, behind. */
static void ask_perf(struct buf *out, const char *const *words, const struct place *p)
{
	const char *argv[8] = { "perf" };
	struct buf warnings = BUF_INIT;
	struct proc_opts o = { .out = out, .err = &warnings };
	struct proc_exit x;
	char *perf = proc_which("perf");
	size_t n = 1;

	if (!perf)
		skip_because("skipped: no perf");
	free(perf);
	while (*words)
		argv[n++] = *words++;
	argv[n++] = "-i";
	argv[n] = p->data;
	if (proc_run(argv, &o, NULL, &x, NULL) || x.status)
		fail_msg("perf %s: %s", argv[1], buf_str(&warnings));
	buf_adds(out, buf_str(&warnings));
	buf_release(&warnings);
}

static uint64_t count_of(const char *text, const char *part)
{
	uint64_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void waits_are_recorded_and_perf_reads_them(void **state)
{
	static const char *const script[] = { "script", NULL };
	static const char *const contention[] = { "lock", "contention", NULL };
	const struct place *p = *state;
	struct buf said = BUF_INIT;
	struct lock_record *r = open_or_skip(p, LIMIT);
	struct seen s;

	contend(p, 900, r);
	finish(r);
	s = look(p);
	assert_true(s.write_waits > 10);
	assert_true(s.deepest > 8); /* perf lock's own limit */
	assert_true(s.comm_of_writers);
	assert_int_equal(s.lost, 0);
	ask_perf(&said, script, p);
	assert_int_equal(count_of(said.data, "lock:contention_begin:"), s.begins);
	assert_true(count_of(said.data, "lock:contention_") == s.events);
	assert_non_null(strstr(said.data, "rwsem_down_write_slowpath"));
	buf_reset(&said);
	ask_perf(&said, contention, p);
	if (!strstr(said.data, "rwsem:W"))
		fail_msg("%s", said.data);
	buf_release(&said);
}

static void nothing_of_before_and_after_is_there(void **state)
{
	struct place *p = *state;
	struct load l = { .place = p };
	struct lock_record *r = open_or_skip(p, LIMIT);
	uint64_t begin_ns, end_ns;
	pthread_t load;
	struct seen s;

	sem_init(&l.begun, 0, 0);
	assert_int_equal(pthread_create(&load, NULL, contend_for_a_while, &l), 0);
	sem_wait(&l.begun);
	sleep_ms(50);
	begin_ns = now_ns();
	lock_record_switch(r, true);
	sleep_ms(150);
	lock_record_switch(r, false);
	end_ns = now_ns();
	pthread_join(load, NULL);
	sem_destroy(&l.begun);
	finish(r);
	s = look(p);
	assert_true(s.events > 0);
	assert_true(s.comm_of_writers); /* it had its name before recording began */
	assert_in_range(s.first_ns, begin_ns, end_ns);
	assert_in_range(s.last_ns, begin_ns, end_ns);
}

/* The names of the threads alone are more than that. */
static void a_recording_beyond_its_limit_is_no_recording(void **state)
{
	const struct place *p = *state;
	struct lock_record *r = open_or_skip(p, LIMIT);
	struct err e = ERR_INIT;

	finish(r);
	assert_int_equal(lock_record_open(&r, p->data, 1000, &e), -ENOTSUP);
	assert_null(r);
	assert_non_null(strstr(e.text, "reached its limit"));
}

static void a_perf_that_is_killed_is_told(void **state)
{
	const struct place *p = *state;
	struct lock_record *r = open_or_skip(p, LIMIT);
	struct err e = ERR_INIT;
	char *children = xasprintf("/proc/self/task/%d/children", (int)gettid());
	char *line = fs_read_line(children);

	assert_non_null(line);
	kill((pid_t)strtol(line, NULL, 10), SIGKILL);
	lock_record_switch(r, true);
	lock_record_switch(r, false);
	assert_int_equal(lock_record_finish(r, &e), -EIO);
	lock_record_release(r);
	assert_non_null(strstr(e.text, "perf lock record ended"));
	free(children);
	free(line);
}

/* In a child that may do to itself what it likes; its sentence and -errno as its exit status. */
static int in_child(int (*fn)(const struct place *p, struct err *e), const struct place *p,
		    struct err *e)
{
	int to[2], status;
	pid_t child;
	ssize_t n;

	assert_int_equal(pipe(to), 0);
	child = fork();
	if (!child) {
		int ret = fn(p, e);

		n = write(to[1], e->text, strlen(e->text));
		_exit(n < 0 ? 255 : -ret);
	}
	close(to[1]);
	n = read(to[0], e->text, sizeof(e->text) - 1);
	e->text[n > 0 ? n : 0] = '\0';
	close(to[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static int record_without_tracefs(const struct place *p, struct err *e)
{
	struct lock_record *r;
	int ret;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -ENOSYS;
	while (!umount2("/sys/kernel/tracing", MNT_DETACH))
		;
	if (fs_exists("/sys/kernel/tracing/events"))
		return err_add(e, EBUSY, "it is still mounted");
	ret = lock_record_open(&r, p->data, LIMIT, e);
	if (ret)
		return ret;
	lock_record_switch(r, true);
	lock_record_switch(r, false);
	ret = lock_record_finish(r, e);
	lock_record_release(r);
	return ret;
}

static void tracefs_need_not_be_mounted(void **state)
{
	const struct place *p = *state;
	struct err e = ERR_INIT;
	int ret = geteuid() ? -EPERM : in_child(record_without_tracefs, p, &e);

	if (ret == -EPERM || ret == -ENOTSUP || ret == -ENOSYS)
		skip_because("skipped: needs root, name spaces and tracepoints %s", e.text);
	if (ret)
		fail_msg("%s", e.text);
	look(p);
}

static int record_as_nobody(const struct place *p, struct err *e)
{
	struct lock_record *r;

	return setgid(65534) || setuid(65534) ? -ENOSYS : lock_record_open(&r, p->data, LIMIT, e);
}

static void who_may_not_is_told_what_to_do(void **state)
{
	const struct place *p = *state;
	struct err e = ERR_INIT;

	if (geteuid())
		skip_because("skipped: needs root, to become somebody else");
	assert_int_equal(in_child(record_as_nobody, p, &e), -ENOTSUP);
	expect_text(&e, "root");
	assert_false(fs_exists(p->data));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_are_recorded_and_perf_reads_them),
		TEST(nothing_of_before_and_after_is_there),
		TEST(a_recording_beyond_its_limit_is_no_recording),
		TEST(a_perf_that_is_killed_is_told),
		TEST(tracefs_need_not_be_mounted),
		TEST(who_may_not_is_told_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
