/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_plot.c: what goes to gnuplot: names that it would obey, tables, titles, folded labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dashboards/plot/plot_impl.h"
#include "lib/proc.h"
#include "tests/unit/skip.h"

static void expect(void (*add)(struct buf *, const char *), const char *s, const char *want)
{
	struct buf b = BUF_INIT;

	add(&b, s);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void test_field(void **state)
{
	(void)state;
	expect(plot_add_field, "dio-overwrite threads=8", "dio-overwrite threads=8");
	expect(plot_add_field, "a \"b\", c\\n", "a \\042b\\042\\054 c\\134n");
	expect(plot_add_field, "`id` $(id) %s x_{y}^z@w&~", "`id` $(id) %s x_{y}^z@w&~");
	expect(plot_add_field, "two\nlines\tand\x1b[1m", "two?lines?and?[1m");
	expect(plot_add_field, "\xc3\xa9\xc2\x9b", "\xc3\xa9?");
	expect(plot_add_field, "", "");
}

/* Texts that gnuplot has a meaning for, or once took for the end of a string. */
/* clang-format off */
static const char *const hostile[] = {
	"plain", "", "'", "''", "'''", "'begins", "ends'", "it's", "a''b", "' 'x' '", "'; system('id",
	"a\\", "\\'", "\\n \\042 \\", "\"", "\"x\"", "`id` @m $1 ${x} $(id)", "%s %d %",
	"{/Symbol a}_b^c@d~e&f", "# no comment", "a,b", "NaN", "?", "-", "\xc3\xa9 \xe2\x82\xac",
};
/* clang-format on */
#define NR_HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

/* What gnuplot prints for this script, a file as plots.gp is; to be released. */
static struct buf gnuplot(const struct buf *script)
{
	char path[] = "/tmp/fsduel-test-plot-XXXXXX";
	const char *const argv[] = { "gnuplot", "-d", path, NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &out };
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, script->data, script->len), script->len);
	close(fd);
	if (proc_check(argv, &o, NULL, &e))
		fail_msg("%s\n%s", e.text, buf_str(&out));
	unlink(path);
	return out;
}

static void want_gnuplot(void)
{
	char *there = proc_which("gnuplot");

	free(there);
	if (!there)
		skip_because("there is no gnuplot");
}

/* gnuplot itself reads each text back as it was. */
static void test_quoted(void **state)
{
	struct buf script = BUF_INIT, want = BUF_INIT, got;

	(void)state;
	want_gnuplot();
	buf_adds(&script, "set print '-'\n");
	for (size_t i = 0; i < NR_HOSTILE; i++) {
		buf_adds(&script, "title=");
		plot_add_quoted(&script, hostile[i]);
		buf_adds(&script, "\nprint '<'.title.'>'\n");
		buf_addf(&want, "<%s>\n", hostile[i]);
	}
	got = gnuplot(&script);
	assert_string_equal(buf_str(&got), want.data);
	buf_release(&got);
	buf_release(&script);
	buf_release(&want);
	expect(plot_add_quoted, "a\nsystem 'id'", "'a?system '.\"'\".'id'.\"'\".''");
}

/* As in the scripts: a table's text becomes a label of an axis, and gnuplot draws it as it was. */
static void test_field_drawn(void **state)
{
	char path[] = "/tmp/fsduel-test-plot-XXXXXX";
	struct plot_set t = { 0 };
	struct plot_table *a = plot_table(&t, "y,label,v");
	struct buf script = BUF_INIT, got;
	int fd = mkstemp(path);

	(void)state;
	want_gnuplot();
	for (size_t i = 0; i < NR_HOSTILE; i++) {
		plot_number(a, (double)i);
		plot_text(a, hostile[i]);
		plot_number(a, 1);
		plot_end(a);
	}
	assert_int_equal(write(fd, a->text.data, a->text.len), a->text.len);
	close(fd);
	buf_addf(&script,
		 "set encoding utf8; set datafile separator comma; "
		 "set datafile columnheaders; set datafile commentschars ''; unset key; "
		 "set terminal dumb noenhanced mono nofeed size 79,%zu; set lmargin 40; set border "
		 "2; "
		 "plot '%s' using (0):(column('y')):ytic(stringcolumn('label')) with points pt -1",
		 2 * NR_HOSTILE + 5, path);
	got = gnuplot(&script);
	for (size_t i = 0; i < NR_HOSTILE; i++) {
		struct buf drawn = BUF_INIT;
		bool there;

		/* "LABEL |-+" or, in a corner, "LABEL +". */
		buf_addf(&drawn, " %s |", hostile[i]);
		there = strstr(buf_str(&got), drawn.data);
		drawn.data[drawn.len - 1] = '+';
		if (*hostile[i] && !there && !strstr(buf_str(&got), drawn.data))
			fail_msg("not drawn: %s\n%s", hostile[i], buf_str(&got));
		buf_release(&drawn);
	}
	unlink(path);
	buf_release(&got);
	buf_release(&script);
	plot_set_release(&t);
}

static void cut_to_12(struct buf *b, const char *s)
{
	plot_add_cut(b, s, 12);
}

static void test_cut(void **state)
{
	(void)state;
	expect(cut_to_12, "just so long", "just so long");
	expect(cut_to_12, "just too long", "just ...long");
#define AE "\xc3\xa4"
	expect(cut_to_12, AE AE AE AE AE AE AE AE AE AE AE AE "!",
	       AE AE AE AE AE "..." AE AE AE "!");
#undef AE
}

static void test_table(void **state)
{
	struct plot_set t = { 0 };
	struct plot_table *a = plot_table(&t, "x,y");

	(void)state;
	plot_number(a, 0.1);
	plot_number_if(a, false, 1);
	plot_end(a);
	plot_text(a, "");
	plot_text(a, "a,b");
	plot_end(a);
	assert_string_equal(buf_str(&a->text), "x,y\n0.1,\n,a\\054b\n");
	plot_table(&t, "z");
	assert_int_equal(t.nr_tables, 2);
	plot_set_release(&t);
	assert_null(t.tables);
}

/* A long label takes three rows at most, and the next row comes after them. */
static void test_row(void **state)
{
	static const char name[] = "one two three four five six seven eight nine ten eleven "
				   "twelve thirteen fourteen fifteen sixteen seventeen eighteen "
				   "nineteen twenty twenty-one "
				   "twenty-two twenty-three twenty-four";
	struct plot_set t = { 0 };
	struct plot_table *a = plot_table(&t, "y,label,v");
	unsigned y = 1;

	(void)state;
	plot_row(a, y, "short");
	plot_number(a, 5);
	plot_row_end(a, &y);
	assert_int_equal(y, 2);
	plot_row(a, y, name);
	plot_number(a, 6);
	plot_row_end(a, &y);
	assert_int_equal(y, 5);
	plot_row(a, y, "");
	plot_number(a, 7);
	plot_row_end(a, &y);
	assert_string_equal(buf_str(&a->text),
			    "y,label,v\n1,short,5\n2,one two three four five six seven eight,6\n"
			    "3,nine ten eleven twelve thirteen fourteen,\n4,...,\n5, ,7\n");
	plot_set_release(&t);
}

static void test_variables(void **state)
{
	struct plot_set t = { .wide = 20 };

	(void)state;
	plot_set_number(&t, "rows", 3);
	plot_set_title(&t, 2, "short's");
	plot_set_title(&t, 3, "a name that does not fit into one line of a tile, but into two");
	plot_head(&t, "%s is better, %d %%", "higher", 95);
	assert_int_equal(t.heads, 2);
	assert_string_equal(buf_str(&t.vars), "rows=3\ntitle2='short'.\"'\".'s'\nmore2=''\n"
					      "title3='a name that does not fit into one line'\n"
					      "more3='of a tile, but into two'\n"
					      "head1='higher is better,'\nhead2='95 %'\n");
	plot_set_release(&t);
}

/* What is left of a name has the second line for itself, and no more than that. */
static void test_long_title(void **state)
{
	struct plot_set t = { 0 };

	(void)state;
	plot_set_title(&t, 1,
		       "a name-without-a-single-blank-that-is-longer-than-any-line-above-a-tile");
	assert_string_equal(buf_str(&t.vars), "title1='a'\n"
					      "more1='name-without-a-single-bl...-above-a-tile'\n");
	plot_set_release(&t);
}

/* --- parts of a bar --------------------------------------------------------------------------- */

/* A cell whose bars are this many instructions long, all subsystems of a size or the first larger
 * and the others smaller; what is left is of the last: it is in no subsystem of a name. */
static struct cost_cell cell_of(double baseline, double patched, double largest)
{
	struct cost_cell c = { .contrast = "default", .workload = "w", .varying = "", .pairs = 1 };
	const double whole[2] = { baseline, patched };

	for (int side = 0; side < 2; side++) {
		c.whole.instructions[side] = whole[side];
		for (unsigned k = 0; k < nr_subsystems; k++)
			c.subsystem[k].instructions[side] =
				whole[side] * (k ? (1 - largest) / (nr_subsystems - 1) : largest);
	}
	return c;
}

/* The largest share that the last column, the rest, has of a row's fifth, the whole bar. */
static double largest_rest(const char *table)
{
	struct strv lines = STRV_INIT;
	double most = 0;

	strv_split(&lines, table, "\n");
	assert_non_null(strstr(lines.v[0], ",the rest"));
	for (size_t i = 1; i < lines.n; i++) {
		struct strv field = STRV_INIT;
		double share;

		strv_split(&field, lines.v[i], ",");
		share = strtod(field.v[field.n - 1], NULL) / strtod(field.v[4], NULL);
		most = share > most ? share : most;
		strv_release(&field);
	}
	strv_release(&lines);
	return most;
}

/* No subsystem may hide in the rest, however many there are and wherever they stand. */
static void test_rest(void **state)
{
	struct cost_cell cells[] = { cell_of(1e5, 1e5, 1.0 / nr_subsystems), cell_of(1e5, 5e4, 0.7),
				     cell_of(1e5, 2e5, 0.9) };
	struct comparison none = { 0 };
	struct plot_request q = { .contrast = "default" };

	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct costs costs = { .cells = &cells[i], .nr_cells = 1 };
		const struct plot_source s = { .c = &none, .costs = &costs };
		struct plot_set t = { .wide = 80 };
		char *why = NULL;

		plot_fill_profile(&t, &s, &q, &why);
		assert_null(why);
		assert_int_equal(t.nr_tables, 1);
		if (i) /* the first has only parts of more than 5 % */
			assert_true(largest_rest(buf_str(&t.tables[0].text)) <= 0.05);
		else
			assert_null(strstr(buf_str(&t.tables[0].text), "the rest"));
		plot_set_release(&t);
	}
}

static void test_kinds(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (const struct plot_kind *k = plot_kinds; k->name; k++) {
		assert_ptr_equal(plot_find(k->name, &e), k);
		assert_non_null(strstr(k->script, ".gp"));
		assert_true(strlen(k->help) > 10 && strlen(k->needs) > 5);
	}
	assert_null(plot_find("pie", &e));
	assert_non_null(strstr(e.text, "unknown kind of plot 'pie'; known: forest, change"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_field),       cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_field_drawn), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_table),       cmocka_unit_test(test_row),
		cmocka_unit_test(test_variables),   cmocka_unit_test(test_long_title),
		cmocka_unit_test(test_rest),        cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
