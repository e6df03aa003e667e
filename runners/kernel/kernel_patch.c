/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_patch.c: patches by name, templates filled in, applied by patch(1);
 * see kernel_build_impl.h. Of a patch's text only the names of files are
 * understood here: those have to be there before patch(1) runs.
 */
#include "runners/kernel/kernel_build_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/data.h"
#include "lib/num.h"
#include "lib/proc.h"

#define PLACEHOLDER "@N@"
#define PATCH_TIMEOUT_NS (60 * 1000000000ull)

char *kernel_data_file(const char *name)
{
	char *in_tree = xasprintf("kernels/%s", name);
	char *path = data_find(in_tree);
	char *real = path ? realpath(path, NULL) : NULL;

	free(path);
	free(in_tree);
	return real;
}

static void replace_all(struct buf *b, const char *what, const char *by)
{
	struct buf out = BUF_INIT;
	const char *at = buf_str(b), *hit;

	for (; (hit = strstr(at, what)); at = hit + strlen(what)) {
		buf_add(&out, at, (size_t)(hit - at));
		buf_adds(&out, by);
	}
	buf_adds(&out, at);
	buf_release(b);
	*b = out;
}

/* "slow-600" by kernels/slow-N.patch.in. -ENOENT, silently: there is no such template. */
static int load_template(struct patch *p, struct err *e)
{
	const char *dash = strrchr(p->name, '-');
	uint64_t n = 0;
	char *file;
	int ret;

	if (!dash || !dash[1] || strspn(dash + 1, "0123456789") != strlen(dash + 1))
		return -ENOENT;
	file = xasprintf("%.*s-N.patch.in", (int)(dash - p->name), p->name);
	p->path = kernel_data_file(file);
	free(file);
	if (!p->path)
		return -ENOENT;
	if (num_parse(dash + 1, NUM_COUNT, &n, NULL) || !n || n > PATCH_MAX_N || dash[1] == '0')
		return err_add(e, EINVAL, "patch %s: the number has to be from 1 to %d", p->name,
			       PATCH_MAX_N);
	ret = fs_read(p->path, 0, &p->text, e);
	if (!ret)
		replace_all(&p->text, PLACEHOLDER, dash + 1);
	return ret;
}

bool kernel_patch_is_path(const char *patch)
{
	return patch[strcspn(patch, "/.")];
}

static int load_patch(struct patch *p, struct err *e)
{
	char *file;
	int ret;

	if (kernel_patch_is_path(p->name)) {
		p->path = xstrdup(p->name);
		return fs_read(p->path, 0, &p->text, e);
	}
	file = xasprintf("%s.patch", p->name);
	p->path = kernel_data_file(file);
	free(file);
	if (p->path)
		return fs_read(p->path, 0, &p->text, e);
	ret = load_template(p, e);
	if (ret == -ENOENT)
		err_add(e, EINVAL,
			"there is no patch \"%s\": neither kernels/%s.patch nor a "
			"template for it; a file is given with its path, ./%s",
			p->name, p->name, p->name);
	return ret == -ENOENT ? -EINVAL : ret;
}

/* Where a line of a patch names a file, and how many folders come off its front. */
static const struct header {
	const char *before;
	unsigned strip;
} headers[] = {
	{ "--- ", 1 },       { "+++ ", 1 },       { "rename from ", 0 },
	{ "rename to ", 0 }, { "copy from ", 0 }, { "copy to ", 0 },
};

static bool leaves_tree(const char *path)
{
	for (const char *p = path; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (!strncmp(p, "..", 2) && (p[2] == '/' || !p[2]))
			return true;
	}
	return *path == '/';
}

/* The file that a header line names (malloc'ed), or NULL: /dev/null, or not our business. */
static char *header_file(const char *line, const struct header *h)
{
	const char *name = line + strlen(h->before);
	size_t len = strcspn(name, "\t\r\n");

	for (unsigned i = 0; i < h->strip; i++) {
		const char *slash = memchr(name, '/', len);

		if (!slash || !strncmp(name, "/dev/null", len))
			return NULL;
		len -= (size_t)(slash + 1 - name);
		name = slash + 1;
	}
	return len ? xstrndup(name, len) : NULL;
}

/*
 * An added line "++ x" looks like a header too; a name too many does no harm, it is
 * of a file that is not there or that is copied for nothing.
 */
static int add_files(struct patchset *s, const struct patch *p, struct err *e)
{
	size_t before = s->files.n;
	bool named = false;

	for (const char *line = p->text.data; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
			char *file = NULL;

			if (!strncmp(line, headers[i].before, strlen(headers[i].before)))
				file = header_file(line, &headers[i]);
			named = named || file;
			if (file && leaves_tree(file)) {
				err_add(e, EINVAL, "patch %s names a file outside of the tree: %s",
					p->name, file);
				free(file);
				return -EINVAL;
			}
			if (file && strv_find(&s->files, file) < 0)
				strv_add(&s->files, file);
			free(file);
		}
		if (!*line)
			break;
	}
	if (!named && s->files.n == before)
		return err_add(e, EINVAL, "%s is no patch: it has no line \"+++ b/FILE\"", p->path);
	return 0;
}

int patchset_load(struct patchset *s, const char *const *names, size_t nr, struct err *e)
{
	int ret = 0;

	*s = (struct patchset){ .v = xcalloc(nr + 1, sizeof(*s->v)), .files = STRV_INIT };
	for (size_t i = 0; i < nr && !ret; i++) {
		struct patch *p = &s->v[s->n++];

		*p = (struct patch){ .name = xstrdup(names[i]), .text = BUF_INIT };
		ret = load_patch(p, e);
		if (!ret)
			ret = add_files(s, p, e);
	}
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	return ret;
}

void patchset_release(struct patchset *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].name);
		free(s->v[i].path);
		buf_release(&s->v[i].text);
	}
	free(s->v);
	strv_release(&s->files);
	*s = (struct patchset){ .files = STRV_INIT };
}

static int copy_to_stage(const char *tree, const char *stage, const char *file, struct err *e)
{
	char *from = xasprintf("%s/%s", tree, file), *to = xasprintf("%s/%s", stage, file);
	char *dir = xstrndup(to, (size_t)(strrchr(to, '/') - to));
	struct buf text = BUF_INIT;
	struct stat st;
	int ret = 0;

	/* A file that the patch makes is not there yet. */
	if (lstat(from, &st))
		goto out;
	ret = S_ISREG(st.st_mode) ? 0
				  : err_add(e, EINVAL,
					    "%s is not a plain file: it cannot be "
					    "patched",
					    from);
	if (!ret)
		ret = fs_read(from, 0, &text, e);
	if (!ret)
		ret = fs_mkdir_p(dir, e);
	if (!ret)
		ret = fs_write_atomic(to, buf_str(&text), text.len, e);
	if (!ret && chmod(to, st.st_mode & 0777))
		ret = err_sys(e, errno, "cannot set the mode of %s", to);
out:
	buf_release(&text);
	free(dir);
	free(to);
	free(from);
	return ret;
}

int patchset_stage(const struct patchset *s, const char *tree, const char *stage, struct err *e)
{
	int ret = fs_remove_tree(stage, e);

	if (!ret)
		ret = fs_mkdir_p(stage, e);
	for (size_t i = 0; i < s->files.n && !ret; i++)
		ret = copy_to_stage(tree, stage, s->files.v[i], e);
	return ret;
}

/* What patch(1) says of the hunks and files it could not deal with: "FILE: Hunk #1 FAILED at 7." */
static void add_complaints(char *said, struct buf *b)
{
	const char *file = "";
	char *save = NULL;

	for (char *line = strtok_r(said, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(line);

		if (!strncmp(line, "patching file ", 14)) {
			file = line + 14;
		} else if (!strncmp(line, "|+++ ", 5)) {
			/* After "can't find file to patch". */
			buf_addf(b, ": %s", line + 5);
		} else if (strstr(line, "FAILED at") || strstr(line, "can't find file") ||
			   strstr(line, "**** ") || strstr(line, "previously applied")) {
			buf_addf(b, "%s%s%s%.*s", b->len ? "; " : "", file, *file ? ": " : "",
				 (int)(len - (len && line[len - 1] == '.')), line);
		}
	}
}

static int apply(const struct patch *p, const char *dir, const char *file, const char *rejects,
		 struct err *e)
{
	char *reject_option = xasprintf("--reject-file=%s", rejects);
	const char *const argv[] = { "env",
				     "LC_ALL=C",
				     "patch",
				     "-p1",
				     "--batch",
				     "--forward",
				     "--no-backup-if-mismatch",
				     reject_option,
				     "-d",
				     dir,
				     "-i",
				     file,
				     NULL };
	struct buf said = BUF_INIT, why = BUF_INIT;
	struct proc_opts o = { .out = &said, .err = &said, .timeout_ns = PATCH_TIMEOUT_NS };
	struct proc_exit x;
	int ret = proc_run(argv, &o, NULL, &x, e);

	if (!ret && x.status) {
		add_complaints(said.data, &why);
		ret = err_add(e, EINVAL, "patch %s does not apply to this source: %.800s%s%s",
			      p->name, why.len ? why.data : "patch(1) failed",
			      fs_exists(rejects) ? "; the rejected hunks are in " : "",
			      fs_exists(rejects) ? rejects : "");
		err_exit(e, FSDUEL_USAGE);
	}
	buf_release(&said);
	buf_release(&why);
	free(reject_option);
	return ret;
}

int patchset_apply(const struct patchset *s, const char *dir, const char *scratch, struct err *e)
{
	char *file = xasprintf("%s/patch", scratch), *rejects = xasprintf("%s/rejects", scratch);
	int ret = 0;

	if (unlink(rejects) && errno != ENOENT)
		ret = err_sys(e, errno, "cannot remove %s", rejects);
	for (size_t i = 0; i < s->n && !ret; i++) {
		ret = fs_write_atomic(file, s->v[i].text.data, s->v[i].text.len, e);
		if (!ret)
			ret = apply(&s->v[i], dir, file, rejects, e);
	}
	free(rejects);
	free(file);
	return ret;
}
