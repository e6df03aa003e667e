/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata.c: the records of a perf.data file: samples of the two tracepoints, names of threads,
 * and losses, laid out as perf_event_open(2) says. Each CPU's records come in pieces, so
 * perfdata_build.c sorts them.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "runners/lock/perfdata_impl.h"

/* Records that perf itself makes (tools/lib/perf/include/perf/event.h). */
enum {
	RECORD_AUXTRACE = 71,
	RECORD_COMPRESSED = 81,
	RECORD_COMPRESSED2 = 83,
};
#define LOST_BY_FILTER (1u << 15)     /* in misc of LOST_SAMPLES: a BPF filter's, on purpose */
#define CONTEXT_MAX ((uint64_t)-4095) /* from here on: a mark, not an address */
#define FRAMES_MAX 1024
/* The fields behind a record of another kind; the identifier is then the last. */
#define TRAILER                                                                                    \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |             \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)

struct record {
	uint32_t type;
	uint16_t misc;
	size_t offset; /* in the file, for sentences */
	struct bytes body;
};

static int damaged(const struct record *r, const char *what, struct err *e)
{
	return err_add(e, EINVAL, "perf.data: %s at byte %zu is damaged", what, r->offset);
}

/* --- samples --------------------------------------------------------------------------- */

/* Kernel addresses only, by their marks and their highest bit. */
static uint32_t chain_add(struct builder *b, struct bytes chain)
{
	uint64_t frames[FRAMES_MAX];
	bool kernel = true;
	size_t n = 0;

	while (chain.at < chain.len && n < FRAMES_MAX) {
		uint64_t v = bytes_u64(&chain);

		if (v >= CONTEXT_MAX)
			kernel = v == (uint64_t)PERF_CONTEXT_KERNEL;
		else if (kernel && v >> 63)
			frames[n++] = v;
	}
	return keys_add(&b->chains, frames, n * sizeof(frames[0]));
}

/* The fields in front of the call chain. */
static void fields_read(struct lock_event *v, uint64_t type, struct bytes *b)
{
	for (size_t i = 0; i < PERF_SAMPLE_FIELDS; i++) {
		switch (type & perf_sample_fields[i]) {
		case 0:
			break;
		case PERF_SAMPLE_TID:
			bytes_u32(b); /* process */
			v->tid = bytes_u32(b);
			break;
		case PERF_SAMPLE_TIME:
			v->time_ns = bytes_u64(b);
			break;
		case PERF_SAMPLE_CPU:
			v->cpu = (uint16_t)bytes_u32(b);
			bytes_u32(b); /* reserved */
			break;
		default:
			bytes_u64(b);
		}
	}
}

/*
 * The tracepoint's own record (include/trace/events/lock.h, unchanged since 5.19): a number of 2
 * bytes, 6 common ones, the lock's address, then the flags of contention_begin or the result of
 * contention_end. False: it has another form.
 */
static bool raw_read(struct lock_event *v, const struct perf_file *f, struct bytes raw, bool *ours)
{
	uint64_t id = bytes_u16(&raw);
	uint32_t flags;

	*ours = id == f->tracepoint[LOCK_WAIT_BEGIN] || id == f->tracepoint[LOCK_WAIT_END];
	v->kind = id == f->tracepoint[LOCK_WAIT_BEGIN] ? LOCK_WAIT_BEGIN : LOCK_WAIT_END;
	bytes_take(&raw, 6);
	v->lock = bytes_u64(&raw);
	flags = bytes_u32(&raw);
	v->flags = v->kind == LOCK_WAIT_BEGIN ? (uint8_t)flags : flags ? LOCK_GAVE_UP : 0;
	return !raw.bad && raw.len - raw.at <= 8; /* padding */
}

static int on_sample(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	struct bytes *body = &r->body, peek = r->body, chain = { .p = NULL }, raw;
	const struct perf_attr *a =
		f->identified ? perf_file_event(f, bytes_u64(&peek)) : &f->attrs[0];
	struct lock_event v = { .cpu = 0 };
	uint64_t n;
	bool ours, whole;

	if (!a)
		return err_add(e, EINVAL,
			       "perf.data: the sample at byte %zu is of no event in the file",
			       r->offset);
	if (!(a->sample_type & PERF_SAMPLE_RAW))
		return 0;
	fields_read(&v, a->sample_type, body);
	if (a->sample_type & PERF_SAMPLE_CALLCHAIN) {
		n = bytes_u64(body);
		chain.len = n > body->len / 8 ? 0 : (size_t)n * 8;
		chain.p = bytes_take(body, n > body->len / 8 ? UINT64_MAX : n * 8);
	}
	raw.len = bytes_u32(body);
	raw = (struct bytes){ .p = bytes_take(body, raw.len), .len = raw.len };
	if (body->bad || raw.len < 2)
		return damaged(r, "the sample", e);
	whole = raw_read(&v, f, raw, &ours);
	if (!ours)
		return 0;
	if (!whole)
		return damaged(r, "the sample", e);
	if (v.kind == LOCK_WAIT_BEGIN)
		v.chain = chain_add(b, chain);
	builder_event(b, &v);
	return 0;
}

/* --- other records ------------------------------------------------------------------------ */

/* The time behind a record that is no sample, 0 where there is none. */
static uint64_t trailer_time(const struct perf_file *f, const struct bytes *body)
{
	const struct perf_attr *a = &f->attrs[0];
	size_t size = 0;
	struct bytes b;

	if (f->identified) {
		b = bytes_part(body, body->len - (body->len < 8 ? 0 : 8), 8);
		a = perf_file_event(f, bytes_u64(&b));
	}
	if (!a || !a->sample_id_all || !(a->sample_type & PERF_SAMPLE_TIME))
		return 0;
	for (size_t i = 0; i < PERF_SAMPLE_FIELDS; i++)
		size += a->sample_type & TRAILER & perf_sample_fields[i] ? 8 : 0;
	b = bytes_part(body, size > body->len ? 0 : body->len - size, size);
	bytes_take(&b, a->sample_type & PERF_SAMPLE_TID ? 8 : 0);
	return bytes_u64(&b);
}

static int on_comm(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	struct comm_event c = { .time_ns = trailer_time(f, &r->body) };
	const char *name;
	size_t room;

	bytes_u32(&r->body); /* process */
	c.tid = bytes_u32(&r->body);
	room = r->body.len - r->body.at;
	name = (const char *)bytes_take(&r->body, room);
	if (!name || !memchr(name, '\0', room))
		return damaged(r, "the name of a thread", e);
	memcpy(c.comm, name, strnlen(name, sizeof(c.comm) - 1));
	builder_comm(b, &c);
	return 0;
}

static int on_fork(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	struct comm_event c = { .fork = true };

	(void)f;
	bytes_u64(&r->body); /* processes */
	c.tid = bytes_u32(&r->body);
	c.parent = bytes_u32(&r->body);
	c.time_ns = bytes_u64(&r->body);
	if (r->body.bad)
		return damaged(r, "the start of a thread", e);
	builder_comm(b, &c);
	return 0;
}

/* The kernel records each loss; newer perfs repeat it from counters. The larger sum is the loss. */
static int on_lost(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	uint64_t *sum = r->type == PERF_RECORD_LOST ? &b->lost_records : &b->lost_samples;
	uint64_t n;

	(void)f;
	if (r->type == PERF_RECORD_LOST)
		bytes_u64(&r->body); /* id */
	n = bytes_u64(&r->body);
	if (r->body.bad || __builtin_add_overflow(*sum, n, &n))
		return damaged(r, "the count of lost records", e);
	if (r->type == PERF_RECORD_LOST || !(r->misc & LOST_BY_FILTER))
		*sum = n;
	return 0;
}

static int on_compressed(struct builder *b, const struct perf_file *f, struct record *r,
			 struct err *e)
{
	(void)b;
	(void)f;
	(void)r;
	return err_add(e, ENOTSUP, "perf.data: its records are compressed: record without -z");
}

static const struct {
	uint32_t type;
	int (*take)(struct builder *b, const struct perf_file *f, struct record *r, struct err *e);
} records[] = {
	{ PERF_RECORD_SAMPLE, on_sample },     { PERF_RECORD_COMM, on_comm },
	{ PERF_RECORD_FORK, on_fork },         { PERF_RECORD_LOST, on_lost },
	{ PERF_RECORD_LOST_SAMPLES, on_lost }, { RECORD_COMPRESSED, on_compressed },
	{ RECORD_COMPRESSED2, on_compressed },
};

/* The next record; false at the end, or with in->bad where there is none. */
static bool next_record(struct bytes *in, struct record *r)
{
	size_t size;

	r->offset = in->at;
	if (in->at == in->len)
		return false;
	r->type = bytes_u32(in);
	r->misc = bytes_u16(in);
	size = bytes_u16(in);
	if (size < 8)
		in->bad = true;
	r->body = (struct bytes){ .p = bytes_take(in, size - 8), .len = size - 8 };
	if (!in->bad && r->type == RECORD_AUXTRACE) { /* its data are behind it */
		struct bytes b = r->body;

		bytes_take(in, bytes_u64(&b));
		in->bad |= b.bad;
	}
	return !in->bad;
}

static int read_records(struct builder *b, const struct perf_file *f, struct err *e)
{
	struct bytes in = f->records;
	struct record r;
	int ret = 0;

	while (!ret && next_record(&in, &r)) {
		size_t i = 0, n = sizeof(records) / sizeof(records[0]);

		while (i < n && records[i].type != r.type)
			i++;
		r.offset += (size_t)(f->records.p - f->all.p);
		ret = i < n ? records[i].take(b, f, &r, e) : 0;
	}
	if (!ret && in.bad)
		ret = err_add(e, EINVAL,
			      "perf.data: the record at byte %zu does not end inside the "
			      "file's data",
			      r.offset + (size_t)(f->records.p - f->all.p));
	return ret;
}

int perfdata_read(struct lock_events *ev, const void *data, size_t len, struct err *e)
{
	struct builder b = { .ev = ev };
	struct perf_file f;
	int ret;

	*ev = (struct lock_events){ .n = 0 };
	ret = perf_file_open(&f, data, len, e);
	if (!ret)
		ret = read_records(&b, &f, e);
	if (!ret)
		builder_finish(&b);
	else
		lock_events_release(ev);
	builder_release(&b);
	perf_file_release(&f);
	return ret;
}

void lock_events_release(struct lock_events *ev)
{
	free(ev->v);
	free(ev->addresses);
	free(ev->chains);
	free(ev->comms);
	*ev = (struct lock_events){ .n = 0 };
}
