/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.h: sections, notes (a kernel's build id) and symbols of a 64-bit little-endian ELF file
 * in memory, every offset of it checked; and kernel addresses to names of functions, by the text of
 * /proc/kallsyms. An address beyond the last symbol of its section has no name.
 */
#ifndef FSDUEL_LIB_SYMBOLS_H
#define FSDUEL_LIB_SYMBOLS_H

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

/* --- kallsyms --- */

struct symbol {
	uint64_t start, end; /* end: where the next symbol of the file starts */
	const char *name;    /* in symbols.text */
	const char *module;  /* "ext4", or NULL */
};

struct symbols {
	char *text;       /* owned: names, '\0'-terminated */
	struct symbol *v; /* functions, by start; of those at one address the first */
	size_t n;
};

/* -EPERM: kptr_restrict hides the addresses; -EINVAL: a damaged line. *s may be released. */
int symbols_parse(struct symbols *s, const char *text, size_t len, struct err *e);
/* The running kernel's; -EPERM says what to set. */
int symbols_load(struct symbols *s, struct err *e);
const struct symbol *symbols_find(const struct symbols *s, uint64_t address);
void symbols_release(struct symbols *s);

#endif
