/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_events.c: the perf events of the recorder: on every CPU the tracepoints as
 * one group, so that one call to a CPU switches them on, and a dummy whose ring
 * they all write to. A reader is woken when half of a ring is full.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "runners/lock/record_impl.h"

#define RING_LEAST_BYTES (64u << 10)
#define RING_MOST_BYTES (8u << 20)
#define RINGS_OF_MEMORY 64 /* the part of memory that all rings together may take */
#define CHAIN_LEAST 16u

size_t lock_ring_bytes(unsigned cpus)
{
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	size_t bytes = RING_LEAST_BYTES;

	while (bytes < RING_MOST_BYTES && 2 * bytes * cpus <= memory / RINGS_OF_MEMORY)
		bytes *= 2;
	return bytes;
}

/* --- attributes ------------------------------------------------------------------ */

static void fill_attr(struct perf_event_attr *a)
{
	*a = (struct perf_event_attr){
		.size = PERFDATA_ATTR_SIZE,
		.sample_type = PERFDATA_ID_TYPE,
		.read_format = PERF_FORMAT_ID | PERF_FORMAT_LOST,
		.sample_id_all = 1,
		.exclude_callchain_user = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		.watermark = 1, /* and 0 bytes of it: half of the ring */
	};
}

static void fill_tracepoint(struct perfdata_event *v, const struct lock_tracepoint *t,
			    uint64_t most_frames, bool leads)
{
	fill_attr(&v->attr);
	v->attr.type = PERF_TYPE_TRACEPOINT;
	v->attr.config = t->id;
	v->attr.sample_period = 1;
	v->attr.sample_type |= PERF_SAMPLE_IP | PERF_SAMPLE_PERIOD | PERF_SAMPLE_RAW;
	if (t->frames) {
		v->attr.sample_type |= PERF_SAMPLE_CALLCHAIN;
		v->attr.sample_max_stack =
			(uint16_t)(t->frames < most_frames ? t->frames : most_frames);
	}
	v->attr.disabled = leads;
	strcpy(v->name, "lock:");
	strncat(v->name, t->name, sizeof(v->name) - sizeof("lock:"));
}

static void fill_dummy(struct perfdata_event *v)
{
	fill_attr(&v->attr);
	v->attr.type = PERF_TYPE_SOFTWARE;
	v->attr.config = PERF_COUNT_SW_DUMMY;
	v->attr.disabled = 1;
	v->attr.comm = v->attr.comm_exec = v->attr.task = 1;
	strcpy(v->name, "dummy:u");
}

static int fill_events(struct lock_record *r, struct err *e)
{
	static const char limit[] = "/proc/sys/kernel/perf_event_max_stack";
	char *line = fs_read_line(limit);
	uint64_t most = 0;
	int ret = 0;

	if (!line)
		return err_add(e, ENOTSUP,
			       "this kernel has no perf events with call chains "
			       "(CONFIG_PERF_EVENTS): waits for locks cannot be recorded");
	ret = num_parse(line, NUM_COUNT, &most, e);
	free(line);
	if (ret)
		return ret;
	if (most < CHAIN_LEAST)
		return err_add(e, ENOTSUP,
			       "call chains are cut at %llu functions by %s: waits for "
			       "locks need %u and more (127 is the kernel's own value)",
			       (unsigned long long)most, limit, CHAIN_LEAST);
	r->nr_events = r->tracepoints.n + 1;
	for (size_t i = 0; i < r->tracepoints.n; i++)
		fill_tracepoint(&r->event[i], &r->tracepoints.v[i], most, i == 0);
	fill_dummy(&r->event[r->tracepoints.n]);
	r->counts_lost = true;
	return 0;
}

/* --- opening --------------------------------------------------------------------- */

static const struct {
	int errnum, is; /* is: what the caller gets */
	const char *why;
} refusals[] = {
	{ EACCES, EPERM, "not allowed: run as root, or set kernel.perf_event_paranoid to -1" },
	{ EPERM, EPERM, "not allowed: run as root, or set kernel.perf_event_paranoid to -1" },
	{ ENOSYS, ENOTSUP, "this kernel has no perf events (CONFIG_PERF_EVENTS)" },
	{ ENOENT, ENOTSUP, "this kernel's perf events know no tracepoints" },
	{ EMFILE, EMFILE, "too many open files: try ulimit -n 65536" },
};

static int refused(int errnum, const char *what, struct err *e)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].errnum == errnum)
			return err_add(e, refusals[i].is, "cannot record waits for locks (%s): %s",
				       what, refusals[i].why);
	return err_sys(e, errnum, "cannot record waits for locks (%s)", what);
}

static int open_event(struct lock_record *r, size_t event, int cpu, int group)
{
	struct perf_event_attr *attr = &r->event[event].attr;
	long fd = syscall(SYS_perf_event_open, attr, -1, cpu, group, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0 && errno == EINVAL && r->counts_lost) { /* before Linux 6.0 */
		r->counts_lost = false;
		for (size_t i = 0; i < r->nr_events; i++)
			r->event[i].attr.read_format &= ~(uint64_t)PERF_FORMAT_LOST;
		fd = syscall(SYS_perf_event_open, attr, -1, cpu, group, PERF_FLAG_FD_CLOEXEC);
	}
	return fd < 0 ? -errno : (int)fd;
}

static int map_ring(struct lock_cpu *c, int dummy, size_t bytes, struct err *e)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *ring;

	for (;; bytes /= 2) {
		ring = mmap(NULL, page + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, dummy, 0);
		/* What a user may lock, or there is, can be less. */
		if (ring != MAP_FAILED || bytes <= RING_LEAST_BYTES ||
		    (errno != EPERM && errno != ENOMEM))
			break;
	}
	if (ring == MAP_FAILED)
		return refused(errno, "its buffer", e);
	c->ring = ring;
	c->ring_bytes = bytes;
	return 0;
}

static int open_tracepoint(struct lock_record *r, struct lock_cpu *c, size_t event, int cpu,
			   struct err *e)
{
	int fd = open_event(r, event, cpu, event ? c->fd[0] : -1);

	if (fd < 0)
		return refused(-fd, r->event[event].name, e);
	c->fd[event] = fd;
	if (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, c->fd[r->nr_events - 1]))
		return refused(errno, r->event[event].name, e);
	return 0;
}

static int note_id(struct perfdata_event *v, int fd, struct err *e)
{
	uint64_t id;

	if (ioctl(fd, PERF_EVENT_IOC_ID, &id))
		return refused(errno, v->name, e);
	v->ids = xrealloc(v->ids, v->nr_ids + 1, sizeof(*v->ids));
	v->ids[v->nr_ids++] = id;
	return 0;
}

static int open_cpu(struct lock_record *r, int cpu, size_t ring_bytes, struct err *e)
{
	size_t dummy = r->nr_events - 1;
	int fd = open_event(r, dummy, cpu, -1), ret;
	struct lock_cpu *c;

	if (fd == -ENODEV) /* it is not online */
		return 0;
	if (fd < 0)
		return refused(-fd, r->event[dummy].name, e);
	r->cpu = xrealloc(r->cpu, r->nr_cpus + 1, sizeof(*r->cpu));
	c = &r->cpu[r->nr_cpus++];
	*c = (struct lock_cpu){ .ring = NULL };
	for (size_t i = 0; i < LOCK_EVENTS_MAX; i++)
		c->fd[i] = -1;
	c->fd[dummy] = fd;
	ret = map_ring(c, fd, ring_bytes, e);
	for (size_t i = 0; i < dummy && !ret; i++)
		ret = open_tracepoint(r, c, i, cpu, e);
	for (size_t i = 0; i < r->nr_events && !ret; i++)
		ret = note_id(&r->event[i], c->fd[i], e);
	return ret;
}

int lock_events_open(struct lock_record *r, size_t ring_bytes, struct err *e)
{
	int ret = fill_events(r, e);

	for (unsigned cpu = 0; cpu < r->cpus && !ret; cpu++)
		ret = open_cpu(r, (int)cpu, ring_bytes, e);
	return ret;
}

void lock_events_close(struct lock_record *r)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < r->nr_cpus; i++) {
		struct lock_cpu *c = &r->cpu[i];

		if (c->ring)
			munmap(c->ring, page + c->ring_bytes);
		for (size_t j = 0; j < LOCK_EVENTS_MAX; j++)
			if (c->fd[j] >= 0)
				close(c->fd[j]);
	}
	free(r->cpu);
	r->cpu = NULL;
	r->nr_cpus = 0;
	for (size_t i = 0; i < r->nr_events; i++)
		free(r->event[i].ids);
}

/* --- running --------------------------------------------------------------------- */

int lock_events_switch(struct lock_record *r, bool tracepoints, bool on)
{
	const size_t event = tracepoints ? 0 : r->nr_events - 1;
	const unsigned long how = on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE;

	for (size_t i = 0; i < r->nr_cpus; i++)
		if (ioctl(r->cpu[i].fd[event], how, 0))
			return -errno;
	return 0;
}

/* The record at that place of a ring, made whole. Its header never lies around the end. */
static const struct perf_event_header *record_at(struct lock_record *r, const char *data,
						 size_t ring_bytes, uint64_t place)
{
	const size_t at = place & (ring_bytes - 1), room = ring_bytes - at;
	const struct perf_event_header *h = (const void *)(data + at);

	if (h->size <= room)
		return h;
	memcpy(r->record, h, room);
	memcpy((char *)r->record + room, data, h->size - room);
	return (const void *)r->record;
}

/* True: there was something. */
static bool drain_ring(struct lock_record *r, struct lock_cpu *c)
{
	const char *data = (const char *)c->ring + sysconf(_SC_PAGESIZE);
	uint64_t head = __atomic_load_n(&c->ring->data_head, __ATOMIC_ACQUIRE);
	const uint64_t tail = c->ring->data_tail;

	for (uint64_t place = tail; place < head;) {
		const struct perf_event_header *h = record_at(r, data, c->ring_bytes, place);

		if (h->size < sizeof(*h)) /* no kernel writes that; it would be for ever */
			break;
		perfdata_add(&r->file, h);
		place += h->size;
	}
	__atomic_store_n(&c->ring->data_tail, head, __ATOMIC_RELEASE);
	return head != tail;
}

void lock_events_drain(struct lock_record *r)
{
	/* perf sorts by time only from one such mark to the next. */
	const struct perf_event_header round = { .type = PERFDATA_FINISHED_ROUND,
						 .size = sizeof(round) };
	bool any = false;

	for (size_t i = 0; i < r->nr_cpus; i++)
		any |= drain_ring(r, &r->cpu[i]);
	if (any)
		perfdata_add(&r->file, &round);
}

uint64_t lock_events_lost(const struct lock_record *r)
{
	struct {
		uint64_t value, id, lost;
	} count;
	uint64_t lost = 0;

	for (size_t i = 0; i < r->nr_cpus && r->counts_lost; i++)
		for (size_t j = 0; j < r->nr_events; j++)
			if (read(r->cpu[i].fd[j], &count, sizeof(count)) == sizeof(count))
				lost += count.lost;
	return lost;
}
