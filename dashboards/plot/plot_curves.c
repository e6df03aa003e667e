/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_curves.c: cells along an axis, a tile a workload; see plot_impl.h. */
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results.h"
#include "dashboards/plot/plot_impl.h"
#include "lib/num.h"

/* Where a cell stands along its axis, the axis's name, and what cells of its curve share. */
struct spot {
	double at;
	const char *axis, *text, *curve; /* "readers", "4", "mmap bs=4k"; axis NULL: nowhere */
};

/* s is given away. */
static const char *keep(struct plot_curves *p, char *s)
{
	strv_add(&p->texts, s);
	free(s);
	return p->texts.v[p->texts.n - 1];
}

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

/* The word along the axis: threads, else the first varying number. -1: none. */
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

static struct spot spot_of(struct plot_curves *p, const struct comparison_row *row)
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
	s.curve = keep(p, buf_detach(&b, NULL));
	if (axis >= 0) {
		number_of(words.v[axis], &s.at);
		s.axis = keep(p, xstrndup(words.v[axis], strcspn(words.v[axis], "=")));
		s.text = keep(p, xstrdup(strchr(words.v[axis], '=') + 1));
	}
	strv_release(&words);
	return s;
}

/* --- tiles ------------------------------------------------------------------------------ */

void plot_curves_release(struct plot_curves *p)
{
	for (size_t i = 0; i < p->nr; i++)
		free(p->tiles[i].places);
	free(p->tiles);
	strv_release(&p->texts);
	strv_release(&p->lines);
}

static const char *part_of(const struct plot_source *s, const char *variant, const char *part)
{
	const char *name =
		json_string_value(json_object_get(run_variant(results_run(s->r), variant), part));

	return name ? name : variant;
}

static void find_parts(struct plot_curves *p, const struct plot_source *s)
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
static struct plot_tile *tile_of(struct plot_curves *p, const struct spot *spot, const char *mount)
{
	const char *name = spot->curve;
	struct plot_tile *t;

	if (mount && p->by_kernel && p->by_mount)
		name = keep(p, xasprintf("%s %s", spot->curve, mount));
	for (size_t i = 0; i < p->nr; i++)
		if (!strcmp(p->tiles[i].name, name))
			return &p->tiles[i];
	p->tiles = xrealloc(p->tiles, p->nr + 1, sizeof(*p->tiles));
	t = &p->tiles[p->nr++];
	*t = (struct plot_tile){ .name = name, .axis = spot->axis };
	return t;
}

static struct plot_place *place_of(struct plot_tile *t, const struct spot *spot)
{
	struct plot_place *at;

	for (size_t i = 0; i < t->nr; i++)
		if (!strcmp(t->places[i].label, spot->text))
			return &t->places[i];
	t->places = xrealloc(t->places, t->nr + 1, sizeof(*t->places));
	at = &t->places[t->nr++];
	*at = (struct plot_place){ .at = spot->at, .label = spot->text };
	return at;
}

/* One side of a row into its variant's line. */
static void add_side(struct plot_curves *p, const struct plot_source *s, const struct spot *spot,
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
	if (at < (int)PLOT_LINES_MAX)
		place_of(tile_of(p, spot, mount), spot)->point[at] =
			(struct plot_point){ row, patched };
}

static int by_place(const void *a, const void *b)
{
	double x = ((const struct plot_place *)a)->at, y = ((const struct plot_place *)b)->at;

	return x < y ? -1 : x > y;
}

/* In the order of their places; a tile of one place is no curve. */
static void keep_curves(struct plot_curves *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->nr; i++) {
		struct plot_tile t = p->tiles[i];

		if (t.nr > 1) {
			qsort(t.places, t.nr, sizeof(*t.places), by_place);
			p->tiles[kept++] = t;
		} else {
			free(t.places);
		}
	}
	p->nr = kept;
}

struct plot_curves plot_find_curves(const struct plot_source *s, const struct plot_request *q,
				    bool variants)
{
	const struct comparison_row *first = plot_first(s, q);
	struct plot_curves p = { .texts = STRV_INIT, .lines = STRV_INIT };

	find_parts(&p, s);
	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];
		struct plot_request its = *q;
		struct spot spot;

		its.contrast = variants ? row->contrast : q->contrast;
		if (!row->member || !plot_wants(s, &its, row) || !row->has_ratio ||
		    strcmp(row->metric, first->metric))
			continue;
		spot = spot_of(&p, row);
		for (int side = 0; spot.axis && variants && side < 2; side++)
			add_side(&p, s, &spot, row, side);
		if (spot.axis && !variants)
			place_of(tile_of(&p, &spot, NULL), &spot)->point[0].row = row;
	}
	keep_curves(&p);
	return p;
}
