/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_vars.c: the text of a fio job file before it is taken apart: comments cut where fio
 * cuts them, and variables replaced, in options only, as fio does it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

static const char *set_value(const char *const *params, const char *name)
{
	for (; params && params[0]; params += 2)
		if (!strncmp(params[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    !strcmp(params[0] + strlen(FIOJOB_SET), name))
			return params[1];
	return NULL;
}

/* Where the comment of a line begins, as in fio's strip_blank_end. */
static size_t code_len(const char *line)
{
	return strcspn(line, ";#\n");
}

/* Replaces variables in one line; fio replaces them in options only, not in a section's name. */
struct expand {
	const char *name;
	const char *const *params;
	bool environment; /* those of the environment; else those of the parameters */
	struct strv *notes;
	struct err *e;
};

static int expand_one(const struct expand *x, const char *var, unsigned line, struct buf *out)
{
	const char *set = set_value(x->params, var), *value = set;

	if (x->environment && !set)
		value = getenv(var);
	if (!value || (x->environment && set)) {
		buf_addf(out, "${%s}", var);
		return value || x->environment
			       ? 0
			       : err_add(x->e, EINVAL,
					 "%s:%u: ${%s} is not set: set it in the environment, or "
					 "write set.%s = VALUE in the suite's [workload]",
					 x->name, line, var, var);
	}
	if (strpbrk(value, ";#\r\n$"))
		return err_add(
			x->e, EINVAL,
			"%s:%u: ${%s} is \"%.60s\": a value cannot hold ; # $ or the end of a line",
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
	int rc = 0, one;

	for (size_t i = 0; i < len; i++) {
		const char *close = memchr(line + i, '}', len - i);
		char *var;

		if (line[i] != '$' || i + 1 == len || line[i + 1] != '{' || !close) {
			buf_addc(out, line[i]);
			continue;
		}
		var = xstrndup(line + i + 2, (size_t)(close - line) - i - 2);
		one = expand_one(x, var, nr, out);
		rc = rc ? rc : one;
		i = (size_t)(close - line);
		free(var);
	}
	return rc;
}

/* "rw= read": a number may stand so, but any other value begins with the blank. */
static int check_blank(const struct expand *x, const char *code, size_t len, unsigned nr)
{
	const char *eq = memchr(code, '=', len), *p;

	if (!eq || eq + 1 == code + len || (eq[1] != ' ' && eq[1] != '\t'))
		return 0;
	for (p = eq + 1; p < code + len && (*p == ' ' || *p == '\t'); p++)
		;
	if (p == code + len || isdigit((unsigned char)*p))
		return 0;
	return err_add(
		x->e, EINVAL,
		"%s:%u: \"%.*s\": to fio the blank after '=' is a part of the value: remove it",
		x->name, nr, len < 60 ? (int)len : 60, code);
}

static int expand_text(const struct expand *x, const char *text, struct buf *out)
{
	unsigned nr = 1;
	int rc = 0, one;

	for (const char *p = text; *p; nr++) {
		size_t len = strcspn(p, "\n"), code = code_len(p);
		bool section = p[strspn(p, " \t")] == '[';

		if (section)
			buf_add(out, p, code);
		one = section ? 0 : expand_line(x, p, code, nr, out);
		if (!one && !section && !x->environment)
			one = check_blank(x, p, code, nr);
		rc = rc ? rc : one;
		if (x->environment)
			buf_add(out, p + code, len - code);
		if (p[len])
			buf_addc(out, '\n');
		p += len + (p[len] == '\n');
	}
	return rc;
}

int fiojob_environment(const char *name, const char *text, const char *const *params, char **out,
		       struct strv *notes, struct err *e)
{
	const struct expand x = { name, params, true, notes, e };
	struct buf b = BUF_INIT;
	int rc = expand_text(&x, text, &b);

	buf_str(&b);
	*out = rc ? NULL : buf_detach(&b, NULL);
	buf_release(&b);
	return rc;
}

/* Does any option of the text hold this variable? */
static bool is_used(const char *text, const char *var)
{
	char *written = xasprintf("${%s}", var);
	bool used = false;

	for (const char *p = text; *p && !used;) {
		size_t len = strcspn(p, "\n");

		used = p[strspn(p, " \t")] != '[' &&
		       memmem(p, code_len(p), written, strlen(written));
		p += len + (p[len] == '\n');
	}
	free(written);
	return used;
}

/* A variable that is set for nothing would be cells that differ by their names only. */
static int check_used(const struct expand *x, const char *text)
{
	int rc = 0;

	for (const char *const *p = x->params; p && p[0]; p += 2)
		if (!strncmp(p[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    !is_used(text, p[0] + strlen(FIOJOB_SET)))
			rc = err_add(x->e, EINVAL,
				     "%s: no option in it holds ${%s}, so the parameter %s does "
				     "nothing: remove it",
				     x->name, p[0] + strlen(FIOJOB_SET), p[0]);
	return rc;
}

int fiojob_plain(const char *name, const char *text, const char *const *params, struct buf *out,
		 struct err *e)
{
	const struct expand x = { name, params, false, NULL, e };
	int rc = expand_text(&x, text, out);

	return rc ? rc : check_used(&x, text);
}
