/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watched.c: see watched.h. */
#include "analysis/results/watched.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/fs.h"

static const struct watched_figure *figure_of(const struct results *r, uint32_t pass,
					      const struct measure *m,
					      const struct watched_figure *f, size_t nr)
{
	const char *name = r->metrics[m->metric].name;

	for (size_t i = 0; i < nr && m->role == STRING_ALL && m->detail == STRING_EMPTY; i++)
		if (m->pass == (f[i].unwatched ? 0 : pass) &&
		    !strcmp(name, *f[i].metric ? f[i].metric : results_rate(r)))
			return &f[i];
	return NULL;
}

void watched_figures(const struct results *r, uint32_t pass, const struct watched_figure *figures,
		     size_t nr, void *runs, size_t size)
{
	const struct watched_figure **of = xcalloc(r->measure_index.nr, sizeof(*of));

	for (uint32_t m = 0; m < r->measure_index.nr; m++)
		of[m] = figure_of(r, pass, &r->measures[m], figures, nr);
	for (const struct sample *s = r->samples; s < r->samples + r->nr_samples; s++) {
		size_t at = results_run_at(r, s->cell, s->variant, s->block);

		if (of[s->measure] && s->has_value)
			memcpy((char *)runs + at * size + of[s->measure]->offset, &s->value,
			       sizeof(s->value));
	}
	free(of);
}

int watched_read(struct rows *rows, uint32_t pass, const char *data, size_t len, struct err *e)
{
	const struct results *r = rows->r;
	bool any = false;

	if (data || fs_exists(rows->path))
		return rows_read(rows, data, len, e);
	for (size_t i = 0; i < results_nr_runs(r); i++)
		any |= unit_ok(&r->units[i * r->pass_index.nr + pass]);
	return any ? err_add(e, ENOENT, "%s is not there, though a cell run of the %s pass is",
			     rows->path, intern_str(&r->pass_index, pass))
		   : 0;
}
