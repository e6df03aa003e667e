/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_labels.c: labels inside assembly functions, in the stock kernels' crc32c-intel (6.1 has 148
 * of them in kallsyms, 6.12 none) and in a made-up module.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/labels.h"

static void read_stock(const char *release, struct labels *l, struct symbols *s)
{
	char *ko = xasprintf("tests/data/modules/crc32c-intel-%s.ko.gz", release);
	char *kallsyms = xasprintf("tests/data/modules/crc32c-intel-%s.kallsyms", release);
	struct buf packed = BUF_INIT, file = BUF_INIT, text = BUF_INIT;

	assert_int_equal(fs_read(ko, 0, &packed, NULL), 0);
	assert_int_equal(fs_decompress(packed.data, packed.len, &file, NULL), 0);
	assert_int_equal(fs_read(kallsyms, 0, &text, NULL), 0);
	assert_int_equal(symbols_parse(s, text.data, text.len, NULL), 0);
	labels_add(l, "crc32c_intel", file.data, file.len);
	buf_release(&packed);
	buf_release(&file);
	buf_release(&text);
	free(ko);
	free(kallsyms);
}

static void crc_pcl_is_one_function_on_both_stock_kernels(void **state)
{
	static const struct {
		const char *release;
		size_t labels;
		uint64_t start, end;
	} cases[] = {
		{ "6.1", 148, 0xffffffffc022d400, 0xffffffffc022e4d5 },
		{ "6.12", 0, 0xffffffffc022e4c0, 0xffffffffc022f7a0 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct labels l = { 0 };
		const struct symbol *f;
		struct symbols s;
		size_t others = 0;

		read_stock(cases[i].release, &l, &s);
		assert_int_equal(l.n, cases[i].labels);
		/* crc_9 is at a multiple of 16, as functions are. */
		f = symbols_find(&s, 0xffffffffc022e250);
		assert_string_equal(f->name, i ? "crc32c_intel_finup" : "crc_9");
		labels_join(&l, &s);
		f = symbols_find(&s, cases[i].start);
		assert_string_equal(f->name, "crc_pcl");
		assert_int_equal(f->start, cases[i].start);
		assert_int_equal(f->end, cases[i].end);
		assert_ptr_equal(symbols_find(&s, cases[i].end - 1), f);
		for (size_t k = 0; k < s.n; k++)
			others += &s.v[k] != f && strncmp(s.v[k].name, "__pfx_", 6);
		assert_int_equal(others, 11); /* the C functions, each still there */
		labels_release(&l);
		symbols_release(&s);
	}
}

/* --- a made-up module ------------------------------------------------------------------------- */

#define NR 11

struct file {
	Elf64_Ehdr header;
	Elf64_Shdr sections[3];
	Elf64_Sym symbols[NR];
	char names[96];
};

/* Sections: none, .symtab, .strtab; the code is said to be in 7 and 8. */
static void make_file(struct file *f)
{
	static const struct {
		const char *name;
		int bind, type, section;
		uint64_t value, size;
	} rows[NR] = {
		{ "small", STB_LOCAL, STT_NOTYPE, 8, 0x10, 0 }, /* of g: f has none there */
		{ "f", STB_GLOBAL, STT_FUNC, 7, 0x100, 0x80 },
		{ "start", STB_LOCAL, STT_NOTYPE, 7, 0x100, 0 }, /* f's other name */
		{ "in", STB_LOCAL, STT_NOTYPE, 7, 0x110, 0 },
		{ "glob", STB_GLOBAL, STT_NOTYPE, 7, 0x120, 0 }, /* others may enter there */
		{ "sized", STB_LOCAL, STT_NOTYPE, 7, 0x130, 8 }, /* code of its own */
		{ "static", STB_LOCAL, STT_FUNC, 7, 0x140, 0 },  /* a function */
		{ "last", STB_LOCAL, STT_NOTYPE, 7, 0x17f, 0 },
		{ "behind", STB_LOCAL, STT_NOTYPE, 7, 0x180, 0 },
		{ "else", STB_LOCAL, STT_NOTYPE, 9, 0x110, 0 }, /* another section */
		{ "g", STB_GLOBAL, STT_FUNC, 8, 0, 0x20 },
	};
	uint32_t at = 1;

	*f = (struct file){ .header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
						     ELFDATA2LSB },
					.e_shoff = offsetof(struct file, sections),
					.e_shentsize = sizeof(Elf64_Shdr),
					.e_shnum = 3,
					.e_shstrndx = 2 } };
	for (int i = 0; i < NR + 2; i++) {
		const char *name = i < NR ? rows[i].name : i == NR ? ".symtab" : ".strtab";

		if (i < NR)
			f->symbols[i] = (Elf64_Sym){
				.st_name = at,
				.st_info = (unsigned char)ELF64_ST_INFO(rows[i].bind, rows[i].type),
				.st_shndx = (uint16_t)rows[i].section,
				.st_value = rows[i].value,
				.st_size = rows[i].size,
			};
		else
			f->sections[i - NR + 1].sh_name = at;
		assert_true(at + strlen(name) < sizeof(f->names));
		strcpy(f->names + at, name);
		at += (uint32_t)strlen(name) + 1;
	}
	f->sections[1].sh_offset = offsetof(struct file, symbols);
	f->sections[1].sh_size = sizeof(f->symbols);
	f->sections[2].sh_offset = offsetof(struct file, names);
	f->sections[2].sh_size = sizeof(f->names);
}

static void a_label_has_no_type_no_size_and_lies_in_a_function(void **state)
{
	struct labels l = { 0 };
	struct file f;

	(void)state;
	make_file(&f);
	labels_add(&l, "m", &f, sizeof(f));
	assert_int_equal(l.n, 3);
	assert_string_equal(l.v[0].name, "small");
	assert_int_equal(l.v[0].offset, 0x10);
	assert_string_equal(l.v[1].name, "in");
	assert_int_equal(l.v[1].offset, 0x10);
	assert_string_equal(l.v[2].name, "last");
	assert_int_equal(l.v[2].offset, 0x7f);
	labels_release(&l);

	/* Names beyond their table, and a file that is cut anywhere. */
	for (int i = 0; i < NR; i++)
		f.symbols[i].st_name = 4096;
	labels_add(&l, "m", &f, sizeof(f));
	assert_int_equal(l.n, 0);
	make_file(&f);
	for (size_t len = 0; len < sizeof(f); len++)
		labels_add(&l, "m", &f, len);
	labels_release(&l);
}

/* clang-format off */
static const struct { uint64_t address; const char *name; } expected[] = {
	{ 0xffffffffc0000100, "f" }, { 0xffffffffc0000110, "f" }, { 0xffffffffc000011f, "f" },
	{ 0xffffffffc0000120, "glob" }, { 0xffffffffc0000130, "sized" },
	{ 0xffffffffc0000140, "static" },
	{ 0xffffffffc000017f, "last" }, /* not "static": the symbol before it is not its function */
	{ 0xffffffffc0000180, "behind" },
	{ 0xffffffffc0001000, "g" }, { 0xffffffffc0001010, "g" }, { 0xffffffffc000101f, "g" },
	{ 0xffffffffc0001020, "in" },   /* a function of that name, elsewhere */
	{ 0xffffffffc0002110, "in" },   /* another module's */
	{ 0xffffffff81000010, "small" }, /* the image's */
};
/* clang-format on */

static void a_label_counts_to_its_function_and_nothing_else_does(void **state)
{
	static const char text[] = "ffffffff81000000 T g\nffffffff81000010 t small\n"
				   "ffffffffc0000100 t f\t[m]\nffffffffc0000110 t in\t[m]\n"
				   "ffffffffc0000120 t glob\t[m]\nffffffffc0000130 t sized\t[m]\n"
				   "ffffffffc0000140 t static\t[m]\nffffffffc000017f t last\t[m]\n"
				   "ffffffffc0000180 t behind\t[m]\nffffffffc0001000 t g\t[m]\n"
				   "ffffffffc0001010 t small\t[m]\nffffffffc0001020 t in\t[m]\n"
				   "ffffffffc0002100 t f\t[n]\nffffffffc0002110 t in\t[n]\n";
	struct labels l = { 0 };
	struct symbols s;
	struct file f;

	(void)state;
	make_file(&f);
	labels_add(&l, "m", &f, sizeof(f));
	assert_int_equal(symbols_parse(&s, text, sizeof(text) - 1, NULL), 0);
	labels_join(&l, &s);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct symbol *found = symbols_find(&s, expected[i].address);

		assert_non_null(found);
		if (strcmp(found->name, expected[i].name))
			fail_msg("%llx is in %s, not %s", (unsigned long long)expected[i].address,
				 found->name, expected[i].name);
	}
	symbols_release(&s);
	labels_join(&l, &s); /* a kernel whose names are not known yet */
	labels_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_pcl_is_one_function_on_both_stock_kernels),
		cmocka_unit_test(a_label_has_no_type_no_size_and_lies_in_a_function),
		cmocka_unit_test(a_label_counts_to_its_function_and_nothing_else_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
