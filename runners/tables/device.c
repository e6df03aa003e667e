/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device.c: the table of device.h, and the guest's side of it. */
#include "runners/tables/device.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/cell/nullblk.h"

/* NVMe is probed in the background; a controller that is there answers well within this. */
#define APPEAR_NS 10000000000u
#define LOOK_EVERY_NS 10000000

const char *const device_kind_names[] = {
	[DEVICE_NULL_BLK] = "null_blk",
	[DEVICE_VIRTIO] = "virtio",
	[DEVICE_NVME] = "nvme",
	NULL,
};

const struct device_info devices[] = {
	[DEVICE_NULL_BLK] = {
		.modules = "null_blk",
		.node = "/dev/nullb0",
		.config = "CONFIG_BLK_DEV_NULL_BLK and CONFIG_CONFIGFS_FS",
	},
	[DEVICE_VIRTIO] = {
		.host_timed = true,
		.modules = "virtio_pci virtio_blk",
		.node = "/dev/vda",
		.config = "CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_BLK",
		.qemu_name = "virtio-blk-pci",
		.qemu_args = "",
	},
	[DEVICE_NVME] = {
		.host_timed = true,
		.modules = "nvme",
		.node = "/dev/nvme0n1",
		.config = "CONFIG_BLK_DEV_NVME",
		.qemu_name = "nvme",
		.qemu_args = ",serial=fsduel",
	},
};

static int wait_for(const struct device_info *d, struct err *e)
{
	const struct timespec pause = { 0, LOOK_EVERY_NS };
	uint64_t begin_ns = now_ns();

	while (!fs_exists(d->node)) {
		if (now_ns() - begin_ns > APPEAR_NS)
			return err_add(
				e, ENODEV,
				"%s does not appear in the guest: its kernel has "
				"no driver, neither built in nor among its modules; build it "
				"with %s",
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
