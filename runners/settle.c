/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settle.c: idle time from /proc/stat, proc(5); see settle.h. */
#include "runners/settle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"

#define INTERVAL_NS 200000000
#define QUIET_INTERVALS 3
#define IDLE_PCT 95

struct cpu_time {
	uint64_t all, idle;   /* clock ticks since boot, all CPUs */
};

/* "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; guest is part of user. */
static int read_cpu_time(struct cpu_time *t, struct err *e)
{
	enum { IDLE = 4, IOWAIT = 5, STEAL = 8 };
	char *line = fs_read_line("/proc/stat");
	struct strv words = STRV_INIT;
	int ret = 0;

	*t = (struct cpu_time){ 0 };
	if (line)
		strv_split(&words, line, " ");
	if (words.n <= STEAL)
		ret = err_add(e, EIO, "cannot read the CPUs' times in /proc/stat");
	for (size_t i = 1; i <= STEAL && !ret; i++) {
		uint64_t ticks;

		ret = num_parse(words.v[i], NUM_COUNT, &ticks, e);
		if (ret)
			break;
		t->all += ticks;
		if (i == IDLE || i == IOWAIT)
			t->idle += ticks;
	}
	strv_release(&words);
	free(line);
	return ret;
}

static uint64_t uptime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int settle_wait(const struct settle *s, const volatile int *stop, struct err *e)
{
	const struct timespec interval = { 0, INTERVAL_NS };
	uint64_t begin_ns = now_ns();
	struct cpu_time before, after;
	unsigned quiet = 0;
	int ret = read_cpu_time(&before, e);

	while (!ret && now_ns() - begin_ns < s->max_ns && !(stop && *stop)) {
		nanosleep(&interval, NULL);
		ret = read_cpu_time(&after, e);
		if (ret)
			break;
		if ((after.idle - before.idle) * 100 >= (after.all - before.all) * IDLE_PCT)
			quiet++;
		else
			quiet = 0;
		before = after;
		if (quiet >= QUIET_INTERVALS && uptime_ns() >= s->min_uptime_ns)
			return 1;
	}
	return ret;
}
