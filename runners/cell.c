/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.c: the steps of a cell run, in one table, the same on the host and in
 * the guest. A step that fails names itself in the reason; what was begun is
 * then undone in any case. What the work itself is (a mix or a fio job) is in
 * cell_mix.c and cell_fio.c. Linked into the guest's first process, so it needs
 * libc, jansson and libmd only.
 */
#include "runners/cell.h"

#include <errno.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/cell_impl.h"
#include "runners/ext4.h"
#include "runners/mount.h"

void cell_mark(void *cell, int begin)
{
	struct cell *c = cell;

	if (c->at->mark)
		c->at->mark(c->at->mark_arg, begin);
}

static void put_fact(struct cell *c, const char *name, json_t *value)
{
	json_object_set_new(c->r->facts, name, value);
}

/* --- steps -------------------------------------------------------------------- */

static int step_spec(struct cell *c, struct err *e)
{
	c->fs = fs_type_find(c->spec->fs);
	if (!c->fs)
		return err_add(e, EINVAL, "fsduel does not know the file system \"%s\"",
			       c->spec->fs);
	c->work = c->spec->mix ? &cell_work_mix : &cell_work_fio;
	return c->work->check(c, e);
}

static int step_log(struct cell *c, struct err *e)
{
	return klog_open(&c->log, e);
}

/* "mke2fs 1.47.0 (5-Feb-2023)": mkfs programs print it with -V, some on stderr. */
static void note_mkfs_version(struct cell *c)
{
	struct buf said = BUF_INIT;
	struct proc_opts o = { .out = &said, .err = &said, .timeout_ns = 10000000000u };
	const char *argv[] = { c->spec->mkfs.v[0], "-V", NULL };
	struct proc_exit x;

	if (!proc_run(argv, &o, &c->watch.stop, &x, NULL) && !x.status && said.len)
		put_fact(c, "mkfs_version", json_stringn(said.data, strcspn(said.data, "\n")));
	buf_release(&said);
}

static int step_mkfs(struct cell *c, struct err *e)
{
	note_mkfs_version(c);
	return mount_mkfs(&c->spec->mkfs, c->at->device, &c->watch.stop, e);
}

static int step_mount(struct cell *c, struct err *e)
{
	int rc = mount_do(c->fs, c->spec->mount_options, c->at->device, c->at->dir, e);

	c->mounted = !rc;
	return rc;
}

static int note_ext4(struct cell *c, const char *options, struct err *e)
{
	struct ext4_effective f;
	struct ext4_super s;
	int rc = ext4_read_super(&s, c->at->device, e);

	if (rc)
		return rc;
	ext4_effective(&f, &s, options);
	put_fact(c, "effective", json_pack("{s:b, s:b, s:s}", "dioread_nolock", f.dioread_nolock,
					   "delalloc", f.delalloc, "why", f.why));
	put_fact(c, "block_bytes", json_integer(s.block_bytes));
	put_fact(c, "inode_bytes", json_integer(s.inode_bytes));
	put_fact(c, "journal_bytes", json_integer((json_int_t)s.journal_bytes));
	return 0;
}

static int step_options(struct cell *c, struct err *e)
{
	struct buf options = BUF_INIT;
	int rc = mount_effective(c->fs, c->at->device, c->at->dir, &options, e);

	if (!rc && !strcmp(c->fs->name, "ext4"))
		rc = note_ext4(c, options.data, e);
	while (options.len && options.data[options.len - 1] == '\n')
		options.data[--options.len] = '\0';
	for (size_t i = 0; i < options.len; i++)
		if (options.data[i] == '\n')
			options.data[i] = ',';
	if (!rc)
		put_fact(c, "effective_options", json_string(options.data));
	buf_release(&options);
	return rc;
}

static int step_prepare(struct cell *c, struct err *e)
{
	return c->work->prepare(c, e);
}

static int step_drop(struct cell *c, struct err *e)
{
	(void)c;
	return mount_drop_caches(e);
}

/* Never idle is not a failure: the samples are kept and marked. */
static int step_settle(struct cell *c, struct err *e)
{
	int settled = c->at->settle.max_ns ? settle_wait(&c->at->settle, &c->watch.stop, e) : 1;

	if (!settled)
		c->r->marks = xstrdup("unsettled");
	return settled < 0 ? settled : 0;
}

static int step_prove(struct cell *c, struct err *e)
{
	return c->work->prove(c, e);
}

static int step_measure(struct cell *c, struct err *e)
{
	return c->work->measure(c, e);
}

static int step_collect(struct cell *c, struct err *e)
{
	return c->work->collect(c, e);
}

/*
 * The kernel log's position is noted before anything is done and read after
 * the last thing, unmounting, so that a complaint about making the files or
 * about the unmount counts too.
 */
static const struct step {
	const char *name;
	int (*run)(struct cell *c, struct err *e);
} steps[] = {
	{ "cell spec", step_spec },
	{ "kernel log", step_log },
	{ "mkfs", step_mkfs },
	{ "mount", step_mount },
	{ "effective options", step_options },
	{ "prepare", step_prepare },
	{ "drop caches", step_drop },
	{ "settle", step_settle },
	{ "prove extents", step_prove },
	{ "measure", step_measure },
	{ "collect", step_collect },
	{ NULL, NULL },
};

/* --- the run -------------------------------------------------------------------- */

/* Append to why what ended it, if anything did. The limit and the caller's wish come first. */
static void run_steps(struct cell *c, struct buf *why)
{
	for (const struct step *s = steps; s->name && !why->len; s++) {
		struct err e = ERR_INIT;
		char limit[32];
		int rc = s->run(c, &e);

		switch (watch_check(&c->watch)) {
		case WATCH_CALLER:
			buf_addf(why, "interrupted at step %s", s->name);
			c->bad = STATUS_FAILED;
			break;
		case WATCH_OVERRAN:
			buf_addf(why, "overran its limit of %s at step %s",
				 num_format_ns_human(limit, c->spec->limit_ns), s->name);
			c->bad = STATUS_FAILED;
			break;
		default:
			if (rc)
				buf_addf(why, "%s: %s", s->name, e.text);
		}
	}
}

/* 0, -EBUSY or -errno when the mount could not be taken away; the caller must know. */
static int clean_up(struct cell *c, struct err *e)
{
	int rc = 0;

	if (c->work)
		c->work->release(c);
	if (c->mounted)
		rc = mount_undo(c->at->dir, e);
	c->mounted = false;
	return rc;
}

static void judge(struct cell *c, struct buf *why, const char *unmount_error)
{
	struct buf hit = BUF_INIT;
	struct err log_error = ERR_INIT;
	int found = c->log.fd >= 0 ? klog_scan(&c->log, &hit, &log_error) : 0;

	if (found > 0)
		put_fact(c, "kernel_log", json_string(buf_str(&hit)));
	if (why->len && found > 0)
		buf_addf(why, "; the kernel log says: %s", hit.data);
	if (why->len)
		result_fail(c->r, c->bad, "%s", why->data);
	else if (*unmount_error)
		result_fail(c->r, STATUS_FAILED, "unmount: %s", unmount_error);
	else if (found > 0)
		result_fail(c->r, STATUS_INVALID, "the kernel complained meanwhile: %s", hit.data);
	else if (found < 0)
		result_fail(c->r, STATUS_FAILED, "kernel log: %s", log_error.text);
	buf_release(&hit);
}

int cell_run(const struct cell_spec *spec, const struct cell_place *at, struct result *r,
	     struct err *e)
{
	struct cell c = { .spec = spec, .at = at, .r = r, .log = KLOG_NONE, .bad = STATUS_FAILED };
	struct buf why = BUF_INIT;
	struct err unmount = ERR_INIT, start = ERR_INIT;
	int rc;

	result_init(r);
	if (watch_start(&c.watch, spec->limit_ns, at->stop, &start))
		buf_adds(&why, start.text);
	run_steps(&c, &why);
	rc = clean_up(&c, &unmount);
	watch_end(&c.watch);
	judge(&c, &why, unmount.text);
	klog_close(&c.log);
	buf_release(&why);
	if (rc)
		err_add(e, -rc, "%s", unmount.text);
	return rc;
}
