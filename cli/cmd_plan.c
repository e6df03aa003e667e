/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_plan.c: `fsduel plan`: what a suite would measure, in which order and for how long,
 * for people; plan_json.c says the same for programs. It measures nothing and needs no
 * kernel.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/fio_ask.h"
#include "cli/measure.h"
#include "cli/plan_show.h"
#include "lib/num.h"
#include "runners/tables/mode.h"
#include "runners/vm/vm.h"

static const char *or_default(const char *text, const char *def)
{
	return text && text[0] ? text : def;
}

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

/* "measured once more for the passes locks, profile: in blocks 1 to 3" */
static void print_passes(const struct suite *s)
{
	const char *sep = "measured once more, watched, in the pass ";
	unsigned blocks = 0;

	for (enum pass pass = PASS_THROUGHPUT + 1; pass < NR_PASSES; pass++) {
		if (!plan_pass_blocks(s, pass))
			continue;
		blocks = plan_pass_blocks(s, pass);
		printf("%s%s", sep, pass_names[pass]);
		sep = ", ";
	}
	if (blocks == s->blocks)
		printf(": in every block\n");
	else if (blocks == 1)
		printf(": in block 1\n");
	else if (blocks)
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

static int check_options(const struct call *c, struct err *e)
{
	unsigned suites = c->nr_args + !!c->o.suite;

	if (c->o.missing && (suites || c->o.format))
		return err_add(e, EINVAL,
			       "--missing reads the folder's own suite and prints text: leave the "
			       "suite and --format out");
	if (!c->o.missing && suites != 1)
		return err_add(e, EINVAL, "give one suite: fsduel plan configs/quick.ini");
	return 0;
}

static int run(const struct call *c, struct err *e)
{
	const struct suite_overrides over = overrides_of(&c->o);
	struct suite s = { 0 };
	struct plan p = { 0 };
	unsigned guests;
	int ret = check_options(c, e);

	if (!ret && c->o.missing)
		return plan_missing(c->o.missing, e) ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
	if (!ret)
		ret = suite_load(&s, c->nr_args ? c->args[0] : c->o.suite, &over, e);
	if (!ret)
		ret = plan_make(&p, &s, e);
	if (!ret)
		ret = fio_ask(&p, e);
	guests = c->o.guests ? (unsigned)c->o.guests : vm_guests(s.memory_bytes);
	if (!ret && c->o.format)
		ret = plan_print_json(&p, guests, e);
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
	.text = "Reads and checks the suite, multiplies it out and measures nothing; fio jobs are "
		"shown to `fio --parse-only`. Kernels need not be there. The order of the variants "
		"is drawn once a block: in exact mode from the suite's seed, elsewhere anew when a "
		"run starts, and the order shown is an example. More blocks leave the order of the "
		"earlier ones as it is.",
	.options = OPT(suite) | OPT(missing) | OPT(baseline) | OPT(patched) | OPT(mode) |
		   OPT(blocks) | OPT(pass) | OPT(watch_blocks) | OPT(unscaled) | OPT(guests) |
		   OPT(format),
	.formats = "table|json",
	.run = run,
};
