/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.c: see memory.h, and the kernel's filesystems/proc.rst and admin-guide/cgroup-v2.rst. */
#include "lib/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"

#define FILE_BYTES 65536

#define GROUPS "/sys/fs/cgroup" /* where version 2 is mounted */

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
static uint64_t left_in(const char *dir)
{
	static const char *const cache[] = { "inactive_file ", "active_file " };
	uint64_t limit, used, n;

	if (!read_number(dir, "memory.max", "", &limit) ||
	    !read_number(dir, "memory.current", "", &used))
		return UINT64_MAX;
	for (int i = 0; i < 2; i++)
		if (read_number(dir, "memory.stat", cache[i], &n))
			used -= n < used ? n : used;
	return used < limit ? limit - used : 0;
}

uint64_t memory_available(const char *root)
{
	char *proc = xasprintf("%s/proc", root), *cgroup = xasprintf("%s/self/cgroup", proc);
	char *line = fs_read_line(cgroup); /* "0::/GROUP" */
	uint64_t available = 0;

	if (read_number(proc, "meminfo", "MemAvailable:", &available))
		available <<= 10; /* it is in KiB */
	if (line && !strncmp(line, "0::", 3)) {
		char *path = xasprintf("%s" GROUPS "%s", root, line + 3);
		size_t top = strlen(root) + strlen(GROUPS);

		/* The group and all above it, up to the mount. */
		for (char *end = path + strlen(path); end && end >= path + top;
		     end = strrchr(path, '/')) {
			uint64_t left;

			*end = '\0';
			left = left_in(path);
			available = left < available ? left : available;
		}
		free(path);
	}
	free(line);
	free(proc);
	free(cgroup);
	return available;
}
