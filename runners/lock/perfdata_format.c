/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_format.c: the outside of a perf.data file: header, attributes with
 * their ids, and which tracepoint is which. Layouts are those of
 * tools/perf/Documentation/perf.data-file-format.txt and perf_event_open(2).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "runners/lock/perfdata_impl.h"

#define HEADER_SIZE 104 /* magic, size, attr_size, three sections, 256 feature bits */
#define PIPE_HEADER_SIZE 16
#define ATTR_MIN 64 /* PERF_ATTR_SIZE_VER0 */
#define ATTR_MAX 4096
#define SAMPLE_ID_ALL (UINT64_C(1) << 18) /* in the bits behind read_format */
#define FEATURES 256
enum { FEATURE_TRACING_DATA = 1, FEATURE_EVENT_DESC = 12 };

/* What is known of records since the tracepoints are there (include/trace/events/lock.h). */
static const struct {
	const char *name;
	struct field lock, flags;
} known[TP_KINDS] = {
	[TP_CONTENTION_BEGIN] = { "contention_begin", { 8, 8 }, { 16, 4 } },
	[TP_CONTENTION_END] = { "contention_end", { 8, 8 }, { 16, 4 } },
	[TP_LOCK_ACQUIRE] = { "lock_acquire", { 16, 8 }, { 8, 4 } },
	[TP_LOCK_CONTENDED] = { "lock_contended", { 16, 8 }, { 0, 0 } },
	[TP_LOCK_ACQUIRED] = { "lock_acquired", { 16, 8 }, { 0, 0 } },
	[TP_LOCK_RELEASE] = { "lock_release", { 16, 8 }, { 0, 0 } },
};

enum tracepoint_kind tracepoint_find(const char *name, size_t len)
{
	int k = 0;

	while (k < TP_KINDS && (strlen(known[k].name) != len || memcmp(known[k].name, name, len)))
		k++;
	return (enum tracepoint_kind)k;
}

struct tracepoint tracepoint_default(enum tracepoint_kind kind, uint64_t id)
{
	return (struct tracepoint){
		.known = true, .id = id, .lock = known[kind].lock, .flags = known[kind].flags
	};
}

/* --- attributes --------------------------------------------------------------------- */

static struct perf_attr attr_read(struct bytes b)
{
	struct perf_attr a = { .type = bytes_u32(&b) };

	bytes_u32(&b); /* size */
	a.config = bytes_u64(&b);
	bytes_u64(&b); /* sample_period */
	a.sample_type = bytes_u64(&b);
	bytes_u64(&b); /* read_format */
	a.sample_id_all = bytes_u64(&b) & SAMPLE_ID_ALL;
	return a;
}

static int ids_read(struct perf_file *f, struct bytes b, size_t attr, struct err *e)
{
	size_t n = b.len / 8;

	if (b.bad)
		return err_add(e, EINVAL,
			       "perf.data: the ids of event %zu lie outside the file: it "
			       "is cut short or damaged",
			       attr);
	f->ids = xrealloc(f->ids, f->nr_ids + n + 1, sizeof(*f->ids));
	for (size_t i = 0; i < n; i++)
		f->ids[f->nr_ids++] = (struct perf_id){ bytes_u64(&b), (uint32_t)attr };
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct perf_id *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->attr < y->attr ? -1 : x->attr > y->attr;
}

static int attrs_read(struct perf_file *f, struct bytes b, uint64_t size, struct err *e)
{
	size_t n;
	int ret = 0;

	if (b.bad || size < ATTR_MIN + 16 || size > ATTR_MAX || !b.len || b.len % size)
		return err_add(e, EINVAL,
			       "perf.data: its list of events is damaged: %zu bytes in "
			       "rows of %llu",
			       b.len, (unsigned long long)size);
	n = b.len / size;
	f->attrs = xcalloc(n, sizeof(*f->attrs));
	for (; !ret && f->nr_attrs < n; f->nr_attrs++) {
		struct bytes row = bytes_part(&b, f->nr_attrs * size, size);
		struct bytes ids = bytes_part(&row, size - 16, 16);
		uint64_t offset = bytes_u64(&ids), len = bytes_u64(&ids);

		f->attrs[f->nr_attrs] = attr_read(row);
		ret = ids_read(f, bytes_part(&f->all, offset, len), f->nr_attrs, e);
	}
	if (f->nr_ids)
		qsort(f->ids, f->nr_ids, sizeof(*f->ids), by_id);
	return ret;
}

/* --- features ----------------------------------------------------------------------- */

/* EVENT_DESC names the events of a file that brings no formats: "lock:contention_begin". */
static int event_desc_read(struct perf_file *f, struct bytes b, struct err *e)
{
	uint32_t n = bytes_u32(&b), attr_size = bytes_u32(&b);

	for (uint32_t i = 0; i < n && !b.bad; i++) {
		struct bytes attr = { .p = bytes_take(&b, attr_size), .len = attr_size };
		uint32_t nr_ids = bytes_u32(&b), len = bytes_u32(&b);
		const char *name = (const char *)bytes_take(&b, len);
		struct perf_attr a;
		enum tracepoint_kind kind;

		if (!name || !bytes_take(&b, (uint64_t)nr_ids * 8))
			break;
		attr.bad = attr_size < ATTR_MIN;
		a = attr_read(attr);
		if (a.type != PERF_TYPE_TRACEPOINT || len < 5 || memcmp(name, "lock:", 5))
			continue;
		kind = tracepoint_find(name + 5, strnlen(name + 5, len - 5));
		if (kind < TP_KINDS && !f->tracepoints[kind].known)
			f->tracepoints[kind] = tracepoint_default(kind, a.config);
	}
	return b.bad ? err_add(e, EINVAL, "perf.data: its list of event names is damaged") : 0;
}

static int feature_read(struct perf_file *f, unsigned bit, struct bytes b, struct err *e)
{
	if (bit != FEATURE_TRACING_DATA && bit != FEATURE_EVENT_DESC)
		return 0;
	if (b.bad)
		return err_add(e, EINVAL,
			       "perf.data: its section %u lies outside the file: it is cut "
			       "short or damaged",
			       bit);
	return bit == FEATURE_TRACING_DATA ? tracing_data_read(f, b, e) : event_desc_read(f, b, e);
}

/* Behind the records: offset and size of each feature whose bit is set, in the order of bits. */
static int features_read(struct perf_file *f, const uint8_t bits[FEATURES / 8], uint64_t offset,
			 struct err *e)
{
	struct bytes table = bytes_part(&f->all, offset, f->all.len - offset);
	int ret = 0;

	for (unsigned bit = 0; !ret && bit < FEATURES; bit++) {
		uint64_t at, size;

		if (!(bits[bit / 8] >> bit % 8 & 1))
			continue;
		at = bytes_u64(&table);
		size = bytes_u64(&table);
		if (table.bad)
			return err_add(e, EINVAL,
				       "perf.data: the file is cut short: its sections are "
				       "not all there");
		ret = feature_read(f, bit, bytes_part(&f->all, at, size), e);
	}
	return ret;
}

/* --- the file ------------------------------------------------------------------------ */

static bool recorded(const struct perf_file *f, enum tracepoint_kind kind)
{
	const struct tracepoint *t = &f->tracepoints[kind];

	for (size_t i = 0; t->known && i < f->nr_attrs; i++) {
		if (f->attrs[i].type == PERF_TYPE_TRACEPOINT && f->attrs[i].config == t->id)
			return true;
	}
	return false;
}

static int choose(struct perf_file *f, struct err *e)
{
	/* A format may be there for an event that was not recorded. */
	for (int k = 0; k < TP_KINDS; k++)
		f->tracepoints[k].known = recorded(f, (enum tracepoint_kind)k);
	f->contention = f->tracepoints[TP_CONTENTION_BEGIN].known &&
			f->tracepoints[TP_CONTENTION_END].known;
	if (f->contention ||
	    (f->tracepoints[TP_LOCK_CONTENDED].known && f->tracepoints[TP_LOCK_ACQUIRED].known))
		return 0;
	return err_add(e, ENOTSUP,
		       "perf.data: it has no waits for locks: record "
		       "lock:contention_begin and lock:contention_end (perf lock record)");
}

static int magic_check(struct bytes *b, struct err *e)
{
	static const char magic[] = "PERFILE2", other[] = "2ELIFREP";
	const uint8_t *p = bytes_take(b, 8);

	if (p && !memcmp(p, magic, 8))
		return 0;
	if (p && !memcmp(p, other, 8))
		return err_add(e, ENOTSUP,
			       "perf.data: it was written on a machine of the other byte "
			       "order: read it there");
	return err_add(e, EINVAL, "perf.data: the file is none: it does not begin with %s", magic);
}

int perf_file_open(struct perf_file *f, const void *data, size_t len, struct err *e)
{
	struct bytes b = { .p = data, .len = len }, attrs;
	uint64_t size, attr_size, at, n;
	const uint8_t *bits;
	int ret;

	*f = (struct perf_file){ .all = b };
	ret = magic_check(&b, e);
	if (ret)
		return ret;
	size = bytes_u64(&b);
	if (size == PIPE_HEADER_SIZE)
		return err_add(e, ENOTSUP,
			       "perf.data: it was written to a pipe: record into a file "
			       "(-o FILE)");
	attr_size = bytes_u64(&b);
	at = bytes_u64(&b);
	attrs = bytes_part(&f->all, at, bytes_u64(&b));
	at = bytes_u64(&b);
	n = bytes_u64(&b);
	bytes_take(&b, 16); /* event types: no longer written */
	bits = bytes_take(&b, FEATURES / 8);
	if (!bits || size < HEADER_SIZE)
		return err_add(e, EINVAL,
			       "perf.data: the file is cut short or damaged in its header");
	if (!n)
		return err_add(e, EINVAL,
			       "perf.data: it was never completed: whoever recorded it was "
			       "killed");
	f->records = bytes_part(&f->all, at, n);
	if (f->records.bad)
		return err_add(e, EINVAL,
			       "perf.data: the file is cut short: %zu bytes, and its "
			       "records go on to %llu",
			       len, (unsigned long long)(at + n));
	ret = attrs_read(f, attrs, attr_size, e);
	if (!ret)
		ret = features_read(f, bits, at + n, e);
	return ret ? ret : choose(f, e);
}

void perf_file_release(struct perf_file *f)
{
	free(f->attrs);
	free(f->ids);
	*f = (struct perf_file){ .nr_ids = 0 };
}
