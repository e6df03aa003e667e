/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * formats.h: the output formats, a file each with its `const struct format format_<name>`;
 * FORMATS is their list. `--format` of compare, locks, profile and guard takes those that
 * can show the command's subject.
 */
#ifndef FSDUEL_DASHBOARDS_FORMATS_H
#define FSDUEL_DASHBOARDS_FORMATS_H

#include "dashboards/export/fields.h"
#include "lib/err.h"

/* The first is the default. */
#define FORMATS(F) F(table) F(csv) F(json) F(markdown) F(junit) F(ktap) F(folded)

enum subject { SUBJECT_COMPARISON, SUBJECT_LOCKS, SUBJECT_COSTS, SUBJECT_GUARD, NR_SUBJECTS };

struct format {
	const char *name;
	/* Append the subject's report. NULL: data is called if there is one, else it has none. */
	void (*show[NR_SUBJECTS])(struct buf *out, const struct findings *f);
	/* Append the rows of any subject as a list of fields. */
	void (*data)(struct buf *out, const struct dataset *d, const struct findings *f);
	bool tests;        /* lists all cells that decide as tests, and nothing else */
	bool one_contrast; /* rows do not name their contrast */
};

#define FORMAT_DECLARE(name) extern const struct format format_##name;
FORMATS(FORMAT_DECLARE)
#undef FORMAT_DECLARE

/* The format of that name (NULL: the default); -EINVAL in e, with the known ones, and NULL. */
const struct format *format_find(const char *name, enum subject subject, struct err *e);

/* "table, csv, json": the formats that can show it. Freed by the caller. */
char *format_names(enum subject subject);

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f);

#endif
