/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell.c: the steps of a cell run, in one table. A failed step names itself in the reason, and the
 * steps before it are undone. Linked into the guest: libc, jansson, libmd and zlib only.
 */
#include "runners/cell/cell.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/cell/cell_impl.h"
#include "runners/cell/judge.h"
#include "runners/cell/mount.h"

static void tell_step(const struct cell *c, const char *step, uint64_t begin_ns)
{
	if (c->at->stepped)
		c->at->stepped(c->at->stepped_arg, step, now_ns() - begin_ns);
}

static int step_spec(struct cell *c, struct err *e)
{
	c->fs = fs_type_find(c->spec->fs);
	if (!c->fs)
		return err_add(e, EINVAL, "fsduel does not know the file system \"%s\"",
			       c->spec->fs);
	c->pass = c->spec->pass == PASS_LOCKS ? &cell_pass_locks : NULL;
	if (c->spec->pass == PASS_PROFILE) { /* a guest is not told, it is counted from outside */
		c->bad = STATUS_SKIPPED;
		return err_add(
			e, ENOTSUP,
			"a profile needs fsduel duel in mode exact: it counts on a virtual clock");
	}
	c->work = c->spec->mix ? &cell_work_mix : &cell_work_fio;
	return c->work->check(c, e);
}

static int step_log(struct cell *c, struct err *e)
{
	int ret = klog_open(&c->log, e);

	c->log.device = c->at->log_name;
	return ret;
}

/* mkfs, or the checker. The device is lent and in any case taken back: *lost is 0 or -errno. */
static int run_on_device(struct cell *c, bool mkfs, int *lost, struct err *e)
{
	struct claim *claim = c->at->claim;
	const char *device = c->at->device;
	char path[CLAIM_PATH];
	int ret;

	*lost = claim ? claim_lend(claim, e) : 0;
	if (*lost)
		return *lost;
	if (claim)
		device = claim_path(claim, path);
	ret = mkfs ? mount_mkfs(&c->spec->mkfs, device, &c->watch.stop, e)
		   : mount_check(c->fs, device, &c->watch.stop, e);
	*lost = claim ? claim_take(claim, false, e) : 0;
	return *lost ? *lost : ret;
}

static int step_mkfs(struct cell *c, struct err *e)
{
	const char *known = c->at->mkfs_versions ? c->at->mkfs_versions[c->fs - fs_types] : NULL;
	char *asked, *uuid;
	int ret;

	if (c->at->existing)
		return 0;
	asked = known ? NULL : program_version(c->spec->mkfs.v[0], &c->watch.stop);
	if (known || asked)
		json_object_set_new(c->r->facts, "mkfs_version",
				    json_string(known ? known : asked));
	free(asked);
	ret = run_on_device(c, true, &c->lost, e);
	if (ret || !c->at->claim)
		return ret;
	uuid = cell_uuid(c->spec->seed);
	c->lost = claim_carries(c->at->claim, c->fs->uuid_at, uuid, e);
	free(uuid);
	return c->lost;
}

/* Lent to the mount, until unmount() takes it back. */
static int step_mount(struct cell *c, struct err *e)
{
	struct claim *claim = c->at->claim;
	int ret;

	if (c->at->existing)
		return 0;
	c->lost = claim ? claim_lend(claim, e) : 0;
	if (c->lost)
		return c->lost;
	ret = mount_do(c->fs, c->spec->mount_options, c->at->device, c->at->dir, e);
	c->mounted = !ret;
	if (!ret && claim)
		ret = c->lost = claim_mounted(claim, c->at->dir, e);
	return ret;
}

/* The file system's hook says what its options come to; an option without effect is marked. */
static int step_options(struct cell *c, struct err *e)
{
	judge_fn *judge = judge_find(c->fs->name);
	struct buf options = BUF_INIT;
	const char *why;
	int ret = mount_effective(c->fs, c->at->device,
				  c->at->existing ? c->at->existing : c->at->dir, &options, e);

	if (!ret && judge)
		ret = judge(c->at->device, buf_str(&options), c->r->facts, e);
	why = json_string_value(json_object_get(json_object_get(c->r->facts, "effective"), "why"));
	if (why && *why)
		result_mark(c->r, MARK_NO_EFFECT);
	while (options.len && options.data[options.len - 1] == '\n')
		options.data[--options.len] = '\0';
	for (char *p = options.data; p && (p = strchr(p, '\n'));)
		*p = ',';
	if (!ret)
		json_object_set_new(c->r->facts, "effective_options",
				    json_string(buf_str(&options)));
	buf_release(&options);
	return ret;
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
		result_mark(c->r, "unsettled");
	return settled < 0 ? settled : 0;
}

/* Hooks of the work, and of a pass that watches it. */
#define WORK(hook) .work = offsetof(struct cell_work, hook)
#define PASS(hook) .pass = offsetof(struct cell_pass, hook)

/* The kernel log is noted first and read after unmounting: a complaint at any time counts. */
static const struct step {
	const char *name;
	cell_hook *run;    /* of this file; or else */
	size_t work, pass; /* where the hook stands in c->work or, if there is one, c->pass */
} steps[] = {
	{ "cell spec", .run = step_spec },
	{ "kernel log", .run = step_log },
	{ "mkfs", .run = step_mkfs },
	{ "mount", .run = step_mount },
	{ "effective options", .run = step_options },
	{ "prepare", WORK(prepare) },
	{ "drop caches", .run = step_drop },
	{ "watch", PASS(open) },
	{ "settle", .run = step_settle },
	{ "prove extents", WORK(prove) },
	{ "measure", WORK(measure) },
	{ "collect", WORK(collect) },
	{ "reduce", PASS(reduce) },
	{ .name = NULL },
};

static int run_step(struct cell *c, const struct step *s, struct err *e)
{
	if (s->run)
		return s->run(c, e);
	if (s->work)
		return (*(cell_hook *const *)((const char *)c->work + s->work))(c, e);
	return c->pass ? (*(cell_hook *const *)((const char *)c->pass + s->pass))(c, e) : 0;
}

/* Append the reason for an early end to why. The limit and the caller's wish come first. */
static void run_steps(struct cell *c, struct buf *why)
{
	for (const struct step *s = steps; s->name && !why->len; s++) {
		struct err e = ERR_INIT;
		char limit[32];
		uint64_t begin_ns = now_ns();
		int ret = run_step(c, s, &e);

		tell_step(c, s->name, begin_ns);
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
			if (ret)
				buf_addf(why, "%s: %s", s->name, e.text);
		}
	}
}

/* A mount that lies on ours is not ours to unmount; a mount of ours on another device is. */
static int unmount(struct cell *c, struct err *e)
{
	struct claim *claim = c->at->claim;
	uint64_t begin_ns = now_ns();
	int ret = claim && !c->lost ? claim_mounted(claim, c->at->dir, e) : 0;

	if (!ret)
		ret = mount_undo(c->at->dir, e);
	if (!ret && claim)
		claim_take(claim, true, NULL);
	tell_step(c, "unmount", begin_ns);
	return ret;
}

/* Check the whole file system, read only; e says what is not clean. */
static void check_fs(struct cell *c, struct err *e)
{
	uint64_t begin_ns = now_ns();
	int lost = 0; /* the next cell run finds that out, too */
	int ret = run_on_device(c, false, &lost, e);

	if (!ret && c->fs->check)
		json_object_set_new(c->r->facts, "fs_clean", json_true());
	if (ret == -EUCLEAN && !lost)
		result_mark(c->r, MARK_BROKEN);
	tell_step(c, "check", begin_ns);
}

/* -errno: the mount could not be taken away. broken: the findings of the checker. */
static int clean_up(struct cell *c, struct err *broken, struct err *e)
{
	int ret = 0;

	if (c->pass)
		c->pass->release(c);
	if (c->work)
		c->work->release(c);
	if (c->mounted)
		ret = unmount(c, e);
	if (c->mounted && !ret && c->check_fs)
		check_fs(c, broken);
	c->mounted = false;
	return ret;
}

/* The kernel's words come before the failed step, unless the cell was interrupted. */
static void judge(struct cell *c, struct buf *why, const char *unmount_error, const char *broken)
{
	struct trouble_found f = TROUBLE_NONE;
	struct err log_error = ERR_INIT;
	int ret = c->log.fd >= 0 ? klog_scan(&c->log, &f, &log_error) : 0;

	if (f.row) {
		json_object_set_new(c->r->facts, "kernel_log", json_string(f.line));
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
	/* A finding stays, whatever else went wrong; an interrupted cell is run again. */
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
	int ret;

	result_init(r);
	if (watch_start(&c.watch, spec->limit_ns, at->stop, &start))
		buf_adds(&why, start.text);
	run_steps(&c, &why);
	if (c.lost)
		err_add(&unmount_error, -c.lost, "%s", why.data);
	ret = clean_up(&c, &broken, &unmount_error);
	ret = ret ? ret : c.lost;
	watch_end(&c.watch);
	judge(&c, &why, unmount_error.text, broken.text);
	klog_close(&c.log);
	free(c.seen);
	buf_release(&why);
	if (ret)
		err_add(e, -ret, "%s", unmount_error.text);
	return ret;
}
