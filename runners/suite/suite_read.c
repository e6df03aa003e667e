/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_read.c: mistakes with their line, names, and keys through a table; see suite_read.h. */
#include "runners/suite/suite_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/near.h"

#define ROOM_FOR_REST 64 /* kept free in struct err for "and 12 more mistakes" */
#define NAME_MAX_LEN 64
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

/* --- mistakes -------------------------------------------------------------------- */

void suite_mistake(struct suite_reader *r, unsigned line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	buf_adds(&b, r->s->path);
	if (line)
		buf_addf(&b, ":%u", line);
	buf_adds(&b, ": ");
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	r->mistakes++;
	if (r->e && r->mistakes > 1 &&
	    strlen(r->e->text) + b.len + ROOM_FOR_REST >= sizeof(r->e->text))
		r->unsaid++;
	else
		err_add(r->e, EINVAL, "%s", b.data);
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

int suite_choose(struct suite_reader *r, unsigned line, struct suite_list from, const char *name)
{
	static const char *const nothing[] = { NULL };
	struct strv names = STRV_INIT;
	struct buf hint = BUF_INIT;
	const char *const *of;
	int at;

	for (size_t i = 0; i < from.n; i++) {
		of = (const void *)((const char *)from.array + i * from.size);
		if (!*of)
			break;
		strv_add(&names, *of);
	}
	at = strv_find(&names, name);
	if (at < 0) {
		near_hint(&hint, name, names.n ? (const char *const *)names.v : nothing);
		suite_mistake(r, line, "unknown %s \"%.80s\"%s", from.kind, name, buf_str(&hint));
	}
	buf_release(&hint);
	strv_release(&names);
	return at;
}

/* --- names and keys ---------------------------------------------------------------- */

bool suite_name_ok(struct suite_reader *r, unsigned line, const char *kind, const char *name)
{
	size_t len = strlen(name);

	if (len && len <= NAME_MAX_LEN && strspn(name, NAME_CHARS) == len && name[0] != '.' &&
	    name[0] != '-')
		return true;
	suite_mistake(r, line,
		      "%.80s cannot be the name of a %s: use up to %d of A-Z a-z 0-9 . _ + -, "
		      "beginning with neither . nor -",
		      name, kind, NAME_MAX_LEN);
	return false;
}

bool suite_is_kind(const struct ini_section *sec, const char *kind)
{
	size_t len = strlen(kind);

	return !strncmp(sec->name, kind, len) && strcspn(sec->name, " \t") == len;
}

char *suite_beside(const struct suite *s, const char *path)
{
	const char *slash = strrchr(s->path, '/');

	if (path[0] == '/' || !slash)
		return xstrdup(path);
	return xasprintf("%.*s/%s", (int)(slash - s->path), s->path, path);
}

/* --- releases ------------------------------------------------------------------------ */

void suite_kernel_release(struct suite_kernel *k)
{
	free(k->label);
	free(k->ref);
	free(k->source);
	strv_release(&k->patches);
	*k = (struct suite_kernel){ .patches = STRV_INIT };
}

void suite_mount_release(struct suite_mount *m)
{
	free(m->name);
	free(m->fs);
	free(m->options);
	strv_release(&m->mkfs);
}

void suite_workload_release(struct suite_workload *w)
{
	for (size_t k = 0; k < w->nr_params; k++) {
		free(w->params[k].name);
		strv_release(&w->params[k].values);
	}
	free(w->params);
	free(w->name);
	free(w->mix);
	free(w->fio);
	free(w->fio_text);
	strv_release(&w->notes);
}

/* --- the keys that count ----------------------------------------------------------------- */

#define UNSCALED "unscaled."

/* Names and values hold only visible characters. Comments may hold anything. */
static void check_seen(struct suite_reader *r, unsigned line, const char *text)
{
	uint32_t c;

	if (clean_find(text, &c))
		suite_mistake(r, line, "U+%04X is a character that nobody sees here: remove it",
			      (unsigned)c);
}

/* Does the section size the work or the machine? */
static bool is_sized(const struct ini_section *sec)
{
	static const char *const kinds[] = { "mount",  "device",   "machine",
					     "limits", "workload", NULL };
	size_t i = 0;

	while (kinds[i] && !suite_is_kind(sec, kinds[i]))
		i++;
	return kinds[i];
}

static void given_twice(struct suite_reader *r, const struct ini_section *sec, size_t k)
{
	for (size_t i = 0; i < k; i++) {
		if (strcmp(sec->keys[i].name, sec->keys[k].name))
			continue;
		suite_mistake(r, sec->keys[k].line, "%s is given twice, first in line %u: keep one",
			      sec->keys[k].name, sec->keys[i].line);
		return;
	}
}

/* Keep the keys of one size under their plain names; true: there were two sizes. */
static bool choose_size(struct ini_section *sec, bool unscaled)
{
	bool *other = xcalloc(2 * sec->nr_keys + 1, sizeof(*other)), *drop = other + sec->nr_keys;
	size_t prefix = strlen(UNSCALED), kept = 0;
	bool found = false;

	for (size_t i = 0; i < sec->nr_keys; i++) {
		char *twin = xasprintf(UNSCALED "%s", sec->keys[i].name);

		other[i] = !strncmp(sec->keys[i].name, UNSCALED, prefix);
		drop[i] = other[i] ? !unscaled : unscaled && ini_get(sec, twin);
		found |= other[i];
		free(twin);
	}
	for (size_t i = 0; i < sec->nr_keys; i++) {
		struct ini_key k = sec->keys[i];

		if (drop[i]) {
			free(k.name);
			free(k.value);
			continue;
		}
		if (other[i])
			memmove(k.name, k.name + prefix, strlen(k.name + prefix) + 1);
		sec->keys[kept++] = k;
	}
	sec->nr_keys = kept;
	free(other);
	return found;
}

void suite_prepare(struct suite_reader *r)
{
	bool found = false;

	for (size_t i = 0; i < r->ini->nr_sections; i++) {
		struct ini_section *sec = &r->ini->sections[i];

		check_seen(r, sec->line, sec->name);
		for (size_t k = 0; k < sec->nr_keys; k++) {
			check_seen(r, sec->keys[k].line, sec->keys[k].name);
			check_seen(r, sec->keys[k].line, sec->keys[k].value);
			given_twice(r, sec, k);
		}
		if (is_sized(sec))
			found |= choose_size(sec, r->s->unscaled);
	}
	if (r->s->unscaled && !found)
		suite_mistake(r, 0,
			      "no key unscaled.* gives the size of this work before it was scaled "
			      "down: leave --unscaled out");
}

unsigned suite_line(const struct ini_section *sec, const char *name)
{
	const struct ini_key *k = ini_get(sec, name);

	return k ? k->line : sec->line;
}

/* --- values through a table --------------------------------------------------------- */

static bool read_number(struct suite_reader *r, const struct ini_key *k,
			const struct suite_key *row, uint64_t *v)
{
	enum num_kind kind = row->kind == KEY_UNSIGNED ? NUM_COUNT : row->num;
	struct err sub = ERR_INIT;
	char low[32], high[32];

	if (num_parse(k->value, kind, v, &sub))
		suite_mistake_err(r, k->line, k->name, &sub);
	else if (*v < row->min || *v > row->max)
		suite_mistake(r, k->line, "%s: %.64s is out of range: give %s to %s", k->name,
			      k->value, num_format(low, row->min, kind),
			      num_format(high, row->max, kind));
	else if (row->whole_mib && *v % SUITE_MIB)
		suite_mistake(r, k->line, "%s: %s is not a whole number of MiB: say %lluM", k->name,
			      k->value, (unsigned long long)(*v / SUITE_MIB + 1));
	else
		return true;
	return false;
}

static unsigned read_set(struct suite_reader *r, const struct ini_key *k,
			 const struct suite_key *row)
{
	struct strv words = STRV_INIT;
	unsigned set = 0;

	strv_split(&words, k->value, " \t,");
	for (size_t i = 0; i < words.n; i++) {
		int at = suite_choose(r, k->line, SUITE_LIST(k->name, row->choices, SIZE_MAX),
				      words.v[i]);

		if (at >= 0)
			set |= 1u << at;
	}
	strv_release(&words);
	return set;
}

void suite_read_value(struct suite_reader *r, const struct ini_key *k, const struct suite_key *row,
		      void *to)
{
	uint64_t v;
	int at;

	switch (row->kind) {
	case KEY_TEXT:
		free(*(char **)to);
		*(char **)to = xstrdup(k->value);
		break;
	case KEY_WORDS:
	case KEY_ARGS:
		strv_split(to, k->value, row->kind == KEY_WORDS ? " \t," : " \t");
		break;
	case KEY_UNSIGNED:
		if (read_number(r, k, row, &v))
			*(unsigned *)to = (unsigned)v;
		break;
	case KEY_NUM:
		if (read_number(r, k, row, &v))
			*(uint64_t *)to = v;
		break;
	case KEY_CHOICE:
		at = suite_choose(r, k->line, SUITE_LIST(k->name, row->choices, SIZE_MAX),
				  k->value);
		if (at >= 0)
			*(unsigned *)to = (unsigned)at;
		break;
	case KEY_SET:
		*(unsigned *)to = read_set(r, k, row);
		break;
	}
}

void suite_read_keys(struct suite_reader *r, const struct ini_section *sec,
		     const struct suite_key *keys, void *base)
{
	for (size_t i = 0; i < sec->nr_keys; i++) {
		const struct ini_key *k = &sec->keys[i];
		int at = suite_choose(r, k->line, SUITE_LIST("key", keys, SIZE_MAX), k->name);

		if (at < 0)
			continue;
		if (!k->value[0] && !keys[at].empty_ok)
			suite_mistake(r, k->line, "%s has no value: give one or remove the line",
				      k->name);
		else
			suite_read_value(r, k, &keys[at], (char *)base + keys[at].offset);
	}
}
