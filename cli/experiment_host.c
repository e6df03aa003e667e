/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experiment_host.c: see experiment_host.h. */
#include "cli/experiment_host.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/show.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/cell/mount.h"

unsigned experiment_host_blocks(const struct experiment *x, bool unscaled)
{
	const struct suite_overrides over = { .mode = "exact", .unscaled = unscaled };
	struct suite s = { 0 };
	unsigned n = suite_load(&s, x->path, &over, NULL) ? 0 : s.experiment.host_blocks;

	suite_release(&s);
	return n;
}

bool experiment_is_begun(const char *folder)
{
	char *path = xasprintf("%s/" RUN_JSON, folder);
	bool is = fs_exists(path);

	free(path);
	return is;
}

int experiment_measure_here(struct job *j, struct err *e)
{
	unsigned blocks = j->suite.experiment.host_blocks;
	/* Many blocks, taken in turn, do more against noise than a wait before each cell run. */
	struct host_part part = {
		.settle_ns = blocks ? 0 : SETTLE_NS,
		.target.kind = nullblk_supported(NULL) ? TARGET_RAM : TARGET_NULL_BLK,
	};

	j->host = &part;
	if (!blocks)
		return job_measure(j, e);
	job_set_looks(j, blocks);
	return job_measure_until_sure(j, e);
}

int experiment_show_truth(const struct experiments *chosen, const char *dir, bool unscaled,
			  struct buf *ended, struct err *e)
{
	char *output = xasprintf("%s/" EXPERIMENT_TRUTH_DIR, dir);
	struct strv pairs = STRV_INIT;
	struct buf summary = BUF_INIT;
	int code = FSDUEL_OK;

	for (size_t i = 0; i < chosen->n; i++) {
		const struct experiment *x = &chosen->v[i];
		char *exact = experiment_folder(x, dir, "exact", unscaled);
		char *host = experiment_folder(x, dir, "host", unscaled);

		if (experiment_host_blocks(x, unscaled) && experiment_is_begun(exact) &&
		    experiment_is_begun(host)) {
			strv_add(&pairs, exact);
			strv_add(&pairs, host);
		}
		free(exact);
		free(host);
	}
	if (pairs.n) {
		printf("\n");
		code = truth_report(pairs.v, (unsigned)pairs.n, output, &format_table, &summary, e);
		buf_addf(ended, EXPERIMENT_TRUTH_DIR ": %s\n", code ? "failed" : buf_str(&summary));
	}
	buf_release(&summary);
	strv_release(&pairs);
	free(output);
	return code;
}
