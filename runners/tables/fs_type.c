/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs_type.c: the table of file systems, and mkfs commands made from it; see fs_type.h. */
#include "runners/tables/fs_type.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1ull << 20)

/*
 * ext4: block size and journal size do not depend on the device's size, nothing is initialised
 * later beside the measuring, and names are hashed alike in every run. Neither list of letters
 * has an option that would write elsewhere (-z), format nothing (-n, -S) or start from other
 * content (-d, -l). Checked with mke2fs 1.47.0: the last -E replaces those before it, and -J
 * makes a journal even beside -O ^has_journal.
 *
 * xfs, checked with mkfs.xfs 6.1: block, inode and log size for the same reasons. A key may be
 * given only once in all, so lists of -m are joined.
 *
 * btrfs, checked with mkfs.btrfs 6.2: its defaults for one device, written out.
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
	},
	{ .name = NULL },
};

const struct fs_type *fs_type_find(const char *name)
{
	for (const struct fs_type *t = fs_types; t->name; t++)
		if (!strcmp(t->name, name))
			return t;
	return NULL;
}

/* --- the mkfs command ---------------------------------------------------------------- */

struct mkfs_opt {
	char letter;
	char *arg; /* NULL: takes none */
};

struct mkfs_opts {
	struct mkfs_opt *v;
	size_t n;
};

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
}

static bool known_letter(const char *letters, char c, bool *takes_arg)
{
	const char *at = c != ':' && c ? strchr(letters, c) : NULL;

	if (at)
		*takes_arg = at[1] == ':';
	return at;
}

/* Read words as getopt would. With ours false, letters that the user may not give are refused. */
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

/* The first key of the list arg ("a=1,b") that is one of keys ("b,c"); malloc'ed, or NULL. */
static char *common_key(const char *arg, const char *keys)
{
	struct strv of_arg = STRV_INIT, wanted = STRV_INIT;
	char *found = NULL;

	strv_split(&of_arg, arg ? arg : "", ",");
	strv_split(&wanted, keys ? keys : "", ",");
	for (size_t i = 0; i < of_arg.n && !found; i++) {
		of_arg.v[i][strcspn(of_arg.v[i], "=")] = '\0';
		if (strv_find(&wanted, of_arg.v[i]) >= 0)
			found = xstrdup(of_arg.v[i]);
	}
	strv_release(&of_arg);
	strv_release(&wanted);
	return found;
}

static int check_keys(const struct fs_type *t, const struct mkfs_opts *user, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < user->n && !ret; i++) {
		char *key = common_key(user->v[i].arg, t->mkfs_never);

		if (key)
			ret = err_add(e, EINVAL,
				      "%s -%c %s cannot be given here: it names another device or "
				      "file, or fsduel gives it itself; remove it",
				      t->mkfs, user->v[i].letter, key);
		free(key);
	}
	return ret;
}

/* Does an option of the user's take the place of ours of that letter? */
static bool replaced(const struct fs_type *t, const struct mkfs_opts *user, char letter)
{
	bool found = false;

	for (size_t i = 0; i < user->n && !found && !strchr(t->mkfs_joined, letter); i++) {
		const struct mkfs_opt *o = &user->v[i];
		char *word = NULL;

		if (letter == t->mkfs_drop.drops && o->letter == t->mkfs_drop.letter)
			word = common_key(o->arg, t->mkfs_drop.word);
		found = o->letter == letter || word;
		free(word);
	}
	return found;
}

static void fill_in(struct buf *b, const char *text, const char *uuid, const char *hash_seed)
{
	const char *const marks[][2] = { { "{uuid}", uuid }, { "{hash_seed}", hash_seed } };

	while (*text) {
		size_t i = 0;

		while (i < 2 && strncmp(text, marks[i][0], strlen(marks[i][0])))
			i++;
		if (i == 2) {
			buf_addc(b, *text++);
			continue;
		}
		buf_adds(b, marks[i][1]);
		text += strlen(marks[i][0]);
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
	strv_release(&words);
	return ret;
}
