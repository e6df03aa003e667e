/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unpack.c: fs_decompress and fs_compress; apart, so that the guest's program needs no libarchive.
 */
#include "lib/fs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define MAX_OUTPUT ((size_t)1 << 30)

/* Only one filter is offered: all of them would also unpack a stream inside the stream. */
static const struct format {
	const char *magic;
	size_t len;
	int (*filter)(struct archive *a);
} formats[] = {
	{ "\xfd\x37zXZ", 6, archive_read_support_filter_xz }, /* with its NUL */
	{ "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd },
	{ "\x02\x21\x4c\x18", 4,
	  archive_read_support_filter_lz4 }, /* the kernel's legacy framing */
	{ "\x04\x22\x4d\x18", 4, archive_read_support_filter_lz4 },
	{ "\x1f\x8b\x08", 3, archive_read_support_filter_gzip },
	{ "BZh", 3, archive_read_support_filter_bzip2 },
	{ NULL, 0, NULL },
};

static int fail(struct archive *a, struct err *e)
{
	const char *why = archive_error_string(a);

	return err_add(e, EINVAL, "cannot decompress: %s",
		       why ? why : "the stream is damaged or cut short");
}

static int read_all(struct archive *a, struct buf *out, struct err *e)
{
	size_t start = out->len;
	ssize_t n = ARCHIVE_RETRY;

	while (n > 0 || n == ARCHIVE_RETRY) {
		buf_grow(out, 1 << 20);
		n = archive_read_data(a, out->data + out->len, out->cap - out->len - 1);
		out->len += n > 0 ? (size_t)n : 0;
		if (out->len - start > MAX_OUTPUT)
			return err_add(e, EFBIG, "cannot decompress: more than %zu bytes",
				       MAX_OUTPUT);
	}
	return n ? fail(a, e) : 0;
}

int fs_decompress(const void *data, size_t len, struct buf *out, struct err *e)
{
	const struct format *f = formats;
	size_t start = out->len;
	struct archive_entry *entry;
	struct archive *a;
	int ret;

	while (f->magic && (len < f->len || memcmp(data, f->magic, f->len)))
		f++;
	if (!f->magic) {
		buf_add(out, data, len);
		return 0;
	}
	a = archive_read_new();
	if (!a)
		return err_add(e, ENOMEM, "cannot decompress: libarchive does not start");
	/* A filter that is not built in would run another program; one that does not take the
	 * data would hand it out as it is. */
	if (f->filter(a) || archive_read_support_format_raw(a) ||
	    archive_read_support_format_empty(a) || archive_read_open_memory(a, data, len) ||
	    archive_filter_count(a) < 2)
		ret = ARCHIVE_FATAL;
	else
		ret = archive_read_next_header(a, &entry);
	if (ret == ARCHIVE_EOF) /* a stream of nothing */
		ret = 0;
	else
		ret = ret == ARCHIVE_OK ? read_all(a, out, e) : fail(a, e);
	if (ret)
		out->len = start;
	buf_grow(out, 0);
	out->data[out->len] = '\0';
	archive_read_free(a);
	return ret;
}

static la_ssize_t take(struct archive *a, void *arg, const void *data, size_t len)
{
	(void)a;
	buf_add(arg, data, len);
	return (la_ssize_t)len;
}

int fs_compress(const void *data, size_t len, struct buf *out, struct err *e)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t start = out->len;
	int ret = 0;

	if (entry)
		archive_entry_set_filetype(entry, AE_IFREG);
	if (!a || !entry || archive_write_set_format_raw(a) || archive_write_add_filter_zstd(a) ||
	    archive_write_set_options(a, "zstd:compression-level=1") ||
	    archive_write_set_bytes_in_last_block(a, 1) ||
	    archive_write_open(a, out, NULL, take, NULL) || archive_write_header(a, entry) ||
	    archive_write_data(a, data, len) < 0 || archive_write_close(a)) {
		ret = err_add(e, EIO, "cannot compress: %s",
			      a ? archive_error_string(a) : "libarchive does not start");
		out->len = start;
	}
	archive_entry_free(entry);
	archive_write_free(a);
	return ret;
}
