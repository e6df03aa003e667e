/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.c: the life of a struct locks. samples.csv is read first, then the waits (locks_rows.c),
 * which are summed for each cell and variant by class and direction, by waiter, and by holder.
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
#define NR_SLOTS (2 * LOCK_CLASSES_MAX) /* a class and direction each */

/* Words of struct lock_key by which rows are summed: for figures, waiters, and their holders. */
enum { WORDS_FIGURES = 2, WORDS_WHO = 4, WORDS_HOLDER = 7 };

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
		if (!run->ok) {
			c->reason = c->reason ? c->reason : reason_of(d, u, run);
			continue;
		}
		c->valid++;
		c->operations += run->operations;
		c->elapsed_ns += run->elapsed_ns;
		c->thread_ns +=
			run->thread_ns > 0 ? run->thread_ns : c->role_threads * run->elapsed_ns;
		c->rate += (run->watched - c->rate) / c->valid;
		if (run->watched > 0 && run->unwatched > 0)
			ratio[nr++] = run->watched / run->unwatched;
	}
	stats_sort(ratio, nr);
	c->has_watched = nr > 0;
	if (nr)
		c->watched = stats_median_sorted(ratio, nr);
	free(ratio);
}

/* Different locks of each class and direction in a cell run, the most; rows are by run and lock. */
static void count_locks(const struct lock_row *rows, size_t nr, uint64_t most[NR_SLOTS])
{
	struct {
		uint32_t run;
		uint64_t lock, nr;
	} at[NR_SLOTS] = { { 0 } };

	for (const struct lock_row *row = rows; row < rows + nr; row++) {
		unsigned k = 2 * row->key.class + row->key.shared;

		if (at[k].run != row->run + 1) {
			at[k].run = row->run + 1;
			at[k].lock = at[k].nr = 0;
		}
		at[k].nr += row->lock && row->lock != at[k].lock;
		at[k].lock = row->lock;
		most[k] = at[k].nr > most[k] ? at[k].nr : most[k];
	}
}

static int compare_keys(const void *a, const void *b)
{
	const struct lock_row *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* How many of the nr rows from the first on have the same first words of the key. */
static size_t alike(const struct lock_row *rows, size_t nr, size_t words)
{
	size_t n = 1;

	while (n < nr && !memcmp(&rows->key, &rows[n].key, words * sizeof(uint32_t)))
		n++;
	return n;
}

static int compare_buckets(const void *a, const void *b)
{
	const struct lock_bucket *x = a, *y = b;

	return ORDER(x->low_ns, y->low_ns) ?: ORDER(x->high_ns, y->high_ns);
}

/* Nearest rank: the middle of the bucket that the value lies in, not past the largest value. */
static double p99(const struct lock_data *d, const struct lock_row *rows, size_t nr,
		  const struct lock_figures *f)
{
	uint64_t rank = f->waits - f->waits / 100, seen = 0; /* 0.99 n, rounded up */
	struct lock_bucket *all = NULL;
	double at = (double)f->max_ns;
	size_t n = 0, i = 0;

	for (const struct lock_row *row = rows; row < rows + nr; row++)
		for (size_t k = 0; k < row->nr_buckets; k++) {
			all = intern_room(all, n, sizeof(*all));
			all[n++] = d->buckets[row->bucket + k];
		}
	qsort(all, n, sizeof(*all), compare_buckets);
	while (i < n && (seen = add_capped(seen, all[i].count)) < rank)
		i++;
	if (i < n) {
		double low = (double)all[i].low_ns, high = (double)all[i].high_ns;

		high = high < at ? high : at;
		at = high > low ? low + (high - low) / 2 : high;
	}
	free(all);
	return at;
}

static void add_figures(struct lock_cell *c, const struct lock_data *d, const struct lock_row *rows,
			size_t nr, uint64_t locks)
{
	struct lock_figures *f = &c->figures[c->nr_figures++];

	*f = (struct lock_figures){ .class = rows->key.class,
				    .shared = rows->key.shared,
				    .locks = locks };
	for (const struct lock_row *row = rows; row < rows + nr; row++) {
		f->waits = add_capped(f->waits, row->count);
		f->total_ns = add_capped(f->total_ns, row->total_ns);
		f->max_ns = row->max_ns > f->max_ns ? row->max_ns : f->max_ns;
		f->held_ns = add_capped(f->held_ns, row->held_ns);
		if (!d->own[row->key.role])
			continue;
		f->own_waits = add_capped(f->own_waits, row->count);
		f->own_total_ns = add_capped(f->own_total_ns, row->total_ns);
	}
	f->mean_ns = (double)f->total_ns / (double)f->waits;
	f->p99_ns = p99(d, rows, nr, f);
}

/* Of two holders the one that had it longer; ties by name. */
static void add_holder(struct lock_who *w, const struct lock_data *d, const struct lock_key *key,
		       uint64_t ns)
{
	const char *role = intern_str(&d->strings, key->holder_role);
	const char *where = intern_str(&d->strings, key->holder_where);
	bool first = !w->holder_role && ns && *role;

	if (!first && (!w->holder_role || ns < w->holder_ns ||
		       (ns == w->holder_ns &&
			(strcmp(role, w->holder_role) ?: strcmp(where, w->holder_where)) >= 0)))
		return;
	w->holder_role = role;
	w->holder_where = where;
	w->holder_shared = key->holder_shared;
	w->holder_ns = ns;
}

static void add_who(struct lock_cell *c, const struct lock_data *d, const struct lock_row *rows,
		    size_t nr)
{
	struct lock_who *w;

	c->who = intern_room(c->who, c->nr_who, sizeof(*c->who));
	w = &c->who[c->nr_who++];
	*w = (struct lock_who){
		.class = rows->key.class,
		.shared = rows->key.shared,
		.own = d->own[rows->key.role],
		.role = intern_str(&d->strings, rows->key.role),
		.where = intern_str(&d->strings, rows->key.where),
	};
	for (size_t i = 0, n; i < nr; i += n) {
		uint64_t held = 0;

		n = alike(rows + i, nr - i, WORDS_HOLDER);
		for (const struct lock_row *row = rows + i; row < rows + i + n; row++) {
			w->waits = add_capped(w->waits, row->count);
			w->total_ns = add_capped(w->total_ns, row->total_ns);
			held = add_capped(held, row->held_ns);
		}
		w->held_ns = add_capped(w->held_ns, held);
		add_holder(w, d, &rows[i].key, held);
	}
}

static int compare_figures(const void *a, const void *b)
{
	const struct lock_figures *x = a, *y = b;

	return ORDER(y->total_ns, x->total_ns) ?: ORDER(x->class, y->class) ?:
	       ORDER(x->shared, y->shared);
}

static int compare_who(const void *a, const void *b)
{
	const struct lock_who *x = a, *y = b;

	return ORDER(y->total_ns, x->total_ns) ?: ORDER(x->class, y->class) ?:
	       strcmp(x->role, y->role) ?: strcmp(x->where, y->where) ?:
	       ORDER(x->shared, y->shared);
}

/* rows are all of the cell and variant, by run and lock; they are put in another order. */
static void sum_rows(struct lock_cell *c, const struct lock_data *d, struct lock_row *rows,
		     size_t all)
{
	uint64_t locks[NR_SLOTS] = { 0 };
	size_t nr = 0;

	for (size_t i = 0; i < all; i++)
		if (d->runs[rows[i].run].ok)
			rows[nr++] = rows[i];
	if (!nr)
		return;
	count_locks(rows, nr, locks);
	qsort(rows, nr, sizeof(*rows), compare_keys);
	c->figures = xcalloc(NR_SLOTS, sizeof(*c->figures));
	for (size_t i = 0, n; i < nr; i += n) {
		n = alike(rows + i, nr - i, WORDS_FIGURES);
		add_figures(c, d, rows + i, n, locks[2 * rows[i].key.class + rows[i].key.shared]);
	}
	for (size_t i = 0, n; i < nr; i += n) {
		n = alike(rows + i, nr - i, WORDS_WHO);
		add_who(c, d, rows + i, n);
	}
	qsort(c->figures, c->nr_figures, sizeof(*c->figures), compare_figures);
	qsort(c->who, c->nr_who, sizeof(*c->who), compare_who);
}

static void add_notes(struct locks *l)
{
	double lost = 0, events = 0;

	for (const struct lock_cell *c = l->cells; c < l->cells + l->nr_cells; c++) {
		lost += (double)c->lost;
		events += (double)c->events;
		watched_note(&l->notes, LOCKS_PASS, c->reason);
	}
	if (lost > 0)
		strv_addf(&l->notes, "%.0f of %.0f lock events were lost (%.2g %%)", lost,
			  lost + events, 100 * lost / (lost + events));
}

static struct locks *make(struct lock_data *d)
{
	struct locks *l = xcalloc(1, sizeof(*l));
	const struct results *r = d->r;
	size_t at = 0;

	l->cells = xcalloc((size_t)r->cell_index.nr * r->variant_index.nr + 1, sizeof(*l->cells));
	for (uint32_t i = 0; i < r->cell_index.nr; i++) {
		for (uint32_t v = 0; v < r->variant_index.nr; v++) {
			struct lock_cell *c = &l->cells[l->nr_cells++];
			size_t nr = 0, end = results_run_at(r, i, v, 1) + r->blocks;

			*c = (struct lock_cell){
				CELL_NAMES(&r->cells[i]),
				.variant = r->variants[v].name,
				.role_threads = r->cells[i].role_threads,
			};
			add_runs(c, d, i, v);
			/* The file was sorted by cell run: these rows stand together. */
			while (at + nr < d->nr_rows && d->rows[at + nr].run < end)
				nr++;
			sum_rows(c, d, d->rows + at, nr);
			at += nr;
		}
	}
	add_notes(l);
	l->rate = results_rate(r);
	l->names = xcalloc(1, sizeof(*l->names));
	*l->names = d->strings;
	d->strings = (struct intern){ 0 };
	return l;
}

/* All waits that the runner counted must be in the file: a missing row looks like less waiting. */
static int check_counts(const struct lock_data *d, const char *name, struct err *e)
{
	for (size_t i = 0; i < results_nr_runs(d->r); i++) {
		const struct lock_run *run = &d->runs[i];

		if (unit_ok(&d->r->units[i * d->r->pass_index.nr + d->pass]) && run->waits >= 0 &&
		    (double)run->counted != run->waits)
			return err_add(e, EINVAL,
				       "%s has %llu waits of a cell run of which " SAMPLES_CSV
				       " counts %.0f",
				       name, (unsigned long long)run->counted, run->waits);
	}
	return 0;
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
		ret = err_add(e, EINVAL, "%s: the first pass is " LOCKS_PASS ": nothing to judge",
			      r->path);
	if (!ret)
		ret = locks_read_rows(&d, name, data, len, e);
	if (!ret)
		ret = check_counts(&d, name, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	else
		*out = make(&d);
	intern_release(&d.strings);
	intern_release(&d.chain_index);
	free(d.wheres);
	free(d.rows);
	free(d.buckets);
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
