/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_duel.c: `fsduel duel`: measure a suite in guests and print the
 * comparison. Measuring is runners/duel.c; here are the options.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "runners/duel.h"

struct duel_options {
	const char *suite, *output, *resume, *baseline, *patched, *initramfs, *mode, *qemu;
	const char *destroy;
	uint64_t blocks, guests;
	bool quiet;
};

#define AT(member) offsetof(struct duel_options, member)

static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file, such as configs/quick.ini", AT(suite), false },
	{ 'o', "output", OPT_STRING, "DIR", "results folder to make", AT(output), false },
	{ 0, "resume", OPT_STRING, "DIR", "go on with a results folder: measure only what is missing", AT(resume), false },
	{ 0, "baseline", OPT_STRING, "KERNEL", "bzImage, unpacked package, build tree or fetched name", AT(baseline), false },
	{ 0, "patched", OPT_STRING, "KERNEL", "the same for the other side", AT(patched), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto, instead of the suite's", AT(mode), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks instead of the suite's", AT(blocks), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once (default: one a core); changes no result", AT(guests), false },
	{ 0, "initramfs", OPT_STRING, "FILE", "use this initramfs instead of packing one", AT(initramfs), false },
	{ 0, "qemu", OPT_STRING, "PROGRAM", "another QEMU than the first qemu-system-x86_64 in PATH", AT(qemu), false },
	{ 0, "destroy", OPT_STRING, "PATH", "the suite's [device] path once more: format it for every cell run", AT(destroy), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};

/* The suite and overrides of a folder that is resumed are those it was begun with. */
struct resumed {
	char *suite;
	json_t *run;
	struct suite_overrides o;
};

/* The reference a label was begun with; a suite's only kernel answers to "baseline" (suite.h). */
static const char *kernel_ref(const json_t *run, const char *label)
{
	json_t *kernels = json_object_get(run, "kernels");
	json_t *k = json_object_get(kernels, label);

	if (!k && !strcmp(label, "baseline") && json_object_size(kernels) == 1)
		k = json_object_iter_value(json_object_iter(kernels));
	return json_string_value(json_object_get(k, "ref"));
}

static int read_resumed(const char *dir, struct resumed *r, struct err *e)
{
	char *path = xasprintf("%s/run.json", dir);
	int ret = fs_read_json(path, &r->run, e);

	free(path);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, -ret, "%s is not a results folder", dir);
	}
	r->suite = xstrdup(json_string_value(json_object_get(json_object_get(r->run, "suite"),
							     "path")));
	r->o.baseline = kernel_ref(r->run, "baseline");
	r->o.patched = kernel_ref(r->run, "patched");
	r->o.mode = json_string_value(json_object_get(r->run, "mode"));
	r->o.blocks = (unsigned)json_integer_value(
		json_object_get(json_object_get(r->run, "suite"), "blocks"));
	return 0;
}

static int check_options(const struct duel_options *o, struct err *e)
{
	err_exit(e, FSDUEL_USAGE);
	if (!o->output == !o->resume)
		return err_add(e, EINVAL, "give either --output DIR to begin or --resume DIR to go on");
	if (!o->suite && !o->resume)
		return err_add(e, EINVAL, "give the suite: -c configs/quick.ini");
	if (o->blocks > 1000 || o->guests > 256)
		return err_add(e, EINVAL, "--blocks goes up to 1000, --guests up to 256");
	e->exit_code = 0;
	return 0;
}

static int measure(const struct duel_options *o, struct suite *s, struct err *e)
{
	struct plan p;
	struct progress_line line = progress_line("duel", &p, o->quiet);
	struct duel_opts d = {
		.dir = o->resume ? o->resume : o->output, .resume = o->resume,
		.guests = (unsigned)o->guests, .initramfs = o->initramfs,
		.qemu = o->qemu, .destroy = o->destroy,
		.progress = progress_show, .say = progress_say, .arg = &line, .stop = &stop_signal,
	};
	struct progress last;
	int ret = plan_make(&p, s, e);

	if (ret)
		return err_exit_code(e, FSDUEL_USAGE);
	stop_signal_catch();
	ret = duel_run(s, &p, &d, &last, e);
	progress_end(&line);
	plan_release(&p);
	if (ret == -EINTR && stop_signal)
		return 128 + stop_signal;
	if (ret)
		return err_exit_code(e, FSDUEL_UNMEASURED);
	return show_comparison(d.dir, NULL, e);
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct duel_options *o = opts;
	struct resumed old = { 0 };
	struct suite_overrides over = { .baseline = o->baseline, .patched = o->patched,
					.blocks = (unsigned)o->blocks, .mode = o->mode };
	struct suite s = { 0 };
	int ret = check_options(o, e);

	(void)args;
	(void)nr_args;
	if (!ret && o->resume)
		ret = read_resumed(o->resume, &old, e);
	if (!ret && o->resume)
		over = (struct suite_overrides){
			.baseline = o->baseline ? o->baseline : old.o.baseline,
			.patched = o->patched ? o->patched : old.o.patched,
			.blocks = o->blocks ? (unsigned)o->blocks : old.o.blocks,
			.mode = o->mode ? o->mode : old.o.mode,
		};
	if (!ret)
		ret = suite_load(&s, o->suite ? o->suite : old.suite, &over, e);
	ret = ret ? err_exit_code(e, FSDUEL_USAGE) : measure(o, &s, e);
	suite_release(&s);
	free(old.suite);
	json_decref(old.run);
	return ret;
}

const struct command command_duel = {
	.name = "duel",
	.args = "",
	.summary = "measure a suite in virtual machines and compare",
	.text = "Boots each kernel once per cell, block and mount, and writes samples.csv,\n"
		"latency.csv and run.json into the results folder. In exact mode the same\n"
		"command gives the same samples to the last digit, whatever else the machine\n"
		"does and however many guests run at once.",
	.options = options,
	.options_size = sizeof(struct duel_options),
	.run = run,
};
