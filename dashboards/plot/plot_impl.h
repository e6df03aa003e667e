/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_impl.h: the tables and variables that a script reads (plot_tables.c), and who fills them. */
#ifndef FSDUEL_DASHBOARDS_PLOT_IMPL_H
#define FSDUEL_DASHBOARDS_PLOT_IMPL_H

#include "dashboards/plot/plot.h"

/* Tables of one picture (files NAME-1.csv, ...) and the assignments before its script. */
struct plot_set {
	struct plot_table {
		struct buf text;
		struct strv label; /* lines of the row that was begun */
		unsigned fields;   /* of that row */
	} * tables;
	size_t nr_tables;
	struct buf vars; /* "rows=8\n" */
	unsigned heads;  /* lines above the picture */
	unsigned wide;   /* columns of such a line */
};
void plot_set_release(struct plot_set *t);

/* A field of a table: nothing in it is obeyed. */
void plot_add_field(struct buf *b, const char *s);
/* A string expression of gnuplot's whose value is s: nothing in it is obeyed. */
void plot_add_quoted(struct buf *b, const char *s);
/* Bytes of s in that many columns, "..." in the middle where something was cut. */
void plot_add_cut(struct buf *b, const char *s, size_t columns);

/* The next table; columns is its header line, "a,b,c". The fields of a row from left to right. */
struct plot_table *plot_table(struct plot_set *t, const char *columns);
void plot_text(struct plot_table *t, const char *s);
void plot_number(struct plot_table *t, double v);
void plot_number_if(struct plot_table *t, bool there, double v);
void plot_end(struct plot_table *t);

void plot_set_number(struct plot_set *t, const char *name, double v);
void plot_set_text(struct plot_set *t, const char *name, const char *s);
/* How many tiles there are: "tiles=3", and how wide the lines above them may be. */
void plot_set_tiles(struct plot_set *t, unsigned n);
/* "axis3='readers'": a text of tile n. */
void plot_set_nth(struct plot_set *t, const char *name, unsigned n, const char *s);
/* "title3='...'" and "more3='...'": a name in up to two lines above tile n. */
void plot_set_title(struct plot_set *t, unsigned n, const char *s);
/* One more sentence above the picture, folded. */
void plot_head(struct plot_set *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "baseline='6.1/default'": a variant's name for the key, cut. */
void plot_set_key(struct plot_set *t, const char *name, const char *variant);

/*
 * A row of a chart of rows: y and the first line of a label, the fields that the caller adds,
 * then the label's other lines as rows of their own; *y becomes the next row's place. A text
 * must not be the last column: gnuplot goes on with the one before where a row ends in an
 * empty field.
 */
void plot_row(struct plot_table *t, unsigned y, const char *label);
void plot_row_end(struct plot_table *t, unsigned *y);
#define PLOT_CHANGE "change,change_low95,change_high95,ratio_min,ratio_max,margin"
void plot_change(struct plot_table *t, const struct comparison_row *row);

/* Is row one of the request's contrast and cells? */
bool plot_wants(const struct plot_source *s, const struct plot_request *q,
		const struct comparison_row *row);
/* The contrast's name asked for: the first where none was named; NULL: there is none. */
const char *plot_contrast(const struct plot_source *s, const struct plot_request *q);
/* The first row that decides of the contrast and cells asked for, or NULL. */
const struct comparison_row *plot_first(const struct plot_source *s, const struct plot_request *q);

/* --- curves: plot_curves.c -------------------------------------------------------------------- */

#define PLOT_LINES_MAX 8u /* colours and marks in scaling.gp */

/* One line's figures at a place: which side of which row. row NULL: not measured. */
struct plot_point {
	const struct comparison_row *row;
	bool patched;
};

struct plot_tile {
	const char *name, *axis;
	struct plot_place {
		double at;
		const char *label;
		struct plot_point point[PLOT_LINES_MAX];
	} * places;
	size_t nr;
};

struct plot_curves {
	struct plot_tile *tiles;
	size_t nr;
	struct strv texts;        /* what the names, axes and labels are kept in */
	struct strv lines;        /* of scaling: kernels or, where all have one, mounts */
	bool by_kernel, by_mount; /* what tells variants apart; both: tiles are by mount */
};
/* variants: a line a variant, of all contrasts; else the rows of the contrast asked for. */
struct plot_curves plot_find_curves(const struct plot_source *s, const struct plot_request *q,
				    bool variants);
void plot_curves_release(struct plot_curves *p);

/* The fill functions of plot_kinds[]. */
#define PLOT_FILL(name)                                                                            \
	void plot_fill_##name(struct plot_set *t, const struct plot_source *s,                     \
			      const struct plot_request *q, char **why)
PLOT_FILL(forest);
PLOT_FILL(change);
PLOT_FILL(scaling);
PLOT_FILL(latency);
PLOT_FILL(locks);
PLOT_FILL(profile);
PLOT_FILL(truth);

#endif
