/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_fields.c: instructions for other tools, as fields (see formats.h) and as folded stacks. */
#include <inttypes.h>

#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

/* A function, a subsystem or the whole. line: NULL where the cell has no figures. */
struct row {
	const struct cost_cell *cell;
	const struct cost_line *line;
	const char *kind; /* "whole", "subsystem", "function" */
};

static bool is_function(const struct row *x)
{
	return x->line && (x->line->object[0] || x->line->object[1]);
}

static bool has_time(const struct row *x)
{
	return x->line == &x->cell->whole && x->cell->has_time;
}

static json_t *subsystem(const struct row *x)
{
	return FIELD_IF(x->line && x->line != &x->cell->whole,
			json_string(subsystems[x->line->subsystem].name));
}

static json_t *calls(const struct row *x, int side)
{
	return FIELD_IF(is_function(x) && x->line->there[side],
			field_real(true, x->line->calls[side]));
}

/* What is of the line, where there is one. */
#define OF_LINE(value) FIELD_IF(x->line, value)

#define FIELD_OF struct row
#define CELL_FIELDS(F)                                                                             \
	F(contrast, field_text(x->cell->contrast))                                                 \
	F(baseline, field_text(x->cell->baseline))                                                 \
	F(patched, field_text(x->cell->patched))                                                   \
	F(workload, field_text(x->cell->workload))                                                 \
	F(params, field_text(x->cell->params))                                                     \
	F(planned, field_whole(x->cell->planned))                                                  \
	F(pairs, field_whole(x->cell->pairs))                                                      \
	F(reason, field_text(x->cell->reason))
#define FIELDS(F)                                                                                  \
	F(kind, field_text(x->kind))                                                               \
	F(subsystem, subsystem(x))                                                                 \
	F(function, FIELD_IF(is_function(x), field_text(x->line->name)))                           \
	F(object_baseline, OF_LINE(field_text(x->line->object[0])))                                \
	F(object_patched, OF_LINE(field_text(x->line->object[1])))                                 \
	F(namesakes, FIELD_IF(is_function(x), field_whole(x->line->namesakes)))                    \
	F(total_baseline, OF_LINE(field_whole(x->line->total[0])))                                 \
	F(total_patched, OF_LINE(field_whole(x->line->total[1])))                                  \
	F(instructions_baseline, OF_LINE(field_real(true, x->line->instructions[0])))              \
	F(instructions_patched, OF_LINE(field_real(true, x->line->instructions[1])))               \
	F(change, OF_LINE(field_real(true, x->line->change)))                                      \
	F(change_min, OF_LINE(field_real(true, x->line->change_min)))                              \
	F(change_max, OF_LINE(field_real(true, x->line->change_max)))                              \
	F(share, OF_LINE(field_real(x->cell->has_share, x->line->share)))                          \
	F(calls_baseline, calls(x, 0))                                                             \
	F(calls_patched, calls(x, 1))                                                              \
	F(by_calls, OF_LINE(field_real(x->line->has_split, x->line->by_calls)))                    \
	F(by_length, OF_LINE(field_real(x->line->has_split, x->line->by_length)))                  \
	F(no_split, OF_LINE(field_text(x->line->no_split)))                                        \
	F(idle_ns_baseline, field_real(has_time(x), x->cell->idle_ns[0]))                          \
	F(idle_ns_patched, field_real(has_time(x), x->cell->idle_ns[1]))                           \
	F(time_ns_baseline, field_real(has_time(x), x->cell->time_ns[0]))                          \
	F(time_ns_patched, field_real(has_time(x), x->cell->time_ns[1]))
CELL_FIELDS(FIELD_GET)
FIELDS(FIELD_GET)
static const struct field fields[] = { CELL_FIELDS(FIELD_ROW) FIELDS(FIELD_ROW) };
#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void each(const struct findings *f, field_row_fn *fn, void *arg)
{
	const size_t top = f->view.top ? f->view.top : SIZE_MAX;

	for (size_t i = 0; i < f->costs->nr_cells; i++) {
		const struct cost_cell *c = &f->costs->cells[i];

		if (!costs_shown(&f->view, c))
			continue;
		if (c->pairs)
			fn(arg, c, &(struct row){ c, &c->whole, "whole" });
		else
			fn(arg, c, &(struct row){ .cell = c });
		for (unsigned k = 0; k < nr_subsystems && c->pairs; k++)
			fn(arg, c, &(struct row){ c, &c->subsystem[k], "subsystem" });
		for (size_t k = 0; k < c->nr_lines && k < top && c->pairs; k++)
			fn(arg, c, &(struct row){ c, &c->lines[k], "function" });
	}
}

static json_t *head(const struct findings *f)
{
	return json_pack("{s:o}", "cost_notes", field_texts(&f->costs->notes));
}

const struct dataset costs_data = {
	.fields = fields,
	.of_cell = 8,
	.of_row = NR_FIELDS,
	.nr = NR_FIELDS,
	.nr_json = NR_FIELDS,
	.list = "cells",
	.rows = "rows",
	.each = each,
	.head = head,
};

/* Folded stacks: "CONTRAST;CELL;SUBSYSTEM;FUNCTION INSTRUCTIONS" a line, of one side, summed over
 * pairs, for tools that draw flame graphs. There are these levels only, as the profile is flat. */
static void add_frame(struct buf *out, const char *name, const char *end)
{
	static const char *const in_frames[128] = { [';'] = "_" };

	text_add_mapped(out, name, in_frames);
	buf_adds(out, end);
}

static void folded_costs(struct buf *out, const struct findings *f)
{
	for (size_t i = 0; i < f->costs->nr_cells; i++) {
		const struct cost_cell *c = &f->costs->cells[i];
		struct buf name = BUF_INIT;

		words_cell(&name, c->workload, c->varying);
		for (size_t k = 0; k < c->nr_lines && costs_shown(&f->view, c); k++) {
			const struct cost_line *l = &c->lines[k];

			if (!l->there[f->view.side])
				continue;
			add_frame(out, c->contrast, ";");
			add_frame(out, buf_str(&name), ";");
			add_frame(out, subsystems[l->subsystem].name, ";");
			add_frame(out, l->name, " ");
			buf_addf(out, "%" PRIu64 "\n", l->total[f->view.side]);
		}
		buf_release(&name);
	}
}

const struct format format_folded = { .name = "folded", .show[SUBJECT_COSTS] = folded_costs };
