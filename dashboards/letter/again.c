/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * again.c: the commands that measure a results folder's suite again, from run.json. A path
 * or device of the machine that measured is a word in capitals. No word of a command has a
 * character that a shell would obey.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/words/words.h"

#define WORD_MAX 40    /* columns; longer ones are not for typing */
#define COMMAND_MAX 66 /* of a command, with its indent and the backslash below 72 */

/* A word that means itself in every shell, and is no option. */
static bool plain(const char *word)
{
	return word && *word && *word != '-' && strlen(word) <= WORD_MAX &&
	       !word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "._+-/:=,%@")];
}

/* The words of one option, which are never apart, at the end of the last command. */
__attribute__((format(printf, 2, 3))) static void add(struct buf *commands, const char *fmt, ...)
{
	const char *end = strrchr(buf_str(commands), '\n');
	size_t column = strlen(end ? end + 1 : buf_str(commands));
	struct buf words = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&words, fmt, ap);
	va_end(ap);
	if (column)
		buf_adds(commands, column + 1 + words.len > COMMAND_MAX ? " \\\n    " : " ");
	buf_adds(commands, buf_str(&words));
	buf_release(&words);
}

/* The suite as it was called, or as it can be called from its own folder, or just "SUITE". */
static const char *suite_path(const struct letter *l)
{
	const char *path = words_text(json_object_get(l->run, "suite"), "path");
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (plain(path) && *path != '/')
		return path;
	return slash && plain(slash + 1) ? slash + 1 : "SUITE";
}

/* A name that fetches or builds the same kernel elsewhere; NULL: a path on this machine. */
static const char *kernel_name(const struct letter *l, const char *label)
{
	const char *ref = words_text(words_entry(l->run, "kernels", label), "ref");

	return plain(ref) && !strchr(ref, '/') ? ref : NULL;
}

static bool fetched(const char *name)
{
	return name && isdigit((unsigned char)*name) && !name[strspn(name, "0123456789.")];
}

/* The blocks that were planned, and all passes but the first. */
static void add_amount(const struct letter *l, struct buf *c)
{
	const json_t *looks = json_object_get(l->run, "looks");
	const json_t *last = json_array_get(looks, json_array_size(looks) - 1);
	const json_t *passes = json_object_get(l->run, "passes");
	json_int_t blocks = json_integer_value(
		json_object_get(last ? last : json_object_get(l->run, "suite"), "blocks"));

	if (last)
		add(c, "--until-sure");
	if (blocks > 0)
		add(c, "%s %" JSON_INTEGER_FORMAT, last ? "--max-blocks" : "-b", blocks);
	for (size_t i = 1; i < json_array_size(passes); i++) {
		const char *pass = json_string_value(json_array_get(passes, i));

		if (plain(pass))
			add(c, "--pass %s", pass);
	}
	add(c, "-o results");
	buf_addc(c, '\n');
}

/* These options fill the labels of their name; a suite's only kernel answers to --baseline. */
static void add_duel(const struct letter *l, struct buf *c)
{
	json_t *kernels = json_object_get(l->run, "kernels"), *value;
	static const char *const sides[][2] = { { "baseline", "BASELINE" },
						{ "patched", "PATCHED" } };
	const char *mode = words_text(l->run, "mode"), *label;
	struct strv names = STRV_INIT;

	json_object_foreach(kernels, label, value) {
		const char *name = kernel_name(l, label);

		if (!fetched(name) || strv_find(&names, name) >= 0)
			continue;
		strv_add(&names, name);
		add(c, "fsduel kernel fetch %s", name);
		buf_addc(c, '\n');
	}
	strv_release(&names);
	add(c, "fsduel duel -c %s", suite_path(l));
	for (int i = 0; i < 2; i++) {
		const char *name;

		label = sides[i][0];
		if (i == 0 && json_object_size(kernels) == 1)
			label = json_object_iter_key(json_object_iter(kernels));
		name = kernel_name(l, label);
		if (words_entry(l->run, "kernels", label))
			add(c, "--%s %s", sides[i][0], name ? name : sides[i][1]);
	}
	if (plain(mode))
		add(c, "-m %s", mode);
	add_amount(l, c);
}

static void add_target(const struct letter *l, struct buf *c)
{
	static const char *const options[][2] = {
		{ "image", "--image SIZE" },
		{ "device", "--device DEVICE --destroy DEVICE" },
		{ "dir", "--dir DIRECTORY" },
		{ "null_blk", "--null-blk" },
	};
	const json_t *target = json_object_get(json_object_get(l->run, "machine"), "target");
	const char *kind = words_text(target, "kind");

	for (size_t i = 0; kind && i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(kind, options[i][0]))
			add(c, "%s", options[i][1]);
}

/* On a host once on each kernel of the suite, which must be the one that runs. */
static void add_run(const struct letter *l, struct buf *c)
{
	json_t *kernels = json_object_get(l->run, "kernels"), *value;
	const char *label;

	json_object_foreach(kernels, label, value) {
		add(c, "fsduel run -c %s", suite_path(l));
		if (json_object_size(kernels) > 1)
			add(c, "-k %s", plain(label) ? label : "LABEL");
		add_target(l, c);
		add_amount(l, c);
	}
}

void letter_add_again(struct letter *l)
{
	const char *mode = words_text(l->run, "mode");
	const char *sha = words_text(json_object_get(l->run, "suite"), "sha256");
	struct buf c = BUF_INIT, say = BUF_INIT;

	buf_addf(&say, "To measure it again (suite file: sha256 %.12s):", sha ? sha : "unknown");
	letter_say(l, buf_str(&say));
	buf_release(&say);
	letter_gap(l);
	if (mode && !strcmp(mode, "host"))
		add_run(l, &c);
	else
		add_duel(l, &c);
	letter_code(l, buf_str(&c));
	buf_release(&c);
}
