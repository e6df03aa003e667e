/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_write.c: header, events and records of a perf.data file and its limit;
 * see perfdata_write.h. The header says that there are no records until the file
 * is complete, by which perf tells one that was cut short.
 */
#include "runners/lock/perfdata_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PENDING_BYTES (256u << 10)

struct section {
	uint64_t offset, size;
};

struct file_header {
	char magic[8];
	uint64_t size, attr_size;
	struct section attrs, records, event_types;
	uint64_t features[4];
};

/* PERF_RECORD_LOST_SAMPLES: perf and the kernel have the same. */
struct lost_samples {
	struct perf_event_header header;
	uint64_t lost;
	struct perfdata_id id;
};

/* Samples are what is measured: one record of any size must have a chance. */
#define LEAST_RECORD_BYTES 4096u

static void write_at(struct perfdata_file *f, const char *data, size_t len, uint64_t at)
{
	while (len && !f->errnum) {
		ssize_t n = pwrite(f->fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			f->errnum = n ? errno : EIO;
			return;
		}
		data += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
}

/* Header, ids, attributes. */
static void fill_head(struct perfdata_file *f, const struct perfdata_event *v, size_t n)
{
	const size_t entry = PERFDATA_ATTR_SIZE + sizeof(struct section);
	struct file_header h = { .magic = "PERFILE2",
				 .size = sizeof(h),
				 .attr_size = entry,
				 .features = { f->features } };
	uint64_t ids = sizeof(h);

	buf_add(&f->head, &h, sizeof(h));
	for (size_t i = 0; i < n; i++)
		buf_add(&f->head, v[i].ids, v[i].nr_ids * sizeof(*v[i].ids));
	h.attrs = (struct section){ f->head.len, n * entry };
	for (size_t i = 0; i < n; i++) {
		struct section s = { ids, v[i].nr_ids * sizeof(*v[i].ids) };

		buf_add(&f->head, &v[i].attr, PERFDATA_ATTR_SIZE);
		buf_add(&f->head, &s, sizeof(s));
		ids += s.size;
	}
	h.records.offset = f->head.len;
	memcpy(f->head.data, &h, sizeof(h));
}

static int make_file(struct perfdata_file *f, struct err *e)
{
	if (unlink(f->path) && errno != ENOENT)
		return err_sys(e, errno, "cannot remove %s", f->path);
	/* Addresses of the kernel are not for everybody. */
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return err_sys(e, errno, "cannot create %s", f->path);
	write_at(f, f->head.data, f->head.len, 0);
	if (f->errnum)
		return err_sys(e, f->errnum, "cannot write %s", f->path);
	return 0;
}

int perfdata_create(struct perfdata_file *f, const char *path, const struct perfdata_event *v,
		    size_t n, const struct perfdata_features *features, uint64_t max_bytes,
		    struct err *e)
{
	uint64_t least;
	int ret;

	*f = (struct perfdata_file)PERFDATA_FILE_NONE;
	f->path = xstrdup(path);
	perfdata_features_add(&f->tail, &f->features, v, n, features);
	fill_head(f, v, n);
	least = f->head.len + f->tail.len + sizeof(struct lost_samples);
	if (max_bytes < least + LEAST_RECORD_BYTES)
		ret = err_add(e, EINVAL,
			      "%s may not be smaller than %llu bytes: there would be no "
			      "room for a sample",
			      path, (unsigned long long)(least + LEAST_RECORD_BYTES));
	else
		ret = make_file(f, e);
	f->max_record_bytes = max_bytes - least;
	if (ret && f->fd >= 0)
		unlink(f->path);
	if (ret)
		perfdata_close(f);
	return ret;
}

void perfdata_flush(struct perfdata_file *f)
{
	write_at(f, f->pending.data, f->pending.len,
		 f->head.len + f->record_bytes - f->pending.len);
	buf_reset(&f->pending);
}

static void append(struct perfdata_file *f, const void *record, size_t size)
{
	buf_add(&f->pending, record, size);
	f->record_bytes += size;
	if (f->pending.len >= PENDING_BYTES)
		perfdata_flush(f);
}

/* PERF_RECORD_LOST: header, id of the event, how many. */
static uint64_t lost_of(const struct perf_event_header *record)
{
	uint64_t lost = 0;

	if (record->type == PERF_RECORD_LOST && record->size >= sizeof(*record) + 16)
		memcpy(&lost, (const char *)record + sizeof(*record) + 8, sizeof(lost));
	return lost;
}

void perfdata_add(struct perfdata_file *f, const struct perf_event_header *record)
{
	/* Not the next one that is small enough: what is kept is a beginning of each CPU's. */
	if (f->record_bytes + record->size > f->max_record_bytes)
		f->full = true;
	if (f->full) {
		f->dropped += record->type == PERF_RECORD_SAMPLE;
		f->lost_dropped += lost_of(record);
		return;
	}
	f->lost_told += lost_of(record);
	append(f, record, record->size);
}

void perfdata_add_lost(struct perfdata_file *f, uint64_t lost, const struct perfdata_id *id)
{
	struct lost_samples s = {
		.header = { .type = PERF_RECORD_LOST_SAMPLES, .size = sizeof(s) },
		.lost = lost,
		.id = *id,
	};

	append(f, &s, sizeof(s));
}

int perfdata_complete(struct perfdata_file *f, struct err *e)
{
	uint64_t at;

	perfdata_flush(f);
	at = f->head.len + f->record_bytes;
	perfdata_features_move(&f->tail, f->features, at);
	write_at(f, f->tail.data, f->tail.len, at);
	memcpy(f->head.data + offsetof(struct file_header, records.size), &f->record_bytes,
	       sizeof(f->record_bytes));
	write_at(f, f->head.data, sizeof(struct file_header), 0);
	if (close(f->fd) && !f->errnum)
		f->errnum = errno;
	f->fd = -1;
	if (f->errnum)
		return err_sys(e, f->errnum, "cannot write %s", f->path);
	return 0;
}

void perfdata_close(struct perfdata_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	buf_release(&f->head);
	buf_release(&f->tail);
	buf_release(&f->pending);
	*f = (struct perfdata_file)PERFDATA_FILE_NONE;
}
