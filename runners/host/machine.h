/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.h: the machine: its properties, the settings that a run changes, and its kernel. */
#ifndef FSDUEL_RUNNERS_HOST_MACHINE_H
#define FSDUEL_RUNNERS_HOST_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/utsname.h>

#include "runners/host/undo.h"

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct machine {
	char *governors;     /* "performance", "schedutil,powersave"; "" where there is none */
	enum answer turbo;   /* may the CPUs go above their nominal frequency? */
	enum answer smt;     /* do two CPUs share a core? */
	unsigned numa_nodes; /* at least 1 */
	char *hypervisor;    /* "KVMKVMKVM", as it names itself; "" on bare metal */
	double steal_pct;    /* of all CPU time since boot; below 0: not told */
};

/* root is "", or where tests keep a /sys and a /proc. Unknown is a value, so this cannot fail. */
void machine_read(struct machine *m, const char *root);
json_t *machine_json(const struct machine *m);
void machine_release(struct machine *m);

/* Set the CPU frequency governors to performance. Each is in the journal first, so undo_all puts it
 * back, also after an error here. One that cannot be set is a sentence in notes, for run.json. */
int machine_quiet(const char *root, struct undo *u, struct strv *notes, struct err *e);

/* The kernel that runs, with the words by which an image of it is known. */
struct running_kernel {
	struct utsname name;
	char build_id[65]; /* hex; "" where sysfs does not tell */
};

void running_kernel_read(struct running_kernel *r);
/* Is it this one? By build ids where both have one; else by release and version. */
bool running_kernel_is(const struct running_kernel *r, const char *release, const char *version,
		       const char *build_id);

/* For run.json, with /proc/version and the command line. */
json_t *running_json(void);
/* Are the running kernel and the one noted in a folder the same build? */
bool running_same(const json_t *running, const json_t *noted);

#endif
