/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.c: the steps of a cell run, in one table, the same on the host and in
 * the guest. A step that fails names itself in the reason; what was begun is
 * then undone in any case. What the work itself is (a mix or a fio job) is in
 * cell_mix.c and cell_fio.c. Linked into the guest's first process, so it needs
 * libc, jansson, libmd and zlib only.
 */
#include "runners/cell/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/cell/cell_impl.h"
#include "runners/cell/judge.h"
#include "runners/cell/mount.h"

void cell_mark(void *cell, int begin)
{
	struct cell *c = cell;

	/* What counts what else goes on sees the watching too. */
	if (c->at->mark && begin)
		c->at->mark(c->at->mark_arg, begin);
	if (c->pass)
		c->pass->mark(c, begin);
	if (c->at->count && c->work->counts_all)
		c->at->count(begin);
	if (c->at->mark && !begin)
		c->at->mark(c->at->mark_arg, begin);
}

static const struct cell_pass *const passes[NR_PASSES] = { [PASS_LOCKS] = &cell_pass_locks };

static void put_fact(struct cell *c, const char *name, json_t *value)
{
	json_object_set_new(c->r->facts, name, value);
}

/* What disturbed a cell run, joined by commas. */
void cell_add_mark(struct cell *c, const char *mark)
{
	result_mark(c->r, mark);
}

/* --- steps -------------------------------------------------------------------- */

static int step_spec(struct cell *c, struct err *e)
{
	c->fs = fs_type_find(c->spec->fs);
	if (!c->fs)
		return err_add(e, EINVAL, "fsduel does not know the file system \"%s\"",
			       c->spec->fs);
	c->pass = passes[c->spec->pass];
	if (c->spec->pass == PASS_PROFILE) { /* a guest is not told, it is counted from outside */
		c->bad = STATUS_SKIPPED;
		return err_add(e, ENOTSUP,
			       "a profile counts instructions on a virtual clock: it "
			       "needs fsduel duel in mode exact");
	}
	c->work = c->spec->mix ? &cell_work_mix : &cell_work_fio;
	return c->work->check(c, e);
}

static int step_log(struct cell *c, struct err *e)
{
	int rc = klog_open(&c->log, e);

	c->log.device = c->at->log_name;
	return rc;
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

typedef int program_fn(struct cell *c, const char *device, struct err *e);

/* Let a program have the device, and take it back whatever came of that: *lost says -errno. */
static int run_on_device(struct cell *c, program_fn *program, int *lost, struct err *e)
{
	struct claim *claim = c->at->claim;
	char path[CLAIM_PATH];
	int rc;

	if (!claim)
		return program(c, c->at->device, e);
	*lost = claim_lend(claim, e);
	if (*lost)
		return *lost;
	claim_path(claim, path);
	rc = program(c, path, e);
	*lost = claim_take(claim, false, e);
	return *lost ? *lost : rc;
}

static int run_mkfs(struct cell *c, const char *device, struct err *e)
{
	return mount_mkfs(&c->spec->mkfs, device, &c->watch.stop, e);
}

static int step_mkfs(struct cell *c, struct err *e)
{
	char *uuid;
	int rc;

	if (c->at->existing)
		return 0;
	note_mkfs_version(c);
	rc = run_on_device(c, run_mkfs, &c->lost, e);
	if (rc || !c->at->claim)
		return rc;
	uuid = cell_uuid(c->spec->seed);
	c->lost = claim_carries(c->at->claim, c->fs->uuid_at, uuid, e);
	free(uuid);
	return c->lost;
}

/* Lent to the mount, until unmount() takes it back. */
static int step_mount(struct cell *c, struct err *e)
{
	struct claim *claim = c->at->claim;
	int rc;

	if (c->at->existing)
		return 0;
	c->lost = claim ? claim_lend(claim, e) : 0;
	if (c->lost)
		return c->lost;
	rc = mount_do(c->fs, c->spec->mount_options, c->at->device, c->at->dir, e);
	c->mounted = !rc;
	if (!rc && claim)
		rc = c->lost = claim_mounted(claim, c->at->dir, e);
	return rc;
}

/* Ask the file system's hook what its options come to; an option without effect is marked. */
static int judge_options(struct cell *c, const char *options, struct err *e)
{
	judge_fn *judge = judge_find(c->fs->name);
	const char *why;

	if (judge && judge(c->at->device, options, c->r->facts, e))
		return -EIO;
	why = json_string_value(json_object_get(json_object_get(c->r->facts, "effective"), "why"));
	if (why && *why)
		cell_add_mark(c, MARK_NO_EFFECT);
	return 0;
}

static int step_options(struct cell *c, struct err *e)
{
	struct buf options = BUF_INIT;
	int rc = mount_effective(c->fs, c->at->device,
				 c->at->existing ? c->at->existing : c->at->dir, &options, e);

	if (!rc)
		rc = judge_options(c, options.data, e);
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

static int step_watch(struct cell *c, struct err *e)
{
	return c->pass ? c->pass->open(c, e) : 0;
}

/* Never idle is not a failure: the samples are kept and marked. */
static int step_settle(struct cell *c, struct err *e)
{
	int settled = c->at->settle.max_ns ? settle_wait(&c->at->settle, &c->watch.stop, e) : 1;

	if (!settled)
		cell_add_mark(c, "unsettled");
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

static int step_reduce(struct cell *c, struct err *e)
{
	return c->pass ? c->pass->reduce(c, e) : 0;
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
	{ "watch", step_watch },
	{ "settle", step_settle },
	{ "prove extents", step_prove },
	{ "measure", step_measure },
	{ "collect", step_collect },
	{ "reduce", step_reduce },
	{ NULL, NULL },
};

/* --- the run -------------------------------------------------------------------- */

/* Append to why what ended it, if anything did. The limit and the caller's wish come first. */
static void run_steps(struct cell *c, struct buf *why)
{
	for (const struct step *s = steps; s->name && !why->len; s++) {
		struct err e = ERR_INIT;
		char limit[32];
		uint64_t begin_ns = now_ns();
		int rc = s->run(c, &e);

		if (c->at->stepped)
			c->at->stepped(c->at->stepped_arg, s->name, now_ns() - begin_ns);
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

/*
 * A mount that lies on ours by then is not ours to unmount; but a mount of ours that is on
 * another device is. Anybody who keeps the device longer makes the next cell run fail.
 */
static int unmount(struct cell *c, struct err *e)
{
	struct claim *claim = c->at->claim;
	uint64_t begin_ns = now_ns();
	int rc = claim && !c->lost ? claim_mounted(claim, c->at->dir, e) : 0;

	if (!rc)
		rc = mount_undo(c->at->dir, e);
	if (!rc && claim)
		claim_take(claim, true, NULL);
	if (c->at->stepped)
		c->at->stepped(c->at->stepped_arg, "unmount", now_ns() - begin_ns);
	return rc;
}

static int run_check(struct cell *c, const char *device, struct err *e)
{
	return mount_check(c->fs, device, &c->watch.stop, e);
}

/* The whole file system, read only; what is not clean is said in e. */
static void check_fs(struct cell *c, struct err *e)
{
	uint64_t begin_ns = now_ns();
	int lost = 0; /* the next cell run finds that out, too */
	int rc = run_on_device(c, run_check, &lost, e);

	if (!rc && c->fs->check)
		put_fact(c, "fs_clean", json_true());
	if (rc == -EUCLEAN && !lost)
		result_mark(c->r, MARK_BROKEN);
	if (c->at->stepped)
		c->at->stepped(c->at->stepped_arg, "check", now_ns() - begin_ns);
}

/*
 * 0, -EBUSY or -errno when the mount could not be taken away; the caller must know.
 * broken: what the checker says against the file system.
 */
static int clean_up(struct cell *c, struct err *broken, struct err *e)
{
	int rc = 0;

	if (c->pass)
		c->pass->release(c);
	if (c->work)
		c->work->release(c);
	if (c->mounted)
		rc = unmount(c, e);
	if (c->mounted && !rc && c->check_fs)
		check_fs(c, broken);
	c->mounted = false;
	return rc;
}

/*
 * What the kernel said explains better than what it did to us, so it comes
 * first; but for a cell that was interrupted, which is nobody's fault.
 */
static void judge(struct cell *c, struct buf *why, const char *unmount_error, const char *broken)
{
	struct trouble_found f = TROUBLE_NONE;
	struct err log_error = ERR_INIT;
	int ret = c->log.fd >= 0 ? klog_scan(&c->log, &f, &log_error) : 0;

	if (f.row) {
		put_fact(c, "kernel_log", json_string(f.line));
		c->r->console = trouble_excerpt(&f, buf_str(&c->log.tail), c->log.tail.len);
	}
	if (!why->len && *unmount_error)
		buf_addf(why, "unmount: %s", unmount_error);
	if (c->watch.stop != WATCH_CALLER)
		trouble_fail(&f, why->len ? c->bad : STATUS_OK, buf_str(why), c->r);
	if (why->len)
		result_fail(c->r, c->bad, "%s", why->data);
	else if (*broken)
		result_fail(c->r, STATUS_FAILED, "check: %s", broken);
	else if (ret)
		result_fail(c->r, STATUS_FAILED, "kernel log: %s", log_error.text);
	if (c->seen) {
		result_fail(c->r, STATUS_INVALID, "%s", c->seen);
		result_mark(c->r, MARK_BROKEN);
	}
	/* What it saw stays seen, whatever else went wrong; but one that was interrupted is run
	 * again. */
	if (c->seen && c->watch.stop != WATCH_CALLER)
		json_object_set_new(c->r->facts, "stands", json_true());
	trouble_release(&f);
}

int cell_run(const struct cell_spec *spec, const struct cell_place *at, struct result *r,
	     struct err *e)
{
	struct cell c = { .spec = spec, .at = at, .r = r, .log = KLOG_NONE, .bad = STATUS_FAILED };
	struct buf why = BUF_INIT;
	struct err unmount_error = ERR_INIT, start = ERR_INIT, broken = ERR_INIT;
	int rc;

	result_init(r);
	if (watch_start(&c.watch, spec->limit_ns, at->stop, &start))
		buf_adds(&why, start.text);
	run_steps(&c, &why);
	if (c.lost)
		err_add(&unmount_error, -c.lost, "%s", why.data);
	rc = clean_up(&c, &broken, &unmount_error);
	rc = rc ? rc : c.lost;
	watch_end(&c.watch);
	judge(&c, &why, unmount_error.text, broken.text);
	klog_close(&c.log);
	free(c.seen);
	buf_release(&why);
	if (rc)
		err_add(e, -rc, "%s", unmount_error.text);
	return rc;
}
