/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settle.c: see proc(5), /proc/stat, and Documentation/block/stat.rst. */
#include "runners/cell/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"

#define INTERVAL_NS 200000000
#define QUIET_INTERVALS 3
#define IDLE_PCT 95

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; guest is part of user. */
int cpu_time_read(const char *root, struct cpu_time *t, struct err *e)
{
	char *path = xasprintf("%s/proc/stat", root), *line = fs_read_line(path);
	struct strv words = STRV_INIT;
	int ret = 0;

	*t = (struct cpu_time){ 0 };
	if (line)
		strv_split(&words, line, " ");
	if (words.n < CPU_TIME_FIELDS)
		ret = err_add(e, EIO, "cannot read the CPUs' times in /proc/stat");
	for (size_t i = 1; i < CPU_TIME_FIELDS && !ret; i++)
		ret = num_parse(words.v[i], NUM_COUNT, &t->ticks[i], e);
	strv_release(&words);
	free(line);
	free(path);
	return ret;
}

/* proc(5): iowait, and idle beside it, may fall. A fall counts as no time. */
static bool was_idle(const struct cpu_time *before, const struct cpu_time *after)
{
	uint64_t all = 0, idle = 0;

	for (size_t i = 1; i < CPU_TIME_FIELDS; i++) {
		uint64_t passed =
			after->ticks[i] > before->ticks[i] ? after->ticks[i] - before->ticks[i] : 0;

		all += passed;
		if (i == CPU_TIME_IDLE || i == CPU_TIME_IOWAIT)
			idle += passed;
	}
	return idle * 100 >= all * IDLE_PCT;
}

/* Operations that have ended on those that sysfs knows; *busy: some have not. */
static uint64_t devices_done(const dev_t *list, size_t nr, bool *busy)
{
	static const size_t in_flight = 8,
			    ended[] = { 0, 4, 11, 15 }; /* read, write, discard, flush */
	uint64_t all = 0;

	*busy = false;
	for (size_t d = 0; d < nr; d++) {
		char *path = xasprintf("/sys/dev/block/%u:%u/stat", major(list[d]), minor(list[d]));
		char *line = fs_read_line(path);
		struct strv words = STRV_INIT;
		uint64_t n;

		strv_split(&words, line ? line : "", " ");
		for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++)
			if (ended[i] < words.n &&
			    !num_parse(words.v[ended[i]], NUM_COUNT, &n, NULL))
				all += n;
		*busy |= words.n > in_flight && strcmp(words.v[in_flight], "0");
		strv_release(&words);
		free(line);
		free(path);
	}
	return all;
}

int settle_wait(const struct settle *s, const atomic_int *stop, struct err *e)
{
	const struct timespec interval = { 0, INTERVAL_NS };
	uint64_t begin_ns = now_ns();
	struct cpu_time before, after;
	struct timespec uptime;
	unsigned quiet = 0;
	bool busy;
	uint64_t done = devices_done(s->devices, s->nr_devices, &busy), done_now;
	int ret = cpu_time_read("", &before, e);

	while (!ret && now_ns() - begin_ns < s->max_ns && !(stop && *stop)) {
		nanosleep(&interval, NULL);
		ret = cpu_time_read("", &after, e);
		if (ret)
			break;
		done_now = devices_done(s->devices, s->nr_devices, &busy);
		quiet = !busy && done_now == done && was_idle(&before, &after) ? quiet + 1 : 0;
		before = after;
		done = done_now;
		clock_gettime(CLOCK_BOOTTIME, &uptime);
		if (quiet >= QUIET_INTERVALS &&
		    (uint64_t)uptime.tv_sec >= s->min_uptime_ns / 1000000000u)
			return 1;
	}
	return ret;
}
