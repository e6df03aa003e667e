/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid.c: tables as plain text and as Markdown; see grid.h. */
#include "dashboards/grid/grid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/words/text.h"
#include "dashboards/words/words.h"
#include "lib/clean.h"

#define GAP 2 /* blanks between columns */

/* A grid with its texts, and how wide its columns are. */
struct layout {
	const struct grid *g;
	struct strv texts; /* row by row, the titles first */
	size_t width[GRID_COLUMNS_MAX];
	bool shown[GRID_COLUMNS_MAX];
};

static const char *text_at(const struct layout *l, size_t row, size_t column)
{
	return l->texts.v[row * l->g->nr_columns + column];
}

static void fill(struct layout *l)
{
	const struct grid *g = l->g;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < g->nr_columns; i++) {
		strv_add(&l->texts, g->columns[i].title);
		l->shown[i] = !g->columns[i].needed;
	}
	for (size_t k = 0; k < g->nr_rows; k++) {
		const void *row = (const char *)g->rows + k * g->row_size;

		for (size_t i = 0; i < g->nr_columns; i++) {
			buf_reset(&b);
			g->columns[i].get(&b, row);
			strv_add(&l->texts, buf_str(&b));
			l->shown[i] |= g->columns[i].needed && g->columns[i].needed(row);
		}
	}
	buf_release(&b);
}

/* Each column as wide as its widest text. */
static void widen(struct layout *l)
{
	for (size_t i = 0; i < l->g->nr_columns; i++) {
		l->width[i] = 0;
		for (size_t k = 0; k <= l->g->nr_rows; k++) {
			size_t w = text_width(text_at(l, k, i));

			l->width[i] = w > l->width[i] ? w : l->width[i];
		}
	}
}

static size_t line_width(const struct layout *l)
{
	size_t sum = 0, nr = 0;

	for (size_t i = 0; i < l->g->nr_columns; i++)
		sum += l->shown[i] ? l->width[i] + (nr++ ? GAP : 0) : 0;
	return sum;
}

static size_t word_width(const struct layout *l, size_t column)
{
	size_t most = 0;

	for (size_t k = 0; k <= l->g->nr_rows; k++) {
		struct strv words = STRV_INIT;

		strv_split(&words, text_at(l, k, column), " ");
		for (size_t i = 0; i < words.n; i++) {
			size_t w = text_width(words.v[i]);

			most = w > most ? w : most;
		}
		strv_release(&words);
	}
	return most;
}

/* Narrow the columns that may be folded, each only as far as the line needs it. */
static void fold(struct layout *l, size_t room, bool early)
{
	for (size_t i = 0; i < l->g->nr_columns; i++) {
		const struct grid_column *c = &l->g->columns[i];
		size_t word = early ? word_width(l, i) : 0;
		size_t least = word > c->fold ? word : c->fold, sum = line_width(l);
		size_t over = sum > room ? sum - room : 0;

		if (c->early == early && c->fold && l->width[i] > least)
			l->width[i] = l->width[i] > over + least ? l->width[i] - over : least;
	}
}

static void fit(struct layout *l)
{
	size_t room = l->g->width - l->g->indent;

	widen(l);
	fold(l, room, true);
	fold(l, room, false);
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_addc(out, '\n');
}

/* Coloured text stands last and is not padded: end_line would not see blanks behind it. */
static void add_place(struct buf *out, const char *text, size_t width, bool right,
		      const char *colour)
{
	if (!*colour || !*text) {
		text_add_padded(out, text, width, right);
		return;
	}
	buf_adds(out, colour);
	clean_add(out, text);
	buf_adds(out, "\033[m");
}

/* As many lines as the most folded text of the row takes. */
static void add_row(struct buf *out, const struct layout *l, size_t row, const char *colour)
{
	const size_t nr = l->g->nr_columns;
	const char *rest[GRID_COLUMNS_MAX];
	bool more = true;

	for (size_t i = 0; i < nr; i++)
		rest[i] = text_at(l, row, i);
	while (more) {
		size_t shown = 0;

		more = false;
		buf_addf(out, "%*s", (int)l->g->indent, "");
		for (size_t i = 0; i < nr; i++) {
			const struct grid_column *c = &l->g->columns[i];
			size_t len = c->fold ? text_line(rest[i], l->width[i]) : strlen(rest[i]);
			char *piece = xstrndup(rest[i], len);

			if (l->shown[i]) {
				buf_addf(out, "%*s", shown++ ? GAP : 0, "");
				add_place(out, piece, l->width[i], c->right,
					  i + 1 < nr ? "" : colour);
				rest[i] += len;
				rest[i] += strspn(rest[i], " ");
				more |= *rest[i] != '\0';
			}
			free(piece);
		}
		end_line(out);
	}
}

void grid_text(struct buf *out, const struct grid *g)
{
	struct layout l = { .g = g };

	fill(&l);
	fit(&l);
	add_row(out, &l, 0, "");
	for (size_t k = 0; k < g->nr_rows; k++) {
		const void *row = (const char *)g->rows + k * g->row_size;

		add_row(out, &l, k + 1, g->verdict ? words_colour(g->verdict(row)) : "");
	}
	strv_release(&l.texts);
}

/* --- Markdown --------------------------------------------------------------------------------- */

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

void grid_markdown(struct buf *out, const struct grid *g)
{
	struct layout l = { .g = g };

	fill(&l);
	for (size_t k = 0; k <= g->nr_rows; k++) {
		const char *row = k ? (const char *)g->rows + (k - 1) * g->row_size : NULL;
		bool strong = row && verdict_side(g->verdict(row)) != 0;

		buf_addc(out, '|');
		for (size_t i = 0; i < g->nr_columns; i++) {
			const char *mark = strong && i + 1 == g->nr_columns ? "**" : "";

			if (!l.shown[i])
				continue;
			buf_addf(out, " %s", mark);
			grid_markdown_escape(out, text_at(&l, k, i));
			buf_addf(out, "%s |", mark);
		}
		buf_adds(out, k ? "\n" : "\n|");
		for (size_t i = 0; i < g->nr_columns && !k; i++)
			buf_adds(out, !l.shown[i] ? "" : g->columns[i].right ? "--:|" : "---|");
		buf_adds(out, k ? "" : "\n");
	}
	strv_release(&l.texts);
}
