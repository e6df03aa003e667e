/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_read.c: mistakes noted with their line, names checked, and the keys of
 * a section read through a table; see suite_read.h. It knows no section.
 */
#include "runners/suite/suite_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/near.h"

#define ROOM_FOR_REST 64 /* kept free in struct err for "and 12 more mistakes" */
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

static void mistake(struct suite_reader *r, unsigned line, const char *text)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, r->s->path);
	if (line)
		buf_addf(&b, ":%u", line);
	buf_addf(&b, ": %s", text);
	r->mistakes++;
	if (r->e && strv_find(&r->told, b.data) < 0) {
		strv_add(&r->told, b.data);
		if (strlen(r->e->text) + b.len + ROOM_FOR_REST < sizeof(r->e->text) ||
		    r->mistakes == 1)
			err_add(r->e, EINVAL, "%s", b.data);
		else
			r->unsaid++;
	}
	buf_release(&b);
}

void suite_mistake(struct suite_reader *r, unsigned line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	mistake(r, line, buf_str(&b));
	buf_release(&b);
}

void suite_mistake_err(struct suite_reader *r, unsigned line, const char *what,
		       const struct err *sub)
{
	struct strv said = STRV_INIT;

	strv_split(&said, sub->text, "\n");
	for (size_t i = 0; i < said.n; i++)
		suite_mistake(r, line, "%s%s%s", what ? what : "", what ? ": " : "", said.v[i]);
	strv_release(&said);
}

void suite_mistake_unknown(struct suite_reader *r, unsigned line, const char *kind,
			   const char *word, const char *const *names)
{
	struct buf hint = BUF_INIT;

	near_hint(&hint, word, names);
	suite_mistake(r, line, "unknown %s \"%.80s\"%s", kind, word, buf_str(&hint));
	buf_release(&hint);
}

bool suite_name_ok(struct suite_reader *r, unsigned line, const char *kind, const char *name)
{
	size_t len = strlen(name);

	if (len && len <= SUITE_NAME_MAX && strspn(name, NAME_CHARS) == len && name[0] != '.' &&
	    name[0] != '-')
		return true;
	suite_mistake(r, line,
		      "%.80s cannot be the name of a %s: use up to %d of A-Z a-z 0-9 . _ + -, "
		      "beginning with neither . nor -, because names go into files and plots",
		      name, kind, SUITE_NAME_MAX);
	return false;
}

bool suite_key_again(struct suite_reader *r, const struct ini_section *sec, size_t k)
{
	for (size_t i = 0; i < k; i++) {
		if (strcmp(sec->keys[i].name, sec->keys[k].name))
			continue;
		suite_mistake(r, sec->keys[k].line, "%s is given twice, first in line %u: keep one",
			      sec->keys[k].name, sec->keys[i].line);
		return true;
	}
	return false;
}

char *suite_beside(const struct suite *s, const char *path)
{
	const char *slash = strrchr(s->path, '/');

	if (path[0] == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - s->path), s->path, path);
}

static void read_number(struct suite_reader *r, const struct ini_key *k,
			const struct suite_key *row, void *to)
{
	enum num_kind kind = row->kind == KEY_UNSIGNED ? NUM_COUNT : row->num;
	struct err sub = ERR_INIT;
	char low[32], high[32];
	uint64_t v;

	if (num_parse(k->value, kind, &v, &sub)) {
		suite_mistake_err(r, k->line, k->name, &sub);
		return;
	}
	if (v < row->min || v > row->max) {
		suite_mistake(r, k->line, "%s: %.64s is out of range: give %s to %s", k->name,
			      k->value, num_format(low, row->min, kind),
			      num_format(high, row->max, kind));
		return;
	}
	if (row->kind == KEY_UNSIGNED)
		*(unsigned *)to = (unsigned)v;
	else
		*(uint64_t *)to = v;
}

static void read_choice(struct suite_reader *r, const struct ini_key *k,
			const struct suite_key *row, void *to)
{
	for (unsigned i = 0; row->choices[i]; i++) {
		if (!strcmp(row->choices[i], k->value)) {
			*(unsigned *)to = i;
			return;
		}
	}
	suite_mistake_unknown(r, k->line, k->name, k->value, row->choices);
}

static void read_set(struct suite_reader *r, const struct ini_key *k, const struct suite_key *row,
		     void *to)
{
	struct strv words = STRV_INIT;
	unsigned set = 0;

	strv_split(&words, k->value, " \t,");
	for (size_t w = 0; w < words.n; w++) {
		unsigned i = 0;

		while (row->choices[i] && strcmp(row->choices[i], words.v[w]))
			i++;
		if (row->choices[i])
			set |= 1u << i;
		else
			suite_mistake_unknown(r, k->line, k->name, words.v[w], row->choices);
	}
	strv_release(&words);
	*(unsigned *)to = set;
}

static void read_value(struct suite_reader *r, const struct ini_key *k, const struct suite_key *row,
		       void *to)
{
	switch (row->kind) {
	case KEY_TEXT:
		free(*(char **)to);
		*(char **)to = xstrdup(k->value);
		break;
	case KEY_WORDS:
		strv_split(to, k->value, " \t,");
		break;
	case KEY_ARGS:
		strv_split(to, k->value, " \t");
		break;
	case KEY_UNSIGNED:
	case KEY_NUM:
		read_number(r, k, row, to);
		break;
	case KEY_CHOICE:
		read_choice(r, k, row, to);
		break;
	case KEY_SET:
		read_set(r, k, row, to);
		break;
	}
}

void suite_read_keys(struct suite_reader *r, const struct ini_section *sec,
		     const struct suite_key *keys, void *base)
{
	struct strv names = STRV_INIT;

	for (const struct suite_key *row = keys; row->name; row++)
		strv_add(&names, row->name);
	for (size_t i = 0; i < sec->nr_keys; i++) {
		const struct ini_key *k = &sec->keys[i];
		int at = strv_find(&names, k->name);

		if (at < 0)
			suite_mistake_unknown(r, k->line, "key", k->name,
					      (const char *const *)names.v);
		else if (suite_key_again(r, sec, i))
			continue;
		else if (!k->value[0] && !keys[at].empty_ok)
			suite_mistake(r, k->line, "%s has no value: give one or remove the line",
				      k->name);
		else
			read_value(r, k, &keys[at], (char *)base + keys[at].offset);
	}
	strv_release(&names);
}
