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

#include "cli/command.h"

static const struct command plain = {
	.name = "plain",
	.args = "[WORD]",
	.max_args = 1,
	.summary = "for tests",
	.options = OPT(quiet) | OPT(output) | OPT(guests) | OPT(image) | OPT(settle) | OPT(patch) |
		   OPT(format) | OPT(side),
	.formats = "table|csv|json",
};

#define MAX_WORDS 12

/* The words of one line, as getopt wants them: an array that it may reorder. */
struct line {
	char *argv[MAX_WORDS + 1];
	struct strv words;
	struct call call;
	struct err e;
};

static int parse(struct line *l, const struct command *c, const char *text)
{
	memset(l, 0, sizeof(*l));
	strv_split(&l->words, text, " ");
	assert_true(l->words.n <= MAX_WORDS);
	memcpy(l->argv, l->words.v, l->words.n * sizeof(char *));
	return options_parse(c, (int)l->words.n, l->argv, &l->call, &l->e);
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
	assert_int_equal(parse(&l, &plain, "plain -q --output=a/b -j3 --image 64k --settle 2ms w"),
			 0);
	assert_true(l.call.o.quiet);
	assert_string_equal(l.call.o.output, "a/b");
	assert_int_equal(l.call.o.guests, 3);
	assert_int_equal(l.call.o.image, 65536);
	assert_int_equal(l.call.o.settle, 2000000);
	assert_int_equal(l.call.nr_args, 1);
	assert_string_equal(l.call.args[0], "w");
	strv_release(&l.words);
}

static void an_option_of_several_values_keeps_them_in_order(void **state)
{
	char *argv[2 + OPTION_STRINGS_MAX + 1] = { (char *)"plain" };
	struct err e = ERR_INIT;
	struct call call = { 0 };
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -p one w --patch two --patch=one"), 0);
	assert_int_equal(l.call.o.patch.n, 3);
	assert_string_equal(l.call.o.patch.v[0], "one");
	assert_string_equal(l.call.o.patch.v[1], "two");
	assert_string_equal(l.call.o.patch.v[2], "one");
	strv_release(&l.words);
	assert_refused(&plain, "plain --patch=", "--patch needs a value that is not empty");
	for (size_t i = 1; i <= OPTION_STRINGS_MAX + 1; i++)
		argv[i] = (char *)"-px";
	assert_int_equal(options_parse(&plain, OPTION_STRINGS_MAX + 2, argv, &call, &e), -EINVAL);
	assert_non_null(strstr(e.text, "--patch may be given 32 times at most"));
}

static void nothing_given_leaves_zeroes(void **state)
{
	static const struct options zero;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain"), 0);
	assert_memory_equal(&l.call.o, &zero, sizeof(zero));
	assert_int_equal(l.call.nr_args, 0);
	strv_release(&l.words);
}

static void options_may_follow_words_and_the_last_wins(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain w -o a -o b"), 0);
	assert_string_equal(l.call.o.output, "b");
	assert_string_equal(l.call.args[0], "w");
	strv_release(&l.words);
}

static void two_dashes_end_the_options(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -- -q"), 0);
	assert_false(l.call.o.quiet);
	assert_string_equal(l.call.args[0], "-q");
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
		assert_true(l.call.o.help);
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
	assert_refused(&plain, "plain --output", "option '--output' requires an argument");
	assert_refused(&plain, "plain -o", "option '-o' requires an argument");
	assert_refused(&plain, "plain --output=", "not empty");
	assert_refused(&plain, "plain --quiet=yes", "option '--quiet' doesn't allow an argument");
	assert_refused(&plain, "plain --help=yes", "option '--help' doesn't allow an argument");
	assert_refused(&plain, "plain a b", "extra operand 'b'; usage: fsduel plain [WORD]");
}

static void numbers_are_checked_with_their_units(void **state)
{
	(void)state;
	assert_refused(&plain, "plain -j -1", "--guests: ");
	assert_refused(&plain, "plain -j 3x", "--guests: ");
	assert_refused(&plain, "plain --image 4q", "--image: ");
	assert_refused(&plain, "plain --settle 5", "--settle: ");
	assert_refused(&plain, "plain -j 99999999999999999999999", "--guests: ");
	assert_refused(&plain, "plain -j 257", "--guests goes up to 256");
}

static void a_missing_word_is_told(void **state)
{
	static const struct command c = {
		.name = "c", .args = "DIR", .min_args = 1, .max_args = 1, .options = OPT(output)
	};

	(void)state;
	assert_refused(&c, "c -o x", "missing operand; usage: fsduel c DIR");
}

static void a_word_of_a_list_is_stored_as_its_place(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &plain, "plain -f json --side=baseline"), 0);
	assert_int_equal(l.call.o.format, 2);
	assert_int_equal(l.call.o.side, 1);
	strv_release(&l.words);
	assert_refused(&plain, "plain -f jsn", "unknown format 'jsn'; did you mean json?");
	assert_refused(&plain, "plain --side left",
		       "unknown side 'left'; known: patched, baseline");
}

static void a_command_takes_only_the_options_that_it_picked(void **state)
{
	(void)state;
	assert_refused(&plain, "plain -b 3", "unknown option -b");
	assert_refused(&plain, "plain --blocks 3", "unknown option --blocks");
}

/* Two options of one letter or name would be two meanings. */
static void each_letter_and_each_name_is_there_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_OPTIONS; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(option_rows[i].name, option_rows[k].name) ||
			    (option_rows[i].letter &&
			     option_rows[i].letter == option_rows[k].letter))
				fail_msg("--%s and --%s", option_rows[i].name, option_rows[k].name);
}

static void a_command_without_options_still_has_help(void **state)
{
	static const struct command c = { .name = "c", .summary = "nothing" };
	struct buf b = BUF_INIT;
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, &c, "c --help"), 0);
	assert_true(l.call.o.help);
	strv_release(&l.words);
	assert_refused(&c, "c --helq", "did you mean --help?");
	options_help(&c, 80, &b);
	assert_non_null(strstr(buf_str(&b), "Usage: fsduel c [OPTION...]\n"));
	buf_release(&b);
}

static void help_shows_every_row_of_the_table(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	options_help(&plain, 80, &b);
	assert_non_null(strstr(buf_str(&b), "Usage: fsduel plain [OPTION...] [WORD]\n"));
	assert_non_null(strstr(buf_str(&b), "\n  -o, --output PATH            write to PATH: a "));
	assert_non_null(strstr(buf_str(&b), "\n      --settle TIME            wait no longer "));
	assert_non_null(strstr(buf_str(&b), "\n  -f, --format table|csv|json  the form "));
	assert_non_null(strstr(buf_str(&b), "\n  -h, --help "));
	assert_null(strstr(buf_str(&b), "--blocks"));
	buf_release(&b);
}

static void help_folds_at_any_width(void **state)
{
	(void)state;
	for (size_t width = 20; width <= 200; width += 20) {
		struct strv lines = STRV_INIT;
		struct buf b = BUF_INIT;

		options_help(&plain, width, &b);
		strv_split(&lines, buf_str(&b), "\n");
		/* Only a heading, which is one word and its argument, may be wider. */
		for (size_t i = 0; i < lines.n; i++)
			if (strlen(lines.v[i]) > width && !strstr(lines.v[i], "--") &&
			    strncmp(lines.v[i], "Usage: ", 7))
				fail_msg("%zu columns: %s", width, lines.v[i]);
		strv_release(&lines);
		buf_release(&b);
	}
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
		cmocka_unit_test(a_missing_word_is_told),
		cmocka_unit_test(a_word_of_a_list_is_stored_as_its_place),
		cmocka_unit_test(a_command_takes_only_the_options_that_it_picked),
		cmocka_unit_test(each_letter_and_each_name_is_there_once),
		cmocka_unit_test(a_command_without_options_still_has_help),
		cmocka_unit_test(help_shows_every_row_of_the_table),
		cmocka_unit_test(help_folds_at_any_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
