/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: a results folder as one page for a browser: what was found, a table to
 * sort and filter, and for every cell its samples, plots and locks; then what was run
 * on what. The page holds all it needs, works from a file and may load nothing: its
 * Content-Security-Policy allows its own style and script, by their hashes, and no
 * more. It shows what analysis found and computes nothing.
 *
 * The C side writes one block of JSON and no markup around any text from outside; the scripts
 * beside this file draw the page from it.
 */
#ifndef FSDUEL_DASHBOARDS_REPORT_H
#define FSDUEL_DASHBOARDS_REPORT_H

#include "analysis/compare/compare.h"
#include "analysis/costs/costs.h"
#include "analysis/locks/locks.h"
#include "lib/buf.h"

struct report {
	const struct results *results;
	const struct comparison *comparison; /* judged, what does not decide too */
	const struct locks *locks;           /* NULL: there was no such pass */
	const struct costs *costs;           /* NULL: there was no such pass */
	const json_t *series;                /* report_series_read's; NULL: none */
	const char *folder;                  /* its path, for people and for commands */
	const char *base;                    /* from the page to the folder: "./", "../quick/" */
	const struct strv *files;            /* in the folder, as paths below it, sorted */
};

void report_write(struct buf *out, const struct report *r);

/* Read the part of DIR/series.csv that the page shows, as a new reference; empty where there is no
 * such file. -EINVAL with path:line for a bad row. */
int report_series_read(json_t **out, const struct results *r, const char *dir, struct err *e);

/* --- among the files of this folder ------------------------------------------------------------
 */

/* Append j for a <script type="application/json">: cleaned (lib/clean.h), ASCII only, and no < > &
 * in it, so that nothing can end the element. 7 significant digits. j is given away. */
void report_add_json(struct buf *b, json_t *j);
/* Set page's "rows", those of the table, and "cells": report_data.c. */
void report_set_rows(json_t *page, const struct report *r);
/* The cell's operations over time of both variants; a new reference, as the script draws it. */
json_t *report_series_json(const struct report *r, const struct comparison_row *row);

#endif
