/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duel.c: the loop that keeps guests running until the plan is done; see vm.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/rng.h"
#include "runners/vm/duel_impl.h"

#define POLL_MS 500
#define UNEQUAL "unequal"

static void duel_release(struct duel *d)
{
	for (unsigned i = 0; i < d->nr_slots; i++) {
		vm_release(&d->slots[i].vm);
		free(d->slots[i].text);
	}
	for (size_t i = 0; i < d->suite->nr_kernels; i++) {
		vm_kernel_release(&d->vm_kernels[i]);
		kernel_release(&d->kernels[i]);
	}
	free(d->slots);
	free(d->vm_kernels);
	free(d->kernels);
	strv_release(&d->tools);
	vm_machine_release(&d->machine);
	disk_release(&d->disk);
	buf_release(&d->why_mode);
	folder_release(&d->folder);
}

static unsigned running(const struct duel *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->nr_slots; i++)
		n += d->slots[i].unit != NULL;
	return n;
}

static void tell(struct duel *d, const struct plan_unit *u, const struct result *r)
{
	struct progress *p = &d->progress;

	progress_time(p, p->done - d->done_before, now_ns() - d->started_ns, u != NULL);
	p->unit = u;
	p->result = r;
	p->running = running(d);
	if (d->opts->progress)
		d->opts->progress(d->opts->arg, p);
}

/* Releases r. */
static int keep(struct duel *d, const struct plan_unit *u, struct result *r, struct err *e)
{
	int ret = folder_put(&d->folder, u, r, e);

	if (ret) {
		err_add(e, -ret, "what was measured before is kept; go on with %s", d->opts->again);
	} else {
		d->progress.done++;
		d->progress.failed += r->status == STATUS_FAILED ||
				      (r->status == STATUS_INVALID && !result_stands(r));
		tell(d, u, r);
	}
	result_release(r);
	return ret;
}

/* A cell run that was not started. */
static int keep_none(struct duel *d, const struct plan_unit *u, enum status status,
		     const char *before, const char *why, struct err *e)
{
	struct result r;

	result_init(&r);
	result_fail(&r, status, "%s%s", before, why);
	return keep(d, u, &r, e);
}

static int start_guest(struct duel *d, struct slot *slot, const struct plan_unit *u,
		       enum vm_start from, struct err *e)
{
	struct vm_kernel *k = &d->vm_kernels[d->suite->variants[u->variant].kernel];
	struct cell_spec spec;
	int ret = cell_spec_make(&spec, d->plan, u, e);

	if (ret)
		return ret;
	ret = vm_start(&slot->vm, &d->machine, k, &spec, u->pass, from, d->suite->limit_wall_ns, e);
	cell_spec_release(&spec);
	slot->unit = ret ? NULL : u;
	return ret;
}

/* Start the unit in a free slot. A guest that cannot be started is a failed cell run. */
static int start(struct duel *d, struct slot *slot, const struct plan_unit *u, struct err *e)
{
	struct err why = ERR_INIT;

	if (u->pass == PASS_PROFILE && d->machine.profile.missing)
		return keep_none(d, u, STATUS_SKIPPED, "", d->machine.profile.missing, e);
	if (!start_guest(d, slot, u, VM_FROM_STATE, &why))
		return 0;
	return keep_none(d, u, STATUS_FAILED, "the guest could not be started: ", why.text, e);
}

/* A difference would mean that no result from a state is to be trusted: both are kept. */
static int compare_both(struct duel *d, const struct plan_unit *u, char *from_state,
			struct result *from_boot, bool timed_out, struct err *e)
{
	char *again = result_text(from_boot), *paths[2];
	int ret = !timed_out && strcmp(from_state, again) ? -EIO : 0;

	paths[0] = xasprintf("%s/" UNEQUAL "-state.json", d->opts->dir);
	paths[1] = xasprintf("%s/" UNEQUAL "-boot.json", d->opts->dir);
	if (ret) {
		fs_write_atomic(paths[0], from_state, strlen(from_state), NULL);
		fs_write_atomic(paths[1], again, strlen(again), NULL);
		err_add(e, EIO,
			"block %u of %s, pass %s, is not the same from a saved state and from "
			"its boot: compare %s and %s, and measure with --no-snapshot",
			u->block, d->plan->cells[u->cell].name, pass_names[u->pass], paths[0],
			paths[1]);
	}
	free(paths[0]);
	free(paths[1]);
	free(again);
	free(from_state);
	result_release(from_boot);
	return ret;
}

static int finish(struct duel *d, struct slot *slot, const struct proc_exit *x, struct err *e)
{
	const struct plan_unit *u = slot->unit;
	bool from_state = slot->vm.state;
	char *text = slot->text;
	struct result r;
	int ret;

	vm_result(&slot->vm, x, &r);
	vm_release(&slot->vm);
	slot->unit = NULL;
	slot->text = NULL;
	if (text)
		return compare_both(d, u, text, &r, x->timed_out, e);
	if (u == d->drawn && from_state && !x->timed_out)
		text = result_text(&r);
	ret = keep(d, u, &r, e);
	if (!ret && text && !start_guest(d, slot, u, VM_FROM_BOOT, NULL))
		slot->text = text;
	else
		free(text);
	return ret;
}

/* Sleep until a guest ends, a signal arrives, or a moment has passed (wall limits). */
static void wait_for_guests(const struct duel *d)
{
	struct pollfd *fds = xcalloc(2 * d->nr_slots, sizeof(*fds));

	for (unsigned i = 0; i < d->nr_slots; i++)
		vm_poll(&d->slots[i].vm, fds + 2 * i);
	poll(fds, 2 * d->nr_slots, POLL_MS);
	free(fds);
}

static int run_units(struct duel *d, struct err *e)
{
	size_t next = 0;
	int ret = 0;

	while (!ret && (next < d->plan->nr_units || running(d))) {
		if (d->opts->stop && *d->opts->stop)
			return duel_stopped(d, e);
		for (unsigned i = 0; i < d->nr_slots && !ret; i++) {
			struct slot *slot = &d->slots[i];
			struct proc_exit x;

			if (slot->unit && vm_ended(&slot->vm, &x))
				ret = finish(d, slot, &x, e);
			while (!slot->unit && next < d->plan->nr_units && !ret) {
				const struct plan_unit *u = &d->plan->units[next++];

				if (!d->opts->resume || !folder_has(&d->folder, u))
					ret = start(d, slot, u, e);
			}
		}
		if (!ret && running(d)) {
			tell(d, NULL, NULL);
			wait_for_guests(d);
		}
	}
	return ret;
}

int duel_run(struct suite *s, struct plan *p, const struct duel_opts *o, struct progress *last,
	     struct err *e)
{
	struct duel d = {
		.suite = s, .plan = p, .opts = o, .folder.lock_fd = -1, .disk = DISK_NONE
	};
	struct err late = ERR_INIT;
	int ret, joined;

	d.kernels = xcalloc(s->nr_kernels, sizeof(*d.kernels));
	d.vm_kernels = xcalloc(s->nr_kernels, sizeof(*d.vm_kernels));
	for (size_t i = 0; i < s->nr_kernels; i++)
		d.vm_kernels[i] = VM_KERNEL_NONE;
	ret = duel_set_up(&d, e);
	if (ret)
		goto out;
	if (d.machine.stops && !o->no_snapshot && p->nr_units)
		d.drawn = &p->units[rng_mix(s->seed, p->nr_units) % p->nr_units];
	d.started_ns = now_ns();
	ret = run_units(&d, e);
	if (ret && ret != -EINTR)
		err_exit(e, FSDUEL_UNMEASURED);
	joined = folder_join(&d.folder, &late);
	if (!joined)
		joined = folder_save_run(&d.folder, &late);
	if (joined && !ret) {
		ret = err_add(e, -joined, "%s", late.text);
		err_exit(e, FSDUEL_UNMEASURED);
	}
out:
	*last = d.progress;
	last->unit = NULL;
	last->result = NULL;
	duel_release(&d);
	return ret;
}
