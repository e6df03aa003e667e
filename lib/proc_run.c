/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc_run.c: run a child to its end and take its output, in one poll loop; see proc.h. */
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_BYTES ((size_t)1 << 20) /* the largest pipe a user may have, by default */
#define STOP_POLL_MS 100 /* how late *stop may be seen when its signal met another thread */

/* One stream of a child that is being read into a buffer; fd -1: none or at its end. */
struct stream {
	int fd;
	struct buf *to;
};

/* Take what is there; bounded, so that a child that never stops writing does not hide the clock. */
static void drain(struct stream *s)
{
	size_t end = s->fd >= 0 ? s->to->len + DRAIN_BYTES : 0;

	while (s->fd >= 0 && s->to->len < end) {
		ssize_t n;

		buf_grow(s->to, 65536);
		n = read(s->fd, s->to->data + s->to->len, s->to->cap - s->to->len - 1);
		if (n > 0)
			s->to->len += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			end = 0;
		else if (n == 0 || errno != EINTR)
			proc_close_fd(&s->fd);
		s->to->data[s->to->len] = '\0';
	}
}

static int poll_ms(const struct proc_opts *o, uint64_t deadline, const atomic_int *stop)
{
	uint64_t now, ms;

	if (!o->timeout_ns)
		return stop ? STOP_POLL_MS : -1;
	now = now_ns();
	ms = now >= deadline ? 0 : (deadline - now) / 1000000 + 1;
	return (int)(ms > STOP_POLL_MS ? STOP_POLL_MS : ms);
}

/* Read the streams until the child has ended (0), -EINTR or -ETIMEDOUT. */
static int pump(struct proc *p, struct stream s[2], const struct proc_opts *o,
		const atomic_int *stop)
{
	uint64_t deadline = now_ns() + o->timeout_ns;

	if (deadline < o->timeout_ns)
		deadline = UINT64_MAX;
	for (;;) {
		struct pollfd pfd[3] = {
			{ .fd = p->pidfd, .events = POLLIN },
			{ .fd = s[0].fd, .events = POLLIN }, /* poll skips a negative one */
			{ .fd = s[1].fd, .events = POLLIN },
		};

		if (poll(pfd, 3, poll_ms(o, deadline, stop)) > 0) {
			for (int i = 0; i < 2; i++) {
				if (pfd[1 + i].revents)
					drain(&s[i]);
			}
			if (pfd[0].revents)
				return 0;
		}
		if (stop && *stop)
			return -EINTR;
		if (o->timeout_ns && now_ns() >= deadline)
			return -ETIMEDOUT;
	}
}

/* End it the way pump said, take its last words and reap it. */
static int finish(struct proc *p, struct stream s[2], int how, const char *name,
		  struct proc_exit *x, struct err *e)
{
	int ret;

	if (how) {
		ret = proc_kill_reap(p, x);
	} else {
		kill(-p->pid, SIGKILL); /* what it left in its group; it is a zombie itself */
		ret = proc_reap(p, x);
	}
	drain(&s[0]);
	drain(&s[1]);
	x->timed_out = how == -ETIMEDOUT;
	if (ret == -ETIMEDOUT)
		return err_add(e, ETIMEDOUT, "%s was killed but hangs in the kernel", name);
	if (ret)
		return err_sys(e, -ret, "cannot learn how %s ended (is SIGCHLD ignored?)", name);
	if (how == -EINTR)
		return err_add(e, EINTR, "%s was stopped", name);
	return 0;
}

static int open_stream(struct stream *s, int *write_end, struct buf *to, struct err *e)
{
	int fds[2];

	if (!to)
		return 0;
	if (pipe2(fds, O_CLOEXEC))
		return err_sys(e, errno, "cannot make a pipe");
	/* Only our end: the child would be surprised by EAGAIN. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*s = (struct stream){ fds[0], to };
	*write_end = fds[1];
	return 0;
}

int proc_run(const char *const *argv, const struct proc_opts *o, const atomic_int *stop,
	     struct proc_exit *x, struct err *e)
{
	static const struct proc_opts none;
	struct stream s[2] = { { -1, NULL }, { -1, NULL } };
	int ends[2] = { -1, -1 };
	struct proc p = PROC_NONE;
	struct launch l = { .argv = argv };
	bool both;
	int ret;

	o = o ? o : &none;
	both = o->out && o->out == o->err;
	*x = (struct proc_exit){ .status = -1 };
	if (stop && *stop)
		return err_add(e, EINTR, "%s was not started: stopping", argv[0]);
	ret = open_stream(&s[0], &ends[0], o->out, e);
	if (!ret)
		ret = open_stream(&s[1], &ends[1], both ? NULL : o->err, e);
	if (!ret) {
		l.cwd = o->cwd;
		l.env = o->env;
		l.fd_out = ends[0];
		l.fd_err = both ? ends[0] : ends[1];
		ret = proc_launch(&p, &l, e);
	}
	proc_close_fd(&ends[0]);
	proc_close_fd(&ends[1]);
	if (!ret)
		ret = finish(&p, s, pump(&p, s, o, stop), argv[0], x, e);
	proc_close_fd(&s[0].fd);
	proc_close_fd(&s[1].fd);
	return ret;
}

/* The sentence for a child that ran and failed, or 0. */
static int judge(const char *name, const struct proc_exit *x, uint64_t timeout_ns,
		 const char *words, struct err *e)
{
	char how[80];

	if (x->timed_out)
		snprintf(how, sizeof(how), "was killed after %.3g s", (double)timeout_ns / 1e9);
	else if (x->signal)
		snprintf(how, sizeof(how), "died of signal %d (%s)", x->signal,
			 strsignal(x->signal));
	else if (x->status)
		snprintf(how, sizeof(how), "failed with status %d", x->status);
	else
		return 0;
	return err_add(e, EIO, "%s %s%s%.500s", name, how, *words ? ": " : "", words);
}

int proc_check(const char *const *argv, const struct proc_opts *o, const atomic_int *stop,
	       struct err *e)
{
	struct buf own_out = BUF_INIT, own_err = BUF_INIT;
	struct proc_opts mine = o ? *o : (struct proc_opts){ 0 };
	size_t out_start, err_start;
	struct proc_exit x;
	char *words;
	int ret;

	mine.out = mine.out ? mine.out : &own_out;
	mine.err = mine.err ? mine.err : &own_err;
	out_start = mine.out->len;
	err_start = mine.err->len;
	ret = proc_run(argv, &mine, stop, &x, e);
	if (!ret) {
		words = text_last_line(buf_str(mine.err) + err_start);
		if (!*words) {
			free(words);
			words = text_last_line(buf_str(mine.out) + out_start);
		}
		ret = judge(argv[0], &x, mine.timeout_ns, words, e);
		free(words);
	}
	buf_release(&own_out);
	buf_release(&own_err);
	return ret;
}
