/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.c: /dev/kmsg read from a noted position (Documentation/ABI/testing/
 * dev-kmsg): one read gives one record, "prio,seq,usec,flags;text\n KEY=value...".
 */
#include "runners/klog.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

/* One row a complaint; wildcards as in fnmatch(3), anywhere in the line. */
static const char *const patterns[] = {
	"WARNING:",
	"BUG:",
	"Oops",
	"general protection fault",
	"Kernel panic",
	"EXT4-fs error",
	"EXT4-fs (*): error",
	"JBD2: *rror",
	"I/O error",
	"Remounting filesystem read-only",
	"blocked for more than",
	"soft lockup",
	"rcu: INFO: * stall",
	"Out of memory",
	NULL,
};

const char *klog_match(const char *line)
{
	for (const char *const *p = patterns; *p; p++) {
		char anywhere[64];

		if (!strchr(*p, '*')) {
			if (strstr(line, *p))
				return *p;
			continue;
		}
		/* '(' is an ordinary character to fnmatch without FNM_EXTMATCH. */
		memcpy(anywhere, "*", 1);
		strcpy(stpcpy(anywhere + 1, *p), "*");
		if (!fnmatch(anywhere, line, 0))
			return *p;
	}
	return NULL;
}

int klog_open(struct klog *k, struct err *e)
{
	k->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (k->fd < 0)
		return err_sys(e, errno, "cannot open the kernel log /dev/kmsg (it needs root)");
	if (lseek(k->fd, 0, SEEK_END) < 0) {
		int errnum = errno;

		klog_close(k);
		return err_sys(e, errnum, "cannot go to the end of /dev/kmsg");
	}
	return 0;
}

/* Text of a record that the kernel wrote, cut out in place, or NULL for one of user space. */
static char *record_text(char *record)
{
	char *text = strchr(record, ';'), *end;
	unsigned long prio = 0;

	if (!text)
		return NULL;
	for (const char *p = record; *p >= '0' && *p <= '9'; p++)
		prio = prio * 10 + (unsigned long)(*p - '0');
	if (prio >> 3)  /* the facility; the kernel's own is 0 */
		return NULL;
	end = strchr(++text, '\n');
	if (end)
		*end = '\0';
	return text;
}

int klog_scan(struct klog *k, struct buf *hit, struct err *e)
{
	char record[16384];  /* above the kernel's CONSOLE_EXT_LOG_MAX of 8 KiB */
	int found = 0;

	for (;;) {
		ssize_t n = read(k->fd, record, sizeof(record) - 1);
		const char *text;

		if (n < 0 && errno == EAGAIN)
			return found;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			if (!found)
				buf_adds(hit, "the kernel log overran before it could be read");
			found = 1;
			continue;
		}
		if (n < 0)
			return err_sys(e, errno, "cannot read the kernel log /dev/kmsg");
		if (!n)
			return found;
		record[n] = '\0';
		text = record_text(record);
		if (!found && text && klog_match(text)) {
			buf_adds(hit, text);
			found = 1;
		}
	}
}

void klog_close(struct klog *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}
