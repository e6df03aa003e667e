/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folded.c: "CELL;SUBSYSTEM;FUNCTION INSTRUCTIONS" a line, of one side, summed over pairs,
 * for tools that draw flame graphs. There are these levels only, as the profile is flat.
 */
#include <inttypes.h>

#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

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
			add_frame(out, buf_str(&name), ";");
			add_frame(out, subsystems[l->subsystem].name, ";");
			add_frame(out, l->name, " ");
			buf_addf(out, "%" PRIu64 "\n", l->total[f->view.side]);
		}
		buf_release(&name);
	}
}

const struct format format_folded = { .name = "folded",
				      .show[SUBJECT_COSTS] = folded_costs,
				      .one_contrast = true };
