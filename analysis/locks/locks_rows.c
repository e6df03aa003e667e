/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks_rows.c: lockstacks.csv read row by row. Of a call chain only the function
 * that wanted the lock is kept, and the same chain is looked through once: a table
 * of the last few thousand remembers them by hash.
 */
#include "analysis/locks/locks_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/who.h"
#include "lib/num.h"

#define RANGES_MAX 100000u /* more different buckets than that are no histograms of fsduel's */
#define REMEMBERED 4096u   /* chains; a power of two */

/* clang-format off */
enum column {
	COL_ROLE = SCHEMA_WHO_N, COL_LOCK, COL_LOCK_MODE, COL_CHAIN, COL_COUNT, COL_TOTAL, COL_MAX,
	COL_WAITS, COL_HOLDER_ROLE, COL_HOLDER_MODE, COL_HOLDER_CHAIN, COL_HELD, NR_COLUMNS,
};
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = { LOCKSTACKS_COLUMNS, NULL };
_Static_assert(NR_COLUMNS == LOCKSTACKS_COLUMNS_N, "columns of lib/schema.h");

struct reader {
	struct lock_data *d;
	struct who who;
	struct {
		uint64_t hash;
		uint32_t where;
	} chain[REMEMBERED];
};

static const char *field(const struct reader *rd, enum column c)
{
	return rd->who.row->field[c];
}

static uint64_t hash_of(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ? h : 1;
}

/* --- what was waited for ------------------------------------------------------------------- */

static int intern_utf8(struct reader *rd, enum column c, const char *s, size_t len, uint32_t *out)
{
	struct intern *strings = &rd->d->strings;
	uint32_t old = strings->nr;

	*out = intern_add_mem(strings, s, len);
	if (*out == old) {
		json_t *utf8 = json_stringn(s, len);

		if (!utf8)
			return who_bad(&rd->who, c, "is not UTF-8");
		json_decref(utf8);
	}
	return 0;
}

/* The function in the chain that wanted the lock. */
static int read_where(struct reader *rd, enum column c, uint32_t *out)
{
	const char *chain = field(rd, c), *where;
	uint64_t hash = hash_of(chain);
	size_t at = hash & (REMEMBERED - 1), len;
	int ret;

	if (rd->chain[at].hash != hash) {
		where = lock_chain_where(chain, &len);
		ret = intern_utf8(rd, c, where, len, &rd->chain[at].where);
		if (ret)
			return ret;
		rd->chain[at].hash = hash;
	}
	*out = rd->chain[at].where;
	return 0;
}

/* The digits of *s up to end, which is left behind. */
static bool take_number(const char **s, char end, uint64_t *out)
{
	char text[24];
	size_t n = strspn(*s, "0123456789");

	if (!n || n >= sizeof(text) || ((*s)[n] != end && !(end == ' ' && !(*s)[n])))
		return false;
	memcpy(text, *s, n);
	text[n] = '\0';
	*s += n + ((*s)[n] != '\0');
	return !num_parse(text, NUM_COUNT, out, NULL);
}

static int range_of(struct reader *rd, struct lock_range range, uint32_t *out)
{
	struct lock_data *d = rd->d;
	uint32_t old = d->range_index.nr;

	*out = intern_add_mem(&d->range_index, &range, sizeof(range));
	if (*out != old)
		return 0;
	if (old == RANGES_MAX)
		return who_bad(&rd->who, COL_WAITS, "makes too many different buckets");
	/* Doubled when the number is a power of two: the capacity is implied by it. */
	if ((old & (old - 1)) == 0)
		d->ranges = xrealloc(d->ranges, old ? 2 * (size_t)old : 1, sizeof(*d->ranges));
	d->ranges[old] = range;
	return 0;
}

/* "LOW-HIGH:COUNT LOW-HIGH:COUNT" */
static int read_waits(struct reader *rd, struct lock_row *row)
{
	struct lock_data *d = rd->d;
	const char *s = field(rd, COL_WAITS);
	uint64_t sum = 0;

	row->bucket = (uint32_t)d->nr_buckets;
	while (*s) {
		struct lock_bucket b = { 0 };
		struct lock_range range;

		if (!take_number(&s, '-', &range.low_ns) || !take_number(&s, ':', &range.high_ns) ||
		    !take_number(&s, ' ', &b.count) || range.low_ns > range.high_ns || !b.count)
			return who_bad(&rd->who, COL_WAITS,
				       "is not LOW-HIGH:COUNT LOW-HIGH:COUNT ...");
		if (range_of(rd, range, &b.range))
			return -EINVAL;
		if (d->nr_buckets == d->buckets_cap) {
			d->buckets_cap = d->buckets_cap ? 2 * d->buckets_cap : 4096;
			d->buckets = xrealloc(d->buckets, d->buckets_cap, sizeof(*d->buckets));
		}
		d->buckets[d->nr_buckets++] = b;
		sum = lock_add(sum, b.count);
	}
	row->nr_buckets = (uint32_t)(d->nr_buckets - row->bucket);
	if (sum != row->count)
		return who_bad(&rd->who, COL_WAITS,
			       "does not have as many waits as the column count");
	if (d->nr_buckets > UINT32_MAX / 2)
		return who_bad(&rd->who, COL_WAITS, "is one of too many buckets");
	return 0;
}

static int read_holder(struct reader *rd, struct lock_row *row)
{
	const char *role = field(rd, COL_HOLDER_ROLE);
	int ret;

	if (!*role && !*field(rd, COL_HOLDER_MODE) && !*field(rd, COL_HOLDER_CHAIN) &&
	    !*field(rd, COL_HELD))
		return 0;
	if (!*role)
		return who_bad(&rd->who, COL_HOLDER_ROLE,
			       "is empty beside a holder's other columns");
	if (!lock_mode_kinds(field(rd, COL_HOLDER_MODE), &row->holder_shared))
		return who_bad(&rd->who, COL_HOLDER_MODE, "is no way of holding a lock");
	ret = intern_utf8(rd, COL_HOLDER_ROLE, role, strlen(role), &row->holder_role);
	if (!ret)
		ret = read_where(rd, COL_HOLDER_CHAIN, &row->holder_where);
	if (!ret)
		ret = who_number(&rd->who, COL_HELD, UINT64_MAX, &row->held_ns);
	if (!ret && row->held_ns > row->total_ns)
		ret = who_bad(&rd->who, COL_HELD, "is more than total_ns");
	return ret;
}

static int read_wait(struct reader *rd, struct lock_row *row)
{
	const char *role = field(rd, COL_ROLE), *lock = field(rd, COL_LOCK);
	int ret;

	*row = (struct lock_row){ .run = (uint32_t)lock_run_of(rd->d->r, rd->who.cell,
							       rd->who.variant, rd->who.block) };
	row->lock = *lock && strcmp(lock, "0x0") ? hash_of(lock) : 0;
	row->kinds = (uint8_t)lock_mode_kinds(field(rd, COL_LOCK_MODE), &row->shared);
	if (!row->kinds)
		return who_bad(&rd->who, COL_LOCK_MODE, "is no way of waiting for a lock");
	ret = intern_utf8(rd, COL_ROLE, role, strlen(role), &row->role);
	if (!ret)
		ret = read_where(rd, COL_CHAIN, &row->where);
	if (!ret)
		ret = who_number(&rd->who, COL_COUNT, UINT64_MAX, &row->count);
	if (!ret)
		ret = who_number(&rd->who, COL_TOTAL, UINT64_MAX, &row->total_ns);
	if (!ret)
		ret = who_number(&rd->who, COL_MAX, row->total_ns, &row->max_ns);
	if (!ret && !row->count)
		ret = who_bad(&rd->who, COL_COUNT, "is no number of waits");
	if (!ret)
		ret = read_waits(rd, row);
	return ret ? ret : read_holder(rd, row);
}

static int on_row(void *arg, const struct csv_row *csv, struct err *e)
{
	struct reader *rd = arg;
	struct lock_data *d = rd->d;
	struct lock_row row;
	int ret = who_read(&rd->who, csv, e);

	if (!ret)
		ret = read_wait(rd, &row);
	if (ret || !rd->who.wanted)
		return ret;
	if (d->nr_rows == d->rows_cap) {
		d->rows_cap = d->rows_cap ? 2 * d->rows_cap : 1024;
		d->rows = xrealloc(d->rows, d->rows_cap, sizeof(*d->rows));
	}
	d->runs[row.run].counted = lock_add(d->runs[row.run].counted, row.count);
	d->rows[d->nr_rows++] = row;
	return 0;
}

int locks_read_rows(struct lock_data *d, const char *path, const char *data, size_t len,
		    struct err *e)
{
	struct reader *rd = xcalloc(1, sizeof(*rd));
	int ret;

	rd->d = d;
	rd->who = (struct who){ .r = d->r, .pass = d->pass, .path = path, .columns = columns };
	if (data)
		ret = csv_read_mem(path, data, len, columns, on_row, rd, e);
	else
		ret = csv_read(path, columns, on_row, rd, e);
	who_release(&rd->who);
	free(rd);
	return ret;
}
