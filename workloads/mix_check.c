/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mix_check.c: what in a mix contradicts itself, before any file is made. One
 * function a rule; each says its own sentence, and all of them are asked, so
 * that a user corrects a suite once.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "workloads/fsload.h"

struct mix_bounds mix_bounds(const struct mix *m, const struct mix_entry *en)
{
	uint64_t file_size = m->param[MIX_FILE_SIZE], bs = en->param[ROLE_BS];
	struct mix_bounds b = {
		.start = en->param[ROLE_REGION_START],
		.size = en->param[ROLE_REGION_SIZE],
		.chunk = en->param[ROLE_CHUNK] ? en->param[ROLE_CHUNK] : bs / 2,
		.ops = en->param[ROLE_OPS] ? en->param[ROLE_OPS] : m->param[MIX_OPS],
	};

	if (!b.size && b.start < file_size)
		b.size = file_size - b.start;
	b.blocks = b.size / bs;
	return b;
}

static bool uses_file(const struct mix_entry *en)
{
	return en->role->needs_fd;
}

static bool ends_within(const struct mix *m, const struct mix_bounds *b)
{
	return b->size && b->start + b->size <= m->param[MIX_FILE_SIZE];
}

static int check_region(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	const char *name = en->role->name;
	uint64_t bs = en->param[ROLE_BS];
	uint32_t align = en->role->bs_align;
	int ret = 0;

	if (bs % align)
		ret = err_add(e, EINVAL, "%s.bs: %" PRIu64 " is not a multiple of %u", name, bs,
			      align);
	if (b.start % align)
		ret = err_add(e, EINVAL, "%s.region_start: %" PRIu64 " is not a multiple of %u",
			      name, b.start, align);
	if (uses_file(en) && !ends_within(m, &b))
		ret = err_add(e, EINVAL,
			      "%s: its region %" PRIu64 "+%" PRIu64
			      " does not lie in the file of %" PRIu64 " bytes",
			      name, b.start, b.size, m->param[MIX_FILE_SIZE]);
	else if (!b.blocks)
		ret = err_add(e, EINVAL, "%s: bs %" PRIu64 " is larger than its region of %" PRIu64,
			      name, bs, b.size);
	return ret;
}

static int check_bound(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	const char *name = en->role->name;
	uint64_t state = en->param[ROLE_EXTENTS];
	bool fills = en->role->writes && state != EXTENTS_ANY && state != EXTENTS_WRITTEN;
	bool once = en->param[ROLE_OFFSETS] == OFFSETS_ONCE;

	if (once && !b.ops)
		return err_add(e, EINVAL,
			       "%s: offsets=once runs out of blocks: bind it by ops, not by time",
			       name);
	if (once && b.ops > b.blocks / en->threads)
		return err_add(e, EINVAL,
			       "%s: offsets=once has %" PRIu64
			       " blocks, too few for %u threads of %" PRIu64 " operations",
			       name, b.blocks, en->threads, b.ops);
	if (fills && !b.ops)
		return err_add(e, EINVAL,
			       "%s: extents=%s are used up by writing: bind it by ops, not by time",
			       name, extents_names[state]);
	return 0;
}

static int check_sync(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	const struct role *role = en->role;

	(void)m;
	if (!role->writes || !role->needs_fd || role->durable || (role->open_flags & O_DIRECT) ||
	    en->param[ROLE_SYNC_EVERY] || en->param[ROLE_FINAL_SYNC])
		return 0;
	return err_add(e, EINVAL,
		       "%s: without sync_every or final_sync it would measure the page cache "
		       "and not the file system",
		       role->name);
}

static int check_mixed(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);

	if (en->param[ROLE_EXTENTS] != EXTENTS_MIXED || (b.chunk && b.chunk < b.size))
		return 0;
	return err_add(e, EINVAL, "%s: mixed extents in pieces of %" PRIu64 " need a region longer "
				  "than %" PRIu64, en->role->name, b.chunk, b.size);
}

static bool same_extents(const struct mix_entry *a, const struct mix_bounds *ba,
			 const struct mix_entry *b, const struct mix_bounds *bb)
{
	if (a->param[ROLE_EXTENTS] != b->param[ROLE_EXTENTS])
		return false;
	/* Pieces that start elsewhere or are longer are other extents. */
	return a->param[ROLE_EXTENTS] != EXTENTS_MIXED ||
	       (ba->start == bb->start && ba->size == bb->size && ba->chunk == bb->chunk);
}

static int check_pair(const struct mix *m, const struct mix_entry *a, const struct mix_entry *b,
		      struct err *e)
{
	struct mix_bounds ba = mix_bounds(m, a), bb = mix_bounds(m, b);

	if (a->param[ROLE_EXTENTS] == EXTENTS_ANY || b->param[ROLE_EXTENTS] == EXTENTS_ANY ||
	    ba.start + ba.size <= bb.start || bb.start + bb.size <= ba.start ||
	    same_extents(a, &ba, b, &bb))
		return 0;
	return err_add(e, EINVAL,
		       "%s and %s work in the same part of the file but declare different extents "
		       "(%s and %s)",
		       a->role->name, b->role->name, extents_names[a->param[ROLE_EXTENTS]],
		       extents_names[b->param[ROLE_EXTENTS]]);
}

static int (*const entry_rules[])(const struct mix *m, const struct mix_entry *en,
				  struct err *e) = {
	check_region, check_bound, check_sync, check_mixed,
};

int mix_check(const struct mix *m, struct err *e)
{
	const struct mix_entry *en = m->entry;
	int ret = 0;

	for (unsigned i = 0; i < m->nr; i++) {
		for (size_t r = 0; r < sizeof(entry_rules) / sizeof(entry_rules[0]); r++)
			if (entry_rules[r](m, &en[i], e))
				ret = -EINVAL;
		for (unsigned j = 0; j < i; j++)
			if (check_pair(m, &en[j], &en[i], e))
				ret = -EINVAL;
	}
	return ret;
}
