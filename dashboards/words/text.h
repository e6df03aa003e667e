/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.h: plain text for a terminal, cleaned (lib/clean.h). UTF-8; a code point is one column. */
#ifndef FSDUEL_DASHBOARDS_TEXT_H
#define FSDUEL_DASHBOARDS_TEXT_H

#include <stddef.h>

#include "lib/buf.h"

/* Columns that s takes. */
size_t text_width(const char *s);

/* Bytes of s that make a line of at most width > 0 columns; the blanks that follow are in none. */
size_t text_line(const char *s, size_t width);

/* Append s, cleaned, then blanks up to width; right: the blanks first. */
void text_add_padded(struct buf *b, const char *s, size_t width, int right);

/* Append s, cleaned, each ASCII character by its text in map, where that is not NULL. */
void text_add_mapped(struct buf *b, const char *s, const char *const map[128]);

/* Append text, cleaned, in lines of at most width columns: first before it, then blanks. */
void text_add_wrapped(struct buf *b, const char *first, const char *text, size_t width);

#endif
