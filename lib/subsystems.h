/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.h: the part of the kernel that a function belongs to, and whether it is bulk: told
 * from its name and its object alone, whoever called it.
 */
#ifndef FSDUEL_LIB_SUBSYSTEMS_H
#define FSDUEL_LIB_SUBSYSTEMS_H

#include <stdbool.h>
#include <stddef.h>

/* A part of the kernel, told from a function's name and its object, whoever called it. */
struct subsystem {
	const char *name, *help;
	const char *objects; /* its modules and the like, with a blank between */
	/* Without leading underscores and suffixes; the longest pattern of all rows decides. */
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

/*
 * Does it move, clear or sum bytes, in the kernel or in the emulated disk? Its instructions follow
 * the number of bytes and the width of the CPU's copies, not the path. function: with suffixes.
 */
bool function_is_bulk(const char *function);

/*
 * The characters in which the best word of a list fits, one more for a whole name; 0: none. A word
 * may have one '*'.
 */
size_t words_fit(const char *list, const char *name, size_t len);

#endif
