/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot.c: the pure half of reboot.h: legs, the decision, what a step does to
 * the state. The state's JSON is in reboot_state.c.
 */
#include "runners/host/reboot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- legs --------------------------------------------------------------------- */

static struct reboot_leg *find_leg(struct reboot_legs *l, unsigned block, size_t kernel)
{
	for (size_t i = l->n; i-- > 0 && l->v[i].block == block;)
		if (l->v[i].kernel == kernel)
			return &l->v[i];
	return NULL;
}

void reboot_legs_make(struct reboot_legs *l, const struct plan *p, const bool *missing)
{
	*l = (struct reboot_legs){
		xcalloc((size_t)p->suite->blocks * p->suite->nr_kernels + 1, sizeof(*l->v)), 0
	};
	/* The plan goes block by block. */
	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_unit *u = &p->units[i];
		size_t kernel = p->suite->variants[u->variant].kernel;
		struct reboot_leg *leg = find_leg(l, u->block, kernel);

		if (!leg) {
			leg = &l->v[l->n++];
			*leg = (struct reboot_leg){ u->block, kernel, 0 };
		}
		leg->missing += !missing || missing[i];
	}
}

void reboot_legs_release(struct reboot_legs *l)
{
	free(l->v);
	*l = (struct reboot_legs){ NULL, 0 };
}

static int find_kernel(const struct reboot_state *s, const char *label)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (!strcmp(s->kernels[i].label, label))
			return (int)i;
	return -1;
}

int reboot_legs_map(struct reboot_legs *l, const struct suite *suite, const struct reboot_state *s,
		    struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *label = suite->kernels[l->v[i].kernel].label;
		int k = find_kernel(s, label);

		if (k < 0) {
			err_exit(e, FSDUEL_USAGE);
			return err_add(e, EINVAL,
				       "the suite has a kernel '%s' and no image is "
				       "given for it: add --kexec %s=BZIMAGE",
				       label, label);
		}
		l->v[i].kernel = (size_t)k;
	}
	return 0;
}

/* --- the decision --------------------------------------------------------------- */

static void stop_wrong_kernel(const struct reboot_state *s, const struct reboot_seen *seen,
			      struct reboot_step *step)
{
	const struct reboot_kernel *k = &s->kernels[s->asked];

	step->action = REBOOT_STOP;
	if (!strcmp(seen->boot_id, s->boot_id))
		snprintf(step->why, sizeof(step->why),
			 "the machine was told to restart into the kernel '%s' (%s) and did not: "
			 "journalctl -b says what systemd made of it",
			 k->label, k->release);
	else
		snprintf(step->why, sizeof(step->why),
			 "the kernel that came up is %s, not '%s' (%s) as asked: that one did not "
			 "boot, or lacks what this machine needs (an initrd: --kexec %s=%s,INITRD)",
			 seen->release, k->label, k->release, k->label, k->image);
}

static void stop_crash_loop(const struct reboot_state *s, const struct reboot_leg *leg,
			    struct reboot_step *step)
{
	step->action = REBOOT_STOP;
	snprintf(step->why, sizeof(step->why),
		 "block %u of the kernel '%s' was begun %u times and never finished: the machine "
		 "goes down while measuring it; journalctl -b -1 -k, or the firmware's pstore, "
		 "may say why",
		 leg->block, s->kernels[leg->kernel].label, s->tries);
}

void reboot_decide(const struct reboot_state *s, const struct reboot_seen *seen,
		   struct reboot_step *step)
{
	const struct reboot_leg *leg;
	size_t i = s->leg;

	*step = (struct reboot_step){ .action = REBOOT_DONE };
	if (s->asked != REBOOT_NONE_ASKED &&
	    (seen->running != s->asked || !strcmp(seen->boot_id, s->boot_id))) {
		stop_wrong_kernel(s, seen, step);
		return;
	}
	while (i < seen->legs->n && !seen->legs->v[i].missing)
		i++;
	if (i == seen->legs->n)
		return;
	leg = &seen->legs->v[i];
	step->leg = i;
	step->kernel = leg->kernel;
	/* A crash brings the firmware's kernel, so what was tried is counted before what runs. */
	if (i == s->leg && s->tries >= REBOOT_TRIES_MAX)
		stop_crash_loop(s, leg, step);
	else if (seen->running >= 0 && (size_t)seen->running == leg->kernel)
		step->action = REBOOT_MEASURE;
	else
		step->action = REBOOT_KEXEC;
}

void reboot_note_begin(struct reboot_state *s, const struct reboot_step *step, const char *boot_id)
{
	if (step->leg != s->leg)
		s->tries = 0;
	s->leg = step->leg;
	if (step->action == REBOOT_MEASURE) {
		s->asked = REBOOT_NONE_ASKED;
		s->tries++;
	} else if (step->action == REBOOT_KEXEC) {
		s->asked = (int)step->kernel;
		snprintf(s->boot_id, sizeof(s->boot_id), "%s", boot_id);
		s->boots++;
	}
}

void reboot_note_measured(struct reboot_state *s)
{
	s->leg++;
	s->tries = 0;
}
