/* SPDX-License-Identifier: GPL-2.0-or-later */
/* near.c: the nearest known name; see near.h. */
#include "lib/near.h"

#include <errno.h>
#include <stdbool.h>
#include <limits.h>
#include <string.h>

#define NEAR_MAX 64 /* longer words are not typing mistakes */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance; both at most NEAR_MAX long. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][NEAR_MAX + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2];

	for (size_t j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *spare = before;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

const char *near_name(const char *word, const char *const *names)
{
	size_t len = strlen(word);
	unsigned best = UINT_MAX;
	const char *found = NULL;

	if (!len || len > NEAR_MAX)
		return NULL;
	for (; *names; names++) {
		size_t n = strlen(*names);
		unsigned d;

		if (!n || n > NEAR_MAX)
			continue;
		d = distance(word, len, *names, n);
		if (d < best) {
			best = d;
			found = *names;
		}
	}
	return best <= 1 + len / 3 ? found : NULL;
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
