/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_unscaled.c: one file for two sizes of the same work: "file_size = 64M"
 * and beside it "unscaled.file_size = 20G". Either is made into an INI of plain
 * keys, so that no section has to know of the two. See suite_read.h.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/suite/suite_read.h"

#define PREFIX "unscaled."

/* Sections in which work and machine are sized. */
static const char *const sized[] = { "mount", "device", "machine", "limits", "workload", NULL };

static bool is_sized(const struct ini_section *sec)
{
	size_t len = strcspn(sec->name, " \t");

	for (const char *const *name = sized; *name; name++)
		if (strlen(*name) == len && !memcmp(*name, sec->name, len))
			return true;
	return false;
}

/* The plain name of "unscaled.NAME" in such a section, or NULL: a key like any other. */
static char *plain_name(const struct ini_section *sec, const struct ini_key *k)
{
	size_t len = strlen(PREFIX);

	return is_sized(sec) && !strncmp(k->name, PREFIX, len) ? k->name + len : NULL;
}

static bool has_unscaled(const struct ini_section *sec, const char *name)
{
	for (size_t i = 0; i < sec->nr_keys; i++) {
		const char *plain = plain_name(sec, &sec->keys[i]);

		if (plain && (!name || !strcmp(plain, name)))
			return true;
	}
	return false;
}

bool suite_has_unscaled(const struct ini *ini)
{
	for (size_t i = 0; i < ini->nr_sections; i++)
		if (has_unscaled(&ini->sections[i], NULL))
			return true;
	return false;
}

static void view_section(struct ini_section *to, const struct ini_section *sec, bool unscaled)
{
	*to = *sec;
	to->keys = xcalloc(sec->nr_keys + 1, sizeof(*to->keys));
	to->nr_keys = 0;
	for (size_t i = 0; i < sec->nr_keys; i++) {
		struct ini_key k = sec->keys[i];
		char *plain = plain_name(sec, &k);

		if (plain ? !unscaled : unscaled && has_unscaled(sec, k.name))
			continue;
		if (plain)
			k.name = plain;
		to->keys[to->nr_keys++] = k;
	}
}

void suite_view_make(struct ini *view, const struct ini *ini, bool unscaled)
{
	*view = *ini;
	view->sections = xcalloc(ini->nr_sections + 1, sizeof(*view->sections));
	for (size_t i = 0; i < ini->nr_sections; i++)
		view_section(&view->sections[i], &ini->sections[i], unscaled);
}

void suite_view_release(struct ini *view)
{
	for (size_t i = 0; i < view->nr_sections; i++)
		free(view->sections[i].keys);
	free(view->sections);
	*view = (struct ini){ 0 };
}
