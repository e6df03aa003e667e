/* SPDX-License-Identifier: GPL-2.0-or-later */
/* csv.h: RFC 4180 with a header row, over libcsv, which knows neither headers nor line numbers. */
#ifndef FSDUEL_LIB_CSV_H
#define FSDUEL_LIB_CSV_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* One data row, valid during the call. */
struct csv_row {
	const char *const *field; /* of columns[i]; "" when empty */
	unsigned long line;       /* on which the row ends; the header is line 1 */
};

/* Return 0 to go on, -errno (with a sentence in e) to stop. */
typedef int (*csv_row_fn)(void *arg, const struct csv_row *row, struct err *e);

/*
 * Read the file at path. columns: the names wanted, each once, NULL at the end, in the order
 * in which fn gets them; one that starts with '?' may be absent and is then "". Other columns
 * and blank lines are ignored; blanks around a field belong to it; a byte-order mark and CRLF
 * are accepted. -EINVAL with path:line: no header, a column missing or twice, a row of another
 * width, a NUL byte, a quote out of place or unclosed; fn has got the rows before it.
 */
int csv_read(const char *path, const char *const *columns, csv_row_fn fn, void *arg, struct err *e);

/* The same from memory; name stands for the path in sentences. */
int csv_read_mem(const char *name, const char *data, size_t len, const char *const *columns,
		 csv_row_fn fn, void *arg, struct err *e);

/* Append one row, "\n"-ended, quoting a field only where RFC 4180 needs it. NULL is an empty field.
 * A formula gets a ' in front, which csv_read takes away again: it gives the same fields. */
void csv_add_row(struct buf *b, const char *const *fields, size_t n);

#endif
