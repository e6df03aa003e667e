/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_plan.c: `fsduel plan`: the cell runs of a suite, their order and how long they take,
 * for people; plan_json.c says the same for programs. With --missing DIR, the cell runs
 * that a results folder still lacks, and whether the others were measured in turn.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/measure.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"
#include "runners/host/order.h"
#include "runners/host/reboot.h"
#include "runners/suite/suite.h"
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

static void print_passes(const struct suite *s)
{
	for (enum pass pass = PASS_THROUGHPUT + 1; pass < NR_PASSES; pass++)
		if (plan_pass_blocks(s, pass))
			printf("pass %s: %u block%s once more, watched\n", pass_names[pass],
			       plan_pass_blocks(s, pass),
			       plan_pass_blocks(s, pass) == 1 ? "" : "s");
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

/* --- a results folder: what it lacks --------------------------------------------------- */

/* A folder as it is, for reading: no lock, no run.json of our own. */
struct shelf {
	struct begun begun;
	struct suite suite;
	struct plan plan;
	struct folder folder;
};

/* The suite's text is the folder's copy; its path is the original's, beside which its jobs lie. */
static int read_suite(struct shelf *s, const char *dir, struct err *e)
{
	char *copy = xasprintf("%s/" SUITE_INI, dir);
	struct buf text = BUF_INIT;
	/* Any label will do: it gives a suite without kernels its two. */
	struct suite_overrides over = {
		.running = json_object_size(json_object_get(s->begun.run, "kernels")) == 2
				   ? "baseline"
				   : NULL,
	};
	int ret = fs_read(copy, 0, &text, e);

	begun_fill(&over, &s->begun);
	over.baseline = over.patched = NULL;
	if (!ret)
		ret = suite_load_mem(&s->suite, s->begun.suite, buf_str(&text), text.len, &over, e);
	if (!ret)
		ret = suite_draw_order(&s->suite, dir, e);
	if (!ret)
		ret = plan_make(&s->plan, &s->suite, e);
	buf_release(&text);
	free(copy);
	return ret;
}

/* "patched: 12 of 24 cell runs missing: block 2 (6), 3 (6)" */
static void print_lacking(const struct shelf *s, const struct reboot_legs *l, size_t kernel)
{
	struct buf blocks = BUF_INIT;
	unsigned missing = 0, planned = 0;

	for (size_t i = 0; i < s->plan.nr_units; i++)
		planned += s->suite.variants[s->plan.units[i].variant].kernel == kernel;
	for (size_t i = 0; i < l->n; i++) {
		const struct reboot_leg *leg = &l->v[i];

		if (leg->kernel != kernel || !leg->missing)
			continue;
		buf_addf(&blocks, "%s %u (%u)", missing ? "," : ": block", leg->block,
			 leg->missing);
		missing += leg->missing;
	}
	printf("%s: %u of %u cell runs missing%s\n", s->suite.kernels[kernel].label, missing,
	       planned, buf_str(&blocks));
	buf_release(&blocks);
}

/* The first leg with something missing, and the command that measures it. */
static void print_next(const struct shelf *s, const struct reboot_legs *l)
{
	size_t i = 0;

	while (i < l->n && !l->v[i].missing)
		i++;
	if (i == l->n || s->suite.nr_kernels < 2)
		return;
	printf("next in the plan's order: block %u of %s", l->v[i].block,
	       s->suite.kernels[l->v[i].kernel].label);
	if (s->suite.mode == MODE_HOST)
		printf(" (fsduel run --kernel %s --block %u)",
		       s->suite.kernels[l->v[i].kernel].label, l->v[i].block);
	printf("\n");
}

static void print_turns(const struct shelf *s)
{
	struct order_count count;
	struct buf why = BUF_INIT;
	struct order o;

	order_read(&o, &s->folder);
	if (order_is_blocked(&o, &count, &why))
		printf("warning: %s\n", buf_str(&why));
	else if (count.kernels > 1)
		printf("%zu cell runs on %u boot%s, in %u stretches: interleaved\n", o.nr_runs,
		       count.boots, count.boots == 1 ? "" : "s", count.stretches);
	buf_release(&why);
	order_release(&o);
}

static int show_missing(const char *dir, struct err *e)
{
	struct shelf s = { .folder = { .dir = (char *)dir, .lock_fd = -1 } };
	struct reboot_legs l = { NULL, 0 };
	int ret = begun_read(&s.begun, dir, NULL, e);

	s.folder.suite = &s.suite;
	s.folder.plan = &s.plan;
	if (!ret)
		ret = read_suite(&s, dir, e);
	if (!ret) {
		legs_missing(&l, dir, &s.plan);
		for (size_t k = 0; k < s.suite.nr_kernels; k++)
			print_lacking(&s, &l, k);
		print_next(&s, &l);
		print_turns(&s);
	}
	reboot_legs_release(&l);
	plan_release(&s.plan);
	suite_release(&s.suite);
	begun_release(&s.begun);
	return ret;
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
		return show_missing(c->o.missing, e) ? err_exit_code(e, FSDUEL_USAGE) : FSDUEL_OK;
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
		"shown to `fio --parse-only`. Kernels need not be there. The order of the "
		"variants is drawn once a block: in exact mode from the suite's seed, elsewhere "
		"anew when a run starts, and the order shown is an example. More blocks leave the "
		"order of the earlier ones as it is.",
	.options = OPT(suite) | OPT(missing) | OPT(baseline) | OPT(patched) | OPT(mode) |
		   OPT(blocks) | OPT(pass) | OPT(watch_blocks) | OPT(unscaled) | OPT(guests) |
		   OPT(format),
	.formats = "table|json",
	.run = run,
};
