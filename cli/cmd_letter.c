/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_letter.c: `fsduel letter DIR`: a results folder as a block of text for a patch's
 * cover letter, printed or put into the mail that git format-patch has written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/letter_block.h"
#include "lib/fs.h"

#define MAIL_MAX (64u << 20)

struct letter_options {
	const char *into, *contrast, *margin;
	bool unicode, markdown, no_chart;
};

#define AT(member) offsetof(struct letter_options, member)

static const struct option_row options[] = {
	{ 0, "into", OPT_STRING, "FILE",
	  "put it into FILE, such as 0000-cover-letter.patch, instead of printing it", AT(into),
	  false },
	{ 'c', "contrast", OPT_STRING, "NAME", "only this contrast of the suite", AT(contrast),
	  false },
	{ 0, "margin", OPT_STRING, "PERCENT",
	  "changes up to that are the same, such as 2%; without it the suite's, 2%, or 0.1% in "
	  "exact mode",
	  AT(margin), false },
	{ 0, "no-chart", OPT_FLAG, NULL, "leave out what gnuplot draws", AT(no_chart), false },
	{ 0, "unicode", OPT_FLAG, NULL, "names as they are, for a blog: not only ASCII",
	  AT(unicode), false },
	{ 0, "markdown", OPT_FLAG, NULL, "Markdown, for a merge request", AT(markdown), false },
	{ .name = NULL },
};

static int check(const struct letter_options *o, struct err *e)
{
	if (o->unicode && o->markdown)
		err_add(e, EINVAL,
			"give --unicode or --markdown: Markdown shows names as they are");
	else if (o->into && (o->unicode || o->markdown))
		err_add(e, EINVAL,
			"--into writes into a mail, which is plain ASCII: leave --unicode and "
			"--markdown out");
	else
		return 0;
	return -EINVAL;
}

/* What path leads to is replaced, also through a link, and keeps its mode. */
static int replace(const char *path, const struct buf *text, struct err *e)
{
	char *real = realpath(path, NULL);
	struct stat st;
	int ret;

	if (!real || stat(real, &st)) {
		ret = err_sys(e, errno, "cannot find %s", path);
		free(real);
		return ret;
	}
	ret = fs_write_atomic(real, text->data, text->len, e);
	if (!ret && chmod(real, st.st_mode & 07777))
		ret = err_sys(e, errno, "cannot give %s its mode back", real);
	free(real);
	return ret;
}

static int put_into(const char *path, const struct buf *block, struct err *e)
{
	struct buf mail = BUF_INIT, out = BUF_INIT;
	int ret = fs_read(path, MAIL_MAX, &mail, e);

	if (!ret)
		ret = letter_into(&out, &mail, block, path, e);
	if (!ret)
		ret = replace(path, &out, e);
	buf_release(&mail);
	buf_release(&out);
	return ret;
}

static int write_block(struct buf *block, const char *dir, const struct letter_options *o,
		       struct err *e)
{
	const struct show_options show = { .contrast = o->contrast, .margin = o->margin };
	const struct letter_request q = {
		.style = o->markdown  ? LETTER_MARKDOWN
			 : o->unicode ? LETTER_UNICODE
				      : LETTER_ASCII,
		.chart = !o->no_chart,
	};

	return letter_block(block, dir, &show, &q, e);
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct letter_options *o = opts;
	struct buf block = BUF_INIT;
	int ret = check(o, e);

	(void)nr_args;
	if (!ret)
		ret = write_block(&block, args[0], o, e);
	if (!ret)
		ret = o->into ? put_into(o->into, &block, e) : show_print(&block, e);
	buf_release(&block);
	return ret ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
}

/* clang-format off */
const struct command command_letter = {
	.name = "letter",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "write a results folder as a block of text for a cover letter",
	.text = "DIR is a folder written by `fsduel duel`. The block is plain ASCII of at most 72 columns: "
		"what was found, the cells that decide, the change against the number of threads, why, "
		"on what, and how to measure it again.\n\n"
		"With --into it takes the place of the line *** BLURB HERE *** that git format-patch "
		"--cover-letter writes, or of the block that a former run put there; nothing else in the "
		"file changes. Text of your own stands above or below it.\n\n"
		"Exit code 2 says that the folder cannot be read, or that the file has no place for the "
		"block.",
	.options = options,
	.options_size = sizeof(struct letter_options),
	.run = run,
};
/* clang-format on */
