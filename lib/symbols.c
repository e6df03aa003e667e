/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.c: see symbols.h. Structures of an ELF file are copied out before use, because nothing in
 * a damaged file is aligned. Only functions (types t, T, w, W) of kallsyms get names, but every
 * symbol ends the one before it, so that data behind the code is not taken for its last function.
 */
#include "lib/symbols.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"

#define KALLSYMS "/proc/kallsyms"
#define KALLSYMS_MAX ((size_t)256 << 20)
/* Sizes are not in the file: the last symbol of a module ends with the page after its own. */
#define PAGE 4096u

/* --- ELF --- */

static const struct elf_span none = { NULL, 0 };

static struct elf_span span(const void *data, size_t len, uint64_t off, uint64_t size)
{
	if (off > len || size > len - off)
		return none;
	return (struct elf_span){ (const uint8_t *)data + off, (size_t)size };
}

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

/* --- kallsyms --- */

struct line {
	uint64_t address;
	const char *name, *module;
	size_t order;
	bool function;
};

/* The characters of a name: all that are seen, in ASCII. */
static size_t word(const char *p)
{
	size_t n = 0;

	while (p[n] > ' ' && p[n] <= '~')
		n++;
	return n;
}

/* "ffffffffc0a01234 t name\t[module]" without its newline; it is cut into its parts. */
static bool parse_line(char *p, struct line *l)
{
	size_t n = num_hex(p, &l->address);

	if (!n || p[n] != ' ' || !p[n + 1] || p[n + 2] != ' ')
		return false;
	l->function = strchr("tTwW", p[n + 1]);
	l->name = p += n + 3;
	l->module = NULL;
	p += word(p);
	if (p == l->name || !*p)
		return p != l->name;
	n = word(p + 1);
	if (*p != '\t' || n < 3 || p[1 + n] || p[1] != '[' || p[n] != ']')
		return false;
	*p = p[n] = '\0';
	l->module = p + 2;
	return true;
}

static int by_address(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool same_module(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The linker's marks behind code: they end what is before them and name nothing. */
static bool is_end_mark(const struct line *l)
{
	return !l->module && (!strcmp(l->name, "_etext") || !strcmp(l->name, "_einittext"));
}

static uint64_t end_of(const struct line *l, const struct line *next)
{
	uint64_t page_end = (l->address | (PAGE - 1)) + 1 + PAGE;

	if (page_end < l->address) /* at the very end of the address space */
		page_end = UINT64_MAX;
	if (next && (same_module(l->module, next->module) || next->address < page_end))
		return next->address;
	return page_end;
}

static void fill(struct symbols *s, const struct line *lines, size_t n)
{
	size_t next;

	s->v = xcalloc(n + 1, sizeof(*s->v));
	for (size_t i = 0; i < n; i = next) {
		const struct line *l = NULL;
		bool ends = false;

		for (next = i; next < n && lines[next].address == lines[i].address; next++) {
			ends |= is_end_mark(&lines[next]);
			if (!l && lines[next].function)
				l = &lines[next];
		}
		if (!l || ends || !l->address || l->address == UINT64_MAX)
			continue;
		s->v[s->n++] = (struct symbol){
			.start = l->address,
			.name = l->name,
			.module = l->module,
			.end = end_of(l, next < n ? &lines[next] : NULL),
		};
	}
}

static int read_lines(char *text, struct line **lines, size_t *n, struct err *e)
{
	size_t cap = 0, shown = 0;
	char *line;

	for (*n = 0; text && *text; (*n)++) {
		line = strsep(&text, "\n");
		if (*n == cap) {
			cap = cap ? 2 * cap : 1024;
			*lines = xrealloc(*lines, cap, sizeof(**lines));
		}
		if (!parse_line(line, &(*lines)[*n]))
			return err_add(e, EINVAL,
				       "kallsyms:%zu: this is no line of a symbol table: '%.60s'",
				       *n + 1, line);
		(*lines)[*n].order = *n;
		shown += (*lines)[*n].address != 0;
	}
	if (!*n)
		return err_add(e, EINVAL,
			       "the kernel's symbol table is empty: its functions have no names");
	if (!shown)
		return err_add(e, EPERM,
			       "the kernel hides its addresses: call chains need root, or "
			       "0 in /proc/sys/kernel/kptr_restrict");
	return 0;
}

int symbols_parse(struct symbols *s, const char *text, size_t len, struct err *e)
{
	struct line *lines = NULL;
	size_t n = 0;
	int ret;

	*s = (struct symbols){ .text = xstrndup(len ? text : "", len) };
	if (strlen(s->text) < len)
		ret = err_add(e, EINVAL, "the kernel's symbol table has a NUL byte in it");
	else
		ret = read_lines(s->text, &lines, &n, e);
	if (!ret) {
		qsort(lines, n, sizeof(*lines), by_address);
		fill(s, lines, n);
	} else {
		symbols_release(s);
	}
	free(lines);
	return ret;
}

int symbols_load(struct symbols *s, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	*s = (struct symbols){ .n = 0 };
	ret = fs_read(KALLSYMS, KALLSYMS_MAX, &b, e);
	if (!ret)
		ret = symbols_parse(s, b.data, b.len, e);
	buf_release(&b);
	return ret;
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t address)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || address >= s->v[low - 1].end)
		return NULL;
	return &s->v[low - 1];
}

void symbols_release(struct symbols *s)
{
	free(s->v);
	free(s->text);
	*s = (struct symbols){ .n = 0 };
}
