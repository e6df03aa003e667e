/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment_state.c: the kernels of an experiment made, and how much of it a
 * results folder holds; see experiment.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/kernel/kernel.h"
#include "tracking/experiment.h"

static int load(const struct suite_kernel *k, struct kernel *loaded, struct err *e)
{
	struct kernel_build b = suite_kernel_build(k);
	int ret = k->source ? kernel_built(&b, e) : 0;

	if (!ret && !k->ref) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EINVAL,
			      "the kernel '%s' is not said: write source= or image= under "
			      "[kernel %s]",
			      k->label, k->label);
	}
	return ret ? ret : kernel_load(loaded, k->ref, e);
}

bool experiment_has_kernel(const struct suite_kernel *k, struct err *why)
{
	struct kernel loaded;
	int ret = load(k, &loaded, why);

	if (!ret)
		kernel_release(&loaded);
	return !ret;
}

/* A kernel of Debian's, "6.12", is fetched; any other image is there or is not. */
static bool can_be_fetched(const struct suite_kernel *k)
{
	return !k->source && k->ref && isdigit((unsigned char)*k->ref) && !strchr(k->ref, '/');
}

static int make_kernel(const struct suite_kernel *k, const struct experiment_making *m,
		       struct err *e)
{
	struct kernel_build b = suite_kernel_build(k);
	struct err why = ERR_INIT;
	char *path = NULL;
	int ret;

	if (experiment_has_kernel(k, &why))
		return 0;
	if (!k->source && !can_be_fetched(k)) {
		err_exit(e, err_exit_code(&why, FSDUEL_USAGE));
		return err_add(e, EINVAL, "%s", why.text);
	}
	if (m->begin)
		m->begin(m->arg, k->ref, k->source);
	b.progress = m->progress;
	b.arg = m->arg;
	b.stop = m->stop;
	ret = k->source ? kernel_build(&b, &path, e) : kernel_fetch(k->ref, &path, e);
	if (m->end)
		m->end(m->arg);
	free(path);
	return ret;
}

int experiment_make_kernels(const struct suite *s, const struct experiment_making *m, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->nr_kernels && !ret; i++)
		ret = make_kernel(&s->kernels[i], m, e);
	return ret;
}

/* Is what run.json says of suite and kernels what they are now? */
static bool is_same(const json_t *run, const struct suite *s)
{
	const char *sha =
		json_string_value(json_object_get(json_object_get(run, "suite"), "sha256"));
	bool same = sha && !strcmp(sha, s->sha256);

	for (size_t i = 0; i < s->nr_kernels && same; i++) {
		const json_t *then =
			json_object_get(json_object_get(run, "kernels"), s->kernels[i].label);
		struct kernel now;

		sha = json_string_value(json_object_get(then, "sha256"));
		same = sha && !load(&s->kernels[i], &now, NULL);
		if (same) {
			same = !strcmp(sha, now.sha256);
			kernel_release(&now);
		}
	}
	return same;
}

enum experiment_state experiment_state(const char *dir, const struct suite *s, const struct plan *p)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	enum experiment_state state = EXPERIMENT_NEW;
	struct folder f;
	json_t *run = NULL;

	if (fs_exists(path))
		state = EXPERIMENT_BEGUN;
	if (state == EXPERIMENT_BEGUN && !fs_read_json(path, &run, NULL) && is_same(run, s) &&
	    !folder_open(&f, dir, s, p, NULL)) {
		bool whole = true;

		for (size_t i = 0; i < p->nr_units && whole; i++)
			whole = folder_has(&f, &p->units[i]);
		if (whole)
			state = EXPERIMENT_DONE;
		folder_release(&f);
	}
	json_decref(run);
	free(path);
	return state;
}
