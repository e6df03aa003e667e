/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_kexec.h: `fsduel run --kexec`: the loop that measures a leg, boots the next
 * kernel, and goes on after that boot. What comes next is decided in
 * runners/host/reboot.c; measuring is the command's.
 */
#ifndef FSDUEL_CLI_RUN_KEXEC_H
#define FSDUEL_CLI_RUN_KEXEC_H

#include "cli/command.h"
#include "runners/host/reboot.h"

struct kexec_job {
	const struct plan *plan;
	const char *dir; /* results folder; need not be there yet */
	/* Measure this block on the kernel that runs, which is label. FSDUEL_OK also where
	 * cell runs failed, else the exit code to end with. */
	int (*measure)(void *arg, const char *label, unsigned block, struct err *e);
	void *arg;
};

/*
 * Identify the kernels, check that it can be done here at all, note this command
 * and install the unit. Then it is kexec_go's turn. -errno, exit code noted; nothing
 * is left behind then.
 */
int kexec_begin(struct reboot_state *s, const struct option_strings *kernels,
		const struct kexec_job *job, struct err *e);

/*
 * Go on as far as this boot reaches. Returns an exit code; *complete: nothing is left
 * to measure. FSDUEL_OK without it: the machine is about to restart. In every other
 * case but SIGTERM and SIGHUP (the machine is shut down, the terminal is gone: it goes on
 * after the next boot) unit and state are removed.
 */
int kexec_go(struct reboot_state *s, const struct kexec_job *job, bool *complete, struct err *e);

#endif
