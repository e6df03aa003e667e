/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.c: a results folder loaded and judged, for the commands that show one; see show.h. */
#include "cli/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/compare/judge.h"
#include "dashboards/table/table.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/num.h"
#include "lib/schema.h"
#include "runners/suite/plan.h"

#define MARGIN_MAX 50000 /* 50 %, in thousandths of a per cent */

int show_print(const struct buf *out, struct err *e)
{
	if (fwrite(out->data, 1, out->len, stdout) == out->len && !fflush(stdout))
		return FSDUEL_OK;
	err_sys(e, errno, "cannot write to standard output");
	err_exit(e, FSDUEL_MACHINE);
	return FSDUEL_MACHINE;
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

/* NULL: most machines have not been calibrated. */
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
			       "--margin %.32s is out of range: give more than 0%% and up to 50%%",
			       text);
	e->exit_code = 0;
	*margin = (double)thousandths / 1e5;
	return 0;
}

/* A verdict is about to be shown. A look at all planned blocks needs no record as long as the plan
 * stands: folder_open makes one before it adds blocks. */
static int note_look(const char *dir, const struct comparison *c, const struct results *r,
		     struct err *e)
{
	const json_t *planned = json_object_get(json_object_get(results_run(r), "suite"), "blocks");
	unsigned look = comparison_look(c);

	if (!look || (look >= json_integer_value(planned) && !looks_exist(dir)))
		return 0;
	return looks_add(dir, look, e);
}

int show_open(const char *dir, const char *other, const struct options *o, struct shown *s,
	      struct err *e)
{
	struct judge_opts judge = { 0 };
	const struct results_two two = { { dir, other }, { o->baseline, o->patched }, o->force };
	int ret = read_margin(o->margin, &judge.margin, e);

	if (!ret)
		ret = other ? results_load_two(&s->r, &two, e) : results_load(&s->r, dir, e);
	if (!ret)
		ret = compare_results(&s->c, s->r, o->contrast, e);
	if (!ret && !other)
		ret = locks_load(&s->locks, s->r, dir, e);
	if (!ret && !other)
		ret = costs_load(&s->costs, s->r, dir, e);
	if (ret)
		return ret;
	judge.floor = s->floor = load_floor(s->r);
	comparison_judge(&s->c, s->r, &judge);
	ret = note_look(dir, &s->c, s->r, e);
	if (!ret && other)
		ret = note_look(other, &s->c, s->r, e);
	comparison_add_locks(&s->c, s->locks);
	comparison_add_costs(&s->c, s->costs);
	return ret;
}

void show_close(struct shown *s)
{
	json_decref(s->floor);
	locks_free(s->locks);
	costs_free(s->costs);
	comparison_release(&s->c);
	guard_release(&s->guard);
	results_free(s->r);
	*s = (struct shown){ 0 };
}

int show_pass(const char *dir, enum subject subject, struct shown *s, struct err *e)
{
	const char *pass = pass_names[subject == SUBJECT_LOCKS ? PASS_LOCKS : PASS_PROFILE];
	int ret = results_load(&s->r, dir, e);

	if (!ret && subject == SUBJECT_LOCKS)
		ret = locks_load(&s->locks, s->r, dir, e);
	if (!ret && subject == SUBJECT_COSTS)
		ret = costs_load(&s->costs, s->r, dir, e);
	if (!ret && subject == SUBJECT_GUARD)
		return guard_make(&s->guard, s->r, e);
	if (!ret && !s->locks && !s->costs)
		ret = err_add(e, ENOENT,
			      "%s has no %s pass: add one with `--resume %s --pass %s`, or begin "
			      "with --pass %s",
			      dir, pass, dir, pass, pass);
	return ret;
}

/* Planned pairs without a valid sample; finished: cell runs outside all pairs count, too. */
static bool is_unmeasured(const struct shown *s, bool finished)
{
	unsigned repaired = 0;

	for (size_t i = 0; i < s->c.unmeasured; i++)
		repaired += s->c.gaps[i].repaired;
	return s->c.unmeasured > repaired ||
	       ((finished || !results_has_contrasts(s->r)) && results_unmeasured(s->r));
}

int show_exit_code(const struct shown *s)
{
	if (comparison_losses(&s->c))
		return FSDUEL_SLOWER;
	if (is_unmeasured(s, false))
		return FSDUEL_UNMEASURED;
	return s->strict && comparison_count(&s->c, VERDICT_UNSURE) ? FSDUEL_UNSURE : FSDUEL_OK;
}

void show_write(struct buf *out, const struct format *f, enum subject subject,
		const struct shown *s)
{
	format_write(out, f, subject,
		     &(struct findings){ s->r, &s->c, s->locks, s->costs, &s->guard, NULL, s->view,
					 s->strict, s->colour });
}

int show_report(const struct format *f, enum subject subject, struct shown *s, struct err *e)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	struct buf out = BUF_INIT;
	int code;

	/* Colours only where a person sees them, and does not say otherwise (no-color.org). */
	s->colour = isatty(STDOUT_FILENO) && !(no && *no) && term && strcmp(term, "dumb");
	show_write(&out, f, subject, s);
	code = show_print(&out, e);
	buf_release(&out);
	return code;
}

int show_finished(const char *dir, struct buf *summary, struct err *e)
{
	static const struct options none;
	char *path = xasprintf("%s/" COMPARISON_CSV, dir);
	struct buf csv = BUF_INIT;
	struct shown s = { 0 };
	int code = FSDUEL_MACHINE;

	if (!show_open(dir, NULL, &none, &s, e)) {
		if (summary)
			table_summary(summary, &s.c);
		comparison_judge_rest(&s.c, s.r);
		show_write(&csv, &format_csv, SUBJECT_COMPARISON, &s);
		if (!fs_write_atomic(path, csv.data, csv.len, e) &&
		    !comparison_select(&s.c, NULL, NULL, e))
			code = show_report(&format_table, SUBJECT_COMPARISON, &s, e);
	}
	if (code != FSDUEL_OK)
		code = err_exit_code(e, code);
	else if (!summary && comparison_losses(&s.c))
		code = FSDUEL_SLOWER;
	else if (is_unmeasured(&s, true))
		code = FSDUEL_UNMEASURED;
	show_close(&s);
	buf_release(&csv);
	free(path);
	return code;
}
