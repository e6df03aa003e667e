/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_impl.h: what proc.c and proc_run.c share. For no other file.
 */
#ifndef FSDUEL_LIB_PROC_IMPL_H
#define FSDUEL_LIB_PROC_IMPL_H

#include "lib/proc.h"

/* What the child needs, gathered before fork: all in it must outlive the call only. */
struct launch {
	const char *const *argv;
	const char *cwd;        /* NULL: stay */
	const char *const *env; /* as proc_opts.env */
	int fd_out, fd_err;     /* -1: /dev/null */
	const int *keep;        /* descriptors that stay open */
	size_t nkeep;
	/* The rest is filled in by proc_launch. */
	const char *path;
	char **environ;
	pid_t parent;
	int report; /* where the errno of a failed start goes */
};

/* Start it; returns when it has been exec'ed. -errno: it was not, and *p is PROC_NONE. */
int proc_launch(struct proc *p, struct launch *l, struct err *e);

/* Reap a child that has ended or is about to; *p is PROC_NONE then. -ECHILD: somebody else did. */
int proc_reap(struct proc *p, struct proc_exit *x);

/* SIGKILL and reap. -ETIMEDOUT: it hangs in the kernel; it is left behind, not reaped. */
int proc_kill_reap(struct proc *p, struct proc_exit *x);

/* Close *fd if it is one; it is -1 then. */
void proc_close_fd(int *fd);

#endif
