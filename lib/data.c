/* SPDX-License-Identifier: GPL-2.0-or-later */
/* data.c: see data.h. The working directory comes first: a patch edited in a checkout is used. */
#include "lib/data.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/proc.h"

char *data_place(unsigned i, const char *name)
{
	static const char *const places[] = { "../", "../share/fsduel/" };
	char *relative, *path, *real;

	if (!i || i > 2)
		return i ? NULL : xstrdup(name);
	relative = xasprintf("%s%s", places[i - 1], name);
	path = proc_from_own_folder(relative);
	real = path ? realpath(path, NULL) : NULL;
	free(path);
	free(relative);
	return real ? real : xstrdup(name);
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

static int is_suite(const struct dirent *entry)
{
	return !fnmatch("*.ini", entry->d_name, FNM_PERIOD);
}

void data_suites(struct strv *all, const char *folder)
{
	char *dir;

	for (unsigned i = 0; !all->n && (dir = data_place(i, folder)); i++) {
		struct dirent **entries = NULL;
		int nr = scandir(dir, &entries, is_suite, versionsort);

		for (int k = 0; k < nr; k++) {
			strv_addf(all, "%s/%s", dir, entries[k]->d_name);
			free(entries[k]);
		}
		free(entries);
		free(dir);
	}
}
