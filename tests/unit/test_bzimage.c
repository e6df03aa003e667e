/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bzimage.c: runners/kernel/bzimage.c and lib/symbols.c on images made here by
 * hand and then damaged, one field at a time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>

#include "runners/kernel/bzimage.h"
#include "lib/symbols.h"

#define SETUP 1024    /* one setup sector after the boot sector */
#define PAYLOAD_AT 32 /* of the payload behind the setup */
#define VERSION "6.1.0-hand (me@here) #7 SMP by hand"

struct image {
	uint8_t bytes[8192];
	size_t len;
};

static void put16(struct image *m, size_t at, unsigned v)
{
	m->bytes[at] = (uint8_t)v;
	m->bytes[at + 1] = (uint8_t)(v >> 8);
}

static void put32(struct image *m, size_t at, uint32_t v)
{
	put16(m, at, v & 0xffff);
	put16(m, at + 2, v >> 16);
}

/* An ELF file of one PT_NOTE with another owner's note before the build id. */
static size_t make_vmlinux(uint8_t *dst)
{
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
			  .e_phoff = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 1 };
	Elf64_Phdr ph = { .p_type = PT_NOTE, .p_offset = sizeof(eh) + sizeof(ph), .p_filesz = 44 };
	Elf64_Nhdr xen = { 4, 2, NT_GNU_BUILD_ID }, gnu = { 4, 4, NT_GNU_BUILD_ID };
	size_t at = ph.p_offset;

	memcpy(dst, &eh, sizeof(eh));
	memcpy(dst + sizeof(eh), &ph, sizeof(ph));
	memcpy(dst + at, &xen, sizeof(xen));
	memcpy(dst + at + 12, "Xen\0..\0", 8);
	memcpy(dst + at + 20, &gnu, sizeof(gnu));
	memcpy(dst + at + 32, "GNU\0\xde\xad\xbe\xef", 8);
	return at + ph.p_filesz;
}

/* A whole image around an uncompressed vmlinux. */
static void make_image(struct image *m)
{
	size_t at = SETUP + PAYLOAD_AT, len, end;

	memset(m, 0, sizeof(*m));
	m->bytes[0x1f1] = 1;
	memcpy(m->bytes + 0x202, "HdrS", 4);
	put16(m, 0x206, 0x020f);
	put16(m, 0x20e, 0x100);
	memcpy(m->bytes + 0x300, VERSION, sizeof(VERSION));
	len = make_vmlinux(m->bytes + at);
	put32(m, at + len, (uint32_t)len);
	put32(m, 0x248, PAYLOAD_AT);
	put32(m, 0x24c, (uint32_t)len + 4);
	end = (at + len + 4 + 15) / 16 * 16;
	put32(m, 0x1f4, (uint32_t)(end - SETUP) / 16);
	m->len = end;
}

static int parse(const struct image *m, struct bzimage *b, struct err *e)
{
	err_clear(e);
	return bzimage_parse(b, m->bytes, m->len, "IMAGE", e);
}

/* Refused, as a usage error, with this in the sentence. */
static void assert_refused(const struct image *m, const char *part)
{
	struct err e = ERR_INIT;
	struct bzimage b;

	assert_int_equal(parse(m, &b, &e), -EINVAL);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
	assert_null(strchr(e.text, '\n'));
}

static void a_whole_image_is_read(void **state)
{
	struct err e = ERR_INIT;
	struct buf vmlinux = BUF_INIT;
	char id[BUILD_ID_HEX], *text;
	struct bzimage b;
	struct image m;

	(void)state;
	make_image(&m);
	assert_int_equal(parse(&m, &b, &e), 0);
	assert_string_equal(b.version, VERSION);
	text = bzimage_release(&b);
	assert_string_equal(text, "6.1.0-hand");
	free(text);
	text = bzimage_build(&b);
	assert_string_equal(text, "#7 SMP by hand");
	free(text);
	assert_int_equal(bzimage_vmlinux(&b, &vmlinux, &e), 0);
	vmlinux_build_id(vmlinux.data, vmlinux.len, id);
	assert_string_equal(id, "deadbeef");
	buf_release(&vmlinux);
}

static void cut_short_by_more_than_padding_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct bzimage b;
	struct image m;

	(void)state;
	make_image(&m);
	m.len -= 16;
	assert_refused(&m, "cut short");
	m.len = 0x250;
	assert_refused(&m, "cut short");
	/* syssize is rounded up to 16 bytes, so some of the last ones may never have existed. */
	make_image(&m);
	put32(&m, 0x1f4, (uint32_t)((m.len - SETUP) / 16 + 1));
	m.len += 1;
	assert_int_equal(parse(&m, &b, &e), 0);
}

static void a_size_that_overflows_is_refused(void **state)
{
	struct image m;

	(void)state;
	make_image(&m);
	put32(&m, 0x1f4, 0xffffffff);
	assert_refused(&m, "cut short");
	make_image(&m);
	put32(&m, 0x248, 0xffffffff);
	assert_refused(&m, "outside the file");
	make_image(&m);
	put32(&m, 0x24c, 0xffffffff);
	assert_refused(&m, "outside the file");
	make_image(&m);
	put32(&m, 0x24c, 3);
	assert_refused(&m, "outside the file");
}

static void other_files_are_refused(void **state)
{
	static const char *const heads[] = { "\177ELF", "!<arch>\n", "\x1f\x8b", "MZ", "text" };
	struct image m;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		memset(&m, 0, sizeof(m));
		strcpy((char *)m.bytes, heads[i]);
		m.len = 4096;
		assert_refused(&m, "it has no x86 kernel's boot header");
	}
	m.len = 0;
	assert_refused(&m, "it has no x86 kernel's boot header");
}

static void a_version_outside_the_file_is_empty(void **state)
{
	struct err e = ERR_INIT;
	struct bzimage b;
	struct image m;

	(void)state;
	make_image(&m);
	put16(&m, 0x20e, 0xffff);
	assert_int_equal(parse(&m, &b, &e), 0);
	assert_string_equal(b.version, "");
	make_image(&m);
	memset(m.bytes + m.len, 'v', sizeof(m.bytes) - m.len);
	put16(&m, 0x20e, (unsigned)(m.len - 0x200 - 1));
	m.bytes[m.len - 1] = 'v'; /* no NUL before the end */
	assert_int_equal(parse(&m, &b, &e), 0);
	assert_string_equal(b.version, "");
}

static void a_damaged_payload_does_not_unpack(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	struct bzimage b;
	struct image m;
	size_t size_at;

	(void)state;
	make_image(&m);
	assert_int_equal(parse(&m, &b, &e), 0);
	size_at = b.payload_offset + b.payload_len - 4;
	put32(&m, size_at, 77);
	assert_int_equal(bzimage_vmlinux(&b, &out, &e), -EINVAL);
	assert_non_null(strstr(e.text, "announces 77"));
	buf_reset(&out);
	err_clear(&e);
	make_image(&m);
	m.bytes[b.payload_offset] = 'x';
	assert_int_equal(bzimage_vmlinux(&b, &out, &e), -EINVAL);
	assert_non_null(strstr(e.text, "ELF"));
	buf_release(&out);
}

static void a_note_beyond_its_segment_is_no_build_id(void **state)
{
	uint8_t elf[512];
	char id[BUILD_ID_HEX];
	size_t len = make_vmlinux(elf);
	Elf64_Phdr ph;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut + 1);

		memcpy(copy, elf, cut);
		vmlinux_build_id(copy, cut, id);
		free(copy);
		assert_string_equal(id, "");
	}
	memcpy(&ph, elf + sizeof(Elf64_Ehdr), sizeof(ph));
	ph.p_offset = UINT64_MAX - 8;
	memcpy(elf + sizeof(Elf64_Ehdr), &ph, sizeof(ph));
	vmlinux_build_id(elf, len, id);
	assert_string_equal(id, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_image_is_read),
		cmocka_unit_test(cut_short_by_more_than_padding_is_refused),
		cmocka_unit_test(a_size_that_overflows_is_refused),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(a_version_outside_the_file_is_empty),
		cmocka_unit_test(a_damaged_payload_does_not_unpack),
		cmocka_unit_test(a_note_beyond_its_segment_is_no_build_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
