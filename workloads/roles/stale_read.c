/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stale_read: direct reads beside hole_fill, each judged: zeros and the stamp of that place and
 * round are right, anything else makes the cell invalid. Judging costs about as much as the read,
 * so the rate says little. Failed reads are counted: on ext4 one that meets a freshly dirtied
 * delayed page returns EIO.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "workloads/role.h"
#include "workloads/stamps.h"

/* clang-format off */
enum {
	READS_ZERO, READS_CURRENT, STALE_POISON, STALE_STAMP, STALE_OTHER, READS_EIO,
	FIRST, FIRST_OFFSET, FIRST_ADDRESS, FIRST_FROM, FIRST_ROUND,
};

#define READS(help, better) "count", help, better, COUNTER_SUM
#define OF_FIRST(unit, help) unit, help, BETTER_NONE, COUNTER_OF_FIRST
static const struct counter counters[] = {
	[READS_ZERO] = { "reads_zero", READS("reads that found zeros", BETTER_NONE) },
	[READS_CURRENT] = { "reads_current",
		READS("reads that found the stamp due there", BETTER_NONE) },
	[STALE_POISON] = { "stale_poison",
		READS("reads that found the mark of free space", BETTER_LOWER) },
	[STALE_STAMP] = { "stale_stamp",
		READS("reads that found the stamp of another round or place", BETTER_LOWER) },
	[STALE_OTHER] = { "stale_other", READS("reads that found anything else", BETTER_LOWER) },
	[READS_EIO] = { "reads_eio", READS("reads that failed with EIO", BETTER_NONE) },
	[FIRST] = { "stale_first", "ns", "when the first stale read ended, from the start",
		BETTER_NONE, COUNTER_FIRST },
	[FIRST_OFFSET] = { "stale_offset", OF_FIRST("B", "where in the file that was") },
	[FIRST_ADDRESS] = { "stale_address",
		OF_FIRST("B", "the device address it carried, of a mark") },
	[FIRST_FROM] = { "stale_from", OF_FIRST("B", "the file offset it carried, of a stamp") },
	[FIRST_ROUND] = { "stale_round", OF_FIRST("count", "the round it carried, of a stamp") },
	{ .name = NULL },
};
/* clang-format on */

static int stale_read_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = xcalloc(t->stamps->nr, sizeof(uint64_t));
	return 0;
}

/* Rare enough for a look at the clock. */
static void note_stale(struct role_thread *t, const struct stamp_seen *seen)
{
	if (t->count[FIRST] != COUNTER_NONE)
		return;
	t->count[FIRST] = now_ns() - t->start_ns;
	t->count[FIRST_OFFSET] = seen->offset;
	if (seen->found == FOUND_POISON)
		t->count[FIRST_ADDRESS] = seen->address;
	if (seen->found == FOUND_STAMP) {
		t->count[FIRST_FROM] = seen->from;
		t->count[FIRST_ROUND] = seen->round;
	}
}

static int64_t stale_read_op(struct role_thread *t, uint64_t offset)
{
	static const unsigned counted_as[] = {
		[FOUND_ZERO] = READS_ZERO,     [FOUND_CURRENT] = READS_CURRENT,
		[FOUND_OTHER] = STALE_OTHER,   [FOUND_STAMP] = STALE_STAMP,
		[FOUND_POISON] = STALE_POISON,
	};
	struct stamp_seen seen;
	int64_t got;

	stamps_before(t->stamps, offset, t->bs, t->priv);
	got = role_pread(t, offset);
	if (got == -EIO)
		t->count[READS_EIO]++;
	if (got != (int64_t)t->bs)
		return got;
	seen = stamps_judge(t->stamps, t->priv, offset, t->buf, t->bs);
	t->count[counted_as[seen.found]]++;
	if (seen.found >= FOUND_OTHER)
		note_stale(t, &seen);
	return got;
}

static void stale_read_end(struct role_thread *t)
{
	free(t->priv);
}

static int stale_read_judge(const uint64_t *count, struct err *e)
{
	uint64_t stale = count[STALE_POISON] + count[STALE_STAMP] + count[STALE_OTHER];
	uint64_t reads = stale + count[READS_ZERO] + count[READS_CURRENT] + count[READS_EIO];
	char when[32], what[96] = "neither the mark of free space nor a stamp";

	if (!stale)
		return 0;
	if (count[FIRST_ADDRESS] != COUNTER_NONE)
		snprintf(what, sizeof(what), "the mark of device address %" PRIu64,
			 count[FIRST_ADDRESS]);
	else if (count[FIRST_FROM] != COUNTER_NONE)
		snprintf(what, sizeof(what), "the stamp of offset %" PRIu64 " in round %" PRIu64,
			 count[FIRST_FROM], count[FIRST_ROUND]);
	return err_add(e, EUCLEAN,
		       "stale data in %" PRIu64 " of %" PRIu64
		       " direct reads, the first after %s at file offset %" PRIu64 ": %s",
		       stale, reads, num_format_ns_human(when, count[FIRST]), count[FIRST_OFFSET],
		       what);
}

static const char *const defaults[] = { "extents", "any", NULL };

const struct role role_stale_read = {
	.name = "stale_read",
	.help = "direct reads beside hole_fill that look for what the disk held before",
	.open_flags = O_RDONLY | O_DIRECT | O_NOATIME,
	.needs_fd = true,
	.no_warmup = true,
	.sees_stamps = true,
	.bs_align = 512,
	.defaults = defaults,
	.counters = counters,
	.begin = stale_read_begin,
	.op = stale_read_op,
	.end = stale_read_end,
	.judge = stale_read_judge,
};
