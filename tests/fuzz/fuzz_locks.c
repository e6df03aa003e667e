/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_locks.c: libFuzzer entry for the reader of lockstacks.csv and all that is
 * made of it. The bytes are that file beside a fixed run.json and samples.csv.
 * Whatever is accepted adds up, has only finite numbers and fits the terminal.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "analysis/locks/locks.h"
#include "analysis/results/tables.h"
#include "dashboards/export/export.h"
#include "dashboards/table/locks_table.h"
#include "dashboards/table/table.h"
#include "dashboards/words/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char run[] =
	"{\"schema\":1,\"run\":\"r\",\"mode\":\"exact\",\"suite\":{\"blocks\":1},"
	"\"kernels\":{\"k\":{}},\"mounts\":{\"m\":{\"fs\":\"ext4\"}},"
	"\"variants\":[{\"name\":\"b\",\"kernel\":\"k\",\"mount\":\"m\"},"
	"{\"name\":\"p\",\"kernel\":\"k\",\"mount\":\"m\"}],"
	"\"contrasts\":[{\"name\":\"c\",\"baseline\":\"b\",\"patched\":\"p\"}],"
	"\"cells\":[{\"workload\":\"w\",\"params\":\"\",\"varying\":\"\",\"role_threads\":2}],"
	"\"passes\":[\"throughput\",\"locks\"],\"metrics\":[{\"name\":\"ops\",\"unit\":\"1/s\","
	"\"better\":\"higher\",\"primary\":true}]}";

/* clang-format off */
#define WHO(variant, pass) "r," variant ",k,exact,ext4,m,w,,1,1,1,1," pass ","
static const char samples[] =
	"run,variant,kernel,mode,fs,mount,workload,params,block,seed,position,attempt,pass,role,"
	"metric,detail,unit,better,value,status,marks,reason\n"
	WHO("b", "throughput") "all,ops,,1/s,higher,100,ok,,\n"
	WHO("p", "throughput") "all,ops,,1/s,higher,50,ok,,\n"
	WHO("b", "locks") "all,ops,,1/s,higher,90,ok,,\n"
	WHO("b", "locks") "all,operations,,count,,90,ok,,\n"
	WHO("b", "locks") "all,elapsed,,ns,,1000000000,ok,,\n"
	WHO("p", "locks") "all,ops,,1/s,higher,45,ok,,\n"
	WHO("p", "locks") "all,operations,,count,,45,ok,,\n"
	WHO("p", "locks") "dio_read,operations,,count,,45,ok,,\n"
	WHO("p", "locks") "all,elapsed,,ns,,1000000000,ok,,\n";
/* clang-format on */

static void require(int condition)
{
	if (!condition)
		abort();
}

static void check_cell(const struct lock_cell *c)
{
	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];

		require(f->waits > 0 && f->class < nr_lock_classes);
		require(f->max_ns <= f->total_ns && f->held_ns <= f->total_ns);
		require(f->own_waits <= f->waits && f->own_total_ns <= f->total_ns);
		require(isfinite(f->mean_ns) && isfinite(f->p99_ns));
		require(f->p99_ns <= (double)f->max_ns);
	}
	for (size_t i = 0; i < c->nr_who; i++) {
		const struct lock_who *w = &c->who[i];

		require(!i || w->total_ns <= c->who[i - 1].total_ns);
		require(w->holder_ns <= w->held_ns && w->held_ns <= w->total_ns);
		require((w->holder_role != NULL) == (w->holder_where != NULL));
	}
}

static void check_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		require(text_width(line) <= TABLE_WIDTH);
		require(!strpbrk(line, "\x1b\r\t\x7f"));
		free(line);
		text += len + (text[len] == '\n');
	}
}

static void check_outputs(const struct locks *l, const struct results *r)
{
	struct comparison c = { 0 };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	json_t *j;

	locks_table(&b, l, r);
	check_lines(buf_str(&b));
	buf_reset(&b);
	locks_json(&b, l, r);
	j = json_loadb(b.data, b.len, 0, NULL);
	require(json_array_size(json_object_get(j, "cells")) == l->nr_cells);
	json_decref(j);
	buf_reset(&b);
	locks_csv(&b, l, r);
	require(compare_results(&c, r, NULL, &e) == 0);
	comparison_judge(&c, r, NULL);
	comparison_add_locks(&c, l);
	buf_reset(&b);
	table_comparison(&b, &c, r);
	check_lines(buf_str(&b));
	buf_reset(&b);
	export_csv(&b, &c);
	comparison_release(&c);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct results *r = NULL;
	struct locks *l = NULL;
	struct err e = ERR_INIT;

	require(!results_load_mem(&r, run, strlen(run), samples, strlen(samples), &e));
	if (locks_load_mem(&l, r, "lockstacks.csv", (const char *)data, size, &e)) {
		require(*e.text && !l);
	} else {
		for (size_t i = 0; i < l->nr_cells; i++)
			check_cell(&l->cells[i]);
		check_outputs(l, r);
	}
	locks_free(l);
	results_free(r);
	return 0;
}
