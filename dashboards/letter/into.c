/* SPDX-License-Identifier: GPL-2.0-or-later */
/* into.c: a block put into a mail, or in the place of a former one; see letter.h. */
#include <errno.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"

#define BLURB "*** BLURB HERE ***"

/* Bytes of the mail that the block takes the place of, without the last line's end. */
struct place {
	size_t from, to;
	bool block;
};

/* Where the line at pos ends, without what ends it: LF or CRLF. */
static size_t line_end(const char *data, size_t pos)
{
	size_t end = pos + strcspn(data + pos, "\n");

	return end > pos && data[end - 1] == '\r' ? end - 1 : end;
}

static size_t next_line(const char *data, size_t pos)
{
	size_t end = pos + strcspn(data + pos, "\n");

	return end + (data[end] == '\n');
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

static int find_end(const char *data, struct place *p, const char *name, struct err *e)
{
	for (size_t pos = next_line(data, p->from); data[pos]; pos = next_line(data, pos)) {
		if (line_begins_block(data, pos))
			break;
		if (line_is(data, pos, LETTER_END)) {
			p->to = line_end(data, pos);
			return 0;
		}
	}
	return err_add(e, EINVAL,
		       "%s has the first line of a block by fsduel, \"" LETTER_BEGIN
		       "...\", but not its last, \"" LETTER_END "\": write " BLURB
		       " in the place of "
		       "what is left of it",
		       name);
}

static int find_place(const char *data, struct place *p, const char *name, struct err *e)
{
	unsigned blurbs = 0, blocks = 0;
	size_t blurb = 0;

	for (size_t pos = 0; data[pos]; pos = next_line(data, pos)) {
		if (line_begins_block(data, pos) && !blocks++)
			p->from = pos;
		if (line_is(data, pos, BLURB) && !blurbs++)
			blurb = pos;
	}
	if (blocks > 1 || (!blocks && blurbs > 1))
		return err_add(e, EINVAL,
			       "%s has %u %s: which one is meant cannot be told, leave one", name,
			       blocks ? blocks : blurbs,
			       blocks ? "blocks by fsduel" : "lines " BLURB);
	if (blocks) {
		p->block = true;
		return find_end(data, p, name, e);
	}
	if (!blurbs)
		return err_add(e, EINVAL,
			       "%s has neither git's line " BLURB " nor a block by fsduel: "
			       "write that line where the block is to stand (git format-patch "
			       "--cover-letter does)",
			       name);
	*p = (struct place){ blurb, line_end(data, blurb), false };
	return 0;
}

/* The block with the mail's line ends, without the last one. */
static void add_block(struct buf *out, const struct buf *block, bool crlf)
{
	size_t len = block->len;

	while (len && block->data[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++) {
		if (crlf && block->data[i] == '\n')
			buf_addc(out, '\r');
		buf_addc(out, block->data[i]);
	}
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
	add_block(out, block, data[p.to] == '\r');
	buf_add(out, data + p.to, mail->len - p.to);
	return 0;
}
