/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.c: the lines of a letter in its three styles, safe in a mail; and a block put into one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/letter/letter_impl.h"
#include "dashboards/words/text.h"
#include "lib/clean.h"

/* A line may get one blank in front, see add_line(). */
#define ROOM (LETTER_WIDTH - 1)
#define LABEL 13

void letter_say(struct letter *l, const char *text)
{
	if (l->style == LETTER_MARKDOWN) {
		grid_markdown_escape(&l->out, text);
		buf_addc(&l->out, '\n');
	} else {
		text_add_wrapped(&l->out, "", text, ROOM);
	}
}

void letter_item(struct letter *l, const char *label, const char *text)
{
	if (l->style == LETTER_MARKDOWN) {
		buf_addf(&l->out, "- %s%s", label, *label ? ": " : "");
		letter_say(l, text);
	} else {
		char *first = *label ? xasprintf("  %-*s", LABEL, label) : xstrdup("  - ");

		text_add_wrapped(&l->out, first, text, ROOM);
		free(first);
	}
}

void letter_gap(struct letter *l)
{
	buf_addc(&l->out, '\n');
}

void letter_items(struct letter *l, const char *label, const struct strv *texts, size_t max)
{
	char *more =
		xasprintf("%s%zu more: fsduel compare DIR", *label ? "" : "and ", texts->n - max);

	for (size_t i = 0; i < texts->n && i < max; i++)
		letter_item(l, label, texts->v[i]);
	if (texts->n > max)
		letter_item(l, label, more);
	if (texts->n)
		letter_gap(l);
	free(more);
}

void letter_code(struct letter *l, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		char *line = xstrndup(lines, len);

		if (len)
			buf_adds(&l->out, l->style == LETTER_MARKDOWN ? "    " : "  ");
		clean_add(&l->out, line);
		buf_addc(&l->out, '\n');
		free(line);
		lines += len + (lines[len] == '\n');
	}
}

/* No line of the block may begin like this: git-am would see the end of the message (mailinfo's
 * patchbreak), a mailbox would be cut, a mail program would see a quotation or a signature, or
 * letter_into would take the line for one of its own. */
static const char *const cuts[] = {
	"---", "diff -", "Index: ", "From ", ">", "-- ", "*** ", LETTER_BEGIN, LETTER_END,
};

static bool cuts_mail(const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		if (!strncmp(line, cuts[i], strlen(cuts[i])))
			return true;
	return len == 2 && !strncmp(line, "--", 2);
}

/* One line: no character of more than one byte in ASCII, no blanks at its end, safe in a mail. */
static void add_line(struct buf *out, const char *line, size_t len, enum letter_style style)
{
	if (style != LETTER_MARKDOWN && cuts_mail(line, len))
		buf_addc(out, ' ');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c < 0x80 || style != LETTER_ASCII)
			buf_addc(out, line[i]);
		else if ((c & 0xc0) != 0x80)
			buf_addc(out, '?');
	}
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_addc(out, '\n');
}

/* No two empty lines after each other, and none at the end. */
void letter_page(struct buf *out, struct letter *l)
{
	const char *text = buf_str(&l->out);
	bool empty = false;

	if (l->style == LETTER_MARKDOWN)
		buf_addf(out, "### Benchmark results (fsduel %s)\n\n", FSDUEL_VERSION);
	else
		buf_adds(out, LETTER_BEGIN FSDUEL_VERSION LETTER_BEGIN_REST "\n\n");
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && empty)
			buf_addc(out, '\n');
		if (len)
			add_line(out, text, len, l->style);
		empty = !len;
		text += len + (text[len] == '\n');
	}
	if (l->style != LETTER_MARKDOWN)
		buf_adds(out, "\n" LETTER_END "\n");
}

/* --- a block put into a mail, or in the place of a former one --------------------------------- */

#define BLURB "*** BLURB HERE ***"

/* Bytes of the mail that the block takes the place of, without the last line's end. */
struct place {
	size_t from, to;
};

static size_t line_end(const char *data, size_t pos)
{
	return pos + strcspn(data + pos, "\n");
}

static bool line_is(const char *data, size_t pos, const char *text)
{
	size_t len = strlen(text);

	return line_end(data, pos) - pos == len && !memcmp(data + pos, text, len);
}

static bool line_begins_block(const char *data, size_t pos)
{
	size_t len = line_end(data, pos) - pos, begin = strlen(LETTER_BEGIN);
	size_t rest = strlen(LETTER_BEGIN_REST);

	return len > begin + rest && !memcmp(data + pos, LETTER_BEGIN, begin) &&
	       !memcmp(data + pos + len - rest, LETTER_BEGIN_REST, rest);
}

static int find_place(const char *data, struct place *p, const char *name, struct err *e)
{
	unsigned blurbs = 0, blocks = 0;
	bool ended = false;

	for (size_t pos = 0, end; data[pos]; pos = end + (data[end] == '\n')) {
		end = line_end(data, pos);
		if (line_begins_block(data, pos) && !blocks++) {
			p->from = pos;
		} else if (blocks == 1 && !ended && line_is(data, pos, LETTER_END)) {
			p->to = end;
			ended = true;
		} else if (line_is(data, pos, BLURB) && !blurbs++ && !blocks) {
			*p = (struct place){ pos, end };
		}
	}
	if (blocks > 1 || (!blocks && blurbs > 1))
		return err_add(e, EINVAL, "%s has %u %s: leave one", name, blocks ? blocks : blurbs,
			       blocks ? "blocks by fsduel" : "lines " BLURB);
	if (blocks ? !ended : !blurbs)
		return err_add(e, EINVAL,
			       "%s has %s: write git's line " BLURB " where the block is to stand",
			       name,
			       blocks ? "a block by fsduel without \"" LETTER_END "\""
				      : "no place for the block");
	return 0;
}

int letter_into(struct buf *out, const struct buf *mail, const struct buf *block, const char *name,
		struct err *e)
{
	const char *data = mail->data ? mail->data : "";
	struct place p = { 0 };
	int ret;

	if (strlen(data) != mail->len)
		return err_add(e, EINVAL, "%s is no text: it has a NUL byte", name);
	ret = find_place(data, &p, name, e);
	if (ret)
		return ret;
	buf_add(out, data, p.from);
	buf_add(out, block->data, block->len - 1); /* the mail has the end of the last line */
	buf_add(out, data + p.to, mail->len - p.to);
	return 0;
}
