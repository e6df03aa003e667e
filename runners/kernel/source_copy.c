/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source_copy.c: manifests, and a private copy kept equal to a list; see
 * source_list.h. Before a file of the copy is touched, the copy's manifest says
 * "-" for its hash, so after a crash it is written again: no state is trusted
 * that was not there when the work began.
 */
#include "runners/kernel/source_list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNKNOWN "-"

/* One line, "HASH\tSTAMP\tPATH", cut up in place. */
static bool parse_line(char *line, struct source_file *f)
{
	char *stamp = strchr(line, '\t');
	char *path = stamp ? strchr(stamp + 1, '\t') : NULL;

	if (!path || !path[1])
		return false;
	*stamp++ = *path++ = '\0';
	if (strlen(line) >= sizeof(f->hash) || strlen(stamp) >= sizeof(f->stamp))
		return false;
	*f = (struct source_file){ .path = xstrdup(path) };
	memcpy(f->hash, line, strlen(line));
	memcpy(f->stamp, stamp, strlen(stamp));
	return true;
}

void source_list_load(struct source_list *l, const char *manifest)
{
	struct buf b = BUF_INIT;
	bool good = !fs_read(manifest, 0, &b, NULL);
	size_t lines = 0;

	*l = (struct source_list)SOURCE_LIST_INIT;
	for (size_t i = 0; i < b.len; i++)
		lines += b.data[i] == '\n';
	l->v = xcalloc(lines + 1, sizeof(*l->v));
	l->cap = lines + 1;
	for (char *line = b.data, *end; good && l->n < lines; line = end + 1) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		/* In order, or it cannot be searched. */
		good = end && parse_line(line, &l->v[l->n]);
		l->n += good;
		good = good && (l->n < 2 || strcmp(l->v[l->n - 2].path, l->v[l->n - 1].path) < 0);
	}
	if (!good || !l->n)
		source_list_release(l);
	buf_release(&b);
}

int source_list_save(const struct source_list *l, const char *manifest, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(&b, "%s\t%s\t%s\n", l->v[i].hash, l->v[i].stamp, l->v[i].path);
	ret = fs_write_atomic(manifest, buf_str(&b), b.len, e);
	buf_release(&b);
	return ret;
}

static int make_parent(const char *path, struct err *e)
{
	char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int ret = fs_exists(dir) ? 0 : fs_mkdir_p(dir, e);

	free(dir);
	return ret;
}

/* Not flushed: what a crash may lose is written again. */
static int write_file(const char *path, const struct buf *b, bool executable, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
	size_t done = 0;
	ssize_t n = 0;
	int ret = 0;

	if (fd < 0)
		return err_sys(e, errno, "cannot create %s", path);
	while (done < b->len && n >= 0) {
		n = write(fd, b->data + done, b->len - done);
		done += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		ret = err_sys(e, errno, "cannot write %s", path);
	close(fd);
	return ret;
}

static int copy_link(const char *from, const char *to, struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0)
		return err_sys(e, errno, "cannot read the link %s", from);
	target[n] = '\0';
	return symlink(target, to) ? err_sys(e, errno, "cannot make the link %s", to) : 0;
}

/* The copy of one file; its modification time becomes now, so that make sees it. */
static int copy_file(const struct source_file *f, const char *dst, struct err *e)
{
	char *from = xasprintf("%s/%s", f->root, f->path), *to = xasprintf("%s/%s", dst, f->path);
	char hash[SHA256_HEX];
	struct buf b = BUF_INIT;
	int ret = make_parent(to, e);

	if (!ret && unlink(to) && errno != ENOENT && errno != EISDIR && errno != EPERM)
		ret = err_sys(e, errno, "cannot remove %s", to);
	/* A folder where the tree now has a file. */
	if (!ret && fs_exists(to))
		ret = fs_remove_tree(to, e);
	if (ret)
		goto out;
	if (f->stamp[0] == 'l') {
		ret = copy_link(from, to, e);
		goto out;
	}
	ret = fs_read(from, 0, &b, e);
	if (ret)
		goto out;
	sha256_hex(b.data, b.len, hash);
	if (strcmp(hash, f->hash))
		ret = err_add(e, EBUSY, "%s was changed while the source was being read; try again",
			      from);
	else
		ret = write_file(to, &b, f->stamp[0] == 'x', e);
out:
	buf_release(&b);
	free(to);
	free(from);
	return ret;
}

static int remove_file(const char *path, const char *dst, struct err *e)
{
	char *full = xasprintf("%s/%s", dst, path);
	int ret = 0;

	if (unlink(full) && errno != ENOENT && errno != ENOTDIR && errno != EISDIR)
		ret = err_sys(e, errno, "cannot remove %s", full);
	/* Folders that have become empty are gone too: make looks for files by pattern. */
	for (char *slash = strrchr(full, '/'); !ret && slash && slash > full + strlen(dst);
	     slash = strrchr(full, '/')) {
		*slash = '\0';
		if (rmdir(full))
			break;
	}
	free(full);
	return ret;
}

static bool same(const struct source_file *a, const struct source_file *b)
{
	return !strcmp(a->hash, b->hash) && a->stamp[0] == b->stamp[0];
}

/* One path of the two lists together: in the copy, wanted, or both. */
struct step {
	const struct source_file *have, *want;
};

/* The next path of both lists; false at their end. */
static bool next_step(const struct source_list *have, const struct source_list *want, size_t *h,
		      size_t *w, struct step *s)
{
	int order;

	if (*h == have->n && *w == want->n)
		return false;
	order = *h == have->n ? 1 : *w == want->n ? -1 : strcmp(have->v[*h].path, want->v[*w].path);
	s->have = order <= 0 ? &have->v[(*h)++] : NULL;
	s->want = order >= 0 ? &want->v[(*w)++] : NULL;
	return true;
}

/* What the copy's manifest has to say while the copy is being changed; false: nothing to do. */
static bool mark(const struct source_list *have, const struct source_list *want,
		 struct source_list *marked)
{
	bool changes = false;
	struct step s;

	*marked = (struct source_list)SOURCE_LIST_INIT;
	marked->v = xcalloc(have->n + want->n + 1, sizeof(*marked->v));
	for (size_t h = 0, w = 0; next_step(have, want, &h, &w, &s);) {
		struct source_file *f = &marked->v[marked->n++];

		*f = s.want ? *s.want : *s.have;
		f->path = xstrdup(f->path);
		if (!s.have || !s.want || !same(s.have, s.want)) {
			memcpy(f->hash, UNKNOWN, sizeof(UNKNOWN));
			changes = true;
		}
	}
	return changes;
}

int source_list_copy(const struct source_list *want, const char *dst, const char *manifest,
		     struct err *e)
{
	struct source_list have, marked;
	struct step s;
	int ret = 0;

	source_list_load(&have, manifest);
	/* A copy that cannot say what it is, is none. */
	if (!have.n)
		ret = fs_remove_tree(dst, e);
	if (!ret)
		ret = fs_mkdir_p(dst, e);
	if (!mark(&have, want, &marked) || ret)
		goto out;
	ret = source_list_save(&marked, manifest, e);
	/* First what goes, since a folder may become a file. */
	for (size_t h = 0, w = 0; !ret && next_step(&have, want, &h, &w, &s);)
		ret = s.want ? 0 : remove_file(s.have->path, dst, e);
	for (size_t h = 0, w = 0; !ret && next_step(&have, want, &h, &w, &s);)
		if (s.want && !(s.have && same(s.have, s.want)))
			ret = copy_file(s.want, dst, e);
	if (!ret)
		ret = source_list_save(want, manifest, e);
out:
	source_list_release(&marked);
	source_list_release(&have);
	return ret;
}
