/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_locks.c: what this machine's own perf says of the recordings of a locks pass,
 * as evidence beside our own figures, which need no perf.
 */
#include <stdlib.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/cell/cell.h"
#include "runners/folder/provenance.h"
#include "runners/host/host_impl.h"
#include "runners/lock/contention.h"

void host_locks_evidence(struct host *h, struct result *r)
{
	char *path = xasprintf("%s/" CELL_RECORDING, h->target.work);
	struct contention c;

	if (!fs_exists(path)) {
		free(path);
		return;
	}
	if (r->locks) {
		contention_run(&c, path, h->opts->stop, NULL);
		buf_adds(&r->evidence, c.text ? c.text : "");
		contention_release(&c);
	}
	unlink(path);
	free(path);
}

void host_locks_tools(struct host *h)
{
	static const char *const names[] = { "perf", NULL };
	json_t *versions;

	if (!(h->suite->passes >> PASS_LOCKS & 1))
		return;
	versions = provenance_tools(names);
	json_object_update(json_object_get(h->folder.run, "tools"), versions);
	json_decref(versions);
}
