/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_files.c: the files of a results folder, a row each. A file is written through its row
 * only, so a killed run leaves no file of an unknown name. Recordings of passes may take the
 * raw_budget of the suite; beyond that the oldest go first.
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

int folder_make_dir(const struct folder *f, const char *name, struct err *e)
{
	char *path = xasprintf("%s/%s", f->dir, name);
	int ret = fs_mkdir_p(path, e);

	free(path);
	return ret;
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

int folder_replace(const struct folder *f, enum folder_file file, const struct plan_unit *u,
		   const void *data, size_t len, struct err *e)
{
	char *path = folder_path(f, file, u);
	int ret = len ? folder_write(f, file, u, data, len, e) : 0;

	if (!len)
		unlink(path);
	free(path);
	return ret;
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
/* --- recordings --------------------------------------------------------------------- */

#define RECORDING "*.gz" /* the names of all recordings */

/* What a pass records; NR_FOLDER_FILES: nothing. */
static const enum folder_file recordings[NR_PASSES] = {
	[PASS_THROUGHPUT] = NR_FOLDER_FILES,
	[PASS_LOCKS] = FOLDER_RAW_LOCKS,
	[PASS_PROFILE] = FOLDER_RAW_PROFILE,
};

/* In run.json: file names of the recordings that trim removed. */
#define DROPPED "raw_dropped"

/* The beginnings of the notes, by which they are found again. */
#define NOTE_DROPPED "raw recordings dropped"
#define NOTE_LONG "raw recordings not kept"

struct kept {
	char *path;
	uint64_t bytes;
	struct timespec made;
};

static int older_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->made.tv_sec != y->made.tv_sec)
		return x->made.tv_sec < y->made.tv_sec ? -1 : 1;
	if (x->made.tv_nsec != y->made.tv_nsec)
		return x->made.tv_nsec < y->made.tv_nsec ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* The recordings in dir, oldest first; *bytes of all files there. */
static size_t list_kept(const char *dir, struct kept **kept, uint64_t *bytes)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	*kept = NULL;
	*bytes = 0;
	while (d && (entry = readdir(d))) {
		struct stat st;

		if (fstatat(dirfd(d), entry->d_name, &st, 0) || !S_ISREG(st.st_mode))
			continue;
		*bytes += (uint64_t)st.st_size;
		if (fnmatch(RECORDING, entry->d_name, 0))
			continue;
		*kept = xrealloc(*kept, n + 1, sizeof(**kept));
		(*kept)[n++] = (struct kept){ xasprintf("%s/%s", dir, entry->d_name),
					      (uint64_t)st.st_size, st.st_mtim };
	}
	if (d)
		closedir(d);
	if (n)
		qsort(*kept, n, sizeof(**kept), older_first);
	return n;
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool was_dropped(const struct folder *f, const char *path)
{
	return json_object_get(json_object_get(f->run, DROPPED), name_of(path));
}

/* run.json is written at once: a run that is killed and resumed still knows what it dropped. */
static int trim(struct folder *f, struct err *e)
{
	char *dir = xasprintf("%s/" RAW_DIR, f->dir);
	json_t *dropped = json_object();
	struct kept *kept;
	uint64_t bytes;
	size_t n = list_kept(dir, &kept, &bytes);
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		if (bytes > f->suite->raw_budget_bytes && !unlink(kept[i].path)) {
			bytes -= kept[i].bytes;
			json_object_set_new(dropped, name_of(kept[i].path), json_true());
		}
		free(kept[i].path);
	}
	if (json_object_size(dropped)) {
		json_object_update_missing(dropped, json_object_get(f->run, DROPPED));
		json_object_set(f->run, DROPPED, dropped);
		ret = folder_save_run(f, e);
	}
	json_decref(dropped);
	free(kept);
	free(dir);
	return ret;
}

int folder_put_raw(struct folder *f, const struct plan_unit *u, const struct result *r,
		   struct err *e)
{
	enum folder_file file = recordings[u->pass];
	char *path;
	int ret;

	if (file == NR_FOLDER_FILES)
		return 0;
	path = folder_path(f, file, u);
	json_object_del(json_object_get(f->run, DROPPED), name_of(path));
	free(path);
	/* A cell run made again that has none takes the older one's with it. */
	ret = folder_replace(f, file, u, r->raw.data, r->raw.len, e);
	return ret || !r->raw.len ? ret : trim(f, e);
}

/* Takes sentence over; NULL: there is nothing to say. */
static void set_note(json_t *run, const char *head, char *sentence)
{
	json_t *notes = json_object_get(run, "notes");

	for (size_t i = json_array_size(notes); i-- > 0;) {
		const char *one = json_string_value(json_array_get(notes, i));

		if (one && !strncmp(one, head, strlen(head)))
			json_array_remove(notes, i);
	}
	if (sentence && !json_is_array(notes)) {
		notes = json_array();
		json_object_set_new(run, "notes", notes);
	}
	if (sentence)
		json_array_append_new(notes, json_string(sentence));
	free(sentence);
}

/* Only a recording that reached the folder counts: an invalid cell run often has none. */
void folder_note_raw(struct folder *f)
{
	unsigned recorded = 0, dropped = 0, too_long = 0;
	char budget[32];

	for (size_t i = 0; i < f->plan->nr_units; i++) {
		const struct plan_unit *u = &f->plan->units[i];
		char *path;

		if (recordings[u->pass] == NR_FOLDER_FILES || !f->units[i].taken)
			continue;
		path = folder_path(f, recordings[u->pass], u);
		too_long += f->units[i].too_long;
		dropped += was_dropped(f, path);
		recorded += f->units[i].too_long || was_dropped(f, path) || fs_exists(path);
		free(path);
	}
	num_format(budget, f->suite->raw_budget_bytes, NUM_BYTES);
	set_note(f->run, NOTE_DROPPED,
		 dropped ? xasprintf(NOTE_DROPPED
				     ": the oldest %u of %u, to keep within raw_budget "
				     "= %s; the tables have them reduced",
				     dropped, recorded, budget)
			 : NULL);
	set_note(f->run, NOTE_LONG,
		 too_long
			 ? xasprintf(NOTE_LONG ": %u of %u were too long to leave their guest; the "
					       "tables have them reduced",
				     too_long, recorded)
			 : NULL);
}
