/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor.c: what a machine can see; see judge.h. The smallest change that is found comes from
 * simulation. Each made-up duel is noise of all cells; then each cell in turn is given a
 * change that grows until the flips of its family and the margin call it.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/rng.h"

#define FLOOR_SCHEMA 1

#define DUELS 500
#define FLIPS 500    /* drawn where there are more */
#define STEPS 12     /* halvings */
#define LARGEST 20.0 /* log ratio past which nobody asks */

struct made_up {
	const struct floor_family *f;
	size_t nr_flips;
	double *sign; /* by flip, then block; the first flip is the data */
	double *d;    /* by cell, then block */
	struct {
		double signs;         /* their sum */
		double sum;           /* of the cell in hand */
		double first, second; /* the largest statistics of two cells */
		size_t of_first;      /* the cell of the first */
	} flip[FLIPS];
	double alpha;
};

static void made_up_init(struct made_up *m, const struct floor_family *f)
{
	struct rng rng = { 20260915 };
	bool all = f->blocks < 64 && ldexp(1, (int)f->blocks - 1) <= FLIPS;

	*m = (struct made_up){ .f = f,
			       .nr_flips = all ? 1u << (f->blocks - 1) : FLIPS,
			       .alpha = VERDICT_ALPHA * JUDGE_FIRST / (double)f->families };
	m->sign = xcalloc(m->nr_flips * f->blocks, sizeof(*m->sign));
	m->d = xcalloc(f->cells * f->blocks, sizeof(*m->d));
	for (size_t i = 0; i < m->nr_flips; i++) {
		for (unsigned b = 0; b < f->blocks; b++) {
			bool minus = all ? i >> b & 1 : i && b && rng_below(&rng, 2);

			m->sign[i * f->blocks + b] = minus ? -1 : 1;
			m->flip[i].signs += minus ? -1 : 1;
		}
	}
}

static double scale_of(const struct made_up *m, size_t cell, double change)
{
	const double *d = m->d + cell * m->f->blocks;
	double margin = log1p(m->f->margin[cell]), sum = 0;

	for (unsigned b = 0; b < m->f->blocks; b++)
		sum += (d[b] + change) * (d[b] + change) + margin * margin;
	return sum > 0 ? 1 / sqrt(sum) : 0;
}

static double statistic(const struct made_up *m, size_t cell, double sum, double scale)
{
	double size = fabs(sum), blocks = m->f->blocks;

	/* As in flips.h: up to the root of blocks inside the margin, more than that outside. */
	return size * scale + (size >= blocks * log1p(m->f->margin[cell]) ? 2 * sqrt(blocks) : 0);
}

static void sum_flips(struct made_up *m, size_t cell)
{
	const double *d = m->d + cell * m->f->blocks;

	for (size_t i = 0; i < m->nr_flips; i++) {
		const double *sign = m->sign + i * m->f->blocks;

		m->flip[i].sum = 0;
		for (unsigned b = 0; b < m->f->blocks; b++)
			m->flip[i].sum += sign[b] * d[b];
	}
}

static void make_noise(struct made_up *m, struct rng *rng)
{
	for (size_t c = 0; c < m->f->cells; c++)
		for (unsigned b = 0; b < m->f->blocks; b++) {
			double u = ((double)(rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;

			m->d[c * m->f->blocks + b] = m->f->sd_log[c] * dist_normal_quantile(u);
		}
	for (size_t i = 0; i < m->nr_flips; i++)
		m->flip[i].first = m->flip[i].second = -1;
	for (size_t c = 0; c < m->f->cells; c++) {
		double scale = scale_of(m, c, 0);

		sum_flips(m, c);
		for (size_t i = 0; i < m->nr_flips; i++) {
			double t = statistic(m, c, m->flip[i].sum, scale);

			if (t > m->flip[i].first) {
				m->flip[i].second = m->flip[i].first;
				m->flip[i].first = t;
				m->flip[i].of_first = c;
			} else if (t > m->flip[i].second) {
				m->flip[i].second = t;
			}
		}
	}
}

/* Is the cell called with this change? middle: the estimate of its noise. */
static bool found(const struct made_up *m, size_t cell, double middle, double change)
{
	double scale = scale_of(m, cell, change);
	double limit =
		statistic(m, cell, m->flip[0].sum + change * m->flip[0].signs, scale) * (1 - 1e-9);
	size_t reached = 0;

	if (middle + change <= -log1p(-m->f->margin[cell])) /* the farther edge */
		return false;
	for (size_t i = 0; i < m->nr_flips; i++) {
		double other = m->flip[i].of_first == cell ? m->flip[i].second : m->flip[i].first;

		reached += other >= limit ||
			   statistic(m, cell, m->flip[i].sum + change * m->flip[i].signs, scale) >=
				   limit;
	}
	return (double)reached <= m->alpha * (double)m->nr_flips;
}

static double least_change(struct made_up *m, size_t cell)
{
	double middle, low = 0, high = -2 * log1p(-m->f->margin[cell]) + m->f->sd_log[cell];

	sum_flips(m, cell);
	middle = paired_estimate(m->d + cell * m->f->blocks, m->f->blocks, NULL, NULL, 0);
	for (; high < LARGEST && !found(m, cell, middle, high); high *= 2)
		low = high;
	for (int i = 0; i < STEPS && high < LARGEST; i++) {
		double change = (low + high) / 2;

		if (found(m, cell, middle, change))
			high = change;
		else
			low = change;
	}
	return high;
}

void floor_detectable(const struct floor_family *f, const double *chance, size_t nr_chances,
		      double *out)
{
	double *least = xcalloc(f->cells * DUELS + 1, sizeof(*least));
	bool enough = f->blocks >= family_min_blocks(VERDICT_ALPHA * JUDGE_FIRST, f->families);
	struct rng rng = { 20260914 };
	struct made_up m;

	if (enough)
		made_up_init(&m, f);
	for (size_t k = 0; k < DUELS && enough; k++) {
		make_noise(&m, &rng);
		for (size_t c = 0; c < f->cells; c++)
			least[c * DUELS + k] = least_change(&m, c);
	}
	for (size_t c = 0; c < f->cells; c++) {
		stats_sort(least + c * DUELS, DUELS);
		for (size_t i = 0; i < nr_chances; i++) {
			double change = stats_quantile_sorted(least + c * DUELS, DUELS, chance[i]);

			out[c * nr_chances + i] = enough && change < LARGEST ? expm1(change) : -1;
		}
	}
	if (enough) {
		free(m.sign);
		free(m.d);
	}
	free(least);
}

json_t *floor_json(const struct comparison *c, const struct results *r)
{
	const json_t *run = results_run(r);
	json_t *cells = json_array();

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides || !row->j.has_change || row->pairs < 2)
			continue;
		json_array_append_new(cells, json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:f}",
						       "variant", row->baseline, "workload",
						       row->workload, "params", row->params, "role",
						       row->role, "metric", row->metric, "blocks",
						       (int)row->pairs, "sd_log", row->j.sd_log));
	}
	return json_pack("{s:i, s:s?, s:s?, s:s?, s:o}", "schema", FLOOR_SCHEMA, "machine",
			 floor_machine(run), "mode",
			 json_string_value(json_object_get(run, "mode")), "run",
			 json_string_value(json_object_get(run, "run")), "cells", cells);
}

static bool is(const json_t *item, const char *key, const char *value)
{
	const char *have = json_string_value(json_object_get(item, key));

	return have && !strcmp(have, value);
}

double floor_sd(const json_t *floor, const struct comparison_row *row)
{
	const json_t *item;
	double sd = -1;
	size_t i;

	json_array_foreach(json_object_get(floor, "cells"), i, item) {
		double own = json_number_value(json_object_get(item, "sd_log"));

		if (is(item, "workload", row->workload) && is(item, "params", row->params) &&
		    is(item, "role", row->role) && is(item, "metric", row->metric) && own > sd &&
		    isfinite(own))
			sd = own;
	}
	return sd;
}

const char *floor_machine(const json_t *run)
{
	const json_t *machine = json_object_get(run, "machine");

	return json_is_string(machine) ? json_string_value(machine)
				       : json_string_value(json_object_get(machine, "id"));
}

double *floor_sees(const struct comparison *c, const struct comparison_row *const *rows, size_t nr,
		   const double *sd_log, const double *chance, size_t nr_chances)
{
	double *margin = xcalloc(nr + 1, sizeof(*margin));
	double *out = xcalloc(nr * nr_chances + 1, sizeof(*out));
	struct floor_family f = {
		.sd_log = sd_log, .margin = margin, .cells = nr, .families = c->judge->families
	};

	for (size_t i = 0; i < nr; i++) {
		margin[i] = rows[i]->j.margin;
		f.blocks = rows[i]->pairs > f.blocks ? rows[i]->pairs : f.blocks;
	}
	floor_detectable(&f, chance, nr_chances, out);
	free(margin);
	return out;
}
