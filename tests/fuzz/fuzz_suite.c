/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_suite.c: any bytes as a suite file: taken or refused with a sentence and
 * the usage exit code, never anything else; what is taken can be planned, and
 * each cell has every variant once a block.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runners/suite/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;
	int ret = suite_load_mem(&s, "tests/data/suites/bad/fuzz.ini", (const char *)data, size,
				 NULL, &e);

	must((ret != 0) == (e.text[0] != '\0'));
	must(!ret || e.exit_code == FSDUEL_USAGE);
	/* Larger ones differ in nothing but the time they take. */
	if (!ret && s.blocks * s.nr_variants < 100) {
		must(plan_make(&p, &s, &e) == 0);
		must(p.nr_units == p.nr_cells * s.nr_variants * s.blocks);
		must(plan_expected_wall_s(&p, 2) > 0);
		plan_release(&p);
	}
	suite_release(&s);
	return 0;
}
