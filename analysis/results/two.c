/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * two.c: two results folders as the two sides of one contrast; see results.h. Both are read and
 * checked on their own. Then one run.json and one samples.csv are made of them in memory, and
 * read as any other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/tables.h"
#include "analysis/results/rows.h"
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
	struct buf samples;
	const struct side *reading;
};

static bool contains(const json_t *array, const json_t *item)
{
	const json_t *one;
	size_t i;

	json_array_foreach(array, i, one)
		if (json_equal(one, item))
			return true;
	return false;
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
	if (name)
		err_add(e, EINVAL, "%s has no variant '%.64s'; it has: %s", s->dir, name,
			names.data);
	else
		err_add(e, EINVAL, "%s has %u variants (%s): choose one by --%s VARIANT", s->dir,
			nr, names.data, role);
	buf_release(&names);
	return -EINVAL;
}

/* Its last word; one that is not UTF-8 cannot stand in run.json, so its role is its name. */
static char *folder_name(const char *dir, const char *role)
{
	char *real = realpath(dir, NULL);
	const char *slash = real ? strrchr(real, '/') : NULL;
	const char *name = slash && slash[1] ? slash + 1 : dir;
	json_t *utf8 = json_string(name);
	char *copy = xstrdup(utf8 ? name : role);

	json_decref(utf8);
	free(real);
	return copy;
}

static json_t *mount_of(const struct side *s)
{
	return json_object_get(json_object_get(s->r->run, "mounts"), s->v->mount);
}

/* Two kernels may well have one label, so the folders' names stand for them here. */
static void name_sides(struct two *t)
{
	struct side *a = &t->side[0], *b = &t->side[1];
	char *name[2] = { folder_name(a->dir, roles[0]), folder_name(b->dir, roles[1]) };
	bool same_name = !strcmp(name[0], name[1]);
	bool other_mount = !strcmp(a->v->mount, b->v->mount) && (mount_of(a) || mount_of(b)) &&
			   !json_equal(mount_of(a), mount_of(b));

	for (size_t i = 0; i < 2; i++) {
		struct side *s = &t->side[i];

		s->kernel = same_name ? xasprintf("%s (%s)", name[i], roles[i]) : xstrdup(name[i]);
		s->mount = i && other_mount ? xasprintf("%s (%s)", s->v->mount, roles[i])
					    : xstrdup(s->v->mount);
		s->variant = xasprintf("%s/%s", s->kernel, s->mount);
		free(name[i]);
	}
}

/* --- one run.json ------------------------------------------------------------------------- */

static json_t *shared_passes(const struct two *t)
{
	const struct intern *own = &t->side[0].r->pass_index;
	json_t *all = json_array();

	for (uint32_t i = 0; i < own->nr; i++)
		if (shared_pass(t, intern_str(own, i)))
			json_array_append_new(all, json_string(intern_str(own, i)));
	return all;
}

/* By --force a folder may have cells of its own: planned pairs without a partner. */
static void add_cells(json_t *run, const struct two *t)
{
	const struct results *other = t->side[1].r;
	const json_t *cells = json_object_get(other->run, "cells");

	for (uint32_t i = 0; i < other->cell_index.nr; i++)
		if (results_find_cell(t->side[0].r, other->cells[i].workload,
				      other->cells[i].params) == INTERN_NONE)
			json_array_append(json_object_get(run, "cells"), json_array_get(cells, i));
}

static void add_own_notes(json_t *notes, const struct two *t, size_t side)
{
	const json_t *others = json_object_get(t->side[!side].r->run, "notes"), *note;
	size_t i;

	json_array_foreach(json_object_get(t->side[side].r->run, "notes"), i, note) {
		bool both = contains(others, note);

		if (!json_is_string(note) || (side && both))
			continue;
		json_array_append_new(notes,
				      json_sprintf("%s%s%s", both ? "" : t->side[side].kernel,
						   both ? "" : ": ", json_string_value(note)));
	}
}

static json_t *make_notes(const struct two *t, const char *differ)
{
	json_t *notes = json_array();

	if (differ)
		json_array_append_new(
			notes,
			json_sprintf("compared by --force, although the folders differ in %s",
				     differ));
	json_array_append_new(
		notes,
		json_string(t->paired ? "two folders, paired block by block: in exact mode a cell "
					"run is decided by its kernel, mount and seed alone"
			    : !strcmp(t->mode, "exact")
				    ? "two folders of different seeds: their blocks are no pairs"
				    : "two folders, measured one after the other: their order was "
				      "not drawn at random, so a change of the machine between "
				      "them looks like one of the kernel"));
	for (size_t i = 0; i < 2; i++) {
		const struct side *s = &t->side[i];

		if (s->r->blocks > t->blocks)
			json_array_append_new(
				notes,
				json_sprintf(
					"%u blocks of %s are left out: the other folder has %u",
					s->r->blocks - t->blocks, s->kernel, t->blocks));
		add_own_notes(notes, t, i);
	}
	return notes;
}

static json_t *make_run(const struct two *t, const char *differ)
{
	json_t *run = json_deep_copy(t->side[0].r->run);
	json_t *kernels = json_object(), *mounts = json_object(), *variants = json_array();
	json_t *effective = json_object();

	for (size_t i = 0; i < 2; i++) {
		const struct side *s = &t->side[i];
		const json_t *of = s->r->run;
		json_t *mount = mount_of(s);

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
		run, json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:[{s:s, s:s, s:s}], s:o}",
			       "run", t->run_id, "mode", t->mode, "paired", t->paired, "passes",
			       shared_passes(t), "kernels", kernels, "mounts", mounts, "effective",
			       effective, "variants", variants, "contrasts", "name", "folders",
			       "baseline", t->side[0].variant, "patched", t->side[1].variant,
			       "notes", make_notes(t, differ)));
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

/* --- one samples.csv ---------------------------------------------------------------------- */

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

static int check(struct two *t, const struct results_two *how, const char *differ, struct err *e)
{
	const struct results *a = t->side[0].r, *b = t->side[1].r;
	bool shared = false;

	if (differ && !how->force)
		return err_add(e, EINVAL,
			       "%s and %s may not be compared: they differ in %s. Measure both "
			       "alike, or say --force",
			       t->side[0].dir, t->side[1].dir, differ);
	for (uint32_t i = 0; i < a->pass_index.nr; i++)
		shared |= shared_pass(t, intern_str(&a->pass_index, i));
	if (!shared)
		return err_add(e, EINVAL, "%s and %s have no pass in common", t->side[0].dir,
			       t->side[1].dir);
	t->blocks = a->blocks < b->blocks ? a->blocks : b->blocks;
	t->mode = strcmp(a->mode, "exact") ? a->mode : b->mode;
	t->paired = !strcmp(t->mode, "exact") && two_same_seeds(a, b);
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
	buf_release(&t->samples);
}

int results_load_two(struct results **out, const struct results_two *how, struct err *e)
{
	struct two t = { .samples = BUF_INIT };
	char *differ = NULL;
	int ret = 0;

	*out = NULL;
	for (size_t i = 0; i < 2 && !ret; i++) {
		t.side[i].dir = how->dir[i];
		ret = results_load(&t.side[i].r, how->dir[i], e);
		if (!ret)
			ret = pick_variant(&t.side[i], how->variant[i], roles[i], e);
	}
	if (!ret) {
		differ = two_differ(t.side[0].r, t.side[0].dir, t.side[1].r, t.side[1].dir);
		ret = check(&t, how, differ, e);
	}
	if (!ret)
		ret = join_samples(&t, e);
	if (!ret)
		ret = results_make(out, make_run(&t, differ), t.samples.data, t.samples.len, e);
	if (!ret)
		(*out)->looks = shared_looks(&t);
	else
		err_exit(e, FSDUEL_USAGE);
	free(differ);
	release(&t);
	return ret;
}
