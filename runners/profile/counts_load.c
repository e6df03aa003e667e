/* SPDX-License-Identifier: GPL-2.0-or-later */
/* counts_load.c: counts from a file; see counts.h. Apart: the guest has no libarchive. */
#include "lib/fs.h"
#include "runners/profile/counts.h"

#define FILE_MAX ((size_t)256 << 20)

int counts_load(struct counts *c, const char *path, struct err *e)
{
	struct buf file = BUF_INIT, plain = BUF_INIT;
	int ret;

	*c = (struct counts){ 0 };
	ret = fs_read(path, FILE_MAX, &file, e);
	if (!ret)
		ret = fs_decompress(file.data, file.len, &plain, e);
	if (!ret)
		ret = counts_parse(c, plain.data, plain.len, e);
	if (ret)
		err_add(e, -ret, "so %s cannot be used", path);
	buf_release(&file);
	buf_release(&plain);
	return ret;
}
