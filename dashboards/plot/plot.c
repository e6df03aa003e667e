/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot.c: the kinds of pictures, and gnuplot run on them; see plot.h. gnuplot gets one
 * script, plots.gp, that sets the variables of each picture and loads its script.
 */
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
#define ASCII_COLUMNS 79u
#define HEAD_COLUMNS 134u
#define TIMEOUT_NS (300 * 1000000000ull)

const struct plot_kind plot_kinds[] = {
#define KIND(name, script, needs, help, once)                                                      \
	{ #name, script, needs, help, once, plot_fill_##name },
	PLOT_KINDS(KIND)
#undef KIND
		{ .name = NULL },
};

static const struct {
	const char *type, *suffix;
} formats[] = {
	[PLOT_SVG] = { "svg", "svg" },
	[PLOT_PNG] = { "png", "png" },
	[PLOT_ASCII] = { "dumb", "txt" },
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

void plot_request_release(struct plot_request *q)
{
	buf_release(&q->image);
	free(q->skipped);
	q->skipped = NULL;
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

static const char *name_of(const struct plot_request *q, size_t i, char fallback[32])
{
	if (q->name)
		return q->name;
	snprintf(fallback, 32, "p%zu", i);
	return fallback;
}

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

/* The assignments and the script of one picture. */
static void add_picture(struct buf *driver, const struct plot_set *t, const struct plot_request *q,
			const char *name, const char *scripts)
{
	char *script = xasprintf("%s/%s", scripts, q->kind->script), *ids = xstrdup(name);

	for (char *at = ids; (at = strpbrk(at, "-."));)
		*at = '_'; /* all that gnuplot takes in an SVG's ids */
	buf_addf(driver,
		 "type='%s'\nout='%s.%s'\nname='%s'\ncolumns=%u\n"
		 "data='" DATA_DIR "/%s'\nheads=%u\n",
		 formats[q->format].type, name, formats[q->format].suffix, ids,
		 q->columns ? q->columns : ASCII_COLUMNS, name, t->heads);
	buf_add(driver, t->vars.data, t->vars.len);
	buf_adds(driver, "load ");
	plot_add_quoted(driver, script);
	buf_addc(driver, '\n');
	free(script);
	free(ids);
}

static void start_set(struct plot_set *t, const struct plot_request *q)
{
	unsigned columns = q->columns ? q->columns : ASCII_COLUMNS;

	plot_set_release(t);
	t->ascii = q->format == PLOT_ASCII;
	t->wide = t->ascii ? columns - 1 : HEAD_COLUMNS;
}

static bool shares_tables(const struct plot_request *a, const struct plot_request *b)
{
	return a->name && b->name && !strcmp(a->name, b->name) && a->kind == b->kind &&
	       (a->format == PLOT_ASCII) == (b->format == PLOT_ASCII);
}

/* Tables into DIR/data, and all pictures into the driver. */
static int prepare(const struct plot_source *s, struct plot_request *q, size_t nr, const char *dir,
		   const char *scripts, struct buf *driver, struct err *e)
{
	struct plot_set t = { 0 };
	int ret = 0;

	for (size_t i = 0; !ret && i < nr; i++) {
		char fallback[32];
		const char *name = name_of(&q[i], i, fallback);

		if (!i || !shares_tables(&q[i - 1], &q[i])) {
			start_set(&t, &q[i]);
			q[i].kind->fill(&t, s, &q[i], &q[i].skipped);
			if (!q[i].skipped)
				ret = write_tables(&t, dir, name, e);
		} else if (q[i - 1].skipped) {
			q[i].skipped = xstrdup(q[i - 1].skipped);
		}
		if (!ret && !q[i].skipped)
			add_picture(driver, &t, &q[i], name, scripts);
	}
	plot_set_release(&t);
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

/* --- in memory ---------------------------------------------------------------------------- */

/*
 * Text without the form feed that gnuplot begins pages with, blanks at line ends, empty
 * lines at either end, or two of them together.
 */
static void tidy_text(struct buf *b)
{
	struct buf out = BUF_INIT;
	bool gap = false;

	for (const char *at = buf_str(b); *at;) {
		size_t len, shown;

		at += *at == '\f';
		shown = len = strcspn(at, "\n");
		while (shown && at[shown - 1] == ' ')
			shown--;
		if (shown) {
			buf_adds(&out, gap && out.len ? "\n" : "");
			buf_add(&out, at, shown);
			buf_addc(&out, '\n');
		}
		gap = !shown;
		at += len + (at[len] == '\n');
	}
	buf_release(b);
	*b = out;
}

/* An SVG without the groups of nothing that gnuplot leaves: a third of it. */
static void slim_svg(struct buf *b)
{
	struct buf out = BUF_INIT;
	const char *at = buf_str(b);

	while (*at) {
		size_t len = strcspn(at, "\n");
		const char *next = at + len + (at[len] == '\n');

		if (!strncmp(at, "<g ", 3) && !strncmp(next, "</g>\n", 5)) {
			at = next + 5;
			continue;
		}
		at += *at == '\t';
		buf_add(&out, at, (size_t)(next - at));
		at = next;
	}
	buf_release(b);
	*b = out;
}

static int read_image(struct plot_request *q, size_t i, const char *dir, struct err *e)
{
	char fallback[32];
	char *path = xasprintf("%s/%s.%s", dir, name_of(q, i, fallback), formats[q->format].suffix);
	int ret = fs_read(path, 0, &q->image, e);

	if (!ret && q->format == PLOT_ASCII)
		tidy_text(&q->image);
	else if (!ret && q->format == PLOT_SVG)
		slim_svg(&q->image);
	free(path);
	return ret;
}

int plot_render(const struct plot_source *s, struct plot_request *q, size_t nr, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/fsduel-plots-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int ret;

	if (!mkdtemp(dir)) {
		ret = err_sys(e, errno, "cannot make the folder %s", dir);
		free(dir);
		return ret;
	}
	ret = plot_write(s, q, nr, dir, e);
	for (size_t i = 0; !ret && i < nr; i++)
		if (!q[i].skipped)
			ret = read_image(&q[i], i, dir, e);
	fs_remove_tree(dir, NULL);
	free(dir);
	return ret;
}
