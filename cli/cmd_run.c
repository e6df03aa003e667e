/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_run.c: `fsduel run`: measure a suite on this machine and the kernel that runs.
 * Measuring is runners/host/host.c; booting kernels in turn is run_kexec.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/measure.h"
#include "cli/options.h"
#include "cli/run_kexec.h"
#include "cli/show.h"
#include "runners/host/host.h"
#include "runners/suite/suite_order.h"

#define SETTLE_NS 10000000000u

extern const struct command command_run;

/* The kinds of target, by the options that ask for them. */
static int choose_target(const struct options *o, struct target_wants *w, struct err *e)
{
	const struct {
		bool asked;
		enum target_kind kind;
	} kinds[] = {
		{ o->image, TARGET_IMAGE }, { o->device, TARGET_DEVICE },
		{ o->dir, TARGET_DIR },     { o->null_blk, TARGET_NULL_BLK },
		{ o->zram, TARGET_ZRAM },
	};
	unsigned asked = 0;

	*w =
		(struct target_wants){ TARGET_IMAGE, o->image, o->device,
				       o->destroy,   o->dir,   o->force };
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

static int check_options(const struct options *o, struct target_wants *w, struct err *e)
{
	int ret = choose_target(o, w, e);

	if (o->kexec.n && (o->kernel || o->block))
		ret = err_add(e, EINVAL,
			      "--kexec chooses kernel and block itself: leave --kernel and "
			      "--block out");
	else if (o->settle && o->no_settle)
		ret = err_add(e, EINVAL, "--settle and --no-settle exclude each other");
	return ret;
}

/* A run of the command, and the part of it that is measured at a time. */
struct host_job {
	struct job job;
	const struct options *o;
	struct target_wants target;
	struct progress last;
	unsigned elsewhere; /* cell runs that other kernels or blocks still lack */
};

/* One kernel's part of the folder, or one block of it. FSDUEL_OK also where cell runs failed. */
static int measure_part(struct host_job *h, const char *kernel, unsigned block, struct err *e)
{
	const struct options *o = h->o;
	struct plan p = { 0 };
	struct progress_line line = progress_line("run", &p, o->quiet);
	const struct host_opts opts = {
		.dir = h->job.dir,
		.kernel = kernel,
		.target = h->target,
		.block = block,
		.settle_ns = o->no_settle ? 0
			     : o->settle  ? o->settle
					  : SETTLE_NS,
		.progress = progress_show,
		.before = progress_before,
		.say = progress_say,
		.arg = &line,
		.stop = &stop_signal,
	};
	int ret, code = job_plan(&p, &h->job, &line, e);

	if (code == FSDUEL_OK) {
		ret = host_run(&h->job.suite, &p, &opts, &h->last, &h->elsewhere, e);
		progress_end(&line);
		code = !ret                           ? FSDUEL_OK
		       : ret == -EINTR && stop_signal ? 128 + stop_signal
						      : err_exit_code(e, FSDUEL_UNMEASURED);
	}
	plan_release(&p);
	return code;
}

static int measure_leg(void *arg, const char *label, unsigned block, struct err *e)
{
	return measure_part(arg, label, block, e);
}

/* The pairs are complete only when every kernel has had its boot. */
static int measure(struct host_job *h, struct err *e)
{
	const char *kernel = h->o->kernel;
	unsigned done;
	int code = measure_part(h, kernel, (unsigned)h->o->block, e);

	if (code != FSDUEL_OK)
		return code;
	if (!h->elsewhere)
		return show_finished(h->job.dir, e);
	done = h->last.done;
	printf("%u cell run%s of %s now in %s; %u more are still missing, of other kernels or "
	       "blocks:\nboot the other kernel and give the same command with its --kernel\n",
	       done, done == 1 ? "" : "s", kernel ? kernel : "this kernel", h->job.dir,
	       h->elsewhere);
	return h->last.failed ? FSDUEL_UNMEASURED : FSDUEL_OK;
}

/* Each kernel in turn. state: where it was left before this boot; NULL: it begins now. */
static int measure_in_turn(struct host_job *h, struct reboot_state *state, struct err *e)
{
	struct reboot_state begun = REBOOT_STATE_NONE;
	struct plan p = { 0 };
	struct kexec_job job = { &p, h->job.dir, measure_leg, h };
	struct progress_line line = progress_line("run", &p, true);
	bool complete = false;
	int code;

	if (state)
		code = plan_make(&p, &h->job.suite, e) ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
	else
		code = job_plan(&p, &h->job, &line, e);
	if (code == FSDUEL_OK && !state && kexec_begin(&begun, &h->o->kexec, &job, e))
		code = err_exit_code(e, FSDUEL_MACHINE);
	if (code == FSDUEL_OK)
		code = kexec_go(state ? state : &begun, &job, &complete, e);
	if (complete)
		code = show_finished(job.dir, e);
	reboot_state_release(&begun);
	plan_release(&p);
	return code;
}

static int run_as_asked(const struct call *c, struct reboot_state *state, struct err *e)
{
	struct host_job h = { .o = &c->o };
	struct suite_overrides over = overrides_of(&c->o);
	int code = FSDUEL_USAGE;

	over.mode = "host";
	over.baseline = NULL;
	over.running = c->o.kexec.n ? "baseline" : c->o.kernel;
	if (check_options(&c->o, &h.target, e) || job_open(&h.job, c, NULL, &over, e))
		code = err_exit_code(e, FSDUEL_USAGE);
	else if (suite_draw_order(&h.job.suite, h.job.dir, e))
		code = err_exit_code(e, FSDUEL_MACHINE);
	else if (c->o.kexec.n)
		code = measure_in_turn(&h, state, e);
	else
		code = measure(&h, e);
	job_release(&h.job);
	return code;
}

/* The command that was given before the boot, in the folder in which it was given. */
static int resume_after_boot(struct err *e)
{
	struct call before = { .command = &command_run };
	struct reboot_state state;
	int ret = reboot_load(&state, "", e), code;

	if (!ret && chdir(state.cwd))
		ret = err_sys(e, errno, "cannot go to %s", state.cwd);
	if (!ret)
		ret = options_parse(&command_run, (int)state.command.n, state.command.v, &before,
				    e);
	code = ret ? err_exit_code(e, FSDUEL_MACHINE) : run_as_asked(&before, &state, e);
	reboot_state_release(&state);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	return c->o.kexec_resume ? resume_after_boot(e) : run_as_asked(c, NULL, e);
}

const struct command command_run = {
	.name = "run",
	.args = "[SUITE]",
	.max_args = 1,
	.summary = "measure a suite on this machine and the kernel that runs",
	.text = "Runs the cells of the kernel that runs, as root, on a target that is made for it "
		"or named for it, and takes away what it made, however it ends. The same folder "
		"may be given on any number of boots: each adds what is missing of its --kernel. "
		"--device is refused where the device holds something, unless --force is given, "
		"and always where it is in use.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(kernel) | OPT(image) | OPT(device) |
		   OPT(destroy) | OPT(force) | OPT(dir) | OPT(null_blk) | OPT(zram) | OPT(blocks) |
		   OPT(block) | OPT(pass) | OPT(watch_blocks) | OPT(unscaled) | OPT(settle) |
		   OPT(no_settle) | OPT(kexec) | OPT(kexec_resume) | OPT(quiet),
	.run = run,
};
