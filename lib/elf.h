/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.h: sections, notes (a kernel's build id) and symbols of a 64-bit little-endian ELF file in
 * memory. Every offset is checked, so damaged files are safe to ask.
 */
#ifndef FSDUEL_LIB_ELF_H
#define FSDUEL_LIB_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Bytes inside the file; data is NULL when there are none. */
struct elf_span {
	const uint8_t *data;
	size_t len;
};

bool elf_is_64le(const void *data, size_t len);

/* First section of that name that has bytes in the file. */
struct elf_span elf_section(const void *data, size_t len, const char *name);

/* The same in a row of notes, such as a PT_NOTE segment or /sys/kernel/notes. */
struct elf_span elf_find_note(struct elf_span notes, const char *owner, uint32_t type);

/* Contents of the first note of that owner ("GNU") and type, found by the program headers. */
struct elf_span elf_note(const void *data, size_t len, const char *owner, uint32_t type);

/* Append its defined symbols as /proc/kallsyms has them, unsorted. -EINVAL: it has none. */
int elf_symbols(const void *data, size_t len, struct buf *text, struct err *e);

#endif
