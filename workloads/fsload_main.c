/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload_main.c: the load generator as a program, to try a mix by hand. It makes FILE, proves its
 * extents, runs, prints a line for each metric and removes FILE. `fsduel list` shows the roles.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "workloads/fsload.h"

static atomic_int caught; /* the signal flag: 0 or the signal's number */

#define USAGE                                                                                      \
	"Usage: fsload FILE ROLES [NAME=VALUE...]\n"                                               \
	"Load FILE, which is made and removed again, with a mix of roles.\n"                       \
	"  fsload /mnt/x 'dio_read:4 buffered_write' runtime=5s buffered_write.bs=16k\n"

static void on_signal(int sig)
{
	caught = sig;
}

static int make_mix(struct mix *m, char **argv, struct err *e)
{
	int ret = mix_parse(m, *argv, e);

	while (!ret && *++argv) {
		char *value = *argv, *name = strsep(&value, "=");

		ret = value ? mix_set(m, name, value, e)
			    : err_add(e, EINVAL, "\"%s\" is not NAME=VALUE", name);
	}
	return ret;
}

/* A line for each figure that was measured, and the role's judgement of its own. */
static void print_role(const struct role *role, const struct fsload_result *r)
{
	const struct counter *c = role->counters;
	struct err e = ERR_INIT;
	double v;

	for (const struct metric *m = metrics; m->name; m++)
		if (m->value(&r->measured, &v))
			printf("%-15s %-15s %.10g %s\n", role->name, m->name, v, m->unit);
	for (size_t i = 0; c && c[i].name; i++)
		if (r->count[i] != COUNTER_NONE)
			printf("%-15s %-15s %" PRIu64 " %s\n", role->name, c[i].name, r->count[i],
			       c[i].unit);
	if (r->first_errno)
		printf("%s: the first error: %s\n", role->name, strerror(r->first_errno));
	if (role->judge && role->judge(r->count, &e))
		printf("%s: %s\n", role->name, e.text);
}

/* The readers must not find in the page cache what this program wrote. */
static int drop_cache(const char *path, const struct mix_entry *en, void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)en;
	(void)arg;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return 0;
}

static int measure(struct fsload *l, struct err *e)
{
	int ret = fsload_prepare(l, e);

	if (ret) {
		err_exit(e, ret == -EEXIST ? FSDUEL_USAGE : FSDUEL_MACHINE);
		return ret;
	}
	fsload_each_file(l, drop_cache, NULL);
	ret = fsload_prove(l, e);
	if (!ret)
		ret = fsload_run(l, NULL, NULL, &caught, e);
	err_exit(e, FSDUEL_UNMEASURED);
	fsload_remove(l);
	for (unsigned i = 0; !ret && i < l->nr_roles; i++)
		print_role(l->mix->entry[i].role, &l->role[i]);
	return ret;
}

int main(int argc, char **argv)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	struct err e = ERR_INIT;
	struct fsload l;
	struct mix m;
	int ret;

	if (argc < 3) {
		fputs(USAGE, stderr);
		return FSDUEL_USAGE;
	}
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	ret = make_mix(&m, argv + 2, &e);
	if (!ret)
		ret = fsload_init(&l, &m, argv[1], 1, &e);
	if (!ret) {
		ret = measure(&l, &e);
		fsload_release(&l);
	}
	if (!ret)
		return FSDUEL_OK;
	fprintf(stderr, "fsload: %s\n", e.text);
	return caught ? 128 + caught : err_exit_code(&e, FSDUEL_USAGE);
}
