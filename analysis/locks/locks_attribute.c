/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks_attribute.c: each row's lock gets its class; see locks_impl.h. That a lock
 * is the i_rwsem of the work file, and not of some other file, is told by who uses
 * it: one that no thread of the workload waits for or is seen to hold is another's.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/locks/locks_impl.h"
#include "lib/buf.h"

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

/* By run, then lock: what is for one lock stands together. */
static int compare_rows(const void *a, const void *b)
{
	const struct lock_row *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	if (x->lock != y->lock)
		return x->lock < y->lock ? -1 : 1;
	return 0;
}

/* Rows of one lock: what those whose function tells say, by waits; 0 where none does. */
static uint32_t known_class(const struct lock_data *d, size_t from, size_t to,
			    const uint32_t *classes)
{
	uint64_t waits[LOCK_CLASSES_MAX] = { 0 }, most = 0;
	uint32_t best = 0, all = ~0u;

	for (size_t i = from; i < to; i++) {
		uint32_t fit = fitting(&d->rows[i], classes[d->rows[i].where]);

		if (fit)
			all &= fit;
		for (unsigned c = 0; is_one(fit) && c < LOCK_CLASS_OTHER; c++)
			if (fit == 1u << c)
				waits[c] = lock_add(waits[c], d->rows[i].count);
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
		if (d->own[d->rows[i].role] ||
		    (d->rows[i].holder_role && d->own[d->rows[i].holder_role]))
			return true;
	return false;
}

static uint8_t class_of(uint32_t fit, uint32_t known, uint8_t kinds)
{
	uint32_t bits = is_one(fit) ? fit : known;

	for (unsigned c = 0; c < LOCK_CLASS_OTHER; c++)
		if (bits == 1u << c && lock_classes[c].kinds & kinds)
			return (uint8_t)c;
	return (uint8_t)LOCK_CLASS_OTHER;
}

/* Rows [from, to) are for one lock or, where it has no address, it is one row. */
static void attribute(struct lock_data *d, size_t from, size_t to, const uint32_t *classes)
{
	uint32_t known = known_class(d, from, to, classes);
	bool own = of_workload(d, from, to);

	for (size_t i = from; i < to; i++) {
		struct lock_row *row = &d->rows[i];

		row->class = class_of(fitting(row, classes[row->where]), known, row->kinds);
		if (lock_classes[row->class].work_file && !own)
			row->class = (uint8_t)LOCK_CLASS_OTHER;
	}
}

void locks_attribute(struct lock_data *d)
{
	uint32_t *classes = xcalloc((size_t)d->strings.nr + 1, sizeof(*classes));

	for (uint32_t i = 0; i < d->strings.nr; i++)
		classes[i] = lock_classes_of(intern_str(&d->strings, i));
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
