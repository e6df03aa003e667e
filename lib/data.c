/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * data.c: where the program's own files are; see data.h. What one works in comes
 * first: who edits a patch in a checkout means that one, whichever fsduel is run.
 */
#include "lib/data.h"

#include <stddef.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/proc.h"

/* The program lies in the tree's build folder. NULL: it does not, or has no such file. */
static char *built_in(const char *name)
{
	char *from_tree = xasprintf("../%s", name);
	char *path = proc_beside(from_tree);
	char *real = path ? realpath(path, NULL) : NULL;

	free(path);
	free(from_tree);
	return real;
}

char *data_place(unsigned i, const char *name)
{
	char *built = i == 1 ? built_in(name) : NULL;

	if (!i)
		return xstrdup(name);
	if (built)
		return built;
	return i <= 2 ? xasprintf(FSDUEL_DATADIR "/%s", name) : NULL;
}

char *data_find(const char *name)
{
	char *path;

	for (unsigned i = 0; (path = data_place(i, name)); i++) {
		if (fs_exists(path))
			return path;
		free(path);
	}
	return NULL;
}
