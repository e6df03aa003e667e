/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nullblk.c: null_blk through configfs; see the kernel's block/null_blk.rst. */
#include "runners/cell/mount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"

#define NULLB_DIR "/sys/kernel/config/nullb"

#define QUEUE_MQ 2  /* blk-mq */
#define IRQ_TIMER 2 /* completes on an hrtimer, so its latency lives on the guest's clock */

static int set(const char *item, const char *attribute, uint64_t value, struct err *e)
{
	char path[128], text[32];
	int ret;

	snprintf(path, sizeof(path), NULLB_DIR "/%s/%s", item, attribute);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	ret = fs_write_text(path, text, NULL);
	if (ret == -ENOENT)
		return err_sys(e, -ret, "null_blk of this kernel has no setting '%s'", attribute);
	return ret ? err_sys(e, -ret, "null_blk refused %s=%" PRIu64, attribute, value) : 0;
}

int nullblk_supported(struct err *e)
{
	if (access(NULLB_DIR, F_OK))
		return err_add(
			e, ENODEV,
			"this kernel has no null_blk, neither built in nor among its modules: "
			"it needs CONFIG_BLK_DEV_NULL_BLK and CONFIG_CONFIGFS_FS");
	return 0;
}

int nullblk_create(const struct suite_device *d, const char *item, char dev[32], struct err *e)
{
	const struct {
		const char *name;
		uint64_t value;
		bool optional; /* left alone when 0: not every kernel has the setting */
	} settings[] = {
		{ "size", d->size_bytes >> 20, false },
		{ "queue_mode", QUEUE_MQ, false },
		{ "irqmode", IRQ_TIMER, false },
		{ "completion_nsec", d->latency_ns, false },
		{ "submit_queues", 1, false },
		{ "memory_backed", 1, false },
		{ "cache_size", d->cache_bytes >> 20, true },
		{ "mbps", d->bandwidth_bytes_per_s >> 20, true },
		{ "power", 1, false },
	};

	char path[64];

	if (nullblk_supported(e))
		return -ENODEV;
	snprintf(path, sizeof(path), NULLB_DIR "/%s", item);
	if (mkdir(path, 0755))
		return err_sys(e, errno, "cannot make a null_blk device");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int ret = 0;

		if (settings[i].value || !settings[i].optional)
			ret = set(item, settings[i].name, settings[i].value, e);
		if (ret)
			return ret;
	}
	/* Since 6.1 under its item's name; in a guest's older kernel nullb0 is its name anyway. */
	snprintf(dev, 32, "/dev/%s", item);
	return access(dev, F_OK) ? err_sys(e, errno, "null_blk made no %s", dev) : 0;
}

int nullblk_remove(const char *item, struct err *e)
{
	char path[64];

	snprintf(path, sizeof(path), NULLB_DIR "/%s", item);
	if (access(path, F_OK))
		return 0;
	if (rmdir(path))
		return err_sys(e, errno, "cannot remove the null_blk device %s", item);
	return 1;
}

/* NVMe is probed in the background; a controller that is there answers well within this. */
#define APPEAR_NS 10000000000u
#define LOOK_EVERY_NS 10000000

static int wait_for(const struct device_info *d, struct err *e)
{
	const struct timespec pause = { 0, LOOK_EVERY_NS };
	uint64_t begin_ns = now_ns();

	while (!fs_exists(d->node)) {
		if (now_ns() - begin_ns > APPEAR_NS)
			return err_add(e, ENODEV,
				       "%s does not appear in the guest: its kernel has no driver, "
				       "neither built in nor among its modules; build it with %s",
				       d->node, d->config);
		nanosleep(&pause, NULL);
	}
	return 0;
}

int device_make(const struct suite_device *d, char dev[32], struct err *e)
{
	const struct device_info *info = &devices[d->kind];

	if (!info->host_timed)
		return nullblk_create(d, "nullb0", dev, e);
	snprintf(dev, 32, "%s", info->node);
	return wait_for(info, e);
}
