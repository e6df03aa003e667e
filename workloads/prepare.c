/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare.c: the work files of a mix, made with the extents that its roles declare, and proved. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/buf.h"
#include "workloads/fsload.h"
#include "workloads/stamps.h"

static bool has_own(const struct mix_entry *en)
{
	return en->role->needs_fd && en->param[ROLE_FILE] == FILE_OWN;
}

/* Are its extents made and proved in this file? own: the file's owner; NULL: it is shared. */
static bool declares(const struct mix_entry *en, const struct mix_entry *own)
{
	return en->role->needs_fd && en->param[ROLE_EXTENTS] != EXTENTS_ANY &&
	       (own ? en == own : !has_own(en));
}

/* --- which files ---------------------------------------------------------------- */

char *fsload_own_path(const char *path, const struct mix_entry *en, unsigned index)
{
	return xasprintf("%s.%s.%u", path, en->role->name, index);
}

int fsload_each_file(const struct fsload *l,
		     int (*fn)(const char *path, const struct mix_entry *en, void *arg), void *arg)
{
	int ret = fn(l->path, NULL, arg);

	for (unsigned i = 0; i < l->mix->nr; i++) {
		const struct mix_entry *en = &l->mix->entry[i];

		for (unsigned k = 0; !ret && has_own(en) && k < en->threads; k++) {
			char *path = fsload_own_path(l->path, en, k);

			ret = fn(path, en, arg);
			free(path);
		}
	}
	return ret;
}

static int remove_one(const char *path, const struct mix_entry *en, void *left)
{
	unsigned *n = left;

	(void)en;
	if (!*n)
		return 1;
	--*n;
	unlink(path);
	return 0;
}

/* --- making --------------------------------------------------------------------- */

/* Is the region made already? mix_check lets regions overlap only in the same state. */
static bool made_before(const struct mix *m, unsigned i, const struct mix_entry *own)
{
	const struct mix_entry *en = &m->entry[i];
	struct mix_bounds b = mix_bounds(m, en);

	for (unsigned j = 0; j < i; j++) {
		struct mix_bounds other = mix_bounds(m, &m->entry[j]);

		if (declares(&m->entry[j], own) &&
		    m->entry[j].param[ROLE_EXTENTS] == en->param[ROLE_EXTENTS] &&
		    other.start <= b.start && b.start + b.size <= other.start + other.size)
			return true;
	}
	return false;
}

static int make_extents(const struct mix *m, const struct mix_entry *own, int fd, struct err *e)
{
	int ret = 0;

	for (unsigned i = 0; !ret && i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		struct mix_bounds b = mix_bounds(m, en);

		if (!declares(en, own) || made_before(m, i, own))
			continue;
		ret = extents_make(fd, b.start, b.size, (enum extents)en->param[ROLE_EXTENTS],
				   b.chunk, e);
		if (ret)
			err_add(e, -ret, "%s: its extents could not be made", en->role->name);
	}
	return ret;
}

struct making {
	const struct mix *mix;
	unsigned made; /* files made so far */
	struct err *e;
};

static int make_file(const char *path, const struct mix_entry *own, void *arg)
{
	struct making *k = arg;
	uint64_t size = k->mix->param[MIX_FILE_SIZE];
	int fd, ret = 0;

	/* O_EXCL is the safety catch: neither a user's file nor a disk is ever written over. */
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno == EEXIST)
		return err_add(k->e, EEXIST,
			       "%s is there already and is not written over: remove it if it is an "
			       "old work file",
			       path);
	if (fd < 0)
		return err_sys(k->e, errno, "cannot make the work file %s", path);
	k->made++;
	if (ftruncate(fd, (off_t)size))
		ret = err_sys(k->e, errno, "cannot make %s %" PRIu64 " bytes long", path, size);
	if (!ret)
		ret = make_extents(k->mix, own, fd, k->e);
	if (!ret && fsync(fd))
		ret = err_sys(k->e, errno, "cannot flush %s", path);
	if (close(fd) && !ret)
		ret = err_sys(k->e, errno, "cannot close %s", path);
	return ret;
}

int fsload_prepare(struct fsload *l, struct err *e)
{
	struct making k = { .mix = l->mix, .e = e };
	uint64_t poison = l->mix->param[MIX_POISON];
	int ret = poison ? stamps_poison(l->path, poison, l->seed, e) : 0;

	if (ret)
		return ret;
	ret = fsload_each_file(l, make_file, &k);
	if (ret)
		fsload_each_file(l, remove_one, &k.made);
	return ret;
}

/* --- proving -------------------------------------------------------------------- */

static int prove_entry(const struct mix *m, const struct mix_entry *en, int fd, struct err *e)
{
	struct mix_bounds b = mix_bounds(m, en);
	enum extents found;
	int ret = extents_state(fd, b.start, b.size, &found, e);

	if (ret)
		return err_add(e, -ret, "%s: its extents could not be proved", en->role->name);
	if (found == (enum extents)en->param[ROLE_EXTENTS])
		return 0;
	return err_add(e, EINVAL,
		       "%s declares %s extents at %" PRIu64 "+%" PRIu64 " but they are %s",
		       en->role->name, extents_names[en->param[ROLE_EXTENTS]], b.start, b.size,
		       extents_names[found]);
}

static int prove_file(const char *path, const struct mix_entry *own, void *arg)
{
	struct making *k = arg;
	const struct mix *m = k->mix;
	int fd, ret = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(k->e, errno, "cannot open the work file %s", path);
	for (unsigned i = 0; !ret && i < m->nr; i++)
		if (declares(&m->entry[i], own))
			ret = prove_entry(m, &m->entry[i], fd, k->e);
	close(fd);
	return ret;
}

int fsload_prove(struct fsload *l, struct err *e)
{
	struct making k = { .mix = l->mix, .e = e };

	return fsload_each_file(l, prove_file, &k);
}
