/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks_because.c: looking waits up, and does waiting explain a cell's change? In a closed loop
 * the time of an operation is its waits for locks plus the rest. See docs/locks.md.
 */
#include <math.h>
#include <string.h>

#include "analysis/locks/locks.h"
#include "lib/num.h"

#define NEARLY_ALL_TIME 0.9 /* of the time: then it is said without the share */
#define ROLES_NAMED 3
#define ROLE_COUNTS 0.1  /* of the waiting: less is not named */
#define NEARLY_ALL 0.995 /* is called all */
#define HOLDER_KNOWN 0.5 /* of the waiting: less is not called known */

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
	if (w->holder_role && share < NEARLY_ALL_TIME)
		buf_addf(b, " for %.2g %% of that time", share * 100);
	buf_addf(b, ", at %s", or_unknown(w->where));
	if (lock_classes[w->class].kinds & LOCK_RWSEM)
		buf_adds(b, w->shared ? " (shared)" : " (exclusive)");
}

/* Baseline and patched of one row. */
struct sides {
	const struct lock_cell *cell[2];
	double time_ns[2]; /* of one operation, of a thread's time; 0: not known */
	double waits[2][LOCK_CLASSES_MAX], wait_ns[2][LOCK_CLASSES_MAX]; /* of one operation */
	double all_ns[2];                                                /* of wait_ns */
};

static void measure(struct sides *s, int i)
{
	const struct lock_cell *c = s->cell[i];

	s->time_ns[i] = c->thread_ns / c->operations;
	for (unsigned k = 0; k < nr_lock_classes; k++) {
		struct lock_figures f = locks_of_class(c, k);

		s->waits[i][k] = (double)f.own_waits / c->operations;
		s->wait_ns[i][k] = (double)f.own_total_ns / c->operations;
		s->all_ns[i] += s->wait_ns[i][k];
	}
}

/* The class with most waiting on either side; with sign, whose waiting grew most that way. */
static unsigned top_class(const struct sides *s, double sign)
{
	unsigned best = 0;
	double most = -HUGE_VAL;

	for (unsigned k = 0; k < nr_lock_classes; k++) {
		double v = sign == 0 ? fmax(s->wait_ns[0][k], s->wait_ns[1][k])
				     : sign * (s->wait_ns[1][k] - s->wait_ns[0][k]);

		if (v > most) {
			most = v;
			best = k;
		}
	}
	return best;
}

static void add_roles(struct buf *b, const struct lock_cell *c, unsigned class, double total)
{
	const char *role[ROLES_NAMED];
	size_t n = 0, k;

	for (size_t i = 0; i < c->nr_who && n < ROLES_NAMED; i++) {
		const struct lock_who *w = &c->who[i];

		for (k = 0; k < n && strcmp(role[k], w->role); k++)
			;
		if (w->own && w->class == class && k == n &&
		    (!n || (double)w->total_ns >= ROLE_COUNTS * total))
			role[n++] = w->role;
	}
	for (k = 0; k < n; k++)
		buf_addf(b, "%s%s", !k ? "" : k + 1 < n ? ", " : " and ", role[k]);
}

/* " for writers in ext4_file_write_iter": who held it for the largest part, where that is known. */
static void add_holder(struct buf *b, const struct lock_cell *c, unsigned class, double total)
{
	const struct lock_who *best = NULL;
	double held = 0, most = 0;

	for (size_t i = 0; i < c->nr_who; i++) {
		const struct lock_who *w = &c->who[i];
		double same = 0;

		if (!w->own || w->class != class || !w->holder_role)
			continue;
		held += (double)w->holder_ns;
		for (size_t k = 0; k < c->nr_who; k++) {
			const struct lock_who *o = &c->who[k];

			if (o->own && o->class == class && o->holder_role &&
			    o->holder_shared == w->holder_shared &&
			    o->holder_where == w->holder_where)
				same += (double)o->holder_ns;
		}
		if (same > most) {
			most = same;
			best = w;
		}
	}
	if (!best || held < HOLDER_KNOWN * total)
		buf_adds(b, " (who held it is not known)");
	else
		buf_addf(b, " for %s in %s", best->holder_shared ? "readers" : "writers",
			 *best->holder_where ? best->holder_where : "[unknown]");
}

static void say_explained(struct buf *b, const struct sides *s, unsigned class, double share)
{
	int heavy = s->wait_ns[1][class] > s->wait_ns[0][class];
	const struct lock_cell *c = s->cell[heavy];
	double total = s->wait_ns[heavy][class] * c->operations;
	const double ns[2] = { s->wait_ns[0][class], s->wait_ns[1][class] };

	buf_addf(b, "%s waits %.3g -> %.3g an operation (", lock_classes[class].name,
		 s->waits[0][class], s->waits[1][class]);
	because_times(b, ns);
	buf_addf(b, "): %s", heavy ? "" : "before, ");
	add_roles(b, c, class, total);
	buf_addf(b, " waited %.2f s of every second", total / c->thread_ns);
	add_holder(b, c, class, total);
	if (share < NEARLY_ALL)
		buf_addf(b, "; that is %.0f %% of the change", share * 100);
	else
		buf_adds(b,
			 share < 2 - NEARLY_ALL
				 ? "; that is all of the change"
				 : "; that is more than the change, the rest went the other way");
}

static void say_not(struct buf *b, const struct sides *s, bool shown, unsigned class)
{
	buf_addf(b, "%s an operation took ", shown ? "" : " while watched,");
	because_times(b, s->time_ns);
	buf_addf(b, " of a thread's time, %s waits for locks ", shown ? "of which" : "with");
	because_times(b, s->all_ns);
	if (s->all_ns[0] + s->all_ns[1] > 0)
		buf_addf(b, " (most for %s)", lock_classes[class].phrase);
}

static void explain(struct comparison *c, struct comparison_row *row, const struct sides *s,
		    unsigned *class)
{
	double change_ns = s->time_ns[1] - s->time_ns[0];
	bool known = s->time_ns[0] > 0 && s->time_ns[1] > 0, slower = row_slower(row);
	bool shown = known && change_ns != 0 && (change_ns > 0) == slower;
	struct row_locks *l = &row->l;
	struct buf name = BUF_INIT, b = BUF_INIT;

	row_name(&name, row);
	buf_addf(&name, " %+.1f %%", (row->j.change - 1) * 100);
	l->part = LOCKS_NOT;
	if (shown) {
		*class = top_class(s, slower ? 1 : -1);
		l->has_share = true;
		l->share = (s->wait_ns[1][*class] - s->wait_ns[0][*class]) / change_ns;
		l->part = because_part(l->share);
	}
	if (l->part != LOCKS_NOT) {
		buf_addf(&b, "%s: ", buf_str(&name));
		say_explained(&b, s, *class, l->share);
	} else if (known) {
		*class = top_class(s, 0);
		buf_addf(&b, "no lock explains %s:", buf_str(&name));
		say_not(&b, s, shown, *class);
	} else {
		buf_addf(&b, "%s: run.json has no number of threads, so no lock can explain it",
			 buf_str(&name));
	}
	l->because = comparison_keep(c, &b);
	buf_release(&name);
}

static void add_row(struct comparison *c, struct comparison_row *row, const struct locks *locks)
{
	struct sides s = { .cell = {
				   locks_find(locks, row->workload, row->params, row->baseline),
				   locks_find(locks, row->workload, row->params, row->patched) } };
	unsigned class;

	for (int i = 0; i < 2; i++) {
		if (!s.cell[i] || !s.cell[i]->valid || s.cell[i]->operations <= 0)
			return;
		measure(&s, i);
	}
	row->l.there = true;
	class = top_class(&s, 0);
	if (row_changed(row))
		explain(c, row, &s, &class);
	row->because = row->l.because;
	row->part = row->l.part;
	row->l.class = s.all_ns[0] + s.all_ns[1] > 0 ? lock_classes[class].name : "none";
	for (int i = 0; i < 2; i++) {
		row->l.waits[i] = s.waits[i][class];
		row->l.wait_ns[i] = s.wait_ns[i][class];
	}
}

void comparison_add_locks(struct comparison *c, const struct locks *l)
{
	for (size_t i = 0; l && i < c->nr_rows; i++)
		if (row_of_cell(&c->rows[i]) && !strcmp(c->rows[i].metric, l->rate))
			add_row(c, &c->rows[i], l);
	for (size_t i = 0; l && i < l->notes.n; i++)
		strv_add(&c->lock_notes, l->notes.v[i]);
}
