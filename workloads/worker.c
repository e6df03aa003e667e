/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.c: a thread of the load generator; see worker_impl.h. The timed loop reads
 * the clock once an operation: the end of one is the start of the next. So a
 * thread's latencies add up to the time it took, and nothing the loop itself
 * costs is left out of the figures.
 */
#include "workloads/worker_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/proc.h"

/* --- what the threads of a run share ----------------------------------------- */

void run_init(struct run *r, const struct fsload *l, const atomic_int *stop)
{
	static const atomic_int never;

	memset(r, 0, sizeof(*r));
	r->mix = l->mix;
	r->path = l->path;
	stamps_init(&r->stamps, l->mix, l->seed);
	r->stop = stop ? stop : &never;
	sem_init(&r->arrived, 0, 0);
	pthread_mutex_init(&r->lock, NULL);
}

void run_release(struct run *r)
{
	sem_destroy(&r->arrived);
	pthread_mutex_destroy(&r->lock);
	stamps_release(&r->stamps);
}

void run_wait(struct run *r)
{
	while (sem_wait(&r->arrived))
		; /* EINTR: the signal flag is the threads' to see */
}

/* One wake-up lets all of them go; a condition variable would pass its mutex round first. */
void run_open(struct run *r, enum gate gate)
{
	atomic_store_explicit(&r->gate, gate, memory_order_release);
	syscall(SYS_futex, &r->gate, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Nobody can wake a sleeper for run->stop, so it looks for that now and then. */
#define LOOK_NS 1000000000u

void run_sleep_until(struct run *r, uint64_t until_ns)
{
	uint64_t now = now_ns();

	while (now < until_ns && !run_ended(r)) {
		uint64_t till = until_ns - now > LOOK_NS ? now + LOOK_NS : until_ns;
		struct timespec ts = { (time_t)(till / 1000000000), (long)(till % 1000000000) };

		/* Absolute, on CLOCK_MONOTONIC; only the end of the bound threads cuts it short. */
		syscall(SYS_futex, &r->halt, FUTEX_WAIT_BITSET_PRIVATE, 0, &ts, NULL,
			FUTEX_BITSET_MATCH_ANY);
		now = now_ns();
	}
}

static void arrive_and_wait(struct run *r, enum gate gate)
{
	uint32_t now;

	if (atomic_fetch_sub(&r->pending, 1) == 1)
		sem_post(&r->arrived);
	while ((now = atomic_load_explicit(&r->gate, memory_order_acquire)) < gate)
		syscall(SYS_futex, &r->gate, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

static void run_fail(struct run *r, int ret, const struct err *e)
{
	pthread_mutex_lock(&r->lock);
	if (!r->failed) {
		r->failed = ret;
		r->err = *e;
	}
	pthread_mutex_unlock(&r->lock);
}

/* --- before the barrier ------------------------------------------------------ */

/* FNV-1a: a role's offsets do not depend on what else is in the mix. */
static uint64_t name_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

/* Warming up would use up what such a role is there to find. */
static bool can_warm_up(const struct mix_entry *en)
{
	uint64_t state = en->param[ROLE_EXTENTS];

	return !en->role->no_warmup &&
	       (!en->role->writes || state == EXTENTS_ANY || state == EXTENTS_WRITTEN ||
		(en->role->renews && state == EXTENTS_UNWRITTEN));
}

static int default_sync(struct role_thread *t)
{
	if (t->fd >= 0 && fdatasync(t->fd))
		return -errno;
	return 0;
}

void worker_init(struct worker *w, struct run *run, const struct mix_entry *en,
		 const struct zipf *zipf, unsigned index, uint64_t seed)
{
	struct mix_bounds b = mix_bounds(run->mix, en);
	struct offset_blocks blocks = { b.first, b.align, b.blocks };
	uint64_t role_seed = rng_mix(seed, name_hash(en->role->name));

	memset(w, 0, sizeof(*w));
	w->run = run;
	w->t = (struct role_thread){
		.role = en->role,
		.param = en->param,
		.own = en->own,
		.path = run->path,
		.file_size = run->mix->param[MIX_FILE_SIZE],
		.region_start = b.start,
		.region_size = b.size,
		.bs = en->param[ROLE_BS],
		.index = index,
		.nr = en->threads,
		.rng = { rng_mix(role_seed, index + 1) },
		.fd = -1,
		.stamps = &run->stamps,
	};
	counters_init(en->role->counters, w->t.count);
	if (en->role->needs_fd && en->param[ROLE_FILE] == FILE_OWN)
		w->t.path = w->own_path = fsload_own_path(run->path, en, index);
	offset_stream_init(&w->offsets, (enum offsets)en->param[ROLE_OFFSETS], &blocks, zipf,
			   index % b.sharers, b.sharers, rng_mix(role_seed, 0));
	w->ops = b.ops;
	w->warmup = can_warm_up(en) ? run->mix->param[MIX_WARMUP] : 0;
	w->left = w->ops ? w->ops : UINT64_MAX;
	w->sync = en->role->sync ? en->role->sync : default_sync;
	w->sync_every = en->param[ROLE_SYNC_EVERY] ? en->param[ROLE_SYNC_EVERY] : UINT64_MAX;
	w->to_sync = w->sync_every;
	w->final_sync = en->param[ROLE_FINAL_SYNC];
	w->delay_ns = en->param[ROLE_START_DELAY];
	pace_init(&w->pace, en->param[ROLE_RATE]);
}

void worker_release(struct worker *w)
{
	slots_release(&w->slots);
	series_release(&w->series);
	free(w->own_path);
}

static int open_file(struct role_thread *t, struct err *e)
{
	const struct role *role = t->role;

	if (!role->needs_fd)
		return 0;
	t->fd = open(t->path, role->open_flags | O_CLOEXEC);
	if (t->fd >= 0)
		return 0;
	if (errno == EINVAL && (role->open_flags & O_DIRECT))
		return err_add(e, EINVAL, "%s: this file system cannot open %s with O_DIRECT",
			       role->name, t->path);
	return err_sys(e, errno, "%s: cannot open %s", role->name, t->path);
}

/* No byte of it is 0, and each thread's is another: what a reader finds can be told apart. */
static int make_buffer(struct role_thread *t, struct err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t word = rng_mix(name_hash(t->role->name), t->index) | 0x0101010101010101u;
	void *buf;

	if (posix_memalign(&buf, page, t->bs + sizeof(word)))
		return err_add(e, ENOMEM, "%s: no memory for a buffer of bs", t->role->name);
	for (size_t i = 0; i < t->bs; i += sizeof(word))
		memcpy((char *)buf + i, &word, sizeof(word));
	t->buf = buf;
	return 0;
}

/*
 * The first direct write to an inode is exclusive, until S_NOSEC is set, and
 * first touches fault in code and buffers. What fails here fails again where
 * it counts.
 */
static void warm_up(struct worker *w)
{
	struct role_thread *t = &w->t;
	struct rng rng = { rng_mix(t->rng.state, 1) };

	for (uint64_t i = 0; i < w->warmup && !run_stopped(w->run); i++) {
		const struct offset_blocks *b = &w->offsets.blocks;
		uint64_t offset = b->start + rng_below(&rng, b->nr) * b->step;

		if (t->role->op)
			t->role->op(t, offset);
		else
			worker_warm_async(w, offset);
	}
	if (w->warmup && t->role->writes)
		w->sync(t);
}

/* --- the timed part ---------------------------------------------------------- */

void worker_error(struct worker *w, int64_t got, uint64_t now_ns)
{
	if (!w->errors++) {
		w->first_errno = got < 0 ? (int)-got : EIO;
		w->first_error_ns = now_ns;
	}
}

/*
 * Wait for the turn of the next operation of a paced thread. False: its time ends before
 * that. The others may end it while this thread sleeps: a turn before that end is taken
 * all the same, however late the thread wakes up.
 */
static bool wait_turn(struct worker *w, uint64_t *due_ns)
{
	run_sleep_until(w->run, w->pace.due_ns);
	if (run_stopped(w->run) || w->pace.due_ns >= worker_until(w))
		return false;
	*due_ns = pace_take(&w->pace);
	return true;
}

static void timed_ops(struct worker *w)
{
	struct role_thread *const t = &w->t;
	int64_t (*const op)(struct role_thread * t, uint64_t offset) = t->role->op;
	const bool paced = w->pace.rate_per_s;
	uint64_t before = now_ns();

	do {
		uint64_t now;
		int64_t got;

		if (paced && !wait_turn(w, &before))
			break;
		got = op(t, offset_next(&w->offsets, &t->rng));
		w->left--;
		now = now_ns();
		worker_look(w, now);
		before = worker_ended(w, got, before, now, worker_sync_due(w, true));
	} while (!w->over);
}

/* The last sync of a thread whose end came while it waited: its time is no operation's. */
static void sync_alone(struct worker *w)
{
	int ret = 0;

	if (w->final_sync && w->to_sync != w->sync_every)
		ret = w->sync(&w->t);
	if (ret < 0)
		worker_error(w, ret, now_ns());
}

static void timed_part(struct worker *w)
{
	struct run *r = w->run;

	w->t.start_ns = r->start_ns;
	series_begin(&w->cursor, &w->series, r->start_ns);
	if (w->delay_ns)
		run_sleep_until(r, r->start_ns + w->delay_ns);
	w->pace.due_ns = r->start_ns + w->delay_ns;
	if (w->delay_ns && run_ended(r))
		worker_look(w, now_ns());
	else if (w->t.role->op)
		timed_ops(w);
	else
		worker_timed_async(w);
	sync_alone(w);
	/* Between two turns the time is up: it was there until then. */
	if (w->pace.rate_per_s && !w->ops)
		run_sleep_until(r, worker_until(w));
	w->end_ns = now_ns();
}

/*
 * Operations that were due in a paced thread's time and never started: each had waited until
 * the thread would have come to it, which is when it found its time over. Later than the
 * deadline, because a thread that misses them is late; before the last sync, which came only
 * because the time was over. Outside the timed part, for they may be many.
 */
static void count_missed(struct worker *w)
{
	const uint64_t until_ns = worker_until(w);

	if (!w->pace.rate_per_s || !w->over || w->over_ns < until_ns)
		return;
	while (w->pace.due_ns < until_ns) {
		hist_add(&w->lat, w->over_ns - pace_take(&w->pace));
		w->missed++;
	}
}

static void leave_timed_part(struct worker *w)
{
	struct run *r = w->run;

	if (!w->ops || atomic_fetch_sub(&r->bound_left, 1) != 1)
		return;
	atomic_store_explicit(&r->until_ns, w->end_ns, memory_order_relaxed);
	atomic_store_explicit(&r->halt, 1, memory_order_release);
	syscall(SYS_futex, &r->halt, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* --- a thread's life --------------------------------------------------------- */

static int set_up(struct worker *w, struct err *e)
{
	int ret = open_file(&w->t, e);

	if (!ret)
		ret = make_buffer(&w->t, e);
	if (!ret && w->t.role->begin)
		ret = w->t.role->begin(&w->t, e);
	if (!ret && !w->t.role->op && slots_init(&w->slots, w->t.depth)) {
		w->t.role->end(&w->t);
		ret = err_add(e, ENOMEM, "%s: no memory for its slots", w->t.role->name);
	}
	/* Else each sleep would end 50 us late. */
	if (w->pace.rate_per_s || w->delay_ns)
		prctl(PR_SET_TIMERSLACK, 1);
	return ret;
}

void *worker_main(void *worker)
{
	struct worker *w = worker;
	const struct role *role = w->t.role;
	struct err e = ERR_INIT;
	int ret;

	pthread_setname_np(pthread_self(), role->name);
	hist_init(&w->lat); /* touches its pages, so that they do not fault later */
	ret = set_up(w, &e);
	if (ret)
		run_fail(w->run, ret, &e);
	else
		warm_up(w);
	arrive_and_wait(w->run, GATE_START);
	if (!w->run->cancelled) {
		timed_part(w);
		leave_timed_part(w);
		arrive_and_wait(w->run, GATE_END);
		count_missed(w);
	}
	if (!ret && role->end)
		role->end(&w->t);
	free(w->t.buf);
	if (w->t.fd >= 0)
		close(w->t.fd);
	return NULL;
}
