/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_state.c: what the kernel's events do not tell because it was so before
 * they were switched on: where the kernel's code lies, and the names of threads;
 * as the records that the kernel would have written.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/lock/record_impl.h"

#define NAME_MAX_BYTES 128u

struct perfdata_id lock_own_id(const struct lock_record *r, uint32_t pid, uint32_t tid,
			       uint64_t time_ns)
{
	return (struct perfdata_id){ .pid = pid,
				     .tid = tid,
				     .time_ns = time_ns,
				     .identifier = r->event[r->nr_events - 1].ids[0] };
}

/* head, name padded to a multiple of 8 with a 0 at its end, id. */
static void add_named(struct lock_record *r, uint32_t type, uint16_t misc, const void *head,
		      size_t head_len, const char *name, const struct perfdata_id *id)
{
	const size_t name_len = strnlen(name, NAME_MAX_BYTES - 1);
	union {
		struct perf_event_header h;
		char bytes[256];
		uint64_t align;
	} rec = { .bytes = { 0 } };
	size_t at = sizeof(rec.h);

	memcpy(rec.bytes + at, head, head_len);
	at += head_len;
	memcpy(rec.bytes + at, name, name_len);
	at += (name_len + 8) / 8 * 8;
	memcpy(rec.bytes + at, id, sizeof(*id));
	rec.h = (struct perf_event_header){ .type = type,
					    .misc = misc,
					    .size = (uint16_t)(at + sizeof(*id)) };
	perfdata_add(&r->file, &rec.h);
}

/* --- where the kernel's code lies -------------------------------------------------- */

struct mmap_head {
	uint32_t pid, tid;
	uint64_t address, len, offset;
};

/* Hexadecimal with or without 0x, as in /proc/kallsyms and /proc/modules. */
static uint64_t address_of(const char *s)
{
	uint64_t v = 0;

	if (s[0] == '0' && s[1] == 'x')
		s += 2;
	for (; isxdigit((unsigned char)*s); s++) {
		int digit = isdigit((unsigned char)*s) ? *s - '0' : (*s | 32) - 'a' + 10;

		v = v << 4 | (uint64_t)digit;
	}
	return v;
}

static void add_code(struct lock_record *r, const char *name, uint64_t address, uint64_t len,
		     uint64_t offset)
{
	/* Of no process; without a time: it was always so. */
	const struct mmap_head head = { UINT32_MAX, 0, address, len, offset };
	const struct perfdata_id id = lock_own_id(r, UINT32_MAX, 0, 0);

	add_named(r, PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL, &head, sizeof(head), name, &id);
}

/* Addresses of _text and _etext; 0 where they are hidden. */
static void find_text(uint64_t *start, uint64_t *end)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char *line = NULL;
	size_t size = 0;

	*start = *end = 0;
	/* Sorted by address: what comes after _etext, much of it, need not be read. */
	while (f && !*end && getline(&line, &size, f) > 0) {
		const char *name = strchr(line, ' ');

		if (!name || strlen(name) < 4)
			continue;
		if (!strcmp(name + 3, "_text\n"))
			*start = address_of(line);
		else if (!strcmp(name + 3, "_etext\n"))
			*end = address_of(line);
	}
	free(line);
	if (f)
		fclose(f);
}

static void add_module(struct lock_record *r, const char *line)
{
	enum { NAME, SIZE, USERS, BY, STATE, ADDRESS, FIELDS };
	struct strv field = STRV_INIT;
	uint64_t address, size;

	strv_split(&field, line, " ");
	if (field.n >= FIELDS) {
		char *name = xasprintf("[%s]", field.v[NAME]);

		address = address_of(field.v[ADDRESS]);
		if (address && !num_parse(field.v[SIZE], NUM_COUNT, &size, NULL))
			add_code(r, name, address, size, 0);
		free(name);
	}
	strv_release(&field);
}

void lock_state_add_kernel(struct lock_record *r)
{
	struct buf modules = BUF_INIT;
	struct strv lines = STRV_INIT;
	uint64_t start, end;

	find_text(&start, &end);
	if (start && start < end)
		add_code(r, "[kernel.kallsyms]_text", start, end - start, start);
	/* A kernel without modules has no such file. */
	if (!fs_read("/proc/modules", 0, &modules, NULL))
		strv_split(&lines, buf_str(&modules), "\n");
	for (size_t i = 0; i < lines.n; i++)
		add_module(r, lines.v[i]);
	strv_release(&lines);
	buf_release(&modules);
}

/* --- threads ---------------------------------------------------------------------- */

static void add_thread(struct lock_record *r, uint32_t pid, uint32_t tid, const char *name)
{
	const uint32_t head[2] = { pid, tid };
	const struct perfdata_id id = lock_own_id(r, pid, tid, now_ns());

	add_named(r, PERF_RECORD_COMM, 0, head, sizeof(head), name, &id);
}

/* A number as a directory of /proc has it for a name; 0: it is none. */
static uint32_t number(const char *name)
{
	uint64_t v;

	if (!isdigit((unsigned char)*name) || num_parse(name, NUM_COUNT, &v, NULL) ||
	    v > UINT32_MAX)
		return 0;
	return (uint32_t)v;
}

static void add_threads_of(struct lock_record *r, uint32_t pid)
{
	char *path = xasprintf("/proc/%u/task", pid);
	DIR *dir = opendir(path); /* it may be gone by now */
	const struct dirent *d;

	while (dir && (d = readdir(dir))) {
		uint32_t tid = number(d->d_name);
		char *comm = tid ? xasprintf("%s/%u/comm", path, tid) : NULL;
		char *name = comm ? fs_read_line(comm) : NULL;

		if (name)
			add_thread(r, pid, tid, name);
		free(name);
		free(comm);
	}
	if (dir)
		closedir(dir);
	free(path);
}

int lock_state_add_threads(struct lock_record *r)
{
	DIR *dir = opendir("/proc");
	const struct dirent *d;

	if (!dir)
		return -errno;
	add_thread(r, 0, 0, "swapper");
	while ((d = readdir(dir))) {
		uint32_t pid = number(d->d_name);

		if (pid)
			add_threads_of(r, pid);
	}
	closedir(dir);
	return 0;
}
