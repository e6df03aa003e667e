/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_raw.c: what passes recorded, kept beside what it was reduced to, for whoever
 * wants to look again with other tools. It may take what the suite's raw_budget says;
 * beyond that the oldest go first. `fsduel annotate` and `fsduel locks --perf` read them.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/folder/folder_impl.h"

#define RECORDING ".gz" /* how the names of all recordings end */

/* What a pass records; NR_FOLDER_FILES: nothing. */
static const enum folder_file recordings[NR_PASSES] = {
	[PASS_THROUGHPUT] = NR_FOLDER_FILES,
	[PASS_LOCKS] = FOLDER_RAW_LOCKS,
	[PASS_PROFILE] = FOLDER_RAW_PROFILE,
};

/* In run.json: file names of the recordings that trim removed. */
#define DROPPED "raw_dropped"

/* The beginnings of what is said, by which it is found again. */
#define NOTE_DROPPED "raw recordings dropped"
#define NOTE_LONG "raw recordings not kept"

/* --- the files -------------------------------------------------------------------- */

struct kept {
	char *path;
	uint64_t bytes;
	struct timespec made;
};

struct kept_files {
	struct kept *v;
	size_t n;
	uint64_t bytes; /* of everything in the folder */
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

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && !strcmp(s + len - n, end);
}

static void list_files(struct kept_files *k, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		char *path = xasprintf("%s/%s", dir, entry->d_name);
		struct stat st;

		if (stat(path, &st) || !S_ISREG(st.st_mode)) {
			free(path);
			continue;
		}
		k->bytes += (uint64_t)st.st_size;
		if (!ends_with(path, RECORDING)) {
			free(path);
			continue;
		}
		k->v = xrealloc(k->v, k->n + 1, sizeof(*k->v));
		k->v[k->n++] = (struct kept){ path, (uint64_t)st.st_size, st.st_mtim };
	}
	if (d)
		closedir(d);
	if (k->n)
		qsort(k->v, k->n, sizeof(*k->v), older_first);
}

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool was_dropped(const struct folder *f, const char *path)
{
	return json_object_get(json_object_get(f->run, DROPPED), name_of(path));
}

static void set_dropped(const struct folder *f, const char *path, bool dropped)
{
	json_t *all = json_object_get(f->run, DROPPED);

	if (!dropped) {
		json_object_del(all, name_of(path));
		return;
	}
	if (!all) {
		all = json_object();
		json_object_set_new(f->run, DROPPED, all);
	}
	json_object_set_new(all, name_of(path), json_true());
}

/* run.json is written at once: a run that is killed and resumed still knows what it dropped. */
static int trim(struct folder *f, struct err *e)
{
	char *dir = xasprintf("%s/" RAW_DIR, f->dir);
	struct kept_files k = { .v = NULL };
	bool any = false;

	list_files(&k, dir);
	for (size_t i = 0; i < k.n && k.bytes > f->suite->raw_budget_bytes; i++)
		if (!unlink(k.v[i].path)) {
			k.bytes -= k.v[i].bytes;
			set_dropped(f, k.v[i].path, true);
			any = true;
		}
	for (size_t i = 0; i < k.n; i++)
		free(k.v[i].path);
	free(k.v);
	free(dir);
	return any ? folder_save_run(f, e) : 0;
}

/* A cell run made again that has none takes the older one's with it. */
static int put(struct folder *f, const struct plan_unit *u, enum folder_file file,
	       const struct buf *b, struct err *e)
{
	char *path = folder_path(f, file, u);
	int ret = 0;

	set_dropped(f, path, false);
	if (b->len)
		ret = folder_write(f, file, u, b->data, b->len, e);
	else
		unlink(path);
	free(path);
	return ret;
}

int folder_put_raw(struct folder *f, const struct plan_unit *u, const struct result *r,
		   struct err *e)
{
	int ret;

	if (recordings[u->pass] == NR_FOLDER_FILES)
		return 0;
	ret = put(f, u, recordings[u->pass], &r->raw, e);
	if (!ret && r->raw.len)
		ret = trim(f, e);
	return ret;
}

/* --- what is said of them ------------------------------------------------------------ */

/* Only what reached the folder was recorded: an invalid cell run often has nothing to keep. */
void folder_count_raw(struct folder_raw *c, const struct folder *f, const struct plan_unit *u,
		      const struct result *r)
{
	bool too_long =
		json_is_true(json_object_get(json_object_get(r->facts, "locks"), "raw_too_long"));
	char *path;

	if (recordings[u->pass] == NR_FOLDER_FILES)
		return;
	path = folder_path(f, recordings[u->pass], u);
	c->too_long += too_long;
	c->dropped += was_dropped(f, path);
	c->recorded += too_long || was_dropped(f, path) || fs_exists(path);
	free(path);
}

static void set_note(json_t *run, const char *head, const char *sentence)
{
	json_t *notes = json_object_get(run, "notes");

	for (size_t i = json_array_size(notes); i-- > 0;) {
		const char *one = json_string_value(json_array_get(notes, i));

		if (one && !strncmp(one, head, strlen(head)))
			json_array_remove(notes, i);
	}
	if (!sentence)
		return;
	if (!json_is_array(notes)) {
		notes = json_array();
		json_object_set_new(run, "notes", notes);
	}
	json_array_append_new(notes, json_string(sentence));
}

void folder_note_raw(struct folder *f, const struct folder_raw *c)
{
	char budget[32], *dropped = NULL, *too_long = NULL;

	if (c->dropped)
		dropped =
			xasprintf(NOTE_DROPPED ": the oldest %u of %u, to keep within raw_budget = "
					       "%s; the tables have them reduced",
				  c->dropped, c->recorded,
				  num_format(budget, f->suite->raw_budget_bytes, NUM_BYTES));
	if (c->too_long)
		too_long = xasprintf(NOTE_LONG ": %u of %u were too long to leave their guest; "
					       "the tables have them reduced",
				     c->too_long, c->recorded);
	set_note(f->run, NOTE_DROPPED, dropped);
	set_note(f->run, NOTE_LONG, too_long);
	free(dropped);
	free(too_long);
}
