/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_code.h: change a function of the running kernel, so that any stock
 * kernel, without headers, modules or a build, does what a test wants of it.
 * For tests/guest/trouble.c only.
 */
#ifndef FSDUEL_TESTS_GUEST_KERNEL_CODE_H
#define FSDUEL_TESTS_GUEST_KERNEL_CODE_H

#include <stddef.h>

#include "lib/err.h"

/* movabs $0,%rax; call *%rax: kernel_code_replace puts the function's address in. */
#define CALL_FUNCTION "\x48\xb8\0\0\0\0\0\0\0\0\xff\xd0"

/*
 * Put x86-64 code over the beginning of the kernel's function symbol. function:
 * what CALL_FUNCTION in the code calls, or NULL where there is none. Nothing
 * checks that it fits.
 */
int kernel_code_replace(const char *symbol, const char *code, size_t len, const char *function,
			struct err *e);

#endif
