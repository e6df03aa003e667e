/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_profile.c: a profile as rows of profile.csv; see lib/schema.h for the columns. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/csv.h"
#include "runners/folder/folder_impl.h"
#include "runners/profile/profile.h"

void folder_add_profile(struct buf *b, const struct folder_who *w, const struct profile *p)
{
	const char *row[PROFILE_COLUMNS_N];
	char address[24], instructions[24], calls[24];

	for (size_t k = 0; k < p->n; k++) {
		const struct profile_row *v = &p->v[k];
		size_t n;

		snprintf(address, sizeof(address), "0x%" PRIx64, v->address);
		snprintf(instructions, sizeof(instructions), "%" PRIu64, v->instructions);
		snprintf(calls, sizeof(calls), "%" PRIu64, v->calls);
		for (n = 0; n < SCHEMA_WHO_N; n++)
			row[n] = w->field[n];
		row[n++] = v->object;
		row[n++] = v->function;
		row[n++] = v->address ? address : "";
		row[n++] = instructions;
		row[n++] = v->address ? calls : "";
		csv_add_row(b, row, n);
	}
}
