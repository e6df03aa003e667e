/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.c: a thread of the load generator before and after its timed part. */
#include "workloads/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"

/* FNV-1a: a role's offsets do not depend on what else is in the mix. */
static uint64_t name_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
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
	w->warmup = en->role->no_warmup || mix_uses_up(en) ? 0 : run->mix->param[MIX_WARMUP];
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
	free(w->slots.begun_ns);
	free(w->slots.free);
	free(w->slots.done);
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

/* No byte is 0, and each thread has another pattern, so that readers can tell them apart. */
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
 * The first direct write to an inode is exclusive, until S_NOSEC is set, and first touches fault
 * in code and buffers. Errors are left to the timed part, where they happen again.
 */
static void warm_up(struct worker *w)
{
	struct role_thread *t = &w->t;
	struct rng rng = { rng_mix(t->rng.state, 1) };

	for (uint64_t i = 0; i < w->warmup && !run_stopped(w->run); i++) {
		const struct offset_blocks *b = &w->offsets.blocks;
		uint64_t offset = b->start + rng_below(&rng, b->nr) * b->step;

		if (t->role->op) {
			t->role->op(t, offset);
			continue;
		}
		t->role->start(t, 0, offset);
		while (!t->role->reap(t, w->slots.done, ROLE_WAIT_FOREVER))
			;
	}
	if (w->warmup && t->role->writes)
		w->sync(t);
}

/* The last of the threads bound by operations ends the time of the others. */
static void leave_timed_part(struct worker *w)
{
	struct run *r = w->run;

	if (w->ops && atomic_fetch_sub(&r->bound_left, 1) == 1)
		run_halt(r, w->end_ns);
}

static void slots_init(struct slots *s, unsigned depth)
{
	s->begun_ns = xcalloc(depth, sizeof(*s->begun_ns));
	s->free = xcalloc(depth, sizeof(*s->free));
	s->done = xcalloc(depth, sizeof(*s->done));
	for (s->nr_free = 0; s->nr_free < depth; s->nr_free++)
		s->free[s->nr_free] = depth - 1 - s->nr_free;
}

static int set_up(struct worker *w, struct err *e)
{
	int ret = open_file(&w->t, e);

	if (!ret)
		ret = make_buffer(&w->t, e);
	if (!ret && w->t.role->begin)
		ret = w->t.role->begin(&w->t, e);
	if (!ret && !w->t.role->op)
		slots_init(&w->slots, w->t.depth);
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
	run_arrive(w->run, GATE_START);
	if (!w->run->cancelled) {
		worker_timed(w);
		leave_timed_part(w);
		run_arrive(w->run, GATE_END);
		worker_count_missed(w);
	}
	if (!ret && role->end)
		role->end(&w->t);
	free(w->t.buf);
	if (w->t.fd >= 0)
		close(w->t.fd);
	return NULL;
}
