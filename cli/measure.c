/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure.c: see measure.h. runners/vm/duel.c measures, analysis/compare/judge.c judges. */
#include "cli/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "cli/show.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/suite/suite.h"
#include "runners/vm/vm.h"

/* --- a folder that is gone on with --------------------------------------------------- */

/* The reference a label was begun with; a suite's only kernel answers to "baseline" (suite.h). */
static const char *kernel_ref(json_t *kernels, const char *label)
{
	json_t *k = json_object_get(kernels, label);

	if (!k && !strcmp(label, "baseline") && json_object_size(kernels) == 1)
		k = json_object_iter_value(json_object_iter(kernels));
	return json_string_value(json_object_get(k, "ref"));
}

static void add_pass(struct option_strings *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i], name))
			return;
	if (all->n < OPTION_STRINGS_MAX)
		all->v[all->n++] = name;
}

int begun_read(struct begun *b, const char *dir, const struct option_strings *asked, struct err *e)
{
	int ret = folder_read_run(dir, &b->run, e), blocks = 0, watch_blocks = 0, unscaled = 0;
	json_t *kernels = NULL, *passes = NULL, *item;
	size_t i;

	if (ret)
		return ret;
	if (json_unpack(b->run, "{s?s s:{s:s s?i s?b} s?i s?o s?o}", "mode", &b->was.mode, "suite",
			"path", &b->suite, "blocks", &blocks, "unscaled", &unscaled, "watch_blocks",
			&watch_blocks, "kernels", &kernels, "passes", &passes)) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL, "%s is not a results folder", dir);
	}
	b->was.baseline = kernel_ref(kernels, "baseline");
	b->was.patched = kernel_ref(kernels, "patched");
	b->was.blocks = blocks > 0 ? (unsigned)blocks : 0;
	b->was.watch_blocks = (unsigned)watch_blocks;
	b->was.unscaled = unscaled;
	json_array_foreach(passes, i, item)
		if (json_is_string(item))
			add_pass(&b->passes, json_string_value(item));
	for (i = 0; asked && i < asked->n; i++)
		add_pass(&b->passes, asked->v[i]);
	return 0;
}

void begun_fill(struct suite_overrides *over, const struct begun *b)
{
	if (!over->running) {
		over->baseline = over->baseline ? over->baseline : b->was.baseline;
		over->patched = over->patched ? over->patched : b->was.patched;
	}
	over->mode = over->mode ? over->mode : b->was.mode;
	over->blocks = over->blocks ? over->blocks : b->was.blocks;
	over->watch_blocks = over->watch_blocks ? over->watch_blocks : b->was.watch_blocks;
	over->unscaled |= b->was.unscaled;
	over->passes = b->passes.v;
	over->nr_passes = b->passes.n;
}

void begun_release(struct begun *b)
{
	json_decref(b->run);
	*b = (struct begun){ 0 };
}

void legs_missing(struct reboot_legs *l, const char *dir, const struct plan *p)
{
	const struct folder f = { .dir = (char *)dir, .suite = p->suite, .plan = p, .lock_fd = -1 };
	bool *missing = xcalloc(p->nr_units + 1, sizeof(*missing));

	for (size_t i = 0; i < p->nr_units; i++)
		missing[i] = !folder_has(&f, &p->units[i]);
	reboot_legs_make(l, p, missing);
	free(missing);
}

/* --- the job ------------------------------------------------------------------------- */

struct suite_overrides overrides_of(const struct options *o)
{
	return (struct suite_overrides){
		.baseline = o->baseline ? o->baseline : o->kernel,
		.patched = o->patched,
		.blocks = (unsigned)o->blocks,
		.mode = o->mode,
		.passes = o->pass.v,
		.nr_passes = o->pass.n,
		.watch_blocks = (unsigned)o->watch_blocks,
		.unscaled = o->unscaled,
	};
}

int job_open(struct job *j, const struct call *c, const char *usual,
	     const struct suite_overrides *over, struct err *e)
{
	struct suite_overrides all = *over;
	const char *suite = c->nr_args ? c->args[0] : c->o.suite;
	int ret = 0;

	*j = (struct job){ .command = c->command->name, .o = &c->o };
	j->dir = c->o.resume ? c->o.resume : c->o.output;
	j->resume = c->o.resume;
	if (c->nr_args && c->o.suite)
		ret = err_add(e, EINVAL, "give the suite once: as the word SUITE or by -c");
	else if (!c->o.output == !c->o.resume)
		ret = err_add(e, EINVAL,
			      "give either --output DIR to begin or --resume DIR to go on");
	else if (!suite && !c->o.resume && !usual)
		ret = err_add(e, EINVAL,
			      "missing suite; usage: fsduel %s SUITE -o DIR, with SUITE such as "
			      "configs/quick.ini",
			      j->command);
	if (!ret && j->resume)
		ret = begun_read(&j->begun, j->dir, &c->o.pass, e);
	if (!ret && j->resume)
		begun_fill(&all, &j->begun);
	if (!suite)
		suite = j->resume ? j->begun.suite : usual;
	if (!ret)
		ret = suite_load(&j->suite, suite, &all, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}

void job_release(struct job *j)
{
	suite_release(&j->suite);
	begun_release(&j->begun);
}

/* --- too few blocks ------------------------------------------------------------------ */

static size_t count_families(const struct suite *s)
{
	unsigned(*pair)[2] = xcalloc(s->nr_contrasts + 1, sizeof(*pair));
	size_t families;

	for (size_t i = 0; i < s->nr_contrasts; i++) {
		pair[i][0] = (unsigned)s->contrasts[i].baseline;
		pair[i][1] = (unsigned)s->contrasts[i].patched;
	}
	families = judge_families((const unsigned(*)[2])pair, s->nr_contrasts, NULL);
	free(pair);
	return families;
}

void few_blocks_say(const struct plan *p, struct buf *b)
{
	const struct suite *s = p->suite;
	bool exact = s->mode == MODE_EXACT;
	unsigned least = judge_min_blocks(count_families(s), exact);

	if (s->guard.there || !s->nr_contrasts) /* no speed is judged */
		return;
	if (s->blocks < least)
		buf_addf(b,
			 "too few blocks: with %u, no cell can be called slower or faster, "
			 "whatever is measured%s: %u or more are needed (-b %u)",
			 s->blocks, exact ? ", as each is one seed" : "", least, least);
}

/* --- measuring ----------------------------------------------------------------------- */

int job_plan(struct plan *p, const struct job *j, struct progress_line *line, struct err *e)
{
	struct buf few = BUF_INIT;

	if (plan_make(p, &j->suite, e) || fio_ask(p, e))
		return err_exit_code(e, FSDUEL_USAGE);
	if (!j->resume && !j->o->quiet) {
		if (!j->suite.nr_looks && j->suite.mode != MODE_HOST)
			few_blocks_say(p, &few);
		if (few.len)
			progress_say(line, few.data);
		fio_notes(&j->suite, progress_say, line);
	}
	buf_release(&few);
	stop_signal_catch();
	return FSDUEL_OK;
}

static int measure_in_guests(struct job *j, struct plan *p, struct progress_line *line,
			     struct err *e)
{
	char *again = j->same ? xstrdup("the same command")
			      : xasprintf("fsduel %s --resume %s", j->command, j->dir);
	const struct duel_opts d = {
		.dir = j->dir,
		.resume = j->resume,
		.again = again,
		.guests = (unsigned)j->o->guests,
		.no_snapshot = j->o->no_snapshot,
		.initramfs = j->o->initramfs,
		.qemu = j->o->qemu,
		.destroy = j->o->destroy,
		.progress = progress_show,
		.say = progress_say,
		.arg = line,
		.stop = &stop_signal,
	};
	struct progress last;
	int ret = duel_run(&j->suite, p, &d, &last, e);

	free(again);
	return ret;
}

static int measure_here(struct job *j, struct plan *p, struct progress_line *line, struct err *e)
{
	struct host_part *h = j->host;
	const struct host_opts o = {
		.dir = j->dir,
		.kernel = h->kernel,
		.target = h->target,
		.block = h->block,
		.settle_ns = h->settle_ns,
		.progress = progress_show,
		.say = progress_say,
		.arg = line,
		.stop = &stop_signal,
	};

	return host_run(&j->suite, p, &o, &h->last, &h->elsewhere, e);
}

int job_measure(struct job *j, struct err *e)
{
	struct plan p = { 0 };
	struct progress_line line = progress_line(j->command, &p, j->o->quiet);
	int ret, code = FSDUEL_MACHINE;

	if (!suite_draw_order(&j->suite, j->dir, e))
		code = job_plan(&p, j, &line, e);
	else
		code = err_exit_code(e, code);
	if (code == FSDUEL_OK) {
		ret = (j->host ? measure_here : measure_in_guests)(j, &p, &line, e);
		progress_end(&line);
		code = !ret                           ? FSDUEL_OK
		       : ret == -EINTR && stop_signal ? 128 + stop_signal
						      : err_exit_code(e, FSDUEL_UNMEASURED);
	}
	plan_release(&p);
	return code;
}

void job_set_looks(struct job *j, unsigned max_blocks)
{
	struct judge_look looks[JUDGE_LOOKS_MAX];
	struct suite *s = &j->suite;

	s->nr_looks = judge_looks(max_blocks, looks);
	for (size_t i = 0; i < s->nr_looks; i++)
		s->looks[i] = (struct suite_look){ looks[i].blocks, looks[i].alpha };
}

/* Deciding cells, and those of them that are unsure so far. */
static int count_unsure(const char *dir, unsigned *unsure, unsigned *cells, struct err *e)
{
	static const struct options none;
	struct shown s = { 0 };
	int ret = show_open(dir, NULL, &none, &s, e);

	*unsure = comparison_count(&s.c, VERDICT_UNSURE);
	*cells = 0;
	for (enum verdict v = VERDICT_NONE; v < NR_VERDICTS; v++)
		*cells += comparison_count(&s.c, v);
	show_close(&s);
	return ret;
}

int job_measure_until_sure(struct job *j, struct err *e)
{
	struct progress_line line = progress_line(j->command, NULL, j->o->quiet);
	const unsigned done = j->resume ? j->suite.blocks : 0;
	struct suite *s = &j->suite;

	for (size_t k = 0; k < s->nr_looks; k++) {
		unsigned unsure, cells;
		struct buf b = BUF_INIT;
		int code;

		if (s->looks[k].blocks < done)
			continue;
		s->blocks = s->looks[k].blocks;
		code = job_measure(j, e);
		if (code != FSDUEL_OK)
			return code;
		if (count_unsure(j->dir, &unsure, &cells, e))
			return err_exit_code(e, FSDUEL_USAGE);
		if (!unsure)
			break;
		j->resume = true;
		buf_addf(&b, "after %u blocks %u of %u cells unsure", s->blocks, unsure, cells);
		if (k + 1 < s->nr_looks)
			buf_addf(&b, "; going on to %u", s->looks[k + 1].blocks);
		if (!j->o->quiet)
			progress_say(&line, b.data);
		buf_release(&b);
	}
	return FSDUEL_OK;
}
