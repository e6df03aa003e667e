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

/* place: from the program's folder. NULL: it has no such file. */
static char *from_program(const char *place, const char *name)
{
	char *relative = xasprintf("../%s%s", place, name);
	char *path = proc_beside(relative);
	char *real = path ? realpath(path, NULL) : NULL;

	free(path);
	free(relative);
	return real;
}

char *data_place(unsigned i, const char *name)
{
	static const char *const places[] = { "", "share/fsduel/" };
	char *path;

	if (!i)
		return xstrdup(name);
	if (i > 2)
		return NULL;
	path = from_program(places[i - 1], name);
	return path ? path : xstrdup(name);
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
