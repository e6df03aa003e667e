/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c: from sysfs (Documentation/ABI/testing/sysfs-devices-system-cpu), /proc/stat, and
 * CPUID leaf 0x40000000, by which hypervisors name themselves.
 */
#include "runners/host/machine.h"

#include <errno.h>
#include <glob.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/symbols.h"
#include "runners/cell/cell.h"

#define CPU "/sys/devices/system/cpu/"
#define NT_GNU_BUILD_ID_TYPE 3
#define CPUID_FEATURES 1
#define CPUID_HYPERVISOR_BIT (1u << 31)
#define CPUID_HYPERVISOR_NAME 0x40000000u

/* A switch of the machine, and which of its values means yes. The first that is there counts. */
struct state_file {
	const char *path, *yes;
};

static const struct state_file turbo_files[] = {
	{ CPU "intel_pstate/no_turbo", "0" },
	{ CPU "cpufreq/boost", "1" },
	{ NULL, NULL },
};

static const struct state_file smt_files[] = {
	{ CPU "smt/active", "1" },
	{ NULL, NULL },
};

static enum answer ask(const char *root, const struct state_file *f)
{
	for (; f->path; f++) {
		char *path = xasprintf("%s%s", root, f->path);
		char *line = fs_read_line(path);
		enum answer a = line && !strcmp(line, f->yes) ? ANSWER_YES : ANSWER_NO;
		bool there = line != NULL;

		free(line);
		free(path);
		if (there)
			return a;
	}
	return ANSWER_UNKNOWN;
}

static char *read_governors(const char *root)
{
	char *pattern = xasprintf("%s" CPU "cpufreq/policy*/scaling_governor", root);
	struct strv seen = STRV_INIT;
	struct buf all = BUF_INIT;
	glob_t found = { 0 };

	buf_init(&all);
	glob(pattern, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *line = fs_read_line(found.gl_pathv[i]);

		if (line && strv_find(&seen, line) < 0) {
			strv_add(&seen, line);
			buf_addf(&all, "%s%s", all.len ? "," : "", line);
		}
		free(line);
	}
	globfree(&found);
	strv_release(&seen);
	free(pattern);
	return buf_detach(&all, NULL);
}

static unsigned count_nodes(const char *root)
{
	char *pattern = xasprintf("%s/sys/devices/system/node/node[0-9]*", root);
	glob_t found = { 0 };
	size_t n = glob(pattern, GLOB_ONLYDIR, NULL, &found) ? 0 : found.gl_pathc;

	globfree(&found);
	free(pattern);
	return n ? (unsigned)n : 1;
}

static char *hypervisor_name(void)
{
#if defined(__x86_64__)
	unsigned a, b, c, d;
	char name[13] = "";

	if (!__get_cpuid(CPUID_FEATURES, &a, &b, &c, &d) || !(c & CPUID_HYPERVISOR_BIT))
		return xstrdup("");
	__cpuid(CPUID_HYPERVISOR_NAME, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	for (char *p = name; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return xstrdup(*name ? name : "unnamed");
#else
	return xstrdup("");
#endif
}

static double steal_since_boot(const char *root)
{
	struct cpu_time t;
	uint64_t all = 0;

	if (cpu_time_read(root, &t, NULL))
		return -1;
	for (size_t i = 1; i < CPU_TIME_FIELDS; i++)
		all += t.ticks[i];
	return all ? (double)t.ticks[CPU_TIME_STEAL] * 100 / (double)all : -1;
}

void machine_read(struct machine *m, const char *root)
{
	*m = (struct machine){
		.governors = read_governors(root),
		.turbo = ask(root, turbo_files),
		.smt = ask(root, smt_files),
		.numa_nodes = count_nodes(root),
		.hypervisor = hypervisor_name(),
		.steal_pct = steal_since_boot(root),
	};
}

static json_t *answer_json(enum answer a)
{
	return a == ANSWER_UNKNOWN ? json_null() : json_boolean(a == ANSWER_YES);
}

json_t *machine_json(const struct machine *m)
{
	return json_pack("{s:s, s:o, s:o, s:i, s:s, s:o}", "governor", m->governors, "turbo",
			 answer_json(m->turbo), "smt", answer_json(m->smt), "numa_nodes",
			 (int)m->numa_nodes, "hypervisor", m->hypervisor, "steal_since_boot_pct",
			 m->steal_pct < 0 ? json_null() : json_real(m->steal_pct));
}

void machine_release(struct machine *m)
{
	free(m->governors);
	free(m->hypervisor);
	*m = (struct machine){ 0 };
}

/* --- settings ----------------------------------------------------------------------- */

static const struct setting {
	const char *files; /* below sys, a pattern */
	const char *want;
	const char *choices; /* beside the file: the values it knows */
	const char *what;    /* for notes */
} settings[] = {
	{ "devices/system/cpu/cpufreq/policy*/scaling_governor", "performance",
	  "scaling_available_governors", "CPU frequency governor" },
};

/* Does the list beside path hold the value wanted? */
static bool has_choice(const struct setting *s, const char *path)
{
	char *list_path = xasprintf("%.*s/%s", (int)(strrchr(path, '/') - path), path, s->choices);
	char *list = fs_read_line(list_path);
	struct strv words = STRV_INIT;
	bool has;

	strv_split(&words, list ? list : "", " ");
	has = strv_find(&words, s->want) >= 0;
	strv_release(&words);
	free(list);
	free(list_path);
	return has;
}

/* The value is read back: a driver may take a write and do nothing. */
static int change(const struct setting *s, const char *path, struct undo *u, struct strv *notes,
		  struct err *e)
{
	char *old = fs_read_line(path), *now = NULL;
	int ret = 0;

	if (!old || !has_choice(s, path)) {
		strv_addf(notes, "%s: %s does not know \"%s\" and stays %s", s->what, path, s->want,
			  old ? old : "as it is");
	} else if (strcmp(old, s->want)) {
		ret = undo_sysfs(u, path, s->want, e);
		if (!ret)
			ret = fs_write_text(path, s->want, e);
		now = ret ? NULL : fs_read_line(path);
		if (!ret && (!now || strcmp(now, s->want)))
			ret = err_add(e, EIO, "%s took \"%s\" and says \"%s\"", path, s->want,
				      now ? now : "nothing");
	}
	free(now);
	free(old);
	return ret;
}

int machine_quiet(const char *sys, struct undo *u, struct strv *notes, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && !ret; i++) {
		char *pattern = xasprintf("%s/%s", sys, settings[i].files);
		glob_t found = { 0 };

		if (glob(pattern, 0, NULL, &found))
			strv_addf(notes, "%s: this machine has none to set", settings[i].what);
		for (size_t k = 0; k < found.gl_pathc && !ret; k++)
			ret = change(&settings[i], found.gl_pathv[k], u, notes, e);
		globfree(&found);
		free(pattern);
	}
	return ret;
}

/* --- the kernel that runs -------------------------------------------------------------- */

void running_kernel_read(struct running_kernel *r)
{
	struct buf notes = BUF_INIT;
	struct elf_span id = { NULL, 0 };

	uname(&r->name);
	if (!fs_read("/sys/kernel/notes", 65536, &notes, NULL))
		id = elf_find_note((struct elf_span){ (const uint8_t *)buf_str(&notes), notes.len },
				   "GNU", NT_GNU_BUILD_ID_TYPE);
	hex_format(r->build_id, sizeof(r->build_id), id.data, id.len);
	buf_release(&notes);
}

bool running_kernel_is(const struct running_kernel *r, const char *release, const char *version,
		       const char *build_id)
{
	if (*r->build_id && *build_id)
		return !strcmp(r->build_id, build_id);
	/* Two builds can share a release, and hardly ever both. */
	return !strcmp(r->name.release, release) && !strcmp(r->name.version, version);
}

/* The hash of the text, which does not depend on how it was compressed. NULL: there is none. */
static char *config_sha256(void)
{
	struct buf packed = BUF_INIT, text = BUF_INIT;
	char *sha = NULL;

	if (!fs_read("/proc/config.gz", 16 << 20, &packed, NULL) &&
	    !fs_decompress(packed.data, packed.len, &text, NULL)) {
		sha = xcalloc(1, SHA256_HEX);
		sha256_hex(text.data, text.len, sha);
	}
	buf_release(&packed);
	buf_release(&text);
	return sha;
}

json_t *running_json(void)
{
	char *version = fs_read_line("/proc/version"), *cmdline = fs_read_line("/proc/cmdline");
	char *config = config_sha256();
	struct running_kernel k;
	json_t *j;

	running_kernel_read(&k);
	j = json_pack("{s:s, s:s?, s:s*, s:s?, s:s*}", "release", k.name.release, "version",
		      version, "build_id", k.build_id[0] ? k.build_id : NULL, "cmdline", cmdline,
		      "config_sha256", config);
	free(version);
	free(cmdline);
	free(config);
	return j;
}

bool running_same(const json_t *running, const json_t *noted)
{
	static const char *const keys[] = { "version", "build_id", "config_sha256" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const json_t *a = json_object_get(running, keys[i]);
		const json_t *b = json_object_get(noted, keys[i]);

		if (a && b && !json_equal(a, b))
			return false;
	}
	return true;
}
