/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_self.c: see suite_self.h. Nothing changed, so whatever is found is noise. */
#include "runners/suite/suite_self.h"

#include <stdlib.h>
#include <string.h>

#define TWIN "again"

static void drop_variants(struct suite *s)
{
	for (size_t i = 0; i < s->nr_variants; i++)
		free(s->variants[i].name);
	for (size_t i = 0; i < s->nr_contrasts; i++)
		free(s->contrasts[i].name);
	free(s->variants);
	free(s->contrasts);
	s->variants = xcalloc(2 * s->nr_mounts + 1, sizeof(*s->variants));
	s->contrasts = xcalloc(s->nr_mounts + 1, sizeof(*s->contrasts));
	s->nr_variants = s->nr_contrasts = 0;
}

/* The first kernel and its twin, and nothing else. */
static void twin_kernel(struct suite *s)
{
	const char *label = strcmp(s->kernels[0].label, TWIN) ? TWIN : TWIN "2";

	for (size_t i = 1; i < s->nr_kernels; i++)
		suite_kernel_release(&s->kernels[i]);
	s->kernels = xrealloc(s->kernels, 2, sizeof(*s->kernels));
	s->kernels[1] = (struct suite_kernel){
		.label = xstrdup(label),
		.ref = s->kernels[0].ref ? xstrdup(s->kernels[0].ref) : NULL,
		.line = s->kernels[0].line,
	};
	s->nr_kernels = 2;
}

void suite_self(struct suite *s)
{
	bool *used = xcalloc(s->nr_mounts + 1, sizeof(*used));

	for (size_t i = 0; i < s->nr_variants; i++)
		used[s->variants[i].mount] = true;
	drop_variants(s);
	twin_kernel(s);
	for (size_t m = 0; m < s->nr_mounts; m++) {
		if (!used[m])
			continue;
		for (size_t k = 0; k < 2; k++)
			s->variants[s->nr_variants++] = (struct suite_variant){
				xasprintf("%s/%s", s->kernels[k].label, s->mounts[m].name), k, m
			};
		s->contrasts[s->nr_contrasts++] =
			(struct suite_contrast){ .name = xstrdup(s->mounts[m].name),
						 .baseline = s->nr_variants - 2,
						 .patched = s->nr_variants - 1 };
	}
	free(used);
}
