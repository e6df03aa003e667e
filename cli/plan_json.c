/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_json.c: a plan as JSON, for programs; unknown is null, never 0. */
#include <errno.h>
#include <stdio.h>

#include "cli/measure.h"

/* The mkfs command as it will be, but for what comes from each block's seed. */
static json_t *mkfs_json(const struct suite_mount *m)
{
	struct strv argv = STRV_INIT;
	json_t *list = json_array();

	if (!fs_type_mkfs(fs_type_find(m->fs), &m->mkfs, "{uuid}", "{hash_seed}", &argv, NULL))
		for (size_t i = 0; i < argv.n; i++)
			json_array_append_new(list, json_string(argv.v[i]));
	strv_release(&argv);
	return list;
}

static json_t *variant_json(const struct plan *p, size_t i)
{
	const struct suite *s = p->suite;
	const struct suite_mount *m = &s->mounts[s->variants[i].mount];

	return json_pack("{ssssssssssso}", "name", s->variants[i].name, "kernel",
			 s->kernels[s->variants[i].kernel].label, "mount", m->name, "fs", m->fs,
			 "options", m->options, "mkfs", mkfs_json(m));
}

static json_t *contrast_json(const struct plan *p, size_t i)
{
	const struct suite_contrast *c = &p->suite->contrasts[i];

	return json_pack("{ssssss}", "name", c->name, "baseline",
			 p->suite->variants[c->baseline].name, "patched",
			 p->suite->variants[c->patched].name);
}

static json_t *positive_or(uint64_t n, json_t *none)
{
	if (n)
		json_decref(none);
	return n ? json_integer((json_int_t)n) : none;
}

static json_t *cell_json(const struct plan *p, size_t i)
{
	const struct plan_cell *c = &p->cells[i];

	return json_pack("{sssssssiso*so}", "workload", p->suite->workloads[c->workload].name,
			 "params", c->params, "varying", c->varying, "threads",
			 (int)c->role_threads, "helper_threads",
			 positive_or(c->helper_threads, NULL), "timed_ns",
			 positive_or(c->timed_ns, json_null()));
}

static json_t *unit_json(const struct plan *p, size_t i)
{
	const struct plan_unit *u = &p->units[i];
	char key[64];

	plan_unit_key(u, key);
	return json_pack("{sssisIsssiss}", "key", key, "block", (int)u->block, "cell",
			 (json_int_t)u->cell, "variant", p->suite->variants[u->variant].name,
			 "position", (int)u->position, "pass", pass_names[u->pass]);
}

static json_t *block_json(const struct plan *p, size_t i)
{
	unsigned block = (unsigned)i + 1;

	return json_pack("{sIsI}", "block", (json_int_t)block, "seed",
			 (json_int_t)plan_block_units(p, block)->seed);
}

unsigned plan_pass_blocks(const struct suite *s, enum pass pass)
{
	if (pass == PASS_THROUGHPUT)
		return s->blocks;
	if (!(s->passes >> pass & 1))
		return 0;
	return s->watch_blocks < s->blocks ? s->watch_blocks : s->blocks;
}

static json_t *pass_json(const struct plan *p, size_t i)
{
	unsigned blocks = plan_pass_blocks(p->suite, (enum pass)i);

	return blocks ? json_pack("{sssi}", "name", pass_names[i], "blocks", (int)blocks) : NULL;
}

static json_t *list(const struct plan *p, size_t n, json_t *(*one)(const struct plan *p, size_t i))
{
	json_t *all = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *item = one(p, i);

		if (item)
			json_array_append_new(all, item);
	}
	return all;
}

static void add_note(void *notes, const char *sentence)
{
	json_array_append_new(notes, json_string(sentence));
}

int plan_print_json(const struct plan *p, unsigned guests, struct err *e)
{
	const struct suite *s = p->suite;
	json_t *notes = json_array(), *o;
	int ret;

	fio_notes(s, add_note, notes);
	o = json_pack("{sssssisIsososososososfso}", "suite", s->name, "mode", mode_names[s->mode],
		      "blocks", (int)s->blocks, "seed", (json_int_t)s->seed, "variants",
		      list(p, s->nr_variants, variant_json), "contrasts",
		      list(p, s->nr_contrasts, contrast_json), "cells",
		      list(p, p->nr_cells, cell_json), "block_seeds",
		      list(p, s->blocks, block_json), "passes", list(p, NR_PASSES, pass_json),
		      "units", list(p, p->nr_units, unit_json), "expected_wall_s",
		      plan_expected_wall_s(p, guests), "notes", notes);
	ret = o ? json_dumpf(o, stdout, JSON_INDENT(2)) : -1;
	json_decref(o);
	printf("\n");
	return ret ? err_add(e, EIO, "cannot write the plan as JSON") : 0;
}
