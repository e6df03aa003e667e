/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_calibrate.c: `fsduel calibrate`: a kernel duelled against itself (A/A):
 * how often the machine raises false alarms, and the smallest change it can see.
 * What it finds is kept, so that `fsduel compare` can warn of a margin too fine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/floor.h"
#include "analysis/compare/judge.h"
#include "cli/command.h"
#include "cli/measure.h"
#include "cli/show.h"
#include "dashboards/words/text.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/suite/suite.h"

#define CELL_WIDTH 42

struct calibrate_options {
	const char *suite, *output, *resume, *kernel, *initramfs, *mode, *qemu, *destroy;
	uint64_t blocks, guests;
	bool quiet;
};

#define AT(member) offsetof(struct calibrate_options, member)

/* clang-format off */
static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file, such as configs/quick.ini", AT(suite), true },
	{ 'o', "output", OPT_STRING, "DIR", "results folder to make", AT(output), false },
	{ 0, "resume", OPT_STRING, "DIR", "go on with a results folder: measure only what is missing", AT(resume), false },
	{ 'k', "kernel", OPT_STRING, "KERNEL", "bzImage, unpacked package, build tree or fetched name", AT(kernel), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto, instead of the suite's", AT(mode), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks instead of the suite's", AT(blocks), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once (default: one a core that memory has room for); changes no result", AT(guests), false },
	{ 0, "initramfs", OPT_STRING, "FILE", "use this initramfs instead of packing one", AT(initramfs), false },
	{ 0, "qemu", OPT_STRING, "PROGRAM", "another QEMU than the first qemu-system-x86_64 in PATH", AT(qemu), false },
	{ 0, "destroy", OPT_STRING, "PATH", "the suite's [device] path once more: format it for every cell run", AT(destroy), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};
/* clang-format on */

/* --- what was found ------------------------------------------------------------------- */

struct alarms {
	unsigned cells, alone, family;
};

static struct alarms count_alarms(const struct comparison *c)
{
	struct alarms a = { 0 };

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct judgement *j = &c->rows[i].j;

		if (!j->decides || !j->has_p)
			continue;
		a.cells++;
		a.alone += j->p_flip <= VERDICT_ALPHA;
		a.family += j->p_family <= VERDICT_ALPHA;
	}
	return a;
}

static void print_alarms(const struct comparison *c)
{
	struct alarms a = count_alarms(c);
	struct interval i = a.cells ? stats_wilson(a.alone, a.cells, 0.95) : (struct interval){ 0 };

	if (!a.cells) {
		printf("no cell could be measured on both sides\n");
		return;
	}
	printf("false alarms, each cell by its own p: %u of %u, %.1f %% (95 %% interval\n"
	       "%.1f..%.1f %%); 5 %% are expected\n",
	       a.alone, a.cells, 100.0 * a.alone / a.cells, 100 * i.low, 100 * i.high);
	printf("false alarms, all cells together: %u; in 19 of 20 calibrations there is none\n",
	       a.family);
}

static void add_percent(struct buf *b, double change)
{
	struct buf text = BUF_INIT;

	if (change < 0)
		buf_adds(&text, "-");
	else
		buf_addf(&text, "%.2f %%", change * 100);
	buf_adds(b, "  ");
	text_add_padded(b, buf_str(&text), 9, true);
	buf_release(&text);
}

static void print_cell(struct buf *b, const struct comparison_row *row, const double *sees)
{
	struct buf name = BUF_INIT;
	bool known = row->j.has_change && row->pairs > 1;

	buf_addf(&name, "%s%s%s", row->workload, *row->varying ? " " : "", row->varying);
	if (!row->whole)
		buf_addf(&name, " %s", row->role);
	text_add_padded(b, buf_str(&name), CELL_WIDTH, false);
	add_percent(b, known ? row->j.sd_log : -1);
	buf_addc(b, ' ');
	add_percent(b, known ? sees[0] : -1);
	buf_addc(b, ' ');
	add_percent(b, known ? sees[1] : -1);
	buf_addc(b, '\n');
	buf_release(&name);
}

static void print_cells(const struct comparison *c)
{
	static const double chance[] = { 0.8, 0.95 };
	const struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));
	double *sd = xcalloc(c->nr_rows + 1, sizeof(*sd)), *sees;
	struct buf b = BUF_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		if (!c->rows[i].j.decides)
			continue;
		sd[nr] = c->rows[i].j.sd_log;
		rows[nr++] = &c->rows[i];
	}
	sees = floor_sees(c, rows, nr, sd, chance, 2);
	text_add_padded(&b, "cell", CELL_WIDTH, false);
	buf_adds(&b, "     spread   sees 80 %   sees 95 %\n");
	for (size_t i = 0; i < nr; i++)
		print_cell(&b, rows[i], sees + 2 * i);
	text_add_wrapped(
		&b, "",
		"spread: of one block's ratio, the noise floor. sees: the smallest change "
		"that so many blocks call slower or faster with that chance, past the margin "
		"and among all these cells; -: none.",
		80);
	fputs(buf_str(&b), stdout);
	buf_release(&b);
	free(sees);
	free(sd);
	free(rows);
}

/* --- what is kept ---------------------------------------------------------------------- */

static int write_floor(const char *path, const json_t *floor, struct err *e)
{
	int ret = fs_write_json(path, floor, e);

	if (!ret)
		printf("kept: %s\n", path);
	return ret;
}

/* In the folder, and in the cache under the machine's id, where compare looks. */
static int keep(const char *dir, const json_t *floor, struct err *e)
{
	const char *machine = json_string_value(json_object_get(floor, "machine"));
	char *path = xasprintf("%s/" FLOOR_JSON, dir);
	int ret = write_floor(path, floor, e);

	free(path);
	if (ret || !machine || strchr(machine, '/'))
		return ret;
	ret = show_floor_path(machine, &path, e);
	if (ret)
		return ret;
	ret = write_floor(path, floor, e);
	free(path);
	return ret;
}

static int report(const char *dir, struct err *e)
{
	static const struct show_options defaults = { 0 };
	struct comparison c = { 0 };
	struct results *r = NULL;
	int code = FSDUEL_USAGE;
	json_t *floor;

	if (show_load(dir, &defaults, &r, &c, e))
		goto out;
	printf("the same kernel on both sides, mode %s, %zu mount%s\n",
	       json_string_value(json_object_get(results_run(r), "mode")), c.nr_headlines,
	       c.nr_headlines == 1 ? "" : "s");
	print_alarms(&c);
	print_cells(&c);
	floor = floor_json(&c, r);
	if (keep(dir, floor, e))
		code = err_exit_code(e, FSDUEL_MACHINE);
	else
		code = c.unmeasured ? FSDUEL_UNMEASURED : FSDUEL_OK;
	json_decref(floor);
	if (c.unmeasured)
		printf("%u planned pair%s could not be measured: fsduel compare %s says which\n",
		       c.unmeasured, c.unmeasured == 1 ? "" : "s", dir);
out:
	comparison_release(&c);
	results_free(r);
	return code;
}

/* --- the command ------------------------------------------------------------------------ */

static int check_options(const struct calibrate_options *o, struct err *e)
{
	err_exit(e, FSDUEL_USAGE);
	if (!o->output == !o->resume)
		return err_add(e, EINVAL,
			       "give either --output DIR to begin or --resume DIR to go on");
	if (o->blocks > 1000 || o->guests > 256)
		return err_add(e, EINVAL, "--blocks goes up to 1000, --guests up to 256");
	e->exit_code = 0;
	return 0;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct calibrate_options *o = opts;
	const struct suite_overrides over = { .baseline = o->kernel,
					      .mode = o->mode,
					      .blocks = (unsigned)o->blocks };
	const struct measure_opts m = {
		.command = "calibrate",
		.dir = o->resume ? o->resume : o->output,
		.resume = o->resume,
		.quiet = o->quiet,
		.guests = (unsigned)o->guests,
		.initramfs = o->initramfs,
		.qemu = o->qemu,
		.destroy = o->destroy,
	};
	struct suite s = { 0 };
	int code;

	(void)args;
	(void)nr_args;
	if (check_options(o, e) || suite_load(&s, o->suite, &over, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
	} else {
		suite_self(&s);
		code = measure_suite(&s, &m, e);
		if (code == FSDUEL_OK)
			code = report(m.dir, e);
	}
	suite_release(&s);
	return code;
}

const struct command command_calibrate = {
	.name = "calibrate",
	.args = "",
	.summary = "duel a kernel against itself: what noise is, and what can be seen",
	.text = "Measures the suite's first kernel (or --kernel) on both sides, on each of its\n"
		"mounts. Whatever differs is noise: it reports how many cells raise a false\n"
		"alarm, each cell's noise floor and the smallest change that as many blocks\n"
		"find. The floor is kept under the machine's id, and `fsduel compare` warns\n"
		"where a margin is finer. In exact mode every cell should be equal.",
	.options = options,
	.options_size = sizeof(struct calibrate_options),
	.run = run,
};
