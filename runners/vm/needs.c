/* SPDX-License-Identifier: GPL-2.0-or-later */
/* needs.c: what a guest must hold for a suite; see needs.h. */
#include "runners/vm/needs.h"

#include <stdlib.h>
#include <string.h>

#include "runners/tables/device.h"

static void add_checker(const struct fs_type *fs, struct strv *tools)
{
	char *program = xstrndup(fs->check, strcspn(fs->check, " "));

	if (strv_find(tools, program) < 0)
		strv_add(tools, program);
	free(program);
}

void guest_needs(const struct suite *s, const struct plan *p, struct strv *tools,
		 struct strv *modules)
{
	bool checked = false;

	for (size_t i = 0; i < p->nr_cells; i++)
		checked |= !p->cells[i].fio_text && p->cells[i].mix.param[MIX_POISON];

	strv_split(modules, devices[s->device.kind].modules, " ");
	for (size_t i = 0; i < s->nr_mounts; i++) {
		const struct fs_type *fs = fs_type_find(s->mounts[i].fs);

		if (strv_find(tools, fs->mkfs) < 0)
			strv_add(tools, fs->mkfs);
		if (checked && fs->check)
			add_checker(fs, tools);
		strv_split(modules, fs->modules ? fs->modules : "", " ");
	}
	for (size_t i = 0; i < s->nr_workloads; i++)
		if (s->workloads[i].fio && strv_find(tools, "fio") < 0)
			strv_add(tools, "fio");
}
