/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.c: the loop over the cell runs of the kernel that runs; see host.h. */
#include "runners/host/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/cell/cell.h"
#include "runners/host/host_impl.h"
#include "runners/host/machine.h"

/* --- one cell run ------------------------------------------------------------------- */

/* The steps that are the cell's; the rest of the time is the runner's own cost. */
static const char *const cell_steps[] = {
	"mkfs", "prepare", "drop caches", "settle", "measure", NULL,
};

static void add_step(void *arg, const char *step, uint64_t ns)
{
	struct host *h = arg;

	if (!strcmp(step, "unmount"))
		h->unmount_ns += ns;
	for (const char *const *s = cell_steps; *s; s++)
		if (!strcmp(*s, step))
			h->cell_ns += ns;
}

/* Where it runs. On a file system that stays, each cell run has a directory of its own. */
static int place(struct host *h, struct cell_place *at, struct err *e)
{
	struct target *t = &h->target;
	uint64_t begin_ns = now_ns();
	int ret;

	*at = (struct cell_place){
		.device = t->device,
		.claim = t->existing ? NULL : &t->claim,
		.dir = t->mnt,
		.existing = t->existing,
		.log_name = t->log_name,
		.work = t->work,
		.mark = noise_mark,
		.mark_arg = &h->noise,
		.stepped = add_step,
		.stepped_arg = h,
		.settle = { .max_ns = h->opts->settle_ns,
			    .devices = h->idle,
			    .nr_devices = h->nr_idle },
		.stop = h->opts->stop,
	};
	ret = target_ready(t, e);
	if (t->existing)
		return ret ? ret : fs_mkdir_p(t->mnt, e);
	h->cell_ns += now_ns() - begin_ns;
	return ret;
}

static void tell(struct host *h, const struct plan_unit *u, const struct result *r)
{
	struct progress *p = &h->progress;

	progress_time(p, p->done - h->done_before, now_ns() - h->started_ns, true);
	p->running = p->done < p->total;
	p->unit = u;
	p->result = r;
	if (h->opts->progress)
		h->opts->progress(h->opts->arg, p);
}

static bool stopped(const struct host *h)
{
	return h->opts->stop && *h->opts->stop;
}

static int stop_here(const struct host *h, int ret, struct err *e)
{
	return err_add(e, -ret,
		       "so nothing more is measured; the results until now are kept, and the "
		       "same command goes on with %s",
		       h->opts->dir);
}

static int keep(struct host *h, const struct plan_unit *u, struct result *r, struct err *e)
{
	int ret;

	noise_note(&h->noise, r);
	json_object_set_new(
		r->facts, "boot",
		json_pack("{s:I, s:s}", "sequence", (json_int_t)h->sequence++, "id", h->undo.boot));
	ret = folder_put(&h->folder, u, r, e);
	if (ret)
		return stop_here(h, ret, e);
	h->progress.done++;
	h->progress.failed +=
		r->status == STATUS_FAILED || (r->status == STATUS_INVALID && !result_stands(r));
	tell(h, u, r);
	return 0;
}

static int run_unit(struct host *h, const struct plan_unit *u, struct err *e)
{
	uint64_t begin_ns = now_ns();
	struct cell_spec spec;
	struct cell_place at;
	struct result r;
	int ret = cell_spec_make(&spec, h->plan, u, e), kept = 0;

	if (ret)
		return ret;
	h->cell_ns = 0;
	noise_init(&h->noise, "");
	ret = place(h, &at, e);
	if (ret) {
		cell_spec_release(&spec);
		return stop_here(h, ret, e);
	}
	ret = cell_run(&spec, &at, &r, e);
	if (h->target.existing && !ret)
		ret = fs_remove_tree(h->target.mnt, e);
	/* A cell run that was cut short says nothing of the kernel, so it is not kept. */
	if (!stopped(h) || r.status == STATUS_OK)
		kept = keep(h, u, &r, e);
	host_note_overhead(h, now_ns() - begin_ns - h->cell_ns);
	result_release(&r);
	cell_spec_release(&spec);
	return ret ? stop_here(h, ret, e) : kept;
}

static bool is_mine(const struct host *h, const struct plan_unit *u)
{
	return h->suite->variants[u->variant].kernel == h->kernel &&
	       (!h->opts->block || h->opts->block == u->block);
}

static int run_units(struct host *h, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < h->plan->nr_units && !ret; i++) {
		const struct plan_unit *u = &h->plan->units[i];

		if (!is_mine(h, u) || folder_has(&h->folder, u))
			continue;
		ret = run_unit(h, u, e);
		if (stopped(h))
			return err_add(
				e, EINTR,
				"stopped by signal %d; the results until now are kept, the same "
				"command goes on with %s",
				*h->opts->stop, h->opts->dir);
	}
	return ret;
}

static void count(struct host *h, unsigned *elsewhere)
{
	*elsewhere = 0;
	for (size_t i = 0; i < h->plan->nr_units; i++) {
		const struct plan_unit *u = &h->plan->units[i];
		bool has = folder_had(&h->folder, u);

		if (is_mine(h, u)) {
			h->progress.total++;
			h->progress.done += has;
		} else {
			*elsewhere += !has;
		}
	}
	h->done_before = h->progress.done;
}

/* Take away the things that a run before this one left. */
static int undo_leftovers(struct host *h, struct err *e)
{
	struct strv said = STRV_INIT;
	int ret;

	if (!undo_left(&h->undo))
		return 0;
	ret = undo_all(&h->undo, &said, e);
	for (size_t i = 0; i < said.n && h->opts->say; i++) {
		if (!i)
			h->opts->say(h->opts->arg,
				     "a run before this one was cut short; its leftovers:");
		h->opts->say(h->opts->arg, said.v[i]);
	}
	strv_release(&said);
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* A folder that has a run.json is gone on with, else it is begun. It stands in the journal before
 * anything is written: half a file is taken away, whenever we are killed. */
static int open_folder(struct host *h, struct err *e)
{
	char *run = xasprintf("%s/" RUN_JSON, h->opts->dir), *dir;
	bool there = fs_exists(run);
	int ret;

	free(run);
	ret = there ? folder_open(&h->folder, h->opts->dir, h->suite, h->plan, e)
		    : folder_claim(&h->folder, h->opts->dir, h->suite, h->plan, e);
	if (ret)
		return ret;
	dir = realpath(h->opts->dir, NULL);
	ret = dir ? undo_results(&h->undo, dir, e)
		  : err_sys(e, errno, "cannot find %s", h->opts->dir);
	free(dir);
	if (!ret && !there)
		ret = folder_begin(&h->folder, e);
	return ret;
}

/* The device itself, and for an image also the one below the results folder. */
static void find_devices(struct host *h)
{
	struct stat st;

	if (h->target.device && !stat(h->target.device, &st) && S_ISBLK(st.st_mode))
		h->idle[h->nr_idle++] = st.st_rdev;
	if (h->target.kind == TARGET_IMAGE && !stat(h->opts->dir, &st))
		h->idle[h->nr_idle++] = st.st_dev;
}

static int set_up(struct host *h, struct err *e)
{
	int ret = host_kernel(h->suite, h->opts->kernel, e);

	if (ret < 0)
		return ret;
	h->kernel = (size_t)ret;
	ret = host_check(h->plan, h->kernel, h->opts, e);
	if (!ret)
		ret = undo_open(&h->undo, e);
	if (!ret)
		ret = undo_leftovers(h, e);
	if (!ret)
		ret = open_folder(h, e);
	if (!ret)
		ret = target_open(&h->target, &h->opts->target, h->plan, h->opts->dir, &h->undo, e);
	if (!ret) {
		find_devices(h);
		ret = host_identify(h, e);
	}
	if (!ret)
		ret = target_begin(&h->target, e);
	if (!ret)
		ret = machine_quiet("", &h->undo, &h->notes, e);
	if (!ret) {
		host_note_begin(h);
		ret = folder_save_run(&h->folder, e);
	}
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* After a success as after an error: save the folder and undo all changes of the machine. */
static int tear_down(struct host *h, bool begun, struct err *e)
{
	struct strv said = STRV_INIT;
	int ret = 0, other;

	if (begun) {
		host_note_end(h);
		ret = folder_join(&h->folder, e);
		if (!ret)
			ret = folder_save_run(&h->folder, e);
	}
	folder_release(&h->folder);
	target_close(&h->target);
	other = h->undo.items ? undo_all(&h->undo, &said, e) : 0;
	undo_close(&h->undo);
	strv_release(&said);
	strv_release(&h->notes);
	return ret ? ret : other;
}

int host_run(const struct suite *s, const struct plan *p, const struct host_opts *o,
	     struct progress *last, unsigned *elsewhere, struct err *e)
{
	struct host h = { .suite = s,
			  .plan = p,
			  .opts = o,
			  .folder.lock_fd = -1,
			  .undo = UNDO_NONE,
			  .target = TARGET_NONE };
	struct err late = ERR_INIT;
	int ret, end;
	bool begun;

	ret = set_up(&h, e);
	begun = !ret;
	if (begun) {
		count(&h, elsewhere);
		h.started_ns = now_ns();
		tell(&h, NULL, NULL);
		ret = run_units(&h, e);
		if (ret && ret != -EINTR)
			err_exit(e, FSDUEL_UNMEASURED);
	}
	end = tear_down(&h, begun, &late);
	if (end) {
		err_add(e, -end, "%s", late.text);
		err_exit(e, FSDUEL_UNMEASURED);
		ret = ret ? ret : end;
	}
	*last = h.progress;
	last->unit = NULL;
	last->result = NULL;
	return ret;
}
