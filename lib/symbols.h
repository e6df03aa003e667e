/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.h: kernel addresses to names of functions, by the text of
 * /proc/kallsyms (modules included). A name is never guessed: an address beyond
 * the last symbol of its section, or a file whose addresses are hidden, has none.
 */
#ifndef FSDUEL_LIB_SYMBOLS_H
#define FSDUEL_LIB_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct symbol {
	uint64_t start,
		end;        /* end: where the next symbol starts; ends of sections as in the file */
	const char *name;   /* in symbols.text */
	const char *module; /* "ext4", or NULL */
};

struct symbols {
	char *text;       /* owned: names, '\0'-terminated */
	struct symbol *v; /* functions, by start; of those at one address the first */
	size_t n;
};

/*
 * Of the text of /proc/kallsyms (need not be terminated). -EPERM: all addresses are
 * 0, as kptr_restrict hides them; -EINVAL: a damaged line, with its number. *s is
 * initialised in any case.
 */
int symbols_parse(struct symbols *s, const char *text, size_t len, struct err *e);
/* The running kernel's; -EPERM says what to set. */
int symbols_load(struct symbols *s, struct err *e);
/* NULL: none. */
const struct symbol *symbols_find(const struct symbols *s, uint64_t address);
void symbols_release(struct symbols *s);

#endif
