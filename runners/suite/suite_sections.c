/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_sections.c: the sections of a suite whose keys are fixed: suite,
 * device, machine, limits, mount and experiment, one table of keys each, with
 * what stands in where the file says nothing. Kernels are suite_kernels.c's.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/tables/device.h"
#include "runners/suite/suite_read.h"

#define SECOND 1000000000ull
#define MIB (1ull << 20)

#define IN_SUITE(member) offsetof(struct suite, member)

/* clang-format off */
static const struct suite_key suite_keys[] = {
	{ .name = "name", .kind = KEY_TEXT, .offset = IN_SUITE(name) },
	{ .name = "about", .kind = KEY_TEXT, .offset = IN_SUITE(about), .empty_ok = true },
	{ .name = "blocks", .kind = KEY_UNSIGNED, .offset = IN_SUITE(blocks), .min = 1,
	  .max = SUITE_BLOCKS_MAX },
	{ .name = "seed", .kind = KEY_NUM, .num = NUM_COUNT, .offset = IN_SUITE(seed),
	  .max = SUITE_SEED_MAX },
	{ .name = "mode", .kind = KEY_CHOICE, .offset = IN_SUITE(mode), .choices = mode_names },
	{ .name = "passes", .kind = KEY_SET, .offset = IN_SUITE(passes), .choices = pass_names },
	{ .name = "watch_blocks", .kind = KEY_UNSIGNED, .offset = IN_SUITE(watch_blocks), .min = 1,
	  .max = SUITE_BLOCKS_MAX },
	{ .name = "raw_budget", .kind = KEY_NUM, .num = NUM_BYTES,
	  .offset = IN_SUITE(raw_budget_bytes), .max = 1024 * 1024 * MIB },
	{ .name = NULL },
};
/* clang-format on */

/* clang-format off */
static const struct suite_key device_keys[] = {
	{ .name = "kind", .kind = KEY_CHOICE, .offset = IN_SUITE(device.kind),
	  .choices = device_kind_names },
	{ .name = "path", .kind = KEY_TEXT, .offset = IN_SUITE(device_path) },
	{ .name = "size", .kind = KEY_NUM, .num = NUM_BYTES, .offset = IN_SUITE(device.size_bytes),
	  .min = 16 * MIB, .max = 1024 * 1024 * MIB },
	{ .name = "latency", .kind = KEY_NUM, .num = NUM_NS, .offset = IN_SUITE(device.latency_ns),
	  .max = 10 * SECOND },
	{ .name = "cache", .kind = KEY_NUM, .num = NUM_BYTES,
	  .offset = IN_SUITE(device.cache_bytes), .max = 1024 * 1024 * MIB },
	{ .name = "bandwidth", .kind = KEY_NUM, .num = NUM_BYTES,
	  .offset = IN_SUITE(device.bandwidth_bytes_per_s), .max = 1024 * 1024 * MIB },
	{ .name = NULL },
};
/* clang-format on */

/* clang-format off */
static const struct suite_key machine_keys[] = {
	{ .name = "cpus", .kind = KEY_UNSIGNED, .offset = IN_SUITE(cpus), .min = 1, .max = 256 },
	{ .name = "memory", .kind = KEY_NUM, .num = NUM_BYTES, .offset = IN_SUITE(memory_bytes),
	  .min = 256 * MIB, .max = 1024 * 1024 * MIB },
	{ .name = NULL },
};
/* clang-format on */

/* clang-format off */
static const struct suite_key limits_keys[] = {
	{ .name = "virtual", .kind = KEY_NUM, .num = NUM_NS, .offset = IN_SUITE(limit_virtual_ns),
	  .min = SECOND, .max = 24 * 3600 * SECOND },
	{ .name = "wall", .kind = KEY_NUM, .num = NUM_NS, .offset = IN_SUITE(limit_wall_ns),
	  .min = SECOND, .max = 24 * 3600 * SECOND },
	{ .name = NULL },
};
/* clang-format on */

static const struct suite_key experiment_keys[] = {
	{ .name = "question", .kind = KEY_TEXT, .offset = IN_SUITE(experiment.question) },
	{ .name = "work", .kind = KEY_TEXT, .offset = IN_SUITE(experiment.work) },
	{ .name = "published", .kind = KEY_TEXT, .offset = IN_SUITE(experiment.published) },
	{ .name = NULL },
};

/* clang-format off */
static const struct suite_key mount_keys[] = {
	{ .name = "fs", .kind = KEY_TEXT, .offset = offsetof(struct suite_mount, fs) },
	{ .name = "mkfs", .kind = KEY_ARGS, .offset = offsetof(struct suite_mount, mkfs),
	  .empty_ok = true },
	{ .name = "options", .kind = KEY_TEXT, .offset = offsetof(struct suite_mount, options),
	  .empty_ok = true },
	{ .name = NULL },
};
/* clang-format on */

/* Mount options with which nothing could be written, or something else would be mounted. */
static const char *const bad_options[] = { "ro",   "remount",    "bind",   "rbind",
					   "loop", "norecovery", "noload", NULL };

void suite_read_suite(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	(void)name;
	suite_read_keys(r, sec, suite_keys, r->s);
}

static void override_mode(struct suite_reader *r, const char *mode)
{
	for (unsigned i = 0; mode_names[i]; i++) {
		if (!strcmp(mode_names[i], mode)) {
			r->s->mode = i;
			return;
		}
	}
	suite_mistake_unknown(r, 0, "mode", mode, mode_names);
}

/* The command line adds passes to the file's; watching ones alone have nothing to explain. */
static void finish_passes(struct suite_reader *r, const struct ini_section *sec)
{
	const struct ini_key *k = sec ? ini_get(sec, "passes") : NULL;
	struct suite *s = r->s;

	if (k && s->passes && !(s->passes >> PASS_THROUGHPUT & 1))
		suite_mistake(
			r, k->line,
			"passes: %s must be among them: what the others see is held against it",
			pass_names[PASS_THROUGHPUT]);
	for (size_t i = 0; r->o && i < r->o->nr_passes; i++) {
		unsigned pass = 0;

		while (pass_names[pass] && strcmp(pass_names[pass], r->o->passes[i]))
			pass++;
		if (pass_names[pass])
			s->passes |= 1u << pass;
		else
			suite_mistake_unknown(r, 0, "pass", r->o->passes[i], pass_names);
	}
	if (r->o && r->o->watch_blocks > SUITE_BLOCKS_MAX)
		suite_mistake(r, 0, "%u watched blocks asked for: %d is the most",
			      r->o->watch_blocks, SUITE_BLOCKS_MAX);
	else if (r->o && r->o->watch_blocks)
		s->watch_blocks = r->o->watch_blocks;
}

void suite_finish_suite(struct suite_reader *r)
{
	struct suite *s = r->s;
	const char *base = strrchr(s->path, '/') ? strrchr(s->path, '/') + 1 : s->path;
	const struct ini_section *sec = ini_find(r->ini, "suite");
	const struct ini_key *name = sec ? ini_get(sec, "name") : NULL;
	size_t len = strlen(base);

	if (!s->name)
		s->name =
			xstrndup(base, len > 4 && !strcmp(base + len - 4, ".ini") ? len - 4 : len);
	suite_name_ok(r, name ? name->line : 0, "suite", s->name);
	if (r->o && r->o->blocks > SUITE_BLOCKS_MAX)
		suite_mistake(r, 0, "%u blocks asked for: %d is the most", r->o->blocks,
			      SUITE_BLOCKS_MAX);
	else if (r->o && r->o->blocks)
		s->blocks = r->o->blocks;
	if (r->o && r->o->mode)
		override_mode(r, r->o->mode);
	finish_passes(r, sec);
}

void suite_read_device(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	(void)name;
	suite_read_keys(r, sec, device_keys, r->s);
}

/* Keys that do not go with the kind of device, and kinds that do not go with the mode. */
static void check_device(struct suite_reader *r, const struct ini_section *sec)
{
	static const char *const own[] = { "latency", "cache", "bandwidth", NULL };
	const char *kind = device_kind_names[r->s->device.kind];
	const struct ini_key *path = ini_get(sec, "path"), *size = ini_get(sec, "size");
	const struct ini_key *k = ini_get(sec, "kind");

	if (!devices[r->s->device.kind].host_timed) {
		if (path)
			suite_mistake(r, path->line,
				      "path: null_blk is in the guest's memory: say kind = virtio "
				      "or nvme, or remove it");
		return;
	}
	for (const char *const *name = own; *name; name++)
		if (ini_get(sec, *name))
			suite_mistake(r, ini_get(sec, *name)->line,
				      "%s: only null_blk can be given one; with kind = %s it is "
				      "the host's own: remove the line",
				      *name, kind);
	if (path && path->value[0] != '/')
		suite_mistake(
			r, path->line,
			"path: %s does not begin with /: what is to be formatted is named in full",
			path->value);
	if (path && size)
		suite_mistake(r, size->line, "size: %s has a size of its own: remove the line",
			      path->value);
	if (r->s->mode == MODE_EXACT)
		suite_mistake(r, k->line,
			      "kind = %s completes on the host's clock, which breaks exactness: "
			      "say kind = null_blk, or mode = tcg or kvm",
			      kind);
}

static void finish_kind(struct suite *s)
{
	if (!devices[s->device.kind].host_timed)
		return;
	s->device =
		(struct suite_device){ .kind = s->device.kind,
				       .size_bytes = s->device_path ? 0 : s->device.size_bytes };
}

/* null_blk takes its sizes in MiB. */
void suite_finish_device(struct suite_reader *r)
{
	const struct ini_section *sec = ini_find(r->ini, "device");

	if (sec)
		check_device(r, sec);
	finish_kind(r->s);
	for (const struct suite_key *row = device_keys; sec && row->name; row++) {
		const struct ini_key *k = ini_get(sec, row->name);
		uint64_t v;

		if (!k || row->num != NUM_BYTES || num_parse(k->value, NUM_BYTES, &v, NULL))
			continue;
		if (v % MIB)
			suite_mistake(r, k->line, "%s: %s is not a whole number of MiB: say %lluM",
				      k->name, k->value, (unsigned long long)(v / MIB + 1));
	}
}

void suite_read_machine(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	(void)name;
	suite_read_keys(r, sec, machine_keys, r->s);
}

void suite_read_limits(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	(void)name;
	suite_read_keys(r, sec, limits_keys, r->s);
	r->s->limit_wall_said |= ini_get(sec, "wall") != NULL;
}

void suite_read_experiment(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	(void)name;
	suite_read_keys(r, sec, experiment_keys, r->s);
}

static void check_options(struct suite_reader *r, struct suite_mount *m)
{
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;

	strv_split(&words, m->options, " \t,");
	for (size_t i = 0; i < words.n; i++) {
		buf_addf(&b, "%s%s", i ? "," : "", words.v[i]);
		for (const char *const *bad = bad_options; *bad; bad++)
			if (!strcmp(*bad, words.v[i]))
				suite_mistake(r, m->line,
					      "mount %s: option %s cannot be measured: remove it",
					      m->name, *bad);
	}
	free(m->options);
	m->options = xstrdup(buf_str(&b));
	buf_release(&b);
	strv_release(&words);
}

static void check_mkfs(struct suite_reader *r, const struct suite_mount *m, const struct fs_type *t)
{
	struct strv argv = STRV_INIT;
	struct err sub = ERR_INIT;

	if (fs_type_mkfs(t, &m->mkfs, "", "", &argv, &sub))
		suite_mistake_err(r, m->line, "mkfs", &sub);
	strv_release(&argv);
}

static void finish_mount(struct suite_reader *r, struct suite_mount *m)
{
	struct strv known = STRV_INIT;
	const struct fs_type *t;

	if (!m->fs)
		m->fs = xstrdup(fs_types[0].name);
	if (!m->options)
		m->options = xstrdup("");
	check_options(r, m);
	t = fs_type_find(m->fs);
	if (t) {
		check_mkfs(r, m, t);
		return;
	}
	for (t = fs_types; t->name; t++)
		strv_add(&known, t->name);
	suite_mistake_unknown(r, m->line, "fs", m->fs, (const char *const *)known.v);
	strv_release(&known);
}

void suite_read_mount(struct suite_reader *r, const struct ini_section *sec, const char *name)
{
	struct suite_mount *m = SUITE_GROW(r->s->mounts, r->s->nr_mounts);

	m->name = xstrdup(name);
	m->line = sec->line;
	suite_read_keys(r, sec, mount_keys, m);
	finish_mount(r, m);
}

void suite_finish_mounts(struct suite_reader *r)
{
	struct suite_mount *m;

	if (r->s->nr_mounts)
		return;
	m = SUITE_GROW(r->s->mounts, r->s->nr_mounts);
	m->name = xstrdup("default");
	finish_mount(r, m);
}
