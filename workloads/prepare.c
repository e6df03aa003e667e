/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prepare.c: the work file of a mix: made with the extents its roles declare,
 * and proved to have them. Both before the timer; see fsload.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "workloads/fsload.h"

/* Part of a region made already in the same state: mix_check let no other overlap through. */
static bool made_before(const struct mix *m, unsigned i)
{
	const struct mix_entry *en = &m->entry[i];
	struct mix_bounds b = mix_bounds(m, en);

	for (unsigned j = 0; j < i; j++) {
		struct mix_bounds other = mix_bounds(m, &m->entry[j]);

		if (m->entry[j].param[ROLE_EXTENTS] == en->param[ROLE_EXTENTS] &&
		    other.start <= b.start && b.start + b.size <= other.start + other.size)
			return true;
	}
	return false;
}

static bool declares(const struct mix_entry *en)
{
	return en->role->needs_fd && en->param[ROLE_EXTENTS] != EXTENTS_ANY;
}

static int make_extents(const struct mix *m, int fd, struct err *e)
{
	int ret = 0;

	for (unsigned i = 0; !ret && i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		struct mix_bounds b = mix_bounds(m, en);

		if (!declares(en) || made_before(m, i))
			continue;
		ret = extents_make(fd, b.start, b.size, (enum extents)en->param[ROLE_EXTENTS],
				   b.chunk, e);
		if (ret)
			err_add(e, -ret, "%s: its extents could not be made", en->role->name);
	}
	return ret;
}

int fsload_prepare(struct fsload *l, struct err *e)
{
	uint64_t size = l->mix->param[MIX_FILE_SIZE];
	int fd, ret = 0;

	/* O_EXCL is the safety catch: neither a user's file nor a disk is ever written over. */
	fd = open(l->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return err_add(e, EEXIST, "%s is there already and is not written over: remove it "
					  "if it is an old work file", l->path);
	if (fd < 0)
		return err_sys(e, errno, "cannot make the work file %s", l->path);
	if (ftruncate(fd, (off_t)size))
		ret = err_sys(e, errno, "cannot make %s %" PRIu64 " bytes long", l->path, size);
	if (!ret)
		ret = make_extents(l->mix, fd, e);
	if (!ret && fsync(fd))
		ret = err_sys(e, errno, "cannot flush %s", l->path);
	if (close(fd) && !ret)
		ret = err_sys(e, errno, "cannot close %s", l->path);
	if (ret)
		unlink(l->path);
	return ret;
}

static int prove_entry(const struct mix *m, const struct mix_entry *en, int fd, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	enum extents found;
	int ret = extents_state(fd, b.start, b.size, &found, e);

	if (ret)
		return err_add(e, -ret, "%s: its extents could not be proved", en->role->name);
	if (found == (enum extents)en->param[ROLE_EXTENTS])
		return 0;
	return err_add(e, EINVAL, "%s declares %s extents at %" PRIu64 "+%" PRIu64
				  " but they are %s", en->role->name,
		       extents_names[en->param[ROLE_EXTENTS]], b.start, b.size,
		       extents_names[found]);
}

int fsload_prove(struct fsload *l, struct err *e)
{
	const struct mix *m = l->mix;
	int fd, ret = 0;

	fd = open(l->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "cannot open the work file %s", l->path);
	for (unsigned i = 0; !ret && i < m->nr; i++)
		if (declares(&m->entry[i]))
			ret = prove_entry(m, &m->entry[i], fd, e);
	close(fd);
	return ret;
}
