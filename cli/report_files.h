/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_files.h: the page of `fsduel report`, written beside or away from its folder. */
#ifndef FSDUEL_CLI_REPORT_FILES_H
#define FSDUEL_CLI_REPORT_FILES_H

#include "cli/show.h"
#include "lib/err.h"

#define REPORT_HTML "report.html"

/*
 * Load DIR and write its page to file (NULL: DIR/report.html), then print "report: "
 * and where it is. Returns an exit code.
 */
int show_report(const char *dir, const char *file, const struct show_options *o, struct err *e);

#endif
