/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_text.c: the sentences around the tables: what was compared, what is
 * missing and why, what this mode cannot show. A reader who sees only this text
 * must not be misled by it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"

#define SHORT_SHA 12
#define WHY_MAX 20 /* reasons for empty places, gaps apart */

/* run[list][name], or NULL. */
static const json_t *entry(const json_t *run, const char *list, const char *name)
{
	return name ? json_object_get(json_object_get(run, list), name) : NULL;
}

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

void table_add_variant(struct buf *b, const json_t *run, const char *variant)
{
	const json_t *v = run_variant(run, variant);
	const char *mount = string_of(v, "mount");
	const json_t *kernel = entry(run, "kernels", string_of(v, "kernel"));
	const char *release = string_of(kernel, "release"), *sha = string_of(kernel, "sha256");
	const char *build = string_of(kernel, "build_id");
	const char *fs = string_of(entry(run, "mounts", mount), "fs");
	const char *options = string_of(entry(run, "mounts", mount), "options");

	buf_addf(b, "%s, ", release ? release : "release unknown");
	if (sha)
		buf_addf(b, "image %.*s", SHORT_SHA, sha);
	else if (build)
		buf_addf(b, "build id %.*s", SHORT_SHA, build);
	else
		buf_adds(b, "image unknown");
	buf_addf(b, ", %s mount %s", fs ? fs : "", mount ? mount : "unknown");
	if (options && *options && (!mount || strcmp(options, mount)))
		buf_addf(b, " (%s)", options);
}

static void add_side(struct buf *out, const char *first, const json_t *run, const char *variant)
{
	struct buf b = BUF_INIT;

	table_add_variant(&b, run, variant);
	text_add_wrapped(out, first, buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

/* By the image that was booted or, of one that ran already, by its build id. */
static bool same_kernel_image(const json_t *run, const struct comparison_row *row)
{
	const char *a = string_of(run_variant(run, row->baseline), "kernel");
	const char *b = string_of(run_variant(run, row->patched), "kernel");
	const char *key = string_of(entry(run, "kernels", a), "sha256") ? "sha256" : "build_id";
	const char *sha_a = string_of(entry(run, "kernels", a), key);
	const char *sha_b = string_of(entry(run, "kernels", b), key);

	return a && b && (!strcmp(a, b) || (sha_a && sha_b && !strcmp(sha_a, sha_b)));
}

void table_add_heading(struct buf *out, const struct comparison *c,
		       const struct comparison_row *row, const json_t *run)
{
	const char *machine = string_of(json_object_get(run, "machine"), "id");
	const char *suite = string_of(json_object_get(run, "suite"), "name");
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: %s against %s", row->contrast, row->patched, row->baseline);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	table_add_headline(out, c, row->contrast);
	add_side(out, "  baseline  ", run, row->baseline);
	add_side(out, "  patched   ", run, row->patched);
	if (same_kernel_image(run, row))
		buf_adds(out, "            both sides run the same kernel image\n");
	buf_reset(&b);
	buf_addf(&b, "mode %s, %u block%s", string_of(run, "mode"), row->planned,
		 row->planned == 1 ? "" : "s");
	if (suite)
		buf_addf(&b, ", suite %s", suite);
	if (machine)
		buf_addf(&b, ", machine %.*s", SHORT_SHA, machine);
	text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

/* "blocks 1, 3, 5-7" of those with that reason, from at on. */
static void add_blocks(struct buf *b, const char *const *reason, unsigned planned, unsigned at)
{
	const char *why = reason[at];
	unsigned nr = 0;
	bool first = true;

	for (unsigned i = at; i < planned; i++)
		nr += reason[i] && !strcmp(reason[i], why);
	if (nr == planned && nr > 1) {
		buf_adds(b, ", every block");
		return;
	}
	buf_adds(b, nr == 1 ? ", block " : ", blocks ");
	for (unsigned i = at, end; i < planned; i = end) {
		for (end = i; end < planned && reason[end] && !strcmp(reason[end], why); end++)
			;
		if (end == i) {
			end++;
			continue;
		}
		buf_addf(b, "%s%u", first ? "" : ", ", i + 1);
		if (end > i + 1)
			buf_addf(b, "-%u", end);
		first = false;
	}
}

static bool seen_before(const char *const *reason, unsigned at)
{
	for (unsigned i = 0; i < at; i++)
		if (reason[i] && !strcmp(reason[i], reason[at]))
			return true;
	return false;
}

/* "randrw threads=8, blocks 2-4: patched failed: ..." for each reason, up to max lines in all. */
static void add_holes(struct strv *lines, const char *workload, const char *varying,
		      const char *const *reason, unsigned planned, size_t max)
{
	for (unsigned i = 0; i < planned && lines->n < max; i++) {
		struct buf b = BUF_INIT;

		if (!reason[i] || seen_before(reason, i))
			continue;
		table_add_cell(&b, workload, varying);
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

size_t table_list_gaps(struct strv *lines, const struct comparison *c,
		       const struct comparison_row *row)
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
		add_holes(lines, g->workload, g->varying, reason, row->planned, SIZE_MAX);
	}
	free(reason);
	return nr;
}

/* A line for each reason why places of this row have no value, or one for the want of a ratio. */
static void list_row(struct strv *lines, const struct comparison_row *row)
{
	const char **reason = xcalloc(row->planned + 1, sizeof(*reason));

	for (unsigned i = 0; i < row->planned; i++)
		reason[i] = row->pair[i].reason;
	add_holes(lines, row->workload, row->varying, reason, row->planned, WHY_MAX + 1);
	free(reason);
	if (row->no_ratio && row->mark != MARK_EQUAL) {
		struct buf b = BUF_INIT;

		table_add_cell(&b, row->workload, row->varying);
		buf_addf(&b, ", %s: %s has no ratio: %s", row->role, row->metric, row->no_ratio);
		strv_add(lines, buf_str(&b));
		buf_release(&b);
	}
}

/* Why else there is a "-" in the tables: what the gaps have not said already. */
void table_list_rest(struct strv *rest, const struct strv *gaps, const struct comparison_row *rows,
		     size_t nr)
{
	for (size_t i = 0; i < nr && rest->n <= WHY_MAX; i++) {
		struct strv lines = STRV_INIT;

		if (rows[i].pairs < rows[i].planned || rows[i].no_ratio)
			list_row(&lines, &rows[i]);
		for (size_t k = 0; k < lines.n; k++) {
			if (strv_find(gaps, lines.v[k]) < 0 && strv_find(rest, lines.v[k]) < 0)
				strv_add(rest, lines.v[k]);
		}
		strv_release(&lines);
	}
}

void table_add_missing(struct buf *out, const struct comparison *c,
		       const struct comparison_row *rows, size_t nr)
{
	struct strv gaps = STRV_INIT, rest = STRV_INIT;
	size_t nr_gaps = table_list_gaps(&gaps, c, rows);

	table_list_rest(&rest, &gaps, rows, nr);
	if (nr_gaps)
		buf_addf(out, "\n%zu planned pair%s without a valid sample on both sides:\n",
			 nr_gaps, nr_gaps == 1 ? "" : "s");
	for (size_t i = 0; i < gaps.n; i++)
		text_add_wrapped(out, "  ", gaps.v[i], TABLE_WIDTH);
	if (rest.n)
		buf_adds(out, "\nNo number where the table shows -, because:\n");
	for (size_t i = 0; i < rest.n && i < WHY_MAX; i++)
		text_add_wrapped(out, "  ", rest.v[i], TABLE_WIDTH);
	if (rest.n > WHY_MAX)
		buf_adds(out, "  and more: see the column reason of --format csv\n");
	strv_release(&gaps);
	strv_release(&rest);
}

/* Two mounts by name, one by the options in effect, made alike: their difference is no mount's. */
static void add_same_mount(struct buf *out, const struct comparison_row *row, const json_t *run)
{
	const json_t *a = run_variant(run, row->baseline), *b = run_variant(run, row->patched);
	const char *mount_a = string_of(a, "mount"), *mount_b = string_of(b, "mount");
	const json_t *mkfs_a = json_object_get(entry(run, "mounts", mount_a), "mkfs");
	const json_t *mkfs_b = json_object_get(entry(run, "mounts", mount_b), "mkfs");
	const char *have_a = string_of(entry(run, "effective", row->baseline), "options");
	const char *have_b = string_of(entry(run, "effective", row->patched), "options");
	struct buf text = BUF_INIT;

	if (!have_a || !have_b || strcmp(have_a, have_b) || !strcmp(mount_a, mount_b) ||
	    !json_equal(mkfs_a, mkfs_b))
		return;
	buf_addf(&text,
		 "the mounts %s and %s have the same options in effect: what one says "
		 "more than the other is the default here",
		 mount_a, mount_b);
	buf_addc(out, '\n');
	text_add_wrapped(out, "", buf_str(&text), TABLE_WIDTH);
	buf_release(&text);
}

void table_add_effective(struct buf *out, const struct comparison_row *row, const json_t *run)
{
	const char *const sides[] = { row->baseline, row->patched };

	for (int i = 0; i < (strcmp(sides[0], sides[1]) ? 2 : 1); i++) {
		const char *why = string_of(entry(run, "effective", sides[i]), "why");
		struct buf b = BUF_INIT;

		if (!why || !*why)
			continue;
		buf_addf(&b, "%s: %s", sides[i], why);
		buf_addc(out, '\n');
		text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
		buf_release(&b);
	}
	add_same_mount(out, row, run);
}

void table_add_notes(struct buf *out, const json_t *run)
{
	const char *mode_note = string_of(run, "mode_note");
	const json_t *item;
	size_t i;

	if (mode_note && *mode_note) {
		struct buf b = BUF_INIT;

		buf_addf(&b, "%s mode: %s", string_of(run, "mode"), mode_note);
		text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
		buf_release(&b);
	}
	json_array_foreach(json_object_get(run, "notes"), i, item) {
		if (json_is_string(item) && *json_string_value(item))
			text_add_wrapped(out, "note: ", json_string_value(item), TABLE_WIDTH);
	}
}

void table_add_marks(struct buf *out, const struct results *r)
{
	json_t *marks = results_marks(r);
	json_t *by_mark = json_object_get(marks, "by_mark"), *n;
	struct buf b = BUF_INIT;
	const char *name;

	buf_addf(&b,
		 "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " cell runs were "
		 "disturbed and kept:",
		 json_integer_value(json_object_get(marks, "marked")),
		 json_integer_value(json_object_get(marks, "runs")));
	json_object_foreach(by_mark, name, n)
		buf_addf(&b, " %s %" JSON_INTEGER_FORMAT ",", name, json_integer_value(n));
	if (json_object_size(by_mark)) {
		b.data[b.len - 1] = '.';
		text_add_wrapped(out, "note: ", buf_str(&b), TABLE_WIDTH);
	}
	buf_release(&b);
	json_decref(marks);
}
