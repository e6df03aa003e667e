/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export.c: a comparison for other tools; see export.h. One table serves both formats. */
#include "dashboards/export/export.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "lib/clean.h"
#include "lib/csv.h"
#include "lib/num.h"

#define EXPORT_SCHEMA 1

/* From WITH_PAIRS on: doubles, and what must be there for them to be. */
/* clang-format off */
enum kind { TEXT, BOOL, COUNT, MARK, VERDICT, ZERO, CELL, LOCK_PART, WITH_PAIRS, WITH_RATIO,
	    WITH_CHANGE, WITH_P, WITH_I95, WITH_I90, WITH_VERDICT, WITH_VERDICT_PCT, WITH_LOCKS,
	    WITH_LOCK_SHARE, WITH_COSTS, WITH_COST_SHARE, WITH_FUNCTION, WITH_RESOLUTION };
/* clang-format on */

/* clang-format off */
static const struct field {
	const char *name;
	enum kind kind;
	size_t offset;
} fields[] = {
#define FIELD(member, kind) { #member, kind, offsetof(struct comparison_row, member) }
	FIELD(contrast, TEXT), FIELD(baseline, TEXT), FIELD(patched, TEXT),
	FIELD(workload, TEXT), FIELD(params, TEXT), FIELD(varying, TEXT),
	FIELD(pass, TEXT), FIELD(role, TEXT), FIELD(metric, TEXT), FIELD(detail, TEXT),
	FIELD(unit, TEXT), FIELD(better, TEXT), FIELD(primary, BOOL),
	FIELD(planned, COUNT), FIELD(pairs, COUNT),
	FIELD(baseline_median, WITH_PAIRS), FIELD(patched_median, WITH_PAIRS),
	FIELD(ratio_median, WITH_RATIO), FIELD(ratio_min, WITH_RATIO), FIELD(ratio_max, WITH_RATIO),
	FIELD(mark, MARK), FIELD(reason, TEXT), FIELD(no_ratio, TEXT),
#undef FIELD
#define FIELD(name, member, kind) { name, kind, offsetof(struct comparison_row, j.member) }
	FIELD("verdict", r.verdict, VERDICT), FIELD("why", r.why, TEXT),
	FIELD("decides", decides, BOOL), FIELD("significant", r.significant, BOOL),
	FIELD("fact", r.fact, BOOL), FIELD("more_blocks", r.more_blocks, COUNT),
	FIELD("look", look, COUNT), FIELD("margin", margin, WITH_VERDICT),
	FIELD("margin_pct", margin, WITH_VERDICT_PCT),
	FIELD("change", change, WITH_CHANGE), FIELD("change_low95", i95.low, WITH_I95),
	FIELD("change_high95", i95.high, WITH_I95), FIELD("change_low90", i90.low, WITH_I90),
	FIELD("change_high90", i90.high, WITH_I90), FIELD("sd_log", sd_log, WITH_CHANGE),
	FIELD("p_flip", p_flip, WITH_P), FIELD("p_signed_rank", p_signed_rank, WITH_P),
	FIELD("p_family", p_family, WITH_P), FIELD("p_holm", p_holm, WITH_P),
#undef FIELD
#define FIELD(name, member, kind) { name, kind, offsetof(struct comparison_row, l.member) }
	FIELD("lock", class, TEXT), FIELD("lock_waits_baseline", waits[0], WITH_LOCKS),
	FIELD("lock_waits_patched", waits[1], WITH_LOCKS),
	FIELD("lock_ns_baseline", wait_ns[0], WITH_LOCKS),
	FIELD("lock_ns_patched", wait_ns[1], WITH_LOCKS), FIELD("lock_part", part, LOCK_PART),
	FIELD("lock_share", share, WITH_LOCK_SHARE),
#undef FIELD
#define FIELD(name, member, kind) { name, kind, offsetof(struct comparison_row, member) }
	FIELD("instructions_baseline", p.instructions[0], WITH_COSTS),
	FIELD("instructions_patched", p.instructions[1], WITH_COSTS),
	FIELD("instructions_share", p.share, WITH_COST_SHARE), FIELD("function", p.function, TEXT),
	FIELD("function_baseline", p.of_function[0], WITH_FUNCTION),
	FIELD("function_patched", p.of_function[1], WITH_FUNCTION),
	FIELD("because", because, TEXT), FIELD("zero", j.zero, ZERO),
	FIELD("resolution", resolution, WITH_RESOLUTION), FIELD("cell_verdict", cell, CELL),
#undef FIELD
};
/* clang-format on */
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))
_Static_assert(NR_FIELDS <= EXPORT_VALUES_MAX, "a row of them is cleaned at once");

static const void *member(const struct comparison_row *row, const struct field *f)
{
	return (const char *)row + f->offset;
}

static bool has_number(const struct comparison_row *row, const struct field *f)
{
	switch (f->kind) {
	case WITH_RATIO:
		return row->has_ratio;
	case WITH_CHANGE:
		return row->j.has_change;
	case WITH_P:
		return row->j.has_p;
	case WITH_I95:
		return row->j.i95.exists;
	case WITH_I90:
		return row->j.i90.exists;
	case WITH_VERDICT:
	case WITH_VERDICT_PCT:
		return row->j.done;
	case WITH_LOCKS:
		return row->l.there;
	case WITH_LOCK_SHARE:
		return row->l.has_share;
	case WITH_COSTS:
		return row->p.there;
	case WITH_COST_SHARE:
		return row->p.has_share;
	case WITH_FUNCTION:
		return row->p.function != NULL;
	case WITH_RESOLUTION:
		return row->resolution > 0;
	default:
		return row->pairs > 0;
	}
}

/* Said of the rows that decide it. */
static const char *cell_verdict(const struct comparison_row *row)
{
	return row->j.decides && row->cell ? verdict_names[row->cell->verdict] : "";
}

/* Margins are whole thousandths of a per cent. */
static double number_of(const struct comparison_row *row, const struct field *f)
{
	double v = *(const double *)member(row, f);

	return f->kind == WITH_VERDICT_PCT ? round(v * 1e5) / 1e3 : v;
}

/* NULL: an empty field. */
static const char *field_text(const struct comparison_row *row, const struct field *f,
			      char number[32])
{
	const void *p = member(row, f);

	switch (f->kind) {
	case TEXT:
		return *(const char *const *)p;
	case BOOL:
		return *(const bool *)p ? "true" : "false";
	case COUNT:
		return num_format(number, *(const unsigned *)p, NUM_COUNT);
	case MARK:
		return mark_names[*(const enum mark *)p];
	case VERDICT:
		return verdict_names[*(const enum verdict *)p];
	case ZERO:
		return zero_names[*(const enum zero *)p];
	case CELL:
		return cell_verdict(row);
	case LOCK_PART:
		return lock_part_names[*(const enum lock_part *)p];
	default:
		return has_number(row, f) ? num_format_double(number, number_of(row, f)) : NULL;
	}
}

/* One row of texts, each cleaned. */
static void add_row(struct buf *out, const char *const *text, size_t nr)
{
	const char *clean[EXPORT_VALUES_MAX] = { NULL };
	struct buf all = BUF_INIT;
	size_t at[EXPORT_VALUES_MAX];

	for (size_t i = 0; i < nr; i++) {
		at[i] = all.len;
		clean_add(&all, text[i] ? text[i] : "");
		buf_add(&all, "", 1);
	}
	for (size_t i = 0; i < nr; i++)
		clean[i] = all.data + at[i];
	csv_add_row(out, clean, nr);
	buf_release(&all);
}

void export_csv(struct buf *out, const struct comparison *c)
{
	const char *text[NR_FIELDS];
	char number[NR_FIELDS][32];

	for (size_t i = 0; i < NR_FIELDS; i++)
		text[i] = fields[i].name;
	csv_add_row(out, text, NR_FIELDS);
	for (size_t k = 0; k < c->nr_rows; k++) {
		for (size_t i = 0; i < NR_FIELDS; i++)
			text[i] = field_text(&c->rows[k], &fields[i], number[i]);
		add_row(out, text, NR_FIELDS);
	}
}

static json_t *string_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *field_json(const struct comparison_row *row, const struct field *f)
{
	const void *p = member(row, f);

	switch (f->kind) {
	case TEXT:
		return string_or_null(*(const char *const *)p);
	case BOOL:
		return json_boolean(*(const bool *)p);
	case COUNT:
		return json_integer(*(const unsigned *)p);
	case MARK:
		return json_string(mark_names[*(const enum mark *)p]);
	case VERDICT:
		return json_string(verdict_names[*(const enum verdict *)p]);
	case ZERO:
		return json_string(zero_names[*(const enum zero *)p]);
	case CELL:
		return json_string(cell_verdict(row));
	case LOCK_PART:
		return json_string(lock_part_names[*(const enum lock_part *)p]);
	default:
		return has_number(row, f) ? json_real(number_of(row, f)) : json_null();
	}
}

static json_t *pairs_json(const struct comparison_row *row)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *p = &row->pair[i];

		json_array_append_new(
			list,
			json_pack("{s:i, s:o, s:o, s:o}", "block", (int)p->block, "baseline",
				  p->has_baseline ? json_real(p->baseline) : json_null(), "patched",
				  p->has_patched ? json_real(p->patched) : json_null(), "reason",
				  string_or_null(p->reason)));
	}
	return list;
}

static json_t *row_json(const struct comparison_row *row)
{
	json_t *j = json_object();

	for (size_t i = 0; i < NR_FIELDS; i++)
		json_object_set_new(j, fields[i].name, field_json(row, &fields[i]));
	json_object_set_new(j, "blocks", pairs_json(row));
	return j;
}

static json_t *gaps_json(const struct comparison *c)
{
	json_t *gaps = json_array();

	for (size_t i = 0; i < c->unmeasured; i++) {
		const struct comparison_gap *g = &c->gaps[i];

		json_array_append_new(gaps, json_pack("{s:s, s:s, s:s, s:i, s:s}", "contrast",
						      g->contrast, "workload", g->workload,
						      "params", g->params, "block", (int)g->block,
						      "reason", g->reason));
	}
	return gaps;
}

static json_t *cells_json(const struct comparison *c)
{
	static const char *const ends[] = { "", "broken", "repaired" };
	json_t *cells = json_array();

	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct comparison_cell *cell = &c->cells[i];

		json_array_append_new(
			cells,
			json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:s?}", "contrast",
				  cell->contrast, "workload", cell->workload, "params",
				  cell->params, "verdict", verdict_names[cell->verdict], "members",
				  (int)cell->nr_members, "kernel", ends[cell->end], "kernel_blocks",
				  (int)cell->end_blocks, "kernel_line", cell->line));
	}
	return cells;
}

static json_t *strings_json(const struct strv *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(list, json_string(v->v[i]));
	return list;
}

static json_t *headlines_json(const struct comparison *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nr_headlines; i++) {
		const struct headline *h = &c->headlines[i];
		json_t *one = json_pack("{s:s}", "contrast", h->contrast);

		for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
			json_object_set_new(one, verdict_names[v], json_integer(h->nr[v]));
		json_object_set_new(one, "mean", h->cells ? json_real(h->mean) : json_null());
		json_object_set_new(one, "mean_low95",
				    h->i95.exists ? json_real(h->i95.low) : json_null());
		json_object_set_new(one, "mean_high95",
				    h->i95.exists ? json_real(h->i95.high) : json_null());
		json_array_append_new(list, one);
	}
	return list;
}

/* What says which measurement this is: taken over from run.json as it stands there. */
static const char *const identity[] = { "run",    "mode",      "machine", "kernels",
					"mounts", "effective", "notes" };

static int to_buf(const char *data, size_t len, void *b)
{
	buf_add(b, data, len);
	return 0;
}

/* Append j, cleaned, and forget it. */
static void dump(struct buf *out, json_t *j, size_t flags)
{
	j = clean_json(j);
	json_dump_callback(j, to_buf, out, flags | JSON_REAL_PRECISION(17));
	json_decref(j);
}

json_t *export_identity(const struct results *r)
{
	json_t *head = json_pack("{s:i}", "schema", EXPORT_SCHEMA);

	for (size_t i = 0; i < sizeof(identity) / sizeof(identity[0]); i++) {
		json_t *value = json_object_get(results_run(r), identity[i]);

		if (value)
			json_object_set(head, identity[i], value);
	}
	return head;
}

void export_head(struct buf *out, json_t *head)
{
	buf_addc(out, '{');
	dump(out, head, JSON_EMBED | JSON_INDENT(1));
	while (out->data[out->len - 1] == '\n') /* jansson ends embedded members with one */
		out->data[--out->len] = '\0';
}

void export_dump(struct buf *out, json_t *j)
{
	dump(out, j, 0);
}

void export_values(struct buf *out, json_t *const *value, size_t nr)
{
	char number[EXPORT_VALUES_MAX][32];
	const char *text[EXPORT_VALUES_MAX] = { NULL };

	for (size_t i = 0; i < nr; i++) {
		if (json_is_string(value[i]))
			text[i] = json_string_value(value[i]);
		else if (json_is_integer(value[i]))
			text[i] = num_format(number[i], (uint64_t)json_integer_value(value[i]),
					     NUM_COUNT);
		else
			text[i] = json_is_real(value[i])
					  ? num_format_double(number[i], json_real_value(value[i]))
					  : NULL;
	}
	add_row(out, text, nr);
	for (size_t i = 0; i < nr; i++)
		json_decref(value[i]);
}

/* A line a row: only one row at a time is held as JSON. */
void export_json(struct buf *out, const struct comparison *c, const struct results *r)
{
	json_t *head = export_identity(r);

	json_object_set_new(head, "unmeasured", json_integer(c->unmeasured));
	json_object_set_new(head, "gaps", gaps_json(c));
	json_object_set_new(head, "cells", cells_json(c));
	json_object_set_new(head, "headlines", headlines_json(c));
	json_object_set_new(head, "warnings", strings_json(&c->warnings));
	json_object_set_new(head, "remarks", strings_json(&c->remarks));
	json_object_set_new(head, "lock_notes", strings_json(&c->lock_notes));
	json_object_set_new(head, "cost_notes", strings_json(&c->cost_notes));
	export_head(out, head);
	buf_adds(out, ",\n \"rows\": [");
	for (size_t k = 0; k < c->nr_rows; k++) {
		buf_adds(out, k ? ",\n" : "\n");
		dump(out, row_json(&c->rows[k]), 0);
	}
	buf_adds(out, "\n ]\n}\n");
}
