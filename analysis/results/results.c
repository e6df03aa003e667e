/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.c: the life of a struct results: run.json checked and turned into its tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/tables.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/schema.h"

#define RUN_SCHEMA 1
#define UNITS_MAX 4000000u /* more is a damaged run.json; the table of cell runs is dense */

static int item_error(json_error_t *je, const char *what, const char *which)
{
	snprintf(je->text, sizeof(je->text), "%s '%.64s'", what, which);
	return -EINVAL;
}

static int take_variant(struct results *r, const json_t *item, json_error_t *je)
{
	struct results_variant v = { 0 };
	uint32_t n = r->variant_index.nr;

	if (json_unpack_ex((json_t *)item, je, 0, "{s:s, s:s, s:s}", "name", &v.name, "kernel",
			   &v.kernel, "mount", &v.mount))
		return -EINVAL;
	if (!json_is_object(json_object_get(json_object_get(r->run, "kernels"), v.kernel)))
		return item_error(je, "\"kernels\" does not describe", v.kernel);
	v.fs = json_string_value(
		json_object_get(json_object_get(json_object_get(r->run, "mounts"), v.mount), "fs"));
	if (intern_add(&r->variant_index, v.name) != n)
		return item_error(je, "a second variant", v.name);
	r->variants = xrealloc(r->variants, n + 1, sizeof(*r->variants));
	r->variants[n] = v;
	return 0;
}

static int take_pass(struct results *r, const json_t *item, json_error_t *je)
{
	uint32_t n = r->pass_index.nr;

	if (!json_is_string(item))
		return item_error(je, "a pass is not", "a string");
	if (intern_add(&r->pass_index, json_string_value(item)) != n)
		return item_error(je, "a second pass", json_string_value(item));
	return 0;
}

static int take_metric(struct results *r, const json_t *item, json_error_t *je)
{
	uint32_t n = r->metric_index.nr;
	const char *name, *unit, *better;
	int primary = 0;

	if (json_unpack_ex((json_t *)item, je, 0, "{s:s, s:s, s:s, s?b}", "name", &name, "unit",
			   &unit, "better", &better, "primary", &primary))
		return -EINVAL;
	if (*better && strcmp(better, "higher") && strcmp(better, "lower"))
		return item_error(je, "\"better\" is neither higher, lower nor empty but", better);
	if (!*name || results_metric(r, name) != n)
		return item_error(je, "a second metric", name);
	r->metrics[n].unit = unit;
	r->metrics[n].better = better;
	r->metrics[n].primary = primary;
	r->metrics[n].planned = true;
	return 0;
}

static int take_cell(struct results *r, const json_t *item, json_error_t *je)
{
	struct results_cell c = { .varying = "" };
	int threads = 0;
	uint32_t n;

	if (json_unpack_ex((json_t *)item, je, 0, "{s:s, s:s, s?s, s?i}", "workload", &c.workload,
			   "params", &c.params, "varying", &c.varying, "role_threads", &threads))
		return -EINVAL;
	c.role_threads = threads > 0 ? (uint32_t)threads : 0;
	n = results_new_cell(r, c.workload, c.params);
	if (n == INTERN_NONE)
		return item_error(je, "a second cell of the same parameters in", c.workload);
	r->cells[n] = c;
	return 0;
}

static int take_contrast(struct results *r, const json_t *item, json_error_t *je)
{
	struct results_contrast c = { 0 };
	const char *baseline, *patched;

	if (json_unpack_ex((json_t *)item, je, 0, "{s:s, s:s, s:s}", "name", &c.name, "baseline",
			   &baseline, "patched", &patched))
		return -EINVAL;
	c.baseline = intern_find(&r->variant_index, baseline);
	c.patched = intern_find(&r->variant_index, patched);
	if (c.baseline == INTERN_NONE)
		return item_error(je, "\"variants\" does not name", baseline);
	if (c.patched == INTERN_NONE)
		return item_error(je, "\"variants\" does not name", patched);
	for (size_t i = 0; i < r->nr_contrasts; i++) {
		if (!strcmp(r->contrasts[i].name, c.name))
			return item_error(je, "a second contrast", c.name);
	}
	r->contrasts = xrealloc(r->contrasts, r->nr_contrasts + 1, sizeof(*r->contrasts));
	r->contrasts[r->nr_contrasts++] = c;
	return 0;
}

static const struct {
	const char *key;
	int (*take)(struct results *r, const json_t *item, json_error_t *je);
	bool may_be_empty;
} lists[] = {
	{ "variants", take_variant, false },  { "passes", take_pass, false },
	{ "metrics", take_metric, false },    { "cells", take_cell, false },
	{ "contrasts", take_contrast, true }, /* a single variant has nothing to be held against */
};

static int take_list(struct results *r, size_t which, struct err *e)
{
	const json_t *list = json_object_get(r->run, lists[which].key);
	json_error_t je = { .text = "" };
	const json_t *item;
	size_t i;

	if (!json_is_array(list) || (!json_array_size(list) && !lists[which].may_be_empty))
		return err_add(e, EINVAL, "%s: no list \"%s\", or an empty one", r->path,
			       lists[which].key);
	json_array_foreach(list, i, item) {
		if (lists[which].take(r, item, &je))
			return err_add(e, EINVAL, "%s: %s[%zu]: %s", r->path, lists[which].key, i,
				       je.text);
	}
	return 0;
}

static int check_sizes(struct results *r, json_int_t blocks, struct err *e)
{
	uint64_t units = (uint64_t)r->cell_index.nr * r->variant_index.nr; /* each below 2^32 */
	bool over = __builtin_mul_overflow(units, r->pass_index.nr, &units);
	json_int_t watched;

	if (blocks < 1)
		return err_add(e, EINVAL, "%s: suite.blocks is %lld, not a count from 1", r->path,
			       (long long)blocks);
	over |= __builtin_mul_overflow(units, (uint64_t)blocks, &units);
	if (over || units > UNITS_MAX)
		return err_add(e, EINVAL,
			       "%s: cells, variants, blocks and passes make more than %u cell runs",
			       r->path, UNITS_MAX);
	r->blocks = (uint32_t)blocks;
	watched = json_integer_value(json_object_get(r->run, "watch_blocks"));
	r->watched = watched > 0 && watched < blocks ? (uint32_t)watched : r->blocks;
	r->units = xcalloc(units, sizeof(*r->units));
	return 0;
}

static int check_primary(const struct results *r, struct err *e)
{
	for (uint32_t i = 0; i < r->metric_index.nr; i++) {
		if (r->metrics[i].primary)
			return 0;
	}
	return err_add(e, EINVAL, "%s: no metric is primary", r->path);
}

static int take_run(struct results *r, const char *path, json_t *run, struct err *e)
{
	json_int_t schema = 0, blocks = 0;
	json_error_t je;
	int ret;

	r->path = xstrdup(path);
	r->run = run;
	if (json_unpack_ex(run, &je, 0, "{s:I, s:s, s:s, s:{s:I}}", "schema", &schema, "run",
			   &r->run_id, "mode", &r->mode, "suite", "blocks", &blocks))
		return err_add(e, EINVAL, "%s: %s", path, je.text);
	if (schema != RUN_SCHEMA)
		return err_add(e, EINVAL, "%s: schema %lld, and this fsduel reads %d", path,
			       (long long)schema, RUN_SCHEMA);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		ret = take_list(r, i, e);
		if (ret)
			return ret;
	}
	ret = check_sizes(r, blocks, e);
	return ret ? ret : check_primary(r, e);
}

/* data NULL: the samples are in the file at path. Takes over run. */
static int make(struct results **out, const char *run_path, json_t *run, const char *path,
		const char *data, size_t len, struct err *e)
{
	struct results *r = *out = xcalloc(1, sizeof(*r));
	int ret;

	intern_add(&r->strings, "");       /* STRING_EMPTY */
	intern_add(&r->strings, ROLE_ALL); /* STRING_ALL */
	ret = take_run(r, run_path, run, e);
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
