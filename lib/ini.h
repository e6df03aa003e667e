/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ini.h: an INI file kept whole, each section and key with its line. */
#ifndef FSDUEL_LIB_INI_H
#define FSDUEL_LIB_INI_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

struct ini_key {
	char *name, *value; /* value "" for a bare key where those are allowed */
	unsigned line;      /* 1-based */
	bool bare;          /* no '=' on the line */
};

struct ini_section {
	char *name; /* all between the brackets: "kernel baseline" */
	unsigned line;
	struct ini_key *keys;
	size_t nr_keys;
};

struct ini {
	char *path;                   /* as given, for sentences */
	struct ini_section *sections; /* in file order; same name twice stays two sections */
	size_t nr_sections;
};

enum ini_flags {
	INI_BARE_KEYS = 1, /* "group_reporting" alone is a key (fio job files) */
};

/* A comment starts a line with ';' or '#', or follows a blank and ';'. Blanks around names and
 * values are dropped. -EINVAL with "path:line: ...": a line that is neither section, key nor
 * comment, a key before any section or with a ':' in it, a NUL; *ini may be released. */
int ini_load(struct ini *ini, const char *path, unsigned flags, struct err *e);
int ini_load_mem(struct ini *ini, const char *name, const char *data, size_t len, unsigned flags,
		 struct err *e);
void ini_release(struct ini *ini);

/* First section of that name or NULL; last key of that name in it or NULL (last wins). */
const struct ini_section *ini_find(const struct ini *ini, const char *section);
const struct ini_key *ini_get(const struct ini_section *s, const char *key);

#endif
