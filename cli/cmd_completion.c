/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_completion.c: `fsduel completion bash|zsh`: a script by which the shell completes
 * commands, options and their words, from the tables that -h prints; all else as a file.
 */
#include <ctype.h>
#include <string.h>

#include "cli/command.h"
#include "cli/show.h"

/* "table|csv|json" as "table csv json", "NAME|all" as "all": placeholders are left out. */
static void add_choices(struct buf *b, const char *arg)
{
	struct strv choices = STRV_INIT;

	strv_split(&choices, arg ? arg : "", "|");
	for (size_t i = 0; i < choices.n; i++) {
		const char *word = choices.v[i] + strspn(choices.v[i], " [");

		if (islower((unsigned char)*word))
			buf_addf(b, "%s%.*s", b->len && b->data[b->len - 1] != '\'' ? " " : "",
				 (int)strcspn(word, " ]"), word);
	}
	strv_release(&choices);
}

static void add_names(struct buf *b, const struct command *const *all)
{
	for (const struct command *const *c = all; *c; c++)
		buf_addf(b, "%s%s", c == all ? "" : " ", (*c)->name);
}

static void add_words(struct buf *b, const struct command *c, const struct command *const *all)
{
	if (c->args && !strcmp(c->args, "[COMMAND]"))
		add_names(b, all);
	else
		add_choices(b, c->args);
}

static void bash_command(struct buf *b, const struct command *c, const struct command *const *all)
{
	buf_addf(b, "\t%s)\n\t\tcase $prev in\n", c->name);
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];
		struct buf words = BUF_INIT;

		if (!option_picked(c, row) || row->kind == KIND_flag)
			continue;
		add_choices(&words, option_arg(c, row));
		buf_adds(b, "\t\t");
		if (row->letter)
			buf_addf(b, "-%c|", row->letter);
		buf_addf(b, "--%s) words='%s' ;;\n", row->name, buf_str(&words));
		buf_release(&words);
	}
	buf_adds(b, "\t\t*) words='");
	add_words(b, c, all);
	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (option_picked(c, &option_rows[i]))
			buf_addf(b, " --%s", option_rows[i].name);
	buf_adds(b, "' ;;\n\t\tesac ;;\n");
}

static void bash(struct buf *b, const struct command *const *all)
{
	buf_adds(b,
		 "# bash completion for fsduel; written by `fsduel completion bash`\n"
		 "_fsduel()\n{\n"
		 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
		 "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
		 "\t\tCOMPREPLY=($(compgen -W '");
	add_names(b, all);
	buf_adds(b, " --help --version' -- \"$cur\"))\n\t\treturn\n\tfi\n"
		    "\tcase ${COMP_WORDS[1]} in\n");
	for (const struct command *const *c = all; *c; c++)
		bash_command(b, *c, all);
	buf_adds(b, "\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
		    "complete -o default -F _fsduel fsduel\n");
}

/* zsh has bash's way to complete, too: its script is bash's, which asks for itself the first time.
 */
static void zsh(struct buf *b, const struct command *const *all)
{
	buf_adds(b, "#compdef fsduel\nautoload -U +X bashcompinit && bashcompinit\n");
	bash(b, all);
	buf_adds(b, "_bash_complete -o default -F _fsduel\n");
}

static int run(const struct call *c, struct err *e)
{
	static void (*const shells[])(struct buf * b, const struct command *const *all) = { bash,
											    zsh };
	int shell = choice_find("shell", c->command->args, c->args[0], e);
	struct buf b = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (shell >= 0) {
		shells[shell](&b, c->all);
		code = show_print(&b, e);
	}
	buf_release(&b);
	return code;
}

const struct command command_completion = {
	.name = "completion",
	.args = "bash|zsh",
	.min_args = 1,
	.max_args = 1,
	.summary = "print a script by which the shell completes command lines",
	.text = "`make install` installs both. To try it: `source <(fsduel completion bash)`.",
	.run = run,
};
