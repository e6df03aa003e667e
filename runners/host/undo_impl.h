/* SPDX-License-Identifier: GPL-2.0-or-later */
/* undo_impl.h: the kinds of things in the journal. For undo.c and undo_kinds.c. */
#ifndef FSDUEL_RUNNERS_HOST_UNDO_IMPL_H
#define FSDUEL_RUNNERS_HOST_UNDO_IMPL_H

#include <stdbool.h>

#include "runners/host/undo.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct undo_kind {
	const char *name;
	bool ends_with_boot; /* a restart has taken it away */
	/*
	 * Take it away if it is there and ours. said gets a line if it was. Not there is fine;
	 * -errno with a sentence: it is, and stays.
	 */
	int (*undo)(const json_t *item, struct strv *said, struct err *e);
};

extern const struct undo_kind undo_kinds[]; /* ends with a NULL name */

#endif
