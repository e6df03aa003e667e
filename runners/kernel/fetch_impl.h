/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fetch_impl.h: a Debian package brought into a folder of the cache, unpacked
 * and never installed, with no right but to write the cache:
 *
 *   CACHE/ROOM/PACKAGE_VERSION/   what was unpacked; never changed again
 *   CACHE/ROOM/SERIES             a link to the newest fetched, replaced in one rename
 *
 * What differs between packages (kernel images, kernel sources) is a row of
 * struct fetch_kind. Where the system's package lists are missing or too old,
 * lists of our own are kept under CACHE/ROOM/.apt, and so is what apt makes of
 * them. Private to runners/.
 */
#ifndef FSDUEL_RUNNERS_FETCH_IMPL_H
#define FSDUEL_RUNNERS_FETCH_IMPL_H

#include <stdbool.h>

#include "runners/kernel/apt.h"

struct fetch_kind;

struct fetch {
	const struct fetch_kind *kind;
	const char *series;
	const char *root; /* CACHE/ROOM */
	int lock;
	struct apt apt;
	char *package, *version; /* set by find */
};

struct fetch_kind {
	const char *what;           /* "kernel", for "cannot fetch a 6.1 kernel" */
	const char *unknown, *hint; /* "apt knows no X of series", "what to try" */
	/* Set f->package and f->version from the package lists; false: they know none. */
	bool (*find)(struct fetch *f);
	/* Unpack deb, which lies in the folder tmp, so that the folder tree, not there yet, is it.
	 */
	int (*unpack)(const char *tmp, const char *deb, const char *tree, struct err *e);
};

/*
 * Fetch the newest into root, which is there, and let root/SERIES lead to it.
 * Does nothing when that is there already. -EINVAL, FSDUEL_USAGE noted: no
 * series; else -EIO or -errno with sentences, FSDUEL_MACHINE noted.
 */
int fetch_into(const char *root, const struct fetch_kind *kind, const char *series, struct err *e);

/* "6.1", "6.12": nothing else may reach apt's command line. */
bool fetch_is_series(const char *name);

/* Let the link dir/name lead to folder, in one rename; a link that does so already stays. */
int fetch_link(const char *dir, const char *name, const char *folder, struct err *e);

#endif
