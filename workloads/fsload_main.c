/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload_main.c: the load generator as a program, to try a mix by hand. It makes FILE, proves its
 * extents, runs, prints a line for each metric and removes FILE. `fsduel list` shows the roles.
 */
#include <argp.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "workloads/fsload.h"

static atomic_int caught; /* the signal flag: 0 or the signal's number */

struct options {
	const char *mix, *path;
	struct strv sets; /* name=value, in the order given */
};

static const struct argp_option argp_options[] = {
	{ "mix", 'm', "ROLES", 0, "Roles and threads (dio_read:1)", 0 },
	{ "set", 's', "NAME=VALUE", 0,
	  "Set a parameter of the mix, of all roles (bs=16k) or of one (dio_read.bs=16k)", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key == 'm')
		o->mix = arg;
	else if (key == 's')
		strv_add(&o->sets, arg);
	else if (key == ARGP_KEY_ARG && !o->path)
		o->path = arg;
	else if (key == ARGP_KEY_ARG || key == ARGP_KEY_NO_ARGS)
		argp_error(state, "name one FILE, which does not exist yet");
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.args_doc = "FILE",
	.doc = "Load one FILE with a mix of roles and print what they got done.\v"
	       "FILE is made by this program and removed afterwards. Exit code: 0 fine, 2 usage, 3 "
	       "this machine cannot do it, 4 measuring failed, 128+n on a signal.",
};

static void on_signal(int sig)
{
	caught = sig;
}

static int make_mix(struct mix *m, const struct options *o, struct err *e)
{
	int ret = mix_parse(m, o->mix, e);

	for (size_t i = 0; !ret && i < o->sets.n; i++) {
		char *value = o->sets.v[i], *name = strsep(&value, "=");

		ret = value ? mix_set(m, name, value, e)
			    : err_add(e, EINVAL, "--set takes NAME=VALUE, not \"%s\"", name);
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
	struct options o = { .mix = "dio_read:1" };
	struct err e = ERR_INIT;
	struct fsload l;
	struct mix m;
	int ret;

	argp_err_exit_status = FSDUEL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	ret = make_mix(&m, &o, &e);
	if (!ret)
		ret = fsload_init(&l, &m, o.path, 1, &e);
	if (!ret) {
		ret = measure(&l, &e);
		fsload_release(&l);
	}
	strv_release(&o.sets);
	if (!ret)
		return FSDUEL_OK;
	fprintf(stderr, "fsload: %s\n", e.text);
	return caught ? 128 + caught : err_exit_code(&e, FSDUEL_USAGE);
}
