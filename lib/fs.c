/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs.c: see fs.h. Trees are removed through descriptors: no symbolic link can lead elsewhere. */
#include "lib/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_MAX ((size_t)1 << 30)
#define CHUNK 65536 /* also the longest file of a line */

static int read_fd(int fd, const char *path, size_t max, struct buf *b, struct err *e)
{
	size_t start = b->len;
	int ret = 0;

	for (ssize_t n = 1; n && !ret;) {
		buf_grow(b, CHUNK);
		n = read(fd, b->data + b->len, b->cap - b->len - 1);
		if (n < 0 && errno != EINTR)
			ret = -errno;
		b->len += n > 0 ? (size_t)n : 0;
		if (!ret && b->len - start > max)
			ret = -EFBIG;
	}
	if (ret)
		b->len = start;
	b->data[b->len] = '\0';
	return ret ? err_sys(e, -ret, "cannot read %s", path) : 0;
}

int fs_read(const char *path, size_t max, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", path);
	ret = read_fd(fd, path, max ? max : DEFAULT_MAX, b, e);
	close(fd);
	return ret;
}

int fs_map(const char *path, const void **data, size_t *len, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	struct stat st;
	void *at = NULL;

	*data = NULL;
	*len = 0;
	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", path);
	if (fstat(fd, &st))
		ret = err_sys(e, errno, "cannot look at %s", path);
	else if (!S_ISREG(st.st_mode))
		ret = err_add(e, EINVAL, "%s is no regular file", path);
	else if (st.st_size)
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		ret = err_sys(e, errno, "cannot map %s", path);
	close(fd);
	if (ret)
		return ret;
	*data = at ? at : "";
	*len = (size_t)st.st_size;
	return 0;
}

void fs_unmap(const void *data, size_t len)
{
	if (len)
		munmap((void *)data, len);
}

char *fs_read_line(const char *path)
{
	struct buf b = BUF_INIT;
	char *line = NULL;

	if (!fs_read(path, CHUNK, &b, NULL))
		line = xstrndup(b.data, strcspn(b.data, "\n"));
	buf_release(&b);
	return line;
}

int fs_write_all(int fd, const void *from, size_t len)
{
	const char *data = from;

	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int flush_parent(const char *path, struct err *e)
{
	char *copy = xstrdup(path);
	const char *dir = dirname(copy);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	/* EINVAL: a file system that has nothing to flush for a directory. */
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		ret = err_sys(e, errno, "cannot flush directory %s", dir);
	if (fd >= 0)
		close(fd);
	free(copy);
	return ret;
}

/* Fill fd and close it. */
static int fill_and_close(int fd, bool flush, fs_fill *fill, void *arg)
{
	int ret = fill(arg, fd);

	if (!ret && flush && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static int write_new(const char *path, fs_fill *fill, void *arg, struct err *e)
{
	int fd, ret;

	/* A crash may have left a file or a link there: neither is followed or written to. */
	if (unlink(path) && errno != ENOENT)
		return err_sys(e, errno, "cannot remove %s", path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_sys(e, errno, "cannot create %s", path);
	ret = fill_and_close(fd, true, fill, arg);
	if (ret) {
		err_sys(e, -ret, "cannot write %s", path);
		unlink(path);
	}
	return ret;
}

/* /dev/stdout and its like take bytes; a rename would put a file in their place. */
static int write_through(const char *path, fs_fill *fill, void *arg, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : fill_and_close(fd, false, fill, arg);

	return ret ? err_sys(e, -ret, "cannot write %s", path) : 0;
}

int fs_write_with(const char *path, fs_fill *fill, void *arg, struct err *e)
{
	struct stat st;
	char *tmp;
	int ret;

	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))
			return write_through(path, fill, arg, e);
		return err_add(e, EINVAL, "%s is there and is no file; give another name", path);
	}
	tmp = xasprintf("%s.tmp", path);
	ret = write_new(tmp, fill, arg, e);
	if (!ret && rename(tmp, path)) {
		ret = err_sys(e, errno, "cannot rename %s to %s", tmp, path);
		unlink(tmp);
	}
	free(tmp);
	return ret ? ret : flush_parent(path, e);
}

static int fill_bytes(void *arg, int fd)
{
	const struct buf *b = arg;

	return fs_write_all(fd, b->data, b->len);
}

int fs_write_atomic(const char *path, const void *data, size_t len, struct err *e)
{
	struct buf b = { (char *)data, len, len };

	return fs_write_with(path, fill_bytes, &b, e);
}

int fs_write_text(const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), ret = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		ret = err_sys(e, errno, "cannot write \"%s\" to %s", text, path);
	if (fd >= 0)
		close(fd);
	return ret;
}

int fs_write_json(const char *path, const json_t *j, struct err *e)
{
	char *text = json_dumps(j, JSON_INDENT(2) | JSON_SORT_KEYS), *ended;
	int ret;

	if (!text)
		return err_add(e, EINVAL, "cannot write %s: its text is not valid JSON", path);
	ended = xasprintf("%s\n", text);
	ret = fs_write_atomic(path, ended, strlen(ended), e);
	free(ended);
	free(text);
	return ret;
}

int fs_read_json(const char *path, json_t **out, struct err *e)
{
	struct buf b = BUF_INIT;
	json_error_t je;
	int ret = fs_read(path, 0, &b, e);

	*out = NULL;
	if (ret)
		return ret;
	*out = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &je);
	buf_release(&b);
	if (!*out)
		return err_add(e, EINVAL, "%s:%d:%d: %s", path, je.line, je.column, je.text);
	return 0;
}

static int make_dir(const char *path, struct err *e)
{
	struct stat st;
	int errnum;

	if (!mkdir(path, 0777))
		return 0;
	errnum = errno; /* whatever it is does not matter if the directory exists */
	if (!stat(path, &st))
		errnum = S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
	return errnum ? err_sys(e, errnum, "cannot make directory %s", path) : 0;
}

int fs_mkdir_p(const char *path, struct err *e)
{
	char *copy = xstrdup(path);
	char *p = copy + strspn(copy, "/");
	int ret = 0;

	while (!ret && *p) {
		char *end = p + strcspn(p, "/");
		char saved = *end;

		*end = '\0';
		ret = make_dir(copy, e);
		*end = saved;
		p = end + strspn(end, "/");
	}
	free(copy);
	return ret;
}

static int check_no_mount(int fd, const char *path, struct err *e)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_TYPE, &stx))
		return err_sys(e, errno, "cannot examine %s", path);
	if (stx.stx_attributes & STATX_ATTR_MOUNT_ROOT ||
	    !(stx.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT))
		return err_add(e, EBUSY, "cannot remove %s: it is a mount; unmount it first", path);
	return 0;
}

/* Remove name in directory at, and all below it; path is for sentences only. */
static int remove_at(int at, const char *name, const char *path, struct err *e)
{
	struct dirent *de;
	int fd, ret;
	DIR *d;

	if (!unlinkat(at, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_sys(e, errno, "cannot remove %s", path);
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return err_sys(e, errno == ENOTDIR ? EPERM : errno, "cannot remove %s", path);
	ret = check_no_mount(fd, path, e);
	while (!ret && (de = readdir(d))) {
		char *child = xasprintf("%s/%s", path, de->d_name);

		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			ret = remove_at(fd, de->d_name, child, e);
		free(child);
	}
	closedir(d);
	if (!ret && unlinkat(at, name, AT_REMOVEDIR) && errno != ENOENT)
		ret = err_sys(e, errno, "cannot remove directory %s", path);
	return ret;
}

int fs_remove_tree(const char *path, struct err *e)
{
	size_t len = strlen(path);
	char *name;
	int ret;

	/* "link/" would follow the link, "link" is the link itself. */
	while (len > 1 && path[len - 1] == '/')
		len--;
	name = xstrndup(path, len);
	ret = remove_at(AT_FDCWD, name, name, e);
	free(name);
	return ret;
}

bool fs_exists(const char *path)
{
	return !access(path, F_OK);
}

bool fs_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

char *fs_nearest(const char *path)
{
	char *at = *path == '/' ? xstrdup(path) : xasprintf("./%s", path), *slash;

	while (!fs_exists(at) && (slash = strrchr(at, '/')))
		slash[slash == at] = '\0';
	return at;
}

/* The path of the cache, which need not be there. HOME itself is never made: it is the user's. */
static int cache_base(char **out, struct err *e)
{
	const char *own = getenv("FSDUEL_CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	struct stat st;

	if (own && *own)
		*out = xstrdup(own);
	else if (xdg && *xdg == '/') /* the XDG standard: ignore a relative one */
		*out = xasprintf("%s/fsduel", xdg);
	else if (!home || !*home)
		return err_add(e, ENOENT, "there is no place for the cache: HOME is not set%s",
			       xdg && *xdg ? ", and XDG_CACHE_HOME is not an absolute path" : "");
	else if (stat(home, &st))
		return err_sys(e, errno, "there is no place for the cache: HOME is %s", home);
	else
		*out = xasprintf("%s/.cache/fsduel", home);
	return 0;
}

int fs_cache_room(const char *room, char **out, struct err *e)
{
	char *base = NULL, *path = NULL;
	int ret = cache_base(&base, e);

	if (!ret) {
		path = xasprintf("%s%s%s", base, *room ? "/" : "", room);
		ret = fs_mkdir_p(path, e);
	}
	if (ret) {
		free(path);
		path = NULL;
		err_exit(e, FSDUEL_MACHINE);
		err_add(e, -ret, "set FSDUEL_CACHE=DIR to a folder that can be written");
	}
	free(base);
	*out = path;
	return ret;
}
