/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_sections.c: the kinds of sections in one table, and those whose keys are fixed. */
#include <stdlib.h>
#include <string.h>

#include "lib/schema.h"
#include "runners/suite/suite_read.h"
#include "workloads/metric.h"

#define MARGIN_MAX 50000                    /* 50 %, in thousandths of a per cent */
#define SEED_MAX ((1ull << 53) - 1)         /* what every JSON reader keeps exactly */
#define BYTES_MAX (1024 * 1024 * SUITE_MIB) /* 1 TiB */
#define IN_SUITE(member) .offset = offsetof(struct suite, member)
#define BYTES(member) .kind = KEY_NUM, .num = NUM_BYTES, IN_SUITE(member), .max = BYTES_MAX
#define TIME(member) .kind = KEY_NUM, .num = NUM_NS, IN_SUITE(member)

/* clang-format off */
static const struct suite_key suite_keys[] = {
	{ "name", KEY_TEXT, IN_SUITE(name) },
	{ "about", KEY_TEXT, IN_SUITE(about), .empty_ok = true },
	{ "blocks", KEY_UNSIGNED, IN_SUITE(blocks), .min = 1, .max = SUITE_BLOCKS_MAX },
	{ "seed", KEY_NUM, NUM_COUNT, IN_SUITE(seed), .max = SEED_MAX },
	{ "mode", KEY_CHOICE, IN_SUITE(mode), .choices = mode_names },
	{ "passes", KEY_SET, IN_SUITE(passes), .choices = pass_names },
	{ "watch_blocks", KEY_UNSIGNED, IN_SUITE(watch_blocks), .min = 1, .max = SUITE_BLOCKS_MAX },
	{ "raw_budget", BYTES(raw_budget_bytes) },
	{ .name = NULL },
};

static const struct suite_key experiment_keys[] = {
	{ "question", KEY_TEXT, IN_SUITE(experiment.question) },
	{ "work", KEY_TEXT, IN_SUITE(experiment.work) },
	{ "published", KEY_TEXT, IN_SUITE(experiment.published) },
	{ "host_blocks", KEY_UNSIGNED, IN_SUITE(experiment.host_blocks), .min = 8,
	  .max = SUITE_BLOCKS_MAX },
	{ .name = NULL },
};

/* null_blk takes its sizes in MiB. */
static const struct suite_key device_keys[] = {
	{ "kind", KEY_CHOICE, IN_SUITE(device.kind), .choices = device_kind_names },
	{ "path", KEY_TEXT, IN_SUITE(device_path) },
	{ "size", BYTES(device.size_bytes), .min = 16 * SUITE_MIB, .whole_mib = true },
	{ "latency", TIME(device.latency_ns), .max = 10 * SUITE_SECOND },
	{ "cache", BYTES(device.cache_bytes), .whole_mib = true },
	{ "bandwidth", BYTES(device.bandwidth_bytes_per_s), .whole_mib = true },
	{ .name = NULL },
};

static const struct suite_key machine_keys[] = {
	{ "cpus", KEY_UNSIGNED, IN_SUITE(cpus), .min = 1, .max = 256 },
	{ "cpu", KEY_TEXT, IN_SUITE(cpu) },
	{ "memory", BYTES(memory_bytes), .min = 256 * SUITE_MIB },
	{ .name = NULL },
};

static const struct suite_key limits_keys[] = {
	{ "virtual", TIME(limit_virtual_ns), .min = SUITE_SECOND, .max = 24 * 3600 * SUITE_SECOND },
	{ "wall", TIME(limit_wall_ns), .min = SUITE_SECOND, .max = 24 * 3600 * SUITE_SECOND },
	{ .name = NULL },
};

static const struct suite_key guard_keys[] = {
	{ "control", KEY_WORDS, IN_SUITE(guard.control) },
	{ "least", KEY_NUM, NUM_COUNT, IN_SUITE(guard.least), .min = 1, .max = 1000000000000 },
	{ .name = NULL },
};

static const struct suite_key mount_keys[] = {
	{ "fs", KEY_TEXT, .offset = offsetof(struct suite_mount, fs) },
	{ "mkfs", KEY_ARGS, .offset = offsetof(struct suite_mount, mkfs), .empty_ok = true },
	{ "options", KEY_TEXT, .offset = offsetof(struct suite_mount, options), .empty_ok = true },
	{ .name = NULL },
};
/* clang-format on */

/* --- [suite] ------------------------------------------------------------------------- */

/* A number of blocks from the command line, 0: none, over the file's. */
static void override_blocks(struct suite_reader *r, unsigned blocks, const char *what, unsigned *to)
{
	if (blocks > SUITE_BLOCKS_MAX)
		suite_mistake(r, 0, "%u %s asked for: %d is the most", blocks, what,
			      SUITE_BLOCKS_MAX);
	else if (blocks)
		*to = blocks;
}

/* The command line adds passes to the file's; every suite has PASS_THROUGHPUT. */
static void finish_passes(struct suite_reader *r)
{
	r->s->passes |= 1u << PASS_THROUGHPUT;
	for (size_t i = 0; i < r->o->nr_passes; i++) {
		int pass = suite_choose(r, 0, SUITE_LIST("pass", pass_names, SIZE_MAX),
					r->o->passes[i]);

		if (pass >= 0)
			r->s->passes |= 1u << pass;
	}
}

static void finish_suite(struct suite_reader *r)
{
	struct suite *s = r->s;
	const char *base = strrchr(s->path, '/') ? strrchr(s->path, '/') + 1 : s->path;
	const struct ini_section *sec = ini_find(r->ini, "suite");
	size_t len = strlen(base);
	int mode;

	if (!s->name)
		s->name =
			xstrndup(base, len > 4 && !strcmp(base + len - 4, ".ini") ? len - 4 : len);
	suite_name_ok(r, sec ? suite_line(sec, "name") : 0, "suite", s->name);
	override_blocks(r, r->o->blocks, "blocks", &s->blocks);
	override_blocks(r, r->o->watch_blocks, "watched blocks", &s->watch_blocks);
	if (r->o->mode) {
		mode = suite_choose(r, 0, SUITE_LIST("mode", mode_names, SIZE_MAX), r->o->mode);
		if (mode >= 0)
			s->mode = (enum mode)mode;
	}
	finish_passes(r);
}

/* --- [device], [limits] -------------------------------------------------------------- */

/* The host's own device has no properties but a size, and only null_blk has a virtual clock. */
static void finish_device(struct suite_reader *r)
{
	static const char *const own[] = { "latency", "cache", "bandwidth", NULL };
	const struct ini_section *sec = ini_find(r->ini, "device");
	struct suite_device *d = &r->s->device;
	const char *kind = device_kind_names[d->kind];

	if (!devices[d->kind].host_timed) {
		if (r->s->device_path)
			suite_mistake(r, suite_line(sec, "path"),
				      "path: null_blk is in the guest's memory: say kind = virtio, "
				      "or remove it");
		return;
	}
	for (const char *const *name = own; *name; name++)
		if (ini_get(sec, *name))
			suite_mistake(r, suite_line(sec, *name),
				      "%s: only null_blk has it, not kind = %s: remove the line",
				      *name, kind);
	if (r->s->device_path && r->s->device_path[0] != '/')
		suite_mistake(r, suite_line(sec, "path"),
			      "path: %s does not begin with /: give the device's full path",
			      r->s->device_path);
	if (r->s->mode == MODE_EXACT)
		suite_mistake(r, suite_line(sec, "kind"),
			      "kind = %s completes on the host's clock: say kind = null_blk, or "
			      "mode = tcg",
			      kind);
	*d = (struct suite_device){ .kind = d->kind,
				    .size_bytes = r->s->device_path ? 0 : d->size_bytes };
}

static void finish_limits(struct suite_reader *r)
{
	const struct ini_section *sec = ini_find(r->ini, "limits");

	r->s->limit_wall_said = sec && ini_get(sec, "wall");
}

/* --- [margins], [guard] --------------------------------------------------------------- */

/* One key a metric. */
static void read_margins(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	static const struct suite_key row = {
		.kind = KEY_NUM, .num = NUM_PCT, .min = 1, .max = MARGIN_MAX
	};

	(void)name;
	for (size_t i = 0; i < sec->nr_keys; i++) {
		const struct ini_key *k = &sec->keys[i];
		uint64_t margin = 0;

		/* The path is no metric of the work, but judged as one (profile.h). */
		if (!strcmp(k->name, METRIC_PATH) ||
		    suite_choose(r, k->line, SUITE_LIST("key", metrics, SIZE_MAX), k->name) >= 0)
			suite_read_value(r, k, &row, &margin);
		if (margin)
			*SUITE_GROW(r->s->margins, r->s->nr_margins) =
				(struct suite_margin){ xstrdup(k->name), margin };
	}
}

static void finish_guard(struct suite_reader *r)
{
	const struct ini_section *sec = ini_find(r->ini, "guard");
	const struct strv *control = &r->s->guard.control;

	r->s->guard.there = sec;
	for (size_t i = 0; i < control->n; i++)
		suite_choose(r, suite_line(sec, "control"),
			     SUITE_LIST("variant", r->s->variants, r->s->nr_variants),
			     control->v[i]);
}

/* --- [mount NAME] ---------------------------------------------------------------------- */

/* "a, b" becomes "a,b". */
static void take_options(struct suite_reader *r, struct suite_mount *m)
{
	/* With these nothing could be written, ext4 would have no journal, or mount(2) refuses. */
	static const char *const bad[] = { "ro",   "remount",    "bind",   "rbind",
					   "loop", "norecovery", "noload", NULL };
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;

	strv_split(&words, m->options ? m->options : "", " \t,");
	for (size_t i = 0; i < words.n; i++)
		buf_addf(&b, "%s%s", i ? "," : "", words.v[i]);
	for (size_t i = 0; bad[i]; i++)
		if (strv_find(&words, bad[i]) >= 0)
			suite_mistake(r, m->line,
				      "mount %s: option %s cannot be measured: remove it", m->name,
				      bad[i]);
	strv_release(&words);
	free(m->options);
	buf_str(&b);
	m->options = buf_detach(&b, NULL);
}

static void read_mount(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite_mount *m = SUITE_GROW(r->s->mounts, r->s->nr_mounts);
	struct strv argv = STRV_INIT;
	struct err sub = ERR_INIT;
	int fs;

	m->name = xstrdup(name);
	m->line = sec->line;
	suite_read_keys(r, sec, mount_keys, m);
	if (!m->fs)
		m->fs = xstrdup(fs_types[0].name);
	take_options(r, m);
	fs = suite_choose(r, m->line, SUITE_LIST("fs", fs_types, SIZE_MAX), m->fs);
	if (fs >= 0 && fs_type_mkfs(&fs_types[fs], &m->mkfs, "", "", &argv, &sub))
		suite_mistake_err(r, m->line, "mkfs", &sub);
	strv_release(&argv);
}

static void finish_mounts(struct suite_reader *r)
{
	char kind[] = "mount";
	const struct ini_section none = { .name = kind };

	if (!r->s->nr_mounts)
		read_mount(r, &none, "default");
}

/* In the order in which they are read: each may refer to those above it. Fixed keys are read into
 * the suite; finish is called once, whether there was such a section or not. */
/* clang-format off */
static const struct section_kind {
	const char *name;
	bool named; /* "[mount NAME]" */
	const struct suite_key *keys;
	void (*read)(struct suite_reader *r, const struct ini_section *sec, const char *name);
	void (*finish)(struct suite_reader *r);
} kinds[] = {
	{ "suite", .keys = suite_keys, .finish = finish_suite },
	{ "experiment", .keys = experiment_keys },
	{ "device", .keys = device_keys, .finish = finish_device },
	{ "machine", .keys = machine_keys },
	{ "limits", .keys = limits_keys, .finish = finish_limits },
	{ "margins", .read = read_margins },
	{ "kernel", true, .read = suite_read_kernel, .finish = suite_finish_kernels },
	{ "mount", true, .read = read_mount, .finish = finish_mounts },
	{ "variants", .read = suite_read_variants },
	{ "variant", true, .read = suite_read_variant, .finish = suite_finish_variants },
	{ "contrast", true, .read = suite_read_contrast, .finish = suite_finish_contrasts },
	{ "guard", .keys = guard_keys, .finish = finish_guard },
	{ "workload", true, .read = suite_read_workload, .finish = suite_finish_workloads },
};
/* clang-format on */
#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* "default" of "mount default", or "". */
static const char *name_of(const struct ini_section *sec)
{
	const char *rest = sec->name + strcspn(sec->name, " \t");

	return rest + strspn(rest, " \t");
}

/* Is the section's name there exactly if its kind has one, and not taken? */
static bool name_ok(struct suite_reader *r, size_t at, const struct section_kind *kind)
{
	const struct ini_section *sec = &r->ini->sections[at], *other;
	const char *name = name_of(sec);

	if (kind->named && !name[0])
		suite_mistake(r, sec->line, "[%s] has no name: say [%s NAME]", kind->name,
			      kind->name);
	else if (!kind->named && name[0])
		suite_mistake(r, sec->line, "[%s] takes no name: say [%s]", sec->name, kind->name);
	if (kind->named != (name[0] != '\0') ||
	    (kind->named && !suite_name_ok(r, sec->line, kind->name, name)))
		return false;
	for (other = r->ini->sections; other < sec; other++)
		if (suite_is_kind(other, kind->name) && !strcmp(name, name_of(other))) {
			suite_mistake(r, sec->line, "[%s] stands twice, first in line %u: keep one",
				      sec->name, other->line);
			return false;
		}
	return true;
}

void suite_read_sections(struct suite_reader *r)
{
	size_t n = r->ini->nr_sections;
	int *kind_of = xcalloc(n + 1, sizeof(*kind_of)); /* -1: not to be read */

	for (size_t i = 0; i < n; i++) {
		const struct ini_section *sec = &r->ini->sections[i];
		char *kind = xstrndup(sec->name, strcspn(sec->name, " \t"));

		kind_of[i] =
			suite_choose(r, sec->line, SUITE_LIST("section", kinds, NR_KINDS), kind);
		if (kind_of[i] >= 0 && !name_ok(r, i, &kinds[kind_of[i]]))
			kind_of[i] = -1;
		free(kind);
	}
	for (size_t k = 0; k < NR_KINDS; k++) {
		for (size_t i = 0; i < n; i++)
			if (kind_of[i] == (int)k && kinds[k].keys)
				suite_read_keys(r, &r->ini->sections[i], kinds[k].keys, r->s);
			else if (kind_of[i] == (int)k)
				kinds[k].read(r, &r->ini->sections[i],
					      name_of(&r->ini->sections[i]));
		if (kinds[k].finish)
			kinds[k].finish(r);
	}
	free(kind_of);
}
