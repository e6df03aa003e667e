/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_jobs.c: see fio_jobs.h. */
#include "runners/fio/fio_jobs.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"

#define TRIES 100
#define WAIT_NS 20000000

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

/* Is it a fio that works there? */
static bool is_fio_in(const char *pid, const char *dir)
{
	char *path = xasprintf("/proc/%s/comm", pid), *comm = fs_read_line(path);
	bool ours = comm && !strncmp(comm, "fio", 3);
	char cwd[PATH_MAX];
	ssize_t len;

	free(path);
	free(comm);
	if (!ours)
		return false;
	path = xasprintf("/proc/%s/cwd", pid);
	len = readlink(path, cwd, sizeof(cwd) - 1);
	free(path);
	if (len < 0)
		return false;
	cwd[len] = '\0';
	return is_below(cwd, dir);
}

/* Kill them once; how many there were. */
static unsigned kill_them(const char *dir)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	unsigned n = 0;

	while (proc && (d = readdir(proc))) {
		uint64_t pid;

		if (num_parse(d->d_name, NUM_COUNT, &pid, NULL) || !is_fio_in(d->d_name, dir))
			continue;
		kill((pid_t)pid, SIGKILL);
		n++;
	}
	if (proc)
		closedir(proc);
	return n;
}

void fio_jobs_end(const char *dir)
{
	const struct timespec wait = { 0, WAIT_NS };

	for (int i = 0; i < TRIES && kill_them(dir); i++)
		nanosleep(&wait, NULL);
}
