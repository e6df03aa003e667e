/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite_read.h: what the files that read a suite share (suite.c,
 * suite_variants.c, suite_workload.c). Private to them. A mistake is noted and
 * reading goes on, so that a user sees all of them at once.
 */
#ifndef FSDUEL_RUNNERS_SUITE_READ_H
#define FSDUEL_RUNNERS_SUITE_READ_H

#include <string.h>

#include "runners/suite/suite.h"

#define SUITE_NAME_MAX 64
#define SUITE_BLOCKS_MAX 1000
#define SUITE_CELLS_MAX 9999 /* of one suite: more is a slip in a list of values */
#define SUITE_VARIANTS_MAX 99
#define SUITE_UNITS_MAX 1000000           /* cell runs in all */
#define SUITE_SEED_MAX ((1ull << 53) - 1) /* what every JSON reader keeps exactly */

struct suite_reader {
	struct suite *s;
	const struct suite_overrides *o;
	const struct ini *ini;
	struct err *e;
	unsigned mistakes, unsaid; /* unsaid: those that found no room in e */
	struct strv told;          /* each sentence once, though the file is read twice */
};

/* Note "path:line: sentence"; line 0 leaves the line out. */
void suite_mistake(struct suite_reader *r, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Note each sentence of sub, with what (a key, may be NULL) before it. */
void suite_mistake_err(struct suite_reader *r, unsigned line, const char *what,
		       const struct err *sub);
/* Note that word, some kind of thing, is not one of names, with the nearest or the list of them. */
void suite_mistake_unknown(struct suite_reader *r, unsigned line, const char *kind,
			   const char *word, const char *const *names);
/* May this be a name (it goes into files, CSV and plots)? Else a mistake is noted. */
bool suite_name_ok(struct suite_reader *r, unsigned line, const char *kind, const char *name);
/* Notes a mistake where section k of the same section had the same name before. */
bool suite_key_again(struct suite_reader *r, const struct ini_section *sec, size_t k);

/* path relative to the folder of the suite file (malloc'ed). */
char *suite_beside(const struct suite *s, const char *path);

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
};

/* Read the keys of sec that the table knows into base, and note all that is wrong with them. */
void suite_read_keys(struct suite_reader *r, const struct ini_section *sec,
		     const struct suite_key *keys, void *base);

/* suite_sections.c, a pair for each kind of section: one that occurs, then what stands in for none.
 */
void suite_read_suite(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_suite(struct suite_reader *r);
void suite_read_device(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_device(struct suite_reader *r);
void suite_read_machine(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_read_limits(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_read_experiment(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_read_mount(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_mounts(struct suite_reader *r);

/* suite_kernels.c */
void suite_read_kernel(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_kernels(struct suite_reader *r);

/*
 * suite_unscaled.c: the file as it is to be read: without its keys "unscaled.*", or with
 * those in the place of the plain ones. Strings are borrowed of ini.
 */
bool suite_has_unscaled(const struct ini *ini);
void suite_view_make(struct ini *view, const struct ini *ini, bool unscaled);
void suite_view_release(struct ini *view);

/* suite_margins.c */
void suite_read_margins(struct suite_reader *r, const struct ini_section *sec, const char *name);

/* suite_variants.c; the finish functions put the defaults in where the file says nothing. */
void suite_read_variants(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_read_variant(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_variants(struct suite_reader *r);
void suite_read_contrast(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_contrasts(struct suite_reader *r);

/* suite_guard.c; after the variants */
void suite_read_guard(struct suite_reader *r, const struct ini_section *sec, const char *name);

/* suite_workload.c */
void suite_read_workload(struct suite_reader *r, const struct ini_section *sec, const char *name);
void suite_finish_workloads(struct suite_reader *r);

#endif
