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
#define GOVERNORS CPU "cpufreq/policy*/scaling_governor"
#define WANTED "performance"
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

static glob_t glob_below(const char *root, const char *files)
{
	char *pattern = xasprintf("%s%s", root, files);
	glob_t found = { 0 };

	glob(pattern, 0, NULL, &found);
	free(pattern);
	return found;
}

/* Each once. */
static char *read_governors(const char *root)
{
	glob_t found = glob_below(root, GOVERNORS);
	struct buf all = BUF_INIT;

	buf_init(&all);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char *line = fs_read_line(found.gl_pathv[i]);

		if (line && !strstr(all.data, line))
			buf_addf(&all, "%s%s", all.len ? "," : "", line);
		free(line);
	}
	globfree(&found);
	return buf_detach(&all, NULL);
}

static unsigned count_nodes(const char *root)
{
	glob_t found = glob_below(root, "/sys/devices/system/node/node[0-9]*");
	size_t n = found.gl_pathc;

	globfree(&found);
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

/* --- the governor --------------------------------------------------------------------- */

static bool knows_wanted(const char *path)
{
	char *beside = xasprintf("%.*s/scaling_available_governors",
				 (int)(strrchr(path, '/') - path), path);
	char *list = fs_read_line(beside);
	bool knows = list && strstr(list, WANTED);

	free(list);
	free(beside);
	return knows;
}

/* The value is read back: a driver may take a write and do nothing. */
static int change(const char *path, struct undo *u, struct strv *notes, struct err *e)
{
	char *old = fs_read_line(path), *now = NULL;
	int ret = 0;

	if (!old || !knows_wanted(path)) {
		strv_addf(notes, "%s does not know \"" WANTED "\" and stays %s", path,
			  old ? old : "as it is");
	} else if (strcmp(old, WANTED)) {
		ret = undo_sysfs(u, path, WANTED, e);
		if (!ret)
			ret = fs_write_text(path, WANTED, e);
		now = ret ? NULL : fs_read_line(path);
		if (!ret && (!now || strcmp(now, WANTED)))
			ret = err_add(e, EIO, "%s took \"" WANTED "\" and says \"%s\"", path,
				      now ? now : "nothing");
	}
	free(now);
	free(old);
	return ret;
}

int machine_quiet(const char *root, struct undo *u, struct strv *notes, struct err *e)
{
	glob_t found = glob_below(root, GOVERNORS);
	int ret = 0;

	if (!found.gl_pathc)
		strv_add(notes, "this machine has no CPU frequency governor to set");
	for (size_t i = 0; i < found.gl_pathc && !ret; i++)
		ret = change(found.gl_pathv[i], u, notes, e);
	globfree(&found);
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

json_t *running_json(void)
{
	char *version = fs_read_line("/proc/version"), *cmdline = fs_read_line("/proc/cmdline");
	struct running_kernel k;
	json_t *j;

	running_kernel_read(&k);
	j = json_pack("{s:s, s:s?, s:s*, s:s?}", "release", k.name.release, "version", version,
		      "build_id", k.build_id[0] ? k.build_id : NULL, "cmdline", cmdline);
	free(version);
	free(cmdline);
	return j;
}

bool running_same(const json_t *running, const json_t *noted)
{
	static const char *const keys[] = { "version", "build_id" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const json_t *a = json_object_get(running, keys[i]);
		const json_t *b = json_object_get(noted, keys[i]);

		if (a && b && !json_equal(a, b))
			return false;
	}
	return true;
}
