/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.h: kernel addresses to names of functions, by the text of /proc/kallsyms (modules
 * included). An address beyond the last symbol of its section has no name.
 */
#ifndef FSDUEL_LIB_SYMBOLS_H
#define FSDUEL_LIB_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

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
