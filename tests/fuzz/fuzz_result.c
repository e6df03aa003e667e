/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_result.c: libFuzzer entry for result_from_json, as for a guest gone mad.
 * What is taken must come back byte for byte from result_to_json.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runners/result/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *j = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL), *back;
	struct err e = ERR_INIT;
	struct result r;

	if (!j)
		return 0;
	if (!result_from_json(&r, j, &e)) {
		back = result_to_json(&r);
		if (!json_equal(j, back))
			abort();
		json_decref(back);
	} else if (!e.text[0] || r.nr_samples || r.status != STATUS_OK) {
		abort();
	}
	result_release(&r);
	json_decref(j);
	return 0;
}
