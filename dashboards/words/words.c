/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.c: the words for one place of a table or a sentence; see words.h. */
#include "dashboards/words/words.h"

#include <math.h>
#include <string.h>

#include "lib/num.h"

#define NO_PREFIX 1e21         /* past the last SI prefix of num_format_si */
#define RATIO_AS_FACTOR 1000.0 /* from here on "x1234" reads better than per cent */

void words_cell(struct buf *b, const char *workload, const char *varying)
{
	buf_adds(b, workload);
	if (*varying)
		buf_addc(b, ' ');
	for (; *varying; varying++)
		buf_addc(b, *varying == ';' ? ' ' : *varying);
}

void words_cell_role(struct buf *b, const struct comparison_row *row)
{
	words_cell(b, row->workload, row->varying);
	if (!row->whole)
		buf_addf(b, " %s", row->role);
	buf_adds(b, row->path ? " path" : "");
}

void words_value(struct buf *b, const char *unit, double v)
{
	char text[32];

	if (!strcmp(unit, "ns") && v >= 0 && v < 1e18)
		buf_adds(b, num_format_ns_human(text, (uint64_t)(v + 0.5)));
	else if (fabs(v) >= NO_PREFIX)
		buf_addf(b, "%.4g", v);
	else
		buf_adds(b, num_format_si(text, v));
}

void words_change(struct buf *b, double ratio, bool unit)
{
	if (ratio >= RATIO_AS_FACTOR)
		buf_addf(b, "x%.4g", ratio);
	else
		buf_addf(b, "%+.1f%s", (ratio - 1) * 100, unit ? " %" : "");
}

void words_limits(struct buf *b, double low, double high, bool unit)
{
	words_change(b, low, false);
	buf_adds(b, "..");
	words_change(b, high, unit);
}

void words_median(struct buf *b, const struct comparison_row *row, bool patched)
{
	if (row->pairs)
		words_value(b, row->unit, patched ? row->patched_median : row->baseline_median);
	else
		buf_addc(b, '-');
}

static bool has_change(const struct comparison_row *row)
{
	return row->j.done ? row->j.has_change : row->has_ratio;
}

static void add_estimate(struct buf *b, const struct comparison_row *row)
{
	if (row->mark == MARK_EQUAL)
		buf_addc(b, '=');
	else if (row->j.zero != ZERO_NONE)
		buf_adds(b, zero_names[row->j.zero]);
	else if (!has_change(row))
		buf_addc(b, '-');
	else
		words_change(b, row->j.done ? row->j.change : row->ratio_median, true);
}

static bool has_range(const struct comparison_row *row)
{
	return row->has_ratio && row->pairs > 1 && !row->j.i95.exists;
}

void words_change_within(struct buf *b, const struct comparison_row *row)
{
	add_estimate(b, row);
	if (row->mark == MARK_EQUAL || !has_change(row))
		return;
	if (row->j.i95.exists) {
		buf_adds(b, " (");
		words_limits(b, row->j.i95.low, row->j.i95.high, false);
		buf_addc(b, ')');
	} else if (has_range(row)) {
		buf_adds(b, " [");
		words_limits(b, row->ratio_min, row->ratio_max, false);
		buf_addc(b, ']');
	}
}

void words_ruling(struct buf *b, const struct comparison_row *row)
{
	const struct ruling *r = &row->j.r;
	bool ended = r->verdict == VERDICT_BROKEN || r->verdict == VERDICT_REPAIRED;

	if (!row->pairs && row->lack && !ended) {
		buf_adds(b, lack_names[row->lack]);
	} else if (!row->j.done || r->verdict == VERDICT_NONE) {
		buf_addc(b, '-');
	} else if (row->primary && !row->j.decides) {
		buf_addf(b, "(%s)", verdict_names[r->verdict]);
	} else {
		buf_adds(b, verdict_names[r->verdict]);
		if (r->verdict == VERDICT_SAME && r->fact) {
			buf_adds(b, " (identical)");
		} else if (r->verdict == VERDICT_SAME && r->significant &&
			   row->mark != MARK_EQUAL) {
			buf_adds(b, " (sure ");
			words_change(b, row->j.change, true);
			buf_addc(b, ')');
		} else if (r->more_blocks) {
			buf_addf(b, " (+%u)", r->more_blocks);
		}
	}
}

void words_title(struct buf *b, const struct comparison_row *row)
{
	buf_adds(b, row->metric);
	if (*row->unit && strcmp(row->unit, "count"))
		buf_addf(b, " in %s", row->unit);
	if (*row->better)
		buf_addf(b, ", %s is better", row->better);
	else
		buf_adds(b, ", neither higher nor lower is better");
	if (!row->primary && strcmp(row->pass, "throughput"))
		buf_addf(b, ", from the pass %s", row->pass);
}

void words_because(struct buf *b, const struct comparison_row *row)
{
	if (row->part == LOCKS_EXPLAIN || row->part == LOCKS_PARTLY)
		buf_addf(b, "%sbecause%s: ", row->part == LOCKS_PARTLY ? "in part " : "",
			 row->j.r.verdict == VERDICT_UNSURE ? " (if it is so)" : "");
}

const char *words_colour(enum verdict v)
{
	int side = verdict_side(v);

	if (v == VERDICT_BROKEN)
		return "\033[1;31m";
	return side < 0              ? "\033[31m"
	       : side > 0            ? "\033[32m"
	       : v == VERDICT_UNSURE ? "\033[33m"
				     : "";
}

const char *words_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

const json_t *words_entry(const json_t *run, const char *list, const char *name)
{
	return name ? json_object_get(json_object_get(run, list), name) : NULL;
}

bool words_image(struct buf *b, const json_t *kernel)
{
	const char *sha = words_text(kernel, "sha256"), *build = words_text(kernel, "build_id");

	if (sha || build)
		buf_addf(b, ", %s %.*s", sha ? "image" : "build id", WORDS_SHA, sha ? sha : build);
	return sha || build;
}

void words_variant(struct buf *b, const json_t *run, const char *variant)
{
	const json_t *v = run_variant(run, variant);
	const char *mount = words_text(v, "mount");
	const json_t *kernel = words_entry(run, "kernels", words_text(v, "kernel"));
	const json_t *how = words_entry(run, "mounts", mount);
	const char *release = words_text(kernel, "release");
	const char *fs = words_text(how, "fs"), *options = words_text(how, "options");

	buf_adds(b, release ? release : "release unknown");
	if (!words_image(b, kernel))
		buf_adds(b, ", image unknown");
	buf_addf(b, ", %s mount %s", fs ? fs : "", mount ? mount : "unknown");
	if (options && *options && (!mount || strcmp(options, mount)))
		buf_addf(b, " (%s)", options);
}
