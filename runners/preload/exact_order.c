/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exact_order.c: a library loaded into QEMU (LD_PRELOAD) in exact mode, which closes a race in its
 * virtual clock.
 *
 * With -icount sleep=off QEMU's main thread moves the clock over idle time, in
 * icount_start_warp_timer(): if all CPUs are halted, add the time until the next timer. A CPU is
 * halted from HLT on, but its instructions up to there are added to the clock a moment later. If
 * the main thread, woken late on a busy host, comes in that moment, those instructions count twice:
 * the clock is some tens of nanoseconds ahead, at random, and runs differ.
 *
 * Here the main thread, back from poll, takes the big lock only while the CPU thread waits to be
 * woken, when its account is complete. A busy CPU thread runs the timers itself and needs the main
 * thread only at the end: a guest that switches itself off polls its port for ever. So after 200 ms
 * the main thread asks to be let in, and the CPU thread lets it in where an instruction of the
 * guest takes the big lock: its CPU is not halted there, so the clock cannot move. The loop around
 * the CPUs' turns lets nobody in: both of two CPUs may be halted with the loop halfway round, and
 * the main thread, which kicks them, would change whose turn comes next.
 *
 * TCG sizes its TLB by the host's time: it shrinks where it was little used for 100 ms, and what a
 * smaller one drops decides whether a stale entry is met between a change of the guest's page
 * tables and its flush (fork with a second thread: a write fault more or less). So to the CPU
 * thread each look at the time is a second later, and the size follows from the last use alone.
 *
 * QEMU's RCU thread stands still from the guest's first instruction on. In newer QEMUs (11.1) it
 * ends a CPU's turn after 50 ms of the host's time, which changes the order of two CPUs.
 */
#include <dlfcn.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "runners/preload/preload.h"

#define SAID EXACT_ORDER_SAID "\n"
#ifndef PATIENCE_NS
#define PATIENCE_NS 200000000 /* tests ask sooner, as if the host were slow */
#endif
#define TURN_BYTES 768 /* of stack, at least, within a CPU's turn: see in_a_turn */

static int (*real_ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
static int (*real_lock)(pthread_mutex_t *);
static int (*real_cond_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_gettimeofday)(struct timeval *, void *);
static int (*real_setname)(pthread_t, const char *);

static atomic_uint cpu_waits;  /* 1 while the CPU thread waits with its account complete */
static atomic_uint main_wants; /* 1 when the main thread has waited long for a busy CPU */
static _Atomic(pthread_mutex_t *) big_lock;
static atomic_bool cpu_known;
static _Thread_local bool is_cpu, is_rcu, from_poll;
static _Thread_local uintptr_t waits_at; /* how deep in its stack the CPU thread waits */

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *set,
		size_t len);

/* Other libraries' constructors come before any of ours, so each wrapper looks its own up. */
static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void wait_while(atomic_uint *word, unsigned value, const struct timespec *most)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, most, NULL, 0);
}

static void wake(atomic_uint *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

int pthread_setname_np(pthread_t thread, const char *name)
{
	is_rcu = !strcmp(name, "call_rcu") && pthread_equal(thread, pthread_self());
	if (strstr(name, "CPU") && pthread_equal(thread, pthread_self())) {
		is_cpu = true;
		if (!atomic_exchange(&cpu_known, true) &&
		    write(STDERR_FILENO, SAID, strlen(SAID)) < 0)
			return -1;
	}
	if (!real_setname)
		real_setname = (__typeof__(real_setname))real("pthread_setname_np");
	return real_setname(thread, name);
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int ret;

	/* Without its version the name may mean the function of before 2003 with another struct. */
	if (!real_cond_wait)
		real_cond_wait = (__typeof__(real_cond_wait))dlvsym(RTLD_NEXT, "pthread_cond_wait",
								    "GLIBC_2.3.2");
	if (!is_cpu)
		return real_cond_wait(cond, mutex);
	waits_at = (uintptr_t)__builtin_frame_address(0);
	/* It waits before its first instruction. */
	if (!atomic_load(&big_lock))
		atomic_store(&big_lock, mutex);
	atomic_store(&cpu_waits, 1);
	wake(&cpu_waits);
	ret = real_cond_wait(cond, mutex);
	atomic_store(&cpu_waits, 0); /* the lock is ours again: nobody looks at this moment */
	return ret;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *set)
{
	int ret;

	if (!real_ppoll)
		real_ppoll = (__typeof__(real_ppoll))real("ppoll");
	ret = real_ppoll(fds, n, t, set);
	from_poll = !is_cpu && getpid() == gettid();
	return ret;
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *t, const sigset_t *set,
		size_t len)
{
	(void)len;
	return ppoll(fds, n, t, set);
}

/* The main thread, back from poll: take the big lock when the CPU's account is complete. */
static int lock_in_order(pthread_mutex_t *mutex)
{
	const struct timespec patience = { 0, PATIENCE_NS };

	for (;;) {
		int ret;

		while (!atomic_load(&cpu_waits)) {
			wait_while(&cpu_waits, 0, &patience);
			if (!atomic_load(&cpu_waits))
				atomic_store(&main_wants, 1);
		}
		ret = real_lock(mutex);
		/* With the lock held the CPU thread cannot leave its wait. */
		if (ret || atomic_load(&cpu_waits)) {
			atomic_store(&main_wants, 0);
			wake(&main_wants);
			return ret;
		}
		pthread_mutex_unlock(mutex);
	}
}

/* Is this called from translated code? Its stack is a kilobyte (CPU_TEMP_BUF_NLONGS). */
static bool in_a_turn(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return waits_at > here && waits_at - here > TURN_BYTES;
}

/* The CPU thread, about to take the big lock: let the main thread have it first. */
static int lock_after_main(pthread_mutex_t *mutex)
{
	int ret;

	atomic_store(&cpu_waits, 1);
	wake(&cpu_waits);
	while (atomic_load(&main_wants))
		wait_while(&main_wants, 1, NULL);
	ret = real_lock(mutex);
	atomic_store(&cpu_waits, 0);
	return ret;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	static _Thread_local time_t looks;

	if (is_cpu) {
		*t = (struct timeval){ .tv_sec = ++looks };
		return 0;
	}
	if (!real_gettimeofday)
		real_gettimeofday = (__typeof__(real_gettimeofday))real("gettimeofday");
	return real_gettimeofday(t, zone);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (!real_lock)
		real_lock = (__typeof__(real_lock))real("pthread_mutex_lock");
	/* For good. It holds no lock here that another thread waits for. */
	while (is_rcu && atomic_load(&big_lock))
		pause();
	if (mutex != atomic_load(&big_lock))
		return real_lock(mutex);
	if (is_cpu && atomic_load(&main_wants) && in_a_turn())
		return lock_after_main(mutex);
	if (!from_poll)
		return real_lock(mutex);
	from_poll = false;
	return lock_in_order(mutex);
}
