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

/* A role of a mix, as the rules see it. */
struct part {
	const struct mix *m;
	const struct role *role;
	const char *name; /* the role's */
	const uint64_t *param;
	unsigned threads;
	struct mix_bounds b;
};

static struct part part_of(const struct mix *m, unsigned i)
{
	const struct mix_entry *en = &m->entry[i];

	return (struct part){
		m, en->role, en->role->name, en->param, en->threads, mix_bounds(m, en)
	};
}

static int check_region(const struct part *p, struct err *e)
{
	static const enum role_param multiples[] = { ROLE_BS, ROLE_ALIGN, ROLE_SHIFT,
						     ROLE_REGION_START };
	uint64_t bs = p->param[ROLE_BS];
	int ret = 0;

	for (size_t i = 0; i < sizeof(multiples) / sizeof(multiples[0]); i++)
		if (p->param[multiples[i]] % p->role->bs_align)
			ret = err_add(e, EINVAL, "%s.%s: %" PRIu64 " is not a multiple of %u",
				      p->name, role_params[multiples[i]].name,
				      p->param[multiples[i]], p->role->bs_align);
	if (p->role->needs_fd &&
	    (!p->b.size || p->b.start + p->b.size > p->m->param[MIX_FILE_SIZE]))
		ret = err_add(e, EINVAL,
			      "%s: its region %" PRIu64 "+%" PRIu64
			      " does not lie in the file of %" PRIu64 " bytes",
			      p->name, p->b.start, p->b.size, p->m->param[MIX_FILE_SIZE]);
	else if (!p->b.blocks)
		ret = err_add(e, EINVAL, "%s: %s %" PRIu64 " is larger than its region of %" PRIu64,
			      p->name, bs > p->b.size ? "bs" : "bs with shift",
			      p->b.first - p->b.start + bs, p->b.size);
	return ret;
}

static int check_once(const struct part *p, struct err *e)
{
	if (p->param[ROLE_OFFSETS] != OFFSETS_ONCE)
		return 0;
	if (!p->b.ops)
		return err_add(e, EINVAL,
			       "%s: offsets=once runs out of blocks: bind it by ops, not by time",
			       p->name);
	if (p->b.align < p->param[ROLE_BS])
		return err_add(e, EINVAL,
			       "%s: offsets=once with align %" PRIu64 " below bs %" PRIu64
			       " would go over parts of a block again",
			       p->name, p->b.align, p->param[ROLE_BS]);
	if (p->b.ops > p->b.blocks / p->b.sharers)
		return err_add(e, EINVAL,
			       "%s: offsets=once has %" PRIu64
			       " blocks, too few for %u threads of %" PRIu64 " operations",
			       p->name, p->b.blocks, p->b.sharers, p->b.ops);
	return 0;
}

static int check_bound(const struct part *p, struct err *e)
{
	uint64_t state = p->param[ROLE_EXTENTS];

	if (p->b.ops)
		return 0;
	if (p->role->grows)
		return err_add(e, EINVAL, "%s makes its file longer: bind it by ops, not by time",
			       p->name);
	if (p->role->writes && !p->role->stamps && state != EXTENTS_ANY &&
	    state != EXTENTS_WRITTEN && !(p->role->renews && state == EXTENTS_UNWRITTEN))
		return err_add(e, EINVAL,
			       "%s: extents=%s are used up by writing: bind it by ops, not by time",
			       p->name, extents_names[state]);
	return 0;
}

/* It writes at the end of the file, wherever its region is. */
static int check_end(const struct part *p, struct err *e)
{
	if (!p->role->grows || !(p->m->param[MIX_FILE_SIZE] % p->role->bs_align))
		return 0;
	return err_add(e, EINVAL, "%s: file_size %" PRIu64 " is not a multiple of %u", p->name,
		       p->m->param[MIX_FILE_SIZE], p->role->bs_align);
}

static int check_delay(const struct part *p, struct err *e)
{
	if (mix_op_bound(p->m) || p->param[ROLE_START_DELAY] < p->m->param[MIX_RUNTIME])
		return 0;
	return err_add(e, EINVAL, "%s: its start_delay is not shorter than the runtime", p->name);
}

static int check_sync(const struct part *p, struct err *e)
{
	if (!p->role->writes || !p->role->needs_fd || p->role->durable ||
	    (p->role->open_flags & O_DIRECT) || p->param[ROLE_SYNC_EVERY] ||
	    p->param[ROLE_FINAL_SYNC])
		return 0;
	return err_add(e, EINVAL,
		       "%s: without sync_every or final_sync it would measure the page cache and "
		       "not the file system",
		       p->name);
}

static int check_mixed(const struct part *p, struct err *e)
{
	if (p->param[ROLE_EXTENTS] != EXTENTS_MIXED || (p->b.chunk && p->b.chunk < p->b.size))
		return 0;
	return err_add(e, EINVAL,
		       "%s: mixed extents in pieces of %" PRIu64
		       " need a region longer than %" PRIu64,
		       p->name, p->b.chunk, p->b.size);
}

static bool overlap(const struct mix_bounds *a, const struct mix_bounds *b)
{
	return a->start < b->start + b->size && b->start < a->start + a->size;
}

/* A stamp is judged by its place and its round, so both must be known. */
static int check_stamps(const struct part *p, struct err *e)
{
	uint64_t state = p->param[ROLE_EXTENTS];

	if (!p->role->stamps && !p->role->sees_stamps)
		return 0;
	if (p->param[ROLE_FILE] == FILE_OWN || p->b.align != p->param[ROLE_BS])
		return err_add(
			e, EINVAL,
			"%s works on the shared file and block by block: leave file and align out",
			p->name);
	if (p->role->stamps && p->param[ROLE_SHIFT])
		return err_add(
			e, EINVAL,
			"%s fills whole blocks from the start of its region: leave shift out",
			p->name);
	if (p->role->stamps && state != EXTENTS_HOLE && state != EXTENTS_UNWRITTEN)
		return err_add(e, EINVAL, "%s fills extents=hole or extents=unwritten, not %s",
			       p->name, extents_names[state]);
	if (p->role->stamps && p->b.blocks < p->threads)
		return err_add(e, EINVAL, "%s has %" PRIu64 " blocks for %u threads", p->name,
			       p->b.blocks, p->threads);
	return 0;
}

/* A reader of stamps takes all other data for stale. */
static int check_seen(const struct part *p, struct err *e)
{
	if (!p->role->sees_stamps)
		return 0;
	for (unsigned i = 0; i < p->m->nr; i++) {
		struct part w = part_of(p->m, i);

		if (w.role->stamps && w.b.start <= p->b.start &&
		    p->b.start + p->b.size <= w.b.start + w.b.size)
			return 0;
	}
	return err_add(e, EINVAL,
		       "%s looks for stamps: it needs a role of the mix that puts them all over "
		       "its region (hole_fill)",
		       p->name);
}

/* Any other writer in this range would leave blocks without a stamp. */
static bool spoils(const struct part *a, const struct part *b)
{
	return a->role->sees_stamps && b->role->writes && !b->role->stamps && b->role->needs_fd &&
	       b->param[ROLE_FILE] != FILE_OWN;
}

static bool same_extents(const struct part *a, const struct part *b)
{
	if (a->param[ROLE_EXTENTS] != b->param[ROLE_EXTENTS])
		return false;
	/* Pieces that start elsewhere or are longer are other extents. */
	return a->param[ROLE_EXTENTS] != EXTENTS_MIXED ||
	       (a->b.start == b->b.start && a->b.size == b->b.size && a->b.chunk == b->b.chunk);
}

static int check_pair(const struct part *a, const struct part *b, struct err *e)
{
	if (!overlap(&a->b, &b->b))
		return 0;
	if (spoils(a, b) || spoils(b, a))
		return err_add(e, EINVAL,
			       "%s and %s in the same part of the file: what one writes the other "
			       "would take for stale data",
			       a->name, b->name);
	if (a->param[ROLE_FILE] == FILE_OWN || b->param[ROLE_FILE] == FILE_OWN ||
	    a->param[ROLE_EXTENTS] == EXTENTS_ANY || b->param[ROLE_EXTENTS] == EXTENTS_ANY ||
	    same_extents(a, b))
		return 0;
	return err_add(e, EINVAL,
		       "%s and %s work in the same part of the file but declare different extents "
		       "(%s and %s)",
		       a->name, b->name, extents_names[a->param[ROLE_EXTENTS]],
		       extents_names[b->param[ROLE_EXTENTS]]);
}

static int (*const rules[])(const struct part *p, struct err *e) = {
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
	int ret = check_series(m, e);

	if (check_background(m, e))
		ret = -EINVAL;
	for (unsigned i = 0; i < m->nr; i++) {
		const struct part p = part_of(m, i);

		for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
			if (rules[k](&p, e))
				ret = -EINVAL;
		for (unsigned j = 0; j < i; j++) {
			const struct part before = part_of(m, j);

			if (check_pair(&before, &p, e))
				ret = -EINVAL;
		}
	}
	return ret;
}
