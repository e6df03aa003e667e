/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c: see machine.h. From sysfs (Documentation/ABI/testing/sysfs-devices-system-cpu),
 * /proc/stat, and CPUID leaf 0x40000000, by which hypervisors name themselves.
 */
#include "runners/host/machine.h"

#include <glob.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/elf.h"

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

/* "cpu user nice system idle iowait irq softirq steal guest guest_nice"; guest is in user. */
static double steal_since_boot(const char *root)
{
	enum { STEAL = 8 };
	char *path = xasprintf("%s/proc/stat", root);
	char *line = fs_read_line(path);
	struct strv words = STRV_INIT;
	uint64_t v, all = 0, steal = 0;

	strv_split(&words, line ? line : "", " ");
	for (size_t i = 1; i <= STEAL && i < words.n; i++) {
		if (num_parse(words.v[i], NUM_COUNT, &v, NULL))
			break;
		all += v;
		steal = i == STEAL ? v : 0;
	}
	free(line);
	free(path);
	if (words.n <= STEAL || !all) {
		strv_release(&words);
		return -1;
	}
	strv_release(&words);
	return (double)steal * 100 / (double)all;
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

void running_kernel_read(struct running_kernel *r)
{
	struct buf notes = BUF_INIT;
	struct elf_span id = { NULL, 0 };
	struct utsname u;

	uname(&u);
	*r = (struct running_kernel){ .release = xstrdup(u.release),
				      .version = xstrdup(u.version) };
	if (!fs_read("/sys/kernel/notes", 65536, &notes, NULL))
		id = elf_find_note((struct elf_span){ (const uint8_t *)buf_str(&notes), notes.len },
				   "GNU", NT_GNU_BUILD_ID_TYPE);
	hex_format(r->build_id, sizeof(r->build_id), id.data, id.len);
	buf_release(&notes);
}

void running_kernel_release(struct running_kernel *r)
{
	free(r->release);
	free(r->version);
	*r = (struct running_kernel){ .release = NULL };
}

bool running_kernel_is(const struct running_kernel *r, const char *release, const char *version,
		       const char *build_id)
{
	if (*r->build_id && *build_id)
		return !strcmp(r->build_id, build_id);
	return !strcmp(r->release, release) && !strcmp(r->version, version);
}
