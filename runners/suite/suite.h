/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.h: a suite file read and checked: the measurement that the user asks for. Nothing here
 * starts anything, or looks at more of the machine than the suite and the fio jobs that it names.
 */
#ifndef FSDUEL_RUNNERS_SUITE_H
#define FSDUEL_RUNNERS_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/ini.h"
#include "runners/kernel/kernel_build.h"
#include "runners/tables/fs_type.h"
#include "runners/tables/mode.h"
#include "workloads/fsload.h"

struct suite_kernel {
	char *label;  /* "baseline" */
	char *ref;    /* path, or a name in the cache; NULL: given on the command line */
	char *source; /* "6.12": ref is built of Debian's source; NULL: ref is found as it is */
	struct strv patches; /* for it, in order: names of kernels/, or paths */
	unsigned line;
};

struct suite_mount {
	char *name;       /* "dioread_lock" */
	char *fs;         /* a row of the file-system table: "ext4" */
	struct strv mkfs; /* extra mkfs arguments of the user's */
	char *options;    /* mount options as written: "nodelalloc,dioread_lock"; "" for none */
	unsigned line;
};

struct suite_variant {
	char *name;           /* "patched/nodelalloc" unless given a name of its own */
	size_t kernel, mount; /* indices */
};

struct suite_contrast {
	char *name;
	size_t baseline, patched; /* indices of variants */
};

/* One key of a workload with its values. */
struct suite_param {
	char *name;         /* "threads", "bs", "buffered_write.bs", "iodepth" */
	struct strv values; /* canonical; more than one: a dimension of the matrix */
	unsigned line;
};

struct suite_workload {
	char *name;
	char *mix;         /* "dio_overwrite:{threads} buffered_write:1", or NULL */
	char *fio;         /* path of the job file, or NULL; exactly one of the two is set */
	char *fio_text;    /* its whole text */
	struct strv notes; /* where the job that is run differs from the file, a sentence each */
	struct suite_param *params;
	size_t nr_params;
	unsigned line;
};

/* Up to this margin a change of the metric is none: analysis/compare/verdict.h. */
struct suite_margin {
	char *metric;
	uint64_t thousandths_pct; /* 2000: 2 % */
};

/* An adaptive run is judged at so many blocks, at this level. */
struct suite_look {
	unsigned blocks;
	double alpha;
};

/* The words of an experiment, for people; NULL: not given. */
struct suite_experiment {
	char *question, *work; /* the latter: the work of the original, unscaled */
	char *published;       /* the figures that were published */
	unsigned host_blocks;  /* on the machine as well, up to so many blocks; 0: not there */
};

struct suite {
	char *path, *name, *about;
	struct suite_experiment experiment;
	bool unscaled;   /* keys "unscaled.*" have taken the place of the plain ones */
	char sha256[65]; /* of the file's text */
	char *text;      /* the file's text, copied into the results folder */
	enum mode mode;
	unsigned blocks;
	unsigned passes;           /* bit i: enum pass */
	unsigned watch_blocks;     /* the first so many blocks have the watching passes too */
	uint64_t raw_budget_bytes; /* what recordings may take in the results folder, compressed */
	uint64_t seed;             /* of the workloads */
	uint64_t order_seed;       /* of the order of the variants; 0: that of the workloads */
	struct suite_device device;
	char *device_path; /* the host's file or device; NULL: null_blk, or a scratch file */
	unsigned cpus;
	char *cpu; /* for QEMU's -cpu; NULL: the mode's */
	uint64_t memory_bytes;
	uint64_t limit_virtual_ns, limit_wall_ns; /* of one cell run */
	bool limit_wall_said;                     /* the suite gives the latter */
	struct suite_kernel *kernels;
	size_t nr_kernels;
	struct suite_mount *mounts;
	size_t nr_mounts;
	struct suite_variant *variants;
	size_t nr_variants;
	struct suite_contrast *contrasts;
	size_t nr_contrasts;
	struct suite_workload *workloads;
	size_t nr_workloads;
	struct suite_margin *margins;
	size_t nr_margins;
	struct { /* of `fsduel guard` */
		bool there;
		struct strv control; /* variants on which stale data must be seen */
		uint64_t least;      /* reads that make one clean; 0: not said */
	} guard;
	struct suite_look looks[4];
	size_t nr_looks; /* the command line's; 0: not adaptive */
};

/* The command line's words over the file's. NULL, 0: as the file says. */
struct suite_overrides {
	/* Images for these two labels; the only kernel of a suite takes baseline, too. */
	const char *baseline, *patched;
	unsigned blocks;
	const char *mode;
	const char *const *passes;
	size_t nr_passes; /* names, added to the file's */
	unsigned watch_blocks;
	/* Mode host: the label of the running kernel; a suite without kernels has the two then. */
	const char *running;
	/* The work before it was scaled down: the value of each key unscaled.KEY for KEY. */
	bool unscaled;
};

/* Read and check path. Every mistake is "path:line: what, what to try"; reading goes on after one.
 * -EINVAL then, FSDUEL_USAGE noted; *s may be released in any case. */
int suite_load(struct suite *s, const char *path, const struct suite_overrides *o, struct err *e);
/* The same from memory; fio job files lie beside path. */
int suite_load_mem(struct suite *s, const char *path, const char *text, size_t len,
		   const struct suite_overrides *o, struct err *e);
void suite_release(struct suite *s);

/* The build of a kernel with a source; strings are borrowed. */
struct kernel_build suite_kernel_build(const struct suite_kernel *k);

/* Before plan_make: draw order_seed, or read it from the results folder dir that was begun. The
 * test of "nothing changed" (docs/statistics.md) needs a coin that is thrown for each run. Nothing
 * is drawn in exact mode, or if it is set. */
int suite_draw_order(struct suite *s, const char *dir, struct err *e);

/* Turn the suite into a duel of its first kernel against itself: a twin "again" of the same image,
 * and for each mount a contrast of the two, of the mount's name. Any difference is noise. */
void suite_self(struct suite *s);

#endif
