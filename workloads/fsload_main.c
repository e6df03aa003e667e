/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload_main.c: the load generator as a program, to try a mix by hand. It makes FILE, proves its
 * extents, runs, prints and removes FILE.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "workloads/fsload.h"

#define DEFAULT_MIX "dio_read:1"

static atomic_int caught; /* the signal flag: 0 or the signal's number */

struct options {
	const char *mix, *path;
	struct strv sets; /* name=value, in the order given */
	uint64_t seed;
	bool json, keep, list;
};

enum { OPT_JSON = 256, OPT_KEEP, OPT_LIST, OPT_SEED };

/* clang-format off */
static const struct argp_option argp_options[] = {
	{ "mix", 'm', "ROLES", 0, "Roles and threads, like \"dio_overwrite:4 buffered_write:1\" "
				  "(" DEFAULT_MIX ")", 0 },
	{ "set", 's', "NAME=VALUE", 0, "Set a parameter of the mix, of all roles (bs=16k) or of "
				       "one (buffered_write.bs=16k); any number of times", 0 },
	{ "seed", OPT_SEED, "N", 0, "Seed of the offsets (1)", 0 },
	{ "json", OPT_JSON, NULL, 0, "Print JSON instead of a table", 0 },
	{ "keep", OPT_KEEP, NULL, 0, "Leave FILE there afterwards", 0 },
	{ "list", OPT_LIST, NULL, 0, "Print the roles and parameters there are", 0 },
	{ NULL, 'h', NULL, 0, "The same as --help", -1 },
	{ 0 },
};
/* clang-format on */

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct err e = ERR_INIT;

	switch (key) {
	case 'm':
		o->mix = arg;
		break;
	case 's':
		strv_add(&o->sets, arg);
		break;
	case OPT_SEED:
		if (num_parse(arg, NUM_COUNT, &o->seed, &e))
			argp_error(state, "--seed: %s", e.text);
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_KEEP:
		o->keep = true;
		break;
	case OPT_LIST:
		o->list = true;
		break;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		if (o->path)
			argp_error(state, "only one FILE can be worked on");
		o->path = arg;
		break;
	case ARGP_KEY_END:
		if (!o->path && !o->list)
			argp_error(state, "name a FILE that does not exist yet");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.args_doc = "FILE",
	.doc = "Load one FILE with a mix of roles and print what they got done.\v"
	       "FILE is made by this program and must not exist yet; it is removed afterwards. Its "
	       "file system is what is measured. Exit code: 0 fine, 2 usage, 3 this machine cannot "
	       "do it, 4 measuring failed, 128+n on a signal.",
};

/* --- --list ------------------------------------------------------------------- */

static void list_params(const char *indent, const struct param *p)
{
	for (; p && p->name; p++) {
		printf("%s%-14s %s (%s)", indent, p->name, p->help, p->def);
		for (size_t i = 0; p->choices && p->choices[i]; i++)
			printf("%s%s", i ? ", " : ": ", p->choices[i]);
		putchar('\n');
	}
}

static void list_all(void)
{
	printf("roles:\n");
	for (const struct role *const *r = roles; *r; r++) {
		printf("  %-16s %s", (*r)->name, (*r)->help);
		for (const char *const *d = (*r)->defaults; d && *d; d += 2)
			printf("; %s=%s", d[0], d[1]);
		putchar('\n');
		list_params("    ", (*r)->params);
	}
	printf("\nparameters of the mix:\n");
	list_params("  ", mix_params);
	printf("\nparameters of every role:\n");
	list_params("  ", role_params);
}

/* --- results ------------------------------------------------------------------ */

static void print_cell(const struct metric *m, const struct measured *got)
{
	char text[32] = "-";
	double v;

	if (m->value(got, &v)) {
		if (!strcmp(m->unit, "ns"))
			num_format_ns_human(text, (uint64_t)v);
		else
			num_format_si(text, v);
	}
	printf("  %16s", text);
}

/* The role's own counters, and its judgement of them. */
static void print_counts(const struct role *role, const uint64_t *count)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; role->counters && role->counters[i].name; i++)
		if (count[i] != COUNTER_NONE)
			printf("%s %s: %" PRIu64 " %s\n", role->name, role->counters[i].name,
			       count[i], role->counters[i].unit);
	if (role->judge && role->judge(count, &e))
		printf("%s: %s\n", role->name, e.text);
}

static void print_table(const struct fsload *l)
{
	printf("%-15s %-5s", "metric", "unit");
	for (unsigned i = 0; i < l->mix->nr; i++)
		printf("  %16s", l->mix->entry[i].role->name);
	printf(l->mix->nr > 1 ? "  %16s\n" : "\n", "total");
	for (const struct metric *m = metrics; m->name; m++) {
		if (metric_is_seldom(m))
			continue;
		printf("%-15s %-5s", m->name, strcmp(m->unit, "ns") ? m->unit : "time");
		for (unsigned i = 0; i < l->mix->nr; i++)
			print_cell(m, &l->role[i].measured);
		if (l->mix->nr > 1)
			print_cell(m, &l->total.measured);
		putchar('\n');
	}
	for (unsigned i = 0; i < l->mix->nr; i++) {
		print_counts(l->mix->entry[i].role, l->role[i].count);
		if (l->role[i].first_errno)
			printf("first error of %s: %s\n", l->mix->entry[i].role->name,
			       strerror(l->role[i].first_errno));
	}
}

static void put(json_t *metrics_of, const char *name, double value, const char *unit,
		enum better better)
{
	json_object_set_new(metrics_of, name,
			    json_pack("{s:f, s:s, s:s}", "value", value, "unit", unit, "better",
				      better_name(better)));
}

/* Only what was measured. */
static json_t *metrics_json(const struct measured *got)
{
	const struct counter *counters = got->counters;
	json_t *o = json_object();
	double v;

	for (size_t i = 0; counters && counters[i].name; i++)
		if (got->count[i] != COUNTER_NONE)
			put(o, counters[i].name, (double)got->count[i], counters[i].unit,
			    counters[i].better);
	for (const struct metric *m = metrics; m->name; m++)
		if (m->value(got, &v))
			put(o, m->name, v, m->unit, m->better);
	return o;
}

static void print_json(const struct fsload *l)
{
	json_t *list = json_array(), *all;
	char seed[24];

	for (unsigned i = 0; i < l->mix->nr; i++)
		json_array_append_new(list, json_pack("{s:s, s:i, s:o}", "role",
						      l->mix->entry[i].role->name, "threads",
						      (int)l->mix->entry[i].threads, "metrics",
						      metrics_json(&l->role[i].measured)));
	/* As text: JSON readers keep 53 bits of a number, a seed has 64. */
	snprintf(seed, sizeof(seed), "%" PRIu64, l->seed);
	all = json_pack("{s:s, s:s, s:o, s:o}", "version", FSDUEL_VERSION, "seed", seed, "roles",
			list, "total", metrics_json(&l->total.measured));
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(all);
}

/* --- the run ------------------------------------------------------------------- */

static void on_signal(int sig)
{
	caught = sig;
}

static int make_mix(struct mix *m, const struct options *o, struct err *e)
{
	int ret = mix_parse(m, o->mix, e);

	for (size_t i = 0; !ret && i < o->sets.n; i++) {
		char *name = xstrdup(o->sets.v[i]), *eq = strchr(name, '=');

		if (eq) {
			*eq = '\0';
			ret = mix_set(m, name, eq + 1, e);
		} else {
			ret = err_add(e, EINVAL, "--set takes NAME=VALUE, not \"%s\"", name);
		}
		free(name);
	}
	return ret;
}

/* The readers must not find in the page cache what this program wrote. */
static int drop_cache(const char *path, const struct mix_entry *en, void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)en;
	(void)arg;
	if (fd < 0)
		return 0;
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return 0;
}

static int measure(struct fsload *l, const struct options *o, struct err *e)
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
	err_exit(e, ret ? FSDUEL_UNMEASURED : FSDUEL_OK);
	if (!o->keep)
		fsload_remove(l);
	return ret;
}

static int run(const struct options *o, struct err *e)
{
	struct fsload l;
	struct mix m;
	int ret = make_mix(&m, o, e);

	if (!ret)
		ret = fsload_init(&l, &m, o->path, o->seed, e);
	if (ret)
		return ret;
	ret = measure(&l, o, e);
	if (!ret && o->json)
		print_json(&l);
	else if (!ret)
		print_table(&l);
	fsload_release(&l);
	return ret;
}

int main(int argc, char **argv)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	struct options o = { .mix = DEFAULT_MIX, .seed = 1 };
	struct err e = ERR_INIT;
	int ret = 0;

	argp_err_exit_status = FSDUEL_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	if (o.list)
		list_all();
	else
		ret = run(&o, &e);
	strv_release(&o.sets);
	if (!ret)
		return FSDUEL_OK;
	fprintf(stderr, "fsload: %s\n", e.text);
	return caught ? 128 + caught : err_exit_code(&e, FSDUEL_USAGE);
}
