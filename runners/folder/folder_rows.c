/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_rows.c: the rows of the CSVs. They are made once, when a part is written or read, and wait
 * in a file without a name. Joining copies them in plan order. Nothing is computed here.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "lib/csv.h"
#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/folder/folder_impl.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"

enum table { SAMPLES, LATENCY, SERIES, LOCKSTACKS, PROFILE };

#define COLUMNS(name) (const char *const[]){ name##_COLUMNS }, name##_COLUMNS_N
#define COLUMNS_MAX 32

static const struct {
	enum folder_file file;
	const char *const *columns;
	size_t nr_columns;
} tables[NR_TABLES] = {
	[SAMPLES] = { FOLDER_SAMPLES, COLUMNS(SAMPLES) },
	[LATENCY] = { FOLDER_LATENCY, COLUMNS(LATENCY) },
	[SERIES] = { FOLDER_SERIES, COLUMNS(SERIES) },
	[LOCKSTACKS] = { FOLDER_LOCKSTACKS, COLUMNS(LOCKSTACKS) },
	[PROFILE] = { FOLDER_PROFILE, COLUMNS(PROFILE) },
};

/* --- rows --------------------------------------------------------------------------- */

/* A row that grows: its fields, and room for the numbers among them. */
struct row {
	const char *field[COLUMNS_MAX];
	char number[COLUMNS_MAX][24];
	size_t n;
};

/* Add fields: t a text, n a number, a an address, "" for 0. */
static void add(struct row *w, const char *kinds, ...)
{
	va_list ap;

	va_start(ap, kinds);
	for (; *kinds; kinds++, w->n++) {
		char *number = w->number[w->n];
		uint64_t v;

		w->field[w->n] = *kinds == 't' ? va_arg(ap, const char *) : number;
		if (*kinds == 't')
			continue;
		v = va_arg(ap, uint64_t);
		*number = '\0';
		if (*kinds == 'n' || v)
			snprintf(number, sizeof(w->number[0]),
				 *kinds == 'n' ? "%" PRIu64 : "0x%" PRIx64, v);
	}
	va_end(ap);
}

/* The fields behind the first n, which stay for the next row. */
static void end_row(struct buf *b, struct row *w, size_t n)
{
	csv_add_row(b, w->field, w->n);
	w->n = n;
}

/* The first columns of every row of a unit. */
static void add_who(struct row *w, const struct folder *f, const struct plan_unit *u,
		    unsigned attempt)
{
	const struct suite *s = f->suite;
	const struct suite_variant *v = &s->variants[u->variant];
	const struct plan_cell *c = &f->plan->cells[u->cell];

	w->n = 0;
	add(w, "tttttttt", f->run_id, v->name, s->kernels[v->kernel].label, mode_names[s->mode],
	    s->mounts[v->mount].fs, s->mounts[v->mount].name, s->workloads[c->workload].name,
	    c->params);
	add(w, "nnnnt", (uint64_t)u->block, u->seed, (uint64_t)u->position, (uint64_t)attempt,
	    pass_names[u->pass]);
}

static void add_sample(struct buf *b, struct row *w, const struct sample *x, const struct result *r)
{
	const char *no_effect =
		json_string_value(json_object_get(json_object_get(r->facts, "effective"), "why"));

	add(w, "ttttttttt", x->role, x->metric, x->detail, x->unit, better_name(x->better),
	    x->value, status_names[r->status], r->marks,
	    r->reason                 ? r->reason
	    : no_effect && *no_effect ? no_effect
				      : NULL);
	end_row(b, w, SCHEMA_WHO_N);
}

/* A cell run without samples has rows, too: the planned metrics, and the reason. */
static void add_samples(struct buf *b, struct row *w, const struct result *r)
{
	for (size_t i = 0; i < r->nr_samples; i++)
		add_sample(b, w, &r->samples[i], r);
	for (const struct metric *m = metrics; !r->nr_samples && m->name; m++) {
		struct sample x = { .role = (char *)"all",
				    .metric = (char *)m->name,
				    .detail = (char *)"",
				    .unit = (char *)m->unit,
				    .better = m->better };

		if (m->primary)
			add_sample(b, w, &x, r);
	}
}

static void add_latency(struct buf *b, struct row *w, const struct result *r)
{
	for (size_t k = 0; k < r->nr_hists; k++) {
		const struct hist *h = &r->hists[k].hist;

		add(w, "t", r->hists[k].role);
		for (unsigned i = 0; i < HIST_BUCKETS; i++) {
			if (!h->bucket[i])
				continue;
			add(w, "nnn", hist_low(i), hist_high(i), h->bucket[i]);
			end_row(b, w, SCHEMA_WHO_N + 1);
		}
		w->n = SCHEMA_WHO_N;
	}
}

static void add_series(struct buf *b, struct row *w, const struct result *r)
{
	for (size_t k = 0; k < r->nr_series; k++) {
		const struct series *s = &r->series[k].series;

		add(w, "t", r->series[k].role);
		for (unsigned i = 0; i < s->nr; i++) {
			add(w, "nntn", i * s->interval_ns,
			    i + 1 < s->nr ? (i + 1) * s->interval_ns : s->end_ns, "operations",
			    s->ops[i]);
			end_row(b, w, SCHEMA_WHO_N + 1);
		}
		w->n = SCHEMA_WHO_N;
	}
}

/* "LOW-HIGH:COUNT" of each non-empty bucket. */
static const char *waits_text(struct buf *b, const struct hist *h)
{
	buf_reset(b);
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		if (h->bucket[i])
			buf_addf(b, "%s%" PRIu64 "-%" PRIu64 ":%" PRIu64, b->len ? " " : "",
				 hist_low(i), hist_high(i), h->bucket[i]);
	return buf_str(b);
}

static void add_locks(struct buf *b, struct row *w, const struct lock_stacks *s)
{
	struct buf waits = BUF_INIT;

	for (size_t k = 0; k < s->n; k++) {
		const struct lock_stack *v = &s->v[k];

		add(w, "tattnnntttt", v->role, v->lock, v->mode, v->chain, v->count, v->total_ns,
		    v->max_ns, waits_text(&waits, v->waits), v->holder_role, v->holder_mode,
		    v->holder_chain);
		if (v->holder_role)
			add(w, "n", v->held_ns);
		else
			add(w, "t", "");
		end_row(b, w, SCHEMA_WHO_N);
	}
	buf_release(&waits);
}

static void add_profile(struct buf *b, struct row *w, const struct profile *p)
{
	for (size_t k = 0; k < p->n; k++) {
		const struct profile_row *v = &p->v[k];

		add(w, "ttan", v->object, v->function, v->address, v->instructions);
		if (v->address)
			add(w, "n", v->calls);
		else
			add(w, "t", "");
		end_row(b, w, SCHEMA_WHO_N);
	}
}

/* --- kept until they are joined -------------------------------------------------------- */

/* Where a file system has no files without a name, /tmp has. */
static int open_rows(struct folder *f, struct err *e)
{
	FILE *tmp;

	f->rows_fd = open(f->dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (f->rows_fd < 0 && (tmp = tmpfile())) {
		f->rows_fd = fcntl(fileno(tmp), F_DUPFD_CLOEXEC, 0);
		fclose(tmp);
	}
	return f->rows_fd < 0 ? err_sys(e, errno, "cannot make a file for the rows of %s", f->dir)
			      : 0;
}

/* The effective options of each variant, as the first cell run that tells found them. */
static void note_effective(struct folder *f, const struct plan_unit *u, const struct result *r)
{
	json_t *all = json_object_get(f->run, "effective");
	json_t *found = json_object_get(r->facts, "effective");
	json_t *options = json_object_get(r->facts, "effective_options"), *entry;
	const char *name = f->suite->variants[u->variant].name;

	if (!all) {
		all = json_object();
		json_object_set_new(f->run, "effective", all);
	}
	if (!options || json_object_get(all, name))
		return;
	entry = found ? json_deep_copy(found) : json_object();
	json_object_set(entry, "options", options);
	json_object_set_new(all, name, entry);
}

int folder_take(struct folder *f, const struct plan_unit *u, const struct result *r, struct err *e)
{
	struct folder_unit *k = &f->units[u - f->plan->units];
	int ret = f->rows_fd < 0 ? open_rows(f, e) : 0;
	struct buf b[NR_TABLES] = { BUF_INIT };
	bool ok = r->status == STATUS_OK;
	struct row w;

	add_who(&w, f, u, k->attempt);
	add_samples(&b[SAMPLES], &w, r);
	if (ok) {
		add_latency(&b[LATENCY], &w, r);
		add_series(&b[SERIES], &w, r);
	}
	if (ok && r->locks)
		add_locks(&b[LOCKSTACKS], &w, r->locks);
	if (ok && r->profile)
		add_profile(&b[PROFILE], &w, r->profile);
	k->tables = ok && r->locks ? 1u << LOCKSTACKS : 0; /* no waits is an answer, too */
	k->ok = ok;
	k->at = f->rows_end;
	for (size_t t = 0; t < NR_TABLES; t++) {
		if (!ret && lseek(f->rows_fd, (off_t)f->rows_end, SEEK_SET) >= 0)
			ret = fs_write_all(f->rows_fd, b[t].data, b[t].len);
		k->len[t] = b[t].len;
		k->tables |= b[t].len ? 1u << t : 0;
		f->rows_end += b[t].len;
		buf_release(&b[t]);
	}
	k->taken = !ret;
	note_effective(f, u, r);
	return ret ? err_sys(e, -ret, "cannot keep the rows of a cell run in %s", f->dir) : 0;
}

/* --- joined ------------------------------------------------------------------------------ */

struct joining {
	const struct folder *f;
	size_t table;
};

static int copy_rows(void *arg, int fd)
{
	const struct joining *j = arg;
	const struct folder *f = j->f;
	struct buf header = BUF_INIT;
	int ret;

	csv_add_row(&header, tables[j->table].columns, tables[j->table].nr_columns);
	ret = fs_write_all(fd, header.data, header.len);
	buf_release(&header);
	for (size_t i = 0; i < f->plan->nr_units && !ret; i++) {
		const struct folder_unit *k = &f->units[i];
		size_t left = k->len[j->table];
		off_t at = (off_t)k->at;

		for (size_t t = 0; t < j->table; t++)
			at += (off_t)k->len[t];
		while (left && !ret) {
			ssize_t n = sendfile(fd, f->rows_fd, &at, left);

			if (n > 0)
				left -= (size_t)n;
			else if (n == 0 || errno != EINTR)
				ret = n ? -errno : -EIO;
		}
	}
	return ret;
}

/* Parts of a former run that nobody has looked at yet. */
static int take_others(struct folder *f, unsigned *found, struct err *e)
{
	*found = 1u << SAMPLES | 1u << LATENCY;
	for (size_t i = 0; i < f->plan->nr_units; i++) {
		struct folder_unit *k = &f->units[i];
		struct result r;
		int ret = 0;

		if (!k->taken && (!k->known || k->attempt)) {
			ret = folder_part(f, &f->plan->units[i], &k->attempt, &r, e);
			if (!ret)
				ret = folder_take(f, &f->plan->units[i], &r, e);
			result_release(&r);
		}
		if (ret && ret != -ENOENT)
			return ret;
		*found |= k->tables;
	}
	return 0;
}

int folder_join(struct folder *f, struct err *e)
{
	uint64_t begin_ns = now_ns();
	unsigned found;
	int ret = take_others(f, &found, e);

	for (size_t t = 0; t < NR_TABLES && !ret; t++) {
		struct joining j = { f, t };
		char *path = folder_path(f, tables[t].file, NULL);

		if (found >> t & 1)
			ret = fs_write_with(path, copy_rows, &j, e);
		free(path);
	}
	if (!ret)
		folder_note_raw(f);
	f->joined_ns = now_ns();
	f->join_took_ns = f->joined_ns - begin_ns;
	return ret;
}
