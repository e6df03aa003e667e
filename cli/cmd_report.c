/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_report.c: `fsduel report DIR`: lists the files; dashboards/report writes the page. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "cli/show.h"
#include "dashboards/report/report.h"
#include "lib/fs.h"

#define REPORT_HTML "report.html"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The regular files of the folder and of the folders in it, but for hidden ones and pages. */
static int list_files(struct strv *files, const char *dir, struct err *e)
{
	char *const roots[] = { (char *)dir, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	FTSENT *f;
	int ret = 0;

	while (fts && !ret && (f = fts_read(fts))) {
		const char *name = f->fts_path + strlen(dir);

		name += strspn(name, "/");
		if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR)
			ret = err_sys(e, f->fts_errno, "cannot read folder %s", f->fts_path);
		else if (f->fts_level && (f->fts_level > 2 || *f->fts_name == '.'))
			fts_set(fts, f, FTS_SKIP);
		/* A page that links to itself would change when it is written again. */
		else if (f->fts_info == FTS_F && strcmp(name, REPORT_HTML) != 0)
			strv_add(files, name);
	}
	if (!fts)
		ret = err_sys(e, errno, "cannot read folder %s", dir);
	else
		fts_close(fts);
	if (files->n)
		qsort(files->v, files->n, sizeof(*files->v), by_name);
	return ret;
}

/* "./", or the results folder from the root, where the page is elsewhere. */
static int find_base(struct buf *base, const char *dir, const char *file, struct err *e)
{
	const char *slash = strrchr(file, '/');
	char *parent = slash ? xstrndup(file, (size_t)(slash - file) + 1) : xstrdup(".");
	char *from = realpath(parent, NULL), *to = realpath(dir, NULL);
	int ret = 0;

	if (!to || !from)
		ret = err_sys(e, errno, "cannot find folder %s", to ? parent : dir);
	else
		buf_addf(base, "%s/", strcmp(from, to) ? to : ".");
	free(from);
	free(to);
	free(parent);
	return ret;
}

static int write_page(const char *file, struct report *page, const char *dir, struct err *e)
{
	struct strv files = STRV_INIT;
	struct buf out = BUF_INIT, base = BUF_INIT;
	int ret = find_base(&base, dir, file, e);

	if (!ret)
		ret = list_files(&files, dir, e);
	if (!ret) {
		page->base = base.data;
		page->files = &files;
		report_write(&out, page);
		ret = fs_write_atomic(file, out.data, out.len, e);
	}
	buf_release(&out);
	buf_release(&base);
	strv_release(&files);
	return ret;
}

int report_folder(const char *dir, const struct options *o, struct err *e)
{
	char *path = o->output ? xstrdup(o->output) : xasprintf("%s/" REPORT_HTML, dir);
	struct shown s = { 0 };
	json_t *series = NULL;
	int code = FSDUEL_USAGE;

	if (!show_open(dir, NULL, o, &s, e) && !report_series_read(&series, s.r, dir, e)) {
		struct report page = {
			.results = s.r,
			.comparison = &s.c,
			.locks = s.locks,
			.costs = s.costs,
			.series = series,
			.folder = dir,
		};

		comparison_judge_rest(&s.c, s.r);
		code = write_page(path, &page, dir, e) ? FSDUEL_MACHINE : FSDUEL_OK;
	}
	if (code == FSDUEL_OK && (printf("report: %s\n", path) < 0 || fflush(stdout))) {
		err_sys(e, errno, "cannot write to standard output");
		code = FSDUEL_MACHINE;
	}
	json_decref(series);
	show_close(&s);
	free(path);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	return report_folder(c->args[0], &c->o, e);
}

const struct command command_report = {
	.name = "report",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "write a results folder as one page for a browser",
	.text = "The page is --output, or DIR/report.html. It has the verdicts in a table that "
		"sorts and filters, for every cell its samples, plots, roles and locks, and the "
		"machine and the kernels. It works without a network and loads nothing; it links "
		"the folder's files in their place.\n\n"
		"The exit code says whether the page could be written: it is no verdict.",
	.options = OPT(output) | OPT(contrast) | OPT(margin),
	.run = run,
};
