/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_config.c: what is asked of a kernel's configuration and whether it came
 * true; see kernel_build_impl.h. Kconfig drops, without a word, an option that
 * does not exist or whose dependencies are off; a duel on such a kernel would
 * answer another question.
 */
#include "runners/kernel/kernel_build_impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRAGMENT "small.config"
#define MAX_COMPLAINTS 5

/* An option of a line: "CONFIG_X=y", or "# CONFIG_X is not set", which is "n". */
struct option {
	char *name, *value;
};

/* 1: an option; 0: blank or a comment; -1: neither. */
static int parse_line(const char *line, size_t len, struct option *o)
{
	static const char unset[] = " is not set";
	char *text = xstrndup(line, len);
	char *name = text, *end;
	int ret = 0;

	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	if (!strncmp(text, "# CONFIG_", 9) && len > 9 + strlen(unset) &&
	    !strcmp(text + len - strlen(unset), unset)) {
		text[len - strlen(unset)] = '\0';
		*o = (struct option){ xstrdup(text + 2), xstrdup("n") };
		ret = 1;
	} else if (*text && *text != '#') {
		end = strchr(name, '=');
		ret = !strncmp(name, "CONFIG_", 7) && end ? 1 : -1;
		if (ret > 0)
			*o = (struct option){ xstrndup(name, (size_t)(end - name)),
					      xstrdup(end + 1) };
	}
	free(text);
	return ret;
}

static void release(struct option *o)
{
	free(o->name);
	free(o->value);
	*o = (struct option){ NULL, NULL };
}

/* The last line that says something of an option counts, as it does for Kconfig. */
static char *value_of(const char *text, const char *name)
{
	char *found = NULL;

	while (*text) {
		size_t len = strcspn(text, "\n");
		struct option o = { NULL, NULL };

		if (parse_line(text, len, &o) > 0 && !strcmp(o.name, name)) {
			free(found);
			found = o.value;
			o.value = NULL;
		}
		release(&o);
		text += len + (text[len] == '\n');
	}
	return found;
}

static int add_fragment(struct config_text *c, const char *path, const char *shown, struct err *e)
{
	struct buf text = BUF_INIT;
	int ret = fs_read(path, 0, &text, e);
	unsigned line = 0;

	for (const char *at = buf_str(&text); !ret && *at;) {
		size_t len = strcspn(at, "\n");
		struct option o = { NULL, NULL };

		strv_addf(&c->origins, "%s:%u", shown, ++line);
		if (parse_line(at, len, &o) < 0)
			ret = err_add(e, EINVAL, "%s:%u: neither CONFIG_NAME=VALUE nor a comment",
				      shown, line);
		release(&o);
		buf_add(&c->text, at, len);
		buf_addc(&c->text, '\n');
		at += len + (at[len] == '\n');
	}
	buf_release(&text);
	return ret;
}

int config_text_load(struct config_text *c, const char *extra, struct err *e)
{
	char *path = kernel_data_file(FRAGMENT);
	int ret;

	*c = (struct config_text){ .text = BUF_INIT, .origins = STRV_INIT };
	if (path)
		ret = add_fragment(c, path, "kernels/" FRAGMENT, e);
	else
		ret = err_add(e, ENOENT,
			      "cannot find kernels/" FRAGMENT ": it comes with fsduel's "
			      "sources and is installed by `make install`");
	if (!ret && extra)
		ret = add_fragment(c, extra, extra, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	free(path);
	return ret;
}

void config_text_release(struct config_text *c)
{
	buf_release(&c->text);
	strv_release(&c->origins);
}

/* Is that option in the .config as asked? What it has instead goes to why. */
static bool in_effect(const char *config, const struct option *o, struct buf *why)
{
	char *is = value_of(config, o->name);
	const char *value = is ? is : "n";
	bool good = !strcmp(value, o->value);

	if (!good)
		buf_addf(why,
			 is ? "it is %s"
			    : "this kernel does not have it or something it needs is off",
			 value);
	free(is);
	return good;
}

int config_text_check(const struct config_text *c, const char *config, struct err *e)
{
	const char *all = c->text.data ? c->text.data : "", *at = all;
	unsigned complaints = 0;

	for (size_t i = 0; i < c->origins.n; i++) {
		size_t len = strcspn(at, "\n");
		struct option o = { NULL, NULL };
		struct buf why = BUF_INIT;
		char *last = NULL;

		if (parse_line(at, len, &o) > 0)
			last = value_of(all, o.name);
		/* What a later line overrules was not asked for. */
		if (last && !strcmp(last, o.value) && !in_effect(config, &o, &why) &&
		    complaints++ < MAX_COMPLAINTS)
			err_add(e, EINVAL, "%s: %s=%s does not take effect: %s", c->origins.v[i],
				o.name, o.value, why.data);
		free(last);
		buf_release(&why);
		release(&o);
		at += len + (at[len] == '\n');
	}
	if (complaints > MAX_COMPLAINTS)
		err_add(e, EINVAL, "and %u more options do not take effect",
			complaints - MAX_COMPLAINTS);
	if (complaints)
		err_exit(e, FSDUEL_USAGE);
	return complaints ? -EINVAL : 0;
}
