/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.c: /dev/kmsg (Documentation/ABI/testing/dev-kmsg): one read gives one record,
 * "prio,seq,usec,flags;text\n KEY=value...".
 */
#include "runners/cell/trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define TAIL_BYTES (1u << 20) /* kept of a log that grows without end */

int klog_open(struct klog *k, struct err *e)
{
	*k = KLOG_NONE;
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

/* A record's text has "\x0a" for a line's end in it, as in "Data will be lost\n" from ext4_msg. */
static void restore_lines(char *text)
{
	char *to = text;

	while (*text) {
		bool end = !strncmp(text, "\\x0a", 4);

		*to++ = end ? '\n' : *text;
		text += end ? 4 : 1;
	}
	*to = '\0';
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
	if (prio >> 3) /* the facility; the kernel's own is 0 */
		return NULL;
	end = strchr(++text, '\n');
	if (end)
		*end = '\0';
	restore_lines(text);
	return text;
}

/* Keep the line; of a log that grows without end only the last part. */
static void keep(struct buf *tail, const char *text)
{
	if (tail->len >= 2 * TAIL_BYTES) {
		memmove(tail->data, tail->data + tail->len - TAIL_BYTES, TAIL_BYTES + 1);
		tail->len = TAIL_BYTES;
	}
	buf_addf(tail, "%s\n", text);
}

int klog_scan(struct klog *k, struct trouble_found *f, struct err *e)
{
	char record[16384]; /* above the kernel's CONSOLE_EXT_LOG_MAX of 8 KiB */

	for (;;) {
		ssize_t n = read(k->fd, record, sizeof(record) - 1);
		const char *text;

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EPIPE) {
			trouble_note(f, TROUBLE_LOG_LOST, "");
			continue;
		}
		if (n < 0)
			return err_sys(e, errno, "cannot read the kernel log /dev/kmsg");
		if (!n)
			return 0;
		record[n] = '\0';
		text = record_text(record);
		if (!text || (k->device && trouble_elsewhere(text, k->device)))
			continue;
		keep(&k->tail, text);
		trouble_look(f, text, strlen(text));
	}
}

void klog_close(struct klog *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
	buf_release(&k->tail);
}
