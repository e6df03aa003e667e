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

/*
 * "100 3 w, 200 3 .": at 100 ns thread 3 begins to wait for the lock as a writer, at 200 it has
 * it. r, w: reader, writer of a rwsem; s: spinning; m, M: a mutex, asleep or spinning; ".": the
 * end; "!": it gave up. Behind it "+": the lock beside; "1": on CPU 1.
 */
static struct events events_of(const char *script)
{
	static const uint8_t flags[256] = {
		['r'] = LOCK_F_READ,  ['w'] = LOCK_F_WRITE, ['s'] = LOCK_F_SPIN,
		['m'] = LOCK_F_MUTEX, ['!'] = LOCK_GAVE_UP, ['M'] = LOCK_F_MUTEX | LOCK_F_SPIN,
	};
	struct strv list = STRV_INIT;
	struct events s = { .n = 0 };

	strv_split(&list, script, ",");
	for (size_t i = 0; i < list.n; i++) {
		struct strv word = STRV_INIT;
		const char *kind;
		bool end;

		strv_split(&word, list.v[i], " ");
		assert_int_equal(word.n, 3);
		kind = word.v[2];
		end = strchr(".!", *kind);
		s.v[s.n++] = (struct lock_event){
			.time_ns = strtoull(word.v[0], NULL, 10),
			.tid = (uint32_t)strtoul(word.v[1], NULL, 10),
			.lock = strchr(kind, '+') ? LOCK + 8 : LOCK,
			.chain = end            ? 0
				 : *kind == 'r' ? READ_CHAIN
						: WRITE_CHAIN,
			.kind = end ? LOCK_WAIT_END : LOCK_WAIT_BEGIN,
			.flags = flags[(unsigned char)*kind],
			.cpu = strchr(kind, '1') != NULL,
		};
		strv_release(&word);
	}
	strv_release(&list);
	return s;
}

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

static void expect(const char *what, const struct lock_stacks *s, const char *role,
		   const char *holder, const uint64_t want[3])
{
	for (size_t i = 0; i < s->n; i++) {
		const struct lock_stack *v = &s->v[i];

		if (strcmp(v->role, role) || strcmp(v->holder_role ? v->holder_role : "", holder))
			continue;
		if (v->count != want[0] || v->total_ns != want[1] || v->held_ns != want[2])
			fail_msg("%s: %s waited %llu times, %llu ns, of which held %llu", what,
				 role, (unsigned long long)v->count,
				 (unsigned long long)v->total_ns, (unsigned long long)v->held_ns);
		return;
	}
	fail_msg("%s: there is no row of %s that waited for '%s'", what, role, holder);
}

/* --- waits ----------------------------------------------------------------------------- */

static void waits_are_summed_by_lock_mode_role_and_chain(void **state)
{
	struct events s = events_of("100 1 r, 100 2 r, 150 1 ., 400 2 ., 500 1 r+, 1100 1 .+");
	struct lock_stacks out;

	(void)state;
	out = reduce(&s);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.waits, 3);
	assert_int_equal(out.cut, 0);
	assert_int_equal(out.v[0].lock, LOCK + 8); /* the most first */
	assert_int_equal(out.v[0].total_ns, 600);
	assert_int_equal(out.v[0].count, 1);
	assert_int_equal(out.v[1].lock, LOCK);
	assert_int_equal(out.v[1].total_ns, 350);
	assert_int_equal(out.v[1].count, 2);
	assert_int_equal(out.v[0].held_ns + out.v[1].held_ns, 0);
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

static void no_events_give_no_rows(void **state)
{
	struct events s = { .n = 0 };
	struct lock_stacks out = reduce(&s);

	(void)state;
	assert_int_equal(out.n + out.waits + out.cut, 0);
	lock_stacks_release(&out);
}

/* --- scripts of events -------------------------------------------------------------------- */

static const struct script {
	const char *what, *events;
	uint64_t waits, cut, n, total_ns; /* n: rows; total_ns: of all of them */
	uint64_t from_ns, to_ns;          /* the part that counts */
	struct {
		const char *role, *holder; /* "": nobody known */
		uint64_t want[3];          /* count, ns, ns held */
	} rows[3];
} scripts[] = {
	/* All idle threads have the number 0; the second waits for the first for 30 of 40 ns. */
	{ "an interrupt waits inside a wait",
	  "100 3 w, 120 3 s+, 130 3 .+, 200 3 ., 300 0 s+, 310 0 s+1, 320 0 .+, 350 0 .+1", 4, 0, 4,
	  170,
	  .rows = { { "writer", "", { 1, 100, 0 } },
		    { "swapper", "swapper", { 1, 40, 30 } },
		    { "swapper", "", { 1, 20, 0 } } } },
	{ "a mutex that spins and sleeps is one wait",
	  "100 3 M, 110 3 m, 150 3 M, 160 3 m, 200 3 .", 1, 0, 1, 100,
	  .rows = { { "writer", "", { 1, 100, 0 } } } },
	/* No begin; two ends lost; a mutex again is no change of mode; no end; clocks disagree. */
	{ "cut waits are counted and not summed",
	  "50 1 ., 100 1 r, 900 1 r, 950 1 ., 1000 3 w, 1010 3 s+, 1020 3 ., 2000 4 m, 2100 4 m,"
	  "2110 4 ., 3000 2 r, 5000 6 r, 562949953426312 6 .",
	  3, 6, 3, 80, .rows = { { "reader", "", { 1, 50, 0 } } } },
	/* As of a fio job with a ramp: before; across the beginning; within; across the end. */
	{ "waits outside the part that counts are not summed",
	  "100 1 r, 150 1 ., 160 2 ., 170 3 w, 180 1 r+, 210 1 .+, 220 3 ., 230 1 r, 280 1 .,"
	  "290 2 r, 310 2 ., 320 1 r, 330 1 ., 340 2 r",
	  1, 3, 1, 50, .from_ns = 200, .to_ns = 300,
	  .rows = { { "reader", "writer", { 1, 50, 50 } } } },
	{ "who got it last holds it", "100 3 w, 200 3 ., 210 1 r, 220 2 r, 1000 1 ., 1010 2 .", 3,
	  0, 2, 1680,
	  .rows = { { "writer", "", { 1, 100, 0 } },
		    { "reader", "writer", { 2, 790 + 790, 790 + 780 } } } },
	/* Nobody waited for 1000 ns: others may have had it. The other was watched as long. */
	{ "who was not watched is not blamed",
	  "100 3 w, 200 3 ., 1200 1 r, 2199 1 ., 3000 3 w+, 3100 3 .+, 4100 2 r+, 5100 2 .+", 4, 0,
	  4, 2199,
	  .rows = { { "reader", "", { 1, 999, 0 } }, { "reader", "writer", { 1, 1000, 1000 } } } },
	/* 90 of the reader's 790. */
	{ "who asks again has given it back",
	  "100 3 w, 200 3 ., 210 1 r, 300 3 w, 1000 1 ., 1010 3 .", 3, 0, 2, 1600,
	  .rows = { { "reader", "", { 1, 790, 0 } } } },
	/* The lock's readers were not seen to get it; the writer in front of the reader was. */
	{ "a reader behind a writer that holds it for long", "100 3 w, 200 1 r, 300 3 ., 1000 1 .",
	  2, 0, 2, 1000, .rows = { { "reader", "writer", { 1, 800, 700 } } } },
	{ "a reader behind a writer that only waits", "100 3 w, 200 1 r, 900 3 ., 1000 1 .", 2, 0,
	  2, 1600, .rows = { { "reader", "", { 1, 800, 0 } } } },
	/* 1 and 2 get it together while 3 waits; 1 is gone at 500, the other one still reads. */
	{ "readers hold together",
	  "100 4 w, 110 4 ., 120 1 r, 130 2 r, 190 3 w, 200 1 ., 210 2 ., 500 1 r, 1190 3 .,"
	  "1200 1 .",
	  5, 0, 4, 1870, .rows = { { "writer", "reader", { 1, 1000, 990 } } } },
	{ "readers of two roles hold together, and neither is named",
	  "100 4 w, 110 4 ., 120 1 r, 130 6 r, 190 3 w, 200 1 ., 210 6 ., 500 1 r, 1190 3 .,"
	  "1200 1 .",
	  5, 0, 4, 1870, .rows = { { "writer", "", { 2, 1010, 0 } } } },
	/* Two readers behind the reader 1: the one behind the writer too is kept out by it. */
	{ "readers keep readers out by a writer only",
	  "100 1 r, 110 2 r, 180 3 w, 190 6 r, 200 1 ., 800 2 ., 1000 3 ., 1010 6 .", 4, 0, 3, 2430,
	  .rows = { { "reader", "", { 2, 100 + 690, 0 } },
		    { "other", "reader", { 1, 820, 800 } },
		    { "writer", "reader", { 1, 820, 800 } } } },
	/* A reader may have come and gone unseen while nobody waited. */
	{ "readers are known only while somebody waits", "100 1 r, 200 1 ., 201 3 w, 1200 3 .", 2,
	  0, 2, 1099, .rows = { { "writer", "", { 1, 999, 0 } } } },
	{ "who gave up holds nothing", "100 3 w, 150 1 r, 200 3 !, 1000 1 .", 2, 0, 2, 950,
	  .rows = { { "writer", "", { 1, 100, 0 } }, { "reader", "", { 1, 850, 0 } } } },
	/* Two threads take turns: the role held it, though neither for half of the wait. */
	{ "holders of a role are added up",
	  "100 1 m, 110 3 m, 190 3 ., 210 4 m, 290 4 ., 310 3 m, 390 3 ., 410 4 m, 490 4 .,"
	  "510 3 m, 590 3 ., 610 4 m, 690 4 ., 710 3 m, 790 3 ., 810 4 m, 890 4 ., 910 3 m,"
	  "990 3 ., 1100 1 .",
	  10, 0, 3, 1720, .rows = { { "reader", "writer", { 1, 1000, 910 } } } },
};

static void scripts_end_as_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(scripts); i++) {
		const struct script *x = &scripts[i];
		struct events s = events_of(x->events);
		struct lock_stacks out = reduce_part(&s, x->from_ns, x->to_ns);
		uint64_t total_ns = 0;

		for (size_t k = 0; k < out.n; k++)
			total_ns += out.v[k].total_ns;
		if (out.waits != x->waits || out.cut != x->cut || out.n != x->n ||
		    total_ns != x->total_ns)
			fail_msg("%s: %llu waits, %llu cut, %zu rows of %llu ns", x->what,
				 (unsigned long long)out.waits, (unsigned long long)out.cut, out.n,
				 (unsigned long long)total_ns);
		for (size_t k = 0; k < NR(x->rows) && x->rows[k].role; k++)
			expect(x->what, &out, x->rows[k].role, x->rows[k].holder, x->rows[k].want);
		lock_stacks_release(&out);
	}
}

static void a_holder_has_its_mode_and_chain(void **state)
{
	struct events s = events_of("100 3 w, 200 3 ., 210 1 r, 1000 1 .");
	struct lock_stacks out = reduce(&s);

	(void)state;
	assert_string_equal(out.v[0].holder_role, "writer");
	assert_string_equal(out.v[0].holder_mode, "write");
	assert_string_equal(out.v[0].holder_chain, "wait_write;write_iter");
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
		{ "'read'", "''" },
		{ "'r'", "null" },
		{ "a;b", "a\\u0001" },
		{ "'w'", "'\\u00e4'" },
		{ "ffff888100001000", "" },
		{ "'total':30", "'total':19" },
		{ "'total':30", "'total':41" },
		{ "'min':10", "'min':11" },
		{ "'min':10", "'min':21" },
		{ "'max':20", "'max':21" },
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
		cmocka_unit_test(no_events_give_no_rows),
		cmocka_unit_test(scripts_end_as_they_say),
		cmocka_unit_test(a_holder_has_its_mode_and_chain),
		cmocka_unit_test(rows_are_bounded_and_nothing_is_lost),
		cmocka_unit_test(sums_are_those_of_perf),
		cmocka_unit_test(json_gives_the_same_back),
		cmocka_unit_test(json_that_is_not_ours_is_refused),
		cmocka_unit_test(a_recorded_hold_is_attributed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
