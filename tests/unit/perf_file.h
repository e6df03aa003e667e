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

enum { PF_BEGIN, PF_END, PF_ACQUIRE, PF_RELEASE, PF_DUMMY, PF_ATTRS };

struct pf {
	struct buf records;
	bool lockdep;    /* lock_contended, lock_acquired, lock_acquire, lock_release */
	bool shifted;    /* fields at other places, which the formats tell */
	bool no_formats; /* EVENT_DESC in the place of TRACING_DATA */
	bool plain;      /* all samples alike and without an id */
	bool nothing;    /* neither section */
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

static inline void pf_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s) + 1);
}

/* --- events ------------------------------------------------------------------------- */

static const struct {
	const char *name[2]; /* by contention, by lock statistics */
	uint32_t id;         /* of the tracepoint; the event's id is this and 1000 */
} pf_events[PF_ATTRS] = {
	[PF_BEGIN] = { { "contention_begin", "lock_contended" }, 408 },
	[PF_END] = { { "contention_end", "lock_acquired" }, 407 },
	[PF_ACQUIRE] = { { NULL, "lock_acquire" }, 406 },
	[PF_RELEASE] = { { NULL, "lock_release" }, 405 },
	[PF_DUMMY] = { { "dummy", "dummy" }, 9 },
};

static inline uint64_t pf_sample_type(const struct pf *p, int event)
{
	uint64_t type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU;

	if (event == PF_DUMMY && !p->plain)
		return type | PERF_SAMPLE_IDENTIFIER;
	type |= PERF_SAMPLE_RAW | PERF_SAMPLE_PERIOD;
	if (event == PF_BEGIN || p->plain)
		type |= PERF_SAMPLE_CALLCHAIN;
	return type | (p->plain ? 0 : PERF_SAMPLE_IDENTIFIER);
}

/* Where the lock's address, then the flags are in a raw record; 0: there are none. */
static inline void pf_fields(const struct pf *p, int event, uint32_t at[2])
{
	at[0] = p->lockdep ? 16 : 8;
	at[1] = p->lockdep ? event == PF_ACQUIRE ? 8 : 0 : 16;
	if (p->shifted) {
		at[0] = 24;
		at[1] = at[1] ? 12 : 0;
	}
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
	uint64_t type = pf_sample_type(p, event);
	uint8_t raw[36] = { 0 };
	uint16_t id = (uint16_t)pf_events[event].id;
	struct buf b = BUF_INIT;
	uint32_t at[2];

	pf_fields(p, event, at);
	memcpy(raw, &id, sizeof(id));
	memcpy(raw + at[0], &lock, sizeof(lock));
	if (at[1])
		memcpy(raw + at[1], &flags, sizeof(flags));
	if (type & PERF_SAMPLE_IDENTIFIER)
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
	pf_u32(&b, sizeof(raw));
	buf_add(&b, raw, sizeof(raw));
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
	pf_header(&p->records, type, misc, body->len + 24 + (p->plain ? 0 : 8));
	buf_add(&p->records, body->data, body->len);
	pf_u32(&p->records, tid);
	pf_u32(&p->records, tid);
	pf_u64(&p->records, time_ns);
	pf_u64(&p->records, 0);
	if (!p->plain)
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

static inline bool pf_has(const struct pf *p, int event)
{
	return pf_events[event].name[p->lockdep];
}

static inline void pf_attr(const struct pf *p, int event, struct buf *b)
{
	struct perf_event_attr a = {
		.type = event == PF_DUMMY ? PERF_TYPE_SOFTWARE : PERF_TYPE_TRACEPOINT,
		.size = sizeof(a),
		.config = pf_events[event].id,
		.sample_period = 1,
		.sample_type = pf_sample_type(p, event),
		.sample_id_all = 1,
	};

	buf_add(b, &a, sizeof(a));
}

static inline void pf_format(const struct pf *p, int event, struct buf *b)
{
	struct buf text = BUF_INIT;
	uint32_t at[2];

	pf_fields(p, event, at);
	buf_addf(&text,
		 "name: %s\nID: %u\nformat:\n"
		 "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		 "\tfield:void * %s;\toffset:%u;\tsize:8;\tsigned:0;\n",
		 pf_events[event].name[p->lockdep], pf_events[event].id,
		 p->lockdep ? "lockdep_addr" : "lock_addr", at[0]);
	if (at[1])
		buf_addf(&text, "\tfield:%s;\toffset:%u;\tsize:4;\tsigned:0;\n",
			 event == PF_END ? "int ret" : "unsigned int flags", at[1]);
	buf_adds(&text, "\nprint fmt: \"%p\", REC->flags\n");
	pf_u64(b, text.len);
	buf_add(b, text.data, text.len);
	buf_release(&text);
}

static inline void pf_tracing_data(const struct pf *p, struct buf *b)
{
	uint32_t n = 0;

	buf_add(b, "\x17\x08\x44tracing", 10);
	pf_text(b, "0.6");
	buf_add(b, "\0\x08\0\x10\0\0", 6);
	pf_text(b, "header_page");
	pf_u64(b, 4);
	buf_adds(b, "page");
	pf_text(b, "header_event");
	pf_u64(b, 5);
	buf_adds(b, "event");
	pf_u32(b, 1); /* of ftrace */
	pf_u64(b, 3);
	buf_adds(b, "ftr");
	pf_u32(b, 2); /* systems */
	pf_text(b, "sched");
	pf_u32(b, 1);
	pf_u64(b, 8);
	buf_adds(b, "name: x\n");
	pf_text(b, "lock");
	for (int i = 0; i < PF_DUMMY; i++)
		n += pf_has(p, i);
	pf_u32(b, n);
	for (int i = 0; i < PF_DUMMY; i++) {
		if (pf_has(p, i))
			pf_format(p, i, b);
	}
	pf_u32(b, 0); /* kallsyms, printk, names */
	pf_u32(b, 0);
	pf_u64(b, 0);
}

static inline void pf_event_desc(const struct pf *p, uint32_t n, struct buf *b)
{
	pf_u32(b, n);
	pf_u32(b, sizeof(struct perf_event_attr));
	for (int i = 0; i < PF_ATTRS; i++) {
		char name[64] = "";

		if (!pf_has(p, i))
			continue;
		pf_attr(p, i, b);
		pf_u32(b, 1);
		snprintf(name, sizeof(name), "lock:%s", pf_events[i].name[p->lockdep]);
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
	uint64_t n = 0, ids, features = p->no_formats ? 1u << 12 : 1u << 1;

	for (int i = 0; i < PF_ATTRS; i++)
		n += pf_has(p, i);
	if (p->no_formats)
		pf_event_desc(p, (uint32_t)n, &section);
	else
		pf_tracing_data(p, &section);
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
	pf_u64(out, p->nothing ? 0 : features);
	for (int i = 0; i < 3; i++)
		pf_u64(out, 0);
	for (int i = 0; i < PF_ATTRS; i++) {
		if (!pf_has(p, i))
			continue;
		pf_attr(p, i, out);
		pf_u64(out, ids);
		pf_u64(out, p->plain ? 0 : 8);
		ids += 8;
	}
	for (int i = 0; i < PF_ATTRS; i++) {
		if (pf_has(p, i))
			pf_u64(out, pf_events[i].id + 1000);
	}
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
