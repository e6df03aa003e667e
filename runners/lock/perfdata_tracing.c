/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_tracing.c: the section TRACING_DATA of a perf.data file (trace.dat 6 as
 * tools/perf/util/trace-event-info.c writes it): of all it holds, the format
 * files of the events of the system "lock".
 */
#include <errno.h>

#include "lib/num.h"
#include "runners/lock/perfdata_impl.h"

/* A text that is not NUL-terminated. */
struct text {
	const char *p;
	size_t n;
};

static struct text line_of(struct text *t)
{
	const char *end = t->n ? memchr(t->p, '\n', t->n) : NULL;
	struct text line = { t->p, end ? (size_t)(end - t->p) : t->n };

	t->p += line.n + (end != NULL);
	t->n -= line.n + (end != NULL);
	return line;
}

/* What stands behind key in the line up to ';' or the line's end; n 0: no such key. */
static struct text after(struct text line, const char *key)
{
	const char *p = line.n ? memmem(line.p, line.n, key, strlen(key)) : NULL;
	struct text t = { p, 0 };

	if (!p)
		return t;
	t.p += strlen(key);
	while (t.p + t.n < line.p + line.n && t.p[t.n] != ';')
		t.n++;
	return t;
}

static bool number_of(struct text t, uint64_t *out)
{
	char copy[32];

	if (!t.n || t.n >= sizeof(copy) || memchr(t.p, '\0', t.n))
		return false;
	memcpy(copy, t.p, t.n);
	copy[t.n] = '\0';
	return !num_parse(copy, NUM_COUNT, out, NULL);
}

/* "void * lock_addr" is called lock_addr. */
static bool is_called(struct text declaration, const char *name)
{
	size_t n = strlen(name);

	return declaration.n > n && !memcmp(declaration.p + declaration.n - n, name, n) &&
	       declaration.p[declaration.n - n - 1] == ' ';
}

static bool field_read(struct text line, struct field *field)
{
	uint64_t offset, size;

	if (!number_of(after(line, "offset:"), &offset) ||
	    !number_of(after(line, "size:"), &size) || offset > UINT16_MAX ||
	    (size != 8 && size != 4))
		return false;
	*field = (struct field){ (uint32_t)offset, (uint32_t)size };
	return true;
}

/* One format file: false when it lacks what every event of the kind has. */
static bool format_read(struct perf_file *f, struct text t)
{
	static const char *const flags_of[TP_KINDS] = {
		[TP_CONTENTION_BEGIN] = "flags",
		[TP_CONTENTION_END] = "ret",
		[TP_LOCK_ACQUIRE] = "flags",
	};
	enum tracepoint_kind kind = TP_KINDS;
	struct tracepoint tp = { .known = true };
	struct text line, value;
	bool ok = true, has_id = false;

	while (t.n) {
		line = line_of(&t);
		value = after(line, "name: ");
		if (value.n && kind == TP_KINDS)
			kind = tracepoint_find(value.p, value.n);
		if (kind == TP_KINDS)
			continue;
		value = after(line, "ID: ");
		if (value.n)
			has_id = number_of(value, &tp.id);
		value = after(line, "field:");
		if (is_called(value, "lock_addr") || is_called(value, "lockdep_addr"))
			ok &= field_read(line, &tp.lock);
		else if (flags_of[kind] && is_called(value, flags_of[kind]))
			ok &= field_read(line, &tp.flags);
	}
	if (kind == TP_KINDS)
		return true;
	f->tracepoints[kind] = tp;
	return ok && has_id && tp.lock.size && (!flags_of[kind] || tp.flags.size);
}

static bool system_read(struct perf_file *f, struct bytes *b)
{
	const char *system = bytes_string(b);
	uint32_t n = bytes_u32(b);
	bool ok = true;

	for (uint32_t i = 0; i < n && ok && !b->bad; i++) {
		uint64_t size = bytes_u64(b);
		struct text t = { (const char *)bytes_take(b, size), (size_t)size };

		if (t.p && !strcmp(system, "lock"))
			ok = format_read(f, t);
	}
	return ok;
}

int tracing_data_read(struct perf_file *f, struct bytes b, struct err *e)
{
	static const uint8_t magic[] = { 23, 8, 68, 't', 'r', 'a', 'c', 'i', 'n', 'g' };
	const uint8_t *p = bytes_take(&b, sizeof(magic));
	bool ok = p && !memcmp(p, magic, sizeof(magic));
	uint32_t n;

	bytes_string(&b);             /* version */
	bytes_take(&b, 1 + 1 + 4);    /* byte order, size of a long, size of a page */
	for (int i = 0; i < 2; i++) { /* header_page, header_event */
		bytes_string(&b);
		bytes_take(&b, bytes_u64(&b));
	}
	n = bytes_u32(&b);
	for (uint32_t i = 0; i < n && !b.bad; i++)
		bytes_take(&b, bytes_u64(&b)); /* of ftrace itself */
	n = bytes_u32(&b);
	for (uint32_t i = 0; ok && i < n && !b.bad; i++)
		ok = system_read(f, &b);
	if (ok && !b.bad)
		return 0;
	return err_add(e, EINVAL, "perf.data: the formats of its tracepoints are damaged");
}
