/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.c: values of exported fields; see fields.h. */
#include "dashboards/export/fields.h"

#include <math.h>

#include "lib/clean.h"

json_t *field_text(const char *s)
{
	struct buf b = BUF_INIT;
	json_t *j;

	if (!s)
		return json_null();
	clean_add(&b, s);
	j = json_string(buf_str(&b));
	buf_release(&b);
	return j;
}

json_t *field_texts(const struct strv *list)
{
	json_t *j = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(j, field_text(list->v[i]));
	return j;
}

json_t *field_whole(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

json_t *field_real(bool there, double v)
{
	return FIELD_IF(there && isfinite(v), json_real(v));
}
