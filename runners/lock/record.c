/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c: `perf lock record` driven by its control descriptors; see record.h. perf sleeps
 * until half of a ring is full, so a cell with few waits is measured without it waking up.
 */
#include "runners/lock/record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"

#define ANSWER_MS 60000 /* an emulated guest takes seconds to start perf */
#define WORDS_BYTES 4096

struct lock_record {
	struct proc perf;
	int ask[2], answer[2]; /* pipes: commands to perf, its acknowledgements */
	int said;              /* perf's stderr */
	int failed;            /* of the switches: -errno of the first failure, and its sentence */
	struct err why;
};

/* The last line of perf's. Caller frees. */
static char *last_words(const struct lock_record *r)
{
	char text[WORDS_BYTES + 1];
	off_t size = lseek(r->said, 0, SEEK_END);
	ssize_t n = pread(r->said, text, WORDS_BYTES, size > WORDS_BYTES ? size - WORDS_BYTES : 0);

	text[n > 0 ? n : 0] = '\0';
	return text_last_line(text);
}

static int no_answer(struct lock_record *r, const char *command, struct err *e)
{
	struct pollfd ended = { .fd = r->perf.pidfd, .events = POLLIN };
	struct proc_exit x = { .status = 0 };
	char *words;
	int ret;

	poll(&ended, 1, 1000); /* its pipe breaks a moment before it has ended */
	words = last_words(r);
	if (!proc_poll(&r->perf, &x))
		ret = err_add(e, EIO, "perf lock record does not answer to \"%s\"; it says: %s",
			      command, words);
	else if (x.status)
		ret = err_add(e, ENOTSUP, "perf lock record ended with status %d: %s", x.status,
			      words);
	else
		ret = err_add(e, ENOTSUP, "perf lock record ended: its file has reached its limit");
	free(words);
	return ret;
}

/* Send a command and wait until perf has carried it out. */
static int command(struct lock_record *r, const char *what, struct err *e)
{
	struct pollfd in = { .fd = r->answer[0], .events = POLLIN };
	char line[8] = "";
	int ready = -1;

	if (dprintf(r->ask[1], "%s\n", what) > 0)
		do
			ready = poll(&in, 1, ANSWER_MS);
		while (ready < 0 && errno == EINTR);
	if (ready <= 0 || read(in.fd, line, sizeof(line) - 1) <= 0 || strncmp(line, "ack", 3))
		return no_answer(r, what, e);
	return 0;
}

static int start(struct lock_record *r, const char *path, uint64_t max_bytes, struct err *e)
{
	char *control = xasprintf("fd:%d,%d", r->ask[0], r->answer[1]);
	char *size = xasprintf("%lluB", (unsigned long long)max_bytes);
	/* A direct write has about 15 functions, with writeback 40; perf keeps 8 by itself. */
	/* clang-format off */
	const char *const argv[] = {
		"perf", "lock", "record", "-a", "--call-graph", "fp,64", "--kernel-callchains",
		"-k", "CLOCK_MONOTONIC", "-N", "-D", "-1", "--control", control,
		"--max-size", size, "-o", path, NULL
	};
	/* clang-format on */
	const int keep[] = { r->ask[0], r->answer[1] };
	const struct launch l = { argv, NULL, NULL, -1, r->said, keep, 2 };
	int ret = proc_launch(&r->perf, &l, e);

	/* The end that perf reads stays open here too: a command to a dead perf is no SIGPIPE. */
	proc_close_fd(&r->answer[1]);
	free(control);
	free(size);
	return ret;
}

int lock_record_open(struct lock_record **out, const char *path, uint64_t max_bytes, struct err *e)
{
	struct lock_record *r = xcalloc(1, sizeof(*r));
	char *perf = proc_which("perf");
	int ret = 0;

	*out = NULL;
	*r = (struct lock_record){ PROC_NONE, { -1, -1 }, { -1, -1 }, -1, 0, ERR_INIT };
	if (!perf)
		ret = err_add(
			e, ENOTSUP,
			"there is no perf, which records waits for locks: install linux-perf");
	free(perf);
	if (!ret && ((r->said = memfd_create("perf", MFD_CLOEXEC)) < 0 ||
		     pipe2(r->ask, O_CLOEXEC) || pipe2(r->answer, O_CLOEXEC)))
		ret = err_sys(e, errno, "cannot make the pipes to perf");
	if (!ret)
		ret = start(r, path, max_bytes, e);
	if (!ret) {
		ret = command(r, "ping", e);
		if (ret == -ENOTSUP)
			err_add(e, ENOTSUP,
				"waits for locks are recorded as root, on Linux 5.19 and later");
	}
	if (ret)
		lock_record_release(r);
	else
		*out = r;
	return ret;
}

void lock_record_switch(struct lock_record *r, bool on)
{
	if (!r->failed)
		r->failed = command(r, on ? "enable" : "disable", &r->why);
}

int lock_record_finish(struct lock_record *r, struct err *e)
{
	struct pollfd ended = { .fd = r->perf.pidfd, .events = POLLIN };
	struct proc_exit x;
	char *words;
	int ret = r->failed ? err_add(e, EIO, "%s", r->why.text) : command(r, "stop", e);

	if (ret)
		return -EIO;
	while (!proc_poll(&r->perf, &x))
		poll(&ended, 1, -1);
	if (!x.status)
		return 0;
	words = last_words(r);
	err_add(e, EIO, "perf lock record could not complete its file: %s", words);
	free(words);
	return -EIO;
}

void lock_record_release(struct lock_record *r)
{
	if (!r)
		return;
	proc_kill(&r->perf);
	for (int i = 0; i < 2; i++) {
		proc_close_fd(&r->ask[i]);
		proc_close_fd(&r->answer[i]);
	}
	proc_close_fd(&r->said);
	free(r);
}
