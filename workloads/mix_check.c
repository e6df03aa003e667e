/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mix_check.c: contradictions in a mix, found before any file is made. All rules are checked. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

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

uint64_t mix_bytes(const struct mix *m)
{
	unsigned __int128 size = m->param[MIX_FILE_SIZE], sum = size;

	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];

		if (en->role->grows)
			sum += (unsigned __int128)mix_bounds(m, en).ops * en->param[ROLE_BS] *
			       en->threads;
		if (en->role->needs_fd && en->param[ROLE_FILE] == FILE_OWN)
			sum += size * en->threads;
	}
	return sum < UINT64_MAX ? (uint64_t)sum : UINT64_MAX;
}

bool mix_uses_up(const struct mix_entry *en)
{
	uint64_t state = en->param[ROLE_EXTENTS];

	return en->role->writes && state != EXTENTS_ANY && state != EXTENTS_WRITTEN &&
	       !(en->role->renews && state == EXTENTS_UNWRITTEN);
}

/* A role of a mix, as the rules see it, and the sentences on it. */
struct part {
	const struct mix *m;
	const struct mix_entry *en;
	const struct role *role;
	const uint64_t *param;
	struct mix_bounds b;
	struct err *e;
	int ret; /* 0, or -EINVAL once a rule is broken */
};

static struct part part_of(const struct mix *m, unsigned i, struct err *e)
{
	const struct mix_entry *en = &m->entry[i];

	return (struct part){ m, en, en->role, en->param, mix_bounds(m, en), e, 0 };
}

/* A rule: if it is broken, this sentence about the role. */
__attribute__((format(printf, 3, 4))) static void refuse(struct part *p, bool broken,
							 const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (!broken)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->ret = err_add(p->e, EINVAL, "%s: %s", p->role->name, text);
}

static void check_region(struct part *p)
{
	static const enum role_param multiples[] = { ROLE_BS, ROLE_ALIGN, ROLE_SHIFT,
						     ROLE_REGION_START };
	uint64_t file_size = p->m->param[MIX_FILE_SIZE];
	bool outside = p->role->needs_fd && (!p->b.size || p->b.start + p->b.size > file_size);

	for (size_t i = 0; i < sizeof(multiples) / sizeof(multiples[0]); i++)
		refuse(p, p->param[multiples[i]] % p->role->bs_align,
		       "%s %" PRIu64 " is not a multiple of %u", role_params[multiples[i]].name,
		       p->param[multiples[i]], p->role->bs_align);
	refuse(p, outside,
	       "its region %" PRIu64 "+%" PRIu64 " does not lie in the file of %" PRIu64 " bytes",
	       p->b.start, p->b.size, file_size);
	refuse(p, !outside && !p->b.blocks,
	       "bs with shift %" PRIu64 " is larger than its region of %" PRIu64,
	       p->b.first - p->b.start + p->param[ROLE_BS], p->b.size);
	/* It writes at the end of the file, wherever its region is. */
	refuse(p, p->role->grows && file_size % p->role->bs_align,
	       "file_size %" PRIu64 " is not a multiple of %u", file_size, p->role->bs_align);
	refuse(p,
	       p->param[ROLE_EXTENTS] == EXTENTS_MIXED && (!p->b.chunk || p->b.chunk >= p->b.size),
	       "mixed extents in pieces of %" PRIu64 " need a region longer than %" PRIu64,
	       p->b.chunk, p->b.size);
}

static void check_once(struct part *p)
{
	if (p->param[ROLE_OFFSETS] != OFFSETS_ONCE)
		return;
	refuse(p, !p->b.ops, "offsets=once runs out of blocks: bind it by ops, not by time");
	refuse(p, p->b.align < p->param[ROLE_BS],
	       "offsets=once with align %" PRIu64 " below bs %" PRIu64
	       " would go over parts of a block again",
	       p->b.align, p->param[ROLE_BS]);
	refuse(p, p->b.ops > p->b.blocks / p->b.sharers,
	       "offsets=once has %" PRIu64 " blocks, too few for %u threads of %" PRIu64
	       " operations",
	       p->b.blocks, p->b.sharers, p->b.ops);
}

static void check_end(struct part *p)
{
	refuse(p, !p->b.ops && p->role->grows,
	       "it makes its file longer: bind it by ops, not by time");
	refuse(p, !p->b.ops && !p->role->stamps && mix_uses_up(p->en),
	       "extents=%s are used up by writing: bind it by ops, not by time",
	       extents_names[p->param[ROLE_EXTENTS]]);
	refuse(p, !mix_op_bound(p->m) && p->param[ROLE_START_DELAY] >= p->m->param[MIX_RUNTIME],
	       "its start_delay is not shorter than the runtime");
	refuse(p,
	       p->role->writes && p->role->needs_fd && !p->role->durable &&
		       !(p->role->open_flags & O_DIRECT) && !p->param[ROLE_SYNC_EVERY] &&
		       !p->param[ROLE_FINAL_SYNC],
	       "without sync_every or final_sync it would measure the page cache and not the file "
	       "system");
}

/* Does a role of the mix put stamps all over its region? A reader takes other data for stale. */
static bool is_stamped(const struct part *p)
{
	for (unsigned i = 0; i < p->m->nr; i++) {
		struct mix_bounds b = mix_bounds(p->m, &p->m->entry[i]);

		if (p->m->entry[i].role->stamps && b.start <= p->b.start &&
		    p->b.start + p->b.size <= b.start + b.size)
			return true;
	}
	return false;
}

/* A stamp is judged by its place and its round, so both must be known. */
static void check_stamps(struct part *p)
{
	uint64_t state = p->param[ROLE_EXTENTS];
	const struct role *role = p->role;

	refuse(p,
	       (role->stamps || role->sees_stamps) &&
		       (p->param[ROLE_FILE] == FILE_OWN || p->b.align != p->param[ROLE_BS]),
	       "it works on the shared file, a block beside the other: leave file and align out");
	refuse(p, role->stamps && p->param[ROLE_SHIFT],
	       "it fills whole blocks from the start of its region: leave shift out");
	refuse(p, role->stamps && state != EXTENTS_HOLE && state != EXTENTS_UNWRITTEN,
	       "it fills extents=hole or extents=unwritten, not %s", extents_names[state]);
	refuse(p, role->stamps && p->b.blocks < p->en->threads,
	       "it has %" PRIu64 " blocks for %u threads", p->b.blocks, p->en->threads);
	refuse(p, role->sees_stamps && !is_stamped(p),
	       "it needs a role of the mix that puts stamps all over its region (hole_fill)");
}

static bool spoils(const struct part *a, const struct part *b)
{
	return a->role->sees_stamps && b->role->writes && !b->role->stamps && b->role->needs_fd &&
	       b->param[ROLE_FILE] != FILE_OWN;
}

/* Two roles may make the same part of the file only alike; pieces elsewhere are not alike. */
static bool same_extents(const struct part *a, const struct part *b)
{
	uint64_t x = a->param[ROLE_EXTENTS], y = b->param[ROLE_EXTENTS];

	if (x == EXTENTS_ANY || y == EXTENTS_ANY || a->param[ROLE_FILE] == FILE_OWN ||
	    b->param[ROLE_FILE] == FILE_OWN)
		return true;
	return x == y &&
	       (x != EXTENTS_MIXED ||
		(a->b.start == b->b.start && a->b.size == b->b.size && a->b.chunk == b->b.chunk));
}

static void check_pair(struct part *p, const struct part *before)
{
	bool spoilt = spoils(p, before) || spoils(before, p);

	if (p->b.start >= before->b.start + before->b.size ||
	    before->b.start >= p->b.start + p->b.size)
		return;
	refuse(p, spoilt,
	       "it works where %s does: what one writes the other would take for stale data",
	       before->role->name);
	refuse(p, !spoilt && !same_extents(p, before),
	       "it works where %s does but they declare different extents (%s and %s)",
	       before->role->name, extents_names[p->param[ROLE_EXTENTS]],
	       extents_names[before->param[ROLE_EXTENTS]]);
}

static int check_all(const struct mix *m, struct err *e)
{
	uint64_t interval_ns = m->param[MIX_INTERVAL];
	bool background = m->nr;
	int ret = 0;

	for (unsigned i = 0; i < m->nr; i++)
		background = background && m->entry[i].param[ROLE_BACKGROUND];
	if (background)
		ret = err_add(e, EINVAL,
			      "every role is in the background, so there is nothing to measure");
	if (interval_ns && !mix_op_bound(m) && m->param[MIX_RUNTIME] / interval_ns > SERIES_MAX - 2)
		ret = err_add(e, EINVAL,
			      "interval: more than %d of them in the runtime: make it longer",
			      SERIES_MAX - 2);
	return ret;
}

int mix_check(const struct mix *m, struct err *e)
{
	static void (*const rules[])(struct part * p) = { check_region, check_once, check_end,
							  check_stamps };
	int ret = check_all(m, e);

	for (unsigned i = 0; i < m->nr; i++) {
		struct part p = part_of(m, i, e);

		for (size_t k = 0; k < sizeof(rules) / sizeof(rules[0]); k++)
			rules[k](&p);
		for (unsigned j = 0; j < i; j++) {
			const struct part before = part_of(m, j, e);

			check_pair(&p, &before);
		}
		ret = p.ret ? p.ret : ret;
	}
	return ret;
}
