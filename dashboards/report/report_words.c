/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_words.c: how the page writes a state, a change, a cell's name; below the files that
 * write its parts. See report_impl.h.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

enum { STATE_UNMEASURED = REPORT_NONE + 1 };

/* In the order of sorting: those that need attention come first. */
const struct report_state report_states[NR_REPORT_STATES] = {
	{ "broken", "broken", "\u2716",
	  "the patched kernel oopses, warns, hangs or damages the "
	  "file system here, where the baseline does not" },
	{ "slower", "slower", "\u25bc", "surely worse, and by more than the margin" },
	{ "mixed", "mixed", "\u21c5", "one role is slower, another faster" },
	{ "unsure", "unsure", "?", "neither shown to be worse or better nor shown to be the same" },
	{ "faster", "faster", "\u25b2", "surely better, and by more than the margin" },
	{ "repaired", "repaired", "\u2714",
	  "the baseline's kernel breaks here, the patched one does not" },
	{ "same", "same", "=", "shown to be within the margin" },
	[REPORT_NONE] = { "no verdict", "none", "\u00b7", "neither higher nor lower is better" },
	[STATE_UNMEASURED] = { "failed", "failed", "\u00d7",
			       "no pair of valid samples: a run failed" },
	{ "invalid", "invalid", "!", "no pair of valid samples: a run was not what it should be" },
	{ "not measured", "missing", "\u2026",
	  "no pair of valid samples: it was not run to its end" },
	{ "skipped", "skipped", "\u2013", "no pair of valid samples: this side cannot do it" },
};

/* The state of that name, from that number on. */
static unsigned state_named(const char *name, unsigned from)
{
	for (unsigned i = from; i < NR_REPORT_STATES; i++)
		if (!strcmp(name, report_states[i].name))
			return i;
	return REPORT_NONE;
}

unsigned report_state_of_verdict(enum verdict v)
{
	return state_named(verdict_names[v], 0);
}

unsigned report_state_of(const struct comparison_row *row)
{
	enum verdict v = row->j.r.verdict;
	bool ruled = row->pairs || v == VERDICT_BROKEN || v == VERDICT_REPAIRED;

	return ruled ? report_state_of_verdict(v)
		     : state_named(lack_names[row->lack], STATE_UNMEASURED);
}

unsigned report_state_of_cell(const struct comparison_row *row)
{
	if (row->whole || row->cell->verdict == VERDICT_NONE)
		return report_state_of(row);
	return report_state_of_verdict(row->cell->verdict);
}

void report_add_state(struct buf *b, const struct report_state *s)
{
	html_addf(b, "<span class=\"sign\" aria-hidden=\"true\">%s</span>%s", s->sign, s->name);
}

bool report_change(const struct comparison_row *row, double *ratio)
{
	*ratio = row->j.done ? row->j.change : row->ratio_median;
	return row->pairs && (row->j.done ? row->j.has_change : row->has_ratio);
}

enum report_limits report_limits(const struct comparison_row *row, double *low, double *high)
{
	if (row->j.done && row->j.i95.exists) {
		*low = row->j.i95.low;
		*high = row->j.i95.high;
		return LIMITS_INTERVAL;
	}
	*low = row->ratio_min;
	*high = row->ratio_max;
	return row->has_ratio && row->pairs > 1 ? LIMITS_RANGE : LIMITS_NONE;
}

void report_add_change(struct buf *b, double ratio, bool unit)
{
	static const char *const map[128] = { ['-'] = "\u2212", [' '] = "\u00a0" };
	struct buf text = BUF_INIT;

	words_change(&text, ratio, unit);
	text_add_mapped(b, buf_str(&text), map);
	buf_release(&text);
}

void report_add_interval(struct buf *b, double low, double high)
{
	report_add_change(b, low, false);
	buf_adds(b, " to ");
	report_add_change(b, high, true);
}

void report_add_cell(struct buf *b, const char *workload, const char *varying, const char *role)
{
	struct buf text = BUF_INIT;

	words_cell(&text, "", varying);
	buf_addf(&text, "%s%s", *role ? " " : "", role);
	html_addf(b, text.len ? "%s <span class=\"params\">%s</span>" : "%s", workload,
		  text.len ? buf_str(&text) + 1 : "");
	buf_release(&text);
}
