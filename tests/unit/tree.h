/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h: a made-up /proc or /sys for one test: a folder of its own, which make_tree makes
 * and drop_tree removes, and files in it. *state is its path.
 */
#ifndef FSDUEL_TESTS_TREE_H
#define FSDUEL_TESTS_TREE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"

static int make_tree(void **state)
{
	char *root = strdup("/tmp/fsduel-test-tree-XXXXXX");

	*state = root;
	return root && mkdtemp(root) ? 0 : -1;
}

static int drop_tree(void **state)
{
	fs_remove_tree(*state, NULL);
	free(*state);
	return 0;
}

static void put(const char *root, const char *name, const char *text)
{
	char *path = xasprintf("%s%s", root, name), *dir = xstrdup(path);
	FILE *f;

	*strrchr(dir, '/') = '\0';
	assert_int_equal(fs_mkdir_p(dir, NULL), 0);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(dir);
	free(path);
}

#endif
