/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bzimage.h: an x86 bzImage in memory: is it all there, its version text, and the vmlinux packed
 * inside. Source: the kernel's Documentation/arch/x86/boot.rst (boot protocol 2.08 and later).
 */
#ifndef FSDUEL_RUNNERS_BZIMAGE_H
#define FSDUEL_RUNNERS_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/symbols.h"
#include "lib/err.h"

/* A checked image. Everything points into the caller's bytes. */
struct bzimage {
	const uint8_t *data;
	size_t len;
	const char *version;   /* "6.1.0-56 (builder) #1 SMP ...", NUL-terminated in data, or "" */
	size_t payload_offset; /* of the packed vmlinux in data */
	size_t payload_len;    /* ends with the unpacked size in 4 bytes */
};

/* Check data and fill *b. name stands for the image in sentences. -EINVAL, FSDUEL_USAGE noted: not
 * a bzImage, cut short, damaged. */
int bzimage_parse(struct bzimage *b, const void *data, size_t len, const char *name, struct err *e);

/* Append the unpacked vmlinux, an ELF file of the announced size, to out. -EINVAL: damaged. */
int bzimage_vmlinux(const struct bzimage *b, struct buf *out, struct err *e);

/* "6.1.0-56-cloud-amd64" out of b->version, "#1 SMP ..." likewise; "" when absent. Malloc'ed. */
char *bzimage_release(const struct bzimage *b);
char *bzimage_build(const struct bzimage *b);

/* Lower-case hex of the GNU build id of a vmlinux, "" when it has none. */
#define BUILD_ID_HEX 65
void vmlinux_build_id(const void *data, size_t len, char out[BUILD_ID_HEX]);

/* Has it the entry point by which QEMU boots it as it is (CONFIG_PVH)? */
bool vmlinux_boots_directly(const void *data, size_t len);

/* The kernel in a unified kernel image, the section .linux of an EFI program, in the caller's bytes
 * (the UAPI group's specification). data NULL: it is no such image, or cut short. */
struct elf_span uki_linux(const void *data, size_t len);

#endif
