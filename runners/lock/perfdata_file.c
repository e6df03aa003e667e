/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perfdata_file.c: the header of a perf.data file, its events with their ids, layouts and names. */
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
#define FEATURE_EVENT_DESC 12
#define WANTED (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW)

const uint64_t perf_sample_fields[PERF_SAMPLE_FIELDS] = {
	PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP,   PERF_SAMPLE_TID,
	PERF_SAMPLE_TIME,       PERF_SAMPLE_ADDR, PERF_SAMPLE_ID,
	PERF_SAMPLE_STREAM_ID,  PERF_SAMPLE_CPU,  PERF_SAMPLE_PERIOD,
};

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

	return x->id < y->id ? -1 : x->id > y->id;
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

const struct perf_attr *perf_file_event(const struct perf_file *f, uint64_t id)
{
	const struct perf_id key = { .id = id };
	const struct perf_id *found =
		f->nr_ids ? bsearch(&key, f->ids, f->nr_ids, sizeof(key), by_id) : NULL;

	return found ? &f->attrs[found->attr] : NULL;
}

/* --- names of the events --------------------------------------------------------------- */

/* "lock:contention_begin" and its end, of those that were recorded. */
static void event_name(struct perf_file *f, const struct perf_attr *a, const char *name, size_t len)
{
	static const char *const names[] = { "lock:contention_begin", "lock:contention_end" };

	for (int i = 0; i < 2; i++)
		if (a->type == PERF_TYPE_TRACEPOINT && strnlen(name, len) == strlen(names[i]) &&
		    !memcmp(name, names[i], strlen(names[i])))
			f->tracepoint[i] = a->config;
}

static int event_desc_read(struct perf_file *f, struct bytes b, struct err *e)
{
	uint32_t n = bytes_u32(&b), attr_size = bytes_u32(&b);

	for (uint32_t i = 0; i < n && !b.bad; i++) {
		struct bytes attr = { .p = bytes_take(&b, attr_size), .len = attr_size };
		uint32_t nr_ids = bytes_u32(&b), len = bytes_u32(&b);
		const char *name = (const char *)bytes_take(&b, len);
		struct perf_attr a;

		if (!name || !bytes_take(&b, (uint64_t)nr_ids * 8))
			break;
		attr.bad = attr_size < ATTR_MIN;
		a = attr_read(attr);
		event_name(f, &a, name, len);
	}
	return b.bad ? err_add(e, EINVAL, "perf.data: its list of event names is damaged") : 0;
}

/* Behind the records: offset and size of each feature whose bit is set, in the order of bits. */
static int features_read(struct perf_file *f, const uint8_t bits[FEATURES / 8], uint64_t offset,
			 struct err *e)
{
	struct bytes table = bytes_part(&f->all, offset, f->all.len - offset), desc = { .p = NULL };

	for (unsigned bit = 0; bit < FEATURES; bit++) {
		uint64_t at, size;

		if (!(bits[bit / 8] >> bit % 8 & 1))
			continue;
		at = bytes_u64(&table);
		size = bytes_u64(&table);
		if (table.bad || at > f->all.len || size > f->all.len - at)
			return err_add(e, EINVAL,
				       "perf.data: the file is cut short: its section %u is "
				       "not all there",
				       bit);
		if (bit == FEATURE_EVENT_DESC)
			desc = bytes_part(&f->all, at, size);
	}
	return desc.p ? event_desc_read(f, desc, e) : 0;
}

/* --- layouts ------------------------------------------------------------------------------ */

static bool recorded(const struct perf_file *f, uint64_t tracepoint)
{
	for (size_t i = 0; i < f->nr_attrs; i++)
		if (f->attrs[i].type == PERF_TYPE_TRACEPOINT && f->attrs[i].config == tracepoint)
			return tracepoint;
	return false;
}

/* Events that differ need an id at a fixed place; events that are alike share one layout. */
static int layouts_check(struct perf_file *f, struct err *e)
{
	bool alike = true;

	if (!recorded(f, f->tracepoint[0]) || !recorded(f, f->tracepoint[1]))
		return err_add(e, ENOTSUP,
			       "perf.data: it has no waits for locks: record "
			       "lock:contention_begin and lock:contention_end (perf lock record)");
	f->identified = true;
	for (size_t i = 0; i < f->nr_attrs; i++) {
		const struct perf_attr *a = &f->attrs[i];

		f->identified &= (a->sample_type & PERF_SAMPLE_IDENTIFIER) != 0;
		alike &= a->sample_type == f->attrs[0].sample_type;
		if (a->type != PERF_TYPE_TRACEPOINT)
			continue;
		if ((a->sample_type & WANTED) != WANTED || a->sample_type & PERF_SAMPLE_READ)
			return err_add(e, ENOTSUP,
				       "perf.data: its samples lack the thread, the time or the "
				       "tracepoint's own fields, or hold counter values: record "
				       "with perf lock record");
	}
	if (!f->identified && !alike)
		return err_add(e, ENOTSUP,
			       "perf.data: its events differ in what a sample holds, and "
			       "no sample says which event it is of: record only lock events");
	return 0;
}

/* --- the file ------------------------------------------------------------------------ */

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
			       "perf.data: it was never completed: perf was killed before its end");
	f->records = bytes_part(&f->all, at, n);
	if (f->records.bad)
		return err_add(e, EINVAL,
			       "perf.data: the file is cut short: %zu bytes, and its "
			       "records go on to %llu",
			       len, (unsigned long long)(at + n));
	ret = attrs_read(f, attrs, attr_size, e);
	if (!ret)
		ret = features_read(f, bits, at + n, e);
	return ret ? ret : layouts_check(f, e);
}

void perf_file_release(struct perf_file *f)
{
	free(f->attrs);
	free(f->ids);
	*f = (struct perf_file){ .nr_ids = 0 };
}
