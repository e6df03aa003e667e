/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * num.h: the one parser and the one printer of numbers with units.
 */
#ifndef FSDUEL_LIB_NUM_H
#define FSDUEL_LIB_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum num_kind {
	NUM_COUNT, /* plain non-negative integer: 12; k (K), M, G accepted as 1000^n */
	NUM_BYTES, /* bytes: 512 4k 64M 1G 2T in either case, B, KiB to TiB; powers of 1024 */
	NUM_NS,    /* time: 10ns 80us 250ms 1s 5m 2h; a unit is required but for 0 */
	NUM_PCT,   /* per cent in thousandths: "2%" is 2000; only 0 needs no sign */
};

/*
 * Parse all of text (surrounding blanks allowed) as a number of this kind.
 * Decimals are accepted where the result is a whole unit ("1.5s", "0.5k" = 512
 * bytes), with a digit on both sides of the point and at most 18 after it. No
 * sign, no exponent, no blank before the unit. -EINVAL: not such a number;
 * -ERANGE: too large for 64 bits. The sentence names the text and what was
 * expected; *out is untouched on error.
 */
int num_parse(const char *text, enum num_kind kind, uint64_t *out, struct err *e);

/*
 * Parse a finite double, all of text, decimal, no blanks. -EINVAL otherwise (nan
 * and inf too). This and num_format_double want LC_NUMERIC to be "C", which it
 * is in a program that does not call setlocale.
 */
int num_parse_double(const char *text, double *out, struct err *e);

/*
 * The lower-case hex digits that text begins with, as in an address. Returns how many
 * there are; 0: none, or more than 16, and *out is 0.
 */
size_t num_hex(const char *text, uint64_t *out);

/*
 * Shortest decimal text that reads back as exactly the same double ("%.15g",
 * then 16, then 17 digits). Not for NaN or infinity: those give "".
 * dst needs 32 bytes. Returns dst.
 */
char *num_format_double(char dst[32], double v);

/*
 * Canonical text of a value parsed by num_parse: "64M", "80us", "12", "0.1%".
 * num_parse of the result gives v again. dst needs 32 bytes. Returns dst.
 */
char *num_format(char dst[32], uint64_t v, enum num_kind kind);

/*
 * For people: four significant digits and an SI prefix: "10.71k", "36.8M", "812",
 * "0.95", "120u"; "-" for NaN or infinity. Returns dst.
 */
char *num_format_si(char dst[32], double v);

/* For people: three digits, "1.25 ms", "812 ns", or two units, "3 m 20 s". Returns dst. */
char *num_format_ns_human(char dst[32], uint64_t ns);

#endif
