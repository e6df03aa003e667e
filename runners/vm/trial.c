/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial.c: the trial boot and what follows from it; see trial.h. */
#include "runners/vm/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"

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

/* What is known of a guest that gave no answer: our reason, and what QEMU wrote. */
static int no_answer(const struct vm *v, const struct proc_exit *x, const struct result *r,
		     struct err *e)
{
	char *words = vm_words(v);
	int ret = err_add(e, EIO, "in a trial boot %s%s%s",
			  x->timed_out ? "the guest did not answer within 20 s" : r->reason,
			  words ? "; QEMU said: " : "", words ? words : "");

	free(words);
	return ret;
}

int trial_boot(const struct vm_machine *m, struct vm_kernel *k, const atomic_int *stop,
	       uint64_t *took_ns, struct err *e)
{
	struct proc_exit x;
	struct result r;
	struct vm v;
	int ret = vm_start(&v, m, k, NULL, TRIAL_NS, e);

	if (ret)
		return ret;
	while (!vm_ended(&v, &x)) {
		struct pollfd ended = { .fd = v.proc.pidfd, .events = POLLIN };

		if (stop && *stop) {
			vm_release(&v);
			return err_add(e, EINTR,
				       "stopped by signal %d in a trial boot; nothing "
				       "was measured",
				       *stop);
		}
		poll(&ended, 1, LOOK_EVERY_MS);
	}
	*took_ns = now_ns() - v.started_ns;
	vm_result(&v, &x, &r);
	if (r.status != STATUS_OK)
		ret = no_answer(&v, &x, &r, e);
	result_release(&r);
	vm_release(&v);
	return ret;
}

static void release(struct vm_machine *m, struct vm_kernel *v, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		vm_kernel_release(&v[i]);
		v[i] = (struct vm_kernel){ .image_fd = -1, .initrd_fd = -1, .locks_initrd_fd = -1 };
	}
	vm_machine_release(m);
}

static int prepare(struct vm_machine *m, struct vm_kernel *v, const struct kernel *kernels,
		   size_t nr, const struct vm_wants *w, enum mode mode, struct err *e)
{
	int ret = vm_machine_init(m, w, mode, e);

	if (ret)
		return ret;
	for (size_t i = 0; i < nr && !ret; i++)
		ret = vm_kernel_init(&v[i], m, &kernels[i], w->modules, e);
	if (ret)
		release(m, v, nr);
	return ret;
}

/* Ready under KVM, and proven; else released, with the reason. */
static int prepare_kvm(struct vm_machine *m, struct vm_kernel *v, const struct kernel *kernels,
		       size_t nr, const struct vm_wants *w, const atomic_int *stop, struct buf *why,
		       struct err *e)
{
	uint64_t took_ns = 0;
	char took[32];
	int ret = trial_kvm_device(KVM_DEVICE, e);

	if (!ret)
		ret = prepare(m, v, kernels, nr, w, MODE_KVM, e);
	if (ret)
		return ret;
	ret = trial_boot(m, &v[0], stop, &took_ns, e);
	if (ret)
		release(m, v, nr);
	else
		buf_addf(why, "a trial boot of %s under KVM took %s", kernels[0].release,
			 num_format_ns_human(took, took_ns));
	return ret;
}

/* auto without KVM is exact, unless the suite wants what exact mode cannot have. */
static int fall_back(struct vm_machine *m, struct vm_kernel *v, const struct kernel *kernels,
		     size_t nr, const struct vm_wants *w, struct suite *s, struct buf *why,
		     const struct err *no, struct err *e)
{
	int ret;

	if (devices[s->device.kind].host_timed) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, ENOTSUP,
			       "KVM does not work here (%s), and a device of the host's "
			       "is not for exact mode; say --mode tcg",
			       no->text);
	}
	ret = prepare(m, v, kernels, nr, w, MODE_EXACT, e);
	if (ret)
		return ret;
	s->mode = MODE_EXACT;
	buf_addf(why, "mode auto is exact here, because KVM does not run a guest: %s", no->text);
	return 0;
}

int trial_choose(struct vm_machine *m, struct vm_kernel *v, const struct kernel *kernels, size_t nr,
		 const struct vm_wants *w, struct suite *s, const atomic_int *stop, struct buf *why,
		 struct err *e)
{
	bool is_auto = s->mode == MODE_AUTO;
	struct buf proof = BUF_INIT;
	struct err no = ERR_INIT;
	int ret;

	if (!is_auto && s->mode != MODE_KVM)
		return prepare(m, v, kernels, nr, w, s->mode, e);
	ret = prepare_kvm(m, v, kernels, nr, w, stop, &proof, &no);
	if (!ret) {
		s->mode = MODE_KVM;
		buf_addf(why, "mode %s: %s", is_auto ? "auto is kvm here" : "kvm", buf_str(&proof));
	} else if (ret == -EINTR) {
		err_add(e, EINTR, "%s", no.text);
	} else if (is_auto) {
		ret = fall_back(m, v, kernels, nr, w, s, why, &no, e);
	} else {
		err_exit(e, FSDUEL_MACHINE);
		ret = err_add(e, ENOTSUP,
			      "mode kvm does not work here: %s; mode exact needs no "
			      "KVM, nor does tcg",
			      no.text);
	}
	buf_release(&proof);
	return ret;
}
