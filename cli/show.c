/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.c: a results folder printed, compared for `compare` and for `duel` at its end, or its locks.
 */
#include "cli/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/compare/floor.h"
#include "analysis/compare/judge.h"
#include "analysis/locks/locks.h"
#include "dashboards/export/ci.h"
#include "dashboards/export/export.h"
#include "dashboards/table/locks_table.h"
#include "dashboards/letter/markdown.h"
#include "dashboards/table/table.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/num.h"
#include "lib/schema.h"

#define MARGIN_MAX 50000 /* 50 %, in thousandths of a per cent */

static void write_csv(struct buf *out, const struct comparison *c, const struct results *r)
{
	(void)r;
	export_csv(out, c);
}

static const struct format {
	const char *name;
	void (*write)(struct buf *out, const struct comparison *c, const struct results *r);
	void (*write_locks)(struct buf *out, const struct locks *l, const struct results *r);
	/* In the place of write: deciding cells as tests, nothing else. */
	void (*write_tests)(struct buf *out, const struct comparison *c, const struct results *r,
			    bool strict);
} formats[] = {
	{ "table", table_comparison, locks_table, NULL }, /* the default is the first */
	{ "csv", write_csv, locks_csv, NULL },
	{ "json", export_json, locks_json, NULL },
	{ "markdown", markdown_comparison, NULL, NULL },
	{ "junit", NULL, NULL, ci_junit },
	{ "ktap", NULL, NULL, ci_ktap },
};

static const struct format *find_format(const char *name, bool locks, struct err *e)
{
	struct buf known = BUF_INIT;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (locks && !formats[i].write_locks)
			continue;
		if (!name || !strcmp(name, formats[i].name)) {
			buf_release(&known);
			return &formats[i];
		}
		buf_addf(&known, "%s%s", i ? ", " : "", formats[i].name);
	}
	err_add(e, EINVAL, "unknown format '%.32s'; known: %s", name, buf_str(&known));
	buf_release(&known);
	return NULL;
}

/* Colours only where a person sees them, and does not say otherwise (no-color.org). */
static bool colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
}

static void write_comparison(struct buf *out, const struct format *f, const struct comparison *c,
			     const struct results *r, bool strict)
{
	if (f->write_tests)
		f->write_tests(out, c, r, strict);
	else if (f->write == table_comparison && colours())
		table_coloured(out, c, r);
	else
		f->write(out, c, r);
}

/* What decides is listed whole or it is no gate. */
static int check_choice(const struct format *f, const struct show_options *o, struct err *e)
{
	if (!f->write_tests || (!o->metric && !o->role))
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL,
		       "--format %s lists all cells that decide and nothing else: leave "
		       "--metric and --role out",
		       f->name);
}

int show_print(const struct buf *out, struct err *e)
{
	if (fwrite(out->data, 1, out->len, stdout) != out->len || fflush(stdout))
		return err_sys(e, errno, "cannot write to standard output");
	return 0;
}

int show_floor_path(const char *machine, char **out, struct err *e)
{
	char *floors;
	int ret = fs_cache_room("floors", &floors, e);

	if (!ret)
		*out = xasprintf("%s/%.64s.json", floors, machine);
	free(floors);
	return ret;
}

/* The floor of the results' machine, or NULL: most machines have not been calibrated. */
static json_t *load_floor(const struct results *r)
{
	const char *machine = floor_machine(results_run(r));
	json_t *floor = NULL;
	char *path;

	if (!machine || strchr(machine, '/') || show_floor_path(machine, &path, NULL))
		return NULL;
	if (fs_exists(path) && fs_read_json(path, &floor, NULL))
		floor = NULL;
	free(path);
	return floor;
}

static int read_margin(const char *text, double *margin, struct err *e)
{
	struct err why = ERR_INIT;
	uint64_t thousandths;

	*margin = 0;
	if (!text)
		return 0;
	err_exit(e, FSDUEL_USAGE);
	if (num_parse(text, NUM_PCT, &thousandths, &why))
		return err_add(e, EINVAL, "--margin: %s", why.text);
	if (!thousandths || thousandths > MARGIN_MAX)
		return err_add(e, EINVAL,
			       "--margin %.32s is out of range: give more than 0%% and up to "
			       "50%%",
			       text);
	e->exit_code = 0;
	*margin = (double)thousandths / 1e5;
	return 0;
}

/*
 * A verdict is about to be shown. That all planned blocks were looked at needs no
 * record as long as the plan stands: folder_open makes one before it adds blocks.
 */
static int note_look(const char *dir, const struct comparison *c, const struct results *r,
		     struct err *e)
{
	const json_t *planned = json_object_get(json_object_get(results_run(r), "suite"), "blocks");
	unsigned look = comparison_look(c);

	if (!look || (look >= json_integer_value(planned) && !looks_exist(dir)))
		return 0;
	return looks_add(dir, look, e);
}

int show_open(const char *dir, const struct show_options *o, struct shown *s, struct err *e)
{
	struct judge_opts judge = { 0 };
	const struct results_two two = { { dir, o->other }, { o->baseline, o->patched }, o->force };
	int ret = read_margin(o->margin, &judge.margin, e);

	if (!ret)
		ret = o->other ? results_load_two(&s->r, &two, e) : results_load(&s->r, dir, e);
	if (!ret)
		ret = compare_results(&s->c, s->r, o->contrast, e);
	if (!ret && !o->other)
		ret = locks_load(&s->locks, s->r, dir, e);
	if (!ret && !o->other)
		ret = costs_load(&s->costs, s->r, dir, e);
	if (ret)
		return ret;
	judge.floor = s->floor = load_floor(s->r);
	comparison_judge(&s->c, s->r, &judge);
	ret = note_look(dir, &s->c, s->r, e);
	if (!ret && o->other)
		ret = note_look(o->other, &s->c, s->r, e);
	if (ret)
		return ret;
	comparison_add_locks(&s->c, s->locks);
	comparison_add_costs(&s->c, s->costs);
	return 0;
}

void show_close(struct shown *s)
{
	json_decref(s->floor);
	locks_free(s->locks);
	costs_free(s->costs);
	comparison_release(&s->c);
	results_free(s->r);
	*s = (struct shown){ 0 };
}

int show_load(const char *dir, const struct show_options *o, struct results **r,
	      struct comparison *c, struct err *e)
{
	struct shown s = { 0 };
	int ret = show_open(dir, o, &s, e);

	*r = s.r;
	*c = s.c;
	json_decref(s.floor);
	locks_free(s.locks);
	costs_free(s.costs);
	return ret;
}

/*
 * The first that holds of worse, unmeasured, unsure where that is asked for, fine. When a
 * measurement ends, or nothing is compared, a cell run outside all pairs counts as well.
 */
static int exit_code(const struct comparison *c, const struct results *r, bool strict,
		     bool finished)
{
	unsigned repaired = 0;

	if (comparison_losses(c))
		return FSDUEL_SLOWER;
	for (size_t i = 0; i < c->unmeasured; i++)
		repaired += c->gaps[i].repaired;
	if (c->unmeasured > repaired ||
	    ((finished || !results_has_contrasts(r)) && results_unmeasured(r)))
		return FSDUEL_UNMEASURED;
	return strict && comparison_count(c, VERDICT_UNSURE) ? FSDUEL_UNSURE : FSDUEL_OK;
}

static int print_comparison(const char *dir, const struct show_options *o, bool finished,
			    struct err *e)
{
	const struct format *format;
	struct comparison c = { 0 };
	struct results *r = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE;

	format = find_format(o->format, false, e);
	if (!format || check_choice(format, o, e) || show_load(dir, o, &r, &c, e) ||
	    comparison_select(&c, o->metric, o->role, e))
		goto out;
	comparison_judge_rest(&c, r);
	write_comparison(&out, format, &c, r, o->strict);
	code = show_print(&out, e) ? FSDUEL_MACHINE : exit_code(&c, r, o->strict, finished);
out:
	comparison_release(&c);
	results_free(r);
	buf_release(&out);
	return code;
}

int show_comparison(const char *dir, const struct show_options *o, struct err *e)
{
	return print_comparison(dir, o, false, e);
}

int show_locks(const char *dir, const char *format, struct err *e)
{
	const struct format *f = find_format(format, true, e);
	struct results *r = NULL;
	struct locks *l = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (!f || results_load(&r, dir, e) || locks_load(&l, r, dir, e))
		goto out;
	if (!l) {
		err_add(e, ENOENT,
			"%s has no locks pass: add one with `--resume %s --pass locks`, or "
			"begin with --pass locks",
			dir, dir);
		goto out;
	}
	f->write_locks(&out, l, r);
	code = show_print(&out, e) ? FSDUEL_MACHINE : FSDUEL_OK;
out:
	locks_free(l);
	results_free(r);
	buf_release(&out);
	return code;
}

int show_costs_load(const char *dir, struct results **r, struct costs **c, struct err *e)
{
	int ret = results_load(r, dir, e);

	if (!ret)
		ret = costs_load(c, *r, dir, e);
	if (!ret && !*c)
		ret = err_add(e, ENOENT,
			      "%s has no profile pass: add one with `--resume %s --pass "
			      "profile`, or begin with --pass profile, in exact mode",
			      dir, dir);
	return ret;
}

static int save(const char *dir, struct err *e)
{
	static const struct show_options defaults = { 0 };
	char *path = xasprintf("%s/" COMPARISON_CSV, dir);
	struct comparison c = { 0 };
	struct results *r = NULL;
	struct buf out = BUF_INIT;
	int ret = show_load(dir, &defaults, &r, &c, e);

	if (!ret) {
		comparison_judge_rest(&c, r);
		export_csv(&out, &c);
		ret = fs_write_atomic(path, out.data, out.len, e);
	}
	comparison_release(&c);
	results_free(r);
	buf_release(&out);
	free(path);
	return ret;
}

int show_finished(const char *dir, struct err *e)
{
	static const struct show_options defaults = { 0 };
	int ret = save(dir, e);

	if (ret)
		return err_exit_code(e, FSDUEL_MACHINE);
	return print_comparison(dir, &defaults, true, e);
}
