/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter_impl.h: a letter while it is written: page.c has its lines, the others its parts. */
#ifndef FSDUEL_DASHBOARDS_LETTER_IMPL_H
#define FSDUEL_DASHBOARDS_LETTER_IMPL_H

#include "dashboards/letter/letter.h"

/* The first and the last line of a block in a mail. The version stands between the two halves. */
#define LETTER_BEGIN "Benchmark results (fsduel "
#define LETTER_BEGIN_REST "):"
#define LETTER_END "(end of the benchmark results by fsduel)"

struct letter {
	struct buf out; /* lines as they come; letter_page makes them safe */
	enum letter_style style;
	const struct comparison *c;
	const json_t *run;
	struct strv variants; /* of the rows that are shown, each once */
};

/* A paragraph; "LABEL  text" in a list; an empty line before the next part. */
void letter_say(struct letter *l, const char *text);
void letter_item(struct letter *l, const char *label, const char *text);
void letter_gap(struct letter *l);
/* The first max of texts as items, and "and 3 more: fsduel compare DIR". */
void letter_items(struct letter *l, const char *label, const struct strv *texts, size_t max);
/* Lines that are shown as they stand, a little further in. */
void letter_code(struct letter *l, const char *lines);
/* Append the finished letter, with its first and last line. */
void letter_page(struct buf *out, struct letter *l);

void letter_add_facts(struct letter *l);
void letter_add_again(struct letter *l);

#endif
