/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_files.c: the files of a results folder, a row each. A file is written through its row
 * only, so a killed run leaves no file of an unknown name. Recordings are kept until they fill the
 * suite's raw_budget.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/folder/folder_impl.h"

#define HALF ".tmp"                       /* fs_write_atomic's */
#define ANY_KEY "b[0-9]*-c[0-9]*-v[0-9]*" /* of plan_unit_key */

static const struct {
	const char *dir;  /* below the folder; "": none */
	const char *name; /* for a row of units: the name behind their key */
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
	char *path = folder_path(f, file, u),
	     *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int ret = fs_mkdir_p(dir, e);

	if (!ret)
		ret = fs_write_atomic(path, data, len, e);
	free(path);
	free(dir);
	return ret;
}

void folder_remove(const struct folder *f, enum folder_file file, const struct plan_unit *u)
{
	char *path = folder_path(f, file, u);

	unlink(path);
	free(path);
}

int folder_save_run(struct folder *f, struct err *e)
{
	char *path = folder_path(f, FOLDER_RUN, NULL);
	int ret = fs_write_json(path, f->run, e);

	free(path);
	return ret;
}

int folder_part(const struct folder *f, const struct plan_unit *u, unsigned *attempt,
		struct result *r, struct err *e)
{
	char *path = folder_path(f, FOLDER_PART, u);
	json_t *j = NULL;
	int ret;

	result_init(r);
	*attempt = 0;
	if (!fs_exists(path)) {
		free(path);
		return -ENOENT;
	}
	ret = fs_read_json(path, &j, e);
	if (!ret) {
		result_release(r);
		ret = result_from_json(r, json_object_get(j, "result"), e);
		*attempt = (unsigned)json_integer_value(json_object_get(j, "attempt"));
	}
	if (ret)
		err_add(e, EINVAL, "the part file %s cannot be read; delete it and resume", path);
	json_decref(j);
	free(path);
	return ret ? -EINVAL : 0;
}

/* The halves in one directory of the folder ("" is the folder itself). */
static void add_halves(const char *root, const char *dir, struct strv *paths)
{
	char *path = xasprintf("%s%s%s", root, *dir ? "/" : "", dir);
	DIR *d = opendir(path);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		for (size_t i = 0; i < NR_FOLDER_FILES; i++) {
			char *half = xasprintf("%s%s" HALF, names[i].units ? ANY_KEY : "",
					       names[i].name);

			if (!strcmp(dir, names[i].dir) && !fnmatch(half, entry->d_name, 0))
				strv_addf(paths, "%s/%s", path, entry->d_name);
			free(half);
		}
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

/* --- recordings --------------------------------------------------------------------- */

/* By pass; FOLDER_RUN: it records nothing. */
static const enum folder_file recordings[NR_PASSES] = {
	[PASS_LOCKS] = FOLDER_RAW_LOCKS,
	[PASS_PROFILE] = FOLDER_RAW_PROFILE,
};

/* By its beginning the note is found again. */
#define NOTE "raw recordings not kept"

static uint64_t recorded_bytes(const struct folder *f)
{
	char *path = xasprintf("%s/" RAW_DIR, f->dir);
	DIR *d = opendir(path);
	struct dirent *entry;
	uint64_t bytes = 0;
	struct stat st;

	while (d && (entry = readdir(d)))
		if (!fstatat(dirfd(d), entry->d_name, &st, 0) && S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_size;
	if (d)
		closedir(d);
	free(path);
	return bytes;
}

int folder_put_raw(struct folder *f, const struct plan_unit *u, const struct result *r,
		   struct err *e)
{
	enum folder_file file = recordings[u->pass];

	if (file == FOLDER_RUN)
		return 0;
	folder_remove(f, file, u);
	if (!r->raw.len || recorded_bytes(f) + r->raw.len > f->suite->raw_budget_bytes)
		return 0;
	return folder_write(f, file, u, r->raw.data, r->raw.len, e);
}

/* The former note goes; none: nothing is to be said. */
static void set_note(json_t *run, unsigned missing, unsigned all, const char *budget)
{
	json_t *notes = json_object_get(run, "notes");

	for (size_t i = json_array_size(notes); i-- > 0;) {
		const char *one = json_string_value(json_array_get(notes, i));

		if (one && !strncmp(one, NOTE, strlen(NOTE)))
			json_array_remove(notes, i);
	}
	if (!missing)
		return;
	if (!notes)
		json_object_set_new(run, "notes", notes = json_array());
	json_array_append_new(notes,
			      json_sprintf(NOTE ": %u of %u are beyond raw_budget = %s, or "
						"were too long to leave their guest; the tables "
						"have them reduced",
					   missing, all, budget));
}

void folder_note_raw(struct folder *f)
{
	unsigned missing = 0, all = 0;
	char budget[32];

	for (size_t i = 0; i < f->plan->nr_units; i++) {
		const struct plan_unit *u = &f->plan->units[i];
		char *path;

		/* An invalid cell run often has none. */
		if (recordings[u->pass] == FOLDER_RUN || !f->units[i].ok)
			continue;
		path = folder_path(f, recordings[u->pass], u);
		missing += !fs_exists(path);
		all++;
		free(path);
	}
	set_note(f->run, missing, all, num_format(budget, f->suite->raw_budget_bytes, NUM_BYTES));
}
