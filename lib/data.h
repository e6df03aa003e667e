/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * data.h: the files that come with the program and are read while it runs: suites,
 * experiments, kernel patches, gnuplot scripts. Names are those of the source tree,
 * "kernels/excl-dio.patch". Not the cache and not results: those are the caller's.
 */
#ifndef FSDUEL_LIB_DATA_H
#define FSDUEL_LIB_DATA_H

/* "in DATA_PLACES": for the sentence that says where something was looked for. */
#define DATA_PLACES                                                                                \
	"the folder you work in, the source tree and share/fsduel beside the program's bin"

/*
 * Where name may be, best first: i = 0 is the folder one works in (name as it is), then
 * the source tree that the program was built in, then what was installed. Places without
 * it may be left out or come twice. NULL: no more places. Caller frees.
 */
char *data_place(unsigned i, const char *name);

/* The first of these places that has name, or NULL. Caller frees. */
char *data_find(const char *name);

#endif
