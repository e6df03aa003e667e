/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h: library code prints nothing: it returns 0 or -errno and appends one sentence to the
 * caller's struct err, which the command prints once. A NULL struct err swallows the text.
 */
#ifndef FSDUEL_LIB_ERR_H
#define FSDUEL_LIB_ERR_H

/* The documented exit codes; docs and --help list them from fsduel_exits[] of cli/command.h. */
enum fsduel_exit {
	FSDUEL_OK = 0,         /* fine */
	FSDUEL_SLOWER = 1,     /* some cell is slower, mixed or broken */
	FSDUEL_USAGE = 2,      /* usage or config error, or results that may not be compared */
	FSDUEL_MACHINE = 3,    /* this machine cannot do it */
	FSDUEL_UNMEASURED = 4, /* a planned pair has no valid sample */
	FSDUEL_UNSURE = 5,     /* unsure, only where --strict asks for it */
};

struct err {
	char text[2048]; /* sentences joined by "\n", always NUL-terminated */
	int exit_code;   /* enum fsduel_exit, 0 until somebody knows better */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		.text = "", .exit_code = 0                                                         \
	}

void err_clear(struct err *e);

/* Append one sentence and return -errnum: `return err_add(e, EINVAL, ...)`. */
int err_add(struct err *e, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": strerror(errnum)" after the text. */
int err_sys(struct err *e, int errnum, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Note the exit code the sentence just added calls for; the first note wins. */
void err_exit(struct err *e, enum fsduel_exit code);

/* e->exit_code if somebody set it, else fallback. */
int err_exit_code(const struct err *e, enum fsduel_exit fallback);

#endif
