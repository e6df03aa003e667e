/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_impl.h: the parts of the perf.data reader: bytes that are never read past their end, a
 * file's events and their layouts, and the builder of lock_events.
 */
#ifndef FSDUEL_RUNNERS_LOCK_PERFDATA_IMPL_H
#define FSDUEL_RUNNERS_LOCK_PERFDATA_IMPL_H

#include <stdbool.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

/* --- bytes ------------------------------------------------------------------------- */

/* at <= len always; bad once something was asked for that is not there, and then for ever. */
struct bytes {
	const uint8_t *p;
	size_t len, at;
	bool bad;
};

/* The next n bytes, or NULL. */
static inline const uint8_t *bytes_take(struct bytes *b, uint64_t n)
{
	const uint8_t *p = b->p + b->at;

	if (b->bad || n > b->len - b->at) {
		b->bad = true;
		return NULL;
	}
	b->at += (size_t)n;
	return p;
}

/* The next number; 0 where there are not as many bytes. */
#define BYTES_NUMBER(name, type)                                                                   \
	static inline type name(struct bytes *b)                                                   \
	{                                                                                          \
		const uint8_t *p = bytes_take(b, sizeof(type));                                    \
		type v = 0;                                                                        \
                                                                                                   \
		if (p)                                                                             \
			memcpy(&v, p, sizeof(v));                                                  \
		return v;                                                                          \
	}
BYTES_NUMBER(bytes_u64, uint64_t)
BYTES_NUMBER(bytes_u32, uint32_t)
BYTES_NUMBER(bytes_u16, uint16_t)
#undef BYTES_NUMBER

/* A part of b by itself; bad when it is not inside. */
static inline struct bytes bytes_part(const struct bytes *b, uint64_t offset, uint64_t size)
{
	if (offset > b->len || size > b->len - offset)
		return (struct bytes){ .p = b->p, .bad = true };
	return (struct bytes){ .p = b->p + offset, .len = (size_t)size };
}

/* --- the events of a file (perfdata_file.c) ------------------------------------------ */

struct perf_attr {
	uint32_t type;
	uint64_t config, sample_type;
	bool sample_id_all;
};

struct perf_id {
	uint64_t id;
	uint32_t attr;
};

struct perf_file {
	struct bytes all, records;
	struct perf_attr *attrs;
	size_t nr_attrs;
	struct perf_id *ids; /* sorted by id */
	size_t nr_ids;
	uint64_t tracepoint[2]; /* numbers of contention_begin, contention_end; 0: not named */
	bool identified;        /* each sample begins with the id of its event */
};

/* The fields that a sample may have in front of its call chain, in this order, 8 bytes each. */
#define PERF_SAMPLE_FIELDS 9
extern const uint64_t perf_sample_fields[PERF_SAMPLE_FIELDS];

/* The header and its sections. perf_file_release in any case. */
int perf_file_open(struct perf_file *f, const void *data, size_t len, struct err *e);
void perf_file_release(struct perf_file *f);
/* The event with this id, or NULL. */
const struct perf_attr *perf_file_event(const struct perf_file *f, uint64_t id);

/* --- events under construction (perfdata_build.c) ------------------------------------- */

/* A name, or a fork that hands one on. */
struct comm_event {
	uint64_t time_ns;
	uint32_t tid, parent, order;
	bool fork;
	char comm[16];
};

struct builder {
	struct lock_events *ev;
	size_t cap_v, cap_comms;
	struct keys chains;
	struct comm_event *comms;
	size_t nr_comms;
	uint64_t lost_records, lost_samples;
};

void builder_event(struct builder *b, const struct lock_event *v);
void builder_comm(struct builder *b, const struct comm_event *c);
/* Sort by time, hand names on to children. */
void builder_finish(struct builder *b);
void builder_release(struct builder *b);

#endif
