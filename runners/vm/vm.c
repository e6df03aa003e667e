/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.c: a guest started, waited for, and its end told; its machine is in vm_machine.c. */
#include "runners/vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/pack.h"
#include "runners/vm/channel.h"
#include "runners/preload/preload.h"
#include "runners/cell/trouble.h"

#define LOOK_MS 100 /* for a stop, and the wall limit */

int vm_memfd(const char *name, const struct buf *first, const struct buf *second, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), ret = fd < 0 ? -errno : 0;

	if (!ret && first)
		ret = fs_write_all(fd, first->data, first->len);
	if (!ret && second)
		ret = fs_write_all(fd, second->data, second->len);
	if (!ret)
		return fd;
	if (fd >= 0)
		close(fd);
	return err_sys(e, -ret, "cannot keep the guest's %s in memory", name);
}

int vm_kernel_init(struct vm_kernel *v, const struct vm_machine *m, const struct kernel *k,
		   const char *const *modules, struct err *e)
{
	struct buf archive = BUF_INIT;
	int ret;

	*v = VM_KERNEL_NONE;
	v->kernel = k;
	ret = initramfs_modules(k, modules, &archive, e);
	if (ret)
		goto out;
	sha256_hex(archive.data, archive.len, v->modules_sha256);
	ret = v->image_fd = vm_memfd("kernel", m->direct ? &k->vmlinux : &k->image, NULL, e);
	if (ret >= 0)
		ret = v->initrd_fd = vm_memfd("initramfs", &m->initramfs, &archive, e);
	if (!m->profile.missing || m->perf.len)
		vm_profile_kernel(v, m, &archive, modules);
	if (ret >= 0 && m->perf.len) {
		buf_add(&archive, m->perf.data, m->perf.len);
		ret = v->locks_initrd_fd =
			vm_memfd("initramfs with perf", &m->initramfs, &archive, e);
	}
out:
	buf_release(&archive);
	return ret < 0 ? ret : 0;
}

void vm_state_release(struct vm_state *s)
{
	proc_close_fd(&s->memory_fd);
	proc_close_fd(&s->stream_fd);
	buf_release(&s->console);
	*s = VM_STATE_NONE;
}

void vm_kernel_release(struct vm_kernel *v)
{
	proc_close_fd(&v->image_fd);
	proc_close_fd(&v->initrd_fd);
	proc_close_fd(&v->locks_initrd_fd);
	vm_state_release(&v->state);
	vm_state_release(&v->locks_state);
	symbols_release(&v->symbols);
	labels_release(&v->labels);
	*v = VM_KERNEL_NONE;
}

/* Of a guest that stops itself once: memory that can be saved, and a way to tell it to go on. */
static void stop_args(struct buf *b, const struct vm *v, int monitor_fd)
{
	int memory_fd = v->state ? v->state->memory_fd : v->fd[VM_MEMORY];

	buf_addf(b, "-fw_cfg\nname=" PORT_STOP_FILE ",string=1\n");
	buf_addf(b, "-object\nmemory-backend-%s,id=" GUEST_MEMORY ",size=%" PRIu64,
		 memory_fd < 0 ? "ram" : "file", v->machine->memory_bytes);
	if (memory_fd >= 0)
		buf_addf(b, ",mem-path=/proc/self/fd/%d,share=%s", memory_fd,
			 v->state ? "off" : "on");
	/* A panic of the kernel may write to the same port: that is not to stop the guest. */
	buf_addf(b, "\n-action\npanic=%s\n", v->state ? "none" : "pause");
	/* QMP has a thread of its own in QEMU, which each jump of the guest's clock wakes. */
	buf_addf(b, "-chardev\nsocket,id=monitor,fd=%d\n-mon\nchardev=monitor,mode=%s\n",
		 monitor_fd, v->state ? "readline" : "control");
	if (v->state)
		buf_adds(b, "-incoming\ndefer\n");
}

/* The arguments of one guest: the machine's, then images and channels. */
static void guest_args(struct strv *a, const struct vm *v, int monitor_fd)
{
	const struct vm_machine *m = v->machine;
	struct buf b = BUF_INIT;

	strv_add(a, m->qemu);
	for (size_t i = 0; i < m->args.n; i++)
		strv_add(a, m->args.v[i]);
	buf_addf(&b, "-kernel\n/proc/self/fd/%d\n", v->kernel->image_fd);
	buf_addf(&b, "-initrd\n/proc/self/fd/%d\n", v->initrd_fd);
	buf_addf(&b, "-append\n%s\n", m->cmdline);
	buf_addf(&b, "-fw_cfg\nname=" PORT_CELL_FILE ",file=/proc/self/fd/%d\n", v->fd[VM_SPEC]);
	buf_addf(&b, "-fw_cfg\nname=" PORT_SYMBOLS_FILE ",string=%d\n", v->asks_symbols);
	if (v->fd[VM_COUNTS] >= 0)
		buf_addf(&b, "-plugin\n%s,out=/proc/self/fd/%d\n", m->profile.lib,
			 v->fd[VM_COUNTS]);
	/* Behind what a saved guest had said. */
	buf_addf(&b, "-chardev\nfile,id=console,append=on,path=/proc/self/fd/%d\n",
		 v->fd[VM_CONSOLE]);
	buf_adds(&b, "-serial\nchardev:console\n");
	buf_addf(&b, "-chardev\nfile,id=results,path=/proc/self/fd/%d\n", v->fd[VM_RESULTS]);
	buf_addf(&b, "-device\nisa-debugcon,iobase=0x%x,chardev=results\n", PORT_DEBUGCON);
	if (m->disk->fd >= 0)
		buf_addf(&b,
			 "-drive\nif=none,id=disk,format=raw,cache=none,aio=native,"
			 "file=/proc/self/fd/%d\n-device\n%s,drive=disk%s\n",
			 m->disk->fd, m->device->qemu_name, m->device->qemu_args);
	if (monitor_fd >= 0)
		stop_args(&b, v, monitor_fd);
	strv_split(a, b.data, "\n");
	buf_release(&b);
}

/* Its own place in the stream: guests begin from it side by side. */
static int reopen(int fd, struct err *e)
{
	char path[32];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_RDONLY | O_CLOEXEC);
	return own < 0 ? err_sys(e, errno, "cannot read a saved state") : own;
}

/* Files for the spec and for all that the guest and its QEMU read and write. */
static int open_files(struct vm *v, const struct cell_spec *spec, bool to_save, struct err *e)
{
	static const char *const names[] = { "cell",   "console", "results", "messages",
					     "counts", "memory",  "stream" };
	json_t *j = spec ? cell_spec_to_json(spec) : json_pack("{s:b}", GUEST_TRIAL_KEY, 1);
	char *dump = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	const struct buf text = { dump, strlen(dump), 0 };
	const bool wanted[NR_VM_FILES] = {
		[VM_SPEC] = true,
		[VM_CONSOLE] = true,
		[VM_RESULTS] = true,
		[VM_MESSAGES] = true,
		[VM_COUNTS] = spec && v->counts,
		[VM_MEMORY] = to_save,
		[VM_STREAM] = to_save,
	};
	const struct buf *filled[NR_VM_FILES] = {
		[VM_SPEC] = &text,
		[VM_CONSOLE] = v->state ? &v->state->console : NULL,
	};
	int ret = 0;

	for (int i = 0; i < NR_VM_FILES && ret >= 0; i++)
		if (wanted[i])
			ret = v->fd[i] = vm_memfd(names[i], filled[i], NULL, e);
	if (ret >= 0 && v->state)
		ret = v->fd[VM_STREAM] = reopen(v->state->stream_fd, e);
	free(dump);
	json_decref(j);
	return ret < 0 ? ret : 0;
}

static int launch(struct vm *v, int monitor_fd, struct err *e)
{
	const struct vm_machine *m = v->machine;
	struct strv args = STRV_INIT, env = STRV_INIT;
	int keep[NR_VM_FILES + 5] = { v->kernel->image_fd, v->initrd_fd, m->disk->fd, monitor_fd,
				      v->state ? v->state->memory_fd : -1 };
	size_t nr = 0;
	int ret;

	memcpy(keep + 5, v->fd, sizeof(v->fd));
	for (size_t i = 0; i < sizeof(keep) / sizeof(keep[0]); i++)
		if (keep[i] >= 0)
			keep[nr++] = keep[i];
	guest_args(&args, v, monitor_fd);
	if (m->order && v->fd[VM_COUNTS] >= 0) {
		strv_addf(&env, "LD_PRELOAD=%s:%s", m->order, m->profile.lib);
		strv_addf(&env, PROFILE_INTERFACE_ENV "=%d", m->profile.interface);
	} else if (m->order) {
		strv_addf(&env, "LD_PRELOAD=%s", m->order);
	}
	v->started_ns = now_ns();
	ret = proc_launch(&v->proc,
			  &(struct launch){ (const char *const *)args.v, NULL,
					    (const char *const *)env.v, -1, v->fd[VM_MESSAGES],
					    keep, nr },
			  e);
	strv_release(&args);
	strv_release(&env);
	return ret;
}

/* Launched, with the other end of a socket that tells it what to do. */
static int launch_told(struct vm *v, struct err *e)
{
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return err_sys(e, errno, "cannot make a socket for QEMU");
	v->monitor_fd = ends[0];
	if (v->state)
		hmp_restore(v->monitor_fd, v->fd[VM_STREAM]);
	else
		qmp_begin(v->monitor_fd);
	v->stops = !v->state;
	ret = launch(v, ends[1], e);
	close(ends[1]);
	return ret;
}

int vm_start(struct vm *v, const struct vm_machine *m, struct vm_kernel *k,
	     const struct cell_spec *spec, enum pass pass, enum vm_start start,
	     uint64_t wall_limit_ns, struct err *e)
{
	bool locks = pass == PASS_LOCKS && k->locks_initrd_fd >= 0;
	const struct vm_state *state = locks ? &k->locks_state : &k->state;
	int ret;

	*v = VM_NONE;
	v->kernel = k;
	v->machine = m;
	v->state = start == VM_FROM_STATE && state->memory_fd >= 0 ? state : NULL;
	v->wall_limit_ns = wall_limit_ns;
	v->initrd_fd = locks ? k->locks_initrd_fd : k->initrd_fd;
	v->counts = pass != PASS_LOCKS && !m->profile.missing;
	v->watched = pass == PASS_PROFILE;
	v->asks_symbols =
		spec && (pass == PASS_LOCKS || v->counts) && !k->symbols.n && k->symbols_key[0];
	ret = open_files(v, spec, start == VM_TO_SAVE, e);
	if (!ret)
		ret = m->stops ? launch_told(v, e) : launch(v, -1, e);
	if (ret)
		vm_release(v);
	return ret;
}

void vm_poll(const struct vm *v, struct pollfd fds[2])
{
	fds[0] = (struct pollfd){ .fd = v->proc.pidfd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = v->stops ? v->monitor_fd : -1, .events = POLLIN };
}

bool vm_ended(struct vm *v, struct proc_exit *x)
{
	*x = (struct proc_exit){ 0 };
	if (v->stops && v->fd[VM_MEMORY] < 0 &&
	    qmp_told(v->monitor_fd, &v->heard, QMP_STOPPED, NULL)) {
		qmp_go_on(v->monitor_fd);
		v->stops = false;
	}
	if (proc_poll(&v->proc, x))
		return true;
	if (v->wall_limit_ns && now_ns() - v->started_ns > v->wall_limit_ns) {
		proc_kill(&v->proc);
		x->timed_out = true;
		x->status = -1;
		return true;
	}
	return false;
}

int vm_wait(struct vm *v, const char *event, const atomic_int *stop, struct proc_exit *x)
{
	struct pollfd fds[2];
	int told = 0;

	while (!told && !vm_ended(v, x)) {
		if (stop && *stop)
			return -EINTR;
		vm_poll(v, fds);
		poll(fds, 2, LOOK_MS);
		told = event ? qmp_told(v->monitor_fd, &v->heard, event, QMP_NOT_SAVED) : 0;
	}
	return told < 0 ? -ENOTSUP : told;
}

int vm_read(const struct vm *v, enum vm_file file, struct buf *b, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", v->fd[file]);
	return fs_read(path, 0, b, e);
}

void vm_release(struct vm *v)
{
	proc_kill(&v->proc);
	proc_close_fd(&v->monitor_fd);
	buf_release(&v->heard);
	for (int i = 0; i < NR_VM_FILES; i++)
		proc_close_fd(&v->fd[i]);
}
