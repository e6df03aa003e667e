/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c: the reading half of options.h. A row of the table becomes a row of
 * getopt_long's; what getopt hands back is looked up in the table again, so no
 * command has a switch over letters.
 */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/near.h"
#include "lib/num.h"

enum {
	HELP = 256, /* what getopt_long returns for --help; row i is ROW + i */
	ROW,
};

struct tables {
	struct option *longs;
	struct buf letters;
	size_t nr; /* rows of the command */
};

static const enum num_kind num_kinds[] = {
	[OPT_COUNT] = NUM_COUNT,
	[OPT_BYTES] = NUM_BYTES,
	[OPT_NS] = NUM_NS,
};

static void tables_make(struct tables *t, const struct option_row *rows)
{
	*t = (struct tables){ .letters = BUF_INIT };
	while (rows && rows[t->nr].name)
		t->nr++;
	t->longs = xcalloc(t->nr + 2, sizeof(*t->longs));
	/* The colon: getopt tells a missing value apart and prints nothing itself. */
	buf_adds(&t->letters, ":h");
	for (size_t i = 0; i < t->nr; i++) {
		bool value = rows[i].kind != OPT_FLAG;

		t->longs[i] =
			(struct option){ rows[i].name, value ? required_argument : no_argument,
					 NULL, ROW + (int)i };
		if (rows[i].letter)
			buf_addf(&t->letters, "%c%s", rows[i].letter, value ? ":" : "");
	}
	t->longs[t->nr] = (struct option){ "help", no_argument, NULL, HELP };
}

static void tables_release(struct tables *t)
{
	free(t->longs);
	buf_release(&t->letters);
}

/* The row of what getopt handed back, or NULL. */
static const struct option_row *find_row(const struct tables *t, const struct option_row *rows,
					 int code)
{
	if (code >= ROW && (size_t)(code - ROW) < t->nr)
		return &rows[code - ROW];
	for (size_t i = 0; i < t->nr; i++)
		if (rows[i].letter && rows[i].letter == code)
			return &rows[i];
	return NULL;
}

static int add_string(const struct option_row *row, const char *value, void *at, struct err *e)
{
	struct option_strings *strings = at;

	if (strings->n == OPTION_STRINGS_MAX)
		return err_add(e, EINVAL, "--%s may be given %d times at most", row->name,
			       OPTION_STRINGS_MAX);
	strings->v[strings->n++] = value;
	return 0;
}

static int store(const struct option_row *row, char *value, void *opts, struct err *e)
{
	char *at = (char *)opts + row->offset;
	struct err why = ERR_INIT;
	uint64_t n;
	bool yes = true;

	switch (row->kind) {
	case OPT_FLAG:
		memcpy(at, &yes, sizeof(yes));
		return 0;
	case OPT_STRING:
	case OPT_STRINGS:
		if (!*value)
			return err_add(e, EINVAL, "--%s needs a value that is not empty",
				       row->name);
		if (row->kind == OPT_STRINGS)
			return add_string(row, value, at, e);
		memcpy(at, &value, sizeof(value));
		return 0;
	case OPT_COUNT:
	case OPT_BYTES:
	case OPT_NS:
		break;
	}
	if (num_parse(value, num_kinds[row->kind], &n, &why))
		return err_add(e, EINVAL, "--%s: %s", row->name, why.text);
	memcpy(at, &n, sizeof(n));
	return 0;
}

static int unknown_option(const struct tables *t, const char *word, struct err *e)
{
	const char **names = xcalloc(t->nr + 2, sizeof(*names));
	size_t len = strcspn(word, "=");
	char *name = xstrndup(word, len);
	const char *near = NULL;

	for (size_t i = 0; i <= t->nr; i++)
		names[i] = t->longs[i].name;
	if (!strncmp(name, "--", 2))
		near = near_name(name + 2, names);
	err_add(e, EINVAL, "unknown option %s%s%s%s", name, near ? "; did you mean --" : "",
		near ? near : "", near ? "?" : "; -h lists the options");
	free(name);
	free(names);
	return -EINVAL;
}

/* What getopt says with '?': nothing known, not one meaning, or a value where none belongs. */
static int bad_option(const struct tables *t, char **argv, struct err *e)
{
	const char *word = argv[optind - 1];

	if (optopt >= HELP)
		return err_add(e, EINVAL, "%.*s takes no value", (int)strcspn(word, "="), word);
	if (!optopt)
		return unknown_option(t, word, e);
	return err_add(e, EINVAL, "unknown option -%c; -h lists the options", optopt);
}

static int check_required(const struct option_row *rows, size_t nr, const bool *seen, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < nr; i++)
		if (rows[i].required && !seen[i])
			ret = err_add(e, EINVAL, "the option --%s %s is needed: %s", rows[i].name,
				      rows[i].arg ? rows[i].arg : "", rows[i].help);
	return ret;
}

static int check_args(const struct command *c, const struct parsed *p, struct err *e)
{
	if (p->nr_args < c->min_args)
		return err_add(e, EINVAL, "a word is missing: usage is fsduel %s %s", c->name,
			       c->args);
	if (p->nr_args > c->max_args)
		return err_add(e, EINVAL, "\"%s\" is one word too many: usage is fsduel %s%s%s",
			       p->args[c->max_args], c->name, *c->args ? " " : "", c->args);
	return 0;
}

static int read_options(const struct command *c, struct tables *t, int argc, char **argv,
			void *opts, bool *seen, bool *help, struct err *e)
{
	int code, ret = 0;

	optind = 0; /* glibc: start anew, also after another command line */
	opterr = 0;
	while (!ret && !*help &&
	       (code = getopt_long(argc, argv, buf_str(&t->letters), t->longs, NULL)) != -1) {
		const struct option_row *row = find_row(t, c->options, code);

		if (code == 'h' || code == HELP) {
			*help = true;
		} else if (code == ':') {
			ret = err_add(e, EINVAL, "%s needs a value", argv[optind - 1]);
		} else if (!row) {
			ret = bad_option(t, argv, e);
		} else {
			seen[row - c->options] = true;
			ret = store(row, optarg, opts, e);
		}
	}
	return ret;
}

int options_parse(const struct command *c, int argc, char **argv, void *opts, struct parsed *p,
		  struct err *e)
{
	struct tables t;
	bool *seen;
	int ret;

	*p = (struct parsed){ .help = false };
	tables_make(&t, c->options);
	seen = xcalloc(t.nr + 1, sizeof(*seen));
	ret = read_options(c, &t, argc, argv, opts, seen, &p->help, e);
	if (!ret && !p->help) {
		p->args = argv + optind;
		p->nr_args = (unsigned)(argc - optind);
		ret = check_required(c->options, t.nr, seen, e);
		if (!ret)
			ret = check_args(c, p, e);
	}
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	free(seen);
	tables_release(&t);
	return ret;
}
