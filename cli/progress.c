/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: see progress.h. */
#include "cli/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "lib/clean.h"
#include "lib/num.h"
#include "lib/proc.h"

/* --- the line ------------------------------------------------------------------------ */

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet)
{
	return (struct progress_line){
		.command = command, .plan = p, .terminal = isatty(STDERR_FILENO), .quiet = quiet
	};
}

static void add_unit(struct buf *b, const struct plan *p, const struct plan_unit *u)
{
	buf_addf(b, "%s on %s, block %u", p->cells[u->cell].name,
		 p->suite->variants[u->variant].name, u->block);
}

void progress_text(struct progress_line *line, const struct progress *p, size_t width,
		   struct buf *b)
{
	struct buf text = BUF_INIT;
	char left[32];

	if (p->unit) {
		buf_reset(&line->last);
		add_unit(&line->last, line->plan, p->unit);
	}
	buf_addf(&text, "[%u/%u] ", p->done, p->total);
	if (p->left_ns)
		buf_addf(&text, "%s left", num_format_ns_human(left, p->left_ns));
	else if (p->booting)
		buf_adds(&text, "each kernel boots once");
	else
		buf_addf(&text, "%u running", p->running);
	if (p->failed)
		buf_addf(&text, ", %u failed", p->failed);
	if (line->last.len)
		buf_addf(&text, "; %s", line->last.data);
	clean_add(b, buf_str(&text));
	buf_release(&text);
	/* A line that is wider than the terminal could not be rewritten. */
	if (b->len > width) {
		while (width && ((unsigned char)b->data[width] & 0xc0) == 0x80)
			width--;
		b->len = width;
		b->data[width] = '\0';
	}
}

/* A sentence on a line of its own, in the place of the line of progress. */
static void say_line(const struct progress_line *line, bool erase, const char *sentence)
{
	struct buf b = BUF_INIT;

	clean_add(&b, sentence);
	fprintf(stderr, "%sfsduel %s: %s\n", erase ? "\r\033[K" : "", line->command, buf_str(&b));
	buf_release(&b);
}

void progress_show(void *arg, const struct progress *p)
{
	struct progress_line *line = arg;
	struct buf b = BUF_INIT;

	if (p->unit && p->result->status != STATUS_OK) {
		add_unit(&b, line->plan, p->unit);
		buf_addf(&b, ": %s: %s", status_names[p->result->status], p->result->reason);
		say_line(line, line->terminal, b.data);
		buf_reset(&b);
	}
	if (line->terminal && !line->quiet) {
		progress_text(line, p, terminal_width(STDERR_FILENO) - 1, &b);
		fprintf(stderr, "\r\033[K%s", b.data);
		fflush(stderr);
	}
	buf_release(&b);
}

void progress_say(void *arg, const char *sentence)
{
	const struct progress_line *line = arg;

	say_line(line, line->terminal && !line->quiet, sentence);
}

void progress_end(struct progress_line *line)
{
	if (line->terminal && !line->quiet)
		fprintf(stderr, "\r\033[K");
	buf_release(&line->last);
}

/* --- signals ------------------------------------------------------------------------- */

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

/* --- a kernel that is being built -------------------------------------------------------- */

static void show_build(void *since_ns, const struct kernel_build_progress *p)
{
	uint64_t s = (now_ns() - *(const uint64_t *)since_ns) / 1000000000u;

	fprintf(stderr, "\r\033[K%s", p->step);
	if (p->compiled)
		fprintf(stderr, ", %u files", p->compiled);
	fprintf(stderr, ", %" PRIu64 ":%02" PRIu64, s / 60, s % 60);
	fflush(stderr);
}

int progress_build(struct kernel_build *b, bool quiet, struct err *e)
{
	bool line = !quiet && isatty(STDERR_FILENO);
	uint64_t since_ns = now_ns();
	char *path = NULL;
	int ret;

	b->progress = line ? show_build : NULL;
	b->arg = &since_ns;
	b->stop = &stop_signal;
	ret = kernel_build(b, &path, e);
	if (line)
		fputs("\r\033[K", stderr);
	free(path);
	return ret;
}
