/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter_block.h: the letter of a results folder, for the commands that write one. */
#ifndef FSDUEL_CLI_LETTER_BLOCK_H
#define FSDUEL_CLI_LETTER_BLOCK_H

#include "cli/show.h"
#include "dashboards/letter/letter.h"

/* Load DIR and append its letter to block. Errors are those of show_load and letter_write. */
int letter_block(struct buf *block, const char *dir, const struct show_options *show,
		 const struct letter_request *q, struct err *e);

#endif
