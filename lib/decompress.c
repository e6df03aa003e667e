/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decompress.c: fs_decompress over libarchive; see fs.h. In a file of its own,
 * so that a static program which does not use it needs no libarchive.
 *
 * The formats are those of kernel images, where the stream has bytes after it
 * (the boot code's size word, then the rest of the image). libarchive looks
 * for another stream there and calls the whole broken for xz and zstd, and
 * loses output that it had not handed out yet. So the end of the stream is
 * found here first, from its framing alone, and libarchive gets no more.
 */
#include "lib/fs.h"

#include <archive.h>
#include <archive_entry.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#define MAX_OUTPUT ((size_t)1 << 30)
#define LZ4_LEGACY_BLOCK (8u << 20)
#define LZ4_LEGACY_BOUND (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)

static uint32_t le24(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static uint32_t le32(const uint8_t *p)
{
	return le24(p) | (uint32_t)p[3] << 24;
}

/* The CRC-32 of xz (and of IEEE 802.3), bit by bit: it is only run over six bytes at a time. */
static uint32_t crc32_short(const uint8_t *p, size_t len)
{
	uint32_t crc = ~0u;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/*
 * Each of these returns how many of the len bytes at p belong to the stream
 * that begins there, or len when it cannot tell: libarchive then finds the
 * fault, if there is one.
 */

/* The .xz file format 1.1.0, 2.1.2: CRC32, backward size, flags as in the header, "YZ". */
static size_t xz_end(const uint8_t *p, size_t len)
{
	for (size_t at = 12; at + 12 <= len; at += 4) {
		const uint8_t *f = p + at;

		if (f[10] == 'Y' && f[11] == 'Z' && !memcmp(f + 8, p + 6, 2) &&
		    le32(f) == crc32_short(f + 4, 6))
			return at + 12;
	}
	return len;
}

/* RFC 8878, 3.1.1: a header, blocks up to one that says it is the last, maybe a checksum. */
static size_t zstd_end(const uint8_t *p, size_t len)
{
	static const size_t dict_bytes[] = { 0, 1, 2, 4 };
	static const size_t size_bytes[] = { 0, 2, 4, 8 };
	uint8_t descriptor = len > 4 ? p[4] : 0;
	bool single = descriptor & 0x20;
	size_t at = 5 + !single + dict_bytes[descriptor & 3] + size_bytes[descriptor >> 6];
	uint32_t block = 0;

	at += single && !(descriptor >> 6); /* then the size has one byte */
	while (!(block & 1)) {
		size_t bytes;

		if (at > len || len - at < 3)
			return len;
		block = le24(p + at);
		bytes = (block >> 1 & 3) == 1 ? 1 : block >> 3; /* type 1: one byte, repeated */
		if (len - at - 3 < bytes)
			return len;
		at += 3 + bytes;
	}
	at += descriptor & 4 ? 4 : 0;
	return at < len ? at : len;
}

/*
 * The legacy frame has no end mark: blocks follow until the file ends or what
 * should be a block's size cannot be one. A last word alone is the kernel's
 * size of the uncompressed image.
 */
static size_t lz4_legacy_end(const uint8_t *p, size_t len)
{
	size_t at = 4;

	while (len - at > 4) {
		uint32_t bytes = le32(p + at);

		if (!bytes || bytes > LZ4_LEGACY_BOUND)
			return at;
		if (bytes > len - at - 4)
			return len;
		at += 4 + bytes;
	}
	return at;
}

static const struct format {
	const char *magic;
	size_t len;
	size_t (*end)(const uint8_t *p, size_t len);
	int (*filter)(struct archive *a);
} formats[] = {
	{ "\xfd"
	  "7zXZ",
	  6, xz_end, archive_read_support_filter_xz }, /* with its NUL */
	{ "\x28\xb5\x2f\xfd", 4, zstd_end, archive_read_support_filter_zstd },
	{ "\x02\x21\x4c\x18", 4, lz4_legacy_end, archive_read_support_filter_lz4 },
	{ "\x04\x22\x4d\x18", 4, NULL, archive_read_support_filter_lz4 },
	{ "\x1f\x8b\x08", 3, NULL, archive_read_support_filter_gzip },
	{ "BZh", 3, NULL, archive_read_support_filter_bzip2 },
	{ NULL, 0, NULL, NULL },
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
	ssize_t n;

	for (;;) {
		buf_grow(out, 1 << 20);
		n = archive_read_data(a, out->data + out->len, out->cap - out->len - 1);
		if (n == ARCHIVE_RETRY)
			continue;
		if (n <= 0)
			break;
		out->len += (size_t)n;
		if (out->len - start > MAX_OUTPUT)
			return err_add(e, EFBIG, "cannot decompress: more than %zu bytes",
				       MAX_OUTPUT);
	}
	out->data[out->len] = '\0';
	return n ? fail(a, e) : 0;
}

static int decompress(struct archive *a, const void *data, size_t len, struct buf *out,
		      struct err *e)
{
	struct archive_entry *entry;
	int ret;

	if (archive_read_support_format_raw(a) || archive_read_support_format_empty(a) ||
	    archive_read_open_memory(a, data, len))
		return fail(a, e);
	if (archive_filter_count(a) < 2) /* it would hand out the bytes as they are */
		return fail(a, e);
	ret = archive_read_next_header(a, &entry);
	if (ret == ARCHIVE_EOF) /* a stream of nothing */
		return 0;
	return ret == ARCHIVE_OK ? read_all(a, out, e) : fail(a, e);
}

static bool starts(const struct format *f, const uint8_t *p, size_t len)
{
	return len >= f->len && !memcmp(p, f->magic, f->len);
}

/* The end of the stream, and of those of the same format that follow it at once. */
static size_t stream_end(const struct format *f, const uint8_t *p, size_t len)
{
	size_t at = 0;

	while (f->end && starts(f, p + at, len - at))
		at += f->end(p + at, len - at);
	return at ? at : len;
}

int fs_decompress(const void *data, size_t len, struct buf *out, struct err *e)
{
	const struct format *f = formats;
	size_t start = out->len;
	struct archive *a;
	int ret;

	while (f->magic && !starts(f, data, len))
		f++;
	if (!f->magic) {
		buf_add(out, data, len);
		return 0;
	}
	a = archive_read_new();
	if (!a)
		return err_add(e, ENOMEM, "cannot decompress: libarchive does not start");
	/* Only this filter: all of them would also unpack what is packed inside. */
	if (f->filter(a) != ARCHIVE_OK)
		ret = fail(a, e); /* this libarchive would run another program for it */
	else
		ret = decompress(a, data, stream_end(f, data, len), out, e);
	if (ret) {
		buf_grow(out, 0);
		out->len = start;
		out->data[start] = '\0';
	}
	archive_read_free(a);
	return ret;
}
