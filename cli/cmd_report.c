/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_report.c: `fsduel report DIR`: a results folder as one page for a browser. Here the
 * folder's files are listed and the way from the page to them is found; what stands in
 * the page is dashboards/report/report.h's.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/compare/judge.h"
#include "cli/show.h"
#include "dashboards/report/report.h"
#include "lib/fs.h"

#define REPORT_HTML "report.html"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Regular files of DIR/below and, where depth is left, of the folders in it. */
static int list_files(struct strv *files, const char *dir, const char *below, unsigned depth,
		      struct err *e)
{
	char *path = xasprintf("%s/%s", dir, below);
	DIR *d = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!d)
		ret = err_sys(e, errno, "cannot read folder %s", path);
	while (d && !ret && (entry = readdir(d))) {
		char *name = xasprintf("%s%s", below, entry->d_name);
		char *whole = xasprintf("%s/%s", dir, name);
		struct stat st;

		/* A page that links to itself would change when it is written again. */
		if (*entry->d_name == '.' || !strcmp(name, REPORT_HTML) || lstat(whole, &st)) {
			;
		} else if (S_ISREG(st.st_mode)) {
			strv_add(files, name);
		} else if (S_ISDIR(st.st_mode) && depth) {
			char *folder = xasprintf("%s/", name);

			ret = list_files(files, dir, folder, depth - 1, e);
			free(folder);
		}
		free(whole);
		free(name);
	}
	if (d)
		closedir(d);
	free(path);
	return ret;
}

/* "../../results/" from folder a to folder b, both without links and from the root. */
static char *way(const char *a, const char *b)
{
	size_t same = 0;
	struct buf w = BUF_INIT;

	buf_adds(&w, "./");
	for (size_t i = 0;; i++) {
		bool ends_a = !a[i] || a[i] == '/', ends_b = !b[i] || b[i] == '/';

		if (ends_a && ends_b)
			same = i;
		if (a[i] != b[i] || !a[i])
			break;
	}
	a += same;
	b += same;
	for (; *a; a++) {
		if (*a == '/' && a[1])
			buf_adds(&w, "../");
	}
	b += strspn(b, "/");
	if (*b)
		buf_addf(&w, "%s/", b);
	return buf_detach(&w, NULL);
}

/* From the page's folder to the results folder. */
static int find_base(const char *dir, const char *file, char **base, struct err *e)
{
	char *of_file = xstrdup(file), *slash = strrchr(of_file, '/');
	char *to = realpath(dir, NULL), *from;
	int ret = 0;

	if (slash)
		slash[slash == of_file] = '\0';
	from = realpath(slash ? of_file : ".", NULL);
	*base = NULL;
	if (!to || !from)
		ret = err_sys(e, errno, "cannot find folder %s", to ? of_file : dir);
	else
		*base = way(from, to);
	free(from);
	free(to);
	free(of_file);
	return ret;
}

static int write_page(const char *file, struct report *page, const char *dir, struct err *e)
{
	struct strv files = STRV_INIT;
	struct buf out = BUF_INIT;
	char *base = NULL;
	int ret = find_base(dir, file, &base, e);

	if (!ret)
		ret = list_files(&files, dir, "", 1, e);
	if (!ret) {
		if (files.n)
			qsort(files.v, files.n, sizeof(*files.v), by_name);
		page->base = base;
		page->files = &files;
		report_write(&out, page);
		ret = fs_write_atomic(file, out.data, out.len, e);
	}
	buf_release(&out);
	strv_release(&files);
	free(base);
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
		"machine and the kernels. It holds all it needs, works without a network and "
		"loads nothing; the folder's files are linked where they lie.\n\n"
		"The exit code says whether the page could be written: it is no verdict.",
	.options = OPT(output) | OPT(contrast) | OPT(margin),
	.run = run,
};
