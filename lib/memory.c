/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c: see memory.h. From Documentation/filesystems/proc.rst (MemAvailable),
 * admin-guide/cgroup-v2.rst and admin-guide/cgroup-v1/memory.rst of the kernel.
 */
#include "lib/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"

#define FILE_BYTES 65536

/* A kind of control group: the mark of its line in /proc/self/cgroup, and its files. */
/* clang-format off */
static const struct group_kind {
	const char *line, *mount, *limit, *usage;
	const char *cache[2];      /* in memory.stat */
} kinds[] = {
	{ "0::", "/sys/fs/cgroup", "memory.max", "memory.current",
	  { "inactive_file ", "active_file " } },
	{ ":memory:", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
	  { "total_inactive_file ", "total_active_file " } },
};
/* clang-format on */

/* The number behind word at the beginning of a line of a file. */
static bool read_number(const char *dir, const char *file, const char *word, uint64_t *n)
{
	char *path = xasprintf("%s/%s", dir, file);
	char *rest = NULL, *line;
	struct buf b = BUF_INIT;
	bool ok = false;

	if (!fs_read(path, FILE_BYTES, &b, NULL))
		rest = b.data;
	while (!ok && (line = strsep(&rest, "\n"))) {
		if (strncmp(line, word, strlen(word)))
			continue;
		line += strlen(word);
		line += strspn(line, " \t");
		line[strspn(line, "0123456789")] = '\0';
		ok = !num_parse(line, NUM_COUNT, n, NULL);
	}
	buf_release(&b);
	free(path);
	return ok;
}

/* Bytes that one group may still use; UINT64_MAX: it has no limit. */
static uint64_t left_in(const struct group_kind *k, const char *dir)
{
	uint64_t limit, used, cache = 0, n;

	if (!read_number(dir, k->limit, "", &limit) || !read_number(dir, k->usage, "", &used))
		return UINT64_MAX;
	for (int i = 0; i < 2; i++)
		if (read_number(dir, "memory.stat", k->cache[i], &n))
			cache += n;
	used -= cache < used ? cache : used;
	return used < limit ? limit - used : 0;
}

/* The group and all above it, up to the mount. */
static uint64_t left_in_all(const struct group_kind *k, const char *root, const char *group)
{
	char *path = xasprintf("%s%s%s", root, k->mount, group);
	size_t top = strlen(root) + strlen(k->mount);
	uint64_t least = UINT64_MAX;

	for (char *end = path + strlen(path); end; end = strrchr(path, '/')) {
		uint64_t left;

		*end = '\0';
		if (strlen(path) < top)
			break;
		left = left_in(k, path);
		if (left < least)
			least = left;
	}
	free(path);
	return least;
}

uint64_t memory_available(const char *root)
{
	char *proc = xasprintf("%s/proc", root), *cgroup = xasprintf("%s/self/cgroup", proc);
	struct buf groups = BUF_INIT;
	uint64_t available = 0;

	if (read_number(proc, "meminfo", "MemAvailable:", &available))
		available <<= 10; /* it is in KiB */
	fs_read(cgroup, FILE_BYTES, &groups, NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *at = strstr(buf_str(&groups), kinds[i].line);
		uint64_t left;
		char *group;

		if (!at)
			continue;
		at += strlen(kinds[i].line);
		group = xstrndup(at, strcspn(at, "\n"));
		left = left_in_all(&kinds[i], root, group);
		available = left < available ? left : available;
		free(group);
	}
	buf_release(&groups);
	free(proc);
	free(cgroup);
	return available;
}
