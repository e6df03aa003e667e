/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fsload.c: starts the threads of a mix together, waits for them and adds up their figures. */
#include "workloads/fsload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "workloads/worker.h"

#define STACK_BYTES (128u << 10)
#define SPARE_FDS 64 /* what a caller has open beside the threads' */
#define THREAD_FDS 4 /* the work file, and what a role opens for itself */

/* With room for the intervals that a run by time can begin; a run by operations has no bound. */
static void make_series(struct series *s, const struct mix *m)
{
	uint64_t interval_ns = m->param[MIX_INTERVAL];
	unsigned room = SERIES_MAX;

	if (!interval_ns)
		room = 0;
	else if (!mix_op_bound(m))
		room = (unsigned)(m->param[MIX_RUNTIME] / interval_ns) + 2;
	series_init(s, interval_ns, room);
}

int fsload_init(struct fsload *l, const struct mix *mix, const char *path, uint64_t seed,
		struct err *e)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = mix_check(mix, e);
	if (ret)
		return ret;
	l->mix = mix;
	l->seed = seed;
	l->nr_roles = mix->nr;
	l->path = xstrdup(path);
	l->role = xcalloc(mix->nr, sizeof(*l->role));
	make_series(&l->total.series, mix);
	for (unsigned i = 0; i < mix->nr; i++)
		make_series(&l->role[i].series, mix);
	return 0;
}

void fsload_release(struct fsload *l)
{
	for (unsigned i = 0; l->role && i < l->nr_roles; i++)
		series_release(&l->role[i].series);
	series_release(&l->total.series);
	free(l->path);
	free(l->role);
	memset(l, 0, sizeof(*l));
}

/* --- starting ---------------------------------------------------------------- */

static void raise_fd_limit(unsigned threads)
{
	rlim_t want = THREAD_FDS * threads + SPARE_FDS;
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) || lim.rlim_cur >= want)
		return;
	lim.rlim_cur = want < lim.rlim_max ? want : lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim); /* where it does not help, open says what is missing */
}

/* The threads of a run, and what those of one role share. */
struct crew {
	struct worker *w;
	unsigned nr;
	struct zipf *zipf; /* one an entry; without bands where it is not wanted */
};

static void crew_init(struct crew *c, const struct fsload *l, struct run *r)
{
	const struct mix *m = l->mix;
	struct worker *w;

	c->nr = 0;
	for (unsigned i = 0; i < m->nr; i++)
		c->nr += m->entry[i].threads;
	c->zipf = xcalloc(m->nr, sizeof(*c->zipf));
	c->w = w = xcalloc(c->nr, sizeof(*w));
	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];

		if (en->param[ROLE_OFFSETS] == OFFSETS_ZIPF)
			zipf_init(&c->zipf[i], mix_bounds(m, en).blocks, en->param[ROLE_THETA]);
		for (unsigned k = 0; k < en->threads; k++, w++) {
			worker_init(w, r, en, &c->zipf[i], k, l->seed);
			make_series(&w->series, m);
		}
	}
}

static void crew_release(struct crew *c, const struct mix *m)
{
	for (unsigned i = 0; i < c->nr; i++)
		worker_release(&c->w[i]);
	for (unsigned i = 0; i < m->nr; i++)
		zipf_release(&c->zipf[i]);
	free(c->w);
	free(c->zipf);
}

static int start_threads(struct worker *w, unsigned nr, unsigned *started, struct err *e)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int ret = 0;

	/* Asynchronous signals are the caller's; what an instruction raises is its thread's own. */
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGABRT);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (*started = 0; *started < nr && !ret; *started += !ret)
		ret = pthread_create(&w[*started].thread, &attr, worker_main, &w[*started]);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (ret)
		return err_sys(e, ret, "cannot start thread %u of %u", *started + 1, nr);
	return 0;
}

/* --- adding up --------------------------------------------------------------- */

static void add_first_error(struct fsload_result *r, int first_errno, uint64_t at_ns)
{
	if (first_errno && (!r->first_errno || at_ns < r->first_error_ns)) {
		r->first_errno = first_errno;
		r->first_error_ns = at_ns;
	}
}

static void add_worker(struct fsload_result *r, const struct worker *w, uint64_t start_ns)
{
	uint64_t begun_ns = start_ns + w->delay_ns;

	hist_merge(&r->lat, &w->lat);
	series_merge(&r->series, &w->series);
	r->measured.ops += worker_completed(w);
	r->measured.bytes += worker_completed(w) * w->t.bs;
	r->measured.errors += w->errors;
	r->measured.missed += w->missed;
	r->measured.paced |= w->pace.rate_per_s > 0;
	r->measured.thread_ns += w->end_ns > begun_ns ? w->end_ns - begun_ns : 0;
	if (w->end_ns > r->end_ns)
		r->end_ns = w->end_ns;
	counters_merge(r->measured.counters, r->count, w->t.count);
	add_first_error(r, w->first_errno, w->first_error_ns);
}

/* Of the background the errors, and the time of its threads, whose waits for locks count. */
static void add_role(struct fsload_result *to, const struct fsload_result *from, bool background)
{
	add_first_error(to, from->first_errno, from->first_error_ns);
	if (background) {
		to->measured.errors += from->measured.errors;
		to->measured.thread_ns += from->measured.thread_ns;
		return;
	}
	hist_merge(&to->lat, &from->lat);
	series_merge(&to->series, &from->series);
	measured_add(&to->measured, &from->measured);
	if (from->end_ns > to->end_ns)
		to->end_ns = from->end_ns;
}

/* The time begins after delay_ns, the series at the barrier all the same. */
static void finish(struct fsload_result *r, uint64_t start_ns, uint64_t delay_ns)
{
	uint64_t since_ns = r->end_ns - start_ns;

	r->measured.elapsed_ns = since_ns > delay_ns ? since_ns - delay_ns : 0;
	r->measured.lat = &r->lat;
	series_finish(&r->series, since_ns);
	r->measured.series = r->series.nr ? &r->series : NULL;
}

static void add_up(struct fsload *l, const struct worker *w, uint64_t start_ns)
{
	for (unsigned i = 0; i < l->mix->nr; i++) {
		const struct mix_entry *en = &l->mix->entry[i];
		struct fsload_result *r = &l->role[i];

		r->measured.counters = en->role->counters;
		r->measured.count = r->count;
		counters_init(r->measured.counters, r->count);
		for (unsigned k = 0; k < en->threads; k++, w++)
			add_worker(r, w, start_ns);
		finish(r, start_ns, en->param[ROLE_START_DELAY]);
		add_role(&l->total, r, en->param[ROLE_BACKGROUND]);
	}
	finish(&l->total, start_ns, 0);
}

/* A thread that completed nothing makes the cell another one than was asked for. */
static int check_all_worked(const struct worker *w, unsigned nr, struct err *e)
{
	const struct worker *idle = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < nr; i++) {
		if (worker_completed(&w[i]))
			continue;
		n++;
		if (!idle)
			idle = &w[i];
	}
	if (!idle)
		return 0;
	return err_add(e, EIO,
		       "%u of %u threads completed no operation, the first is %s thread %u: %s", n,
		       nr, idle->t.role->name, idle->t.index,
		       idle->first_errno ? strerror(idle->first_errno)
					 : "the others ended before it began");
}

/* --- the run ----------------------------------------------------------------- */

static void open_start(struct run *r, unsigned nr, void (*mark)(void *arg, int begin), void *arg)
{
	const struct mix *m = r->mix;
	unsigned bound = 0;

	for (unsigned i = 0; i < m->nr; i++)
		if (mix_bounds(m, &m->entry[i]).ops)
			bound += m->entry[i].threads;
	atomic_store(&r->bound_left, bound);
	atomic_store(&r->pending, nr);
	if (mark)
		mark(arg, 1);
	r->start_ns = now_ns();
	atomic_store(&r->until_ns, bound ? UINT64_MAX : r->start_ns + m->param[MIX_RUNTIME]);
	run_open(r, GATE_START);
}

static int run_crew(struct fsload *l, struct run *r, const struct crew *c,
		    void (*mark)(void *arg, int begin), void *arg, struct err *e)
{
	unsigned started;
	int ret;

	atomic_store(&r->pending, c->nr);
	ret = start_threads(c->w, c->nr, &started, e);
	if (!ret) {
		run_wait(r);
		if (r->failed)
			ret = err_add(e, -r->failed, "%s", r->err.text);
	}
	r->cancelled = ret;
	if (!ret) {
		open_start(r, c->nr, mark, arg);
		run_wait(r);
		if (mark)
			mark(arg, 0);
	}
	run_open(r, GATE_END);
	for (unsigned i = 0; i < started; i++)
		pthread_join(c->w[i].thread, NULL);
	if (ret)
		return ret;
	add_up(l, c->w, r->start_ns);
	if (run_stopped(r))
		return err_add(e, EINTR, "stopped before its end");
	return check_all_worked(c->w, c->nr, e);
}

int fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
	       const atomic_int *stop, struct err *e)
{
	struct crew c;
	struct run r;
	int ret;

	run_init(&r, l, stop);
	crew_init(&c, l, &r);
	raise_fd_limit(c.nr);
	ret = run_crew(l, &r, &c, mark, arg, e);
	crew_release(&c, l->mix);
	run_release(&r);
	return ret;
}
