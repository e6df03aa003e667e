/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_fiojson.c: libFuzzer entry for fiojson_result. Whatever fio printed, a
 * result that is taken is one that fsduel can carry, and a refused one adds
 * nothing.
 */
#include <stdint.h>
#include <stdlib.h>

#include "runners/fio/fio_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct result r, back;
	json_t *j;

	result_init(&r);
	if (fiojson_result((const char *)data, size, NULL, &r, NULL, &e)) {
		if (!e.text[0] || r.nr_samples || r.nr_hists)
			abort();
	} else {
		j = result_to_json(&r);
		if (result_from_json(&back, j, NULL))
			abort();
		result_release(&back);
		json_decref(j);
	}
	result_release(&r);
	return 0;
}
