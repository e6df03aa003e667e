/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_clean.c: `fsduel clean`: removes the leftovers of a killed run: its journal and its unit. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "runners/host/reboot.h"
#include "runners/host/undo.h"

static int clean_reboot(struct strv *said, struct err *e)
{
	int ret;

	if (!reboot_is_installed(""))
		return 0;
	ret = reboot_remove("", e);
	if (!ret)
		strv_add(said, "removed " REBOOT_UNIT ", which would have gone on after a restart");
	return ret;
}

static int run(const struct call *c, struct err *e)
{
	struct strv said = STRV_INIT;
	struct undo u;
	int ret, other;

	(void)c;
	if (geteuid()) {
		err_add(e, EPERM, "root made the things to be taken away: run it as root");
		return FSDUEL_MACHINE;
	}
	ret = undo_open(&u, e);
	if (ret)
		return err_exit_code(e, FSDUEL_MACHINE);
	ret = undo_all(&u, &said, e);
	other = clean_reboot(&said, e);
	for (size_t i = 0; i < said.n; i++)
		printf("%s\n", said.v[i]);
	if (!said.n && !ret && !other)
		printf("nothing of fsduel's is left (by %s)\n", u.journal);
	undo_close(&u);
	strv_release(&said);
	return ret || other ? FSDUEL_MACHINE : FSDUEL_OK;
}

const struct command command_clean = {
	.name = "clean",
	.summary = "take away what a killed run has left on this machine",
	.text = "A run lists each thing before it makes it: mounts, memory disks, "
		"images, directories, settings, its file systems on your device. After kill -9 or "
		"a power loss this command, or the next fsduel run, removes the things on that "
		"list and the half-written files of the results folder, and names each; this "
		"command also removes the unit of a run by --kexec. Measured results stay.",
	.run = run,
};
