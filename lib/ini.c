/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ini.c: see ini.h. The usual libraries know no lines, cut long ones, go on after an error, join an
 * indented line to the value above it and take ':' for '=', so this one is ours.
 */
#include "lib/ini.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"

#define BLANKS " \t\n\v\f\r"

struct reader {
	struct ini *ini;
	unsigned line, flags;
	struct err *e;
};

/* Cut the blanks at both ends of s. */
static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
	return s + strspn(s, BLANKS);
}

static int complain(const struct reader *r, const char *what, const char *line)
{
	return err_add(r->e, EINVAL, "%s:%u: %s: %.60s%s", r->ini->path, r->line, what, line,
		       strlen(line) > 60 ? "..." : "");
}

/* Room for one more element of an array that was grown when n was a power of two. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : xrealloc(array, n ? 2 * n : 1, size);
}

/* line begins with '['. */
static int add_section(const struct reader *r, char *line)
{
	char *rest = xstrdup(line + 1), *name = strsep(&rest, "]"), *trimmed = trim(name);
	struct ini *ini = r->ini;
	const char *wrong = NULL;

	if (!rest)
		wrong = "a section without its ']'";
	else if (!*trimmed)
		wrong = "a section without a name";
	else if (*rest && (!strchr(BLANKS, *rest) || rest[strspn(rest, BLANKS)] != ';'))
		wrong = "something after a section's ']'";
	if (!wrong) {
		ini->sections = grow(ini->sections, ini->nr_sections, sizeof(*ini->sections));
		ini->sections[ini->nr_sections++] =
			(struct ini_section){ .name = xstrdup(trimmed), .line = r->line };
	}
	free(name);
	return wrong ? complain(r, wrong, line) : 0;
}

/* Cut a comment behind a key: a blank and ';'. */
static void cut_comment(char *line)
{
	for (char *p = line; (p = strchr(p, ';')); p++) {
		if (p > line && strchr(BLANKS, p[-1])) {
			*p = '\0';
			return;
		}
	}
}

static int add_key(const struct reader *r, char *line)
{
	char *text = xstrdup(line), *equals, *name;
	struct ini *ini = r->ini;
	const char *wrong = NULL;

	cut_comment(text);
	equals = strchr(text, '=');
	if (equals)
		*equals = '\0';
	name = trim(text);
	if (!equals && !(r->flags & INI_BARE_KEYS))
		wrong = "neither a [section], nor key = value, nor a comment";
	else if (!*name)
		wrong = "no key before the '='";
	else if (strchr(name, ':'))
		wrong = "a key cannot hold a ':'";
	else if (!ini->nr_sections)
		wrong = "a key before any [section]";
	if (!wrong) {
		struct ini_section *s = &ini->sections[ini->nr_sections - 1];

		s->keys = grow(s->keys, s->nr_keys, sizeof(*s->keys));
		s->keys[s->nr_keys++] = (struct ini_key){
			.name = xstrdup(name),
			.value = xstrdup(equals ? trim(equals + 1) : ""),
			.line = r->line,
			.bare = !equals,
		};
	}
	free(text);
	return wrong ? complain(r, wrong, line) : 0;
}

static int read_line(struct reader *r, char *line)
{
	if (r->line == 1 && !strncmp(line, "\xef\xbb\xbf", 3))
		line += 3;
	line = trim(line);
	if (!*line || *line == ';' || *line == '#')
		return 0;
	return *line == '[' ? add_section(r, line) : add_key(r, line);
}

int ini_load_mem(struct ini *ini, const char *name, const char *data, size_t len, unsigned flags,
		 struct err *e)
{
	struct reader r = { .ini = ini, .flags = flags, .e = e };
	char *text = xcalloc(len + 1, 1), *at = text, *line;
	int ret = 0;

	memcpy(text, len ? data : "", len);
	*ini = (struct ini){ .path = xstrdup(name) };
	while (!ret && (line = strsep(&at, "\n"))) {
		size_t used = strlen(line);

		r.line++;
		if (line + used < (at ? at - 1 : text + len))
			ret = err_add(e, EINVAL, "%s:%u: a NUL byte: this is not a text file", name,
				      r.line);
		else
			ret = read_line(&r, line);
	}
	free(text);
	if (ret)
		ini_release(ini);
	return ret;
}

int ini_load(struct ini *ini, const char *path, unsigned flags, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	*ini = (struct ini){ 0 };
	ret = fs_read(path, 16u << 20, &b, e);
	if (!ret)
		ret = ini_load_mem(ini, path, b.data, b.len, flags, e);
	buf_release(&b);
	return ret;
}

void ini_release(struct ini *ini)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		struct ini_section *s = &ini->sections[i];

		for (size_t k = 0; k < s->nr_keys; k++) {
			free(s->keys[k].name);
			free(s->keys[k].value);
		}
		free(s->keys);
		free(s->name);
	}
	free(ini->sections);
	free(ini->path);
	*ini = (struct ini){ 0 };
}

const struct ini_section *ini_find(const struct ini *ini, const char *section)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		if (!strcmp(ini->sections[i].name, section))
			return &ini->sections[i];
	}
	return NULL;
}

const struct ini_key *ini_get(const struct ini_section *s, const char *key)
{
	for (size_t i = s->nr_keys; i-- > 0;) {
		if (!strcmp(s->keys[i].name, key))
			return &s->keys[i];
	}
	return NULL;
}
