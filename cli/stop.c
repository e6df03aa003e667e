/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.c: the signal flag of command.h. Commands that take long look at it
 * between steps; a second signal ends the program at once.
 */
#include <signal.h>
#include <stddef.h>

#include "cli/command.h"

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler must not wait for a lock");

atomic_int stop_signal;

static void on_signal(int sig)
{
	stop_signal = sig;
}

void stop_signal_catch(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	/* No SA_RESTART: a wait ends with EINTR. SA_RESETHAND: the second one is not caught. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction old;

		/* Under nohup a hang-up stays ignored. */
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}
