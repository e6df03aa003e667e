/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passes.c: see passes.h. Whether a name is a pass at all is the suite's to say. */
#include "cli/passes.h"

#include <string.h>

static void add(struct option_strings *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i], name))
			return;
	if (all->n < OPTION_STRINGS_MAX)
		all->v[all->n++] = name;
}

void passes_join(struct option_strings *all, const struct option_strings *asked, const json_t *run)
{
	const json_t *item;
	size_t i;

	all->n = 0;
	json_array_foreach(json_object_get(run, "passes"), i, item)
		if (json_is_string(item))
			add(all, json_string_value(item));
	for (i = 0; asked && i < asked->n; i++)
		add(all, asked->v[i]);
}
