/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.c: the roles whose operation is one or two calls, a row each: reads and writes one after
 * the other (pread, pwrite), through a mapping, or several in flight in each thread (libaio,
 * io_uring; queue.h), and pairs of calls. make lists a role for each ROLE_ROW(name).
 *
 * Reads have O_NOATIME, as fio opens its files: with relatime a reader beside a writer would
 * else dirty the inode at every tick of the coarse clock, and a read would pay for the journal.
 * Direct roles take any bs that the device's own block divides.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "workloads/mapping.h"
#include "workloads/queue.h"

#define DEFAULTS(...)                                                                              \
	.defaults = (const char *const[])                                                          \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define READS .needs_fd = true, .op = role_pread
#define WRITES .needs_fd = true, .writes = true, .op = role_pwrite
#define DIRECT_READ .open_flags = O_RDONLY | O_DIRECT | O_NOATIME, .bs_align = 512
#define DIRECT_WRITE .open_flags = O_WRONLY | O_DIRECT, .bs_align = 512
#define QUEUE(kind)                                                                                \
	.needs_fd = true, .params = queue_params, .begin = kind##_queue_begin,                     \
	.start = kind##_queue_start, .reap = kind##_queue_reap, .end = kind##_queue_end
#define ROLE_ROW(n) const struct role role_##n

static int64_t fsync_op(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	if (n < 0 || fsync(t->fd))
		return -errno;
	return n;
}

static int64_t fallocate_op(struct role_thread *t, uint64_t offset)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	if (fallocate(t->fd, punch, (off_t)offset, (off_t)t->bs) ||
	    fallocate(t->fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)t->bs))
		return -errno;
	return (int64_t)t->bs;
}

static int mmap_read_begin(struct role_thread *t, struct err *e)
{
	return mapping_begin(t, PROT_READ, e);
}

static int64_t mmap_read_op(struct role_thread *t, uint64_t offset)
{
	return mapping_copy(t, t->buf, mapping_at(t, offset));
}

static int mmap_write_begin(struct role_thread *t, struct err *e)
{
	return mapping_begin(t, PROT_READ | PROT_WRITE, e);
}

static int64_t mmap_write_op(struct role_thread *t, uint64_t offset)
{
	return mapping_copy(t, mapping_at(t, offset), t->buf);
}

static int mmap_write_sync(struct role_thread *t)
{
	const struct mapping *m = t->priv;

	return msync(m->base, m->len, MS_SYNC) ? -errno : 0;
}

enum { GROW_FALLOCATE, GROW_FTRUNCATE };
static const char *const grow_names[] = { "fallocate", "ftruncate", NULL };
static const struct param truncate_params[] = {
	{ "grow", NUM_COUNT, grow_names, 0, 0, "fallocate",
	  "how it is made longer before: with blocks to free or without" },
	{ .name = NULL },
};

static int64_t truncate_op(struct role_thread *t, uint64_t offset)
{
	off_t end = (off_t)t->file_size, longer = end + (off_t)t->bs;

	(void)offset;
	if (t->own[0] == GROW_FALLOCATE ? fallocate(t->fd, 0, end, (off_t)t->bs)
					: ftruncate(t->fd, longer))
		return -errno;
	return ftruncate(t->fd, end) ? -errno : (int64_t)t->bs;
}

enum { HOW_FDATASYNC, HOW_START };
static const char *const how_names[] = { "fdatasync", "start", NULL };
static const struct param syncer_params[] = {
	{ "how", NUM_COUNT, how_names, 0, 0, "fdatasync",
	  "with a journal commit, or only started (sync_file_range)" },
	{ .name = NULL },
};

static int64_t syncer_op(struct role_thread *t, uint64_t offset)
{
	int ret = t->own[0] == HOW_START ? sync_file_range(t->fd, 0, 0, SYNC_FILE_RANGE_WRITE)
					 : fdatasync(t->fd);

	(void)offset;
	return ret ? -errno : (int64_t)t->bs;
}

enum { OP_TIME, WAIT };
enum { WAIT_SLEEP, WAIT_SPIN };
static const char *const wait_names[] = { "sleep", "spin", NULL };
static const struct param null_params[] = {
	[OP_TIME] = { "op_time", NUM_NS, NULL, 1, 3600000000000, "100us",
		      "time an operation takes" },
	[WAIT] = { "wait", NUM_COUNT, wait_names, 0, 0, "sleep",
		   "how it waits: off or on the CPU" },
	{ .name = NULL },
};

static int null_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = xcalloc(1, sizeof(uint64_t));
	prctl(PR_SET_TIMERSLACK, 1); /* of this thread; else each sleep ends 50 us late */
	return 0;
}

static int64_t null_op(struct role_thread *t, uint64_t offset)
{
	uint64_t *due = t->priv; /* 0 before the first operation, which starts the schedule */
	struct timespec ts;

	(void)offset;
	*due = (*due ? *due : now_ns()) + t->own[OP_TIME];
	ts.tv_sec = (time_t)(*due / 1000000000);
	ts.tv_nsec = (long)(*due % 1000000000);
	if (t->own[WAIT] == WAIT_SPIN)
		while (now_ns() < *due)
			;
	else
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
	return (int64_t)t->bs;
}

static void null_end(struct role_thread *t)
{
	free(t->priv);
}

/* clang-format off */

/* On ext4 a pure overwrite takes the lock shared; one that must allocate or convert takes it
 * exclusively. */
ROLE_ROW(dio_overwrite) = { "dio_overwrite", "direct writes inside the file (pwrite, O_DIRECT)",
	DIRECT_WRITE, WRITES };
ROLE_ROW(dio_read) = { "dio_read", "direct reads (pread, O_DIRECT)", DIRECT_READ, READS };
/* Of parts of a block. Over written blocks, on ext4: exclusive and waiting for all other direct
 * I/O before 6.5, shared since (310ee0902b8d). Over unwritten ones: exclusive on any kernel. */
ROLE_ROW(dio_unaligned) = { "dio_unaligned", "direct writes of half a block (pwrite, O_DIRECT)",
	DIRECT_WRITE, WRITES, DEFAULTS("bs", "2k") };
/* Each block once: it is converted when its I/O ends. On ext4 exclusive until 240930fb7e6b and
 * shared since. It runs out of blocks, so it is bound by operations. */
ROLE_ROW(dio_unwritten) = { "dio_unwritten",
	"direct writes over preallocated blocks, each once (pwrite, O_DIRECT)",
	DIRECT_WRITE, WRITES, DEFAULTS("extents", "unwritten", "offsets", "once") };
/* The region is made of pieces of half of bs, in turn written and preallocated. Neither all
 * overwrite nor all unwritten, such a write is exclusive on ext4, in 6.12 still. With shift at half
 * a block, writes are unaligned, yet there is nothing to zero. */
ROLE_ROW(dio_span) = { "dio_span",
	"direct writes over a written and an unwritten block at once (pwrite, O_DIRECT)",
	DIRECT_WRITE, WRITES, DEFAULTS("bs", "8k", "extents", "mixed", "offsets", "once") };
/* Each makes the file longer: allocation, i_size and the exclusive lock. O_APPEND finds the end,
 * for pwrite too; offsets and region do nothing here. */
ROLE_ROW(dio_append) = { "dio_append",
	"direct writes at the end of the file (pwrite, O_DIRECT, O_APPEND)",
	.open_flags = O_WRONLY | O_DIRECT | O_APPEND, .bs_align = 512, WRITES, .no_warmup = true,
	.grows = true, DEFAULTS("extents", "any") };

/* A small file and a long run measure the page cache. On ext4 it takes no lock of the inode. */
ROLE_ROW(buffered_read) = { "buffered_read", "reads through the page cache (pread)",
	.open_flags = O_RDONLY | O_NOATIME, .bs_align = 1, READS };
/* Writeback belongs to the figure, so a last fdatasync is on by default. With extents=hole it
 * fills holes whose blocks are allocated at writeback (delalloc) or at once. */
ROLE_ROW(buffered_write) = { "buffered_write", "writes through the page cache (pwrite)",
	.open_flags = O_WRONLY, .bs_align = 1, WRITES, DEFAULTS("final_sync", "1") };

/* As a database commits to its log: the journal and the device's flush. */
ROLE_ROW(fsync) = { "fsync", "a small buffered write and an fsync, the pair is one operation",
	.open_flags = O_WRONLY, .needs_fd = true, .writes = true, .durable = true, .bs_align = 1,
	.op = fsync_op };
/* The pair leaves the blocks as they were, unwritten. Both calls take the inode's lock exclusively
 * and wait for direct I/O. On a shared file its region must be apart: the punch removes data. */
ROLE_ROW(fallocate) = { "fallocate",
	"punches a hole and allocates it again, the pair is one operation",
	.open_flags = O_WRONLY, .needs_fd = true, .writes = true, .renews = true, .bs_align = 1,
	.op = fallocate_op, DEFAULTS("extents", "unwritten", "file", "own", "final_sync", "1") };
/* Cutting takes the inode's lock exclusively, waits for direct I/O and frees blocks. On a shared
 * file it would cut off the blocks of dio_append. */
ROLE_ROW(truncate) = { "truncate",
	"makes the file longer and cuts it back, the pair is one operation",
	.open_flags = O_WRONLY, .needs_fd = true, .writes = true, .bs_align = 1,
	.op = truncate_op, .params = truncate_params,
	DEFAULTS("extents", "any", "file", "own", "final_sync", "1") };
/* As a database's checkpointer does. how=start waits for no I/O and skips pages under writeback, as
 * the kernel's flusher does: ext4 then also writes pages dirtied meanwhile (WB_SYNC_NONE). */
ROLE_ROW(syncer) = { "syncer",
	"asks for writeback of the whole file (fdatasync), 100 times a second",
	.open_flags = O_RDONLY, .needs_fd = true, .no_warmup = true, .bs_align = 1,
	.op = syncer_op, .params = syncer_params, DEFAULTS("extents", "any", "rate", "100") };

/* A thread makes 1 / op_time operations a second on any machine, because each operation ends at the
 * next point of a fixed schedule, which begins with the first one: a late wake-up makes the next
 * operation shorter. This role alone reads the clock in its operation. */
ROLE_ROW(null) = { "null", "no I/O at a known rate, for testing the harness", .no_warmup = true,
	.bs_align = 1, .params = null_params, .begin = null_begin, .op = null_op, .end = null_end,
	DEFAULTS("extents", "any") };

/* Caches are dropped before the timer, so the first visit of a page reads it (and some around it)
 * from the device. Later visits are memory alone, until a direct write beside evicts the page. */
ROLE_ROW(mmap_read) = { "mmap_read", "reads from a shared mapping of the file",
	.open_flags = O_RDONLY | O_NOATIME, .needs_fd = true, .bs_align = 1,
	.begin = mmap_read_begin, .op = mmap_read_op, .end = mapping_end };
/* It copies every byte, so that its bytes/s compares with buffered_write. */
ROLE_ROW(mmap_write) = { "mmap_write", "writes to a shared mapping of the file, synced by msync",
	.open_flags = O_RDWR, .needs_fd = true, .writes = true, .bs_align = 1,
	.begin = mmap_write_begin, .op = mmap_write_op, .sync = mmap_write_sync,
	.end = mapping_end, DEFAULTS("final_sync", "1") };

ROLE_ROW(aio_overwrite) = { "aio_overwrite",
	"direct writes inside the file, several in flight in each thread (libaio)",
	DIRECT_WRITE, .writes = true, QUEUE(aio) };
ROLE_ROW(aio_read) = { "aio_read", "direct reads, several in flight in each thread (libaio)",
	DIRECT_READ, QUEUE(aio) };
ROLE_ROW(uring_overwrite) = { "uring_overwrite",
	"direct writes inside the file, several in flight in each thread (io_uring)",
	DIRECT_WRITE, .writes = true, QUEUE(uring) };
ROLE_ROW(uring_read) = { "uring_read",
	"direct reads, several in flight in each thread (io_uring)", DIRECT_READ, QUEUE(uring) };
