/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * made.h: results folders made up in memory, for the tests and fuzzers of what reads them:
 * variants b and p of kernels kb and kp on a mount m, contrast c of them, workload w. What a
 * test leaves 0 or NULL has a default. Folders on disk are made by tests/gen_folder.c.
 */
#ifndef FSDUEL_TESTS_MADE_H
#define FSDUEL_TESTS_MADE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/compare.h"
#include "analysis/results/tables.h"
#include "lib/csv.h"
#include "lib/num.h"
#include "lib/schema.h"

struct made {
	const char *mode;    /* exact */
	const char *params;  /* of the one cell: t=1 */
	const char *passes;  /* that watch, as in JSON: "locks" in quotes */
	const char *metrics; /* besides ops_per_s, as in JSON, a comma before each */
	const char *better;  /* of ops_per_s: higher */
	const char *more;    /* members of run.json, a comma before each */
	unsigned cells;      /* more than one: t=1, t=2, ... with 1, 8, 8, ... threads */
	unsigned blocks;     /* 1 */
	bool swapped;        /* the contrast is p against b */
	struct buf samples;  /* samples.csv, begun by the first row */
};

/* A row of samples.csv. */
struct made_row {
	const char *variant, *pass, *role, *metric; /* b, throughput, all, ops_per_s */
	unsigned cell, block, position, attempt;    /* each from 1 */
	const char *unit, *better;                  /* as in run.json */
	const char *detail;                         /* none */
	const char *value, *status, *marks, *reason;
};

static inline const char *made_or(const char *text, const char *other)
{
	return text ? text : other;
}

static inline char *made_run(const struct made *m)
{
	struct buf b = BUF_INIT;

	buf_addf(&b,
		 "{\"schema\":1,\"run\":\"r\",\"mode\":\"%s\","
		 "\"suite\":{\"blocks\":%u,\"seed\":1},\"later\":1,"
		 "\"kernels\":{\"kb\":{},\"kp\":{}},\"mounts\":{\"m\":{\"fs\":\"ext4\"}},"
		 "\"variants\":[{\"name\":\"b\",\"kernel\":\"kb\",\"mount\":\"m\"},"
		 "{\"name\":\"p\",\"kernel\":\"kp\",\"mount\":\"m\"}],"
		 "\"contrasts\":[{\"name\":\"c\",\"baseline\":\"%s\",\"patched\":\"%s\"}],"
		 "\"passes\":[\"throughput\"%s%s],\"metrics\":[{\"name\":\"ops_per_s\","
		 "\"unit\":\"1/s\",\"better\":\"%s\",\"primary\":true}%s]%s,\"cells\":[",
		 made_or(m->mode, "exact"), m->blocks ? m->blocks : 1, m->swapped ? "p" : "b",
		 m->swapped ? "b" : "p", m->passes ? "," : "", made_or(m->passes, ""),
		 made_or(m->better, "higher"), made_or(m->metrics, ""), made_or(m->more, ""));
	for (unsigned c = 1; c <= (m->cells ? m->cells : 1); c++) {
		char params[32];

		snprintf(params, sizeof(params), "t=%u", c);
		buf_addf(&b,
			 "%s{\"workload\":\"w\",\"params\":\"%s\",\"varying\":\"%s\","
			 "\"role_threads\":%u}",
			 c > 1 ? "," : "", made_or(m->params, params), params, c > 1 ? 8 : 1);
	}
	buf_adds(&b, "]}");
	return buf_detach(&b, NULL);
}

/* The columns that all files of a folder begin with. */
static inline void made_add_who(struct buf *b, const struct made *m, const struct made_row *r)
{
	const char *variant = made_or(r->variant, "b");
	unsigned block = r->block ? r->block : 1;
	char params[32];

	snprintf(params, sizeof(params), "t=%u", r->cell ? r->cell : 1);
	buf_addf(b, "r,%s,k%s,%s,ext4,m,w,%s,%u,%u,%u,%u,%s,", variant, variant,
		 made_or(m->mode, "exact"), made_or(m->params, params), block, 100 + block,
		 r->position ? r->position : 1, r->attempt ? r->attempt : 1,
		 made_or(r->pass, "throughput"));
}

static inline void made_begin(struct made *m)
{
	static const char *const names[] = { SAMPLES_COLUMNS };

	if (!m->samples.len)
		csv_add_row(&m->samples, names, SAMPLES_COLUMNS_N);
}

static inline void made_add(struct made *m, struct made_row r)
{
	const char *metric = made_or(r.metric, "ops_per_s");
	bool rate = !strcmp(metric, "ops_per_s");

	made_begin(m);
	made_add_who(&m->samples, m, &r);
	buf_addf(&m->samples, "%s,%s,%s,%s,%s,%s,%s,\"%s\",%s\n", made_or(r.role, "all"), metric,
		 made_or(r.detail, ""), made_or(r.unit, rate ? "1/s" : "x"),
		 made_or(r.better, rate ? made_or(m->better, "higher") : ""), made_or(r.value, ""),
		 made_or(r.status, "ok"), made_or(r.marks, ""), made_or(r.reason, ""));
}

static inline void made_add_number(struct made *m, struct made_row r, double value)
{
	char text[32];

	r.value = num_format_double(text, value);
	made_add(m, r);
}

/* Of each side a cell run, and one that the pass watched, with its operations (on the patched side
 * also those of a role) and its time. */
static inline void made_add_watched(struct made *m, const char *pass, const char *operations,
				    const char *time)
{
	for (int p = 0; p < 2; p++) {
		struct made_row row = { .variant = p ? "p" : "b" };

		made_add_number(m, row, p ? 50 : 100);
		row.pass = pass;
		made_add_number(m, row, p ? 45 : 90);
		row.metric = operations;
		made_add_number(m, row, p ? 45 : 90);
		row.role = "dio_read";
		if (p)
			made_add_number(m, row, 45);
		row.role = NULL;
		row.metric = time;
		made_add_number(m, row, 1e9);
	}
}

static inline int made_load(struct made *m, struct results **r, struct err *e)
{
	char *run = made_run(m);
	int ret;

	made_begin(m);
	ret = results_load_mem(r, run, strlen(run), m->samples.data, m->samples.len, e);
	free(run);
	return ret;
}

#endif
