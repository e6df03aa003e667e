/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_times.c: the times of fio's threads, and the end of those that outlive fio; see fio_run.h. */
#include "runners/fio/fio_run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"

#define MS_NS 1000000u
/* fio starts its clock before it opens its files and pages itself in: 0.13 ms in exact mode with
 * fio 3.33. Up to this much of a job's time outside its I/O does not count. */
#define START_NS 250000u
/* fio reads its own clock within microseconds of the library, unless the thread loses the CPU in
 * between, or finds the statistics locked and sleeps a millisecond. */
#define EARLIER_NS 100000u
#define LATER_NS 3000000u

#define END_TRIES 100
#define END_WAIT_NS 20000000

/* Kill those whose working directory is dir or below it, once; how many there were. */
static unsigned kill_them(const char *dir)
{
	DIR *proc = opendir("/proc");
	size_t len = strlen(dir);
	struct dirent *d;
	unsigned n = 0;

	while (proc && (d = readdir(proc))) {
		char path[64], cwd[PATH_MAX] = "", *comm;
		uint64_t pid;
		bool fio;

		if (num_parse(d->d_name, NUM_COUNT, &pid, NULL))
			continue;
		snprintf(path, sizeof(path), "/proc/%.32s/comm", d->d_name);
		comm = fs_read_line(path);
		fio = comm && !strncmp(comm, "fio", 3);
		free(comm);
		snprintf(path, sizeof(path), "/proc/%.32s/cwd", d->d_name);
		if (!fio || readlink(path, cwd, sizeof(cwd) - 1) < 0 || strncmp(cwd, dir, len) ||
		    (cwd[len] && cwd[len] != '/'))
			continue;
		n += !kill((pid_t)pid, SIGKILL);
	}
	if (proc)
		closedir(proc);
	return n;
}

void fio_jobs_end(const char *dir)
{
	const struct timespec wait = { 0, END_WAIT_NS };

	for (int i = 0; i < END_TRIES && kill_them(dir); i++)
		nanosleep(&wait, NULL);
}

/* --- the file of the threads' times ---------------------------------------------------- */

static int map_file(struct fio_times *t, struct err *e)
{
	int fd = open(t->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), ret = 0;
	void *map = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, sizeof(*t->clock)))
		map = mmap(NULL, sizeof(*t->clock), PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		ret = err_sys(e, errno, "cannot make %s for the times of fio's threads", t->path);
	else
		t->clock = map;
	if (fd >= 0)
		close(fd);
	return ret;
}

int fio_times_open(struct fio_times *t, const char *dir, struct err *e)
{
	char *lib = proc_beside(FIO_CLOCK_LIB);
	const char *others = getenv("LD_PRELOAD");
	int ret = 0;

	*t = (struct fio_times){ .env = STRV_INIT };
	if (lib && fs_exists(lib)) {
		t->path = xasprintf("%s/fio.clock", dir);
		strv_addf(&t->env, FIO_CLOCK_ENV "=%s", t->path);
		strv_addf(&t->env, "LD_PRELOAD=%s%s%s", lib, others ? ":" : "",
			  others ? others : "");
		ret = map_file(t, e);
	}
	free(lib);
	return ret;
}

static int by_tid(const void *a, const void *b)
{
	const struct fio_clock_thread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

size_t fio_times_threads(const struct fio_times *t, struct fio_clock_thread **v)
{
	size_t n = t && t->clock ? t->clock->threads : 0;

	if (n > FIO_CLOCK_THREADS)
		n = FIO_CLOCK_THREADS;
	*v = xcalloc(n + 1, sizeof(**v));
	if (n)
		memcpy(*v, t->clock->thread, n * sizeof(**v));
	qsort(*v, n, sizeof(**v), by_tid);
	return n;
}

void fio_times_release(struct fio_times *t)
{
	if (t->clock)
		munmap(t->clock, sizeof(*t->clock));
	if (t->path)
		unlink(t->path);
	free(t->path);
	strv_release(&t->env);
	*t = (struct fio_times){ .env = STRV_INIT };
}

struct fio_span fio_times_all(const struct fio_clock_thread *threads, size_t n, bool verifies)
{
	struct fio_span s = { 0, 0 };

	for (const struct fio_clock_thread *t = threads; t < threads + n; t++) {
		s.from_ns = s.from_ns && s.from_ns < t->begin_ns ? s.from_ns : t->begin_ns;
		for (int k = 0; k < 4; k += verifies ? 4 : 2)
			s.to_ns = t->at_ns[k] > s.to_ns ? t->at_ns[k] : s.to_ns;
	}
	return s.to_ns > s.from_ns ? s : (struct fio_span){ 0, 0 };
}

struct fio_span fio_times_common(const struct fio_clock_thread *threads, size_t n)
{
	struct fio_span s = { 0, 0 };

	for (const struct fio_clock_thread *t = threads; t < threads + n; t++) {
		s.from_ns = t->begin_ns > s.from_ns ? t->begin_ns : s.from_ns;
		if (t->first_end_ns && (!s.to_ns || t->first_end_ns < s.to_ns))
			s.to_ns = t->first_end_ns;
	}
	return s;
}

/* --- the work of a job ---------------------------------------------------------------- */

const char *const fio_directions[FIO_DIRECTIONS] = { "read", "write", "trim" };

int fio_read_count(const json_t *o, const char *key, json_int_t max, uint64_t *out, struct err *e)
{
	const json_t *j = json_object_get(o, key);

	if (!json_is_integer(j) || json_integer_value(j) < 0 || json_integer_value(j) > max)
		return err_add(e, EINVAL, "fio's JSON: \"%s\" is missing or not a count", key);
	*out = (uint64_t)json_integer_value(j);
	return 0;
}

/* The job's own option, or else that of a global section; "1" for one without a value. */
static const char *option(const json_t *root, const json_t *job, const char *name)
{
	const json_t *o = json_object_get(json_object_get(job, "job options"), name);
	const char *value;

	if (!o)
		o = json_object_get(json_object_get(root, "global options"), name);
	value = json_string_value(o);
	return value && !*value ? "1" : value;
}

static bool is_on(const char *value, bool otherwise)
{
	return value ? strcmp(value, "0") != 0 : otherwise;
}

/* Does nothing but I/O, one after the other, each of which has its latency in the JSON? */
static bool is_simple(const json_t *root, const json_t *job)
{
	/* The last three make, open or delete files in the midst of the work. */
	static const char *const others[] = { "thinktime",
					      "thinkcycles",
					      "rate",
					      "rate_iops",
					      "flow",
					      "latency_target",
					      "end_fsync",
					      "fsync_on_close",
					      "sync_file_range",
					      "ramp_time",
					      "create_on_open",
					      "openfiles",
					      "unlink_each_loop",
					      NULL };
	static const char engines[] = " psync sync vsync pvsync pvsync2 ";
	const char *name = option(root, job, "ioengine");
	char *word = xasprintf(" %s ", name ? name : "psync");
	bool simple = strstr(engines, word);

	free(word);
	for (const char *const *o = others; *o; o++)
		simple &= !is_on(option(root, job, *o), false);
	return simple;
}

/* Sum of a direction's latencies, 0 where the JSON makes no sense. */
static uint64_t latency_ns(const json_t *dir, const char *which)
{
	const json_t *lat = json_object_get(dir, which);
	double ns = json_number_value(json_object_get(lat, "mean")) *
		    (double)json_integer_value(json_object_get(lat, "N"));

	return ns > 0 && ns < (double)FIO_COUNT_MAX ? (uint64_t)llround(ns) : 0;
}

static void read_io_ns(struct fio_account *j, const json_t *root)
{
	const json_t *job = j->json;

	/* Latencies of reads that are work are among those of reads that verify. */
	if (!is_simple(root, job) || (j->mixed && !j->works[FIO_READ]))
		return;
	j->io_ns = latency_ns(json_object_get(job, "sync"), "lat_ns");
	for (unsigned d = 0; d < FIO_DIRECTIONS; d++) {
		const json_t *dir = json_object_get(job, fio_directions[d]);
		uint64_t whole_ns = latency_ns(dir, "lat_ns"), io_ns = whole_ns;

		if (!j->works[d])
			continue;
		/* Before it issues an I/O fio makes the sums over what it writes. */
		if (j->checks)
			io_ns = latency_ns(dir, "clat_ns");
		j->io_ns += io_ns;
		j->fill_ns += whole_ns > io_ns ? whole_ns - io_ns : 0;
	}
}

int fio_account_read(struct fio_account *j, const json_t *root, const json_t *job, struct err *e)
{
	const char *rw = option(root, job, "rw"), *verify = option(root, job, "verify");
	/* A pattern alone is verified, too (options.c, str_verify_pattern_cb). */
	bool checks = verify ? strcmp(verify, "0") && strcmp(verify, "none")
			     : option(root, job, "verify_pattern") != NULL;
	bool writes = rw && (strstr(rw, "write") || strstr(rw, "rw"));
	bool reads = !writes || strstr(rw, "rw") || strstr(rw, "readwrite");
	bool backlog = checks && is_on(option(root, job, "verify_backlog"), false);

	*j = (struct fio_account){ .json = job, .works = { true, true, true } };
	j->verifies = checks && is_on(option(root, job, "do_verify"), true);
	j->works[FIO_READ] = reads && !(writes && (j->verifies || backlog));
	j->checks = checks;
	j->backlog = backlog;
	j->mixed = reads && writes;
	for (unsigned d = 0; d < FIO_DIRECTIONS; d++) {
		const json_t *dir = json_object_get(job, fio_directions[d]);
		uint64_t ms;

		if (!dir || !j->works[d])
			continue;
		if (fio_read_count(dir, "runtime", FIO_RUNTIME_MAX, &ms, e))
			return -EINVAL;
		if (ms > j->runtime_ms)
			j->runtime_ms = ms;
	}
	read_io_ns(j, root);
	return 0;
}

/* --- times ------------------------------------------------------------------------ */

uint64_t fio_work_ns(const struct fio_account *j)
{
	return j->thread->spent_ns[0] + (j->verifies ? 0 : j->thread->spent_ns[2]);
}

/* Is the time of this thread's work what fio's milliseconds of the job's are? */
static bool agrees(const struct fio_account *j, const struct fio_clock_thread *t)
{
	const struct fio_account if_so = { .verifies = j->verifies, .thread = t };
	uint64_t work_ns = fio_work_ns(&if_so), said_ns = j->runtime_ms * MS_NS;

	return t->steps && work_ns && said_ns && work_ns < said_ns + EARLIER_NS &&
	       work_ns + LATER_NS > said_ns;
}

void fio_account_match(struct fio_account *jobs, size_t nr, const struct fio_clock_thread *threads,
		       size_t n)
{
	bool *taken = xcalloc(n + 1, sizeof(*taken));

	/* As many as there are jobs: in their order. Where some start later: by their times. */
	for (size_t i = 0; n == nr && i < n; i++)
		if (agrees(&jobs[i], &threads[i])) {
			taken[i] = true;
			jobs[i].thread = &threads[i];
		}
	for (size_t i = 0; i < nr; i++)
		for (size_t k = 0; !jobs[i].thread && n <= nr && k < n; k++)
			if (!taken[k] && agrees(&jobs[i], &threads[k])) {
				taken[k] = true;
				jobs[i].thread = &threads[k];
			}
	free(taken);
}

static struct fio_took work_took(const struct fio_account *j, uint64_t runtime_ms)
{
	uint64_t most_ns = j->thread ? fio_work_ns(j) : runtime_ms * MS_NS;
	uint64_t least_ns, less_ns = j->thread ? START_NS : MS_NS;

	/* Verify reads in between cannot be told from those that come afterwards. */
	if (j->backlog && j->io_ns)
		return (struct fio_took){ j->io_ns, 0 };
	most_ns -= j->fill_ns < most_ns ? j->fill_ns : 0;
	least_ns = most_ns > less_ns ? most_ns - less_ns : 0;
	if (j->io_ns > least_ns)
		least_ns = j->io_ns < most_ns ? j->io_ns : most_ns;
	if (j->thread)
		return (struct fio_took){ j->io_ns ? least_ns : most_ns, 0 };
	return (struct fio_took){ j->io_ns ? least_ns : most_ns, most_ns - least_ns };
}

struct fio_took fio_account_took(const struct fio_account *j, unsigned d, uint64_t runtime_ms)
{
	struct fio_took verify = { runtime_ms * MS_NS, MS_NS };

	if (j->works[d])
		return work_took(j, runtime_ms);
	if (j->thread)
		verify = (struct fio_took){ j->verifies ? j->thread->spent_ns[2] : 0, 0 };
	/* Reads that are no work are made in the midst of it, too. */
	if (j->thread && (j->backlog || j->mixed))
		verify.ns += fio_work_ns(j);
	return verify;
}
