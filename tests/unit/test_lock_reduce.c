/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lock_reduce.c: runners/lock/reduce.c, holders.c and lockstacks.c: events made by
 * hand whose waits, roles and holders are known, and a recorded hold_iolock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "lib/fs.h"
#include "runners/lock/lockstacks.h"

#define LOCK UINT64_C(0xffff888100001000)
#define EVENTS_MAX 64
#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* --- events -------------------------------------------------------------------------- */

/* Chain k is the function k of the table below, called by the one after it. */
static const char table[] =
	"ffffffff81000000 T wait_read\nffffffff81000100 T read_iter\n"
	"ffffffff81000200 T wait_write\nffffffff81000300 T write_iter\n"
	"ffffffff81000400 T __traceiter_contention_begin\nffffffff81000500 T wait_more\n"
	"ffffffff81000600 T _etext\n";
static uint64_t addresses[] = {
	0xffffffff81000010, 0xffffffff81000200, /* a return address right behind read_iter */
	0xffffffff81000210, 0xffffffff81000310, 0xffffffff81000410,
	0xffffffff81000510, 0xffffffff90000000,
};
static struct lock_chain chains[] = { { 0, 2 }, { 2, 2 }, { 4, 2 }, { 6, 1 }, { 0, 0 } };
static struct lock_comm comms[] = {
	{ 0, 1, "reader", 0, 0, false }, { 0, 2, "reader", 0, 0, false },
	{ 0, 3, "writer", 0, 0, false }, { 0, 4, "writer", 0, 0, false },
	{ 50, 5, "late", 0, 0, false },  { 200, 5, "later\xff\n", 0, 0, false },
	{ 0, 6, "other", 0, 0, false },
};
enum { READ_CHAIN, WRITE_CHAIN, TRACED_CHAIN, NAMELESS_CHAIN, EMPTY_CHAIN };

struct events {
	struct lock_event v[EVENTS_MAX];
	size_t n;
};

static void begin(struct events *s, uint64_t time_ns, uint32_t tid, uint64_t lock, uint8_t flags)
{
	uint32_t chain = flags & LOCK_F_READ ? READ_CHAIN : WRITE_CHAIN;

	s->v[s->n++] =
		(struct lock_event){ time_ns, lock, tid, chain, LOCK_WAIT_BEGIN, flags, 0, 0 };
}

static void end(struct events *s, uint64_t time_ns, uint32_t tid, uint64_t lock)
{
	s->v[s->n++] = (struct lock_event){ time_ns, lock, tid, 0, LOCK_WAIT_END, 0, 0, 0 };
}

static struct lock_stacks reduce_part(struct events *s, uint64_t from_ns, uint64_t to_ns)
{
	struct lock_events ev = {
		.v = s->v,
		.n = s->n,
		.addresses = addresses,
		.nr_addresses = NR(addresses),
		.chains = chains,
		.nr_chains = NR(chains),
		.comms = comms,
		.nr_comms = NR(comms),
		.lost = 3,
		.from_ns = from_ns,
		.to_ns = to_ns,
	};
	struct lock_stacks out;
	struct symbols sym;

	assert_int_equal(symbols_parse(&sym, table, sizeof(table) - 1, NULL), 0);
	lock_reduce(&out, &ev, &sym);
	symbols_release(&sym);
	assert_int_equal(out.lost, 3);
	return out;
}

static struct lock_stacks reduce(struct events *s)
{
	return reduce_part(s, 0, 0);
}

static const struct lock_stack *find(const struct lock_stacks *s, const char *role,
				     const char *holder)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct lock_stack *v = &s->v[i];

		if (!strcmp(v->role, role) && !v->holder_role == !holder &&
		    (!holder || !strcmp(v->holder_role, holder)))
			return v;
	}
	fail_msg("there is no row of %s that waited for %s", role,
		 holder ? holder : "nobody known");
	return NULL;
}

static void expect(const struct lock_stack *v, uint64_t count, uint64_t total_ns, uint64_t held_ns)
{
	if (v->count != count || v->total_ns != total_ns || v->held_ns != held_ns)
		fail_msg("%s waited %llu times, %llu ns, of which held %llu", v->role,
			 (unsigned long long)v->count, (unsigned long long)v->total_ns,
			 (unsigned long long)v->held_ns);
}

/* --- waits ----------------------------------------------------------------------------- */

static void waits_are_summed_by_lock_mode_role_and_chain(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 1, LOCK, LOCK_F_READ);
	begin(&s, 100, 2, LOCK, LOCK_F_READ);
	end(&s, 150, 1, LOCK);
	end(&s, 400, 2, LOCK);
	begin(&s, 500, 1, LOCK + 8, LOCK_F_READ);
	end(&s, 1100, 1, LOCK + 8);
	out = reduce(&s);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.waits, 3);
	assert_int_equal(out.cut, 0);
	assert_int_equal(out.v[0].lock, LOCK + 8); /* the most first */
	expect(&out.v[0], 1, 600, 0);
	assert_int_equal(out.v[1].lock, LOCK);
	expect(&out.v[1], 2, 350, 0);
	assert_int_equal(out.v[1].max_ns, 300);
	assert_int_equal(out.v[1].waits->min_ns, 50);
	assert_int_equal(out.v[1].waits->bucket[hist_index(300)], 1);
	assert_string_equal(out.v[1].mode, "read");
	/* A return address belongs to the call before it, not to the function that begins there. */
	assert_string_equal(out.v[1].chain, "wait_read;read_iter");
	lock_stacks_release(&out);
}

static void modes_and_names(void **state)
{
	static const struct {
		uint8_t flags;
		const char *mode;
	} rows[] = {
		{ 0, "semaphore" },
		{ LOCK_F_READ, "read" },
		{ LOCK_F_WRITE, "write" },
		{ LOCK_F_SPIN, "spin" },
		{ LOCK_F_SPIN | LOCK_F_READ, "spin read" },
		{ LOCK_F_SPIN | LOCK_F_WRITE, "spin write" },
		{ LOCK_F_MUTEX, "mutex" },
		{ LOCK_F_MUTEX | LOCK_F_SPIN, "mutex" },
		{ LOCK_F_RT, "rt" },
		{ LOCK_F_RT | LOCK_F_READ, "rt read" },
		{ LOCK_F_RT | LOCK_F_WRITE, "rt write" },
		{ LOCK_F_PERCPU | LOCK_F_READ, "percpu read" },
		{ LOCK_F_PERCPU | LOCK_F_WRITE, "percpu write" },
		{ LOCK_F_WRITE | 64, "write" },
	};

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		struct events s = { .n = 0 };
		struct lock_stacks out;

		begin(&s, 100, 1, LOCK, rows[i].flags);
		end(&s, 110, 1, LOCK);
		out = reduce(&s);
		assert_string_equal(out.v[0].mode, rows[i].mode);
		lock_stacks_release(&out);
	}
}

static void roles_are_the_names_at_that_time(void **state)
{
	static const struct {
		uint64_t time_ns;
		uint32_t tid;
		const char *role;
	} rows[] = {
		{ 10, 5, "[unknown]" }, { 50, 5, "late" },     { 199, 5, "late" },
		{ 200, 5, "later??" },  { 300, 0, "swapper" }, { 310, 77, "[unknown]" },
		{ 320, 3, "writer" },
	};
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		begin(&s, rows[i].time_ns, rows[i].tid, LOCK + 8 * i, LOCK_F_SPIN);
		end(&s, rows[i].time_ns, rows[i].tid, LOCK + 8 * i);
	}
	out = reduce(&s);
	assert_int_equal(out.n, NR(rows));
	for (size_t i = 0; i < NR(rows); i++) /* all of 0 ns: by address */
		assert_string_equal(out.v[i].role, rows[i].role);
	lock_stacks_release(&out);
}

static void chains_without_names(void **state)
{
	static const struct {
		uint32_t chain;
		const char *text;
	} rows[] = {
		{ TRACED_CHAIN, "wait_more" },
		{ NAMELESS_CHAIN, "[unknown]" },
		{ EMPTY_CHAIN, "[unknown]" },
	};

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		struct events s = { .n = 0 };
		struct lock_stacks out;

		begin(&s, 100, 1, LOCK, LOCK_F_SPIN);
		s.v[0].chain = rows[i].chain;
		end(&s, 110, 1, LOCK);
		out = reduce(&s);
		assert_string_equal(out.v[0].chain, rows[i].text);
		lock_stacks_release(&out);
	}
}

static void an_interrupt_waits_inside_a_wait(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
	begin(&s, 120, 3, LOCK + 8, LOCK_F_SPIN);
	end(&s, 130, 3, LOCK + 8);
	end(&s, 200, 3, LOCK);
	/* All idle threads have the number 0. */
	begin(&s, 300, 0, LOCK + 8, LOCK_F_SPIN);
	begin(&s, 310, 0, LOCK + 8, LOCK_F_SPIN);
	s.v[s.n - 1].cpu = 1;
	end(&s, 320, 0, LOCK + 8);
	end(&s, 350, 0, LOCK + 8);
	s.v[s.n - 1].cpu = 1;
	out = reduce(&s);
	assert_int_equal(out.waits, 4);
	assert_int_equal(out.cut, 0);
	assert_int_equal(find(&out, "writer", NULL)->total_ns, 100);
	/* The second of them waited for the first for 30 of its 40 ns. */
	expect(find(&out, "swapper", "swapper"), 1, 40, 30);
	expect(find(&out, "swapper", NULL), 1, 20, 0);
	lock_stacks_release(&out);
}

static void a_mutex_that_spins_and_sleeps_is_one_wait(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_MUTEX | LOCK_F_SPIN);
	begin(&s, 110, 3, LOCK, LOCK_F_MUTEX);
	begin(&s, 150, 3, LOCK, LOCK_F_MUTEX | LOCK_F_SPIN);
	begin(&s, 160, 3, LOCK, LOCK_F_MUTEX);
	end(&s, 200, 3, LOCK);
	out = reduce(&s);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.cut, 0);
	expect(&out.v[0], 1, 100, 0);
	lock_stacks_release(&out);
}

static void cut_waits_are_counted_and_not_summed(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	end(&s, 50, 1, LOCK);                 /* no begin */
	begin(&s, 100, 1, LOCK, LOCK_F_READ); /* its end was lost */
	begin(&s, 900, 1, LOCK, LOCK_F_READ);
	end(&s, 950, 1, LOCK);
	begin(&s, 1000, 3, LOCK, LOCK_F_WRITE);
	begin(&s, 1010, 3, LOCK + 8, LOCK_F_SPIN); /* so was this one's */
	end(&s, 1020, 3, LOCK);
	begin(&s, 2000, 4, LOCK, LOCK_F_MUTEX); /* a mutex's the same: no change of mode */
	begin(&s, 2100, 4, LOCK, LOCK_F_MUTEX);
	end(&s, 2110, 4, LOCK);
	begin(&s, 3000, 2, LOCK, LOCK_F_READ); /* no end */
	begin(&s, 5000, 6, LOCK, LOCK_F_READ); /* clocks that do not agree */
	end(&s, 5000 + (UINT64_C(1) << 49), 6, LOCK);
	out = reduce(&s);
	assert_int_equal(out.waits, 3);
	assert_int_equal(out.cut, 6);
	assert_int_equal(out.v[0].total_ns + out.v[1].total_ns + out.v[2].total_ns, 50 + 20 + 10);
	lock_stacks_release(&out);
}

/* As of a fio job with a ramp: the recording begins before the measured part. */
static void waits_outside_the_part_that_counts_are_not_summed(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 1, LOCK, LOCK_F_READ); /* before */
	end(&s, 150, 1, LOCK);
	end(&s, 160, 2, LOCK);
	begin(&s, 170, 3, LOCK, LOCK_F_WRITE);    /* before, and got the lock within */
	begin(&s, 180, 1, LOCK + 8, LOCK_F_READ); /* across the beginning */
	end(&s, 210, 1, LOCK + 8);
	end(&s, 220, 3, LOCK);
	begin(&s, 230, 1, LOCK, LOCK_F_READ); /* within */
	end(&s, 280, 1, LOCK);
	begin(&s, 290, 2, LOCK, LOCK_F_READ); /* across the end */
	end(&s, 310, 2, LOCK);
	begin(&s, 320, 1, LOCK, LOCK_F_READ); /* after */
	end(&s, 330, 1, LOCK);
	begin(&s, 340, 2, LOCK, LOCK_F_READ);
	out = reduce_part(&s, 200, 300);
	assert_int_equal(out.waits, 1);
	assert_int_equal(out.cut, 3);
	assert_int_equal(out.n, 1);
	expect(find(&out, "reader", "writer"), 1, 50, 50);
	lock_stacks_release(&out);
}

static void no_events_give_no_rows(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out = reduce(&s);

	(void)state;
	assert_int_equal(out.n + out.waits + out.cut, 0);
	lock_stacks_release(&out);
}

/* --- holders ------------------------------------------------------------------------------ */

static void who_got_it_last_holds_it(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
	end(&s, 200, 3, LOCK);
	begin(&s, 210, 1, LOCK, LOCK_F_READ);
	begin(&s, 220, 2, LOCK, LOCK_F_READ);
	end(&s, 1000, 1, LOCK);
	end(&s, 1010, 2, LOCK);
	out = reduce(&s);
	expect(find(&out, "writer", NULL), 1, 100, 0);
	expect(find(&out, "reader", "writer"), 2, 790 + 790, 790 + 780);
	assert_string_equal(find(&out, "reader", "writer")->holder_mode, "write");
	assert_string_equal(find(&out, "reader", "writer")->holder_chain, "wait_write;write_iter");
	lock_stacks_release(&out);
}

/* Nobody waited for 1000 ns: others may have had the lock by then. */
static void who_was_not_watched_is_not_blamed(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
	end(&s, 200, 3, LOCK);
	begin(&s, 1200, 1, LOCK, LOCK_F_READ);
	end(&s, 2199, 1, LOCK);
	/* As long watched as not. */
	begin(&s, 3000, 3, LOCK + 8, LOCK_F_WRITE);
	end(&s, 3100, 3, LOCK + 8);
	begin(&s, 4100, 2, LOCK + 8, LOCK_F_READ);
	end(&s, 5100, 2, LOCK + 8);
	out = reduce(&s);
	expect(find(&out, "reader", NULL), 1, 999, 0);
	expect(find(&out, "reader", "writer"), 1, 1000, 1000);
	lock_stacks_release(&out);
}

static void who_asks_again_has_given_it_back(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
	end(&s, 200, 3, LOCK);
	begin(&s, 210, 1, LOCK, LOCK_F_READ);
	begin(&s, 300, 3, LOCK, LOCK_F_WRITE); /* 90 of the reader's 790 */
	end(&s, 1000, 1, LOCK);
	end(&s, 1010, 3, LOCK);
	out = reduce(&s);
	expect(find(&out, "reader", NULL), 1, 790, 0);
	lock_stacks_release(&out);
}

/* The lock's readers were not seen to get it; the writer in front of the reader was. */
static void a_reader_behind_a_waiting_writer(void **state)
{
	static const struct {
		uint64_t got_ns;
		const char *holder;
		uint64_t held_ns;
	} rows[] = {
		{ 300, "writer", 700 },
		{ 900, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		struct events s = { .n = 0 };
		struct lock_stacks out;

		begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
		begin(&s, 200, 1, LOCK, LOCK_F_READ);
		end(&s, rows[i].got_ns, 3, LOCK);
		end(&s, 1000, 1, LOCK);
		out = reduce(&s);
		expect(find(&out, "reader", rows[i].holder), 1, 800, rows[i].held_ns);
		lock_stacks_release(&out);
	}
}

/* 1 and 2 get it together while 3 waits; so does 6, in the second round. */
static void readers_hold_together(void **state)
{
	for (int mixed = 0; mixed < 2; mixed++) {
		struct events s = { .n = 0 };
		struct lock_stacks out;

		(void)state;
		begin(&s, 100, 4, LOCK, LOCK_F_WRITE);
		end(&s, 110, 4, LOCK);
		begin(&s, 120, 1, LOCK, LOCK_F_READ);
		begin(&s, 130, mixed ? 6 : 2, LOCK, LOCK_F_READ);
		begin(&s, 190, 3, LOCK, LOCK_F_WRITE);
		end(&s, 200, 1, LOCK);
		end(&s, 210, mixed ? 6 : 2, LOCK);
		begin(&s, 500, 1, LOCK, LOCK_F_READ); /* gone, the other one still reads */
		end(&s, 1190, 3, LOCK);
		end(&s, 1200, 1, LOCK);
		out = reduce(&s);
		expect(find(&out, "writer", mixed ? NULL : "reader"), mixed ? 2 : 1,
		       mixed ? 1010 : 1000, mixed ? 0 : 990);
		lock_stacks_release(&out);
	}
}

/* Two readers behind the reader 1: only the one behind the writer too is kept out by it. */
static void readers_keep_readers_out_by_a_writer_only(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 1, LOCK, LOCK_F_READ);
	begin(&s, 110, 2, LOCK, LOCK_F_READ);
	begin(&s, 180, 3, LOCK, LOCK_F_WRITE);
	begin(&s, 190, 6, LOCK, LOCK_F_READ);
	end(&s, 200, 1, LOCK);
	end(&s, 800, 2, LOCK);
	end(&s, 1000, 3, LOCK);
	end(&s, 1010, 6, LOCK);
	out = reduce(&s);
	expect(find(&out, "reader", NULL), 2, 100 + 690, 0);
	expect(find(&out, "other", "reader"), 1, 820, 800);
	expect(find(&out, "writer", "reader"), 1, 820, 800);
	lock_stacks_release(&out);
}

/* A reader may have come and gone unseen while nobody waited. */
static void readers_are_known_only_while_somebody_waits(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 1, LOCK, LOCK_F_READ);
	end(&s, 200, 1, LOCK);
	begin(&s, 201, 3, LOCK, LOCK_F_WRITE);
	end(&s, 1200, 3, LOCK);
	out = reduce(&s);
	expect(find(&out, "writer", NULL), 1, 999, 0);
	lock_stacks_release(&out);
}

static void who_gave_up_holds_nothing(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 3, LOCK, LOCK_F_WRITE);
	begin(&s, 150, 1, LOCK, LOCK_F_READ);
	end(&s, 200, 3, LOCK);
	s.v[s.n - 1].flags = LOCK_GAVE_UP;
	end(&s, 1000, 1, LOCK);
	out = reduce(&s);
	assert_int_equal(out.waits, 2);
	expect(find(&out, "writer", NULL), 1, 100, 0);
	expect(find(&out, "reader", NULL), 1, 850, 0);
	lock_stacks_release(&out);
}

/* Two threads of a role take turns: the role held it, though none of them for half of the wait. */
static void holders_of_a_role_are_added_up(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out;

	(void)state;
	begin(&s, 100, 1, LOCK, LOCK_F_MUTEX);
	for (uint64_t t = 100; t < 1000; t += 100) {
		uint32_t tid = t / 100 % 2 ? 3 : 4;

		begin(&s, t + 10, tid, LOCK, LOCK_F_MUTEX);
		end(&s, t + 90, tid, LOCK);
	}
	end(&s, 1100, 1, LOCK);
	out = reduce(&s);
	expect(find(&out, "reader", "writer"), 1, 1000, 910);
	lock_stacks_release(&out);
}

/* --- many rows, JSON ---------------------------------------------------------------------------
 */

static void rows_are_bounded_and_nothing_is_lost(void **state)
{
	const size_t n = 20000;
	struct lock_event *v = xcalloc(2 * n, sizeof(*v));
	struct lock_events ev = { .v = v,
				  .n = 2 * n,
				  .chains = chains,
				  .nr_chains = NR(chains),
				  .addresses = addresses,
				  .nr_addresses = NR(addresses) };
	struct lock_stacks out;
	uint64_t total_ns = 0, count = 0;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		v[2 * i] = (struct lock_event){ i * 1000, LOCK + 8 * i, 1, 0, LOCK_WAIT_BEGIN, 1, 0,
						0 };
		v[2 * i + 1] = (struct lock_event){
			i * 1000 + i % 977, LOCK + 8 * i, 1, 0, LOCK_WAIT_END, 0, 0, 0
		};
		total_ns += i % 977;
	}
	lock_reduce(&out, &ev, NULL);
	assert_true(out.n > 1000 && out.n <= 4096);
	for (size_t i = 0; i < out.n; i++) {
		total_ns -= out.v[i].total_ns;
		count += out.v[i].count;
		assert_int_equal(out.v[i].count, out.v[i].waits->count);
		assert_true(!i || out.v[i - 1].total_ns >= out.v[i].total_ns);
	}
	assert_int_equal(total_ns, 0);
	assert_int_equal(count, n);
	assert_int_equal(out.v[0].lock, 0); /* all that waited less, at one chain */
	lock_stacks_release(&out);
	free(v);
}

static struct lock_stacks recorded(const char *name)
{
	char *path = xasprintf("tests/data/perf/%s.data.gz", name);
	struct buf packed = BUF_INIT, b = BUF_INIT, text = BUF_INIT;
	struct lock_events ev;
	struct lock_stacks out;
	struct symbols sym;
	struct err e = ERR_INIT;

	if (fs_read(path, 0, &packed, &e) || fs_decompress(packed.data, packed.len, &b, &e) ||
	    perfdata_read(&ev, b.data, b.len, &e) ||
	    fs_read("tests/data/perf/kallsyms", 0, &text, &e) ||
	    symbols_parse(&sym, text.data, text.len, &e))
		fail_msg("%s", e.text);
	lock_reduce(&out, &ev, &sym);
	lock_events_release(&ev);
	symbols_release(&sym);
	buf_release(&packed);
	buf_release(&text);
	buf_release(&b);
	free(path);
	return out;
}

/* "95.21 ms" as perf 6.1 prints a time, or nanoseconds without a unit. */
static double time_ns(const char *text)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *unit;
	double v = strtod(text, &unit);

	unit += strspn(unit, " ");
	for (size_t i = 0; i < NR(units); i++)
		if (!strncmp(unit, units[i].name, strlen(units[i].name)))
			return v * units[i].ns;
	return v;
}

/* The tables that four versions of perf lock contention made of the same files. */
static void sums_are_those_of_perf(void **state)
{
	static const struct {
		const char *name, *suffix;
	} rows[] = {
		{ "mix-6.1", "table" },      { "mix-6.12", "table" },
		{ "mix-6.12", "separated" }, { "mix-7.2", "table" },
		{ "mix-7.2", "separated" },  { "mix-7.3", "table" },
		{ "mix-7.3", "separated" },  { "hold-6.12", "separated" },
		{ "all-6.1", "table" },      { "lost-7.2", "separated" },
	};

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		char *path = xasprintf("tests/data/perf/%s.%s", rows[i].name, rows[i].suffix);
		struct lock_stacks s = recorded(rows[i].name);
		struct buf b = BUF_INIT;
		struct strv lines = STRV_INIT;
		double waits = 0, total_ns = 0, ours_ns = 0;

		assert_int_equal(fs_read(path, 0, &b, NULL), 0);
		strv_split(&lines, b.data, "\n");
		for (size_t k = 0; k < lines.n; k++) {
			const char *line = lines.v[k] + strspn(lines.v[k], " ");
			size_t len = strspn(line, "0123456789");

			if (!len)
				continue;
			waits += strtod(line, NULL);
			total_ns += time_ns(line + len + strspn(line + len, ", "));
		}
		for (size_t k = 0; k < s.n; k++)
			ours_ns += (double)s.v[k].total_ns;
		if (!waits ||
		    llabs((long long)(waits - (double)s.waits)) * 100 > (long long)s.waits ||
		    llabs((long long)(total_ns - ours_ns)) * 100 > (long long)ours_ns)
			fail_msg("%s: perf says %.0f waits, %.0f ns, we say %llu, %.0f ns", path,
				 waits, total_ns, (unsigned long long)s.waits, ours_ns);
		lock_stacks_release(&s);
		strv_release(&lines);
		buf_release(&b);
		free(path);
	}
}

static void json_gives_the_same_back(void **state)
{
	static const char *const names[] = { "mix-6.1", "all-6.1", "lost-7.2", "empty-6.12" };

	(void)state;
	for (size_t i = 0; i < NR(names); i++) {
		struct lock_stacks s = recorded(names[i]), back;
		json_t *j = lock_stacks_to_json(&s), *again;
		struct err e = ERR_INIT;

		if (lock_stacks_from_json(&back, j, &e))
			fail_msg("%s: %s", names[i], e.text);
		again = lock_stacks_to_json(&back);
		assert_true(json_equal(j, again));
		assert_int_equal(s.n, back.n);
		for (size_t k = 0; k < s.n; k++)
			assert_memory_equal(s.v[k].waits, back.v[k].waits, sizeof(struct hist));
		json_decref(j);
		json_decref(again);
		lock_stacks_release(&s);
		lock_stacks_release(&back);
	}
}

static void json_that_is_not_ours_is_refused(void **state)
{
	static const char good[] =
		"{'waits':2,'cut':0,'lost':0,'stacks':[{'lock':'ffff888100001000','mode':'read',"
		"'role':'r','chain':'a;b','total':30,'min':10,'max':20,'bins':[10,1,20,1],"
		"'holder':{'role':'w','mode':'write','chain':'c','held':25}}]}";
	static const struct {
		const char *what, *by;
	} rows[] = {
		{ "'waits':2", "'waits':3" },
		{ "'cut':0", "'cut':-1" },
		{ "'cut':0,", "" },
		{ "'lost':0", "'lost':0.5" },
		{ "[{", "{'x':{" },
		{ "ffff", "FFFF" },
		{ "'r'", "null" },
		{ "'total':30", "'total':19" },
		{ "'min':10", "'min':21" },
		{ "'max':20", "'max':31" },
		{ "[10,1,20,1]", "[]" },
		{ "[10,1,20,1]", "[10,1,20]" },
		{ "[10,1,20,1]", "[20,1,10,1]" },
		{ "[10,1,20,1]", "[10,0,20,1]" },
		{ "20,1]", "99999,1]" },
		{ "'held':25", "'held':31" },
		{ "'chain':'c',", "" },
		{ "'holder'", "'helder'" },
	};

	(void)state;
	for (size_t i = 0; i <= NR(rows); i++) {
		char *text = xstrdup(good), *at = i ? strstr(text, rows[i - 1].what) : text;
		struct lock_stacks s;
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT;
		json_t *j;
		int ret;

		assert_non_null(at);
		buf_add(&b, text, (size_t)(at - text));
		if (i)
			buf_adds(&b, rows[i - 1].by);
		buf_adds(&b, at + (i ? strlen(rows[i - 1].what) : 0));
		if (i && !strcmp(rows[i - 1].by, "{'x':{")) /* an object in the place of the list */
			strcpy(strstr(b.data, "}]}"), "}}}");
		for (char *p = b.data; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		j = json_loads(b.data, 0, NULL);
		assert_non_null(j);
		ret = lock_stacks_from_json(&s, j, &e);
		if (ret != (i ? -EINVAL : 0) || !e.text[0] != !i || (i && s.n))
			fail_msg("%s: %d, \"%s\"", b.data, ret, e.text);
		lock_stacks_release(&s);
		json_decref(j);
		buf_release(&b);
		free(text);
	}
}

/* hold_iolock held the file's lock for 20 ms at a time, three readers beside it. */
static void a_recorded_hold_is_attributed(void **state)
{
	struct lock_stacks s = recorded("hold-6.12");
	const struct lock_stack *v = &s.v[0];
	uint64_t mean_ns = v->held_ns / v->count;

	(void)state;
	assert_string_equal(v->role, "dio_read");
	assert_string_equal(v->mode, "read");
	assert_string_equal(v->holder_role, "hold_iolock");
	assert_string_equal(v->holder_mode, "write");
	assert_non_null(strstr(v->chain, ";ext4_file_read_iter;"));
	assert_non_null(strstr(v->holder_chain, ";ext4_buffered_write_iter;"));
	assert_int_equal(v->count, 12);
	if (mean_ns < 19000000 || mean_ns > 21000000)
		fail_msg("the mean wait is %llu ns", (unsigned long long)mean_ns);
	for (size_t i = 1; i < s.n; i++)
		assert_true(s.v[i].total_ns < v->total_ns / 100);
	lock_stacks_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_are_summed_by_lock_mode_role_and_chain),
		cmocka_unit_test(modes_and_names),
		cmocka_unit_test(roles_are_the_names_at_that_time),
		cmocka_unit_test(chains_without_names),
		cmocka_unit_test(an_interrupt_waits_inside_a_wait),
		cmocka_unit_test(a_mutex_that_spins_and_sleeps_is_one_wait),
		cmocka_unit_test(cut_waits_are_counted_and_not_summed),
		cmocka_unit_test(waits_outside_the_part_that_counts_are_not_summed),
		cmocka_unit_test(no_events_give_no_rows),
		cmocka_unit_test(who_got_it_last_holds_it),
		cmocka_unit_test(who_was_not_watched_is_not_blamed),
		cmocka_unit_test(who_asks_again_has_given_it_back),
		cmocka_unit_test(a_reader_behind_a_waiting_writer),
		cmocka_unit_test(readers_hold_together),
		cmocka_unit_test(readers_keep_readers_out_by_a_writer_only),
		cmocka_unit_test(readers_are_known_only_while_somebody_waits),
		cmocka_unit_test(who_gave_up_holds_nothing),
		cmocka_unit_test(holders_of_a_role_are_added_up),
		cmocka_unit_test(rows_are_bounded_and_nothing_is_lost),
		cmocka_unit_test(sums_are_those_of_perf),
		cmocka_unit_test(json_gives_the_same_back),
		cmocka_unit_test(json_that_is_not_ours_is_refused),
		cmocka_unit_test(a_recorded_hold_is_attributed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
