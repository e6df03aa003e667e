/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * again.c: the commands that measure a results folder's suite again, from
 * run.json. What only exists on the machine it was measured on (a path, a device) is
 * a word in capitals. Nothing that a shell would obey gets into a command.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/words/words.h"
#include "lib/num.h"

#define WORD_MAX 40    /* columns; longer ones are not for typing */
#define COMMAND_MAX 66 /* of a command, with its indent and the backslash below 72 */
#define FOLDER "results"

/* A word that means itself in every shell, and is no option. */
static bool plain(const char *word)
{
	if (!word || !*word || *word == '-' || strlen(word) > WORD_MAX)
		return false;
	for (; *word; word++)
		if (!isascii((unsigned char)*word) ||
		    (!isalnum((unsigned char)*word) && !strchr("._+-/:=,%@", *word)))
			return false;
	return true;
}

struct command_line {
	struct buf text;
	size_t column;
};

/* The words of one option: never apart. */
static void add_words(struct command_line *c, const char *words)
{
	size_t len = strlen(words);

	if (c->column && c->column + 1 + len > COMMAND_MAX) {
		buf_adds(&c->text, " \\\n    ");
		c->column = 4;
	} else if (c->column) {
		buf_addc(&c->text, ' ');
		c->column++;
	}
	buf_adds(&c->text, words);
	c->column += len;
}

static void add_option(struct command_line *c, const char *option, const char *value)
{
	char *words = xasprintf("%s %s", option, value);

	add_words(c, words);
	free(words);
}

static void add_end(struct command_line *c)
{
	buf_addc(&c->text, '\n');
	c->column = 0;
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

static void add_fetches(struct letter *l, struct command_line *c)
{
	const json_t *kernels = json_object_get(l->run, "kernels"), *value;
	struct strv names = STRV_INIT;
	const char *label;

	json_object_foreach((json_t *)kernels, label, value) {
		const char *name = kernel_name(l, label);

		if (fetched(name) && strv_find(&names, name) < 0)
			strv_add(&names, name);
	}
	for (size_t i = 0; i < names.n; i++) {
		add_option(c, "fsduel kernel fetch", names.v[i]);
		add_end(c);
	}
	strv_release(&names);
}

/* These options fill the labels of their name; a suite's only kernel answers to --baseline. */
static void add_kernels(struct letter *l, struct command_line *c)
{
	const json_t *kernels = json_object_get(l->run, "kernels");
	static const char *const sides[][3] = { { "baseline", "--baseline", "BASELINE" },
						{ "patched", "--patched", "PATCHED" } };

	for (int i = 0; i < 2; i++) {
		const char *label = sides[i][0], *name;

		if (i == 0 && json_object_size(kernels) == 1)
			label = json_object_iter_key(json_object_iter((json_t *)kernels));
		if (!words_entry(l->run, "kernels", label))
			continue;
		name = kernel_name(l, label);
		add_option(c, sides[i][1], name ? name : sides[i][2]);
	}
}

static void add_blocks(const struct letter *l, struct command_line *c)
{
	const json_t *looks = json_object_get(l->run, "looks");
	const json_t *last = json_array_get(looks, json_array_size(looks) - 1);
	json_int_t blocks = json_integer_value(
		last ? json_object_get(last, "blocks")
		     : json_object_get(json_object_get(l->run, "suite"), "blocks"));
	char text[32];

	if (last)
		add_words(c, "--until-sure");
	if (blocks > 0)
		add_option(c, last ? "--max-blocks" : "-b",
			   num_format(text, (uint64_t)blocks, NUM_COUNT));
}

static void add_passes(const struct letter *l, struct command_line *c)
{
	const json_t *passes = json_object_get(l->run, "passes");

	for (size_t i = 1; i < json_array_size(passes); i++) {
		const char *pass = json_string_value(json_array_get(passes, i));

		if (plain(pass))
			add_option(c, "--pass", pass);
	}
}

static void add_duel(struct letter *l, struct command_line *c)
{
	const char *mode = words_text(l->run, "mode");

	add_option(c, "fsduel duel -c", suite_path(l));
	add_kernels(l, c);
	if (plain(mode))
		add_option(c, "-m", mode);
	add_blocks(l, c);
	add_passes(l, c);
	add_words(c, "-o " FOLDER);
	add_end(c);
}

static void add_target(const struct letter *l, struct command_line *c)
{
	static const char *const options[][2] = {
		{ "device", "--device DEVICE --destroy DEVICE" },
		{ "dir", "--dir DIRECTORY" },
		{ "null_blk", "--null-blk" },
		{ "zram", "--zram" },
	};
	const json_t *target = json_object_get(json_object_get(l->run, "machine"), "target");
	json_int_t size = json_integer_value(json_object_get(target, "size_bytes"));
	const char *kind = words_text(target, "kind");
	char text[32];

	if (kind && !strcmp(kind, "image") && size > 0)
		add_option(c, "--image", num_format(text, (uint64_t)size, NUM_BYTES));
	for (size_t i = 0; kind && i < sizeof(options) / sizeof(options[0]); i++)
		if (!strcmp(kind, options[i][0]))
			add_words(c, options[i][1]);
}

/* Once on each kernel of the suite, which must be the one that runs. */
static void add_run(struct letter *l, struct command_line *c)
{
	const json_t *kernels = json_object_get(l->run, "kernels"), *value;
	bool several = json_object_size(kernels) > 1;
	const char *label;

	json_object_foreach((json_t *)kernels, label, value) {
		add_option(c, "fsduel run -c", suite_path(l));
		if (several)
			add_option(c, "-k", plain(label) ? label : "LABEL");
		add_target(l, c);
		add_blocks(l, c);
		add_passes(l, c);
		add_words(c, "-o " FOLDER);
		add_end(c);
	}
}

/* What the words in capitals stand for, which kernels somebody built, and which suite it was. */
static void add_meaning(struct letter *l, const char *commands)
{
	const json_t *kernels = json_object_get(l->run, "kernels"), *value;
	const char *sha = words_text(json_object_get(l->run, "suite"), "sha256"), *label;
	bool built = strstr(commands, "BASELINE") || strstr(commands, "PATCHED");
	struct buf names = BUF_INIT, b = BUF_INIT;

	json_object_foreach((json_t *)kernels, label, value) {
		const char *name = kernel_name(l, label);

		if (name && !fetched(name) && strstr(commands, name))
			buf_addf(&names, "%s%s", names.len ? ", " : "", name);
	}
	if (names.len)
		buf_addf(&b, "Kernels made by fsduel kernel build: %s. ", buf_str(&names));
	if (built)
		buf_adds(&b, "In capitals: builds of the kernels above. ");
	if (sha)
		buf_addf(&b, "Suite file: sha256 %.12s.", sha);
	if (b.len) {
		letter_gap(l);
		letter_say(l, buf_str(&b));
	}
	buf_release(&names);
	buf_release(&b);
}

void letter_add_again(struct letter *l)
{
	const char *mode = words_text(l->run, "mode");
	struct command_line c = { BUF_INIT, 0 };

	letter_say(l, "To measure it again:");
	letter_gap(l);
	if (mode && !strcmp(mode, "host")) {
		add_run(l, &c);
	} else {
		add_fetches(l, &c);
		add_duel(l, &c);
	}
	letter_code(l, buf_str(&c.text));
	add_meaning(l, buf_str(&c.text));
	buf_release(&c.text);
}
