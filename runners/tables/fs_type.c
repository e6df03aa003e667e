/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs_type.c: the file-system table and the mkfs command that follows from a
 * row. Nothing else in fsduel knows a file system by name. Running mkfs is the
 * cell's business.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cell/ext4.h"
#include "runners/cell/mount.h"
#include "runners/suite/suite.h"

#define MIB (1ull << 20)

/*
 * Since 6.15 ("btrfs: always fallback to buffered write if the inode requires
 * checksum") only a file without checksums is written directly.
 */
static int btrfs_judge(const char *device, const char *options, json_t *facts, struct err *e)
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

/*
 * One row a file system: the only place that knows them.
 *
 * ext4: a block size and a journal size that do not depend on the device's
 * (DOMAIN.md traps 1 and 3), nothing initialised later beside the measuring
 * (5a), names hashed alike in every run. Letters that would write elsewhere
 * (-z), format nothing (-n, -S) or start from other content (-d, -l) are in
 * neither list. Checked with mke2fs 1.47.0: the last -E replaces those before
 * it, and -J makes a journal even beside -O ^has_journal.
 *
 * xfs, checked with mkfs.xfs 6.1: block, inode and log size for the same reasons;
 * a key may be given once in all, so that lists of -m are joined. btrfs, checked
 * with mkfs.btrfs 6.2: its defaults for one device, said outright.
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
		.modules = "crc32c_generic ext4",
		.mkfs_user = "b:C:De:E:g:G:i:I:jJ:L:m:M:N:O:r:T:",
		.mkfs_ours = "qFt:U:",
		.mkfs_joined = "E",
		.mkfs_drop = { .letter = 'O', .drops = 'J', .word = "^has_journal" },
		.mkfs_never = "device",
		.min_bytes = 144 * MIB, /* the journal may take half of it */
		.judge = ext4_judge,
	},
	{
		.name = "xfs",
		.mkfs = "mkfs.xfs",
		.mkfs_args = "-q -f -b size=4096 -i size=512 -l size=64m -m uuid={uuid}",
		.check = "xfs_repair -n",
		.uuid_at = 32,
		.always_options = "",
		.modules = "libcrc32c xfs",
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
		.modules = "crc32c_generic btrfs",
		.mkfs_user = "b:d:Km:Mn:O:R:s:L:",
		.mkfs_ours = "qfU:",
		.mkfs_joined = "",
		.min_bytes = 114 * MIB,
		.judge = btrfs_judge,
	},
	{ .name = NULL },
};

struct mkfs_opt {
	char letter;
	char *arg; /* NULL: takes none */
};

struct mkfs_opts {
	struct mkfs_opt *v;
	size_t n;
};

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *t = fs_types; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

static void opts_add(struct mkfs_opts *o, char letter, const char *arg)
{
	o->v = xrealloc(o->v, o->n + 1, sizeof(*o->v));
	o->v[o->n++] = (struct mkfs_opt){ letter, arg ? xstrdup(arg) : NULL };
}

static void opts_release(struct mkfs_opts *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->v[i].arg);
	free(o->v);
	*o = (struct mkfs_opts){ NULL, 0 };
}

static bool opts_has(const struct mkfs_opts *o, char letter)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].letter == letter)
			return true;
	return false;
}

static bool known_letter(const char *letters, char c, bool *takes_arg)
{
	const char *at = c != ':' && c ? strchr(letters, c) : NULL;

	if (at)
		*takes_arg = at[1] == ':';
	return at;
}

/* Read words as getopt would; letters the user may not give are refused where ours is false. */
static int opts_read(struct mkfs_opts *o, const struct fs_type *t, const struct strv *words,
		     bool ours, struct err *e)
{
	for (size_t i = 0; i < words->n; i++) {
		const char *w = words->v[i];

		if (w[0] != '-' || !w[1] || w[1] == '-')
			return err_add(e, EINVAL,
				       "%s is not an option of %s: say -X or -X VALUE; the device "
				       "is given by fsduel",
				       w, t->mkfs);
		for (w++; *w; w++) {
			bool takes_arg = false;

			if (!known_letter(t->mkfs_user, *w, &takes_arg) &&
			    !(ours && known_letter(t->mkfs_ours, *w, &takes_arg)))
				return err_add(e, EINVAL,
					       "%s -%c cannot be given here: fsduel gives it "
					       "itself or it would not make a file system to "
					       "measure; remove it",
					       t->mkfs, *w);
			if (!takes_arg) {
				opts_add(o, *w, NULL);
				continue;
			}
			if (!w[1] && i + 1 == words->n)
				return err_add(e, EINVAL, "%s -%c needs a value after it", t->mkfs,
					       *w);
			opts_add(o, *w, w[1] ? w + 1 : words->v[++i]);
			break;
		}
	}
	return 0;
}

/* A key of the list in arg that would lead elsewhere; NULL: none. */
static const char *never_key(const struct fs_type *t, const char *arg, struct strv *keys)
{
	struct strv never = STRV_INIT;
	const char *found = NULL;

	strv_split(&never, t->mkfs_never ? t->mkfs_never : "", ",");
	strv_split(keys, arg, ",");
	for (size_t i = 0; i < keys->n && !found; i++) {
		keys->v[i][strcspn(keys->v[i], "=")] = '\0';
		found = strv_find(&never, keys->v[i]) >= 0 ? keys->v[i] : NULL;
	}
	strv_release(&never);
	return found;
}

static int check_keys(const struct fs_type *t, const struct mkfs_opts *user, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < user->n && !ret; i++) {
		struct strv keys = STRV_INIT;
		const char *key = never_key(t, user->v[i].arg ? user->v[i].arg : "", &keys);

		if (key)
			ret = err_add(e, EINVAL,
				      "%s -%c %s cannot be given here: it names another "
				      "device or file, or what fsduel gives itself; remove it",
				      t->mkfs, user->v[i].letter, key);
		strv_release(&keys);
	}
	return ret;
}

static bool list_has(const char *list, const char *word)
{
	struct strv words = STRV_INIT;
	bool found;

	strv_split(&words, list, ",");
	found = strv_find(&words, word) >= 0;
	strv_release(&words);
	return found;
}

/* Does what the user gave make our option of that letter wrong? */
static bool replaced(const struct fs_type *t, const struct mkfs_opts *user, char letter)
{
	if (strchr(t->mkfs_joined, letter))
		return false;
	if (opts_has(user, letter))
		return true;
	for (size_t i = 0; i < user->n && letter == t->mkfs_drop.drops; i++)
		if (user->v[i].letter == t->mkfs_drop.letter && user->v[i].arg &&
		    list_has(user->v[i].arg, t->mkfs_drop.word))
			return true;
	return false;
}

static void fill_in(struct buf *b, const char *text, const char *uuid, const char *hash_seed)
{
	static const char uuid_mark[] = "{uuid}", hash_mark[] = "{hash_seed}";

	while (*text) {
		if (!strncmp(text, uuid_mark, sizeof(uuid_mark) - 1)) {
			buf_adds(b, uuid);
			text += sizeof(uuid_mark) - 1;
		} else if (!strncmp(text, hash_mark, sizeof(hash_mark) - 1)) {
			buf_adds(b, hash_seed);
			text += sizeof(hash_mark) - 1;
		} else {
			buf_addc(b, *text++);
		}
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
	struct mkfs_opts ours = { NULL, 0 }, theirs = { NULL, 0 };
	struct strv words = STRV_INIT;
	int ret;

	strv_split(&words, t->mkfs_args, " ");
	ret = opts_read(&ours, t, &words, true, e);
	if (!ret && user)
		ret = opts_read(&theirs, t, user, false, e);
	if (!ret)
		ret = check_keys(t, &theirs, e);
	if (ret)
		goto out;
	strv_add(argv, t->mkfs);
	for (size_t i = 0; i < ours.n; i++) {
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
	for (size_t i = 0; i < theirs.n; i++)
		if (!strchr(t->mkfs_joined, theirs.v[i].letter))
			argv_add(argv, theirs.v[i].letter, theirs.v[i].arg);
out:
	opts_release(&ours);
	opts_release(&theirs);
	strv_release(&words);
	return ret;
}
