/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_letter.c: `fsduel letter DIR`: a results folder as text for a patch's cover letter. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/show.h"
#include "lib/fs.h"

#define MAIL_MAX (64u << 20)

/* Replace the file, also through a link; it keeps its mode. */
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

int letter_block(struct buf *block, const char *dir, const struct options *o, struct err *e)
{
	struct shown s = { 0 };
	int ret = show_open(dir, NULL, o, &s, e);

	if (!ret) {
		const struct plot_source source = { .r = s.r, .c = &s.c };

		letter_write(block, &source, (enum letter_style)o->format);
	}
	show_close(&s);
	return ret;
}

static int run(const struct call *c, struct err *e)
{
	struct buf block = BUF_INIT;
	int ret = 0;

	if (c->o.into && c->o.format != LETTER_ASCII)
		ret = err_add(
			e, EINVAL,
			"--into writes into a mail, which is plain ASCII: leave --format out");
	if (!ret)
		ret = letter_block(&block, c->args[0], &c->o, e);
	if (!ret)
		ret = c->o.into ? put_into(c->o.into, &block, e) : show_print(&block, e);
	buf_release(&block);
	return ret ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
}

const struct command command_letter = {
	.name = "letter",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "write a results folder as a block of text for a cover letter",
	.text = "DIR is a folder written by `fsduel duel`. The block is plain ASCII of at most 72 "
		"columns: the verdict, the cells that decide, the change against the number of "
		"threads, the reasons, the machine and kernels, and the commands that measure it "
		"again. The format unicode shows names as they are, for a blog; markdown is for a "
		"merge request.\n\n"
		"--into replaces the line *** BLURB HERE *** that git format-patch --cover-letter "
		"writes, or the block of a former run; nothing else in the file changes. Text of "
		"your own stands above or below it.\n\n"
		"Exit code 2: the folder cannot be read, or the file has no place for the block.",
	.options = OPT(into) | OPT(contrast) | OPT(margin) | OPT(format),
	.formats = /* enum letter_style */ "ascii|unicode|markdown",
	.run = run,
};
