/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_say.c: looking things up in a struct locks, and the sentence about one waiter; see locks.h.
 */
#include <string.h>

#include "analysis/locks/locks.h"
#include "lib/num.h"

#define NEARLY_ALL 0.9 /* of the time: then it is said without the share */

const struct lock_cell *locks_find(const struct locks *l, const char *workload, const char *params,
				   const char *variant)
{
	for (size_t i = 0; i < l->nr_cells; i++) {
		const struct lock_cell *c = &l->cells[i];

		if (!strcmp(c->workload, workload) && !strcmp(c->params, params) &&
		    !strcmp(c->variant, variant))
			return c;
	}
	return NULL;
}

struct lock_figures locks_of_class(const struct lock_cell *c, unsigned class)
{
	struct lock_figures sum = { .class = class };

	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];

		if (f->class != class)
			continue;
		sum.locks = f->locks > sum.locks ? f->locks : sum.locks;
		sum.waits += f->waits;
		sum.total_ns += f->total_ns;
		sum.own_waits += f->own_waits;
		sum.own_total_ns += f->own_total_ns;
		sum.held_ns += f->held_ns;
		sum.max_ns = f->max_ns > sum.max_ns ? f->max_ns : sum.max_ns;
	}
	return sum;
}

static const char *or_unknown(const char *name)
{
	return *name ? name : "[unknown]";
}

void locks_sentence(struct buf *b, const struct lock_who *w)
{
	double share = w->total_ns ? (double)w->holder_ns / (double)w->total_ns : 0;
	char time[32];

	buf_addf(b, "%s waited %s for %s", or_unknown(w->role),
		 num_format_ns_human(time, w->total_ns), lock_classes[w->class].phrase);
	if (!w->holder_role)
		buf_adds(b, " (who held it is not known)");
	else
		buf_addf(b, " held for %s by %s", w->holder_shared ? "reading" : "writing",
			 or_unknown(w->holder_role));
	if (w->holder_role && share < NEARLY_ALL)
		buf_addf(b, " for %.2g %% of that time", share * 100);
	buf_addf(b, ", at %s", or_unknown(w->where));
	if (lock_classes[w->class].kinds & LOCK_RWSEM)
		buf_adds(b, w->shared ? " (shared)" : " (exclusive)");
}
