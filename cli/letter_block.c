/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter_block.c: see letter_block.h. What stands in a letter is dashboards/letter/letter.h's. */
#include "cli/letter_block.h"

int letter_block(struct buf *block, const char *dir, const struct show_options *show,
		 const struct letter_request *q, struct err *e)
{
	struct comparison c = { 0 };
	struct results *r = NULL;
	int ret = show_load(dir, show, &r, &c, e);

	if (!ret) {
		const struct plot_source s = { .dir = dir, .r = r, .c = &c };

		ret = letter_write(block, &s, q, e);
	}
	comparison_release(&c);
	results_free(r);
	return ret;
}
