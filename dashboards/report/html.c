/* SPDX-License-Identifier: GPL-2.0-or-later */
/* html.c: text made safe for each place of a page; see html.h. */
#include "dashboards/report/html.h"

#include <string.h>

#include "dashboards/words/text.h"
#include "lib/clean.h"

void html_add(struct buf *b, const char *s)
{
	static const char *const references[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	text_add_mapped(b, s ? s : "", references);
}

/* An argument of html_addf, for a conversion such as "%zu" or "%.3g": its last letter tells. */
static void add_argument(struct buf *b, const char *spec, size_t len, va_list *ap)
{
	size_t longs = strcspn(spec, "l") < len ? 2 : strcspn(spec, "z") < len ? 1 : 0;
	const char *point = memchr(spec, '.', len);

	switch (spec[len - 1]) {
	case 's':
		html_add(b, va_arg(*ap, const char *));
		break;
	case 'f':
		buf_addf(b, "%.*f", point ? point[1] - '0' : 6, va_arg(*ap, double));
		break;
	case 'g':
		buf_addf(b, "%.*g", point ? point[1] - '0' : 6, va_arg(*ap, double));
		break;
	case 'd':
		buf_addf(b, "%lld", longs == 2 ? va_arg(*ap, long long) : va_arg(*ap, int));
		break;
	case 'u':
		buf_addf(b, "%zu", longs ? va_arg(*ap, size_t) : va_arg(*ap, unsigned));
		break;
	default:
		buf_addc(b, spec[len - 1]); /* %% */
	}
}

void html_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	while (*fmt) {
		size_t len = strcspn(fmt, "%");

		buf_add(b, fmt, len);
		fmt += len;
		if (!*fmt)
			break;
		len = 2 + strcspn(fmt + 1, "%sfgdu");
		add_argument(b, fmt, len, &ap);
		fmt += len;
	}
	va_end(ap);
}

void html_add_path(struct buf *b, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/-._~";

	for (; *path; path++) {
		if (strchr(plain, *path))
			buf_addc(b, *path);
		else
			buf_addf(b, "%%%02X", (unsigned char)*path);
	}
}

/* < > & stand in strings only, so the bytes can be replaced one by one. */
static int add_json_bytes(const char *data, size_t len, void *b)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '<' || data[i] == '>' || data[i] == '&')
			buf_addf(b, "\\u%04x", (unsigned)data[i]);
		else
			buf_addc(b, data[i]);
	}
	return 0;
}

void html_add_json(struct buf *b, json_t *j, unsigned digits)
{
	j = clean_json(j);
	if (!j) /* what was no UTF-8 could not be packed */
		buf_adds(b, "null");
	json_dump_callback(j, add_json_bytes, b,
			   JSON_ENSURE_ASCII | JSON_COMPACT | JSON_ENCODE_ANY |
				   JSON_REAL_PRECISION(digits));
	json_decref(j);
}
