/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c: the life of a recording: open, begin, end, finish, and the thread that
 * empties the rings. It sleeps until half of one is full: a cell with few waits is
 * measured without it ever waking up, and its file is written when all is over.
 */
#include "runners/lock/record.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "runners/lock/record_impl.h"

#define THREAD_NAME "fsduel-locks"

/* Begin, end and the thread have nobody to tell; finish does. */
static void note_failure(struct lock_record *r, int ret, const char *what)
{
	if (!ret || r->errnum)
		return;
	r->errnum = -ret;
	r->failed = xstrdup(what);
}

/* --- the thread -------------------------------------------------------------------- */

static struct pollfd *what_to_watch(const struct lock_record *r)
{
	struct pollfd *fds = xcalloc(r->nr_cpus + 1, sizeof(*fds));

	for (size_t i = 0; i < r->nr_cpus; i++)
		fds[i] = (struct pollfd){ .fd = r->cpu[i].fd[r->nr_events - 1], .events = POLLIN };
	fds[r->nr_cpus] = (struct pollfd){ .fd = r->stop, .events = POLLIN };
	return fds;
}

static void *thread_main(void *arg)
{
	struct lock_record *r = arg;
	struct pollfd *fds = what_to_watch(r);

	prctl(PR_SET_NAME, THREAD_NAME);
	while (poll(fds, r->nr_cpus + 1, -1) >= 0 || errno == EINTR) {
		if (fds[r->nr_cpus].revents)
			break;
		/* A CPU that has gone offline would wake us for ever. */
		for (size_t i = 0; i < r->nr_cpus; i++)
			if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL))
				fds[i].fd = -1;
		pthread_mutex_lock(&r->lock);
		lock_events_drain(r);
		perfdata_flush(&r->file);
		pthread_mutex_unlock(&r->lock);
	}
	free(fds);
	return NULL;
}

static int start_thread(struct lock_record *r, struct err *e)
{
	sigset_t all, before;
	int errnum;

	r->stop = eventfd(0, EFD_CLOEXEC);
	if (r->stop < 0)
		return err_sys(e, errno, "cannot record waits for locks: no eventfd");
	/* Signals are for the threads that know what to do. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	errnum = pthread_create(&r->thread, NULL, thread_main, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (errnum)
		return err_sys(e, errnum, "cannot start the thread that records waits for locks");
	r->thread_runs = true;
	return 0;
}

static void stop_thread(struct lock_record *r)
{
	const uint64_t one = 1;

	if (!r->thread_runs)
		return;
	while (write(r->stop, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(r->thread, NULL);
	r->thread_runs = false;
}

/* --- the recording ------------------------------------------------------------------ */

int lock_record_open_rings(struct lock_record **out, const char *path, uint64_t max_bytes,
			   size_t ring_bytes, struct err *e)
{
	struct lock_record *r = xcalloc(1, sizeof(*r));
	struct perfdata_features features = { .tracepoints = &r->tracepoints };
	int ret;

	*out = NULL;
	r->stop = r->file.fd = -1;
	r->cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
	pthread_mutex_init(&r->lock, NULL);
	ret = lock_tracepoints_load(&r->tracepoints, e);
	if (!ret)
		ret = lock_events_open(r, ring_bytes, e);
	features.cpus = r->cpus;
	features.cpus_online = (unsigned)r->nr_cpus;
	if (!ret)
		ret = perfdata_create(&r->file, path, r->event, r->nr_events, &features, max_bytes,
				      e);
	if (!ret) {
		lock_state_add_kernel(r);
		ret = start_thread(r, e);
		if (ret)
			unlink(path);
	}
	if (ret)
		lock_record_release(r);
	else
		*out = r;
	return ret;
}

int lock_record_open(struct lock_record **out, const char *path, uint64_t max_bytes, struct err *e)
{
	return lock_record_open_rings(out, path, max_bytes,
				      lock_ring_bytes((unsigned)sysconf(_SC_NPROCESSORS_ONLN)), e);
}

void lock_record_begin(struct lock_record *r)
{
	pthread_mutex_lock(&r->lock);
	/* Threads first: who comes while their names are read is told by the events. */
	note_failure(r, lock_events_switch(r, false, true), "cannot record threads' names");
	note_failure(r, lock_state_add_threads(r), "cannot read threads' names in /proc");
	perfdata_flush(&r->file);
	note_failure(r, lock_events_switch(r, true, true), "cannot begin to record waits");
	r->on = true;
	pthread_mutex_unlock(&r->lock);
}

void lock_record_end(struct lock_record *r)
{
	int ret = lock_events_switch(r, true, false), names = lock_events_switch(r, false, false);

	pthread_mutex_lock(&r->lock);
	note_failure(r, ret ? ret : names, "cannot end recording waits");
	r->on = false;
	pthread_mutex_unlock(&r->lock);
}

/* What no record in the file tells of: lost at the end of a ring, or beyond the limit. */
static void tell_lost(struct lock_record *r)
{
	const struct perfdata_id id =
		lock_own_id(r, (uint32_t)getpid(), (uint32_t)gettid(), now_ns());
	uint64_t lost = r->file.lost_dropped;

	if (r->counts_lost)
		lost = lock_events_lost(r) - r->file.lost_told;
	lost += r->file.dropped;
	if (lost)
		perfdata_add_lost(&r->file, lost, &id);
}

int lock_record_finish(struct lock_record *r, struct err *e)
{
	if (r->finished)
		return err_add(e, EINVAL, "%s is complete already", r->file.path);
	if (r->on)
		lock_record_end(r);
	stop_thread(r);
	r->finished = true;
	lock_events_drain(r);
	tell_lost(r);
	if (r->errnum) {
		perfdata_complete(&r->file, NULL);
		return err_sys(e, r->errnum, "%s", r->failed);
	}
	return perfdata_complete(&r->file, e);
}

void lock_record_release(struct lock_record *r)
{
	if (!r)
		return;
	stop_thread(r);
	if (r->stop >= 0)
		close(r->stop);
	lock_events_close(r);
	perfdata_close(&r->file);
	lock_tracepoints_release(&r->tracepoints);
	pthread_mutex_destroy(&r->lock);
	free(r->failed);
	free(r);
}
