/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_setup.c: see guest_setup.h. */
#include "runners/vm/guest_setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/cell/mount.h"
#include "runners/vm/channel.h"

const struct settle guest_settle = { .max_ns = 20000000000u, .min_uptime_ns = 3000000000u };

static int mount_basics(struct err *e)
{
	static const char *const mounts[][2] = {
		{ "devtmpfs", "/dev" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (mount(mounts[i][0], mounts[i][1], mounts[i][0], 0, NULL) && errno != EBUSY)
			return err_sys(e, errno, "cannot mount %s", mounts[i][1]);
	return 0;
}

/* Load /modules/NN-name.ko in the order of their names. */
static int load_modules(struct err *e)
{
	struct buf order = BUF_INIT;
	struct strv names = STRV_INIT;
	int ret = 0;

	if (!fs_exists(GUEST_MODULES_ORDER))
		return 0;
	ret = fs_read(GUEST_MODULES_ORDER, 0, &order, e);
	if (!ret)
		strv_split(&names, buf_str(&order), "\n");
	for (size_t i = 0; i < names.n && !ret; i++) {
		char path[256];
		int fd;

		snprintf(path, sizeof(path), GUEST_MODULES_DIR "/%s", names.v[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* ENODEV: for a CPU that has more than this one. */
		if (fd < 0 || (syscall(SYS_finit_module, fd, GUEST_MODULE_PARAMS, 0) &&
			       errno != EEXIST && errno != ENODEV))
			ret = err_sys(e, errno, "cannot load the module %s", names.v[i]);
		if (fd >= 0)
			close(fd);
	}
	strv_release(&names);
	buf_release(&order);
	return ret;
}

/* The host may save us here, and begin other guests from what it saved. */
static int stop_once(struct err *e)
{
	int ret;

	if (!port_told(PORT_STOP_FILE))
		return 0;
	ret = settle_wait(&guest_settle, NULL, e);
	if (ret >= 0)
		port_stop();
	return ret < 0 ? ret : 0;
}

int guest_set_up(char *mkfs_versions[FS_TYPES_MAX], struct err *e)
{
	int ret = mount_basics(e);

	if (!ret)
		ret = load_modules(e);
	for (size_t i = 0; !ret && fs_types[i].name; i++)
		mkfs_versions[i] = program_version(fs_types[i].mkfs, NULL);
	/* Kernels without configfs say so when the device is made. */
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	return ret ? ret : stop_once(e);
}
