/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_locks.c: the locks pass: perf records the waits of the timed part, and they are summed. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/pack.h"
#include "runners/cell/cell_impl.h"
#include "runners/lock/lockstacks.h"
#include "runners/lock/record.h"

#define RECORDING_MAX_BYTES ((uint64_t)256 << 20)

struct locks_pass {
	struct lock_record *record;
	char *path;
};

static int locks_open(struct cell *c, struct err *e)
{
	struct locks_pass *p = xcalloc(1, sizeof(*p));
	uint64_t max = c->at->recording_max_bytes;
	int ret;

	c->pass_priv = p;
	p->path = xasprintf("%s/lock.perf.data", c->at->work);
	ret = lock_record_open(&p->record, p->path, max ? max : RECORDING_MAX_BYTES, e);
	if (ret == -ENOTSUP)
		c->bad = STATUS_SKIPPED;
	return ret;
}

static void locks_mark(struct cell *c, int begin)
{
	struct locks_pass *p = c->pass_priv;

	lock_record_switch(p->record, begin);
}

static void note(struct cell *c, const char *key, json_t *value)
{
	json_object_set_new(json_object_get(c->r->facts, "locks"), key, value);
}

/* Without names there is still the lock, how it was taken and by whom. */
static void load_symbols(struct cell *c, struct symbols *sym)
{
	struct err why = ERR_INIT;

	if (!symbols_load(sym, &why))
		return;
	note(c, "symbols", json_string(why.text));
	result_mark(c->r, "no_symbols");
}

static int keep(struct cell *c, const void *data, size_t len, struct err *e)
{
	uint64_t max = c->at->raw_max_bytes;

	note(c, "raw_bytes", json_integer((json_int_t)len));
	if (!max || len <= max)
		return gzip_add(&c->r->raw, data, len, e);
	note(c, "raw_too_long", json_true());
	return 0;
}

static int reduce(struct cell *c, const void *data, size_t len, struct err *e)
{
	struct lock_events ev;
	struct lock_stacks stacks;
	struct symbols sym;
	int ret = perfdata_read(&ev, data, len, e);

	if (!ret) {
		json_object_set_new(c->r->facts, "locks", json_object());
		load_symbols(c, &sym);
		ev.from_ns = c->timed.from_ns;
		ev.to_ns = c->timed.to_ns;
		lock_reduce(&stacks, &ev, &sym);
		result_take_locks(c->r, &stacks);
		symbols_release(&sym);
		ret = keep(c, data, len, e);
	}
	lock_events_release(&ev);
	return ret;
}

static int locks_reduce(struct cell *c, struct err *e)
{
	struct locks_pass *p = c->pass_priv;
	const void *data;
	size_t len;
	int ret = lock_record_finish(p->record, e);

	if (!ret)
		ret = fs_map(p->path, &data, &len, e);
	if (ret)
		return ret;
	ret = reduce(c, data, len, e);
	fs_unmap(data, len);
	if (ret == -ENOTSUP) /* perf recorded other events: a kernel with lock statistics */
		c->bad = STATUS_SKIPPED;
	return ret;
}

static void locks_release(struct cell *c)
{
	struct locks_pass *p = c->pass_priv;

	if (!p)
		return;
	lock_record_release(p->record);
	unlink(p->path);
	free(p->path);
	free(p);
	c->pass_priv = NULL;
}

const struct cell_pass cell_pass_locks = {
	.open = locks_open,
	.mark = locks_mark,
	.reduce = locks_reduce,
	.release = locks_release,
};
