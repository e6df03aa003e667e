/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc.h: child processes, and the clock. A child gets SIGKILL when the thread that started it dies
 * (PR_SET_PDEATHSIG). It leads a process group of its own, and what it leaves there is killed; it
 * has default signal actions and no descriptor that it was not given. SIGCHLD must not be ignored.
 */
#ifndef FSDUEL_LIB_PROC_H
#define FSDUEL_LIB_PROC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

struct proc_opts {
	const char *cwd;        /* NULL: stay */
	const char *const *env; /* "NAME=value", ..., NULL: over those that we have; NULL: none */
	struct buf *out, *err; /* where its stdout and stderr go; NULL: /dev/null; same buf: both */
	uint64_t timeout_ns;   /* 0: none; SIGKILL to its process group after that */
};

struct proc_exit {
	int status; /* exit status, -1 if it died of a signal or was not started */
	int signal; /* 0 or the signal */
	bool timed_out;
};

/* Run argv (argv[0] is looked up in PATH) to its end, stdin /dev/null; o may be NULL. 0 when it
 * ran, whatever its status: see *x. -ENOENT: no such program. -EINTR: *stop (or NULL) became
 * non-zero; it is killed within about 0.1 s. */
int proc_run(const char *const *argv, const struct proc_opts *o, const atomic_int *stop,
	     struct proc_exit *x, struct err *e);

/* The same; -EIO: it failed, with the last line that it wrote to stderr, or else to stdout. */
int proc_check(const char *const *argv, const struct proc_opts *o, const atomic_int *stop,
	       struct err *e);

/* A child that runs beside us. */
struct proc {
	pid_t pid; /* 0: none */
	int pidfd; /* -1: none; readable when the child has ended */
};

#define PROC_NONE                                                                                  \
	{                                                                                          \
		0, -1                                                                              \
	}

/* How a child is started: all in it must outlive the call only. */
struct launch {
	const char *const *argv; /* argv[0] is looked up in PATH */
	const char *cwd;         /* NULL: stay */
	const char *const *env;  /* as proc_opts.env */
	int fd_out, fd_err;      /* -1: /dev/null, as its stdin always is */
	const int *keep;         /* descriptors that stay open under the same numbers */
	size_t nkeep;
};

/* Returns when the child has been exec'ed. -errno: it was not, and *p is PROC_NONE. */
int proc_launch(struct proc *p, const struct launch *l, struct err *e);
/* Reap it if it has ended: 1 and *x filled, 0 while it runs. */
int proc_poll(struct proc *p, struct proc_exit *x);
/* Reap a child that has ended or is about to. -ECHILD: somebody else did. */
int proc_reap(struct proc *p, struct proc_exit *x);
/* SIGKILL its group and reap it. -ETIMEDOUT: it hangs in the kernel and is left behind. */
int proc_kill_reap(struct proc *p, struct proc_exit *x);
/* The same, whatever comes of it. Accepts PROC_NONE. */
void proc_kill(struct proc *p);
/* Close *fd if it is one; it is -1 then. */
void proc_close_fd(int *fd);

/* Absolute path of program in PATH plus /usr/sbin and /sbin, or NULL. Caller frees. */
char *proc_which(const char *program);

/* relative, from the folder of this program on. Caller frees. NULL: /proc is not there. */
char *proc_from_own_folder(const char *relative);
/* Likewise of a file built with it: in ../lib/fsduel where it is installed, else beside it. */
char *proc_beside(const char *name);

/* CLOCK_MONOTONIC in ns. */
uint64_t now_ns(void);

#endif
