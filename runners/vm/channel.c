/* SPDX-License-Identifier: GPL-2.0-or-later */
/* channel.c: ports and records between guest and host; QEMU's docs/specs/fw_cfg.txt. */
#include "runners/vm/channel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>

#include "lib/fs.h"
#include "runners/preload/preload.h"

#define FW_CFG_FILE_DIR 0x19

struct fw_cfg_file {
	unsigned char size[4];   /* big endian */
	unsigned char select[2]; /* big endian */
	unsigned char reserved[2];
	char name[56];
};

int port_open(struct err *e)
{
	if (ioperm(PORT_FW_CFG_SELECT, 2, 1) || ioperm(PORT_DEBUGCON, 1, 1) ||
	    ioperm(PORT_STOP, 1, 1))
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

bool port_told(const char *file)
{
	struct buf text = BUF_INIT;
	bool is = !port_read_file(file, &text, NULL) && !strcmp(buf_str(&text), "1");

	buf_release(&text);
	return is;
}

void port_write(const void *data, size_t len)
{
	__asm__ volatile("" : : "r"(data) : "memory");
	outsb(PORT_DEBUGCON, data, len);
}

void port_stop(void)
{
	outb(1, PORT_STOP);
}

/* --- records ------------------------------------------------------------------------- */

#define HELLO "fsduel-channel 1\n"
#define END_LEN (4 + SHA256_HEX) /* "end SHA\n" */

void channel_begin(struct buf *b)
{
	buf_adds(b, HELLO);
}

void channel_add_text(struct buf *b, const char *name, const char *text)
{
	buf_addf(b, "%s %s\n", name, text);
}

void channel_add(struct buf *b, const char *name, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	if (text)
		channel_add_text(b, name, text);
	free(text);
}

void channel_end(struct buf *b)
{
	char sha[SHA256_HEX];

	sha256_hex(b->data, b->len, sha);
	buf_addf(b, "end %s\n", sha);
}

/* Is the end of it what channel_end wrote behind the rest? */
static bool is_whole(const char *data, size_t len)
{
	char sha[SHA256_HEX], end[END_LEN + 1];

	if (len < strlen(HELLO) + END_LEN || memcmp(data, HELLO, strlen(HELLO)))
		return false;
	sha256_hex(data, len - END_LEN, sha);
	snprintf(end, sizeof(end), "end %s\n", sha);
	return !memcmp(data + len - END_LEN, end, END_LEN);
}

/* One "NAME JSON" line into out. */
static int read_record(const char *line, size_t len, json_t *out, char **result, struct err *e)
{
	const char *space = memchr(line, ' ', len);
	size_t head = space ? (size_t)(space + 1 - line) : 0;
	json_error_t je = { .text = "it has no name" };
	json_t *value = head ? json_loadb(space + 1, len - head,
					  JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &je)
			     : NULL;
	char *name = xstrndup(line, head ? head - 1 : 0);
	int ret = 0;

	if (!value)
		ret = err_add(e, EINVAL, "the guest's record '%s' is damaged: %s", name, je.text);
	else if (json_object_get(out, name) || json_object_set(out, name, value))
		ret = err_add(e, EINVAL, "the guest sent the record '%s' twice", name);
	else if (!strcmp(name, CHANNEL_RESULT))
		*result = xstrndup(space + 1, len - head);
	json_decref(value);
	free(name);
	return ret;
}

int channel_read(const char *data, size_t len, json_t **out, char **result, struct err *e)
{
	size_t begin = len && *data == PROFILE_SOON;
	const char *p = data + begin + strlen(HELLO), *end = data + len - END_LEN, *nl;
	int ret = 0;

	*out = NULL;
	*result = NULL;
	if (len == begin)
		return err_add(e, ENODATA, "the guest sent no results");
	if (!is_whole(data + begin, len - begin))
		return err_add(e, EINVAL, "the guest's results were cut short, or are none");
	*out = json_object();
	for (; !ret && p < end && (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		ret = read_record(p, (size_t)(nl - p), *out, result, e);
	if (ret) {
		json_decref(*out);
		free(*result);
		*out = NULL;
		*result = NULL;
	}
	return ret;
}
