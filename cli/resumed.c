/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resumed.c: what a results folder was begun with; see resumed.h. */
#include "cli/resumed.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/folder/folder.h"

/* The reference a label was begun with; a suite's only kernel answers to "baseline" (suite.h). */
static const char *kernel_ref(const json_t *run, const char *label)
{
	json_t *kernels = json_object_get(run, "kernels");
	json_t *k = json_object_get(kernels, label);

	if (!k && !strcmp(label, "baseline") && json_object_size(kernels) == 1)
		k = json_object_iter_value(json_object_iter(kernels));
	return json_string_value(json_object_get(k, "ref"));
}

int resumed_read(struct resumed *r, const char *dir, struct err *e)
{
	int ret = folder_read_run(dir, &r->run, e);

	if (ret)
		return ret;
	r->suite = xstrdup(
		json_string_value(json_object_get(json_object_get(r->run, "suite"), "path")));
	r->o.baseline = kernel_ref(r->run, "baseline");
	r->o.patched = kernel_ref(r->run, "patched");
	r->o.mode = json_string_value(json_object_get(r->run, "mode"));
	r->o.blocks = (unsigned)json_integer_value(
		json_object_get(json_object_get(r->run, "suite"), "blocks"));
	r->o.watch_blocks = (unsigned)json_integer_value(json_object_get(r->run, "watch_blocks"));
	r->o.unscaled = json_is_true(json_object_get(json_object_get(r->run, "suite"), "unscaled"));
	return 0;
}

void resumed_fill(struct suite_overrides *o, const struct resumed *r)
{
	if (!o->baseline)
		o->baseline = r->o.baseline;
	if (!o->patched)
		o->patched = r->o.patched;
	if (!o->mode)
		o->mode = r->o.mode;
	if (!o->blocks)
		o->blocks = r->o.blocks;
	if (!o->watch_blocks)
		o->watch_blocks = r->o.watch_blocks;
	o->unscaled |= r->o.unscaled;
}

void resumed_release(struct resumed *r)
{
	free(r->suite);
	json_decref(r->run);
	*r = (struct resumed){ 0 };
}
