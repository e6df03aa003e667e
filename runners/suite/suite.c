/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite.c: a suite's life, the seed of its order, and a kernel against itself; see suite.h. */
#include "runners/suite/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <jansson.h>

#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/suite/suite_read.h"

#define SUITE_BYTES_MAX (1u << 20)
#define TWIN "again"

/* Text that is written from a suite is UTF-8. */
static int check_utf8(const char *path, const char *text, size_t len, struct err *e)
{
	json_t *t = json_stringn(text, len);

	json_decref(t);
	return t ? 0 : err_add(e, EINVAL, "%s: not UTF-8 text: save it as UTF-8", path);
}

int suite_load_mem(struct suite *s, const char *path, const char *text, size_t len,
		   const struct suite_overrides *o, struct err *e)
{
	static const struct suite_overrides none;
	struct ini ini = { 0 };
	struct suite_reader r = { .s = s, .o = o ? o : &none, .ini = &ini, .e = e };
	int ret;

	*s = (struct suite){
		.path = xstrdup(path),
		.text = xstrndup(text, len),
		.unscaled = r.o->unscaled,
		.blocks = 1,
		.passes = 1u << PASS_THROUGHPUT,
		.watch_blocks = 1,
		.raw_budget_bytes = 200 * SUITE_MIB,
		.seed = 1,
		.device = { .size_bytes = 1024 * SUITE_MIB, .latency_ns = 80000 },
		.cpus = 1,
		.memory_bytes = 1024 * SUITE_MIB,
		.limit_virtual_ns = 60 * SUITE_SECOND,
		.limit_wall_ns = 300 * SUITE_SECOND,
	};
	sha256_hex(text, len, s->sha256);
	ret = check_utf8(path, text, len, e);
	if (!ret)
		ret = ini_load_mem(&ini, path, text, len, 0, e);
	if (!ret) {
		suite_prepare(&r);
		suite_read_sections(&r);
		if (r.unsaid)
			err_add(e, EINVAL, "%s: and %u more mistakes", path, r.unsaid);
		ret = r.mistakes ? -EINVAL : 0;
		ini_release(&ini);
	}
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}

int suite_load(struct suite *s, const char *path, const struct suite_overrides *o, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	*s = (struct suite){ 0 };
	ret = fs_read(path, SUITE_BYTES_MAX, &b, e);
	if (ret == -ENOENT)
		err_add(e, ENOENT, "give the path of a suite file, such as configs/quick.ini");
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	else
		ret = suite_load_mem(s, path, buf_str(&b), b.len, o, e);
	buf_release(&b);
	return ret;
}

/* --- release --------------------------------------------------------------------------- */

static void release_variants(struct suite *s)
{
	for (size_t i = 0; i < s->nr_variants; i++)
		free(s->variants[i].name);
	for (size_t i = 0; i < s->nr_contrasts; i++)
		free(s->contrasts[i].name);
	free(s->variants);
	free(s->contrasts);
}

void suite_release(struct suite *s)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		suite_kernel_release(&s->kernels[i]);
	for (size_t i = 0; i < s->nr_mounts; i++)
		suite_mount_release(&s->mounts[i]);
	release_variants(s);
	for (size_t i = 0; i < s->nr_workloads; i++)
		suite_workload_release(&s->workloads[i]);
	for (size_t i = 0; i < s->nr_margins; i++)
		free(s->margins[i].metric);
	strv_release(&s->guard.control);
	free(s->kernels);
	free(s->mounts);
	free(s->workloads);
	free(s->margins);
	free(s->device_path);
	free(s->cpu);
	free(s->path);
	free(s->name);
	free(s->about);
	free(s->experiment.question);
	free(s->experiment.work);
	free(s->experiment.published);
	free(s->text);
	*s = (struct suite){ 0 };
}

/* --- the order of the variants ---------------------------------------------------------- */

int suite_draw_order(struct suite *s, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	json_int_t begun = 0;
	json_t *run = NULL;
	int ret = 0;

	if (s->mode == MODE_EXACT || s->order_seed) {
		; /* nothing to draw */
	} else if (fs_exists(path)) {
		/* A folder of an older fsduel has none: its order came from the suite's seed. */
		ret = fs_read_json(path, &run, e);
		if (!ret && !json_unpack(run, "{s:{s:I}}", "suite", "order_seed", &begun))
			s->order_seed = (uint64_t)begun;
	} else if (getrandom(&s->order_seed, sizeof(s->order_seed), 0) != sizeof(s->order_seed)) {
		ret = err_sys(e, errno, "cannot draw the order of the variants");
	} else {
		/* 53 bits, so that JSON readers show the number that was used; not 0. */
		s->order_seed = s->order_seed >> 11 | 1;
	}
	json_decref(run);
	free(path);
	return ret;
}

/* --- a kernel against itself ------------------------------------------------------------- */

/* The first kernel and its twin, and no other. */
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
	release_variants(s);
	s->variants = NULL;
	s->contrasts = NULL;
	s->nr_variants = s->nr_contrasts = 0;
	twin_kernel(s);
	for (size_t m = 0; m < s->nr_mounts; m++) {
		if (!used[m])
			continue;
		for (size_t k = 0; k < 2; k++)
			*SUITE_GROW(s->variants, s->nr_variants) = (struct suite_variant){
				xasprintf("%s/%s", s->kernels[k].label, s->mounts[m].name), k, m
			};
		*SUITE_GROW(s->contrasts, s->nr_contrasts) =
			(struct suite_contrast){ .name = xstrdup(s->mounts[m].name),
						 .baseline = s->nr_variants - 2,
						 .patched = s->nr_variants - 1 };
	}
	free(used);
}
