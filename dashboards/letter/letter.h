/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter.h: a results folder as a block of text for a patch's cover letter, a blog or a merge
 * request. In a mail the block stands between two lines of its own, by which it is found
 * again. None of its lines is one at which git or a mail program would cut the mail.
 */
#ifndef FSDUEL_DASHBOARDS_LETTER_H
#define FSDUEL_DASHBOARDS_LETTER_H

#include "dashboards/plot/plot.h"

#define LETTER_WIDTH 72

enum letter_style {
	LETTER_ASCII,    /* nothing but ASCII; other characters become "?" */
	LETTER_UNICODE,  /* names as they are */
	LETTER_MARKDOWN, /* for a merge request: lines of any length, no end line */
};

void letter_write(struct buf *out, const struct plot_source *s, enum letter_style style);

/* Append mail with block in the place of git's line "*** BLURB HERE ***", or of the block that a
 * former run put there; all else byte for byte. name stands for the mail in sentences. -EINVAL: it
 * has neither, or more than one, or a block without an end. */
int letter_into(struct buf *out, const struct buf *mail, const struct buf *block, const char *name,
		struct err *e);

#endif
