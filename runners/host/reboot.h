/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot.h: kernels measured in turn on one machine that boots from one into the other by
 * kexec. The next step depends only on the notes and on the machine as it is (reboot_decide).
 * reboot_act.c carries it out: the notes on disk, the systemd unit that gives the same command
 * again after each boot, kexec. It knows no cells.
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
	size_t kernel;    /* the suite's */
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

/* A kernel of the suite, and the image of it to boot. */
struct reboot_kernel {
	const char *label;                  /* the suite's */
	char *image, *initrd;               /* absolute; initrd NULL: it needs none */
	char *release, *version, *build_id; /* of the image; after kexec they must come up */
};

struct reboot_state {
	struct reboot_kernel *kernels; /* as the suite has them */
	size_t nr_kernels;
	/* The notes, which outlive a boot. */
	size_t leg;                /* legs before this one are done with */
	unsigned tries;            /* how often this leg was begun */
	int asked;                 /* kernel that kexec was to start and that was not seen yet */
	char boot_id[BOOT_ID_LEN]; /* of the boot that asked for it */
};

/* The suite is borrowed. */
void reboot_state_init(struct reboot_state *s, const struct suite *suite);
void reboot_state_release(struct reboot_state *s);
/* The words of --kexec, "LABEL=BZIMAGE[,INITRD]", one for each kernel of the suite; without
 * INITRD the one that distributions put beside the image, where there is one. -EINVAL,
 * FSDUEL_USAGE noted. */
int reboot_state_kernels(struct reboot_state *s, const struct suite *suite,
			 const char *const *words, size_t nr_words, struct err *e);

json_t *reboot_notes_to_json(const struct reboot_state *s);
/* -EINVAL for anything that to_json does not write. */
int reboot_notes_from_json(struct reboot_state *s, const json_t *j, struct err *e);

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

/* The notes as the step changes them: save them before you take the step. */
void reboot_note_begin(struct reboot_state *s, const struct reboot_step *step, const char *boot_id);
/* The leg that reboot_note_begin began has come to its end, be it with failed cell runs. */
void reboot_note_measured(struct reboot_state *s);

/* --- on the machine (reboot_act.c); root is "" but in tests --- */

#define REBOOT_UNIT "fsduel-reboot.service"
#define REBOOT_LOG "/var/lib/fsduel/reboot.log"

/* The unit's text: program fsduel run in the folder cwd with these words, --kexec-resume after the
 * first. -EINVAL: a word that a unit file cannot hold. */
int reboot_unit_text(struct buf *text, const char *fsduel, const char *cwd,
		     const struct strv *words, struct err *e);

/* Is it root, are kexec and systemd here, and does this kernel know kexec? Else -ENOTSUP. */
int reboot_check(struct err *e);
/* -ENOENT: no run is under way on this machine. */
int reboot_load(struct reboot_state *s, const char *root, struct err *e);
int reboot_save(const struct reboot_state *s, const char *root, struct err *e);
/* The notes, and then the unit with the command line and folder of this process. */
int reboot_install(const struct reboot_state *s, const char *root, struct err *e);
/* Unit and notes away, whatever state they are in. */
int reboot_remove(const char *root, struct err *e);
/* Is there anything for reboot_remove to do? */
bool reboot_is_installed(const char *root);
/* Load the kernel and shut down into it. 0: the machine is going down. */
int reboot_kexec(const struct reboot_kernel *k, struct err *e);

#endif
