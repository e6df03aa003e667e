/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.c: the life of a struct results: run.json first, then samples.csv held against it. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/results/results_impl.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/schema.h"

/* data NULL: the samples are in the file at path. Takes over run. */
static int make(struct results **out, const char *run_path, json_t *run, const char *path,
		const char *data, size_t len, struct err *e)
{
	struct results *r = *out = xcalloc(1, sizeof(*r));
	int ret;

	intern_add(&r->strings, "");       /* STRING_EMPTY */
	intern_add(&r->strings, ROLE_ALL); /* STRING_ALL */
	ret = results_take_run(r, run_path, run, e);
	return ret ? ret : results_take_samples(r, path, data, len, e);
}

static int hand_over(struct results **out, int ret, struct err *e)
{
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		results_free(*out);
		*out = NULL;
	}
	return ret;
}

int results_load(struct results **out, const char *dir, struct err *e)
{
	char *run_path = xasprintf("%s/" RUN_JSON, dir);
	char *samples_path = xasprintf("%s/" SAMPLES_CSV, dir);
	json_t *run;
	int ret;

	*out = NULL;
	ret = fs_read_json(run_path, &run, e);
	if (!ret)
		ret = make(out, run_path, run, samples_path, NULL, 0, e);
	if (!ret)
		ret = looks_read(dir, &(*out)->looks, e);
	if (ret == -ENOENT || ret == -ENOTDIR)
		err_add(e, ENOENT, "%s is not a folder that `fsduel duel` has finished", dir);
	free(run_path);
	free(samples_path);
	return hand_over(out, ret, e);
}

int results_make(struct results **out, json_t *run, const char *samples, size_t len, struct err *e)
{
	return hand_over(out, make(out, RUN_JSON, run, SAMPLES_CSV, samples, len, e), e);
}

int results_load_mem(struct results **out, const char *run, size_t run_len, const char *samples,
		     size_t samples_len, struct err *e)
{
	json_error_t je;
	json_t *j = json_loadb(run, run_len, JSON_REJECT_DUPLICATES, &je);

	*out = NULL;
	if (j)
		return results_make(out, j, samples, samples_len, e);
	err_add(e, EINVAL, RUN_JSON ":%d:%d: %s", je.line, je.column, je.text);
	return hand_over(out, -EINVAL, e);
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
