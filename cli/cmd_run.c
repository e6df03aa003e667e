/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_run.c: `fsduel run`: measure a suite on this machine and the kernel that
 * runs. Measuring is runners/host/host.c; here are the options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/passes.h"
#include "cli/fio_ask.h"
#include "cli/progress.h"
#include "cli/run_kexec.h"
#include "cli/show.h"
#include "lib/fs.h"
#include "runners/host/host.h"
#include "runners/suite/suite.h"

struct run_options {
	const char *suite, *output, *resume, *kernel, *device, *destroy, *dir;
	uint64_t image_bytes, blocks, block, settle_ns, watch_blocks;
	struct option_strings passes;
	bool null_blk, zram, force, no_settle, quiet, kexec_resume, unscaled;
	struct option_strings kexec;
};

#define SETTLE_NS 10000000000u

#define AT(member) offsetof(struct run_options, member)

extern const struct command command_run;

/* clang-format off */
static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file, such as configs/mounts.ini", AT(suite), false },
	{ 'o', "output", OPT_STRING, "DIR", "results folder to make, or to add what is missing to", AT(output), false },
	{ 0, "resume", OPT_STRING, "DIR", "go on with a results folder and the suite it was begun with", AT(resume), false },
	{ 'k', "kernel", OPT_STRING, "LABEL", "which of the suite's kernels it is that runs (default: its only one)", AT(kernel), false },
	{ 0, "image", OPT_BYTES, "SIZE", "measure on a loop device on a sparse file in DIR (default: as large as the suite's [device])", AT(image_bytes), false },
	{ 0, "device", OPT_STRING, "DEV", "measure on this block device: format it for every cell run", AT(device), false },
	{ 0, "destroy", OPT_STRING, "DEV", "the same device once more", AT(destroy), false },
	{ 0, "force", OPT_FLAG, NULL, "--device also when there is something on it (never when it is in use)", AT(force), false },
	{ 0, "dir", OPT_STRING, "PATH", "measure in this directory, on its file system as it is", AT(dir), false },
	{ 0, "null-blk", OPT_FLAG, NULL, "measure on a null_blk device with the suite's [device] settings", AT(null_blk), false },
	{ 0, "zram", OPT_FLAG, NULL, "measure on a zram device as large as the suite's [device]", AT(zram), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks instead of the suite's", AT(blocks), false },
	{ 0, "block", OPT_COUNT, "N", "measure only this block", AT(block), false },
	{ 0, "pass", OPT_STRINGS, "PASS", "measure again with something watching: locks (who waits for which lock, how long)", AT(passes), false },
	{ 0, "watch-blocks", OPT_COUNT, "N", "blocks, from the first on, that passes watch, instead of the suite's", AT(watch_blocks), false },
	{ 0, "unscaled", OPT_FLAG, NULL, "the suite's work as it was before it was scaled down: its keys unscaled.*", AT(unscaled), false },
	{ 0, "settle", OPT_NS, "TIME", "how long a cell waits at most for an idle machine (default: 10s)", AT(settle_ns), false },
	{ 0, "no-settle", OPT_FLAG, NULL, "do not wait for an idle machine", AT(no_settle), false },
	{ 0, "kexec", OPT_STRINGS, "LABEL=BZIMAGE[,INITRD]", "measure this kernel of the suite in turn with the others, booting it by kexec; one for each", AT(kexec), false },
	{ 0, "kexec-resume", OPT_FLAG, NULL, "go on with a run by --kexec after a boot: what its systemd unit does", AT(kexec_resume), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};
/* clang-format on */

/* The kinds of target, by the options that ask for them. */
static int choose_target(const struct run_options *o, struct target_wants *w, struct err *e)
{
	const struct {
		bool asked;
		enum target_kind kind;
	} kinds[] = {
		{ o->image_bytes, TARGET_IMAGE }, { o->device, TARGET_DEVICE },
		{ o->dir, TARGET_DIR },           { o->null_blk, TARGET_NULL_BLK },
		{ o->zram, TARGET_ZRAM },
	};
	unsigned asked = 0;

	*w = (struct target_wants){ TARGET_IMAGE, o->image_bytes, o->device,
				    o->destroy,   o->dir,         o->force };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].asked) {
			w->kind = kinds[i].kind;
			asked++;
		}
	if (asked > 1)
		return err_add(e, EINVAL,
			       "give one of --image, --device, --dir, --null-blk and "
			       "--zram");
	if (w->kind != TARGET_DEVICE && (o->destroy || o->force))
		return err_add(e, EINVAL, "--destroy and --force go with --device");
	return 0;
}

static int check_options(const struct run_options *o, struct target_wants *w, struct err *e)
{
	int ret = 0;

	if (o->kexec.n && (o->kernel || o->block))
		ret = err_add(e, EINVAL,
			      "--kexec chooses kernel and block itself: leave --kernel and "
			      "--block out");
	else if (!o->output == !o->resume)
		ret = err_add(e, EINVAL, "give either --output DIR or, to go on, --resume DIR");
	else if (!o->suite && !o->resume)
		ret = err_add(e, EINVAL, "give the suite: -c configs/mounts.ini");
	else if (o->blocks > 1000 || o->block > 1000 || o->watch_blocks > 1000)
		ret = err_add(e, EINVAL, "--blocks, --block and --watch-blocks go up to 1000");
	else if (o->settle_ns && o->no_settle)
		ret = err_add(e, EINVAL, "--settle and --no-settle exclude each other");
	if (!ret)
		ret = choose_target(o, w, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}

/* The suite that a folder was begun with, by its path: its job files lie beside it. */
struct begun {
	json_t *run;
	const char *suite;
	unsigned blocks, watch_blocks;
	bool unscaled;
};

static int read_begun(const char *dir, struct begun *b, struct err *e)
{
	char *path = xasprintf("%s/run.json", dir);
	json_t *suite;
	int ret = fs_read_json(path, &b->run, e);

	suite = json_object_get(b->run, "suite");
	if (!ret && !json_is_string(json_object_get(suite, "path")))
		ret = -EINVAL;
	if (!ret) {
		b->suite = json_string_value(json_object_get(suite, "path"));
		b->blocks = (unsigned)json_integer_value(json_object_get(suite, "blocks"));
		b->watch_blocks =
			(unsigned)json_integer_value(json_object_get(b->run, "watch_blocks"));
		b->unscaled = json_is_true(json_object_get(suite, "unscaled"));
	} else {
		err_exit(e, FSDUEL_USAGE);
		err_add(e, EINVAL, "%s is not a results folder", dir);
	}
	free(path);
	return ret;
}

/* The pairs are complete only when every kernel has had its boot. */
static int finish(const struct run_options *o, const struct progress *last, unsigned elsewhere,
		  struct err *e)
{
	const char *dir = o->resume ? o->resume : o->output;

	if (!elsewhere)
		return show_finished(dir, e);
	printf("%u cell run%s of %s now in %s; %u more are still missing, of other kernels or "
	       "blocks:\nboot the other kernel and give the same command with its --kernel\n",
	       last->done, last->done == 1 ? "" : "s", o->kernel ? o->kernel : "this kernel", dir,
	       elsewhere);
	return last->failed ? FSDUEL_UNMEASURED : FSDUEL_OK;
}

/* This kernel's part of the folder. Returns an exit code; FSDUEL_OK also where cell runs failed. */
static int measure_part(const struct run_options *o, const struct target_wants *w,
			const struct suite *s, struct progress *last, unsigned *elsewhere,
			struct err *e)
{
	struct plan p = { 0 };
	struct progress_line line = progress_line("run", &p, o->quiet);
	const struct host_opts h = {
		.dir = o->resume ? o->resume : o->output,
		.kernel = o->kernel,
		.target = *w,
		.block = (unsigned)o->block,
		.settle_ns = o->no_settle   ? 0
			     : o->settle_ns ? o->settle_ns
					    : SETTLE_NS,
		.progress = progress_show,
		.before = progress_before,
		.say = progress_say,
		.arg = &line,
		.stop = &stop_signal,
	};
	int ret = plan_make(&p, s, e);

	if (!ret)
		ret = fio_ask(&p, e);
	if (ret) {
		plan_release(&p);
		return err_exit_code(e, FSDUEL_USAGE);
	}
	if (!o->resume && !o->quiet)
		fio_notes(s, progress_say, &line);
	stop_signal_catch();
	ret = host_run(s, &p, &h, last, elsewhere, e);
	progress_end(&line);
	plan_release(&p);
	if (ret == -EINTR && stop_signal)
		return 128 + stop_signal;
	return ret ? err_exit_code(e, FSDUEL_UNMEASURED) : FSDUEL_OK;
}

static int measure(const struct run_options *o, const struct target_wants *w, const struct suite *s,
		   struct err *e)
{
	struct progress last = { 0 };
	unsigned elsewhere = 0;
	int code = measure_part(o, w, s, &last, &elsewhere, e);

	return code == FSDUEL_OK ? finish(o, &last, elsewhere, e) : code;
}

/* --- kernels in turn ----------------------------------------------------------------- */

struct leg_job {
	const struct run_options *o;
	const struct target_wants *w;
	const struct suite *s;
};

static int measure_leg(void *arg, const char *label, unsigned block, struct err *e)
{
	const struct leg_job *job = arg;
	struct run_options leg = *job->o;
	struct progress last = { 0 };
	unsigned elsewhere = 0;

	leg.kernel = label;
	leg.block = block;
	return measure_part(&leg, job->w, job->s, &last, &elsewhere, e);
}

/* state: where it was left before this boot; NULL: it begins now. */
static int measure_in_turn(const struct run_options *o, const struct target_wants *w,
			   const struct suite *s, struct reboot_state *state, struct err *e)
{
	struct leg_job leg = { o, w, s };
	struct reboot_state begun = REBOOT_STATE_NONE;
	struct plan p = { 0 };
	struct kexec_job job = { &p, o->resume ? o->resume : o->output, measure_leg, &leg };
	bool complete = false;
	int code;

	if (plan_make(&p, s, e) || (!state && fio_ask(&p, e))) {
		plan_release(&p);
		return err_exit_code(e, FSDUEL_USAGE);
	}
	if (!state && kexec_begin(&begun, &o->kexec, &job, e))
		code = err_exit_code(e, FSDUEL_MACHINE);
	else
		code = kexec_go(state ? state : &begun, &job, &complete, e);
	if (complete)
		code = show_finished(job.dir, e);
	reboot_state_release(&begun);
	plan_release(&p);
	return code;
}

/* --- the command ----------------------------------------------------------------------- */

static int run_as_asked(const struct run_options *o, struct reboot_state *state, struct err *e)
{
	struct begun begun = { .run = NULL };
	struct option_strings passes = { .n = 0 };
	struct suite_overrides over = { .blocks = (unsigned)o->blocks,
					.mode = "host",
					.watch_blocks = (unsigned)o->watch_blocks,
					.running = o->kexec.n ? "baseline" : o->kernel };
	struct target_wants w;
	struct suite s = { 0 };
	int ret = check_options(o, &w, e);

	if (!ret && o->resume)
		ret = read_begun(o->resume, &begun, e);
	if (!over.blocks)
		over.blocks = begun.blocks;
	if (!over.watch_blocks)
		over.watch_blocks = begun.watch_blocks;
	over.unscaled = o->unscaled || begun.unscaled;
	passes_join(&passes, &o->passes, begun.run);
	over.passes = passes.v;
	over.nr_passes = passes.n;
	if (!ret)
		ret = suite_load(&s, o->suite ? o->suite : begun.suite, &over, e);
	if (ret)
		ret = err_exit_code(e, FSDUEL_USAGE);
	else if (suite_draw_order(&s, o->resume ? o->resume : o->output, e))
		ret = err_exit_code(e, FSDUEL_MACHINE);
	else if (o->kexec.n)
		ret = measure_in_turn(o, &w, &s, state, e);
	else
		ret = measure(o, &w, &s, e);
	suite_release(&s);
	json_decref(begun.run);
	return ret;
}

/* The command that was given before the boot, in the folder in which it was given. */
static int resume_after_boot(struct err *e)
{
	struct reboot_state state;
	struct run_options o = { .suite = NULL };
	struct parsed p;
	int ret = reboot_load(&state, "", e);

	if (!ret && chdir(state.cwd))
		ret = err_sys(e, errno, "cannot go to %s", state.cwd);
	if (!ret)
		ret = options_parse(&command_run, (int)state.command.n, state.command.v, &o, &p, e);
	ret = ret ? err_exit_code(e, FSDUEL_MACHINE) : run_as_asked(&o, &state, e);
	reboot_state_release(&state);
	return ret;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct run_options *o = opts;

	(void)args;
	(void)nr_args;
	return o->kexec_resume ? resume_after_boot(e) : run_as_asked(o, NULL, e);
}

const struct command command_run = {
	.name = "run",
	.args = "",
	.summary = "measure a suite on this machine and the kernel that runs",
	.text = "Runs the cells of the kernel that runs, as root, on a target that is made for it\n"
		"or named for it, and takes away what it made, however it ends. The same folder\n"
		"may be given on any number of boots: each adds what is missing of its --kernel.",
	.options = options,
	.options_size = sizeof(struct run_options),
	.run = run,
};
