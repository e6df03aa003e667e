/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_stamps.c: what is stale and what is not. A false alarm would make the guard
 * worthless and a missed one worse, so each kind of block is judged here, the change
 * of rounds from both sides, and the roles themselves on a real file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/skip.h"
#include "tests/unit/test_workloads.h"
#include "workloads/stamps.h"

#define BLOCK 4096u

/* Two shares of 8 blocks each; what lies behind them is nobody's. */
static struct mix two_fillers(void)
{
	return mix_of("hole_fill:2 stale_read", "file_size=128k region_size=64k");
}

static struct stamp_seen judge_at(const struct stamps *s, uint64_t offset, const void *buf)
{
	uint64_t oldest[2];

	stamps_before(s, offset, BLOCK, oldest);
	return stamps_judge(s, oldest, offset, buf, BLOCK);
}

static void expect(const struct stamps *s, uint64_t offset, const void *buf, enum stamp_found found)
{
	assert_int_equal(judge_at(s, offset, buf).found, found);
}

static void shares_cover_the_region(void **state)
{
	struct mix m = mix_of("hole_fill:3", "file_size=1M region_start=8k region_size=44k");
	struct stamps s;

	(void)state;
	stamps_init(&s, &m, 1);
	assert_int_equal(s.nr, 3);
	assert_true(s.share[0].start == 8192 && s.share[2].end == 8192 + 11 * BLOCK);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(s.share[i].end > s.share[i].start);
		assert_true(s.share[i].start % BLOCK == 0);
		assert_true(!i || s.share[i].start == s.share[i - 1].end);
	}
	stamps_release(&s);
	m = mix_of("dio_read", "");
	stamps_init(&s, &m, 1);
	assert_int_equal(s.nr, 0);
	stamps_release(&s);
}

static void each_kind_of_block_is_told(void **state)
{
	struct mix m = two_fillers();
	struct stamps s, other;
	uint64_t b[BLOCK / 8] = { 0 };
	struct stamp_seen seen;

	(void)state;
	stamps_init(&s, &m, 7);
	stamps_init(&other, &m, 8);
	expect(&s, 8192, b, FOUND_ZERO);
	stamps_fill(&s, 8192, 1, b, BLOCK);
	expect(&s, 8192, b, FOUND_CURRENT);
	/* The same bytes elsewhere, or of a round to come, are not. */
	seen = judge_at(&s, 4096, b);
	assert_int_equal(seen.found, FOUND_STAMP);
	assert_true(seen.offset == 4096 && seen.from == 8192 && seen.round == 1);
	stamps_fill(&s, 8192, 2, b, BLOCK);
	expect(&s, 8192, b, FOUND_STAMP);
	stamps_fill(&other, 8192, 1, b, BLOCK);
	expect(&s, 8192, b, FOUND_OTHER);
	stamps_mark(s.seed_word, 1 << 20, b, BLOCK);
	seen = judge_at(&s, 8192, b);
	assert_int_equal(seen.found, FOUND_POISON);
	assert_true(seen.address == 1 << 20 && seen.offset == 8192);
	stamps_mark(other.seed_word, 1 << 20, b, BLOCK);
	expect(&s, 8192, b, FOUND_OTHER);
	memset(b, 'n', BLOCK);
	expect(&s, 8192, b, FOUND_OTHER);
	/* Behind all shares only zeros are right. */
	stamps_fill(&s, 65536, 1, b, BLOCK);
	expect(&s, 65536, b, FOUND_STAMP);
	memset(b, 0, BLOCK);
	expect(&s, 65536, b, FOUND_ZERO);
	stamps_release(&s);
	stamps_release(&other);
}

/* Writeback takes a page while it is being stamped: any words of it may still be 0. */
static void a_torn_stamp_is_right_and_a_torn_mark_is_not(void **state)
{
	struct mix m = two_fillers();
	uint64_t whole[BLOCK / 8], b[BLOCK / 8];
	struct rng rng = { 1 };
	struct stamp_seen seen;
	struct stamps s;

	(void)state;
	stamps_init(&s, &m, 7);
	stamps_fill(&s, 8192, 1, whole, BLOCK);
	for (unsigned k = 0; k < 1000; k++) {
		for (unsigned i = 0; i < NR(b); i++)
			b[i] = rng_next(&rng) % 2 ? whole[i] : 0;
		assert_true(judge_at(&s, 8192, b).found <= FOUND_CURRENT);
	}
	/* One sector, one group, one word of the mark in it, zeros or stamps around. */
	for (unsigned k = 0; k < 1000; k++) {
		uint64_t at = rng_below(&rng, NR(b) / 4) * 4, mark[4];

		stamps_mark(s.seed_word, 12345 * 4096ull, mark, sizeof(mark));
		memcpy(b, whole, sizeof(b));
		if (k % 2)
			memset(b, 0, sizeof(b));
		memcpy(&b[at], mark, sizeof(mark));
		seen = judge_at(&s, 8192, b);
		assert_int_equal(seen.found, FOUND_POISON);
		assert_true(seen.address == 12345 * 4096ull && seen.offset == 8192 + at * 8);
		memcpy(b, whole, sizeof(b));
		b[at] = mark[0];
		expect(&s, 8192, b, FOUND_OTHER);
	}
	stamps_release(&s);
}

static void a_round_is_right_as_long_as_it_may_be_there(void **state)
{
	struct mix m = two_fillers();
	uint64_t one[BLOCK / 8], two[BLOCK / 8], before[2], meanwhile[2], after[2];
	struct stamp_seen seen;
	struct stamps s;

	(void)state;
	stamps_init(&s, &m, 7);
	stamps_fill(&s, 0, 1, one, BLOCK);
	stamps_fill(&s, 0, 2, two, BLOCK);
	stamps_before(&s, 0, BLOCK, before);
	atomic_store(&s.share[0].newest, 2); /* what hole_fill does: announce, */
	stamps_before(&s, 0, BLOCK, meanwhile);
	assert_int_equal(stamps_judge(&s, meanwhile, 0, one, BLOCK).found, FOUND_CURRENT);
	atomic_store(&s.share[0].oldest, 2); /* empty, and be done with it */
	stamps_before(&s, 0, BLOCK, after);
	/* A read that began before may have found either; one that begins now, the new alone. */
	assert_int_equal(stamps_judge(&s, before, 0, one, BLOCK).found, FOUND_CURRENT);
	assert_int_equal(stamps_judge(&s, before, 0, two, BLOCK).found, FOUND_CURRENT);
	assert_int_equal(stamps_judge(&s, meanwhile, 0, two, BLOCK).found, FOUND_CURRENT);
	assert_int_equal(stamps_judge(&s, after, 0, two, BLOCK).found, FOUND_CURRENT);
	seen = stamps_judge(&s, after, 0, one, BLOCK);
	assert_int_equal(seen.found, FOUND_STAMP);
	assert_true(seen.from == 0 && seen.round == 1);
	/* The other share is still in its first. */
	stamps_fill(&s, 32768, 1, one, BLOCK);
	expect(&s, 32768, one, FOUND_CURRENT);
	stamps_release(&s);
}

static void a_block_over_two_shares_is_held_against_both(void **state)
{
	struct mix m = two_fillers();
	uint64_t b[2 * BLOCK / 8], oldest[2];
	struct stamps s;

	(void)state;
	stamps_init(&s, &m, 7);
	atomic_store(&s.share[1].newest, 5);
	atomic_store(&s.share[1].oldest, 5);
	stamps_fill(&s, 28672, 1, b, BLOCK);
	stamps_fill(&s, 32768, 5, b + BLOCK / 8, BLOCK);
	stamps_before(&s, 28672, 2 * BLOCK, oldest);
	assert_int_equal(stamps_judge(&s, oldest, 28672, b, 2 * BLOCK).found, FOUND_CURRENT);
	stamps_fill(&s, 32768, 4, b + BLOCK / 8, BLOCK);
	assert_int_equal(stamps_judge(&s, oldest, 28672, b, 2 * BLOCK).found, FOUND_STAMP);
	stamps_release(&s);
}

static void counts_of_threads_become_one(void **state)
{
	static const struct counter table[] = {
		{ "hits", "count", "", BETTER_NONE, COUNTER_SUM },
		{ "first", "ns", "", BETTER_NONE, COUNTER_FIRST },
		{ "where", "B", "", BETTER_NONE, COUNTER_OF_FIRST },
		{ .name = NULL },
	};
	const uint64_t a[] = { 3, 500, 1 }, b[] = { 4, 200, 2 }, c[] = { 0, 900, 3 };
	uint64_t sum[3], none[3];

	(void)state;
	counters_init(table, sum);
	counters_init(table, none);
	counters_merge(table, sum, none);
	assert_true(sum[0] == 0 && sum[1] == COUNTER_NONE && sum[2] == COUNTER_NONE);
	counters_merge(table, sum, a);
	counters_merge(table, sum, b);
	counters_merge(table, sum, c);
	counters_merge(table, sum, none);
	assert_true(sum[0] == 7 && sum[1] == 200 && sum[2] == 2);
	counters_init(NULL, NULL);
}

/* --- the roles on a file ------------------------------------------------------- */

struct room {
	char dir[200], file[220];
	bool direct;
};

static void need(bool there, const char *what)
{
	if (!there)
		skip_because("the file system under TMPDIR has no %s", what);
}

static int make_room(void **state)
{
	struct room *r = calloc(1, sizeof(*r));
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(r->dir, sizeof(r->dir), "%s/fsduel-stamps-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(r->dir));
	sprintf(r->file, "%s/work", r->dir);
	fd = open(r->file, O_RDWR | O_CREAT | O_DIRECT, 0600);
	r->direct = fd >= 0 && !fallocate(fd, 0, 0, BLOCK) &&
		    !fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BLOCK);
	if (fd >= 0)
		close(fd);
	unlink(r->file);
	*state = r;
	return 0;
}

static int clear_room(void **state)
{
	struct room *r = *state;

	unlink(r->file);
	rmdir(r->dir);
	free(r);
	return 0;
}

/* pwrite holds the lock that direct reads take, so nothing may ever be stale, in any round. */
static void rounds_go_by_without_a_false_alarm(void **state)
{
	static const char *const extents[] = { "hole", "unwritten" };
	const struct room *r = *state;

	need(r->direct, "O_DIRECT and holes");
	for (unsigned i = 0; i < NR(extents); i++) {
		char *sets = xasprintf("file_size=256k hole_fill.via=buffered hole_fill.ops=2000 "
				       "stale_read.bs=8k syncer.rate=0 hole_fill.extents=%s",
				       extents[i]);
		struct mix m = mix_of("hole_fill:2 stale_read:3 syncer", sets);
		struct err e = ERR_INIT;
		struct fsload l;

		if (fsload_init(&l, &m, r->file, 3, &e) || fsload_prepare(&l, &e) ||
		    fsload_run(&l, NULL, NULL, NULL, &e))
			fail_msg("%s", e.text);
		assert_int_equal(l.role[0].measured.errors, 0);
		assert_true(l.role[1].measured.ops > 0);
		for (unsigned k = 0; m.entry[1].role->counters[k].name; k++)
			if (!strncmp(m.entry[1].role->counters[k].name, "stale_", 6))
				assert_true(!l.role[1].count[k] ||
					    l.role[1].count[k] == COUNTER_NONE);
		assert_int_equal(m.entry[1].role->judge(l.role[1].count, &e), 0);
		assert_true(l.role[1].count[0] + l.role[1].count[1] == l.role[1].measured.ops);
		remove_files(&l);
		fsload_release(&l);
		free(sets);
	}
}

/* The mark in the place of a hole, as a disk that lets it through would show it. */
static void a_mark_in_the_file_is_seen(void **state)
{
	const struct room *r = *state;
	const struct role *role = role_find("stale_read");
	struct mix m = mix_of("hole_fill stale_read", "file_size=64k");
	struct err e = ERR_INIT;
	struct stamps s;
	void *buf;

	need(r->direct, "O_DIRECT");
	stamps_init(&s, &m, 3);
	assert_int_equal(posix_memalign(&buf, BLOCK, BLOCK), 0);
	struct role_thread t = {
		.role = role, .bs = BLOCK, .buf = buf, .stamps = &s, .start_ns = 1
	};

	counters_init(role->counters, t.count);
	t.fd = open(r->file, O_RDWR | O_CREAT | O_DIRECT, 0600);
	assert_int_equal(ftruncate(t.fd, 65536), 0);
	assert_int_equal(role->begin(&t, &e), 0);
	assert_int_equal(role->op(&t, 0), BLOCK);
	assert_int_equal(role->judge(t.count, &e), 0);
	stamps_mark(s.seed_word, 40960, buf, BLOCK);
	assert_int_equal(pwrite(t.fd, buf, BLOCK, 4096), BLOCK);
	assert_int_equal(role->op(&t, 4096), BLOCK);
	assert_int_equal(role->judge(t.count, &e), -EUCLEAN);
	expect_text(&e, "stale data in 1 of 2 direct reads");
	expect_text(&e, "at file offset 4096: the mark of device address 40960");
	role->end(&t);
	close(t.fd);
	unlink(r->file);
	free(buf);
	stamps_release(&s);
}

static void marking_leaves_no_file_behind(void **state)
{
	const struct room *r = *state;
	char *name = xasprintf("%s.poison", r->file);
	struct err e = ERR_INIT;
	int ret;

	need(r->direct, "O_DIRECT");
	ret = stamps_poison(r->file, 2 << 20, 1, &e);
	if (ret == -ENOTSUP || ret == -EUCLEAN)
		print_message("not tried: %s\n", e.text);
	else if (ret)
		fail_msg("%s", e.text);
	assert_int_equal(access(name, F_OK), -1);
	/* A file of somebody's is not written over. */
	close(open(name, O_RDWR | O_CREAT, 0600));
	assert_int_equal(stamps_poison(r->file, 2 << 20, 1, &e), -EEXIST);
	assert_int_equal(access(name, F_OK), 0);
	unlink(name);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_cover_the_region),
		cmocka_unit_test(each_kind_of_block_is_told),
		cmocka_unit_test(a_torn_stamp_is_right_and_a_torn_mark_is_not),
		cmocka_unit_test(a_round_is_right_as_long_as_it_may_be_there),
		cmocka_unit_test(a_block_over_two_shares_is_held_against_both),
		cmocka_unit_test(counts_of_threads_become_one),
		cmocka_unit_test(rounds_go_by_without_a_false_alarm),
		cmocka_unit_test(a_mark_in_the_file_is_seen),
		cmocka_unit_test(marking_leaves_no_file_behind),
	};

	return cmocka_run_group_tests(tests, make_room, clear_room);
}
