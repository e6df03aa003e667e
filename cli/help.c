/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * help.c: the writing half of options.h: help texts from the tables that are
 * also parsed. The man page is cmd_man.c's, from the same tables.
 */
#include <string.h>

#include "cli/options.h"

#define WIDTH 80u

const struct exit_row fsduel_exits[] = {
	{ "0", "fine" },
	{ "1", "some cell is slower, mixed or broken" },
	{ "2", "usage or config error, or results that may not be compared" },
	{ "3", "this machine cannot do it (missing tool, right or feature)" },
	{ "4", "measuring failed: a planned pair or cell has no valid sample" },
	{ "5", "unsure, only where --strict asks for it" },
	{ "128+n", "ended by signal n" },
	{ NULL, NULL },
};

static const struct option_row help_row = { 'h', "help", OPT_FLAG, NULL, "print this help and exit",
					    0,   false };

void options_heading(const struct option_row *row, struct buf *b)
{
	if (row->letter)
		buf_addf(b, "-%c, ", row->letter);
	else
		buf_adds(b, "    ");
	buf_addf(b, "--%s%s%s", row->name, row->arg ? " " : "", row->arg ? row->arg : "");
}

static size_t heading_width(const struct option_row *row)
{
	struct buf b = BUF_INIT;
	size_t len;

	options_heading(row, &b);
	len = b.len;
	buf_release(&b);
	return len;
}

/*
 * Text with its own line ends kept and lines past WIDTH broken at blanks; indent
 * blanks before each line but the first, which begins in that column already.
 */
static void add_wrapped(struct buf *b, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		size_t word = strcspn(text, " \n");
		size_t blanks = strspn(text + word, " ");

		buf_add(b, text, word);
		column += word;
		text += word + blanks;
		if (*text == '\n' || (*text && column + blanks + strcspn(text, " \n") > WIDTH)) {
			text += *text == '\n';
			buf_addf(b, "\n%*s", *text == '\n' ? 0 : (int)indent, "");
			column = indent;
		} else if (*text) {
			buf_add(b, "        ", blanks < 8 ? blanks : 8);
			column += blanks;
		}
	}
}

static void add_option(const struct option_row *row, size_t width, struct buf *b)
{
	struct buf heading = BUF_INIT;

	options_heading(row, &heading);
	buf_addf(b, "  %-*s  ", (int)width, buf_str(&heading));
	add_wrapped(b, row->help, width + 4);
	buf_adds(b, row->required ? " (needed)\n" : "\n");
	buf_release(&heading);
}

void options_help(const struct command *c, struct buf *b)
{
	size_t width = heading_width(&help_row);

	for (const struct option_row *r = c->options; r && r->name; r++)
		if (heading_width(r) > width)
			width = heading_width(r);
	buf_addf(b, "Usage: fsduel %s [OPTION...]%s%s\n\n%s\n", c->name, *c->args ? " " : "",
		 c->args, c->summary);
	if (c->text) {
		buf_addc(b, '\n');
		add_wrapped(b, c->text, 0);
		buf_addc(b, '\n');
	}
	buf_adds(b, "\nOptions:\n");
	for (const struct option_row *r = c->options; r && r->name; r++)
		add_option(r, width, b);
	add_option(&help_row, width, b);
}

void options_main_help(struct buf *b)
{
	size_t width = 0;

	for (const struct command *const *c = commands; *c; c++)
		if (strlen((*c)->name) > width)
			width = strlen((*c)->name);
	buf_adds(b,
		 "Usage: fsduel COMMAND [OPTION...] [WORD...]\n"
		 "       fsduel COMMAND -h\n"
		 "       fsduel --version\n\n"
		 "Duels two Linux kernels, or two mounts, on the same file-system work and says\n"
		 "what got faster or slower.\n\n"
		 "Commands:\n");
	for (const struct command *const *c = commands; *c; c++)
		buf_addf(b, "  %-*s  %s\n", (int)width, (*c)->name, (*c)->summary);
	buf_adds(b, "\nExit codes:\n");
	for (const struct exit_row *x = fsduel_exits; x->code; x++)
		buf_addf(b, "  %-5s  %s\n", x->code, x->help);
}
