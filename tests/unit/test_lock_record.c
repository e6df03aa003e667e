/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lock_record.c: waits for locks recorded for real, as root: writers wait for
 * a file's lock that hold_iolock holds, and the file is read record by record here,
 * and by perf where there is one. Kernels without lock tracepoints skip and say so;
 * what such kernels are told is tested with directories like theirs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/lock/record.h"
#include "runners/lock/record_impl.h"
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
	uint64_t samples, begins, write_waits, others, lost, first_ns, last_ns, bytes;
	bool comm_of_wanted, kernel;
};

struct sample { /* the fields of PERFDATA_ID_TYPE and IP, in perf's order */
	struct perf_event_header h;
	uint64_t identifier, ip;
	uint32_t pid, tid;
	uint64_t time_ns, cpu, period, frames, chain[];
};

static void see_sample(struct seen *s, const struct sample *r, uint64_t begin_id)
{
	/* perf's raw data: a length, then the tracepoint's fields; of begin: lock, flags. */
	const char *raw = (const char *)(r->chain + r->frames) + sizeof(uint32_t);
	uint16_t id;
	uint32_t flags;

	memcpy(&id, raw, sizeof(id));
	memcpy(&flags, raw + 16, sizeof(flags));
	s->samples++;
	if (id == begin_id) {
		s->begins++;
		s->write_waits += flags == 4;
		assert_true(r->frames > 2);
		assert_int_equal(r->chain[0], PERF_CONTEXT_KERNEL);
	}
	if (!s->first_ns || r->time_ns < s->first_ns)
		s->first_ns = r->time_ns;
	if (r->time_ns > s->last_ns)
		s->last_ns = r->time_ns;
}

static struct seen look(const struct place *p, const char *wanted)
{
	struct seen s = { 0 };
	struct buf b = BUF_INIT;
	struct lock_tracepoints t;
	uint64_t at, end;

	assert_int_equal(lock_tracepoints_load(&t, NULL), 0);
	assert_int_equal(fs_read(p->data, 0, &b, NULL), 0);
	s.bytes = b.len;
	memcpy(&at, b.data + 40, sizeof(at));
	memcpy(&end, b.data + 48, sizeof(end));
	assert_true(end > 0); /* it was completed */
	for (end += at; at < end;) {
		const struct perf_event_header *h = (void *)(b.data + at);
		uint64_t lost;

		assert_true(h->size >= sizeof(*h) && at + h->size <= end);
		at += h->size;
		s.others += h->type != PERF_RECORD_SAMPLE;
		if (h->type == PERF_RECORD_SAMPLE)
			see_sample(&s, (const void *)h, t.v[0].id);
		else if (h->type == PERF_RECORD_LOST || h->type == PERF_RECORD_LOST_SAMPLES) {
			size_t id = h->type == PERF_RECORD_LOST ? sizeof(lost) : 0;

			memcpy(&lost, (char *)(h + 1) + id, sizeof(lost));
			s.lost += lost;
		} else if (h->type == PERF_RECORD_COMM && wanted)
			s.comm_of_wanted |= !strcmp((char *)(h + 1) + 8, wanted);
		else if (h->type == PERF_RECORD_MMAP)
			s.kernel |= !strcmp((char *)(h + 1) + 32, "[kernel.kallsyms]_text");
	}
	buf_release(&b);
	lock_tracepoints_release(&t);
	return s;
}

/* --- waits, made --------------------------------------------------------------------- */

static void mark(void *arg, int begin)
{
	if (begin)
		lock_record_begin(arg);
	else
		lock_record_end(arg);
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
		fsload_remove(&l);
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

static struct lock_record *open_or_skip(const char *path, uint64_t limit, size_t ring)
{
	struct lock_record *r = NULL;
	struct err e = ERR_INIT;
	int ret = lock_record_open_rings(&r, path, limit, ring, &e);

	if (ret == -ENOTSUP || ret == -EPERM)
		skip_because("skipped: %s", e.text);
	if (ret)
		fail_msg("%s", e.text);
	return r;
}

static struct lock_record *open_as_ever(const struct place *p)
{
	return open_or_skip(p->data, LIMIT, lock_ring_bytes(sysconf(_SC_NPROCESSORS_ONLN)));
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
	struct lock_record *r = open_as_ever(p);
	struct seen s;

	contend(p, 300, r);
	finish(r);
	s = look(p, "buffered_write");
	assert_true(s.write_waits > 10);
	assert_true(s.comm_of_wanted);
	assert_true(s.kernel);
	assert_int_equal(s.lost, 0);
	ask_perf(&said, script, p);
	assert_int_equal(count_of(said.data, "lock:contention_begin:"), s.begins);
	assert_true(count_of(said.data, "lock:contention_") == s.samples);
	assert_non_null(strstr(said.data, "rwsem_down_write_slowpath"));
	assert_non_null(strstr(said.data, "buffered_write"));
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
	struct lock_record *r = open_as_ever(p);
	uint64_t begin_ns, end_ns;
	pthread_t load;
	struct seen s;

	sem_init(&l.begun, 0, 0);
	assert_int_equal(pthread_create(&load, NULL, contend_for_a_while, &l), 0);
	sem_wait(&l.begun);
	sleep_ms(50);
	begin_ns = now_ns();
	lock_record_begin(r);
	sleep_ms(150);
	lock_record_end(r);
	end_ns = now_ns();
	pthread_join(load, NULL);
	sem_destroy(&l.begun);
	finish(r);
	s = look(p, "buffered_write");
	assert_true(s.samples > 0);
	assert_true(s.comm_of_wanted); /* it had its name before recording began */
	assert_in_range(s.first_ns, begin_ns, end_ns);
	assert_in_range(s.last_ns, begin_ns, end_ns);
}

static void what_the_limit_has_no_room_for_is_counted(void **state)
{
	static const char *const script[] = { "script", NULL };
	const struct place *p = *state;
	struct buf said = BUF_INIT;
	struct lock_record *r = open_as_ever(p);
	struct err e = ERR_INIT;
	uint64_t limit;
	struct seen s;

	/* Most of a file without waits are the names of threads, however many there are here. */
	lock_record_begin(r);
	finish(r);
	limit = look(p, NULL).bytes + 6000;
	r = open_or_skip(p->data, limit, 1 << 20);
	contend(p, 500, r);
	finish(r);
	s = look(p, NULL);
	assert_true(s.lost > 10);
	assert_in_range(s.bytes, limit - 2000, limit);
	ask_perf(&said, script, p);
	assert_int_equal(count_of(said.data, "lock:contention_"), s.samples);
	buf_release(&said);
	assert_int_equal(unlink(p->data), 0);
	assert_int_equal(lock_record_open(&r, p->data, 1000, &e), -EINVAL);
	assert_null(r);
	assert_false(fs_exists(p->data));
	expect_text(&e, "no room for a sample");
}

/* A ring of a page that nobody empties, beside one that has room for all. */
static void what_the_ring_has_no_room_for_is_counted(void **state)
{
	const struct place *p = *state;
	struct place large = *p;
	struct lock_record *of_small, *of_large;
	struct seen s, l;

	strcat(large.data, ".large");
	of_large = open_as_ever(&large);
	of_small = open_or_skip(p->data, LIMIT, 4096);
	lock_record_begin(of_large);
	lock_record_begin(of_small);
	pthread_mutex_lock(&of_small->lock);
	contend(p, 300, NULL);
	pthread_mutex_unlock(&of_small->lock);
	lock_record_end(of_small);
	lock_record_end(of_large);
	finish(of_small);
	finish(of_large);
	s = look(p, NULL);
	l = look(&large, NULL);
	assert_int_equal(l.lost, 0);
	assert_true(s.lost > 10);
	/* Records of threads that come and go are counted with what a ring lost. */
	assert_in_range(s.samples + s.lost, l.samples * 8 / 10, l.samples + l.others);
}

/* Of the recorder's thread: how often it went to sleep. */
static uint64_t sleeps_of_thread(void)
{
	static const char *const find[] = {
		"sh", "-c",
		"sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "
		"$(dirname $(grep -lx fsduel-locks /proc/$PPID/task/*/comm))/status",
		NULL
	};
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out };
	uint64_t n = 0;

	assert_int_equal(proc_check(find, &o, NULL, NULL), 0);
	assert_true(out.len > 0);
	for (const char *c = out.data; *c >= '0' && *c <= '9'; c++)
		n = n * 10 + (uint64_t)(*c - '0');
	buf_release(&out);
	return n;
}

static void its_thread_sleeps_while_few_wait(void **state)
{
	const struct place *p = *state;
	struct lock_record *r = open_or_skip(p->data, LIMIT, 8 << 20);
	uint64_t before;

	sleep_ms(50);
	before = sleeps_of_thread();
	contend(p, 200, r);
	assert_int_equal(sleeps_of_thread(), before);
	finish(r);
	assert_true(look(p, NULL).samples > 0);
}

static void a_file_beyond_the_ring_is_whole(void **state)
{
	const struct place *p = *state;
	/* A page: half of it is about ten waits. */
	struct lock_record *r = open_or_skip(p->data, LIMIT, 4096);
	uint64_t before, after;

	sleep_ms(50);
	before = sleeps_of_thread();
	contend(p, 500, r);
	after = sleeps_of_thread();
	finish(r);
	assert_true(after > before + 1);
	assert_true(look(p, NULL).samples > 80);
}

/* --- kernels and users that differ ---------------------------------------------------- */

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
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct lock_record *r;
	int ret;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -ENOSYS;
	while (!umount2("/sys/kernel/tracing", MNT_DETACH))
		;
	if (fs_exists("/sys/kernel/tracing/events"))
		return err_add(e, EBUSY, "it is still mounted");
	fs_read("/proc/self/mountinfo", 0, &before, NULL);
	ret = lock_record_open(&r, p->data, LIMIT, e);
	if (ret)
		return ret;
	fs_read("/proc/self/mountinfo", 0, &after, NULL);
	/* Others' mounts may go meanwhile, where their directories do. */
	if (count_of(after.data, " - tracefs ") > count_of(before.data, " - tracefs "))
		return err_add(e, EBUSY, "tracefs is mounted: %s", after.data);
	lock_record_begin(r);
	lock_record_end(r);
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
	look(p, NULL);
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
	assert_int_equal(in_child(record_as_nobody, p, &e), -EPERM);
	expect_text(&e, "root");
	assert_false(fs_exists(p->data));
}

static void add_event(const struct place *p, const char *name, const char *id)
{
	char *dir = xasprintf("%s/events/lock/%s", p->dir, name), *file;

	assert_int_equal(fs_mkdir_p(dir, NULL), 0);
	file = xasprintf("%s/id", dir);
	assert_int_equal(fs_write_atomic(file, id, strlen(id), NULL), 0);
	free(file);
	file = xasprintf("%s/format", dir);
	assert_int_equal(fs_write_atomic(file, name, strlen(name), NULL), 0);
	free(file);
	free(dir);
}

static void the_best_set_of_tracepoints_is_taken(void **state)
{
	static const char *const of_lockdep[] = { "lock_acquire", "lock_contended", "lock_acquired",
						  "lock_release" };
	const struct place *p = *state;
	char *events = xasprintf("%s/events", p->dir), *page = xasprintf("%s/header_page", events),
	     *event = xasprintf("%s/header_event", events);
	struct lock_tracepoints t;
	struct err e = ERR_INIT;

	assert_int_equal(fs_mkdir_p(events, NULL), 0);
	assert_int_equal(lock_tracepoints_read(&t, events, &e), -ENOTSUP);
	expect_text(&e, "neither the tracepoints lock:contention_begin and contention_end");
	/* CONFIG_LOCKDEP without CONFIG_LOCK_STAT: no waits. */
	add_event(p, "lock_acquire", "11\n");
	add_event(p, "lock_release", "14\n");
	assert_int_equal(lock_tracepoints_read(&t, events, NULL), -ENOTSUP);
	assert_int_equal(t.n, 0);
	add_event(p, "lock_contended", "12\n");
	add_event(p, "lock_acquired", "13\n");
	assert_int_equal(fs_write_atomic(page, "page", 4, NULL), 0);
	assert_int_equal(fs_write_atomic(event, "event", 5, NULL), 0);
	assert_int_equal(lock_tracepoints_read(&t, events, &e), 0);
	assert_int_equal(t.n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(t.v[i].name, of_lockdep[i]);
		assert_string_equal(buf_str(&t.v[i].format), of_lockdep[i]);
		assert_int_equal(t.v[i].id, 11 + i);
		assert_int_equal(t.v[i].frames > 0, i == 1);
	}
	assert_string_equal(buf_str(&t.header_event), "event");
	lock_tracepoints_release(&t);
	add_event(p, "contention_begin", "1\n");
	add_event(p, "contention_end", "2\n");
	assert_int_equal(lock_tracepoints_read(&t, events, &e), 0);
	assert_int_equal(t.n, 2);
	assert_string_equal(t.v[0].name, "contention_begin");
	lock_tracepoints_release(&t);
	add_event(p, "contention_end", "two\n");
	assert_int_equal(lock_tracepoints_read(&t, events, &e), -EINVAL);
	free(events);
	free(page);
	free(event);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_are_recorded_and_perf_reads_them),
		TEST(nothing_of_before_and_after_is_there),
		TEST(what_the_limit_has_no_room_for_is_counted),
		TEST(what_the_ring_has_no_room_for_is_counted),
		TEST(its_thread_sleeps_while_few_wait),
		TEST(a_file_beyond_the_ring_is_whole),
		TEST(tracefs_need_not_be_mounted),
		TEST(who_may_not_is_told_what_to_do),
		TEST(the_best_set_of_tracepoints_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
