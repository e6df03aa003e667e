/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clean.h: text from outside (names, reasons, the kernel's lines) without the characters that act
 * instead of being seen. All that is shown or exported passes through it; files keep it as it was.
 */
#ifndef FSDUEL_LIB_CLEAN_H
#define FSDUEL_LIB_CLEAN_H

#include <jansson.h>
#include <stdint.h>

#include "lib/buf.h"

/* Append s with '?' for a control character (newline and tab too), a mark that turns the writing
 * direction, a character without width, a line separator of Unicode's, a byte that is no UTF-8. */
void clean_add(struct buf *b, const char *s);

/* The first such place in s, tabs apart, or NULL; *c is its code point, 0xfffd for a stray byte. */
const char *clean_find(const char *s, uint32_t *c);

/* s, cleaned, as a new JSON string. */
json_t *clean_text(const char *s);

/* j with all its strings and the names of its members cleaned. j is given away. NULL gives NULL. */
json_t *clean_json(json_t *j);

#endif
