/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experiment_show.c: the list of experiments, and the results of one; see show.h. */
#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

#include "dashboards/words/text.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "runners/vm/vm.h"

#define LETTER_TXT "letter.txt"
#define WIDTH 79u

static const struct options none;

static void add_line(struct buf *b, const char *first, const char *text)
{
	if (text)
		text_add_wrapped(b, first, text, WIDTH);
}

static void add_head(struct buf *b, const struct experiment *x, const struct suite *s)
{
	const char *asks = s->experiment.question ? s->experiment.question : s->about;
	char *name = xasprintf("%s%s: ", x->name, s->unscaled ? " unscaled" : "");

	text_add_wrapped(b, name, asks ? asks : x->path, WIDTH);
	add_line(b, "  work       ", s->experiment.work);
	add_line(b, "  published  ", s->experiment.published);
	free(name);
}

void experiment_print_head(const struct experiment *x, const struct suite *s)
{
	struct buf b = BUF_INIT;

	add_head(&b, x, s);
	printf("\n%s\n", buf_str(&b));
	fflush(stdout);
	buf_release(&b);
}

/* --- the list -------------------------------------------------------------------------- */

static void add_kernels(struct buf *b, const struct suite *s)
{
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < s->nr_kernels; i++) {
		const struct suite_kernel *k = &s->kernels[i];

		buf_addf(&list, "%s%s %s%s", i ? ", " : "", k->ref ? k->ref : k->label,
			 experiment_has_kernel(k, NULL) ? "" : "not ",
			 k->source ? "built" : "there");
	}
	add_line(b, "  kernels    ", buf_str(&list));
	buf_release(&list);
}

static int add_measuring(struct buf *b, const struct suite *s, unsigned guests, struct err *e)
{
	unsigned n = guests ? guests : vm_guests(s->memory_bytes);
	struct plan p = { 0 };
	char time[32];
	int ret = plan_make(&p, s, e);

	if (!ret)
		buf_addf(b, "  measuring  %zu cell runs, about %s\n", p.nr_units,
			 num_format_ns_human(time, (uint64_t)(plan_expected_wall_s(&p, n) * 1e9)));
	plan_release(&p);
	return ret;
}

int experiments_print_list(const struct experiments *x, bool unscaled, unsigned guests,
			   struct err *e)
{
	const struct suite_overrides over = { .unscaled = unscaled };
	int code = FSDUEL_OK, printed = 0;

	for (size_t i = 0; i < x->n; i++) {
		struct suite s = { 0 };
		struct buf b = BUF_INIT;
		int ret = suite_load(&s, x->v[i].path, &over, e);

		if (!ret) {
			add_head(&b, &x->v[i], &s);
			add_kernels(&b, &s);
			ret = add_measuring(&b, &s, guests, e);
		}
		if (!ret)
			printf("%s%s", printed++ ? "\n" : "", buf_str(&b));
		if (ret)
			code = err_exit_code(e, FSDUEL_USAGE);
		buf_release(&b);
		suite_release(&s);
	}
	return code;
}

/* --- results --------------------------------------------------------------------------- */

static int write_letter(const char *folder, struct err *e)
{
	char *path = xasprintf("%s/" LETTER_TXT, folder);
	struct buf block = BUF_INIT;
	int ret = letter_block(&block, folder, &none, e);

	if (!ret)
		ret = fs_write_atomic(path, block.data, block.len, e);
	buf_release(&block);
	free(path);
	return ret ? err_exit_code(e, FSDUEL_MACHINE) : FSDUEL_OK;
}

int experiment_print_results(const char *folder, struct buf *summary, struct err *e)
{
	struct buf drawn = BUF_INIT;
	int measured, code;

	/* A guard's suite asks which data were read, not how fast: there is nothing to compare. */
	if (guard_asked(folder))
		return guard_report(folder, &none, true, 0, summary, e);
	measured = show_finished(folder, summary, e);
	if (measured != FSDUEL_OK && measured != FSDUEL_UNMEASURED)
		return measured;
	printf("\n");
	/* The measured cells are drawn, also where others were not measured. */
	code = write_letter(folder, e);
	if (code == FSDUEL_OK)
		code = plot_folder(folder, &none, &drawn, e);
	if (code == FSDUEL_OK)
		code = report_folder(folder, &none, e);
	buf_release(&drawn);
	return code == FSDUEL_OK ? measured : code;
}
