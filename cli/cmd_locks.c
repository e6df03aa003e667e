/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_locks.c: `fsduel locks DIR`: the threads that waited for locks, how long, and because
 * of whom, from the locks pass of a results folder. --perf runs `perf lock contention` on
 * the recordings that the folder keeps, with the names of functions that the duel has left
 * in the cache: perf itself would take those of the kernel that runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/locks/locks.h"
#include "cli/show.h"
#include "lib/fs.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/profile/symbol_cache.h"

#define UNPACKED_MAX ((size_t)1 << 30)

/* --- perf's own table ---------------------------------------------------------------- */

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

/* The file unpacked for perf, with the names of that kernel's functions, where they are kept. */
static int add_table(struct buf *out, const char *path, const char *symbols, struct err *e)
{
	char plain[] = "/tmp/fsduel-perf.XXXXXX", *kallsyms = NULL;
	struct buf file = BUF_INIT, data = BUF_INIT;
	int fd = mkstemp(plain);
	int ret = fd < 0 ? err_sys(e, errno, "cannot make a file in /tmp")
			 : fs_read(path, UNPACKED_MAX, &file, e);

	if (!ret)
		ret = fs_decompress(file.data, file.len, &data, e);
	if (!ret)
		ret = fs_write_atomic(plain, data.data, data.len, e);
	if (!ret && symbols && symbol_cache_path(symbols, &kallsyms, NULL))
		kallsyms = NULL;
	if (!ret)
		ret = ask_perf(out, plain, kallsyms && fs_exists(kallsyms) ? kallsyms : NULL, e);
	if (fd >= 0) {
		unlink(plain);
		close(fd);
	}
	free(kallsyms);
	buf_release(&file);
	buf_release(&data);
	return ret;
}

/* The recording of one cell run, if the folder keeps it. */
static int add_recording(struct buf *out, const char *dir, const json_t *run,
			 const struct plan_unit *u, struct err *e)
{
	json_t *cell = json_array_get(json_object_get(run, "cells"), u->cell);
	json_t *variant = json_array_get(json_object_get(run, "variants"), u->variant);
	const char *workload = "?", *params = "?", *name = "?", *kernel = "", *symbols = NULL;
	char key[64], *path;
	int ret = 0;

	plan_unit_key(u, key);
	path = xasprintf("%s/" RAW_DIR "/%s.perf.data.gz", dir, key);
	if (fs_exists(path)) {
		json_unpack(cell, "{s?s s?s}", "workload", &workload, "params", &params);
		json_unpack(variant, "{s?s s?s}", "name", &name, "kernel", &kernel);
		json_unpack((json_t *)run, "{s:{s:{s:s}}}", "kernels", kernel, "kallsyms",
			    &symbols);
		buf_addf(out, "%s%s  %s  %s  block %u  (%s)\n", out->len ? "\n" : "", workload,
			 params, name, u->block, path);
		ret = add_table(out, path, symbols, e);
	}
	free(path);
	return ret;
}

static int print_perf(const char *dir, struct err *e)
{
	json_t *run = NULL, *cells = NULL, *variants = NULL;
	struct buf out = BUF_INIT;
	int blocks = 0, ret = folder_read_run(dir, &run, e);
	size_t nr_cells, nr_variants;

	if (!ret)
		json_unpack(run, "{s?o s?o s?{s?i}}", "cells", &cells, "variants", &variants,
			    "suite", "blocks", &blocks);
	nr_cells = json_array_size(cells);
	nr_variants = json_array_size(variants);
	for (size_t i = 0; !ret && i < (size_t)(blocks > 0 ? blocks : 0) * nr_cells * nr_variants;
	     i++) {
		const struct plan_unit u = { .block = (unsigned)(i / nr_variants / nr_cells) + 1,
					     .cell = i / nr_variants % nr_cells,
					     .variant = i % nr_variants,
					     .pass = PASS_LOCKS };

		ret = add_recording(&out, dir, run, &u, e);
	}
	if (!ret && !out.len)
		ret = err_add(e, ENOENT,
			      "%s keeps no recording of a locks pass: measure with --pass locks, "
			      "or raise the suite's raw_budget",
			      dir);
	ret = ret ? err_exit_code(e, FSDUEL_USAGE) : show_print(&out, e);
	buf_release(&out);
	json_decref(run);
	return ret;
}

static int run(const struct call *c, struct err *e)
{
	struct shown s = { 0 };
	int code = FSDUEL_USAGE;

	if (c->o.perf)
		return print_perf(c->args[0], e);
	if (!show_pass(c->args[0], SUBJECT_LOCKS, &s, e))
		code = show_report(format_at(c->o.format, SUBJECT_LOCKS), SUBJECT_LOCKS, &s, e);
	show_close(&s);
	return code;
}

const struct command command_locks = {
	.name = "locks",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "show who waited for which lock, how long, and because of whom",
	.text = "DIR is a folder that was measured with --pass locks. For every cell and variant "
		"the table shows each class of locks with waits, shared and exclusive apart, and "
		"the places that waited; `fsduel list locks` lists the classes, and docs/locks.md "
		"explains the recording. The cost of watching is the throughput of the watched "
		"runs against the others.\n\n"
		"Exit code 2: the folder has no locks pass or cannot be read.",
	.options = OPT(format) | OPT(perf),
	.formats = FORMATS_OF_LOCKS,
	.run = run,
};
