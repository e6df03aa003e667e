/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_tiles.c: change and scaling over the number of threads, or else another number that
 * varies: a tile a workload (and each set of its other varying parameters); scaling has a
 * line a variant. See plot_impl.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results.h"
#include "dashboards/plot/plot_impl.h"
#include "lib/num.h"

#define LINES_MAX 8u /* colours and marks in scaling.gp */

/* One line's figures at a place: which side of which row. row NULL: not measured. */
struct point {
	const struct comparison_row *row;
	bool patched;
};

struct tile {
	char *name, *axis;
	struct place {
		double at;
		char *label;
		struct point point[LINES_MAX];
	} * places;
	size_t nr;
};

struct picture {
	struct tile *tiles;
	size_t nr;
	struct strv lines;        /* of scaling: kernels or, where all have one, mounts */
	bool by_kernel, by_mount; /* what tells variants apart; both: tiles are by mount */
};

/* --- places along an axis -------------------------------------------------------------- */

/* Where a cell stands along its axis, the axis's name, and what cells of its curve share. */
struct spot {
	double at;
	char *axis, *text, *curve; /* "readers", "4", "mmap bs=4k"; axis NULL: nowhere */
};

/* "readers=4": its number, where it is one; sizes and times count, too. */
static bool number_of(const char *word, double *n)
{
	static const enum num_kind kinds[] = { NUM_COUNT, NUM_BYTES, NUM_NS };
	const char *eq = strchr(word, '=');
	uint64_t v;

	for (size_t i = 0; eq && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!num_parse(eq + 1, kinds[i], &v, NULL)) {
			*n = (double)v;
			return true;
		}
	}
	return false;
}

/*
 * The word of "bs=4k;readers=8" that is laid along the axis: threads, else the first that
 * varies and is a number. -1: there is none. All cells of a workload have the same.
 */
static int axis_word(const struct strv *words)
{
	int at = -1;
	double n;

	for (int i = 0; i < (int)words->n; i++) {
		if (!number_of(words->v[i], &n))
			continue;
		if (!strncmp(words->v[i], "threads=", strlen("threads=")))
			return i;
		if (at < 0)
			at = i;
	}
	return at;
}

static struct spot spot_of(const struct comparison_row *row)
{
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;
	struct spot s = { 0 };
	int axis;

	strv_split(&words, row->varying, " ;");
	axis = axis_word(&words);
	buf_adds(&b, row->workload);
	for (int i = 0; i < (int)words.n; i++)
		if (i != axis)
			buf_addf(&b, " %s", words.v[i]);
	if (!row->whole)
		buf_addf(&b, " %s", row->role);
	s.curve = buf_detach(&b, NULL);
	if (axis >= 0) {
		number_of(words.v[axis], &s.at);
		s.axis = xstrndup(words.v[axis], strcspn(words.v[axis], "="));
		s.text = xstrdup(strchr(words.v[axis], '=') + 1);
	}
	strv_release(&words);
	return s;
}

static void spot_release(struct spot *s)
{
	free(s->axis);
	free(s->text);
	free(s->curve);
}

/* --- tiles ------------------------------------------------------------------------------ */

static void tile_release(struct tile *t)
{
	for (size_t i = 0; i < t->nr; i++)
		free(t->places[i].label);
	free(t->places);
	free(t->name);
	free(t->axis);
}

static void picture_release(struct picture *p)
{
	for (size_t i = 0; i < p->nr; i++)
		tile_release(&p->tiles[i]);
	free(p->tiles);
	strv_release(&p->lines);
}

static const char *part_of(const struct plot_source *s, const char *variant, const char *part)
{
	const char *name =
		json_string_value(json_object_get(run_variant(results_run(s->r), variant), part));

	return name ? name : variant;
}

static void find_parts(struct picture *p, const struct plot_source *s)
{
	const char *kernel = NULL, *mount = NULL;

	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const char *const names[] = { s->c->rows[i].baseline, s->c->rows[i].patched };

		for (int k = 0; k < 2; k++) {
			const char *its_kernel = part_of(s, names[k], "kernel");
			const char *its_mount = part_of(s, names[k], "mount");

			p->by_kernel |= kernel && strcmp(kernel, its_kernel) != 0;
			p->by_mount |= mount && strcmp(mount, its_mount) != 0;
			kernel = its_kernel;
			mount = its_mount;
		}
	}
}

/* The tile of that curve; mount: of the variant, or NULL. */
static struct tile *tile_of(struct picture *p, const struct spot *spot, const char *mount)
{
	bool both = mount && p->by_kernel && p->by_mount;
	char *name = both ? xasprintf("%s %s", spot->curve, mount) : xstrdup(spot->curve);
	struct tile *t;

	for (size_t i = 0; i < p->nr; i++) {
		if (!strcmp(p->tiles[i].name, name)) {
			free(name);
			return &p->tiles[i];
		}
	}
	p->tiles = xrealloc(p->tiles, p->nr + 1, sizeof(*p->tiles));
	t = &p->tiles[p->nr++];
	*t = (struct tile){ .name = name, .axis = xstrdup(spot->axis) };
	return t;
}

static struct place *place_of(struct tile *t, const struct spot *spot)
{
	struct place *at;

	for (size_t i = 0; i < t->nr; i++)
		if (!strcmp(t->places[i].label, spot->text))
			return &t->places[i];
	t->places = xrealloc(t->places, t->nr + 1, sizeof(*t->places));
	at = &t->places[t->nr++];
	*at = (struct place){ .at = spot->at, .label = xstrdup(spot->text) };
	return at;
}

/* One side of a row into its variant's line. */
static void add_side(struct picture *p, const struct plot_source *s, const struct spot *spot,
		     const struct comparison_row *row, bool patched)
{
	const char *variant = patched ? row->patched : row->baseline;
	const char *mount = part_of(s, variant, "mount");
	const char *line = p->by_kernel ? part_of(s, variant, "kernel") : mount;
	int at = strv_find(&p->lines, line);

	if (at < 0) {
		at = (int)p->lines.n;
		strv_add(&p->lines, line);
	}
	if (at < (int)LINES_MAX)
		place_of(tile_of(p, spot, mount), spot)->point[at] = (struct point){ row, patched };
}

static int by_place(const void *a, const void *b)
{
	double x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;

	return x < y ? -1 : x > y;
}

/* In the order of their places; a tile of one place is no curve. */
static void keep_curves(struct picture *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->nr; i++) {
		struct tile t = p->tiles[i];

		if (t.nr > 1) {
			qsort(t.places, t.nr, sizeof(*t.places), by_place);
			p->tiles[kept++] = t;
		} else {
			tile_release(&t);
		}
	}
	p->nr = kept;
}

/* variants: a line a variant, of all contrasts; else the rows of the contrast asked for. */
static struct picture find_curves(const struct plot_source *s, const struct plot_request *q,
				  bool variants)
{
	const struct comparison_row *first = plot_first(s, q);
	struct picture p = { .lines = STRV_INIT };

	find_parts(&p, s);
	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];
		struct plot_request its = *q;
		struct spot spot;

		its.contrast = variants ? row->contrast : q->contrast;
		if (!row->member || !plot_wants(s, &its, row) || !row->has_ratio ||
		    strcmp(row->metric, first->metric))
			continue;
		spot = spot_of(row);
		for (int side = 0; spot.axis && variants && side < 2; side++)
			add_side(&p, s, &spot, row, side);
		if (spot.axis && !variants)
			place_of(tile_of(&p, &spot, NULL), &spot)->point[0].row = row;
		spot_release(&spot);
	}
	keep_curves(&p);
	return p;
}

/* --- change and scaling ----------------------------------------------------------------- */

static void change_row(struct plot_table *t, const struct place *at, size_t lines)
{
	(void)lines;
	plot_number(t, at->at);
	plot_text(t, at->label);
	plot_change(t, at->point[0].row);
	plot_end(t);
}

/* The point's median (block -1), or its value in a block (from 0 on). */
static void add_point(struct plot_table *t, const struct point *p, int block)
{
	const struct comparison_row *row = p->row;
	const struct comparison_pair *pair =
		row && block >= 0 && block < (int)row->planned ? &row->pair[block] : NULL;

	if (pair)
		plot_number_if(t, p->patched ? pair->has_patched : pair->has_baseline,
			       p->patched ? pair->patched : pair->baseline);
	else if (row && block < 0)
		plot_number(t, p->patched ? row->patched_median : row->baseline_median);
	else
		plot_text(t, "");
}

/*
 * Medians in a row, and with two lines the interval of the change laid on the baseline's
 * median; then a row a block. The last column is there because a text must not be.
 */
static void scaling_row(struct plot_table *t, const struct place *at, size_t lines)
{
	static const struct point none;
	const struct comparison_row *row = at->point[0].row;
	bool pair = lines == 2 && row && row == at->point[1].row && row->j.i95.exists;
	int blocks = 0;

	for (size_t k = 0; k < lines; k++)
		if (at->point[k].row && (int)at->point[k].row->planned > blocks)
			blocks = (int)at->point[k].row->planned;
	for (int block = -1; block < blocks; block++) {
		bool interval = pair && block < 0;

		plot_number(t, at->at);
		plot_text(t, at->label);
		for (size_t k = 0; k < lines; k++)
			add_point(t, block < 0 ? &at->point[k] : &none, block);
		plot_number_if(t, interval, interval ? row->baseline_median * row->j.i95.low : 0);
		plot_number_if(t, interval, interval ? row->baseline_median * row->j.i95.high : 0);
		for (size_t k = 0; k < lines; k++)
			add_point(t, block < 0 ? &none : &at->point[k], block);
		plot_number(t, 0);
		plot_end(t);
	}
}

/* Tables, titles, axes; first head line "Change over threads: ops_per_s (1/s), higher ...". */
static void add_tiles(struct plot_set *t, const struct picture *p, const char *columns,
		      void (*add)(struct plot_table *, const struct place *, size_t lines),
		      const char *what, const struct comparison_row *first)
{
	size_t lines = p->lines.n < LINES_MAX ? p->lines.n : LINES_MAX;
	struct buf metric = BUF_INIT;
	const char *axis = p->tiles[0].axis;

	for (size_t i = 0; i < p->nr; i++) {
		struct plot_table *table = plot_table(t, columns);

		for (size_t k = 0; k < p->tiles[i].nr; k++)
			add(table, &p->tiles[i].places[k], lines);
		plot_set_title(t, (unsigned)i + 1, p->tiles[i].name);
		plot_set_nth(t, "axis", (unsigned)i + 1, p->tiles[i].axis);
		axis = strcmp(axis, p->tiles[i].axis) ? "parameter" : axis;
	}
	plot_set_tiles(t, (unsigned)p->nr);
	plot_add_metric(&metric, first);
	plot_head(t, "%s over %s: %s", what, axis, buf_str(&metric));
	buf_release(&metric);
}

#define NO_CURVE                                                                                   \
	"no workload was measured with several numbers of threads or values of another parameter"

PLOT_FILL(change)
{
	struct picture p = find_curves(s, q, false);
	const struct comparison_row *first = plot_first(s, q);

	if (p.nr) {
		add_tiles(t, &p, "at,label," PLOT_CHANGE, change_row, "Change", first);
		plot_set_key(t, "baseline", first->baseline);
		plot_set_key(t, "patched", first->patched);
		plot_head(t, "%s: %s against %s", first->contrast, first->patched, first->baseline);
		plot_head(t, "bars: 95 %% intervals (dotted: range over blocks); band: margin");
	} else {
		*why = xstrdup(NO_CURVE);
	}
	picture_release(&p);
}

PLOT_FILL(scaling)
{
	struct picture p = find_curves(s, q, true);
	size_t lines = p.lines.n < LINES_MAX ? p.lines.n : LINES_MAX;
	struct buf columns = BUF_INIT;

	buf_adds(&columns, "at,label");
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",median%zu", k + 1);
	buf_adds(&columns, ",low,high");
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",block%zu", k + 1);
	buf_adds(&columns, ",end");
	if (p.nr) {
		add_tiles(t, &p, buf_str(&columns), scaling_row, "Scaling", plot_first(s, q));
		for (size_t k = 0; k < lines; k++) {
			char name[32];

			snprintf(name, sizeof(name), "line%zu", k + 1);
			plot_set_key(t, name, p.lines.v[k]);
		}
		plot_set_number(t, "lines", (double)lines);
		plot_head(t, "medians over blocks%s%s", t->ascii ? "" : "; dots: blocks",
			  t->ascii || lines > 2
				  ? ""
				  : "; bars: 95 % interval of the change, laid on the "
				    "baseline's median");
		if (p.lines.n > lines)
			plot_head(t, "%zu variants more are left out", p.lines.n - lines);
	} else {
		*why = xstrdup(NO_CURVE);
	}
	buf_release(&columns);
	picture_release(&p);
}
