/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain.c: the roles whose operation is one read or write of bs bytes, a row each: through the
 * page cache or past it, one after the other (pread, pwrite) or several in flight in each thread
 * (libaio, io_uring; queue.h). make lists a role for each ROLE_ROW(name).
 *
 * Reads have O_NOATIME, as fio opens its files: with relatime a reader beside a writer would
 * else dirty the inode at every tick of the coarse clock, and a read would pay for the journal.
 * Direct roles take any bs that the device's own block divides.
 */
#include <fcntl.h>

#include "workloads/queue.h"
#include "workloads/role.h"

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

/* clang-format off */

/* Inside the file. On ext4 a pure overwrite takes the lock shared; one that must allocate or
 * convert takes it exclusively. extents, bs and region_start say which of the two it is. */
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
 * overwrite nor all unwritten, such a write is exclusive on ext4, in 6.12 still. With shift at
 * half a block, writes begin and end inside written blocks and the one between is unwritten:
 * unaligned, yet nothing to zero. It uses the unwritten pieces up. */
ROLE_ROW(dio_span) = { "dio_span",
	"direct writes over a written and an unwritten block at once (pwrite, O_DIRECT)",
	DIRECT_WRITE, WRITES, DEFAULTS("bs", "8k", "extents", "mixed", "offsets", "once") };
/* Each makes the file longer: allocation, i_size and the exclusive lock. O_APPEND finds the end,
 * also of a file that several threads append to (on Linux it does so for pwrite, too); offsets
 * and region do nothing here. A warm-up would make the file longer. */
ROLE_ROW(dio_append) = { "dio_append",
	"direct writes at the end of the file (pwrite, O_DIRECT, O_APPEND)",
	.open_flags = O_WRONLY | O_DIRECT | O_APPEND, .bs_align = 512, WRITES, .no_warmup = true,
	.grows = true, DEFAULTS("extents", "any") };

/* Caches are dropped before the timer; data that was read once, or ahead, is then in memory, so a
 * small file and a long run measure the page cache. On ext4 it takes no lock of the inode. */
ROLE_ROW(buffered_read) = { "buffered_read", "reads through the page cache (pread)",
	.open_flags = O_RDONLY | O_NOATIME, .bs_align = 1, READS };
/* Writeback belongs to the figure, so a last fdatasync is on by default. With extents=hole it
 * fills holes whose blocks are allocated at writeback (delalloc) or at once. */
ROLE_ROW(buffered_write) = { "buffered_write", "writes through the page cache (pwrite)",
	.open_flags = O_WRONLY, .bs_align = 1, WRITES, DEFAULTS("final_sync", "1") };

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
