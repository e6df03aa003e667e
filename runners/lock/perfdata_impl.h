/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_impl.h: what the files of the perf.data reader share: bytes that are
 * never read past their end, the file's attributes and tracepoints, and the
 * events under construction.
 */
#ifndef FSDUEL_RUNNERS_LOCK_PERFDATA_IMPL_H
#define FSDUEL_RUNNERS_LOCK_PERFDATA_IMPL_H

#include <stdbool.h>
#include <string.h>

#include "runners/lock/perfdata.h"

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

static inline uint64_t bytes_number(struct bytes *b, size_t size)
{
	const uint8_t *p = bytes_take(b, size);
	uint64_t u64 = 0;
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	if (!p)
		return 0;
	switch (size) {
	case 8:
		memcpy(&u64, p, 8);
		return u64;
	case 4:
		memcpy(&u32, p, 4);
		return u32;
	case 2:
		memcpy(&u16, p, 2);
		return u16;
	default:
		return *p;
	}
}

static inline uint64_t bytes_u64(struct bytes *b)
{
	return bytes_number(b, 8);
}

static inline uint32_t bytes_u32(struct bytes *b)
{
	return (uint32_t)bytes_number(b, 4);
}

static inline uint16_t bytes_u16(struct bytes *b)
{
	return (uint16_t)bytes_number(b, 2);
}

/* A string that ends with its NUL, or NULL. */
static inline const char *bytes_string(struct bytes *b)
{
	const uint8_t *end = b->bad ? NULL : memchr(b->p + b->at, '\0', b->len - b->at);

	if (!end) {
		b->bad = true;
		return NULL;
	}
	return (const char *)bytes_take(b, (uint64_t)(end - (b->p + b->at)) + 1);
}

/* A part of b by itself; bad when it is not inside. */
static inline struct bytes bytes_part(const struct bytes *b, uint64_t offset, uint64_t size)
{
	if (offset > b->len || size > b->len - offset)
		return (struct bytes){ .p = b->p, .bad = true };
	return (struct bytes){ .p = b->p + offset, .len = (size_t)size };
}

/* --- what a file says of itself ----------------------------------------------------- */

/* The tracepoints that are read, in the order of the table in perfdata_format.c. */
/* clang-format off */
enum tracepoint_kind {
	TP_CONTENTION_BEGIN, TP_CONTENTION_END,
	TP_LOCK_ACQUIRE, TP_LOCK_CONTENDED, TP_LOCK_ACQUIRED, TP_LOCK_RELEASE,
	TP_KINDS
};
/* clang-format on */

struct field {
	uint32_t offset, size;
}; /* size 0: the record has none */

/* Where a raw record has what; flags: "flags", or "ret" of contention_end. */
struct tracepoint {
	bool known;
	uint64_t id;
	struct field lock, flags;
};

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
	struct perf_id *ids;
	size_t nr_ids; /* by id */
	struct tracepoint tracepoints[TP_KINDS];
	bool contention; /* begin and end are there: lock_* is not looked at */
	bool identified; /* each sample begins with the id of its event */
};

/* perfdata_format.c: the header and its sections. perf_file_release in any case. */
int perf_file_open(struct perf_file *f, const void *data, size_t len, struct err *e);
void perf_file_release(struct perf_file *f);
/* perfdata_tracing.c: the section TRACING_DATA, which holds the events' format files. */
int tracing_data_read(struct perf_file *f, struct bytes b, struct err *e);
/* The tracepoint named "contention_begin" or so, or TP_KINDS. */
enum tracepoint_kind tracepoint_find(const char *name, size_t len);
/* Of a tracepoint whose format the file does not tell. */
struct tracepoint tracepoint_default(enum tracepoint_kind kind, uint64_t id);

/* perfdata_sample.c */
struct perf_sample {
	uint64_t time_ns;
	uint32_t tid, cpu;
	struct bytes chain, raw; /* addresses and marks; a tracepoint's record */
};

/* Once, before the rest. -ENOTSUP: not all that is needed is in the samples. */
int perf_layouts_check(struct perf_file *f, struct err *e);
/* The event whose layout a sample has, NULL: none in the file. */
const struct perf_attr *perf_layout(const struct perf_file *f, struct bytes body);
bool perf_sample_read(struct perf_sample *s, const struct perf_attr *a, struct bytes *b);
/* The time behind a record that is no sample, 0 where there is none. */
uint64_t perf_trailer_time(const struct perf_file *f, const struct bytes *body);

/* --- events under construction ------------------------------------------------------ */

/* Kinds of lock_event.kind beside LOCK_WAIT_*, until lockdep_to_waits has gone over them. */
enum { LOCKDEP_ACQUIRE = 2, LOCKDEP_CONTENDED, LOCKDEP_ACQUIRED };
#define LOCKDEP_TRY 128 /* flag of LOCKDEP_ACQUIRE: does not wait */

/* A name, or a fork that hands one on. */
struct comm_event {
	uint64_t time_ns;
	uint32_t tid, parent;
	bool fork;
	char comm[16];
};

struct builder {
	struct lock_events *ev;
	size_t cap_v, cap_addresses, cap_chains, cap_comms;
	uint32_t *slots;
	size_t nr_slots; /* chains by hash, index + 1; a power of two */
	struct comm_event *comms;
	size_t nr_comms;
	uint64_t lost_records, lost_samples;
};

/* perfdata_build.c */
void builder_event(struct builder *b, const struct lock_event *v);
uint32_t builder_chain(struct builder *b, const uint64_t *addresses, size_t n);
void builder_comm(struct builder *b, const struct comm_event *c);
/* Sort, hand names on to children, make waits of lockdep's events. */
void builder_finish(struct builder *b, bool lockdep);
void builder_release(struct builder *b);

/* perfdata_lockdep.c: lock_contended is a wait's begin, the lock_acquired after it its end. */
void lockdep_to_waits(struct lock_events *ev);

#endif
