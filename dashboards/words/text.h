/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h: plain text for a terminal: widths and folding, cleaned (lib/clean.h) of what a
 * terminal would obey. Text is UTF-8; a code point counts as one column.
 */
#ifndef FSDUEL_DASHBOARDS_TEXT_H
#define FSDUEL_DASHBOARDS_TEXT_H

#include <stddef.h>

#include "lib/buf.h"

/* Columns that s takes. */
size_t text_width(const char *s);

/*
 * How many bytes of s make one line of at most width > 0 columns: up to the
 * last blank that fits, or to the edge where there is none. The blanks that
 * follow belong to no line.
 */
size_t text_line(const char *s, size_t width);

/* Append s, cleaned, then blanks up to width; right: the blanks first. */
void text_add_padded(struct buf *b, const char *s, size_t width, int right);

/* Append s, cleaned, each ASCII character by its text in map, where that is not NULL. */
void text_add_mapped(struct buf *b, const char *s, const char *const map[128]);

/*
 * Append text, cleaned, in lines of at most width columns, each with a newline: the
 * first begins with first, the others with as many blanks.
 */
void text_add_wrapped(struct buf *b, const char *first, const char *text, size_t width);

#endif
