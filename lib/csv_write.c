/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv_write.c: one CSV row as text; see csv.h. Apart from csv.c so that the
 * guest's static program, which only writes, does not pull libcsv in.
 */
#include "lib/csv.h"

#include <string.h>

#include "lib/num.h"

bool csv_is_formula(const char *s)
{
	size_t quotes = strspn(s, "'");
	double number;

	return s[quotes] && strchr("=+-@\t\r", s[quotes]) &&
	       (quotes || num_parse_double(s, &number, NULL));
}

/* RFC 4180, 2.6 and 2.7; blanks need no quotes there, and csv.c keeps them. */
static void add_field(struct buf *b, const char *s)
{
	const char *guard = csv_is_formula(s) ? "'" : "";

	if (!s[strcspn(s, ",\"\r\n")]) {
		buf_addf(b, "%s%s", guard, s);
		return;
	}
	buf_addf(b, "\"%s", guard);
	for (; *s; s++) {
		if (*s == '"')
			buf_addc(b, '"');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

void csv_add_row(struct buf *b, const char *const *fields, size_t n)
{
	/* A row that is one empty field would be a blank line, which no reader counts as a row. */
	if (n == 1 && (!fields[0] || !*fields[0]))
		buf_adds(b, "\"\"");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		if (fields[i])
			add_field(b, fields[i]);
	}
	buf_addc(b, '\n');
}
