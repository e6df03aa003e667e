/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gen_folder.c: writes a made-up results folder, for tests of what is shown: cells,
 * blocks and roles in any number, names that are hostile, cells that went wrong,
 * waits for locks, values over time. gen_folder DIR [NAME=NUMBER]..., names as in the
 * table below. Values are seeded: the same call writes the same bytes. It measures
 * nothing, and nothing but tests may use it.
 */
#include "tests/gen_folder.h"

#include <math.h>
#include <stdlib.h>

#include "lib/csv.h"
#include "lib/num.h"
#include "lib/schema.h"
#include "workloads/hist.h"

static const struct {
	const char *name;
	uint64_t value;
	const char *help;
} option_rows[NR_OPTIONS] = {
	[CELLS] = { "cells", 8, "workloads of up to six numbers of threads each" },
	[BLOCKS] = { "blocks", 20, "" },
	[ROLES] = { "roles", 2, "up to 10 in every cell" },
	[EXACT] = { "exact", 0, "1: mode exact; else kvm" },
	[SINGLE] = { "single", 0, "1: each workload has one number of threads" },
	[NOISE_PERMILLE] = { "noise", 5, "of a value, in thousandths" },
	[NO_CHANGE] = { "same", 0, "1: both sides alike" },
	[DRIFT] = { "drift", 0, "1: the machine gets slower from block to block" },
	[HOSTILE] = { "hostile", 0, "1: names that a shell, gnuplot or a browser would obey" },
	[TROUBLE] = { "trouble", 0, "1: failed, skipped, invalid and disturbed cell runs" },
	[CONTRASTS] = { "contrasts", 1, "up to 2: the second duels two mounts" },
	[LATENCY] = { "latency", 0, "1: latency.csv" },
	[SERIES] = { "series", 0, "intervals in series.csv" },
	[LOCKS] = { "locks", 0, "blocks that the locks pass watched" },
	[WAITS] = { "waits", 1, "locks of each kind in such a block, each with a row of its own" },
	[VERDICTS] = { "verdicts", 0,
		       "1: the first six cells: roles against each other; a role that "
		       "falls to 0; a kernel that breaks: patched, always and once; the "
		       "baseline; both; 2 to 7: all cells are as the first, second, ..." },
};

static const char *const role_names[] = {
	"dio_overwrite", "dio_read", "buffered_write", "mmap_write", "dio_append",
	"buffered_read", "fsync",    "fallocate",      "truncate",   "uring_read",
};
/* Of the workloads in turn, at most threads; those at 1 thread are a third of it. */
static const double changes[] = { 0.83, 1.0, 1.12, 0.97, 1.004, 0.5, 1.6, 14.0, 0.995, 1.03 };

/* One cell run. */
struct unit {
	const char *text[SCHEMA_WHO_N];
	char number[3][32], params[GEN_PARAMS], workload[128];
	unsigned cell, variant, block, threads;
	const char *status, *marks, *reason;
};

/* What cells come to with verdicts=. */
/* clang-format off */
enum kind { CELL_MIXED, CELL_ZERO, CELL_BROKEN, CELL_BROKEN_ONCE, CELL_REPAIRED, CELL_BOTH,
	    CELL_PLAIN };
/* clang-format on */

static enum kind kind_of(const struct gen *g, const struct unit *u)
{
	uint64_t kind = g->o[VERDICTS] == 1 ? u->cell : g->o[VERDICTS] - 2;

	return g->o[VERDICTS] && kind < CELL_PLAIN ? (enum kind)kind : CELL_PLAIN;
}

static void choose_break(struct unit *u, enum kind kind)
{
	if ((u->variant && kind == CELL_BROKEN) ||
	    (u->variant && kind == CELL_BROKEN_ONCE && u->block == 3) ||
	    (!u->variant && kind == CELL_REPAIRED) || kind == CELL_BOTH) {
		u->status = "failed";
		u->marks = "broken";
		u->reason =
			u->variant
				? "the kernel had an oops: BUG: kernel NULL pointer dereference, "
				  "address: 0000000000000018"
				: "the kernel warned: WARNING: CPU: 1 PID: 99 at "
				  "fs/ext4/inode.c:1887";
	}
}

/* The part of its rate that a role keeps on the patched side. */
static double role_keeps(const struct gen *g, const struct unit *u, unsigned role)
{
	enum kind kind = kind_of(g, u);

	if (!u->variant || !role)
		return 1;
	if (kind == CELL_MIXED)
		return role == 1 ? 1.35 : 0.8;
	return kind == CELL_ZERO && role == 1 ? 0 : 1;
}

/* What goes wrong where: cells 2 to 5, from 1, of the patched side. */
static void choose_trouble(const struct gen *g, struct unit *u)
{
	u->status = "ok";
	u->marks = u->reason = "";
	choose_break(u, kind_of(g, u));
	if (!g->o[TROUBLE])
		return;
	if (u->cell % 7 == 0 && u->block % 4 == 1)
		u->marks = "steal,pressure";
	if (!u->variant)
		return;
	if (u->cell == 1 && u->block == 2) {
		u->status = "failed";
		u->reason = "soft lockup: watchdog: BUG: soft lockup - CPU#3 stuck for 26s! "
			    "<b>&amp; \"x\"";
	} else if (u->cell == 2) {
		u->status = "skipped";
		u->reason = "this kernel has no io_uring";
	} else if (u->cell == 3 && u->block % 2) {
		u->status = "invalid";
		u->reason = "WARNING: CPU: 1 PID: 99 at fs/ext4/inode.c:1887, at the step work";
	} else if (u->cell == 4) {
		u->status = "failed";
		u->reason = "QEMU ended: signal 9";
	}
}

static void start_unit(struct gen *g, struct unit *u, const char *pass)
{
	const struct variant *v = &g->variants[u->variant];
	const char *const text[SCHEMA_WHO_N] = {
		"gen",        v->name,      v->kernel,    g->o[EXACT] ? "exact" : "kvm",
		"ext4",       v->mount,     u->workload,  u->params,
		u->number[0], u->number[1], u->number[2], "1",
		pass,
	};

	gen_name_cell(g, u->cell, u->workload, u->params);
	u->threads = gen_threads(g, u->cell);
	num_format(u->number[0], u->block, NUM_COUNT);
	num_format(u->number[1], 1000 + u->block, NUM_COUNT);
	num_format(u->number[2], (u->block * 7 + u->variant) % g->nr_variants + 1, NUM_COUNT);
	memcpy(u->text, text, sizeof(text));
	choose_trouble(g, u);
}

static void add_row(struct buf *b, const struct unit *u, const char *const *more, size_t nr)
{
	const char *text[SCHEMA_WHO_N + 16];

	memcpy(text, u->text, sizeof(u->text));
	memcpy(text + SCHEMA_WHO_N, more, nr * sizeof(*more));
	csv_add_row(b, text, SCHEMA_WHO_N + nr);
}

/* Operations a second of the whole workload in this cell run. */
static double rate_of(struct gen *g, const struct unit *u)
{
	unsigned w = u->cell / gen_counts(g);
	double rate = 10000.0 / (1 + w % 5) * pow(u->threads, 0.7) * (w % 5 == 4 ? 40 : 1);
	double part = log(u->threads) / log(24), noise = 0;

	for (unsigned i = 0; i < 12; i++) /* a sum of twelve is nearly normal, deviation 1 */
		noise += (double)rng_below(&g->rng, 1u << 20) / (1 << 20) - 0.5;
	if (u->variant && !g->o[NO_CHANGE] && kind_of(g, u) == CELL_PLAIN)
		rate *= pow(changes[w % NR(changes)], u->variant * (part + 0.5) / 1.5);
	if (g->o[DRIFT])
		rate *= 1 - 0.3 * (u->block - 1) / (double)g->o[BLOCKS];
	if (g->o[EXACT] && u->threads * g->o[ROLES] == 1)
		return rate;
	return rate * exp(noise * (double)g->o[NOISE_PERMILLE] / 1000);
}

static void add_sample(struct gen *g, const struct unit *u, const char *role, const char *metric,
		       const char *unit, const char *better, double value)
{
	char number[32];
	bool ok = !strcmp(u->status, "ok");
	const char *more[] = { role,      metric,   "",
			       unit,      better,   ok ? num_format_double(number, value) : "",
			       u->status, u->marks, u->reason };

	add_row(&g->samples, u, more, NR(more));
}

static void add_metrics(struct gen *g, const struct unit *u, const char *role, double rate,
			double threads)
{
	for (size_t m = 0; m < NR(gen_metrics); m++) {
		double value = gen_metrics[m].rate ? rate * gen_metrics[m].factor
						   : threads / rate * 1e9 * gen_metrics[m].factor;

		if (!strcmp(gen_metrics[m].name, "elapsed"))
			value = 1e9;
		else if (rate == 0 && !gen_metrics[m].rate)
			continue;
		add_sample(g, u, role, gen_metrics[m].name, gen_metrics[m].unit,
			   gen_metrics[m].better, value);
	}
}

static void add_latency(struct gen *g, const struct unit *u, const char *role, double rate,
			double threads)
{
	static const struct {
		double at, share;
	} humps[] = {
		{ 0.5, 0.2 }, { 0.8, 0.4 },  { 1.2, 0.25 }, { 1.7, 0.1 },
		{ 4, 0.04 },  { 11, 0.009 }, { 60, 0.001 },
	};

	for (size_t i = 0; i < NR(humps); i++) {
		unsigned at = hist_index((uint64_t)(threads / rate * 1e9 * humps[i].at));
		char low[32], high[32], count[32];
		const char *more[] = { role, num_format(low, hist_low(at), NUM_COUNT),
				       num_format(high, hist_high(at), NUM_COUNT),
				       num_format(count, (uint64_t)(rate * humps[i].share) + 1,
						  NUM_COUNT) };

		add_row(&g->latency, u, more, NR(more));
	}
}

static void add_series(struct gen *g, const struct unit *u, const char *role, double rate)
{
	uint64_t each = 1000000000 / g->o[SERIES];

	for (uint64_t i = 0; i < g->o[SERIES]; i++) {
		double wave =
			1 + 0.1 * sin((double)i / 3 + u->block) - (i == g->o[SERIES] / 2 ? 0.5 : 0);
		char start[32], end[32], value[32];
		const char *more[] = {
			role, num_format(start, i * each, NUM_COUNT),
			num_format(end, (i + 1) * each, NUM_COUNT), "operations",
			num_format(value, (uint64_t)(rate * wave / (double)g->o[SERIES]), NUM_COUNT)
		};

		add_row(&g->series, u, more, NR(more));
	}
}

static const struct {
	const char *mode, *chain;
	double share;
} waits[] = {
	{ "read", "rwsem_down_read_slowpath;down_read;ext4_file_read_iter;vfs_read", 0.2 },
	{ "write", "rwsem_down_write_slowpath;down_write;ext4_file_write_iter;vfs_write", 0.4 },
	{ "spin", "native_queued_spin_lock_slowpath;_raw_spin_lock_irqsave;__folio_mark_dirty",
	  0.05 },
	{ "write", "rwsem_down_write_slowpath;down_write;ext4_map_blocks;ext4_do_writepages", 0.1 },
	{ "spin", "native_queued_spin_lock_slowpath;_raw_spin_lock;jbd2_journal_get_write_access",
	  0.04 },
	{ "spin", "native_queued_spin_lock_slowpath;_raw_spin_lock;raw_spin_rq_lock_nested", 0.01 },
};

/* Waits take the more of a thread's time the more threads there are. Returns their number. */
static uint64_t add_waits(struct gen *g, const struct unit *u, double rate)
{
	uint64_t all = 0;
	double busy = (double)u->threads * 1e9 * (1 - 1.0 / u->threads);

	for (size_t k = 0; k < NR(waits) * g->o[WAITS] && u->threads > 1; k++) {
		size_t i = k % NR(waits), at_lock = k / NR(waits) * NR(waits) + (i < 2 ? 0 : i);
		double part =
			waits[i].share * (u->variant && i == 1 ? 1.15 : 1) / (double)g->o[WAITS];
		uint64_t total = (uint64_t)(busy * part), count = (uint64_t)(rate * part) + 1;
		unsigned at = hist_index(total / count);
		char lock[32], nr[32], sum[32], max[32], bins[96], held[32];
		const char *more[] = { role_names[i % g->o[ROLES]],
				       lock,
				       waits[i].mode,
				       waits[i].chain,
				       num_format(nr, count, NUM_COUNT),
				       num_format(sum, total, NUM_COUNT),
				       num_format(max, total / count, NUM_COUNT),
				       bins,
				       role_names[0],
				       "write",
				       waits[1].chain,
				       num_format(held, total / 2, NUM_COUNT) };

		snprintf(lock, sizeof(lock), "0xffff888000%06zx", at_lock * 4096);
		snprintf(bins, sizeof(bins), "%llu-%llu:%llu", (unsigned long long)hist_low(at),
			 (unsigned long long)hist_high(at), (unsigned long long)count);
		add_row(&g->locks, u, more, NR(more));
		all += count;
	}
	return all;
}

static void add_unit(struct gen *g, struct unit *u)
{
	double rate, whole = (double)(g->o[ROLES] * (g->o[ROLES] + 1)) / 2;

	start_unit(g, u, "throughput");
	rate = rate_of(g, u);
	for (unsigned r = 0; r <= g->o[ROLES]; r++) {
		const char *role = r ? role_names[r - 1] : "all";
		double part = (r ? rate * r / whole : rate) * role_keeps(g, u, r);
		double threads = u->threads * (r ? 1.0 : (double)g->o[ROLES]);

		add_metrics(g, u, role, part, threads);
		if (!strcmp(u->status, "ok") && g->o[LATENCY] && part > 0)
			add_latency(g, u, role, part, threads);
		if (!strcmp(u->status, "ok") && g->o[SERIES])
			add_series(g, u, role, part);
	}
	if (u->block > g->o[LOCKS])
		return;
	start_unit(g, u, "locks");
	rate *= 0.97;
	for (unsigned r = 0; r <= g->o[ROLES]; r++) {
		const char *role = r ? role_names[r - 1] : "all";

		add_sample(g, u, role, "operations", "count", "", r ? rate * r / whole : rate);
	}
	add_sample(g, u, "all", "ops_per_s", "1/s", "higher", rate);
	add_sample(g, u, "all", "elapsed", "ns", "", 1e9);
	add_sample(g, u, "all", "lock_waits", "count", "lower",
		   strcmp(u->status, "ok") ? 0 : (double)add_waits(g, u, rate));
}

static int put(const char *dir, const char *name, const struct buf *b, struct err *e)
{
	char *path = xasprintf("%s/%s", dir, name);
	int ret = fs_write_atomic(path, b->data, b->len, e);

	free(path);
	return ret;
}

static int write_all(struct gen *g, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	json_t *run = gen_run_json(g);
	int ret = fs_mkdir_p(dir, e);

	if (!ret)
		ret = fs_write_json(path, run, e);
	if (!ret)
		ret = put(dir, SAMPLES_CSV, &g->samples, e);
	if (!ret && g->o[LATENCY])
		ret = put(dir, LATENCY_CSV, &g->latency, e);
	if (!ret && g->o[SERIES])
		ret = put(dir, SERIES_CSV, &g->series, e);
	if (!ret && g->o[LOCKS])
		ret = put(dir, LOCKSTACKS_CSV, &g->locks, e);
	json_decref(run);
	free(path);
	return ret;
}

static void generate(struct gen *g)
{
	static const char *const samples[] = { SAMPLES_COLUMNS },
				 *const latency[] = { LATENCY_COLUMNS },
				 *const series[] = { SERIES_COLUMNS },
				 *const locks[] = { LOCKSTACKS_COLUMNS };
	struct unit u = { 0 };

	csv_add_row(&g->samples, samples, NR(samples));
	csv_add_row(&g->latency, latency, NR(latency));
	csv_add_row(&g->series, series, NR(series));
	csv_add_row(&g->locks, locks, NR(locks));
	for (u.block = 1; u.block <= g->o[BLOCKS]; u.block++)
		for (u.cell = 0; u.cell < g->o[CELLS]; u.cell++)
			for (u.variant = 0; u.variant < g->nr_variants; u.variant++)
				add_unit(g, &u);
}

static bool read_option(struct gen *g, const char *word, struct err *e)
{
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		size_t len = strlen(option_rows[i].name);

		if (!strncmp(word, option_rows[i].name, len) && word[len] == '=')
			return !num_parse(word + len + 1, NUM_COUNT, &g->o[i], e);
	}
	return false;
}

static int usage(void)
{
	fprintf(stderr, "usage: gen_folder DIR [NAME=NUMBER]...\n");
	for (size_t i = 0; i < NR_OPTIONS; i++)
		fprintf(stderr, "  %s=%llu  %s\n", option_rows[i].name,
			(unsigned long long)option_rows[i].value, option_rows[i].help);
	return 2;
}

int main(int argc, char **argv)
{
	struct gen g = { .rng = { 1 } };
	struct err e = ERR_INIT;

	for (size_t i = 0; i < NR_OPTIONS; i++)
		g.o[i] = option_rows[i].value;
	for (int i = 2; i < argc; i++)
		if (!read_option(&g, argv[i], &e))
			return usage();
	if (argc < 2 || !g.o[ROLES] || g.o[ROLES] > NR(role_names) || g.o[CONTRASTS] - 1 > 1)
		return usage();
	gen_name_variants(&g);
	generate(&g);
	if (write_all(&g, argv[1], &e)) {
		fprintf(stderr, "gen_folder: %s\n", e.text);
		return 2;
	}
	buf_release(&g.samples);
	buf_release(&g.latency);
	buf_release(&g.series);
	buf_release(&g.locks);
	return 0;
}
