/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_write.h: writes a perf.data file (tools/perf/Documentation/
 * perf.data-file-format.txt), in file form, as far as perf and perfdata.c need it:
 * header, events with their ids, records as the kernel wrote them, features.
 *
 * Layout: header, ids, attributes; records; table of features, features. All but
 * the records is known at the beginning, so a limit for the file is one for them.
 */
#ifndef FSDUEL_RUNNERS_LOCK_PERFDATA_WRITE_H
#define FSDUEL_RUNNERS_LOCK_PERFDATA_WRITE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/lock/tracepoints.h"

/* Enough for all fields used here, and known to every kernel and perf since 4.8. */
#define PERFDATA_ATTR_SIZE PERF_ATTR_SIZE_VER5

/* What every record ends in (sample_id_all) whose event samples just these fields. */
#define PERFDATA_ID_TYPE                                                                           \
	(PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_IDENTIFIER)
struct perfdata_id {
	uint32_t pid, tid;
	uint64_t time_ns;
	uint32_t cpu, reserved;
	uint64_t identifier;
};

/* Records that perf adds to the kernel's. */
#define PERFDATA_FINISHED_ROUND 68 /* all buffers have been read once more */

struct perfdata_event {
	struct perf_event_attr attr;
	char name[40]; /* "lock:contention_begin" */
	uint64_t *ids; /* one a CPU that is online */
	size_t nr_ids;
};

struct perfdata_features {
	const struct lock_tracepoints *tracepoints;
	unsigned cpus_online, cpus;
};

struct perfdata_file {
	int fd; /* -1: none */
	char *path;
	struct buf head, tail; /* what comes before and after the records */
	uint64_t features;     /* in tail: bits */
	struct buf pending;    /* records to be written */
	uint64_t record_bytes, max_record_bytes;
	bool full;             /* from the first record on that had no room */
	uint64_t dropped;      /* samples that had none */
	uint64_t lost_told;    /* samples that PERF_RECORD_LOST in the file tells of, */
	uint64_t lost_dropped; /* and those that had no room told of */
	int errnum;            /* of the first write that failed; 0: none */
};

#define PERFDATA_FILE_NONE                                                                         \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Make the file anew, readable by its owner only, of at most max_bytes when it is
 * complete. -EINVAL: they have no room for any sample.
 */
int perfdata_create(struct perfdata_file *f, const char *path, const struct perfdata_event *v,
		    size_t n, const struct perfdata_features *features, uint64_t max_bytes,
		    struct err *e);
/* Append a record. What has no room is counted; what cannot be written is told at the end. */
void perfdata_add(struct perfdata_file *f, const struct perf_event_header *record);
/* Write what is pending. */
void perfdata_flush(struct perfdata_file *f);
/* Tell of lost samples that no record in the file tells of yet; always has room. */
void perfdata_add_lost(struct perfdata_file *f, uint64_t lost, const struct perfdata_id *id);
int perfdata_complete(struct perfdata_file *f, struct err *e);
/* Accepts PERFDATA_FILE_NONE. The file stays. */
void perfdata_close(struct perfdata_file *f);

/*
 * Append the features to tail, their table first, with offsets from its beginning;
 * *bits: which there are.
 */
void perfdata_features_add(struct buf *tail, uint64_t *bits, const struct perfdata_event *v,
			   size_t n, const struct perfdata_features *features);
/* The table will begin at file offset `at`. */
void perfdata_features_move(struct buf *tail, uint64_t bits, uint64_t at);

#endif
