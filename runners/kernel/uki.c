/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uki.c: one section of a PE file found by name; see uki.h. All numbers are little-endian. */
#include "runners/kernel/uki.h"

#include <stdint.h>
#include <string.h>

enum {
	OFF_PE = 0x3c,        /* u32: where the PE header begins */
	PE_SECTIONS = 6,      /* u16: how many */
	PE_OPTIONAL_LEN = 20, /* u16 */
	PE_HEADER = 24,       /* then the optional header, then the section table */
	SECTION = 40,
	SECTION_NAME = 8,      /* bytes, padded by NUL */
	SECTION_SIZE = 8,      /* u32: in memory, without padding */
	SECTION_RAW_SIZE = 16, /* u32: in the file, padded */
	SECTION_RAW = 20,      /* u32: where in the file */
};

static uint64_t get(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

struct elf_span uki_linux(const void *data, size_t len)
{
	static const char name[SECTION_NAME] = ".linux";
	const struct elf_span none = { NULL, 0 };
	const uint8_t *p = data;
	uint64_t pe, table, end;

	if (len < OFF_PE + 4 || memcmp(p, "MZ", 2))
		return none;
	pe = get(p + OFF_PE, 4);
	if (pe > len || len - pe < PE_HEADER || memcmp(p + pe, "PE\0", 4))
		return none;
	table = pe + PE_HEADER + get(p + pe + PE_OPTIONAL_LEN, 2);
	end = table + SECTION * get(p + pe + PE_SECTIONS, 2);
	for (; table + SECTION <= len && table < end; table += SECTION) {
		const uint8_t *s = p + table;
		uint64_t at = get(s + SECTION_RAW, 4), size = get(s + SECTION_SIZE, 4);
		uint64_t raw = get(s + SECTION_RAW_SIZE, 4);

		if (memcmp(s, name, sizeof(name)))
			continue;
		size = size && size < raw ? size : raw;
		if (at <= len && size <= len - at)
			return (struct elf_span){ p + at, size };
	}
	return none;
}
