/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_data.c: what the page's script draws, as JSON: the rows of the table, each with
 * what was judged, and the cells they belong to (report_cell.c). Keys are short and
 * things that repeat are numbers of a list, as 60 cells with 10 roles are 7000 rows;
 * the names of the keys stand here, in report_cell.c and in dashboards/report/show.js.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "lib/schema.h"

#define DIGITS 7 /* more than a screen can show; the files have them all */

json_t *report_number(bool there, double v)
{
	return there ? json_real(v) : json_null();
}

static json_t *reasons_json(const struct comparison_row *row)
{
	json_t *list = json_array();

	for (unsigned i = 0, end; i < row->planned; i = end) {
		const char *reason = row->pair[i].reason;

		for (end = i + 1; end < row->planned && row->pair[end].reason == reason; end++)
			;
		if (reason)
			json_array_append_new(list,
					      json_pack("[i, i, s, s]", (int)i + 1, (int)end,
							lack_names[row->pair[i].lack], reason));
	}
	return list;
}

static json_t *row_json(const struct comparison_row *row, const struct comparison_row *because,
			size_t cell)
{
	double low, high, change;
	bool has_change = report_change(row, &change);
	enum report_limits limits = report_limits(row, &low, &high);
	json_t *j = json_pack("{s:i, s:s, s:s, s:s, s:i, s:s?, s:i, s:i}", "cell", (int)cell,
			      "metric", row->metric, "unit", row->unit, "better", row->better,
			      "state", (int)report_state_of(row), "why", row->j.r.why, "pairs",
			      (int)row->pairs, "planned", (int)row->planned);

	json_object_set_new(j, "base", report_number(row->pairs, row->baseline_median));
	json_object_set_new(j, "patched", report_number(row->pairs, row->patched_median));
	json_object_set_new(j, "change", report_number(has_change, change));
	json_object_set_new(j, "low", report_number(limits != LIMITS_NONE, low));
	json_object_set_new(j, "high", report_number(limits != LIMITS_NONE, high));
	json_object_set_new(j, "interval", json_boolean(limits == LIMITS_INTERVAL));
	json_object_set_new(j, "equal", json_boolean(row->mark == MARK_EQUAL));
	json_object_set_new(j, "margin", report_number(row->j.done, row->j.margin));
	json_object_set_new(j, "p", report_number(row->j.has_p, row->j.p_family));
	json_object_set_new(j, "role", json_string(row->role));
	json_object_set_new(j, "zero", json_string(zero_names[row->j.zero]));
	json_object_set_new(j, "cellstate", json_integer(report_state_of_cell(row)));
	json_object_set_new(j, "fact", json_boolean(row->j.r.fact));
	json_object_set_new(j, "more", json_integer(row->j.r.more_blocks));
	json_object_set_new(j, "look", json_integer(row->j.look));
	json_object_set_new(j, "noratio", row->no_ratio ? json_string(row->no_ratio) : json_null());
	json_object_set_new(j, "lacks", reasons_json(row));
	json_object_set_new(
		j, "because",
		because && because->because
			? json_pack("[s, s]", lock_part_names[because->part], because->because)
			: json_null());
	return j;
}

static json_t *states_json(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < NR_REPORT_STATES; i++)
		json_array_append_new(list, json_pack("[s, s, s]", report_states[i].name,
						      report_states[i].key, report_states[i].sign));
	return list;
}

/* Each row's line, and each cell once: all its rows stand together in the comparison. */
static void add_rows(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	struct buf cells = BUF_INIT;
	size_t nr_cells = 0, nr_rows = 0;

	buf_adds(b, ",\n\"rows\":[");
	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		const struct comparison_row *total = NULL;
		bool decides = false;

		for (size_t k = i; k < c->nr_rows && comparison_same_cell(&c->rows[i], &c->rows[k]);
		     k++)
			total = c->rows[k].total ? &c->rows[k] : total;
		for (end = i; end < c->nr_rows && comparison_same_cell(&c->rows[i], &c->rows[end]);
		     end++) {
			if (!c->rows[end].j.decides)
				continue;
			decides = true;
			buf_adds(b, nr_rows++ ? ",\n" : "\n");
			html_add_json(
				b, row_json(&c->rows[end], total ? total : &c->rows[end], nr_cells),
				DIGITS);
		}
		if (!decides)
			continue;
		buf_adds(&cells, nr_cells++ ? ",\n" : "\n");
		html_add_json(&cells, report_cell_json(p, &c->rows[i], end - i), DIGITS);
	}
	buf_addf(b, "],\n\"cells\":[%s]", buf_str(&cells));
	buf_release(&cells);
}

/* One file a cell run: the table of samples links to it. */
static bool has_parts(const struct strv *files)
{
	static const char dir[] = PARTS_DIR "/";

	for (size_t i = 0; i < files->n; i++) {
		if (!strncmp(files->v[i], dir, sizeof(dir) - 1))
			return true;
	}
	return false;
}

void report_add_data(struct buf *b, const struct page *p)
{
	const json_t *passes = json_object_get(p->run, "passes");
	const char *pass = json_string_value(json_array_get(passes, 0));
	struct buf base = BUF_INIT;

	html_add_path(&base, p->in->base);
	buf_adds(b, "{\"states\":");
	html_add_json(b, states_json(), DIGITS);
	buf_adds(b, ",\n\"base\":");
	html_add_json(b, json_string(buf_str(&base)), DIGITS);
	buf_adds(b, ",\n\"pass\":");
	html_add_json(b, json_string(pass ? pass : ""), DIGITS);
	buf_addf(b, ",\n\"parts\":%s", has_parts(p->in->files) ? "true" : "false");
	add_rows(b, p);
	buf_adds(b, "}");
	buf_release(&base);
}
