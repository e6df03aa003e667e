/* SPDX-License-Identifier: GPL-2.0-or-later */
/* annotate_code.c: the measured kernel's code for objdump: another build has other addresses. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/annotate.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/kernel/bzimage.h"

#define OBJDUMP_NS (120u * UINT64_C(1000000000))
#define INSTRUCTION_MAX 16 /* bytes */

/* By its path, else by its reference. */
static int find_kernel(struct annotate_code *c, const json_t *run, struct err *e)
{
	const char *places[2] = { NULL }, *sha = NULL;
	json_t *entry = json_object_get(json_object_get(run, "kernels"), c->name ? c->name : "");

	if (!entry || json_unpack(entry, "{s:s s?s s?s}", "sha256", &sha, "image", &places[0],
				  "ref", &places[1]))
		return err_add(e, EINVAL, RUN_JSON " does not have the hash of the kernel %s",
			       c->name ? c->name : "that ran");
	for (size_t i = 0; i < 2; i++) {
		if (!places[i] || kernel_load(&c->kernel, places[i], NULL))
			continue;
		if (!strcmp(c->kernel.sha256, sha))
			return 0;
		kernel_release(&c->kernel);
	}
	return err_add(e, ENOENT,
		       "the image %.12s of the kernel %s is not at %s any more: build or fetch it "
		       "again to see its code",
		       sha, c->name, places[0] ? places[0] : places[1]);
}

/* Write a file of that name into our folder. */
static int keep(struct annotate_code *c, const char *name, const struct buf *data, char **path,
		struct err *e)
{
	if (!*c->dir) {
		strcpy(c->dir, "/tmp/fsduel-code-XXXXXX");
		if (!mkdtemp(c->dir)) {
			*c->dir = '\0';
			return err_sys(e, errno, "cannot make a folder in /tmp");
		}
	}
	*path = xasprintf("%s/%s", c->dir, name);
	return fs_write_atomic(*path, data->data, data->len, e);
}

/* The vmlinux that a build left near its image has symbols, and perhaps line numbers. */
static bool find_vmlinux(struct annotate_code *c)
{
	static const char *const beside[] = { "vmlinux", "../../../vmlinux" };
	const char *image = c->kernel.image_path;

	for (size_t i = 0; i < 2 && !c->vmlinux; i++) {
		char *path = xasprintf("%.*s%s", (int)(strrchr(image, '/') - image + 1), image,
				       beside[i]);
		char build_id[BUILD_ID_HEX] = "";
		struct buf b = BUF_INIT;

		if (fs_exists(path) && !fs_read(path, 0, &b, NULL))
			vmlinux_build_id(b.data, b.len, build_id);
		if (*build_id && !strcmp(build_id, c->kernel.build_id))
			c->vmlinux = path;
		else
			free(path);
		buf_release(&b);
	}
	return c->vmlinux;
}

/* The one inside the image: stripped, and the same code. */
static int unpack(struct annotate_code *c, struct err *e)
{
	const struct kernel *k = &c->kernel;
	struct buf inside = BUF_INIT;
	struct bzimage b;
	int ret = bzimage_parse(&b, k->image.data, k->image.len, k->image_path, e);

	if (!ret)
		ret = bzimage_vmlinux(&b, &inside, e);
	if (!ret)
		ret = keep(c, "vmlinux", &inside, &c->vmlinux, e);
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
	return !ret && !find_vmlinux(c) ? unpack(c, e) : ret;
}

void annotate_code_release(struct annotate_code *c)
{
	if (*c->dir)
		fs_remove_tree(c->dir, NULL);
	kernel_release(&c->kernel);
	free(c->vmlinux);
	*c = (struct annotate_code){ 0 };
}

/* --- objdump --------------------------------------------------------------------------- */

static int objdump(struct buf *out, const char *const *argv, struct err *e)
{
	const struct proc_opts o = { .out = out, .timeout_ns = OBJDUMP_NS };
	int ret = proc_check(argv, &o, NULL, e);

	return ret == -ENOENT ? err_add(e, ENOENT, "objdump is in the package binutils") : ret;
}

/* The module that was asked for comes last, after those that it needs. */
static int take_module(void *data, const char *name, const void *bytes, size_t len, struct err *e)
{
	(void)name;
	(void)e;
	buf_reset(data);
	buf_add(data, bytes, len);
	return 0;
}

/* A module's code is in its own file, from 0 on; relocations name the functions it calls. */
static int of_module(struct buf *out, uint64_t *shift, struct annotate_code *c,
		     const struct cost_piece *p, struct err *e)
{
	const char *const names[] = { p->object, NULL };
	char *symbol = xasprintf("--disassemble=%s", p->function), *path = NULL;
	char *head = xasprintf(" <%s>:", p->function);
	const char *argv[] = { "objdump", "-dr", "--no-show-raw-insn", symbol, NULL, NULL }, *at;
	struct buf module = BUF_INIT;
	int ret = kernel_modules(&c->kernel, names, take_module, &module, e);
	uint64_t start;

	if (!ret && !module.len)
		ret = err_add(e, ENOENT, "the module %s is not beside the kernel %s", p->object,
			      c->name);
	if (!ret)
		ret = keep(c, "module.ko", &module, &path, e);
	argv[4] = path;
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
	buf_release(&module);
	free(head);
	free(path);
	free(symbol);
	return ret;
}

int annotate_disassemble(struct buf *out, uint64_t *shift, struct annotate_code *c,
			 const struct cost_piece *p, uint64_t last, struct err *e)
{
	char start[48], stop[48];
	const char *argv[] = { "objdump",  "-dlS", "--no-show-raw-insn", start, stop,
			       c->vmlinux, NULL };

	*shift = 0;
	if (strcmp(p->object, PROFILE_KERNEL))
		return of_module(out, shift, c, p, e);
	snprintf(start, sizeof(start), "--start-address=0x%" PRIx64, p->address);
	snprintf(stop, sizeof(stop), "--stop-address=0x%" PRIx64, last + INSTRUCTION_MAX);
	return objdump(out, argv, e);
}
