/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target_memory.c: disks in memory, where the kernel has them: null_blk and zram. */
#include <stdio.h>
#include <stdlib.h>

#include "runners/host/target_impl.h"
#include "runners/host/zram.h"
#include "runners/cell/nullblk.h"

int target_check_null_blk(const struct target_wants *w, const struct plan *p, const char *output,
			  struct err *e)
{
	int ret = nullblk_supported(e);

	(void)output;
	if (ret)
		return err_add(e, -ret,
			       "where it is a module: modprobe null_blk nr_devices=0, and "
			       "mount -t configfs none /sys/kernel/config; else use --image");
	return target_check_room(p, target_size(w, p->suite), "null_blk", false, e);
}

int target_open_null_blk(struct target *t, const struct target_wants *w, const struct plan *p,
			 const char *output, struct undo *u, struct err *e)
{
	struct suite_device d = p->suite->device;
	char name[TARGET_NAME], *item, dev[32];
	int ret;

	(void)output;
	d.size_bytes = target_size(w, p->suite);
	target_draw_name(name);
	item = xasprintf("fsduel%.8s", name);
	ret = undo_nullblk(u, item, e);
	if (!ret)
		ret = nullblk_create(&d, item, dev, e);
	free(item);
	if (ret)
		return ret;
	json_object_update_new(
		t->facts, json_pack("{s:I, s:I, s:I}", "latency_ns", (json_int_t)d.latency_ns,
				    "cache_bytes", (json_int_t)d.cache_bytes,
				    "bandwidth_bytes_per_s", (json_int_t)d.bandwidth_bytes_per_s));
	return target_hold(t, dev, e);
}

int target_check_zram(const struct target_wants *w, const struct plan *p, const char *output,
		      struct err *e)
{
	int ret = zram_supported(e);

	(void)output;
	return ret ? ret : target_check_room(p, target_size(w, p->suite), "zram", false, e);
}

int target_open_zram(struct target *t, const struct target_wants *w, const struct plan *p,
		     const char *output, struct undo *u, struct err *e)
{
	char dev[32];
	int ret = undo_zram(u, -1, e), id;

	(void)output;
	if (ret)
		return ret;
	id = zram_add(e);
	if (id < 0)
		return id;
	ret = undo_zram(u, id, e);
	if (!ret)
		ret = zram_set_size(id, target_size(w, p->suite), e);
	snprintf(dev, sizeof(dev), "/dev/zram%d", id);
	return ret ? ret : target_hold(t, dev, e);
}
