/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_plan.c: `fsduel plan`: what a suite would measure, in which order and for
 * how long, for people or as JSON. It measures nothing and needs no kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/few_blocks.h"
#include "cli/fio_ask.h"
#include "cli/plan_missing.h"
#include "lib/num.h"
#include "runners/tables/device.h"
#include "runners/suite/plan.h"
#include "runners/vm/vm.h"

struct plan_options {
	const char *suite, *baseline, *patched, *mode, *missing;
	uint64_t blocks, guests, watch_blocks;
	struct option_strings passes;
	bool unscaled, json;
};

#define AT(member) offsetof(struct plan_options, member)

/* clang-format off */
static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file, such as configs/quick.ini", AT(suite), false },
	{ 0, "baseline", OPT_STRING, "KERNEL", "bzImage, unpacked package, build tree or fetched name", AT(baseline), false },
	{ 0, "patched", OPT_STRING, "KERNEL", "the same for the other side", AT(patched), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto, instead of the suite's", AT(mode), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks instead of the suite's", AT(blocks), false },
	{ 0, "pass", OPT_STRINGS, "PASS", "measure again with something watching: locks (who waits for which lock, how long)", AT(passes), false },
	{ 0, "watch-blocks", OPT_COUNT, "N", "blocks, from the first on, that passes watch, instead of the suite's", AT(watch_blocks), false },
	{ 0, "unscaled", OPT_FLAG, NULL, "the suite's work as it was before it was scaled down: its keys unscaled.*", AT(unscaled), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once (default: one a core that memory has room for), for the time it would take", AT(guests), false },
	{ 0, "missing", OPT_STRING, "DIR", "what this results folder still lacks, by kernel and block, instead of a suite", AT(missing), false },
	{ 0, "json", OPT_FLAG, NULL, "as JSON, for programs", AT(json), false },
	{ 0 },
};
/* clang-format on */

static const char *or_default(const char *text, const char *def)
{
	return text && text[0] ? text : def;
}

/* --- for people --------------------------------------------------------------- */

static void print_disk(const struct suite *s)
{
	char size[32], latency[32];

	num_format(size, s->device.size_bytes, NUM_BYTES);
	if (!devices[s->device.kind].host_timed)
		printf("disk of %s with %s latency\n", size,
		       num_format(latency, s->device.latency_ns, NUM_NS));
	else if (s->device_path)
		printf("disk %s by %s: duel formats it\n", s->device_path,
		       device_kind_names[s->device.kind]);
	else
		printf("disk of %s in the results folder, by %s\n", size,
		       device_kind_names[s->device.kind]);
}

/* One that is to be built: whether it has been, else the sentence that says how. */
static void print_kernel(const struct suite_kernel *k)
{
	struct kernel_build b = suite_kernel_build(k);
	struct err why = ERR_INIT;

	printf("kernel %s: %s", k->label, or_default(k->ref, "not given yet"));
	if (k->source && kernel_built(&b, &why))
		printf("; %s\n", why.text);
	else
		printf("%s\n", k->source ? ", built" : "");
}

static void print_machine(const struct suite *s)
{
	char memory[32];

	printf("suite %s, mode %s, %u block%s, seed %" PRIu64 "%s%s\n", s->name,
	       mode_names[s->mode], s->blocks, s->blocks == 1 ? "" : "s", s->seed,
	       s->mode == MODE_EXACT ? "" : ", order of the variants drawn at start",
	       s->unscaled ? ", unscaled" : "");
	if (s->about && s->about[0])
		printf("  %s\n", s->about);
	if (s->mode == MODE_HOST)
		return;
	printf("machine: %u CPU%s, %s memory, ", s->cpus, s->cpus == 1 ? "" : "s",
	       num_format(memory, s->memory_bytes, NUM_BYTES));
	print_disk(s);
	for (size_t i = 0; i < s->nr_kernels; i++)
		print_kernel(&s->kernels[i]);
}

static void print_variants(const struct suite *s)
{
	printf("\nvariants:\n");
	for (size_t i = 0; i < s->nr_variants; i++) {
		const struct suite_variant *v = &s->variants[i];
		const struct suite_mount *m = &s->mounts[v->mount];

		printf("  v%02zu  %s (%s, %s", i + 1, v->name, m->fs,
		       or_default(m->options, "no options"));
		for (size_t k = 0; k < m->mkfs.n; k++)
			printf("%s%s", k ? " " : ", mkfs ", m->mkfs.v[k]);
		printf(")\n");
	}
	printf("contrasts:%s\n", s->nr_contrasts ? "" : " none: nothing would be compared");
	for (size_t i = 0; i < s->nr_contrasts; i++)
		printf("  %s: %s against %s\n", s->contrasts[i].name,
		       s->variants[s->contrasts[i].baseline].name,
		       s->variants[s->contrasts[i].patched].name);
}

static void print_cells(const struct plan *p)
{
	printf("cells:\n");
	for (size_t i = 0; i < p->nr_cells; i++) {
		const struct plan_cell *c = &p->cells[i];
		char timed[32] = "bound by operations";

		if (c->timed_ns)
			num_format(timed, c->timed_ns, NUM_NS);
		printf("  c%04zu  %s (%u thread%s", i + 1, c->name, c->role_threads,
		       c->role_threads == 1 ? "" : "s");
		if (c->helper_threads)
			printf(", %u of them fio's helper%s or more", c->helper_threads,
			       c->helper_threads == 1 ? "" : "s");
		printf(", %s%s)\n", timed, c->fio_before ? ", after the parts before it" : "");
	}
}

static bool watches(const struct suite *s, enum pass pass)
{
	return pass != PASS_THROUGHPUT && s->passes >> pass & 1;
}

static unsigned watched_blocks(const struct suite *s)
{
	return s->watch_blocks < s->blocks ? s->watch_blocks : s->blocks;
}

/* "measured once more for the passes locks, profile: in blocks 1 to 3" */
static void print_passes(const struct suite *s)
{
	unsigned blocks = watched_blocks(s);
	const char *sep = "measured once more, watched, in the pass ";

	for (enum pass pass = 0; pass < NR_PASSES; pass++) {
		if (!watches(s, pass))
			continue;
		printf("%s%s", sep, pass_names[pass]);
		sep = ", ";
	}
	if (s->passes == 1u << PASS_THROUGHPUT)
		return;
	if (blocks == s->blocks)
		printf(": in every block\n");
	else if (blocks == 1)
		printf(": in block 1\n");
	else
		printf(": in blocks 1 to %u\n", blocks);
}

static void print_order(const struct plan *p)
{
	printf("order of the variants within each cell:\n");
	for (unsigned b = 1; b <= p->suite->blocks; b++) {
		const struct plan_unit *u = plan_block_units(p, b);

		printf("  block %u:", b);
		for (size_t i = 0; i < p->suite->nr_variants; i++)
			printf("%s %s", i ? "," : "", p->suite->variants[u[i].variant].name);
		printf("\n");
	}
}

static void print_note(void *arg, const char *sentence)
{
	(void)arg;
	printf("%s\n", sentence);
}

static void print_plan(const struct plan *p, unsigned guests)
{
	struct buf few = BUF_INIT;
	char time[32];

	print_machine(p->suite);
	print_variants(p->suite);
	print_cells(p);
	print_order(p);
	print_passes(p->suite);
	num_format_ns_human(time, (uint64_t)(plan_expected_wall_s(p, guests) * 1e9));
	printf("\n%zu cell runs, about %s", p->nr_units, time);
	if (p->suite->mode == MODE_EXACT)
		printf(" with %u guest%s at once", guests, guests == 1 ? "" : "s");
	printf("\n");
	fio_notes(p->suite, print_note, NULL);
	few_blocks_say(p, &few);
	if (few.len)
		printf("%s\n", few.data);
	buf_release(&few);
}

/* --- for programs --------------------------------------------------------------- */

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

static json_t *variants_json(const struct suite *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->nr_variants; i++) {
		const struct suite_mount *m = &s->mounts[s->variants[i].mount];

		json_array_append_new(
			list, json_pack("{ssssssssssso}", "name", s->variants[i].name, "kernel",
					s->kernels[s->variants[i].kernel].label, "mount", m->name,
					"fs", m->fs, "options", m->options, "mkfs", mkfs_json(m)));
	}
	return list;
}

static json_t *contrasts_json(const struct suite *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->nr_contrasts; i++)
		json_array_append_new(
			list, json_pack("{ssssss}", "name", s->contrasts[i].name, "baseline",
					s->variants[s->contrasts[i].baseline].name, "patched",
					s->variants[s->contrasts[i].patched].name));
	return list;
}

static json_t *cells_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nr_cells; i++) {
		const struct plan_cell *c = &p->cells[i];
		json_t *o = json_pack("{sssssssi}", "workload",
				      p->suite->workloads[c->workload].name, "params", c->params,
				      "varying", c->varying, "threads", (int)c->role_threads);

		if (c->helper_threads)
			json_object_set_new(o, "helper_threads",
					    json_integer((json_int_t)c->helper_threads));

		/* Unknown is null, never 0. */
		json_object_set_new(o, "timed_ns",
				    c->timed_ns ? json_integer((json_int_t)c->timed_ns)
						: json_null());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *units_json(const struct plan *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_unit *u = &p->units[i];
		char key[64];

		plan_unit_key(u, key);
		json_array_append_new(
			list, json_pack("{sssisIsssiss}", "key", key, "block", (int)u->block,
					"cell", (json_int_t)u->cell, "variant",
					p->suite->variants[u->variant].name, "position",
					(int)u->position, "pass", pass_names[u->pass]));
	}
	return list;
}

static json_t *blocks_json(const struct plan *p)
{
	json_t *list = json_array();

	for (unsigned b = 1; b <= p->suite->blocks; b++)
		json_array_append_new(list, json_pack("{sIsI}", "block", (json_int_t)b, "seed",
						      (json_int_t)plan_block_units(p, b)->seed));
	return list;
}

static json_t *passes_json(const struct suite *s)
{
	json_t *list = json_array();

	for (enum pass pass = 0; pass < NR_PASSES; pass++)
		if (pass == PASS_THROUGHPUT || watches(s, pass))
			json_array_append_new(
				list,
				json_pack("{sssi}", "name", pass_names[pass], "blocks",
					  (int)(watches(s, pass) ? watched_blocks(s) : s->blocks)));
	return list;
}

static void add_note(void *list, const char *sentence)
{
	json_array_append_new(list, json_string(sentence));
}

static int print_json(const struct plan *p, unsigned guests, struct err *e)
{
	const struct suite *s = p->suite;
	json_t *notes = json_array(),
	       *o = json_pack("{sssssisIsososososososf}", "suite", s->name, "mode",
			      mode_names[s->mode], "blocks", (int)s->blocks, "seed",
			      (json_int_t)s->seed, "variants", variants_json(s), "contrasts",
			      contrasts_json(s), "cells", cells_json(p), "block_seeds",
			      blocks_json(p), "passes", passes_json(s), "units", units_json(p),
			      "expected_wall_s", plan_expected_wall_s(p, guests));
	int ret;

	fio_notes(s, add_note, notes);
	json_object_set_new(o, "notes", notes);
	ret = o ? json_dumpf(o, stdout, JSON_INDENT(2)) : -1;

	json_decref(o);
	printf("\n");
	return ret ? err_add(e, EIO, "cannot write the plan as JSON") : 0;
}

static int check_options(const struct plan_options *o, unsigned nr_args, struct err *e)
{
	if (o->missing && (o->suite || nr_args))
		return err_add(e, EINVAL, "--missing reads the folder's own suite: name no other");
	if (o->missing)
		return 0;
	if (!o->suite == !nr_args)
		return err_add(e, EINVAL, "name one suite: fsduel plan configs/quick.ini");
	if (o->blocks > 1000 || o->watch_blocks > 1000 || o->guests > 256)
		return err_add(e, EINVAL,
			       "--blocks and --watch-blocks go up to 1000, --guests up to "
			       "256");
	return 0;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct plan_options *o = opts;
	struct suite_overrides over = { .baseline = o->baseline,
					.patched = o->patched,
					.blocks = (unsigned)o->blocks,
					.mode = o->mode,
					.passes = o->passes.v,
					.nr_passes = o->passes.n,
					.watch_blocks = (unsigned)o->watch_blocks,
					.unscaled = o->unscaled };
	struct suite s = { 0 };
	struct plan p = { 0 };
	unsigned guests;
	int ret = check_options(o, nr_args, e);

	if (!ret && o->missing)
		return plan_missing(o->missing, e) ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
	if (!ret)
		ret = suite_load(&s, o->suite ? o->suite : args[0], &over, e);
	if (!ret)
		ret = plan_make(&p, &s, e);
	if (!ret)
		ret = fio_ask(&p, e);
	guests = o->guests ? (unsigned)o->guests : vm_guests(s.memory_bytes);
	if (!ret && o->json)
		ret = print_json(&p, guests, e);
	else if (!ret)
		print_plan(&p, guests);
	plan_release(&p);
	suite_release(&s);
	return ret ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
}

const struct command command_plan = {
	.name = "plan",
	.args = "[SUITE]",
	.max_args = 1,
	.summary = "show what a suite would measure, in which order and for how long",
	.text = "Reads and checks the suite, multiplies it out and measures nothing; fio jobs\n"
		"are shown to `fio --parse-only`. Kernels need not be there. The order of the\n"
		"variants is drawn once a block: in exact mode from the suite's seed, elsewhere\n"
		"anew when a run starts, and the order shown is an example. More blocks leave\n"
		"the order of the earlier ones as it is.",
	.options = options,
	.options_size = sizeof(struct plan_options),
	.run = run,
};
