/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marks.c: how many cell runs something disturbed, and what. They are counted,
 * never left out: which samples a machine marks depends on the machine, and
 * leaving some out would bias what is left.
 */
#include "analysis/results/results_impl.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/schema.h"

static bool disturbs(const char *word)
{
	return strcmp(word, MARK_NO_EFFECT) && strcmp(word, MARK_MISSED);
}

void marks_split(struct strv *words, const char *marks, const char *only)
{
	struct strv all = STRV_INIT;

	strv_split(&all, marks, ",");
	for (size_t i = 0; i < all.n; i++)
		if (only ? !strcmp(all.v[i], only) : disturbs(all.v[i]))
			strv_add(words, all.v[i]);
	strv_release(&all);
}

bool marks_has(const char *marks, const char *word)
{
	for (size_t len; *marks; marks += len + (marks[len] == ',')) {
		len = strcspn(marks, ",");
		if (len == strlen(word) && !memcmp(marks, word, len))
			return true;
	}
	return false;
}

/* 1: something disturbed it. */
static int count(json_t *by_mark, const char *marks)
{
	struct strv words = STRV_INIT;
	int any;

	marks_split(&words, marks, NULL);
	for (size_t i = 0; i < words.n; i++) {
		json_int_t n = json_integer_value(json_object_get(by_mark, words.v[i]));

		json_object_set_new(by_mark, words.v[i], json_integer(n + 1));
	}
	any = words.n > 0;
	strv_release(&words);
	return any;
}

static size_t nr_units(const struct results *r)
{
	return (size_t)r->cell_index.nr * r->variant_index.nr * r->blocks * r->pass_index.nr;
}

json_t *results_marks(const struct results *r)
{
	size_t units = nr_units(r);
	json_t *by_mark = json_object();
	json_int_t runs = 0, marked = 0;

	for (size_t i = 0; i < units; i++) {
		const struct unit *u = &r->units[i];

		if (!u->seen || u->status != SAMPLE_OK)
			continue;
		runs++;
		marked += count(by_mark, intern_str(&r->strings, u->marks));
	}
	return json_pack("{s:I, s:I, s:o}", "runs", runs, "marked", marked, "by_mark", by_mark);
}

/* Is it judged with a pair? The verdict of its cell says what a kernel did to it there. */
static bool in_a_pair(const struct results *r, size_t unit)
{
	size_t variant = unit / ((size_t)r->blocks * r->pass_index.nr) % r->variant_index.nr;

	for (size_t i = 0; i < r->nr_contrasts && unit % r->pass_index.nr == 0; i++)
		if (r->contrasts[i].baseline == variant || r->contrasts[i].patched == variant)
			return true;
	return false;
}

bool results_unmeasured(const struct results *r)
{
	size_t units = nr_units(r), ok = 0, bad = 0;

	for (size_t i = 0; i < units; i++) {
		const struct unit *u = &r->units[i];

		ok += u->seen && u->status == SAMPLE_OK;
		bad += u->seen && (u->status == SAMPLE_FAILED || u->status == SAMPLE_INVALID) &&
		       !((u->broken || u->hung) && in_a_pair(r, i));
	}
	return bad || !ok;
}

bool results_has_contrasts(const struct results *r)
{
	return r->nr_contrasts > 0;
}
