/* SPDX-License-Identifier: GPL-2.0-or-later */
/* formats.c: the list of output formats; see formats.h. */
#include "dashboards/export/formats.h"

#include <errno.h>
#include <string.h>

/* The table is drawn by the room below. */
const struct format format_table = {
	.name = "table",
	.show = { table_comparison, table_locks, table_costs, table_guard },
};

#define FORMAT_ROW(name) &format_##name,
static const struct format *const formats[] = { &format_table,
						FORMATS_DATA(FORMAT_ROW)
							FORMATS_COMPARISON(FORMAT_ROW)
								FORMATS_COSTS(FORMAT_ROW) NULL };

static const struct dataset *const data_of[NR_SUBJECTS] = {
	[SUBJECT_COMPARISON] = &comparison_data,
	[SUBJECT_LOCKS] = &locks_data,
	[SUBJECT_COSTS] = &costs_data,
	[SUBJECT_GUARD] = &guard_data,
};

const struct format *format_at(unsigned place, enum subject subject)
{
	for (size_t i = 0; formats[i]; i++)
		if ((formats[i]->data || formats[i]->show[subject]) && !place--)
			return formats[i];
	return NULL;
}

const struct format *format_find(const char *name, enum subject subject, struct err *e)
{
	const struct format *f;
	struct buf known = BUF_INIT;

	for (unsigned i = 0; (f = format_at(i, subject)); i++) {
		if (!name || !strcmp(name, f->name))
			break;
		buf_addf(&known, "%s%s", i ? ", " : "", f->name);
	}
	if (!f)
		err_add(e, EINVAL, "unknown format '%.32s'; known: %s", name, buf_str(&known));
	buf_release(&known);
	return f;
}

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f)
{
	if (format->show[subject])
		format->show[subject](out, f);
	else
		format->data(out, data_of[subject], f);
}
