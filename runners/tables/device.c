/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device.c: the table of device.h. */
#include "runners/tables/device.h"

#include <stddef.h>

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
