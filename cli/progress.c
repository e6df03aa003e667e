/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: see progress.h. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/clean.h"
#include "lib/num.h"
#include "lib/proc.h"

#define WIDTH 80 /* of a terminal that does not say */
#define NARROWEST 20

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet)
{
	return (struct progress_line){
		.command = command, .plan = p, .terminal = isatty(STDERR_FILENO), .quiet = quiet
	};
}

static void add_cell(struct buf *b, const struct plan *p, const struct plan_unit *u)
{
	buf_adds(b, p->cells[u->cell].name);
}

static void add_unit(struct buf *b, const struct plan *p, const struct plan_unit *u)
{
	add_cell(b, p, u);
	buf_addf(b, " on %s, block %u", p->suite->variants[u->variant].name, u->block);
}

/* "dio-overwrite threads=8 -3.1 % so far (2 blocks)", or which cell run it was. */
static void remember(struct progress_line *line, const struct progress *p)
{
	struct estimate x;

	buf_reset(&line->last);
	estimates_note(&line->so_far, line->plan, p->unit, p->result);
	if (!estimates_of(&line->so_far, p->unit, &x)) {
		add_unit(&line->last, line->plan, p->unit);
		return;
	}
	add_cell(&line->last, line->plan, p->unit);
	if (line->plan->suite->nr_contrasts > 1)
		buf_addf(&line->last, " (%s)", x.contrast);
	buf_addf(&line->last, " %+.1f %% so far (%u block%s)", (x.change - 1) * 100, x.blocks,
		 x.blocks == 1 ? "" : "s");
}

void progress_before(void *arg, const struct plan_unit *u, const struct result *r)
{
	struct progress_line *line = arg;

	if (line->terminal && !line->quiet)
		estimates_note(&line->so_far, line->plan, u, r);
}

void progress_text(struct progress_line *line, const struct progress *p, size_t width,
		   struct buf *b)
{
	struct buf text = BUF_INIT;
	char left[32];

	if (p->unit)
		remember(line, p);
	buf_addf(&text, "[%u/%u] ", p->done, p->total);
	if (p->left_ns)
		buf_addf(&text, "%s left", num_format_ns_human(left, p->left_ns));
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

static size_t terminal_width(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_col)
		return WIDTH;
	return w.ws_col > NARROWEST ? w.ws_col : NARROWEST;
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
		progress_text(line, p, terminal_width() - 1, &b);
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
	estimates_release(&line->so_far);
	buf_release(&line->last);
}

void build_line_show(void *line, const struct kernel_build_progress *p)
{
	uint64_t s = (now_ns() - ((const struct build_line *)line)->since_ns) / 1000000000u;

	fprintf(stderr, "\r\033[K%s", p->step);
	if (p->compiled)
		fprintf(stderr, ", %u files", p->compiled);
	fprintf(stderr, ", %" PRIu64 ":%02" PRIu64, s / 60, s % 60);
	fflush(stderr);
}

void build_line_end(void)
{
	fputs("\r\033[K", stderr);
}
