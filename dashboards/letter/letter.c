/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * letter.c: the order of a letter, its three styles, and lines that are safe in a mail;
 * see letter.h. What stands in it comes from the other letter_*.c.
 */
#include "dashboards/letter/letter.h"

#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/letter/markdown.h"
#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"
#include "lib/clean.h"

/* A line may get one blank in front, see guard(). */
#define ROOM (LETTER_WIDTH - 1)
#define LABEL 13

void letter_say(struct letter *l, const char *text)
{
	if (l->style == LETTER_MARKDOWN) {
		markdown_add_text(&l->out, text);
		buf_addc(&l->out, '\n');
	} else {
		text_add_wrapped(&l->out, "", text, ROOM);
	}
}

void letter_item(struct letter *l, const char *label, const char *text)
{
	if (l->style == LETTER_MARKDOWN) {
		buf_addf(&l->out, "- %s%s", label, *label ? ": " : "");
		markdown_add_text(&l->out, text);
		buf_addc(&l->out, '\n');
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

const json_t *letter_entry(const struct letter *l, const char *list, const char *name)
{
	return name ? json_object_get(json_object_get(l->run, list), name) : NULL;
}

const char *letter_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const json_t *letter_variant(const struct letter *l, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(l->run, "variants"), i, item) {
		const char *have = letter_text(item, "name");

		if (have && !strcmp(have, name))
			return item;
	}
	return NULL;
}

void letter_used(const struct letter *l, const char *key, struct strv *names)
{
	for (size_t i = 0; i < l->variants.n; i++) {
		const char *name = letter_text(letter_variant(l, l->variants.v[i]), key);

		if (name && strv_find(names, name) < 0)
			strv_add(names, name);
	}
}

static void find_variants(struct letter *l)
{
	for (size_t i = 0; i < l->c->nr_rows; i++) {
		const char *const sides[] = { l->c->rows[i].baseline, l->c->rows[i].patched };

		for (int k = 0; k < 2; k++)
			if (strv_find(&l->variants, sides[k]) < 0)
				strv_add(&l->variants, sides[k]);
	}
}

/* --- safe lines ------------------------------------------------------------------------------ */

/*
 * What a line of the block must not begin with: where git-am sees the end of the
 * message (mailinfo's patchbreak), where a mailbox is cut, where mail programs see
 * what somebody else wrote or a signature, and what letter_into looks for.
 */
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

/* All lines, no two empty ones after each other, and none at the end. */
static void add_lines(struct buf *out, const char *text, enum letter_style style)
{
	bool empty = false;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len) {
			if (empty)
				buf_addc(out, '\n');
			add_line(out, text, len, style);
		}
		empty = !len;
		text += len + (text[len] == '\n');
	}
}

/* --- the whole ------------------------------------------------------------------------------- */

static void add_begin(struct buf *out, enum letter_style style)
{
	if (style == LETTER_MARKDOWN)
		buf_addf(out, "### Benchmark results (fsduel %s)\n\n", FSDUEL_VERSION);
	else
		buf_adds(out, LETTER_BEGIN FSDUEL_VERSION LETTER_BEGIN_REST "\n\n");
}

static int add_contrasts(struct letter *l, const struct plot_source *s, bool chart, struct err *e)
{
	int ret = 0;

	for (size_t i = 0, end; i < l->c->nr_rows && !ret; i = end) {
		end = table_contrast_end(l->c, i);
		letter_add_contrast(l, i, end);
		if (chart)
			ret = letter_add_chart(l, s, l->c->rows[i].contrast, e);
		letter_add_reasons(l, i, end);
	}
	if (!l->c->nr_rows)
		letter_say(l, "There is nothing to compare: the suite has no contrast.");
	return ret;
}

int letter_write(struct buf *out, const struct plot_source *s, const struct letter_request *q,
		 struct err *e)
{
	struct letter l = { .style = q->style, .c = s->c, .run = results_run(s->r) };
	int ret;

	find_variants(&l);
	ret = add_contrasts(&l, s, q->chart, e);
	if (!ret) {
		letter_add_reading(&l);
		letter_add_facts(&l);
		letter_add_again(&l);
		add_begin(out, q->style);
		add_lines(out, buf_str(&l.out), q->style);
		if (q->style != LETTER_MARKDOWN)
			buf_adds(out, "\n" LETTER_END "\n");
	}
	strv_release(&l.variants);
	buf_release(&l.out);
	return ret;
}
