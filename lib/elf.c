/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf.c: sections and notes of an ELF file in memory; see elf.h. Structures are
 * copied out before use, because nothing in a damaged file is aligned.
 */
#include "lib/elf.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct elf_span none = { NULL, 0 };

static struct elf_span span(const void *data, size_t len, uint64_t off, uint64_t size)
{
	if (off > len || size > len - off)
		return none;
	return (struct elf_span){ (const uint8_t *)data + off, (size_t)size };
}

/* Copy size bytes at off; false when the file ends before. */
static bool get(const void *data, size_t len, uint64_t off, void *dst, size_t size)
{
	struct elf_span found = span(data, len, off, size);

	if (found.data)
		memcpy(dst, found.data, size);
	return found.data;
}

static bool header(const void *data, size_t len, Elf64_Ehdr *eh)
{
	return get(data, len, 0, eh, sizeof(*eh)) && !memcmp(eh->e_ident, ELFMAG, SELFMAG) &&
	       eh->e_ident[EI_CLASS] == ELFCLASS64 && eh->e_ident[EI_DATA] == ELFDATA2LSB;
}

bool elf_is_64le(const void *data, size_t len)
{
	Elf64_Ehdr eh;

	return header(data, len, &eh);
}

static bool section_header(const void *data, size_t len, const Elf64_Ehdr *eh, unsigned index,
			   Elf64_Shdr *sh)
{
	uint64_t skip = (uint64_t)index * sizeof(*sh);

	/* e_shoff comes from the file: the sum must not wrap around. */
	return eh->e_shoff <= len && get(data, len, eh->e_shoff + skip, sh, sizeof(*sh));
}

struct elf_span elf_section(const void *data, size_t len, const char *name)
{
	size_t want = strlen(name) + 1;
	struct elf_span names;
	Elf64_Ehdr eh;
	Elf64_Shdr sh;

	if (!header(data, len, &eh) || eh.e_shentsize != sizeof(sh) ||
	    !section_header(data, len, &eh, eh.e_shstrndx, &sh))
		return none;
	names = span(data, len, sh.sh_offset, sh.sh_size);
	for (unsigned i = 0; i < eh.e_shnum; i++) {
		if (!section_header(data, len, &eh, i, &sh))
			return none;
		if (sh.sh_type == SHT_NOBITS || sh.sh_name > names.len ||
		    want > names.len - sh.sh_name)
			continue;
		if (!memcmp(names.data + sh.sh_name, name, want))
			return span(data, len, sh.sh_offset, sh.sh_size);
	}
	return none;
}

/* Names and contents are padded to 4 bytes. */
struct elf_span elf_find_note(struct elf_span seg, const char *owner, uint32_t type)
{
	size_t want = strlen(owner) + 1;
	uint64_t off = 0;
	Elf64_Nhdr nh;

	while (get(seg.data, seg.len, off, &nh, sizeof(nh))) {
		uint64_t name = off + sizeof(nh);
		uint64_t desc = name + (((uint64_t)nh.n_namesz + 3) & ~3ull);
		struct elf_span found = span(seg.data, seg.len, desc, nh.n_descsz);

		if (!found.data)
			return none;
		if (nh.n_type == type && nh.n_namesz == want &&
		    !memcmp(seg.data + name, owner, want))
			return found;
		off = desc + (((uint64_t)nh.n_descsz + 3) & ~3ull);
	}
	return none;
}

struct elf_span elf_note(const void *data, size_t len, const char *owner, uint32_t type)
{
	struct elf_span found = none;
	Elf64_Ehdr eh;
	Elf64_Phdr ph;

	if (!header(data, len, &eh) || eh.e_phentsize != sizeof(ph) || eh.e_phoff > len)
		return none;
	for (unsigned i = 0; i < eh.e_phnum && !found.data; i++) {
		if (!get(data, len, eh.e_phoff + i * sizeof(ph), &ph, sizeof(ph)))
			return none;
		if (ph.p_type == PT_NOTE)
			found = elf_find_note(span(data, len, ph.p_offset, ph.p_filesz), owner,
					      type);
	}
	return found;
}

/* Functions are t, what else has an address is d: it ends the function before it. */
static int add_symbol(struct buf *text, const Elf64_Sym *sym, struct elf_span names)
{
	const char *name;

	if (sym->st_name >= names.len)
		return -EINVAL;
	name = (const char *)names.data + sym->st_name;
	if (!memchr(name, '\0', names.len - sym->st_name))
		return -EINVAL;
	if (!*name || strpbrk(name, " \t\n") || sym->st_shndx == SHN_UNDEF ||
	    sym->st_shndx >= SHN_LORESERVE || ELF64_ST_TYPE(sym->st_info) == STT_TLS)
		return 0;
	buf_addf(text, "%016" PRIx64 " %c %s\n", sym->st_value,
		 ELF64_ST_TYPE(sym->st_info) == STT_FUNC ? 't' : 'd', name);
	return 0;
}

int elf_symbols(const void *data, size_t len, struct buf *text, struct err *e)
{
	struct elf_span table = elf_section(data, len, ".symtab");
	struct elf_span names = elf_section(data, len, ".strtab");

	if (!table.len || !names.len)
		return err_add(e, EINVAL,
			       "the program has no table of symbols: it is stripped, or "
			       "no ELF file");
	for (size_t at = 0; at + sizeof(Elf64_Sym) <= table.len; at += sizeof(Elf64_Sym)) {
		Elf64_Sym sym;

		memcpy(&sym, table.data + at, sizeof(sym));
		if (add_symbol(text, &sym, names))
			return err_add(e, EINVAL,
				       "symbol %zu of the program has no name within its "
				       "table of names",
				       at / sizeof(sym));
	}
	return 0;
}
