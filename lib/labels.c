/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels.c: see labels.h. A label is found in kallsyms by module, name and distance from the
 * function before it: names such as "small" are not unique, and the address at which a module's
 * section was loaded is not known.
 */
#include "lib/labels.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static Elf64_Sym symbol_at(struct elf_span table, size_t i)
{
	Elf64_Sym sym;

	memcpy(&sym, table.data + i * sizeof(sym), sizeof(sym));
	return sym;
}

static bool may_be_label(const Elf64_Sym *sym, struct elf_span names)
{
	return ELF64_ST_TYPE(sym->st_info) == STT_NOTYPE &&
	       ELF64_ST_BIND(sym->st_info) == STB_LOCAL && !sym->st_size &&
	       sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE &&
	       sym->st_name < names.len && names.data[sym->st_name] &&
	       memchr(names.data + sym->st_name, '\0', names.len - sym->st_name);
}

/* How far behind the start of its function; 0: in none, or where one starts. */
static uint64_t offset_of(const Elf64_Sym *sym, struct elf_span table)
{
	uint64_t nearest = UINT64_MAX;

	for (size_t i = 0; i < table.len / sizeof(Elf64_Sym); i++) {
		Elf64_Sym f = symbol_at(table, i);
		uint64_t offset = sym->st_value - f.st_value;

		if (ELF64_ST_TYPE(f.st_info) == STT_FUNC && f.st_shndx == sym->st_shndx &&
		    f.st_value <= sym->st_value && offset < f.st_size && offset < nearest)
			nearest = offset;
	}
	return nearest == UINT64_MAX ? 0 : nearest;
}

void labels_add(struct labels *l, const char *module, const void *data, size_t len)
{
	struct elf_span table = elf_section(data, len, ".symtab");
	struct elf_span names = elf_section(data, len, ".strtab");

	for (size_t i = 0; i < table.len / sizeof(Elf64_Sym); i++) {
		Elf64_Sym sym = symbol_at(table, i);
		uint64_t offset = may_be_label(&sym, names) ? offset_of(&sym, table) : 0;
		struct label *new;

		if (!offset)
			continue;
		if (!(l->n & (l->n - 1)))
			l->v = xrealloc(l->v, l->n ? 2 * l->n : 1, sizeof(*l->v));
		new = &l->v[l->n++];
		*new = (struct label){ xstrdup(module),
				       xstrdup((const char *)names.data + sym.st_name), offset };
	}
}

static bool is_label(const struct labels *l, const struct symbol *s, const struct symbol *function)
{
	if (!s->module || s->start != function->end)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].offset == s->start - function->start &&
		    !strcmp(l->v[i].name, s->name) && !strcmp(l->v[i].module, s->module))
			return true;
	return false;
}

void labels_join(const struct labels *l, struct symbols *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (kept && is_label(l, &s->v[i], &s->v[kept - 1]))
			s->v[kept - 1].end = s->v[i].end;
		else
			s->v[kept++] = s->v[i];
	s->n = kept;
}

void labels_release(struct labels *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].module);
		free(l->v[i].name);
	}
	free(l->v);
	*l = (struct labels){ 0 };
}
