/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf.h: a growable byte string, after git's strbuf: BUF_INIT, appends, then buf_release or
 * buf_detach. After the first append .data has a NUL at .len. Without memory the program aborts.
 */
#ifndef FSDUEL_LIB_BUF_H
#define FSDUEL_LIB_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

#define BUF_INIT                                                                                   \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

void buf_init(struct buf *b);
void buf_release(struct buf *b); /* accepts a released or BUF_INIT buf */
void buf_reset(struct buf *b);   /* empty, memory kept */
void buf_grow(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
const char *buf_str(struct buf *b);           /* "" for an empty one; owned by b */
char *buf_detach(struct buf *b, size_t *len); /* caller frees; len may be NULL; b is empty after */

/* malloc family that aborts with one line when memory is gone. */
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size); /* n * size, overflow checked */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* The last line of text that is not blank, without blanks at its end; "": none. Caller frees. */
char *text_last_line(const char *text);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A growable array of strings, each owned by it; .v is NULL-terminated, so it can be an argv. */
struct strv {
	char **v;
	size_t n;
};

#define STRV_INIT                                                                                  \
	{                                                                                          \
		NULL, 0                                                                            \
	}

void strv_add(struct strv *s, const char *str);
void strv_addf(struct strv *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Append the words of text, split at any of the characters in seps, empty words left out. */
void strv_split(struct strv *s, const char *text, const char *seps);
int strv_find(const struct strv *s, const char *str); /* index or -1 */
void strv_release(struct strv *s);

#endif
