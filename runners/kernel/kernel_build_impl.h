/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_build_impl.h: the parts of kernel_build.c, apart so that each can be
 * tested: patches by name (kernel_patch.c), what is asked of the configuration
 * (kernel_config.c), make (kernel_make.c). Private to runners/ and tests/.
 */
#ifndef FSDUEL_RUNNERS_KERNEL_BUILD_IMPL_H
#define FSDUEL_RUNNERS_KERNEL_BUILD_IMPL_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "runners/kernel/kernel_build.h"
#include "runners/kernel/source_list.h"

/* --- kernel_build.c ------------------------------------------------------- */

struct build_keys {
	char objects[SHA256_HEX]; /* compiler, linker, configuration: what objects may be shared by
				   */
	char image[SHA256_HEX];   /* that and the source */
};

void build_keys(const char *toolchain, const char *config, const struct source_list *source,
		struct build_keys *k);

/* --- kernel_fetch.c ------------------------------------------------------- */

/* Folder of Debian's source of that series (malloc'ed), fetched when none is there yet. */
int kernel_source(const char *series, char **dir, struct err *e);

/* --- kernel_patch.c ------------------------------------------------------- */

struct patch {
	char *name;      /* as given */
	char *path;      /* what was read */
	struct buf text; /* templates filled in */
};

struct patchset {
	struct patch *v;
	size_t n;
	struct strv files; /* paths in the tree that the patches name, each once */
};

/*
 * Absolute path of kernels/name where lib/data.h finds it, or NULL. Caller frees.
 */
char *kernel_data_file(const char *name);

/*
 * Read patches: NAME is kernels/NAME.patch, NAME-12 else kernels/NAME-N.patch.in
 * with each @N@ made 12, and what has a '/' or '.' in it is a path. -EINVAL: none of
 * these, a number outside 1 to PATCH_MAX_N, text that names no file, or one
 * outside of the tree.
 */
#define PATCH_MAX_N 100000
int patchset_load(struct patchset *s, const char *const *names, size_t nr, struct err *e);
void patchset_release(struct patchset *s);

/* Make stage a folder of just the files that they name, as they are in tree. */
int patchset_stage(const struct patchset *s, const char *tree, const char *stage, struct err *e);

/*
 * Apply them in order, with patch(1), to the files under dir; scratch is a
 * folder, absolute, for what is needed on the way. -EINVAL: one does not apply; the
 * sentence names patch, file and hunks, and where the rejected hunks are kept.
 */
int patchset_apply(const struct patchset *s, const char *dir, const char *scratch, struct err *e);

/* --- kernel_config.c ------------------------------------------------------ */

/* Our own fragment and then the user's (may be NULL), as one text. */
struct config_text {
	struct buf text;
	struct strv origins; /* of each line: "kernels/small.config:12" */
};

int config_text_load(struct config_text *c, const char *extra, struct err *e);
void config_text_release(struct config_text *c);

/* -EINVAL: an option is not in config, the .config made of it, as it was asked for. */
int config_text_check(const struct config_text *c, const char *config, struct err *e);

/* --- kernel_make.c -------------------------------------------------------- */

/* The programs a build takes; -ENOENT with the packages to install when some are missing. */
int make_check_tools(bool patches, struct err *e);

/* First lines of gcc's and ld's --version, "\n" between them. */
int make_toolchain(struct buf *b, struct err *e);

struct make_job {
	const struct kernel_build *build;
	const char *src, *obj; /* absolute */
	const char *log;       /* all that make says goes there, anew each time */
	const char *version;   /* KBUILD_BUILD_VERSION */
	int lock;              /* stays open in make, so that orphans of a killed fsduel
				* keep the next one out until they have ended */
};

/* The command line, all of it but the targets, with its environment. */
void make_argv(const struct make_job *j, struct strv *argv);
/* `make allnoconfig` with fragment, a file. */
int make_config(const struct make_job *j, const char *fragment, struct err *e);
/* bzImage and vmlinux. -EINVAL: it failed; with the last lines of the log. */
int make_image(const struct make_job *j, struct err *e);

/* The lines of make's log that tell why it failed, at most max bytes, to b. */
void make_log_tail(const char *log, size_t max, struct buf *b);

#endif
