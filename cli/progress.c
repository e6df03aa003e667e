/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: see progress.h. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/num.h"

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet)
{
	return (struct progress_line){ command, p, isatty(STDERR_FILENO), quiet };
}

static void name_unit(const struct plan *p, const struct plan_unit *u, char *dst, size_t len)
{
	const struct plan_cell *c = &p->cells[u->cell];

	snprintf(dst, len, "%s%s%s on %s, block %u%s%s", p->suite->workloads[c->workload].name,
		 c->varying[0] ? " " : "", c->varying, p->suite->variants[u->variant].name,
		 u->block, u->pass == PASS_THROUGHPUT ? "" : ", pass ",
		 u->pass == PASS_THROUGHPUT ? "" : pass_names[u->pass]);
}

void progress_show(void *arg, const struct progress *p)
{
	const struct progress_line *line = arg;
	char left[32], name[160];

	if (p->unit && p->result->status != STATUS_OK) {
		name_unit(line->plan, p->unit, name, sizeof(name));
		fprintf(stderr, "%sfsduel %s: %s: %s: %s\n", line->terminal ? "\r\033[K" : "",
			line->command, name, status_names[p->result->status], p->result->reason);
	}
	if (!line->terminal || line->quiet)
		return;
	if (p->left_ns)
		num_format_ns_human(left, p->left_ns);
	fprintf(stderr, "\r\033[K[%u/%u] %u running%s%s%s", p->done, p->total, p->running,
		p->left_ns ? ", " : "", p->left_ns ? left : "", p->left_ns ? " left" : "");
	if (p->unit) {
		name_unit(line->plan, p->unit, name, sizeof(name));
		fprintf(stderr, "; done: %.60s", name);
	}
	fflush(stderr);
}

void progress_say(void *arg, const char *sentence)
{
	const struct progress_line *line = arg;

	fprintf(stderr, "%sfsduel %s: %s\n", line->terminal && !line->quiet ? "\r\033[K" : "",
		line->command, sentence);
}

void progress_end(const struct progress_line *line)
{
	if (line->terminal && !line->quiet)
		fprintf(stderr, "\r\033[K");
}
