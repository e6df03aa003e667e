/* SPDX-License-Identifier: GPL-2.0-or-later */
/* data.h: the files that come with the program, by source name: "kernels/excl-dio.patch". */
#ifndef FSDUEL_LIB_DATA_H
#define FSDUEL_LIB_DATA_H

/* "in DATA_PLACES": for the sentence that says where something was looked for. */
#define DATA_PLACES                                                                                \
	"the folder you work in, the source tree and share/fsduel beside the program's bin"

/* Where name may be: i = 0 is the working directory, then the source tree of the program, then the
 * installed files. A place without such a file may come twice. NULL: no more. Caller frees. */
char *data_place(unsigned i, const char *name);

/* The first of these places that has name, or NULL. Caller frees. */
char *data_find(const char *name);

/* The paths of the files *.ini of a folder in the first of these places that has any, in natural
 * order (E2 before E10); none: all stays as it is. */
struct strv;
void data_suites(struct strv *all, const char *folder);

#endif
