/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * select.c: which rows of a comparison are to be shown; see compare.h. A choice
 * of what to look at, never of what counts: gaps are not touched.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/compare.h"
#include "lib/buf.h"
#include "lib/near.h"

static const char *metric_of(const struct comparison_row *row)
{
	return row->metric;
}

static const char *role_of(const struct comparison_row *row)
{
	return row->role;
}

/* -EINVAL when no row has this name, with the names that there are. */
static int check_known(const struct comparison *c, const char *what, const char *name,
		       const char *(*name_of)(const struct comparison_row *), struct err *e)
{
	struct strv known = STRV_INIT;
	struct buf hint = BUF_INIT;
	int ret;

	for (size_t i = 0; i < c->nr_rows; i++) {
		if (!strcmp(name_of(&c->rows[i]), name)) {
			strv_release(&known);
			return 0;
		}
		if (strv_find(&known, name_of(&c->rows[i])) < 0)
			strv_add(&known, name_of(&c->rows[i]));
	}
	if (known.n)
		near_hint(&hint, name, (const char *const *)known.v);
	ret = err_add(e, EINVAL, "no %s '%.64s' in these results%s", what, name, buf_str(&hint));
	err_exit(e, FSDUEL_USAGE);
	buf_release(&hint);
	strv_release(&known);
	return ret;
}

/* Rows of one cell in one contrast stand together: where this run of them ends. */
static size_t cell_end(const struct comparison *c, size_t i)
{
	const struct comparison_row *first = &c->rows[i];

	while (i < c->nr_rows && !strcmp(c->rows[i].contrast, first->contrast) &&
	       !strcmp(c->rows[i].workload, first->workload) &&
	       !strcmp(c->rows[i].params, first->params))
		i++;
	return i;
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
		ret = check_known(c, "metric", metric, metric_of, e);
	if (!ret && role)
		ret = check_known(c, "role", role, role_of, e);
	for (size_t i = 0, end; !ret && i < c->nr_rows; i = end) {
		bool several;

		end = cell_end(c, i);
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
