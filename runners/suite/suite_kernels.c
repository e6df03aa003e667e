/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_kernels.c: the kernels of a suite: an image that is there, or Debian's
 * source with patches, whose result has a name in the cache. Nothing is built
 * here; runners/kernel/kernel_build.h does that.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/kernel/kernel_build.h"
#include "runners/suite/suite_read.h"

static const struct suite_key kernel_keys[] = {
	{ .name = "image", .kind = KEY_TEXT, .offset = offsetof(struct suite_kernel, ref) },
	{ .name = "source", .kind = KEY_TEXT, .offset = offsetof(struct suite_kernel, source) },
	{ .name = "patches",
	  .kind = KEY_WORDS,
	  .offset = offsetof(struct suite_kernel, patches),
	  .empty_ok = true },
	{ .name = NULL },
};

void suite_kernel_release(struct suite_kernel *k)
{
	free(k->label);
	free(k->ref);
	free(k->source);
	strv_release(&k->patches);
	*k = (struct suite_kernel){ .patches = STRV_INIT };
}

struct kernel_build suite_kernel_build(const struct suite_kernel *k)
{
	return (struct kernel_build){
		.name = k->ref,
		.series = k->source,
		.patches = (const char *const *)k->patches.v,
		.nr_patches = k->patches.n,
	};
}

/* Nothing of it is to be built, whatever the file says. */
static void forget_source(struct suite_kernel *k)
{
	free(k->ref);
	free(k->source);
	strv_release(&k->patches);
	k->ref = k->source = NULL;
	k->patches = (struct strv)STRV_INIT;
}

static void add_kernel(struct suite *s, const char *label, unsigned line)
{
	struct suite_kernel *k = SUITE_GROW(s->kernels, s->nr_kernels);

	k->label = xstrdup(label);
	k->line = line;
}

/* Patches that are paths, from this folder; then the name that the result will have. */
static void finish_source(struct suite_reader *r, const struct ini_section *sec,
			  struct suite_kernel *k)
{
	const struct ini_key *patches = ini_get(sec, "patches"), *image = ini_get(sec, "image");
	const struct ini_key *source = ini_get(sec, "source");

	if (patches && !source)
		suite_mistake(r, patches->line,
			      "patches: they are for a kernel that is built: add source "
			      "= " KERNEL_BUILD_SERIES);
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
	struct suite_kernel *k;

	add_kernel(r->s, name, sec->line);
	k = &r->s->kernels[r->s->nr_kernels - 1];
	suite_read_keys(r, sec, kernel_keys, k);
	finish_source(r, sec, k);
	/* Asked for on the command line, of a suite that boots its kernels else. */
	if (r->s->mode == MODE_HOST && r->o && r->o->mode)
		forget_source(k);
	if (k->ref && r->s->mode == MODE_HOST)
		suite_mistake(r, sec->line,
			      "mode = host measures the kernel that runs: remove the %s, or say "
			      "mode = exact",
			      k->source ? "source" : "image");
}

/* The reference from the command line takes the place of the file's. */
static void override_kernel(struct suite_reader *r, const char *label, const char *ref, bool only)
{
	struct suite *s = r->s;
	struct suite_kernel *found = NULL;

	if (!ref)
		return;
	for (size_t i = 0; i < s->nr_kernels; i++)
		if (!strcmp(s->kernels[i].label, label))
			found = &s->kernels[i];
	if (!found && only && s->nr_kernels == 1)
		found = &s->kernels[0];
	if (!found || s->mode == MODE_HOST) {
		suite_mistake(
			r, 0,
			"there is no kernel %s to boot here: leave --%s out, or add [kernel %s]",
			label, label, label);
		return;
	}
	forget_source(found);
	found->ref = xstrdup(ref);
}

static bool same_words(const struct strv *a, const struct strv *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = !strcmp(a->v[i], b->v[i]);
	return same;
}

/* The cache has one kernel of a name, and the name has the patches' without their folders. */
static void refuse_twin(struct suite_reader *r, size_t at)
{
	const struct suite_kernel *b = &r->s->kernels[at];

	for (size_t i = 0; i < at && b->source && b->ref; i++) {
		const struct suite_kernel *a = &r->s->kernels[i];

		if (a->source && a->ref && !strcmp(a->ref, b->ref) &&
		    !same_words(&a->patches, &b->patches))
			suite_mistake(r, 0,
				      "the kernels %s and %s have other patches of the same names, "
				      "and would both be %s in the cache: rename one",
				      a->label, b->label, b->ref);
	}
}

void suite_finish_kernels(struct suite_reader *r)
{
	struct suite *s = r->s;
	const char *running = r->o ? r->o->running : NULL;

	if (!s->nr_kernels && s->mode == MODE_HOST &&
	    (!running || (strcmp(running, "baseline") && strcmp(running, "patched")))) {
		add_kernel(s, "running", 0);
	} else if (!s->nr_kernels) {
		add_kernel(s, "baseline", 0);
		add_kernel(s, "patched", 0);
	}
	if (r->o) {
		override_kernel(r, "baseline", r->o->baseline, true);
		override_kernel(r, "patched", r->o->patched, false);
	}
	for (size_t i = 1; i < s->nr_kernels; i++)
		refuse_twin(r, i);
}
