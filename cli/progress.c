/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.c: see progress.h. */
#include "cli/progress.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/stats/paired.h"
#include "cli/options.h"
#include "lib/clean.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "workloads/metric.h"

/* --- estimates ----------------------------------------------------------------------- */

static double *place(const struct estimates *s, size_t cell, size_t variant, unsigned block)
{
	const struct suite *suite = s->plan->suite;

	return &s->value[(cell * suite->nr_variants + variant) * suite->blocks + block - 1];
}

static void init(struct estimates *s, const struct plan *p)
{
	size_t nr = p->nr_cells * p->suite->nr_variants * p->suite->blocks;

	s->plan = p;
	s->value = xcalloc(nr, sizeof(*s->value));
	for (size_t i = 0; i < nr; i++)
		s->value[i] = NAN;
}

/* The first primary metric of the whole workload that is there. */
static bool primary_value(const struct result *r, double *value)
{
	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *x = &r->samples[i];
		const struct metric *m = metric_find(x->metric);

		if (m && m->primary && !strcmp(x->role, "all") &&
		    !num_parse_double(x->value, value, NULL))
			return true;
	}
	return false;
}

/* Take the primary value of a finished cell run of the first pass; others are passed over. */
static void estimates_note(struct estimates *s, const struct plan *p, const struct plan_unit *u,
			   const struct result *r)
{
	double value;

	if (!s->plan)
		init(s, p);
	if (u->pass == PASS_THROUGHPUT && u->block <= p->suite->blocks && r->status == STATUS_OK &&
	    primary_value(r, &value))
		*place(s, u->cell, u->variant, u->block) = value;
}

static bool log_ratio(const struct estimates *s, const struct plan_unit *u,
		      const struct suite_contrast *c, unsigned block, double *d)
{
	double baseline = *place(s, u->cell, c->baseline, block);
	double patched = *place(s, u->cell, c->patched, block);

	*d = baseline > 0 && patched > 0 ? log(patched / baseline) : NAN;
	return isfinite(*d);
}

static bool is_side(const struct plan_unit *u, const struct suite_contrast *c)
{
	return c->baseline == u->variant || c->patched == u->variant;
}

static const struct suite_contrast *choose(const struct estimates *s, const struct plan_unit *u)
{
	const struct suite *suite = s->plan->suite;
	const struct suite_contrast *first = NULL;
	double d;

	for (size_t i = 0; i < suite->nr_contrasts; i++) {
		const struct suite_contrast *c = &suite->contrasts[i];

		if (!is_side(u, c))
			continue;
		/* Another pass may have more blocks. */
		if (u->block <= suite->blocks && log_ratio(s, u, c, u->block, &d))
			return c;
		first = first ? first : c;
	}
	return first;
}

/* patched / baseline of a cell in one contrast, over the blocks that have both. */
struct estimate {
	const char *contrast;
	double change; /* Hodges-Lehmann, as compare's: 0.97 is -3 % */
	unsigned blocks;
};

/*
 * Of the unit's cell, in the first contrast that its variant is a side of; one where
 * this block has both sides goes before others. false: there is no pair yet.
 */
static bool estimates_of(const struct estimates *s, const struct plan_unit *u, struct estimate *out)
{
	const struct suite_contrast *c = s->plan ? choose(s, u) : NULL;
	unsigned blocks = s->plan ? s->plan->suite->blocks : 0;
	double *d;

	*out = (struct estimate){ 0 };
	if (!c)
		return false;
	d = xcalloc(blocks, sizeof(*d));
	for (unsigned b = 1; b <= blocks; b++)
		out->blocks += log_ratio(s, u, c, b, &d[out->blocks]);
	if (out->blocks) {
		out->contrast = c->name;
		out->change = exp(paired_estimate(d, out->blocks, NULL, NULL, 0));
	}
	free(d);
	return out->blocks > 0;
}

static void estimates_release(struct estimates *s)
{
	free(s->value);
	*s = (struct estimates){ 0 };
}

/* --- the line ------------------------------------------------------------------------ */

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet)
{
	return (struct progress_line){
		.command = command, .plan = p, .terminal = isatty(STDERR_FILENO), .quiet = quiet
	};
}

static void add_cell(struct buf *b, const struct plan *p, const struct plan_unit *u)
{
	const struct plan_cell *c = &p->cells[u->cell];

	buf_addf(b, "%s%s%s", p->suite->workloads[c->workload].name, c->varying[0] ? " " : "",
		 c->varying);
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
