/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * formats.h: the output formats. Each is a file with its `const struct format format_<name>`
 * and a row F(<name>) in one of the lists below; make finds the file, and --format, the help
 * and the man pages of compare, locks, profile and guard have it.
 */
#ifndef FSDUEL_DASHBOARDS_FORMATS_H
#define FSDUEL_DASHBOARDS_FORMATS_H

#include "dashboards/export/fields.h"
#include "lib/err.h"

/* Formats of rows of fields, whatever they are about; of comparisons only; of profiles only. */
#define FORMATS_DATA(F) F(csv) F(json)
#define FORMATS_COMPARISON(F) F(markdown) F(junit) F(ktap)
#define FORMATS_COSTS(F) F(folded)

/* All formats of a subject as they are written in a help text; the first is the default. */
#define FORMAT_WORD(name) "|" #name
#define FORMATS_OF_COMPARISON "table" FORMATS_DATA(FORMAT_WORD) FORMATS_COMPARISON(FORMAT_WORD)
#define FORMATS_OF_LOCKS "table" FORMATS_DATA(FORMAT_WORD)
#define FORMATS_OF_COSTS "table" FORMATS_DATA(FORMAT_WORD) FORMATS_COSTS(FORMAT_WORD)
#define FORMATS_OF_GUARD "table" FORMATS_DATA(FORMAT_WORD)

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
FORMAT_DECLARE(table)
FORMATS_DATA(FORMAT_DECLARE)
FORMATS_COMPARISON(FORMAT_DECLARE)
FORMATS_COSTS(FORMAT_DECLARE)

/* The format of that name (NULL: the default); -EINVAL in e, with the known ones, and NULL. */
const struct format *format_find(const char *name, enum subject subject, struct err *e);

/* The one at that place in FORMATS_OF_..., from 0; NULL: there are fewer. */
const struct format *format_at(unsigned place, enum subject subject);

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f);

#endif
