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

/* Is it a fio whose working directory is dir or below it? */
static bool is_fio_in(uint64_t pid, const char *dir)
{
	char *path = xasprintf("/proc/%ju/comm", (uintmax_t)pid), *comm = fs_read_line(path);
	bool fio = comm && !strncmp(comm, "fio", 3);
	char cwd[PATH_MAX] = "";
	size_t len = strlen(dir);

	free(path);
	free(comm);
	path = xasprintf("/proc/%ju/cwd", (uintmax_t)pid);
	if (fio && readlink(path, cwd, sizeof(cwd) - 1) < 0)
		fio = false;
	free(path);
	return fio && !strncmp(cwd, dir, len) && (!cwd[len] || cwd[len] == '/');
}

/* Kill them once; how many there were. */
static unsigned kill_them(const char *dir)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	unsigned n = 0;
	uint64_t pid;

	while (proc && (d = readdir(proc))) {
		if (num_parse(d->d_name, NUM_COUNT, &pid, NULL) || !is_fio_in(pid, dir))
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
