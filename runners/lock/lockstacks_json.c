/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockstacks_json.c: rows of waits for locks to JSON, as a guest sends them, and
 * back. What comes from a guest is read as if an enemy wrote it: every field is
 * checked, and what does not fit is refused, never repaired.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/lock/lockstacks.h"

#define ROWS_MAX 65536 /* far above what lock_reduce makes */
#define COUNT_MAX INT64_MAX

/* --- to JSON --------------------------------------------------------------------------- */

static json_t *count_json(uint64_t v)
{
	return json_integer((json_int_t)(v > COUNT_MAX ? COUNT_MAX : v));
}

static json_t *bins_json(const struct hist *h)
{
	json_t *bins = json_array();

	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		if (!h->bucket[i])
			continue;
		json_array_append_new(bins, json_integer(i));
		json_array_append_new(bins, count_json(h->bucket[i]));
	}
	return bins;
}

static json_t *holder_json(const struct lock_stack *s)
{
	json_t *j;

	if (!s->holder_role)
		return json_null();
	j = json_object();
	json_object_set_new(j, "role", json_string(s->holder_role));
	json_object_set_new(j, "mode", json_string(s->holder_mode));
	json_object_set_new(j, "chain", json_string(s->holder_chain));
	json_object_set_new(j, "held", count_json(s->held_ns));
	return j;
}

static json_t *stack_json(const struct lock_stack *s)
{
	json_t *j = json_object();
	char lock[17];

	snprintf(lock, sizeof(lock), "%llx", (unsigned long long)s->lock);
	json_object_set_new(j, "lock", json_string(lock));
	json_object_set_new(j, "mode", json_string(s->mode));
	json_object_set_new(j, "role", json_string(s->role));
	json_object_set_new(j, "chain", json_string(s->chain));
	json_object_set_new(j, "total", count_json(s->total_ns));
	json_object_set_new(j, "min", count_json(s->waits->min_ns));
	json_object_set_new(j, "max", count_json(s->max_ns));
	json_object_set_new(j, "bins", bins_json(s->waits));
	json_object_set_new(j, "holder", holder_json(s));
	return j;
}

json_t *lock_stacks_to_json(const struct lock_stacks *s)
{
	json_t *j = json_object(), *rows = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(rows, stack_json(&s->v[i]));
	json_object_set_new(j, "waits", count_json(s->waits));
	json_object_set_new(j, "cut", count_json(s->cut));
	json_object_set_new(j, "lost", count_json(s->lost));
	json_object_set_new(j, "stacks", rows);
	return j;
}

/* --- from JSON -------------------------------------------------------------------------- */

static int check_object(const json_t *j, const char *what, size_t n, struct err *e)
{
	if (!json_is_object(j) || json_object_size(j) != n)
		return err_add(e, EINVAL, "lock waits: %s is not an object with %zu members", what,
			       n);
	return 0;
}

static int get_count(const json_t *j, const char *name, uint64_t *out, struct err *e)
{
	const json_t *v = json_object_get(j, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return err_add(e, EINVAL, "lock waits: \"%s\" is missing or not a count", name);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static int get_text(const json_t *j, const char *name, char **out, struct err *e)
{
	const json_t *v = json_object_get(j, name);
	const char *s = json_string_value(v);

	if (!s || !*s || strlen(s) != json_string_length(v))
		return err_add(e, EINVAL, "lock waits: \"%s\" is missing or no text", name);
	for (const char *p = s; *p; p++) {
		if (*p < ' ' || *p > '~')
			return err_add(e, EINVAL,
				       "lock waits: \"%s\" holds a byte that is no "
				       "printable ASCII",
				       name);
	}
	*out = xstrdup(s);
	return 0;
}

/* Exactly as it is written: lower-case hex without leading zeros. */
static int get_lock(const json_t *j, uint64_t *out, struct err *e)
{
	char *text, again[17];
	uint64_t v = 0;
	int ret = get_text(j, "lock", &text, e);

	if (ret)
		return ret;
	for (const char *p = text; *p; p++)
		v = v << 4 | (uint64_t)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
	snprintf(again, sizeof(again), "%llx", (unsigned long long)v);
	if (strcmp(again, text))
		ret = err_add(e, EINVAL, "lock waits: \"lock\" is no address");
	free(text);
	*out = v;
	return ret;
}

static int get_bins(const json_t *j, struct hist *h, struct err *e)
{
	const json_t *bins = json_object_get(j, "bins");
	size_t n = json_array_size(bins);
	json_int_t next = 0;

	if (!json_is_array(bins) || !n || n % 2)
		return err_add(e, EINVAL, "lock waits: \"bins\" is no list of pairs");
	for (size_t i = 0; i < n; i += 2) {
		const json_t *index = json_array_get(bins, i), *count = json_array_get(bins, i + 1);

		if (!json_is_integer(index) || json_integer_value(index) < next ||
		    json_integer_value(index) >= HIST_BUCKETS || !json_is_integer(count) ||
		    json_integer_value(count) <= 0 ||
		    __builtin_add_overflow(h->count, (uint64_t)json_integer_value(count),
					   &h->count))
			return err_add(e, EINVAL,
				       "lock waits: \"bins\" has a bucket out of order, out "
				       "of range, empty or too full at position %zu",
				       i);
		next = json_integer_value(index) + 1;
		h->bucket[next - 1] = (uint64_t)json_integer_value(count);
	}
	return 0;
}

/* The figures of a row must be possible together. */
static int get_waits(const json_t *j, struct lock_stack *s, struct err *e)
{
	struct hist *h = s->waits;
	unsigned low = 0, high = HIST_BUCKETS - 1;
	int ret = get_bins(j, h, e);

	ret = ret ? ret : get_count(j, "total", &s->total_ns, e);
	ret = ret ? ret : get_count(j, "min", &h->min_ns, e);
	ret = ret ? ret : get_count(j, "max", &s->max_ns, e);
	if (ret)
		return ret;
	while (!h->bucket[low])
		low++;
	while (!h->bucket[high])
		high--;
	if (hist_index(h->min_ns) != low || hist_index(s->max_ns) != high ||
	    h->min_ns > s->max_ns || s->total_ns < s->max_ns ||
	    (unsigned __int128)h->min_ns * h->count > s->total_ns ||
	    (unsigned __int128)s->max_ns * h->count < s->total_ns)
		return err_add(e, EINVAL, "lock waits: the figures of a row contradict each other");
	h->max_ns = s->max_ns;
	h->sum_ns = s->total_ns;
	s->count = h->count;
	return 0;
}

static int get_holder(const json_t *j, struct lock_stack *s, struct err *e)
{
	const json_t *h = json_object_get(j, "holder");
	int ret;

	if (json_is_null(h))
		return 0;
	ret = check_object(h, "a holder", 4, e);
	ret = ret ? ret : get_text(h, "role", &s->holder_role, e);
	ret = ret ? ret : get_text(h, "mode", &s->holder_mode, e);
	ret = ret ? ret : get_text(h, "chain", &s->holder_chain, e);
	ret = ret ? ret : get_count(h, "held", &s->held_ns, e);
	if (!ret && s->held_ns > s->total_ns)
		ret = err_add(e, EINVAL, "lock waits: a lock was held longer than waited for");
	return ret;
}

static int stack_from_json(struct lock_stack *s, const json_t *j, struct err *e)
{
	int ret = check_object(j, "a row", 9, e);

	s->waits = xcalloc(1, sizeof(*s->waits));
	hist_init(s->waits);
	ret = ret ? ret : get_lock(j, &s->lock, e);
	ret = ret ? ret : get_text(j, "mode", &s->mode, e);
	ret = ret ? ret : get_text(j, "role", &s->role, e);
	ret = ret ? ret : get_text(j, "chain", &s->chain, e);
	ret = ret ? ret : get_waits(j, s, e);
	return ret ? ret : get_holder(j, s, e);
}

int lock_stacks_from_json(struct lock_stacks *s, const json_t *j, struct err *e)
{
	const json_t *rows = json_object_get(j, "stacks");
	size_t n = json_array_size(rows);
	uint64_t waits = 0;
	int ret;

	*s = (struct lock_stacks){ .n = 0 };
	ret = check_object(j, "it", 4, e);
	ret = ret ? ret : get_count(j, "waits", &s->waits, e);
	ret = ret ? ret : get_count(j, "cut", &s->cut, e);
	ret = ret ? ret : get_count(j, "lost", &s->lost, e);
	if (!ret && (!json_is_array(rows) || n > ROWS_MAX))
		ret = err_add(e, EINVAL, "lock waits: \"stacks\" is no list of at most %d",
			      ROWS_MAX);
	if (!ret)
		s->v = xcalloc(n + 1, sizeof(*s->v));
	for (; !ret && s->n < n; s->n++) {
		ret = stack_from_json(&s->v[s->n], json_array_get(rows, s->n), e);
		waits += s->v[s->n].count;
	}
	if (!ret && waits != s->waits)
		ret = err_add(e, EINVAL, "lock waits: the rows do not add up to \"waits\"");
	if (ret)
		lock_stacks_release(s);
	return ret;
}
