/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duel_setup.c: what a duel needs before its first guest, and its folder's identity; see vm.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/vm/duel_impl.h"

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
	json_t *machine = vm_machine_json(&d->machine);
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
	json_object_set_new(run, "host", provenance_host());
	json_object_set_new(run, "tools", provenance_tools((const char *const *)d->tools.v));
	return ret;
}

static void note(struct duel *d)
{
	json_t *notes = strv_to_json(&d->machine.notes);

	if (d->why_mode.len)
		json_array_insert_new(notes, 0, json_string(d->why_mode.data));
	/* A resumed folder is on the same machine, and has the notes already. */
	if (!json_object_get(d->folder.run, "notes"))
		json_object_set(d->folder.run, "notes", notes);
	json_decref(notes);
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

int duel_stopped(const struct duel *d, struct err *e)
{
	return err_add(e, EINTR, "stopped by signal %d; what was measured is kept, go on with: %s",
		       *d->opts->stop, d->opts->again);
}

static void count_done(struct duel *d)
{
	d->progress.total = (unsigned)d->plan->nr_units;
	for (size_t i = 0; d->opts->resume && i < d->plan->nr_units; i++)
		d->progress.done += folder_had(&d->folder, &d->plan->units[i]);
	d->done_before = d->progress.done;
}

/* Of the kernels and passes of which something is missing. */
static int make_states(struct duel *d)
{
	const struct plan *p = d->plan;

	for (size_t i = 0; i < p->nr_units; i++) {
		const struct plan_unit *u = &p->units[i];
		struct vm_kernel *k = &d->vm_kernels[d->suite->variants[u->variant].kernel];

		if (!d->opts->resume || !folder_has(&d->folder, u))
			k->passes |= 1u << u->pass;
	}
	d->progress.booting = true;
	if (d->opts->progress && d->machine.stops)
		d->opts->progress(d->opts->arg, &d->progress);
	d->progress.booting = false;
	return vm_states_make(&d->machine, d->vm_kernels, d->suite->nr_kernels,
			      d->suite->limit_wall_ns, d->opts->stop);
}

int duel_set_up(struct duel *d, struct err *e)
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
	if (!ret)
		count_done(d);
	if (!ret && !d->opts->no_snapshot && make_states(d))
		ret = duel_stopped(d, e);
	if (!ret)
		note(d);
	d->nr_slots = modes[d->machine.mode].alone ? 1
		      : d->opts->guests            ? d->opts->guests
						   : vm_guests(d->machine.memory_bytes);
	d->slots = xcalloc(d->nr_slots, sizeof(*d->slots));
	for (unsigned i = 0; i < d->nr_slots; i++)
		d->slots[i].vm = VM_NONE;
	return ret;
}
