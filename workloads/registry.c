/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.c: all roles, from the list make generates out of the file names in
 * workloads/roles/. A list and not a linker section: an archive drops objects
 * that nothing refers to, silently.
 */
#include <string.h>

#include "workloads/role.h"

#define ROLE(name) extern const struct role role_##name;
#include "roles.h"
#undef ROLE

const struct role *const roles[] = {
#define ROLE(name) &role_##name,
#include "roles.h"
#undef ROLE
	NULL,
};

const struct role *role_find(const char *name)
{
	for (const struct role *const *r = roles; *r; r++)
		if (!strcmp((*r)->name, name))
			return *r;
	return NULL;
}
