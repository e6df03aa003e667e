/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm_machine.c: the machine that the guests of a run see, and its id; see docs/exact.md. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/memory.h"
#include "lib/proc.h"
#include "runners/preload/preload.h"
#include "runners/folder/folder.h"
#include "runners/vm/channel.h"
#include "runners/vm/vm.h"

#define GUEST_OVERHEAD_BYTES (300u << 20) /* QEMU's own memory beside the guest's */

/* Firmware that runs before the kernel and so shifts its clock. */
static const char *const firmware_files[] = {
	"bios-256k.bin", "linuxboot_dma.bin", "pvh.bin", "kvmvapic.bin", NULL,
};

static int find_qemu(struct vm_machine *m, const char *given, struct err *e)
{
	struct buf out = BUF_INIT;
	int ret;

	m->qemu = qemu_find(given, e);
	if (!m->qemu)
		return -ENOENT;
	ret = qemu_says(m->qemu, "--version", NULL, &out, e);
	m->qemu_version = xstrndup(buf_str(&out), strcspn(buf_str(&out), "\n"));
	buf_release(&out);
	return ret;
}

/* Hash the firmware where QEMU looks for it ("-L help" lists its folders). */
static int hash_firmware(struct vm_machine *m, struct err *e)
{
	struct buf out = BUF_INIT, found = BUF_INIT;
	struct strv dirs = STRV_INIT;
	int ret = qemu_says(m->qemu, "-L", "help", &out, e);

	if (!ret)
		strv_split(&dirs, buf_str(&out), "\n");
	for (const char *const *f = firmware_files; !ret && *f; f++) {
		char sha[SHA256_HEX] = "absent";

		for (size_t i = 0; i < dirs.n; i++) {
			char *path = xasprintf("%s/%s", dirs.v[i], *f);
			bool there = fs_exists(path) && !sha256_file(path, sha, NULL);

			free(path);
			if (there)
				break;
		}
		buf_addf(&found, "%s%s=%s", found.len ? ";" : "", *f, sha);
	}
	m->firmware = buf_detach(&found, NULL);
	strv_release(&dirs);
	buf_release(&out);
	return ret;
}

/* What no argument can make good: better said once than by every guest. */
static int check_qemu(const struct vm_machine *m, const struct device_info *device, struct err *e)
{
	const char *accel = modes[m->mode].accel, *what = NULL;

	if (!qemu_has(m->qemu, QEMU_ACCEL, accel))
		what = accel;
	else if (device->qemu_name && !qemu_has(m->qemu, QEMU_DEVICE, device->qemu_name))
		what = device->qemu_name;
	if (!what)
		return 0;
	err_exit(e, FSDUEL_MACHINE);
	return err_add(e, ENOTSUP, "%s (%s) has no %s '%s'; use another QEMU, mode or device",
		       m->qemu, m->qemu_version, what == accel ? "accelerator" : "device", what);
}

/* "-machine pc,vmport=off": the mode's properties that this QEMU has. */
static void add_properties(struct vm_machine *m)
{
	struct buf b = BUF_INIT;

	for (const char *const *p = modes[m->mode].machine; *p; p++) {
		char *name = xstrndup(*p, strcspn(*p, "="));

		if (qemu_has(m->qemu, QEMU_MACHINE_PROPERTY, name))
			buf_addf(&b, ",%s", *p);
		else
			strv_addf(&m->notes,
				  "this QEMU has no machine property '%s': %s was left out", name,
				  *p);
		free(name);
	}
	if (b.len) {
		strv_add(&m->args, "-machine");
		strv_addf(&m->args, "pc%s", b.data);
	}
	buf_release(&b);
}

static void make_args(struct vm_machine *m, const struct suite *s)
{
	const struct mode_info *mode = &modes[m->mode];

	for (const char *const *a = mode->args; *a; a++)
		strv_add(&m->args, *a);
	add_properties(m);
	strv_add(&m->args, "-cpu");
	m->cpu = s->cpu ? xasprintf("%s,enforce", s->cpu) : xstrdup(mode->cpu);
	strv_add(&m->args, m->cpu);
	strv_add(&m->args, "-m");
	strv_addf(&m->args, "%" PRIu64 "M", s->memory_bytes >> 20);
	strv_add(&m->args, "-smp");
	strv_addf(&m->args, "%u", s->cpus);
	if (mode->virtual_clock && qemu_has(m->qemu, QEMU_DEVICE, GUEST_STOP_DEVICE)) {
		m->stops = true;
		strv_add(&m->args, "-device");
		strv_add(&m->args, GUEST_STOP_DEVICE);
		strv_add(&m->args, "-machine");
		strv_add(&m->args, "memory-backend=" GUEST_MEMORY);
	} else if (mode->virtual_clock) {
		strv_addf(&m->notes, "this QEMU has no device '" GUEST_STOP_DEVICE
				     "', by which a guest stops itself: every guest boots");
	}
	m->cmdline = xasprintf("%s%s", mode->cmdline, s->cpus == 1 ? mode->one_cpu_cmdline : "");
	if (mode->virtual_clock && s->cpus > 1)
		strv_addf(&m->notes,
			  "the %u CPUs share one stream of instructions: they interleave, not more",
			  s->cpus);
}

/* On the wall clock the host is part of the machine, and so is a disk of its. */
static void add_host(const struct vm_machine *m, struct buf *all)
{
	json_t *host = modes[m->mode].virtual_clock ? NULL : provenance_host();
	char *text = json_dumps(host, JSON_COMPACT | JSON_SORT_KEYS);
	char *disk = json_dumps(m->disk->facts, JSON_COMPACT | JSON_SORT_KEYS);

	buf_addf(all, "%s%s", text ? text : "", disk ? disk : "");
	free(text);
	free(disk);
	json_decref(host);
}

static void make_id(struct vm_machine *m)
{
	struct buf all = BUF_INIT;
	buf_addf(&all, "%s\n%s\n%s\n%s\n%s\n", m->qemu_version, m->firmware, m->initramfs_sha256,
		 m->cmdline, m->direct ? "vmlinux" : "bzImage");
	for (size_t i = 0; i < m->args.n; i++)
		buf_addf(&all, "%s\n", m->args.v[i]);
	add_host(m, &all);
	sha256_hex(all.data, all.len, m->sha256);
	memcpy(m->id, m->sha256, sizeof(m->id) - 1);
	m->id[sizeof(m->id) - 1] = '\0';
	buf_release(&all);
}

/* It decides what the clock shows, so its hash stands with the firmware's. */
static int find_order(struct vm_machine *m, struct err *e)
{
	char sha[SHA256_HEX], *all;
	int ret;

	m->order = proc_beside(EXACT_ORDER_LIB);
	ret = m->order ? sha256_file(m->order, sha, e) : -ENOENT;
	if (ret) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, -ret, EXACT_ORDER_LIB " is not beside this program; run make");
	}
	all = xasprintf("%s;" EXACT_ORDER_LIB "=%s", m->firmware, sha);
	free(m->firmware);
	m->firmware = all;
	return 0;
}

int vm_machine_init(struct vm_machine *m, const struct vm_wants *w, enum mode mode, struct err *e)
{
	const struct suite *s = w->suite;
	int ret;

	*m = (struct vm_machine){ .mode = mode,
				  .memory_bytes = s->memory_bytes,
				  .direct = w->direct,
				  .disk = w->disk,
				  .device = &devices[s->device.kind] };
	buf_init(&m->initramfs);
	buf_init(&m->perf);
	ret = find_qemu(m, w->qemu, e);
	if (!ret)
		ret = check_qemu(m, m->device, e);
	if (!ret)
		ret = hash_firmware(m, e);
	if (!ret && modes[mode].virtual_clock)
		ret = find_order(m, e);
	if (!ret)
		ret = w->initramfs ? fs_read(w->initramfs, 0, &m->initramfs, e)
				   : initramfs_base(w->tools, &m->initramfs, e);
	if (!ret && s->passes >> PASS_LOCKS & 1)
		ret = initramfs_perf(&m->perf, e);
	if (ret) {
		vm_machine_release(m);
		return ret;
	}
	sha256_hex(m->initramfs.data, m->initramfs.len, m->initramfs_sha256);
	sha256_hex(m->perf.data, m->perf.len, m->perf_sha256);
	make_args(m, s);
	make_id(m);
	vm_profile_init(m);
	return 0;
}

void vm_machine_release(struct vm_machine *m)
{
	free(m->qemu);
	free(m->qemu_version);
	free(m->cmdline);
	free(m->firmware);
	free(m->order);
	strv_release(&m->args);
	strv_release(&m->notes);
	buf_release(&m->initramfs);
	buf_release(&m->perf);
	free(m->cpu);
	vm_profile_release(m);
	*m = (struct vm_machine){ 0 };
}

json_t *vm_machine_json(const struct vm_machine *m)
{
	return json_pack("{s:s, s:s, s:s, s:O?, s:s, s:s, s:s*, s:s, s:s, s:o}", "id", m->id,
			 "qemu", m->qemu_version, "mode", mode_names[m->mode], "disk",
			 m->disk->facts, "firmware", m->firmware, "initramfs_sha256",
			 m->initramfs_sha256, "perf_sha256", m->perf.len ? m->perf_sha256 : NULL,
			 "cmdline", m->cmdline, "boots", m->direct ? "vmlinux" : "bzImage",
			 "qemu_args", strv_to_json(&m->args));
}

unsigned vm_guests_fit(uint64_t memory_bytes)
{
	return (unsigned)(memory_available("") / (memory_bytes + GUEST_OVERHEAD_BYTES));
}

unsigned vm_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

unsigned vm_guests(uint64_t memory_bytes)
{
	unsigned cpus = vm_cpus(), fit = vm_guests_fit(memory_bytes);

	fit = fit < cpus ? fit : cpus;
	return fit ? fit : 1;
}
