/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.h: one cell run, the same code on the host and in the guest: mkfs,
 * mount, prepare, drop caches, settle, prove extents, measure, collect, read the kernel
 * log, unmount. It writes nothing but its result, and in a locks pass a recording.
 */
#ifndef FSDUEL_RUNNERS_CELL_H
#define FSDUEL_RUNNERS_CELL_H

#include <jansson.h>
#include <stdatomic.h>

#include "lib/buf.h"
#include "runners/suite/plan.h"
#include "runners/cell/claim.h"
#include "runners/result/result.h"
#include "runners/cell/settle.h"

/*
 * Everything that a cell run depends on, and nothing else: no label, no run id. The same image
 * under two labels gives the same bytes.
 */
struct cell_spec {
	char *fs;            /* row of fs_types */
	struct strv mkfs;    /* the whole mkfs command, without the device */
	char *mount_options; /* as the suite says */
	char *mix;           /* "dio_overwrite:4 ..." canonical, or NULL */
	struct strv mix_set; /* "runtime=1s", "dio_overwrite.bs=4k", ... all of them, explicit */
	char *fio;           /* job text with parameters and seed, or NULL */
	char *fio_before;    /* jobs that are run before it, unmeasured, or NULL */
	uint64_t seed;
	enum pass pass;
	uint64_t limit_ns; /* of the whole cell run on its own clock */
	struct suite_device device;
};

/* The spec of a unit; uuid and hash seed come from the block's seed. */
int cell_spec_make(struct cell_spec *c, const struct plan *p, const struct plan_unit *u,
		   struct err *e);
void cell_spec_release(struct cell_spec *c);
json_t *cell_spec_to_json(const struct cell_spec *c);
int cell_spec_from_json(struct cell_spec *c, const json_t *j, struct err *e);

/* The UUID that the file systems of a block with this seed get. Caller frees. */
char *cell_uuid(uint64_t seed);

/* Where it runs. */
struct cell_place {
	const char *device; /* block device, ours to format; or the one below dir */
	/* Holds it: mkfs and mount then go through it (claim.h). NULL: device is in nobody's hands
	 * but ours, as in a guest, or is not formatted. */
	struct claim *claim;
	const char *dir; /* empty directory to mount on */
	/* Where the file system that holds dir is mounted, if it is to be used as it is: nothing is
	 * formatted or mounted then. Else NULL. */
	const char *existing;
	/* Its name to the kernel, "loop0": lines of the kernel log about other devices do not
	 * count. NULL: all count, as in a guest, which has no other. */
	const char *log_name;
	const char *work; /* directory for scratch files (fio's output) outside the measured file
			     system */
	uint64_t recording_max_bytes; /* a pass that records more there fails; 0: 256 MiB */
	uint64_t raw_max_bytes; /* longer recordings are reduced, but not kept in the result; 0: all
				   are */
	void (*mark)(void *arg, int begin); /* timed part begins / has ended; may be NULL */
	void *mark_arg;
	/*
	 * Called around the part that a profile counts: all of a mix's timed part. Not called for
	 * a fio job: there the library in fio marks the part in which all its jobs are at work
	 * (fio_run.h), and the facts "counted_ns" (0: there was none) and "counted_ops" are its
	 * length and its operations. May be NULL.
	 */
	void (*count)(int begin);
	void (*stepped)(void *arg, const char *step,
			uint64_t ns); /* after each step; may be NULL */
	void *stepped_arg;
	struct settle settle;   /* how long to wait for an idle machine before measuring */
	const atomic_int *stop; /* non-zero: give up, clean up, STATUS_FAILED "interrupted" */
};

/*
 * Run it. In any case *r (initialised here) says how it went, and nothing stays mounted. -errno
 * only when it could not clean up, or when the device is no longer ours: then nothing more may
 * be run on it.
 */
int cell_run(const struct cell_spec *c, const struct cell_place *at, struct result *r,
	     struct err *e);

#endif
