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

void marks_split(struct strv *words, const char *marks)
{
	struct strv all = STRV_INIT;

	strv_split(&all, marks, ",");
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.v[i], MARK_NO_EFFECT))
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

	marks_split(&words, marks);
	for (size_t i = 0; i < words.n; i++) {
		json_int_t n = json_integer_value(json_object_get(by_mark, words.v[i]));

		json_object_set_new(by_mark, words.v[i], json_integer(n + 1));
	}
	any = words.n > 0;
	strv_release(&words);
	return any;
}

json_t *results_marks(const struct results *r)
{
	size_t units = (size_t)r->cell_index.nr * r->variant_index.nr * r->blocks *
		       r->pass_index.nr;
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
