/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bzimage.h: what stands in an x86 bzImage: its version text, whether it is all
 * there, and the vmlinux packed inside. Source: the kernel's
 * Documentation/arch/x86/boot.rst (boot protocol 2.08 and later). It reads
 * memory only; finding and loading images is kernel.c's business.
 */
#ifndef FSDUEL_RUNNERS_BZIMAGE_H
#define FSDUEL_RUNNERS_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/elf.h"
#include "lib/err.h"

/* A checked image. Everything points into the caller's bytes. */
struct bzimage {
	const uint8_t *data;
	size_t len;
	unsigned protocol;     /* 0x020f is 2.15 */
	const char *version;   /* "6.1.0-56 (builder) #1 SMP ...", NUL-terminated in data, or "" */
	size_t payload_offset; /* of the packed vmlinux in data */
	size_t payload_len;    /* ends with the unpacked size in 4 bytes */
};

/*
 * Check data and fill *b. name stands for the image in sentences. -EINVAL, exit
 * code FSDUEL_USAGE noted: not a bzImage (the sentence says what it looks like
 * instead), cut short, too old a protocol, a payload outside the file.
 */
int bzimage_parse(struct bzimage *b, const void *data, size_t len, const char *name, struct err *e);

/*
 * Append the unpacked vmlinux, an ELF file, to out. -EINVAL: the payload does
 * not unpack, or what comes out is no ELF file or not of the announced size.
 */
int bzimage_vmlinux(const struct bzimage *b, struct buf *out, struct err *e);

/* "6.1.0-56-cloud-amd64" out of b->version, "#1 SMP ..." likewise; "" when absent. Malloc'ed. */
char *bzimage_release(const struct bzimage *b);
char *bzimage_build(const struct bzimage *b);

/* Lower-case hex of the GNU build id of a vmlinux, "" when it has none. */
#define BUILD_ID_HEX 65
void vmlinux_build_id(const void *data, size_t len, char out[BUILD_ID_HEX]);

/* Has it the entry point that QEMU needs to boot it without unpacking it in the guest (CONFIG_PVH)?
 */
bool vmlinux_boots_directly(const void *data, size_t len);

/*
 * The kernel in a unified kernel image, in the caller's bytes; data NULL: it is no such image,
 * or cut short. It is an EFI program of systemd-stub with a kernel in its section .linux, beside
 * .initrd, .osrel and .cmdline (the UAPI group's specification of unified kernel images).
 */
struct elf_span uki_linux(const void *data, size_t len);

#endif
