/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c: a comparison as a report for a terminal: the verdict line that scripts may read,
 * each contrast with its tables, the notes. A reader who sees only this text must not be
 * misled by it, so it says what is missing and what the mode cannot show.
 */
#include "dashboards/table/table.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

#define WHY_MAX 20
#define CELLS_MAX 5 /* of the broken, the mixed, the repaired ones */

/* --- the verdict ----------------------------------------------------------------------------- */

static unsigned count_verdicts(const struct comparison *c, unsigned nr[NR_VERDICTS])
{
	unsigned sum = 0;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		sum += nr[v] = comparison_count(c, v);
	return sum;
}

/* The line "verdict: slower (3 cells: ...)", which scripts may read; nothing if none was judged. */
static void add_verdict(struct buf *out, const struct comparison *c, bool colour)
{
	static const char beginning[] = "verdict: ";
	unsigned nr[NR_VERDICTS] = { 0 }, cells = count_verdicts(c, nr);
	enum verdict worst = verdict_worst(nr);
	const char *word = worst ? verdict_names[worst] : "none";
	const char *ink = colour ? words_colour(worst) : "", *rest;
	struct buf b = BUF_INIT, lines = BUF_INIT;

	if (!c->judged)
		return;
	buf_addf(&b, "%s%s", beginning, word);
	if (cells) {
		buf_addf(&b, " (%u cell%s: ", cells, cells == 1 ? "" : "s");
		words_counts(&b, nr);
		if (c->unmeasured)
			buf_addf(&b, "; %u pair%s not measured", c->unmeasured,
				 c->unmeasured == 1 ? "" : "s");
		buf_addc(&b, ')');
	}
	table_say(&lines, "", &b);
	rest = buf_str(&lines) + strlen(beginning) + strlen(word);
	buf_addf(out, "%s%s%s%s%s", beginning, ink, word, *ink ? "\033[m" : "", rest);
	buf_release(&lines);
}

void table_summary(struct buf *out, const struct comparison *c)
{
	unsigned nr[NR_VERDICTS] = { 0 };

	count_verdicts(c, nr);
	if (!words_counts(out, nr))
		buf_adds(out, "nothing judged");
}

/* --- above a contrast's tables ---------------------------------------------------------------- */

static void add_cells(struct buf *out, const struct comparison *c, const char *contrast,
		      enum verdict v)
{
	struct strv lines = STRV_INIT;
	char *first = xasprintf("  %-10s", verdict_names[v]);

	words_cells(&lines, c, contrast, v);
	for (size_t i = 0; i < lines.n && i < CELLS_MAX; i++)
		text_add_wrapped(out, first, lines.v[i], TABLE_WIDTH);
	if (lines.n > CELLS_MAX)
		buf_addf(out, "%12sand %zu more\n", "", lines.n - CELLS_MAX);
	strv_release(&lines);
	free(first);
}

static void add_extremes(struct buf *out, const char *first, const struct headline_cell *cell,
			 size_t nr)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < nr; i++) {
		buf_adds(&b, i ? ", " : "");
		words_extreme(&b, &cell[i]);
	}
	table_say(out, first, &b);
}

static void add_headline(struct buf *out, const struct comparison *c, const char *contrast)
{
	const struct headline *h = words_headline(c, contrast);
	struct buf b = BUF_INIT;

	if (!h)
		return;
	add_cells(out, c, contrast, VERDICT_BROKEN);
	words_counts(&b, h->nr);
	words_empty(&b, c, contrast);
	if (b.len && (h->rate.cells || h->path.cells))
		buf_adds(&b, "; ");
	words_mean(&b, h, " (");
	table_say(out, "  verdict   ", &b);
	add_cells(out, c, contrast, VERDICT_MIXED);
	add_extremes(out, "  worst     ", h->worst, h->nr_worst);
	add_extremes(out, "  best      ", h->best, h->nr_best);
	add_cells(out, c, contrast, VERDICT_REPAIRED);
}

/* By the image that was booted or, of one that ran already, by its build id. */
static bool same_kernel_image(const json_t *run, const struct comparison_row *row)
{
	const char *a = words_text(run_variant(run, row->baseline), "kernel");
	const char *b = words_text(run_variant(run, row->patched), "kernel");
	const json_t *kernel_a = words_entry(run, "kernels", a);
	const char *key = words_text(kernel_a, "sha256") ? "sha256" : "build_id";
	const char *sha_a = words_text(kernel_a, key);
	const char *sha_b = words_text(words_entry(run, "kernels", b), key);

	return a && b && (!strcmp(a, b) || (sha_a && sha_b && !strcmp(sha_a, sha_b)));
}

static void add_heading(struct buf *out, const struct comparison *c,
			const struct comparison_row *row, const json_t *run)
{
	const char *machine = words_text(json_object_get(run, "machine"), "id");
	const char *suite = words_text(json_object_get(run, "suite"), "name");
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: %s against %s", row->contrast, row->patched, row->baseline);
	table_say(out, "", &b);
	add_headline(out, c, row->contrast);
	words_variant(&b, run, row->baseline);
	table_say(out, "  baseline  ", &b);
	words_variant(&b, run, row->patched);
	table_say(out, "  patched   ", &b);
	if (same_kernel_image(run, row))
		buf_adds(out, "            both sides run the same kernel image\n");
	buf_addf(&b, "mode %s, %u block%s", words_text(run, "mode"), row->planned,
		 row->planned == 1 ? "" : "s");
	if (suite)
		buf_addf(&b, ", suite %s", suite);
	if (machine)
		buf_addf(&b, ", machine %.*s", WORDS_SHA, machine);
	table_say(out, "  ", &b);
}

/* --- below them ------------------------------------------------------------------------------ */

/* Why a row has no figures that no gap explains: no ratio, or no value of a metric beside. */
static void list_row(struct strv *rest, const struct comparison_row *row)
{
	const char *why = row->no_ratio && row->mark != MARK_EQUAL     ? row->no_ratio
			  : row->pairs < row->planned && !row->primary ? row->reason
								       : NULL;
	struct buf b = BUF_INIT;

	words_cell(&b, row->workload, row->varying);
	if (why)
		strv_addf(rest, "%s, %s: no ratio of %s: %s", buf_str(&b), row->role, row->metric,
			  why);
	buf_release(&b);
}

static void add_missing(struct buf *out, const struct comparison *c,
			const struct comparison_row *rows, size_t nr)
{
	struct strv gaps = STRV_INIT, rest = STRV_INIT;
	size_t nr_gaps = words_gaps(&gaps, c, rows);

	for (size_t i = 0; i < nr; i++)
		list_row(&rest, &rows[i]);
	if (nr_gaps)
		buf_addf(out, "\n%zu planned pair%s without a valid sample on both sides:\n",
			 nr_gaps, nr_gaps == 1 ? "" : "s");
	table_sentences(out, "  ", &gaps);
	if (rest.n)
		buf_adds(out, "\nNo number where the table shows -, because:\n");
	for (size_t i = 0; i < rest.n && i < WHY_MAX; i++)
		text_add_wrapped(out, "  ", rest.v[i], TABLE_WIDTH);
	if (rest.n > WHY_MAX)
		buf_adds(out, "  and more: see the column reason of --format csv\n");
	strv_release(&gaps);
	strv_release(&rest);
}

/* Options without effect; two mounts of other names that came to the same. */
static void add_effective(struct buf *out, const struct comparison_row *row, const json_t *run)
{
	const char *const sides[] = { row->baseline, row->patched };
	const char *mount[2], *options[2];
	const json_t *mkfs[2];
	struct buf b = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		const json_t *effective = words_entry(run, "effective", sides[i]);
		const char *why = words_text(effective, "why");

		mount[i] = words_text(run_variant(run, sides[i]), "mount");
		options[i] = words_text(effective, "options");
		mkfs[i] = json_object_get(words_entry(run, "mounts", mount[i]), "mkfs");
		if (!why || !*why || (i && !strcmp(sides[0], sides[1])))
			continue;
		buf_addf(&b, "%s: %s", sides[i], why);
		buf_addc(out, '\n');
		table_say(out, "", &b);
	}
	if (!options[0] || !options[1] || strcmp(options[0], options[1]) ||
	    !strcmp(mount[0], mount[1]) || !json_equal(mkfs[0], mkfs[1]))
		return;
	buf_addf(&b,
		 "the mounts %s and %s have the same options in effect: what one says more than "
		 "the other is the default here",
		 mount[0], mount[1]);
	buf_addc(out, '\n');
	table_say(out, "", &b);
}

static bool has_roles(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++)
		if (!c->rows[i].whole)
			return true;
	return false;
}

static void add_legend(struct buf *out, const struct comparison *c)
{
	struct buf b = BUF_INIT;

	buf_addf(&b,
		 "change: %s of patched / baseline (95 %% interval) or, where the blocks are too "
		 "few for one, [range over blocks]; =: equal to the last digit.%s",
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
	table_say(out, "", &b);
}

/* The number of cell runs that something disturbed: their figures are in the tables. */
static void add_marks(struct buf *out, const struct results *r)
{
	json_t *marks = results_marks(r), *n;
	json_int_t marked, runs;
	const char *name;
	struct buf b = BUF_INIT;

	json_unpack(marks, "{s:I, s:I}", "marked", &marked, "runs", &runs);
	buf_addf(&b,
		 "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
		 " cell runs were disturbed and kept:",
		 marked, runs);
	json_object_foreach(json_object_get(marks, "by_mark"), name, n)
		buf_addf(&b, " %s %" JSON_INTEGER_FORMAT ",", name, json_integer_value(n));
	if (b.data[b.len - 1] == ',') {
		b.data[b.len - 1] = '.';
		table_say(out, "note: ", &b);
	}
	buf_release(&b);
	json_decref(marks);
}

void table_comparison(struct buf *out, const struct findings *f)
{
	const struct comparison *c = f->c;
	const json_t *run = results_run(f->r);

	add_verdict(out, c, f->colour);
	buf_adds(out, c->judged ? "\n" : "");
	if (!c->nr_rows)
		buf_adds(out,
			 "nothing to compare: the suite has no contrast between two variants, or "
			 "the\nselection leaves no row\n");
	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		const struct comparison_row *first = &c->rows[i];

		end = table_contrast_end(c, i);
		add_heading(out, c, first, run);
		table_metrics(out, first, end - i, f->colour ? TABLE_COLOURED : TABLE_PLAIN);
		table_row_locks(out, first, end - i);
		add_missing(out, c, first, end - i);
		add_effective(out, first, run);
		buf_addc(out, '\n');
	}
	table_sentences(out, "warning: ", &c->warnings);
	table_sentences(out, "remark: ", &c->remarks);
	if (c->warnings.n + c->remarks.n)
		buf_addc(out, '\n');
	add_legend(out, c);
	table_notes(out, run);
	add_marks(out, f->r);
	table_sentences(out, "note: ", &c->lock_notes);
	table_sentences(out, "note: ", &c->cost_notes);
}
