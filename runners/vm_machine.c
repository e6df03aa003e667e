/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_machine.c: the machine that the guests of a run see, and its id. Why each
 * argument is there: docs/exact.md.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/guest.h"
#include "runners/initramfs.h"
#include "runners/vm.h"

#define QEMU "qemu-system-x86_64"

/* 2^0 ns an instruction; idle time is skipped; one instruction stream whatever the number of CPUs. */
static const char *const exact_args[] = {
	"-accel", "tcg,tb-size=256", "-icount", "shift=0,sleep=off",
	"-rtc", "base=2020-01-01T00:00:00,clock=vm", "-cpu", "qemu64",
	"-nodefaults", "-display", "none", "-no-reboot", NULL,
};

#define EXACT_CMDLINE "console=ttyS0 panic=-1 nokaslr loglevel=3 random.trust_cpu=off " \
		      "tsc=reliable cryptomgr.notests "  GUEST_CMDLINE_NULLBLK

/*
 * The kernel calibrates the local APIC's timer for 100 ms in a PAUSE loop, and
 * under TCG each PAUSE leaves the translated code: 2.7 s of a 6.2 s boot. A
 * single CPU does as well with the HPET.
 */
#define ONE_CPU_CMDLINE " nolapic_timer"

/* Firmware that runs before the kernel and so shifts its clock. */
static const char *const firmware_files[] = {
	"bios-256k.bin", "linuxboot_dma.bin", "pvh.bin", "kvmvapic.bin", NULL,
};

/* First line that QEMU prints for this option, or NULL. */
static char *qemu_says(const char *qemu, const char *const *options, struct buf *all,
		       struct err *e)
{
	const char *argv[4] = { qemu, options[0], options[0] ? options[1] : NULL, NULL };
	struct proc_opts o = { .out = all };

	if (proc_check(argv, &o, NULL, e))
		return NULL;
	return xstrndup(buf_str(all), strcspn(buf_str(all), "\n"));
}

static int find_qemu(struct vm_machine *m, struct err *e)
{
	static const char *const version[] = { "--version", NULL };
	struct buf out = BUF_INIT;

	m->qemu = proc_which(QEMU);
	if (!m->qemu) {
		err_exit(e, FSDUEL_MACHINE);
		return err_add(e, ENOENT, QEMU " is not installed: apt install qemu-system-x86");
	}
	m->qemu_version = qemu_says(m->qemu, version, &out, e);
	buf_release(&out);
	if (!m->qemu_version) {
		err_exit(e, FSDUEL_MACHINE);
		return -EIO;
	}
	return 0;
}

/* Hash the firmware where QEMU looks for it ("-L help" lists its folders). */
static int hash_firmware(struct vm_machine *m, struct err *e)
{
	static const char *const where[] = { "-L", "help", NULL };
	struct buf out = BUF_INIT, found = BUF_INIT;
	struct strv dirs = STRV_INIT;
	char *first = qemu_says(m->qemu, where, &out, e);

	if (first)
		strv_split(&dirs, buf_str(&out), "\n");
	for (const char *const *f = firmware_files; first && *f; f++) {
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
	if (!first)
		return -EIO;
	free(first);
	return 0;
}

static void make_id(struct vm_machine *m)
{
	struct buf all = BUF_INIT;
	char sha[SHA256_HEX];

	buf_addf(&all, "%s\n%s\n%s\n%s\n%s\n", m->qemu_version, m->firmware, m->initramfs_sha256,
		 m->cmdline, m->direct ? "vmlinux" : "bzImage");
	for (size_t i = 0; i < m->args.n; i++)
		buf_addf(&all, "%s\n", m->args.v[i]);
	sha256_hex(all.data, all.len, sha);
	memcpy(m->id, sha, sizeof(m->id) - 1);
	m->id[sizeof(m->id) - 1] = '\0';
	buf_release(&all);
}

int vm_machine_init(struct vm_machine *m, const struct suite *s, const char *const *tools,
		    const char *pinned, bool direct, struct err *e)
{
	int ret;

	*m = (struct vm_machine){ .memory_bytes = s->memory_bytes, .direct = direct };
	buf_init(&m->initramfs);
	ret = find_qemu(m, e);
	if (!ret)
		ret = hash_firmware(m, e);
	if (!ret)
		ret = pinned ? fs_read(pinned, 0, &m->initramfs, e)
			     : initramfs_base(tools, &m->initramfs, e);
	if (ret) {
		vm_machine_release(m);
		return ret;
	}
	sha256_hex(m->initramfs.data, m->initramfs.len, m->initramfs_sha256);
	for (const char *const *a = exact_args; *a; a++)
		strv_add(&m->args, *a);
	strv_add(&m->args, "-m");
	strv_addf(&m->args, "%" PRIu64 "M", s->memory_bytes >> 20);
	strv_add(&m->args, "-smp");
	strv_addf(&m->args, "%u", s->cpus);
	m->cmdline = xasprintf(EXACT_CMDLINE "%s", s->cpus == 1 ? ONE_CPU_CMDLINE : "");
	make_id(m);
	return 0;
}

void vm_machine_release(struct vm_machine *m)
{
	free(m->qemu);
	free(m->qemu_version);
	free(m->cmdline);
	free(m->firmware);
	strv_release(&m->args);
	buf_release(&m->initramfs);
	*m = (struct vm_machine){ 0 };
}

json_t *vm_machine_json(const struct vm_machine *m)
{
	json_t *args = json_array();

	for (size_t i = 0; i < m->args.n; i++)
		json_array_append_new(args, json_string(m->args.v[i]));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id", m->id, "qemu", m->qemu_version,
			 "firmware", m->firmware, "initramfs_sha256", m->initramfs_sha256,
			 "cmdline", m->cmdline, "boots", m->direct ? "vmlinux" : "bzImage",
			 "qemu_args", args);
}
