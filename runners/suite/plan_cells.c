/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_cells.c: the cells of one workload: each combination of parameter values; see plan.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob.h"
#include "runners/suite/plan.h"

#define PLACEHOLDER_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"

uint64_t plan_limit_ns(const struct suite *s, const struct plan_cell *c)
{
	uint64_t long_ns = 3 * (c->before_ns + c->timed_ns);

	if (s->mode != MODE_HOST)
		return s->limit_virtual_ns;
	return s->limit_wall_said || long_ns < s->limit_wall_ns ? s->limit_wall_ns : long_ns;
}

/* --- one combination ---------------------------------------------------------------------- */

size_t plan_cells(const struct suite_workload *w)
{
	size_t n = 1;

	for (size_t i = 0; i < w->nr_params; i++)
		if (__builtin_mul_overflow(n, w->params[i].values.n, &n))
			return SIZE_MAX;
	return n;
}

/* A parameter's name and its value in the cell. */
struct set {
	const char *name, *value;
	bool varies;
};

/* Those of combination index, in the file's order; ends with a NULL name, to be freed. */
static struct set *pick(const struct suite_workload *w, size_t index)
{
	struct set *sets = xcalloc(w->nr_params + 1, sizeof(*sets));

	for (size_t i = w->nr_params; i-- > 0;) {
		const struct strv *values = &w->params[i].values;

		sets[i] = (struct set){ w->params[i].name, values->v[index % values->n],
					values->n > 1 };
		index /= values->n;
	}
	return sets;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct set *)a)->name, ((const struct set *)b)->name);
}

static void name_cell(const struct suite_workload *w, const struct set *sets, struct plan_cell *c)
{
	struct set *sorted = xcalloc(w->nr_params + 1, sizeof(*sorted));
	struct buf params = BUF_INIT, varying = BUF_INIT;

	if (w->nr_params)
		memcpy(sorted, sets, w->nr_params * sizeof(*sorted));
	qsort(sorted, w->nr_params, sizeof(*sorted), compare_names);
	for (const struct set *p = sorted; p->name; p++) {
		buf_addf(&params, "%s%s=%s", params.len ? ";" : "", p->name, p->value);
		if (p->varies)
			buf_addf(&varying, "%s%s=%s", varying.len ? ";" : "", p->name, p->value);
	}
	c->params = xstrdup(buf_str(&params));
	c->varying = xstrdup(buf_str(&varying));
	c->name = xasprintf("%s%s%s", w->name, varying.len ? " " : "", c->varying);
	buf_release(&params);
	buf_release(&varying);
	free(sorted);
}

/* --- a mix ------------------------------------------------------------------------------------ */

int plan_placeholders(const char *mix, struct strv *names, struct err *e)
{
	const char *p = mix;

	while ((p = strpbrk(p, "{}"))) {
		size_t len = strspn(p + 1, PLACEHOLDER_CHARS);
		char *name;

		if (*p == '}' || !len || p[len + 1] != '}')
			return err_add(e, EINVAL,
				       "\"%.30s\" is no {name} of small letters, digits and _", p);
		name = xstrndup(p + 1, len);
		if (strv_find(names, name) < 0)
			strv_add(names, name);
		free(name);
		p += len + 2;
	}
	return 0;
}

/* Append one word of the mix with its placeholders filled in, unless that leaves no threads. */
static void fill_word(struct buf *out, const char *word, const struct set *sets)
{
	struct buf b = BUF_INIT;

	for (const char *p = word; *p;) {
		size_t len = strcspn(p, "{"), name = strcspn(p + len, "}");

		buf_add(&b, p, len);
		for (const struct set *s = sets; name && s->name; s++)
			if (strlen(s->name) == name - 1 && !memcmp(s->name, p + len + 1, name - 1))
				buf_adds(&b, s->value);
		p += len + name + (p[len + name] == '}');
	}
	/* "dio_read:{readers}" with readers=0: the cell without that role. */
	if (!strchr(word, '{') || b.len < 2 || strcmp(b.data + b.len - 2, ":0"))
		buf_addf(out, "%s%s", out->len ? " " : "", buf_str(&b));
	buf_release(&b);
}

/* "buffered_write.bs" in a cell without that role. */
static bool of_absent_role(const struct mix *m, const char *param)
{
	for (unsigned i = 0; i < m->nr; i++)
		if (mix_param_is_of(&m->entry[i], param))
			return false;
	return strchr(param, '.');
}

static int make_mix(const char *mix, const struct set *sets, struct plan_cell *c, struct err *e)
{
	struct strv words = STRV_INIT, placeholders = STRV_INIT;
	struct buf text = BUF_INIT;
	int ret = plan_placeholders(mix, &placeholders, e);

	strv_split(&words, mix, " \t");
	for (size_t i = 0; i < words.n; i++)
		fill_word(&text, words.v[i], sets);
	if (!ret)
		ret = mix_parse(&c->mix, buf_str(&text), e);
	for (const struct set *s = sets; !ret && s->name; s++)
		if (strv_find(&placeholders, s->name) < 0 && !of_absent_role(&c->mix, s->name))
			ret = mix_set(&c->mix, s->name, s->value, e);
	strv_release(&words);
	strv_release(&placeholders);
	buf_release(&text);
	if (!ret)
		ret = mix_check(&c->mix, e);
	if (ret)
		return ret;
	/* If some role counts operations, nobody knows the time. */
	c->timed_ns = mix_op_bound(&c->mix) ? 0 : c->mix.param[MIX_RUNTIME];
	c->file_bytes = mix_bytes(&c->mix);
	for (unsigned i = 0; i < c->mix.nr; i++)
		c->role_threads += c->mix.entry[i].threads;
	return 0;
}

/* --- a fio job ---------------------------------------------------------------------------- */

static int make_fio(const struct suite_workload *w, const struct set *sets, struct plan_cell *c,
		    struct err *e)
{
	const char **params = xcalloc(2 * w->nr_params + 1, sizeof(*params));
	struct fiojob job;
	int ret;

	for (size_t i = 0; i < w->nr_params; i++) {
		params[2 * i] = sets[i].name;
		params[2 * i + 1] = sets[i].value;
	}
	ret = fiojob_make(w->fio, w->fio_text, params, &job, e);
	free(params);
	if (ret)
		return ret;
	c->role_threads = job.expect.threads;
	c->helper_threads = job.expect.helpers;
	c->timed_ns = job.expect.timed_ns;
	c->before_ns = job.expect.before_ns;
	c->file_bytes = job.expect.file_bytes;
	c->fills = job.expect.fills;
	c->fio_text = job.text;
	c->fio_before = job.before;
	job.text = job.before = NULL;
	fiojob_release(&job);
	return 0;
}

/* --- a cell ------------------------------------------------------------------------------- */

/* Does it fit this suite's machine and its limits? */
static int check_room(const struct suite *s, const struct plan_cell *c, struct err *e)
{
	uint64_t files = c->fills ? s->device.size_bytes - 1 : c->file_bytes;
	bool host = s->mode == MODE_HOST;
	uint64_t limit_ns = plan_limit_ns(s, c);
	char a[32], b[32];
	int ret = 0;

	if (c->before_ns + c->timed_ns >= limit_ns)
		ret = err_add(e, EINVAL,
			      "runtime %s%s reaches the limit of a cell run, %s = %s: shorten the "
			      "one or raise the other in [limits]",
			      num_format(a, c->before_ns + c->timed_ns, NUM_NS),
			      c->before_ns ? " with the parts before it" : "",
			      host ? "wall" : "virtual", num_format(b, limit_ns, NUM_NS));
	if (host || !s->device.size_bytes)
		return ret;
	if (files >= s->device.size_bytes)
		ret = err_add(e, EINVAL,
			      "its files of %s do not fit on the device of %s: change %s, or size "
			      "in [device]",
			      num_format(a, files, NUM_BYTES),
			      num_format(b, s->device.size_bytes, NUM_BYTES),
			      c->fio_text ? "size in the job" : "file_size");
	else if (!devices[s->device.kind].host_timed && files > s->memory_bytes / 2)
		ret = err_add(
			e, EINVAL,
			"its files of %s are more than half of the guest's memory of %s: raise "
			"memory in [machine]",
			num_format(a, files, NUM_BYTES), num_format(b, s->memory_bytes, NUM_BYTES));
	return ret;
}

int plan_cell_make(const struct suite_workload *w, size_t index, const struct suite *s,
		   struct plan_cell *c, struct err *e)
{
	struct set *sets = pick(w, index);
	struct strv said = STRV_INIT;
	struct err sub = ERR_INIT;
	int ret;

	*c = (struct plan_cell){ .workload = 0 };
	name_cell(w, sets, c);
	ret = w->mix ? make_mix(w->mix, sets, c, &sub) : make_fio(w, sets, c, &sub);
	if (!ret)
		ret = check_room(s, c, &sub);
	strv_split(&said, sub.text, "\n");
	for (size_t i = 0; ret && i < said.n; i++)
		err_add(e, EINVAL, "[workload %s]%s%s: %s", w->name, c->params[0] ? " with " : "",
			c->params, said.v[i]);
	strv_release(&said);
	free(sets);
	return ret;
}

void plan_cell_release(struct plan_cell *c)
{
	free(c->name);
	free(c->params);
	free(c->varying);
	free(c->fio_text);
	free(c->fio_before);
	*c = (struct plan_cell){ 0 };
}
