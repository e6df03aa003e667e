/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_ext4.c: fields of the superblock (fs/ext4/ext4.h, struct ext4_super_block), and the rule of
 * ext4_should_dioread_nolock (fs/ext4/ext4_jbd2.h) applied to the options.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "runners/cell/judge.h"
#include "runners/cell/mount.h"

judge_fn judge_ext4;

#define SUPER_OFFSET 1024
#define SUPER_BYTES 1024
#define SUPER_MAGIC 0xef53
#define COMPAT_HAS_JOURNAL 0x4u
#define INCOMPAT_EXTENTS 0x40u
#define LOG_BLOCK_MAX 6u /* 64 KiB */

/* Offsets into the superblock. */
enum {
	S_LOG_BLOCK_SIZE = 0x18,
	S_MAGIC = 0x38,
	S_INODE_SIZE = 0x58,
	S_FEATURE_COMPAT = 0x5c,
	S_FEATURE_INCOMPAT = 0x60,
	S_JNL_BACKUP_TYPE = 0xfd, /* 1: s_jnl_blocks copies the journal inode */
	S_JNL_BLOCKS = 0x10c,     /* 17 words; the last two: size, high half first */
};

static uint32_t le32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static uint32_t le16(const unsigned char *p)
{
	return le32(p) & 0xffff;
}

static int read_super(unsigned char sb[SUPER_BYTES], const char *device, struct err *e)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s to read its superblock", device);
	n = pread(fd, sb, SUPER_BYTES, SUPER_OFFSET);
	close(fd);
	if (n != SUPER_BYTES || le16(sb + S_MAGIC) != SUPER_MAGIC ||
	    le32(sb + S_LOG_BLOCK_SIZE) > LOG_BLOCK_MAX)
		return err_add(e, EINVAL, "%s holds no ext4 superblock", device);
	return 0;
}

/* In the order of ext4_should_dioread_nolock; the first that holds is the reason. */
const char *ext4_no_dioread_nolock(bool extents, const char *options)
{
	if (!mount_has_option(options, "dioread_nolock"))
		return "";
	if (!extents)
		return "without the extents feature ext4 does not use dioread_nolock, though the "
		       "options print it";
	if (mount_has_option(options, "data=journal"))
		return "data=journal turns the dioread_nolock path off and direct into buffered "
		       "I/O, though the options print it";
	if (!mount_has_option(options, "delalloc"))
		return "nodelalloc turns mainline's dioread_nolock path off, though the options "
		       "print dioread_nolock";
	return "";
}

int judge_ext4(const char *device, const char *options, json_t *facts, struct err *e)
{
	unsigned char sb[SUPER_BYTES];
	int ret = read_super(sb, device, e);
	uint64_t journal_bytes = 0; /* of an internal one */
	const char *why;

	if (ret)
		return ret;
	why = ext4_no_dioread_nolock(le32(sb + S_FEATURE_INCOMPAT) & INCOMPAT_EXTENTS, options);
	if (le32(sb + S_FEATURE_COMPAT) & COMPAT_HAS_JOURNAL && sb[S_JNL_BACKUP_TYPE] == 1)
		journal_bytes = (uint64_t)le32(sb + S_JNL_BLOCKS + 15 * 4) << 32 |
				le32(sb + S_JNL_BLOCKS + 16 * 4);
	json_object_update_new(
		facts,
		json_pack("{s:{s:b, s:b, s:s}, s:I, s:I, s:I}", "effective", "dioread_nolock",
			  mount_has_option(options, "dioread_nolock") && !*why, "delalloc",
			  mount_has_option(options, "delalloc"), "why", why, "block_bytes",
			  (json_int_t)1024 << le32(sb + S_LOG_BLOCK_SIZE), "inode_bytes",
			  (json_int_t)le16(sb + S_INODE_SIZE), "journal_bytes",
			  (json_int_t)journal_bytes));
	return 0;
}
