/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * html.h: text that came from outside, made safe for each place of a page: between
 * tags and in quoted attributes, in a link, in JSON inside <script>. The browser shows the
 * text and obeys nothing in it. Input is UTF-8.
 */
#ifndef FSDUEL_DASHBOARDS_HTML_H
#define FSDUEL_DASHBOARDS_HTML_H

#include <jansson.h>

#include "lib/buf.h"

/*
 * Append s for a place between tags or inside "...": cleaned (lib/clean.h), and markup
 * characters as references. NULL is "".
 */
void html_add(struct buf *b, const char *s);

/*
 * Append markup with values in it, as printf does: fmt is markup, and each %s is added as
 * html_add adds it. Further conversions: %d, %lld, %u, %zu, %f and %g, with a precision of
 * one digit for the last two.
 */
void html_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Append a path for href="...": every byte but letters, digits and / - . _ ~ as %XX. */
void html_add_path(struct buf *b, const char *path);

/*
 * Append j for a <script type="application/json">: cleaned, ASCII only, and no < > & in it, so
 * that nothing can end the element. Numbers have digits significant digits. j is given away.
 */
void html_add_json(struct buf *b, json_t *j, unsigned digits);

#endif
