/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_ext4.c: fields of the superblock (fs/ext4/ext4.h, struct ext4_super_block), and the rule of
 * ext4_should_dioread_nolock (fs/ext4/ext4_jbd2.h) applied to the options.
 */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

int ext4_read_super(struct ext4_super *s, const char *device, struct err *e)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	unsigned char sb[SUPER_BYTES];
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s to read its superblock", device);
	n = pread(fd, sb, sizeof(sb), SUPER_OFFSET);
	close(fd);
	if (n != (ssize_t)sizeof(sb) || le16(sb + S_MAGIC) != SUPER_MAGIC ||
	    le32(sb + S_LOG_BLOCK_SIZE) > LOG_BLOCK_MAX)
		return err_add(e, EINVAL, "%s holds no ext4 superblock", device);
	*s = (struct ext4_super){
		.block_bytes = 1024u << le32(sb + S_LOG_BLOCK_SIZE),
		.inode_bytes = le16(sb + S_INODE_SIZE),
		.extents = le32(sb + S_FEATURE_INCOMPAT) & INCOMPAT_EXTENTS,
		.has_journal = le32(sb + S_FEATURE_COMPAT) & COMPAT_HAS_JOURNAL,
	};
	if (s->has_journal && sb[S_JNL_BACKUP_TYPE] == 1)
		s->journal_bytes = (uint64_t)le32(sb + S_JNL_BLOCKS + 15 * 4) << 32 |
				   le32(sb + S_JNL_BLOCKS + 16 * 4);
	return 0;
}

void ext4_effective(struct ext4_effective *f, const struct ext4_super *s, const char *options)
{
	bool printed = mount_has_option(options, "dioread_nolock");
	bool delalloc = mount_has_option(options, "delalloc");
	/* In the order of ext4_should_dioread_nolock; the first that holds is the reason. */
	const struct {
		bool off;
		const char *why;
	} rules[] = {
		{ !printed, "" },
		{ !s->extents, "without the extents feature ext4 does not use dioread_nolock, "
			       "though the options print it" },
		{ mount_has_option(options, "data=journal"),
		  "data=journal turns the dioread_nolock path off and direct into buffered I/O, "
		  "though the options print it" },
		{ !delalloc,
		  "nodelalloc turns mainline's dioread_nolock path off, though the options "
		  "print dioread_nolock" },
	};

	f->delalloc = delalloc;
	f->dioread_nolock = true;
	f->why[0] = '\0';
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && f->dioread_nolock; i++)
		if (rules[i].off) {
			f->dioread_nolock = false;
			snprintf(f->why, sizeof(f->why), "%s", rules[i].why);
		}
}

int judge_ext4(const char *device, const char *options, json_t *facts, struct err *e)
{
	struct ext4_effective f;
	struct ext4_super s;
	int ret = ext4_read_super(&s, device, e);

	if (ret)
		return ret;
	ext4_effective(&f, &s, options);
	json_object_set_new(facts, "effective",
			    json_pack("{s:b, s:b, s:s}", "dioread_nolock", f.dioread_nolock,
				      "delalloc", f.delalloc, "why", f.why));
	json_object_set_new(facts, "block_bytes", json_integer(s.block_bytes));
	json_object_set_new(facts, "inode_bytes", json_integer(s.inode_bytes));
	json_object_set_new(facts, "journal_bytes", json_integer((json_int_t)s.journal_bytes));
	return 0;
}
