/* SPDX-License-Identifier: GPL-2.0-or-later */
/* err.c: sentences that travel up to the command; see err.h. */
#include "lib/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void err_clear(struct err *e)
{
	if (e)
		*e = (struct err)ERR_INIT;
}

static void add(struct err *e, const char *suffix, const char *fmt, va_list ap)
{
	size_t used = strlen(e->text), size = sizeof(e->text);

	if (used && used + 1 < size)
		used += (size_t)snprintf(e->text + used, size - used, "\n");
	vsnprintf(e->text + used, size - used, fmt, ap);
	used = strlen(e->text);
	if (suffix)
		snprintf(e->text + used, size - used, ": %s", suffix);
}

int err_add(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (e)
		add(e, NULL, fmt, ap);
	va_end(ap);
	return -errnum;
}

int err_sys(struct err *e, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (e)
		add(e, strerror(errnum), fmt, ap);
	va_end(ap);
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
