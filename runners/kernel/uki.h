/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uki.h: a unified kernel image: an EFI program of systemd-stub with a kernel in its section
 * .linux, beside .initrd, .osrel and .cmdline. Sources: the UAPI group's specification of
 * unified kernel images; Microsoft's PE format, sections "COFF File Header" and "Section Table".
 */
#ifndef FSDUEL_RUNNERS_UKI_H
#define FSDUEL_RUNNERS_UKI_H

#include "lib/elf.h"

/* The kernel in it, in the caller's bytes; data NULL: it is no such image, or cut short. */
struct elf_span uki_linux(const void *data, size_t len);

#endif
