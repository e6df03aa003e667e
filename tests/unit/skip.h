/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * skip.h: a test that cannot run here says why: tests/tap.sh takes the comment
 * line before cmocka's skip as the reason, and fails a skip that has none.
 */
#ifndef FSDUEL_TESTS_SKIP_H
#define FSDUEL_TESTS_SKIP_H

#include <stdio.h>

#define skip_because(...)                                                                          \
	do {                                                                                       \
		printf("# " __VA_ARGS__);                                                          \
		putchar('\n');                                                                     \
		fflush(stdout);                                                                    \
		skip();                                                                            \
	} while (0)

#endif
