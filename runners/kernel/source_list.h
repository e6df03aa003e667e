/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source_list.h: the files of a source tree by path and hash, and a private copy
 * that is kept equal to such a list.
 *
 * A list is read from a tree (what git tracks there or would track, or every
 * file), saved as a manifest, and given back to the next reading, which then
 * hashes only files whose size, change time or mode moved. The copy has a
 * manifest of its own: only files whose contents differ are written, so make
 * compiles again just what has changed, and a killed copy is known to be one.
 */
#ifndef FSDUEL_RUNNERS_SOURCE_LIST_H
#define FSDUEL_RUNNERS_SOURCE_LIST_H

#include <stddef.h>

#include "lib/err.h"
#include "lib/fs.h"

struct source_file {
	char *path;     /* in the tree */
	char *root;     /* the tree: borrowed, or NULL in a list that was loaded */
	char stamp[64]; /* "f SIZE CTIME": kind (f file, x executable, l link) and the rest */
	char hash[SHA256_HEX]; /* of the contents or the link's target; "-": not known */
};

/* Sorted by path, each path once. */
struct source_list {
	struct source_file *v;
	size_t n, cap;
};

#define SOURCE_LIST_INIT                                                                           \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/*
 * Every source file under root (which the list then borrows), with the hashes of
 * known (may be empty) where the stamps agree. -EINVAL: root is no kernel tree,
 * or no git tree and has been built in itself.
 */
int source_list_read(struct source_list *l, char *root, const struct source_list *known,
		     struct err *e);
void source_list_release(struct source_list *l);

struct source_file *source_list_find(const struct source_list *l, const char *path);
/*
 * Let path be what it is under root: hashed anew, added, or dropped when it is
 * not there.
 */
int source_list_update(struct source_list *l, char *root, const char *path, struct err *e);

/* Hash over paths, kinds and contents. */
void source_list_key(const struct source_list *l, char out[SHA256_HEX]);

/* A manifest that is absent or damaged is an empty list. */
void source_list_load(struct source_list *l, const char *manifest);
int source_list_save(const struct source_list *l, const char *manifest, struct err *e);

/*
 * Make the folder dst, whose manifest that is, equal to want. -EBUSY: a file's
 * contents are no longer those that were hashed.
 */
int source_list_copy(const struct source_list *want, const char *dst, const char *manifest,
		     struct err *e);

#endif
