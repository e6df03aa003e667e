/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hole_fill: fills a region of holes or unwritten extents with stamps (stamps.h). Each thread fills
 * the blocks of its share once, in a seeded order. Then it punches the share out, allocates it
 * again where the extents are unwritten, and begins a new round. Through a shared mapping a block
 * is allocated in the page fault or at writeback, and no lock keeps a direct reader away meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/buf.h"
#include "workloads/extents.h"
#include "workloads/mapping.h"
#include "workloads/offsets.h"
#include "workloads/role.h"
#include "workloads/stamps.h"

enum { VIA };
enum { VIA_MMAP, VIA_BUFFERED };

static const char *const via_names[] = { "mmap", "buffered", NULL };

static const struct param hole_fill_params[] = {
	[VIA] = { "via", NUM_COUNT, via_names, 0, 0, "mmap",
		  "through a shared mapping, or by pwrite through the page cache" },
	{ .name = NULL },
};

struct filler {
	struct mapping *map;
	struct stamp_share *share;
	uint64_t seed, round, next, nr; /* blocks of this round: done, of how many */
	struct perm order;
};

static void begin_round(struct filler *f, uint64_t round)
{
	f->round = round;
	f->next = 0;
	perm_init(&f->order, f->nr, rng_mix(f->seed, round));
}

static int hole_fill_begin(struct role_thread *t, struct err *e)
{
	struct filler *f;
	int ret = mapping_begin(t, PROT_READ | PROT_WRITE, e);

	if (ret)
		return ret;
	f = xcalloc(1, sizeof(*f));
	f->map = t->priv;
	f->share = &t->stamps->share[t->index];
	f->seed = rng_next(&t->rng);
	f->nr = (f->share->end - f->share->start) / t->bs;
	begin_round(f, 1);
	t->priv = f;
	return 0;
}

/* Readers rely on the order of the three steps: stamps.h. */
static int renew(struct role_thread *t, struct filler *f)
{
	off_t start = (off_t)f->share->start, len = (off_t)(f->share->end - f->share->start);

	atomic_store(&f->share->newest, f->round + 1);
	if (fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, len))
		return -errno;
	atomic_store(&f->share->oldest, f->round + 1);
	if (t->param[ROLE_EXTENTS] == EXTENTS_UNWRITTEN && fallocate(t->fd, 0, start, len))
		return -errno;
	begin_round(f, f->round + 1);
	return 0;
}

static int64_t hole_fill_op(struct role_thread *t, uint64_t offset)
{
	struct filler *f = t->priv;

	if (f->next == f->nr) {
		int ret = renew(t, f);

		if (ret)
			return ret;
	}
	offset = f->share->start + perm_at(&f->order, f->next++) * t->bs;
	stamps_fill(t->stamps, offset, f->round, t->buf, t->bs);
	if (t->own[VIA] == VIA_BUFFERED)
		return role_pwrite(t, offset);
	return mapping_store(t, (uint64_t *)(f->map->base + (offset - f->map->start)), t->buf);
}

static void hole_fill_end(struct role_thread *t)
{
	struct filler *f = t->priv;

	t->priv = f->map;
	mapping_end(t);
	free(f);
}

static const char *const defaults[] = { "extents", "hole", "final_sync", "1", NULL };

const struct role role_hole_fill = {
	.name = "hole_fill",
	.help = "fills holes with stamps, empties them and begins again, for stale_read",
	.open_flags = O_RDWR,
	.needs_fd = true,
	.writes = true,
	.no_warmup = true,
	.stamps = true,
	.bs_align = 4096,
	.defaults = defaults,
	.params = hole_fill_params,
	.begin = hole_fill_begin,
	.op = hole_fill_op,
	.end = hole_fill_end,
};
