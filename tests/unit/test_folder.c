/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_folder.c: whatever name a results folder writes a file under while that is half
 * done, a killed run may leave, and the journal of a run must know it. The names are not
 * listed here: the kernel tells each one that is made (inotify(7)).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/host/undo.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"

#define SUITE                                                                                      \
	"[suite]\npasses = throughput locks profile\n[kernel k]\nimage = x\n"                      \
	"[workload w]\nmix = null:{n}\nn = 1 2\n"
#define HALF "half a file"
#define WATCHED 4

static const char *const watched[WATCHED] = { "", "/" PARTS_DIR, "/" RAW_DIR, "/" CONSOLE_DIR };

struct made {
	char base[40], dir[64];
	int notify; /* the first watch is 1, of watched[0] */
	struct suite suite;
	struct plan plan;
	struct folder folder;
	struct undo u;
};

static int make_place(void **state)
{
	struct made *m = xcalloc(1, sizeof(*m));
	struct err e = ERR_INIT;
	char *own;

	/* Characters that patterns of file names know. */
	strcpy(m->base, "/tmp/fsduel-folder-XXXXXX");
	assert_non_null(mkdtemp(m->base));
	snprintf(m->dir, sizeof(m->dir), "%s/d[1]*", m->base);
	own = xasprintf("%s/state", m->base);
	setenv("FSDUEL_STATE", own, 1);
	free(own);
	m->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_int_equal(fs_mkdir_p(m->dir, NULL), 0);
	assert_int_equal(inotify_add_watch(m->notify, m->dir, IN_CREATE), 1);
	if (suite_load_mem(&m->suite, "s.ini", SUITE, strlen(SUITE), NULL, &e) ||
	    plan_make(&m->plan, &m->suite, &e) ||
	    folder_create(&m->folder, m->dir, &m->suite, &m->plan, &e) || undo_open(&m->u, &e))
		fail_msg("%s", e.text);
	*state = m;
	return 0;
}

static int drop_place(void **state)
{
	struct made *m = *state;

	close(m->notify);
	undo_close(&m->u);
	folder_release(&m->folder);
	plan_release(&m->plan);
	suite_release(&m->suite);
	assert_int_equal(fs_remove_tree(m->base, NULL), 0);
	free(m);
	return 0;
}

/* All that a cell run can come with, whatever its pass. */
static void put(struct made *m, const struct plan_unit *u)
{
	json_t *rows = json_loads("[[\"kernel\", \"f\", 16, 5, 1]]", 0, NULL);
	struct lock_stacks stacks = { 0 };
	struct err e = ERR_INIT;
	struct result r;

	result_init(&r);
	r.console = xstrdup("a line\n");
	buf_adds(&r.raw, "recorded");
	r.nr_series = 1;
	r.series = xcalloc(1, sizeof(*r.series));
	r.series[0].role = xstrdup("null");
	r.series[0].series = (struct series){ 1000, 1000, 1, 1, NULL };
	r.series[0].series.ops = xcalloc(1, sizeof(*r.series[0].series.ops));
	result_take_locks(&r, &stacks);
	r.profile = xcalloc(1, sizeof(*r.profile));
	if (profile_from_json(r.profile, rows, &e) || folder_put(&m->folder, u, &r, &e))
		fail_msg("%s", e.text);
	json_decref(rows);
	result_release(&r);
}

/* Everything that a run writes, from its first file to its last. */
static void fill(struct made *m)
{
	struct err e = ERR_INIT;

	for (int i = 1; i < WATCHED; i++) {
		char *path = xasprintf("%s%s", m->dir, watched[i]);

		assert_int_equal(fs_mkdir_p(path, NULL), 0);
		assert_int_equal(inotify_add_watch(m->notify, path, IN_CREATE), i + 1);
		free(path);
	}
	if (folder_save_run(&m->folder, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < m->plan.nr_units; i++)
		put(m, &m->plan.units[i]);
	if (folder_join(&m->folder, &e) || folder_save_run(&m->folder, &e))
		fail_msg("%s", e.text);
}

/* Paths that were made and are there no more, each once: what they were renamed from. */
static void made_and_gone(struct made *m, struct strv *paths)
{
	char space[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;

	while ((n = read(m->notify, space, sizeof(space))) > 0)
		for (char *at = space; at < space + n;) {
			struct inotify_event *event = (struct inotify_event *)at;
			char *path;

			assert_in_range(event->wd, 1, WATCHED);
			path = xasprintf("%s%s/%s", m->dir, watched[event->wd - 1], event->name);
			if (!fs_exists(path) && strv_find(paths, path) < 0)
				strv_add(paths, path);
			free(path);
			at += sizeof(*event) + event->len;
		}
}

static size_t count_files(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(d))) {
		char *path = xasprintf("%s/%s", dir, entry->d_name);

		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			n += count_files(path);
		n += entry->d_type == DT_REG;
		free(path);
	}
	closedir(d);
	return n;
}

static void every_file_that_is_written_may_be_left_half_and_is_removed(void **state)
{
	struct made *m = *state;
	struct strv left = STRV_INIT, said = STRV_INIT;
	struct err e = ERR_INIT;
	char *mine = xasprintf("%s/mine.tmp", m->dir);
	size_t files;

	fill(m);
	made_and_gone(m, &left);
	files = count_files(m->dir);
	/* Each file there was once half a file. */
	assert_int_equal(left.n, files);
	for (size_t i = 0; i < left.n; i++) {
		FILE *f = fopen(left.v[i], "w");

		assert_non_null(f);
		assert_true(fputs(HALF, f) > 0);
		fclose(f);
	}
	assert_int_equal(fs_write_atomic(mine, "x", 1, NULL), 0);
	if (undo_results(&m->u, m->dir, &e) || undo_all(&m->u, &said, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < left.n; i++)
		if (fs_exists(left.v[i]))
			fail_msg("%s is left", left.v[i]);
	assert_int_equal(said.n, left.n);
	assert_int_equal(count_files(m->dir), files + 1);
	assert_true(fs_exists(mine));
	strv_release(&left);
	strv_release(&said);
	free(mine);
}

/* A duel has no journal: the next one that goes on with its folder does it. */
static void a_folder_that_is_gone_on_with_has_no_halves(void **state)
{
	struct made *m = *state;
	struct strv left = STRV_INIT;
	struct err e = ERR_INIT;

	fill(m);
	made_and_gone(m, &left);
	for (size_t i = 0; i < left.n; i++)
		fclose(fopen(left.v[i], "w"));
	folder_release(&m->folder);
	if (folder_open(&m->folder, m->dir, &m->suite, &m->plan, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < left.n; i++)
		if (fs_exists(left.v[i]))
			fail_msg("%s is left", left.v[i]);
	strv_release(&left);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(every_file_that_is_written_may_be_left_half_and_is_removed),
		PLACED(a_folder_that_is_gone_on_with_has_no_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
