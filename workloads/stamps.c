/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stamps.c: marks and stamps; free space is marked through a file, so no block in use is touched.
 */
#include "workloads/stamps.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/rng.h"
#include "workloads/fsload.h"

#define GROUP_WORDS 4
#define GROUP_BYTES (GROUP_WORDS * sizeof(uint64_t))
#define SECTOR_BYTES 512u

/* "fsdStamp", "fsdPoisn": no byte is 0, so that a dump of a block tells it at sight. */
#define STAMP_MAGIC 0x706d617453647366u
#define POISON_MAGIC 0x6e73696f50647366u
#define STREAM_STAMPS 0xf5d4

enum word { WORD_MAGIC, WORD_PLACE, WORD_ROUND, WORD_SEED };

static uint64_t seed_word_of(uint64_t seed)
{
	return rng_mix(seed, STREAM_STAMPS) | 1;
}

void stamps_init(struct stamps *s, const struct mix *m, uint64_t seed)
{
	*s = (struct stamps){ .seed_word = seed_word_of(seed) };
	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		struct mix_bounds b = mix_bounds(m, en);

		if (!en->role->stamps || s->nr)
			continue;
		s->nr = en->threads;
		s->share = xcalloc(s->nr, sizeof(*s->share));
		for (unsigned k = 0; k < s->nr; k++) {
			s->share[k].start = b.start + b.blocks * k / s->nr * b.align;
			s->share[k].end = b.start + b.blocks * (k + 1) / s->nr * b.align;
			atomic_init(&s->share[k].oldest, 1);
			atomic_init(&s->share[k].newest, 1);
		}
	}
}

void stamps_release(struct stamps *s)
{
	free(s->share);
	*s = (struct stamps){ .share = NULL };
}

static void fill(void *buf, size_t len, uint64_t magic, uint64_t place, const uint64_t *round,
		 uint64_t seed_word)
{
	uint64_t *w = buf;

	for (size_t i = 0; i < len / GROUP_BYTES; i++, w += GROUP_WORDS, place += GROUP_BYTES) {
		w[WORD_MAGIC] = magic;
		w[WORD_PLACE] = place;
		w[WORD_ROUND] = round ? *round : ~place;
		w[WORD_SEED] = seed_word;
	}
}

void stamps_fill(const struct stamps *s, uint64_t offset, uint64_t round, void *buf, size_t len)
{
	fill(buf, len, STAMP_MAGIC, offset, &round, s->seed_word);
}

/* A mark has the address twice, the second time upside down: half of one is no mark. */
void stamps_mark(uint64_t seed_word, uint64_t address, void *buf, size_t len)
{
	fill(buf, len, POISON_MAGIC, address, NULL, seed_word);
}

/* --- judging ----------------------------------------------------------------- */

void stamps_before(const struct stamps *s, uint64_t offset, size_t len, uint64_t *oldest)
{
	for (unsigned i = 0; i < s->nr; i++)
		if (s->share[i].start < offset + len && offset < s->share[i].end)
			oldest[i] = atomic_load(&s->share[i].oldest);
}

/* The rounds that may be seen at a place; none: lowest is above highest. */
struct rounds {
	uint64_t lowest, highest;
};

static struct rounds rounds_at(const struct stamps *s, const uint64_t *oldest, uint64_t offset)
{
	for (unsigned i = 0; i < s->nr; i++)
		if (s->share[i].start <= offset && offset < s->share[i].end)
			return (struct rounds){ oldest[i], atomic_load(&s->share[i].newest) };
	return (struct rounds){ 1, 0 };
}

/* Each word is 0 or what a round that may be there has put at this place. */
static bool group_right(const struct stamps *s, const uint64_t *w, uint64_t place, struct rounds r)
{
	if (r.lowest > r.highest)
		return !(w[0] | w[1] | w[2] | w[3]);
	return (!w[WORD_MAGIC] || w[WORD_MAGIC] == STAMP_MAGIC) &&
	       (!w[WORD_PLACE] || w[WORD_PLACE] == place) &&
	       (!w[WORD_ROUND] || (w[WORD_ROUND] >= r.lowest && w[WORD_ROUND] <= r.highest)) &&
	       (!w[WORD_SEED] || w[WORD_SEED] == s->seed_word);
}

static struct stamp_seen see_group(const struct stamps *s, const uint64_t *w, uint64_t place,
				   struct rounds r)
{
	struct stamp_seen seen = { .found = FOUND_ZERO, .offset = place };

	if (!(w[0] | w[1] | w[2] | w[3]))
		return seen;
	if (group_right(s, w, place, r)) {
		seen.found = FOUND_CURRENT;
	} else if (w[WORD_MAGIC] == POISON_MAGIC && w[WORD_ROUND] == ~w[WORD_PLACE] &&
		   w[WORD_SEED] == s->seed_word) {
		seen.found = FOUND_POISON;
		seen.address = w[WORD_PLACE];
	} else if (w[WORD_MAGIC] == STAMP_MAGIC && w[WORD_SEED] == s->seed_word) {
		seen.found = FOUND_STAMP;
		seen.from = w[WORD_PLACE];
		seen.round = w[WORD_ROUND];
	} else {
		seen.found = FOUND_OTHER;
	}
	return seen;
}

struct stamp_seen stamps_judge(const struct stamps *s, const uint64_t *oldest, uint64_t offset,
			       const void *buf, size_t len)
{
	struct stamp_seen worst = { .found = FOUND_ZERO, .offset = offset };
	struct rounds r = { 1, 0 };
	const uint64_t *w = buf;
	bool right = false;

	for (size_t at = 0; at < len; at += GROUP_BYTES, w += GROUP_WORDS) {
		struct stamp_seen seen;

		/* Shares begin at pages, so a sector lies in one. */
		if (at % SECTOR_BYTES == 0)
			r = rounds_at(s, oldest, offset + at);
		/* Nearly all are one of these two; the rest of the loop may cost something. */
		if (!(w[0] | w[1] | w[2] | w[3]))
			continue;
		if (w[WORD_MAGIC] == STAMP_MAGIC && w[WORD_PLACE] == offset + at &&
		    w[WORD_ROUND] >= r.lowest && w[WORD_ROUND] <= r.highest &&
		    w[WORD_SEED] == s->seed_word) {
			right = true;
			continue;
		}
		seen = see_group(s, w, offset + at, r);
		if (seen.found > worst.found)
			worst = seen;
	}
	if (right && worst.found < FOUND_CURRENT)
		worst.found = FOUND_CURRENT;
	return worst;
}

/* --- marking free space ------------------------------------------------------ */

#define WRITE_BYTES (1u << 20)
#define SPARE_PARTS 16 /* one of so many parts of the free space is left alone */

struct marking {
	int fd;      /* O_DIRECT */
	char *bytes; /* WRITE_BYTES */
	uint64_t seed_word;
};

static int mark_extent(const struct fiemap_extent *x, void *arg, struct err *e)
{
	const struct marking *k = arg;

	if (x->fe_flags & (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_ENCODED |
			   FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_SHARED))
		return err_add(e, EUCLEAN,
			       "poison: an extent of free space has no address of its own (FIEMAP "
			       "flags 0x%x)",
			       x->fe_flags);
	for (uint64_t at = 0; at < x->fe_length;) {
		uint64_t left = x->fe_length - at;
		size_t want = left < WRITE_BYTES ? (size_t)left : WRITE_BYTES;
		ssize_t n;

		stamps_mark(k->seed_word, x->fe_physical + at, k->bytes, want);
		n = pwrite(k->fd, k->bytes, want, (off_t)(x->fe_logical + at));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)want)
			return err_sys(e, n < 0 ? errno : EIO, "poison: cannot write the mark");
		at += want;
	}
	return 0;
}

/* How much of the file system fd lies on is to be marked, in whole blocks. */
static int choose_bytes(int fd, uint64_t max_bytes, uint64_t *bytes, struct err *e)
{
	struct statvfs v;
	uint64_t free_bytes;

	if (fstatvfs(fd, &v))
		return err_sys(e, errno, "poison: cannot ask for free space");
	free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	free_bytes -= free_bytes / SPARE_PARTS;
	*bytes = (max_bytes < free_bytes ? max_bytes : free_bytes) / v.f_bsize * v.f_bsize;
	if (!*bytes)
		return err_add(e, ENOSPC, "poison: there is no free space to mark");
	return 0;
}

static int mark_file(int fd, uint64_t max_bytes, uint64_t seed_word, struct err *e)
{
	struct marking k = { .fd = fd, .seed_word = seed_word };
	void *bytes = NULL;
	uint64_t len;
	int ret = choose_bytes(fd, max_bytes, &len, e);

	if (ret)
		return ret;
	if (posix_memalign(&bytes, 4096, WRITE_BYTES))
		return err_add(e, ENOMEM, "poison: no memory");
	k.bytes = bytes;
	if (fallocate(fd, 0, 0, (off_t)len))
		ret = err_sys(e, errno, "poison: cannot allocate %" PRIu64 " bytes", len);
	if (!ret)
		ret = extents_each(fd, 0, len, mark_extent, &k, e);
	if (!ret && fsync(fd))
		ret = err_sys(e, errno, "poison: cannot flush the mark");
	free(bytes);
	return ret;
}

int stamps_poison(const char *path, uint64_t max_bytes, uint64_t seed, struct err *e)
{
	char *name = xasprintf("%s.poison", path), *copy = xstrdup(path);
	int dir, fd, ret;

	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_DIRECT | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = err_sys(e, errno, "poison: cannot make %s for direct writes%s", name,
			      errno == EEXIST ? ": remove it" : "");
	} else {
		ret = mark_file(fd, max_bytes, seed_word_of(seed), e);
		/* One that stays frees no block, and then no mark can be hit. */
		if (unlink(name) && !ret)
			ret = err_sys(e, errno, "poison: cannot remove %s", name);
		close(fd);
	}
	/* Blocks are free again once the journal has their removal. */
	dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!ret && (dir < 0 || syncfs(dir)))
		ret = err_sys(e, errno, "poison: cannot sync the file system of %s", path);
	if (dir >= 0)
		close(dir);
	free(name);
	free(copy);
	return ret;
}
