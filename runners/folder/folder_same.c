/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder_same.c: may a folder be gone on with? Members of run.json that decide a sample must be as
 * they were, those that add samples (blocks, passes) may grow, and the rest may change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/folder/folder_impl.h"

#define SAID_MAX 5

/* Members of run.json that must be equal, and their names in a message. */
static const struct {
	const char *member, *word;
} same[] = {
	{ "mode", "mode" },        { "device", "device" }, { "mounts", "mount" },
	{ "variants", "variant" }, { "cells", "cell" },
};

/* The same within "suite". */
static const char *const same_in_suite[] = { "seed", "unscaled", "cpus", "memory_bytes" };

/* Words of a that b lacks, both joined by ';'. */
static void add_own_words(struct buf *out, const char *a, const char *b)
{
	struct strv mine = STRV_INIT, theirs = STRV_INIT;

	strv_split(&mine, a, ";");
	strv_split(&theirs, b, ";");
	for (size_t i = 0; i < mine.n; i++)
		if (strv_find(&theirs, mine.v[i]) < 0)
			buf_addf(out, "%s%s", out->len ? ";" : "", mine.v[i]);
	strv_release(&mine);
	strv_release(&theirs);
}

static void add_value(struct buf *out, const json_t *j)
{
	char *text = json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT);
	const json_t *word;
	size_t i;

	if (!json_is_array(j))
		buf_adds(out, json_is_string(j) ? json_string_value(j) : text ? text : "");
	json_array_foreach(j, i, word)
		buf_addf(out, "%s%s", i ? " " : "", json_string_value(word));
	free(text);
}

/* "cell 1 params: runtime=2s, was runtime=1s" */
static void add_change(struct strv *out, const char *at, const json_t *then, const json_t *now)
{
	struct buf is = BUF_INIT, was = BUF_INIT;

	if (json_is_string(then) && json_is_string(now)) {
		add_own_words(&is, json_string_value(now), json_string_value(then));
		add_own_words(&was, json_string_value(then), json_string_value(now));
	} else {
		add_value(&is, now);
		add_value(&was, then);
	}
	strv_addf(out, "%s: %s, was %s", at, is.len ? is.data : "nothing",
		  was.len ? was.data : "nothing");
	buf_release(&is);
	buf_release(&was);
}

/* The name of an element, made of those members that it has. Caller frees. */
static char *name_of(const json_t *j)
{
	static const char *const parts[] = { "name", "workload", "varying" };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *part = json_string_value(json_object_get(j, parts[i]));

		if (part && *part)
			buf_addf(&b, "%s%s", b.len ? " " : "", part);
	}
	buf_str(&b);
	return buf_detach(&b, NULL);
}

/* Objects member by member; lists of objects one by one where there are as many. */
static void add_differences(struct strv *out, const char *at, const json_t *then, const json_t *now)
{
	json_t *all, *one;
	const char *key;
	size_t i;

	if ((!then && !now) || json_equal(then, now))
		return;
	if (json_is_object(then) && json_is_object(now)) {
		all = json_copy((json_t *)then);
		json_object_update_missing(all, (json_t *)now);
		json_object_foreach(all, key, one) {
			char *name = xasprintf("%s %s", at, key);

			add_differences(out, name, json_object_get(then, key),
					json_object_get(now, key));
			free(name);
		}
		json_decref(all);
	} else if (!json_is_array(then) || !json_is_array(now) ||
		   !json_is_object(json_array_get(json_array_size(then) ? then : now, 0))) {
		add_change(out, at, then, now);
	} else if (json_array_size(then) != json_array_size(now)) {
		strv_addf(out, "%s: there are %zu, not %zu", at, json_array_size(now),
			  json_array_size(then));
	} else {
		json_array_foreach(now, i, one) {
			char *name = name_of(one),
			     *place = xasprintf("%s %zu (%s)", at, i + 1, name);

			add_differences(out, place, json_array_get(then, i), one);
			free(place);
			free(name);
		}
	}
}

static void add_sentence(struct buf *b, struct strv *all)
{
	for (size_t i = 0; i < all->n && i < SAID_MAX; i++)
		buf_addf(b, "%s%s", i ? "; " : "", all->v[i]);
	if (all->n > SAID_MAX)
		buf_addf(b, "; and %zu more", all->n - SAID_MAX);
	strv_release(all);
}

void folder_differences(struct buf *b, const char *what, const json_t *then, const json_t *now)
{
	json_t *x = json_copy((json_t *)then), *y = json_copy((json_t *)now);
	struct strv all = STRV_INIT;

	/* A machine's id is a hash of the rest, its state no part of it. */
	for (int i = 0; i < 2; i++) {
		json_object_del(i ? x : y, "id");
		json_object_del(i ? x : y, "state");
	}
	add_differences(&all, what, x, y);
	add_sentence(b, &all);
	json_decref(x);
	json_decref(y);
}

/* Members that may grow and not shrink: the rows of a block or pass that is gone would be lost. */
static void find_less(struct strv *out, const char *word, const json_t *then, const json_t *now)
{
	if (json_integer_value(now) < json_integer_value(then))
		strv_addf(out, "%s: %lld, fewer than the %lld that are there", word,
			  (long long)json_integer_value(now), (long long)json_integer_value(then));
}

int folder_check_same(const struct folder *f, const json_t *old, struct err *e)
{
	const json_t *was = json_object_get(old, "suite"), *is = json_object_get(f->run, "suite");
	struct strv all = STRV_INIT;
	struct buf said = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; i < sizeof(same_in_suite) / sizeof(same_in_suite[0]); i++)
		add_differences(&all, same_in_suite[i], json_object_get(was, same_in_suite[i]),
				json_object_get(is, same_in_suite[i]));
	find_less(&all, "blocks", json_object_get(was, "blocks"), json_object_get(is, "blocks"));
	if (json_object_get(f->run, "watch_blocks"))
		find_less(&all, "watch_blocks", json_object_get(old, "watch_blocks"),
			  json_object_get(f->run, "watch_blocks"));
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		add_differences(&all, same[i].word, json_object_get(old, same[i].member),
				json_object_get(f->run, same[i].member));
	if (all.n) {
		add_sentence(&said, &all);
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(
			e, EINVAL,
			"%s holds another plan: %s; begin a new folder (its plan is in " SUITE_INI
			")",
			f->dir, said.data);
	}
	strv_release(&all);
	buf_release(&said);
	return ret;
}
