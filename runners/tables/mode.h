/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mode.h: the modes of enum mode as data, one row each: what QEMU and the guest
 * kernel are given, how many guests may run at once, what must stand under
 * every table. Why each argument is there: docs/modes.md and docs/exact.md.
 */
#ifndef FSDUEL_RUNNERS_MODE_H
#define FSDUEL_RUNNERS_MODE_H

#include "runners/suite/suite.h"

struct mode_info {
	const char *note;        /* what figures of this mode are and are not, one sentence */
	const char *accel;       /* as `-accel help` names it; NULL: no guests in this mode */
	const char *const *args; /* QEMU's accelerator, clock and CPU; ends with NULL */
	const char *const
		*machine;    /* properties of -machine, each left out where QEMU has it not */
	const char *cmdline; /* of the guest's kernel */
	const char *one_cpu_cmdline; /* more of it where there is one CPU */
	bool virtual_clock;          /* the host's speed and load are not in the figures */
	bool alone;                  /* one guest at a time */
};

/* By enum mode. MODE_AUTO has no row of its own: trial_choose settles it. */
extern const struct mode_info modes[];

#endif
