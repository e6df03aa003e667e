/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.h: to which part of the kernel a function belongs, by its name and the
 * object it is in. One table, one row a subsystem; another function is a word in a
 * row. It is a convention for reading a profile and no statement about who called:
 * a lock's functions are locking, whoever takes it. Pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_SUBSYSTEMS_H
#define FSDUEL_ANALYSIS_SUBSYSTEMS_H

#include <stddef.h>

struct subsystem {
	const char *name, *help;
	const char
		*objects; /* modules and the like that are of it; names with a blank between them */
	/*
	 * Functions likewise, without leading underscores and compiler's suffixes: "bio_*" is
	 * a prefix. The longest pattern of all rows that fits decides.
	 */
	const char *functions;
};

#define SUBSYSTEMS_MAX 24
extern const struct subsystem subsystems[]; /* the last is "other" */
extern const unsigned nr_subsystems;
#define SUBSYSTEM_OTHER (nr_subsystems - 1)

/* object as in profile.csv decides where a row has it; function "": not known. */
unsigned subsystem_of(const char *object, const char *function);

/* The pieces that the compiler makes of one function, under other names. */
enum piece {
	PIECE_WHOLE, /* itself, or a copy of it (".constprop.0", ".isra.0") */
	PIECE_PART,  /* the rest, when its beginning was put into its callers (".part.0") */
	PIECE_COLD,  /* what it jumps to where it rarely goes (".cold") */
};

/* Length of the name without these suffixes; *piece (may be NULL): which it is. */
size_t function_stem(const char *function, enum piece *piece);

#endif
