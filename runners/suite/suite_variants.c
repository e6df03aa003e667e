/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_variants.c: a suite's kernels, variants (a kernel with a mount) and contrasts. */
#include <stdlib.h>
#include <string.h>

#include "runners/suite/suite_read.h"

#define VARIANTS_MAX 99

/* --- kernels --------------------------------------------------------------------------- */

/* clang-format off */
static const struct suite_key kernel_keys[] = {
	{ "image", KEY_TEXT, .offset = offsetof(struct suite_kernel, ref) },
	{ "source", KEY_TEXT, .offset = offsetof(struct suite_kernel, source) },
	{ "patches", KEY_WORDS, .offset = offsetof(struct suite_kernel, patches),
	  .empty_ok = true },
	{ .name = NULL },
};
/* clang-format on */

struct kernel_build suite_kernel_build(const struct suite_kernel *k)
{
	return (struct kernel_build){
		.name = k->ref,
		.series = k->source,
		.patches = (const char *const *)k->patches.v,
		.nr_patches = k->patches.n,
	};
}

static struct suite_kernel *add_kernel(struct suite *s, const char *label, unsigned line)
{
	struct suite_kernel *k = SUITE_GROW(s->kernels, s->nr_kernels);

	k->label = xstrdup(label);
	k->line = line;
	return k;
}

/* This image takes the place of the file's image or source. NULL: the kernel that runs. */
static void set_image(struct suite_kernel *k, const char *ref)
{
	struct suite_kernel set = { .label = xstrdup(k->label), .line = k->line };

	set.ref = ref ? xstrdup(ref) : NULL;
	suite_kernel_release(k);
	*k = set;
}

/* Patches that are paths, from this folder; then the name that the built kernel will have. */
static void finish_source(struct suite_reader *r, const struct ini_section *sec,
			  struct suite_kernel *k)
{
	const struct ini_key *patches = ini_get(sec, "patches"), *image = ini_get(sec, "image");
	const struct ini_key *source = ini_get(sec, "source");

	if (patches && !source)
		suite_mistake(r, patches->line,
			      "patches: they are for a kernel that is built: add "
			      "source = " KERNEL_BUILD_SERIES);
	if (image && source)
		suite_mistake(r, source->line,
			      "source: image says already which kernel it is: keep one of the two");
	if (!k->source || image)
		return;
	if (!kernel_is_series(k->source)) {
		suite_mistake(r, source->line,
			      "source: \"%.32s\" is no series of Debian's kernel sources: "
			      "say " KERNEL_BUILD_SERIES,
			      k->source);
		return;
	}
	for (size_t i = 0; i < k->patches.n; i++) {
		char *word = k->patches.v[i];

		if (!kernel_patch_is_path(word))
			continue;
		k->patches.v[i] = suite_beside(r->s, word);
		free(word);
	}
	k->ref = kernel_build_name(k->source, (const char *const *)k->patches.v, k->patches.n);
	suite_name_ok(r, patches ? patches->line : source->line, "kernel", k->ref);
}

void suite_read_kernel(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite_kernel *k = add_kernel(r->s, name, sec->line);

	suite_read_keys(r, sec, kernel_keys, k);
	finish_source(r, sec, k);
	/* The command line asks for the running kernel; by itself the suite boots its kernels. */
	if (r->s->mode == MODE_HOST && r->o->mode)
		set_image(k, NULL);
	if (k->ref && r->s->mode == MODE_HOST)
		suite_mistake(r, sec->line,
			      "mode = host measures the kernel that runs: remove the %s",
			      k->source ? "source" : "image");
}

/* The command line's image takes the place of the file's. */
static void override_kernel(struct suite_reader *r, const char *label, const char *ref, bool only)
{
	struct suite *s = r->s;
	struct suite_kernel *found = NULL;

	if (!ref)
		return;
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (!strcmp(s->kernels[i].label, label) || (only && s->nr_kernels == 1))
			found = &s->kernels[i];
	if (found && s->mode != MODE_HOST)
		set_image(found, ref);
	else
		suite_mistake(
			r, 0,
			"there is no kernel %s to boot here: leave --%s out, or add [kernel %s]",
			label, label, label);
}

/* The cache has one kernel of a name, and that name has the patches without their folders. */
static void refuse_twins(struct suite_reader *r, const struct suite_kernel *a,
			 const struct suite_kernel *b)
{
	bool same = a->patches.n == b->patches.n;

	for (size_t i = 0; same && i < a->patches.n; i++)
		same = !strcmp(a->patches.v[i], b->patches.v[i]);
	if (!same && a->source && b->source && a->ref && b->ref && !strcmp(a->ref, b->ref))
		suite_mistake(r, 0,
			      "the kernels %s and %s have other patches, and both would be %s: "
			      "rename one",
			      a->label, b->label, b->ref);
}

void suite_finish_kernels(struct suite_reader *r)
{
	struct suite *s = r->s;
	const char *running = r->o->running ? r->o->running : "";

	if (!s->nr_kernels && s->mode == MODE_HOST && strcmp(running, "baseline") &&
	    strcmp(running, "patched")) {
		add_kernel(s, "running", 0);
	} else if (!s->nr_kernels) {
		add_kernel(s, "baseline", 0);
		add_kernel(s, "patched", 0);
	}
	override_kernel(r, "baseline", r->o->baseline, true);
	override_kernel(r, "patched", r->o->patched, false);
	for (size_t i = 1; i < s->nr_kernels; i++)
		for (size_t k = 0; k < i; k++)
			refuse_twins(r, &s->kernels[k], &s->kernels[i]);
}

/* --- variants --------------------------------------------------------------------------- */

static void add_variant(struct suite_reader *r, unsigned line, const char *name, size_t kernel,
			size_t mount)
{
	struct suite *s = r->s;

	*SUITE_GROW(s->variants, s->nr_variants) =
		(struct suite_variant){ name ? xstrdup(name)
					     : xasprintf("%s/%s", s->kernels[kernel].label,
							 s->mounts[mount].name),
					kernel, mount };
	if (s->nr_variants == VARIANTS_MAX + 1)
		suite_mistake(r, line, "more than %d variants: choose some in [variants]",
			      VARIANTS_MAX);
}

static struct suite_list kernels_of(const struct suite *s)
{
	return SUITE_LIST("kernel", s->kernels, s->nr_kernels);
}

static struct suite_list mounts_of(const struct suite *s)
{
	return SUITE_LIST("mount", s->mounts, s->nr_mounts);
}

/* Each of the words is the name of one of the list. */
static void check_words(struct suite_reader *r, unsigned line, struct suite_list from,
			const struct strv *words)
{
	for (size_t i = 0; i < words->n; i++)
		suite_choose(r, line, from, words->v[i]);
}

/* The product of the kernels and mounts of these names; of all where there is none. */
static void add_product(struct suite_reader *r, unsigned line, const struct strv *kernels,
			const struct strv *mounts)
{
	struct suite *s = r->s;

	for (size_t k = 0; k < s->nr_kernels; k++)
		for (size_t m = 0; m < s->nr_mounts && s->nr_variants <= VARIANTS_MAX; m++)
			if ((!kernels->n || strv_find(kernels, s->kernels[k].label) >= 0) &&
			    (!mounts->n || strv_find(mounts, s->mounts[m].name) >= 0))
				add_variant(r, line, NULL, k, m);
}

void suite_read_variants(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct chosen {
		struct strv kernels, mounts;
	} c = { STRV_INIT, STRV_INIT };
	static const struct suite_key keys[] = {
		{ "kernels", KEY_WORDS, .offset = offsetof(struct chosen, kernels) },
		{ "mounts", KEY_WORDS, .offset = offsetof(struct chosen, mounts) },
		{ .name = NULL },
	};

	(void)name;
	suite_read_keys(r, sec, keys, &c);
	check_words(r, suite_line(sec, "kernels"), kernels_of(r->s), &c.kernels);
	check_words(r, suite_line(sec, "mounts"), mounts_of(r->s), &c.mounts);
	add_product(r, sec->line, &c.kernels, &c.mounts);
	strv_release(&c.kernels);
	strv_release(&c.mounts);
}

/* A section of two keys, each the name of one of a list: their indices. False: one is missing. */
static bool read_pair(struct suite_reader *r, const struct ini_section *sec,
		      const char *const key[2], const struct suite_list from[2], size_t at[2])
{
	char *words[2] = { NULL, NULL };
	const struct suite_key keys[] = {
		{ key[0], KEY_TEXT, .offset = 0 },
		{ key[1], KEY_TEXT, .offset = sizeof(words[0]) },
		{ .name = NULL },
	};
	bool ok = true;

	suite_read_keys(r, sec, keys, words);
	for (size_t i = 0; i < 2; i++) {
		int found = -1;

		if (words[i])
			found = suite_choose(r, suite_line(sec, key[i]), from[i], words[i]);
		else if (!ini_get(sec, key[i]))
			suite_mistake(r, sec->line, "[%s] lacks %s = %s", sec->name, key[i],
				      from[i].kind);
		ok &= found >= 0;
		at[i] = (size_t)found;
		free(words[i]);
	}
	return ok;
}

void suite_read_variant(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	static const char *const keys[] = { "kernel", "mount" };
	const struct suite_list from[] = { kernels_of(r->s), mounts_of(r->s) };
	size_t at[2];

	if (ini_find(r->ini, "variants"))
		suite_mistake(r, sec->line, "[%s] beside [variants]: keep one of the two ways",
			      sec->name);
	else if (read_pair(r, sec, keys, from, at))
		add_variant(r, sec->line, name, at[0], at[1]);
}

/* Is there a section of this kind at all, right or wrong? */
static bool file_has(const struct suite_reader *r, const char *kind)
{
	for (size_t i = 0; i < r->ini->nr_sections; i++)
		if (suite_is_kind(&r->ini->sections[i], kind))
			return true;
	return false;
}

void suite_finish_variants(struct suite_reader *r)
{
	static const struct strv all = STRV_INIT;

	if (!file_has(r, "variants") && !file_has(r, "variant"))
		add_product(r, 0, &all, &all);
}

/* --- contrasts ---------------------------------------------------------------------------- */

static void add_contrast(struct suite *s, const char *name, size_t baseline, size_t patched)
{
	*SUITE_GROW(s->contrasts, s->nr_contrasts) =
		(struct suite_contrast){ xstrdup(name), baseline, patched };
}

void suite_read_contrast(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	static const char *const keys[] = { "baseline", "patched" };
	const struct suite_list variants = SUITE_LIST("variant", r->s->variants, r->s->nr_variants);
	size_t at[2];

	if (!read_pair(r, sec, keys, (struct suite_list[]){ variants, variants }, at))
		return;
	if (at[0] == at[1])
		suite_mistake(r, sec->line,
			      "[%s] compares %s with itself: name two variants (for an A/A check, "
			      "two of the same kernel and mount)",
			      sec->name, r->s->variants[at[0]].name);
	else
		add_contrast(r->s, name, at[0], at[1]);
}

/* If both variants are there, a contrast of the second one's mount. */
static void contrast(struct suite *s, size_t kernel_a, size_t mount_a, size_t kernel_b,
		     size_t mount_b)
{
	size_t a = SIZE_MAX, b = SIZE_MAX;

	for (size_t i = s->nr_variants; i-- > 0;) {
		const struct suite_variant *v = &s->variants[i];

		if (v->kernel == kernel_a && v->mount == mount_a)
			a = i;
		if (v->kernel == kernel_b && v->mount == mount_b)
			b = i;
	}
	if (a != SIZE_MAX && b != SIZE_MAX)
		add_contrast(s, s->mounts[mount_b].name, a, b);
}

/* Two kernels are compared on each mount; one kernel's mounts are compared with its first. */
void suite_finish_contrasts(struct suite_reader *r)
{
	struct suite *s = r->s;
	size_t b = SIZE_MAX, p = SIZE_MAX;

	for (size_t i = 0; i < s->nr_kernels; i++) {
		b = strcmp(s->kernels[i].label, "baseline") ? b : i;
		p = strcmp(s->kernels[i].label, "patched") ? p : i;
	}
	if (s->nr_kernels == 2 && (b == SIZE_MAX || p == SIZE_MAX)) {
		b = 0;
		p = 1;
	}
	for (size_t m = 0; !file_has(r, "contrast") && m < s->nr_mounts; m++) {
		if (b != SIZE_MAX && p != SIZE_MAX)
			contrast(s, b, m, p, m);
		else if (s->nr_kernels == 1 && m)
			contrast(s, 0, 0, 0, m);
	}
}
