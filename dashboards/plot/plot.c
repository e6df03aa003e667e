/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot.c: the kinds of pictures, and gnuplot run on one script for all of them; see plot.h. */
#include "dashboards/plot/plot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dashboards/plot/plot_impl.h"
#include "lib/data.h"
#include "lib/fs.h"
#include "lib/proc.h"

#define SCRIPTS "dashboards/plot"
#define COMMON_GP "common.gp"
#define PLOTS_GP "plots.gp"
#define DATA_DIR "data"
#define HEAD_COLUMNS 134u
#define TIMEOUT_NS (300 * 1000000000ull)

const struct plot_kind plot_kinds[] = {
#define KIND(name, script, needs, help, per) { #name, script, needs, help, per, plot_fill_##name },
	PLOT_KINDS(KIND)
#undef KIND
		{ .name = NULL },
};

const struct plot_kind *plot_find(const char *name, struct err *e)
{
	struct buf known = BUF_INIT;

	for (const struct plot_kind *k = plot_kinds; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	for (const struct plot_kind *k = plot_kinds; k->name; k++)
		buf_addf(&known, "%s%s", known.len ? ", " : "", k->name);
	err_add(e, EINVAL, "unknown kind of plot '%.32s'; known: %s", name, buf_str(&known));
	buf_release(&known);
	return NULL;
}

/* --- gnuplot and its scripts ------------------------------------------------------------ */

/* Absolute, for gnuplot runs elsewhere. */
static char *scripts_dir(void)
{
	char *dir = data_find(SCRIPTS "/" COMMON_GP);
	char *real;

	if (!dir)
		return NULL;
	*strrchr(dir, '/') = '\0';
	real = realpath(dir, NULL);
	free(dir);
	return real;
}

static int missing(struct err *e, const char *sentence)
{
	err_exit(e, FSDUEL_MACHINE);
	return err_add(e, ENOENT, "%s", sentence);
}

static int run_gnuplot(const char *dir, struct err *e)
{
	/* -d: nobody's settings change a picture. */
	const char *const argv[] = { "gnuplot", "-d", PLOTS_GP, NULL };
	const struct proc_opts o = { .cwd = dir, .timeout_ns = TIMEOUT_NS };

	return proc_check(argv, &o, NULL, e);
}

/* --- one picture ------------------------------------------------------------------------- */

/* Not fs_write_atomic: what can be made anew in a moment need not wait for a disk. */
static int put_file(const char *path, const struct buf *b, struct err *e)
{
	FILE *f = fopen(path, "w");
	bool bad = !f || (b->len && fwrite(b->data, 1, b->len, f) != b->len);

	if ((f && fclose(f)) || bad)
		return err_sys(e, errno, "cannot write %s", path);
	return 0;
}

static int write_tables(const struct plot_set *t, const char *dir, const char *name, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < t->nr_tables; i++) {
		char *path = xasprintf("%s/" DATA_DIR "/%s-%zu.csv", dir, name, i + 1);

		ret = put_file(path, &t->tables[i].text, e);
		free(path);
	}
	return ret;
}

/* The assignments and the script of one picture, as an SVG and as a PNG. */
static void add_picture(struct buf *driver, const struct plot_set *t, const struct plot_request *q,
			const char *scripts)
{
	static const char *const types[] = { "svg", "png" };
	char *script = xasprintf("%s/%s", scripts, q->kind->script), *ids = xstrdup(q->name);

	for (char *at = ids; (at = strpbrk(at, "-."));)
		*at = '_'; /* all that gnuplot takes in an SVG's ids */
	for (int i = 0; i < 2; i++) {
		buf_addf(driver,
			 "type='%s'\nout='%s.%s'\nname='%s'\ndata='" DATA_DIR "/%s'\nheads=%u\n",
			 types[i], q->name, types[i], ids, q->name, t->heads);
		buf_add(driver, t->vars.data, t->vars.len);
		buf_adds(driver, "load ");
		plot_add_quoted(driver, script);
		buf_addc(driver, '\n');
	}
	free(script);
	free(ids);
}

/* Tables into DIR/data, and all pictures into the driver. */
static int prepare(const struct plot_source *s, struct plot_request *q, size_t nr, const char *dir,
		   const char *scripts, struct buf *driver, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++) {
		struct plot_set t = { .wide = HEAD_COLUMNS };

		q[i].kind->fill(&t, s, &q[i], &q[i].skipped);
		if (!q[i].skipped) {
			ret = write_tables(&t, dir, q[i].name, e);
			add_picture(driver, &t, &q[i], scripts);
		}
		plot_set_release(&t);
	}
	return ret;
}

int plot_write(const struct plot_source *s, struct plot_request *q, size_t nr, const char *dir,
	       struct err *e)
{
	char *gnuplot = proc_which("gnuplot"), *scripts = scripts_dir();
	char *data = xasprintf("%s/" DATA_DIR, dir), *path = xasprintf("%s/" PLOTS_GP, dir);
	struct buf driver = BUF_INIT;
	int ret;

	if (!gnuplot)
		ret = missing(
			e, "pictures are drawn by gnuplot, which is not there: install the package "
			   "gnuplot-nox");
	else if (!scripts)
		ret = missing(e, "the scripts of the pictures (dashboards/plot/*.gp) are not "
				 "there: run fsduel "
				 "in its source folder, or install it");
	else
		ret = fs_mkdir_p(data, e);
	if (!ret)
		ret = prepare(s, q, nr, dir, scripts, &driver, e);
	if (!ret)
		ret = put_file(path, &driver, e);
	if (!ret && driver.len)
		ret = run_gnuplot(dir, e);
	buf_release(&driver);
	free(gnuplot);
	free(scripts);
	free(data);
	free(path);
	return ret;
}
