/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_kexec.c: see run_kexec.h. */
#include "cli/run_kexec.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/measure.h"
#include "lib/fs.h"
#include "lib/schema.h"

/* Argument list and program of this process, so that the unit can start it again. */
static int note_command(struct reboot_state *s, struct err *e)
{
	struct buf words = BUF_INIT;
	int ret = fs_read("/proc/self/cmdline", 0, &words, e);
	const char *word = buf_str(&words), *end = word + words.len;

	for (bool first = true; !ret && word < end; word += strlen(word) + 1, first = false)
		if (!first)
			strv_add(&s->command, word);
	buf_release(&words);
	s->fsduel = realpath("/proc/self/exe", NULL);
	s->cwd = getcwd(NULL, 0);
	if (!ret && (!s->fsduel || !s->cwd))
		ret = err_sys(e, errno, "cannot find this program or the working directory");
	return ret;
}

static int look(const struct reboot_state *s, const struct kexec_job *job, struct reboot_legs *l,
		struct reboot_step *step, struct err *e)
{
	char boot_id[BOOT_ID_LEN];
	struct utsname u;
	int ret;

	legs_missing(l, job->dir, job->plan);
	ret = reboot_legs_map(l, job->plan->suite, s, e);
	if (!ret) {
		const struct reboot_seen seen = { boot_id, u.release, reboot_running(s), l };

		order_boot_id(boot_id);
		uname(&u);
		reboot_decide(s, &seen, step);
	}
	return ret;
}

int kexec_begin(struct reboot_state *s, const struct option_strings *kernels,
		const struct kexec_job *job, struct err *e)
{
	struct reboot_legs l = { NULL, 0 };
	struct reboot_step step;
	int ret = 0;

	if (reboot_is_installed(""))
		ret = err_add(e, EBUSY,
			      "a run that alternates kernels is under way on this machine (%s); "
			      "fsduel clean ends it",
			      REBOOT_UNIT);
	for (size_t i = 0; i < kernels->n && !ret; i++) {
		ret = reboot_add_kernel(s, kernels->v[i], e);
		if (ret)
			err_exit(e, FSDUEL_USAGE);
	}
	if (!ret)
		ret = look(s, job, &l, &step, e);
	reboot_legs_release(&l);
	if (!ret)
		ret = reboot_check(e);
	if (!ret)
		ret = note_command(s, e);
	if (!ret) {
		ret = reboot_install(s, "", e);
		if (ret)
			reboot_remove("", NULL);
	}
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* Add to the notes of run.json why the run ended before its time. */
static void note_in_folder(const char *dir, const char *why)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	json_t *run = NULL, *notes;

	if (fs_exists(path) && !fs_read_json(path, &run, NULL)) {
		notes = json_object_get(run, "notes");
		if (!json_is_array(notes))
			json_object_set_new(run, "notes", notes = json_array());
		json_array_append_new(notes, json_string(why));
		fs_write_json(path, run, NULL);
	}
	json_decref(run);
	free(path);
}

static int give_up(const struct kexec_job *job, const char *why, int code, struct err *e)
{
	if (why) {
		note_in_folder(job->dir, why);
		err_add(e, EIO, "%s; what was measured is kept in %s", why, job->dir);
	} else if (*e->text) {
		note_in_folder(job->dir, e->text);
	}
	reboot_remove("", e);
	return code;
}

static int measure(struct reboot_state *s, const struct kexec_job *job,
		   const struct reboot_leg *leg, struct err *e)
{
	const char *label = s->kernels[leg->kernel].label;
	int code;

	printf("block %u on the kernel '%s': %u cell runs\n", leg->block, label, leg->missing);
	fflush(stdout);
	code = job->measure(job->arg, label, leg->block, e);
	if (code == 128 + SIGTERM || code == 128 + SIGHUP) {
		/* Stopped and not crashed: this try does not count. */
		s->tries--;
		reboot_save(s, "", e);
		return code;
	}
	if (code != FSDUEL_OK)
		return give_up(job, NULL, code, e);
	reboot_note_measured(s);
	if (reboot_save(s, "", e))
		return give_up(job, NULL, FSDUEL_MACHINE, e);
	return FSDUEL_OK;
}

static int restart(const struct reboot_state *s, const struct kexec_job *job, size_t kernel,
		   struct err *e)
{
	const struct reboot_kernel *k = &s->kernels[kernel];

	printf("restarting into the kernel '%s' (%s); it goes on there by itself, and writes to "
	       "%s\n",
	       k->label, k->release, REBOOT_LOG);
	fflush(stdout);
	if (!reboot_kexec(k, e))
		return FSDUEL_OK;
	return give_up(job, NULL, FSDUEL_MACHINE, e);
}

int kexec_go(struct reboot_state *s, const struct kexec_job *job, bool *complete, struct err *e)
{
	char boot_id[BOOT_ID_LEN];
	int code = FSDUEL_OK;

	*complete = false;
	order_boot_id(boot_id);
	while (code == FSDUEL_OK) {
		struct reboot_legs l = { NULL, 0 };
		struct reboot_step step = { .action = REBOOT_STOP };
		struct reboot_leg leg = { 0 };

		if (look(s, job, &l, &step, e))
			return give_up(job, NULL, err_exit_code(e, FSDUEL_USAGE), e);
		if (step.leg < l.n)
			leg = l.v[step.leg];
		reboot_legs_release(&l);
		if (step.action == REBOOT_STOP)
			return give_up(job, step.why, FSDUEL_UNMEASURED, e);
		if (step.action == REBOOT_DONE) {
			*complete = true;
			return reboot_remove("", e) ? FSDUEL_MACHINE : FSDUEL_OK;
		}
		reboot_note_begin(s, &step, boot_id);
		if (reboot_save(s, "", e))
			return give_up(job, NULL, FSDUEL_MACHINE, e);
		if (step.action == REBOOT_KEXEC)
			return restart(s, job, step.kernel, e);
		code = measure(s, job, &leg, e);
	}
	return code;
}
