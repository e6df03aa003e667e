/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markdown.h: a comparison as Markdown with tables as GitHub and GitLab have them, for
 * merge requests and notes of CI. Names show as they are: nothing in them is markup.
 */
#ifndef FSDUEL_DASHBOARDS_MARKDOWN_H
#define FSDUEL_DASHBOARDS_MARKDOWN_H

#include "analysis/compare/compare.h"
#include "lib/buf.h"

/* Each contrast with its table a metric, what is missing and why, then the notes. */
void markdown_comparison(struct buf *out, const struct comparison *c, const struct results *r);

/* The table of these rows, which share contrast, pass and metric. */
void markdown_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr);

/* Append text on one line, with what Markdown or HTML would obey made plain. */
void markdown_add_text(struct buf *out, const char *text);

#endif
