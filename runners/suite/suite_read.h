/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_read.h: for the files that read a suite. Reading goes on after a mistake. */
#ifndef FSDUEL_RUNNERS_SUITE_READ_H
#define FSDUEL_RUNNERS_SUITE_READ_H

#include <string.h>

#include "runners/suite/suite.h"

#define SUITE_BLOCKS_MAX 1000
#define SUITE_CELLS_MAX 9999 /* of one suite: more is a slip in a list of values */
#define SUITE_MIB (1ull << 20)
#define SUITE_SECOND 1000000000ull

struct suite_reader {
	struct suite *s;
	const struct suite_overrides *o; /* never NULL here */
	struct ini *ini;
	struct err *e;
	unsigned mistakes, unsaid; /* unsaid: those for which e had no room */
};

/* Note "path:line: sentence"; line 0 leaves the line out. */
void suite_mistake(struct suite_reader *r, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Note each sentence of sub, with what (a key, may be NULL) before it. */
void suite_mistake_err(struct suite_reader *r, unsigned line, const char *what,
		       const struct err *sub);
/* n structs whose first member is a name; n is SIZE_MAX: a NULL name ends them. */
struct suite_list {
	const char *kind; /* "variant", for mistakes */
	const void *array;
	size_t n, size;
};
#define SUITE_LIST(kind, array, n) ((struct suite_list){ (kind), (array), (n), sizeof(*(array)) })
/* Index of the name, or -1 and a mistake that says which is near, or all. */
int suite_choose(struct suite_reader *r, unsigned line, struct suite_list from, const char *name);
/* May this be a name (it goes into files, CSV and plots)? Else a mistake is noted. */
bool suite_name_ok(struct suite_reader *r, unsigned line, const char *kind, const char *name);
/* Is it "[kind]" or "[kind NAME]"? */
bool suite_is_kind(const struct ini_section *sec, const char *kind);
/* path relative to the folder of the suite file (malloc'ed). */
char *suite_beside(const struct suite *s, const char *path);

/* Before any section is read: note hidden characters and keys given twice, and keep one of the two
 * sizes of the work, "file_size" and "unscaled.file_size", under the plain name. */
void suite_prepare(struct suite_reader *r);
/* The key's line, or that of the section. */
unsigned suite_line(const struct ini_section *sec, const char *name);

/* One more element for an array of the suite's, zeroed. */
#define SUITE_GROW(array, n)                                                                       \
	((array) = xrealloc((array), (n) + 1, sizeof(*(array))),                                   \
	 memset(&(array)[(n)], 0, sizeof(*(array))), &(array)[(n)++])
/* The kinds of values a key of a section with fixed keys can have. */
enum suite_key_kind {
	KEY_TEXT,     /* char * */
	KEY_WORDS,    /* struct strv, by blanks and commas */
	KEY_ARGS,     /* struct strv, by blanks */
	KEY_UNSIGNED, /* unsigned */
	KEY_NUM,      /* uint64_t of kind num */
	KEY_CHOICE,   /* unsigned: index into choices */
	KEY_SET,      /* unsigned: bit i for choices[i], by blanks and commas */
};

struct suite_key {
	const char *name; /* NULL ends a table */
	enum suite_key_kind kind;
	enum num_kind num;
	size_t offset;     /* of the target within base */
	uint64_t min, max; /* inclusive, of numbers */
	const char *const *choices;
	bool empty_ok;
	bool whole_mib;
};

/* The value of a key into *to, as its row says; *to stays as it is after a mistake. */
void suite_read_value(struct suite_reader *r, const struct ini_key *k, const struct suite_key *row,
		      void *to);
/* Read the keys of sec that the table knows into base, and note all that is wrong with them. */
void suite_read_keys(struct suite_reader *r, const struct ini_section *sec,
		     const struct suite_key *keys, void *base);

void suite_kernel_release(struct suite_kernel *k);
void suite_mount_release(struct suite_mount *m);
void suite_workload_release(struct suite_workload *w);

/* suite_sections.c: all of the file. */
void suite_read_sections(struct suite_reader *r);

/* A section each, then the defaults for those that are missing. */
void suite_read_kernel(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_kernels(struct suite_reader *r);
void suite_read_variants(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_read_variant(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_variants(struct suite_reader *r);
void suite_read_contrast(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_contrasts(struct suite_reader *r);
void suite_read_workload(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_workloads(struct suite_reader *r);

#endif
