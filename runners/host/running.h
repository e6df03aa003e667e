/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running.h: what run.json keeps of a kernel that was not booted by fsduel, and
 * by which it is known again after a restart.
 */
#ifndef FSDUEL_RUNNERS_HOST_RUNNING_H
#define FSDUEL_RUNNERS_HOST_RUNNING_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Release, version (/proc/version), build id, command line, hash of
 * /proc/config.gz where there is one.
 */
json_t *running_json(void);

/* The one that runs, and what a folder holds of one: the same build? */
bool running_same(const json_t *running, const json_t *noted);

#endif
