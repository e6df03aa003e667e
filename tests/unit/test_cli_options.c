/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_cli_options.c: command lines against a table of options; cli/options.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "cli/options.h"

struct opts {
	bool quiet;
	const char *output;
	uint64_t guests, size, limit;
	struct option_strings patches;
};

static const struct option_row rows[] = {
	{ 'q', "quiet", OPT_FLAG, NULL, "say nothing", offsetof(struct opts, quiet), false },
	{ 'o', "output", OPT_STRING, "DIR", "where to", offsetof(struct opts, output), false },
	{ 'j', "guests", OPT_COUNT, "N", "how many", offsetof(struct opts, guests), false },
	{ 0, "size", OPT_BYTES, "SIZE", "how much", offsetof(struct opts, size), false },
	{ 0, "limit", OPT_NS, "TIME", "how long", offsetof(struct opts, limit), false },
	{ 'p', "patch", OPT_STRINGS, "FILE", "which", offsetof(struct opts, patches), false },
	{ 0 },
};

/* clang-format off */
static const struct command plain = {
	.name = "plain", .args = "[WORD]", .max_args = 1, .summary = "for tests",
	.options = rows, .options_size = sizeof(struct opts),
};
/* clang-format on */

#define MAX_WORDS 12

/* The words of one line, as getopt wants them: an array that it may reorder. */
struct line {
	char *argv[MAX_WORDS + 1];
	struct strv words;
	struct opts opts;
	struct parsed parsed;
	struct err e;
};

static int parse(struct line *l, const struct command *c, const char *text)
{
	memset(l, 0, sizeof(*l));
	strv_split(&l->words, text, " ");
	assert_true(l->words.n <= MAX_WORDS);
	memcpy(l->argv, l->words.v, l->words.n * sizeof(char *));
	return options_parse(c, (int)l->words.n, l->argv, &l->opts, &l->parsed, &l->e);
}

static void assert_refused(const struct command *c, const char *text, const char *said)
{
	struct line l;

	assert_int_equal(parse(&l, c, text), -EINVAL);
	assert_int_equal(l.e.exit_code, FSDUEL_USAGE);
	if (!strstr(l.e.text, said))
		fail_msg("\"%s\" does not say \"%s\"", l.e.text, said);
	strv_release(&l.words);
}

static void every_kind_of_option_is_stored(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -q --output=a/b -j3 --size 64k --limit 2ms w"),
			 0);
	assert_true(l.opts.quiet);
	assert_string_equal(l.opts.output, "a/b");
	assert_int_equal(l.opts.guests, 3);
	assert_int_equal(l.opts.size, 65536);
	assert_int_equal(l.opts.limit, 2000000);
	assert_int_equal(l.parsed.nr_args, 1);
	assert_string_equal(l.parsed.args[0], "w");
	strv_release(&l.words);
}

static void an_option_of_several_values_keeps_them_in_order(void **state)
{
	char *argv[2 + OPTION_STRINGS_MAX + 1] = { (char *)"plain" };
	struct opts opts = { 0 };
	struct err e = ERR_INIT;
	struct parsed p;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -p one w --patch two --patch=one"), 0);
	assert_int_equal(l.opts.patches.n, 3);
	assert_string_equal(l.opts.patches.v[0], "one");
	assert_string_equal(l.opts.patches.v[1], "two");
	assert_string_equal(l.opts.patches.v[2], "one");
	strv_release(&l.words);
	assert_refused(&plain, "plain --patch=", "--patch needs a value that is not empty");
	for (size_t i = 1; i <= OPTION_STRINGS_MAX + 1; i++)
		argv[i] = (char *)"-px";
	assert_int_equal(options_parse(&plain, OPTION_STRINGS_MAX + 2, argv, &opts, &p, &e),
			 -EINVAL);
	assert_non_null(strstr(e.text, "--patch may be given 32 times at most"));
}

static void nothing_given_leaves_zeroes(void **state)
{
	static const struct opts zero;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain"), 0);
	assert_memory_equal(&l.opts, &zero, sizeof(zero));
	assert_int_equal(l.parsed.nr_args, 0);
	strv_release(&l.words);
}

static void options_may_follow_words_and_the_last_wins(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain w -o a -o b"), 0);
	assert_string_equal(l.opts.output, "b");
	assert_string_equal(l.parsed.args[0], "w");
	strv_release(&l.words);
}

static void two_dashes_end_the_options(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -- -q"), 0);
	assert_false(l.opts.quiet);
	assert_string_equal(l.parsed.args[0], "-q");
	strv_release(&l.words);
}

static void help_wins_over_later_mistakes(void **state)
{
	static const char *const lines[] = { "plain -h --nonsense", "plain --help a b c",
					     "plain -qh" };
	struct line l;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(&l, &plain, lines[i]), 0);
		assert_true(l.parsed.help);
		strv_release(&l.words);
	}
}

static void mistakes_name_the_word_and_the_way_out(void **state)
{
	(void)state;
	assert_refused(&plain, "plain --ouput x", "--ouput; did you mean --output?");
	assert_refused(&plain, "plain --zzzzzz=1", "--zzzzzz; -h lists");
	assert_refused(&plain, "plain -Z", "unknown option -Z");
	assert_refused(&plain, "plain -qZ", "unknown option -Z");
	assert_refused(&plain, "plain --output", "--output needs a value");
	assert_refused(&plain, "plain -o", "-o needs a value");
	assert_refused(&plain, "plain --output=", "not empty");
	assert_refused(&plain, "plain --quiet=yes", "--quiet takes no value");
	assert_refused(&plain, "plain --help=yes", "--help takes no value");
	assert_refused(&plain, "plain a b", "\"b\" is one word too many");
}

static void numbers_are_checked_with_their_units(void **state)
{
	(void)state;
	assert_refused(&plain, "plain -j -1", "--guests: ");
	assert_refused(&plain, "plain -j 3x", "--guests: ");
	assert_refused(&plain, "plain --size 4q", "--size: ");
	assert_refused(&plain, "plain --limit 5", "--limit: ");
	assert_refused(&plain, "plain -j 99999999999999999999999", "--guests: ");
}

static void what_is_needed_and_missing_is_told(void **state)
{
	static const struct option_row needed[] = {
		{ 'o', "output", OPT_STRING, "DIR", "where to", offsetof(struct opts, output),
		  true },
		{ 0 },
	};
	static const struct command c = { .name = "c",
					  .args = "DIR",
					  .min_args = 1,
					  .max_args = 1,
					  .options = needed,
					  .options_size = sizeof(struct opts) };

	(void)state;
	assert_refused(&c, "c x", "--output DIR is needed");
	assert_refused(&c, "c -o x", "a word is missing: usage is fsduel c DIR");
}

static void a_command_without_options_still_has_help(void **state)
{
	static const struct command c = { .name = "c", .args = "", .summary = "nothing" };
	struct buf b = BUF_INIT;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &c, "c --help"), 0);
	assert_true(l.parsed.help);
	strv_release(&l.words);
	assert_refused(&c, "c --helq", "did you mean --help?");
	options_help(&c, &b);
	assert_non_null(strstr(buf_str(&b), "Usage: fsduel c [OPTION...]\n"));
	buf_release(&b);
}

static void help_shows_every_row_of_the_table(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	options_help(&plain, &b);
	assert_non_null(strstr(buf_str(&b), "Usage: fsduel plain [OPTION...] [WORD]\n"));
	assert_non_null(strstr(buf_str(&b), "\n  -o, --output DIR  where to\n"));
	assert_non_null(strstr(buf_str(&b), "\n      --limit TIME  how long\n"));
	assert_non_null(strstr(buf_str(&b), "\n  -h, --help "));
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_option_is_stored),
		cmocka_unit_test(an_option_of_several_values_keeps_them_in_order),
		cmocka_unit_test(nothing_given_leaves_zeroes),
		cmocka_unit_test(options_may_follow_words_and_the_last_wins),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(help_wins_over_later_mistakes),
		cmocka_unit_test(mistakes_name_the_word_and_the_way_out),
		cmocka_unit_test(numbers_are_checked_with_their_units),
		cmocka_unit_test(what_is_needed_and_missing_is_told),
		cmocka_unit_test(a_command_without_options_still_has_help),
		cmocka_unit_test(help_shows_every_row_of_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
