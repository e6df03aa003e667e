/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate_code.c: the code of the kernel that was measured, for objdump. Only the image
 * whose hash is in run.json will do: another build has other code at the same addresses.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/annotate.h"
#include "lib/symbols.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/kernel/bzimage.h"
#include "runners/kernel/kernel.h"

#define SHORT_SHA 12
#define OBJDUMP_NS (120u * UINT64_C(1000000000))
#define INSTRUCTION_MAX 16 /* bytes */

/* Find the image by its path, else by its reference; only one with the same hash counts. */
static int find_kernel(struct annotate_code *c, const json_t *run, struct err *e)
{
	const char *image = NULL, *ref = NULL, *sha = NULL;
	json_t *entry = json_object_get(json_object_get(run, "kernels"), c->name ? c->name : "");
	const char *const *const places[] = { &image, &ref };
	struct err why = ERR_INIT;
	bool other = false;

	if (!entry ||
	    json_unpack(entry, "{s:s s?s s?s}", "sha256", &sha, "image", &image, "ref", &ref))
		return err_add(e, EINVAL, RUN_JSON " does not have the hash of the kernel %s",
			       c->name ? c->name : "that ran");
	for (size_t i = 0; i < 2; i++) {
		struct kernel k;

		if (!*places[i] || kernel_load(&k, *places[i], &why))
			continue;
		if (!strcmp(k.sha256, sha)) {
			c->kernel = xcalloc(1, sizeof(k));
			*c->kernel = k;
			return 0;
		}
		other = true;
		kernel_release(&k);
	}
	image = image ? image : ref ? ref : "its image";
	return other ? err_add(e, EINVAL,
			       "the kernel %s is another image now (%s): the image that ran was "
			       "%.*s; build or fetch it again to see its code",
			       c->name, image, SHORT_SHA, sha)
		     : err_add(e, ENOENT,
			       "the kernel %s (image %.*s) is not there any more: %s is gone or no "
			       "kernel",
			       c->name, SHORT_SHA, sha, image);
}

/* --- its code as a file ---------------------------------------------------------------- */

/* Write a file of that name into our folder. */
static int keep(struct annotate_code *c, const char *name, const void *data, size_t len,
		char **path, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	int ret = 0;

	if (!c->dir) {
		c->dir = xasprintf("%s/fsduel-code-XXXXXX", tmp && *tmp ? tmp : "/tmp");
		if (!mkdtemp(c->dir)) {
			ret = err_sys(e, errno, "cannot make a folder like %s", c->dir);
			free(c->dir);
			c->dir = NULL;
			return ret;
		}
	}
	*path = xasprintf("%s/%s", c->dir, name);
	return fs_write_atomic(*path, data, len, e);
}

/* The vmlinux that a build left near its image has symbols, and perhaps line numbers. */
static bool find_vmlinux(struct annotate_code *c)
{
	static const char *const beside[] = { "vmlinux", "../../../vmlinux" };
	const char *image = c->kernel->image_path;

	for (size_t i = 0; i < 2 && !c->vmlinux; i++) {
		char *path = xasprintf("%.*s%s", (int)(strrchr(image, '/') - image + 1), image,
				       beside[i]);
		char build_id[BUILD_ID_HEX] = "";
		struct buf b = BUF_INIT;

		if (fs_exists(path) && !fs_read(path, 0, &b, NULL))
			vmlinux_build_id(b.data, b.len, build_id);
		if (*build_id && !strcmp(build_id, c->kernel->build_id)) {
			c->lines = elf_section(b.data, b.len, ".debug_line").data;
			c->vmlinux = path;
		} else {
			free(path);
		}
		buf_release(&b);
	}
	return c->vmlinux;
}

/* The one inside the image: stripped, and the same code. */
static int unpack(struct annotate_code *c, struct err *e)
{
	const struct kernel *k = c->kernel;
	struct buf inside = BUF_INIT;
	struct bzimage b;
	int ret = bzimage_parse(&b, k->image.data, k->image.len, k->image_path, e);

	if (!ret)
		ret = bzimage_vmlinux(&b, &inside, e);
	if (!ret)
		ret = keep(c, "vmlinux", inside.data, inside.len, &c->vmlinux, e);
	buf_release(&inside);
	return ret;
}

int annotate_code_load(struct annotate_code *c, const json_t *run, const char *variant,
		       struct err *e)
{
	const json_t *item = run_variant(run, variant);
	int ret;

	*c = (struct annotate_code){ .name = json_string_value(json_object_get(item, "kernel")) };
	ret = find_kernel(c, run, e);
	if (!ret && !find_vmlinux(c))
		ret = unpack(c, e);
	return ret;
}

void annotate_code_release(struct annotate_code *c)
{
	if (c->dir)
		fs_remove_tree(c->dir, NULL);
	if (c->kernel)
		kernel_release(c->kernel);
	free(c->dir);
	free(c->vmlinux);
	free(c->kernel);
	*c = (struct annotate_code){ 0 };
}

/* --- objdump --------------------------------------------------------------------------- */

static int objdump(struct buf *out, const char *const *argv, struct err *e)
{
	const struct proc_opts o = { .out = out, .timeout_ns = OBJDUMP_NS };
	int ret = proc_check(argv, &o, NULL, e);

	return ret == -ENOENT ? err_add(e, ENOENT, "objdump is in the package binutils") : ret;
}

static bool same_module(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !((*a == '-' || *a == '_') && (*b == '-' || *b == '_')))
			return false;
	return !*a && !*b;
}

struct wanted {
	struct annotate_code *c;
	const char *name;
	char *path; /* NULL: not found */
};

static int keep_module(void *arg, const char *name, const void *data, size_t len, struct err *e)
{
	struct wanted *m = arg;

	if (m->path || !same_module(name, m->name))
		return 0;
	return keep(m->c, "module.ko", data, len, &m->path, e);
}

/* A module's code is in its own file, from 0 on; relocations name the functions it calls. */
static int of_module(struct buf *out, uint64_t *shift, struct annotate_code *c,
		     const struct annotate_piece *p, struct err *e)
{
	const char *const names[] = { p->object, NULL };
	struct wanted m = { c, p->object, NULL };
	char *symbol = xasprintf("--disassemble=%s", p->function);
	char *head = xasprintf(" <%s>:", p->function);
	const char *argv[] = { "objdump", "-dr", "--no-show-raw-insn", symbol, NULL, NULL }, *at;
	int ret = kernel_modules(c->kernel, names, keep_module, &m, e);
	uint64_t start;

	if (!ret && !m.path)
		ret = err_add(e, ENOENT,
			      "%s is in the module %s, which is not beside the kernel %s",
			      p->function, p->object, c->name);
	argv[4] = m.path;
	if (!ret)
		ret = objdump(out, argv, e);
	/* "0000000000000510 <null_process_cmd>:" */
	at = ret ? NULL : strstr(buf_str(out), head);
	if (at && at - out->data >= 16 && num_hex(at - 16, &start))
		*shift = p->address - start;
	else if (!ret)
		ret = err_add(e, EINVAL,
			      "the module %s has no symbol %s: it is not the one that ran",
			      p->object, p->function);
	free(head);
	free(m.path);
	free(symbol);
	return ret;
}

int annotate_disassemble(struct buf *out, uint64_t *shift, struct annotate_code *c,
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
