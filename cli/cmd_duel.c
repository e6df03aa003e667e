/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_duel.c: `fsduel duel`: measure a suite in guests and print the
 * comparison. Measuring is measure.c and runners/vm/duel.c; here are the options.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "cli/command.h"
#include "cli/measure.h"
#include "cli/passes.h"
#include "cli/resumed.h"
#include "cli/show.h"

struct duel_options {
	const char *suite, *output, *resume, *baseline, *patched, *initramfs, *mode, *qemu;
	const char *destroy;
	uint64_t blocks, guests, max_blocks, watch_blocks;
	struct option_strings passes;
	bool quiet, until_sure, unscaled;
};

#define MAX_BLOCKS 20 /* of an adaptive run, unless the user says */
#define BLOCKS_MAX 1000

#define AT(member) offsetof(struct duel_options, member)

/* clang-format off */
static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file, such as configs/quick.ini", AT(suite), false },
	{ 'o', "output", OPT_STRING, "DIR", "results folder to make", AT(output), false },
	{ 0, "resume", OPT_STRING, "DIR", "go on with a results folder: measure only what is missing", AT(resume), false },
	{ 0, "baseline", OPT_STRING, "KERNEL", "bzImage, unpacked package, build tree or fetched name", AT(baseline), false },
	{ 0, "patched", OPT_STRING, "KERNEL", "the same for the other side", AT(patched), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto, instead of the suite's", AT(mode), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks instead of the suite's", AT(blocks), false },
	{ 0, "until-sure", OPT_FLAG, NULL, "add blocks until every cell is decided, looking at 8, 12, 16 and 20", AT(until_sure), false },
	{ 0, "max-blocks", OPT_COUNT, "N", "with --until-sure: at most that many blocks instead of 20", AT(max_blocks), false },
	{ 0, "pass", OPT_STRINGS, "PASS", "measure again with something watching: locks (who waits for which lock, how long)", AT(passes), false },
	{ 0, "watch-blocks", OPT_COUNT, "N", "blocks, from the first on, that passes watch, instead of the suite's", AT(watch_blocks), false },
	{ 0, "unscaled", OPT_FLAG, NULL, "the suite's work as it was before it was scaled down: its keys unscaled.*", AT(unscaled), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once (default: one a core that memory has room for); changes no result", AT(guests), false },
	{ 0, "initramfs", OPT_STRING, "FILE", "use this initramfs instead of packing one", AT(initramfs), false },
	{ 0, "qemu", OPT_STRING, "PROGRAM", "another QEMU than the first qemu-system-x86_64 in PATH", AT(qemu), false },
	{ 0, "destroy", OPT_STRING, "PATH", "the suite's [device] path once more: format it for every cell run", AT(destroy), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};
/* clang-format on */

static int check_options(const struct duel_options *o, struct err *e)
{
	err_exit(e, FSDUEL_USAGE);
	if (!o->output == !o->resume)
		return err_add(e, EINVAL,
			       "give either --output DIR to begin or --resume DIR to go on");
	if (!o->suite && !o->resume)
		return err_add(e, EINVAL, "give the suite: -c configs/quick.ini");
	if (o->blocks > BLOCKS_MAX || o->watch_blocks > BLOCKS_MAX || o->guests > 256)
		return err_add(e, EINVAL,
			       "--blocks and --watch-blocks go up to 1000, --guests up to "
			       "256");
	if (o->until_sure && o->blocks)
		return err_add(e, EINVAL,
			       "--until-sure chooses the blocks itself: give --max-blocks");
	if (o->max_blocks && !o->until_sure)
		return err_add(e, EINVAL, "--max-blocks goes with --until-sure");
	if (o->max_blocks && (o->max_blocks < JUDGE_LOOK_FIRST || o->max_blocks > BLOCKS_MAX))
		return err_add(e, EINVAL,
			       "--max-blocks goes from %d to 1000: with fewer blocks no look "
			       "can decide",
			       JUDGE_LOOK_FIRST);
	e->exit_code = 0;
	return 0;
}

/* The looks of a new adaptive run, or those of the one that is resumed. */
static void set_looks(const struct duel_options *o, const json_t *run, struct suite *s)
{
	struct judge_look looks[JUDGE_LOOKS_MAX];
	const json_t *item;
	size_t i;

	if (o->until_sure) {
		s->nr_looks =
			judge_looks(o->max_blocks ? (unsigned)o->max_blocks : MAX_BLOCKS, looks);
		for (i = 0; i < s->nr_looks; i++)
			s->looks[i] = (struct suite_look){ looks[i].blocks, looks[i].alpha };
		return;
	}
	json_array_foreach(json_object_get(run, "looks"), i, item) {
		json_int_t blocks = json_integer_value(json_object_get(item, "blocks"));
		double alpha = json_number_value(json_object_get(item, "alpha"));

		if (s->nr_looks < JUDGE_LOOKS_MAX && blocks > 0 && blocks <= BLOCKS_MAX)
			s->looks[s->nr_looks++] = (struct suite_look){ (unsigned)blocks, alpha };
	}
}

static int measure(const struct duel_options *o, const json_t *run, struct suite *s, struct err *e)
{
	const struct measure_opts m = {
		.command = "duel",
		.dir = o->resume ? o->resume : o->output,
		.resume = o->resume,
		.quiet = o->quiet,
		.guests = (unsigned)o->guests,
		.initramfs = o->initramfs,
		.qemu = o->qemu,
		.destroy = o->destroy,
	};
	int code;

	set_looks(o, run, s);
	if (s->nr_looks)
		code = measure_until_sure(s, &m, run ? s->blocks : 0, e);
	else
		code = measure_suite(s, &m, e);
	return code == FSDUEL_OK ? show_finished(m.dir, e) : code;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct duel_options *o = opts;
	struct resumed old = { 0 };
	struct option_strings all_passes = { 0 };
	struct suite_overrides over = { .baseline = o->baseline,
					.patched = o->patched,
					.blocks = (unsigned)o->blocks,
					.mode = o->mode,
					.watch_blocks = (unsigned)o->watch_blocks,
					.unscaled = o->unscaled };
	struct suite s = { 0 };
	int ret = check_options(o, e);

	(void)args;
	(void)nr_args;
	if (!ret && o->resume)
		ret = resumed_read(&old, o->resume, e);
	if (!ret && o->resume && (o->until_sure || o->blocks) &&
	    json_object_get(old.run, "looks")) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EINVAL,
			      "%s is an adaptive run already: its looks are fixed; leave "
			      "--until-sure and --blocks out",
			      o->resume);
	}
	if (!ret && o->resume)
		resumed_fill(&over, &old);
	passes_join(&all_passes, &o->passes, old.run);
	over.passes = all_passes.v;
	over.nr_passes = all_passes.n;
	if (!ret)
		ret = suite_load(&s, o->suite ? o->suite : old.suite, &over, e);
	ret = ret ? err_exit_code(e, FSDUEL_USAGE) : measure(o, old.run, &s, e);
	suite_release(&s);
	resumed_release(&old);
	return ret;
}

const struct command command_duel = {
	.name = "duel",
	.args = "",
	.summary = "measure a suite in virtual machines and compare",
	.text = "Boots each kernel once per cell, block and mount, and writes samples.csv,\n"
		"latency.csv and run.json into the results folder. In exact mode the same\n"
		"command gives the same samples to the last digit, whatever else the machine\n"
		"does and however many guests run at once, also with more passes. A folder may\n"
		"be given a --pass later: --resume DIR --pass locks measures only what is new.",
	.options = options,
	.options_size = sizeof(struct duel_options),
	.run = run,
};
