/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.c: pairs from sorted samples, in which those of a cell and measure stand together. */
#include <errno.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/schema.h"
#include "lib/near.h"

#define PAIRS_MAX 20000000u

/* The samples of one variant within a cell and measure, by block. */
struct side {
	uint32_t variant;
	const struct sample *at, *end;
};

struct place {
	struct comparison *c;
	const struct results *r;
	const struct results_contrast *contrast;
	uint32_t cell;
	double *scratch;    /* 3 x blocks */
	uint32_t *required; /* measures that must have a row, then INTERN_NONE */
	uint64_t pairs;     /* of all rows so far */
};

static struct side find_side(const struct sample *from, const struct sample *to, uint32_t variant)
{
	struct side s = { .variant = variant };

	while (from < to && from->variant < variant)
		from++;
	s.at = s.end = from;
	while (s.end < to && s.end->variant == variant)
		s.end++;
	return s;
}

/* The side's sample of this block, or NULL; blocks are asked for in ascending order. */
static const struct sample *next_sample(struct side *s, unsigned block)
{
	while (s->at < s->end && s->at->block < block)
		s->at++;
	return s->at < s->end && s->at->block == block ? s->at : NULL;
}

const char *const lack_names[] = { "", "skipped", "not measured", "invalid", "failed" };

/* Why this side has no value: " failed: no space left", to follow the side's name. */
static enum lack explain_side(struct buf *b, const struct results *r,
			      const struct comparison_row *row, const struct unit *u,
			      const struct sample *s)
{
	static const enum lack of_status[NR_SAMPLE_STATUS] = {
		[SAMPLE_OK] = LACK_MISSING,
		[SAMPLE_SKIPPED] = LACK_SKIPPED,
		[SAMPLE_FAILED] = LACK_FAILED,
		[SAMPLE_INVALID] = LACK_INVALID,
	};
	bool own = s && s->status != SAMPLE_OK;
	uint8_t status = own ? s->status : u->status;

	if (!own && !u->seen) {
		buf_adds(b, " was not run");
		return LACK_MISSING;
	}
	if (status == SAMPLE_OK) {
		buf_addf(b, " was run, but has no %s%s%s", row->metric, row->whole ? "" : " of ",
			 row->whole ? "" : row->role);
	} else {
		buf_adds(b, status == SAMPLE_FAILED ? " " : " was ");
		results_add_reason(b, r, status, own ? s->reason : u->reason);
	}
	return of_status[status];
}

static void explain(const struct place *p, const struct comparison_row *row,
		    const struct side side[2], struct comparison_pair *pair, uint32_t pass,
		    const struct sample *const s[2])
{
	struct buf why[2] = { BUF_INIT, BUF_INIT }, b = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		enum lack lack;

		if (s[i] && s[i]->has_value)
			continue;
		lack = explain_side(&why[i], p->r, row,
				    results_unit(p->r, p->cell, side[i].variant, pair->block, pass),
				    s[i]);
		pair->lack = lack > pair->lack ? lack : pair->lack;
	}
	if (!strcmp(buf_str(&why[0]), buf_str(&why[1])))
		buf_addf(&b, "each side%s", why[0].data);
	else
		for (int i = 0; i < 2; i++)
			if (why[i].len)
				buf_addf(&b, "%s%s%s", b.len ? "; " : "",
					 i ? "patched" : "baseline", why[i].data);
	buf_release(&why[0]);
	buf_release(&why[1]);
	pair->reason = comparison_keep(p->c, &b);
}

static void fill_pairs(struct place *p, struct comparison_row *row, struct side side[2],
		       uint32_t pass)
{
	for (unsigned block = 1; block <= row->planned; block++) {
		struct comparison_pair *pair = &row->pair[block - 1];
		const struct sample *s[2] = { next_sample(&side[0], block),
					      next_sample(&side[1], block) };

		pair->block = block;
		pair->has_baseline = s[0] && s[0]->has_value;
		pair->has_patched = s[1] && s[1]->has_value;
		pair->baseline = pair->has_baseline ? s[0]->value : 0;
		pair->patched = pair->has_patched ? s[1]->value : 0;
		if (pair->has_baseline && pair->has_patched) {
			row->pairs++;
			continue;
		}
		explain(p, row, side, pair, pass, s);
		row->lack = pair->lack > row->lack ? pair->lack : row->lack;
		row->reason = row->reason ? row->reason : pair->reason;
	}
}

static int add_row(struct place *p, const struct measure *m, struct side side[2], struct err *e)
{
	const struct results *r = p->r;
	const struct results_cell *cell = &r->cells[p->cell];
	const struct results_metric *metric = &r->metrics[m->metric];
	bool primary = metric->primary && m->pass == 0 && m->detail == STRING_EMPTY;
	struct comparison *c = p->c;
	struct comparison_row *row;

	p->pairs += r->blocks;
	if (p->pairs > PAIRS_MAX)
		return err_add(e, EINVAL, "more than %u pairs to compare; choose one contrast",
			       PAIRS_MAX);
	c->rows = intern_room(c->rows, c->nr_rows, sizeof(*c->rows));
	row = &c->rows[c->nr_rows++];
	*row = (struct comparison_row){
		.contrast = p->contrast->name,
		.baseline = r->variants[side[0].variant].name,
		.patched = r->variants[side[1].variant].name,
		CELL_NAMES(cell),
		.contrast_number = (unsigned)(p->contrast - r->contrasts),
		.cell_number = p->cell,
		.role_threads = cell->role_threads,
		.pass = intern_str(&r->pass_index, m->pass),
		.role = intern_str(&r->strings, m->role),
		.metric = metric->name,
		.detail = intern_str(&r->strings, m->detail),
		.unit = metric->unit ? metric->unit : "",
		.better = metric->better ? metric->better : "",
		.primary = primary,
		.whole = m->role == STRING_ALL,
		.path = primary && !strcmp(metric->name, METRIC_PATH),
		.planned = m->pass ? r->watched : r->blocks,
		.pair = xcalloc(r->blocks, sizeof(*row->pair)),
	};
	fill_pairs(p, row, side, m->pass);
	row_summarise(row, p->scratch);
	return 0;
}

static void add_gap(struct place *p, unsigned block, const char *reason)
{
	const struct results_cell *cell = &p->r->cells[p->cell];
	const struct unit *base = results_unit(p->r, p->cell, p->contrast->baseline, block, 0);
	const struct unit *patched = results_unit(p->r, p->cell, p->contrast->patched, block, 0);
	struct comparison *c = p->c;

	c->gaps = intern_room(c->gaps, c->unmeasured, sizeof(*c->gaps));
	c->gaps[c->unmeasured++] = (struct comparison_gap){
		.contrast = p->contrast->name,
		CELL_NAMES(cell),
		.block = block,
		.repaired = c->cells[c->nr_cells - 1].end == END_REPAIRED &&
			    (base->broken || base->hung) && unit_ok(patched),
		.reason = reason,
	};
}

/* The gaps of one contrast and cell, whose rows begin at from. A pair needs every row that decides
 * and every required one that any run of the cell could measure; where none measured anything, the
 * first required one stands for all. */
static void find_gaps(struct place *p, size_t from)
{
	const struct comparison *c = p->c;
	size_t first = c->nr_rows, any = c->nr_rows;

	for (size_t i = c->nr_rows; i-- > from;)
		if (c->rows[i].needed) {
			first = i;
			any = row_measured(&c->rows[i]) ? i : any;
		}
	for (unsigned b = 0; b < p->r->blocks; b++) {
		const char *reason = NULL;

		for (size_t i = any; i < c->nr_rows && !reason; i++)
			if (c->rows[i].needed && row_measured(&c->rows[i]))
				reason = c->rows[i].pair[b].reason;
		if (any == c->nr_rows && first < any)
			reason = c->rows[first].pair[b].reason;
		if (reason)
			add_gap(p, b + 1, reason);
	}
}

static void add_cell(struct place *p)
{
	const struct results_cell *cell = &p->r->cells[p->cell];
	struct comparison *c = p->c;

	c->cells = intern_room(c->cells, c->nr_cells, sizeof(*c->cells));
	c->cells[c->nr_cells] = (struct comparison_cell){
		.contrast = p->contrast->name,
		CELL_NAMES(cell),
	};
	cell_find_end(&c->cells[c->nr_cells++], p->r, p->contrast, p->cell);
}

/* Rows for what either side has samples of, and for what it must have, in order of measures. */
static int compare_cell(struct place *p, struct err *e)
{
	const struct results *r = p->r;
	const struct sample *at = r->samples + r->cell_start[p->cell];
	const struct sample *end = r->samples + r->cell_start[p->cell + 1];
	size_t nr_required = 0, from = p->c->nr_rows;

	while (at < end || p->required[nr_required] != INTERN_NONE) {
		uint32_t required = p->required[nr_required];
		uint32_t m = at < end && at->measure < required ? at->measure : required;
		const struct sample *next = at;
		struct side side[2];

		while (next < end && next->measure == m)
			next++;
		side[0] = find_side(at, next, p->contrast->baseline);
		side[1] = find_side(at, next, p->contrast->patched);
		at = next;
		if (m == required)
			nr_required++;
		else if (side[0].at == side[0].end && side[1].at == side[1].end)
			continue;
		if (add_row(p, &r->measures[m], side, e))
			return -EINVAL;
		p->c->rows[p->c->nr_rows - 1].needed = m == required;
	}
	members_choose(p->c->rows + from, p->c->nr_rows - from);
	add_cell(p);
	find_gaps(p, from);
	return 0;
}

int compare_results(struct comparison *c, const struct results *r, const char *contrast,
		    struct err *e)
{
	struct place p = { .c = c, .r = r };
	size_t n = 0;
	int ret = 0;

	*c = (struct comparison){ 0 };
	if (contrast)
		ret = near_check("contrast", contrast, r->contrasts, r->nr_contrasts,
				 sizeof(*r->contrasts), offsetof(struct results_contrast, name), e);
	p.scratch = xcalloc(3 * (size_t)r->blocks, sizeof(*p.scratch));
	p.required = xcalloc((size_t)r->metric_index.nr + 1, sizeof(*p.required));
	for (uint32_t m = 0; m < r->measure_index.nr; m++)
		if (r->measures[m].required)
			p.required[n++] = m;
	p.required[n] = INTERN_NONE;
	for (size_t i = 0; i < r->nr_contrasts && !ret; i++) {
		p.contrast = &r->contrasts[i];
		if (contrast && strcmp(contrast, p.contrast->name))
			continue;
		for (p.cell = 0; p.cell < r->cell_index.nr && !ret; p.cell++)
			ret = compare_cell(&p, e);
	}
	free(p.scratch);
	free(p.required);
	if (ret)
		comparison_release(c);
	return ret;
}

static bool several_roles(const struct comparison *c, size_t from, size_t to)
{
	const char *role = NULL;

	for (size_t i = from; i < to; i++) {
		if (c->rows[i].whole)
			continue;
		if (role && strcmp(role, c->rows[i].role))
			return true;
		role = c->rows[i].role;
	}
	return false;
}

static bool wanted(const struct comparison_row *row, const char *metric, const char *role,
		   bool several)
{
	bool metric_fits =
		!metric ? row->primary : !strcmp(metric, "all") || !strcmp(metric, row->metric);
	bool role_fits = !role ? row->whole || several : !strcmp(role, row->role);

	return metric_fits && role_fits;
}

int comparison_select(struct comparison *c, const char *metric, const char *role, struct err *e)
{
	size_t kept = 0;
	int ret = 0;

	if (metric && strcmp(metric, "all"))
		ret = near_check("metric", metric, c->rows, c->nr_rows, sizeof(*c->rows),
				 offsetof(struct comparison_row, metric), e);
	if (!ret && role)
		ret = near_check("role", role, c->rows, c->nr_rows, sizeof(*c->rows),
				 offsetof(struct comparison_row, role), e);
	for (size_t i = 0, end; !ret && i < c->nr_rows; i = end) {
		bool several;

		for (end = i; end < c->nr_rows && comparison_same_cell(&c->rows[i], &c->rows[end]);)
			end++;
		several = several_roles(c, i, end);
		for (size_t k = i; k < end; k++) {
			struct comparison_row row = c->rows[k];

			if (wanted(&row, metric, role, several))
				c->rows[kept++] = row;
			else
				free(row.pair);
		}
	}
	if (!ret)
		c->nr_rows = kept;
	return ret;
}

void comparison_release(struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++)
		free(c->rows[i].pair);
	free(c->rows);
	free(c->gaps);
	for (size_t i = 0; i < c->nr_cells; i++)
		free(c->cells[i].members);
	free(c->cells);
	free(c->headlines);
	strv_release(&c->warnings);
	strv_release(&c->remarks);
	strv_release(&c->lock_notes);
	strv_release(&c->cost_notes);
	judge_release(c->judge);
	if (c->texts)
		intern_release(c->texts);
	free(c->texts);
	*c = (struct comparison){ 0 };
}
