/* SPDX-License-Identifier: GPL-2.0-or-later */
/* near.h: the known name nearest to a mistyped one, by optimal string alignment distance. */
#ifndef FSDUEL_LIB_NEAR_H
#define FSDUEL_LIB_NEAR_H

#include "lib/buf.h"
#include "lib/err.h"

/* The first of the nearest names (NULL-terminated); NULL: all are further than a third of word. */
const char *near_name(const char *word, const char *const *names);

/* Append "; did you mean X?", or "; known: A, B, C" when nothing is near. */
void near_hint(struct buf *b, const char *word, const char *const *names);

/* Is word the text that a "const char *" at that offset points to, in one of n structs of size
 * bytes? -EINVAL, FSDUEL_USAGE noted: "no WHAT 'word' in these results", and the hint. */
int near_check(const char *what, const char *word, const void *structs, size_t n, size_t size,
	       size_t offset, struct err *e);

#endif
