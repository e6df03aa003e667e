/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.c: ports and records between guest and host; QEMU's docs/specs/fw_cfg.txt. */
#include "runners/vm/channel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>

#include "lib/fs.h"

#define FW_CFG_FILE_DIR 0x19

struct fw_cfg_file {
	unsigned char size[4];   /* big endian */
	unsigned char select[2]; /* big endian */
	unsigned char reserved[2];
	char name[56];
};

int port_open(struct err *e)
{
	if (ioperm(PORT_FW_CFG_SELECT, 2, 1) || ioperm(PORT_DEBUGCON, 1, 1))
		return err_sys(e, errno,
			       "cannot use I/O ports; the kernel needs CONFIG_X86_IOPL_IOPERM");
	return 0;
}

/* insb() of glibc does not tell the compiler that it writes memory. */
static void read_data(void *dst, size_t len)
{
	insb(PORT_FW_CFG_DATA, dst, len);
	__asm__ volatile("" : : "r"(dst) : "memory");
}

static size_t be32(const unsigned char *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

int port_read_file(const char *name, struct buf *b, struct err *e)
{
	struct fw_cfg_file f = { 0 };
	unsigned char count[4] = { 0 };

	outw(FW_CFG_FILE_DIR, PORT_FW_CFG_SELECT);
	read_data(count, sizeof(count));
	for (size_t n = be32(count); n; n--) {
		size_t len;

		read_data(&f, sizeof(f));
		if (strncmp(f.name, name, sizeof(f.name)))
			continue;
		len = be32(f.size);
		buf_grow(b, len + 1);
		outw((unsigned short)(f.select[0] << 8 | f.select[1]), PORT_FW_CFG_SELECT);
		read_data(b->data + b->len, len);
		b->len += len;
		b->data[b->len] = '\0';
		return 0;
	}
	return err_add(e, ENOENT, "the host gave the guest no file '%s'", name);
}

void port_write(const void *data, size_t len)
{
	__asm__ volatile("" : : "r"(data) : "memory");
	outsb(PORT_DEBUGCON, data, len);
}

/* --- records ------------------------------------------------------------------------- */

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
	value = json_loadb(space + 1, len - (size_t)(space + 1 - line),
			   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &je);
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

/* The line that channel_end wrote behind these records? It begins at end and is the last one. */
static bool is_end(const char *data, const char *end, size_t len, unsigned records)
{
	struct channel c = { .records = records };
	bool is;

	buf_add(&c.b, data, (size_t)(end - data));
	channel_end(&c);
	is = c.b.len == len && !memcmp(c.b.data + (end - data), end, (size_t)(data + len - end));
	buf_release(&c.b);
	return is;
}

static int read_all(const char *data, size_t len, json_t *out, char **result, struct err *e)
{
	const char *p = data + strlen(HELLO), *stop = data + len, *nl;
	unsigned records = 0;

	if (len < strlen(HELLO) || memcmp(data, HELLO, strlen(HELLO)))
		return err_add(e, EINVAL, "the guest sent something else than results");
	for (; (nl = memchr(p, '\n', (size_t)(stop - p))); p = nl + 1, records++) {
		int ret;

		if (!strncmp(p, "end ", 4))
			return is_end(data, p, len, records)
				       ? 0
				       : err_add(e, EINVAL,
						 "count or checksum of the guest's %u records is "
						 "wrong",
						 records);
		ret = read_record(p, (size_t)(nl - p), out, result, e);
		if (ret)
			return ret;
	}
	return err_add(e, EINVAL, "the guest's results were cut short after %u records", records);
}

int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e)
{
	int ret;

	*out = NULL;
	*result = NULL;
	if (!len)
		return err_add(e, ENODATA, "the guest sent no results");
	*out = json_object();
	ret = read_all(data, len, *out, result, e);
	if (ret) {
		json_decref(*out);
		free(*result);
		*out = NULL;
		*result = NULL;
	}
	return ret;
}
