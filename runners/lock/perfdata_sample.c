/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_sample.c: what a sample of a perf.data file holds and where, which the
 * event it belongs to says; and the time behind other records. Layouts are those of
 * perf_event_open(2).
 */
#include <errno.h>
#include <linux/perf_event.h>

#include "runners/lock/perfdata_impl.h"

#define WANTED (PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW)

/* What a sample has before its call chain, in this order, 8 bytes each. */
static const uint64_t sample_fields[] = {
	PERF_SAMPLE_IDENTIFIER, PERF_SAMPLE_IP,   PERF_SAMPLE_TID,
	PERF_SAMPLE_TIME,       PERF_SAMPLE_ADDR, PERF_SAMPLE_ID,
	PERF_SAMPLE_STREAM_ID,  PERF_SAMPLE_CPU,  PERF_SAMPLE_PERIOD,
};
#define NR_FIELDS (sizeof(sample_fields) / sizeof(sample_fields[0]))
/* What stands behind a record of another kind; the identifier is then the last. */
#define TRAILER                                                                                    \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_ID | PERF_SAMPLE_STREAM_ID |             \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)

static bool alike(const struct perf_file *f)
{
	for (size_t i = 1; i < f->nr_attrs; i++) {
		if (f->attrs[i].sample_type != f->attrs[0].sample_type)
			return false;
	}
	return true;
}

/*
 * Events that differ need an id at a fixed place; where they are alike, and none has
 * one there, the layout of the first is that of all.
 */
int perf_layouts_check(struct perf_file *f, struct err *e)
{
	f->identified = true;
	for (size_t i = 0; i < f->nr_attrs; i++)
		f->identified &= (f->attrs[i].sample_type & PERF_SAMPLE_IDENTIFIER) != 0;
	if (!f->identified && !alike(f))
		return err_add(e, ENOTSUP,
			       "perf.data: its events differ in what a sample holds, and "
			       "no sample says which event it is of: record only lock events");
	for (size_t i = 0; i < f->nr_attrs; i++) {
		const struct perf_attr *a = &f->attrs[i];

		if (a->type != PERF_TYPE_TRACEPOINT)
			continue;
		if ((a->sample_type & WANTED) != WANTED)
			return err_add(e, ENOTSUP,
				       "perf.data: its samples lack the thread, the time or "
				       "the tracepoint's own fields: record with perf lock record");
		if (a->sample_type & PERF_SAMPLE_READ)
			return err_add(e, ENOTSUP,
				       "perf.data: its samples hold counter values (a group "
				       "with :S): record with perf lock record");
	}
	return 0;
}

static const struct perf_attr *by_id(const struct perf_file *f, uint64_t id)
{
	size_t low = 0, high = f->nr_ids;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->ids[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->nr_ids && f->ids[low].id == id ? &f->attrs[f->ids[low].attr] : NULL;
}

const struct perf_attr *perf_layout(const struct perf_file *f, struct bytes body)
{
	return f->identified ? by_id(f, bytes_u64(&body)) : &f->attrs[0];
}

static void fields_read(struct perf_sample *s, uint64_t type, struct bytes *b)
{
	for (size_t i = 0; i < NR_FIELDS; i++) {
		switch (type & sample_fields[i]) {
		case 0:
			break;
		case PERF_SAMPLE_TID:
			bytes_u32(b); /* process */
			s->tid = bytes_u32(b);
			break;
		case PERF_SAMPLE_TIME:
			s->time_ns = bytes_u64(b);
			break;
		case PERF_SAMPLE_CPU:
			s->cpu = bytes_u32(b);
			bytes_u32(b); /* reserved */
			break;
		default:
			bytes_u64(b);
		}
	}
}

bool perf_sample_read(struct perf_sample *s, const struct perf_attr *a, struct bytes *b)
{
	*s = (struct perf_sample){ .cpu = 0 };
	fields_read(s, a->sample_type, b);
	if (a->sample_type & PERF_SAMPLE_CALLCHAIN) {
		uint64_t n = bytes_u64(b);

		if (n > b->len / 8)
			b->bad = true;
		s->chain = (struct bytes){ .p = bytes_take(b, 8 * n), .len = (size_t)(8 * n) };
	}
	if (a->sample_type & PERF_SAMPLE_RAW) {
		uint32_t n = bytes_u32(b);

		s->raw = (struct bytes){ .p = bytes_take(b, n), .len = n };
	}
	return !b->bad;
}

uint64_t perf_trailer_time(const struct perf_file *f, const struct bytes *body)
{
	const struct perf_attr *a = &f->attrs[0];
	size_t size = 0, at = 0;
	struct bytes b;

	if (f->identified) {
		b = bytes_part(body, body->len - (body->len < 8 ? 0 : 8), 8);
		a = by_id(f, bytes_u64(&b));
	}
	if (!a || !a->sample_id_all || !(a->sample_type & PERF_SAMPLE_TIME))
		return 0;
	for (size_t i = 0; i < NR_FIELDS; i++)
		size += a->sample_type & TRAILER & sample_fields[i] ? 8 : 0;
	at = a->sample_type & PERF_SAMPLE_TID ? 8 : 0;
	b = bytes_part(body, size > body->len ? 0 : body->len - size, size);
	bytes_take(&b, at);
	return bytes_u64(&b);
}
