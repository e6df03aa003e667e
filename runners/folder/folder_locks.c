/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_locks.c: waits for locks as rows of lockstacks.csv; see lib/schema.h for the columns. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/csv.h"
#include "runners/folder/folder_impl.h"
#include "runners/lock/lockstacks.h"

/* "LOW-HIGH:COUNT" of each non-empty bucket. */
static const char *add_waits(struct buf *b, const struct hist *h)
{
	buf_reset(b);
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		if (h->bucket[i])
			buf_addf(b, "%s%" PRIu64 "-%" PRIu64 ":%" PRIu64, b->len ? " " : "",
				 hist_low(i), hist_high(i), h->bucket[i]);
	return buf_str(b);
}

void folder_add_locks(struct buf *b, const struct folder_who *w, const struct lock_stacks *s)
{
	const char *row[LOCKSTACKS_COLUMNS_N];
	char lock[24], count[24], total[24], max[24], held[24];
	struct buf waits = BUF_INIT;

	for (size_t k = 0; k < s->n; k++) {
		const struct lock_stack *v = &s->v[k];
		size_t n;

		snprintf(lock, sizeof(lock), "0x%" PRIx64, v->lock);
		snprintf(count, sizeof(count), "%" PRIu64, v->count);
		snprintf(total, sizeof(total), "%" PRIu64, v->total_ns);
		snprintf(max, sizeof(max), "%" PRIu64, v->max_ns);
		snprintf(held, sizeof(held), "%" PRIu64, v->held_ns);
		for (n = 0; n < SCHEMA_WHO_N; n++)
			row[n] = w->field[n];
		row[n++] = v->role;
		row[n++] = v->lock ? lock : "";
		row[n++] = v->mode;
		row[n++] = v->chain;
		row[n++] = count;
		row[n++] = total;
		row[n++] = max;
		row[n++] = add_waits(&waits, v->waits);
		row[n++] = v->holder_role;
		row[n++] = v->holder_mode;
		row[n++] = v->holder_chain;
		row[n++] = v->holder_role ? held : "";
		csv_add_row(b, row, n);
	}
	buf_release(&waits);
}
