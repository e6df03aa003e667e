/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan_missing.c: `fsduel plan --missing DIR`: what a results folder still lacks,
 * by kernel and block, and whether what it has was measured in turn. It reads the
 * folder beside whoever is writing to it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/measure.h"
#include "cli/plan_show.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/host/order.h"
#include "runners/host/reboot.h"
#include "runners/suite/suite.h"

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
static void print_kernel(const struct shelf *s, const struct reboot_legs *l, size_t kernel)
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

static void print_order(const struct shelf *s)
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

int plan_missing(const char *dir, struct err *e)
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
			print_kernel(&s, &l, k);
		print_next(&s, &l);
		print_order(&s);
	}
	reboot_legs_release(&l);
	plan_release(&s.plan);
	suite_release(&s.suite);
	begun_release(&s.begun);
	return ret;
}
