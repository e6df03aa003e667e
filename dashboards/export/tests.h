/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests.h: a comparison as test results, for machines that gate on them: each contrast is a
 * suite, each deciding cell and metric a test. docs/results.md says what becomes of each
 * verdict.
 */
#ifndef FSDUEL_DASHBOARDS_TESTS_H
#define FSDUEL_DASHBOARDS_TESTS_H

#include "dashboards/export/formats.h"

/* ERROR: it could not be measured as planned, and is not slower for all that is known. */
enum outcome { TEST_PASSED, TEST_SKIPPED, TEST_FAILED, TEST_ERROR, NR_OUTCOMES };

struct test {
	const struct comparison_row *row;
	enum outcome outcome;
	char *name;          /* "randrw threads=8: ops_per_s" */
	char *say;           /* "slower, -3.1 % (-3.9..-2.3): 10.7k -> 10.4k 1/s" and reasons */
	const char *because; /* what explains the change, or NULL */
};

struct test_suite {
	char *name; /* "quick.kernels": suite and contrast */
	struct test *test;
	size_t nr_tests;
	unsigned nr[NR_OUTCOMES];
};

struct tests {
	struct test_suite *suite;
	size_t nr_suites;
	unsigned nr[NR_OUTCOMES]; /* of all */
	struct test *test;        /* of all */
	size_t nr_tests;
};

void tests_make(struct tests *t, const struct findings *f);
void tests_release(struct tests *t);

#endif
