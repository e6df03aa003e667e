/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_features.c: the sections behind the records of a perf.data file that
 * perf needs to make sense of them: the formats of the tracepoints, the events'
 * names, what kernel it was, with its build id, so that perf does not look up
 * names in another one. One function a feature; see perfdata_write.h.
 */
#include <elf.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/elf.h"
#include "runners/lock/perfdata_write.h"

#define STRING_ALIGN 64 /* perf's strings are padded to a multiple of it */
#define BUILD_ID_BYTES 20
#define MISC_BUILD_ID_SIZE (1 << 15)

struct section {
	uint64_t offset, size;
};

struct feature_source {
	const struct perfdata_event *v;
	size_t n;
	const struct perfdata_features *features;
};

static void add_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void add_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void add_padded(struct buf *b, const char *s)
{
	static const char zeros[STRING_ALIGN];
	size_t len = strlen(s);

	buf_adds(b, s);
	buf_add(b, zeros, STRING_ALIGN - len % STRING_ALIGN);
}

static void add_string(struct buf *b, const char *s)
{
	add_u32(b, (uint32_t)(strlen(s) / STRING_ALIGN + 1) * STRING_ALIGN);
	add_padded(b, s);
}

/* A file with its length before it. */
static void add_file(struct buf *b, const struct buf *file)
{
	add_u64(b, file->len);
	buf_add(b, file->data, file->len);
}

/* The format of trace-cmd 0.6, with one subsystem and nothing about ftrace. */
static void tracing_data(struct buf *b, const struct feature_source *s)
{
	const struct lock_tracepoints *t = s->features->tracepoints;
	static const uint32_t one = 1;

	buf_add(b, "\x17\x08\x44tracing0.6", 14);
	buf_addc(b, *(const char *)&one != 1); /* big endian? */
	buf_addc(b, sizeof(long));
	add_u32(b, (uint32_t)sysconf(_SC_PAGESIZE));
	buf_add(b, "header_page", 12);
	add_file(b, &t->header_page);
	buf_add(b, "header_event", 13);
	add_file(b, &t->header_event);
	add_u32(b, 0); /* formats of ftrace's own events */
	add_u32(b, 1); /* subsystems */
	buf_add(b, "lock", 5);
	add_u32(b, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		add_file(b, &t->v[i].format);
	add_u32(b, 0); /* kallsyms: perf skips it */
	add_u32(b, 0); /* texts of trace_printk */
	add_u64(b, 0); /* names of threads: COMM has them */
}

static void build_id(struct buf *b, const struct feature_source *s)
{
	struct buf notes = BUF_INIT;
	struct elf_span id = { NULL, 0 };
	uint8_t bytes[BUILD_ID_BYTES + 4] = { 0 };

	(void)s;
	if (!fs_read("/sys/kernel/notes", 1 << 20, &notes, NULL))
		id = elf_find_note((struct elf_span){ (uint8_t *)notes.data, notes.len }, "GNU",
				   NT_GNU_BUILD_ID);
	if (id.len && id.len <= BUILD_ID_BYTES) {
		struct perf_event_header h = {
			.misc = PERF_RECORD_MISC_KERNEL | MISC_BUILD_ID_SIZE,
			.size = sizeof(h) + sizeof(uint32_t) + sizeof(bytes) + STRING_ALIGN,
		};

		memcpy(bytes, id.data, id.len);
		bytes[BUILD_ID_BYTES] = (uint8_t)id.len;
		buf_add(b, &h, sizeof(h));
		add_u32(b, UINT32_MAX); /* pid: the kernel */
		buf_add(b, bytes, sizeof(bytes));
		add_padded(b, "[kernel.kallsyms]");
	}
	buf_release(&notes);
}

static void os_release(struct buf *b, const struct feature_source *s)
{
	struct utsname u;

	(void)s;
	add_string(b, uname(&u) ? "" : u.release);
}

static void arch(struct buf *b, const struct feature_source *s)
{
	struct utsname u;

	(void)s;
	add_string(b, uname(&u) ? "" : u.machine);
}

static void version(struct buf *b, const struct feature_source *s)
{
	(void)s;
	add_string(b, "fsduel " FSDUEL_VERSION);
}

static void nr_cpus(struct buf *b, const struct feature_source *s)
{
	add_u32(b, s->features->cpus);
	add_u32(b, s->features->cpus_online);
}

static void event_desc(struct buf *b, const struct feature_source *s)
{
	add_u32(b, (uint32_t)s->n);
	add_u32(b, PERFDATA_ATTR_SIZE);
	for (size_t i = 0; i < s->n; i++) {
		buf_add(b, &s->v[i].attr, PERFDATA_ATTR_SIZE);
		add_u32(b, (uint32_t)s->v[i].nr_ids);
		add_string(b, s->v[i].name);
		buf_add(b, s->v[i].ids, s->v[i].nr_ids * sizeof(*s->v[i].ids));
	}
}

/* Numbers of perf's enum HEADER_*; sections lie in the order of their numbers. */
static const struct {
	unsigned bit;
	void (*add)(struct buf *b, const struct feature_source *s);
} rows[] = {
	{ 1, tracing_data }, { 2, build_id }, { 4, os_release },  { 5, version },
	{ 6, arch },         { 7, nr_cpus },  { 12, event_desc },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

void perfdata_features_add(struct buf *tail, uint64_t *bits, const struct perfdata_event *v,
			   size_t n, const struct perfdata_features *features)
{
	const struct feature_source s = { v, n, features };
	struct section table[NR_ROWS];
	struct buf content = BUF_INIT;
	size_t nr = 0;

	for (size_t i = 0; i < NR_ROWS; i++) {
		size_t start = content.len;

		rows[i].add(&content, &s);
		if (content.len == start)
			continue;
		*bits |= UINT64_C(1) << rows[i].bit;
		table[nr++] = (struct section){ start, content.len - start };
	}
	for (size_t i = 0; i < nr; i++)
		table[i].offset += nr * sizeof(table[0]);
	buf_add(tail, table, nr * sizeof(table[0]));
	buf_add(tail, content.data, content.len);
	buf_release(&content);
}

void perfdata_features_move(struct buf *tail, uint64_t bits, uint64_t at)
{
	size_t nr = (size_t)__builtin_popcountll(bits);

	for (size_t i = 0; i < nr; i++) {
		char *place = tail->data + i * sizeof(struct section);
		struct section s;

		memcpy(&s, place, sizeof(s));
		s.offset += at;
		memcpy(place, &s, sizeof(s));
	}
}
