/* SPDX-License-Identifier: GPL-2.0-or-later */
/* param.c: the rows of all parameters; their values read and written. */
#include "workloads/param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "workloads/extents.h"

/* Keeps start + size and every file offset well inside off_t. */
#define BYTES_MAX (1ull << 60)

static const char *const offsets_names[] = { "uniform", "sequential", "once", "zipf", NULL };
static const char *const role_file_names[] = { "shared", "own", NULL };

const struct param mix_params[] = {
	[MIX_FILE_SIZE] = { "file_size", NUM_BYTES, NULL, 512, BYTES_MAX, "64M",
			    "size of the work file" },
	[MIX_RUNTIME] = { "runtime", NUM_NS, NULL, 1000000, 86400000000000, "1s",
			  "length of the timed part, where nothing is bound by operations" },
	[MIX_OPS] = { "ops", NUM_COUNT, NULL, 0, 1000000000000, "0",
		      "operations of each thread; 0: bound by runtime" },
	[MIX_WARMUP] = { "warmup", NUM_COUNT, NULL, 0, 1000000, "16",
			 "operations of each thread before the start" },
	[MIX_INTERVAL] = { "interval", NUM_NS, NULL, 0, 86400000000000, "0",
			   "length of an interval in series.csv; 0: no series" },
	[MIX_POISON] = { "poison", NUM_BYTES, NULL, 0, BYTES_MAX, "0",
			 "free space to mark first, at most; the file system is checked at the "
			 "end" },
	[NR_MIX_PARAMS] = { .name = NULL },
};

const struct param role_params[] = {
	[ROLE_BS] = { "bs", NUM_BYTES, NULL, 1, 1ull << 30, "4k", "bytes an operation" },
	[ROLE_ALIGN] = { "align", NUM_BYTES, NULL, 0, 1ull << 40, "0",
			 "offsets are multiples of it from region_start on; 0: bs" },
	[ROLE_SHIFT] = { "shift", NUM_BYTES, NULL, 0, 1ull << 40, "0",
			 "so far behind those multiples; extents still begin at region_start" },
	[ROLE_REGION_START] = { "region_start", NUM_BYTES, NULL, 0, BYTES_MAX, "0",
				"start of the part of the file it works in" },
	[ROLE_REGION_SIZE] = { "region_size", NUM_BYTES, NULL, 0, BYTES_MAX, "0",
			       "size of that part; 0: to the end of the file" },
	[ROLE_OFFSETS] = { "offsets", NUM_COUNT, offsets_names, 0, 0, "uniform",
			   "drawn, ascending, each once in a drawn order, or drawn by popularity" },
	[ROLE_THETA] = { "theta", NUM_PCT, NULL, 1000, 1000000, "99%",
			 "offsets=zipf: the exponent, 99% is 0.99" },
	[ROLE_EXTENTS] = { "extents", NUM_COUNT, extents_names, 0, 0, "written",
			   "state of that part before the timer; any: not looked at" },
	[ROLE_CHUNK] = { "chunk", NUM_BYTES, NULL, 0, BYTES_MAX, "0",
			 "extents=mixed: length of its pieces; 0: half of bs" },
	[ROLE_FILE] = { "file", NUM_COUNT, role_file_names, 0, 0, "shared",
			"the one work file, or a file of its own for each thread" },
	[ROLE_OPS] = { "ops", NUM_COUNT, NULL, 0, 1000000000000, "0",
		       "operations of each thread of this role; 0: as the mix says" },
	[ROLE_RATE] = { "rate", NUM_COUNT, NULL, 0, 1000000000, "0",
			"operations a second and thread, latency from when they were due; 0: any" },
	[ROLE_START_DELAY] = { "start_delay", NUM_NS, NULL, 0, 86400000000000, "0",
			       "how long after the start its threads begin" },
	[ROLE_SYNC_EVERY] = { "sync_every", NUM_COUNT, NULL, 0, 1000000000000, "0",
			      "fdatasync or msync after that many operations; 0: never" },
	[ROLE_FINAL_SYNC] = { "final_sync", NUM_COUNT, NULL, 0, 1, "0",
			      "1: a last sync inside the timer" },
	[ROLE_BACKGROUND] = { "background", NUM_COUNT, NULL, 0, 1, "0",
			      "1: its operations are not in the workload's total, its errors are" },
	[NR_ROLE_PARAMS] = { .name = NULL },
};

static int bad_choice(const struct param *p, const char *text, struct err *e)
{
	struct buf list = BUF_INIT;
	int ret;

	for (size_t i = 0; p->choices[i]; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", p->choices[i]);
	ret = err_add(e, EINVAL, "%s: \"%.60s\" is none of %s", p->name, text, buf_str(&list));
	buf_release(&list);
	return ret;
}

static int bad_number(const struct param *p, const char *text, struct err *e)
{
	static const char *const kinds[] = { "a count", "a size", "a time", "a percentage" };
	char min[32], max[32] = "any";

	num_format(min, p->min, p->kind);
	if (p->max)
		num_format(max, p->max, p->kind);
	return err_add(e, EINVAL, "%s: \"%.60s\" is not %s from %s to %s (like %s)", p->name, text,
		       kinds[p->kind], min, max, p->def);
}

int param_parse(const struct param *p, const char *text, uint64_t *value, struct err *e)
{
	uint64_t v;

	for (size_t i = 0; p->choices && p->choices[i]; i++) {
		if (!strcmp(p->choices[i], text)) {
			*value = i;
			return 0;
		}
	}
	if (p->choices)
		return bad_choice(p, text, e);
	if (num_parse(text, p->kind, &v, NULL) || v < p->min || (p->max && v > p->max))
		return bad_number(p, text, e);
	*value = v;
	return 0;
}

char *param_format(const struct param *p, uint64_t value, char dst[32])
{
	if (p->choices)
		snprintf(dst, 32, "%s", p->choices[value]);
	else
		num_format(dst, value, p->kind);
	return dst;
}

const struct param *param_find(const struct param *table, const char *name)
{
	for (const struct param *p = table; p && p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}
