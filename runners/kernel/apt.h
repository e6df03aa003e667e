/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apt.h: the few questions put to Debian's package tools, all of which any user
 * may ask: what the lists say of a package, and the package itself as a file.
 * Nothing is installed and nothing of the system's is changed.
 */
#ifndef FSDUEL_RUNNERS_APT_H
#define FSDUEL_RUNNERS_APT_H

#include <stdbool.h>

#include "lib/err.h"

struct apt {
	char *lists, *cache; /* options: lists of our own; where apt keeps what it parsed */
	bool own_lists;      /* ask ours, not the system's */
};

/*
 * Use dir, made on demand, for what apt has to write. -EIO: the tools are not
 * here. *a may be released in any case.
 */
int apt_init(struct apt *a, const char *dir, struct err *e);
void apt_release(struct apt *a);

/* One field of the candidate version's record (malloc'ed), or NULL: no such package or field. */
char *apt_field(const struct apt *a, const char *package, const char *field);

/* Fetch lists of our own from the system's sources and ask those from now on. */
int apt_update(struct apt *a, struct err *e);

/* Download that version of a package, a *.deb, into the folder into. */
int apt_download(const struct apt *a, const char *package, const char *version, const char *into,
		 struct err *e);

#endif
