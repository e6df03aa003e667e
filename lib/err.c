/* SPDX-License-Identifier: GPL-2.0-or-later */
/* err.c: sentences that travel up to the command; see err.h. */
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void err_clear(struct err *e)
{
	if (!e)
		return;
	e->text[0] = '\0';
	e->exit_code = 0;
}

static void add(struct err *e, const char *suffix, const char *fmt, va_list ap)
{
	size_t used = strlen(e->text);
	size_t room = sizeof(e->text) - used;

	if (used && room > 1) {
		e->text[used++] = '\n';
		e->text[used] = '\0';
		room--;
	}
	vsnprintf(e->text + used, room, fmt, ap);
	if (suffix) {
		used = strlen(e->text);
		snprintf(e->text + used, sizeof(e->text) - used, ": %s", suffix);
	}
}

int err_add(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (e) {
		va_start(ap, fmt);
		add(e, NULL, fmt, ap);
		va_end(ap);
	}
	return -errnum;
}

int err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	if (e) {
		va_start(ap, fmt);
		add(e, strerror(errnum), fmt, ap);
		va_end(ap);
	}
	return -errnum;
}

void err_exit(struct err *e, enum fsduel_exit code)
{
	if (e && !e->exit_code)
		e->exit_code = code;
}

int err_exit_code(const struct err *e, enum fsduel_exit fallback)
{
	return e && e->exit_code ? e->exit_code : (int)fallback;
}
