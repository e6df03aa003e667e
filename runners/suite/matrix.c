/* SPDX-License-Identifier: GPL-2.0-or-later */
/* matrix.c: the cells of one workload; see matrix.h. */
#include "runners/suite/matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/tables/device.h"
#include "runners/fio/fiojob.h"

#define PLACEHOLDER_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_"

int matrix_placeholders(const char *mix, struct strv *names, struct err *e)
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

size_t matrix_size(const struct suite_workload *w)
{
	size_t n = 1;

	for (size_t i = 0; i < w->nr_params; i++)
		if (__builtin_mul_overflow(n, w->params[i].values.n, &n))
			return SIZE_MAX;
	return n;
}

/* Which value of each parameter combination index has; to be freed. */
static size_t *pick(const struct suite_workload *w, size_t index)
{
	size_t *at = xcalloc(w->nr_params + 1, sizeof(*at));

	for (size_t i = w->nr_params; i-- > 0;) {
		at[i] = index % w->params[i].values.n;
		index /= w->params[i].values.n;
	}
	return at;
}

struct by_name {
	const char *name, *value;
	bool varies;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct by_name *)a)->name, ((const struct by_name *)b)->name);
}

/* The cell's params and varying texts, sorted by key. */
static void name_cell(const struct suite_workload *w, const size_t *at, struct plan_cell *c)
{
	struct by_name *list = xcalloc(w->nr_params + 1, sizeof(*list));
	struct buf params = BUF_INIT, varying = BUF_INIT;

	for (size_t i = 0; i < w->nr_params; i++)
		list[i] = (struct by_name){ w->params[i].name, w->params[i].values.v[at[i]],
					    w->params[i].values.n > 1 };
	qsort(list, w->nr_params, sizeof(*list), compare_names);
	for (size_t i = 0; i < w->nr_params; i++) {
		buf_addf(&params, "%s%s=%s", params.len ? ";" : "", list[i].name, list[i].value);
		if (list[i].varies)
			buf_addf(&varying, "%s%s=%s", varying.len ? ";" : "", list[i].name,
				 list[i].value);
	}
	c->params = xstrdup(buf_str(&params));
	c->varying = xstrdup(buf_str(&varying));
	buf_release(&params);
	buf_release(&varying);
	free(list);
}

static const char *value_of(const struct suite_workload *w, const size_t *at, const char *name,
			    size_t len)
{
	for (size_t i = 0; i < w->nr_params; i++)
		if (strlen(w->params[i].name) == len && !memcmp(w->params[i].name, name, len))
			return w->params[i].values.v[at[i]];
	return NULL;
}

/* One word of the mix with its placeholders filled in; nothing when that leaves no threads. */
static int fill_word(struct buf *out, const char *word, const struct suite_workload *w,
		     const size_t *at, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *p = word;

	while (*p) {
		size_t len = strcspn(p, "{");
		const char *value;

		buf_add(&b, p, len);
		p += len;
		if (!*p)
			break;
		len = strcspn(++p, "}");
		value = value_of(w, at, p, len);
		if (!value) {
			buf_release(&b);
			return err_add(e, EINVAL, "{%.*s} in the mix has no value: add %.*s = ...",
				       (int)len, p, (int)len, p);
		}
		buf_adds(&b, value);
		p += len + (p[len] == '}');
	}
	/* "dio_read:{readers}" with readers=0: the cell without that role. */
	if (!strchr(word, '{') || b.len < 2 || strcmp(b.data + b.len - 2, ":0"))
		buf_addf(out, "%s%s", out->len ? " " : "", buf_str(&b));
	buf_release(&b);
	return 0;
}

static int fill_mix(struct buf *out, const struct suite_workload *w, const size_t *at,
		    struct err *e)
{
	struct strv words = STRV_INIT;
	int ret = 0;

	strv_split(&words, w->mix, " \t");
	for (size_t i = 0; !ret && i < words.n; i++)
		ret = fill_word(out, words.v[i], w, at, e);
	strv_release(&words);
	return ret;
}

/* "buffered_write.bs" in a cell without that role. */
static bool of_absent_role(const struct mix *m, const char *param)
{
	size_t len = strcspn(param, ".");

	if (!param[len])
		return false;
	for (unsigned i = 0; i < m->nr; i++)
		if (strlen(m->entry[i].role->name) == len &&
		    !memcmp(m->entry[i].role->name, param, len))
			return false;
	return true;
}

/* Bound by time, unless some role counts operations: then nobody knows. */
static uint64_t mix_timed_ns(const struct mix *m)
{
	return mix_op_bound(m) ? 0 : m->param[MIX_RUNTIME];
}

static int make_mix(const struct suite_workload *w, const size_t *at, struct plan_cell *c,
		    struct err *e)
{
	struct strv placeholders = STRV_INIT;
	struct buf text = BUF_INIT;
	int ret;

	ret = matrix_placeholders(w->mix, &placeholders, e);
	if (!ret)
		ret = fill_mix(&text, w, at, e);
	if (!ret)
		ret = mix_parse(&c->mix, buf_str(&text), e);
	for (size_t i = 0; !ret && i < w->nr_params; i++) {
		const char *name = w->params[i].name;

		if (strv_find(&placeholders, name) < 0 && !of_absent_role(&c->mix, name))
			ret = mix_set(&c->mix, name, w->params[i].values.v[at[i]], e);
	}
	if (!ret)
		ret = mix_check(&c->mix, e);
	if (!ret) {
		c->timed_ns = mix_timed_ns(&c->mix);
		for (unsigned i = 0; i < c->mix.nr; i++)
			c->role_threads += c->mix.entry[i].threads;
	}
	buf_release(&text);
	strv_release(&placeholders);
	return ret;
}

static int make_fio(const struct suite_workload *w, const size_t *at, struct plan_cell *c,
		    struct err *e)
{
	const char **params = xcalloc(2 * w->nr_params + 1, sizeof(*params));
	struct fiojob_expect x;
	struct fiojob job;
	int ret;

	for (size_t i = 0; i < w->nr_params; i++) {
		params[2 * i] = w->params[i].name;
		params[2 * i + 1] = w->params[i].values.v[at[i]];
	}
	ret = fiojob_make(w->fio, w->fio_text, params, &job, e);
	free(params);
	if (ret)
		return ret;
	fiojob_expect(&job, &x);
	c->role_threads = x.threads;
	c->helper_threads = x.helpers;
	c->timed_ns = x.timed_ns;
	c->before_ns = x.before_ns;
	c->file_bytes = x.file_bytes;
	c->fills = x.fills;
	c->fio_text = job.text;
	c->fio_before = job.before;
	job.text = job.before = NULL;
	fiojob_release(&job);
	return 0;
}

/* What fits by itself, but not on this suite's machine. */
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
		ret = err_add(e, EINVAL,
			      "its files of %s are more than half of the guest's memory of %s, "
			      "which holds its disk: raise memory in [machine]",
			      num_format(a, files, NUM_BYTES),
			      num_format(b, s->memory_bytes, NUM_BYTES));
	return ret;
}

int matrix_cell(const struct suite *s, size_t workload, size_t index, struct plan_cell *c,
		struct err *e)
{
	const struct suite_workload *w = &s->workloads[workload];
	struct err sub = ERR_INIT;
	struct strv said = STRV_INIT;
	size_t *at = pick(w, index);
	int ret;

	*c = (struct plan_cell){ .workload = workload };
	name_cell(w, at, c);
	ret = w->mix ? make_mix(w, at, c, &sub) : make_fio(w, at, c, &sub);
	if (!ret && w->mix)
		c->file_bytes = mix_bytes(&c->mix);
	if (!ret)
		ret = check_room(s, c, &sub);
	strv_split(&said, sub.text, "\n");
	for (size_t i = 0; ret && i < said.n; i++)
		err_add(e, EINVAL, "[workload %s]%s%s: %s", w->name, c->params[0] ? " with " : "",
			c->params, said.v[i]);
	strv_release(&said);
	free(at);
	return ret;
}

void plan_cell_release(struct plan_cell *c)
{
	free(c->params);
	free(c->varying);
	free(c->fio_text);
	free(c->fio_before);
	*c = (struct plan_cell){ 0 };
}
