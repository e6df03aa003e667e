/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_guard.c: [guard]: on which variants stale data must show up, and how many
 * reads without any make another one clean. Judging is analysis/guard's.
 */
#include "runners/suite/suite_read.h"

/* clang-format off */
static const struct suite_key guard_keys[] = {
	{ .name = "control", .kind = KEY_WORDS, .offset = offsetof(struct suite, guard.control) },
	{ .name = "least", .kind = KEY_NUM, .num = NUM_COUNT,
	  .offset = offsetof(struct suite, guard.least), .min = 1, .max = 1000000000000 },
	{ .name = NULL },
};
/* clang-format on */

void suite_read_guard(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite *s = r->s;
	const struct ini_key *k = ini_get(sec, "control");
	struct strv known = STRV_INIT;

	(void)name;
	suite_read_keys(r, sec, guard_keys, s);
	s->guard.there = true;
	for (size_t i = 0; i < s->nr_variants; i++)
		strv_add(&known, s->variants[i].name);
	for (size_t i = 0; i < s->guard.control.n; i++)
		if (strv_find(&known, s->guard.control.v[i]) < 0)
			suite_mistake_unknown(r, k->line, "variant", s->guard.control.v[i],
					      (const char *const *)known.v);
	strv_release(&known);
}
