/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock_classes.h: which lock somebody waited for, told from how it was waited for
 * and from the functions on the way there. One table, one row a class; another
 * function is a word in a row. Nothing here knows addresses: that several waits
 * are for one lock is locks_rows.c's to use. Pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_LOCK_CLASSES_H
#define FSDUEL_ANALYSIS_LOCK_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
enum lock_kind { LOCK_RWSEM = 1, LOCK_SPINNING = 2, LOCK_MUTEXES = 4, LOCK_PER_CPU = 8,
		 LOCK_COUNTING = 16 };
/* clang-format on */

struct lock_class {
	const char *name, *help;
	const char *phrase;    /* in a sentence: "waited for ..." */
	unsigned kinds;        /* of enum lock_kind; the last class has all */
	bool work_file;        /* only where the workload itself uses the lock */
	const char *functions; /* that take it, with a blank between; "jbd2_*" is a prefix */
};

#define LOCK_CLASSES_MAX 16
extern const struct lock_class lock_classes[]; /* the last is "other" */
extern const unsigned nr_lock_classes;
#define LOCK_CLASS_OTHER (nr_lock_classes - 1)

/*
 * The kinds that the words of a lock_mode ("read", "mutex spin", "rt") may mean; 0:
 * no such mode. *shared: waited for to read, beside others.
 */
unsigned lock_mode_kinds(const char *mode, bool *shared);

/*
 * The first function of the chain (joined by ';', innermost first) that is no
 * locking primitive: who wanted the lock. Its length into *len; "" where there is none.
 */
const char *lock_chain_where(const char *chain, size_t *len);

/*
 * The classes, as bits, whose lock this function takes, whatever the kind. The
 * compiler's suffixes (".isra.0") are passed over. Several bits: the function takes
 * several locks and does not tell which it was; 0: it is in no row.
 */
uint32_t lock_classes_of(const char *function);

#endif
