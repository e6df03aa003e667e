/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port.c: fw_cfg and debugcon by port I/O; after QEMU's docs/specs/fw_cfg.txt. */
#include "runners/vm/port.h"

#include <errno.h>
#include <string.h>
#include <sys/io.h>

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
			       "cannot use I/O ports; build the kernel with "
			       "CONFIG_X86_IOPL_IOPERM");
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
