/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf_file.h: perf.data files made by hand, for tests, seeds of fuzzers and the
 * bench: records one after the other, then pf_finish. Three events: begin with a
 * call chain, end without one (so that their samples differ), and a dummy for names.
 */
#ifndef FSDUEL_TESTS_PERF_FILE_H
#define FSDUEL_TESTS_PERF_FILE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/buf.h"

enum { PF_BEGIN, PF_END, PF_DUMMY, PF_ATTRS };

struct pf {
	struct buf records;
	bool longer;  /* a tracepoint's record has 8 bytes more than any known kernel's */
	bool nothing; /* no section that names the events */
};

/* --- bytes ------------------------------------------------------------------------- */

static inline void pf_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, 8);
}

static inline void pf_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, 4);
}

static inline void pf_u16(struct buf *b, uint16_t v)
{
	buf_add(b, &v, 2);
}

/* --- events ------------------------------------------------------------------------- */

static const struct {
	const char *name;
	uint32_t id; /* of the tracepoint; the event's id is this and 1000 */
} pf_events[PF_ATTRS] = {
	[PF_BEGIN] = { "lock:contention_begin", 408 },
	[PF_END] = { "lock:contention_end", 407 },
	[PF_DUMMY] = { "dummy:u", 9 },
};

static inline uint64_t pf_sample_type(int event)
{
	uint64_t type =
		PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;

	if (event != PF_DUMMY)
		type |= PERF_SAMPLE_RAW | PERF_SAMPLE_PERIOD;
	return type | (event == PF_BEGIN ? PERF_SAMPLE_CALLCHAIN : 0);
}

static inline void pf_header(struct buf *b, uint32_t type, uint16_t misc, size_t body)
{
	pf_u32(b, type);
	pf_u16(b, misc);
	pf_u16(b, (uint16_t)(body + 8));
}

static inline void pf_sample(struct pf *p, int event, uint32_t tid, uint32_t cpu, uint64_t time_ns,
			     uint64_t lock, uint32_t flags, const uint64_t *chain, size_t n)
{
	uint64_t type = pf_sample_type(event);
	uint8_t raw[36] = { 0 };
	const uint32_t raw_len = p->longer ? 36 : 28;
	uint16_t id = (uint16_t)pf_events[event].id;
	struct buf b = BUF_INIT;

	memcpy(raw, &id, sizeof(id));
	memcpy(raw + 8, &lock, sizeof(lock));
	memcpy(raw + 16, &flags, sizeof(flags));
	pf_u64(&b, pf_events[event].id + 1000);
	pf_u32(&b, tid);
	pf_u32(&b, tid);
	pf_u64(&b, time_ns);
	pf_u64(&b, cpu);
	pf_u64(&b, 1);
	if (type & PERF_SAMPLE_CALLCHAIN) {
		pf_u64(&b, n);
		buf_add(&b, chain, 8 * n);
	}
	pf_u32(&b, raw_len);
	buf_add(&b, raw, raw_len);
	pf_header(&p->records, PERF_RECORD_SAMPLE, 1, b.len);
	buf_add(&p->records, b.data, b.len);
	buf_release(&b);
}

static inline void pf_begin(struct pf *p, uint32_t tid, uint64_t time_ns, uint64_t lock,
			    uint32_t flags, const uint64_t *chain, size_t n)
{
	pf_sample(p, PF_BEGIN, tid, 0, time_ns, lock, flags, chain, n);
}

static inline void pf_end(struct pf *p, uint32_t tid, uint64_t time_ns, uint64_t lock, int ret)
{
	pf_sample(p, PF_END, tid, 0, time_ns, lock, (uint32_t)ret, NULL, 0);
}

/* --- other records ------------------------------------------------------------------- */

static inline void pf_other(struct pf *p, uint32_t type, uint16_t misc, const struct buf *body,
			    uint32_t tid, uint64_t time_ns)
{
	pf_header(&p->records, type, misc, body->len + 32);
	buf_add(&p->records, body->data, body->len);
	pf_u32(&p->records, tid);
	pf_u32(&p->records, tid);
	pf_u64(&p->records, time_ns);
	pf_u64(&p->records, 0);
	pf_u64(&p->records, pf_events[PF_DUMMY].id + 1000);
}

static inline void pf_comm(struct pf *p, uint32_t tid, uint64_t time_ns, const char *name)
{
	struct buf b = BUF_INIT;
	char padded[16] = "";

	memcpy(padded, name, strnlen(name, 15));
	pf_u32(&b, tid);
	pf_u32(&b, tid);
	buf_add(&b, padded, 16);
	pf_other(p, PERF_RECORD_COMM, 0, &b, tid, time_ns);
	buf_release(&b);
}

static inline void pf_fork(struct pf *p, uint32_t tid, uint32_t parent, uint64_t time_ns)
{
	struct buf b = BUF_INIT;

	pf_u32(&b, tid);
	pf_u32(&b, parent);
	pf_u32(&b, tid);
	pf_u32(&b, parent);
	pf_u64(&b, time_ns);
	pf_other(p, PERF_RECORD_FORK, 0, &b, parent, time_ns);
	buf_release(&b);
}

/* type is PERF_RECORD_LOST or PERF_RECORD_LOST_SAMPLES. */
static inline void pf_lost(struct pf *p, uint32_t type, uint16_t misc, uint64_t n)
{
	struct buf b = BUF_INIT;

	if (type == PERF_RECORD_LOST)
		pf_u64(&b, 0);
	pf_u64(&b, n);
	pf_other(p, type, misc, &b, 0, 0);
	buf_release(&b);
}

/* --- the file --------------------------------------------------------------------------- */

static inline void pf_attr(int event, struct buf *b)
{
	struct perf_event_attr a = {
		.type = event == PF_DUMMY ? PERF_TYPE_SOFTWARE : PERF_TYPE_TRACEPOINT,
		.size = sizeof(a),
		.config = pf_events[event].id,
		.sample_period = 1,
		.sample_type = pf_sample_type(event),
		.sample_id_all = 1,
	};

	buf_add(b, &a, sizeof(a));
}

static inline void pf_event_desc(struct buf *b)
{
	pf_u32(b, PF_ATTRS);
	pf_u32(b, sizeof(struct perf_event_attr));
	for (int i = 0; i < PF_ATTRS; i++) {
		char name[64] = "";

		pf_attr(i, b);
		pf_u32(b, 1);
		snprintf(name, sizeof(name), "%s", pf_events[i].name);
		pf_u32(b, sizeof(name));
		buf_add(b, name, sizeof(name));
		pf_u64(b, pf_events[i].id + 1000);
	}
}

/* Append the file to out; p is empty afterwards. */
static inline void pf_finish(struct pf *p, struct buf *out)
{
	const size_t row = sizeof(struct perf_event_attr) + 16, header = 104;
	struct buf section = BUF_INIT;
	const uint64_t n = PF_ATTRS;
	uint64_t ids;

	pf_event_desc(&section);
	ids = header + n * row;
	buf_adds(out, "PERFILE2");
	pf_u64(out, header);
	pf_u64(out, row);
	pf_u64(out, header);
	pf_u64(out, n * row);
	pf_u64(out, ids + 8 * n);
	pf_u64(out, p->records.len);
	pf_u64(out, 0);
	pf_u64(out, 0);
	pf_u64(out, p->nothing ? 0 : 1u << 12);
	for (int i = 0; i < 3; i++)
		pf_u64(out, 0);
	for (int i = 0; i < PF_ATTRS; i++) {
		pf_attr(i, out);
		pf_u64(out, ids);
		pf_u64(out, 8);
		ids += 8;
	}
	for (int i = 0; i < PF_ATTRS; i++)
		pf_u64(out, pf_events[i].id + 1000);
	buf_add(out, p->records.data, p->records.len);
	if (!p->nothing) {
		pf_u64(out, out->len + 16);
		pf_u64(out, section.len);
		buf_add(out, section.data, section.len);
	}
	buf_release(&section);
	buf_release(&p->records);
	p->records = (struct buf)BUF_INIT;
}

#endif
