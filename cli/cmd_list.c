/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_list.c: `fsduel list TOPIC`: the words of a suite and the metrics, from our tables. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/locks/locks.h"
#include "cli/command.h"
#include "dashboards/plot/plot.h"
#include "lib/data.h"
#include "lib/ini.h"
#include "runners/fio/fiojob.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"
#include "runners/suite/suite.h"
#include "workloads/metric.h"
#include "workloads/role.h"

static const char *const kind_names[] = {
	[NUM_COUNT] = "count",
	[NUM_BYTES] = "bytes",
	[NUM_NS] = "time",
	[NUM_PCT] = "per cent",
};

static const char *default_of(const struct param *p, const struct role *role)
{
	for (const char *const *d = role ? role->defaults : NULL; d && d[0]; d += 2)
		if (!strcmp(d[0], p->name))
			return d[1];
	return p->def;
}

static void print_param(const struct param *p, const struct role *role)
{
	struct buf kind = BUF_INIT;

	for (const char *const *c = p->choices; c && *c; c++)
		buf_addf(&kind, "%s%s", kind.len ? "|" : "", *c);
	printf("  %-14s %-8s %s (%s)\n", p->name, default_of(p, role), p->help,
	       p->choices ? buf_str(&kind) : kind_names[p->kind]);
	buf_release(&kind);
}

/* Defaults of the common parameters that this role changes, then its own parameters. */
static void print_role(const struct role *r)
{
	printf("%s: %s\n", r->name, r->help);
	for (const char *const *d = r->defaults; d && d[0]; d += 2) {
		const struct param *p = param_find(role_params, d[0]);

		if (p)
			print_param(p, r);
	}
	for (const struct param *p = r->params; p && p->name; p++)
		print_param(p, r);
}

static void list_roles(void)
{
	for (const struct role *const *r = roles; *r; r++)
		print_role(*r);
}

/* what, only: "pass" or "role", and the one that has the metric; NULL: all have it. */
static void print_metric(const char *name, const char *unit, enum better better, const char *help,
			 const char *what, const char *only)
{
	printf("%-16s %-6s %-7s %s", name, unit, better_name(better), help);
	if (only)
		printf(" (%s %s)", what, only);
	putchar('\n');
}

static void list_metrics(void)
{
	for (const struct metric *m = metrics; m->name; m++)
		print_metric(m->name, m->unit, m->better, m->help, NULL, NULL);
	for (const struct lock_metric *m = lock_metrics; m->name; m++)
		print_metric(m->name, m->unit, m->better, m->help, "pass", pass_names[PASS_LOCKS]);
	for (const struct profile_metric *m = profile_metrics; m->name; m++)
		print_metric(m->name, m->unit, m->better, m->help, m->every ? "mode" : "pass",
			     m->every ? mode_names[MODE_EXACT] : pass_names[PASS_PROFILE]);
	for (const struct role *const *r = roles; *r; r++)
		for (const struct counter *c = (*r)->counters; c && c->name; c++)
			print_metric(c->name, c->unit, c->better, c->help, "role", (*r)->name);
}

static void list_locks(void)
{
	for (unsigned i = 0; i < nr_lock_classes; i++)
		printf("%s: %s\n", lock_classes[i].name, lock_classes[i].help);
}

static void list_plots(void)
{
	for (const struct plot_kind *k = plot_kinds; k->name; k++)
		printf("%s: %s (%s, from %s)\n", k->name, k->help, k->script, k->needs);
}

static void list_params(void)
{
	printf("of a mix:\n");
	for (const struct param *p = mix_params; p->name; p++)
		print_param(p, NULL);
	printf("of every role (bs for all of them, ROLE.bs for one):\n");
	for (const struct param *p = role_params; p->name; p++)
		print_param(p, NULL);
	printf("of a fio job:\n");
	for (const struct fiojob_param *p = fiojob_params; p->name; p++)
		printf("  %-14s %s%s%s%s\n", p->name, p->option ? "sets " : "",
		       p->option ? p->option : p->help, p->also ? " and " : "",
		       p->also ? p->also : "");
}

static int print_suite(const char *path, struct err *e)
{
	const struct ini_section *s;
	const struct ini_key *about;
	struct ini ini = { 0 };
	int ret = ini_load(&ini, path, 0, e);

	if (!ret) {
		s = ini_find(&ini, "suite");
		about = s ? ini_get(s, "about") : NULL;
		printf("%s: %s\n", path, about ? about->value : "");
	}
	ini_release(&ini);
	return ret;
}

static int list_suites(struct err *e)
{
	struct strv paths = STRV_INIT;
	int ret = 0;

	data_suites(&paths, "configs");
	for (size_t i = 0; i < paths.n; i++)
		ret |= print_suite(paths.v[i], e);
	if (!paths.n)
		ret = err_add(e, ENOENT, "there are no suites (configs/*.ini) in " DATA_PLACES);
	strv_release(&paths);
	return ret ? FSDUEL_USAGE : FSDUEL_OK;
}

static int run(const struct call *c, struct err *e)
{
	/* In the order of the command's words; suites need more than tables. */
	static void (*const lists[])(void) = { list_roles, list_metrics, list_params, list_locks,
					       list_plots };
	int topic = choice_find("topic", c->command->args, c->args[0], e);

	if (topic < 0)
		return FSDUEL_USAGE;
	if ((size_t)topic == sizeof(lists) / sizeof(lists[0]))
		return list_suites(e);
	lists[topic]();
	return FSDUEL_OK;
}

const struct command command_list = {
	.name = "list",
	.args = "roles|metrics|params|locks|plots|suites",
	.min_args = 1,
	.max_args = 1,
	.summary = "list roles, suites, metrics, parameters, lock classes or plots",
	.text = "roles: each role, with the parameters that it adds or gives another default. "
		"params: the parameters of every mix, role and fio job. suites: the *.ini files "
		"of ./configs or, without those, of the installed ones. locks: the classes that "
		"`fsduel locks` tells apart. plots: the pictures of `fsduel plot`.",
	.run = run,
};
