/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_locks.c: `fsduel locks DIR`: who waited for which lock, how long, and because of
 * whom, from the locks pass of a results folder. It reads and never measures. --perf runs
 * `perf lock contention` on the recordings that the folder keeps. perf takes the names of
 * functions from the kernel that runs; those of a guest's kernel are in the cache, where
 * the duel has left them.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/locks/locks.h"
#include "cli/show.h"
#include "dashboards/table/locks_table.h"
#include "lib/fs.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/profile/symbol_cache.h"

typedef void writer(struct buf *out, const struct locks *l, const struct results *r);
/* --- perf's own table ---------------------------------------------------------------- */

#define RECORDING "-locks.perf.data.gz"
#define UNPACKED_MAX ((size_t)1 << 30)

static int is_recording(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > strlen(RECORDING) && !strcmp(d->d_name + len - strlen(RECORDING), RECORDING);
}

/* The number behind a letter of "b0001-c0002-v01-locks.perf.data.gz". */
static size_t number_of(const char *name, char letter)
{
	const char *at = strchr(name, letter);

	return at ? strtoul(at + 1, NULL, 10) : 0;
}

static const char *member(const json_t *list, size_t number, const char *key)
{
	const char *text =
		json_string_value(json_object_get(json_array_get(list, number - 1), key));

	return text ? text : "?";
}

/* The names of the functions of that kernel; NULL: those of the kernel that runs. */
static char *kallsyms_of(const json_t *run, const char *kernel)
{
	const char *key = json_string_value(json_object_get(
		json_object_get(json_object_get(run, "kernels"), kernel), "kallsyms"));
	char *path = NULL;

	if (key && !symbol_cache_path(key, &path, NULL) && !fs_exists(path)) {
		free(path);
		path = NULL;
	}
	return path;
}

static int ask_perf(struct buf *out, const char *data, const char *kallsyms, struct err *e)
{
	const char *const argv[] = { "perf",   "lock", "contention",
				     "-i",     data,   kallsyms ? "--kallsyms" : NULL,
				     kallsyms, NULL };
	/* Into one buffer: perf 6.1 prints its table on stderr, later ones on stdout. */
	struct proc_opts o = { .out = out, .err = out };
	struct proc_exit x;
	int ret = proc_run(argv, &o, NULL, &x, e);

	if (ret == -ENOENT)
		err_exit(e, FSDUEL_MACHINE);
	if (!ret && x.status)
		ret = err_add(e, EIO, "perf lock contention ended with status %d: %s", x.status,
			      buf_str(out));
	return ret;
}

static int add_recording(struct buf *out, const char *dir, const char *name, const json_t *run,
			 struct err *e)
{
	const json_t *cells = json_object_get(run, "cells");
	const json_t *variants = json_object_get(run, "variants");
	const size_t cell = number_of(name, 'c'), variant = number_of(name, 'v');
	char *path = xasprintf("%s/" RAW_DIR "/%s", dir, name), *kallsyms;
	char plain[] = "/tmp/fsduel-perf.XXXXXX";
	struct buf file = BUF_INIT, data = BUF_INIT;
	int fd = mkstemp(plain);
	int ret = fd < 0 ? err_sys(e, errno, "cannot make a file in /tmp")
			 : fs_read(path, UNPACKED_MAX, &file, e);

	kallsyms = kallsyms_of(run, member(variants, variant, "kernel"));
	if (!ret)
		ret = fs_decompress(file.data, file.len, &data, e);
	if (!ret)
		ret = fs_write_atomic(plain, data.data, data.len, e);
	buf_addf(out, "%s%s  %s  %s  block %zu  (%s)\n", out->len ? "\n" : "",
		 member(cells, cell, "workload"), member(cells, cell, "params"),
		 member(variants, variant, "name"), number_of(name, 'b'), path);
	if (!ret)
		ret = ask_perf(out, plain, kallsyms, e);
	if (fd >= 0) {
		unlink(plain);
		close(fd);
	}
	free(kallsyms);
	free(path);
	buf_release(&file);
	buf_release(&data);
	return ret;
}

static int add_recordings(struct buf *out, const char *dir, struct err *e)
{
	char *raw = xasprintf("%s/" RAW_DIR, dir), *run_path = xasprintf("%s/" RUN_JSON, dir);
	struct dirent **names = NULL;
	json_t *run = NULL;
	int ret = fs_read_json(run_path, &run, e);
	int n = ret ? 0 : scandir(raw, &names, is_recording, alphasort);

	if (!ret && n <= 0)
		ret = err_add(
			e, ENOENT,
			"%s keeps no recording of a locks pass: measure with --pass locks, or "
			"raise the suite's raw_budget",
			dir);
	for (int i = 0; i < n; i++) {
		if (!ret)
			ret = add_recording(out, dir, names[i]->d_name, run, e);
		free(names[i]);
	}
	free(names);
	free(raw);
	free(run_path);
	json_decref(run);
	return ret;
}

/* --- the command ----------------------------------------------------------------------- */

static int run_perf(const char *dir, struct err *e)
{
	struct buf out = BUF_INIT;
	int code =
		add_recordings(&out, dir, e) ? err_exit_code(e, FSDUEL_USAGE) : show_print(&out, e);

	buf_release(&out);
	return code;
}

static writer *const writers[] = { locks_table, locks_csv, locks_json };

static int run(const struct call *c, struct err *e)
{
	const char *dir = c->args[0];
	struct results *r = NULL;
	struct locks *l = NULL;
	struct buf out = BUF_INIT;
	int ret, code = FSDUEL_USAGE;

	if (c->o.perf)
		return run_perf(dir, e);
	ret = results_load(&r, dir, e);
	if (!ret)
		ret = locks_load(&l, r, dir, e);
	if (!ret && !l)
		ret = err_add(e, ENOENT,
			      "%s has no locks pass: add one with `--resume %s --pass locks`, or "
			      "begin with --pass locks",
			      dir, dir);
	if (!ret) {
		writers[c->o.format](&out, l, r);
		code = show_print(&out, e);
	}
	locks_free(l);
	results_free(r);
	buf_release(&out);
	return code;
}

const struct command command_locks = {
	.name = "locks",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "show who waited for which lock, how long, and because of whom",
	.text = "DIR is a folder that was measured with --pass locks. For every cell and variant "
		"the table shows each class of locks that was waited for, shared and exclusive "
		"apart, and who waited where; `fsduel list locks` lists the classes, docs/locks.md "
		"says what is recorded. The cost of watching is the throughput of the watched runs "
		"against the others.\n\n"
		"Exit code 2: the folder has no locks pass or cannot be read.",
	.options = OPT(format) | OPT(perf),
	.formats = "table|csv|json",
	.run = run,
};
