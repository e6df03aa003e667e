/* SPDX-License-Identifier: GPL-2.0-or-later */
/* initramfs.c: the guest's programs in an archive; ldd finds their libraries. */
#include "runners/vm/vm.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/preload/preload.h"
#include "runners/vm/channel.h"

/* The program of a command, if it is not there yet. */
static void need(struct strv *tools, const char *command)
{
	char *program = xstrndup(command, strcspn(command, " "));

	if (strv_find(tools, program) < 0)
		strv_add(tools, program);
	free(program);
}

void guest_needs(const struct suite *s, const struct plan *p, struct strv *tools,
		 struct strv *modules)
{
	bool checked = false;

	for (size_t i = 0; i < p->nr_cells; i++)
		checked |= !p->cells[i].fio_text && p->cells[i].mix.param[MIX_POISON];

	strv_split(modules, devices[s->device.kind].modules, " ");
	for (size_t i = 0; i < s->nr_mounts; i++) {
		const struct fs_type *fs = fs_type_find(s->mounts[i].fs);

		need(tools, fs->mkfs);
		if (checked && fs->check)
			need(tools, fs->check);
		strv_split(modules, fs->modules ? fs->modules : "", " ");
	}
	for (size_t i = 0; i < s->nr_workloads; i++)
		if (s->workloads[i].fio)
			need(tools, "fio");
}

struct file {
	char *path; /* in the archive, without the leading '/' */
	struct buf data;
	mode_t mode;
};

struct files {
	struct file *v;
	size_t n;
};

static void files_release(struct files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].path);
		buf_release(&f->v[i].data);
	}
	free(f->v);
	*f = (struct files){ 0 };
}

/* A file and, first, the directories above it. The data of one that is there is kept. */
static struct buf *add_file(struct files *f, const char *path, mode_t mode)
{
	char *inner = xstrdup(path + (path[0] == '/')), *slash = strrchr(inner, '/');

	for (size_t i = 0; i < f->n; i++)
		if (!strcmp(f->v[i].path, inner)) {
			free(inner);
			return &f->v[i].data;
		}
	if (slash) {
		*slash = '\0';
		add_file(f, inner, S_IFDIR | 0755);
		*slash = '/';
	}
	f->v = xrealloc(f->v, f->n + 1, sizeof(*f->v));
	f->v[f->n] = (struct file){ .path = inner, .mode = mode };
	return &f->v[f->n++].data;
}

static int add_copy(struct files *f, const char *from, const char *to, struct err *e)
{
	struct buf *data = add_file(f, to, S_IFREG | 0755);

	return data->len ? 0 : fs_read(from, 0, data, e);
}

/* ldd's lines are "\tNAME => PATH (0x...)" and "\tPATH (0x...)". */
static int add_libraries(struct files *f, const char *program, struct err *e)
{
	const char *const argv[] = { "ldd", program, NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out };
	struct strv lines = STRV_INIT;
	int ret = proc_check(argv, &o, NULL, e);

	if (!ret)
		strv_split(&lines, buf_str(&out), "\n");
	for (size_t i = 0; i < lines.n && !ret; i++) {
		char *path = strchr(lines.v[i], '/'), *space;

		if (!path)
			continue;
		space = strchr(path, ' ');
		if (space)
			*space = '\0';
		ret = add_copy(f, path, path, e);
	}
	strv_release(&lines);
	buf_release(&out);
	return ret;
}

static int add_tool(struct files *f, const char *tool, struct err *e)
{
	char *path = proc_which(tool), *to = xasprintf("/bin/%s", tool);
	int ret = path ? add_copy(f, path, to, e) : -ENOENT;

	if (!ret)
		ret = add_libraries(f, path, e);
	if (!path) {
		err_exit(e, FSDUEL_MACHINE);
		err_add(e, ENOENT,
			"the guest needs %s, which is not installed; see `fsduel doctor`", tool);
	}
	free(path);
	free(to);
	return ret;
}

/* A file that lies beside this program, in the build folder and where it is installed. */
static int add_own(struct files *f, const char *name, const char *to, struct err *e)
{
	const char *other = getenv("FSDUEL_GUEST");
	char *path = other && !strcmp(to, "/init") ? xstrdup(other) : proc_beside(name);
	int ret = path ? add_copy(f, path, to, e) : -ENOENT;

	if (ret) {
		err_exit(e, FSDUEL_MACHINE);
		err_add(e, -ret, "%s is not beside this program; run make", name);
	}
	free(path);
	return ret;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static int write_entry(struct archive *a, const struct file *f, int ino)
{
	struct archive_entry *entry = archive_entry_new();
	int ret;

	archive_entry_set_pathname(entry, f->path);
	archive_entry_set_mode(entry, f->mode);
	archive_entry_set_ino64(entry, ino);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, (la_int64_t)f->data.len);
	if (S_ISCHR(f->mode)) {
		archive_entry_set_rdevmajor(entry, 5);
		archive_entry_set_rdevminor(entry, 1);
	}
	ret = archive_write_header(a, entry);
	if (ret == ARCHIVE_OK && f->data.len &&
	    archive_write_data(a, f->data.data, f->data.len) != (la_ssize_t)f->data.len)
		ret = ARCHIVE_FATAL;
	archive_entry_free(entry);
	return ret == ARCHIVE_OK ? 0 : -EIO;
}

static la_ssize_t write_to_buf(struct archive *a, void *out, const void *data, size_t len)
{
	(void)a;
	buf_add(out, data, len);
	return (la_ssize_t)len;
}

static int write_archive(struct files *f, struct buf *out, struct err *e)
{
	struct archive *a = archive_write_new();
	int ret = 0;

	qsort(f->v, f->n, sizeof(*f->v), by_path);
	archive_write_set_format_cpio_newc(a);
	archive_write_add_filter_none(a);
	archive_write_set_bytes_per_block(a, 0);
	if (archive_write_open(a, out, NULL, write_to_buf, NULL) != ARCHIVE_OK)
		ret = -EIO;
	for (size_t i = 0; i < f->n && !ret; i++)
		ret = write_entry(a, &f->v[i], (int)i + 1);
	if (!ret && archive_write_close(a) != ARCHIVE_OK)
		ret = -EIO;
	if (ret)
		err_add(e, -ret, "cannot write the guest's archive: %s", archive_error_string(a));
	archive_write_free(a);
	/* The next archive must begin at a multiple of four. */
	while (!ret && out->len % 512)
		buf_addc(out, '\0');
	return ret;
}

int initramfs_base(const char *const *tools, struct buf *out, struct err *e)
{
	static const char *const dirs[] = { "dev", "proc", "sys", "tmp", "mnt" };
	struct files f = { 0 };
	int ret = add_own(&f, "fsduel-guest", "/init", e);

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		add_file(&f, dirs[i], S_IFDIR | 0755);
	add_file(&f, "dev/console", S_IFCHR | 0600);
	for (; *tools && !ret; tools++) {
		ret = add_tool(&f, *tools, e);
		if (!ret && !strcmp(*tools, "fio"))
			ret = add_own(&f, FIO_CLOCK_LIB, "/" FIO_CLOCK_LIB, e);
	}
	if (!ret)
		ret = write_archive(&f, out, e);
	files_release(&f);
	return ret;
}

int initramfs_perf(struct buf *out, struct err *e)
{
	char *perf = proc_which("perf");
	struct files f = { 0 };
	int ret = perf ? add_tool(&f, "perf", e) : 0;

	if (!ret && perf)
		ret = write_archive(&f, out, e);
	files_release(&f);
	free(perf);
	return ret;
}

struct module_files {
	struct files files;
	struct buf order;
};

static int add_module(void *arg, const char *name, const void *data, size_t len, struct err *e)
{
	struct module_files *m = arg;
	char *path = xasprintf(GUEST_MODULES_DIR "/%s.ko", name);

	(void)e;
	buf_add(add_file(&m->files, path, S_IFREG | 0644), data, len);
	buf_addf(&m->order, "%s.ko\n", name);
	free(path);
	return 0;
}

int initramfs_modules(const struct kernel *k, const char *const *names, struct buf *out,
		      struct err *e)
{
	struct module_files m = { { 0 }, BUF_INIT };
	int ret = k->modules_dir ? kernel_modules(k, names, add_module, &m, e) : 0;

	if (!ret && m.files.n) {
		buf_add(add_file(&m.files, GUEST_MODULES_ORDER, S_IFREG | 0644), m.order.data,
			m.order.len);
		ret = write_archive(&m.files, out, e);
	}
	files_release(&m.files);
	buf_release(&m.order);
	return ret;
}
