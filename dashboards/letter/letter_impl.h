/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter_impl.h: the pieces of a letter, for letter.c (their order, and lines that are
 * safe in a mail), letter_table.c (what was found), letter_facts.c (on what) and
 * letter_again.c (how to measure it again).
 */
#ifndef FSDUEL_DASHBOARDS_LETTER_IMPL_H
#define FSDUEL_DASHBOARDS_LETTER_IMPL_H

#include "dashboards/letter/letter.h"

/* The first and the last line of a block in a mail. The version stands between the two halves. */
#define LETTER_BEGIN "Benchmark results (fsduel "
#define LETTER_BEGIN_REST "):"
#define LETTER_END "(end of the benchmark results by fsduel)"

struct letter {
	struct buf out; /* lines as they come; letter.c makes them safe */
	enum letter_style style;
	const struct comparison *c;
	const json_t *run;
	struct strv variants; /* that some row shown is of, each once */
};

/* A paragraph; "LABEL  text" in a list; an empty line before what follows. */
void letter_say(struct letter *l, const char *text);
void letter_item(struct letter *l, const char *label, const char *text);
void letter_gap(struct letter *l);
/* Lines that are shown as they stand, a little further in. */
void letter_code(struct letter *l, const char *lines);

/* One contrast, its rows from..to: sentence and table; the chart; why, and what is missing. */
void letter_add_contrast(struct letter *l, size_t from, size_t to);
int letter_add_chart(struct letter *l, const struct plot_source *s, const char *contrast,
		     struct err *e);
void letter_add_reasons(struct letter *l, size_t from, size_t to);
/* What the figures mean, and what else is to be known before they are believed. */
void letter_add_reading(struct letter *l);

void letter_add_facts(struct letter *l);
void letter_add_again(struct letter *l);

/* Objects of run.json: run[list][name], and the entry of "variants" with that name; or NULL. */
const json_t *letter_entry(const struct letter *l, const char *list, const char *name);
const json_t *letter_variant(const struct letter *l, const char *name);
const char *letter_text(const json_t *object, const char *key); /* or NULL */

/* Its values of the variants shown ("kernel", "mount"), each once, in order. */
void letter_used(const struct letter *l, const char *key, struct strv *names);

#endif
