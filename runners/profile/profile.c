/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.c: the plug-in's counts read, and summed by function. An address that no symbol covers
 * counts for its object and for no function. counts_load is in symbol_cache.c, because the guest
 * has no libarchive.
 */
#include "runners/profile/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "lib/schema.h"

#define KERNEL_START ((uint64_t)1 << 63)
/* Libraries and the vdso are mapped from the top of user space down, programs far below. */
#define LIBRARY_START ((uint64_t)0x7f0000000000)
#define GUEST_END ((uint64_t)1 << 32)

/* --- counts ---------------------------------------------------------------------------- */

int counts_parse(struct counts *c, const void *data, size_t len, struct err *e)
{
	struct profile_header h;

	*c = (struct counts){ 0 };
	if (!len)
		return err_add(e, EINVAL,
			       "the plug-in left no instruction counts: the measured part never "
			       "came to its end");
	if (len < sizeof(h))
		return err_add(e, EINVAL, "the instruction counts are cut short: %zu bytes", len);
	memcpy(&h, data, sizeof(h));
	if (memcmp(h.magic, PROFILE_MAGIC, sizeof(h.magic)))
		return err_add(e, EINVAL, "the instruction counts are not what the plug-in writes");
	if (!h.begins || h.ends != 1)
		return err_add(e, EINVAL,
			       "the guest marked %" PRIu32 " beginnings and %" PRIu32
			       " ends of its measured part",
			       h.begins, h.ends);
	len -= sizeof(h);
	if (len % sizeof(*c->v) || h.records != len / sizeof(*c->v))
		return err_add(e, EINVAL,
			       "the instruction counts are cut short: %" PRIu64
			       " records announced, %zu bytes there",
			       h.records, len);
	c->n = h.records;
	c->v = xcalloc(c->n + 1, sizeof(*c->v));
	memcpy(c->v, (const char *)data + sizeof(h), len);
	for (size_t i = 0; i < c->n; i++) {
		if (i && c->v[i].address <= c->v[i - 1].address)
			return err_add(e, EINVAL,
				       "the instruction counts are not in order of address at "
				       "record %zu",
				       i);
		c->instructions += c->v[i].count;
	}
	if (c->instructions != h.instructions)
		return err_add(e, EINVAL,
			       "the instruction counts add up to %" PRIu64 ", not to the %" PRIu64
			       " that stands above them",
			       c->instructions, h.instructions);
	return 0;
}

size_t counts_at(const struct counts *c, uint64_t address)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->v[mid].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void counts_release(struct counts *c)
{
	free(c->v);
	*c = (struct counts){ 0 };
}

/* --- by function ----------------------------------------------------------------------- */

/* One function while its instructions are summed; NULL symbol: none tells. */
struct place {
	const char *object;
	const struct symbol *symbol;
};

static struct place place_of(uint64_t address, const struct symbols *kernel,
			     const struct symbols *guest)
{
	struct place p = { .symbol = NULL };

	if (address >= KERNEL_START) {
		p.symbol = symbols_find(kernel, address);
		p.object = p.symbol && p.symbol->module ? p.symbol->module : PROFILE_KERNEL;
	} else if (address >= LIBRARY_START) {
		p.object = PROFILE_LIBRARY;
	} else if (address >= GUEST_END) {
		p.object = PROFILE_PROGRAM;
	} else {
		p.symbol = symbols_find(guest, address);
		p.object = PROFILE_GUEST;
	}
	return p;
}

static struct profile_row *new_row(struct profile *p, const char *object, const char *function,
				   uint64_t address)
{
	if (!(p->n & (p->n - 1)))
		p->v = xrealloc(p->v, p->n ? 2 * p->n : 1, sizeof(*p->v));
	p->v[p->n] = (struct profile_row){ .object = xstrdup(object),
					   .function = xstrdup(function),
					   .address = address };
	return &p->v[p->n++];
}

/* The row of an object's instructions without a name; there are few such rows. */
static struct profile_row *nameless(struct profile *p, const char *object)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].address && !strcmp(p->v[i].object, object))
			return &p->v[i];
	return new_row(p, object, "", 0);
}

static int most_first(const void *a, const void *b)
{
	const struct profile_row *x = a, *y = b;
	int by_object;

	if (x->instructions != y->instructions)
		return x->instructions > y->instructions ? -1 : 1;
	by_object = strcmp(x->object, y->object);
	return by_object ? by_object : (x->address > y->address) - (x->address < y->address);
}

static void sum(struct profile *p, const struct profile_record *v, size_t n,
		const struct symbols *kernel, const struct symbols *guest)
{
	const struct symbol *last = NULL;
	size_t row = 0; /* of last */

	for (size_t i = 0; i < n; i++) {
		struct place at = place_of(v[i].address, kernel, guest);
		struct profile_row *r;

		if (at.symbol && at.symbol != last) {
			row = p->n;
			last = at.symbol;
			new_row(p, at.object, last->name, last->start);
		}
		r = at.symbol ? &p->v[row] : nameless(p, at.object);
		r->instructions += v[i].count;
		if (at.symbol && v[i].address == at.symbol->start)
			r->calls = v[i].count;
		p->instructions += v[i].count;
	}
}

int profile_reduce(struct profile *p, const void *data, size_t len, const struct symbols *kernel,
		   const struct symbols *guest, struct err *e)
{
	struct counts c;
	int ret = counts_parse(&c, data, len, e);

	*p = (struct profile){ 0 };
	if (!ret)
		sum(p, c.v, c.n, kernel, guest);
	counts_release(&c);
	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), most_first);
	return ret;
}

void profile_release(struct profile *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].object);
		free(p->v[i].function);
	}
	free(p->v);
	*p = (struct profile){ 0 };
}

void profile_paths(struct paths *out, const struct profile *p, double operations)
{
	*out = (struct paths){ { 0 }, { 0 } };
	for (size_t i = 0; i < p->n; i++) {
		const struct profile_row *r = &p->v[i];
		unsigned k = subsystem_of(r->object, r->function);
		double each = (double)r->instructions / operations;

		*(function_is_bulk(r->function) ? &out->bulk[k] : &out->path[k]) += each;
	}
}

/* --- as JSON ------------------------------------------------------------------------ */

/* JSON's integers are signed: the kernel's addresses are negative there. */
json_t *profile_to_json(const struct profile *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n; i++) {
		const struct profile_row *r = &p->v[i];

		json_array_append_new(list,
				      json_pack("[s, s, I, I, I]", r->object, r->function,
						(json_int_t)r->address, (json_int_t)r->instructions,
						(json_int_t)r->calls));
	}
	return list;
}

int profile_from_json(struct profile *p, const json_t *j, struct err *e)
{
	const char *object, *function;
	json_int_t address, instructions, calls;
	struct profile_row *r;
	json_t *row;
	size_t i;

	*p = (struct profile){ 0 };
	json_array_foreach((json_t *)j, i, row) {
		if (json_unpack(row, "[s, s, I, I, I!]", &object, &function, &address,
				&instructions, &calls) ||
		    instructions < 0 || calls < 0)
			return err_add(e, EINVAL,
				       "row %zu of the profile is no [object, function, address, "
				       "instructions, calls]",
				       i + 1);
		r = new_row(p, object, function, (uint64_t)address);
		r->instructions = (uint64_t)instructions;
		r->calls = (uint64_t)calls;
		p->instructions += r->instructions;
	}
	return json_is_array(j) ? 0 : err_add(e, EINVAL, "the profile is no list");
}

/* --- metrics -------------------------------------------------------------------------- */

const struct profile_metric profile_metrics[] = {
	[COUNTED_TIME] = { "counted_time", "ns", "how long instructions were counted", BETTER_NONE,
			   false, false },
	[COUNTED_OPS] = { "counted_ops", "count",
			  "operations in that time; of fio its jobs' rates times that", BETTER_NONE,
			  false, false },
	[PATH_PER_OP] = { METRIC_PATH, "count",
			  "instructions an operation, all and by subsystem, without bulk",
			  BETTER_LOWER, true, true },
	[BULK_PER_OP] = { METRIC_BULK, "count", "those of functions that move, clear or sum bytes",
			  BETTER_LOWER, true, false },
	{ .name = NULL },
};
