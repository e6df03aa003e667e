/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_variants.c: variants (a kernel with a mount) and contrasts (two
 * variants to be judged against each other) of a suite, written out or the
 * product of kernels and mounts.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/suite/suite_read.h"

#define NONE SIZE_MAX

static struct strv kernel_labels(const struct suite *s)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < s->nr_kernels; i++)
		strv_add(&names, s->kernels[i].label);
	return names;
}

static struct strv mount_names(const struct suite *s)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < s->nr_mounts; i++)
		strv_add(&names, s->mounts[i].name);
	return names;
}

static struct strv variant_names(const struct suite *s)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < s->nr_variants; i++)
		strv_add(&names, s->variants[i].name);
	return names;
}

/* Index of word among names, or NONE and a mistake. */
static size_t refer(struct suite_reader *r, unsigned line, const char *kind, const char *word,
		    const struct strv *names)
{
	static const char *const nothing[] = { NULL };
	int at = strv_find(names, word);

	if (at < 0)
		suite_mistake_unknown(r, line, kind, word,
				      names->v ? (const char *const *)names->v : nothing);
	return at < 0 ? NONE : (size_t)at;
}

static void add_variant(struct suite_reader *r, unsigned line, const char *name, size_t kernel,
			size_t mount)
{
	struct suite *s = r->s;
	struct suite_variant *v;

	if (s->nr_variants == SUITE_VARIANTS_MAX) {
		suite_mistake(r, line, "more than %d variants: choose some in [variants]",
			      SUITE_VARIANTS_MAX);
		return;
	}
	if (s->nr_variants > SUITE_VARIANTS_MAX)
		return;
	v = SUITE_GROW(s->variants, s->nr_variants);
	v->name = name ? xstrdup(name)
		       : xasprintf("%s/%s", s->kernels[kernel].label, s->mounts[mount].name);
	v->kernel = kernel;
	v->mount = mount;
}

/* The indices of words among names, each once; all of them where there are no words. */
static size_t *choose(struct suite_reader *r, unsigned line, const char *kind,
		      const struct strv *words, const struct strv *names, size_t *n)
{
	size_t *chosen = xcalloc(words->n + names->n + 1, sizeof(*chosen));

	*n = 0;
	for (size_t i = 0; i < names->n && !words->n; i++)
		chosen[(*n)++] = i;
	for (size_t i = 0; i < words->n; i++) {
		size_t at = refer(r, line, kind, words->v[i], names);
		bool again = false;

		if (at == NONE)
			continue;
		for (size_t k = 0; k < *n; k++)
			again |= chosen[k] == at;
		if (again)
			suite_mistake(r, line, "%s %s is given twice: keep one", kind, words->v[i]);
		else
			chosen[(*n)++] = at;
	}
	return chosen;
}

/* The product of the chosen kernels and mounts. */
static void add_product(struct suite_reader *r, unsigned kernels_line, unsigned mounts_line,
			const struct strv *kernels, const struct strv *mounts)
{
	struct strv labels = kernel_labels(r->s), names = mount_names(r->s);
	size_t nk, nm;
	size_t *k = choose(r, kernels_line, "kernel", kernels, &labels, &nk);
	size_t *m = choose(r, mounts_line, "mount", mounts, &names, &nm);

	for (size_t i = 0; i < nk; i++)
		for (size_t j = 0; j < nm && r->s->nr_variants <= SUITE_VARIANTS_MAX; j++)
			add_variant(r, kernels_line, NULL, k[i], m[j]);
	free(k);
	free(m);
	strv_release(&labels);
	strv_release(&names);
}

static unsigned line_of(const struct ini_section *sec, const char *key)
{
	const struct ini_key *k = ini_get(sec, key);

	return k ? k->line : sec->line;
}

void suite_read_variants(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct chosen {
		struct strv kernels, mounts;
	} c = { STRV_INIT, STRV_INIT };
	static const struct suite_key keys[] = {
		{ .name = "kernels",
		  .kind = KEY_WORDS,
		  .offset = offsetof(struct chosen, kernels) },
		{ .name = "mounts", .kind = KEY_WORDS, .offset = offsetof(struct chosen, mounts) },
		{ .name = NULL },
	};

	(void)name;
	suite_read_keys(r, sec, keys, &c);
	add_product(r, line_of(sec, "kernels"), line_of(sec, "mounts"), &c.kernels, &c.mounts);
	strv_release(&c.kernels);
	strv_release(&c.mounts);
}

/* A reference that must be there: its index, or NONE and a mistake. */
static size_t need(struct suite_reader *r, const struct ini_section *sec, const char *key,
		   const char *kind, const char *word, const struct strv *names)
{
	if (word)
		return refer(r, line_of(sec, key), kind, word, names);
	if (!ini_get(sec, key))
		suite_mistake(r, sec->line, "[%s] lacks %s = %s", sec->name, key, kind);
	return NONE;
}

void suite_read_variant(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct pair {
		char *kernel, *mount;
	} p = { NULL, NULL };
	static const struct suite_key keys[] = {
		{ .name = "kernel", .kind = KEY_TEXT, .offset = offsetof(struct pair, kernel) },
		{ .name = "mount", .kind = KEY_TEXT, .offset = offsetof(struct pair, mount) },
		{ .name = NULL },
	};
	struct strv labels = kernel_labels(r->s), names = mount_names(r->s);
	size_t k, m;

	if (ini_find(r->ini, "variants")) {
		suite_mistake(r, sec->line, "[%s] beside [variants]: keep one of the two ways",
			      sec->name);
		goto out;
	}
	suite_read_keys(r, sec, keys, &p);
	k = need(r, sec, "kernel", "kernel", p.kernel, &labels);
	m = need(r, sec, "mount", "mount", p.mount, &names);
	if (k != NONE && m != NONE)
		add_variant(r, sec->line, name, k, m);
out:
	free(p.kernel);
	free(p.mount);
	strv_release(&labels);
	strv_release(&names);
}

/* Is there a section of this kind at all, right or wrong? */
static bool file_has(const struct suite_reader *r, const char *kind)
{
	size_t len = strlen(kind);

	for (size_t i = 0; i < r->ini->nr_sections; i++) {
		const char *name = r->ini->sections[i].name;

		if (!strncmp(name, kind, len) && strcspn(name, " \t") == len)
			return true;
	}
	return false;
}

void suite_finish_variants(struct suite_reader *r)
{
	static const struct strv none = STRV_INIT;

	if (!file_has(r, "variants") && !file_has(r, "variant"))
		add_product(r, 0, 0, &none, &none);
}

static void add_contrast(struct suite *s, const char *name, size_t baseline, size_t patched,
			 unsigned line)
{
	struct suite_contrast *c = SUITE_GROW(s->contrasts, s->nr_contrasts);

	c->name = xstrdup(name);
	c->baseline = baseline;
	c->patched = patched;
	c->line = line;
}

void suite_read_contrast(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct pair {
		char *baseline, *patched;
	} p = { NULL, NULL };
	static const struct suite_key keys[] = {
		{ .name = "baseline", .kind = KEY_TEXT, .offset = offsetof(struct pair, baseline) },
		{ .name = "patched", .kind = KEY_TEXT, .offset = offsetof(struct pair, patched) },
		{ .name = NULL },
	};
	struct strv names = variant_names(r->s);
	size_t b, t;

	suite_read_keys(r, sec, keys, &p);
	b = need(r, sec, "baseline", "variant", p.baseline, &names);
	t = need(r, sec, "patched", "variant", p.patched, &names);
	if (b != NONE && b == t)
		suite_mistake(r, sec->line,
			      "[%s] compares %s with itself: name two variants (for an A/A check, "
			      "two [variant]s of the same kernel and mount)",
			      sec->name, p.baseline);
	else if (b != NONE && t != NONE)
		add_contrast(r->s, name, b, t, sec->line);
	free(p.baseline);
	free(p.patched);
	strv_release(&names);
}

static size_t find_kernel(const struct suite *s, const char *label)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (!strcmp(s->kernels[i].label, label))
			return i;
	return NONE;
}

static size_t find_variant(const struct suite *s, size_t kernel, size_t mount)
{
	for (size_t i = 0; i < s->nr_variants; i++)
		if (s->variants[i].kernel == kernel && s->variants[i].mount == mount)
			return i;
	return NONE;
}

/* Two kernels: for each mount one against the other. */
static void contrast_kernels(struct suite *s, size_t baseline, size_t patched)
{
	for (size_t m = 0; m < s->nr_mounts; m++) {
		size_t b = find_variant(s, baseline, m), t = find_variant(s, patched, m);

		if (b != NONE && t != NONE)
			add_contrast(s, s->mounts[m].name, b, t, 0);
	}
}

/* One kernel: its first mount against each of the others. */
static void contrast_mounts(struct suite *s)
{
	size_t b = find_variant(s, 0, 0);

	for (size_t m = 1; m < s->nr_mounts && b != NONE; m++) {
		size_t t = find_variant(s, 0, m);

		if (t != NONE)
			add_contrast(s, s->mounts[m].name, b, t, 0);
	}
}

void suite_finish_contrasts(struct suite_reader *r)
{
	struct suite *s = r->s;
	size_t b = find_kernel(s, "baseline"), t = find_kernel(s, "patched");

	if (file_has(r, "contrast"))
		return;
	if (b != NONE && t != NONE)
		contrast_kernels(s, b, t);
	else if (s->nr_kernels == 2)
		contrast_kernels(s, 0, 1);
	else if (s->nr_kernels == 1)
		contrast_mounts(s);
}
