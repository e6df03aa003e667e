/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: see progress.h. */
#include "runners/folder/progress.h"

#define LEAST_NS 1000000000u /* 0 would mean that nothing is known */

void progress_time(struct progress *p, unsigned here, uint64_t elapsed_ns, bool ended)
{
	uint64_t left, since;

	p->elapsed_ns = elapsed_ns;
	if (ended)
		p->ended_ns = elapsed_ns;
	p->left_ns = 0;
	if (!here || p->done >= p->total)
		return;
	left = p->ended_ns / here * (p->total - p->done);
	since = elapsed_ns - p->ended_ns;
	p->left_ns = left > since + LEAST_NS ? left - since : LEAST_NS;
}
