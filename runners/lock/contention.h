/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contention.h: what `perf lock contention` makes of a perf.data file: its words as
 * evidence, and its counts and total waits by type and caller, for holding those of
 * lock_reduce against. Two forms exist: a table with times in human units (perf 6.1),
 * and values between separators after -x (6.6 and later); which one a perf has is
 * read off its own help. Not what results rest on: perf is not in a guest.
 */
#ifndef FSDUEL_RUNNERS_LOCK_CONTENTION_H
#define FSDUEL_RUNNERS_LOCK_CONTENTION_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum contention_form { CONTENTION_TABLE, CONTENTION_SEPARATED };

struct contention_row {
	char *type, *caller;              /* "rwsem:W", "vfs_write+0x22f" */
	uint64_t count, total_ns, max_ns; /* of a table rounded: 825.76 ms; max 0: no such column */
};

struct contention {
	struct contention_row *v;
	size_t n;                 /* as perf orders them */
	uint64_t count, total_ns; /* sums of the rows */
	char *version;            /* "6.1.187"; contention_run only, as is text */
	char *text;               /* all that perf said */
};

/* Which form, by the text of `perf lock contention -h`. -ENOTSUP: it has no such command. */
int contention_form_of(const char *help, size_t len, enum contention_form *form, struct err *e);

/*
 * Read perf's output, warnings before the table included. -EINVAL: no table in it, with
 * the last thing perf said; or a line in it that is none of the table, with its number.
 * *c is initialised in any case; a table without rows is 0.
 */
int contention_parse(struct contention *c, enum contention_form form, const char *text, size_t len,
		     struct err *e);

/*
 * Run the perf in PATH on the file at path. -ENOENT: there is none; -ENOTSUP: it cannot do it;
 * -EIO: it failed, with its last line; -ETIMEDOUT: after two minutes. Where only the reading
 * fails, version and text are there.
 */
int contention_run(struct contention *c, const char *path, const atomic_int *stop, struct err *e);

void contention_release(struct contention *c);

#endif
