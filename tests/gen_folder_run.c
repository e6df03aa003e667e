/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_folder_run.c: run.json of a made-up results folder, and the names in it; see
 * gen_folder.c.
 */
#include "tests/gen_folder.h"

static const unsigned thread_counts[] = { 1, 2, 4, 8, 16, 24 };
/* clang-format off */
const struct gen_metric gen_metrics[GEN_METRICS] = {
	{ "ops_per_s", "1/s", "higher", 1, true }, { "bytes_per_s", "B/s", "higher", 4096, true },
	{ "lat_sum_per_op", "ns", "lower", 1, false }, { "lat_p50", "ns", "lower", 0.8, false },
	{ "lat_p90", "ns", "lower", 1.7, false }, { "lat_p99", "ns", "lower", 4, false },
	{ "lat_p99_9", "ns", "lower", 11, false }, { "lat_max", "ns", "lower", 60, false },
	{ "operations", "count", "", 1, true }, { "elapsed", "ns", "", 0, false },
};
/* clang-format on */

static const struct variant plain[] = {
	{ "baseline/default", "baseline", "default" },
	{ "patched/default", "patched", "default" },
	{ "patched/nodelalloc", "patched", "nodelalloc" },
};
#define EVIL "\"><script>alert(1)</script>"
static const struct variant evil[] = {
	{ EVIL "/default", EVIL, "default" },
	{ "`id`$(id)/default", "`id`$(id)", "default" },
	{ "`id`$(id)/no'de%dlalloc", "`id`$(id)", "no'de%dlalloc" },
};
static const char *const evil_workloads[] = {
	"q\"u'o`t`e\\s\nnew%line",
	"x_{y}^z@w&{a}~b|c;d=e",
	"</svg><script>alert(2)</script>",
	"a very long name of a workload that somebody wrote in a suite without a thought of tables",
};

void gen_name_variants(struct gen *g)
{
	g->variants = g->o[HOSTILE] ? evil : plain;
	g->nr_variants = (unsigned)g->o[CONTRASTS] + 1;
}

unsigned gen_counts(const struct gen *g)
{
	return g->o[SINGLE] ? 1 : NR(thread_counts);
}

unsigned gen_threads(const struct gen *g, unsigned cell)
{
	return g->o[SINGLE] ? 8 : thread_counts[cell % NR(thread_counts)];
}

void gen_name_cell(const struct gen *g, unsigned cell, char workload[128], char params[GEN_PARAMS])
{
	static const char *const names[] = { "dio-overwrite", "dio-readwrite", "buffered-fill",
					     "mixed", "fio-randrw" };
	unsigned w = cell / gen_counts(g);

	if (g->o[HOSTILE] && w < NR(evil_workloads))
		snprintf(workload, 128, "%s", evil_workloads[w]);
	else if (w < NR(names))
		snprintf(workload, 128, "%s", names[w]);
	else
		snprintf(workload, 128, "%s-%u", names[w % NR(names)], w / (unsigned)NR(names) + 1);
	snprintf(params, GEN_PARAMS, "bs=4k;file_size=64M;runtime=1s;threads=%u",
		 gen_threads(g, cell));
}

static json_t *cells_json(const struct gen *g)
{
	json_t *list = json_array();

	for (unsigned c = 0; c < g->o[CELLS]; c++) {
		char workload[128], params[GEN_PARAMS], varying[32] = "";

		gen_name_cell(g, c, workload, params);
		if (!g->o[SINGLE])
			snprintf(varying, sizeof(varying), "threads=%u", gen_threads(g, c));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i}", "workload", workload,
						      "params", params, "varying", varying,
						      "role_threads",
						      (int)(gen_threads(g, c) * g->o[ROLES])));
	}
	return list;
}

static json_t *metrics_json(void)
{
	json_t *list = json_array();

	for (size_t m = 0; m < NR(gen_metrics); m++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:b}", "name", gen_metrics[m].name,
						"unit", gen_metrics[m].unit, "better",
						gen_metrics[m].better, "primary", m == 0));
	return list;
}

/* Kernels, mounts, variants and contrasts. */
static void add_arms(json_t *run, const struct gen *g)
{
	json_t *kernels = json_object(), *mounts = json_object(), *variants = json_array();
	json_t *contrasts = json_array(), *effective = json_object();

	for (unsigned v = 0; v < g->nr_variants; v++) {
		const struct variant *a = &g->variants[v];

		json_object_set_new(kernels, a->kernel,
				    json_pack("{s:s, s:s, s:s, s:s}", "release",
					      v ? "6.12.0-p" : "6.12.0", "version",
					      "#1 SMP PREEMPT_DYNAMIC", "sha256",
					      v ? "391d229a7c641821b7414d001c090043d977e11daf865362"
						  "d36ea832ccf0dd69"
						: "6aa38b0cef36a423251ee101cf94967dbd604cfd8f56f0c5"
						  "f767be8d903f6d86",
					      "ref", a->kernel));
		json_object_set_new(mounts, a->mount,
				    json_pack("{s:s, s:[], s:s}", "fs", "ext4", "mkfs", "options",
					      v == 2 ? a->mount : ""));
		json_object_set_new(effective, a->name,
				    json_pack("{s:s, s:s}", "options",
					      v == 2 ? "rw,nodelalloc,data=ordered"
						     : "rw,delalloc,data=ordered",
					      "why", ""));
		json_array_append_new(variants, json_pack("{s:s, s:s, s:s}", "name", a->name,
							  "kernel", a->kernel, "mount", a->mount));
	}
	for (unsigned i = 0; i < g->o[CONTRASTS]; i++)
		json_array_append_new(contrasts, json_pack("{s:s, s:s, s:s}", "name",
							   i ? g->variants[2].mount : "default",
							   "baseline", g->variants[i].name,
							   "patched", g->variants[i + 1].name));
	json_object_set_new(run, "kernels", kernels);
	json_object_set_new(run, "mounts", mounts);
	json_object_set_new(run, "effective", effective);
	json_object_set_new(run, "variants", variants);
	json_object_set_new(run, "contrasts", contrasts);
}

json_t *gen_run_json(const struct gen *g)
{
	json_t *run =
		json_pack("{s:i, s:s, s:s, s:{s:i, s:i, s:s}, s:{s:s, s:s, s:i}, s:s, s:[], "
			  "s:{s:s, s:s}, s:{s:s, s:i, s:s, s:s}}",
			  "schema", 1, "run", "gen", "mode", g->o[EXACT] ? "exact" : "kvm", "suite",
			  "blocks", (int)g->o[BLOCKS], "seed", 1, "name", "generated", "machine",
			  "id", "gen0000000000000", "cpu", "Made-up CPU", "cpus", 8, "mode_note",
			  g->o[EXACT] ? "It is exact, not true: made up." : "Made up for a test.",
			  "notes", "tools", "fsduel", "0", "mke2fs", "none", "host", "cpu",
			  "Made-up CPU", "cpus", 8, "machine", "x86_64", "release", "6.1.0");

	json_object_set_new(run, "passes",
			    g->o[LOCKS] ? json_pack("[s, s]", "throughput", "locks")
					: json_pack("[s]", "throughput"));
	json_object_set_new(run, "metrics", metrics_json());
	json_object_set_new(run, "cells", cells_json(g));
	add_arms(run, g);
	return run;
}
