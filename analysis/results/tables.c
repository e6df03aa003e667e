/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tables.c: questions to a struct results. To leave out disturbed cell runs would bias the rest. */
#include "analysis/results/tables.h"

#include <errno.h>
#include <string.h>

#include "lib/schema.h"

const char *const sample_status_names[NR_SAMPLE_STATUS] = { "ok", "skipped", "failed", "invalid" };

const json_t *results_run(const struct results *r)
{
	return r->run;
}

bool results_has_contrasts(const struct results *r)
{
	return r->nr_contrasts > 0;
}

const json_t *run_variant(const json_t *run, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(run, "variants"), i, item) {
		const char *have = json_string_value(json_object_get(item, "name"));

		if (have && !strcmp(have, name))
			return item;
	}
	return NULL;
}

void results_add_reason(struct buf *b, const struct results *r, uint8_t status, uint32_t reason)
{
	buf_addf(b, "%s%s%s", sample_status_names[status], reason == STRING_EMPTY ? "" : ": ",
		 intern_str(&r->strings, reason));
}

/* The length first, so that no two cells have the same key. */
static void cell_key(struct buf *key, const char *workload, const char *params)
{
	size_t len = strlen(workload);

	buf_add(key, &len, sizeof(len));
	buf_adds(key, workload);
	buf_adds(key, params);
}

uint32_t results_find_cell(const struct results *r, const char *workload, const char *params)
{
	struct buf key = BUF_INIT;
	uint32_t n;

	cell_key(&key, workload, params);
	n = intern_find_mem(&r->cell_index, key.data, key.len);
	buf_release(&key);
	return n;
}

uint32_t results_new_cell(struct results *r, const char *workload, const char *params)
{
	uint32_t old = r->cell_index.nr, n;
	struct buf key = BUF_INIT;

	cell_key(&key, workload, params);
	n = intern_add_mem(&r->cell_index, key.data, key.len);
	buf_release(&key);
	if (n != old)
		return INTERN_NONE;
	r->cells = intern_room(r->cells, n, sizeof(*r->cells));
	return n;
}

uint32_t results_metric(struct results *r, const char *name)
{
	uint32_t old = r->metric_index.nr, n = intern_add(&r->metric_index, name);

	if (n == old) {
		r->metrics = intern_room(r->metrics, n, sizeof(*r->metrics));
		r->metrics[n] = (struct results_metric){ .name = intern_str(&r->metric_index, n) };
	}
	return n;
}

uint32_t results_measure(struct results *r, uint32_t pass, uint32_t role, uint32_t metric,
			 uint32_t detail)
{
	uint32_t key[] = { pass, role, metric, detail }, old = r->measure_index.nr;
	uint32_t n = intern_add_mem(&r->measure_index, key, sizeof(key));

	if (n == old) {
		r->measures = intern_room(r->measures, n, sizeof(*r->measures));
		r->measures[n] = (struct measure){ pass, role, metric, detail, false, n };
	}
	return n;
}

const char *results_rate(const struct results *r)
{
	uint32_t m = 0;

	while (!r->metrics[m].primary) /* run.json was refused if there is none */
		m++;
	return r->metrics[m].name;
}

void marks_split(struct strv *words, const char *marks, const char *only)
{
	struct strv all = STRV_INIT;

	strv_split(&all, marks, ",");
	for (size_t i = 0; i < all.n; i++)
		if (only ? !strcmp(all.v[i], only)
			 : strcmp(all.v[i], MARK_NO_EFFECT) && strcmp(all.v[i], MARK_MISSED))
			strv_add(words, all.v[i]);
	strv_release(&all);
}

static size_t nr_units(const struct results *r)
{
	return results_nr_runs(r) * r->pass_index.nr;
}

json_t *results_marks(const struct results *r)
{
	json_t *by_mark = json_object();
	json_int_t runs = 0, marked = 0;

	for (size_t i = 0; i < nr_units(r); i++) {
		struct strv words = STRV_INIT;

		if (!unit_ok(&r->units[i]))
			continue;
		marks_split(&words, intern_str(&r->strings, r->units[i].marks), NULL);
		for (size_t k = 0; k < words.n; k++) {
			const json_t *n = json_object_get(by_mark, words.v[k]);

			json_object_set_new(by_mark, words.v[k],
					    json_integer(json_integer_value(n) + 1));
		}
		runs++;
		marked += words.n > 0;
		strv_release(&words);
	}
	return json_pack("{s:I, s:I, s:o}", "runs", runs, "marked", marked, "by_mark", by_mark);
}

/* Is it judged with a pair? Then the verdict of its cell says that a kernel broke in it. */
static bool in_a_pair(const struct results *r, size_t unit)
{
	size_t variant = unit / ((size_t)r->blocks * r->pass_index.nr) % r->variant_index.nr;

	for (size_t i = 0; i < r->nr_contrasts && unit % r->pass_index.nr == 0; i++)
		if (r->contrasts[i].baseline == variant || r->contrasts[i].patched == variant)
			return true;
	return false;
}

bool results_unmeasured(const struct results *r)
{
	size_t ok = 0, bad = 0;

	for (size_t i = 0; i < nr_units(r); i++) {
		const struct unit *u = &r->units[i];

		ok += unit_ok(u);
		bad += u->seen && (u->status == SAMPLE_FAILED || u->status == SAMPLE_INVALID) &&
		       !((u->broken || u->hung) && in_a_pair(r, i));
	}
	return bad || !ok;
}

int results_cell_run(const struct results *r, const struct results_run_key *key,
		     struct results_cell_run *out)
{
	uint32_t cell = results_find_cell(r, key->workload, key->params);
	uint32_t variant = intern_find(&r->variant_index, key->variant);
	uint32_t pass = intern_find(&r->pass_index, key->pass);
	const struct unit *u;

	if (cell == INTERN_NONE || variant == INTERN_NONE || pass == INTERN_NONE || !key->block ||
	    key->block > r->blocks)
		return -ENOENT;
	u = results_unit(r, cell, variant, key->block, pass);
	*out = (struct results_cell_run){
		.cell = cell + 1,
		.variant = variant + 1,
		.position = u->position,
		.status = u->seen ? sample_status_names[u->status] : NULL,
		.reason = intern_str(&r->strings, u->reason),
		.marks = intern_str(&r->strings, u->marks),
	};
	return 0;
}
