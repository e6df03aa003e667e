/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure.c: see measure.h. Measuring is runners/vm/duel.c, judging analysis/compare/judge.c. */
#include "cli/measure.h"

#include <errno.h>
#include <stdlib.h>

#include "analysis/compare/judge.h"
#include "cli/command.h"
#include "cli/few_blocks.h"
#include "cli/fio_ask.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "runners/suite/suite.h"
#include "runners/vm/duel.h"

int measure_suite(struct suite *s, const struct measure_opts *o, struct err *e)
{
	struct plan p = { 0 };
	struct progress_line line = progress_line(o->command, &p, o->quiet);
	struct duel_opts d = {
		.dir = o->dir,
		.resume = o->resume,
		.guests = o->guests,
		.initramfs = o->initramfs,
		.qemu = o->qemu,
		.destroy = o->destroy,
		.progress = progress_show,
		.before = progress_before,
		.say = progress_say,
		.arg = &line,
		.stop = &stop_signal,
	};
	struct buf few = BUF_INIT;
	struct progress last;
	char *again;
	int ret = suite_draw_order(s, o->dir, e);

	if (ret)
		return err_exit_code(e, FSDUEL_MACHINE);
	ret = plan_make(&p, s, e);

	if (!ret)
		ret = fio_ask(&p, e);
	if (ret) {
		plan_release(&p);
		return err_exit_code(e, FSDUEL_USAGE);
	}
	if (!s->nr_looks && !o->resume)
		few_blocks_say(&p, &few);
	if (few.len && !o->quiet)
		progress_say(&line, few.data);
	buf_release(&few);
	if (!o->resume && !o->quiet)
		fio_notes(s, progress_say, &line);
	stop_signal_catch();
	again = o->same ? xstrdup("the same command")
			: xasprintf("fsduel %s --resume %s", o->command, o->dir);
	d.again = again;
	ret = duel_run(s, &p, &d, &last, e);
	progress_end(&line);
	plan_release(&p);
	free(again);
	if (ret == -EINTR && stop_signal)
		return 128 + stop_signal;
	return ret ? err_exit_code(e, FSDUEL_UNMEASURED) : FSDUEL_OK;
}

/* Deciding cells that are unsure so far, and of how many. */
static int count_unsure(const char *dir, unsigned *unsure, unsigned *cells, struct err *e)
{
	static const struct show_options defaults = { 0 };
	struct comparison c = { 0 };
	struct results *r = NULL;
	int ret = show_load(dir, &defaults, &r, &c, e);

	*unsure = comparison_count(&c, VERDICT_UNSURE);
	*cells = 0;
	for (enum verdict v = VERDICT_NONE; v < NR_VERDICTS; v++)
		*cells += comparison_count(&c, v);
	comparison_release(&c);
	results_free(r);
	return ret;
}

int measure_until_sure(struct suite *s, const struct measure_opts *o, unsigned done, struct err *e)
{
	struct progress_line line = progress_line(o->command, NULL, o->quiet);
	struct measure_opts step = *o;

	for (size_t k = 0; k < s->nr_looks; k++) {
		unsigned unsure, cells;
		struct buf b = BUF_INIT;
		int code;

		if (s->looks[k].blocks < done)
			continue;
		s->blocks = s->looks[k].blocks;
		code = measure_suite(s, &step, e);
		if (code != FSDUEL_OK)
			return code;
		if (count_unsure(o->dir, &unsure, &cells, e))
			return err_exit_code(e, FSDUEL_USAGE);
		if (!unsure)
			break;
		step.resume = true;
		buf_addf(&b, "after %u blocks %u of %u cells unsure", s->blocks, unsure, cells);
		if (k + 1 < s->nr_looks)
			buf_addf(&b, "; going on to %u", s->looks[k + 1].blocks);
		if (!o->quiet)
			progress_say(&line, b.data);
		buf_release(&b);
	}
	return FSDUEL_OK;
}
