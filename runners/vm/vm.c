/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.c: a guest started, waited for, and its end told; its machine is in vm_machine.c. */
#include "runners/vm/vm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/pack.h"
#include "runners/vm/channel.h"
#include "runners/preload/preload.h"
#include "runners/cell/trouble.h"

/* A file in memory that holds first and then second; either may be NULL. */
static int memfd(const char *name, const struct buf *first, const struct buf *second, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC), ret = fd < 0 ? -errno : 0;

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
	ret = v->image_fd = memfd("kernel", m->direct ? &k->vmlinux : &k->image, NULL, e);
	if (ret >= 0)
		ret = v->initrd_fd = memfd("initramfs", &m->initramfs, &archive, e);
	if ((m->profile.lib && !m->profile.missing) || m->perf.len)
		vm_profile_kernel(v, &archive);
	if (ret >= 0 && m->perf.len) {
		buf_add(&archive, m->perf.data, m->perf.len);
		ret = v->locks_initrd_fd = memfd("initramfs with perf", &m->initramfs, &archive, e);
	}
out:
	buf_release(&archive);
	return ret < 0 ? ret : 0;
}

void vm_kernel_release(struct vm_kernel *v)
{
	proc_close_fd(&v->image_fd);
	proc_close_fd(&v->initrd_fd);
	proc_close_fd(&v->locks_initrd_fd);
	symbols_release(&v->symbols);
	*v = VM_KERNEL_NONE;
}

/* The arguments of one guest: the machine's, then images, channels and seed. */
static void guest_args(struct strv *a, const struct vm *v, const struct vm_machine *m,
		       uint64_t seed)
{
	struct buf b = BUF_INIT;

	strv_add(a, m->qemu);
	for (size_t i = 0; i < m->args.n; i++)
		strv_add(a, m->args.v[i]);
	buf_addf(&b, "-seed\n%" PRIu32 "\n", (uint32_t)(seed ^ seed >> 32));
	buf_addf(&b, "-kernel\n/proc/self/fd/%d\n", v->kernel->image_fd);
	buf_addf(&b, "-initrd\n/proc/self/fd/%d\n", v->initrd_fd);
	buf_addf(&b, "-append\n%s\n", m->cmdline);
	buf_addf(&b, "-fw_cfg\nname=" PORT_CELL_FILE ",file=/proc/self/fd/%d\n", v->fd[VM_SPEC]);
	buf_addf(&b, "-fw_cfg\nname=" PORT_SYMBOLS_FILE ",string=%d\n", v->asks_symbols);
	if (v->fd[VM_COUNTS] >= 0)
		buf_addf(&b, "-plugin\n%s,out=/proc/self/fd/%d\n", m->profile.lib,
			 v->fd[VM_COUNTS]);
	buf_addf(&b, "-serial\nfile:/proc/self/fd/%d\n", v->fd[VM_CONSOLE]);
	buf_addf(&b, "-chardev\nfile,id=results,path=/proc/self/fd/%d\n", v->fd[VM_RESULTS]);
	buf_addf(&b, "-device\nisa-debugcon,iobase=0x%x,chardev=results\n", PORT_DEBUGCON);
	if (m->disk->fd >= 0)
		buf_addf(&b,
			 "-drive\nif=none,id=disk,format=raw,cache=none,aio=native,"
			 "file=/proc/self/fd/%d\n-device\n%s,drive=disk%s\n",
			 m->disk->fd, m->device->qemu_name, m->device->qemu_args);
	strv_split(a, b.data, "\n");
	buf_release(&b);
}

/* Files for the spec and for all that the guest and its QEMU write. */
static int open_files(struct vm *v, const struct cell_spec *spec, struct err *e)
{
	static const char *const names[] = { "cell", "console", "results", "messages", "counts" };
	json_t *j = spec ? cell_spec_to_json(spec) : json_pack("{s:b}", GUEST_TRIAL_KEY, 1);
	char *dump = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	const struct buf text = { dump, strlen(dump), 0 };
	int ret = 0;

	for (int i = 0; i < NR_VM_FILES && ret >= 0; i++)
		if (i != VM_COUNTS || (spec && spec->pass == PASS_PROFILE))
			ret = v->fd[i] = memfd(names[i], i == VM_SPEC ? &text : NULL, NULL, e);
	free(dump);
	json_decref(j);
	return ret < 0 ? ret : 0;
}

static int launch(struct vm *v, uint64_t seed, struct err *e)
{
	const struct vm_machine *m = v->machine;
	const int fds[] = { v->kernel->image_fd, v->initrd_fd,      m->disk->fd,     v->fd[VM_SPEC],
			    v->fd[VM_CONSOLE],   v->fd[VM_RESULTS], v->fd[VM_COUNTS] };
	struct strv args = STRV_INIT, env = STRV_INIT;
	int keep[sizeof(fds) / sizeof(fds[0])], ret;
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			keep[nr++] = fds[i];
	guest_args(&args, v, m, seed);
	if (m->order)
		strv_addf(&env, "LD_PRELOAD=%s", m->order);
	if (m->order && v->fd[VM_COUNTS] >= 0)
		strv_addf(&env, PROFILE_INTERFACE_ENV "=%d", m->profile.interface);
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

int vm_start(struct vm *v, const struct vm_machine *m, struct vm_kernel *k,
	     const struct cell_spec *spec, uint64_t wall_limit_ns, struct err *e)
{
	bool locks = spec && spec->pass == PASS_LOCKS;
	int ret;

	*v = VM_NONE;
	v->kernel = k;
	v->machine = m;
	v->wall_limit_ns = wall_limit_ns;
	v->initrd_fd = locks && k->locks_initrd_fd >= 0 ? k->locks_initrd_fd : k->initrd_fd;
	v->asks_symbols = (locks || (spec && spec->pass == PASS_PROFILE)) && !k->symbols.n &&
			  k->symbols_key[0];
	ret = open_files(v, spec, e);
	if (!ret)
		ret = launch(v, spec ? spec->seed : 1, e);
	if (ret)
		vm_release(v);
	return ret;
}

bool vm_ended(struct vm *v, struct proc_exit *x)
{
	*x = (struct proc_exit){ 0 };
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

void vm_release(struct vm *v)
{
	proc_kill(&v->proc);
	for (int i = 0; i < NR_VM_FILES; i++)
		proc_close_fd(&v->fd[i]);
}

/* All of a memfd. text: bytes that a serial line must not bring into a CSV become '?'. */
static void read_memfd(int fd, bool text, struct buf *b)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fs_read(path, 0, b, NULL);
	for (size_t i = 0; text && i < b->len; i++)
		if ((b->data[i] < ' ' && b->data[i] != '\n' && b->data[i] != '\t') ||
		    b->data[i] > '~')
			b->data[i] = b->data[i] == '\r' ? ' ' : '?';
}

/* The first line that is no warning; "": there is none. Caller frees. */
static char *first_words(const char *said)
{
	struct strv lines = STRV_INIT;
	char *words;
	size_t i = 0;

	strv_split(&lines, said, "\n");
	while (i < lines.n && strstr(lines.v[i], "warning:"))
		i++;
	words = xstrdup(i < lines.n ? lines.v[i] : "");
	strv_release(&lines);
	return words;
}

/* Why there are no results; channel_error and why are of channel_read. */
static void note_end(const struct proc_exit *x, struct buf *console, struct buf *said,
		     int channel_error, const char *why, struct trouble_found *f)
{
	char *last = text_last_line(buf_str(console)), *words = first_words(buf_str(said)), *what;
	enum trouble_sign sign;

	if (x->signal && !x->timed_out) {
		sign = TROUBLE_QEMU;
		what = xasprintf("killed by signal %d (%s)%s%s", x->signal, strsignal(x->signal),
				 *words ? ": " : "", words);
	} else if (x->status && !x->timed_out) {
		sign = TROUBLE_QEMU;
		what = xasprintf("status %d: %s", x->status, words);
	} else if (channel_error != -ENODATA && !x->timed_out) {
		sign = TROUBLE_GARBAGE;
		what = xstrdup(why);
	} else {
		sign = x->timed_out ? TROUBLE_SILENCE : TROUBLE_OFF;
		what = last[0] ? xasprintf("its last console line is '%s'", last)
			       : xstrdup("there is nothing on its console");
	}
	trouble_note(f, sign, what);
	free(what);
	free(last);
	free(words);
}

/*
 * The image has "REL (who@where) #1 SMP ...", the guest "Linux version REL (who@where) (gcc ...) #1
 * ...".
 */
static void check_identity(const struct kernel *k, const json_t *id, struct result *r)
{
	const char *version = json_string_value(json_object_get(id, "version"));
	const char *notes = json_string_value(json_object_get(id, "notes"));
	char *want = xasprintf("Linux version %s ", k->release);

	if (!version || strncmp(version, want, strlen(want)) || !strstr(version, k->version))
		result_fail(r, STATUS_FAILED,
			    "another kernel ran than the image asked for: "
			    "the image is %s %s, the guest says '%.*s'",
			    k->release, k->version, version ? (int)strcspn(version, "\n") : 0,
			    version ? version : "");
	else if (k->build_id[0] && (!notes || !strstr(notes, k->build_id)))
		result_fail(r, STATUS_FAILED,
			    "another kernel ran than the image asked for: its build id is not %s",
			    k->build_id);
	free(want);
}

/* The recording of a pass; a guest that sends something else is not to be trusted in the rest. */
static void take_raw(const json_t *records, struct result *r, struct trouble_found *f)
{
	const json_t *raw = json_object_get(records, GUEST_RAW_RECORD);
	const char *text = json_string_value(raw);
	struct err e = ERR_INIT;

	if (!raw)
		return;
	if (!text || base64_decode(text, json_string_length(raw), &r->raw, &e))
		trouble_note(f, TROUBLE_GARBAGE, text ? e.text : "its recording is no text");
}

/* What the plug-in counted, where it was asked to. */
static void take_counts(struct vm *v, struct result *r)
{
	struct buf counts = BUF_INIT;

	if (v->fd[VM_COUNTS] < 0 || r->status != STATUS_OK)
		return;
	read_memfd(v->fd[VM_COUNTS], false, &counts);
	vm_profile_take(v->kernel, &v->machine->profile.guest, &counts, r);
	buf_release(&counts);
}

void vm_result(struct vm *v, const struct proc_exit *x, struct result *r)
{
	struct buf console = BUF_INIT, channel = BUF_INIT, said = BUF_INIT;
	struct trouble_found f = TROUBLE_NONE;
	struct err e = ERR_INIT;
	json_t *records = NULL;
	char *text = NULL;
	bool has_figures;
	int ret;

	read_memfd(v->fd[VM_CONSOLE], true, &console);
	read_memfd(v->fd[VM_MESSAGES], true, &said);
	read_memfd(v->fd[VM_RESULTS], false, &channel);
	trouble_look(&f, buf_str(&console), console.len);
	ret = channel_read(buf_str(&channel), channel.len, &records, &text, &e);
	has_figures = !ret && !result_from_json(r, json_object_get(records, CHANNEL_RESULT), &e);
	if (ret) {
		result_init(r);
		note_end(x, &console, &said, ret, e.text, &f);
	} else if (!has_figures) {
		trouble_note(&f, TROUBLE_GARBAGE, e.text);
	} else {
		check_identity(v->kernel->kernel, json_object_get(records, "kernel"), r);
		take_raw(records, r, &f);
		if (v->asks_symbols && r->status == STATUS_OK)
			vm_profile_symbols(v->kernel, records, r);
		take_counts(v, r);
		if (v->machine->order && !strstr(buf_str(&said), EXACT_ORDER_SAID))
			result_fail(r, STATUS_FAILED,
				    "QEMU did not load " EXACT_ORDER_LIB
				    ", so its clock may slip; use one that is linked dynamically");
	}
	/* A guest that sent its figures and said something bad after them is not to be trusted. */
	trouble_fail(&f, has_figures ? STATUS_OK : STATUS_FAILED, "", r);
	if (r->status != STATUS_OK && !r->console)
		r->console = trouble_excerpt(&f, buf_str(&console), console.len);
	/* Kept as the guest wrote it, unless something was added here. */
	if (r->status == STATUS_OK && v->fd[VM_COUNTS] < 0 && !v->asks_symbols)
		r->text = text;
	else
		free(text);
	trouble_release(&f);
	json_decref(records);
	buf_release(&console);
	buf_release(&channel);
	buf_release(&said);
}
