/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial.c: the trial boot, and the mode that follows from it; see vm.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"
#include "runners/vm/vm.h"

#define TRIAL_NS 20000000000u

int trial_kvm_device(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), version;

	if (fd < 0)
		return err_sys(e, errno, "%s does not open", path);
	version = ioctl(fd, KVM_GET_API_VERSION, 0);
	close(fd);
	if (version != KVM_API_VERSION)
		return err_add(e, ENOTSUP, "%s opens, but it is no KVM", path);
	return 0;
}

/* To the guest's first process and off again. */
static int boot(const struct vm_wants *w, uint64_t *took_ns, struct err *e)
{
	struct proc_exit x;
	struct result r;
	struct vm v;
	int ret = vm_start(&v, w->machine, &w->kernels[0], NULL, PASS_THROUGHPUT, VM_FROM_BOOT,
			   TRIAL_NS, e);

	if (ret)
		return ret;
	if (vm_wait(&v, NULL, w->stop, &x) == -EINTR) {
		vm_release(&v);
		return err_add(e, EINTR,
			       "stopped by signal %d in a trial boot; nothing was measured",
			       *w->stop);
	}
	*took_ns = now_ns() - v.started_ns;
	vm_result(&v, &x, &r);
	if (r.status != STATUS_OK)
		ret = err_add(e, EIO, "in a trial boot %s",
			      x.timed_out ? "the guest did not answer within 20 s" : r.reason);
	result_release(&r);
	vm_release(&v);
	return ret;
}

static void release(const struct vm_wants *w)
{
	for (size_t i = 0; i < w->suite->nr_kernels; i++)
		vm_kernel_release(&w->kernels[i]);
	vm_machine_release(w->machine);
}

static int prepare(const struct vm_wants *w, enum mode mode, struct err *e)
{
	int ret = vm_machine_init(w->machine, w, mode, e);

	if (ret)
		return ret;
	for (size_t i = 0; i < w->suite->nr_kernels && !ret; i++)
		ret = vm_kernel_init(&w->kernels[i], w->machine, &w->images[i], w->modules, e);
	if (ret)
		release(w);
	return ret;
}

/* Ready under KVM, and proven; else released, with the reason. */
static int prepare_kvm(const struct vm_wants *w, uint64_t *took_ns, struct err *e)
{
	int ret = trial_kvm_device(KVM_DEVICE, e);

	if (!ret)
		ret = prepare(w, MODE_KVM, e);
	if (ret)
		return ret;
	ret = boot(w, took_ns, e);
	if (ret)
		release(w);
	return ret;
}

/* auto without KVM is exact, unless the suite wants a device that exact mode cannot have. */
static int fall_back(const struct vm_wants *w, const char *no, struct err *e)
{
	int ret;

	if (devices[w->suite->device.kind].host_timed) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, ENOTSUP,
			       "KVM does not work here (%s), and exact mode has no device of the "
			       "host's; say --mode tcg",
			       no);
	}
	ret = prepare(w, MODE_EXACT, e);
	if (ret)
		return ret;
	w->suite->mode = MODE_EXACT;
	buf_addf(w->why, "mode auto is exact here, because KVM does not run a guest: %s", no);
	return 0;
}

int trial_choose(const struct vm_wants *w, struct err *e)
{
	bool is_auto = w->suite->mode == MODE_AUTO;
	struct err no = ERR_INIT;
	uint64_t took_ns = 0;
	char took[32];
	int ret;

	if (!is_auto && w->suite->mode != MODE_KVM)
		return prepare(w, w->suite->mode, e);
	ret = prepare_kvm(w, &took_ns, &no);
	if (!ret) {
		w->suite->mode = MODE_KVM;
		buf_addf(w->why, "mode %s: a trial boot of %s under KVM took %s",
			 is_auto ? "auto is kvm here" : "kvm", w->images[0].release,
			 num_format_ns_human(took, took_ns));
		return 0;
	}
	if (ret == -EINTR)
		return err_add(e, EINTR, "%s", no.text);
	if (is_auto)
		return fall_back(w, no.text, e);
	err_exit(e, FSDUEL_MACHINE);
	return err_add(e, ENOTSUP,
		       "mode kvm does not work here: %s; mode exact needs no KVM, nor does tcg",
		       no.text);
}
