/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_verdict.c: the verdict line that scripts may read, each contrast in three
 * lines, and what there is to be said about the data. It draws what judge.h found.
 */
#include <math.h>
#include <string.h>

#include "analysis/judge.h"
#include "dashboards/table_impl.h"
#include "dashboards/text.h"

#define SHOWN_AS_NONE 0.0005   /* "+0.0 %" */

/* Decides the word of the verdict line: the first that some cell has. */
static const enum verdict order[] = { VERDICT_SLOWER, VERDICT_UNSURE, VERDICT_FASTER,
				      VERDICT_SAME };

static void add_counts(struct buf *b, const unsigned nr[NR_VERDICTS])
{
	bool first = true;

	for (enum verdict v = VERDICT_SLOWER; v < NR_VERDICTS; v++) {
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
	enum verdict worst = VERDICT_NONE;
	const char *word;

	if (!c->judged)
		return;
	for (enum verdict v = VERDICT_SLOWER; v < NR_VERDICTS; v++)
		cells += nr[v] = comparison_count(c, v);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && !worst; i++)
		worst = nr[order[i]] ? order[i] : VERDICT_NONE;
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

static void add_extremes(struct buf *out, const char *first, const struct headline_cell *cell,
			 size_t nr)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < nr; i++) {
		buf_adds(&b, i ? ", " : "");
		table_add_cell(&b, cell[i].workload, cell[i].varying);
		buf_addc(&b, ' ');
		table_add_change(&b, cell[i].change, true);
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
	}
	if (b.len)
		text_add_wrapped(out, "  verdict   ", buf_str(&b), TABLE_WIDTH);
	add_extremes(out, "  worst     ", h->worst, h->nr_worst);
	add_extremes(out, "  best      ", h->best, h->nr_best);
	buf_release(&b);
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
		    (found && fabs(log(cell->change)) <= fabs(log(found->change))))
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

	for (enum verdict v = VERDICT_SLOWER; v < NR_VERDICTS; v++)
		nr[v] = comparison_count(c, v);
	add_counts(out, nr);
	if (out->len == before)
		buf_adds(out, "nothing judged");
	for (unsigned best = 0; best < 2; best++) {
		const char *contrast;
		const struct headline_cell *cell = extreme(c, best, &contrast);

		if (!cell || fabs(cell->change - 1) < SHOWN_AS_NONE)
			continue;
		buf_adds(out, best ? "; best " : "; worst ");
		if (c->nr_headlines > 1)
			buf_addf(out, "%s ", contrast);
		table_add_cell(out, cell->workload, cell->varying);
		buf_addc(out, ' ');
		table_add_change(out, cell->change, true);
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

void table_add_legend(struct buf *out, const struct comparison *c)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "change: %s of patched / baseline, with its 95 %% interval, or the range over "
		     "blocks where they are too few for one; =: equal to the last digit. Indented: "
		     "one role of the cell, which decides nothing.",
		 c->paired || !c->judged ? "Hodges-Lehmann estimate over blocks" :
					   "Hodges-Lehmann estimate");
	if (c->judged)
		buf_addf(&b, " slower, faster: at %.2g %% for all cells together, and past the "
			     "margin; same: shown to be within it; unsure (+n): about n more "
			     "blocks may settle it.", c->alpha * 100);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}
