/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial.c: the trial boot, and the mode that follows from it; see vm.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"
#include "runners/vm/vm.h"

#define TRIAL_NS 20000000000u
#define LOOK_EVERY_MS 200

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
static int boot(const struct trial *t, uint64_t *took_ns, struct err *e)
{
	struct proc_exit x;
	struct result r;
	struct vm v;
	char *words;
	int ret = vm_start(&v, t->machine, &t->kernels[0], NULL, TRIAL_NS, e);

	if (ret)
		return ret;
	while (!vm_ended(&v, &x)) {
		struct pollfd ended = { .fd = v.proc.pidfd, .events = POLLIN };

		if (t->stop && *t->stop) {
			vm_release(&v);
			return err_add(e, EINTR,
				       "stopped by signal %d in a trial boot; nothing was measured",
				       *t->stop);
		}
		poll(&ended, 1, LOOK_EVERY_MS);
	}
	*took_ns = now_ns() - v.started_ns;
	vm_result(&v, &x, &r);
	words = vm_words(&v);
	if (r.status != STATUS_OK)
		ret = err_add(e, EIO, "in a trial boot %s%s%s",
			      x.timed_out ? "the guest did not answer within 20 s" : r.reason,
			      words ? "; QEMU said: " : "", words ? words : "");
	free(words);
	result_release(&r);
	vm_release(&v);
	return ret;
}

static void release(const struct trial *t)
{
	for (size_t i = 0; i < t->suite->nr_kernels; i++)
		vm_kernel_release(&t->kernels[i]);
	vm_machine_release(t->machine);
}

static int prepare(const struct trial *t, enum mode mode, struct err *e)
{
	int ret = vm_machine_init(t->machine, t->wants, mode, e);

	if (ret)
		return ret;
	for (size_t i = 0; i < t->suite->nr_kernels && !ret; i++)
		ret = vm_kernel_init(&t->kernels[i], t->machine, &t->images[i], t->wants->modules,
				     e);
	if (ret)
		release(t);
	return ret;
}

/* Ready under KVM, and proven; else released, with the reason. */
static int prepare_kvm(const struct trial *t, uint64_t *took_ns, struct err *e)
{
	int ret = trial_kvm_device(KVM_DEVICE, e);

	if (!ret)
		ret = prepare(t, MODE_KVM, e);
	if (ret)
		return ret;
	ret = boot(t, took_ns, e);
	if (ret)
		release(t);
	return ret;
}

/* auto without KVM is exact, unless the suite wants a device that exact mode cannot have. */
static int fall_back(const struct trial *t, const char *no, struct err *e)
{
	int ret;

	if (devices[t->suite->device.kind].host_timed) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, ENOTSUP,
			       "KVM does not work here (%s), and a device of the host's is not for "
			       "exact mode; say --mode tcg",
			       no);
	}
	ret = prepare(t, MODE_EXACT, e);
	if (ret)
		return ret;
	t->suite->mode = MODE_EXACT;
	buf_addf(t->why, "mode auto is exact here, because KVM does not run a guest: %s", no);
	return 0;
}

int trial_choose(const struct trial *t, struct err *e)
{
	bool is_auto = t->suite->mode == MODE_AUTO;
	struct err no = ERR_INIT;
	uint64_t took_ns = 0;
	char took[32];
	int ret;

	if (!is_auto && t->suite->mode != MODE_KVM)
		return prepare(t, t->suite->mode, e);
	ret = prepare_kvm(t, &took_ns, &no);
	if (!ret) {
		t->suite->mode = MODE_KVM;
		buf_addf(t->why, "mode %s: a trial boot of %s under KVM took %s",
			 is_auto ? "auto is kvm here" : "kvm", t->images[0].release,
			 num_format_ns_human(took, took_ns));
		return 0;
	}
	if (ret == -EINTR)
		return err_add(e, EINTR, "%s", no.text);
	if (is_auto)
		return fall_back(t, no.text, e);
	err_exit(e, FSDUEL_MACHINE);
	return err_add(e, ENOTSUP,
		       "mode kvm does not work here: %s; mode exact needs no KVM, nor does tcg",
		       no.text);
}
