/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_order.c: see suite_order.h. A seed that came from the suite would give every
 * duel of two variants everywhere the same order, and the test of "nothing changed"
 * (docs/statistics.md) rests on a coin that is thrown for each run.
 */
#include "runners/suite/suite_order.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/schema.h"

/* 53 bits, so that JSON readers show the number that was used; not 0. */
static int draw(uint64_t *seed, struct err *e)
{
	if (getrandom(seed, sizeof(*seed), 0) != (ssize_t)sizeof(*seed))
		return err_sys(e, errno, "cannot draw the order of the variants");
	*seed = *seed >> 11 | 1;
	return 0;
}

int suite_draw_order(struct suite *s, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	json_t *run = NULL;
	int ret = 0;

	if (s->mode != MODE_EXACT && !s->order_seed) {
		if (!fs_exists(path))
			ret = draw(&s->order_seed, e);
		else
			ret = fs_read_json(path, &run, e);
	}
	/* A folder of an older fsduel says none: its order came from the suite's seed. */
	if (run)
		s->order_seed = (uint64_t)json_integer_value(
			json_object_get(json_object_get(run, "suite"), "order_seed"));
	json_decref(run);
	free(path);
	return ret;
}
