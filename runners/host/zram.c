/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zram.c: see zram.h. */
#include "runners/host/zram.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/num.h"

#define CONTROL "/sys/class/zram-control/"
#define BUSY_TRIES 50
#define BUSY_WAIT_US 100000

int zram_supported(struct err *e)
{
	if (fs_exists(CONTROL "hot_add"))
		return 0;
	return err_add(e, ENODEV,
		       "this kernel has no zram, or has not loaded it; modprobe zram "
		       "num_devices=0, or use --image");
}

/* Reading it makes a device and tells its number. */
int zram_add(struct err *e)
{
	char *line = fs_read_line(CONTROL "hot_add");
	uint64_t id;
	int ret;

	if (!line)
		return err_add(e, EIO, "cannot make a zram device through " CONTROL "hot_add");
	ret = num_parse(line, NUM_COUNT, &id, e);
	free(line);
	return ret ? ret : (int)id;
}

char *zram_diskseq(int id)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/block/zram%d/diskseq", id);
	return fs_read_line(path);
}

int zram_set_size(int id, uint64_t size_bytes, struct err *e)
{
	char path[64], value[32];

	snprintf(path, sizeof(path), "/sys/block/zram%d/disksize", id);
	snprintf(value, sizeof(value), "%" PRIu64, size_bytes);
	return fs_write_text(path, value, e);
}

int zram_remove(int id, struct err *e)
{
	struct err why = ERR_INIT;
	char path[64], value[32];
	int ret = -EBUSY;

	snprintf(path, sizeof(path), "/sys/block/zram%d", id);
	snprintf(value, sizeof(value), "%d", id);
	if (!fs_exists(path))
		return 0;
	/* Just unmounted, it is released a moment later. */
	for (int i = 0; i < BUSY_TRIES && ret == -EBUSY; i++) {
		if (i)
			usleep(BUSY_WAIT_US);
		err_clear(&why);
		ret = fs_write_text(CONTROL "hot_remove", value, &why);
	}
	return ret ? err_add(e, -ret, "%s", why.text) : 1;
}
