/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_mix.c: a mix of fsload roles as the work of a cell; workloads/fsload.c carries it out. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/schema.h"
#include "runners/cell/cell_impl.h"

struct mix_work {
	struct mix mix;
	struct fsload load;
	char *path;
};

static int set_params(struct mix *m, const struct strv *set, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < set->n; i++) {
		const char *eq = strchr(set->v[i], '=');
		char *name;

		if (!eq)
			return err_add(e, EINVAL, "\"%s\" is not name=value", set->v[i]);
		name = xstrndup(set->v[i], (size_t)(eq - set->v[i]));
		ret = mix_set(m, name, eq + 1, e);
		free(name);
	}
	return ret;
}

static int mix_check_spec(struct cell *c, struct err *e)
{
	struct mix_work *w = xcalloc(1, sizeof(*w));
	int ret = mix_parse(&w->mix, c->spec->mix, e);

	w->path = xasprintf("%s/work", c->at->dir);
	if (!ret)
		ret = set_params(&w->mix, &c->spec->mix_set, e);
	if (!ret)
		ret = fsload_init(&w->load, &w->mix, w->path, c->spec->seed, e);
	if (ret) {
		free(w->path);
		free(w);
		return ret;
	}
	c->priv = w;
	c->check_fs = w->mix.param[MIX_POISON];
	return 0;
}

static int mix_prepare(struct cell *c, struct err *e)
{
	struct mix_work *w = c->priv;

	return fsload_prepare(&w->load, e);
}

/* The state of the regions in one file, declared or not; own: the role that owns the file. */
static int note_extents(const char *path, const struct mix_entry *own, void *arg)
{
	struct cell *c = arg;
	const struct mix *m = &((struct mix_work *)c->priv)->mix;
	json_t *facts = json_object_get(c->r->facts, "extents");
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	for (unsigned i = 0; fd >= 0 && i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		bool here = own ? en == own : en->param[ROLE_FILE] == FILE_SHARED;
		struct mix_bounds b = mix_bounds(m, en);
		enum extents state;

		if (here && en->role->needs_fd && !extents_state(fd, b.start, b.size, &state, NULL))
			json_object_set_new(facts, en->role->name,
					    json_string(extents_names[state]));
	}
	if (fd >= 0)
		close(fd);
	return 0;
}

static int mix_prove(struct cell *c, struct err *e)
{
	struct mix_work *w = c->priv;
	int ret = fsload_prove(&w->load, e);

	json_object_set_new(c->r->facts, "extents", json_object());
	fsload_each_file(&w->load, note_extents, c);
	/* EUCLEAN: there, but no plain extents; anything else could not be looked at. */
	if (ret == -EINVAL || ret == -EUCLEAN)
		c->bad = STATUS_INVALID;
	return ret;
}

static int mix_measure(struct cell *c, struct err *e)
{
	struct mix_work *w = c->priv;

	return fsload_run(&w->load, cell_mark, c, &c->watch.stop, e);
}

static int mix_collect(struct cell *c, struct err *e)
{
	struct mix_work *w = c->priv;
	json_t *errors = json_object();
	bool missed = false;

	(void)e;
	result_add_measured(c->r, "all", &w->load.total.measured);
	for (unsigned i = 0; i < w->mix.nr; i++) {
		const struct fsload_result *one = &w->load.role[i];
		const struct role *role = w->mix.entry[i].role;
		struct err found = ERR_INIT;

		result_add_measured(c->r, role->name, &one->measured);
		/* An error of the file system: the counts stand, but speed was not measured. */
		if (!c->seen && role->judge && role->judge(one->count, &found))
			c->seen = xstrdup(found.text);
		missed |= one->measured.missed > 0;
		if (one->first_errno)
			json_object_set_new(errors, role->name,
					    json_string(strerror(one->first_errno)));
	}
	if (missed)
		result_mark(c->r, MARK_MISSED);
	if (json_object_size(errors))
		json_object_set(c->r->facts, "first_errors", errors);
	json_decref(errors);
	return 0;
}

static void mix_release(struct cell *c)
{
	struct mix_work *w = c->priv;

	if (!w)
		return;
	fsload_release(&w->load);
	free(w->path);
	free(w);
	c->priv = NULL;
}

const struct cell_work cell_work_mix = {
	.counts_all = true,
	.check = mix_check_spec,
	.prepare = mix_prepare,
	.prove = mix_prove,
	.measure = mix_measure,
	.collect = mix_collect,
	.release = mix_release,
};
