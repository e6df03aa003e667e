/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_btrfs.c: since 6.15 direct writes to files with checksums are buffered ("btrfs: always
 * fallback to buffered write if the inode requires checksum").
 */
#include "runners/cell/judge.h"
#include "runners/cell/mount.h"

judge_fn judge_btrfs;

int judge_btrfs(const char *device, const char *options, json_t *facts, struct err *e)
{
	bool sums =
		!mount_has_option(options, "nodatasum") && !mount_has_option(options, "nodatacow");

	(void)device;
	(void)e;
	json_object_set_new(
		facts, "effective",
		json_pack("{s:b, s:s}", "checksums", sums, "why",
			  sums ? "with checksums btrfs writes through the page cache since "
				 "Linux 6.15, O_DIRECT or not; the option nodatasum makes "
				 "writes direct"
			       : ""));
	return 0;
}
