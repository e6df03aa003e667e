/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid.c: a small table of texts; see grid.h. */
#include "dashboards/grid/grid.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/words/text.h"

#define GAP 2 /* blanks between columns */

void grid_init(struct grid *g, const struct grid_column *columns, size_t nr)
{
	*g = (struct grid){ .columns = columns, .nr_columns = nr };
	for (size_t i = 0; i < nr; i++)
		grid_add(g, columns[i].title);
}

void grid_add(struct grid *g, const char *text)
{
	strv_add(&g->texts, text);
}

/* Widths of the texts, and their sum with the gaps. */
static size_t measure(const struct grid *g, size_t *width)
{
	size_t sum = GAP * (g->nr_columns - 1);

	for (size_t i = 0; i < g->nr_columns; i++) {
		width[i] = 0;
		for (size_t k = i; k < g->texts.n; k += g->nr_columns) {
			size_t w = text_width(g->texts.v[k]);

			width[i] = w > width[i] ? w : width[i];
		}
		sum += width[i];
	}
	return sum;
}

/* The widest word of a column. */
static size_t word_width(const struct grid *g, size_t column)
{
	size_t most = 0;

	for (size_t k = column; k < g->texts.n; k += g->nr_columns) {
		for (const char *p = g->texts.v[k]; *p;) {
			size_t len = strcspn(p, " ");
			char *word = xstrndup(p, len);
			size_t w = text_width(word);

			most = w > most ? w : most;
			free(word);
			p += len + strspn(p + len, " ");
		}
	}
	return most;
}

/* Narrow those columns that are early, never within a word, or those that are not. */
static void fold(const struct grid *g, unsigned early, size_t *width, size_t *sum, size_t room)
{
	for (size_t i = 0; i<g->nr_columns && * sum> room; i++) {
		size_t least = g->columns[i].fold, over = *sum - room;
		size_t word = early ? word_width(g, i) : 0, less;

		if ((g->early >> i & 1) != early || !least)
			continue;
		least = word > least ? word : least;
		less = width[i] > least ? width[i] - least : 0;
		less = less > over ? over : less;
		width[i] -= less;
		*sum -= less;
	}
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_addc(out, '\n');
}

/* As many lines as the most folded text of the row takes. */
static void add_row(struct buf *out, const struct grid *g, const size_t *width, size_t row,
		    size_t indent)
{
	const char *rest[GRID_COLUMNS_MAX];
	int more = 1;

	for (size_t i = 0; i < g->nr_columns; i++)
		rest[i] = g->texts.v[row * g->nr_columns + i];
	while (more) {
		more = 0;
		buf_addf(out, "%*s", (int)indent, "");
		for (size_t i = 0; i < g->nr_columns; i++) {
			size_t len =
				g->columns[i].fold ? text_line(rest[i], width[i]) : strlen(rest[i]);
			char *piece = xstrndup(rest[i], len);

			buf_addf(out, "%*s", i ? GAP : 0, "");
			text_add_padded(out, piece, width[i], g->columns[i].right);
			free(piece);
			rest[i] += len;
			rest[i] += strspn(rest[i], " ");
			more |= *rest[i] != '\0';
		}
		end_line(out);
	}
}

void grid_write(struct buf *out, const struct grid *g, size_t indent, size_t width)
{
	size_t widths[GRID_COLUMNS_MAX], sum = measure(g, widths);

	fold(g, 1, widths, &sum, width - indent);
	fold(g, 0, widths, &sum, width - indent);
	for (size_t row = 0; row < g->texts.n / g->nr_columns; row++)
		add_row(out, g, widths, row, indent);
}

void grid_release(struct grid *g)
{
	strv_release(&g->texts);
}
