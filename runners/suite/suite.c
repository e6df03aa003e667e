/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.c: a suite file read, section by section through one table of section
 * kinds; see suite.h. What a section holds is in suite_sections.c,
 * suite_kernels.c, suite_variants.c and suite_workload.c. It looks at no kernel and no device:
 * that is the runner's.
 */
#include "runners/suite/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/clean.h"
#include "lib/fs.h"
#include "runners/suite/suite_read.h"

#define SUITE_BYTES_MAX (1u << 20)
#define SECOND 1000000000ull
#define MIB (1ull << 20)

/* In the order in which they are read: each may refer to those above it. */
static const struct section_kind {
	const char *name;
	bool named; /* "[mount NAME]" */
	void (*read)(struct suite_reader *r, const struct ini_section *sec, const char *name);
	void (*finish)(struct suite_reader *r);
} section_kinds[] = {
	{ "suite", false, suite_read_suite, suite_finish_suite },
	{ "experiment", false, suite_read_experiment, NULL },
	{ "device", false, suite_read_device, suite_finish_device },
	{ "machine", false, suite_read_machine, NULL },
	{ "limits", false, suite_read_limits, NULL },
	{ "margins", false, suite_read_margins, NULL },
	{ "kernel", true, suite_read_kernel, suite_finish_kernels },
	{ "mount", true, suite_read_mount, suite_finish_mounts },
	{ "variants", false, suite_read_variants, NULL },
	{ "variant", true, suite_read_variant, suite_finish_variants },
	{ "contrast", true, suite_read_contrast, suite_finish_contrasts },
	{ "guard", false, suite_read_guard, NULL },
	{ "workload", true, suite_read_workload, suite_finish_workloads },
};
#define NR_SECTION_KINDS (sizeof(section_kinds) / sizeof(section_kinds[0]))

/* The kind's word of "mount default" into *kind (malloc'ed); what follows it is the name. */
static const char *split_section(const char *section, char **kind)
{
	size_t len = strcspn(section, " \t");

	*kind = xstrndup(section, len);
	return section + len + strspn(section + len, " \t");
}

static const struct section_kind *find_kind(const char *name)
{
	for (size_t i = 0; i < NR_SECTION_KINDS; i++)
		if (!strcmp(section_kinds[i].name, name))
			return &section_kinds[i];
	return NULL;
}

static void unknown_section(struct suite_reader *r, const struct ini_section *sec, const char *kind)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < NR_SECTION_KINDS; i++)
		strv_add(&names, section_kinds[i].name);
	suite_mistake_unknown(r, sec->line, "section", kind, (const char *const *)names.v);
	strv_release(&names);
}

/* Is this section's kind known, its name there where there must be one, and not taken? */
static bool section_ok(struct suite_reader *r, size_t at)
{
	const struct ini_section *sec = &r->ini->sections[at];
	const struct section_kind *known;
	char *kind, *other;
	const char *name = split_section(sec->name, &kind);
	bool ok = false;

	known = find_kind(kind);
	if (!known) {
		unknown_section(r, sec, kind);
	} else if (known->named && !name[0]) {
		suite_mistake(r, sec->line, "[%s] has no name: say [%s NAME]", kind, kind);
	} else if (!known->named && name[0]) {
		suite_mistake(r, sec->line, "[%s] takes no name: say [%s]", sec->name, kind);
	} else {
		ok = !known->named || suite_name_ok(r, sec->line, kind, name);
		for (size_t i = 0; i < at && ok; i++) {
			const char *n = split_section(r->ini->sections[i].name, &other);

			ok = strcmp(kind, other) || strcmp(name, n);
			free(other);
			if (!ok)
				suite_mistake(r, sec->line,
					      "[%s] stands twice, first in line %u: keep one",
					      sec->name, r->ini->sections[i].line);
		}
	}
	free(kind);
	return ok;
}

static void read_sections(struct suite_reader *r)
{
	bool *ok = xcalloc(r->ini->nr_sections + 1, sizeof(*ok));

	for (size_t i = 0; i < r->ini->nr_sections; i++)
		ok[i] = section_ok(r, i);
	for (size_t k = 0; k < NR_SECTION_KINDS; k++) {
		for (size_t i = 0; i < r->ini->nr_sections; i++) {
			char *kind;
			const char *name = split_section(r->ini->sections[i].name, &kind);

			if (ok[i] && !strcmp(kind, section_kinds[k].name))
				section_kinds[k].read(r, &r->ini->sections[i], name);
			free(kind);
		}
		if (section_kinds[k].finish)
			section_kinds[k].finish(r);
	}
	free(ok);
}

/* Everything that is written from it is UTF-8. */
static int check_utf8(const char *path, const char *text, size_t len, struct err *e)
{
	json_t *t = json_stringn(text, len);

	json_decref(t);
	return t ? 0 : err_add(e, EINVAL, "%s: not UTF-8 text: save it as UTF-8", path);
}

/* What stands in where the file says nothing. */
static struct suite defaults(const char *path, const char *text, size_t len)
{
	struct suite s = {
		.path = xstrdup(path),
		.text = xstrndup(text, len),
		.blocks = 1,
		.passes = 1u << PASS_THROUGHPUT,
		.watch_blocks = 1,
		.raw_budget_bytes = 200 * MIB,
		.seed = 1,
		.device = { .size_bytes = 1024 * MIB, .latency_ns = 80000 },
		.cpus = 1,
		.memory_bytes = 1024 * MIB,
		.limit_virtual_ns = 60 * SECOND,
		.limit_wall_ns = 300 * SECOND,
	};

	sha256_hex(text, len, s.sha256);
	return s;
}

/* The file with or without its unscaled keys, into r->s. */
static void read_view(struct suite_reader *r, const struct ini *ini, bool unscaled)
{
	struct ini view;

	suite_view_make(&view, ini, unscaled);
	r->s->unscaled = unscaled;
	r->ini = &view;
	read_sections(r);
	suite_view_release(&view);
}

/*
 * As asked for, and the other way only for the mistakes in it: those that it would have
 * on any machine. Mode host has a device and memory of its own, so whether a guest could
 * hold 20 GiB is not asked.
 */
static void read_both(struct suite_reader *r, const struct ini *ini, const char *text, size_t len)
{
	static const struct suite_overrides any = { .mode = "host", .running = "baseline" };
	bool unscaled = r->o && r->o->unscaled;
	struct suite other, *s = r->s;

	read_view(r, ini, unscaled);
	if (!suite_has_unscaled(ini)) {
		if (unscaled)
			suite_mistake(r, 0,
				      "no key unscaled.* says what this work was before it was "
				      "scaled down: leave --unscaled out");
		return;
	}
	other = defaults(s->path, text, len);
	r->s = &other;
	r->o = &any;
	read_view(r, ini, !unscaled);
	r->s = s;
	suite_release(&other);
}

static void check_text(struct suite_reader *r, unsigned line, const char *text)
{
	uint32_t c;

	if (clean_find(text, &c))
		suite_mistake(r, line, "U+%04X is a character that nobody sees here: remove it",
			      (unsigned)c);
}

/* Names and values of a suite hold only characters that are seen. Comments may hold anything. */
static void check_seen(struct suite_reader *r, const struct ini *ini)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		const struct ini_section *sec = &ini->sections[i];

		check_text(r, sec->line, sec->name);
		for (size_t k = 0; k < sec->nr_keys; k++) {
			check_text(r, sec->keys[k].line, sec->keys[k].name);
			check_text(r, sec->keys[k].line, sec->keys[k].value);
		}
	}
}

int suite_load_mem(struct suite *s, const char *path, const char *text, size_t len,
		   const struct suite_overrides *o, struct err *e)
{
	struct suite_reader r = { .s = s, .o = o, .e = e, .told = STRV_INIT };
	struct ini ini = { 0 };
	int ret;

	*s = defaults(path, text, len);
	ret = check_utf8(path, text, len, e);
	if (!ret)
		ret = ini_load_mem(&ini, path, text, len, 0, e);
	if (!ret) {
		check_seen(&r, &ini);
		read_both(&r, &ini, text, len);
		if (r.unsaid)
			err_add(e, EINVAL, "%s: and %u more mistakes", path, r.unsaid);
		ret = r.mistakes ? -EINVAL : 0;
		ini_release(&ini);
	}
	strv_release(&r.told);
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

static void release_workloads(struct suite *s)
{
	for (size_t i = 0; i < s->nr_workloads; i++) {
		struct suite_workload *w = &s->workloads[i];

		for (size_t k = 0; k < w->nr_params; k++) {
			free(w->params[k].name);
			strv_release(&w->params[k].values);
		}
		free(w->params);
		free(w->name);
		free(w->mix);
		free(w->fio);
		free(w->fio_text);
		strv_release(&w->notes);
	}
	free(s->workloads);
}

void suite_release(struct suite *s)
{
	for (size_t i = 0; i < s->nr_kernels; i++)
		suite_kernel_release(&s->kernels[i]);
	for (size_t i = 0; i < s->nr_mounts; i++) {
		free(s->mounts[i].name);
		free(s->mounts[i].fs);
		free(s->mounts[i].options);
		strv_release(&s->mounts[i].mkfs);
	}
	for (size_t i = 0; i < s->nr_variants; i++)
		free(s->variants[i].name);
	for (size_t i = 0; i < s->nr_contrasts; i++)
		free(s->contrasts[i].name);
	release_workloads(s);
	for (size_t i = 0; i < s->nr_margins; i++)
		free(s->margins[i].metric);
	free(s->margins);
	strv_release(&s->guard.control);
	free(s->kernels);
	free(s->mounts);
	free(s->variants);
	free(s->contrasts);
	free(s->device_path);
	free(s->path);
	free(s->name);
	free(s->about);
	free(s->experiment.question);
	free(s->experiment.work);
	free(s->experiment.published);
	free(s->text);
	*s = (struct suite){ 0 };
}
