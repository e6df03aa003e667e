/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_rows.c: lockstacks.csv read row by row, and each row's lock given its class. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/locks/locks_impl.h"
#include "analysis/results/rows.h"
#include "lib/num.h"

#define COMM_LEN 15 /* of a thread's name, as the kernel keeps it */

/* clang-format off */
enum { COL_ROLE = NR_WHO, COL_LOCK, COL_LOCK_MODE, COL_CHAIN, COL_COUNT, COL_TOTAL, COL_MAX,
       COL_WAITS, COL_HOLDER_ROLE, COL_HOLDER_MODE, COL_HOLDER_CHAIN, COL_HELD, NR_COLUMNS };
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = { LOCKSTACKS_COLUMNS, NULL };
_Static_assert(NR_COLUMNS == LOCKSTACKS_COLUMNS_N, "columns of lib/schema.h");

static const struct row_column plain[] = {
	{ COL_ROLE, ROW_TEXT, offsetof(struct lock_row, key.role) },
	{ COL_COUNT, ROW_NUMBER, offsetof(struct lock_row, count) },
	{ COL_TOTAL, ROW_NUMBER, offsetof(struct lock_row, total_ns) },
	{ COL_MAX, ROW_NUMBER, offsetof(struct lock_row, max_ns) },
	{ COL_HOLDER_ROLE, ROW_TEXT, offsetof(struct lock_row, key.holder_role) },
	{ COL_HELD, ROW_NUMBER_OR_EMPTY, offsetof(struct lock_row, held_ns) },
};

/* The function in the chain that wanted the lock; each chain is looked through once. */
static int read_where(struct rows *rows, unsigned column, uint32_t *out)
{
	struct lock_data *d = rows->arg;
	uint32_t old = d->chain_index.nr, n = intern_add(&d->chain_index, rows->field[column]);
	const char *where;
	size_t len;

	if (n == old) {
		d->wheres = intern_room(d->wheres, n, sizeof(*d->wheres));
		where = lock_chain_where(rows->field[column], &len);
		if (rows_intern(rows, column, where, len, &d->wheres[n]))
			return -EINVAL;
	}
	*out = d->wheres[n];
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

static int read_waits(struct rows *rows, struct lock_data *d, struct lock_row *row)
{
	const char *s = rows->field[COL_WAITS];
	uint64_t sum = 0;

	row->bucket = d->nr_buckets;
	for (; *s; row->nr_buckets++) {
		struct lock_bucket b;

		if (!take_number(&s, '-', &b.low_ns) || !take_number(&s, ':', &b.high_ns) ||
		    !take_number(&s, ' ', &b.count) || b.low_ns > b.high_ns || !b.count)
			return rows_bad(rows, COL_WAITS,
					"is not LOW-HIGH:COUNT LOW-HIGH:COUNT ...");
		d->buckets = intern_room(d->buckets, d->nr_buckets, sizeof(*d->buckets));
		d->buckets[d->nr_buckets++] = b;
		sum = add_capped(sum, b.count);
	}
	return sum == row->count ? 0
				 : rows_bad(rows, COL_WAITS,
					    "does not have as many waits as the column count");
}

static int read_holder(struct rows *rows, struct lock_row *row)
{
	const char *const *field = rows->field;
	bool shared;

	if (!*field[COL_HOLDER_ROLE] && !*field[COL_HOLDER_MODE] && !*field[COL_HOLDER_CHAIN] &&
	    !*field[COL_HELD])
		return 0;
	if (!*field[COL_HOLDER_ROLE])
		return rows_bad(rows, COL_HOLDER_ROLE, "is empty beside a holder's other columns");
	if (!*field[COL_HELD])
		return rows_bad(rows, COL_HELD, "is empty beside a holder's other columns");
	if (!lock_mode_kinds(field[COL_HOLDER_MODE], &shared))
		return rows_bad(rows, COL_HOLDER_MODE, "is no way of holding a lock");
	row->key.holder_shared = shared;
	if (row->held_ns > row->total_ns)
		return rows_bad(rows, COL_HELD, "is more than total_ns");
	return read_where(rows, COL_HOLDER_CHAIN, &row->key.holder_where);
}

static int read_row(struct rows *rows, struct lock_data *d, struct lock_row *row)
{
	const char *lock = rows->field[COL_LOCK];
	bool shared;

	if (rows_fill(rows, plain, sizeof(plain) / sizeof(plain[0]), row))
		return -EINVAL;
	row->run = (uint32_t)results_run_at(d->r, rows->cell, rows->variant, rows->block);
	row->lock = *lock && strcmp(lock, "0x0") ? intern_hash(lock, strlen(lock)) | 1 : 0;
	row->kinds = (uint8_t)lock_mode_kinds(rows->field[COL_LOCK_MODE], &shared);
	row->key.shared = shared;
	if (!row->kinds)
		return rows_bad(rows, COL_LOCK_MODE, "is no way of waiting for a lock");
	if (row->max_ns > row->total_ns)
		return rows_bad(rows, COL_MAX, "is more than total_ns");
	if (!row->count)
		return rows_bad(rows, COL_COUNT, "is no number of waits");
	return read_where(rows, COL_CHAIN, &row->key.where) ?: read_waits(rows, d, row)
	?: read_holder(rows, row);
}

static int on_row(struct rows *rows)
{
	struct lock_data *d = rows->arg;
	struct lock_row row = { 0 };
	bool wanted = false;
	int ret = rows_wanted(rows, d->pass, &wanted) ?: read_row(rows, d, &row);

	if (ret || !wanted)
		return ret;
	d->rows = intern_room(d->rows, d->nr_rows, sizeof(*d->rows));
	d->rows[d->nr_rows++] = row;
	d->runs[row.run].counted = add_capped(d->runs[row.run].counted, row.count);
	return 0;
}

/* Is the waiter or holder a thread of the workload, so that the i_rwsem is the work file's? */
static bool is_role(const struct results *r, const char *thread)
{
	bool is = !strcmp(thread, "fio");

	for (uint32_t m = 0; m < r->measure_index.nr && !is; m++)
		is = !strncmp(intern_str(&r->strings, r->measures[m].role), thread, COMM_LEN);
	return is;
}

static bool is_one(uint32_t bits)
{
	return bits && !(bits & (bits - 1));
}

/* The classes of the row's function that come in the kind of lock waited for. */
static uint32_t fitting(const struct lock_row *row, uint32_t classes)
{
	for (unsigned i = 0; i < LOCK_CLASS_OTHER; i++)
		if (!(lock_classes[i].kinds & row->kinds))
			classes &= ~(1u << i);
	return classes;
}

/* By run, then lock, so that the rows of one lock stand together. */
static int compare_rows(const void *a, const void *b)
{
	const struct lock_row *x = a, *y = b;

	return ORDER(x->run, y->run) ?: ORDER(x->lock, y->lock);
}

/* Rows of one lock: what those whose function tells say, by waits; 0 where none does. */
static uint32_t known_class(const struct lock_data *d, size_t from, size_t to,
			    const uint32_t *classes)
{
	uint64_t waits[LOCK_CLASSES_MAX] = { 0 }, most = 0;
	uint32_t best = 0, all = ~0u;

	for (size_t i = from; i < to; i++) {
		uint32_t fit = fitting(&d->rows[i], classes[d->rows[i].key.where]);

		if (fit)
			all &= fit;
		if (is_one(fit))
			waits[__builtin_ctz(fit)] =
				add_capped(waits[__builtin_ctz(fit)], d->rows[i].count);
	}
	for (unsigned c = 0; c < LOCK_CLASS_OTHER; c++) {
		if (waits[c] <= most)
			continue;
		most = waits[c];
		best = 1u << c;
	}
	/* Functions that take several locks each may have only one in common. */
	return best ? best : is_one(all) ? all : 0;
}

static bool of_workload(const struct lock_data *d, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (d->own[d->rows[i].key.role] || d->own[d->rows[i].key.holder_role])
			return true;
	return false;
}

/* Rows [from, to) are for one lock or, where it has no address, it is one row. */
static void attribute(struct lock_data *d, size_t from, size_t to, const uint32_t *classes)
{
	uint32_t known = known_class(d, from, to, classes);
	bool own = of_workload(d, from, to);

	for (size_t i = from; i < to; i++) {
		struct lock_row *row = &d->rows[i];
		uint32_t fit = fitting(row, classes[row->key.where]);
		uint32_t bits = fitting(row, is_one(fit) ? fit : known);
		unsigned class = bits ? (unsigned)__builtin_ctz(bits) : LOCK_CLASS_OTHER;

		row->key.class = lock_classes[class].work_file && !own ? LOCK_CLASS_OTHER : class;
	}
}

static void attribute_all(struct lock_data *d)
{
	uint32_t *classes = xcalloc((size_t)d->strings.nr, sizeof(*classes));

	d->own = xcalloc((size_t)d->strings.nr, sizeof(*d->own));
	for (uint32_t i = 0; i < d->strings.nr; i++) {
		classes[i] = lock_classes_of(intern_str(&d->strings, i));
		d->own[i] = i && is_role(d->r, intern_str(&d->strings, i));
	}
	if (d->nr_rows)
		qsort(d->rows, d->nr_rows, sizeof(*d->rows), compare_rows);
	for (size_t i = 0, end; i < d->nr_rows; i = end) {
		end = i + 1;
		while (end < d->nr_rows && d->rows[i].lock &&
		       !compare_rows(&d->rows[i], &d->rows[end]))
			end++;
		attribute(d, i, end, classes);
	}
	free(classes);
}

int locks_read_rows(struct lock_data *d, const char *path, const char *data, size_t len,
		    struct err *e)
{
	struct rows rows = { .r = d->r,
			     .path = path,
			     .columns = columns,
			     .strings = &d->strings,
			     .fn = on_row,
			     .arg = d };
	int ret = watched_read(&rows, d->pass, data, len, e);

	if (!ret)
		attribute_all(d);
	return ret;
}
