/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target_impl.h: the functions of target_dir.c for target.c. For these only. */
#ifndef FSDUEL_RUNNERS_HOST_TARGET_IMPL_H
#define FSDUEL_RUNNERS_HOST_TARGET_IMPL_H

#include "runners/host/target.h"

/* The run that a target is for. */
struct target_use {
	const struct target_wants *wants;
	const struct plan *plan;
	const char *output; /* results folder */
};

/* 64 random bits in hex: a thing of such a name was made by the run that drew it. */
#define TARGET_NAME 17
void target_draw_name(char dst[TARGET_NAME]);

/* -ENOSPC, with the need: what, which is named so in the sentence, has only size bytes. */
int target_check_room(const struct target_use *use, uint64_t size, const char *what, struct err *e);

int target_check_dir(const struct target_use *use, struct err *e);
int target_open_dir(struct target *t, const struct target_use *use, struct undo *u, struct err *e);
int target_ready_dir(const struct target *t, struct err *e);

#endif
