/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_sections.c: the kinds of sections of a suite in one table, and those whose keys are fixed:
 * what each key may be, what is checked of them together, and the defaults.
 */
#include <stdlib.h>
#include <string.h>

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

/* The command line adds passes to the file's; a suite cannot do without PASS_THROUGHPUT. */
static void finish_passes(struct suite_reader *r, const struct ini_section *sec)
{
	const struct ini_key *k = suite_get(r, sec, "passes");
	struct suite *s = r->s;

	if (k && s->passes && !(s->passes >> PASS_THROUGHPUT & 1))
		suite_mistake(r, k->line,
			      "passes: %s must be among them: the others are held against it",
			      pass_names[PASS_THROUGHPUT]);
	for (size_t i = 0; i < r->o->nr_passes; i++) {
		int pass = suite_choose(r, 0, SUITE_LIST("pass", pass_names, SIZE_MAX),
					r->o->passes[i]);

		if (pass >= 0)
			s->passes |= 1u << pass;
	}
}

static void finish_suite(struct suite_reader *r)
{
	struct suite *s = r->s;
	const char *base = strrchr(s->path, '/') ? strrchr(s->path, '/') + 1 : s->path;
	const struct ini_section *sec = ini_find(r->ini, "suite");
	const struct ini_key *name = suite_get(r, sec, "name");
	size_t len = strlen(base);
	int mode;

	if (!s->name)
		s->name =
			xstrndup(base, len > 4 && !strcmp(base + len - 4, ".ini") ? len - 4 : len);
	suite_name_ok(r, name ? name->line : 0, "suite", s->name);
	override_blocks(r, r->o->blocks, "blocks", &s->blocks);
	override_blocks(r, r->o->watch_blocks, "watched blocks", &s->watch_blocks);
	if (r->o->mode) {
		mode = suite_choose(r, 0, SUITE_LIST("mode", mode_names, SIZE_MAX), r->o->mode);
		if (mode >= 0)
			s->mode = (enum mode)mode;
	}
	finish_passes(r, sec);
}

/* --- [device], [limits] -------------------------------------------------------------- */

/* The guest's null_blk has no path; the host's own device has nothing but one or a size. */
static void check_host_device(struct suite_reader *r, const struct ini_section *sec)
{
	static const char *const own[] = { "latency", "cache", "bandwidth", NULL };
	const char *kind = device_kind_names[r->s->device.kind];
	const struct ini_key *path = suite_get(r, sec, "path"), *size = suite_get(r, sec, "size");

	for (const char *const *name = own; *name; name++)
		if (suite_get(r, sec, *name))
			suite_mistake(r, suite_line(r, sec, *name),
				      "%s: only null_blk can be given one, not kind = %s: remove "
				      "the line",
				      *name, kind);
	if (path && path->value[0] != '/')
		suite_mistake(r, path->line,
			      "path: %s does not begin with /: give the device's full path",
			      path->value);
	if (path && size)
		suite_mistake(r, size->line, "size: %s has a size of its own: remove the line",
			      path->value);
	if (r->s->mode == MODE_EXACT)
		suite_mistake(r, suite_line(r, sec, "kind"),
			      "kind = %s completes on the host's clock: say kind = null_blk, or "
			      "mode = tcg",
			      kind);
}

static void finish_device(struct suite_reader *r)
{
	const struct ini_section *sec = ini_find(r->ini, "device");
	const struct ini_key *path = suite_get(r, sec, "path");
	struct suite_device *d = &r->s->device;

	if (devices[d->kind].host_timed) {
		check_host_device(r, sec);
		*d = (struct suite_device){ .kind = d->kind,
					    .size_bytes = r->s->device_path ? 0 : d->size_bytes };
	} else if (path) {
		suite_mistake(
			r, path->line,
			"path: null_blk is in the guest's memory: say kind = virtio, or remove it");
	}
}

static void finish_limits(struct suite_reader *r)
{
	r->s->limit_wall_said = suite_get(r, ini_find(r->ini, "limits"), "wall");
}

/* --- [margins], [guard] --------------------------------------------------------------- */

/* One key a metric. */
static void read_margins(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite_key *rows;
	uint64_t *margins;
	size_t n = 0;

	(void)name;
	while (metrics[n].name)
		n++;
	rows = xcalloc(n + 1, sizeof(*rows));
	margins = xcalloc(n, sizeof(*margins));
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct suite_key){ metrics[i].name, KEY_NUM,
					      NUM_PCT,         .offset = i * sizeof(*margins),
					      .min = 1,        .max = MARGIN_MAX };
	suite_read_keys(r, sec, rows, margins);
	for (size_t i = 0; i < n; i++)
		if (margins[i])
			*SUITE_GROW(r->s->margins, r->s->nr_margins) =
				(struct suite_margin){ xstrdup(metrics[i].name), margins[i] };
	free(rows);
	free(margins);
}

static void finish_guard(struct suite_reader *r)
{
	const struct ini_section *sec = ini_find(r->ini, "guard");
	const struct strv *control = &r->s->guard.control;

	r->s->guard.there = sec;
	for (size_t i = 0; i < control->n; i++)
		suite_choose(r, suite_line(r, sec, "control"),
			     SUITE_LIST("variant", r->s->variants, r->s->nr_variants),
			     control->v[i]);
}

/* --- [mount NAME] ---------------------------------------------------------------------- */

static void check_options(struct suite_reader *r, struct suite_mount *m)
{
	/* With these nothing could be written, or something else would be mounted. */
	static const char *const bad[] = { "ro",   "remount",    "bind",   "rbind",
					   "loop", "norecovery", "noload", NULL };
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;

	strv_split(&words, m->options ? m->options : "", " \t,");
	for (size_t i = 0; i < words.n; i++) {
		buf_addf(&b, "%s%s", i ? "," : "", words.v[i]);
		for (size_t k = 0; bad[k]; k++)
			if (!strcmp(bad[k], words.v[i]))
				suite_mistake(r, m->line,
					      "mount %s: option %s cannot be measured: remove it",
					      m->name, bad[k]);
	}
	free(m->options);
	buf_str(&b);
	m->options = buf_detach(&b, NULL);
	strv_release(&words);
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
	check_options(r, m);
	fs = suite_choose(r, m->line, SUITE_LIST("fs", fs_types, SIZE_MAX), m->fs);
	if (fs >= 0 && fs_type_mkfs(&fs_types[fs], &m->mkfs, "", "", &argv, &sub))
		suite_mistake_err(r, m->line, "mkfs", &sub);
	strv_release(&argv);
}

static void drop_mount(struct suite *s)
{
	suite_mount_release(&s->mounts[--s->nr_mounts]);
}

static void finish_mounts(struct suite_reader *r)
{
	char kind[] = "mount";
	const struct ini_section none = { .name = kind };

	if (!r->s->nr_mounts)
		read_mount(r, &none, "default");
}

/* --- all of them ------------------------------------------------------------------------ */

/*
 * In the order in which they are read: each may refer to those above it. Fixed keys are read
 * into the suite; finish is called once, whether there was such a section or not.
 */
/* clang-format off */
static const struct section_kind {
	const char *name;
	bool named; /* "[mount NAME]" */
	const struct suite_key *keys;
	void (*read)(struct suite_reader *r, const struct ini_section *sec, const char *name);
	void (*finish)(struct suite_reader *r);
	void (*drop)(struct suite *s); /* the last one; NULL: it has no two sizes to be checked */
} kinds[] = {
	{ "suite", .keys = suite_keys, .finish = finish_suite },
	{ "experiment", .keys = experiment_keys },
	{ "device", .keys = device_keys, .finish = finish_device },
	{ "machine", .keys = machine_keys },
	{ "limits", .keys = limits_keys, .finish = finish_limits },
	{ "margins", .read = read_margins },
	{ "kernel", true, .read = suite_read_kernel, .finish = suite_finish_kernels },
	{ "mount", true, NULL, read_mount, finish_mounts, drop_mount },
	{ "variants", .read = suite_read_variants },
	{ "variant", true, .read = suite_read_variant, .finish = suite_finish_variants },
	{ "contrast", true, .read = suite_read_contrast, .finish = suite_finish_contrasts },
	{ "guard", .keys = guard_keys, .finish = finish_guard },
	{ "workload", true, NULL, suite_read_workload, suite_finish_workloads,
	  suite_drop_workload },
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

static void read_section(struct suite_reader *r, const struct section_kind *kind,
			 const struct ini_section *sec)
{
	unsigned before = r->mistakes;

	if (kind->keys) {
		suite_read_keys(r, sec, kind->keys, r->s);
		return;
	}
	kind->read(r, sec, name_of(sec));
	if (!kind->drop || r->mistakes != before || !suite_two_sizes(sec))
		return;
	/* The size that was not asked for is checked, too. */
	r->s->unscaled = !r->s->unscaled;
	kind->read(r, sec, name_of(sec));
	kind->drop(r->s);
	r->s->unscaled = !r->s->unscaled;
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
			if (kind_of[i] == (int)k)
				read_section(r, &kinds[k], &r->ini->sections[i]);
		if (kinds[k].finish)
			kinds[k].finish(r);
	}
	free(kind_of);
}
