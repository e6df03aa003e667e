/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel.h: how a guest hands its results back: text records, one a line,
 * counted and checksummed, so that a cut or damaged answer is seen as such.
 *
 *     fsduel-channel 1
 *     NAME JSON            any number of records
 *     end N SHA256         N records; hash of all bytes before this line
 */
#ifndef FSDUEL_RUNNERS_CHANNEL_H
#define FSDUEL_RUNNERS_CHANNEL_H

#include <jansson.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Writing: begin, records, end; the bytes collect in b. */
struct channel {
	struct buf b;
	unsigned records;
};

void channel_begin(struct channel *c);
void channel_add(struct channel *c, const char *name, const json_t *value); /* NULL: adds none */
/* The same with the JSON as text, in one line. */
void channel_add_text(struct channel *c, const char *name, const char *text);
void channel_end(struct channel *c);

/*
 * Reading: {"NAME": value, ...} in *out (caller decrefs), and the text of the record
 * CHANNEL_RESULT in *result (caller frees; NULL: there is none). -ENODATA: nothing was
 * written at all; -EINVAL: cut short, damaged, or a record twice, with a sentence.
 */
#define CHANNEL_RESULT "result"
int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e);

#endif
