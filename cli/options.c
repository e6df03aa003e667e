/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c: reads command lines; see command.h. No command has a switch over letters. */
#include "cli/command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/near.h"
#include "lib/num.h"

#define ROW 256 /* getopt_long returns ROW + i for the long form of row i */

#define OPTION_ROW(letter, member, name, kind, max, arg, help)                                     \
	{ letter, name, KIND_##kind, max, arg, help, offsetof(struct options, member) },
const struct option_row option_rows[NR_OPTIONS] = { OPTIONS(OPTION_ROW) };

bool option_picked(const struct command *c, const struct option_row *row)
{
	return (c->options | OPT(help)) >> (row - option_rows) & 1;
}

const char *option_arg(const struct command *c, const struct option_row *row)
{
	return row == &option_rows[OPTION_format] ? c->formats : row->arg;
}

int choice_find(const char *what, const char *list, const char *word, struct err *e)
{
	struct strv names = STRV_INIT;
	struct buf hint = BUF_INIT;
	int at;

	strv_split(&names, list, "|");
	at = word ? strv_find(&names, word) : 0;
	if (at < 0) {
		near_hint(&hint, word, (const char *const *)names.v);
		at = err_add(e, EINVAL, "unknown %s '%.80s'%s", what, word, buf_str(&hint));
	}
	buf_release(&hint);
	strv_release(&names);
	return at;
}

const struct command *command_find(const struct command *const *all, const char *name,
				   struct err *e)
{
	struct buf names = BUF_INIT;
	int at;

	for (const struct command *const *c = all; *c; c++)
		buf_addf(&names, "%s%s", names.len ? "|" : "", (*c)->name);
	at = choice_find("command", buf_str(&names), name, e);
	buf_release(&names);
	return at < 0 ? NULL : all[at];
}

static int store_number(const struct option_row *row, const char *value, char *at, struct err *e)
{
	static const enum num_kind kinds[] = {
		[KIND_count] = NUM_COUNT,
		[KIND_bytes] = NUM_BYTES,
		[KIND_ns] = NUM_NS,
	};
	struct err why = ERR_INIT;
	uint64_t n;

	if (num_parse(value, kinds[row->kind], &n, &why))
		return err_add(e, EINVAL, "--%s: %s", row->name, why.text);
	if (row->max && n > row->max)
		return err_add(e, EINVAL, "--%s goes up to %" PRIu64, row->name, row->max);
	memcpy(at, &n, sizeof(n));
	return 0;
}

static int store_string(const struct option_row *row, const char *value, char *at, struct err *e)
{
	struct option_strings *strings = (struct option_strings *)at;

	if (!*value)
		return err_add(e, EINVAL, "--%s needs a value that is not empty", row->name);
	if (row->kind == KIND_string) {
		memcpy(at, &value, sizeof(value));
		return 0;
	}
	if (strings->n == OPTION_STRINGS_MAX)
		return err_add(e, EINVAL, "--%s may be given %d times at most", row->name,
			       OPTION_STRINGS_MAX);
	strings->v[strings->n++] = value;
	return 0;
}

static int store(const struct command *c, const struct option_row *row, const char *value,
		 struct options *o, struct err *e)
{
	char *at = (char *)o + row->offset;
	int choice;

	switch (row->kind) {
	case KIND_flag:
		*(bool *)at = true;
		return 0;
	case KIND_string:
	case KIND_strings:
		return store_string(row, value, at, e);
	case KIND_choice:
		choice = choice_find(row->name, option_arg(c, row), value, e);
		*(unsigned *)at = choice < 0 ? 0 : (unsigned)choice;
		return choice < 0 ? choice : 0;
	default:
		return store_number(row, value, at, e);
	}
}

/* The rows that c picked, as getopt_long wants them. */
struct tables {
	struct option longs[NR_OPTIONS + 1];
	char letters[2 * NR_OPTIONS + 2];
};

static void tables_make(struct tables *t, const struct command *c)
{
	char *letter = t->letters;
	size_t nr = 0;

	*letter++ = ':'; /* getopt reports a missing value and prints nothing itself */
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		bool value = row->kind != KIND_flag;

		if (!option_picked(c, row))
			continue;
		t->longs[nr++] = (struct option){ row->name, value, NULL, ROW + (int)i };
		if (row->letter)
			*letter++ = row->letter;
		if (row->letter && value)
			*letter++ = ':';
	}
	t->longs[nr] = (struct option){ 0 };
	*letter = '\0';
}

static const struct option_row *find_row(const struct command *c, int code)
{
	if (code >= ROW)
		return &option_rows[code - ROW];
	for (const struct option_row *row = option_rows; row < option_rows + NR_OPTIONS; row++)
		if (row->letter == code && option_picked(c, row))
			return row;
	return NULL;
}

/* getopt returned '?' (unknown, ambiguous, or a value where none belongs) or ':' (no value). */
static int refuse(const struct tables *t, int code, const char *word, struct err *e)
{
	bool letter = optopt && optopt < ROW;
	char *option = letter ? xasprintf("-%c", optopt) : xstrndup(word, strcspn(word, "="));
	const char *names[NR_OPTIONS + 1], *near;

	for (size_t i = 0; i <= NR_OPTIONS && (names[i] = t->longs[i].name); i++)
		;
	near = strncmp(option, "--", 2) ? NULL : near_name(option + 2, names);
	if (code == ':')
		err_add(e, EINVAL, "option '%s' requires an argument", option);
	else if (optopt >= ROW)
		err_add(e, EINVAL, "option '%s' doesn't allow an argument", option);
	else if (near)
		err_add(e, EINVAL, "unknown option %s; did you mean --%s?", option, near);
	else
		err_add(e, EINVAL, "unknown option %s; -h lists the options", option);
	free(option);
	return -EINVAL;
}

static int check_args(const struct command *c, const struct call *call, struct err *e)
{
	const char *args = c->args ? c->args : "";

	if (call->nr_args < c->min_args)
		return err_add(e, EINVAL, "missing operand; usage: fsduel %s %s", c->name, args);
	if (call->nr_args > c->max_args)
		return err_add(e, EINVAL, "extra operand '%s'; usage: fsduel %s%s%s",
			       call->args[c->max_args], c->name, *args ? " " : "", args);
	return 0;
}

int options_parse(const struct command *c, int argc, char **argv, struct call *call, struct err *e)
{
	struct tables t;
	int code, ret = 0;

	tables_make(&t, c);
	call->o = (struct options){ 0 };
	optind = 0; /* glibc: start anew, also after another command line */
	opterr = 0;
	while (!ret && !call->o.help &&
	       (code = getopt_long(argc, argv, t.letters, t.longs, NULL)) != -1) {
		if (code == ':' || code == '?')
			ret = refuse(&t, code, argv[optind - 1], e);
		else
			ret = store(c, find_row(c, code), optarg, &call->o, e);
	}
	call->args = argv + optind;
	call->nr_args = (unsigned)(argc - optind);
	if (!ret && !call->o.help)
		ret = check_args(c, call, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}
