/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * labels.h: labels inside assembly functions, which /proc/kallsyms lists like functions: to it both
 * are 't'. The rule, by a module's ELF file: a local symbol without type and without size that lies
 * behind the start of a function (STT_FUNC) of its section and within that function's size is a
 * label, and counts to that function. Of Debian's modules of Linux 6.1 it finds 995 labels in six
 * modules (148 of them in crc_pcl), of those of 6.12 none, and no function among them. Addresses
 * alone would not do: 77 of the 995 are multiples of 16, as functions are.
 *
 * A kernel's image is stripped, so its symbols stay as they are. In measured parts both stock
 * kernels execute the same seven labels of it, all in the entry code. Six are global; the seventh,
 * syscall_return_via_sysret, is at a multiple of 16 on 6.1 and not on 6.12: a rule by type and
 * address would join it on one side only, and so show a change where there is none.
 */
#ifndef FSDUEL_LIB_LABELS_H
#define FSDUEL_LIB_LABELS_H

#include "lib/symbols.h"

struct label {
	char *module, *name; /* owned; the module's as in kallsyms: "crc32c_intel" */
	uint64_t offset;     /* from the start of its function */
};

struct labels {
	struct label *v;
	size_t n;
};

/* Append those of a module's file; one without a table of symbols has none. */
void labels_add(struct labels *l, const char *module, const void *data, size_t len);
/* Give each label's addresses to its function: it has no name of its own then. */
void labels_join(const struct labels *l, struct symbols *s);
void labels_release(struct labels *l);

#endif
