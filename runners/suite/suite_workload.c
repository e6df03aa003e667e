/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_workload.c: a suite's workloads: mixes or fio jobs, and the values of their parameters. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "runners/fio/fiojob.h"
#include "runners/suite/plan.h"
#include "runners/suite/suite_read.h"

#define FIO_BYTES_MAX (1u << 20)
#define CELL_RUNS_MAX 1000000 /* of one suite */

/* The row of a parameter: of a mix (for a placeholder: threads_param), or of fio. */
struct param_type {
	const struct param *mix;
	const struct fiojob_param *fio;
};

struct workload_reader {
	struct suite_reader *r;
	const struct ini_section *sec;
	struct suite_workload *w;
	struct strv placeholders;
	struct mix roles; /* of the mix, with one thread for each placeholder */
};

static const struct param threads_param = { .name = "threads", .max = MIX_THREADS_MAX, .def = "4" };

/* --- one parameter ---------------------------------------------------------------------- */

static void unknown_mix_param(struct workload_reader *x, unsigned line, const char *name)
{
	struct mix scratch = x->roles;
	struct err sub = ERR_INIT;

	mix_set(&scratch, name, "", &sub);
	suite_mistake(x->r, line, "%s (a number of threads stands in the mix as ROLE:{%.40s})",
		      sub.text, name);
}

static bool find_type(struct workload_reader *x, const struct ini_key *k, struct param_type *t)
{
	*t = (struct param_type){ NULL, NULL };
	if (x->w->fio) {
		t->fio = fiojob_param(k->name);
		if (!t->fio)
			suite_choose(
				x->r, k->line,
				SUITE_LIST("parameter of a fio workload", fiojob_params, SIZE_MAX),
				k->name);
		return t->fio;
	}
	t->mix = strv_find(&x->placeholders, k->name) >= 0 ? &threads_param
							   : mix_param_row(&x->roles, k->name);
	if (!t->mix)
		unknown_mix_param(x, k->line, k->name);
	return t->mix;
}

/* text in the one notation of this kind of parameter (malloc'ed), or NULL and a sentence. */
static char *canonical(const struct param_type *t, const char *name, const char *text,
		       struct err *e)
{
	struct err sub = ERR_INIT;
	char dst[32];
	uint64_t v;

	if (t->mix)
		return param_parse(t->mix, text, &v, e) ? NULL
							: xstrdup(param_format(t->mix, v, dst));
	if (!t->fio->text && !num_parse(text, t->fio->kind, &v, &sub))
		return xstrdup(num_format(dst, v, t->fio->kind));
	if (!t->fio->text)
		err_add(e, EINVAL, "%s: %s", name, sub.text);
	else if (!strpbrk(text, ";=#[]\"'\\"))
		return xstrdup(text);
	else /* it goes into a fio job and, as a parameter, into CSV */
		err_add(e, EINVAL,
			"%s: %.60s has one of ; = # [ ] \" ' \\ in it: give a plain word", name,
			text);
	return NULL;
}

static void read_values(struct workload_reader *x, const struct ini_key *k,
			const struct param_type *t, struct suite_param *p)
{
	struct strv words = STRV_INIT;

	strv_split(&words, k->value, " \t,");
	if (!words.n)
		suite_mistake(x->r, k->line, "%s has no value: give one or remove the line",
			      k->name);
	for (size_t i = 0; i < words.n; i++) {
		struct err sub = ERR_INIT;
		char *value = canonical(t, p->name, words.v[i], &sub);

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

static struct suite_param *add_param(struct suite_workload *w, const char *name, unsigned line)
{
	struct suite_param *p = SUITE_GROW(w->params, w->nr_params);

	p->name = xstrdup(name);
	p->line = line;
	return p;
}

static void read_params(struct workload_reader *x)
{
	for (size_t i = 0; i < x->sec->nr_keys; i++) {
		const struct ini_key *k = &x->sec->keys[i];
		struct param_type t;

		if (strcmp(k->name, "mix") && strcmp(k->name, "fio") && find_type(x, k, &t))
			read_values(x, k, &t, add_param(x->w, k->name, k->line));
	}
	for (size_t i = 0; i < x->placeholders.n; i++)
		if (!ini_get(x->sec, x->placeholders.v[i]))
			suite_mistake(x->r, x->sec->line,
				      "{%s} in the mix has no value: add a line %s = 1 8",
				      x->placeholders.v[i], x->placeholders.v[i]);
}

/* --- a mix -------------------------------------------------------------------------------- */

/* Are the roles of the mix there, whatever their threads? */
static int read_roles(struct workload_reader *x, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret = 0;

	for (const char *p = x->w->mix; *p; p++) {
		buf_addc(&b, *p == '{' ? '1' : *p);
		if (*p == '{')
			p += strcspn(p, "}");
	}
	ret = mix_parse(&x->roles, buf_str(&b), e);
	for (size_t i = 0; !ret && i < x->placeholders.n; i++)
		if (mix_param_row(&x->roles, x->placeholders.v[i]))
			ret = err_add(e, EINVAL, "{%s} has the name of a parameter: choose another",
				      x->placeholders.v[i]);
	buf_release(&b);
	return ret;
}

static bool read_mix(struct workload_reader *x, const struct ini_key *k)
{
	struct err sub = ERR_INIT;

	x->w->mix = xstrdup(k->value);
	if (!plan_placeholders(x->w->mix, &x->placeholders, &sub) && !read_roles(x, &sub))
		return true;
	suite_mistake_err(x->r, k->line, "mix", &sub);
	return false;
}

/* --- a fio job ------------------------------------------------------------------------------ */

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
static void add_parts(struct workload_reader *x, const struct strv *parts)
{
	struct suite_param *p;

	if (parts->n < 2 || ini_get(x->sec, "part"))
		return;
	p = add_param(x->w, "part", x->sec->line);
	for (size_t i = 0; i < parts->n; i++)
		strv_add(&p->values, parts->v[i]);
}

/* *job is what the file makes by itself. */
static bool read_fio(struct workload_reader *x, const struct ini_key *k, struct fiojob *job)
{
	struct err sub = ERR_INIT;
	struct suite_workload *w = x->w;
	struct strv sets = STRV_INIT;
	struct buf text = BUF_INIT;
	struct stat st;
	int ret;

	w->fio = suite_beside(x->r->s, k->value);
	if (!stat(w->fio, &st) && !S_ISREG(st.st_mode))
		ret = err_add(&sub, EINVAL, "%s is not a file", w->fio);
	else
		ret = fs_read(w->fio, FIO_BYTES_MAX, &text, &sub);
	buf_str(&text);
	w->fio_text = buf_detach(&text, NULL);
	first_sets(x, &sets);
	if (!ret)
		ret = fiojob_make(w->fio, w->fio_text, (const char *const *)sets.v, job, &sub);
	if (ret)
		suite_mistake_err(x->r, k->line, "fio", &sub);
	for (size_t i = 0; i < job->notes.n; i++)
		strv_add(&w->notes, job->notes.v[i]);
	strv_release(&sets);
	return !ret;
}

/* --- the section ------------------------------------------------------------------------------ */

void suite_read_workload(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite_workload *w = SUITE_GROW(r->s->workloads, r->s->nr_workloads);
	struct workload_reader x = { .r = r, .sec = sec, .w = w, .placeholders = STRV_INIT };
	const struct ini_key *mix = ini_get(sec, "mix"), *fio = ini_get(sec, "fio");
	struct fiojob job = { .parts = STRV_INIT, .notes = STRV_INIT };

	w->name = xstrdup(name);
	w->line = sec->line;
	if (!mix == !fio)
		suite_mistake(r, sec->line,
			      "[workload %s] has %s: give either mix = ROLE:THREADS or fio = FILE",
			      name, mix ? "both mix and fio" : "neither mix nor fio");
	else if (mix ? read_mix(&x, mix) : read_fio(&x, fio, &job))
		read_params(&x);
	add_parts(&x, &job.parts);
	fiojob_release(&job);
	strv_release(&x.placeholders);
}

/* plan_make looks at each cell; here are only not too many. */
void suite_finish_workloads(struct suite_reader *r)
{
	const struct suite *s = r->s;
	size_t cells = 0;

	if (!s->nr_workloads)
		suite_mistake(r, 0, "there is no [workload NAME]: copy one from configs/quick.ini");
	for (size_t i = 0; i < s->nr_workloads; i++) {
		const struct suite_workload *w = &s->workloads[i];

		if (__builtin_add_overflow(cells, plan_cells(w), &cells) ||
		    cells > SUITE_CELLS_MAX) {
			suite_mistake(r, w->line,
				      "with [workload %s] it has more than %d cells: leave out "
				      "some values",
				      w->name, SUITE_CELLS_MAX);
			return;
		}
	}
	if (cells * s->nr_variants * s->blocks * (unsigned)__builtin_popcount(s->passes) >
	    CELL_RUNS_MAX)
		suite_mistake(r, 0,
			      "%zu cells x %zu variants x %u blocks: %d cell runs are the most",
			      cells, s->nr_variants, s->blocks, CELL_RUNS_MAX);
}
