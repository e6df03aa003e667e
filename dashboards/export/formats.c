/* SPDX-License-Identifier: GPL-2.0-or-later */
/* formats.c: the list of output formats; see formats.h. */
#include "dashboards/export/formats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_ROW(name) &format_##name,
static const struct format *const formats[] = { FORMATS(FORMAT_ROW) NULL };

static const struct dataset *const data_of[NR_SUBJECTS] = {
	[SUBJECT_COMPARISON] = &comparison_data,
	[SUBJECT_LOCKS] = &locks_data,
	[SUBJECT_COSTS] = &costs_data,
	[SUBJECT_GUARD] = &guard_data,
};

/* The table is drawn by the room below. */
const struct format format_table = {
	.name = "table",
	.show = { table_comparison, table_locks, table_costs, table_guard },
};

static bool can_show(const struct format *f, enum subject subject)
{
	return f->data || f->show[subject];
}

const struct format *format_find(const char *name, enum subject subject, struct err *e)
{
	char *known;

	for (size_t i = 0; formats[i]; i++)
		if (can_show(formats[i], subject) && (!name || !strcmp(name, formats[i]->name)))
			return formats[i];
	known = format_names(subject);
	err_add(e, EINVAL, "unknown format '%.32s'; known: %s", name, known);
	free(known);
	return NULL;
}

char *format_names(enum subject subject)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; formats[i]; i++)
		if (can_show(formats[i], subject))
			buf_addf(&b, "%s%s", b.len ? ", " : "", formats[i]->name);
	return buf_detach(&b, NULL);
}

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f)
{
	if (format->show[subject])
		format->show[subject](out, f);
	else
		format->data(out, data_of[subject], f);
}
