/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_truth.c: `fsduel truth EXACT HOST`: exact mode's changes beside those of the wall clock. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/truth/truth.h"
#include "cli/show.h"
#include "dashboards/plot/plot.h"
#include "lib/fs.h"

#define PAIRS_MAX 16u /* of folders */
#define TRUTH_CSV "truth.csv"

struct pairs {
	struct shown s[2 * PAIRS_MAX];
	struct truth t;
};

static int load(struct pairs *p, char *const *dirs, unsigned nr, struct err *e)
{
	static const struct options none;
	int ret = 0;

	if (nr % 2) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL,
			       "%u folders: give them in pairs, the one of mode exact first", nr);
	}
	for (unsigned i = 0; i < nr && !ret; i++)
		ret = show_open(dirs[i], NULL, &none, &p->s[i], e);
	for (unsigned i = 0; i < nr && !ret; i += 2)
		ret = truth_add(&p->t,
				&(struct truth_pair){ { p->s[i].r, p->s[i + 1].r },
						      { &p->s[i].c, &p->s[i + 1].c } },
				e);
	truth_sum(&p->t);
	return ret;
}

static void release(struct pairs *p)
{
	truth_release(&p->t);
	for (unsigned i = 0; i < 2 * PAIRS_MAX; i++)
		show_close(&p->s[i]);
	free(p);
}

/* DIR/truth.csv and the picture, beside each other. */
static int keep(const struct pairs *p, const char *dir, struct err *e)
{
	char name[] = "truth", *path = xasprintf("%s/" TRUTH_CSV, dir);
	struct plot_request q = { .kind = plot_find(name, e), .name = name };
	struct plot_source source = { .r = p->s[0].r, .c = &p->s[0].c, .truth = &p->t };
	struct buf csv = BUF_INIT;
	int ret = fs_mkdir_p(dir, e);

	format_write(&csv, &format_csv, SUBJECT_TRUTH,
		     &(struct findings){ .r = p->s[0].r, .truth = &p->t });
	if (!ret)
		ret = fs_write_atomic(path, csv.data, csv.len, e);
	if (!ret)
		ret = plot_write(&source, &q, 1, dir, e);
	free(q.skipped);
	free(path);
	buf_release(&csv);
	return ret;
}

int truth_report(char *const *dirs, unsigned nr, const char *output, const struct format *f,
		 struct buf *summary, struct err *e)
{
	struct pairs *p = xcalloc(1, sizeof(*p));
	struct buf out = BUF_INIT;
	int code;

	if (load(p, dirs, nr, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
	} else {
		format_write(&out, f, SUBJECT_TRUTH,
			     &(struct findings){ .r = p->s[0].r, .truth = &p->t });
		code = show_print(&out, e);
		if (output && keep(p, output, e))
			code = err_exit_code(e, FSDUEL_MACHINE);
	}
	if (code == FSDUEL_OK && summary)
		table_truth_summary(summary, &p->t);
	buf_release(&out);
	release(p);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	return truth_report(c->args, c->nr_args, c->o.output, format_at(c->o.format, SUBJECT_TRUTH),
			    NULL, e);
}

const struct command command_truth = {
	.name = "truth",
	.args = "EXACT HOST [EXACT HOST...]",
	.min_args = 2,
	.max_args = 2 * PAIRS_MAX,
	.summary = "hold exact mode's changes against those of the host",
	.text = "Each pair of results folders is of one suite, first of mode exact, then of mode "
		"host or another on the wall clock. Each contrast and cell is a row with both "
		"changes and their 95 % intervals; so is each value of a parameter against its "
		"first one, on the baseline of the first contrast. --output DIR gets " TRUTH_CSV
		" and a picture, truth.svg and truth.png. `fsduel experiment truth` measures such "
		"pairs.",
	.options = OPT(output) | OPT(format),
	.formats = FORMATS_OF_TRUTH,
	.run = run,
};
