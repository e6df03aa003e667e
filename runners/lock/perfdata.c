/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata.c: the records of a perf.data file; see perfdata.h. Layouts are those of
 * perf_event_open(2) and include/uapi/linux/perf_event.h. Times may go back between
 * records, as each CPU's come in pieces: perfdata_build.c sorts.
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

struct record {
	uint32_t type;
	uint16_t misc;
	size_t offset; /* in the file, for sentences */
	struct bytes body;
};

/* --- samples --------------------------------------------------------------------------- */

static uint64_t field_value(const struct perf_sample *s, struct field f)
{
	struct bytes b = bytes_part(&s->raw, f.offset, f.size);

	return f.size ? bytes_number(&b, f.size) : 0;
}

/* Kernel addresses only: what stands behind the mark "user" or before any mark below the kernel. */
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
	return builder_chain(b, frames, n);
}

/* What the flags of a record mean for the reducer. */
static void event_flags(struct lock_event *v, enum tracepoint_kind kind, uint64_t flags)
{
	switch (kind) {
	case TP_CONTENTION_BEGIN:
		v->flags = (uint8_t)flags;
		break;
	case TP_CONTENTION_END:
		v->flags = flags ? LOCK_GAVE_UP : 0;
		break;
	default:
		v->flags = flags & 1 ? LOCKDEP_TRY : flags & 2 ? LOCK_F_READ : LOCK_F_WRITE;
		break;
	}
}

static const struct {
	bool used, chain;
	uint8_t kind;
} event_kinds[TP_KINDS] = {
	[TP_CONTENTION_BEGIN] = { true, true, LOCK_WAIT_BEGIN },
	[TP_CONTENTION_END] = { true, false, LOCK_WAIT_END },
	[TP_LOCK_ACQUIRE] = { true, false, LOCKDEP_ACQUIRE },
	[TP_LOCK_CONTENDED] = { true, true, LOCKDEP_CONTENDED },
	[TP_LOCK_ACQUIRED] = { true, false, LOCKDEP_ACQUIRED },
	[TP_LOCK_RELEASE] = { .used = false }, /* a wait's holder is told by other waits */
};

static enum tracepoint_kind kind_of(const struct perf_file *f, const struct perf_sample *s)
{
	uint64_t id = field_value(s, (struct field){ 0, 2 });
	int first = f->contention ? TP_CONTENTION_BEGIN : TP_LOCK_ACQUIRE;
	int k = first, end = f->contention ? TP_CONTENTION_END + 1 : TP_KINDS;

	while (k < end && (!f->tracepoints[k].known || f->tracepoints[k].id != id))
		k++;
	return k < end ? (enum tracepoint_kind)k : TP_KINDS;
}

static int damaged(const struct record *r, const char *what, struct err *e)
{
	return err_add(e, EINVAL, "perf.data: %s at byte %zu is damaged", what, r->offset);
}

static int on_sample(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	const struct perf_attr *a = perf_layout(f, r->body);
	enum tracepoint_kind kind;
	struct lock_event v;
	struct perf_sample s;

	if (!a)
		return err_add(e, EINVAL,
			       "perf.data: the sample at byte %zu is of no event in the "
			       "file",
			       r->offset);
	if (!(a->sample_type & PERF_SAMPLE_RAW))
		return 0;
	if (!perf_sample_read(&s, a, &r->body) || s.raw.len < 2)
		return damaged(r, "the sample", e);
	kind = kind_of(f, &s);
	if (kind == TP_KINDS || !event_kinds[kind].used)
		return 0;
	if (s.raw.len < f->tracepoints[kind].lock.offset + f->tracepoints[kind].lock.size ||
	    s.raw.len < f->tracepoints[kind].flags.offset + f->tracepoints[kind].flags.size)
		return damaged(r, "the sample", e);
	v = (struct lock_event){
		.time_ns = s.time_ns,
		.tid = s.tid,
		.cpu = (uint16_t)s.cpu,
		.lock = field_value(&s, f->tracepoints[kind].lock),
		.kind = event_kinds[kind].kind,
		.chain = event_kinds[kind].chain ? chain_add(b, s.chain) : 0,
	};
	event_flags(&v, kind, field_value(&s, f->tracepoints[kind].flags));
	builder_event(b, &v);
	return 0;
}

/* --- other records ------------------------------------------------------------------------ */

static int on_comm(struct builder *b, const struct perf_file *f, struct record *r, struct err *e)
{
	struct comm_event c = { .time_ns = perf_trailer_time(f, &r->body) };
	const char *name;

	bytes_u32(&r->body); /* process */
	c.tid = bytes_u32(&r->body);
	name = bytes_string(&r->body);
	if (!name)
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

/*
 * The kernel tells each loss in a record of its own; newer perfs add the same once
 * more from the events' counters. So the larger of the sums is the loss.
 */
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
		ret = perf_layouts_check(&f, e);
	if (!ret)
		ret = read_records(&b, &f, e);
	if (!ret)
		builder_finish(&b, !f.contention);
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
