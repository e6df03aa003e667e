/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockstacks_json.c: rows of waits for locks to JSON, as a guest sends them, and
 * back. A guest's text is read as if an enemy wrote it: every field is checked, and a
 * text that does not fit is refused, never repaired.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/lock/lockstacks.h"

#define ROWS_MAX 65536 /* far above what lock_reduce makes */

/* --- to JSON --------------------------------------------------------------------------- */

/* JSON's integers are signed. */
static json_int_t count(uint64_t v)
{
	return (json_int_t)(v > INT64_MAX ? INT64_MAX : v);
}

static json_t *bins_json(const struct hist *h)
{
	json_t *bins = json_array();

	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		if (!h->bucket[i])
			continue;
		json_array_append_new(bins, json_integer(i));
		json_array_append_new(bins, json_integer(count(h->bucket[i])));
	}
	return bins;
}

static json_t *stack_json(const struct lock_stack *s)
{
	json_t *holder = json_null();
	char lock[17];

	if (s->holder_role)
		holder = json_pack("{s:s, s:s, s:s, s:I}", "role", s->holder_role, "mode",
				   s->holder_mode, "chain", s->holder_chain, "held",
				   count(s->held_ns));
	snprintf(lock, sizeof(lock), "%llx", (unsigned long long)s->lock);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o}", "lock", lock, "mode",
			 s->mode, "role", s->role, "chain", s->chain, "total", count(s->total_ns),
			 "min", count(s->waits->min_ns), "max", count(s->max_ns), "bins",
			 bins_json(s->waits), "holder", holder);
}

json_t *lock_stacks_to_json(const struct lock_stacks *s)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(rows, stack_json(&s->v[i]));
	return json_pack("{s:I, s:I, s:I, s:o}", "waits", count(s->waits), "cut", count(s->cut),
			 "lost", count(s->lost), "stacks", rows);
}

/* --- from JSON -------------------------------------------------------------------------- */

static int refuse(const char *what, struct err *e)
{
	return err_add(e, EINVAL, "lock waits: %s", what);
}

/* Texts of a row: there, printable. Copies of all three. */
static int take_texts(char **out[3], const char *const texts[3], struct err *e)
{
	for (int i = 0; i < 3; i++) {
		for (const char *p = texts[i]; *p; p++)
			if (*p < ' ' || *p > '~')
				return refuse("a text holds a byte that is no printable ASCII", e);
		if (!*texts[i])
			return refuse("a text is empty", e);
		*out[i] = xstrdup(texts[i]);
	}
	return 0;
}

/* Exactly as it is written: lower-case hex without leading zeros. */
static int take_lock(const char *text, uint64_t *out, struct err *e)
{
	char again[17];

	*out = strtoull(text, NULL, 16);
	snprintf(again, sizeof(again), "%llx", (unsigned long long)*out);
	return strcmp(again, text) ? refuse("\"lock\" is no address", e) : 0;
}

static int take_bins(const json_t *bins, struct hist *h, struct err *e)
{
	size_t n = json_array_size(bins);
	json_int_t next = 0;

	if (!n || n % 2)
		return refuse("\"bins\" is no list of pairs", e);
	for (size_t i = 0; i < n; i += 2) {
		const json_t *index = json_array_get(bins, i),
			     *number = json_array_get(bins, i + 1);
		json_int_t at = json_is_integer(index) ? json_integer_value(index) : -1;

		if (at < next || at >= HIST_BUCKETS || json_integer_value(number) <= 0 ||
		    __builtin_add_overflow(h->count, (uint64_t)json_integer_value(number),
					   &h->count))
			return refuse("\"bins\" has a bucket out of order, out of range, empty or "
				      "too full",
				      e);
		next = at + 1;
		h->bucket[at] = (uint64_t)json_integer_value(number);
	}
	return 0;
}

/* The figures of a row must be possible together. */
static int check_waits(struct lock_stack *s, struct err *e)
{
	struct hist *h = s->waits;
	unsigned low = 0, high = HIST_BUCKETS - 1;

	while (!h->bucket[low])
		low++;
	while (!h->bucket[high])
		high--;
	if (hist_index(h->min_ns) != low || hist_index(s->max_ns) != high ||
	    h->min_ns > s->max_ns || s->total_ns < s->max_ns ||
	    (unsigned __int128)h->min_ns * h->count > s->total_ns ||
	    (unsigned __int128)s->max_ns * h->count < s->total_ns)
		return refuse("the figures of a row contradict each other", e);
	h->max_ns = s->max_ns;
	h->sum_ns = s->total_ns;
	s->count = h->count;
	return 0;
}

static int take_holder(const json_t *j, struct lock_stack *s, struct err *e)
{
	const char *texts[3];
	char **out[3] = { &s->holder_role, &s->holder_mode, &s->holder_chain };
	json_int_t held;
	json_error_t je;

	if (json_is_null(j))
		return 0;
	if (json_unpack_ex((json_t *)j, &je, 0, "{s:s, s:s, s:s, s:I !}", "role", &texts[0], "mode",
			   &texts[1], "chain", &texts[2], "held", &held))
		return refuse(je.text, e);
	s->held_ns = (uint64_t)held;
	if (held < 0 || s->held_ns > s->total_ns)
		return refuse("a lock was held longer than waited for", e);
	return take_texts(out, texts, e);
}

static int stack_from_json(struct lock_stack *s, const json_t *j, struct err *e)
{
	const char *lock, *texts[3];
	char **out[3] = { &s->mode, &s->role, &s->chain };
	json_int_t total, min, max;
	json_t *bins, *holder;
	json_error_t je;
	int ret;

	s->waits = xcalloc(1, sizeof(*s->waits));
	hist_init(s->waits);
	if (json_unpack_ex((json_t *)j, &je, 0, "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o !}",
			   "lock", &lock, "mode", &texts[0], "role", &texts[1], "chain", &texts[2],
			   "total", &total, "min", &min, "max", &max, "bins", &bins, "holder",
			   &holder))
		return refuse(je.text, e);
	if (total < 0 || min < 0 || max < 0)
		return refuse("a time is negative", e);
	s->total_ns = (uint64_t)total;
	s->waits->min_ns = (uint64_t)min;
	s->max_ns = (uint64_t)max;
	ret = take_texts(out, texts, e);
	ret = ret ? ret : take_lock(lock, &s->lock, e);
	ret = ret ? ret : take_bins(bins, s->waits, e);
	ret = ret ? ret : check_waits(s, e);
	return ret ? ret : take_holder(holder, s, e);
}

int lock_stacks_from_json(struct lock_stacks *s, const json_t *j, struct err *e)
{
	json_int_t waits, cut, lost;
	uint64_t sum = 0;
	json_error_t je;
	json_t *rows;
	size_t n;
	int ret = 0;

	*s = (struct lock_stacks){ .n = 0 };
	if (json_unpack_ex((json_t *)j, &je, 0, "{s:I, s:I, s:I, s:o !}", "waits", &waits, "cut",
			   &cut, "lost", &lost, "stacks", &rows))
		return refuse(je.text, e);
	if (waits < 0 || cut < 0 || lost < 0)
		return refuse("a count is negative", e);
	n = json_array_size(rows);
	if (!json_is_array(rows) || n > ROWS_MAX)
		return refuse("\"stacks\" is no list, or too long", e);
	s->waits = (uint64_t)waits;
	s->cut = (uint64_t)cut;
	s->lost = (uint64_t)lost;
	s->v = xcalloc(n + 1, sizeof(*s->v));
	for (; !ret && s->n < n; s->n++) {
		ret = stack_from_json(&s->v[s->n], json_array_get(rows, s->n), e);
		sum += s->v[s->n].count;
	}
	if (!ret && sum != s->waits)
		ret = refuse("the rows do not add up to \"waits\"", e);
	if (ret)
		lock_stacks_release(s);
	return ret;
}
