/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.c: all hooks of file systems, from the list that make generates out of judge_*.c. */
#include "runners/cell/judge.h"

#include <stddef.h>
#include <string.h>

#define JUDGE(name) judge_fn judge_##name;
#include "judges.h"
#undef JUDGE

judge_fn *judge_find(const char *fs)
{
	static const struct {
		const char *fs;
		judge_fn *fn;
	} judges[] = {
#define JUDGE(name) { #name, judge_##name },
#include "judges.h"
#undef JUDGE
	};

	for (size_t i = 0; i < sizeof(judges) / sizeof(judges[0]); i++)
		if (!strcmp(judges[i].fs, fs))
			return judges[i].fn;
	return NULL;
}
