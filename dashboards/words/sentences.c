/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sentences.c: the words about whole cells and contrasts; see words.h. */
#include <stdlib.h>
#include <string.h>

#include "dashboards/words/words.h"
#include "lib/schema.h"

const enum verdict words_cells_shown[] = { VERDICT_BROKEN, VERDICT_MIXED, VERDICT_REPAIRED,
					   VERDICT_NONE };

unsigned words_counts(struct buf *b, const unsigned nr[NR_VERDICTS])
{
	unsigned sum = 0;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++) {
		if (nr[v])
			buf_addf(b, "%s%u %s", sum ? ", " : "", nr[v], verdict_names[v]);
		sum += nr[v];
	}
	return sum;
}

static void add_change(struct buf *b, enum zero zero, double change)
{
	if (zero != ZERO_NONE)
		buf_adds(b, zero_names[zero]);
	else
		words_change(b, change, true);
}

void words_extreme(struct buf *b, const struct headline_cell *cell)
{
	words_cell(b, cell->workload, cell->varying);
	buf_addf(b, "%s%s %s", *cell->role ? " " : "", cell->role,
		 strcmp(cell->metric, METRIC_PATH) ? "" : "path ");
	add_change(b, cell->zero, cell->change);
}

void words_left_out(struct buf *b, const struct headline_mean *m)
{
	if (m->zeros)
		buf_addf(b, ", %u left out, as a value of 0 has no ratio", m->zeros);
}

static void add_mean(struct buf *b, const char *first, const struct headline_mean *m,
		     const char *before_limits)
{
	buf_adds(b, first);
	words_change(b, m->mean, true);
	if (m->i95.exists) {
		buf_adds(b, before_limits);
		words_limits(b, m->i95.low, m->i95.high, true);
		buf_addc(b, ')');
	}
}

void words_mean(struct buf *b, const struct headline *h, const char *before_limits)
{
	const struct headline_mean *path = &h->path;

	if (h->rate.cells)
		add_mean(b, "geometric mean ", &h->rate, before_limits);
	if (path->cells)
		add_mean(b, h->rate.cells ? ", of the paths " : "geometric mean of the paths ",
			 path, before_limits);
	if (h->rate.cells || path->cells)
		buf_adds(b, ", + is better");
	words_left_out(b, &h->rate);
}

void words_empty(struct buf *b, const struct comparison *c, const char *contrast)
{
	const struct comparison_cell *last = NULL;
	unsigned nr = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides || row->pairs || row->j.r.verdict != VERDICT_UNSURE ||
		    strcmp(row->contrast, contrast) || row->cell == last)
			continue;
		last = row->cell;
		nr++;
	}
	if (nr)
		buf_addf(b, " (%u not measured)", nr);
}

void words_summary(struct buf *b, const struct comparison *c, const struct headline *h)
{
	unsigned cells = 0, shown = 0;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		cells += h->nr[v];
	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++) {
		if (!h->nr[v])
			continue;
		buf_addf(b, "%s%s in %u", shown ? ", " : "",
			 v == VERDICT_SAME ? "the same" : verdict_names[v], h->nr[v]);
		if (!shown++)
			buf_addf(b, " of %u cell%s", cells, cells == 1 ? "" : "s");
	}
	words_empty(b, c, h->contrast);
	if (!shown)
		buf_adds(b, "no cell was judged");
	if (h->rate.cells || h->path.cells)
		buf_adds(b, "; ");
	words_mean(b, h, " (95 % interval ");
	if ((h->rate.cells && !h->rate.i95.exists) || (h->path.cells && !h->path.i95.exists))
		buf_addf(b, " (%s)",
			 c->paired ? "too few blocks for an interval"
				   : "no interval, as the sides are not paired");
}

const struct headline *words_headline(const struct comparison *c, const char *contrast)
{
	for (size_t i = 0; i < c->nr_headlines; i++) {
		if (!strcmp(c->headlines[i].contrast, contrast))
			return &c->headlines[i];
	}
	return NULL;
}

/* --- cells that are broken, mixed or repaired ------------------------------------------------- */

/* The metric, too, where the cell has rows of several. */
static void add_members(struct buf *b, const struct comparison_cell *cell)
{
	bool first = true, several = false;

	for (size_t i = 0; i < cell->nr_members; i++)
		several |= strcmp(cell->members[i].metric, cell->members[0].metric) != 0;
	for (size_t i = 0; i < cell->nr_members; i++) {
		const struct comparison_member *m = &cell->members[i];

		if (m->verdict != VERDICT_SLOWER && m->verdict != VERDICT_FASTER)
			continue;
		buf_adds(b, first ? "" : ", ");
		if (!m->whole)
			buf_addf(b, "%s ", m->role);
		if (several)
			buf_addf(b, "%s ", m->metric);
		add_change(b, m->has_change ? ZERO_NONE : m->zero, m->change);
		first = false;
	}
}

void words_cells(struct strv *lines, const struct comparison *c, const char *contrast,
		 enum verdict v)
{
	const enum cell_end end = v == VERDICT_BROKEN     ? END_BROKEN
				  : v == VERDICT_REPAIRED ? END_REPAIRED
							  : END_NONE;

	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct comparison_cell *cell = &c->cells[i];
		struct buf b = BUF_INIT;

		if (strcmp(cell->contrast, contrast) || !cell->nr_members ||
		    (end ? cell->end != end : cell->verdict != v))
			continue;
		words_cell(&b, cell->workload, cell->varying);
		if (end && cell->end_of != 1)
			buf_addf(&b, ", in %u of %u blocks", cell->end_blocks, cell->end_of);
		buf_adds(&b, end == END_REPAIRED ? ": baseline only: " : ": ");
		if (end)
			buf_adds(&b, cell->line);
		else
			add_members(&b, cell);
		strv_add(lines, buf_str(&b));
		buf_release(&b);
	}
}

/* --- numbers that are missing ----------------------------------------------------------------- */

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* "blocks 1, 3, 5-7" of those with the reason of block at + 1, which is the first of them. */
static void add_blocks(struct buf *b, const char *const *reason, unsigned planned, unsigned at)
{
	unsigned nr = 0;

	for (unsigned i = at; i < planned; i++)
		nr += same(reason[i], reason[at]);
	if (nr == planned && nr > 1) {
		buf_adds(b, ", every block");
		return;
	}
	buf_adds(b, nr == 1 ? ", block " : ", blocks ");
	for (unsigned i = at, end; i < planned; i = end + 1) {
		for (end = i; end < planned && same(reason[end], reason[at]); end++)
			;
		if (end == i)
			continue;
		buf_addf(b, "%s%u", i > at ? ", " : "", i + 1);
		if (end > i + 1)
			buf_addf(b, "-%u", end);
	}
}

static bool seen_before(const char *const *reason, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (same(reason[i], reason[at]))
			return true;
	return false;
}

/* "randrw threads=8, blocks 2-4: patched failed: ..." for each reason. */
static void add_holes(struct strv *lines, const char *workload, const char *varying,
		      const char *const *reason, unsigned planned)
{
	for (unsigned i = 0; i < planned; i++) {
		struct buf b = BUF_INIT;

		if (!reason[i] || seen_before(reason, i))
			continue;
		words_cell(&b, workload, varying);
		add_blocks(&b, reason, planned, i);
		buf_addf(&b, ": %s", reason[i]);
		strv_add(lines, buf_str(&b));
		buf_release(&b);
	}
}

static bool same_gap_cell(const struct comparison_gap *a, const struct comparison_gap *b)
{
	return a->contrast == b->contrast && a->workload == b->workload && a->params == b->params;
}

size_t words_gaps(struct strv *lines, const struct comparison *c, const struct comparison_row *row)
{
	const char **reason = xcalloc(row->planned + 1, sizeof(*reason));
	size_t nr = 0;

	for (size_t i = 0, end; i < c->unmeasured; i = end) {
		const struct comparison_gap *g = &c->gaps[i];

		memset(reason, 0, row->planned * sizeof(*reason));
		for (end = i; end < c->unmeasured && same_gap_cell(g, &c->gaps[end]); end++)
			reason[c->gaps[end].block - 1] = c->gaps[end].reason;
		if (strcmp(g->contrast, row->contrast))
			continue;
		nr += end - i;
		add_holes(lines, g->workload, g->varying, reason, row->planned);
	}
	free(reason);
	return nr;
}
