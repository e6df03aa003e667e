/* SPDX-License-Identifier: GPL-2.0-or-later */
/* num.c: see num.h. Whole numbers never pass through a double: "0.1s" is exactly 100 ms. */
#include "lib/num.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"
#define MAX_DECIMALS 18 /* 10^18 fits a uint64_t, and times any unit a 128-bit number */

/* num_format uses the first that divides; those behind the unit of size 1 are only read. */
struct unit {
	const char *name;
	uint64_t size;
};

static const struct unit count_units[] = { { "", 1 },        { "k", 1000 },       { "K", 1000 },
					   { "M", 1000000 }, { "G", 1000000000 }, { NULL, 0 } };

/* In either case. */
static const struct unit byte_units[] = { { "T", 1ull << 40 },
					  { "G", 1ull << 30 },
					  { "M", 1ull << 20 },
					  { "k", 1ull << 10 },
					  { "", 1 },
					  { "B", 1 },
					  { "TiB", 1ull << 40 },
					  { "GiB", 1ull << 30 },
					  { "MiB", 1ull << 20 },
					  { "KiB", 1ull << 10 },
					  { NULL, 0 } };

static const struct unit ns_units[] = { { "m", 60000000000 }, { "s", 1000000000 },
					{ "ms", 1000000 },    { "us", 1000 },
					{ "ns", 1 },          { "h", 3600000000000 },
					{ NULL, 0 } };

static const struct unit pct_units[] = { { "%", 1000 }, { NULL, 0 } };

static const struct {
	const struct unit *units;
	const char *expected; /* completes "... is not " */
	const char *smallest; /* what a value is counted in */
} kinds[] = {
	[NUM_COUNT] = { count_units, "a count such as 12 or 4k", "units" },
	[NUM_BYTES] = { byte_units, "a size such as 4k, 64M or 1G", "bytes" },
	[NUM_NS] = { ns_units, "a time with its unit, such as 80us, 250ms or 5m", "nanoseconds" },
	[NUM_PCT] = { pct_units, "a percentage with its sign, such as 2%, which is 0.02 of a value",
		      "thousandths of a per cent" },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A decimal number in pieces: whole + frac / scale, frac < scale. */
struct decimal {
	uint64_t whole, frac, scale;
};

/* Parse digits[.digits] at *s and move *s past it. */
static int parse_decimal(const char **s, struct decimal *d)
{
	const char *p = *s, *end;
	bool overflow = false;

	*d = (struct decimal){ 0, 0, 1 };
	if (!is_digit(*p))
		return -EINVAL;
	for (; is_digit(*p); p++) {
		overflow |= __builtin_mul_overflow(d->whole, 10u, &d->whole);
		overflow |= __builtin_add_overflow(d->whole, (uint64_t)(*p - '0'), &d->whole);
	}
	if (*p == '.') {
		if (!is_digit(*++p))
			return -EINVAL;
		for (end = p; is_digit(*end); end++)
			;
		*s = end;
		while (end[-1] == '0') /* stops at the '.' at the latest */
			end--;
		if (end - p > MAX_DECIMALS)
			return -EINVAL;
		for (; p < end; p++) {
			d->frac = d->frac * 10 + (uint64_t)(*p - '0');
			d->scale *= 10;
		}
	} else {
		*s = p;
	}
	return overflow ? -ERANGE : 0;
}

static const struct unit *find_unit(enum num_kind kind, const char *name, size_t len)
{
	for (const struct unit *u = kinds[kind].units; u->name; u++)
		if (strlen(u->name) == len && !(kind == NUM_BYTES ? strncasecmp(u->name, name, len)
								  : strncmp(u->name, name, len)))
			return u;
	return NULL;
}

/* -EDOM: a fraction of the smallest unit is left over. */
static int scale_decimal(const struct decimal *d, uint64_t unit, uint64_t *out)
{
	unsigned __int128 frac = (unsigned __int128)d->frac * unit;
	uint64_t whole;

	if (frac % d->scale)
		return -EDOM;
	if (__builtin_mul_overflow(d->whole, unit, &whole) ||
	    __builtin_add_overflow(whole, (uint64_t)(frac / d->scale), out))
		return -ERANGE;
	return 0;
}

static int parse(const char *s, enum num_kind kind, uint64_t *out)
{
	const struct unit *unit;
	struct decimal d;
	size_t len;
	int ret;

	s += strspn(s, BLANKS);
	ret = parse_decimal(&s, &d);
	if (ret == -EINVAL)
		return ret;
	for (len = strlen(s); len && strchr(BLANKS, s[len - 1]);)
		len--;
	unit = find_unit(kind, s, len);
	if (!unit && !len && !ret && !d.whole && !d.frac)
		unit = kinds[kind].units; /* nothing is nothing in any unit */
	if (!unit)
		return -EINVAL;
	return ret ? ret : scale_decimal(&d, unit->size, out);
}

int num_parse(const char *text, enum num_kind kind, uint64_t *out, struct err *e)
{
	uint64_t v;
	int ret = parse(text, kind, &v);

	if (ret == -ERANGE)
		return err_add(e, ERANGE, "'%.64s' is too large: the limit is 2^64 - 1 %s", text,
			       kinds[kind].smallest);
	if (ret == -EDOM)
		return err_add(e, EINVAL, "'%.64s' is not a whole number of %s", text,
			       kinds[kind].smallest);
	if (ret)
		return err_add(e, EINVAL, "'%.64s' is not %s", text, kinds[kind].expected);
	*out = v;
	return 0;
}

int num_parse_double(const char *text, double *out, struct err *e)
{
	size_t len = strlen(text);
	char *end = NULL;
	double v = 0;

	/* Only these characters: no blanks, no hexadecimal, no "nan", no "inf". */
	if (len && strspn(text, "0123456789+-.eE") == len)
		v = strtod(text, &end);
	if (end != text + len)
		return err_add(e, EINVAL, "'%.64s' is not a number", text);
	if (!isfinite(v))
		return err_add(e, EINVAL, "'%.64s' is too large for a double", text);
	*out = v;
	return 0;
}

char *num_format_double(char dst[32], double v)
{
	dst[0] = '\0';
	if (!isfinite(v))
		return dst;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(dst, 32, "%.*g", digits, v);
		if (strtod(dst, NULL) == v)
			break;
	}
	return dst;
}

static char *format_pct(char dst[32], uint64_t v)
{
	char frac[8];
	size_t len;

	snprintf(frac, sizeof(frac), ".%03u", (unsigned)(v % 1000));
	for (len = strlen(frac); len && (frac[len - 1] == '0' || frac[len - 1] == '.'); len--)
		frac[len - 1] = '\0';
	snprintf(dst, 32, "%llu%s%%", (unsigned long long)(v / 1000), frac);
	return dst;
}

char *num_format(char dst[32], uint64_t v, enum num_kind kind)
{
	const struct unit *u = kinds[kind].units;

	if (kind == NUM_PCT)
		return format_pct(dst, v);
	if (!v)
		return strcpy(dst, "0");
	while (v % u->size)
		u++;
	snprintf(dst, 32, "%llu%s", (unsigned long long)(v / u->size), u->name);
	return dst;
}

struct scale {
	double from, size;
	const char *name;
};

/* v / size for the first scale that v, rounded to so many digits, reaches; false: it reaches none.
 */
static bool format_scaled(char dst[32], double v, int digits, const struct scale *s)
{
	double r;

	/* Rounded first, so that 999.96 finds the scale of 1000. */
	snprintf(dst, 32, "%.*e", digits - 1, v);
	r = strtod(dst, NULL);
	while (s->name && fabs(r) < s->from)
		s++;
	if (s->name)
		snprintf(dst, 32, "%.*g%s", digits, r / s->size, s->name);
	return s->name;
}

char *num_format_si(char dst[32], double v)
{
	/* The plain numbers reach down to 0.001: "0.95" reads better than "950m". */
	static const struct scale prefixes[] = {
		{ 1e18, 1e18, "E" }, { 1e15, 1e15, "P" }, { 1e12, 1e12, "T" }, { 1e9, 1e9, "G" },
		{ 1e6, 1e6, "M" },   { 1e3, 1e3, "k" },   { 1e-3, 1, "" },     { 1e-6, 1e-6, "u" },
		{ 1e-9, 1e-9, "n" }, { 0, 0, NULL },
	};

	if (!isfinite(v))
		return strcpy(dst, "-");
	if (v == 0)
		return strcpy(dst, "0");
	if (!format_scaled(dst, v, 4, prefixes) || strchr(dst, 'e'))
		snprintf(dst, 32, "%.3e", v);
	return dst;
}

/* "3 m 20 s" and "2 h 5 m": two whole units, the smaller rounded to nearest. */
static char *format_long_time(char dst[32], uint64_t ns)
{
	uint64_t s = ns / 1000000000 + (ns % 1000000000 >= 500000000);
	uint64_t m = s / 60 + (s % 60 >= 30);

	if (s < 3600)
		snprintf(dst, 32, "%u m %u s", (unsigned)(s / 60), (unsigned)(s % 60));
	else
		snprintf(dst, 32, "%llu h %u m", (unsigned long long)(m / 60), (unsigned)(m % 60));
	return dst;
}

char *num_format_ns_human(char dst[32], uint64_t ns)
{
	static const struct scale units[] = {
		{ 1e9, 1e9, " s" }, { 1e6, 1e6, " ms" }, { 1e3, 1e3, " us" }, { 0, 1, " ns" }
	};

	if (ns >= 59950000000) /* what three digits would show as "60 s" */
		return format_long_time(dst, ns);
	format_scaled(dst, (double)ns, 3, units);
	return dst;
}

size_t num_hex(const char *text, uint64_t *out)
{
	size_t n = strspn(text, "0123456789abcdef");

	*out = 0;
	if (n > 16)
		return 0;
	for (size_t i = 0; i < n; i++)
		*out = *out << 4 | (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
	return n;
}
