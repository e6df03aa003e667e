/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_locks.c: waits for locks attributed and summed. The call chains are from
 * recordings of Linux 6.1 to 6.18; the rows are made up, so that every figure is
 * known beforehand.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/judge.h"
#include "analysis/locks/locks.h"
#include "dashboards/table/table.h"
#include "tests/made.h"

#define READ "rwsem_down_read_slowpath;down_read;"
#define WRITE "rwsem_down_write_slowpath;down_write;"
#define SPIN "native_queued_spin_lock_slowpath;_raw_spin_lock_irqsave;"

/* --- functions and words ------------------------------------------------------------------ */

/* Names of the classes that a chain leaves open for that mode, joined by commas. */
static const char *class_of(const char *chain, const char *mode, char out[128])
{
	bool shared;
	unsigned kinds = lock_mode_kinds(mode, &shared);
	size_t len;
	const char *where = lock_chain_where(chain, &len);
	char *function = xstrndup(where, len);
	uint32_t bits = lock_classes_of(function);

	out[0] = '\0';
	for (unsigned i = 0; i < LOCK_CLASS_OTHER; i++)
		if (bits >> i & 1 && lock_classes[i].kinds & kinds)
			snprintf(out + strlen(out), 128 - strlen(out), "%s%s", *out ? "," : "",
				 lock_classes[i].name);
	free(function);
	return out;
}

static void recorded_chains_have_their_class(void **state)
{
	static const struct {
		const char *chain, *mode, *class;
	} cases[] = {
		{ READ "ext4_file_read_iter;vfs_read", "read", "i_rwsem" },
		{ READ "ext4_file_write_iter;vfs_write", "read", "i_rwsem" },
		{ WRITE "ext4_buffered_write_iter;vfs_write", "write", "i_rwsem" },
		{ "__traceiter_contention_begin;" WRITE "ext4_dio_write_iter", "write", "i_rwsem" },
		{ WRITE "do_truncate;do_sys_ftruncate", "write", "i_rwsem" },
		{ READ "xfs_ilock;xfs_ilock_iocb_for_write;xfs_file_dio_write_aligned.constprop.0",
		  "read", "i_rwsem" },
		{ WRITE "xfs_ilock;xfs_file_buffered_write;vfs_write", "write", "i_rwsem" },
		{ READ "btrfs_inode_lock;btrfs_direct_read;btrfs_file_read_iter", "read",
		  "i_rwsem" },
		{ READ "filemap_fault;__do_fault;do_fault", "read", "invalidate_lock" },
		{ READ "btrfs_page_mkwrite;do_page_mkwrite", "read", "invalidate_lock" },
		{ "rwsem_down_write_slowpath;down_write_killable;__vm_munmap", "write",
		  "mmap_lock" },
		{ "rwsem_down_read_slowpath;down_read_killable;lock_mm_and_find_vma", "read",
		  "mmap_lock" },
		{ WRITE "ext4_map_blocks;ext4_do_writepages", "write", "i_data_sem" },
		{ READ "xfs_ilock;xfs_ilock_for_iomap;xfs_direct_write_iomap_begin", "read",
		  "i_data_sem" },
		{ "queued_read_lock_slowpath;_raw_read_lock;start_this_handle;jbd2__journal_start",
		  "spin read", "jbd2" },
		{ "__mutex_lock.constprop.0;jbd2_log_do_checkpoint", "mutex", "jbd2" },
		{ SPIN "__folio_mark_dirty;mark_buffer_dirty", "spin", "page cache" },
		{ SPIN "folio_lruvec_lock_irqsave;folio_batch_move_lru", "spin", "page cache" },
		{ SPIN "dd_insert_requests;blk_mq_dispatch_plug_list", "spin", "block layer" },
		{ SPIN "lo_rw_aio.isra.0;loop_process_work", "spin", "block layer" },
		{ SPIN "__schedule;schedule;" WRITE "ext4_file_write_iter", "spin", "runqueue" },
		{ SPIN "try_to_wake_up;wake_up_q;rwsem_wake.isra.0", "spin", "runqueue" },
		/* The rwsem's own spin lock is not the rwsem. */
		{ SPIN READ "ext4_file_read_iter", "spin", "" },
		{ SPIN "ext4_mb_mark_context", "spin", "" },
		{ READ "btrfs_tree_read_lock_nested", "read", "" },
		/* These take several locks of an inode. */
		{ WRITE "ext4_fallocate;vfs_fallocate", "write", "i_rwsem,invalidate_lock" },
		{ WRITE "ext4_setattr;notify_change", "write", "invalidate_lock,i_data_sem" },
		{ WRITE "[unknown];[unknown]", "write", "" },
		{ "", "write", "" },
	};
	char got[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(class_of(cases[i].chain, cases[i].mode, got), cases[i].class);
}

static void where_is_the_first_that_is_no_primitive(void **state)
{
	static const struct {
		const char *chain, *where;
	} cases[] = {
		{ READ "ext4_file_read_iter;vfs_read", "ext4_file_read_iter" },
		{ "down_read", "" },
		{ "", "" },
		{ "down_reader", "" },
		{ "vfs_read", "vfs_read" },
		{ "down_read;", "" },
		{ ";;", "" },
		{ "down_read;[unknown];vfs_read", "[unknown]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len;
		const char *where = lock_chain_where(cases[i].chain, &len);

		assert_int_equal(len, strlen(cases[i].where));
		assert_memory_equal(where, cases[i].where, len);
	}
}

static void modes_are_words(void **state)
{
	bool shared;

	(void)state;
	assert_int_equal(lock_mode_kinds("read", &shared), LOCK_RWSEM);
	assert_true(shared);
	assert_int_equal(lock_mode_kinds("write", &shared), LOCK_RWSEM);
	assert_false(shared);
	assert_int_equal(lock_mode_kinds("mutex spin", &shared), LOCK_MUTEXES);
	assert_int_equal(lock_mode_kinds("spin mutex", &shared), LOCK_MUTEXES);
	assert_int_equal(lock_mode_kinds("percpu read", &shared), LOCK_PER_CPU);
	assert_true(shared);
	assert_int_equal(lock_mode_kinds("rt read", &shared), LOCK_RWSEM);
	assert_int_equal(lock_mode_kinds("rt", &shared), LOCK_SPINNING | LOCK_MUTEXES);
	assert_int_equal(lock_mode_kinds("semaphore", &shared), LOCK_COUNTING);
	assert_int_equal(lock_mode_kinds("spin read", &shared), LOCK_SPINNING);
	assert_true(shared);
	assert_int_equal(lock_mode_kinds("", &shared), 0);
	assert_int_equal(lock_mode_kinds("reads", &shared), 0);
	assert_int_equal(lock_mode_kinds("rea", &shared), 0);
	assert_int_equal(lock_mode_kinds("read sideways", &shared), 0);
}

/* --- folders in memory ---------------------------------------------------------------------- */

struct folder {
	struct made made;
	struct buf stacks;
	struct results *r;
	struct locks *l;
	struct err e;
};

static void folder_init(struct folder *f)
{
	static const char *const locks[] = { LOCKSTACKS_COLUMNS };

	*f = (struct folder){ .made = { .blocks = 2, .passes = "\"locks\"" } };
	csv_add_row(&f->stacks, locks, LOCKSTACKS_COLUMNS_N);
}

static void put_sample(struct folder *f, const char *variant, unsigned block, const char *pass,
		       const char *role, const char *metric, double value)
{
	made_add_number(&f->made,
			(struct made_row){ .variant = variant,
					   .block = block,
					   .pass = pass,
					   .role = role,
					   .metric = metric },
			value);
}

/* One second, watched: ops operations, of which throughput has a tenth more. */
static void put_run(struct folder *f, const char *variant, unsigned block, double ops)
{
	put_sample(f, variant, block, "throughput", "all", "ops_per_s", ops * 1.1);
	put_sample(f, variant, block, "locks", "all", "ops_per_s", ops);
	put_sample(f, variant, block, "locks", "all", "operations", ops);
	put_sample(f, variant, block, "locks", "all", "elapsed", 1e9);
	put_sample(f, variant, block, "locks", "dio_read", "operations", ops);
	put_sample(f, variant, block, "locks", "dio_overwrite", "operations", 0);
}

struct wait {
	const char *variant;
	unsigned block, attempt;
	const char *role, *lock, *mode, *chain;
	uint64_t count, ns; /* each as long; 10 */
	const char *holder; /* "role,mode,chain,ns" */
};

static void put_wait(struct folder *f, struct wait x)
{
	x.ns = x.ns ? x.ns : 10;
	made_add_who(&f->stacks, &f->made,
		     &(struct made_row){ .variant = x.variant,
					 .block = x.block,
					 .attempt = x.attempt,
					 .pass = "locks" });
	buf_addf(&f->stacks, "%s,%s,%s,%s,%llu,%llu,%llu,%llu-%llu:%llu,%s\n",
		 x.role ? x.role : "dio_read", x.lock ? x.lock : "0xa1", x.mode ? x.mode : "read",
		 x.chain, (unsigned long long)x.count, (unsigned long long)(x.count * x.ns),
		 (unsigned long long)x.ns, (unsigned long long)x.ns, (unsigned long long)x.ns,
		 (unsigned long long)x.count, x.holder ? x.holder : ",,,");
}

static void put_waits(struct folder *f, const struct wait *waits, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_wait(f, waits[i]);
}

static int folder_load(struct folder *f)
{
	if (made_load(&f->made, &f->r, &f->e))
		fail_msg("%s", f->e.text);
	return locks_load_mem(&f->l, f->r, LOCKSTACKS_CSV, buf_str(&f->stacks), f->stacks.len,
			      &f->e);
}

static const struct lock_cell *folder_cell(struct folder *f, const char *variant)
{
	if (folder_load(f))
		fail_msg("%s", f->e.text);
	return locks_find(f->l, "w", "t=1", variant);
}

static void folder_release(struct folder *f)
{
	locks_free(f->l);
	results_free(f->r);
	buf_release(&f->made.samples);
	buf_release(&f->stacks);
}

static const struct lock_figures *figures(const struct lock_cell *c, const char *class, bool shared)
{
	for (size_t i = 0; i < c->nr_figures; i++)
		if (!strcmp(lock_classes[c->figures[i].class].name, class) &&
		    c->figures[i].shared == shared)
			return &c->figures[i];
	return NULL;
}

/* --- attribution ---------------------------------------------------------------------------- */

/* Runs of b that met these waits, and what its locks come to. */
static const struct {
	const char *what;
	struct wait waits[8];
	struct {
		const char *class;
		bool shared;
		unsigned waits, own; /* waits 0: there is no such row */
	} want[6];
} attributed[] = {
	{ "an address tells where functions do not: one that takes two, one in no row, no name",
	  { { .chain = READ "ext4_file_read_iter", .count = 3 },
	    { .chain = WRITE "ext4_fallocate", .mode = "write", .count = 2 },
	    { .chain = WRITE "new_in_linux_9", .mode = "write", .count = 1 },
	    { .chain = "", .mode = "write", .count = 1 },
	    /* Another lock, and the same address in another cell run. */
	    { .chain = WRITE "ext4_fallocate", .lock = "0xa2", .mode = "write", .count = 20 },
	    { .chain = READ "filemap_fault", .lock = "0xa3", .count = 1 },
	    { .chain = WRITE "ext4_fallocate", .lock = "0xa3", .mode = "write", .count = 40 },
	    { .chain = WRITE "new_in_linux_9", .mode = "write", .block = 2, .count = 100 } },
	  { { "i_rwsem", true, 3, 3 },
	    { "i_rwsem", false, 4, 4 },
	    { "invalidate_lock", true, 1, 1 },
	    { "invalidate_lock", false, 40, 40 },
	    { "other", false, 120, 120 },
	    { "other", true, 0, 0 } } },
	{ "functions of two locks may have one in common",
	  { { .chain = WRITE "ext4_fallocate", .mode = "write", .count = 2 },
	    { .chain = WRITE "ext4_setattr", .mode = "write", .count = 3 } },
	  { { "invalidate_lock", false, 5, 5 }, { "other", true, 0, 0 } } },
	{ "without an address each row stands alone",
	  { { .lock = "", .chain = READ "ext4_file_read_iter", .count = 3 },
	    { .lock = "", .chain = READ "new_in_linux_9", .count = 5 } },
	  { { "i_rwsem", true, 3, 3 }, { "other", true, 5, 5 } } },
	/* The workload holds the second. */
	{ "another file's i_rwsem is not the work file's",
	  { { .role = "kworker/0:1",
	      .lock = "0xb1",
	      .mode = "write",
	      .chain = WRITE "ext4_file_write_iter",
	      .count = 7 },
	    { .role = "kworker/0:1",
	      .lock = "0xb2",
	      .mode = "write",
	      .chain = WRITE "ext4_file_write_iter",
	      .count = 5,
	      .holder = "dio_overwrite,write," WRITE "ext4_file_write_iter,50" },
	    { .lock = "0xb3", .chain = READ "ext4_file_read_iter", .count = 2 } },
	  { { "other", false, 7, 0 }, { "i_rwsem", false, 5, 0 }, { "i_rwsem", true, 2, 2 } } },
};

static void waits_have_their_lock(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(attributed) / sizeof(attributed[0]); i++) {
		const struct lock_cell *c;
		struct folder f;

		folder_init(&f);
		put_run(&f, "b", 1, 1000);
		put_run(&f, "b", 2, 1000);
		for (size_t k = 0; k < 8 && attributed[i].waits[k].chain; k++)
			put_wait(&f, attributed[i].waits[k]);
		c = folder_cell(&f, "b");
		for (size_t k = 0; k < 6 && attributed[i].want[k].class; k++) {
			const char *class = attributed[i].want[k].class;
			const struct lock_figures *x =
				figures(c, class, attributed[i].want[k].shared);

			if (!x != !attributed[i].want[k].waits ||
			    (x ? x->waits : 0) != attributed[i].want[k].waits ||
			    (x ? x->own_waits : 0) != attributed[i].want[k].own)
				fail_msg("%s: %s: %llu waits, %llu of the work's own",
					 attributed[i].what, class,
					 x ? (unsigned long long)x->waits : 0,
					 x ? (unsigned long long)x->own_waits : 0);
		}
		folder_release(&f);
	}
}

/* --- figures -------------------------------------------------------------------------------- */

static void figures_are_those_of_the_rows(void **state)
{
	static const struct wait waits[] = {
		{ .chain = READ "ext4_file_read_iter", .count = 980, .ns = 1000 },
		{ .chain = READ "ext4_file_read_iter",
		  .block = 2,
		  .lock = "0xa2",
		  .count = 20,
		  .ns = 50000 },
		{ .chain = READ "ext4_file_read_iter",
		  .block = 2,
		  .lock = "0xa9",
		  .role = "dio_overwrite",
		  .count = 1,
		  .ns = 7000000 },
	};
	const struct lock_cell *c;
	const struct lock_figures *x;
	struct folder f;

	(void)state;
	folder_init(&f);
	put_run(&f, "b", 1, 1000);
	put_run(&f, "b", 2, 3000);
	put_waits(&f, waits, sizeof(waits) / sizeof(waits[0]));
	c = folder_cell(&f, "b");
	x = figures(c, "i_rwsem", true);
	assert_int_equal(x->waits, 1001);
	assert_int_equal(x->total_ns, 980 * 1000 + 20 * 50000 + 7000000);
	assert_int_equal(x->max_ns, 7000000);
	assert_int_equal(x->locks, 2);   /* most in one cell run */
	assert_true(x->p99_ns == 50000); /* the 991st of 1001 */
	assert_true(fabs(x->mean_ns - 8980000 / 1001.0) < 1e-6);
	assert_true(c->operations == 4000 && c->elapsed_ns == 2e9 && c->rate == 2000);
	assert_true(c->thread_ns == 2e9); /* not measured: its one thread all the time */
	assert_true(fabs(c->watched - 1 / 1.1) < 1e-12);
	assert_int_equal(c->valid, 2);
	assert_int_equal(locks_find(f.l, "w", "t=1", "p")->planned, 0);
	folder_release(&f);
}

/* Threads that ended before the others, and a total that is no quotient of operations and time. */
static void threads_count_to_their_own_end(void **state)
{
	struct folder f;
	const struct lock_cell *c;

	(void)state;
	folder_init(&f);
	for (unsigned block = 1; block <= 2; block++) {
		put_sample(&f, "b", block, "throughput", "all", "ops_per_s", 3000);
		put_sample(&f, "b", block, "locks", "all", "ops_per_s", block * 1000);
		put_sample(&f, "b", block, "locks", "all", "operations", 500);
		put_sample(&f, "b", block, "locks", "all", "elapsed", 1e9);
		put_sample(&f, "b", block, "locks", "all", "thread_time", 3e8);
	}
	c = folder_cell(&f, "b");
	assert_true(c->operations == 1000 && c->elapsed_ns == 2e9);
	assert_true(c->thread_ns == 6e8 && c->rate == 1500);
	folder_release(&f);
}

static void only_the_last_attempt_counts(void **state)
{
	static const struct wait waits[] = {
		{ .chain = READ "ext4_file_read_iter", .count = 3 },
		{ .chain = READ "ext4_file_read_iter", .attempt = 2, .count = 4 },
	};
	struct folder f;

	(void)state;
	folder_init(&f);
	put_run(&f, "b", 1, 1000);
	made_add(&f.made, (struct made_row){ .attempt = 2, .pass = "locks", .value = "1000" });
	put_waits(&f, waits, sizeof(waits) / sizeof(waits[0]));
	assert_int_equal(figures(folder_cell(&f, "b"), "i_rwsem", true)->waits, 4);
	folder_release(&f);
}

static void the_sentence_names_who_where_and_for_whom(void **state)
{
	static const struct wait waits[] = {
		{ .chain = READ "ext4_file_read_iter",
		  .count = 1000,
		  .ns = 2000000,
		  .holder = "dio_overwrite,write," WRITE "ext4_file_write_iter,"
			    "1950000000" },
		{ .chain = READ "ext4_file_read_iter;vfs_read",
		  .count = 100,
		  .ns = 6500000,
		  .lock = "0xa1",
		  .holder = "dio_overwrite,write," WRITE "ext4_file_write_iter,"
			    "600000000" },
	};
	struct buf b = BUF_INIT;
	const struct lock_cell *c;
	struct folder f;

	(void)state;
	folder_init(&f);
	put_run(&f, "b", 1, 1000);
	put_waits(&f, waits, sizeof(waits) / sizeof(waits[0]));
	c = folder_cell(&f, "b");
	assert_int_equal(c->nr_who, 1);
	locks_sentence(&b, &c->who[0]);
	assert_string_equal(buf_str(&b), "dio_read waited 2.65 s for i_rwsem held for writing by "
					 "dio_overwrite, at ext4_file_read_iter (shared)");
	buf_release(&b);
	folder_release(&f);
}

static void a_holder_that_is_not_known_is_said_to_be_unknown(void **state)
{
	static const struct wait waits[] = {
		{ .chain = SPIN "__folio_mark_dirty",
		  .mode = "spin",
		  .count = 1,
		  .ns = 2000000,
		  .lock = "0xc" },
		{ .chain = READ "ext4_file_read_iter",
		  .count = 1,
		  .ns = 1000000,
		  .holder = "dio_overwrite,write,,400000" },
	};
	struct buf b = BUF_INIT;
	const struct lock_cell *c;
	struct folder f;

	(void)state;
	folder_init(&f);
	put_run(&f, "b", 1, 1000);
	put_waits(&f, waits, sizeof(waits) / sizeof(waits[0]));
	c = folder_cell(&f, "b");
	locks_sentence(&b, &c->who[0]);
	assert_string_equal(buf_str(&b),
			    "dio_read waited 2 ms for a lock of the page cache (who held "
			    "it is not known), at __folio_mark_dirty");
	buf_reset(&b);
	locks_sentence(&b, &c->who[1]);
	assert_string_equal(buf_str(&b),
			    "dio_read waited 1 ms for i_rwsem held for writing by "
			    "dio_overwrite for 40 % of that time, at ext4_file_read_iter (shared)");
	buf_release(&b);
	folder_release(&f);
}

/* --- what is refused, invalid or missing ------------------------------------------------------ */

static void lost_events_past_one_per_cent_are_no_figures(void **state)
{
	static const struct {
		double lost;
		unsigned valid;
	} cases[] = { { 0, 1 }, { 2, 1 }, { 3, 0 } }; /* of 200 events */

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lock_cell *c;
		struct folder f;

		folder_init(&f);
		put_run(&f, "b", 1, 1000);
		put_sample(&f, "b", 1, "locks", "all", "lock_waits", 100);
		put_sample(&f, "b", 1, "locks", "all", "lock_lost", cases[i].lost);
		put_wait(&f, (struct wait){ .chain = READ "ext4_file_read_iter", .count = 100 });
		c = folder_cell(&f, "b");
		assert_int_equal(c->valid, cases[i].valid);
		assert_int_equal(c->lost, (uint64_t)cases[i].lost);
		assert_int_equal(c->nr_figures, cases[i].valid);
		assert_true((c->reason != NULL) == !cases[i].valid);
		assert_int_equal(f.l->notes.n, (cases[i].lost > 0) + !cases[i].valid);
		folder_release(&f);
	}
}

static void bad_rows_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *row, *sentence;
	} cases[] = {
		{ "dio_read,0xa,read,f,1,10,10,10-10:2,,,,", "does not have as many waits" },
		{ "dio_read,0xa,read,f,1,10,10,10-10:1 ,,,,", NULL },
		{ "dio_read,0xa,read,f,1,10,10,10-9:1,,,,", "LOW-HIGH:COUNT" },
		{ "dio_read,0xa,read,f,1,10,10,10:1,,,,", "LOW-HIGH:COUNT" },
		{ "dio_read,0xa,read,f,1,10,10,10-10:1x,,,,", "LOW-HIGH:COUNT" },
		{ "dio_read,0xa,read,f,0,10,10,,,,,", "no number of waits" },
		{ "dio_read,0xa,read,f,-1,10,10,10-10:1,,,,", "count '-1'" },
		{ "dio_read,0xa,read,f,1,10,11,10-10:1,,,,", "max_ns '11'" },
		{ "dio_read,0xa,,f,1,10,10,10-10:1,,,,", "no way of waiting" },
		{ "dio_read,0xa,read,f,1,10,10,10-10:1,x,,,1", "no way of holding" },
		{ "dio_read,0xa,read,f,1,10,10,10-10:1,,write,f,1", "holder_role '' is empty" },
		{ "dio_read,0xa,read,f,1,10,10,10-10:1,x,write,f,11", "more than total_ns" },
		{ "dio\xff,0xa,read,f,1,10,10,10-10:1,,,,", "not UTF-8" },
		{ "dio_read,0xa,read,f,1,18446744073709551616,10,10-10:1,,,,", "total_ns" },
		{ "dio_read,0xa,read,f,1,10,10,0-18446744073709551615:1,,,,", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct folder f;

		folder_init(&f);
		put_run(&f, "b", 1, 1000);
		made_add_who(&f.stacks, &f.made, &(struct made_row){ .pass = "locks" });
		buf_addf(&f.stacks, "%s\n", cases[i].row);
		if (!cases[i].sentence) {
			if (folder_load(&f))
				fail_msg("%s: %s", cases[i].row, f.e.text);
		} else {
			assert_int_equal(folder_load(&f), -EINVAL);
			assert_null(f.l);
			assert_int_equal(f.e.exit_code, FSDUEL_USAGE);
			if (!strstr(f.e.text, cases[i].sentence) || !strstr(f.e.text, ":2: "))
				fail_msg("%s: %s", cases[i].row, f.e.text);
		}
		folder_release(&f);
	}
}

static void rows_of_another_run_are_refused(void **state)
{
	static const char *const who[] = {
		"q,b,kb,exact,ext4,m,w,t=1,1,101,1,1,locks,",
		"r,x,kb,exact,ext4,m,w,t=1,1,101,1,1,locks,",
		"r,b,kb,exact,ext4,m,w,t=9,1,101,1,1,locks,",
		"r,b,kb,exact,ext4,m,w,t=1,3,101,1,1,locks,",
		"r,b,kb,exact,ext4,m,w,t=1,0,101,1,1,locks,",
		"r,b,kb,exact,ext4,m,w,t=1,1,101,1,2,locks,",
		"r,p,kp,exact,ext4,m,w,t=1,1,101,1,1,locks,",
		"r,b,kb,exact,ext4,m,w,t=1,1,101,1,1,throughput,",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
		struct folder f;

		folder_init(&f);
		put_run(&f, "b", 1, 1000);
		buf_addf(&f.stacks, "%sdio_read,0xa,read,f,1,10,10,10-10:1,,,,\n", who[i]);
		assert_int_equal(folder_load(&f), -EINVAL);
		assert_non_null(strstr(f.e.text, ":2: "));
		folder_release(&f);
	}
}

/* --- what explains a change ------------------------------------------------------------------ */

/* b does 10000 operations, p ops of them, in which it waited for wait_ns in all. */
static const char *because(double ops, uint64_t wait_ns, enum lock_part *part, char out[512])
{
	struct comparison c = { 0 };
	struct folder f;

	folder_init(&f);
	for (unsigned block = 1; block <= 2; block++) {
		put_run(&f, "b", block, 10000);
		put_run(&f, "p", block, ops);
		if (wait_ns)
			put_wait(&f, (struct wait){ .variant = "p",
						    .block = block,
						    .chain = READ "ext4_file_read_iter",
						    .count = 10,
						    .ns = wait_ns / 10 });
	}
	(void)folder_cell(&f, "p");
	if (compare_results(&c, f.r, NULL, &f.e))
		fail_msg("%s", f.e.text);
	comparison_judge(&c, f.r, NULL);
	comparison_add_locks(&c, f.l);
	assert_true(c.rows[0].l.there);
	*part = c.rows[0].l.part;
	snprintf(out, 512, "%s", c.rows[0].l.because ? c.rows[0].l.because : "");
	comparison_release(&c);
	folder_release(&f);
	return out;
}

static void only_what_adds_up_explains(void **state)
{
	enum lock_part part;
	char text[512];

	(void)state;
	/* Of 1 s, 0.5 s are left for operations as long as before, and nobody waited less before.
	 */
	because(5000, 500000000, &part, text);
	assert_int_equal(part, LOCKS_EXPLAIN);
	assert_string_equal(
		text, "w t=1 -50.0 %: i_rwsem waits 0 -> 0.002 an operation (0 ns -> 100 us): "
		      "dio_read waited 0.50 s of every second (who held it is not known); that is "
		      "all of the change");
	because(5000, 150000000, &part, text);
	assert_int_equal(part, LOCKS_PARTLY);
	assert_non_null(strstr(text, "that is 30 % of the change"));
	because(5000, 10000000, &part, text);
	assert_int_equal(part, LOCKS_NOT);
	assert_string_equal(
		text, "no lock explains w t=1 -50.0 %: an operation took 100 us -> 200 us of "
		      "a thread's time, of which waits for locks 0 ns -> 2 us (most for i_rwsem)");
	/* Faster, and yet more waiting: the waiting is not why. */
	because(20000, 100000000, &part, text);
	assert_int_equal(part, LOCKS_NOT);
	because(10000, 100000000, &part, text);
	assert_int_equal(part, LOCKS_NONE);
	assert_string_equal(text, "");
}

static void no_line_of_the_table_is_too_wide(void **state)
{
	struct buf out = BUF_INIT;
	struct folder f;

	(void)state;
	folder_init(&f);
	put_run(&f, "b", 1, 1e9);
	for (unsigned i = 0; i < 4; i++)
		put_wait(&f, (struct wait){ .role = "buffered_write",
					    .count = 1234567 + i,
					    .ns = 123456789,
					    .mode = i & 1 ? "read" : "write",
					    .lock = i & 2 ? "0x1" : "0x2",
					    .chain = i & 2 ? WRITE "ext4_page_mkwrite"
							   : WRITE
							     "a_function_with_a_very_long_name_"
							     "indeed_that_goes_on_and_on_and_on" });
	(void)folder_cell(&f, "b");
	table_locks(&out, &(struct findings){ .r = f.r, .locks = f.l });
	for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 80)
			fail_msg("%s", line);
	buf_release(&out);
	folder_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_chains_have_their_class),
		cmocka_unit_test(where_is_the_first_that_is_no_primitive),
		cmocka_unit_test(modes_are_words),
		cmocka_unit_test(waits_have_their_lock),
		cmocka_unit_test(figures_are_those_of_the_rows),
		cmocka_unit_test(threads_count_to_their_own_end),
		cmocka_unit_test(only_the_last_attempt_counts),
		cmocka_unit_test(the_sentence_names_who_where_and_for_whom),
		cmocka_unit_test(a_holder_that_is_not_known_is_said_to_be_unknown),
		cmocka_unit_test(lost_events_past_one_per_cent_are_no_figures),
		cmocka_unit_test(bad_rows_are_refused_with_their_line),
		cmocka_unit_test(rows_of_another_run_are_refused),
		cmocka_unit_test(only_what_adds_up_explains),
		cmocka_unit_test(no_line_of_the_table_is_too_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
