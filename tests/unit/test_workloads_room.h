/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_room.h: for tests of roles on real files: a folder of its own under
 * TMPDIR, and what the file system there can do. Include after cmocka.h.
 */
#ifndef FSDUEL_TESTS_TEST_WORKLOADS_ROOM_H
#define FSDUEL_TESTS_TEST_WORKLOADS_ROOM_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fs.h"
#include "tests/unit/skip.h"
#include "workloads/extents.h"
#include "workloads/role.h"

struct room {
	char *dir, *file;
	bool fiemap, direct;
};

static inline int room_setup(void **state)
{
	struct room *r = xcalloc(1, sizeof(*r));
	const char *tmp = getenv("TMPDIR");
	enum extents x;
	int fd;

	r->dir = xasprintf("%s/fsduel-test-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(r->dir))
		return -1;
	r->file = xasprintf("%s/file", r->dir);
	fd = open(r->file, O_RDWR | O_CREAT, 0600);
	r->fiemap = fd >= 0 && !ftruncate(fd, 4096) && !extents_state(fd, 0, 4096, &x, NULL);
	close(fd);
	fd = open(r->file, O_RDONLY | O_DIRECT);
	r->direct = fd >= 0;
	close(fd);
	unlink(r->file);
	*state = r;
	return 0;
}

static inline int room_teardown(void **state)
{
	struct room *r = *state;

	assert_int_equal(fs_remove_tree(r->dir, NULL), 0);
	free(r->file);
	free(r->dir);
	free(r);
	return 0;
}

static inline void need(bool has, const char *what)
{
	if (!has)
		skip_because("the file system under TMPDIR has no %s", what);
}

/* Some roles need of the kernel what a sandbox may forbid; they say so in begin. */
static inline bool forbidden(const struct role *role, int ret, const struct err *e)
{
	if (ret != -EPERM && ret != -ENOSYS)
		return false;
	print_message("%s is not tried: %s\n", role->name, e->text);
	return true;
}

/* Each has its own: what a failed one left lying is in nobody's way. */
#define in_a_room(test) cmocka_unit_test_setup_teardown(test, room_setup, room_teardown)

#endif
