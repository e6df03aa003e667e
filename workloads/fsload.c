/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload.c: the load generator: starts the threads of a mix together, waits for
 * them and adds up what they measured. What one thread does is in worker.c, how
 * the work file is made in prepare.c.
 */
#include "workloads/fsload.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "workloads/worker_impl.h"

#define STACK_BYTES (128u << 10)
#define SPARE_FDS 64                    /* what a caller has open beside the threads' */

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
	l->path = xstrdup(path);
	l->role = xcalloc(mix->nr, sizeof(*l->role));
	return 0;
}

void fsload_release(struct fsload *l)
{
	free(l->path);
	free(l->role);
	memset(l, 0, sizeof(*l));
}

/* --- starting ---------------------------------------------------------------- */

static void raise_fd_limit(unsigned threads)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) || lim.rlim_cur >= threads + SPARE_FDS)
		return;
	lim.rlim_cur = threads + SPARE_FDS < lim.rlim_max ? threads + SPARE_FDS : lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);  /* where it does not help, open says what is missing */
}

static struct worker *make_workers(const struct fsload *l, struct run *r, unsigned *nr)
{
	const struct mix *m = l->mix;
	struct worker *w;
	unsigned n = 0;

	for (unsigned i = 0; i < m->nr; i++)
		n += m->entry[i].threads;
	w = xcalloc(n, sizeof(*w));
	*nr = n;
	n = 0;
	for (unsigned i = 0; i < m->nr; i++)
		for (unsigned k = 0; k < m->entry[i].threads; k++)
			worker_init(&w[n++], r, &m->entry[i], k, l->seed);
	return w;
}

/* Start them; *started is how many there are to join. */
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

struct sum {
	struct fsload_result *result;
	uint64_t end_ns, first_error_ns;
};

static void add_worker(struct sum *s, const struct worker *w)
{
	struct fsload_result *r = s->result;

	hist_merge(&r->lat, &w->lat);
	r->measured.ops += w->lat.count;
	r->measured.bytes += w->lat.count * w->t.bs;
	r->measured.errors += w->errors;
	if (w->end_ns > s->end_ns)
		s->end_ns = w->end_ns;
	if (w->first_errno && (!r->first_errno || w->first_error_ns < s->first_error_ns)) {
		r->first_errno = w->first_errno;
		s->first_error_ns = w->first_error_ns;
	}
}

static void finish(struct sum *s, uint64_t start_ns)
{
	s->result->measured.elapsed_ns = s->end_ns - start_ns;
	s->result->measured.lat = &s->result->lat;
}

static void clear(struct fsload *l)
{
	memset(&l->total, 0, sizeof(l->total));
	memset(l->role, 0, l->mix->nr * sizeof(*l->role));
}

static void add_up(struct fsload *l, const struct worker *w, uint64_t start_ns)
{
	struct sum total = { .result = &l->total };

	for (unsigned i = 0; i < l->mix->nr; i++) {
		struct sum role = { .result = &l->role[i] };

		for (unsigned k = 0; k < l->mix->entry[i].threads; k++, w++) {
			add_worker(&role, w);
			add_worker(&total, w);
		}
		finish(&role, start_ns);
	}
	finish(&total, start_ns);
}

/* A thread that completed nothing makes the cell another one than was asked for. */
static int check_all_worked(const struct worker *w, unsigned nr, struct err *e)
{
	const struct worker *idle = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < nr; i++) {
		if (w[i].lat.count)
			continue;
		n++;
		if (!idle)
			idle = &w[i];
	}
	if (!idle)
		return 0;
	return err_add(e, EIO,
		       "%u of %u threads completed no operation, the first is %s thread %u: %s", n,
		       nr, idle->t.role->name, idle->t.index, strerror(idle->first_errno));
}

/* --- the run ----------------------------------------------------------------- */

static uint64_t open_start(struct run *r, unsigned nr, void (*mark)(void *arg, int begin),
			   void *arg)
{
	const struct mix *m = r->mix;
	unsigned bound = 0;
	uint64_t start_ns;

	for (unsigned i = 0; i < m->nr; i++)
		if (mix_bounds(m, &m->entry[i]).ops)
			bound += m->entry[i].threads;
	atomic_store(&r->bound_left, bound);
	atomic_store(&r->pending, nr);
	if (mark)
		mark(arg, 1);
	start_ns = now_ns();
	r->deadline_ns = bound ? UINT64_MAX : start_ns + m->param[MIX_RUNTIME];
	run_open(r, GATE_START);
	return start_ns;
}

static int run_workers(struct fsload *l, struct run *r, struct worker *w, unsigned nr,
		       void (*mark)(void *arg, int begin), void *arg, struct err *e)
{
	uint64_t start_ns = 0;
	unsigned started;
	int ret;

	atomic_store(&r->pending, nr);
	ret = start_threads(w, nr, &started, e);
	if (!ret) {
		run_wait(r);
		if (r->failed)
			ret = err_add(e, -r->failed, "%s", r->err.text);
	}
	r->cancelled = ret;
	if (!ret) {
		start_ns = open_start(r, nr, mark, arg);
		run_wait(r);
		if (mark)
			mark(arg, 0);
	}
	run_open(r, GATE_END);
	for (unsigned i = 0; i < started; i++)
		pthread_join(w[i].thread, NULL);
	if (ret)
		return ret;
	add_up(l, w, start_ns);
	if (run_stopped(r))
		return err_add(e, EINTR, "stopped before its end");
	return check_all_worked(w, nr, e);
}

int fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
	       const volatile int *stop, struct err *e)
{
	struct worker *w;
	struct run r;
	unsigned nr;
	int ret;

	clear(l);
	run_init(&r, l->mix, l->path, stop);
	w = make_workers(l, &r, &nr);
	raise_fd_limit(nr);
	ret = run_workers(l, &r, w, nr, mark, arg, e);
	free(w);
	run_release(&r);
	return ret;
}
