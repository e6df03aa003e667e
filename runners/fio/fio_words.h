/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_words.h: the words of fio and its JSON, which come out of one pipe or file, told apart. */
#ifndef FSDUEL_RUNNERS_FIO_WORDS_H
#define FSDUEL_RUNNERS_FIO_WORDS_H

#include <stddef.h>

/* Offset of the first line that is "{" alone, where fio's JSON begins; len: there is none. */
size_t fio_words_end(const char *text, size_t len);

/*
 * The words on one line for an error message: each line once, without "fio: " in front, the
 * first ones where there are many, no word cut. Lists of values that fio prints for a
 * typing error, indented, are left out. Caller frees; "" where fio said nothing.
 */
char *fio_words(const char *text, size_t len);

#endif
