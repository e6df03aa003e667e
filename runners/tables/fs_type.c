/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs_type.c: the table of file systems, and mkfs commands made from it; see fs_type.h. */
#include "runners/tables/fs_type.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1ull << 20)

/*
 * Block, inode and journal size do not depend on the device's size, nothing is initialised later
 * beside the measuring, and names are hashed alike in every run. No letter writes elsewhere
 * (mke2fs -z), formats nothing (-n, -S) or starts from other content (-d, -l). Checked with mke2fs
 * 1.47.0 (the last -E replaces those before it; -J makes a journal even beside -O ^has_journal),
 * mkfs.xfs 6.1 (a key may be given once in all, so lists of -m are joined) and mkfs.btrfs 6.2 (its
 * defaults for one device, written out).
 */
const struct fs_type fs_types[] = {
	{
		.name = "ext4",
		.mkfs = "mke2fs",
		.mkfs_args = "-q -F -t ext4 -b 4096 -I 256 -U {uuid} -J size=64 "
			     "-E hash_seed={hash_seed},lazy_itable_init=0,lazy_journal_init=0",
		.check = "e2fsck -f -n",
		.uuid_at = 1024 + 0x68,
		.always_options = "",
		.options_file = "/proc/fs/ext4/{dev}/options",
		.modules = "crc32c_generic crc32c_intel ext4",
		.mkfs_user = "b:C:De:E:g:G:i:I:jJ:L:m:M:N:O:r:T:",
		.mkfs_ours = "qFt:U:",
		.mkfs_joined = "E",
		.mkfs_drop = { .letter = 'O', .drops = 'J', .word = "^has_journal" },
		.mkfs_never = "device",
		.min_bytes = 144 * MIB, /* the journal may take half of it */
	},
	{
		.name = "xfs",
		.mkfs = "mkfs.xfs",
		.mkfs_args = "-q -f -b size=4096 -i size=512 -l size=64m -m uuid={uuid}",
		.check = "xfs_repair -n",
		.uuid_at = 32,
		.always_options = "",
		.modules = "crc32c_intel libcrc32c xfs",
		.mkfs_user = "b:d:i:Kl:L:m:n:s:",
		.mkfs_ours = "qf",
		.mkfs_joined = "m",
		.mkfs_never = "name,file,logdev,uuid",
		.min_bytes = 300 * MIB,
	},
	{
		.name = "btrfs",
		.mkfs = "mkfs.btrfs",
		.mkfs_args = "-q -f -U {uuid} -d single -m dup -s 4096 -n 16384",
		.uuid_at = (64 << 10) + 32,
		.always_options = "",
		.modules = "crc32c_generic crc32c_intel btrfs",
		.mkfs_user = "b:d:Km:Mn:O:R:s:L:",
		.mkfs_ours = "qfU:",
		.mkfs_joined = "",
		.min_bytes = 114 * MIB,
	},
	{ .name = NULL },
};

_Static_assert(sizeof(fs_types) / sizeof(fs_types[0]) <= FS_TYPES_MAX,
	       "a table beside it is short");

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *t = fs_types; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* --- the mkfs command ---------------------------------------------------------------- */

struct mkfs_opts {
	struct strv words; /* as an argv */
	struct mkfs_opt {
		char letter;
		const char *arg; /* in words; NULL: takes none */
	} * v;
	size_t n;
};

static void opts_release(struct mkfs_opts *o)
{
	strv_release(&o->words);
	free(o->v);
}

/* Take the words apart by getopt, which knows only these letters. */
static int opts_read(struct mkfs_opts *o, const struct fs_type *t, const char *letters,
		     struct err *e)
{
	int c, bad = strv_find(&o->words, "--");

	optind = 0; /* glibc begins anew */
	while ((c = getopt((int)o->words.n, o->words.v, letters)) != -1) {
		if (c == ':')
			return err_add(e, EINVAL, "%s -%c needs a value after it", t->mkfs, optopt);
		if (c == '?')
			return err_add(e, EINVAL,
				       "%s -%c cannot be given here: fsduel gives it itself, or it "
				       "makes no file system to measure",
				       t->mkfs, optopt);
		o->v = xrealloc(o->v, o->n + 1, sizeof(*o->v));
		o->v[o->n++] = (struct mkfs_opt){ (char)c, optarg };
	}
	if (bad < 0 && optind < (int)o->words.n)
		bad = optind;
	if (bad >= 0)
		return err_add(e, EINVAL, "%s is not an option of %s: say -X or -X VALUE",
			       o->words.v[bad], t->mkfs);
	return 0;
}

/* The first key of the list arg ("a=1,b") that is one of keys ("b,c"), and its length; 0: none. */
static size_t common_key(const char *arg, const char *keys, const char **key)
{
	for (*key = arg; *key && **key; *key += strspn(*key, ",")) {
		size_t len = strcspn(*key, "=,");

		for (const char *k = keys; k && *k; k += strspn(k, ",")) {
			size_t other = strcspn(k, ",");

			if (len == other && !memcmp(*key, k, len))
				return len;
			k += other;
		}
		*key += strcspn(*key, ",");
	}
	return 0;
}

static int check_keys(const struct fs_type *t, const struct mkfs_opts *user, struct err *e)
{
	for (size_t i = 0; i < user->n; i++) {
		const char *key;
		size_t len = common_key(user->v[i].arg, t->mkfs_never, &key);

		if (len)
			return err_add(
				e, EINVAL,
				"%s -%c %.*s cannot be given here: it names another device or "
				"file, or fsduel gives it itself",
				t->mkfs, user->v[i].letter, (int)len, key);
	}
	return 0;
}

/* Does an option of the user's take the place of ours of that letter? */
static bool replaced(const struct fs_type *t, const struct mkfs_opts *user, char letter)
{
	const char *key;

	for (size_t i = 0; i < user->n && !strchr(t->mkfs_joined, letter); i++) {
		const struct mkfs_opt *o = &user->v[i];

		if (o->letter == letter ||
		    (letter == t->mkfs_drop.drops && o->letter == t->mkfs_drop.letter &&
		     common_key(o->arg, t->mkfs_drop.word, &key)))
			return true;
	}
	return false;
}

static void fill_in(struct buf *b, const char *text, const char *uuid, const char *hash_seed)
{
	while (*text) {
		size_t len = strcspn(text, "{");

		buf_add(b, text, len);
		text += len;
		if (*text)
			buf_adds(b, text[1] == 'u' ? uuid : hash_seed);
		len = strcspn(text, "}");
		text += len + (text[len] == '}');
	}
}

static void argv_add(struct strv *argv, char letter, const char *arg)
{
	strv_addf(argv, "-%c", letter);
	if (arg)
		strv_add(argv, arg);
}

int fs_type_mkfs(const struct fs_type *t, const struct strv *user, const char *uuid,
		 const char *hash_seed, struct strv *argv, struct err *e)
{
	struct mkfs_opts ours = { .n = 0 }, theirs = { .n = 0 };
	char *letters = xasprintf("+:%s%s", t->mkfs_user, t->mkfs_ours);
	char *may = xasprintf("+:%s", t->mkfs_user);
	int ret;

	strv_add(&ours.words, t->mkfs);
	strv_split(&ours.words, t->mkfs_args, " ");
	strv_add(&theirs.words, t->mkfs);
	for (size_t i = 0; user && i < user->n; i++)
		strv_add(&theirs.words, user->v[i]);
	ret = opts_read(&ours, t, letters, e);
	if (!ret)
		ret = opts_read(&theirs, t, may, e);
	if (!ret)
		ret = check_keys(t, &theirs, e);
	if (!ret)
		strv_add(argv, t->mkfs);
	for (size_t i = 0; !ret && i < ours.n; i++) {
		const struct mkfs_opt *o = &ours.v[i];
		struct buf arg = BUF_INIT;

		if (replaced(t, &theirs, o->letter))
			continue;
		fill_in(&arg, o->arg ? o->arg : "", uuid, hash_seed);
		for (size_t k = 0; k < theirs.n && strchr(t->mkfs_joined, o->letter); k++)
			if (theirs.v[k].letter == o->letter)
				buf_addf(&arg, ",%s", theirs.v[k].arg);
		argv_add(argv, o->letter, o->arg ? buf_str(&arg) : NULL);
		buf_release(&arg);
	}
	for (size_t i = 0; !ret && i < theirs.n; i++)
		if (!strchr(t->mkfs_joined, theirs.v[i].letter))
			argv_add(argv, theirs.v[i].letter, theirs.v[i].arg);
	opts_release(&ours);
	opts_release(&theirs);
	free(letters);
	free(may);
	return ret;
}
