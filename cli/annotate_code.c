/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate_code.c: the code of the kernel that was measured, for objdump; see
 * annotate.h. Only the very image that run.json has the hash of will do: another
 * build has other instructions at the same addresses.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/annotate.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/kernel/bzimage.h"
#include "lib/elf.h"
#include "runners/kernel/kernel.h"

#define SHORT_SHA 12
#define OBJDUMP_NS (120u * UINT64_C(1000000000))
#define INSTRUCTION_MAX 16 /* bytes */

/* --- the kernel ------------------------------------------------------------------------------ */

static const char *string_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *kernel_name(const json_t *run, const char *variant)
{
	const json_t *item = run_variant(run, variant);

	return item ? string_of(item, "kernel") : NULL;
}

/* From where it was, else by what it was called. */
static int find_kernel(struct kernel *k, const char *name, const json_t *entry, struct err *e)
{
	const char *sha = string_of(entry, "sha256"), *ref = string_of(entry, "ref");
	const char *image = string_of(entry, "image");
	const char *places[] = { image, ref };
	struct err why = ERR_INIT;
	bool other = false;

	if (!sha)
		return err_add(e, EINVAL, RUN_JSON " does not have the hash of the kernel %s",
			       name);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!places[i] || kernel_load(k, places[i], &why))
			continue;
		if (!strcmp(k->sha256, sha))
			return 0;
		other = true;
		kernel_release(k);
	}
	*k = (struct kernel){ .image = BUF_INIT };
	if (other)
		return err_add(e, EINVAL,
			       "the kernel %s is another image now (%s): what ran was "
			       "%.*s; build or fetch it again to see its code",
			       name, image ? image : ref, SHORT_SHA, sha);
	return err_add(e, ENOENT,
		       "the kernel %s (image %.*s) is not there any more: %s is gone or no "
		       "kernel",
		       name, SHORT_SHA, sha,
		       image ? image
		       : ref ? ref
			     : "its image");
}

/* --- its code as a file ------------------------------------------------------------------------
 */

static int write_temporary(char **path, const void *data, size_t len, struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char *name = xasprintf("%s/fsduel-code-XXXXXX", dir && *dir ? dir : "/tmp");
	int fd = mkstemp(name), ret = 0;
	const char *at = data;

	if (fd < 0) {
		ret = err_sys(e, errno, "cannot make a file like %s", name);
		free(name);
		return ret;
	}
	while (len && !ret) {
		ssize_t n = write(fd, at, len);

		if (n < 0)
			ret = err_sys(e, errno, "cannot write %s", name);
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	close(fd);
	*path = name;
	if (ret) {
		unlink(name);
		free(name);
		*path = NULL;
	}
	return ret;
}

/* The vmlinux that a build left near its image: it has symbols, and perhaps line numbers. */
static char *find_vmlinux(const struct kernel *k, bool *lines)
{
	static const char *const beside[] = { "vmlinux", "../../../vmlinux" };
	int dir = (int)(strrchr(k->image_path, '/') - k->image_path);

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		char *path = xasprintf("%.*s/%s", dir, k->image_path, beside[i]);
		char build_id[BUILD_ID_HEX] = "";
		struct buf b = BUF_INIT;

		if (fs_exists(path) && !fs_read(path, 0, &b, NULL))
			vmlinux_build_id(b.data, b.len, build_id);
		*lines = b.len && elf_section(b.data, b.len, ".debug_line").data;
		buf_release(&b);
		if (*build_id && !strcmp(build_id, k->build_id))
			return path;
		free(path);
	}
	*lines = false;
	return NULL;
}

/* The one inside the image: stripped, and the same code. */
static int unpack(struct annotate_code *c, struct err *e)
{
	struct kernel *k = c->kernel;
	struct buf inside = BUF_INIT;
	struct bzimage b;
	int ret = bzimage_parse(&b, k->image.data, k->image.len, k->image_path, e);

	if (!ret)
		ret = bzimage_vmlinux(&b, &inside, e);
	if (!ret)
		ret = write_temporary(&c->vmlinux, inside.data, inside.len, e);
	c->temporary = !ret;
	buf_release(&inside);
	return ret;
}

int annotate_code_load(struct annotate_code *c, const json_t *run, const char *variant,
		       struct err *e)
{
	const json_t *entry;
	int ret;

	*c = (struct annotate_code){ .name = kernel_name(run, variant) };
	entry = json_object_get(json_object_get(run, "kernels"), c->name ? c->name : "");
	if (!entry)
		return err_add(e, EINVAL, RUN_JSON " does not say which kernel %s is", variant);
	c->kernel = xcalloc(1, sizeof(*c->kernel));
	ret = find_kernel(c->kernel, c->name, entry, e);
	if (ret)
		return ret;
	c->vmlinux = find_vmlinux(c->kernel, &c->lines);
	return c->vmlinux ? 0 : unpack(c, e);
}

void annotate_code_release(struct annotate_code *c)
{
	if (c->temporary)
		unlink(c->vmlinux);
	free(c->vmlinux);
	if (c->kernel)
		kernel_release(c->kernel);
	free(c->kernel);
	*c = (struct annotate_code){ 0 };
}

/* --- objdump -----------------------------------------------------------------------------------
 */

static int objdump(struct buf *out, const char *const *argv, struct err *e)
{
	struct buf said = BUF_INIT;
	struct proc_opts o = { .out = out, .err = &said, .timeout_ns = OBJDUMP_NS };
	struct proc_exit x;
	int ret = proc_run(argv, &o, NULL, &x, NULL);

	if (ret == -ENOENT)
		err_add(e, ENOENT, "objdump is not installed: apt-get install binutils");
	else if (ret)
		err_sys(e, -ret, "cannot run objdump");
	else if (x.status)
		ret = err_add(e, EIO, "objdump failed: %.200s",
			      x.timed_out ? "it took too long" : buf_str(&said));
	buf_release(&said);
	return ret;
}

struct module_file {
	const char *name;
	char *path; /* NULL: not found */
};

static bool same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return !*a && !*b;
}

static int keep_module(void *arg, const char *name, const void *data, size_t len, struct err *e)
{
	struct module_file *m = arg;

	return m->path || !same_module(name, m->name) ? 0 : write_temporary(&m->path, data, len, e);
}

/* A module's code is in its own file, from 0 on; relocations say what it calls. */
static int of_module(struct buf *out, uint64_t *shift, const struct annotate_code *c,
		     const struct annotate_piece *p, struct err *e)
{
	const char *const names[] = { p->object, NULL };
	struct module_file m = { .name = p->object };
	char *symbol = xasprintf("--disassemble=%s", p->function);
	const char *argv[] = { "objdump", "-dr", "--no-show-raw-insn", symbol, NULL, NULL };
	int ret = kernel_modules(c->kernel, names, keep_module, &m, e);

	if (!ret && !m.path)
		ret = err_add(e, ENOENT,
			      "%s is in the module %s, which is not beside the kernel %s",
			      p->function, p->object, c->name);
	argv[4] = m.path;
	if (!ret)
		ret = objdump(out, argv, e);
	if (!ret) {
		/* "0000000000000510 <null_process_cmd>:" */
		char *head = xasprintf(" <%s>:", p->function);
		const char *at = strstr(buf_str(out), head);
		uint64_t start;

		free(head);
		if (at && at - out->data >= 16 && num_hex(at - 16, &start))
			*shift = p->address - start;
		else
			ret = err_add(e, EINVAL,
				      "the module %s has no symbol %s: it is not the one "
				      "that ran",
				      p->object, p->function);
	}
	if (m.path)
		unlink(m.path);
	free(m.path);
	free(symbol);
	return ret;
}

int annotate_disassemble(struct buf *out, uint64_t *shift, const struct annotate_code *c,
			 const struct annotate_piece *p, uint64_t last, struct err *e)
{
	char start[48], stop[48];
	const char *argv[] = {
		"objdump", c->lines ? "-dlS" : "-d", "--no-show-raw-insn", start, stop, c->vmlinux,
		NULL
	};

	*shift = 0;
	if (strcmp(p->object, PROFILE_KERNEL))
		return of_module(out, shift, c, p, e);
	snprintf(start, sizeof(start), "--start-address=0x%" PRIx64, p->address);
	snprintf(stop, sizeof(stop), "--stop-address=0x%" PRIx64, last + INSTRUCTION_MAX);
	return objdump(out, argv, e);
}
