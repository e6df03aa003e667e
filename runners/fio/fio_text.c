/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_text.c: the text of a fio job file before it is taken apart: comments cut where fio cuts
 * them, and variables replaced, in options only, as fio does it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

/* Which variables are replaced, and whose text it is. */
struct expand {
	const char *name;
	const char *const *params;
	bool environment; /* those of the environment; else those of the parameters */
	struct strv *notes;
	struct err *e;
};

static const char *set_value(const char *const *params, const char *name)
{
	for (; params && params[0]; params += 2)
		if (!strncmp(params[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    !strcmp(params[0] + strlen(FIOJOB_SET), name))
			return params[1];
	return NULL;
}

/* The length of a line without its comment, as in fio's strip_blank_end. */
static size_t code_len(const char *line)
{
	return strcspn(line, ";#\n");
}

/* fio replaces no variable in a section's name. */
static bool is_section(const char *line)
{
	return line[strspn(line, " \t")] == '[';
}

static const char *next_line(const char *line)
{
	size_t len = strcspn(line, "\n");

	return line + len + (line[len] == '\n');
}

static int expand_one(const struct expand *x, const char *var, unsigned line, struct buf *out)
{
	const char *set = set_value(x->params, var), *value = set;

	if (x->environment && !set)
		value = getenv(var);
	if (!value || (x->environment && set)) {
		buf_addf(out, "${%s}", var);
		if (value || x->environment)
			return 0;
		return err_add(x->e, EINVAL,
			       "%s:%u: ${%s} is not set: set it in the environment, or write "
			       "set.%s = VALUE in the suite's [workload]",
			       x->name, line, var, var);
	}
	if (strpbrk(value, ";#\r\n$"))
		return err_add(x->e, EINVAL,
			       "%s:%u: ${%s} is \"%.60s\": a value cannot hold ; # $ or the end of "
			       "a line",
			       x->name, line, var, value);
	if (x->environment)
		strv_addf(x->notes, "%s:%u: ${%s} is \"%.200s\", from the environment", x->name,
			  line, var, value);
	buf_adds(out, value);
	return 0;
}

static int expand_line(const struct expand *x, const char *line, size_t len, unsigned nr,
		       struct buf *out)
{
	int ret = 0;

	for (size_t i = 0; i < len; i++) {
		const char *close = memchr(line + i, '}', len - i);
		char *var;

		if (line[i] != '$' || i + 1 == len || line[i + 1] != '{' || !close) {
			buf_addc(out, line[i]);
			continue;
		}
		var = xstrndup(line + i + 2, (size_t)(close - line) - i - 2);
		if (expand_one(x, var, nr, out))
			ret = -EINVAL;
		i = (size_t)(close - line);
		free(var);
	}
	return ret;
}

/* "rw= read": a number may stand so, but any other value begins with the blank. */
static int check_blank(const struct expand *x, const char *code, size_t len, unsigned nr)
{
	const char *eq = memchr(code, '=', len), *end = code + len, *p = eq ? eq + 1 : end;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end || p == eq + 1 || isdigit((unsigned char)*p))
		return 0;
	return err_add(x->e, EINVAL,
		       "%s:%u: \"%.*s\": to fio the blank after '=' is a part of the value: remove "
		       "it",
		       x->name, nr, len < 60 ? (int)len : 60, code);
}

/* The environment's are replaced in a text that keeps its comments. */
static int expand_text(const struct expand *x, const char *text, struct buf *out)
{
	unsigned nr = 1;
	int ret = 0;

	for (const char *p = text; *p; p = next_line(p), nr++) {
		size_t len = strcspn(p, "\n"), code = code_len(p);

		if (is_section(p))
			buf_add(out, p, code);
		else if (expand_line(x, p, code, nr, out) ||
			 (!x->environment && check_blank(x, p, code, nr)))
			ret = -EINVAL;
		if (x->environment)
			buf_add(out, p + code, len - code);
		if (p[len])
			buf_addc(out, '\n');
	}
	return ret;
}

int fiojob_environment(const char *name, const char *text, const char *const *params, char **out,
		       struct strv *notes, struct err *e)
{
	const struct expand x = { name, params, true, notes, e };
	struct buf b = BUF_INIT;
	int ret = expand_text(&x, text, &b);

	buf_str(&b);
	*out = ret ? NULL : buf_detach(&b, NULL);
	buf_release(&b);
	return ret;
}

/* Does any option of the text hold this variable? */
static bool is_used(const char *text, const char *var)
{
	char *written = xasprintf("${%s}", var);
	bool used = false;

	for (const char *p = text; *p && !used; p = next_line(p))
		used = !is_section(p) && memmem(p, code_len(p), written, strlen(written));
	free(written);
	return used;
}

int fio_text_plain(const char *name, const char *text, const char *const *params, struct buf *out,
		   struct err *e)
{
	const struct expand x = { name, params, false, NULL, e };
	int ret = expand_text(&x, text, out);

	/* A variable that is set for nothing would be cells that differ by their names only. */
	for (const char *const *p = params; !ret && p && p[0]; p += 2)
		if (!strncmp(p[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    !is_used(text, p[0] + strlen(FIOJOB_SET)))
			ret = err_add(e, EINVAL,
				      "%s: no option in it holds ${%s}, so the parameter %s does "
				      "nothing: remove it",
				      name, p[0] + strlen(FIOJOB_SET), p[0]);
	return ret;
}
