/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extents.c: states of extents made by pwrite and fallocate, and read back by FIEMAP. */
#include "workloads/extents.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#define WRITE_BYTES (1u << 20)
#define FILL_BYTE 0x6e /* anything but 0: a hole must not pass for data */
#define FIEMAP_EXTENTS 64

const char *const extents_names[] = { "any", "written", "unwritten", "hole", "mixed", NULL };

/* --- reading ----------------------------------------------------------------- */

union fiemap_room {
	struct fiemap fm;
	char room[sizeof(struct fiemap) + FIEMAP_EXTENTS * sizeof(struct fiemap_extent)];
};

static int fiemap(int fd, uint64_t start, uint64_t end, struct fiemap *fm, struct err *e)
{
	memset(fm, 0, sizeof(*fm));
	fm->fm_start = start;
	fm->fm_length = end - start;
	fm->fm_flags = FIEMAP_FLAG_SYNC;
	fm->fm_extent_count = FIEMAP_EXTENTS;
	if (!ioctl(fd, FS_IOC_FIEMAP, fm))
		return 0;
	if (errno == ENOTTY || errno == EOPNOTSUPP)
		return err_add(e, ENOTSUP,
			       "this file system has no FIEMAP, so extents cannot be proved: set "
			       "extents=any to go without");
	return err_sys(e, errno, "FIEMAP of the work file failed");
}

int extents_each(int fd, uint64_t start, uint64_t end,
		 int (*fn)(const struct fiemap_extent *x, void *arg, struct err *e), void *arg,
		 struct err *e)
{
	union fiemap_room u;
	struct fiemap *fm = &u.fm;
	bool last = false;
	int ret = 0;

	while (start < end && !last && !ret) {
		ret = fiemap(fd, start, end, fm, e);
		if (ret)
			return ret;
		last = !fm->fm_mapped_extents;
		for (unsigned i = 0; i < fm->fm_mapped_extents && !ret; i++) {
			const struct fiemap_extent *x = &fm->fm_extents[i];

			ret = fn(x, arg, e);
			start = x->fe_logical + x->fe_length;
			last = x->fe_flags & FIEMAP_EXTENT_LAST;
		}
	}
	return ret;
}

/* A range up to pos, and the states met there as bits, 1 << enum extents. */
struct seeing {
	uint64_t pos;
	unsigned seen;
};

static int see_one(const struct fiemap_extent *x, void *arg, struct err *e)
{
	const uint32_t odd = FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC |
			     FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_NOT_ALIGNED |
			     FIEMAP_EXTENT_SHARED;
	struct seeing *s = arg;

	if (x->fe_flags & odd)
		return err_add(e, EUCLEAN,
			       "the extent at %" PRIu64 " of the work file is delayed, encoded, "
			       "inline or shared (FIEMAP flags 0x%x): no plain overwrite",
			       (uint64_t)x->fe_logical, x->fe_flags);
	if (x->fe_logical > s->pos)
		s->seen |= 1u << EXTENTS_HOLE;
	s->pos = x->fe_logical + x->fe_length;
	s->seen |=
		1u << (x->fe_flags & FIEMAP_EXTENT_UNWRITTEN ? EXTENTS_UNWRITTEN : EXTENTS_WRITTEN);
	return 0;
}

int extents_state(int fd, uint64_t start, uint64_t len, enum extents *state, struct err *e)
{
	struct seeing s = { start, 0 };
	int ret = extents_each(fd, start, start + len, see_one, &s, e);

	if (ret)
		return ret;
	if (s.pos < start + len)
		s.seen |= 1u << EXTENTS_HOLE;
	*state = s.seen & (s.seen - 1) ? EXTENTS_MIXED : (enum extents)__builtin_ctz(s.seen);
	return 0;
}

/* Where bytes go: past the page cache if that can be had, since it need not be dropped then. */
struct writer {
	int fd;      /* the caller's */
	int direct;  /* -1: none */
	char *bytes; /* WRITE_BYTES of pattern */
};

static int writer_init(struct writer *w, int fd, struct err *e)
{
	char path[40];
	void *bytes;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*w = (struct writer){ fd, -1, NULL };
	if (posix_memalign(&bytes, 4096, WRITE_BYTES))
		return err_add(e, ENOMEM, "no memory to fill the work file with");
	w->bytes = memset(bytes, FILL_BYTE, WRITE_BYTES);
	w->direct = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	return 0;
}

static void writer_release(struct writer *w)
{
	if (w->direct >= 0)
		close(w->direct);
	free(w->bytes);
}

static int write_range(struct writer *w, uint64_t start, uint64_t len, struct err *e)
{
	while (len) {
		size_t want = len < WRITE_BYTES ? (size_t)len : WRITE_BYTES;
		int fd = w->direct >= 0 ? w->direct : w->fd;
		ssize_t n = pwrite(fd, w->bytes, want, (off_t)start);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL && w->direct >= 0) {
			/* Opened, yet not for this alignment: the page cache takes any. */
			close(w->direct);
			w->direct = -1;
			continue;
		}
		if (n <= 0)
			return err_sys(e, n ? errno : ENOSPC,
				       "cannot write the work file at %" PRIu64, start);
		start += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

static int allocate(int fd, int mode, uint64_t start, uint64_t len, struct err *e)
{
	while (fallocate(fd, mode, (off_t)start, (off_t)len))
		if (errno != EINTR)
			return err_sys(e, errno,
				       "cannot %s %" PRIu64 " bytes at %" PRIu64
				       " of the work file",
				       mode ? "punch a hole of" : "allocate", len, start);
	return 0;
}

static int make_written(int fd, uint64_t start, uint64_t len, uint64_t piece, uint64_t step,
			struct err *e)
{
	struct writer w;
	int ret = writer_init(&w, fd, e);

	for (uint64_t pos = 0; !ret && pos < len; pos += step)
		ret = write_range(&w, start + pos, piece < len - pos ? piece : len - pos, e);
	writer_release(&w);
	return ret;
}

static int make(int fd, uint64_t start, uint64_t len, enum extents state, uint64_t chunk,
		struct err *e)
{
	int ret;

	if (state == EXTENTS_WRITTEN) {
		/* One allocation for all of it keeps the extents few; only written counts. */
		fallocate(fd, 0, (off_t)start, (off_t)len);
		return make_written(fd, start, len, len, len, e);
	}
	ret = allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, len, e);
	/* Write pieces before allocating the rest: else ext4 may zero a small unwritten piece. */
	if (!ret && state == EXTENTS_MIXED)
		ret = make_written(fd, start, len, chunk, 2 * chunk, e);
	if (!ret && state != EXTENTS_HOLE)
		ret = allocate(fd, 0, start, len, e);
	return ret;
}

static int check_range(int fd, uint64_t start, uint64_t len, uint64_t chunk, struct err *e)
{
	struct statfs fs;
	uint64_t block;

	if (fstatfs(fd, &fs))
		return err_sys(e, errno, "cannot ask the file system of the work file");
	block = (uint64_t)fs.f_bsize;
	if (start % block || len % block || chunk % block)
		return err_add(e, EINVAL,
			       "region %" PRIu64 "+%" PRIu64 " in pieces of %" PRIu64
			       " does not fall on the file system's blocks of %" PRIu64 " bytes",
			       start, len, chunk, block);
	return 0;
}

int extents_make(int fd, uint64_t start, uint64_t len, enum extents state, uint64_t chunk,
		 struct err *e)
{
	int ret = check_range(fd, start, len, state == EXTENTS_MIXED ? chunk : 0, e);

	if (!ret)
		ret = make(fd, start, len, state, chunk, e);
	if (!ret && fsync(fd))
		ret = err_sys(e, errno, "cannot flush the work file");
	/* What went through the page cache after all would make the first reads too cheap. */
	if (!ret)
		posix_fadvise(fd, (off_t)start, (off_t)len, POSIX_FADV_DONTNEED);
	return ret;
}
