/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.h: the little that fsduel reads of 64-bit little-endian ELF files in memory: a section
 * by its name, a note by its owner and type (a kernel's build id), the table of symbols. Every
 * offset is checked, so damaged files are safe to ask.
 */
#ifndef FSDUEL_RUNNERS_ELF_H
#define FSDUEL_RUNNERS_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Bytes inside somebody's file; data is NULL when there are none. */
struct elf_span {
	const uint8_t *data;
	size_t len;
};

/* Is it an ELF file of the one kind understood here? */
bool elf_is_64le(const void *data, size_t len);

/* First section of that name that has bytes in the file. */
struct elf_span elf_section(const void *data, size_t len, const char *name);

/* The same in a row of notes, such as a PT_NOTE segment or /sys/kernel/notes. */
struct elf_span elf_find_note(struct elf_span notes, const char *owner, uint32_t type);

/* Contents of the first note of that owner ("GNU") and type, found by the program headers. */
struct elf_span elf_note(const void *data, size_t len, const char *owner, uint32_t type);

/*
 * Append its defined symbols to text in the form of /proc/kallsyms, "ADDRESS t NAME" a
 * line, unsorted. -EINVAL: it has no table of symbols, or a damaged one.
 */
int elf_symbols(const void *data, size_t len, struct buf *text, struct err *e);

#endif
