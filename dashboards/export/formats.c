/* SPDX-License-Identifier: GPL-2.0-or-later */
/* formats.c: the list of output formats; see formats.h. */
#include "dashboards/export/formats.h"

/* The table is drawn by the room below. */
const struct format format_table = {
	.name = "table",
	.show = { table_comparison, table_locks, table_costs, table_guard, table_truth },
};

#define FORMAT_ROW(name) &format_##name,
static const struct format *const formats[] = { &format_table,
						FORMATS_DATA(FORMAT_ROW)
							FORMATS_COMPARISON(FORMAT_ROW)
								FORMATS_COSTS(FORMAT_ROW) NULL };

static const struct dataset *const data_of[NR_SUBJECTS] = {
	[SUBJECT_COMPARISON] = &comparison_data, [SUBJECT_LOCKS] = &locks_data,
	[SUBJECT_COSTS] = &costs_data,           [SUBJECT_GUARD] = &guard_data,
	[SUBJECT_TRUTH] = &truth_data,
};

const struct format *format_at(unsigned place, enum subject subject)
{
	for (size_t i = 0; formats[i]; i++)
		if ((formats[i]->data || formats[i]->show[subject]) && !place--)
			return formats[i];
	return NULL;
}

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f)
{
	if (format->show[subject])
		format->show[subject](out, f);
	else
		format->data(out, data_of[subject], f);
}
