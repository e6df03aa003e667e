/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_duel.c: `fsduel duel`: measure a suite in guests and print the comparison. */
#include <errno.h>

#include "analysis/compare/judge.h"
#include "cli/measure.h"
#include "cli/show.h"

#define MAX_BLOCKS 20 /* of an adaptive run, unless the user says */
#define BLOCKS_MAX 1000

static int check_options(const struct options *o, struct err *e)
{
	if (o->until_sure && o->blocks)
		return err_add(e, EINVAL,
			       "--until-sure chooses the blocks itself: give --max-blocks");
	if (o->max_blocks && !o->until_sure)
		return err_add(e, EINVAL, "--max-blocks goes with --until-sure");
	if (o->max_blocks && o->max_blocks < JUDGE_LOOK_FIRST)
		return err_add(
			e, EINVAL,
			"--max-blocks goes from %d to 1000: with fewer blocks no look can decide",
			JUDGE_LOOK_FIRST);
	return 0;
}

/* The looks of a new adaptive run, or those of the one that is resumed. */
static int set_looks(struct job *j, struct err *e)
{
	const json_t *old = json_object_get(j->begun.run, "looks"), *item;
	struct suite *s = &j->suite;
	size_t i;

	if (old && (j->o->until_sure || j->o->blocks))
		return err_add(e, EINVAL,
			       "%s is an adaptive run already: its looks are fixed; leave "
			       "--until-sure and --blocks out",
			       j->dir);
	if (j->o->until_sure) {
		job_set_looks(j, j->o->max_blocks ? (unsigned)j->o->max_blocks : MAX_BLOCKS);
		return 0;
	}
	json_array_foreach(old, i, item) {
		json_int_t blocks = json_integer_value(json_object_get(item, "blocks"));
		double alpha = json_number_value(json_object_get(item, "alpha"));

		if (s->nr_looks < JUDGE_LOOKS_MAX && blocks > 0 && blocks <= BLOCKS_MAX)
			s->looks[s->nr_looks++] = (struct suite_look){ (unsigned)blocks, alpha };
	}
	return 0;
}

static int run(const struct call *c, struct err *e)
{
	const struct suite_overrides over = overrides_of(&c->o);
	struct job j = { 0 };
	int code = FSDUEL_USAGE;

	if (!check_options(&c->o, e) && !job_open(&j, c, NULL, &over, e) && !set_looks(&j, e))
		code = j.suite.nr_looks ? job_measure_until_sure(&j, e) : job_measure(&j, e);
	else
		code = err_exit_code(e, code);
	if (code == FSDUEL_OK)
		code = show_finished(j.dir, NULL, e);
	job_release(&j);
	return code;
}

const struct command command_duel = {
	.name = "duel",
	.args = "[SUITE]",
	.max_args = 1,
	.summary = "measure a suite in virtual machines and compare",
	.text = "Boots each kernel once per cell, block and mount, and writes samples.csv, "
		"latency.csv and run.json into the results folder. In exact mode the same command "
		"gives the same samples to the last digit, whatever else the machine does, "
		"however many guests run at once, and with more passes. A folder may be given a "
		"--pass later: --resume DIR --pass locks measures only what is new.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(baseline) | OPT(patched) |
		   OPT(mode) | OPT(blocks) | OPT(until_sure) | OPT(max_blocks) | OPT(pass) |
		   OPT(watch_blocks) | OPT(unscaled) | OPT(guests) | OPT(initramfs) | OPT(qemu) |
		   OPT(no_snapshot) | OPT(destroy) | OPT(quiet),
	.run = run,
};
