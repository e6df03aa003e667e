/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poison.c: free space is given a mark that carries its own device address; see
 * stamps.h. Before the timer. It goes through a file, so it never touches a block
 * that is in use and needs no right beyond writing in that directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/buf.h"
#include "workloads/fsload.h"
#include "workloads/stamps.h"

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
	static const struct mix none;
	char *name = xasprintf("%s.poison", path), *copy = xstrdup(path);
	int dir, fd, ret;
	struct stamps s;

	stamps_init(&s, &none, seed);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_DIRECT | O_CLOEXEC, 0600);
	if (fd < 0) {
		ret = err_sys(e, errno, "poison: cannot make %s for direct writes%s", name,
			      errno == EEXIST ? ": remove it" : "");
	} else {
		ret = mark_file(fd, max_bytes, s.seed_word, e);
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
	stamps_release(&s);
	free(name);
	free(copy);
	return ret;
}
