/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metric.c: the table of metrics. A new metric is a function and a row. */
#include "workloads/metric.h"

#include <stddef.h>

static bool per_s(uint64_t amount, const struct measured *m, double *value)
{
	if (!m->elapsed_ns)
		return false;
	*value = (double)amount * 1e9 / (double)m->elapsed_ns;
	return true;
}

static bool ops_per_s(const struct measured *m, double *value)
{
	*value = m->sum.ops_per_s;
	return m->sum.parts || per_s(m->ops, m, value);
}

static bool bytes_per_s(const struct measured *m, double *value)
{
	*value = m->sum.bytes_per_s;
	return m->sum.parts || per_s(m->bytes, m, value);
}

void measured_add(struct measured *total, const struct measured *part)
{
	double ops = 0, bytes = 0;

	if (ops_per_s(part, &ops) && bytes_per_s(part, &bytes))
		total->sum.parts++;
	if (part->resolution > 0 || total->resolution > 0)
		total->resolution =
			(total->resolution * total->sum.ops_per_s + part->resolution * ops) /
			(total->sum.ops_per_s + ops);
	total->sum.ops_per_s += ops;
	total->sum.bytes_per_s += bytes;
	total->ops += part->ops;
	total->bytes += part->bytes;
	total->errors += part->errors;
	total->missed += part->missed;
	total->paced |= part->paced;
	total->thread_ns += part->thread_ns;
	if (part->elapsed_ns > total->elapsed_ns)
		total->elapsed_ns = part->elapsed_ns;
}

/* A figure, and whether there is one. Sum and extremes of latencies are 0 where only bins were
 * known, and no operation takes 0 ns. */
#define FIGURE(name, there, figure)                                                                \
	static bool name(const struct measured *m, double *value)                                  \
	{                                                                                          \
		if (!(there))                                                                      \
			return false;                                                              \
		*value = (double)(figure);                                                         \
		return true;                                                                       \
	}
#define LATENCIES (m->lat && m->lat->count)
FIGURE(lat_sum_per_op, LATENCIES && m->lat->sum_ns, (double)m->lat->sum_ns / (double)m->lat->count)
FIGURE(lat_p50, LATENCIES, hist_percentile(m->lat, 50000))
FIGURE(lat_p90, LATENCIES, hist_percentile(m->lat, 90000))
FIGURE(lat_p99, LATENCIES, hist_percentile(m->lat, 99000))
FIGURE(lat_p99_9, LATENCIES, hist_percentile(m->lat, 99900))
FIGURE(lat_max, LATENCIES && m->lat->max_ns, m->lat->max_ns)
FIGURE(operations, true, m->ops)
FIGURE(errors, true, m->errors)
FIGURE(missed, m->paced, m->missed)
FIGURE(elapsed, m->elapsed_ns, m->elapsed_ns)
FIGURE(thread_time, m->thread_ns, m->thread_ns)
FIGURE(resolution, m->resolution > 0, 100 * m->resolution)

const struct metric metrics[] = {
	{ "ops_per_s", "1/s", "operations completed in a second; of a mix the sum of its roles",
	  BETTER_HIGHER, true, ops_per_s },
	{ "bytes_per_s", "B/s", "bytes moved in a second, likewise", BETTER_HIGHER, false,
	  bytes_per_s },
	{ "lat_sum_per_op", "ns", "summed latency for each operation, syncs included", BETTER_LOWER,
	  false, lat_sum_per_op },
	{ "lat_p50", "ns", "latency, median", BETTER_LOWER, false, lat_p50 },
	{ "lat_p90", "ns", "latency, 90th percentile", BETTER_LOWER, false, lat_p90 },
	{ "lat_p99", "ns", "latency, 99th percentile", BETTER_LOWER, false, lat_p99 },
	{ "lat_p99_9", "ns", "latency, 99.9th percentile", BETTER_LOWER, false, lat_p99_9 },
	{ "lat_max", "ns", "latency of the slowest operation", BETTER_LOWER, false, lat_max },
	{ "operations", "count", "operations completed", BETTER_NONE, false, operations },
	{ "errors", "count", "operations that failed and were survived", BETTER_LOWER, false,
	  errors },
	{ "missed", "count", "operations with a rate, due before the end and never started",
	  BETTER_LOWER, false, missed },
	{ "elapsed", "ns", "from its start to the end of its last thread, final sync included",
	  BETTER_NONE, false, elapsed },
	{ "thread_time", "ns", "of all threads together, each to its own end", BETTER_NONE, false,
	  thread_time },
	{ "resolution", "%", "smallest change of ops_per_s that this run could have shown",
	  BETTER_NONE, false, resolution },
	{ .name = NULL },
};

void counters_init(const struct counter *table, uint64_t *count)
{
	for (size_t i = 0; table && table[i].name; i++)
		count[i] = table[i].kind == COUNTER_SUM ? 0 : COUNTER_NONE;
}

void counters_merge(const struct counter *table, uint64_t *into, const uint64_t *from)
{
	bool first = false;

	for (size_t i = 0; table && table[i].name; i++) {
		if (table[i].kind == COUNTER_SUM)
			into[i] += from[i];
		else if (table[i].kind == COUNTER_FIRST)
			first = from[i] < into[i];
		if (table[i].kind != COUNTER_SUM && first)
			into[i] = from[i];
	}
}

bool metric_is_seldom(const struct metric *m)
{
	return m->value == resolution;
}

const char *better_name(enum better b)
{
	return b == BETTER_HIGHER ? "higher" : b == BETTER_LOWER ? "lower" : "";
}
