/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests.h: a comparison as test results, for machines that gate on them: each contrast is a
 * suite, each deciding cell and metric a test. One walker leads all formats of this kind;
 * docs/results.md says what becomes of each verdict.
 */
#ifndef FSDUEL_DASHBOARDS_TESTS_H
#define FSDUEL_DASHBOARDS_TESTS_H

#include "dashboards/export/formats.h"

/* ERROR: it could not be measured as planned, and is not slower for all that is known. */
enum outcome { TEST_PASSED, TEST_SKIPPED, TEST_FAILED, TEST_ERROR, NR_OUTCOMES };

struct test_suite {
	const struct comparison_row *row; /* its first */
	const char *name;                 /* "quick.kernels": suite and contrast */
	unsigned number, tests, nr[NR_OUTCOMES];
};

struct test {
	const struct test_suite *suite;
	const struct comparison_row *row;
	unsigned number; /* in its suite, from 1 */
	enum outcome outcome;
	const char *name;    /* "randrw threads=8: ops_per_s" */
	const char *say;     /* "slower, -3.1 % (-3.9..-2.3): 10.7k -> 10.4k 1/s" and reasons */
	const char *because; /* what explains the change, or NULL */
};

struct test_writer {
	void (*begin)(struct buf *out, const struct test_suite *all, unsigned suites);
	void (*suite)(struct buf *out, const struct test_suite *s, const struct findings *f);
	void (*test)(struct buf *out, const struct test *t);
	void (*suite_end)(struct buf *out, const struct test_suite *s, const struct findings *f);
	void (*end)(struct buf *out, const struct findings *f);
};

void tests_write(struct buf *out, const struct findings *f, const struct test_writer *w);

#endif
