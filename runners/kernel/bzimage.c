/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzimage.c: see bzimage.h. Offsets: Documentation/arch/x86/boot.rst; little-endian. */
#include "runners/kernel/bzimage.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "lib/fs.h"

enum {
	SECTOR = 512,
	OFF_SETUP_SECTS = 0x1f1, /* u8; 0 means 4 */
	OFF_SYSSIZE = 0x1f4,     /* u32, 16-byte units */
	OFF_MAGIC = 0x202,
	OFF_VERSION = 0x20e,     /* u16, from 0x200 on */
	OFF_PAYLOAD = 0x248,     /* u32, from the end of the setup sectors on */
	OFF_PAYLOAD_LEN = 0x24c, /* u32 */
	HEADER_END = 0x250,
	XEN_PHYS32_ENTRY = 18, /* note type, xen/interface/elfnote.h */
	PARAGRAPH = 16,        /* what syssize is rounded up to */
};

/* A unified kernel image is a PE file: "COFF File Header" and "Section Table" of its format. */
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

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | get16(p + 2) << 16;
}

static int refuse(struct err *e, const char *name, const char *why)
{
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL, "%s is not a bzImage: %s", name, why);
}

/* The text at OFF_VERSION when it lies, with its NUL, in the file; else "". */
static const char *version_text(const uint8_t *p, size_t len)
{
	size_t at = get16(p + OFF_VERSION);

	if (!at || at + 0x200 >= len)
		return "";
	at += 0x200;
	return memchr(p + at, 0, len - at) ? (const char *)p + at : "";
}

int bzimage_parse(struct bzimage *b, const void *data, size_t len, const char *name, struct err *e)
{
	const uint8_t *p = data;
	uint64_t setup, end;

	*b = (struct bzimage){ .data = p, .len = len, .version = "" };
	if (len < HEADER_END || memcmp(p + OFF_MAGIC, "HdrS", 4))
		return refuse(e, name,
			      "it has no x86 kernel's boot header (a vmlinux, a package, another "
			      "machine's image?); give arch/x86/boot/bzImage, or the folder of an "
			      "unpacked package");
	setup = (uint64_t)((p[OFF_SETUP_SECTS] ? p[OFF_SETUP_SECTS] : 4) + 1) * SECTOR;
	end = setup + (uint64_t)get32(p + OFF_SYSSIZE) * PARAGRAPH;
	/* syssize is rounded up: up to 15 bytes may be missing from a whole image. */
	if (len + PARAGRAPH <= end)
		return refuse(e, name, "it is cut short: its header announces more bytes");
	b->version = version_text(p, len);
	b->payload_offset = (size_t)(setup + get32(p + OFF_PAYLOAD));
	b->payload_len = get32(p + OFF_PAYLOAD_LEN);
	if (b->payload_len < 4 || b->payload_offset > len ||
	    b->payload_len > len - b->payload_offset)
		return refuse(e, name, "its header puts the packed kernel outside the file");
	return 0;
}

int bzimage_vmlinux(const struct bzimage *b, struct buf *out, struct err *e)
{
	const uint8_t *payload = b->data + b->payload_offset;
	uint32_t want = get32(payload + b->payload_len - 4);
	/* A gzip stream ends with that size itself; for the others it is put behind the stream. */
	bool gzip = payload[0] == 0x1f && payload[1] == 0x8b;
	size_t before = out->len;
	int ret;

	ret = fs_decompress(payload, b->payload_len - (gzip ? 0 : 4), out, e);
	if (ret)
		return ret;
	if (out->len - before != want)
		return err_add(e, EINVAL,
			       "the kernel packed in the image has %zu bytes unpacked "
			       "and announces %u: the image is damaged",
			       out->len - before, want);
	if (!elf_is_64le(buf_str(out) + before, out->len - before))
		return err_add(e, EINVAL, "the kernel packed in the image is no 64-bit ELF file");
	return 0;
}

char *bzimage_release(const struct bzimage *b)
{
	return xstrndup(b->version, strcspn(b->version, " "));
}

char *bzimage_build(const struct bzimage *b)
{
	const char *mark = strstr(b->version, " #");

	return xstrdup(mark ? mark + 1 : "");
}

void vmlinux_build_id(const void *data, size_t len, char out[BUILD_ID_HEX])
{
	struct elf_span id = elf_note(data, len, "GNU", NT_GNU_BUILD_ID);

	hex_format(out, BUILD_ID_HEX, id.data, id.len);
}

bool vmlinux_boots_directly(const void *data, size_t len)
{
	return elf_note(data, len, "Xen", XEN_PHYS32_ENTRY).len != 0;
}

struct elf_span uki_linux(const void *data, size_t len)
{
	static const char name[SECTION_NAME] = ".linux";
	const struct elf_span none = { NULL, 0 };
	const uint8_t *p = data;
	uint64_t pe, table, end;

	if (len < OFF_PE + 4 || memcmp(p, "MZ", 2))
		return none;
	pe = get32(p + OFF_PE);
	if (pe > len || len - pe < PE_HEADER || memcmp(p + pe, "PE\0", 4))
		return none;
	table = pe + PE_HEADER + get16(p + pe + PE_OPTIONAL_LEN);
	end = table + SECTION * get16(p + pe + PE_SECTIONS);
	for (; table + SECTION <= len && table < end; table += SECTION) {
		const uint8_t *s = p + table;
		uint64_t at = get32(s + SECTION_RAW), size = get32(s + SECTION_SIZE);
		uint64_t raw = get32(s + SECTION_RAW_SIZE);

		if (memcmp(s, name, sizeof(name)))
			continue;
		size = size && size < raw ? size : raw;
		if (at <= len && size <= len - at)
			return (struct elf_span){ p + at, size };
	}
	return none;
}
