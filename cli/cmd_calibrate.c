/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_calibrate.c: `fsduel calibrate`: a kernel duelled against itself (A/A): the rate of
 * false alarms, and the smallest change that the machine can see. Both are kept, so that
 * `fsduel compare` can warn of a margin too fine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "cli/measure.h"
#include "cli/show.h"
#include "dashboards/grid/grid.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/suite/suite.h"

/* --- what was found ------------------------------------------------------------------- */

static void print_alarms(const struct comparison *c)
{
	unsigned cells = 0, alone = 0, family = 0;
	struct interval i;

	for (size_t k = 0; k < c->nr_rows; k++) {
		const struct judgement *j = &c->rows[k].j;

		if (!j->decides || !j->has_p)
			continue;
		cells++;
		alone += j->p_flip <= VERDICT_ALPHA;
		family += j->p_family <= VERDICT_ALPHA;
	}
	if (!cells) {
		printf("no cell could be measured on both sides\n");
		return;
	}
	i = stats_wilson(alone, cells, 0.95);
	printf("false alarms, each cell by its own p: %u of %u, %.1f %% (95 %% interval\n"
	       "%.1f..%.1f %%); 5 %% are expected\n",
	       alone, cells, 100.0 * alone / cells, 100 * i.low, 100 * i.high);
	printf("false alarms, all cells together: %u; in 19 of 20 calibrations there is none\n",
	       family);
}

/* The spread and what can be seen, as fractions. */
struct line {
	const struct comparison_row *row;
	double change[3];
};

static void add_change(struct buf *b, const struct line *l, int i)
{
	if (l->row->j.has_change && l->row->pairs > 1 && l->change[i] >= 0)
		buf_addf(b, "%.2f %%", l->change[i] * 100);
	else
		buf_addc(b, '-');
}

GRID_GET(get_name, struct line, words_cell_role(b, x->row))
GRID_GET(get_spread, struct line, add_change(b, x, 0))
GRID_GET(get_80, struct line, add_change(b, x, 1))
GRID_GET(get_95, struct line, add_change(b, x, 2))

static const struct grid_column columns[] = {
	{ "cell", get_name, .fold = 18 },
	{ "spread", get_spread, .right = true },
	{ "sees 80 %", get_80, .right = true },
	{ "sees 95 %", get_95, .right = true },
};

static void print_cells(const struct comparison *c)
{
	static const double chance[] = { 0.8, 0.95 };
	const struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));
	struct line *lines = xcalloc(c->nr_rows + 1, sizeof(*lines));
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
	for (size_t i = 0; i < nr; i++)
		lines[i] = (struct line){ rows[i], { sd[i], sees[2 * i], sees[2 * i + 1] } };
	grid_text(&b, &(struct grid){ GRID_COLUMNS(columns), GRID_ROWS(lines, nr),
				      .width = TABLE_WIDTH });
	text_add_wrapped(&b, "",
			 "spread: of one block's ratio, the noise floor. sees: the smallest change "
			 "that so many blocks call slower or faster with that chance, past the "
			 "margin and among all these cells; -: none.",
			 TABLE_WIDTH);
	fputs(buf_str(&b), stdout);
	buf_release(&b);
	free(sees);
	free(sd);
	free(lines);
	free(rows);
}

/* --- what is kept ---------------------------------------------------------------------- */

/* In the folder, and in the cache under the machine's id, where compare looks. */
static int keep(const char *dir, const json_t *floor, struct err *e)
{
	const char *machine = json_string_value(json_object_get(floor, "machine"));
	char *paths[] = { xasprintf("%s/" FLOOR_JSON, dir), NULL };
	int ret = 0;

	if (machine && !strchr(machine, '/'))
		ret = show_floor_path(machine, &paths[1], e);
	for (size_t i = 0; i < 2; i++) {
		if (!ret && paths[i]) {
			ret = fs_write_json(paths[i], floor, e);
			if (!ret)
				printf("kept: %s\n", paths[i]);
		}
		free(paths[i]);
	}
	return ret;
}

static int report(const char *dir, struct err *e)
{
	static const struct options none;
	struct shown s = { 0 };
	const struct comparison *c = &s.c;
	int code = FSDUEL_USAGE;
	json_t *floor;

	if (!show_open(dir, NULL, &none, &s, e)) {
		printf("the same kernel on both sides, mode %s, %zu mount%s\n",
		       json_string_value(json_object_get(results_run(s.r), "mode")),
		       c->nr_headlines, c->nr_headlines == 1 ? "" : "s");
		print_alarms(c);
		print_cells(c);
		floor = floor_json(c, s.r);
		if (keep(dir, floor, e))
			code = err_exit_code(e, FSDUEL_MACHINE);
		else
			code = c->unmeasured ? FSDUEL_UNMEASURED : FSDUEL_OK;
		json_decref(floor);
	}
	if (c->unmeasured)
		printf("%u planned pair%s could not be measured: fsduel compare %s lists them\n",
		       c->unmeasured, c->unmeasured == 1 ? "" : "s", dir);
	show_close(&s);
	return code;
}

static int run(const struct call *c, struct err *e)
{
	const struct suite_overrides over = overrides_of(&c->o);
	struct job j = { 0 };
	int code;

	if (job_open(&j, c, NULL, &over, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
	} else {
		suite_self(&j.suite);
		code = job_measure(&j, e);
	}
	if (code == FSDUEL_OK)
		code = report(j.dir, e);
	job_release(&j);
	return code;
}

const struct command command_calibrate = {
	.name = "calibrate",
	.args = "[SUITE]",
	.max_args = 1,
	.summary = "duel a kernel against itself: the noise, and what can be seen",
	.text = "Measures the suite's first kernel (or --kernel) on both sides, on each of its "
		"mounts. All differences are noise: the command prints the number of false "
		"alarms, each cell's noise floor and the smallest change that so many blocks "
		"find. The floor is kept under the machine's id, and `fsduel compare` warns where "
		"a margin is finer. In exact mode every cell should be equal.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(kernel) | OPT(mode) | OPT(blocks) |
		   OPT(guests) | OPT(initramfs) | OPT(qemu) | OPT(destroy) | OPT(quiet),
	.run = run,
};
