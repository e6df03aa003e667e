/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counts.c: the plug-in's counts read back; see counts.h. */
#include "runners/profile/counts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

static int check_header(const struct profile_header *h, size_t len, struct err *e)
{
	if (memcmp(h->magic, PROFILE_MAGIC, sizeof(h->magic)))
		return err_add(e, EINVAL, "the instruction counts are not what the plug-in writes");
	if (!h->begins || h->ends != 1)
		return err_add(e, EINVAL,
			       "the guest marked %" PRIu32 " beginnings and %" PRIu32
			       " ends of its measured part",
			       h->begins, h->ends);
	if (h->records != (len - sizeof(*h)) / sizeof(struct profile_record) ||
	    (len - sizeof(*h)) % sizeof(struct profile_record))
		return err_add(e, EINVAL,
			       "the instruction counts are cut short: %" PRIu64
			       " records announced, %zu bytes there",
			       h->records, len);
	return 0;
}

static int check_records(struct counts *c, uint64_t instructions, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		if (i && c->v[i].address <= c->v[i - 1].address)
			return err_add(e, EINVAL,
				       "the instruction counts are not in order of "
				       "address at record %zu",
				       i);
		c->instructions += c->v[i].count;
	}
	if (c->instructions != instructions)
		return err_add(e, EINVAL,
			       "the instruction counts add up to %" PRIu64 ", not to the %" PRIu64
			       " that stands above them",
			       c->instructions, instructions);
	return 0;
}

int counts_parse(struct counts *c, const void *data, size_t len, struct err *e)
{
	struct profile_header h;
	int ret;

	*c = (struct counts){ 0 };
	if (!len)
		return err_add(e, EINVAL,
			       "the plug-in left no instruction counts: the measured "
			       "part never came to its end");
	if (len < sizeof(h))
		return err_add(e, EINVAL, "the instruction counts are cut short: %zu bytes", len);
	memcpy(&h, data, sizeof(h));
	ret = check_header(&h, len, e);
	if (ret)
		return ret;
	c->n = h.records;
	c->v = xcalloc(c->n + 1, sizeof(*c->v));
	memcpy(c->v, (const char *)data + sizeof(h), c->n * sizeof(*c->v));
	return check_records(c, h.instructions, e);
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
