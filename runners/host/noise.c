/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise.c: the table of counters that are watched during a sample, and their reader. Sources:
 * proc(5), Documentation/accounting/psi.rst, Documentation/admin-guide/sysctl, sysfs'
 * thermal_throttle.
 */
#include "runners/host/noise.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"

#define PSI_TOTAL (1u << 4) /* "some avg10=0.00 avg60=0.00 avg300=0.00 total=12" */
#define STAT_USER_NICE (1u << 1 | 1u << 2)
#define STAT_STEAL (1u << 8)
#define VALUE (1u << 1) /* "name value" */

const struct noise_row noise_rows[NOISE_ROWS] = {
	{ "steal_pct", "steal", 1, NOISE_SHARE_PCT, "/proc/stat", "cpu", STAT_STEAL,
	  NOISE_UNIT_TICK, NOISE_OWN_NONE, "the hypervisor ran somebody else on our CPUs" },
	{ "others_user_pct", "others", 5, NOISE_SHARE_PCT, "/proc/stat", "cpu", STAT_USER_NICE,
	  NOISE_UNIT_TICK, NOISE_OWN_USER_TIME,
	  "other programs' time on the CPUs; 5, as both clocks count in ticks" },
	{ "pressure_memory_pct", "pressure", 1, NOISE_SHARE_PCT, "/proc/pressure/memory", "some",
	  PSI_TOTAL, NOISE_UNIT_US, NOISE_OWN_NONE,
	  "somebody waited for memory: the page cache is being squeezed" },
	{ "pressure_cpu_pct", NULL, 0, NOISE_SHARE_PCT, "/proc/pressure/cpu", "some", PSI_TOTAL,
	  NOISE_UNIT_US, NOISE_OWN_NONE, "no limit: more threads than CPUs wait for each other" },
	{ "pressure_io_pct", NULL, 0, NOISE_SHARE_PCT, "/proc/pressure/io", "some", PSI_TOTAL,
	  NOISE_UNIT_US, NOISE_OWN_NONE, "no limit: cells wait for I/O" },
	{ "context_switches_per_s", NULL, 0, NOISE_PER_S, "/proc/stat", "ctxt", VALUE, NOISE_UNIT_1,
	  NOISE_OWN_NONE, "no limit: each blocking I/O is two" },
	{ "throttled_core_events", "throttle", 0, NOISE_COUNT,
	  "/sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/core_throttle_count", NULL, 1,
	  NOISE_UNIT_1, NOISE_OWN_NONE, "a core was too hot for its frequency" },
	{ "throttled_package_events", "throttle", 0, NOISE_COUNT,
	  "/sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/package_throttle_count", NULL, 1,
	  NOISE_UNIT_1, NOISE_OWN_NONE, "the package was too hot for its frequency" },
	{ "others_major_faults_per_s", "faults", 10, NOISE_PER_S, "/proc/vmstat", "pgmajfault",
	  VALUE, NOISE_UNIT_1, NOISE_OWN_MAJOR_FAULTS,
	  "other programs read their pages from disk; a few are normal after dropping caches" },
	{ "swapped_in_pages", "swap", 0, NOISE_COUNT, "/proc/vmstat", "pswpin", VALUE, NOISE_UNIT_1,
	  NOISE_OWN_NONE, "the machine swapped" },
	{ "swapped_out_pages", "swap", 0, NOISE_COUNT, "/proc/vmstat", "pswpout", VALUE,
	  NOISE_UNIT_1, NOISE_OWN_NONE, "the machine swapped" },
	{ "dirty_at_begin_bytes", "dirty", 16 << 20, NOISE_LEVEL, "/proc/vmstat", "nr_dirty", VALUE,
	  NOISE_UNIT_PAGE, NOISE_OWN_NONE,
	  "just after a sync: somebody else's data, to be written while we measure" },
	{ "writeback_at_begin_bytes", "dirty", 16 << 20, NOISE_LEVEL, "/proc/vmstat",
	  "nr_writeback", VALUE, NOISE_UNIT_PAGE, NOISE_OWN_NONE, "likewise, on its way already" },
	{ "runnable_at_begin", NULL, 0, NOISE_LEVEL, "/proc/stat", "procs_running", VALUE,
	  NOISE_UNIT_1, NOISE_OWN_NONE, "no limit: a moment's view" },
};

/* The size of one unit of a counter: in seconds for time, in bytes for pages. */
static double unit_size(const struct noise_row *row)
{
	return row->unit == NOISE_UNIT_US     ? 1e-6
	       : row->unit == NOISE_UNIT_TICK ? 1.0 / (double)sysconf(_SC_CLK_TCK)
	       : row->unit == NOISE_UNIT_PAGE ? (double)sysconf(_SC_PAGESIZE)
					      : 1;
}

/* --- reading ------------------------------------------------------------------ */

static bool word_value(const char *word, double *sum)
{
	const char *number = strchr(word, '=');
	uint64_t v;

	if (num_parse(number ? number + 1 : word, NUM_COUNT, &v, NULL))
		return false;
	*sum += (double)v;
	return true;
}

/* The row's words in the text of a file, added to *sum. */
static bool text_value(const struct noise_row *row, char *text, double *sum)
{
	char *save = NULL;

	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		struct strv words = STRV_INIT;
		bool found;

		strv_split(&words, l, " \t");
		found = words.n && (!row->key || !strcmp(words.v[0], row->key));
		for (size_t i = 0; found && i < 32; i++)
			if (row->fields & 1u << i)
				found = i < words.n && word_value(words.v[i], sum);
		strv_release(&words);
		if (found || !row->key)
			return found;
	}
	return false;
}

static bool read_row(const struct noise *n, const struct noise_row *row, double *value)
{
	char *pattern = xasprintf("%s%s", n->root, row->files);
	glob_t found = { 0 };
	bool has = false;

	*value = 0;
	if (!glob(pattern, 0, NULL, &found))
		has = true;
	for (size_t i = 0; i < found.gl_pathc && has; i++) {
		struct buf text = BUF_INIT;

		has = !fs_read(found.gl_pathv[i], 0, &text, NULL) && text.len &&
		      text_value(row, text.data, value);
		buf_release(&text);
	}
	globfree(&found);
	free(pattern);
	*value *= unit_size(row);
	return has;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Our own part of it, with that of children that have ended. */
static double own_part(enum noise_own own)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	if (own == NOISE_OWN_USER_TIME)
		return seconds(self.ru_utime) + seconds(children.ru_utime);
	if (own == NOISE_OWN_MAJOR_FAULTS)
		return (double)self.ru_majflt + (double)children.ru_majflt;
	return 0;
}

void noise_init(struct noise *n, const char *root)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	*n = (struct noise){ .root = root, .cpus = cpus > 0 ? (unsigned)cpus : 1 };
}

void noise_mark(void *noise, int begin)
{
	struct noise *n = noise;
	struct noise_reading *r = begin ? &n->begin : &n->end;

	/* Reading must not count: the clock is read on the side of the timed region. */
	if (!begin)
		r->at_ns = now_ns();
	for (size_t i = 0; i < NOISE_ROWS; i++) {
		r->has[i] = read_row(n, &noise_rows[i], &r->value[i]);
		r->value[i] -= own_part(noise_rows[i].own);
	}
	if (begin)
		r->at_ns = now_ns();
	n->begun |= begin != 0;
	n->ended |= !begin;
}

/* --- judging ------------------------------------------------------------------ */

bool noise_value(const struct noise *n, size_t i, double *value)
{
	const struct noise_row *row = &noise_rows[i];
	double growth = n->end.value[i] - n->begin.value[i];
	double elapsed_s = (double)(n->end.at_ns - n->begin.at_ns) * 1e-9;

	if (!n->begun || !n->begin.has[i])
		return false;
	if (row->kind == NOISE_LEVEL) {
		*value = n->begin.value[i];
		return true;
	}
	if (!n->ended || !n->end.has[i] || elapsed_s <= 0)
		return false;
	if (growth < 0) /* our own part, counted by a finer clock */
		growth = 0;
	if (row->kind == NOISE_COUNT)
		*value = growth;
	else if (row->kind == NOISE_PER_S)
		*value = growth / elapsed_s;
	else
		*value = growth / elapsed_s * 100 / (row->unit == NOISE_UNIT_TICK ? n->cpus : 1);
	return true;
}

void noise_note(const struct noise *n, struct result *r)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < NOISE_ROWS; i++) {
		double value;

		if (!noise_value(n, i, &value))
			continue;
		json_object_set_new(facts, noise_rows[i].name, json_real(value));
		if (noise_rows[i].mark && value > noise_rows[i].limit)
			result_mark(r, noise_rows[i].mark);
	}
	json_object_set_new(r->facts, "noise", facts);
}
