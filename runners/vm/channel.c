/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.c: the record format between guest and host; see channel.h. */
#include "runners/vm/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"

#define HELLO "fsduel-channel 1\n"

void channel_begin(struct channel *c)
{
	c->records = 0;
	buf_init(&c->b);
	buf_adds(&c->b, HELLO);
}

void channel_add_text(struct channel *c, const char *name, const char *text)
{
	buf_addf(&c->b, "%s %s\n", name, text);
	c->records++;
}

void channel_add(struct channel *c, const char *name, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	if (text)
		channel_add_text(c, name, text);
	free(text);
}

void channel_end(struct channel *c)
{
	char sha[SHA256_HEX];

	sha256_hex(c->b.data, c->b.len, sha);
	buf_addf(&c->b, "end %u %s\n", c->records, sha);
}

/* One "NAME JSON" line into out. */
static int read_record(const char *line, size_t len, json_t *out, char **result, struct err *e)
{
	const char *space = memchr(line, ' ', len);
	json_error_t je;
	json_t *value;
	char *name;
	int ret = 0;

	if (!space || space == line)
		return err_add(e, EINVAL, "the guest sent a line that is no record: '%.*s'",
			       (int)(len < 60 ? len : 60), line);
	value = json_loadb(space + 1, len - (size_t)(space + 1 - line), JSON_DECODE_ANY, &je);
	if (!value)
		return err_add(e, EINVAL, "the guest's record is damaged: %s at column %d", je.text,
			       je.column);
	name = xstrndup(line, (size_t)(space - line));
	if (json_object_get(out, name))
		ret = err_add(e, EINVAL, "the guest sent the record '%s' twice", name);
	else if (json_object_set(out, name, value))
		ret = err_add(e, EINVAL, "the guest sent a record whose name is not UTF-8");
	else if (!strcmp(name, CHANNEL_RESULT))
		*result = xstrndup(space + 1, len - (size_t)(space + 1 - line));
	json_decref(value);
	free(name);
	return ret;
}

/* Check the "end N SHA" line that starts at end. */
static int check_end(const char *data, const char *end, size_t len, unsigned records, struct err *e)
{
	struct buf want = BUF_INIT;
	char sha[SHA256_HEX];
	int ret = 0;

	sha256_hex(data, (size_t)(end - data), sha);
	buf_addf(&want, "end %u %s", records, sha);
	if (want.len != len || memcmp(want.data, end, len))
		ret = err_add(e, EINVAL,
			      "the guest's results arrived damaged: "
			      "count or checksum of %u records is wrong",
			      records);
	buf_release(&want);
	return ret;
}

int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e)
{
	const char *p = data, *stop = data + len, *nl;
	unsigned records = 0;
	int ret;

	*out = NULL;
	*result = NULL;
	if (!len)
		return err_add(e, ENODATA, "the guest sent no results");
	if (len < strlen(HELLO) || memcmp(data, HELLO, strlen(HELLO)))
		return err_add(e, EINVAL, "the guest sent something else than results");
	p += strlen(HELLO);
	*out = json_object();
	for (; (nl = memchr(p, '\n', (size_t)(stop - p))); p = nl + 1) {
		if (!strncmp(p, "end ", 4)) {
			ret = check_end(data, p, (size_t)(nl - p), records, e);
			if (!ret && nl + 1 != stop)
				ret = err_add(e, EINVAL,
					      "the guest sent more after its end record");
			goto out;
		}
		ret = read_record(p, (size_t)(nl - p), *out, result, e);
		if (ret)
			goto out;
		records++;
	}
	ret = err_add(e, EINVAL, "the guest's results were cut short after %u records", records);
out:
	if (ret) {
		json_decref(*out);
		free(*result);
		*out = NULL;
		*result = NULL;
	}
	return ret;
}
