/* SPDX-License-Identifier: GPL-2.0-or-later */
/* series.c: making, adding up and closing a series; see series.h. */
#include "workloads/series.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

void series_init(struct series *s, uint64_t interval_ns, unsigned room)
{
	*s = (struct series){ .interval_ns = interval_ns, .room = room };
	if (room)
		s->ops = xcalloc(room, sizeof(*s->ops));
}

void series_clear(struct series *s)
{
	if (s->room)
		memset(s->ops, 0, s->room * sizeof(*s->ops));
	s->end_ns = s->nr = 0;
}

void series_release(struct series *s)
{
	free(s->ops);
	memset(s, 0, sizeof(*s));
}

void series_merge(struct series *into, const struct series *from)
{
	for (unsigned i = 0; i < into->room; i++)
		into->ops[i] += from->ops[i];
}

void series_finish(struct series *s, uint64_t end_ns)
{
	uint64_t begun;

	if (!s->room || !end_ns)
		return;
	begun = (end_ns - 1) / s->interval_ns + 1;
	s->nr = begun < s->room ? (unsigned)begun : s->room;
	/* What ended exactly on a boundary was counted after it. */
	if (s->nr < s->room) {
		s->ops[s->nr - 1] += s->ops[s->nr];
		s->ops[s->nr] = 0;
	}
	s->end_ns = end_ns;
}

void series_begin(struct series_cursor *c, const struct series *s, uint64_t start_ns)
{
	c->interval_ns = s->interval_ns;
	c->at = s->room ? s->ops : &c->none;
	c->last = s->room ? s->ops + s->room - 1 : c->at;
	c->boundary_ns = c->at == c->last ? UINT64_MAX : start_ns + s->interval_ns;
}
