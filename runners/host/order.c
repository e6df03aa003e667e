/* SPDX-License-Identifier: GPL-2.0-or-later */
/* order.c: sequence numbers and boots of the cell runs in a folder; see order.h. */
#include "runners/host/order.h"

#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"

void order_boot_id(char dst[BOOT_ID_LEN])
{
	char *line = fs_read_line(BOOT_ID_FILE);

	*dst = '\0';
	if (line && strlen(line) < BOOT_ID_LEN)
		strcpy(dst, line);
	free(line);
}

static int compare_runs(const void *a, const void *b)
{
	const struct order_run *x = a, *y = b;

	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static void add_part(struct order *o, const struct folder *f, const struct plan_unit *u,
		     const struct result *r)
{
	const json_t *boot = json_object_get(r->facts, "boot");
	json_int_t sequence = json_integer_value(json_object_get(boot, "sequence"));
	const char *id = json_string_value(json_object_get(boot, "id"));
	struct order_run *run;

	if (sequence <= 0 || !id || strlen(id) >= BOOT_ID_LEN)
		return;
	run = &o->runs[o->nr_runs++];
	*run = (struct order_run){ .sequence = (uint64_t)sequence,
				   .block = u->block,
				   .kernel = f->suite->variants[u->variant].kernel };
	strcpy(run->boot_id, id);
}

void order_read(struct order *o, const struct folder *f)
{
	*o = (struct order){ xcalloc(f->plan->nr_units + 1, sizeof(*o->runs)), 0 };
	for (size_t i = 0; i < f->plan->nr_units; i++) {
		unsigned attempt;
		struct result r;

		if (!folder_part(f, &f->plan->units[i], &attempt, &r, NULL))
			add_part(o, f, &f->plan->units[i], &r);
		result_release(&r);
	}
	qsort(o->runs, o->nr_runs, sizeof(*o->runs), compare_runs);
}

uint64_t order_next(const struct order *o)
{
	return o->nr_runs ? o->runs[o->nr_runs - 1].sequence + 1 : 1;
}

void order_release(struct order *o)
{
	free(o->runs);
	*o = (struct order){ NULL, 0 };
}

/* Is no run before this one the same in the len bytes at that offset of it? */
static bool is_new(const struct order *o, size_t i, size_t offset, size_t len)
{
	for (size_t k = 0; k < i; k++)
		if (!memcmp((char *)&o->runs[k] + offset, (char *)&o->runs[i] + offset, len))
			return false;
	return true;
}

#define IS_NEW(o, i, field)                                                                        \
	is_new(o, i, offsetof(struct order_run, field), sizeof((o)->runs->field))

static bool block_is_shared(const struct order *o, size_t first)
{
	for (size_t k = first + 1; k < o->nr_runs; k++)
		if (o->runs[k].block == o->runs[first].block &&
		    o->runs[k].kernel != o->runs[first].kernel)
			return true;
	return false;
}

bool order_is_blocked(const struct order *o, struct order_count *c, struct buf *why)
{
	unsigned least;

	*c = (struct order_count){ 0 };
	for (size_t i = 0; i < o->nr_runs; i++) {
		c->kernels += IS_NEW(o, i, kernel);
		c->boots += IS_NEW(o, i, boot_id);
		c->blocks += IS_NEW(o, i, block) && block_is_shared(o, i);
		c->stretches += !i || o->runs[i].kernel != o->runs[i - 1].kernel;
	}
	least = c->kernels ? c->blocks * (c->kernels - 1) + 1 : 0;
	if (c->kernels < 2 || c->blocks < 2 || c->stretches >= least)
		return false;
	buf_addf(why,
		 "the order is blocked, not interleaved: %u kernels over %u blocks were measured "
		 "in %u stretches (interleaved: %u or more), so a machine that drifts looks like "
		 "a change; measure block by block with --block, or let --kexec alternate",
		 c->kernels, c->blocks, c->stretches, least);
	return true;
}
