/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buf.c: see buf.h. */
#include "lib/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void out_of_memory(void)
{
	static const char text[] = "fsduel: out of memory\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	abort();
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xrealloc(NULL, len + 1, 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *xstrdup(const char *s)
{
	return xstrndup(s, SIZE_MAX - 1);
}

char *xasprintf(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return buf_detach(&b, NULL);
}

char *text_last_line(const char *text)
{
	size_t end = strlen(text), start;

	while (end && strchr(" \t\r\n", text[end - 1]))
		end--;
	for (start = end; start && text[start - 1] != '\n'; start--)
		;
	return xstrndup(text + start, end - start);
}

void buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
	buf_grow(b, 0);
}

void buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_grow(struct buf *b, size_t extra)
{
	size_t need;

	if (__builtin_add_overflow(b->len, extra, &need) || need == SIZE_MAX)
		out_of_memory();
	need++;
	if (need > b->cap) {
		size_t half_more = b->cap + b->cap / 2;

		b->cap = half_more > need ? half_more : need;
		b->data = xrealloc(b->data, b->cap, 1);
	}
	b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	buf_grow(b, len);
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0) /* an impossible format or a text past INT_MAX */
		out_of_memory();
	buf_grow(b, (size_t)len);
	vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
	b->len += (size_t)len;
	va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

const char *buf_str(struct buf *b)
{
	buf_grow(b, 0);
	return b->data;
}

char *buf_detach(struct buf *b, size_t *len)
{
	char *data;

	buf_grow(b, 0);
	data = b->data;
	if (len)
		*len = b->len;
	*b = (struct buf)BUF_INIT;
	return data;
}

/* Takes over str. */
static void strv_push(struct strv *s, char *str)
{
	/* Grown when n is a power of two: the capacity is implied by n. */
	if ((s->n & (s->n - 1)) == 0)
		s->v = xrealloc(s->v, s->n ? 2 * s->n + 1 : 2, sizeof(*s->v));
	s->v[s->n++] = str;
	s->v[s->n] = NULL;
}

void strv_add(struct strv *s, const char *str)
{
	strv_push(s, xstrdup(str));
}

void strv_addf(struct strv *s, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	strv_push(s, buf_detach(&b, NULL));
}

void strv_split(struct strv *s, const char *text, const char *seps)
{
	for (text += strspn(text, seps); *text; text += strspn(text, seps)) {
		size_t len = strcspn(text, seps);

		strv_push(s, xstrndup(text, len));
		text += len;
	}
}

int strv_find(const struct strv *s, const char *str)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!strcmp(s->v[i], str))
			return (int)i;
	}
	return -1;
}

void strv_release(struct strv *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i]);
	free(s->v);
	*s = (struct strv)STRV_INIT;
}
