/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockstacks.c: waits summed to rows by lock, waiter and holder, and the rows as JSON. A row has a
 * histogram of 18 kB, so their number is bounded: beyond it the rows that waited least lose their
 * address, and if they are still too many, all but their mode.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "runners/lock/waits_impl.h"

#define ROWS_MAX 4096
#define ROWS_KEPT 2048   /* as they are, when there are more */
#define ROWS_TAKEN 65536 /* of JSON: each has a histogram of its own */

struct group {
	size_t first, n;
	uint64_t total_ns;
};

static int by_row(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;
	int c = compare_u64(x->lock, y->lock);

	c = c ? c : compare_u64(x->who, y->who);
	c = c ? c : compare_u64(x->holder, y->holder);
	return c ? c : compare_u64(x->wait_ns, y->wait_ns);
}

static int by_total(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int c = compare_u64(y->total_ns, x->total_ns);

	return c ? c : compare_u64(x->first, y->first);
}

/* Sorts the waits so that those of a row stand together. Caller frees. */
static struct group *make_groups(struct wait_list *l, size_t *n)
{
	struct group *groups = NULL;
	size_t cap = 0;

	*n = 0;
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_row);
	for (size_t i = 0; i < l->n; i++) {
		const struct wait *w = &l->v[i];

		if (!i || w->lock != w[-1].lock || w->who != w[-1].who ||
		    w->holder != w[-1].holder) {
			ROOM(groups, *n, cap);
			groups[(*n)++] = (struct group){ .first = i };
		}
		groups[*n - 1].n++;
		groups[*n - 1].total_ns += w->wait_ns;
	}
	return groups;
}

static struct who wait_list_who(const struct wait_list *l, uint32_t number)
{
	struct who who;
	size_t len;

	memcpy(&who, keys_at(&l->whos, number, &len), sizeof(who));
	return who;
}

/* The waits of the lightest rows give up their address; with all set, everything but their mode. */
static void merge(struct wait_list *l, struct group *groups, size_t nr_groups, bool all)
{
	uint32_t others = all ? keys_add_text(&l->texts, "[others]") : 0;

	qsort(groups, nr_groups, sizeof(*groups), by_total);
	for (size_t i = ROWS_KEPT; i < nr_groups; i++) {
		for (size_t k = 0; k < groups[i].n; k++) {
			struct wait *w = &l->v[groups[i].first + k];
			struct who who = wait_list_who(l, w->who);

			w->lock = 0;
			if (!all)
				continue;
			who.role = who.chain = others;
			w->who = keys_add(&l->whos, &who, sizeof(who));
			w->holder = NOBODY;
			w->held_ns = 0;
		}
	}
}

static char *text_of(const struct wait_list *l, uint32_t number)
{
	return xstrdup(keys_text(&l->texts, number));
}

static void fill(struct lock_stack *s, const struct wait_list *l, const struct group *g)
{
	const struct wait *w = &l->v[g->first];
	struct who who = wait_list_who(l, w->who);

	*s = (struct lock_stack){
		.lock = w->lock,
		.count = g->n,
		.total_ns = g->total_ns,
		.role = text_of(l, who.role),
		.mode = text_of(l, who.mode),
		.chain = text_of(l, who.chain),
		.waits = xcalloc(1, sizeof(*s->waits)),
	};
	hist_init(s->waits);
	for (size_t i = 0; i < g->n; i++) {
		hist_add(s->waits, w[i].wait_ns);
		s->held_ns += w[i].held_ns;
	}
	s->max_ns = s->waits->max_ns;
	if (w->holder == NOBODY)
		return;
	who = wait_list_who(l, w->holder);
	s->holder_role = text_of(l, who.role);
	s->holder_mode = text_of(l, who.mode);
	s->holder_chain = text_of(l, who.chain);
}

static int compare_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int by_weight(const void *a, const void *b)
{
	const struct lock_stack *x = a, *y = b;
	int c = compare_u64(y->total_ns, x->total_ns);

	c = c ? c : compare_u64(x->lock, y->lock);
	c = c ? c : compare_text(x->mode, y->mode);
	c = c ? c : compare_text(x->role, y->role);
	c = c ? c : compare_text(x->chain, y->chain);
	c = c ? c : compare_text(x->holder_role, y->holder_role);
	c = c ? c : compare_text(x->holder_mode, y->holder_mode);
	return c ? c : compare_text(x->holder_chain, y->holder_chain);
}

void lock_stacks_sum(struct lock_stacks *out, struct wait_list *l)
{
	size_t n;
	struct group *groups = make_groups(l, &n);

	for (int all = 0; all < 2 && n > ROWS_MAX; all++) {
		merge(l, groups, n, all);
		free(groups);
		groups = make_groups(l, &n);
	}
	out->n = n;
	out->v = xcalloc(n + 1, sizeof(*out->v));
	for (size_t i = 0; i < n; i++) {
		fill(&out->v[i], l, &groups[i]);
		out->wait_ns += groups[i].total_ns;
	}
	qsort(out->v, n, sizeof(*out->v), by_weight);
	free(groups);
}

void lock_stacks_release(struct lock_stacks *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct lock_stack *v = &s->v[i];

		free(v->mode);
		free(v->role);
		free(v->chain);
		free(v->waits);
		free(v->holder_role);
		free(v->holder_mode);
		free(v->holder_chain);
	}
	free(s->v);
	*s = (struct lock_stacks){ .n = 0 };
}

/* --- metrics ---------------------------------------------------------------------------- */

#define AT(member) offsetof(struct lock_stacks, member)

const struct lock_metric lock_metrics[] = {
	{ "lock_waits", "count", "waits for locks, of all threads of the machine", BETTER_LOWER,
	  AT(waits) },
	{ "lock_wait", "ns", "time waited for locks, summed over those threads", BETTER_LOWER,
	  AT(wait_ns) },
	{ "lock_cut", "count", "waits that began before or ended after the timed part", BETTER_NONE,
	  AT(cut) },
	{ "lock_lost", "count", "lock events that the recording lost", BETTER_NONE, AT(lost) },
	{ .name = NULL },
};

/* --- to JSON --------------------------------------------------------------------------- */

/* JSON's integers are signed. */
static json_int_t count(uint64_t v)
{
	return (json_int_t)(v > INT64_MAX ? INT64_MAX : v);
}

json_t *hist_bins_to_json(const struct hist *h)
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
			 hist_bins_to_json(s->waits), "holder", holder);
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

int hist_bins_from_json(struct hist *h, const json_t *bins, const char *what, struct err *e)
{
	size_t n = json_array_size(bins);
	json_int_t next = 0;

	if (!n || n % 2)
		return err_add(e, EINVAL, "%s: \"bins\" is not a list of pairs", what);
	for (size_t i = 0; i < n; i += 2) {
		const json_t *index = json_array_get(bins, i);
		json_int_t at = json_is_integer(index) ? json_integer_value(index) : -1;
		json_int_t count = json_integer_value(json_array_get(bins, i + 1));

		if (at < next || at >= HIST_BUCKETS || count <= 0 ||
		    __builtin_add_overflow(h->count, (uint64_t)count, &h->count))
			return err_add(e, EINVAL, "%s: \"bins\" has a bad bucket at position %zu",
				       what, i);
		next = at + 1;
		h->bucket[at] = (uint64_t)count;
	}
	return 0;
}

static int take_texts(char **const to[3], const char *const texts[3], struct err *e)
{
	for (int i = 0; i < 3; i++) {
		for (const char *p = texts[i]; *p; p++)
			if (*p < ' ' || *p > '~')
				return refuse("a text holds a byte that is no printable ASCII", e);
		if (!*texts[i])
			return refuse("a text is empty", e);
		*to[i] = xstrdup(texts[i]);
	}
	return 0;
}

static int take_holder(struct lock_stack *s, json_t *j, struct err *e)
{
	char **const to[] = { &s->holder_role, &s->holder_mode, &s->holder_chain };
	const char *texts[3];
	json_error_t je;
	json_int_t held;

	if (json_is_null(j))
		return 0;
	if (json_unpack_ex(j, &je, 0, "{s:s, s:s, s:s, s:I !}", "role", &texts[0], "mode",
			   &texts[1], "chain", &texts[2], "held", &held))
		return refuse(je.text, e);
	s->held_ns = (uint64_t)held;
	if (s->held_ns > s->total_ns)
		return refuse("a lock was held longer than waited for", e);
	return take_texts(to, texts, e);
}

static int stack_from_json(struct lock_stack *s, json_t *j, struct err *e)
{
	char **const to[] = { &s->mode, &s->role, &s->chain };
	const char *lock, *texts[3];
	struct hist *h = s->waits = xcalloc(1, sizeof(*h));
	json_int_t total, min, max;
	json_t *bins, *holder;
	json_error_t je;

	hist_init(h);
	if (json_unpack_ex(j, &je, 0, "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o !}", "lock",
			   &lock, "mode", &texts[0], "role", &texts[1], "chain", &texts[2], "total",
			   &total, "min", &min, "max", &max, "bins", &bins, "holder", &holder))
		return refuse(je.text, e);
	if (take_texts(to, texts, e))
		return -EINVAL;
	h->min_ns = (uint64_t)min;
	h->max_ns = s->max_ns = (uint64_t)max;
	h->sum_ns = s->total_ns = (uint64_t)total;
	if (!*lock || num_hex(lock, &s->lock) != strlen(lock))
		return refuse("\"lock\" is no address", e);
	if (hist_bins_from_json(h, bins, "lock waits", e))
		return -EINVAL;
	if (min < 0 || max < min || total < max || !h->bucket[hist_index(h->min_ns)] ||
	    !h->bucket[hist_index(h->max_ns)] ||
	    (unsigned __int128)h->min_ns * h->count > h->sum_ns ||
	    (unsigned __int128)h->max_ns * h->count < h->sum_ns)
		return refuse("the figures of a row contradict each other", e);
	s->count = h->count;
	return take_holder(s, holder, e);
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
	s->waits = (uint64_t)waits;
	s->cut = (uint64_t)cut;
	s->lost = (uint64_t)lost;
	n = json_array_size(rows);
	if (!json_is_array(rows) || n > ROWS_TAKEN)
		return refuse("\"stacks\" is no list, or too long", e);
	s->v = xcalloc(n + 1, sizeof(*s->v));
	for (; !ret && s->n < n; s->n++) {
		ret = stack_from_json(&s->v[s->n], json_array_get(rows, s->n), e);
		sum += s->v[s->n].count;
		s->wait_ns += s->v[s->n].total_ns;
	}
	if (!ret && sum != s->waits)
		ret = refuse("the rows do not add up to \"waits\"", e);
	if (ret)
		lock_stacks_release(s);
	return ret;
}
