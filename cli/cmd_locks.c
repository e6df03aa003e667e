/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_locks.c: `fsduel locks DIR`: who waited for which lock, how long, and because of
 * whom, from the locks pass of a results folder. It reads and never measures.
 */
#include <errno.h>

#include "analysis/locks/locks.h"
#include "cli/show.h"
#include "dashboards/table/locks_table.h"

typedef void writer(struct buf *out, const struct locks *l, const struct results *r);
static writer *const writers[] = { locks_table, locks_csv, locks_json };

static int run(const struct call *c, struct err *e)
{
	const char *dir = c->args[0];
	struct results *r = NULL;
	struct locks *l = NULL;
	struct buf out = BUF_INIT;
	int ret = results_load(&r, dir, e), code = FSDUEL_USAGE;

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
	.options = OPT(format),
	.formats = "table|csv|json",
	.run = run,
};
