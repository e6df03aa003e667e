/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble.c: lines of a console or a kernel log compared with trouble_table.c. The log is /dev/kmsg
 * (Documentation/ABI/testing/dev-kmsg): one read gives "prio,seq,usec,flags;text\n KEY=value...".
 */
#include "runners/cell/trouble.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/schema.h"

#define TAIL_BYTES (1u << 20) /* kept of a log that grows without end */
#define REASON_CHARS 200      /* of a line, in a reason */
#define LINE_CHARS 400        /* of a line, in the excerpt */

/* As on a console, "[    4.123456][  T66] text", and from dmesg -r, "<4>[    4.123456] text". */
static const char *without_stamp(const char *line)
{
	size_t level = *line == '<' ? strspn(line + 1, "0123456789") : 0;

	if (level && line[1 + level] == '>')
		line += level + 2;
	while (*line == '[') {
		const char *end = line + 1 + strspn(line + 1, " .0123456789TC");

		if (*end != ']')
			break;
		line = end + 1 + strspn(end + 1, " ");
	}
	return line;
}

/* The next time stamp from here on: text begins anew behind it. NULL: none. */
static const char *next_stamp(const char *line)
{
	for (; (line = strchr(line, '[')); line++) {
		const char *seconds = line + 1 + strspn(line + 1, " ");
		const char *dot = seconds + strspn(seconds, "0123456789");

		if (dot > seconds && *dot == '.' && dot[1 + strspn(dot + 1, "0123456789")] == ']')
			return line;
	}
	return NULL;
}

static const struct trouble *row_of(const char *text)
{
	for (const struct trouble *t = troubles; t->name; t++)
		for (const char *const *p = t->patterns; p && *p; p++)
			if (!fnmatch(*p, text, 0))
				return t;
	return NULL;
}

const struct trouble *trouble_match(const char *line, const char **text)
{
	const struct trouble *best = NULL;

	for (; line; line = next_stamp(line)) {
		const struct trouble *t;

		line = without_stamp(line);
		t = row_of(line);
		if (t && (!best || t < best)) {
			best = t;
			*text = line;
		}
	}
	return best;
}

/* The kernel's words before a device's name, from the same files as the patterns. */
static const char *const before_name[] = {
	"(device ",      " on device ",   "/O error, dev ",      " error, dev ",
	" on dev ",      " data on ",     "superblock for ",     "update for ",
	"EXT4-fs (",     "XFS (",         "BTRFS info (device ", "(dev = ",
	"block device ", "block-device ", " for device ",        NULL,
};

/* Its words after a device's name that begins the line. */
static const char *const after_name[] = {
	": writeback error on inode ",
	": attempt to access beyond end of device",
	NULL,
};

/* jbd2 adds the inode of the journal: "sda1-8". */
static bool is_device(const char *name, size_t n, const char *device)
{
	size_t len = strlen(device);

	return n >= len && !strncmp(name, device, len) && (n == len || name[len] == '-');
}

bool trouble_elsewhere(const char *line, const char *device)
{
	size_t start = strcspn(line, ":");

	for (const char *const *p = after_name; *p; p++)
		if (!strncmp(line + start, *p, strlen(*p)))
			return !is_device(line, start, device);
	for (const char *const *p = before_name; *p; p++) {
		const char *name = strstr(line, *p);
		size_t n;

		if (!name)
			continue;
		name += strlen(*p);
		n = strcspn(name, " ,:;)");
		return n > 0 && !is_device(name, n, device);
	}
	return false;
}

/* The row has been seen; line becomes ours. */
static void take(struct trouble_found *f, const struct trouble *row, char *line)
{
	f->seen |= UINT64_C(1) << (row - troubles);
	if (f->row && f->row <= row) {
		free(line);
		return;
	}
	free(f->line);
	free(f->where);
	f->row = row;
	f->line = line;
	f->where = NULL;
}

/* "RIP: 0010:ext4_mb_load_buddy_gfp+0x1f/0x3f0 [ext4]", where the line itself has no function. */
static void note_where(struct trouble_found *f, const char *line)
{
	const char *name = without_stamp(line);
	size_t len;

	if (!f->row || f->where || strncmp(name, "RIP: ", 5))
		return;
	name += 5 + strspn(name + 5, "0123456789:");
	len = strcspn(name, "+ ");
	if (len && name[len] == '+' && !(f->line && memmem(f->line, strlen(f->line), name, len)))
		f->where = xstrndup(name, len);
}

static char *one_line(const char *text, size_t len)
{
	const char *cut = memchr(text, '\0', len);
	char *line;

	len = cut ? (size_t)(cut - text) : len;
	line = xstrndup(text, len < LINE_CHARS ? len : LINE_CHARS);
	len = strlen(line);
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		line[--len] = '\0';
	return line;
}

void trouble_look(struct trouble_found *f, const char *text, size_t len)
{
	const char *end = text + len, *nl;

	for (; text < end; text = nl + 1) {
		const struct trouble *row;
		const char *at;
		char *line;

		/* A console's garbage holds them in the middle of a line, too. */
		for (nl = text; nl < end && *nl && *nl != '\n' && *nl != '\r';)
			nl++;
		line = one_line(text, (size_t)(nl - text));
		row = trouble_match(line, &at);
		if (row)
			take(f, row, xstrdup(at));
		else
			note_where(f, line);
		free(line);
	}
}

void trouble_note(struct trouble_found *f, enum trouble_sign sign, const char *what)
{
	for (const struct trouble *t = troubles; t->name; t++)
		if (t->sign == sign)
			take(f, t, one_line(what, strlen(what)));
}

/* " (also: read-only remount, ext4 error)": rows after the reason that a guest outlives. */
static void add_also(struct buf *b, const struct trouble_found *f)
{
	bool first = true;

	for (const struct trouble *t = f->row + 1; t->name; t++) {
		if (!(f->seen >> (t - troubles) & 1) || t->status != STATUS_INVALID)
			continue;
		buf_addf(b, "%s%s", first ? " (also: " : ", ", t->name);
		first = false;
	}
	if (!first)
		buf_addc(b, ')');
}

void trouble_fail(const struct trouble_found *f, enum status status, const char *why,
		  struct result *r)
{
	struct buf b = BUF_INIT;

	if (!f->row)
		return;
	buf_adds(&b, f->row->sentence);
	if (f->line && f->line[0])
		buf_addf(&b, ": %.*s", REASON_CHARS, f->line);
	if (f->where)
		buf_addf(&b, " in %s", f->where);
	add_also(&b, f);
	if (why[0])
		buf_addf(&b, "; %s", why);
	if (f->row->sign == TROUBLE_SILENCE)
		result_mark(r, MARK_HUNG);
	else if (f->row->kernels)
		result_mark(r, MARK_BROKEN);
	result_fail(r, status != STATUS_OK ? status : f->row->status, "%s", b.data);
	buf_release(&b);
}

void trouble_release(struct trouble_found *f)
{
	free(f->line);
	free(f->where);
	*f = TROUBLE_NONE;
}

/* The start of the last n lines between text and end; there is at least one. */
static const char *back(const char *text, const char *end, unsigned n)
{
	const char *from = end;

	for (; from > text; from--)
		if (from[-1] == '\n' && !--n)
			break;
	return from;
}

/* The start of the line of that row; end when there is none. */
static const char *line_of(const struct trouble_found *f, const char *text, const char *end)
{
	size_t n = f->line ? strlen(f->line) : 0;
	const char *at = n ? memmem(text, (size_t)(end - text), f->line, n) : NULL;

	return at ? back(text, at, 1) : end;
}

/* Append at most n lines from text on. */
static void add_lines(struct buf *b, const char *text, const char *end, unsigned n)
{
	while (text < end && n--) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		char *line;

		nl = nl ? nl : end;
		line = one_line(text, (size_t)(nl - text));
		buf_addf(b, "%s\n", line);
		free(line);
		text = nl + 1;
	}
}

char *trouble_excerpt(const struct trouble_found *f, const char *text, size_t len)
{
	const char *end, *last, *at;
	struct buf b = BUF_INIT;

	while (len && strchr(" \r\n", text[len - 1]))
		len--;
	if (!len)
		return NULL;
	end = text + len;
	last = back(text, end, TROUBLE_LINES);
	at = line_of(f, text, end);
	if (at < last) {
		last = back(text, end, TROUBLE_LINES / 2);
		add_lines(&b, at, last, TROUBLE_LINES / 2);
		buf_adds(&b, "[...]\n");
	}
	add_lines(&b, last, end, TROUBLE_LINES);
	return buf_detach(&b, NULL);
}

/* --- the kernel log -------------------------------------------------------------------- */

int klog_open(struct klog *k, struct err *e)
{
	*k = KLOG_NONE;
	k->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (k->fd < 0)
		return err_sys(e, errno, "cannot open the kernel log /dev/kmsg (it needs root)");
	return lseek(k->fd, 0, SEEK_END) < 0
		       ? err_sys(e, errno, "cannot go to the end of /dev/kmsg")
		       : 0;
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
