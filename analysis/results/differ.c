/* SPDX-License-Identifier: GPL-2.0-or-later */
/* differ.c: what must be equal for two folders to be compared; see tables.h. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/tables.h"
#include "lib/fs.h"
#include "lib/schema.h"

#define HASH_SHOWN 12

static void add(struct buf *b, const char *what, const char *x, const char *y)
{
	buf_addf(b, "%s%s", b->len ? ", " : "", what);
	if (x && y)
		buf_addf(b, " (%.*s, %.*s)", HASH_SHOWN, x, HASH_SHOWN, y);
}

static const char *text_at(const struct results *r, const char *object, const char *key)
{
	return json_string_value(json_object_get(json_object_get(r->run, object), key));
}

static bool same_text(const char *x, const char *y)
{
	return x && y ? !strcmp(x, y) : x == y;
}

static bool same_json(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x && y ? json_equal(x, y) : x == y;
}

static bool begins(const char *line, const char *const *words, bool whole)
{
	for (; *words; words++) {
		size_t len = strlen(*words);

		if (!strncmp(line, *words, len) && (!whole || strchr(" \t=:", line[len])))
			return true;
	}
	return false;
}

/* The lines of the suite that say what work is done. false: the folder keeps none. */
static bool work_of(const char *dir, struct buf *work)
{
	/* These say what is compared or how often, or are checked apart. */
	static const char *const sections[] = { "[kernel", "[mount", "[contrast", NULL };
	static const char *const keys[] = { "name", "about", "blocks", "seed", "mode", NULL };
	static const char *const own[] = { "[suite]", NULL };
	char *path = xasprintf("%s/" SUITE_INI, dir);
	struct buf text = BUF_INIT;
	struct strv lines = STRV_INIT;
	bool there = fs_exists(path) && !fs_read(path, 0, &text, NULL);
	bool other = false, suite = false;

	strv_split(&lines, buf_str(&text), "\n");
	for (size_t i = 0; i < lines.n; i++) {
		char *line = lines.v[i], *end = line + strlen(line);

		line += strspn(line, " \t\n\v\f\r");
		while (end > line && isspace((unsigned char)end[-1]))
			*--end = '\0';
		if (*line == '[') {
			other = begins(line, sections, false);
			suite = begins(line, own, false);
		}
		if (*line && *line != '#' && *line != ';' && !other &&
		    !(suite && begins(line, keys, true)))
			buf_addf(work, "%s\n", line);
	}
	strv_release(&lines);
	buf_release(&text);
	free(path);
	return there;
}

static bool same_suite(const struct results *a, const char *dir_a, const struct results *b,
		       const char *dir_b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	bool same = same_text(text_at(a, "suite", "sha256"), text_at(b, "suite", "sha256"));

	if (!same && work_of(dir_a, &x) && work_of(dir_b, &y))
		same = !strcmp(buf_str(&x), buf_str(&y));
	buf_release(&x);
	buf_release(&y);
	return same;
}

static bool same_cells(const struct results *a, const struct results *b)
{
	if (a->cell_index.nr != b->cell_index.nr)
		return false;
	for (uint32_t c = 0; c < a->cell_index.nr; c++)
		if (results_find_cell(b, a->cells[c].workload, a->cells[c].params) == INTERN_NONE)
			return false;
	return true;
}

bool two_same_seeds(const struct results *a, const struct results *b)
{
	for (uint32_t i = 0; i < a->blocks && i < b->blocks; i++) {
		uint32_t x = a->seed_of_block[i], y = b->seed_of_block[i];

		if (x && y &&
		    strcmp(intern_str(&a->strings, x - 1), intern_str(&b->strings, y - 1)))
			return false;
	}
	return true;
}

char *two_differ(const struct results *a, const char *dir_a, const struct results *b,
		 const char *dir_b)
{
	const char *x = text_at(a, "machine", "id"), *y = text_at(b, "machine", "id");
	struct buf what = BUF_INIT;

	if (strcmp(a->mode, b->mode))
		add(&what, "mode", a->mode, b->mode);
	if (!same_text(x, y))
		add(&what, "machine", x, y);
	if (!same_json(a->run, b->run, "device"))
		add(&what, "device", NULL, NULL);
	if (!same_suite(a, dir_a, b, dir_b))
		add(&what, "suite", text_at(a, "suite", "sha256"), text_at(b, "suite", "sha256"));
	if (!same_json(a->run, b->run, "jobs"))
		add(&what, "job files", NULL, NULL);
	if (!same_cells(a, b))
		add(&what, "cells", NULL, NULL);
	if (!two_same_seeds(a, b))
		add(&what, "seeds", NULL, NULL);
	return what.len ? buf_detach(&what, NULL) : NULL;
}
