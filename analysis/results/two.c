/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * two.c: two results folders as the two sides of one contrast; see results.h. Both are checked.
 * Then one run.json and one samples.csv are made of them in memory, and read as any other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/tables.h"
#include "analysis/results/rows.h"
#include "lib/ini.h"
#include "lib/num.h"

static const char *const roles[2] = { "baseline", "patched" };
static const char *const columns[SAMPLES_COLUMNS_N + 1] = { SAMPLES_COLUMNS, NULL };

struct side {
	const char *dir;
	struct results *r;
	const struct results_variant *v;
	char *kernel, *mount, *variant; /* their names in the comparison */
};

struct two {
	struct side side[2];
	bool paired;
	const char *mode;
	uint32_t blocks; /* that both have */
	char *run_id;
	struct buf differ, samples;
	const struct side *reading;
};

/* Keys of a suite that say what is compared or how often, or that are checked apart. */
static bool is_apart(const char *key)
{
	static const char *const apart[] = { "[kernel",      "[mount",        "[contrast",
					     "[suite]name=", "[suite]about=", "[suite]blocks=",
					     "[suite]seed=", "[suite]mode=" };

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (!strncmp(key, apart[i], strlen(apart[i])))
			return true;
	return false;
}

/* The other keys. false: the folder keeps no suite. */
static bool work_of(const char *dir, struct buf *work)
{
	char *path = xasprintf("%s/" SUITE_INI, dir);
	struct ini ini;
	int ret = ini_load(&ini, path, 0, NULL);

	for (const struct ini_section *s = ini.sections; s < ini.sections + ini.nr_sections; s++) {
		for (const struct ini_key *k = s->keys; k < s->keys + s->nr_keys; k++) {
			char *key = xasprintf("[%s]%s=%s\n", s->name, k->name, k->value);

			buf_adds(work, is_apart(key) ? "" : key);
			free(key);
		}
	}
	ini_release(&ini);
	free(path);
	return !ret;
}

static bool same_run(const struct two *t, const char *object, const char *key)
{
	const json_t *x = json_object_get(t->side[0].r->run, object);
	const json_t *y = json_object_get(t->side[1].r->run, object);

	x = key ? json_object_get(x, key) : x;
	y = key ? json_object_get(y, key) : y;
	return x && y ? json_equal(x, y) : x == y;
}

static bool same_suite(const struct two *t)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	bool same = same_run(t, "suite", "sha256") ||
		    (work_of(t->side[0].dir, &x) && work_of(t->side[1].dir, &y) &&
		     !strcmp(buf_str(&x), buf_str(&y)));

	buf_release(&x);
	buf_release(&y);
	return same;
}

static bool has_cell(const struct results *r, const struct results_cell *c)
{
	return results_find_cell(r, c->workload, c->params) != INTERN_NONE;
}

static bool same_cells(const struct results *a, const struct results *b)
{
	bool same = a->cell_index.nr == b->cell_index.nr;

	for (uint32_t c = 0; c < a->cell_index.nr && same; c++)
		same = has_cell(b, &a->cells[c]);
	return same;
}

/* Has every block that both have one seed, as far as samples say it? */
static bool same_seeds(const struct results *a, const struct results *b)
{
	bool same = true;

	for (uint32_t i = 0; i < a->blocks && i < b->blocks && same; i++) {
		uint32_t x = a->seed_of_block[i], y = b->seed_of_block[i];

		same = !x || !y ||
		       !strcmp(intern_str(&a->strings, x - 1), intern_str(&b->strings, y - 1));
	}
	return same;
}

/* What differs and is neither a kernel nor a mount: "mode, seeds"; "": nothing that matters. */
static void find_differences(struct two *t)
{
	const struct results *a = t->side[0].r, *b = t->side[1].r;
	const struct {
		const char *name;
		bool same;
	} parts[] = {
		{ "mode", !strcmp(a->mode, b->mode) },
		{ "machine", same_run(t, "machine", "id") },
		{ "device", same_run(t, "device", NULL) },
		{ "suite", same_suite(t) },
		{ "job files", same_run(t, "jobs", NULL) },
		{ "cells", same_cells(a, b) },
		{ "seeds", same_seeds(a, b) },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!parts[i].same)
			buf_addf(&t->differ, "%s%s", t->differ.len ? ", " : "", parts[i].name);
}

static bool shared_pass(const struct two *t, const char *pass)
{
	return intern_find(&t->side[0].r->pass_index, pass) != INTERN_NONE &&
	       intern_find(&t->side[1].r->pass_index, pass) != INTERN_NONE;
}

static int pick_variant(struct side *s, const char *name, const char *role, struct err *e)
{
	struct buf names = BUF_INIT;
	uint32_t nr = s->r->variant_index.nr;
	uint32_t n = name ? intern_find(&s->r->variant_index, name) : nr == 1 ? 0 : INTERN_NONE;

	if (n != INTERN_NONE) {
		s->v = &s->r->variants[n];
		return 0;
	}
	for (uint32_t i = 0; i < nr; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", s->r->variants[i].name);
	err_add(e, EINVAL, "%s has %s%s: choose one by --%s: %s", s->dir,
		name ? "no variant " : "several variants", name ? name : "", role, names.data);
	buf_release(&names);
	return -EINVAL;
}

/* Its last word; one that is not UTF-8 cannot stand in run.json, so its role is its name. */
static char *folder_name(const char *dir, const char *role)
{
	char *real = realpath(dir, NULL);
	const char *name = real && real[1] ? basename(real) : dir;
	json_t *utf8 = json_string(name);
	char *copy = xstrdup(utf8 ? name : role);

	json_decref(utf8);
	free(real);
	return copy;
}

/* Two kernels may well have one label, so the folders' names stand for them here. */
static void name_sides(struct two *t)
{
	struct side *a = &t->side[0], *b = &t->side[1];
	char *name[2] = { folder_name(a->dir, roles[0]), folder_name(b->dir, roles[1]) };
	bool same_name = !strcmp(name[0], name[1]);
	bool other_mount = !strcmp(a->v->mount, b->v->mount) && !same_run(t, "mounts", a->v->mount);

	for (size_t i = 0; i < 2; i++) {
		struct side *s = &t->side[i];

		s->kernel = same_name ? xasprintf("%s (%s)", name[i], roles[i]) : xstrdup(name[i]);
		s->mount = i && other_mount ? xasprintf("%s (%s)", s->v->mount, roles[i])
					    : xstrdup(s->v->mount);
		s->variant = xasprintf("%s/%s", s->kernel, s->mount);
		free(name[i]);
	}
}

static bool contains(const json_t *array, const json_t *item)
{
	const json_t *one;
	size_t i;

	json_array_foreach(array, i, one)
		if (json_equal(one, item))
			return true;
	return false;
}

/* By --force a folder may have cells of its own: planned pairs without a partner. */
static void add_cells(json_t *run, const struct two *t)
{
	const struct results *b = t->side[1].r;
	const json_t *cells = json_object_get(b->run, "cells");

	for (uint32_t i = 0; i < b->cell_index.nr; i++)
		if (!has_cell(t->side[0].r, &b->cells[i]))
			json_array_append(json_object_get(run, "cells"), json_array_get(cells, i));
}

static json_t *make_notes(const struct two *t)
{
	json_t *notes = json_array();
	const json_t *note;
	size_t k;

	if (t->differ.len)
		json_array_append_new(notes,
				      json_sprintf("compared by --force: the folders differ in %s",
						   t->differ.data));
	json_array_append_new(
		notes,
		json_string(t->paired ? "two folders, paired block by block: in exact mode a cell "
					"run is decided by its kernel, mount and seed alone"
			    : !strcmp(t->mode, "exact")
				    ? "two folders of different seeds: their blocks are no pairs"
				    : "two folders, in no drawn order: a change of the machine "
				      "between them looks like one of the kernel"));
	for (size_t i = 0; i < 2; i++) {
		const struct side *s = &t->side[i];

		if (s->r->blocks > t->blocks)
			json_array_append_new(notes,
					      json_sprintf("%u blocks of %s are left out",
							   s->r->blocks - t->blocks, s->kernel));
		json_array_foreach(json_object_get(s->r->run, "notes"), k, note) {
			bool both = contains(json_object_get(t->side[!i].r->run, "notes"), note);

			if (!both || !i)
				json_array_append_new(notes,
						      json_sprintf("%s%s%s", both ? "" : s->kernel,
								   both ? "" : ": ",
								   json_string_value(note)));
		}
	}
	return notes;
}

static json_t *make_run(const struct two *t)
{
	json_t *run = json_deep_copy(t->side[0].r->run);
	json_t *kernels = json_object(), *mounts = json_object(), *variants = json_array();
	json_t *effective = json_object(), *passes = json_array();
	const struct intern *own = &t->side[0].r->pass_index;

	for (uint32_t i = 0; i < own->nr; i++)
		if (shared_pass(t, intern_str(own, i)))
			json_array_append_new(passes, json_string(intern_str(own, i)));
	for (size_t i = 0; i < 2; i++) {
		const struct side *s = &t->side[i];
		const json_t *of = s->r->run;
		json_t *mount = json_object_get(json_object_get(of, "mounts"), s->v->mount);

		json_object_set(kernels, s->kernel,
				json_object_get(json_object_get(of, "kernels"), s->v->kernel));
		json_object_set_new(mounts, s->mount, mount ? json_incref(mount) : json_object());
		json_object_set(effective, s->variant,
				json_object_get(json_object_get(of, "effective"), s->v->name));
		json_array_append_new(variants, json_pack("{s:s, s:s, s:s}", "name", s->variant,
							  "kernel", s->kernel, "mount", s->mount));
	}
	/* Each folder's plan was for contrasts of its own. */
	json_object_del(run, "looks");
	json_object_set_new(json_object_get(run, "suite"), "blocks", json_integer(t->blocks));
	json_object_update_new(
		run,
		json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:[{s:s, s:s, s:s}], s:o}",
			  "run", t->run_id, "mode", t->mode, "paired", t->paired, "passes", passes,
			  "kernels", kernels, "mounts", mounts, "effective", effective, "variants",
			  variants, "contrasts", "name", "folders", "baseline", t->side[0].variant,
			  "patched", t->side[1].variant, "notes", make_notes(t)));
	add_cells(run, t);
	return run;
}

/* A verdict of the two was shown before either of them grew: the looks of both count. */
static json_t *shared_looks(const struct two *t)
{
	json_t *all = json_array();

	for (uint32_t n = 1; n <= t->blocks; n++) {
		json_t *look = json_integer(n);

		if (contains(t->side[0].r->looks, look) || contains(t->side[1].r->looks, look))
			json_array_append(all, look);
		json_decref(look);
	}
	return all;
}

static int on_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct two *t = arg;
	const struct side *s = t->reading;
	const char *field[SAMPLES_COLUMNS_N];
	uint64_t block;
	int ret = num_parse(row->field[WHO_BLOCK], NUM_COUNT, &block, e);

	if (ret || block > t->blocks || strcmp(row->field[WHO_VARIANT], s->v->name) ||
	    !shared_pass(t, row->field[WHO_PASS]))
		return ret;
	memcpy(field, row->field, sizeof(field));
	field[WHO_RUN] = t->run_id;
	field[WHO_VARIANT] = s->variant;
	field[WHO_KERNEL] = s->kernel;
	field[WHO_MOUNT] = s->mount;
	field[WHO_MODE] = t->mode;
	field[WHO_POSITION] = ""; /* in its block of its folder; here it says nothing */
	if (!t->paired)
		field[WHO_SEED] = "";
	csv_add_row(&t->samples, field, SAMPLES_COLUMNS_N);
	return 0;
}

static int join_samples(struct two *t, struct err *e)
{
	int ret = 0;

	csv_add_row(&t->samples, columns, SAMPLES_COLUMNS_N);
	for (size_t i = 0; i < 2 && !ret; i++) {
		char *path = xasprintf("%s/" SAMPLES_CSV, t->side[i].dir);

		t->reading = &t->side[i];
		ret = csv_read(path, columns, on_row, t, e);
		free(path);
	}
	return ret;
}

static int check(struct two *t, const struct results_two *how, struct err *e)
{
	const struct results *a = t->side[0].r, *b = t->side[1].r;

	find_differences(t);
	if (t->differ.len && !how->force)
		return err_add(e, EINVAL, "%s and %s differ in %s, and --force is not given",
			       t->side[0].dir, t->side[1].dir, t->differ.data);
	t->blocks = a->blocks < b->blocks ? a->blocks : b->blocks;
	t->mode = strcmp(a->mode, "exact") ? a->mode : b->mode;
	t->paired = !strcmp(t->mode, "exact") && same_seeds(a, b);
	t->run_id = xasprintf("%s+%s", a->run_id, b->run_id);
	name_sides(t);
	return 0;
}

static void release(struct two *t)
{
	for (size_t i = 0; i < 2; i++) {
		results_free(t->side[i].r);
		free(t->side[i].kernel);
		free(t->side[i].mount);
		free(t->side[i].variant);
	}
	free(t->run_id);
	buf_release(&t->differ);
	buf_release(&t->samples);
}

int results_load_two(struct results **out, const struct results_two *how, struct err *e)
{
	struct two t = { .differ = BUF_INIT, .samples = BUF_INIT };
	int ret = 0;

	*out = NULL;
	for (size_t i = 0; i < 2 && !ret; i++) {
		t.side[i].dir = how->dir[i];
		ret = results_load(&t.side[i].r, how->dir[i], e);
		if (!ret)
			ret = pick_variant(&t.side[i], how->variant[i], roles[i], e);
	}
	if (!ret)
		ret = check(&t, how, e);
	if (!ret)
		ret = join_samples(&t, e);
	if (!ret)
		ret = results_make(out, make_run(&t), t.samples.data, t.samples.len, e);
	if (!ret)
		(*out)->looks = shared_looks(&t);
	else
		err_exit(e, FSDUEL_USAGE);
	release(&t);
	return ret;
}
