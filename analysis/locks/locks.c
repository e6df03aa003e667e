/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.c: the life of a struct locks: what samples.csv says of each watched cell
 * run, then the waits (locks_rows.c, locks_attribute.c, locks_sum.c), then what must
 * be said of it all. See locks.h.
 */
#include "analysis/locks/locks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/locks/locks_impl.h"
#include "analysis/stats/stats.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"

#define COMM_LEN 15 /* of a thread's name, as the kernel keeps it */

struct locks_text {
	struct intern strings, names; /* reasons; roles and functions */
};

/* --- what samples.csv says of a cell run ---------------------------------------------------- */

/* Metrics of the whole workload that are wanted; "" stands for the first primary one. */
enum { WAITS = 0 };
static const struct wanted {
	const char *metric;
	bool watched;  /* in the locks pass; else in the first */
	size_t offset; /* of a double in struct lock_run */
} wanted[] = {
	[WAITS] = { "lock_waits", true, offsetof(struct lock_run, waits) },
	{ "operations", true, offsetof(struct lock_run, operations) },
	{ "elapsed", true, offsetof(struct lock_run, elapsed_ns) },
	{ "thread_time", true, offsetof(struct lock_run, thread_ns) },
	{ "lock_cut", true, offsetof(struct lock_run, cut) },
	{ "lock_lost", true, offsetof(struct lock_run, lost) },
	{ "", true, offsetof(struct lock_run, watched) },
	{ "", false, offsetof(struct lock_run, unwatched) },
};
#define NR_WANTED (sizeof(wanted) / sizeof(wanted[0]))

static const char *rate_metric(const struct results *r)
{
	for (uint32_t m = 0; m < r->metric_index.nr; m++)
		if (r->metrics[m].primary)
			return r->metrics[m].name;
	return ""; /* run.json was refused if there is none */
}

static bool is_wanted(const struct lock_data *d, const struct measure *m, const struct wanted *w)
{
	const char *name = *w->metric ? w->metric : rate_metric(d->r);

	return m->role == STRING_ALL && m->detail == STRING_EMPTY &&
	       m->pass == (w->watched ? d->pass : 0) &&
	       !strcmp(d->r->metrics[m->metric].name, name);
}

static void take_measure(struct lock_data *d, uint32_t measure, size_t what)
{
	const struct results *r = d->r;

	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *s = &r->samples[i];
		struct lock_run *run = &d->runs[lock_run_of(r, s->cell, s->variant, s->block)];

		if (s->measure != measure || !s->has_value)
			continue;
		memcpy((char *)run + wanted[what].offset, &s->value, sizeof(s->value));
		run->has_waits |= what == WAITS;
	}
}

static void take_samples(struct lock_data *d)
{
	for (uint32_t m = 0; m < d->r->nr_measures; m++)
		for (size_t k = 0; k < NR_WANTED; k++)
			if (is_wanted(d, &d->r->measures[m], &wanted[k]))
				take_measure(d, m, k);
}

static double events_of(const struct lock_run *run)
{
	return 2 * (run->has_waits ? run->waits : (double)run->counted) + run->cut;
}

static bool lost_too_much(const struct lock_run *run)
{
	return run->lost > LOCKS_LOST_MAX * (events_of(run) + run->lost);
}

/* Which cell runs have figures; after the rows, which may have to stand for a missing count. */
static void mark_runs(struct lock_data *d)
{
	const struct results *r = d->r;

	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		for (uint32_t v = 0; v < r->variant_index.nr; v++)
			for (uint32_t b = 1; b <= r->blocks; b++) {
				const struct unit *u = results_unit(r, c, v, b, d->pass);
				struct lock_run *run = &d->runs[lock_run_of(r, c, v, b)];

				run->ok = u->seen && u->status == SAMPLE_OK && !lost_too_much(run);
			}
}

/* --- who is of the workload ----------------------------------------------------------------- */

static bool is_role(const struct results *r, const char *thread)
{
	if (!strcmp(thread, "fio"))
		return true;
	for (uint32_t m = 0; m < r->nr_measures; m++)
		if (!strncmp(intern_str(&r->strings, r->measures[m].role), thread, COMM_LEN))
			return true;
	return false;
}

static void mark_own(struct lock_data *d)
{
	d->own = xcalloc((size_t)d->strings.nr + 1, sizeof(*d->own));
	for (uint32_t i = 1; i < d->strings.nr; i++)
		d->own[i] = is_role(d->r, intern_str(&d->strings, i));
}

/* --- cells ---------------------------------------------------------------------------------- */

static const char *reason_of(const struct lock_data *d, struct locks *l, const struct unit *u,
			     const struct lock_run *run)
{
	struct buf b = BUF_INIT;
	uint32_t n;

	if (u->status == SAMPLE_OK)
		buf_addf(&b, "%.2g %% of the lock events were lost, more than %g %%",
			 100 * run->lost / (events_of(run) + run->lost), 100 * LOCKS_LOST_MAX);
	else
		buf_addf(&b, "%s%s%s", sample_status_names[u->status],
			 u->reason == STRING_EMPTY ? "" : ": ",
			 intern_str(&d->r->strings, u->reason));
	n = intern_add(&l->text->strings, buf_str(&b));
	buf_release(&b);
	return intern_str(&l->text->strings, n);
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

static void add_runs(struct locks *l, struct lock_cell *c, const struct lock_data *d, uint32_t cell,
		     uint32_t variant)
{
	const struct results *r = d->r;
	double *ratio = xcalloc(r->blocks, sizeof(*ratio));
	size_t nr = 0;

	for (uint32_t b = 1; b <= r->blocks; b++) {
		const struct unit *u = results_unit(r, cell, variant, b, d->pass);
		const struct lock_run *run = &d->runs[lock_run_of(r, cell, variant, b)];

		if (!u->seen)
			continue;
		c->planned++;
		c->lost += (uint64_t)run->lost;
		c->cut += (uint64_t)run->cut;
		c->events += (uint64_t)events_of(run);
		if (run->ok)
			add_run(c, run, ratio, &nr);
		else if (!c->reason)
			c->reason = reason_of(d, l, u, run);
	}
	stats_sort(ratio, nr);
	c->has_watched = nr > 0;
	if (nr)
		c->watched = stats_median_sorted(ratio, nr);
	free(ratio);
}

/* The rows of a cell and variant stand together: the file was sorted by cell run. */
static size_t rows_end(const struct lock_data *d, size_t from, size_t run_end)
{
	while (from < d->nr_rows && d->rows[from].run < run_end)
		from++;
	return from;
}

static void make_cells(struct locks *l, const struct lock_data *d)
{
	const struct results *r = d->r;
	size_t from = 0;

	l->cells = xcalloc((size_t)r->cell_index.nr * r->variant_index.nr + 1, sizeof(*l->cells));
	for (uint32_t i = 0; i < r->cell_index.nr; i++) {
		for (uint32_t v = 0; v < r->variant_index.nr; v++) {
			struct lock_cell *c = &l->cells[l->nr_cells++];
			size_t to = rows_end(d, from, lock_run_of(r, i, v, 1) + r->blocks);

			*c = (struct lock_cell){
				.workload = r->cells[i].workload,
				.params = r->cells[i].params,
				.varying = r->cells[i].varying,
				.variant = r->variants[v].name,
				.role_threads = r->cells[i].role_threads,
			};
			add_runs(l, c, d, i, v);
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
		bool said = false;

		for (size_t k = 0; k < i && c->reason; k++)
			said |= l->cells[k].reason == c->reason;
		for (size_t k = i; k < l->nr_cells && c->reason && !said; k++)
			if (l->cells[k].reason == c->reason)
				invalid += l->cells[k].planned - l->cells[k].valid;
		if (c->reason && !said)
			strv_addf(&l->notes,
				  "the locks pass has no figures of %u cell run%s (%s%s%s "
				  "of %s%s): %s",
				  invalid, invalid == 1 ? "" : "s", c->workload,
				  *c->varying ? " " : "", c->varying, c->variant,
				  invalid > 1 ? ", ..." : "", c->reason);
	}
}

static void note_lost(struct locks *l)
{
	uint64_t lost = 0, events = 0;

	for (size_t i = 0; i < l->nr_cells; i++) {
		lost = lock_add(lost, l->cells[i].lost);
		events = lock_add(events, l->cells[i].events);
	}
	if (lost)
		strv_addf(&l->notes, "%llu of %llu lock events were lost (%.2g %%)",
			  (unsigned long long)lost, (unsigned long long)lock_add(lost, events),
			  100 * (double)lost / (double)lock_add(lost, events));
}

/* --- loading -------------------------------------------------------------------------------- */

/* What the runner counted must all be in the file: a row too few would look like a wait too few. */
static int check_counts(const struct lock_data *d, const char *name, struct err *e)
{
	size_t runs = (size_t)d->r->cell_index.nr * d->r->variant_index.nr * d->r->blocks;

	for (size_t i = 0; i < runs; i++) {
		const struct lock_run *run = &d->runs[i];

		if (run->has_waits && (double)run->counted != run->waits)
			return err_add(e, EINVAL,
				       "%s has %llu waits of a cell run of which %s counts "
				       "%.0f: one of the two is damaged",
				       name, (unsigned long long)run->counted, SAMPLES_CSV,
				       run->waits);
	}
	return 0;
}

static bool any_measured(const struct lock_data *d)
{
	const struct results *r = d->r;

	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		for (uint32_t v = 0; v < r->variant_index.nr; v++)
			for (uint32_t b = 1; b <= r->blocks; b++) {
				const struct unit *u = results_unit(r, c, v, b, d->pass);

				if (u->seen && u->status == SAMPLE_OK)
					return true;
			}
	return false;
}

static int read_file(struct lock_data *d, const char *name, const char *data, size_t len,
		     struct err *e)
{
	int ret;

	if (!data && !fs_exists(name))
		return any_measured(d) ? err_add(e, ENOENT,
						 "%s is not there, though a cell run of "
						 "the locks pass is",
						 name)
				       : 0;
	ret = locks_read_rows(d, name, data, len, e);
	return ret ? ret : check_counts(d, name, e);
}

static void data_release(struct lock_data *d)
{
	intern_release(&d->strings);
	intern_release(&d->range_index);
	free(d->rows);
	free(d->buckets);
	free(d->ranges);
	free(d->runs);
	free(d->own);
}

static int load(struct locks **out, const struct results *r, const char *name, const char *data,
		size_t len, struct err *e)
{
	struct lock_data d = { .r = r, .pass = intern_find(&r->pass_index, LOCKS_PASS) };
	struct locks *l;
	int ret;

	*out = NULL;
	if (d.pass == INTERN_NONE)
		return 0;
	if (!d.pass) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL,
			       "%s: the first pass is " LOCKS_PASS ": nothing was measured "
			       "without watching, so there is nothing to judge",
			       r->path);
	}
	d.runs = xcalloc(lock_run_of(r, r->cell_index.nr, 0, 1), sizeof(*d.runs));
	intern_add(&d.strings, "");
	take_samples(&d);
	ret = read_file(&d, name, data, len, e);
	if (!ret) {
		l = *out = xcalloc(1, sizeof(*l));
		l->text = xcalloc(1, sizeof(*l->text));
		l->rate = rate_metric(r);
		mark_runs(&d);
		mark_own(&d);
		locks_attribute(&d);
		make_cells(l, &d);
		note_reasons(l);
		note_lost(l);
		l->text->names = d.strings; /* roles and functions live on */
		d.strings = (struct intern)INTERN_INIT;
	} else {
		err_exit(e, FSDUEL_USAGE);
	}
	data_release(&d);
	return ret;
}

int locks_load_mem(struct locks **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e)
{
	return load(out, r, name, data, len, e);
}

int locks_load(struct locks **out, const struct results *r, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" LOCKSTACKS_CSV, dir);
	int ret = load(out, r, path, NULL, 0, e);

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
	intern_release(&l->text->strings);
	intern_release(&l->text->names);
	free(l->text);
	free(l);
}
