/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.h: the waits of a results folder (lockstacks.csv), given classes and summed for each cell
 * and variant over its blocks. "Own" waits are those of threads named like a role of these
 * results, or "fio"; others count in a class's figures and not for each operation.
 */
#ifndef FSDUEL_ANALYSIS_LOCKS_H
#define FSDUEL_ANALYSIS_LOCKS_H

#include "analysis/compare/compare.h"

/* A class of locks, told from how one was waited for and from the functions on the way there. */
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

/* Kinds that a lock_mode ("read", "mutex spin") may mean; 0: no such. *shared: to read. */
unsigned lock_mode_kinds(const char *mode, bool *shared);

/* The first function of the chain "inner;outer;..." that is no locking primitive, or "". */
const char *lock_chain_where(const char *chain, size_t *len);

/* The classes, as bits, whose lock this function may take, whatever the kind; 0: in no row. */
uint32_t lock_classes_of(const char *function);

#define LOCKS_LOST_MAX 0.01 /* share of lost events past which a cell run's figures are invalid */

/* One class and direction in one cell and variant; sums over its valid cell runs. */
struct lock_figures {
	unsigned class; /* index into lock_classes */
	bool shared;
	uint64_t locks; /* different ones; of those that have an address */
	uint64_t waits, total_ns, max_ns;
	uint64_t own_waits, own_total_ns;
	double mean_ns, p99_ns; /* only where waits > 0; p99 by nearest rank in merged buckets */
	uint64_t held_ns;       /* the part of total_ns in which it is known who held it */
};

/* A waiter: a role at one place, for a class and direction. */
struct lock_who {
	unsigned class;
	bool shared, own;
	const char *role, *where; /* where: "" where no function has a name */
	uint64_t waits, total_ns;
	uint64_t held_ns; /* as above */
	/* The holder for the largest part of held_ns; NULL where nothing is known. */
	const char *holder_role, *holder_where;
	bool holder_shared;
	uint64_t holder_ns;
};

/* One cell and variant. */
struct lock_cell {
	const char *workload, *params, *varying, *variant;
	unsigned role_threads;   /* 0: not known */
	unsigned planned, valid; /* cell runs of the pass that were run; with figures */
	const char *reason;      /* why some are not valid: the first, or NULL */
	uint64_t lost, events;   /* lost by the recorder; all others, in all finished cell runs */
	uint64_t cut;            /* waits without beginning or end */
	double operations, elapsed_ns; /* summed over the valid ones; 0: not measured */
	double thread_ns; /* likewise, of all threads; of fio: as if all were there all the time */
	double rate;      /* mean over the valid ones, by the first primary metric */
	bool has_watched;
	double watched; /* median of watched / unwatched rate over blocks; 0.97: 3 % slower */
	struct lock_figures *figures;
	size_t nr_figures; /* with waits, most total_ns first */
	struct lock_who *who;
	size_t nr_who; /* most total_ns first, ties by name */
};

struct locks {
	struct lock_cell *cells; /* plan order of cells, then of variants */
	size_t nr_cells;
	const char *rate;     /* the metric behind watched: "ops_per_s" */
	struct strv notes;    /* what is invalid or was skipped, and why: a sentence each */
	struct intern *names; /* private: owns strings */
};

/* Read DIR/lockstacks.csv for r, which must outlive *out; NULL where run.json plans no locks pass.
 * -EINVAL: a bad row, or the locks pass is the first. -ENOENT: no file, though a cell run of the
 * pass is fine. A million rows in well under ten seconds and 300 MB. */
int locks_load(struct locks **out, const struct results *r, const char *dir, struct err *e);
/* The same from memory; name stands for the path in sentences. */
int locks_load_mem(struct locks **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e);
void locks_free(struct locks *l); /* accepts NULL */

/* The cell's entry, or NULL. */
const struct lock_cell *locks_find(const struct locks *l, const char *workload, const char *params,
				   const char *variant);

/* Figures of one class, both directions added up (mean, p99 and shared apart, which are 0). */
struct lock_figures locks_of_class(const struct lock_cell *c, unsigned class);

/* "dio_read waited 2.65 s for i_rwsem held for writing by dio_overwrite, at ext4_file_read_iter" */
void locks_sentence(struct buf *b, const struct lock_who *w);

/* Fill struct row_locks (compare.h) and notes. After comparison_judge; l may be NULL. */
void comparison_add_locks(struct comparison *c, const struct locks *l);

#endif
