/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbol_cache.h: names of functions for a profile. A guest reads a kernel's names from its
 * /proc/kallsyms; the cache keeps them by the hash of image and modules (nokaslr: addresses are the
 * same at each boot). The guest's own names come from its unstripped copy.
 */
#ifndef FSDUEL_RUNNERS_PROFILE_SYMBOL_CACHE_H
#define FSDUEL_RUNNERS_PROFILE_SYMBOL_CACHE_H

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/symbols.h"

/* modules: the archive of those loaded into it, which may be empty. */
void symbol_cache_key(char key[SHA256_HEX], const char *kernel_sha256, const struct buf *modules,
		      const char *cpu);

/* Where the names of that key are kept, if they are. Caller frees. */
int symbol_cache_path(const char *key, char **path, struct err *e);
/* -ENOENT without a sentence: none is kept. *s is initialised in any case. */
int symbol_cache_load(struct symbols *s, const char *key, struct err *e);
/* Parse the text of /proc/kallsyms and keep it. A cache that cannot be written is no error. */
int symbol_cache_keep(struct symbols *s, const char *key, const char *text, size_t len,
		      struct err *e);

/* Names of the guest's first process; -ENOENT: its unstripped copy is not beside this program. */
int symbols_of_guest(struct symbols *s, struct err *e);

#endif
