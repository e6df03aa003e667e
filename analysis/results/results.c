/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.c: the life of a struct results: run.json first (run_json.c), then
 * the rows of samples.csv held against it (results_rows.c), then their order
 * (results_order.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "analysis/results/results_impl.h"
#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/schema.h"

static struct results *results_new(void)
{
	struct results *r = xcalloc(1, sizeof(*r));

	intern_add(&r->strings, "");       /* STRING_EMPTY */
	intern_add(&r->strings, ROLE_ALL); /* STRING_ALL */
	return r;
}

/* Fill r; data NULL: the samples are in the file at samples_path. Takes over run. */
static int fill(struct results *r, const char *run_path, json_t *run, const char *samples_path,
		const char *data, size_t len, struct err *e)
{
	int ret = results_take_run(r, run_path, run, e);

	if (!ret)
		ret = results_read_rows(r, samples_path, data, len, e);
	if (!ret)
		ret = results_finish(r, samples_path, e);
	return ret;
}

static int hand_over(struct results **out, struct results *r, int ret, struct err *e)
{
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		results_free(r);
		r = NULL;
	}
	*out = r;
	return ret;
}

int results_load(struct results **out, const char *dir, struct err *e)
{
	char *run_path = xasprintf("%s/%s", dir, RUN_JSON);
	char *samples_path = xasprintf("%s/%s", dir, SAMPLES_CSV);
	struct results *r = results_new();
	json_t *run;
	int ret;

	ret = fs_read_json(run_path, &run, e);
	if (!ret)
		ret = fill(r, run_path, run, samples_path, NULL, 0, e);
	if (!ret)
		ret = looks_read(dir, &r->looks, e);
	if (ret == -ENOENT || ret == -ENOTDIR)
		err_add(e, ENOENT, "%s is not a folder that `fsduel duel` has finished", dir);
	free(run_path);
	free(samples_path);
	return hand_over(out, r, ret, e);
}

int results_make(struct results **out, json_t *run, const char *samples, size_t len, struct err *e)
{
	struct results *r = results_new();

	return hand_over(out, r, fill(r, RUN_JSON, run, SAMPLES_CSV, samples, len, e), e);
}

int results_load_mem(struct results **out, const char *run, size_t run_len, const char *samples,
		     size_t samples_len, struct err *e)
{
	json_error_t je;
	json_t *j = json_loadb(run, run_len, JSON_REJECT_DUPLICATES, &je);

	if (j)
		return results_make(out, j, samples, samples_len, e);
	return hand_over(out, NULL,
			 err_add(e, EINVAL, "%s:%d:%d: %s", RUN_JSON, je.line, je.column, je.text),
			 e);
}

void results_free(struct results *r)
{
	if (!r)
		return;
	intern_release(&r->variant_index);
	intern_release(&r->cell_index);
	intern_release(&r->metric_index);
	intern_release(&r->pass_index);
	intern_release(&r->measure_index);
	intern_release(&r->strings);
	free(r->variants);
	free(r->cells);
	free(r->metrics);
	free(r->contrasts);
	free(r->measures);
	free(r->units);
	free(r->seed_of_block);
	free(r->samples);
	free(r->cell_start);
	json_decref(r->run);
	json_decref(r->looks);
	free(r->path);
	free(r);
}

const json_t *results_run(const struct results *r)
{
	return r->run;
}
