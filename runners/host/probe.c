/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.c: a fixed piece of work again and again, timed; see probe.h. */
#include "runners/host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc.h"
#include "lib/rng.h"

#define BLOCK_BYTES 4096u
#define FILE_BLOCKS 1024u
#define PIECE_NS 10000000u /* what a piece of work should take; counts are set once by it */
#define PIECE_MAX (1u << 28)
#define RUNS_MAX 4096u
#define RUNS_MIN 3u

/* The least count of a piece: one slow block must not decide it. */
static const unsigned least[PROBE_KINDS] = { 1000, 16, 16 };

const char *const probe_names[PROBE_KINDS] = { "arithmetic", "direct write", "direct read" };

struct work {
	int fd;
	void *block;
	volatile uint64_t sink; /* so that the arithmetic is not optimised away */
};

/* Blocks far from each other, the same ones in each run. */
static off_t block_offset(unsigned i)
{
	return (off_t)(i * 367u % FILE_BLOCKS) * BLOCK_BYTES;
}

static int time_piece(struct work *w, unsigned k, unsigned count, double *took_ns)
{
	uint64_t x = 1, begin_ns = now_ns();

	for (unsigned i = 0; i < count; i++) {
		ssize_t n = BLOCK_BYTES;

		if (k == PROBE_CPU)
			x = rng_mix(x, i);
		else if (k == PROBE_WRITE)
			n = pwrite(w->fd, w->block, BLOCK_BYTES, block_offset(i));
		else
			n = pread(w->fd, w->block, BLOCK_BYTES, block_offset(i));
		if (n != BLOCK_BYTES)
			return -EIO;
	}
	w->sink = x;
	*took_ns = (double)(now_ns() - begin_ns);
	return 0;
}

/* Double the count until a piece is long enough. It warms up, too. */
static int set_count(struct work *w, unsigned k, unsigned *count)
{
	double took_ns = 0;
	int ret = 0;

	for (*count = least[k]; *count < PIECE_MAX && !ret; *count *= 2) {
		ret = time_piece(w, k, *count, &took_ns);
		if (took_ns >= PIECE_NS)
			break;
	}
	return ret;
}

static int open_file(struct work *w, const char *dir, struct err *e)
{
	int ret = 0;

	w->fd = open(dir, O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return err_sys(e, errno, "cannot make a scratch file for direct I/O in %s", dir);
	for (unsigned i = 0; i < FILE_BLOCKS && !ret; i++)
		if (pwrite(w->fd, w->block, BLOCK_BYTES, (off_t)i * BLOCK_BYTES) != BLOCK_BYTES)
			ret = err_sys(e, errno ? errno : ENOSPC,
				      "cannot write the scratch file in %s", dir);
	if (!ret && fsync(w->fd))
		ret = err_sys(e, errno, "cannot flush the scratch file in %s", dir);
	return ret;
}

/*
 * In turn, so that a drift of the machine is in all of them. Mean and sum of squares grow with
 * each run (Welford 1962).
 */
static int measure(struct probe *p, struct work *w, uint64_t duration_ns, const atomic_int *stop)
{
	double squares[PROBE_KINDS] = { 0 };
	uint64_t begin_ns = now_ns();
	unsigned counts[PROBE_KINDS];
	int ret = 0;

	for (unsigned k = 0; k < PROBE_KINDS && !ret; k++)
		ret = set_count(w, k, &counts[k]);
	for (p->runs = 0; p->runs < RUNS_MAX && !ret; p->runs++) {
		if (p->runs >= RUNS_MIN && now_ns() - begin_ns >= duration_ns)
			break;
		for (unsigned k = 0; k < PROBE_KINDS && !ret; k++) {
			double ns = 0, off;

			ret = stop && *stop ? -EINTR : time_piece(w, k, counts[k], &ns);
			off = ns - p->mean_ns[k];
			p->mean_ns[k] += off / (p->runs + 1);
			squares[k] += off * (ns - p->mean_ns[k]);
		}
	}
	for (unsigned k = 0; k < PROBE_KINDS && !ret; k++)
		p->cv_pct[k] = sqrt(squares[k] / (p->runs - 1)) / p->mean_ns[k] * 100;
	return ret;
}

int probe_run(struct probe *p, const char *dir, uint64_t duration_ns, const atomic_int *stop,
	      struct err *e)
{
	struct work w = { .fd = -1 };
	int ret;

	*p = (struct probe){ 0 };
	if (posix_memalign(&w.block, BLOCK_BYTES, BLOCK_BYTES))
		abort();
	memset(w.block, 0x5a, BLOCK_BYTES);
	ret = open_file(&w, dir, e);
	if (!ret) {
		ret = measure(p, &w, duration_ns, stop);
		if (ret == -EINTR)
			err_add(e, EINTR, "the probe was interrupted");
		else if (ret)
			err_add(e, EIO, "direct I/O to the scratch file in %s failed", dir);
	}
	if (w.fd >= 0)
		close(w.fd);
	free(w.block);
	return ret;
}
