/* SPDX-License-Identifier: GPL-2.0-or-later */
/* looks.c: see looks.h. */
#include "lib/looks.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/schema.h"

bool looks_exist(const char *dir)
{
	char *path = xasprintf("%s/" LOOKS_JSON, dir);
	bool there = fs_exists(path);

	free(path);
	return there;
}

static bool is_growing(const json_t *looks)
{
	json_int_t before = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(looks, i, item) {
		if (!json_is_integer(item) || json_integer_value(item) <= before)
			return false;
		before = json_integer_value(item);
	}
	return json_is_array(looks);
}

int looks_read(const char *dir, json_t **out, struct err *e)
{
	char *path = xasprintf("%s/" LOOKS_JSON, dir);
	int ret = 0;

	*out = NULL;
	if (fs_exists(path))
		ret = fs_read_json(path, out, e);
	else
		*out = json_array();
	if (!ret && !is_growing(*out))
		ret = err_add(e, EINVAL,
			      "%s is no list of growing numbers of blocks, such as [6, 9]", path);
	if (ret) {
		json_decref(*out);
		*out = NULL;
	}
	free(path);
	return ret;
}

int looks_add(const char *dir, unsigned blocks, struct err *e)
{
	char *path = xasprintf("%s/" LOOKS_JSON, dir);
	struct err sub = ERR_INIT;
	json_t *looks;
	size_t at = 0;
	int ret = looks_read(dir, &looks, e);

	if (ret || !blocks)
		goto out;
	while (at < json_array_size(looks) &&
	       json_integer_value(json_array_get(looks, at)) < blocks)
		at++;
	if (json_integer_value(json_array_get(looks, at)) == blocks)
		goto out;
	json_array_insert_new(looks, at, json_integer(blocks));
	ret = fs_write_json(path, looks, &sub);
	if (ret == -EROFS || ret == -EACCES || ret == -EPERM)
		ret = 0;
	if (ret)
		ret = err_add(e, -ret, "%s", sub.text);
out:
	json_decref(looks);
	free(path);
	return ret;
}
