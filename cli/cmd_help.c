/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_help.c: help texts, folded at the terminal's width, from the tables of the command lines. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/show.h"
#include "dashboards/words/text.h"
#include "lib/num.h"

#define WIDTH 80u /* where there is no terminal, or it does not say */
#define NARROWEST 20u

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

size_t terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	uint64_t width = 0;
	struct winsize w;

	if (!isatty(fd))
		return WIDTH;
	if ((!columns || num_parse(columns, NUM_COUNT, &width, NULL)) && !ioctl(fd, TIOCGWINSZ, &w))
		width = w.ws_col;
	return !width ? WIDTH : width < NARROWEST ? NARROWEST : (size_t)width;
}

/* Each line of text folded by itself. */
static void add_lines(struct buf *b, const char *text, size_t width)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		if (len)
			text_add_wrapped(b, *line == ' ' ? "  " : "", line + strspn(line, " "),
					 width);
		else
			buf_addc(b, '\n');
		free(line);
		text += len + (text[len] == '\n');
	}
}

char *option_heading(const struct command *c, const struct option_row *row)
{
	const char *arg = option_arg(c, row);
	char letter[] = { '-', row->letter, ',', ' ', '\0' };

	return xasprintf("%s--%s%s%s", row->letter ? letter : "", row->name, arg ? " " : "",
			 arg ? arg : "");
}

/* A heading that leaves no room for the help beside it stands on a line of its own. */
static void add_row(struct buf *b, const char *head, size_t column, const char *help, size_t width)
{
	char *first = xasprintf("%-*s", (int)column, head);

	if (strlen(head) + 2 > column) {
		buf_addf(b, "%s\n", head);
		memset(first, ' ', column);
		first[column] = '\0';
	}
	text_add_wrapped(b, first, help, width);
	free(first);
}

static size_t column_of(const struct command *c, size_t width)
{
	size_t column = 0;

	for (size_t i = 0; i < NR_OPTIONS; i++) {
		char *head = option_heading(c, &option_rows[i]);
		size_t len = strlen(head) + (option_rows[i].letter ? 4 : 8);

		if (option_picked(c, &option_rows[i]) && len > column && len <= width * 2 / 5)
			column = len;
		free(head);
	}
	return column;
}

void options_help(const struct command *c, size_t width, struct buf *b)
{
	size_t column = column_of(c, width);

	buf_addf(b, "Usage: fsduel %s [OPTION...]%s%s\n\n", c->name, c->args ? " " : "",
		 c->args ? c->args : "");
	add_lines(b, c->summary, width);
	if (c->text) {
		buf_addc(b, '\n');
		add_lines(b, c->text, width);
	}
	buf_adds(b, "\nOptions:\n");
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		char *head = option_heading(c, &option_rows[i]);
		char *indented = xasprintf("%s%s", option_rows[i].letter ? "  " : "      ", head);

		if (option_picked(c, &option_rows[i]))
			add_row(b, indented, column, option_rows[i].help, width);
		free(indented);
		free(head);
	}
}

static void add_main(struct buf *b, const struct command *const *all, size_t width)
{
	buf_adds(b, "Usage: fsduel COMMAND [OPTION...] [WORD...]\n"
		    "       fsduel help [COMMAND]\n"
		    "       fsduel -V | --version\n\n");
	add_lines(b,
		  "Duels two Linux kernels, or two mounts, on the same file-system work and says "
		  "what got faster or slower.\n\nCommands:",
		  width);
	for (const struct command *const *c = all; *c; c++) {
		char *head = xasprintf("  %s", (*c)->name);

		add_row(b, head, 14, (*c)->summary, width);
		free(head);
	}
	buf_adds(b, "\nExit codes:\n");
	for (const struct exit_row *x = fsduel_exits; x->code; x++) {
		char *head = xasprintf("  %s", x->code);

		add_row(b, head, 9, x->help, width);
		free(head);
	}
}

static int run(const struct call *c, struct err *e)
{
	const struct command *about = c->nr_args ? command_find(c->all, c->args[0], e) : NULL;
	struct buf b = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (about)
		options_help(about, terminal_width(STDOUT_FILENO), &b);
	else if (!c->nr_args)
		add_main(&b, c->all, terminal_width(STDOUT_FILENO));
	if (b.len)
		code = show_print(&b, e);
	buf_release(&b);
	return code;
}

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND]",
	.max_args = 1,
	.summary = "list the commands, or show how one is used",
	.run = run,
};
