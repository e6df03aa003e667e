/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_samples.c: libFuzzer entry for the results reader and all that is shown
 * of a comparison. The bytes are samples.csv beside a fixed run.json, or, where
 * they begin with '{', run.json up to a line "====" and samples.csv after it.
 * Whatever is accepted has only finite numbers and fits the terminal.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/compare.h"
#include "analysis/results/tables.h"
#include "dashboards/export/formats.h"
#include "tests/fuzz/check.h"
#include "tests/made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_numbers(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		require(isfinite(row->baseline_median) && isfinite(row->patched_median));
		require(isfinite(row->ratio_min) && isfinite(row->ratio_max));
		require(row->ratio_min <= row->ratio_median && row->ratio_median <= row->ratio_max);
		require(row->pairs <= row->planned);
		require((row->mark == MARK_NONE) == !row->pairs);
		require((row->reason != NULL) == (row->pairs < row->planned));
		require(!row->has_ratio || row->pairs);
	}
}

static void check_outputs(const struct comparison *c, const struct results *r)
{
	const struct findings f = { .r = r, .c = c };
	json_t *j = check_forms(SUBJECT_COMPARISON, &f);

	require(json_array_size(json_object_get(j, "rows")) == c->nr_rows);
	require(json_array_size(json_object_get(j, "gaps")) == c->unmeasured);
	json_decref(j);
}

/* The part of the input that is run.json, where it has its own. */
static size_t own_run(const char *data, size_t size)
{
	const char *end;

	if (!size || *data != '{')
		return 0;
	end = memmem(data, size, "\n====\n", 6);
	return end ? (size_t)(end - data) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t run_len = own_run(text, size);
	size_t at = run_len ? run_len + 6 : 0;
	const struct made made = { .blocks = 2 };
	struct results *r = NULL;
	struct comparison c = { 0 };
	char *run = made_run(&made);
	struct err e = ERR_INIT;
	int ret = results_load_mem(&r, run_len ? text : run, run_len ? run_len : strlen(run),
				   text + at, size - at, &e);

	free(run);
	if (ret) {
		require(*e.text && !r);
		return 0;
	}
	if (compare_results(&c, r, NULL, &e)) {
		require(*e.text != '\0');
	} else {
		check_numbers(&c);
		check_outputs(&c, r);
		require(comparison_select(&c, "all", NULL, &e) == 0);
		check_outputs(&c, r);
	}
	comparison_release(&c);
	results_free(r);
	return 0;
}
