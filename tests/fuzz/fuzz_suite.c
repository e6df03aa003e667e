/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_suite.c: any bytes as a suite file: taken or refused with a sentence and
 * the usage exit code, never anything else; its plan is refused with a sentence, or
 * each cell has every variant once a block.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "runners/suite/plan.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;
	size_t units = 0;
	int ret = suite_load_mem(&s, "tests/data/suites/bad/fuzz.ini", (const char *)data, size,
				 NULL, &e);

	require((ret != 0) == (e.text[0] != '\0'));
	require(!ret || e.exit_code == FSDUEL_USAGE);
	/* Larger ones differ in nothing but the time they take. */
	if (!ret && s.blocks * s.nr_variants < 100) {
		ret = plan_make(&p, &s, &e);
		require((ret != 0) == (e.text[0] != '\0'));
	}
	if (!ret && s.blocks * s.nr_variants < 100) {
		for (size_t i = 0; i < p.nr_units; i++)
			units += p.units[i].pass == PASS_THROUGHPUT;
		require(units == p.nr_cells * s.nr_variants * s.blocks);
		require(s.passes != 1 << PASS_THROUGHPUT || units == p.nr_units);
		require(plan_expected_wall_s(&p, 2) > 0);
		plan_release(&p);
	}
	suite_release(&s);
	return 0;
}
