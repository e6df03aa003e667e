/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mix_check.c: the contradictions in a mix, found before any file is made: a function a rule, each
 * with its sentence. All rules are checked, so that a user corrects a suite once.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "workloads/fsload.h"

struct mix_bounds mix_bounds(const struct mix *m, const struct mix_entry *en)
{
	uint64_t file_size = m->param[MIX_FILE_SIZE], bs = en->param[ROLE_BS];
	uint64_t needs = bs + en->param[ROLE_SHIFT];
	struct mix_bounds b = {
		.start = en->param[ROLE_REGION_START],
		.first = en->param[ROLE_REGION_START] + en->param[ROLE_SHIFT],
		.size = en->param[ROLE_REGION_SIZE],
		.align = en->param[ROLE_ALIGN] ? en->param[ROLE_ALIGN] : bs,
		.chunk = en->param[ROLE_CHUNK] ? en->param[ROLE_CHUNK] : bs / 2,
		.ops = en->param[ROLE_OPS] ? en->param[ROLE_OPS] : m->param[MIX_OPS],
		.sharers = en->param[ROLE_FILE] == FILE_OWN ? 1 : en->threads,
	};

	if (!b.size && b.start < file_size)
		b.size = file_size - b.start;
	if (b.size >= needs)
		b.blocks = (b.size - needs) / b.align + 1;
	return b;
}

bool mix_op_bound(const struct mix *m)
{
	for (unsigned i = 0; i < m->nr; i++)
		if (mix_bounds(m, &m->entry[i]).ops)
			return true;
	return false;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return b && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

uint64_t mix_bytes(const struct mix *m)
{
	uint64_t size = m->param[MIX_FILE_SIZE], sum = size;

	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		uint64_t grown =
			en->role->grows ? times(mix_bounds(m, en).ops, en->param[ROLE_BS]) : 0;

		if (en->role->needs_fd && en->param[ROLE_FILE] == FILE_OWN)
			grown = add(grown, size);
		sum = add(sum, times(grown, en->threads));
	}
	return sum;
}

static int check_multiple(const struct mix_entry *en, const char *what, uint64_t value,
			  struct err *e)
{
	if (!(value % en->role->bs_align))
		return 0;
	return err_add(e, EINVAL, "%s.%s: %" PRIu64 " is not a multiple of %u", en->role->name,
		       what, value, en->role->bs_align);
}

static int check_region(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	static const enum role_param multiples[] = { ROLE_BS, ROLE_ALIGN, ROLE_SHIFT,
						     ROLE_REGION_START };
	struct mix_bounds b = mix_bounds(m, en);
	const char *name = en->role->name;
	uint64_t bs = en->param[ROLE_BS];
	int ret = 0;

	for (size_t i = 0; i < sizeof(multiples) / sizeof(multiples[0]); i++)
		if (check_multiple(en, role_params[multiples[i]].name, en->param[multiples[i]], e))
			ret = -EINVAL;
	if (en->role->needs_fd && (!b.size || b.start + b.size > m->param[MIX_FILE_SIZE]))
		ret = err_add(e, EINVAL,
			      "%s: its region %" PRIu64 "+%" PRIu64
			      " does not lie in the file of %" PRIu64 " bytes",
			      name, b.start, b.size, m->param[MIX_FILE_SIZE]);
	else if (!b.blocks)
		ret = err_add(e, EINVAL, "%s: %s %" PRIu64 " is larger than its region of %" PRIu64,
			      name, bs > b.size ? "bs" : "bs with shift", b.first - b.start + bs,
			      b.size);
	return ret;
}

static int check_once(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	const char *name = en->role->name;

	if (en->param[ROLE_OFFSETS] != OFFSETS_ONCE)
		return 0;
	if (!b.ops)
		return err_add(e, EINVAL,
			       "%s: offsets=once runs out of blocks: bind it by ops, not by time",
			       name);
	if (b.align < en->param[ROLE_BS])
		return err_add(e, EINVAL,
			       "%s: offsets=once with align %" PRIu64 " below bs %" PRIu64
			       " would go over parts of a block again",
			       name, b.align, en->param[ROLE_BS]);
	if (b.ops > b.blocks / b.sharers)
		return err_add(e, EINVAL,
			       "%s: offsets=once has %" PRIu64
			       " blocks, too few for %u threads of %" PRIu64 " operations",
			       name, b.blocks, b.sharers, b.ops);
	return 0;
}

static int check_bound(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	const struct role *role = en->role;
	uint64_t state = en->param[ROLE_EXTENTS];

	if (b.ops)
		return 0;
	if (role->grows)
		return err_add(e, EINVAL, "%s makes its file longer: bind it by ops, not by time",
			       role->name);
	if (role->writes && !role->stamps && state != EXTENTS_ANY && state != EXTENTS_WRITTEN &&
	    !(role->renews && state == EXTENTS_UNWRITTEN))
		return err_add(e, EINVAL,
			       "%s: extents=%s are used up by writing: bind it by ops, not by time",
			       role->name, extents_names[state]);
	return 0;
}

/* It writes at the end of the file, wherever its region is. */
static int check_end(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	if (!en->role->grows || !(m->param[MIX_FILE_SIZE] % en->role->bs_align))
		return 0;
	return err_add(e, EINVAL, "%s: file_size %" PRIu64 " is not a multiple of %u",
		       en->role->name, m->param[MIX_FILE_SIZE], en->role->bs_align);
}

static int check_delay(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	if (mix_op_bound(m) || en->param[ROLE_START_DELAY] < m->param[MIX_RUNTIME])
		return 0;
	return err_add(e, EINVAL, "%s: its start_delay is not shorter than the runtime",
		       en->role->name);
}

static int check_sync(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	const struct role *role = en->role;

	(void)m;
	if (!role->writes || !role->needs_fd || role->durable || (role->open_flags & O_DIRECT) ||
	    en->param[ROLE_SYNC_EVERY] || en->param[ROLE_FINAL_SYNC])
		return 0;
	return err_add(e, EINVAL,
		       "%s: without sync_every or final_sync it would measure the page cache and "
		       "not the file system",
		       role->name);
}

static int check_mixed(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);

	if (en->param[ROLE_EXTENTS] != EXTENTS_MIXED || (b.chunk && b.chunk < b.size))
		return 0;
	return err_add(e, EINVAL,
		       "%s: mixed extents in pieces of %" PRIu64
		       " need a region longer than %" PRIu64,
		       en->role->name, b.chunk, b.size);
}

static bool overlap(const struct mix_bounds *a, const struct mix_bounds *b)
{
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

/* A stamp is judged by its place and its round, so both must be known. */
static int check_stamps(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	const char *name = en->role->name;
	uint64_t state = en->param[ROLE_EXTENTS];

	if (!en->role->stamps && !en->role->sees_stamps)
		return 0;
	if (en->param[ROLE_FILE] == FILE_OWN || b.align != en->param[ROLE_BS])
		return err_add(
			e, EINVAL,
			"%s works on the shared file and block by block: leave file and align out",
			name);
	if (en->role->stamps && en->param[ROLE_SHIFT])
		return err_add(
			e, EINVAL,
			"%s fills whole blocks from the start of its region: leave shift out",
			name);
	if (en->role->stamps && state != EXTENTS_HOLE && state != EXTENTS_UNWRITTEN)
		return err_add(e, EINVAL, "%s fills extents=hole or extents=unwritten, not %s",
			       name, extents_names[state]);
	if (en->role->stamps && b.blocks < en->threads)
		return err_add(e, EINVAL, "%s has %" PRIu64 " blocks for %u threads", name,
			       b.blocks, en->threads);
	return 0;
}

/* A reader of stamps takes all other data for stale. */
static int check_seen(const struct mix *m, const struct mix_entry *en, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);

	if (!en->role->sees_stamps)
		return 0;
	for (unsigned i = 0; i < m->nr; i++) {
		struct mix_bounds w = mix_bounds(m, &m->entry[i]);

		if (m->entry[i].role->stamps && w.start <= b.start &&
		    b.start + b.size <= w.start + w.size)
			return 0;
	}
	return err_add(e, EINVAL,
		       "%s looks for stamps: it needs a role of the mix that puts them all over "
		       "its region (hole_fill)",
		       en->role->name);
}

/* Any other writer in this range would leave blocks without a stamp. */
static bool spoils(const struct mix_entry *a, const struct mix_entry *b)
{
	return a->role->sees_stamps && b->role->writes && !b->role->stamps && b->role->needs_fd &&
	       b->param[ROLE_FILE] != FILE_OWN;
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

	if ((spoils(a, b) || spoils(b, a)) && overlap(&ba, &bb))
		return err_add(e, EINVAL,
			       "%s and %s in the same part of the file: what one writes the other "
			       "would take for stale data",
			       a->role->name, b->role->name);
	if (a->param[ROLE_FILE] == FILE_OWN || b->param[ROLE_FILE] == FILE_OWN ||
	    a->param[ROLE_EXTENTS] == EXTENTS_ANY || b->param[ROLE_EXTENTS] == EXTENTS_ANY ||
	    !overlap(&ba, &bb) || same_extents(a, &ba, b, &bb))
		return 0;
	return err_add(e, EINVAL,
		       "%s and %s work in the same part of the file but declare different extents "
		       "(%s and %s)",
		       a->role->name, b->role->name, extents_names[a->param[ROLE_EXTENTS]],
		       extents_names[b->param[ROLE_EXTENTS]]);
}

static int (*const entry_rules[])(const struct mix *m, const struct mix_entry *en,
				  struct err *e) = {
	check_region, check_once,  check_bound,  check_end,  check_delay,
	check_sync,   check_mixed, check_stamps, check_seen,
};

static int check_series(const struct mix *m, struct err *e)
{
	uint64_t interval_ns = m->param[MIX_INTERVAL];

	if (!interval_ns || mix_op_bound(m) ||
	    m->param[MIX_RUNTIME] / interval_ns <= SERIES_MAX - 2)
		return 0;
	return err_add(e, EINVAL, "interval: more than %d of them in the runtime: make it longer",
		       SERIES_MAX - 2);
}

static int check_background(const struct mix *m, struct err *e)
{
	for (unsigned i = 0; i < m->nr; i++)
		if (!m->entry[i].param[ROLE_BACKGROUND])
			return 0;
	return m->nr ? err_add(e, EINVAL,
			       "every role is in the background, so there is nothing to measure: "
			       "take background=1 from one")
		     : 0;
}

int mix_check(const struct mix *m, struct err *e)
{
	const struct mix_entry *en = m->entry;
	int ret = check_series(m, e);

	if (check_background(m, e))
		ret = -EINVAL;
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
