/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reduce.c: makes waits of events: each begin with its end, by thread and lock, and the holder
 * meanwhile (holders.c). A thread waits for one lock at a time, but an interrupt on top of it may
 * wait too, so its open waits are a short stack. analysis/ judges the names.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

#define DEPTH 8
/* Three days: a longer wait means clocks that disagree. It keeps all sums within 63 bits. */
#define WAIT_MAX_NS (UINT64_C(1) << 48)

struct open_wait {
	uint64_t begin_ns;
	uint32_t lock, who; /* numbers */
	uint8_t flags;      /* of the last begin */
	bool shared;
};

struct thread {
	size_t comm, comm_end; /* its names in lock_events.comms: those left, the next first */
	uint32_t role;
	unsigned n;
	struct open_wait open[DEPTH];
};

struct reducer {
	const struct lock_events *ev;
	const struct symbols *sym;
	struct lock_stacks *out;
	struct wait_list waits;
	struct keys thread_keys, lock_keys;
	struct thread *threads;
	size_t cap_threads;
	struct held_lock *locks;
	size_t cap_locks;
	uint32_t *chain_texts; /* of lock_events.chains, number + 1 */
	struct held_sums sums;
};

/* --- names ----------------------------------------------------------------------------- */

/* Kinds of locks by their flags; the first row whose bits are all there. */
static const struct {
	uint8_t flags;
	const char *mode;
} modes[] = {
	{ LOCK_F_MUTEX, "mutex" }, /* LOCK_F_SPIN too while it spins before it sleeps */
	{ LOCK_F_PERCPU | LOCK_F_READ, "percpu read" },
	{ LOCK_F_PERCPU | LOCK_F_WRITE, "percpu write" },
	{ LOCK_F_RT | LOCK_F_READ, "rt read" },
	{ LOCK_F_RT | LOCK_F_WRITE, "rt write" },
	{ LOCK_F_RT, "rt" },
	{ LOCK_F_SPIN | LOCK_F_READ, "spin read" },
	{ LOCK_F_SPIN | LOCK_F_WRITE, "spin write" },
	{ LOCK_F_SPIN, "spin" },
	{ LOCK_F_READ, "read" },
	{ LOCK_F_WRITE, "write" },
	{ 0, "semaphore" },
};

static const char *mode_of(uint8_t flags)
{
	size_t i = 0;

	while ((flags & modes[i].flags) != modes[i].flags)
		i++;
	return modes[i].mode;
}

/* Several readers, or several threads that a counting semaphore lets in, hold it together. */
static bool is_shared(uint8_t flags)
{
	return flags & LOCK_F_READ || !strcmp(mode_of(flags), "semaphore");
}

/* Functions that tracing adds on top of a chain when the tracepoint has several users. */
static bool is_tracing(const char *name)
{
	static const char *const prefixes[] = { "__traceiter_", "__bpf_trace_", "perf_trace_" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static uint32_t chain_text(struct reducer *r, uint32_t chain)
{
	const struct lock_chain *c = &r->ev->chains[chain];
	struct buf b = BUF_INIT;

	if (r->chain_texts[chain])
		return r->chain_texts[chain] - 1;
	for (uint32_t i = 0; i < c->n; i++) {
		/* A return address (all but the first) may lie behind its function's last byte. */
		uint64_t address = r->ev->addresses[c->first + i] - (i > 0);
		const struct symbol *s = r->sym ? symbols_find(r->sym, address) : NULL;

		if (s && !b.len && is_tracing(s->name))
			continue;
		buf_addf(&b, "%s%s", b.len ? ";" : "", s ? s->name : "[unknown]");
	}
	r->chain_texts[chain] =
		keys_add_text(&r->waits.texts, b.len ? buf_str(&b) : "[unknown]") + 1;
	buf_release(&b);
	return r->chain_texts[chain] - 1;
}

/* Names may hold any bytes but become fields of CSV and JSON. */
static uint32_t role_text(struct reducer *r, const char comm[16])
{
	char name[17] = "";

	for (size_t i = 0; i < 16 && comm[i]; i++)
		name[i] = comm[i] < ' ' || comm[i] > '~' ? '?' : comm[i];
	return keys_add_text(&r->waits.texts, *name ? name : "[unknown]");
}

static uint32_t who_number(struct reducer *r, uint32_t role, uint8_t flags, uint32_t chain)
{
	struct who who = { role, keys_add_text(&r->waits.texts, mode_of(flags)),
			   chain_text(r, chain) };

	return keys_add(&r->waits.whos, &who, sizeof(who));
}

/* --- threads and locks --------------------------------------------------------------------- */

static void thread_init(struct reducer *r, struct thread *t, uint32_t tid)
{
	const struct lock_events *ev = r->ev;
	size_t at = 0;

	while (at < ev->nr_comms && ev->comms[at].tid < tid)
		at++;
	*t = (struct thread){ .comm = at, .comm_end = at };
	t->role = keys_add_text(&r->waits.texts, tid ? "[unknown]" : "swapper");
	while (tid && t->comm_end < ev->nr_comms && ev->comms[t->comm_end].tid == tid)
		t->comm_end++;
}

/* Numbers are dense: a new thread or lock has the number after the last one's. */
static struct thread *thread_of(struct reducer *r, const struct lock_event *v)
{
	size_t known = r->thread_keys.n;
	uint32_t n = keys_add_u64(&r->thread_keys, lock_event_thread(v));
	struct thread *t;

	if (n == known) {
		ROOM(r->threads, n, r->cap_threads);
		thread_init(r, &r->threads[n], v->tid);
	}
	t = &r->threads[n];
	for (; t->comm < t->comm_end && r->ev->comms[t->comm].time_ns <= v->time_ns; t->comm++)
		t->role = role_text(r, r->ev->comms[t->comm].comm);
	return t;
}

static uint32_t lock_of(struct reducer *r, uint64_t address)
{
	size_t known = r->lock_keys.n;
	uint32_t n = keys_add_u64(&r->lock_keys, address);

	if (n == known) {
		ROOM(r->locks, n, r->cap_locks);
		r->locks[n] = (struct held_lock){ .n = 0 };
	}
	return n;
}

/* --- waits ------------------------------------------------------------------------------------ */

/* A wait that is not whole, if any of it lies in the part that counts. */
static void add_cut(struct reducer *r, uint64_t begin_ns, uint64_t end_ns)
{
	r->out->cut += !r->ev->to_ns || (begin_ns <= r->ev->to_ns && end_ns >= r->ev->from_ns);
}

/* The waits above `keep` have lost their ends. */
static void cut_above(struct reducer *r, struct thread *t, unsigned keep, uint64_t now_ns)
{
	while (t->n > keep) {
		const struct open_wait *open = &t->open[--t->n];

		held_wait_end(&r->locks[open->lock], open->shared, now_ns);
		add_cut(r, open->begin_ns, now_ns);
	}
}

static struct open_wait *find_open(struct thread *t, uint32_t lock)
{
	for (unsigned i = t->n; i; i--)
		if (t->open[i - 1].lock == lock)
			return &t->open[i - 1];
	return NULL;
}

/* A mutex tells each time it goes from spinning to sleeping and back: still the same wait. */
static bool goes_on(const struct open_wait *open, uint8_t flags)
{
	return open->flags & LOCK_F_MUTEX && flags & LOCK_F_MUTEX && open->flags != flags;
}

static void on_begin(struct reducer *r, struct thread *t, uint32_t thread,
		     const struct lock_event *v)
{
	uint32_t lock = lock_of(r, v->lock);
	struct open_wait *open = find_open(t, lock);

	if (open && goes_on(open, v->flags)) {
		open->flags = v->flags;
		return;
	}
	if (open)
		cut_above(r, t, (unsigned)(open - t->open), v->time_ns);
	if (t->n == DEPTH)
		cut_above(r, t, 0, v->time_ns);
	held_wait_begin(&r->locks[lock], thread, is_shared(v->flags), v->time_ns);
	t->open[t->n++] = (struct open_wait){
		.begin_ns = v->time_ns,
		.lock = lock,
		.flags = v->flags,
		.shared = is_shared(v->flags),
		.who = who_number(r, t->role, v->flags, v->chain),
	};
}

static void add_wait(struct reducer *r, const struct open_wait *open, const struct lock_event *v)
{
	struct wait_list *l = &r->waits;
	struct wait w = { .lock = v->lock,
			  .wait_ns = v->time_ns - open->begin_ns,
			  .who = open->who };

	if (w.wait_ns > WAIT_MAX_NS ||
	    (r->ev->to_ns && (open->begin_ns < r->ev->from_ns || v->time_ns > r->ev->to_ns))) {
		add_cut(r, open->begin_ns, v->time_ns);
		return;
	}
	w.holder =
		held_by(&r->locks[open->lock], open->shared, open->begin_ns, &r->sums, &w.held_ns);
	ROOM(l->v, l->n, l->cap);
	l->v[l->n++] = w;
	r->out->waits++;
}

static void on_end(struct reducer *r, struct thread *t, uint32_t thread, const struct lock_event *v)
{
	uint32_t lock = lock_of(r, v->lock);
	struct open_wait *found = find_open(t, lock), open;
	struct held_lock *l = &r->locks[lock];

	if (!found) {
		add_cut(r, 0, v->time_ns);
		if (!(v->flags & LOCK_GAVE_UP))
			held_got(l, thread, NOBODY, false, v->time_ns);
		return;
	}
	cut_above(r, t, (unsigned)(found - t->open) + 1, v->time_ns);
	open = *found;
	t->n--;
	held_wait_end(l, open.shared, v->time_ns);
	add_wait(r, &open, v);
	if (!(v->flags & LOCK_GAVE_UP))
		held_got(l, thread, open.who, open.shared, v->time_ns);
}

static void reducer_release(struct reducer *r)
{
	for (size_t i = 0; i < r->lock_keys.n; i++)
		held_release(&r->locks[i]);
	free(r->locks);
	free(r->threads);
	free(r->chain_texts);
	free(r->sums.ns);
	free(r->waits.v);
	keys_release(&r->waits.whos);
	keys_release(&r->waits.texts);
	keys_release(&r->thread_keys);
	keys_release(&r->lock_keys);
}

void lock_reduce(struct lock_stacks *out, const struct lock_events *ev, const struct symbols *sym)
{
	struct reducer r = { .ev = ev, .sym = sym, .out = out };

	*out = (struct lock_stacks){ .lost = ev->lost };
	r.chain_texts = xcalloc(ev->nr_chains + 1, sizeof(*r.chain_texts));
	for (size_t i = 0; i < ev->n; i++) {
		const struct lock_event *v = &ev->v[i];
		struct thread *t = thread_of(&r, v);

		if (v->kind == LOCK_WAIT_BEGIN)
			on_begin(&r, t, (uint32_t)(t - r.threads), v);
		else
			on_end(&r, t, (uint32_t)(t - r.threads), v);
	}
	for (size_t i = 0; i < r.thread_keys.n; i++)
		for (unsigned k = 0; k < r.threads[i].n; k++)
			add_cut(&r, r.threads[i].open[k].begin_ns, UINT64_MAX);
	lock_stacks_sum(out, &r.waits);
	reducer_release(&r);
}
