/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot.h: a results folder in pictures. The C side chooses rows and writes them as small tables;
 * the scripts dashboards/plot/NAME.gp draw them with gnuplot. Names from outside never stand
 * where gnuplot would obey them: they are columns of tables or quoted strings, shown without
 * markup.
 */
#ifndef FSDUEL_DASHBOARDS_PLOT_H
#define FSDUEL_DASHBOARDS_PLOT_H

#include "analysis/compare/compare.h"
#include "analysis/costs/costs.h"
#include "analysis/locks/locks.h"
#include "analysis/truth/truth.h"
#include "lib/buf.h"
#include "lib/err.h"

/* The data to draw. All borrowed. */
struct plot_source {
	const struct results *r;
	const struct comparison *c; /* judged; with all its rows: nothing selected */
	const struct locks *locks;  /* NULL: no locks pass */
	const struct costs *costs;  /* NULL: no profile pass */
	const struct truth *truth;  /* of several folders; NULL: one is drawn */
};

struct plot_set; /* private: the tables of one picture */
struct plot_request;

/* One picture for each contrast, of all contrasts together, or of pairs of folders (truth.h). */
enum plot_per { PER_CONTRAST, PER_FOLDER, PER_PAIR };

/* A kind of picture: its script, the files that it is drawn from, what it shows in a line. */
struct plot_kind {
	const char *name, *script, *needs, *help;
	enum plot_per per;
	/* Fill the tables; nothing to draw: why in *why (malloc'ed). */
	void (*fill)(struct plot_set *t, const struct plot_source *s, const struct plot_request *q,
		     char **why);
};
extern const struct plot_kind plot_kinds[]; /* ends with a NULL name */

/* The one table of them, from which help, docs and plot_kinds come. */
#define PLOT_KINDS(KIND)                                                                           \
	KIND(forest, "forest.gp", "comparison.csv",                                                \
	     "every cell's change with interval, margin and verdict", PER_CONTRAST)                \
	KIND(change, "change.gp", "comparison.csv",                                                \
	     "the change against the number of threads, or another", PER_CONTRAST)                 \
	KIND(scaling, "scaling.gp", "comparison.csv, samples.csv",                                 \
	     "all variants against the number of threads, or another", PER_FOLDER)                 \
	KIND(latency, "latency.gp", "comparison.csv", "percentiles of an operation's latency",     \
	     PER_CONTRAST)                                                                         \
	KIND(locks, "stack.gp", "lockstacks.csv",                                                  \
	     "waits for locks by class within an operation's time", PER_CONTRAST)                  \
	KIND(profile, "stack.gp", "profile.csv", "an operation's instructions by subsystem",       \
	     PER_CONTRAST)                                                                         \
	KIND(truth, "truth.gp", "folders of two modes",                                            \
	     "changes in exact mode against those on the wall clock (fsduel truth)", PER_PAIR)

/* By name; NULL with a sentence that lists those there are. */
const struct plot_kind *plot_find(const char *name, struct err *e);

struct plot_request {
	const struct plot_kind *kind;
	const char *contrast; /* its name; NULL: the first */
	const char *workload; /* only its cells; NULL: all */
	char *name;           /* of its files: no path, no odd characters; malloc'ed */
	char *skipped;        /* out, malloc'ed: why there is nothing to draw; else NULL */
};

/* Draw all requests by one gnuplot: DIR/NAME.svg and .png, the tables in DIR/data, and
 * DIR/plots.gp, by which `gnuplot plots.gp` in DIR draws it all again. -ENOENT with exit code 3
 * noted: no gnuplot, or its scripts are not there. */
int plot_write(const struct plot_source *s, struct plot_request *q, size_t nr, const char *dir,
	       struct err *e);

/* Append the change of a contrast's workload over what varies as text, in lines of at most width
 * columns: a chart without gnuplot. Nothing, where it is no curve. */
void plot_change_text(struct buf *b, const struct plot_source *s, const char *contrast,
		      const char *workload, size_t width);

#endif
