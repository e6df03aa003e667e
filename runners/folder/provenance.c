/* SPDX-License-Identifier: GPL-2.0-or-later */
/* provenance.c: facts about this machine and its tools; see provenance.h. */
#include "runners/folder/provenance.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"

/* Text after "KEY ... : " on the first line of the file that begins with KEY; NULL: none. */
static char *field(const char *path, const char *key)
{
	struct buf b = BUF_INIT;
	struct strv lines = STRV_INIT;
	char *value = NULL;

	if (!fs_read(path, 0, &b, NULL))
		strv_split(&lines, buf_str(&b), "\n");
	for (size_t i = 0; i < lines.n && !value; i++) {
		const char *colon = strchr(lines.v[i], ':');

		if (colon && !strncmp(lines.v[i], key, strlen(key)))
			value = xstrdup(colon + 1 + strspn(colon + 1, " \t"));
	}
	strv_release(&lines);
	buf_release(&b);
	return value;
}

json_t *provenance_host(void)
{
	char *cpu = field("/proc/cpuinfo", "model name");
	struct utsname u;
	json_t *j;

	uname(&u);
	j = json_pack("{s:s, s:s, s:s, s:s?, s:i, s:I}", "release", u.release, "version", u.version,
		      "machine", u.machine, "cpu", cpu, "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),
		      "memory_bytes",
		      (json_int_t)sysconf(_SC_PHYS_PAGES) * (json_int_t)sysconf(_SC_PAGESIZE));
	free(cpu);
	return j;
}

static char *tool_version(const char *tool)
{
	const char *argv[] = { tool, "--version", NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &out, .timeout_ns = 10000000000u };
	struct proc_exit x;
	char *line = NULL;

	/* All programs that make file systems know that one; not all know --version. */
	if (!strncmp(tool, "mk", 2))
		argv[1] = "-V";
	if (!proc_run(argv, &o, NULL, &x, NULL) && out.len)
		line = xstrndup(out.data, strcspn(out.data, "\n"));
	buf_release(&out);
	return line;
}

json_t *provenance_tools(const char *const *tools)
{
	json_t *all = json_pack("{s:s}", "fsduel", FSDUEL_VERSION);

	for (; *tools; tools++) {
		char *version = tool_version(*tools);

		if (version)
			json_object_set_new(all, *tools, json_string(version));
		free(version);
	}
	return all;
}

json_t *provenance_kernel(const struct kernel *k)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ref", k->ref, "image", k->image_path,
			 "sha256", k->sha256, "release", k->release, "version", k->version,
			 "build_id", k->build_id);
}
