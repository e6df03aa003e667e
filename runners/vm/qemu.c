/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu.c: QEMU found and asked; see vm.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proc.h"
#include "runners/vm/vm.h"

#define QEMU "qemu-system-x86_64"
#define ASK_TIMEOUT_NS 30000000000u

char *qemu_find(const char *given, struct err *e)
{
	const char *env = getenv("FSDUEL_QEMU");
	const char *name = given ? given : env && *env ? env : QEMU;
	char *path = proc_which(name);

	if (path)
		return path;
	err_exit(e, FSDUEL_MACHINE);
	if (strcmp(name, QEMU))
		err_add(e, ENOENT, "%s is no program that can be run; give the path of a " QEMU,
			name);
	else
		err_add(e, ENOENT, QEMU " is not installed: apt install qemu-system-x86");
	return NULL;
}

int qemu_says(const char *qemu, const char *option, const char *word, struct buf *out,
	      struct err *e)
{
	const char *const argv[] = { qemu, option, word, NULL };
	struct proc_opts o = { .out = out, .timeout_ns = ASK_TIMEOUT_NS };
	int ret = proc_check(argv, &o, NULL, e);

	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* How QEMU is asked for each thing, and how a name of it begins and ends where it is listed. */
static const struct {
	const char *option, *word, *before, *after;
} questions[] = {
	[QEMU_ACCEL] = { "-accel", "help", "\n", "\n" },
	[QEMU_DEVICE] = { "-device", "help", "name \"", "\"" },
	[QEMU_MACHINE_PROPERTY] = { "-machine", "pc,help", "\n  ", "=" },
};

bool qemu_has(const char *qemu, enum qemu_thing thing, const char *name)
{
	char *want = xasprintf("%s%s%s", questions[thing].before, name, questions[thing].after);
	struct buf out = BUF_INIT;
	bool has = !qemu_says(qemu, questions[thing].option, questions[thing].word, &out, NULL) &&
		   strstr(buf_str(&out), want);

	free(want);
	buf_release(&out);
	return has;
}
