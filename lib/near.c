/* SPDX-License-Identifier: GPL-2.0-or-later */
/* near.c: the nearest known name; see near.h. */
#include "lib/near.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define NEAR_MAX 64 /* longer words are not typing mistakes */

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, unsigned na, const char *b, unsigned nb)
{
	unsigned d[NEAR_MAX + 1][NEAR_MAX + 1];

	for (unsigned i = 0; i <= na; i++) {
		for (unsigned j = 0; j <= nb; j++) {
			unsigned n = i + j;

			if (i && j) {
				n = 1 + smaller(d[i - 1][j], d[i][j - 1]);
				n = smaller(n, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			}
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				n = smaller(n, d[i - 2][j - 2] + 1);
			d[i][j] = n;
		}
	}
	return d[na][nb];
}

const char *near_name(const char *word, const char *const *names)
{
	size_t len = strlen(word);
	unsigned best = (unsigned)len / 3 + 2;
	const char *found = NULL;

	for (; len && len <= NEAR_MAX && *names; names++) {
		size_t n = strlen(*names);
		unsigned d = n && n <= NEAR_MAX ? distance(word, (unsigned)len, *names, (unsigned)n)
						: best;

		if (d < best) {
			best = d;
			found = *names;
		}
	}
	return found;
}

void near_hint(struct buf *b, const char *word, const char *const *names)
{
	const char *near = near_name(word, names);

	if (near) {
		buf_addf(b, "; did you mean %s?", near);
		return;
	}
	for (size_t i = 0; names[i]; i++)
		buf_addf(b, "%s%s", i ? ", " : "; known: ", names[i]);
}

int near_check(const char *what, const char *word, const void *structs, size_t n, size_t size,
	       size_t offset, struct err *e)
{
	struct strv known = STRV_INIT;
	struct buf hint = BUF_INIT;
	bool found = false;

	for (size_t i = 0; i < n && !found; i++) {
		const char *have;

		memcpy(&have, (const char *)structs + i * size + offset, sizeof(have));
		found = !strcmp(have, word);
		if (strv_find(&known, have) < 0)
			strv_add(&known, have);
	}
	if (!found) {
		if (known.n)
			near_hint(&hint, word, (const char *const *)known.v);
		err_add(e, EINVAL, "no %s '%.64s' in these results%s", what, word, buf_str(&hint));
		err_exit(e, FSDUEL_USAGE);
	}
	buf_release(&hint);
	strv_release(&known);
	return found ? 0 : -EINVAL;
}
