/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracepoints.c: the sets of tracepoints that tell of waits for locks, one row a
 * set, and how their numbers and formats are read; see tracepoints.h.
 */
#include "runners/lock/tracepoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"

#define TRACEFS "/sys/kernel/tracing"
#define FORMAT_MAX 65536

/* A direct write has about 15 functions, with writeback below it 40. */
#define WHOLE_CHAIN 64

/* Best first. The first tracepoint of a set leads the group that perf switches on. */
static const struct {
	struct {
		const char *name;
		unsigned frames;
	} point[LOCK_TRACEPOINTS_MAX];
} sets[] = {
	/*
	 * Linux 5.19: only waits, each with its beginning and its end. perf adds a wait
	 * to the callers (of the first 8) that its end has, so that needs some as well.
	 */
	{ { { "contention_begin", WHOLE_CHAIN }, { "contention_end", 16 } } },
	/* CONFIG_LOCK_STAT: every lock that is taken; lock_acquire tells whether as a reader. */
	{ { { "lock_acquire", 0 },
	    { "lock_contended", WHOLE_CHAIN },
	    { "lock_acquired", 0 },
	    { "lock_release", 0 } } },
};

#define NR_SETS (sizeof(sets) / sizeof(sets[0]))

static size_t set_size(size_t set)
{
	size_t n = 0;

	while (n < LOCK_TRACEPOINTS_MAX && sets[set].point[n].name)
		n++;
	return n;
}

static bool has_set(const char *events, size_t set)
{
	bool has = true;

	for (size_t i = 0; i < set_size(set) && has; i++) {
		char *id = xasprintf("%s/lock/%s/id", events, sets[set].point[i].name);

		has = fs_exists(id);
		free(id);
	}
	return has;
}

static int read_file(const char *events, const char *name, struct buf *b, struct err *e)
{
	char *path = xasprintf("%s/%s", events, name);
	int ret = fs_read(path, FORMAT_MAX, b, e);

	free(path);
	return ret == -EACCES ? -EPERM : ret;
}

static int read_tracepoint(const char *events, struct lock_tracepoint *t, struct err *e)
{
	char *id = xasprintf("lock/%s/id", t->name), *format = xasprintf("lock/%s/format", t->name);
	struct buf text = BUF_INIT;
	int ret = read_file(events, id, &text, e);

	if (!ret)
		ret = num_parse(buf_str(&text), NUM_COUNT, &t->id, e);
	if (!ret)
		ret = read_file(events, format, &t->format, e);
	buf_release(&text);
	free(id);
	free(format);
	return ret;
}

int lock_tracepoints_read(struct lock_tracepoints *t, const char *events, struct err *e)
{
	size_t set = 0;
	int ret;

	*t = (struct lock_tracepoints)LOCK_TRACEPOINTS_NONE;
	if (access(events, R_OK | X_OK) && errno == EACCES)
		return err_add(e, EPERM, "%s may not be read: waits for locks are recorded as root",
			       events);
	while (set < NR_SETS && !has_set(events, set))
		set++;
	if (set == NR_SETS)
		return err_add(e, ENOTSUP,
			       "this kernel does not tell of waits for locks: it has neither the "
			       "tracepoints lock:contention_begin and contention_end (Linux 5.19 "
			       "and later) nor lock statistics (CONFIG_LOCK_STAT)");
	t->n = set_size(set);
	ret = read_file(events, "header_page", &t->header_page, e);
	if (!ret)
		ret = read_file(events, "header_event", &t->header_event, e);
	for (size_t i = 0; i < t->n && !ret; i++) {
		t->v[i].name = sets[set].point[i].name;
		t->v[i].frames = sets[set].point[i].frames;
		ret = read_tracepoint(events, &t->v[i], e);
	}
	if (ret)
		lock_tracepoints_release(t);
	return ret;
}

/* A tracefs of our own that is mounted nowhere: its descriptor, or -errno. */
static int open_detached(struct err *e)
{
	int fs = fsopen("tracefs", FSOPEN_CLOEXEC), fd = -1, errnum = 0;

	if (fs < 0 || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (fd = fsmount(fs, FSMOUNT_CLOEXEC, 0)) < 0)
		errnum = errno;
	if (fs >= 0)
		close(fs);
	if (!errnum)
		return fd;
	if (errnum == ENODEV)
		return err_add(e, ENOTSUP,
			       "this kernel has no tracefs, and so no tracepoints for "
			       "waits for locks (CONFIG_ENABLE_DEFAULT_TRACERS)");
	if (errnum == ENOSYS)
		return err_add(e, ENOTSUP,
			       "tracefs is not mounted, and Linux before 5.2 needs "
			       "that: mount -t tracefs tracefs " TRACEFS);
	return err_sys(e, errnum == EACCES ? EPERM : errnum,
		       "cannot open tracefs, for tracepoints for waits for locks; try as root, or "
		       "mount -t tracefs tracefs " TRACEFS);
}

int lock_tracepoints_load(struct lock_tracepoints *t, struct err *e)
{
	char *events;
	int fd, ret;

	*t = (struct lock_tracepoints)LOCK_TRACEPOINTS_NONE;
	if (fs_exists(TRACEFS "/events") || (access(TRACEFS, X_OK) && errno == EACCES))
		return lock_tracepoints_read(t, TRACEFS "/events", e);
	fd = open_detached(e);
	if (fd < 0)
		return fd;
	events = xasprintf("/proc/self/fd/%d/events", fd);
	ret = lock_tracepoints_read(t, events, e);
	free(events);
	close(fd);
	return ret;
}

void lock_tracepoints_release(struct lock_tracepoints *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_release(&t->v[i].format);
	buf_release(&t->header_page);
	buf_release(&t->header_event);
	*t = (struct lock_tracepoints)LOCK_TRACEPOINTS_NONE;
}
