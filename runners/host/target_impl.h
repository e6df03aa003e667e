/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target_impl.h: what target.c, target_dir.c and target_memory.c share. For these only. */
#ifndef FSDUEL_RUNNERS_HOST_TARGET_IMPL_H
#define FSDUEL_RUNNERS_HOST_TARGET_IMPL_H

#include "runners/host/target.h"

/* -ENOSPC with what is needed: what (named so in the sentence) has only size bytes. */
int target_check_room(const struct plan *p, uint64_t size, const char *what, bool existing,
		      struct err *e);

/* Claim a device that is there by now, for as long as t is open: its path and size are noted. */
int target_hold(struct target *t, const char *dev, struct err *e);

/* Of what is made: as wanted, else as the suite's [device]. */
uint64_t target_size(const struct target_wants *w, const struct suite *s);

/* 64 random bits in hex: what bears such a name was made by the run that drew it. */
#define TARGET_NAME 17
void target_draw_name(char dst[TARGET_NAME]);

int target_check_dir(const struct target_wants *w, const struct plan *p, const char *output,
		     struct err *e);
int target_open_dir(struct target *t, const struct target_wants *w, const struct plan *p,
		    const char *output, struct undo *u, struct err *e);
int target_ready_dir(const struct target *t, struct err *e);
int target_check_null_blk(const struct target_wants *w, const struct plan *p, const char *output,
			  struct err *e);
int target_open_null_blk(struct target *t, const struct target_wants *w, const struct plan *p,
			 const char *output, struct undo *u, struct err *e);
int target_check_zram(const struct target_wants *w, const struct plan *p, const char *output,
		      struct err *e);
int target_open_zram(struct target *t, const struct target_wants *w, const struct plan *p,
		     const char *output, struct undo *u, struct err *e);

#endif
