/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot.h: kernels measured in turn on one machine that boots from one into the other by
 * kexec. The next step depends only on the notes and on the machine as it is (reboot_decide).
 * reboot_act.c carries it out: the state file, the systemd unit that goes on after each boot,
 * kexec. It knows no cells.
 */
#ifndef FSDUEL_RUNNERS_HOST_REBOOT_H
#define FSDUEL_RUNNERS_HOST_REBOOT_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/buf.h"
#include "runners/host/order.h"

#define REBOOT_NONE_ASKED (-1)
/* A leg that was begun that often and never finished takes the machine down each time. */
#define REBOOT_TRIES_MAX 3

/* One kernel's share of one block, measured between two boots. */
struct reboot_leg {
	unsigned block;   /* from 1 */
	size_t kernel;    /* index */
	unsigned missing; /* cell runs still to be made, by what is in the folder now */
};

/* The legs of a plan: block by block, its kernels in the order in which the plan has them first. */
struct reboot_legs {
	struct reboot_leg *v;
	size_t n;
};

/* missing[i]: is unit i of the plan missing? NULL: all are. */
void reboot_legs_make(struct reboot_legs *l, const struct plan *p, const bool *missing);
void reboot_legs_release(struct reboot_legs *l);

/* A kernel to boot, from --kexec LABEL=BZIMAGE[,INITRD]. */
struct reboot_kernel {
	char *label;
	char *image, *initrd;                        /* absolute; initrd NULL: it needs none */
	char *sha256, *release, *version, *build_id; /* of the image, and what must come up */
};

/* The notes that outlive a boot. */
struct reboot_state {
	char *fsduel;                  /* this program, absolute: what the unit starts */
	char *cwd;                     /* where the command was given */
	struct strv command;           /* its words, after "fsduel" */
	struct reboot_kernel *kernels; /* in the order of the command line */
	size_t nr_kernels;
	size_t leg;                /* legs before this one are done with */
	unsigned tries;            /* how often this leg was begun */
	int asked;                 /* kernel that kexec was to start and that was not seen yet */
	char boot_id[BOOT_ID_LEN]; /* of the boot that asked for it */
	unsigned boots;            /* restarts so far, for people */
};

#define REBOOT_STATE_NONE                                                                          \
	{                                                                                          \
		.asked = REBOOT_NONE_ASKED                                                         \
	}

void reboot_state_release(struct reboot_state *s);
json_t *reboot_state_to_json(const struct reboot_state *s);
/* -EINVAL for anything that to_json does not write; s may be released in any case. */
int reboot_state_from_json(struct reboot_state *s, const json_t *j, struct err *e);

/*
 * Append the kernel that word, "LABEL=BZIMAGE[,INITRD]", names to s, resolved and identified.
 * Without INITRD the one that distributions put beside the image, where there is one.
 */
int reboot_add_kernel(struct reboot_state *s, const char *word, struct err *e);

/* Turn the legs' kernels from indices of the suite's into s'. -EINVAL: a label without an image. */
int reboot_legs_map(struct reboot_legs *l, const struct suite *suite, const struct reboot_state *s,
		    struct err *e);

/* Which of s' kernels runs now; -1: none of them. */
int reboot_running(const struct reboot_state *s);

enum reboot_action {
	REBOOT_MEASURE, /* leg is to be measured on the kernel that runs */
	REBOOT_KEXEC,   /* kernel is to be started */
	REBOOT_DONE,    /* nothing is left to be measured */
	REBOOT_STOP,    /* it cannot go on: why */
};

struct reboot_seen {
	const char *boot_id, *release; /* of the kernel that runs; release for sentences */
	int running;                   /* reboot_running */
	/* legs[i].kernel counts in the state's kernels */
	const struct reboot_legs *legs;
};

struct reboot_step {
	enum reboot_action action;
	size_t leg; /* REBOOT_MEASURE, REBOOT_KEXEC: which leg it is for */
	size_t kernel;
	char why[512]; /* REBOOT_STOP: one sentence */
};

/* Decide the next step. Changes nothing. */
void reboot_decide(const struct reboot_state *s, const struct reboot_seen *seen,
		   struct reboot_step *step);

/* The state as the step changes it: save it before you take the step. */
void reboot_note_begin(struct reboot_state *s, const struct reboot_step *step, const char *boot_id);
/* The leg that reboot_note_begin began has come to its end, be it with failed cell runs. */
void reboot_note_measured(struct reboot_state *s);

/* Where things are; root is "" but in tests. */
#define REBOOT_STATE_FILE "/var/lib/fsduel/reboot.json"
#define REBOOT_UNIT "fsduel-reboot.service"
#define REBOOT_UNIT_FILE "/etc/systemd/system/" REBOOT_UNIT
#define REBOOT_LOG "/var/lib/fsduel/reboot.log"

/* The unit's text. -EINVAL: a path that a unit file cannot hold. */
int reboot_unit_text(const struct reboot_state *s, struct buf *text, struct err *e);

/* Are kexec, systemctl and systemd here, and does this kernel know kexec? Else -ENOTSUP. */
int reboot_check(struct err *e);
/* -ENOENT: no run is under way on this machine. */
int reboot_load(struct reboot_state *s, const char *root, struct err *e);
/* The state file is written before the unit, and reboot_remove deletes it after the unit. */
int reboot_save(const struct reboot_state *s, const char *root, struct err *e);
int reboot_install(const struct reboot_state *s, const char *root, struct err *e);
/* Unit and state away, whatever state they are in; a unit file that is not ours stays: -EEXIST. */
int reboot_remove(const char *root, struct err *e);
/* Is there anything for reboot_remove to do? For `fsduel clean`. */
bool reboot_is_installed(const char *root);
/* Load the kernel and shut down into it. 0: the machine is going down. */
int reboot_kexec(const struct reboot_kernel *k, struct err *e);

#endif
