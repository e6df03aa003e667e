/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_plot.c: `fsduel plot DIR`: chooses and names pictures; dashboards/plot draws them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show.h"
#include "dashboards/plot/plot.h"
#include "dashboards/words/text.h"

#define OUTPUT_DIR "plots" /* in the results folder */
#define WIDTH 79u

struct pictures {
	struct plot_request *q;
	size_t nr;
};

#define PLAIN "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"

/* "scaling", or "scaling-CONTRAST": only characters that suit any file system and gnuplot. */
static char *file_name(const char *kind, const char *contrast, size_t number, bool alone)
{
	struct buf b = BUF_INIT;

	if (alone)
		return xstrdup(kind);
	buf_addf(&b, "%s-", kind);
	for (const char *c = contrast; *c; c++)
		buf_addc(&b, strchr(PLAIN, *c) ? *c : '_');
	if (contrast[strspn(contrast, PLAIN)])
		buf_addf(&b, "-%zu", number);
	return buf_detach(&b, NULL);
}

/* The names of the contrasts that have rows. */
static struct strv contrasts_of(const struct comparison *c)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < c->nr_rows; i++)
		if (strv_find(&names, c->rows[i].contrast) < 0)
			strv_add(&names, c->rows[i].contrast);
	return names;
}

static void add_kind(struct pictures *p, const struct options *o, const struct plot_kind *kind,
		     const struct strv *contrasts)
{
	bool alone = kind->per != PER_CONTRAST || contrasts->n == 1;

	for (size_t i = 0; i < contrasts->n && !(alone && i); i++) {
		p->q = xrealloc(p->q, p->nr + 1, sizeof(*p->q));
		p->q[p->nr++] = (struct plot_request){
			.kind = kind,
			.contrast = contrasts->v[i],
			.workload = o->workload,
			.name = file_name(kind->name, contrasts->v[i], i + 1, alone),
		};
	}
}

static int list_pictures(struct pictures *p, const struct options *o, const struct strv *contrasts,
			 struct err *e)
{
	for (const struct plot_kind *k = plot_kinds; !o->kind.n && k->name; k++)
		if (k->per != PER_PAIR)
			add_kind(p, o, k, contrasts);
	for (size_t i = 0; i < o->kind.n; i++) {
		const struct plot_kind *k = plot_find(o->kind.v[i], e);

		if (!k)
			return -EINVAL;
		add_kind(p, o, k, contrasts);
	}
	return 0;
}

static void add_skipped(struct buf *out, const struct plot_request *q)
{
	struct buf first = BUF_INIT;

	buf_addf(&first, "%s is not drawn: ", q->name);
	text_add_wrapped(out, buf_str(&first), q->skipped, WIDTH);
	buf_release(&first);
}

/* The files, then the pictures that are left out, and why. */
static unsigned report(struct buf *out, const struct pictures *p, const char *dir)
{
	unsigned drawn = 0;

	for (size_t i = 0; i < p->nr; i++) {
		const struct plot_request *q = &p->q[i];

		if (q->skipped)
			continue;
		buf_addf(out, "%s/%s.svg, .png: %s\n", dir, q->name, q->kind->help);
		drawn++;
	}
	for (size_t i = 0; i < p->nr; i++)
		if (p->q[i].skipped)
			add_skipped(out, &p->q[i]);
	return drawn;
}

static int draw(struct pictures *p, const struct options *o, const char *dir, const struct shown *s,
		struct buf *said, struct err *e)
{
	const struct plot_source source = { s->r, &s->c, s->locks, s->costs, NULL };
	char *output = o->output ? xstrdup(o->output) : xasprintf("%s/" OUTPUT_DIR, dir);
	int ret = plot_write(&source, p->q, p->nr, output, e);
	int code = ret ? err_exit_code(e, FSDUEL_MACHINE) : FSDUEL_OK;

	if (!ret && !report(said, p, output)) {
		err_add(e, ENOENT, "there is nothing in %s to be drawn", dir);
		code = FSDUEL_USAGE;
	}
	free(output);
	return code;
}

int plot_folder(const char *dir, const struct options *o, struct buf *said, struct err *e)
{
	const struct options show = { .contrast = o->contrast };
	struct strv contrasts = STRV_INIT;
	struct pictures p = { 0 };
	struct shown s = { 0 };
	int code = FSDUEL_USAGE;

	if (!show_open(dir, NULL, &show, &s, e)) {
		contrasts = contrasts_of(&s.c);
		if (!list_pictures(&p, o, &contrasts, e))
			code = draw(&p, o, dir, &s, said, e);
	}
	for (size_t i = 0; i < p.nr; i++) {
		free(p.q[i].name);
		free(p.q[i].skipped);
	}
	free(p.q);
	strv_release(&contrasts);
	show_close(&s);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	struct buf said = BUF_INIT;
	int code = plot_folder(c->args[0], &c->o, &said, e);

	if (said.len && show_print(&said, e))
		code = FSDUEL_MACHINE;
	buf_release(&said);
	return code;
}

#define KIND_LINE(name, script, needs, help, per) "\n  " #name ": " help
#define KIND_LINES PLOT_KINDS(KIND_LINE)

const struct command command_plot = {
	.name = "plot",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "draw a results folder: change, scaling, latency, locks, and more",
	.text = "Draws each kind of picture as SVG and PNG by gnuplot, into --output or DIR/plots. "
		"A picture without data is left out, and the reason is printed:" KIND_LINES "\n\n"
		"Their tables are in data/, and plots.gp draws them all again: docs/plots.md. Exit "
		"code 3: gnuplot is missing.",
	.options = OPT(output) | OPT(kind) | OPT(contrast) | OPT(workload),
	.run = run,
};
