/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata.c: a perf.data file: its list of events, then the records, laid out as
 * perf_event_open(2) says: samples of the two tracepoints, names of threads, and losses. Each CPU's
 * records come in pieces, so perfdata_build.c sorts them. Where a file's events differ in the
 * fields of a sample, `perf lock record` puts the event's id in front of each.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

#define FEATURES 256
#define FEATURE_EVENT_DESC 12
#define WANTED (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW)
#define LOST_BY_FILTER (1u << 15)     /* in misc of LOST_SAMPLES: a BPF filter's, on purpose */
#define CONTEXT_MAX ((uint64_t)-4095) /* from here on: a mark, not an address */
#define FRAMES_MAX 1024
/* The fields behind a record that is no sample; the identifier is the last of them. */
#define TRAILER                                                                                    \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |             \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)

/* --- bytes ------------------------------------------------------------------------- */

/* at <= len always; bad once something was asked for that is not there, and then for ever. */
struct bytes {
	const uint8_t *p;
	size_t len, at;
	bool bad;
};

/* The next n bytes, or NULL. */
static const uint8_t *take(struct bytes *b, uint64_t n)
{
	const uint8_t *p = b->p + b->at;

	if (b->bad || n > b->len - b->at) {
		b->bad = true;
		return NULL;
	}
	b->at += (size_t)n;
	return p;
}

/* The next number of so many bytes; 0 where there are not as many. */
static uint64_t number(struct bytes *b, size_t size)
{
	const uint8_t *p = take(b, size);
	uint64_t v = 0;

	if (p)
		memcpy(&v, p, size);
	return v;
}

/* The next n bytes by themselves. */
static struct bytes part(struct bytes *b, uint64_t n)
{
	const uint8_t *p = take(b, n);

	return (struct bytes){ .p = p, .len = p ? (size_t)n : 0, .bad = !p };
}

/* --- the events of a file ------------------------------------------------------------ */

struct event {
	uint64_t id, sample_type;
	bool sample_id_all;
};

struct file {
	struct bytes records;
	size_t records_at; /* in the file, for sentences */
	struct event *events;
	size_t nr_events;       /* sorted by id */
	uint64_t tracepoint[2]; /* numbers of contention_begin, contention_end; 0: not there */
};

static int damaged(const char *what, size_t offset, struct err *e)
{
	return err_add(e, EINVAL, "perf.data: %s at byte %zu is damaged", what, offset);
}

static int by_id(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return compare_u64(x->id, y->id);
}

/* NULL: none has this id, which stands first or last in b; or all are alike. */
static const struct event *find_event(const struct file *f, struct bytes b, bool last)
{
	struct event key;

	if (!(f->events[0].sample_type & PERF_SAMPLE_IDENTIFIER))
		return &f->events[0];
	take(&b, last && b.len >= 8 ? b.len - 8 : 0);
	key.id = number(&b, 8);
	return bsearch(&key, f->events, f->nr_events, sizeof(key), by_id);
}

/* One event of the list: its attributes, its name, an id for each CPU. */
static int read_event(struct file *f, struct bytes *b, uint32_t attr_size, struct err *e)
{
	static const char *const names[] = { "lock:contention_begin", "lock:contention_end" };
	struct perf_event_attr a = { .type = 0 };
	struct bytes attr = part(b, attr_size), name, ids;
	uint64_t nr_ids = number(b, 4);

	name = part(b, number(b, 4));
	ids = part(b, 8 * nr_ids);
	if (b->bad || attr_size < PERF_ATTR_SIZE_VER0 || !memchr(name.p, '\0', name.len))
		return err_add(e, EINVAL, "perf.data: its list of events is damaged");
	memcpy(&a, attr.p, attr_size < sizeof(a) ? attr_size : sizeof(a));
	for (int i = 0; i < 2; i++) {
		if (a.type != PERF_TYPE_TRACEPOINT || strcmp((const char *)name.p, names[i]) != 0)
			continue;
		f->tracepoint[i] = a.config;
		if ((a.sample_type & WANTED) != WANTED || a.sample_type & PERF_SAMPLE_READ)
			return err_add(e, ENOTSUP,
				       "perf.data: perf lock record did not write its samples");
	}
	f->events = xrealloc(f->events, f->nr_events + nr_ids + 1, sizeof(*f->events));
	while (nr_ids--)
		f->events[f->nr_events++] =
			(struct event){ number(&ids, 8), a.sample_type, a.sample_id_all };
	return 0;
}

static int read_events(struct file *f, struct bytes b, struct err *e)
{
	uint32_t n = (uint32_t)number(&b, 4), attr_size = (uint32_t)number(&b, 4);
	int ret = 0;

	while (!ret && n--)
		ret = read_event(f, &b, attr_size, e);
	if (!ret &&
	    (!f->nr_events || !f->tracepoint[LOCK_WAIT_BEGIN] || !f->tracepoint[LOCK_WAIT_END]))
		ret = err_add(e, ENOTSUP,
			      "perf.data: it has no waits for locks (lock:contention_begin)");
	else if (!ret)
		qsort(f->events, f->nr_events, sizeof(*f->events), by_id);
	return ret;
}

/* The header, and the sections behind the records: where and how long, in the order of bits. */
static int open_file(struct file *f, const void *data, size_t len, struct err *e)
{
	struct {
		char magic[8];
		uint64_t size, attr_size;
		struct {
			uint64_t at, size;
		} attrs, data, event_types;
		uint8_t features[FEATURES / 8];
	} h;
	struct bytes all = { .p = data, .len = len }, table, section, desc = { .p = NULL };

	if (len < sizeof(h) || memcmp(data, "PERFILE2", sizeof(h.magic)))
		return err_add(e, EINVAL, "perf.data: the file has no header of perf's");
	memcpy(&h, data, sizeof(h));
	if (!h.data.size)
		return err_add(e, EINVAL,
			       "perf.data: perf was killed before it completed the file");
	table = all;
	take(&table, h.data.at);
	f->records_at = table.at;
	f->records = part(&table, h.data.size);
	for (unsigned bit = 0; bit < FEATURES; bit++) {
		if (!(h.features[bit / 8] >> bit % 8 & 1))
			continue;
		section = all;
		take(&section, number(&table, 8));
		section = part(&section, number(&table, 8));
		table.bad |= section.bad;
		desc = bit == FEATURE_EVENT_DESC ? section : desc;
	}
	if (h.size < sizeof(h) || table.bad)
		return err_add(e, EINVAL, "perf.data: the file is cut short");
	return read_events(f, desc, e);
}

/* --- samples --------------------------------------------------------------------------- */

struct record {
	uint32_t type;
	uint16_t misc;
	size_t offset; /* in the file, for sentences */
	struct bytes body;
};

/* The fields that a sample may have in front of its call chain, in this order, 8 bytes each. */
static const uint64_t fields[] = {
	PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP,   PERF_SAMPLE_TID,
	PERF_SAMPLE_TIME,       PERF_SAMPLE_ADDR, PERF_SAMPLE_ID,
	PERF_SAMPLE_STREAM_ID,  PERF_SAMPLE_CPU,  PERF_SAMPLE_PERIOD,
};
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void read_fields(struct lock_event *v, uint64_t type, struct bytes *b)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		uint64_t field = type & fields[i], value = field ? number(b, 8) : 0;

		if (field == PERF_SAMPLE_TID)
			v->tid = (uint32_t)(value >> 32); /* process, thread */
		else if (field == PERF_SAMPLE_TIME)
			v->time_ns = value;
		else if (field == PERF_SAMPLE_CPU)
			v->cpu = (uint16_t)value;
	}
}

/* Kernel addresses only, by their marks and their highest bit. */
static uint32_t add_chain(struct builder *b, struct bytes chain)
{
	uint64_t frames[FRAMES_MAX];
	bool kernel = true;
	size_t n = 0;

	while (chain.at < chain.len && n < FRAMES_MAX) {
		uint64_t v = number(&chain, 8);

		if (v >= CONTEXT_MAX)
			kernel = v == (uint64_t)PERF_CONTEXT_KERNEL;
		else if (kernel && v >> 63)
			frames[n++] = v;
	}
	return keys_add(&b->chains, frames, n * sizeof(frames[0]));
}

/* The tracepoint's own record (include/trace/events/lock.h, unchanged since 5.19): a number of 2
 * bytes, 6 common ones, the lock's address, then the flags of contention_begin or the result of
 * contention_end. */
static int on_sample(struct builder *b, const struct file *f, struct record *r, struct err *e)
{
	const struct event *event = find_event(f, r->body, false);
	struct bytes *body = &r->body, chain = { .p = NULL }, raw;
	struct lock_event v = { .cpu = 0 };
	uint64_t n, tracepoint;
	uint32_t flags;

	if (!event)
		return err_add(e, EINVAL,
			       "perf.data: the sample at byte %zu is of no event in the file",
			       r->offset);
	if (!(event->sample_type & PERF_SAMPLE_RAW))
		return 0;
	read_fields(&v, event->sample_type, body);
	if (event->sample_type & PERF_SAMPLE_CALLCHAIN) {
		n = number(body, 8);
		chain = part(body, n > body->len ? UINT64_MAX : 8 * n);
	}
	raw = part(body, number(body, 4));
	tracepoint = number(&raw, 2);
	if (!raw.bad && tracepoint != f->tracepoint[LOCK_WAIT_BEGIN] &&
	    tracepoint != f->tracepoint[LOCK_WAIT_END])
		return 0;
	v.kind = tracepoint == f->tracepoint[LOCK_WAIT_BEGIN] ? LOCK_WAIT_BEGIN : LOCK_WAIT_END;
	take(&raw, 6);
	v.lock = number(&raw, 8);
	flags = (uint32_t)number(&raw, 4);
	v.flags = v.kind == LOCK_WAIT_BEGIN ? (uint8_t)flags : flags ? LOCK_GAVE_UP : 0;
	if (raw.bad || raw.len - raw.at > 8) /* padding */
		return damaged("the sample", r->offset, e);
	if (v.kind == LOCK_WAIT_BEGIN)
		v.chain = add_chain(b, chain);
	builder_event(b, &v);
	return 0;
}

/* --- other records ------------------------------------------------------------------------ */

/* The time behind a record that is no sample, 0 where there is none. */
static uint64_t trailer_time(const struct file *f, const struct bytes *body)
{
	const struct event *event = find_event(f, *body, true);
	struct lock_event v = { .time_ns = 0 };
	struct bytes b = *body;
	size_t size = 0;

	if (!event || !event->sample_id_all)
		return 0;
	for (size_t i = 0; i < NR_FIELDS; i++)
		size += event->sample_type & TRAILER & fields[i] ? 8 : 0;
	take(&b, size > body->len ? UINT64_MAX : body->len - size);
	/* An identifier is the last here; the other fields are in the order of a sample's. */
	read_fields(&v, event->sample_type & TRAILER & ~(uint64_t)PERF_SAMPLE_IDENTIFIER, &b);
	return v.time_ns;
}

static int on_comm(struct builder *b, const struct file *f, struct record *r, struct err *e)
{
	struct lock_comm c = { .time_ns = trailer_time(f, &r->body) };
	const char *name;
	size_t room;

	number(&r->body, 4); /* process */
	c.tid = (uint32_t)number(&r->body, 4);
	room = r->body.len - r->body.at;
	name = (const char *)take(&r->body, room);
	if (!name || !memchr(name, '\0', room))
		return damaged("the name of a thread", r->offset, e);
	memcpy(c.comm, name, strnlen(name, sizeof(c.comm) - 1));
	builder_comm(b, &c);
	return 0;
}

static int on_fork(struct builder *b, struct record *r, struct err *e)
{
	struct lock_comm c = { .fork = true };

	number(&r->body, 8); /* processes */
	c.tid = (uint32_t)number(&r->body, 4);
	c.parent = (uint32_t)number(&r->body, 4);
	c.time_ns = number(&r->body, 8);
	if (r->body.bad)
		return damaged("the start of a thread", r->offset, e);
	builder_comm(b, &c);
	return 0;
}

/* The kernel records each loss; newer perfs repeat it from counters. The larger sum is the loss. */
static int on_lost(struct builder *b, struct record *r, struct err *e)
{
	bool record = r->type == PERF_RECORD_LOST;
	uint64_t *sum = record ? &b->lost_records : &b->lost_samples, n;

	number(&r->body, record ? 8 : 0); /* id */
	n = number(&r->body, 8);
	if (r->body.bad || __builtin_add_overflow(*sum, n, &n))
		return damaged("the count of lost records", r->offset, e);
	if (record || !(r->misc & LOST_BY_FILTER))
		*sum = n;
	return 0;
}

static int read_record(struct builder *b, const struct file *f, struct record *r, struct err *e)
{
	switch (r->type) {
	case PERF_RECORD_SAMPLE:
		return on_sample(b, f, r, e);
	case PERF_RECORD_COMM:
		return on_comm(b, f, r, e);
	case PERF_RECORD_FORK:
		return on_fork(b, r, e);
	case PERF_RECORD_LOST:
	case PERF_RECORD_LOST_SAMPLES:
		return on_lost(b, r, e);
	}
	return 0;
}

static int read_records(struct builder *b, const struct file *f, struct err *e)
{
	struct bytes in = f->records;
	int ret = 0;

	while (!ret && in.at < in.len) {
		struct record r = { .offset = f->records_at + in.at };
		size_t size;

		r.type = (uint32_t)number(&in, 4);
		r.misc = (uint16_t)number(&in, 2);
		size = number(&in, 2);
		r.body = part(&in, size < 8 ? UINT64_MAX : size - 8);
		ret = in.bad ? damaged("the record", r.offset, e) : read_record(b, f, &r, e);
	}
	return ret;
}

int perfdata_read(struct lock_events *ev, const void *data, size_t len, struct err *e)
{
	struct builder b = { .ev = ev };
	struct file f = { .nr_events = 0 };
	int ret;

	*ev = (struct lock_events){ .n = 0 };
	ret = open_file(&f, data, len, e);
	if (!ret)
		ret = read_records(&b, &f, e);
	builder_finish(&b);
	if (ret)
		lock_events_release(ev);
	free(f.events);
	return ret;
}
