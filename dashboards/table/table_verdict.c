/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_verdict.c: the verdict line that scripts may read, each contrast in three
 * lines, and what there is to be said about the data. It draws what judge.h found.
 */
#include <math.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"

#define SHOWN_AS_NONE 0.0005 /* "+0.0 %" */
#define CELLS_MAX 5          /* of the mixed, the broken, the repaired ones */

static void add_counts(struct buf *b, const unsigned nr[NR_VERDICTS])
{
	bool first = true;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++) {
		if (!nr[v])
			continue;
		buf_addf(b, "%s%u %s", first ? "" : ", ", nr[v], verdict_names[v]);
		first = false;
	}
}

/* The first line, the word after its beginning in colour; its other lines as they are. */
static void add_inked(struct buf *out, const char *lines, const char *beginning, const char *word,
		      struct ink ink)
{
	size_t before = strlen(beginning), len = strlen(word);

	buf_add(out, lines, before);
	buf_adds(out, ink.begin);
	buf_add(out, lines + before, len);
	buf_adds(out, ink.end);
	buf_adds(out, lines + before + len);
}

void table_add_verdict(struct buf *out, const struct comparison *c, bool colour)
{
	unsigned nr[NR_VERDICTS] = { 0 }, cells = 0;
	struct buf b = BUF_INIT, lines = BUF_INIT;
	enum verdict worst;
	const char *word;

	if (!c->judged)
		return;
	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		cells += nr[v] = comparison_count(c, v);
	worst = verdict_worst(nr);
	word = worst ? verdict_names[worst] : "none";
	buf_addf(&b, "verdict: %s", word);
	if (cells) {
		buf_addf(&b, " (%u cell%s: ", cells, cells == 1 ? "" : "s");
		add_counts(&b, nr);
		if (c->unmeasured)
			buf_addf(&b, "; %u pair%s not measured", c->unmeasured,
				 c->unmeasured == 1 ? "" : "s");
		buf_adds(&b, ")");
	}
	text_add_wrapped(&lines, "", buf_str(&b), TABLE_WIDTH);
	add_inked(out, buf_str(&lines), "verdict: ", word, table_ink(worst, colour));
	buf_addc(out, '\n');
	buf_release(&b);
	buf_release(&lines);
}

const struct headline *table_headline(const struct comparison *c, const char *contrast)
{
	for (size_t i = 0; i < c->nr_headlines; i++) {
		if (!strcmp(c->headlines[i].contrast, contrast))
			return &c->headlines[i];
	}
	return NULL;
}

static void add_cells(struct buf *out, const char *first, struct strv *lines)
{
	struct buf more = BUF_INIT;

	for (size_t i = 0; i < lines->n && i < CELLS_MAX; i++)
		text_add_wrapped(out, first, lines->v[i], TABLE_WIDTH);
	if (lines->n > CELLS_MAX) {
		buf_addf(&more, "and %zu more", lines->n - CELLS_MAX);
		text_add_wrapped(out, "            ", buf_str(&more), TABLE_WIDTH);
	}
	buf_release(&more);
	strv_release(lines);
}

static void add_ended(struct buf *out, const struct comparison *c, const char *contrast,
		      const char *first, enum cell_end end)
{
	struct strv lines = STRV_INIT;

	table_list_ended(&lines, c, contrast, end);
	add_cells(out, first, &lines);
}

static void add_mixed(struct buf *out, const struct comparison *c, const char *contrast)
{
	struct strv lines = STRV_INIT;

	table_list_mixed(&lines, c, contrast);
	add_cells(out, "  mixed     ", &lines);
}

static void add_extremes(struct buf *out, const char *first, const struct headline_cell *cell,
			 size_t nr)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < nr; i++) {
		buf_adds(&b, i ? ", " : "");
		table_add_extreme(&b, &cell[i]);
	}
	if (nr)
		text_add_wrapped(out, first, buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

void table_add_headline(struct buf *out, const struct comparison *c, const char *contrast)
{
	const struct headline *h = table_headline(c, contrast);
	struct buf b = BUF_INIT;

	if (!h)
		return;
	add_ended(out, c, contrast, "  broken    ", END_BROKEN);
	add_counts(&b, h->nr);
	table_add_empty(&b, c, contrast);
	if (h->cells) {
		buf_adds(&b, b.len ? "; geometric mean " : "geometric mean ");
		table_add_change(&b, h->mean, true);
		if (h->i95.exists) {
			buf_adds(&b, " (");
			table_add_change(&b, h->i95.low, false);
			buf_adds(&b, "..");
			table_add_change(&b, h->i95.high, true);
			buf_adds(&b, ")");
		}
		buf_adds(&b, ", + is better");
		table_add_left_out(&b, h);
	}
	if (b.len)
		text_add_wrapped(out, "  verdict   ", buf_str(&b), TABLE_WIDTH);
	add_mixed(out, c, contrast);
	add_extremes(out, "  worst     ", h->worst, h->nr_worst);
	add_extremes(out, "  best      ", h->best, h->nr_best);
	add_ended(out, c, contrast, "  repaired  ", END_REPAIRED);
	buf_release(&b);
}

/* How far it lies from no change; what falls to 0 or rises from it furthest. */
static double size_of(const struct headline_cell *cell)
{
	return cell->zero != ZERO_NONE ? HUGE_VAL : fabs(log(cell->change));
}

/* The one whose change is the largest of the contrasts' worst, or best, and its contrast. */
static const struct headline_cell *extreme(const struct comparison *c, bool best,
					   const char **contrast)
{
	const struct headline_cell *found = NULL;

	for (size_t i = 0; i < c->nr_headlines; i++) {
		const struct headline *h = &c->headlines[i];
		const struct headline_cell *cell = best ? h->best : h->worst;

		if (!(best ? h->nr_best : h->nr_worst) ||
		    (found && size_of(cell) <= size_of(found)))
			continue;
		found = cell;
		*contrast = h->contrast;
	}
	return found;
}

void table_summary(struct buf *out, const struct comparison *c)
{
	unsigned nr[NR_VERDICTS] = { 0 };
	size_t before = out->len;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		nr[v] = comparison_count(c, v);
	add_counts(out, nr);
	if (out->len == before)
		buf_adds(out, "nothing judged");
	for (unsigned best = 0; best < 2; best++) {
		const char *contrast;
		const struct headline_cell *cell = extreme(c, best, &contrast);

		if (!cell || size_of(cell) < SHOWN_AS_NONE)
			continue;
		buf_adds(out, best ? "; best " : "; worst ");
		if (c->nr_headlines > 1)
			buf_addf(out, "%s ", contrast);
		table_add_extreme(out, cell);
	}
}

static void add_sentences(struct buf *out, const char *first, const struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		text_add_wrapped(out, first, list->v[i], TABLE_WIDTH);
}

void table_add_warnings(struct buf *out, const struct comparison *c)
{
	if (c->warnings.n + c->remarks.n == 0)
		return;
	add_sentences(out, "warning: ", &c->warnings);
	add_sentences(out, "remark: ", &c->remarks);
	buf_addc(out, '\n');
}

static bool has_roles(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++)
		if (!c->rows[i].whole)
			return true;
	return false;
}

void table_add_legend(struct buf *out, const struct comparison *c)
{
	struct buf b = BUF_INIT;

	buf_addf(&b,
		 "change: %s of patched / baseline, with its 95 %% interval, or the range over "
		 "blocks where they are too few for one; =: equal to the last digit."
		 "%s",
		 c->paired || !c->judged ? "Hodges-Lehmann estimate over blocks"
					 : "Hodges-Lehmann estimate",
		 has_roles(c) ? " Indented: roles, which decide where there are several, each "
				"for itself; verdicts in parentheses decide nothing."
			      : "");
	if (c->judged)
		buf_addf(&b,
			 " slower, faster: at %.2g %% for all cells together, and past the "
			 "margin; same: shown to be within it; unsure (+n): about n more "
			 "blocks may settle it.",
			 c->alpha * 100);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}
