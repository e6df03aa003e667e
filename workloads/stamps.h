/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stamps.h: a test for stale data: does a direct read return old contents of the disk? Free space
 * is filled with marks and freed. Fillers put stamps into holes, and empty their share when it is
 * full. A reader may find zeros, or the stamp of that place and of a round that was there during
 * the read. Anything else is stale.
 *
 * A mark has its device address, a stamp its file offset and round, both the seed. Writeback may
 * take a page while it is stamped, so each word is judged alone, and 0 is right beside any.
 *
 * A filler raises newest before it empties its share, and oldest after. A reader takes oldest
 * before its read and newest after it, and accepts the rounds between: a right block is never
 * called stale, and after the emptying the round before is stale to every new read.
 */
#ifndef FSDUEL_WORKLOADS_STAMPS_H
#define FSDUEL_WORKLOADS_STAMPS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct mix;

/* The part of one filler, and the rounds that may be seen there. */
struct stamp_share {
	uint64_t start, end;             /* bytes of the file */
	_Atomic uint64_t oldest, newest; /* from 1 */
};

struct stamps {
	uint64_t seed_word;        /* of this run's marks and stamps */
	struct stamp_share *share; /* in ascending order, without gaps */
	unsigned nr;               /* 0: nobody fills */
};

/* The shares of the mix's role that fills, if it has one; seed as fsload's. */
void stamps_init(struct stamps *s, const struct mix *m, uint64_t seed);
void stamps_release(struct stamps *s);

/* The stamps of len bytes, a multiple of 32, at that file offset in that round. */
void stamps_fill(const struct stamps *s, uint64_t offset, uint64_t round, void *buf, size_t len);

/* Mark up to max_bytes of the free space of path's file system, all but a sixteenth of it: a file
 * beside path is made, written with O_DIRECT, removed, and the removal committed. Needs FIEMAP. */
int stamps_poison(const char *path, uint64_t max_bytes, uint64_t seed, struct err *e);
/* The marks of len bytes at that device address. */
void stamps_mark(uint64_t seed_word, uint64_t address, void *buf, size_t len);

/* The kind of a block; the largest of its parts. */
enum stamp_found {
	FOUND_ZERO,
	FOUND_CURRENT, /* its stamp, complete or with zeros in it */
	FOUND_OTHER,   /* stale: neither stamp nor mark */
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

/* Before the read: note the oldest round of each share; oldest has room for s->nr. */
void stamps_before(const struct stamps *s, uint64_t offset, size_t len, uint64_t *oldest);
/* Judge a block that was read at offset since then; offset and len are multiples of 32. */
struct stamp_seen stamps_judge(const struct stamps *s, const uint64_t *oldest, uint64_t offset,
			       const void *buf, size_t len);

#endif
