/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_names.c: the files of a results folder, one row each. A file of it is written
 * through its row only, so that a killed run leaves nothing whose name is not known.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/folder/folder_impl.h"

#define HALF ".tmp"                       /* fs_write_atomic's */
#define ANY_KEY "b[0-9]*-c[0-9]*-v[0-9]*" /* of plan_unit_key */

static const struct {
	const char *dir;  /* below the folder; "": none */
	const char *name; /* for a row of units: what follows their key */
	bool units;
} names[NR_FOLDER_FILES] = {
	[FOLDER_RUN] = { "", RUN_JSON, false },
	[FOLDER_SUITE] = { "", SUITE_INI, false },
	[FOLDER_SAMPLES] = { "", SAMPLES_CSV, false },
	[FOLDER_LATENCY] = { "", LATENCY_CSV, false },
	[FOLDER_SERIES] = { "", SERIES_CSV, false },
	[FOLDER_LOCKSTACKS] = { "", LOCKSTACKS_CSV, false },
	[FOLDER_PROFILE] = { "", PROFILE_CSV, false },
	[FOLDER_COMPARISON] = { "", COMPARISON_CSV, false },
	[FOLDER_LOOKS] = { "", LOOKS_JSON, false },
	[FOLDER_GUARD] = { "", GUARD_CSV, false },
	[FOLDER_FLOOR] = { "", FLOOR_JSON, false },
	[FOLDER_PART] = { PARTS_DIR, ".json", true },
	[FOLDER_CONSOLE] = { CONSOLE_DIR, ".txt", true },
	[FOLDER_RAW_LOCKS] = { RAW_DIR, ".perf.data.gz", true },
	[FOLDER_RAW_PROFILE] = { RAW_DIR, ".profile.gz", true },
};

char *folder_path(const struct folder *f, enum folder_file file, const struct plan_unit *u)
{
	char key[64] = "";

	if (names[file].units)
		plan_unit_key(u, key);
	return xasprintf("%s/%s%s%s%s", f->dir, names[file].dir, *names[file].dir ? "/" : "", key,
			 names[file].name);
}

int folder_write(const struct folder *f, enum folder_file file, const struct plan_unit *u,
		 const void *data, size_t len, struct err *e)
{
	char *path = folder_path(f, file, u);
	int ret = *names[file].dir ? folder_make_dir(f, names[file].dir, e) : 0;

	if (!ret)
		ret = fs_write_atomic(path, data, len, e);
	free(path);
	return ret;
}

bool folder_is_half(const char *dir, const char *name)
{
	bool is = false;

	for (size_t i = 0; i < NR_FOLDER_FILES && !is; i++) {
		char *pattern =
			xasprintf("%s%s" HALF, names[i].units ? ANY_KEY "*" : "", names[i].name);

		is = !strcmp(dir, names[i].dir) && !fnmatch(pattern, name, 0);
		free(pattern);
	}
	return is;
}

static void add_halves(const char *root, const char *dir, struct strv *paths)
{
	char *path = xasprintf("%s%s%s", root, *dir ? "/" : "", dir);
	DIR *d = opendir(path);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (folder_is_half(dir, entry->d_name))
			strv_addf(paths, "%s/%s", path, entry->d_name);
	if (d)
		closedir(d);
	free(path);
}

void folder_halves(const char *dir, struct strv *paths)
{
	static const char *const dirs[] = { "", PARTS_DIR, CONSOLE_DIR, RAW_DIR };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		add_halves(dir, dirs[i], paths);
}
