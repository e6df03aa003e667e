/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stamps.h: does a direct read return what the disk held before? Free space is
 * filled with a mark and freed; fillers put stamps into holes, block by block, and
 * empty their share when it is full; whoever reads there may find zeros or the stamp
 * of that place and of a round that was there while it read. All else is stale.
 *
 * A mark and a stamp are groups of four words, which is why a hit can say where
 * its bytes come from: the mark carries its own device address, a stamp its file offset
 * and round; both the seed. A page is stamped word by word while writeback may
 * already take it to disk, so every word is judged alone: 0 is right beside any.
 *
 * Each filler's share has two rounds. newest is raised before the share is
 * emptied, oldest after: a reader takes oldest before its read and newest after it,
 * and accepts what lies between. So neither a read beside the change nor a stop of
 * either thread anywhere makes a right block wrong, and once emptying is over
 * the round before is stale to every read that begins.
 */
#ifndef FSDUEL_WORKLOADS_STAMPS_H
#define FSDUEL_WORKLOADS_STAMPS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct mix;

/* Where one filler works, and which rounds may be seen there. */
struct stamp_share {
	uint64_t start, end;             /* bytes of the file */
	_Atomic uint64_t oldest, newest; /* from 1 */
};

struct stamps {
	uint64_t seed_word;        /* of this run's marks and stamps */
	struct stamp_share *share; /* in ascending order, without gaps */
	unsigned nr;               /* 0: nobody fills */
};

/* The shares of the role that leaves stamps, if one in the mix does; seed as fsload's. */
void stamps_init(struct stamps *s, const struct mix *m, uint64_t seed);
void stamps_release(struct stamps *s);

/* len bytes, a multiple of 32, as they are to stand at that file offset in that round. */
void stamps_fill(const struct stamps *s, uint64_t offset, uint64_t round, void *buf, size_t len);

/*
 * Mark up to max_bytes of the free space of the file system that path is to lie on:
 * a file beside it is made, written past the page cache, removed, and the removal
 * committed. A sixteenth of what is free stays as it is. Needs FIEMAP and O_DIRECT.
 */
int stamps_poison(const char *path, uint64_t max_bytes, uint64_t seed, struct err *e);
/* What stands at that device address then. */
void stamps_mark(uint64_t seed_word, uint64_t address, void *buf, size_t len);

/* What a read block is; the largest of its parts. */
enum stamp_found {
	FOUND_ZERO,
	FOUND_CURRENT, /* its stamp, or that with zeros in it */
	FOUND_OTHER,   /* stale: neither of the two below */
	FOUND_STAMP,   /* stale: a stamp of another round or place */
	FOUND_POISON,  /* stale: the mark of free space */
};

struct stamp_seen {
	enum stamp_found found;
	/* Of the first stale part of that kind: */
	uint64_t offset;      /* in the file */
	uint64_t address;     /* poison: the device address it carries */
	uint64_t from, round; /* stamp: the file offset and the round it carries */
};

/* Room for what stamps_before notes: one round a share. */
void stamps_before(const struct stamps *s, uint64_t offset, size_t len, uint64_t *oldest);
/* Judge a block that was read at offset since then; both are multiples of 32 bytes. */
struct stamp_seen stamps_judge(const struct stamps *s, const uint64_t *oldest, uint64_t offset,
			       const void *buf, size_t len);

#endif
