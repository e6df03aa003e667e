/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid_markdown.c: tables and text as Markdown, as GitHub and GitLab have it; see grid.h. */
#include "dashboards/grid/grid.h"

#include <ctype.h>

#include "dashboards/words/text.h"

/* An entity where a backslash is not understood everywhere, or the sign also makes links. */
static const char *const markup[128] = {
	['&'] = "&amp;",  ['<'] = "&lt;",  ['>'] = "&gt;",  ['@'] = "&#64;", ['#'] = "&#35;",
	['|'] = "&#124;", ['`'] = "&#96;", ['\\'] = "\\\\", ['*'] = "\\*",   ['['] = "\\[",
	[']'] = "\\]",    ['~'] = "\\~",   ['!'] = "\\!",   ['$'] = "\\$",
};

/* Markdown leaves an underscore inside a word alone, and names are full of them. */
void grid_markdown_escape(struct buf *out, const char *text)
{
	struct buf b = BUF_INIT;
	const char *from;

	text_add_mapped(&b, text, markup);
	from = buf_str(&b);
	for (const char *p = from; *p; p++) {
		bool inside =
			p > from && isalnum((unsigned char)p[-1]) && isalnum((unsigned char)p[1]);

		buf_addf(out, "%s%c", *p == '_' && !inside ? "\\" : "", *p);
	}
	buf_release(&b);
}

static bool is_needed(const struct grid *g, const struct grid_column *c)
{
	bool needed = !c->needed;

	for (size_t k = 0; k < g->nr_rows && !needed; k++)
		needed = c->needed((const char *)g->rows + k * g->row_size);
	return needed;
}

static void add_place(struct buf *out, const char *text, bool strong)
{
	buf_adds(out, strong ? " **" : " ");
	grid_markdown_escape(out, text);
	buf_adds(out, strong ? "** |" : " |");
}

/* A verdict that somebody has to act upon stands out. */
static bool is_strong(const struct grid *g, const void *row)
{
	enum verdict v = g->verdict ? g->verdict(row) : VERDICT_NONE;

	return v == VERDICT_BROKEN || v == VERDICT_SLOWER || v == VERDICT_FASTER ||
	       v == VERDICT_REPAIRED;
}

void grid_markdown(struct buf *out, const struct grid *g)
{
	const struct grid_column *c = g->columns, *end = c + g->nr_columns;
	struct buf b = BUF_INIT;
	bool shown[GRID_COLUMNS_MAX];

	buf_addc(out, '|');
	for (c = g->columns; c < end; c++) {
		shown[c - g->columns] = is_needed(g, c);
		if (shown[c - g->columns])
			buf_addf(out, " %s |", c->title);
	}
	buf_adds(out, "\n|");
	for (c = g->columns; c < end; c++)
		if (shown[c - g->columns])
			buf_adds(out, c->right ? "--:|" : "---|");
	for (size_t k = 0; k < g->nr_rows; k++) {
		const void *row = (const char *)g->rows + k * g->row_size;

		buf_adds(out, "\n|");
		for (c = g->columns; c < end; c++) {
			buf_reset(&b);
			c->get(&b, row);
			if (shown[c - g->columns])
				add_place(out, buf_str(&b), c + 1 == end && is_strong(g, row));
		}
	}
	buf_addc(out, '\n');
	buf_release(&b);
}
