/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_rows.c: the rows of the CSVs. A part's rows are made once, when the part is written
 * or, of a former run, read; they wait in a file without a name. Joining copies them in plan
 * order, so it costs no reading of parts. Nothing is computed here.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

static void add_text(struct row *w, const char *text)
{
	w->field[w->n++] = text;
}

static void add_number(struct row *w, uint64_t v)
{
	snprintf(w->number[w->n], sizeof(w->number[0]), "%" PRIu64, v);
	add_text(w, w->number[w->n]);
}

/* 0: there is none. */
static void add_address(struct row *w, uint64_t v)
{
	snprintf(w->number[w->n], sizeof(w->number[0]), v ? "0x%" PRIx64 : "", v);
	add_text(w, w->number[w->n]);
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
	add_text(w, f->run_id);
	add_text(w, v->name);
	add_text(w, s->kernels[v->kernel].label);
	add_text(w, mode_names[s->mode]);
	add_text(w, s->mounts[v->mount].fs);
	add_text(w, s->mounts[v->mount].name);
	add_text(w, s->workloads[c->workload].name);
	add_text(w, c->params);
	add_number(w, u->block);
	add_number(w, u->seed);
	add_number(w, u->position);
	add_number(w, attempt);
	add_text(w, pass_names[u->pass]);
}

static void add_sample(struct buf *b, struct row *w, const struct sample *x, const struct result *r)
{
	const char *no_effect =
		json_string_value(json_object_get(json_object_get(r->facts, "effective"), "why"));

	add_text(w, x->role);
	add_text(w, x->metric);
	add_text(w, x->detail);
	add_text(w, x->unit);
	add_text(w, better_name(x->better));
	add_text(w, x->value);
	add_text(w, status_names[r->status]);
	add_text(w, r->marks);
	add_text(w, r->reason ? r->reason : no_effect && *no_effect ? no_effect : NULL);
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
		const struct hist *h = r->hists[k].hist;

		add_text(w, r->hists[k].role);
		for (unsigned i = 0; i < HIST_BUCKETS; i++) {
			if (!h->bucket[i])
				continue;
			add_number(w, hist_low(i));
			add_number(w, hist_high(i));
			add_number(w, h->bucket[i]);
			end_row(b, w, SCHEMA_WHO_N + 1);
		}
		w->n = SCHEMA_WHO_N;
	}
}

static void add_series(struct buf *b, struct row *w, const struct result *r)
{
	for (size_t k = 0; k < r->nr_series; k++) {
		const struct series *s = &r->series[k].series;

		add_text(w, r->series[k].role);
		for (unsigned i = 0; i < s->nr; i++) {
			add_number(w, i * s->interval_ns);
			add_number(w, i + 1 < s->nr ? (i + 1) * s->interval_ns : s->end_ns);
			add_text(w, "operations");
			add_number(w, s->ops[i]);
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

		add_text(w, v->role);
		add_address(w, v->lock);
		add_text(w, v->mode);
		add_text(w, v->chain);
		add_number(w, v->count);
		add_number(w, v->total_ns);
		add_number(w, v->max_ns);
		add_text(w, waits_text(&waits, v->waits));
		add_text(w, v->holder_role);
		add_text(w, v->holder_mode);
		add_text(w, v->holder_chain);
		if (v->holder_role)
			add_number(w, v->held_ns);
		else
			add_text(w, "");
		end_row(b, w, SCHEMA_WHO_N);
	}
	buf_release(&waits);
}

static void add_profile(struct buf *b, struct row *w, const struct profile *p)
{
	for (size_t k = 0; k < p->n; k++) {
		const struct profile_row *v = &p->v[k];

		add_text(w, v->object);
		add_text(w, v->function);
		add_address(w, v->address);
		add_number(w, v->instructions);
		if (v->address)
			add_number(w, v->calls);
		else
			add_text(w, "");
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
	k->too_long =
		json_is_true(json_object_get(json_object_get(r->facts, "locks"), "raw_too_long"));
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
