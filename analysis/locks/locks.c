/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.c: the life of a struct locks, and looking things up in one. samples.csv is read first,
 * then the waits (locks_rows.c, locks_sum.c).
 */
#include "analysis/locks/locks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/locks/locks_impl.h"
#include "analysis/results/rows.h"
#include "analysis/stats/stats.h"
#include "lib/num.h"

#define LOCKS_PASS "locks"
#define NEARLY_ALL 0.9 /* of the time: then it is said without the share */

static const struct watched_figure figures[] = {
	{ "lock_waits", false, offsetof(struct lock_run, waits) },
	{ "operations", false, offsetof(struct lock_run, operations) },
	{ "elapsed", false, offsetof(struct lock_run, elapsed_ns) },
	{ "thread_time", false, offsetof(struct lock_run, thread_ns) },
	{ "lock_cut", false, offsetof(struct lock_run, cut) },
	{ "lock_lost", false, offsetof(struct lock_run, lost) },
	{ "", false, offsetof(struct lock_run, watched) },
	{ "", true, offsetof(struct lock_run, unwatched) },
};

static double events_of(const struct lock_run *run)
{
	return 2 * (run->waits >= 0 ? run->waits : (double)run->counted) + run->cut;
}

static const char *reason_of(struct lock_data *d, const struct unit *u, const struct lock_run *run)
{
	struct buf b = BUF_INIT;

	if (u->status == SAMPLE_OK)
		buf_addf(&b, "%.2g %% of the lock events were lost, more than %g %%",
			 100 * run->lost / (events_of(run) + run->lost), 100 * LOCKS_LOST_MAX);
	else
		results_add_reason(&b, d->r, u->status, u->reason);
	return intern_text(&d->strings, &b);
}

static void add_run(struct lock_cell *c, const struct lock_run *run, double *ratio, size_t *nr)
{
	c->valid++;
	c->operations += run->operations;
	c->elapsed_ns += run->elapsed_ns;
	c->thread_ns += run->thread_ns > 0 ? run->thread_ns : c->role_threads * run->elapsed_ns;
	c->rate += (run->watched - c->rate) / c->valid;
	if (run->watched > 0 && run->unwatched > 0)
		ratio[(*nr)++] = run->watched / run->unwatched;
}

static void add_runs(struct lock_cell *c, struct lock_data *d, uint32_t cell, uint32_t variant)
{
	const struct results *r = d->r;
	double *ratio = xcalloc(r->blocks, sizeof(*ratio));
	size_t nr = 0;

	for (uint32_t b = 1; b <= r->blocks; b++) {
		const struct unit *u = results_unit(r, cell, variant, b, d->pass);
		struct lock_run *run = &d->runs[results_run_at(r, cell, variant, b)];

		if (!u->seen)
			continue;
		c->planned++;
		c->lost += (uint64_t)run->lost;
		c->cut += (uint64_t)run->cut;
		c->events += (uint64_t)events_of(run);
		run->ok = unit_ok(u) && run->lost <= LOCKS_LOST_MAX * (events_of(run) + run->lost);
		if (run->ok)
			add_run(c, run, ratio, &nr);
		else if (!c->reason)
			c->reason = reason_of(d, u, run);
	}
	stats_sort(ratio, nr);
	c->has_watched = nr > 0;
	if (nr)
		c->watched = stats_median_sorted(ratio, nr);
	free(ratio);
}

static void make_cells(struct locks *l, struct lock_data *d)
{
	const struct results *r = d->r;
	size_t from = 0, to = 0;

	l->cells = xcalloc((size_t)r->cell_index.nr * r->variant_index.nr + 1, sizeof(*l->cells));
	for (uint32_t i = 0; i < r->cell_index.nr; i++) {
		for (uint32_t v = 0; v < r->variant_index.nr; v++) {
			struct lock_cell *c = &l->cells[l->nr_cells++];
			size_t end = results_run_at(r, i, v, 1) + r->blocks;

			*c = (struct lock_cell){
				CELL_NAMES(&r->cells[i]),
				.variant = r->variants[v].name,
				.role_threads = r->cells[i].role_threads,
			};
			add_runs(c, d, i, v);
			/* The file was sorted by cell run: these rows stand together. */
			while (to < d->nr_rows && d->rows[to].run < end)
				to++;
			locks_sum(c, d, from, to);
			from = to;
		}
	}
}

/* One reason and the cells it holds for. */
static void note_reasons(struct locks *l)
{
	for (size_t i = 0; i < l->nr_cells; i++) {
		const struct lock_cell *c = &l->cells[i];
		unsigned invalid = 0;
		size_t first = 0;

		while (c->reason && l->cells[first].reason != c->reason)
			first++;
		if (!c->reason || first < i)
			continue;
		for (size_t k = i; k < l->nr_cells; k++)
			if (l->cells[k].reason == c->reason)
				invalid += l->cells[k].planned - l->cells[k].valid;
		strv_addf(&l->notes,
			  "the locks pass has no figures of %u cell run%s (%s%s%s of %s%s): %s",
			  invalid, invalid == 1 ? "" : "s", c->workload, *c->varying ? " " : "",
			  c->varying, c->variant, invalid > 1 ? ", ..." : "", c->reason);
	}
}

static void note_lost(struct locks *l)
{
	uint64_t lost = 0, events = 0;

	for (size_t i = 0; i < l->nr_cells; i++) {
		lost = add_capped(lost, l->cells[i].lost);
		events = add_capped(events, l->cells[i].events);
	}
	if (lost)
		strv_addf(&l->notes, "%llu of %llu lock events were lost (%.2g %%)",
			  (unsigned long long)lost, (unsigned long long)add_capped(lost, events),
			  100 * (double)lost / (double)add_capped(lost, events));
}

/* All waits that the runner counted must be in the file: a missing row looks like less waiting. */
static int check_counts(const struct lock_data *d, const char *name, struct err *e)
{
	for (size_t i = 0; i < results_nr_runs(d->r); i++) {
		const struct lock_run *run = &d->runs[i];

		if (unit_ok(&d->r->units[i * d->r->pass_index.nr + d->pass]) && run->waits >= 0 &&
		    (double)run->counted != run->waits)
			return err_add(e, EINVAL,
				       "%s has %llu waits of a cell run of which %s counts %.0f: "
				       "one of the two is damaged",
				       name, (unsigned long long)run->counted, SAMPLES_CSV,
				       run->waits);
	}
	return 0;
}

static void make(struct locks **out, struct lock_data *d)
{
	struct locks *l = *out = xcalloc(1, sizeof(*l));

	l->rate = results_rate(d->r);
	make_cells(l, d);
	note_reasons(l);
	note_lost(l);
	l->names = xcalloc(1, sizeof(*l->names));
	*l->names = d->strings;
	d->strings = (struct intern){ 0 };
}

int locks_load_mem(struct locks **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e)
{
	struct lock_data d = { .r = r, .pass = intern_find(&r->pass_index, LOCKS_PASS) };
	size_t nr = results_nr_runs(r);
	int ret = 0;

	*out = NULL;
	if (d.pass == INTERN_NONE)
		return 0;
	intern_add(&d.strings, "");
	d.runs = xcalloc(nr, sizeof(*d.runs));
	for (size_t i = 0; i < nr; i++)
		d.runs[i].waits = -1;
	watched_figures(r, d.pass, figures, sizeof(figures) / sizeof(figures[0]), d.runs,
			sizeof(*d.runs));
	if (!d.pass)
		ret = err_add(
			e, EINVAL,
			"%s: the first pass is " LOCKS_PASS
			": nothing was measured without watching, so there is nothing to judge",
			r->path);
	if (!ret)
		ret = locks_read_rows(&d, name, data, len, e);
	if (!ret)
		ret = check_counts(&d, name, e);
	if (!ret)
		make(out, &d);
	else
		err_exit(e, FSDUEL_USAGE);
	intern_release(&d.strings);
	intern_release(&d.range_index);
	intern_release(&d.chain_index);
	free(d.wheres);
	free(d.rows);
	free(d.buckets);
	free(d.ranges);
	free(d.runs);
	free(d.own);
	return ret;
}

int locks_load(struct locks **out, const struct results *r, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" LOCKSTACKS_CSV, dir);
	int ret = locks_load_mem(out, r, path, NULL, 0, e);

	free(path);
	return ret;
}

void locks_free(struct locks *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->nr_cells; i++) {
		free(l->cells[i].figures);
		free(l->cells[i].who);
	}
	free(l->cells);
	strv_release(&l->notes);
	intern_release(l->names);
	free(l->names);
	free(l);
}

/* --- looking things up -------------------------------------------------------------------- */

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
