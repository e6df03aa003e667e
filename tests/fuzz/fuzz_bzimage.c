/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_bzimage.c: kernel images and the ELF files inside: whatever the bytes,
 * the parsers stay within them, and what they accept has a version text that
 * ends in the file and a payload that lies in it.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/kernel/bzimage.h"
#include "lib/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
	if (!holds)
		abort();
}

static void look_into_elf(const void *data, size_t len)
{
	char id[BUILD_ID_HEX];
	struct elf_span s = elf_section(data, len, ".modinfo");
	const uint8_t *begin = data;

	check(!s.data || (s.data >= begin && s.len <= len - (size_t)(s.data - begin)));
	vmlinux_build_id(data, len, id);
	check(strlen(id) < sizeof(id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct buf vmlinux = BUF_INIT;
	struct bzimage b;
	struct elf_span kernel = uki_linux(data, size);

	check(!kernel.data || (kernel.data >= data && kernel.data <= data + size &&
			       kernel.len <= (size_t)(data + size - kernel.data)));
	look_into_elf(data, size);
	if (bzimage_parse(&b, data, size, "fuzz", &e)) {
		check(e.text[0] && e.exit_code == FSDUEL_USAGE);
		return 0;
	}
	check(b.payload_offset <= size && b.payload_len <= size - b.payload_offset);
	free(bzimage_release(&b));
	free(bzimage_build(&b));
	if (!bzimage_vmlinux(&b, &vmlinux, &e))
		look_into_elf(vmlinux.data, vmlinux.len);
	buf_release(&vmlinux);
	return 0;
}
