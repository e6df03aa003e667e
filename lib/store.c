/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store.c: see store.h. A file is the hash of the value in hex, a line end, the value. */
#include "lib/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/pack.h"

#define HEX (SHA256_HEX - 1)
#define LOCK_FILE "lock"
#define WRITING_MAX_S 3600 /* no write of a value takes so long */
#define LOCK_LOOK_NS 20000000

static int folder(const struct store *s, char **dir, struct err *e)
{
	struct stat st;
	int ret = fs_cache_room(s->name, dir, e);

	if (ret)
		return ret;
	if (stat(*dir, &st) || st.st_uid != geteuid() || chmod(*dir, 0700)) {
		ret = err_add(e, EPERM, "the folder %s is not this user's", *dir);
		err_exit(e, FSDUEL_MACHINE);
		free(*dir);
		*dir = NULL;
	}
	return ret;
}

static bool is_key(const char *name)
{
	return strlen(name) == HEX && strspn(name, "0123456789abcdef") == HEX;
}

int store_get(const struct store *s, const char *key, struct buf *out, struct err *e)
{
	struct buf file = BUF_INIT;
	char *dir, *path, sha[SHA256_HEX] = "";
	int ret = folder(s, &dir, e);

	if (ret)
		return ret;
	path = xasprintf("%s/%s", dir, key);
	ret = fs_exists(path) ? fs_read(path, 0, &file, e) : -ENOENT;
	if (!ret && file.len > HEX)
		sha256_hex(file.data + HEX + 1, file.len - HEX - 1, sha);
	if (!ret && (!sha[0] || memcmp(sha, file.data, HEX) || file.data[HEX] != '\n')) {
		unlink(path);
		ret = err_add(e, ENOENT, "%s was damaged, and is removed", path);
	}
	if (!ret) {
		utimensat(AT_FDCWD, path, NULL, 0);
		buf_add(out, file.data + HEX + 1, file.len - HEX - 1);
	}
	buf_release(&file);
	free(path);
	free(dir);
	return ret;
}

static int fill(void *arg, int fd)
{
	const struct buf *value = arg;
	char sha[SHA256_HEX];
	int ret;

	sha256_hex(value->data, value->len, sha);
	sha[HEX] = '\n';
	ret = fs_write_all(fd, sha, SHA256_HEX);
	return ret ? ret : fs_write_all(fd, value->data, value->len);
}

int store_put(const struct store *s, const char *key, const struct buf *value, struct err *e)
{
	struct buf copy = *value;
	char *dir, *path;
	int ret = folder(s, &dir, e);

	if (ret)
		return ret;
	path = xasprintf("%s/%s", dir, key);
	ret = fs_write_with(path, fill, &copy, e);
	free(path);
	free(dir);
	return ret ? ret : store_prune(s, s->max_bytes, NULL, e);
}

/* One byte of one file for each key: no file is left behind for it. */
int store_lock(const struct store *s, const char *key, const atomic_int *stop, struct err *e)
{
	const struct timespec moment = { 0, LOCK_LOOK_NS };
	struct flock byte = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	char *dir, *path, start[16] = "";
	uint64_t at = 0;
	int fd, ret = folder(s, &dir, e);

	if (ret)
		return ret;
	path = xasprintf("%s/" LOCK_FILE, dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	strncat(start, key, sizeof(start) - 1);
	num_hex(start, &at);
	byte.l_start = (off_t)at;
	ret = fd < 0 ? -errno : 0;
	while (!ret && fcntl(fd, F_OFD_SETLK, &byte)) {
		if (errno != EAGAIN && errno != EACCES)
			ret = -errno;
		else if (stop && *stop)
			ret = -EINTR;
		else
			nanosleep(&moment, NULL);
	}
	if (ret) {
		err_sys(e, -ret, "cannot lock %s", path);
		if (fd >= 0)
			close(fd);
	}
	free(path);
	free(dir);
	return ret ? ret : fd;
}

static int used_last_first(const void *a, const void *b)
{
	const struct store_entry *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec > y->used.tv_sec ? -1 : 1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec > y->used.tv_nsec ? -1 : 1;
	return strcmp(x->key, y->key);
}

/* A program that was killed while it wrote. */
static void drop_left_over(int dir, const char *name, const struct stat *st)
{
	const char *end = strstr(name, ".tmp");

	if (end && end - name == HEX && !end[4] && time(NULL) - st->st_mtim.tv_sec > WRITING_MAX_S)
		unlinkat(dir, name, 0);
}

int store_list(const struct store *s, struct store_entry **list, size_t *n, struct err *e)
{
	struct dirent *d;
	char *dir;
	DIR *in;
	int ret = folder(s, &dir, e);

	*list = NULL;
	*n = 0;
	if (ret)
		return ret;
	in = opendir(dir);
	if (!in)
		ret = err_sys(e, errno, "cannot read %s", dir);
	while (in && (d = readdir(in))) {
		struct stat st;

		if (fstatat(dirfd(in), d->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		drop_left_over(dirfd(in), d->d_name, &st);
		if (!is_key(d->d_name))
			continue;
		*list = xrealloc(*list, *n + 1, sizeof(**list));
		(*list)[(*n)++] = (struct store_entry){ xstrdup(d->d_name), (uint64_t)st.st_size,
							st.st_mtim };
	}
	if (in)
		closedir(in);
	if (*n)
		qsort(*list, *n, sizeof(**list), used_last_first);
	free(dir);
	return ret;
}

void store_list_release(struct store_entry *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].key);
	free(list);
}

int store_prune(const struct store *s, uint64_t max_bytes, size_t *removed, struct err *e)
{
	struct store_entry *list;
	uint64_t bytes = 0;
	size_t n, gone = 0;
	char *dir = NULL;
	int ret = store_list(s, &list, &n, e);

	if (!ret)
		ret = folder(s, &dir, e);
	for (size_t i = 0; i < n && !ret; i++) {
		char *path = xasprintf("%s/%s", dir, list[i].key);

		bytes += list[i].bytes;
		if (bytes > max_bytes && !unlink(path))
			gone++;
		free(path);
	}
	if (removed)
		*removed = gone;
	free(dir);
	store_list_release(list, n);
	return ret;
}
