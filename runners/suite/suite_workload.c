/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_workload.c: the workloads of a suite: a mix of roles or a fio job, and
 * the values its parameters take. Which parameters there are is said by the
 * tables of the roles and of fiojob.c; nothing here knows one by name.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "lib/near.h"
#include "runners/fio/fiojob.h"
#include "runners/suite/matrix.h"
#include "runners/suite/suite_read.h"

#define FIO_BYTES_MAX (1u << 20)
#define VALUES_MAX 1000 /* of one parameter */

/* What a parameter's values are: of a mix, of fio, or the threads of a placeholder. */
struct param_type {
	const struct param *mix;
	const struct fiojob_param *fio;
};

struct workload_reader {
	struct suite_reader *r;
	const struct ini_section *sec;
	struct suite_workload *w;
	struct strv placeholders;
	struct mix roles; /* of the mix, whatever its threads */
};

/* clang-format off */
static const struct param threads_param = {
	.name = "threads", .kind = NUM_COUNT, .min = 0, .max = MIX_THREADS_MAX, .def = "4",
};
/* clang-format on */

/* The row of a mix's parameter, "bs" or "buffered_write.bs", or NULL. */
static const struct param *mix_row(const struct mix *m, const char *name)
{
	const char *dot = strchr(name, '.');
	const char *rest = dot ? dot + 1 : name;
	const struct param *row = dot ? NULL : param_find(mix_params, name);

	for (unsigned i = 0; !row && i < m->nr; i++) {
		const struct role *role = m->entry[i].role;

		if (dot && (strlen(role->name) != (size_t)(dot - name) ||
			    memcmp(role->name, name, (size_t)(dot - name))))
			continue;
		row = param_find(role_params, rest);
		if (!row)
			row = param_find(role->params, rest);
	}
	return row;
}

static void unknown_fio_param(struct workload_reader *x, const struct ini_key *k)
{
	struct strv names = STRV_INIT;

	for (const struct fiojob_param *p = fiojob_params; p->name; p++)
		strv_add(&names, p->name);
	suite_mistake_unknown(x->r, k->line, "parameter of a fio workload", k->name,
			      (const char *const *)names.v);
	strv_release(&names);
}

/* mix_set knows best what is near; a placeholder may have been meant as well. */
static void unknown_mix_param(struct workload_reader *x, const struct ini_key *k)
{
	struct mix scratch = x->roles;
	struct err sub = ERR_INIT;
	const char *near = x->placeholders.v
				   ? near_name(k->name, (const char *const *)x->placeholders.v)
				   : NULL;

	if (near) {
		suite_mistake(x->r, k->line, "unknown parameter \"%.80s\"; did you mean %s?",
			      k->name, near);
		return;
	}
	mix_set(&scratch, k->name, "", &sub);
	suite_mistake(x->r, k->line, "%s (a number of threads stands in the mix as ROLE:{%.40s})",
		      sub.text, k->name);
}

static bool find_type(struct workload_reader *x, const struct ini_key *k, struct param_type *t)
{
	*t = (struct param_type){ NULL, NULL };
	if (x->w->fio) {
		t->fio = fiojob_param(k->name);
		if (!t->fio)
			unknown_fio_param(x, k);
		return t->fio;
	}
	if (strv_find(&x->placeholders, k->name) >= 0)
		return true;
	t->mix = mix_row(&x->roles, k->name);
	if (!t->mix)
		unknown_mix_param(x, k);
	return t->mix;
}

/* Text that ends up in a fio job and, as a parameter, in CSV: no separator of either. */
static int check_text(const char *name, const char *text, struct err *e)
{
	if (!strpbrk(text, ";=#[]\"'\\"))
		return 0;
	return err_add(e, EINVAL, "%s: %.60s has one of ; = # [ ] \" ' \\ in it: give a plain word",
		       name, text);
}

/* text as this kind of parameter writes it (malloc'ed), or NULL and a sentence. */
static char *canonical(const struct param_type *t, const char *name, const char *text,
		       struct err *e)
{
	const struct param *row = t->mix ? t->mix : &threads_param;
	struct err sub = ERR_INIT;
	char dst[32];
	uint64_t v;

	if (!t->fio)
		return param_parse(row, text, &v, e) ? NULL : xstrdup(param_format(row, v, dst));
	if (t->fio->text)
		return check_text(name, text, e) ? NULL : xstrdup(text);
	if (!num_parse(text, t->fio->kind, &v, &sub))
		return xstrdup(num_format(dst, v, t->fio->kind));
	err_add(e, EINVAL, "%s: %s", name, sub.text);
	return NULL;
}

static void read_values(struct workload_reader *x, const struct ini_key *k,
			const struct param_type *t, struct suite_param *p)
{
	struct strv words = STRV_INIT;

	strv_split(&words, k->value, " \t,");
	if (!words.n)
		suite_mistake(
			x->r, k->line,
			"%s has no value, so there is no cell to run: give one or remove the line",
			k->name);
	if (words.n > VALUES_MAX)
		suite_mistake(x->r, k->line, "%s has %zu values: %d is the most", k->name, words.n,
			      VALUES_MAX);
	for (size_t i = 0; i < words.n && i < VALUES_MAX; i++) {
		struct err sub = ERR_INIT;
		char *value = canonical(t, k->name, words.v[i], &sub);

		if (!value)
			suite_mistake_err(x->r, k->line, NULL, &sub);
		else if (strv_find(&p->values, value) >= 0)
			suite_mistake(x->r, k->line, "%s: the value %s is given twice: keep one",
				      k->name, value);
		else
			strv_add(&p->values, value);
		free(value);
	}
	strv_release(&words);
}

static void read_params(struct workload_reader *x)
{
	for (size_t i = 0; i < x->sec->nr_keys; i++) {
		const struct ini_key *k = &x->sec->keys[i];
		struct suite_param *p;
		struct param_type t;

		if (suite_key_again(x->r, x->sec, i) || !strcmp(k->name, "mix") ||
		    !strcmp(k->name, "fio") || !find_type(x, k, &t))
			continue;
		p = SUITE_GROW(x->w->params, x->w->nr_params);
		p->name = xstrdup(k->name);
		p->line = k->line;
		read_values(x, k, &t, p);
	}
	for (size_t i = 0; i < x->placeholders.n; i++)
		if (!ini_get(x->sec, x->placeholders.v[i]))
			suite_mistake(x->r, x->sec->line,
				      "{%s} in the mix has no value: add a line %s = 1 8",
				      x->placeholders.v[i], x->placeholders.v[i]);
}

/* The mix with one thread for each placeholder: are its roles there? */
static int read_roles(struct workload_reader *x, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	for (const char *p = x->w->mix; *p; p++) {
		if (*p == '{') {
			buf_addc(&b, '1');
			p += strcspn(p, "}");
		} else {
			buf_addc(&b, *p);
		}
	}
	ret = mix_parse(&x->roles, buf_str(&b), e);
	for (size_t i = 0; !ret && i < x->placeholders.n; i++)
		if (mix_row(&x->roles, x->placeholders.v[i]))
			ret = err_add(e, EINVAL,
				      "{%s} has the name of a parameter: choose another, such as "
				      "{threads}",
				      x->placeholders.v[i]);
	buf_release(&b);
	return ret;
}

static bool read_mix(struct workload_reader *x, const struct ini_key *k)
{
	struct err sub = ERR_INIT;

	x->w->mix = xstrdup(k->value);
	if (!matrix_placeholders(x->w->mix, &x->placeholders, &sub) && !read_roles(x, &sub))
		return true;
	suite_mistake_err(x->r, k->line, "mix", &sub);
	return false;
}

/* The first value of each variable that the section sets, as fiojob_make takes them. */
static void first_sets(const struct workload_reader *x, struct strv *list)
{
	for (size_t i = 0; i < x->sec->nr_keys; i++) {
		const struct ini_key *k = &x->sec->keys[i];
		size_t at = strspn(k->value, " \t,"), len = strcspn(k->value + at, " \t,");

		if (strncmp(k->name, "set.", 4) || !len)
			continue;
		strv_add(list, k->name);
		strv_addf(list, "%.*s", (int)len, k->value + at);
	}
}

/* A file whose jobs wait for each other is a cell for each part, unless the section chooses. */
static void add_parts(struct workload_reader *x, const struct strv *parts, unsigned line)
{
	struct suite_param *p;

	if (parts->n < 2 || ini_get(x->sec, "part"))
		return;
	p = SUITE_GROW(x->w->params, x->w->nr_params);
	p->name = xstrdup("part");
	p->line = line;
	for (size_t i = 0; i < parts->n; i++)
		strv_add(&p->values, parts->v[i]);
}

/* The text as it is, but for the environment's variables; what it makes without parameters. */
static int read_job(struct workload_reader *x, const char *text, struct fiojob *job, struct err *e)
{
	struct suite_workload *w = x->w;
	struct strv sets = STRV_INIT;
	const char *const *params;
	int ret;

	first_sets(x, &sets);
	params = (const char *const *)sets.v;
	ret = fiojob_environment(w->fio, text, params, &w->fio_text, &w->notes, e);
	if (!ret)
		ret = fiojob_make(w->fio, w->fio_text, params, job, e);
	for (size_t i = 0; !ret && i < job->notes.n; i++)
		strv_add(&w->notes, job->notes.v[i]);
	strv_release(&sets);
	return ret;
}

static bool read_fio(struct workload_reader *x, const struct ini_key *k, struct fiojob *job)
{
	struct err sub = ERR_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	bool ok = false;

	x->w->fio = suite_beside(x->r->s, k->value);
	if (stat(x->w->fio, &st))
		suite_mistake(
			x->r, k->line,
			"fio: no job file %s (%s): give its path from the suite file's folder",
			x->w->fio, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		suite_mistake(x->r, k->line, "fio: %s is not a file", x->w->fio);
	else if (fs_read(x->w->fio, FIO_BYTES_MAX, &text, &sub) ||
		 read_job(x, buf_str(&text), job, &sub))
		suite_mistake_err(x->r, k->line, "fio", &sub);
	else
		ok = true;
	buf_release(&text);
	return ok;
}

/* Every combination, until one contradicts itself. */
static void check_cells(struct workload_reader *x)
{
	struct suite *s = x->r->s;
	size_t n = matrix_size(x->w), index = (size_t)(x->w - s->workloads);
	struct err sub = ERR_INIT;
	int ret = 0;

	if (n > SUITE_CELLS_MAX) {
		suite_mistake(x->r, x->sec->line,
			      "[workload %s] has more than %d cells: leave out some values",
			      x->w->name, SUITE_CELLS_MAX);
		return;
	}
	for (size_t i = 0; i < n && !ret; i++) {
		struct plan_cell c;

		ret = matrix_cell(s, index, i, &c, &sub);
		plan_cell_release(&c);
	}
	if (ret)
		suite_mistake_err(x->r, x->sec->line, NULL, &sub);
}

void suite_read_workload(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct workload_reader x = { .r = r, .sec = sec, .placeholders = STRV_INIT };
	const struct ini_key *mix = ini_get(sec, "mix"), *fio = ini_get(sec, "fio");
	struct fiojob job = { .parts = STRV_INIT, .notes = STRV_INIT };
	unsigned before = r->mistakes;

	x.w = SUITE_GROW(r->s->workloads, r->s->nr_workloads);
	x.w->name = xstrdup(name);
	x.w->line = sec->line;
	if (!mix == !fio)
		suite_mistake(r, sec->line,
			      "[workload %s] has %s: give either mix = ROLE:THREADS or fio = FILE",
			      name, mix ? "both mix and fio" : "neither mix nor fio");
	else if (mix ? read_mix(&x, mix) : read_fio(&x, fio, &job))
		read_params(&x);
	add_parts(&x, &job.parts, sec->line);
	fiojob_release(&job);
	if (r->mistakes == before)
		check_cells(&x);
	strv_release(&x.placeholders);
}

void suite_finish_workloads(struct suite_reader *r)
{
	const struct suite *s = r->s;
	size_t cells = 0;

	if (!s->nr_workloads)
		suite_mistake(r, 0,
			      "there is no [workload NAME], so nothing to measure: copy one from "
			      "configs/quick.ini");
	if (r->mistakes)
		return;
	for (size_t i = 0; i < s->nr_workloads; i++)
		cells += matrix_size(&s->workloads[i]);
	if (cells > SUITE_CELLS_MAX)
		suite_mistake(r, 0, "%zu cells: %d is the most; leave out some values", cells,
			      SUITE_CELLS_MAX);
	else if (cells * s->nr_variants * s->blocks * (unsigned)__builtin_popcount(s->passes) >
		 SUITE_UNITS_MAX)
		suite_mistake(r, 0,
			      "%zu cells x %zu variants x %u blocks: %d cell runs are the most; "
			      "leave out some values or blocks",
			      cells, s->nr_variants, s->blocks, SUITE_UNITS_MAX);
}
