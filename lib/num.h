/* SPDX-License-Identifier: GPL-2.0-or-later */
/* num.h: the one parser and the one printer of numbers with units. */
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

/* All of text, blanks around it allowed. A fraction needs a whole result ("1.5s"); no sign, no
 * exponent, no blank before the unit. -ERANGE: too large. On error *out is untouched. */
int num_parse(const char *text, enum num_kind kind, uint64_t *out, struct err *e);

/* All of text, a finite decimal double without blanks. LC_NUMERIC must be "C". */
int num_parse_double(const char *text, double *out, struct err *e);

/* The lower-case hex digits that text begins with: their number; 0: none, or more than 16. */
size_t num_hex(const char *text, uint64_t *out);

/* All return dst. The shortest text that reads back as the same double; "": NaN, infinity. */
char *num_format_double(char dst[32], double v);

/* "64M", "80us", "12", "0.1%": num_parse of it gives v again. */
char *num_format(char dst[32], uint64_t v, enum num_kind kind);

/* For people: four digits, an SI prefix: "10.71k", "812", "0.95", "120u"; "-" for NaN, infinity. */
char *num_format_si(char dst[32], double v);

/* For people: three digits, "1.25 ms", "812 ns", or two units, "3 m 20 s". */
char *num_format_ns_human(char dst[32], uint64_t ns);

#endif
