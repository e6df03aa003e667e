/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_run.c: `fsduel run`: measure a suite on this machine and the kernel that runs. With
 * --kexec each block of each kernel is a leg: it is measured, the next kernel is booted, and
 * the run goes on there.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/measure.h"
#include "cli/command.h"
#include "cli/show.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/host/reboot.h"
#include "runners/suite/suite.h"

/* The target by the option that asks for its kind; an image where there is none. */
static int check_options(const struct options *o, struct target_wants *w, struct err *e)
{
	*w = (struct target_wants){ o->device     ? TARGET_DEVICE
				    : o->dir      ? TARGET_DIR
				    : o->null_blk ? TARGET_NULL_BLK
				    : o->ram      ? TARGET_RAM
						  : TARGET_IMAGE,
				    o->image,
				    o->device,
				    o->destroy,
				    o->dir,
				    o->force };
	if (!!o->image + !!o->device + !!o->dir + o->null_blk + o->ram > 1)
		return err_add(e, EINVAL,
			       "give one of --image, --device, --dir, --null-blk and --ram");
	if (!o->device && (o->destroy || o->force))
		return err_add(e, EINVAL, "--destroy and --force go with --device");
	if (o->kexec.n && (o->kernel || o->block))
		return err_add(e, EINVAL,
			       "--kexec chooses kernel and block itself: leave --kernel and "
			       "--block out");
	if (o->kexec_resume && !o->kexec.n)
		return err_add(e, EINVAL, "--kexec-resume goes with --kexec");
	if (o->settle && o->no_settle)
		return err_add(e, EINVAL, "--settle and --no-settle exclude each other");
	return 0;
}

/* A run of the command, and the part of it that is measured at a time. */
struct host_job {
	struct job job;
	const struct options *o;
	struct host_part part;
};

/* One kernel's part of the folder, or one block of it. FSDUEL_OK also where cell runs failed. */
static int measure_part(struct host_job *h, const char *kernel, unsigned block, struct err *e)
{
	h->part.kernel = kernel;
	h->part.block = block;
	return job_measure(&h->job, e);
}

/* The pairs are complete only when every kernel has had its boot. */
static int measure(struct host_job *h, struct err *e)
{
	const char *kernel = h->o->kernel;
	unsigned done;
	int code = measure_part(h, kernel, (unsigned)h->o->block, e);

	if (code != FSDUEL_OK)
		return code;
	if (!h->part.elsewhere)
		return show_finished(h->job.dir, NULL, e);
	done = h->part.last.done;
	printf("%u cell run%s of %s now in %s; %u more are still missing, of other kernels or "
	       "blocks:\nboot the other kernel and give the same command with its --kernel\n",
	       done, done == 1 ? "" : "s", kernel ? kernel : "this kernel", h->job.dir,
	       h->part.elsewhere);
	return h->part.last.failed ? FSDUEL_UNMEASURED : FSDUEL_OK;
}

/* --- kernels in turn, booted by kexec ---------------------------------------------------- */

/* The next step by host/reboot.c, and its leg where it has one. */
static void look(const struct host_job *h, const struct reboot_state *s, const struct plan *p,
		 struct reboot_step *step, struct reboot_leg *leg)
{
	struct reboot_legs l = { NULL, 0 };
	char boot_id[BOOT_ID_LEN];
	struct utsname u;

	legs_missing(&l, h->job.dir, p);
	order_boot_id(boot_id);
	uname(&u);
	reboot_decide(s, &(struct reboot_seen){ boot_id, u.release, reboot_running(s), &l }, step);
	*leg = step->leg < l.n ? l.v[step->leg] : (struct reboot_leg){ 0 };
	reboot_legs_release(&l);
}

/* Check this machine and install the unit; or leave nothing. */
static int begin_turns(const struct reboot_state *s, struct err *e)
{
	int ret;

	if (reboot_is_installed(""))
		ret = err_add(e, EBUSY,
			      "a run that alternates kernels is under way on this machine (%s); "
			      "fsduel clean ends it",
			      REBOOT_UNIT);
	else
		ret = reboot_check(e);
	if (!ret) {
		ret = reboot_install(s, "", e);
		if (ret)
			reboot_remove("", NULL);
	}
	return ret;
}

/* Add to the notes of run.json why the run ended before its time. */
static void note_in_folder(const char *dir, const char *why)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	json_t *run = NULL, *notes;

	if (!folder_read_run(dir, &run, NULL)) {
		notes = json_object_get(run, "notes");
		if (!json_is_array(notes))
			json_object_set_new(run, "notes", notes = json_array());
		json_array_append_new(notes, json_string(why));
		fs_write_json(path, run, NULL);
	}
	json_decref(run);
	free(path);
}

/* The run ends here; why: NULL, or the reason where e has none. */
static int give_up(const struct host_job *h, const char *why, int code, struct err *e)
{
	if (why)
		err_add(e, EIO, "%s; what was measured is kept in %s", why, h->job.dir);
	if (*e->text)
		note_in_folder(h->job.dir, why ? why : e->text);
	reboot_remove("", e);
	return code;
}

static int measure_leg(struct host_job *h, struct reboot_state *s, const struct reboot_leg *leg,
		       struct err *e)
{
	const char *label = s->kernels[leg->kernel].label;
	int code;

	printf("block %u on the kernel '%s': %u cell runs\n", leg->block, label, leg->missing);
	fflush(stdout);
	code = measure_part(h, label, leg->block, e);
	if (code == 128 + SIGTERM || code == 128 + SIGHUP) {
		/* The machine is shut down or the terminal is gone: this try does not count. */
		s->tries--;
		reboot_save(s, "", e);
		return code;
	}
	if (code != FSDUEL_OK)
		return give_up(h, NULL, code, e);
	reboot_note_measured(s);
	return reboot_save(s, "", e) ? give_up(h, NULL, FSDUEL_MACHINE, e) : FSDUEL_OK;
}

static int restart(const struct host_job *h, const struct reboot_kernel *k, struct err *e)
{
	printf("restarting into the kernel '%s' (%s); it goes on there by itself, and writes to "
	       "%s\n",
	       k->label, k->release, REBOOT_LOG);
	fflush(stdout);
	return reboot_kexec(k, e) ? give_up(h, NULL, FSDUEL_MACHINE, e) : FSDUEL_OK;
}

/* Measure as far as this boot reaches. FSDUEL_OK without complete: the machine is about to restart.
 * Unit and state are removed in every other case but a shutdown and a hang-up. */
static int take_turns(struct host_job *h, struct reboot_state *s, const struct plan *p,
		      bool *complete, struct err *e)
{
	char boot_id[BOOT_ID_LEN];
	int code = FSDUEL_OK;

	order_boot_id(boot_id);
	while (code == FSDUEL_OK) {
		struct reboot_step step;
		struct reboot_leg leg;

		look(h, s, p, &step, &leg);
		if (step.action == REBOOT_STOP)
			return give_up(h, step.why, FSDUEL_UNMEASURED, e);
		if (step.action == REBOOT_DONE) {
			*complete = true;
			return reboot_remove("", e) ? FSDUEL_MACHINE : FSDUEL_OK;
		}
		reboot_note_begin(s, &step, boot_id);
		if (reboot_save(s, "", e))
			return give_up(h, NULL, FSDUEL_MACHINE, e);
		if (step.action == REBOOT_KEXEC)
			return restart(h, &s->kernels[step.kernel], e);
		code = measure_leg(h, s, &leg, e);
	}
	return code;
}

/* It begins here, or goes on after a boot by the notes of before. */
static int measure_in_turn(struct host_job *h, struct err *e)
{
	bool resume = h->o->kexec_resume, complete = false;
	const struct option_strings *words = &h->o->kexec;
	struct reboot_state s;
	struct plan p = { 0 };
	int ret, code;

	reboot_state_init(&s, &h->job.suite);
	ret = resume ? reboot_load(&s, "", e) : 0;
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	resume &= !ret;
	if (!ret)
		ret = plan_make(&p, &h->job.suite, e);
	if (!ret && !resume)
		ret = fio_ask(&p, e);
	if (!ret)
		ret = reboot_state_kernels(&s, p.suite, words->v, words->n, e);
	if (!ret && !resume) {
		ret = begin_turns(&s, e);
		if (ret)
			err_exit(e, FSDUEL_MACHINE);
	}
	code = !ret ? take_turns(h, &s, &p, &complete, e) : err_exit_code(e, FSDUEL_USAGE);
	if (ret && resume)
		give_up(h, NULL, code, e);
	if (complete)
		code = show_finished(h->job.dir, NULL, e);
	reboot_state_release(&s);
	plan_release(&p);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	struct host_job h = { .o = &c->o };
	struct suite_overrides over = overrides_of(&c->o);
	int code = FSDUEL_USAGE;

	over.mode = "host";
	over.baseline = NULL;
	over.running = c->o.kexec.n ? "baseline" : c->o.kernel;
	if (check_options(&c->o, &h.part.target, e) || job_open(&h.job, c, NULL, &over, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
		goto out;
	}
	h.part.settle_ns = c->o.no_settle ? 0 : c->o.settle ? c->o.settle : SETTLE_NS;
	h.job.host = &h.part;
	if (suite_draw_order(&h.job.suite, h.job.dir, e))
		code = err_exit_code(e, FSDUEL_MACHINE);
	else if (c->o.kexec.n)
		code = measure_in_turn(&h, e);
	else
		code = measure(&h, e);
out:
	job_release(&h.job);
	return code;
}

const struct command command_run = {
	.name = "run",
	.args = "[SUITE]",
	.max_args = 1,
	.summary = "measure a suite on this machine and the kernel that runs",
	.text = "Runs the cells of the kernel that runs now, as root, on a target that is made "
		"for it or named for it, and takes away the things it made, however it ends. The "
		"same folder may be given on any number of boots: each adds the missing cell runs "
		"of its --kernel. --device is refused where the device holds something, unless "
		"--force is given, and always where it is in use.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(kernel) | OPT(image) | OPT(device) |
		   OPT(destroy) | OPT(force) | OPT(dir) | OPT(null_blk) | OPT(ram) | OPT(blocks) |
		   OPT(block) | OPT(pass) | OPT(watch_blocks) | OPT(unscaled) | OPT(settle) |
		   OPT(no_settle) | OPT(kexec) | OPT(kexec_resume) | OPT(quiet),
	.run = run,
};
