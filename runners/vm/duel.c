/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duel.c: the loop that keeps guests running until the plan is done; see vm.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/vm/vm.h"

#define POLL_MS 500

struct slot {
	struct vm vm;
	const struct plan_unit *unit; /* NULL: free */
};

struct duel {
	struct suite *suite; /* its mode is settled in set_up */
	struct plan *plan;
	const struct duel_opts *opts;
	struct disk disk;
	struct buf why_mode; /* "" where there was no choice */
	struct vm_machine machine;
	struct strv tools;
	struct kernel *kernels; /* one a suite kernel */
	struct vm_kernel *vm_kernels;
	struct folder folder;
	struct slot *slots;
	unsigned nr_slots;
	struct progress progress;
	uint64_t started_ns;
	unsigned done_before; /* by former runs of this folder */
};

static void duel_release(struct duel *d)
{
	for (unsigned i = 0; i < d->nr_slots; i++)
		if (d->slots[i].unit)
			vm_release(&d->slots[i].vm);
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

static int load_kernel(struct duel *d, size_t i, struct err *e)
{
	const struct suite_kernel *k = &d->suite->kernels[i];
	int ret = 0;

	if (!k->ref) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL,
			       "no image is given for the kernel '%s': use --%s KERNEL, "
			       "or write image= or source= under [kernel %s] in %s",
			       k->label, k->label, k->label, d->suite->path);
	}
	if (k->source) {
		const struct kernel_build b = suite_kernel_build(k);

		ret = kernel_built(&b, e);
	}
	return ret ? ret : kernel_load(&d->kernels[i], k->ref, e);
}

static int load_images(struct duel *d, struct err *e)
{
	struct strv modules = STRV_INIT;
	bool direct = true;
	int ret = disk_open(&d->disk, d->suite, d->opts->destroy, e);

	guest_needs(d->suite, d->plan, &d->tools, &modules);
	for (size_t i = 0; i < d->suite->nr_kernels && !ret; i++)
		ret = load_kernel(d, i, e);
	for (size_t i = 0; i < d->suite->nr_kernels; i++)
		direct = direct && d->kernels[i].vmlinux.len;
	if (!ret) {
		const struct vm_wants wants = {
			.suite = d->suite,
			.tools = (const char *const *)d->tools.v,
			.modules = (const char *const *)modules.v,
			.initramfs = d->opts->initramfs,
			.qemu = d->opts->qemu,
			.direct = direct,
			.disk = &d->disk,
			.images = d->kernels,
			.machine = &d->machine,
			.kernels = d->vm_kernels,
			.stop = d->opts->stop,
			.why = &d->why_mode,
		};

		ret = trial_choose(&wants, e);
		if (!ret && d->suite->mode == MODE_EXACT && d->suite->order_seed) {
			d->suite->order_seed = 0; /* mode auto has become exact */
			plan_order(d->plan);
		}
	}
	strv_release(&modules);
	return ret;
}

static int check_machine(const struct duel *d, const json_t *then, const json_t *now, struct err *e)
{
	const char *old = json_string_value(json_object_get(then, "id"));
	struct buf b = BUF_INIT;

	if (!old || !strcmp(old, d->machine.id))
		return 0;
	folder_differences(&b, "machine", then, now);
	err_exit(e, FSDUEL_USAGE);
	err_add(e, EINVAL,
		"%s was measured on the machine %s, this is %s: %s; begin a new folder, or use "
		"--initramfs and --qemu",
		d->opts->dir, old, d->machine.id, buf_str(&b));
	buf_release(&b);
	return -EINVAL;
}

static int check_image(const struct duel *d, size_t i, const json_t *then, struct err *e)
{
	const char *sha = json_string_value(json_object_get(then, "sha256"));

	if (!sha || !strcmp(sha, d->kernels[i].sha256))
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL, "the kernel '%s' (%s) is not the image of %s: begin a new folder",
		       d->suite->kernels[i].label, d->kernels[i].image_path, d->opts->dir);
}

/* Put the identity of machine and kernels into run.json; a resumed folder must have the same. */
static int identify(struct duel *d, struct err *e)
{
	json_t *run = d->folder.run, *kernels = json_object_get(run, "kernels");
	json_t *machine = vm_machine_json(&d->machine), *notes;
	int ret = check_machine(d, json_object_get(run, "machine"), machine, e);

	json_object_set_new(run, "machine", machine);
	for (size_t i = 0; i < d->suite->nr_kernels && !ret; i++) {
		const char *label = d->suite->kernels[i].label;
		json_t *kernel = provenance_kernel(&d->kernels[i]);

		ret = check_image(d, i, json_object_get(kernels, label), e);
		if (d->vm_kernels[i].symbols_key[0]) /* for perf, which names addresses by it */
			json_object_set_new(kernel, "kallsyms",
					    json_string(d->vm_kernels[i].symbols_key));
		json_object_set_new(kernels, label, kernel);
	}
	notes = strv_to_json(&d->machine.notes);
	if (d->why_mode.len)
		json_array_insert_new(notes, 0, json_string(d->why_mode.data));
	/* A resumed folder is on the same machine, and has the notes already. */
	if (!json_object_get(run, "notes"))
		json_object_set(run, "notes", notes);
	json_decref(notes);
	json_object_set_new(run, "host", provenance_host());
	json_object_set_new(run, "tools", provenance_tools((const char *const *)d->tools.v));
	return ret;
}

static int check_mode(const struct duel *d, struct err *e)
{
	enum mode mode = d->suite->mode;

	if (mode == MODE_HOST) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, ENOTSUP,
			       "a duel boots guests; use mode exact, tcg, kvm or auto, not host");
	}
	if (!modes[mode].alone || d->opts->guests <= 1)
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL, "in mode %s guests run one at a time: leave --guests %u out",
		       mode_names[mode], d->opts->guests);
}

static int set_up(struct duel *d, struct err *e)
{
	int ret = check_mode(d, e);

	if (!ret)
		ret = load_images(d, e);
	if (ret)
		return ret;
	if (d->why_mode.len && d->opts->say)
		d->opts->say(d->opts->arg, d->why_mode.data);
	ret = d->opts->resume ? folder_open(&d->folder, d->opts->dir, d->suite, d->plan, e)
			      : folder_create(&d->folder, d->opts->dir, d->suite, d->plan, e);
	if (!ret)
		ret = identify(d, e);
	if (ret)
		return ret;
	ret = disk_scratch(&d->disk, d->suite, d->opts->dir, e);
	if (!ret)
		ret = folder_save_run(&d->folder, e);
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	d->nr_slots = modes[d->machine.mode].alone ? 1
		      : d->opts->guests            ? d->opts->guests
						   : vm_guests(d->machine.memory_bytes);
	d->slots = xcalloc(d->nr_slots, sizeof(*d->slots));
	return ret;
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

/* Start the unit in a free slot. A guest that cannot be started is a failed cell run. */
static int start(struct duel *d, struct slot *slot, const struct plan_unit *u, struct err *e)
{
	const struct suite_variant *v = &d->suite->variants[u->variant];
	struct cell_spec spec;
	struct err why = ERR_INIT;
	int ret;

	if (u->pass == PASS_PROFILE && d->machine.profile.missing)
		return keep_none(d, u, STATUS_SKIPPED, "", d->machine.profile.missing, e);
	ret = cell_spec_make(&spec, d->plan, u, e);
	if (ret)
		return ret;
	ret = vm_start(&slot->vm, &d->machine, &d->vm_kernels[v->kernel], &spec,
		       d->suite->limit_wall_ns, &why);
	cell_spec_release(&spec);
	if (!ret) {
		slot->unit = u;
		return 0;
	}
	return keep_none(d, u, STATUS_FAILED, "the guest could not be started: ", why.text, e);
}

static int finish(struct duel *d, struct slot *slot, const struct proc_exit *x, struct err *e)
{
	const struct plan_unit *u = slot->unit;
	struct result r;

	vm_result(&slot->vm, x, &r);
	vm_release(&slot->vm);
	slot->unit = NULL;
	return keep(d, u, &r, e);
}

/* Sleep until a guest ends, a signal arrives, or a moment has passed (wall limits). */
static void wait_for_guests(const struct duel *d)
{
	struct pollfd fds[256];
	nfds_t n = 0;

	for (unsigned i = 0; i < d->nr_slots && n < 256; i++)
		if (d->slots[i].unit)
			fds[n++] = (struct pollfd){ .fd = d->slots[i].vm.proc.pidfd,
						    .events = POLLIN };
	poll(fds, n, POLL_MS);
}

static int run_units(struct duel *d, struct err *e)
{
	size_t next = 0;
	int ret = 0;

	while (!ret && (next < d->plan->nr_units || running(d))) {
		if (d->opts->stop && *d->opts->stop)
			return err_add(e, EINTR,
				       "stopped by signal %d; what was measured is kept, "
				       "go on with: %s",
				       *d->opts->stop, d->opts->again);
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

static void count_done(struct duel *d)
{
	d->progress.total = (unsigned)d->plan->nr_units;
	for (size_t i = 0; d->opts->resume && i < d->plan->nr_units; i++)
		d->progress.done += folder_had(&d->folder, &d->plan->units[i]);
	d->done_before = d->progress.done;
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
	ret = set_up(&d, e);
	if (ret)
		goto out;
	count_done(&d);
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
