/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_tables.c: tables and variables in gnuplot's syntax; see plot_impl.h. */
#include "dashboards/plot/plot_impl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/words/text.h"
#include "dashboards/words/words.h"
#include "lib/clean.h"
#include "lib/num.h"

#define LABEL_WIDTH 40 /* columns of a line beside a chart of rows */
#define LABEL_LINES 3
#define TITLE_WIDTH 40 /* columns of a line above a tile */
#define VARIANT_WIDTH 30

void plot_set_release(struct plot_set *t)
{
	for (size_t i = 0; i < t->nr_tables; i++)
		buf_release(&t->tables[i].text);
	free(t->tables);
	buf_release(&t->vars);
	*t = (struct plot_set){ 0 };
}

/* --- what gnuplot would obey ----------------------------------------------------------- */

/* What gnuplot takes for syntax is octal. It is shown as it was where the text becomes a tic or a
 * column's title; not `with labels`, which reads octal twice. */
void plot_add_field(struct buf *b, const char *s)
{
	struct buf clean = BUF_INIT;

	clean_add(&clean, s);
	for (s = buf_str(&clean); *s; s++) {
		if (strchr("\"\\,", *s))
			buf_addf(b, "\\%03o", (unsigned)(unsigned char)*s);
		else
			buf_addc(b, *s);
	}
	buf_release(&clean);
}

void plot_add_quoted(struct buf *b, const char *s)
{
	struct buf clean = BUF_INIT;

	clean_add(&clean, s);
	buf_addc(b, '\'');
	for (s = buf_str(&clean); *s; s++) {
		/* Doubled, gnuplot 5 takes it for the string's end where it is the first or stands
		 * twice. */
		if (*s == '\'')
			buf_adds(b, "'.\"'\".'");
		else
			buf_addc(b, *s);
	}
	buf_addc(b, '\'');
	buf_release(&clean);
}

/* Bytes of the first n code points. */
static size_t bytes_of(const char *s, size_t n)
{
	size_t at = 0;

	while (s[at] && (n || ((unsigned char)s[at] & 0xc0) == 0x80)) {
		n -= ((unsigned char)s[at] & 0xc0) != 0x80;
		at++;
	}
	return at;
}

void plot_add_cut(struct buf *b, const char *s, size_t columns)
{
	size_t width = text_width(s), tail = columns / 3;

	if (width <= columns) {
		buf_adds(b, s);
		return;
	}
	buf_add(b, s, bytes_of(s, columns - tail - 3));
	buf_adds(b, "...");
	buf_adds(b, s + bytes_of(s, width - tail));
}

/* --- tables ---------------------------------------------------------------------------- */

struct plot_table *plot_table(struct plot_set *t, const char *columns)
{
	struct plot_table *table;

	t->tables = xrealloc(t->tables, t->nr_tables + 1, sizeof(*t->tables));
	table = &t->tables[t->nr_tables++];
	*table = (struct plot_table){ BUF_INIT, STRV_INIT, 0 };
	buf_adds(&table->text, columns);
	buf_addc(&table->text, '\n');
	return table;
}

static void next_field(struct plot_table *t)
{
	if (t->fields++)
		buf_addc(&t->text, ',');
}

void plot_text(struct plot_table *t, const char *s)
{
	next_field(t);
	plot_add_field(&t->text, s);
}

void plot_number_if(struct plot_table *t, bool there, double v)
{
	char number[32];

	next_field(t);
	if (there)
		buf_adds(&t->text, num_format_double(number, v));
}

void plot_number(struct plot_table *t, double v)
{
	plot_number_if(t, true, v);
}

void plot_end(struct plot_table *t)
{
	buf_addc(&t->text, '\n');
	t->fields = 0;
}

void plot_row(struct plot_table *t, unsigned y, const char *label)
{
	struct buf folded = BUF_INIT;

	text_add_wrapped(&folded, "", label, LABEL_WIDTH);
	strv_split(&t->label, buf_str(&folded), "\n");
	if (!t->label.n)
		strv_add(&t->label, " ");
	plot_number(t, y);
	plot_text(t, t->label.v[0]);
	buf_release(&folded);
}

void plot_row_end(struct plot_table *t, unsigned *y)
{
	unsigned fields = t->fields;
	bool cut = t->label.n > LABEL_LINES;
	size_t nr = cut ? LABEL_LINES : t->label.n;

	plot_end(t);
	(*y)++;
	for (size_t i = 1; i < nr; i++, (*y)++) {
		plot_number(t, *y);
		plot_text(t, cut && i + 1 == nr ? "..." : t->label.v[i]);
		while (t->fields < fields)
			plot_text(t, "");
		plot_end(t);
	}
	strv_release(&t->label);
}

void plot_change(struct plot_table *t, const struct comparison_row *row)
{
	plot_number_if(t, row->has_ratio, row->j.has_change ? row->j.change : row->ratio_median);
	plot_number_if(t, row->j.i95.exists, row->j.i95.low);
	plot_number_if(t, row->j.i95.exists, row->j.i95.high);
	plot_number_if(t, row->has_ratio, row->ratio_min);
	plot_number_if(t, row->has_ratio, row->ratio_max);
	plot_number_if(t, row->j.done, row->j.margin);
}

/* --- variables ------------------------------------------------------------------------- */

void plot_set_number(struct plot_set *t, const char *name, double v)
{
	char number[32];

	buf_addf(&t->vars, "%s=%s\n", name, num_format_double(number, v));
}

void plot_set_text(struct plot_set *t, const char *name, const char *s)
{
	buf_addf(&t->vars, "%s=", name);
	plot_add_quoted(&t->vars, s);
	buf_addc(&t->vars, '\n');
}

void plot_set_tiles(struct plot_set *t, unsigned n)
{
	plot_set_number(t, "tiles", n);
	if (n < 3 || n == 4) /* fewer than three beside each other: see tiles.gp */
		t->wide = n < 2 ? 82 : 95;
}

void plot_set_nth(struct plot_set *t, const char *name, unsigned n, const char *s)
{
	char *nth = xasprintf("%s%u", name, n);

	plot_set_text(t, nth, s);
	free(nth);
}

void plot_set_title(struct plot_set *t, unsigned n, const char *s)
{
	struct buf more = BUF_INIT;
	size_t line = text_line(s, TITLE_WIDTH);
	char *first = xstrndup(s, line);

	/* Only here is it known how much the first line left over. */
	plot_add_cut(&more, s + line + strspn(s + line, " "), TITLE_WIDTH);
	plot_set_nth(t, "title", n, first);
	plot_set_nth(t, "more", n, buf_str(&more));
	free(first);
	buf_release(&more);
}

void plot_head(struct plot_set *t, const char *fmt, ...)
{
	struct buf text = BUF_INIT, lines = BUF_INIT;
	struct strv split = STRV_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	text_add_wrapped(&lines, "", buf_str(&text), t->wide);
	strv_split(&split, buf_str(&lines), "\n");
	for (size_t i = 0; i < split.n; i++)
		plot_set_nth(t, "head", ++t->heads, split.v[i]);
	strv_release(&split);
	buf_release(&text);
	buf_release(&lines);
}

void plot_set_key(struct plot_set *t, const char *name, const char *variant)
{
	struct buf cut = BUF_INIT;

	plot_add_cut(&cut, variant, VARIANT_WIDTH);
	plot_set_text(t, name, buf_str(&cut));
	buf_release(&cut);
}

/* --- rows of the comparison -------------------------------------------------------------- */

const char *plot_contrast(const struct plot_source *s, const struct plot_request *q)
{
	if (q->contrast)
		return q->contrast;
	return s->c->nr_rows ? s->c->rows[0].contrast : NULL;
}

bool plot_wants(const struct plot_source *s, const struct plot_request *q,
		const struct comparison_row *row)
{
	const char *contrast = plot_contrast(s, q);

	return contrast && !strcmp(row->contrast, contrast) &&
	       (!q->workload || !strcmp(row->workload, q->workload));
}

const struct comparison_row *plot_first(const struct plot_source *s, const struct plot_request *q)
{
	for (size_t i = 0; i < s->c->nr_rows; i++)
		if (s->c->rows[i].member && plot_wants(s, q, &s->c->rows[i]))
			return &s->c->rows[i];
	return NULL;
}
