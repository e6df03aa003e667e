/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble.c: the table of what can go wrong with a guest; see trouble.h. The
 * patterns are the kernel's own words, from its source: kernel/panic.c,
 * kernel/watchdog.c, kernel/hung_task.c, mm/oom_kill.c, lib/bug.c,
 * arch/x86/kernel/dumpstack.c, arch/x86/mm/fault.c, block/blk-core.c,
 * fs/buffer.c, fs/ext4/super.c, fs/jbd2/journal.c.
 */
#include "runners/cell/trouble.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/schema.h"

#define REASON_CHARS 200   /* of a line, in a reason */
#define LINE_CHARS 400     /* of a line, in what is kept */

#define PATTERNS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Anchored at the line's start where the kernel's line starts so: text is easily quoted. */
const struct trouble troubles[] = {
	/* What ends a guest. */
	{ "hard lockup", TROUBLE_LINE, STATUS_FAILED, "a CPU was locked up with interrupts off",
	  PATTERNS("*Watchdog detected hard LOCKUP*", "*Kernel panic*Hard LOCKUP*") },
	{ "soft lockup", TROUBLE_LINE, STATUS_INVALID, "a CPU was locked up in the kernel",
	  PATTERNS("*BUG: soft lockup*", "*Kernel panic*softlockup*") },
	{ "BUG", TROUBLE_LINE, STATUS_FAILED, "the kernel ran into a BUG",
	  PATTERNS("*kernel BUG at *") },
	/* The last one is what die() prints: "Oops: 0002 [#1] SMP", "divide error: 0000 [#1]". */
	{ "oops", TROUBLE_LINE, STATUS_FAILED, "the kernel had an oops",
	  PATTERNS("*BUG: kernel NULL pointer dereference*", "*BUG: unable to handle *",
		   "*: [0-9a-f][0-9a-f][0-9a-f][0-9a-f] \\[#[0-9]*\\]*") },
	{ "out of memory", TROUBLE_LINE, STATUS_FAILED, "the guest ran out of memory",
	  PATTERNS("Out of memory*", "*Kernel panic*ut of memory*",
		   "*Kernel panic*deadlocked on memory*") },
	{ "hung task", TROUBLE_LINE, STATUS_INVALID, "a task hung in the kernel",
	  PATTERNS("INFO: task * blocked*for more than * seconds*",
		   "*Kernel panic*hung_task: blocked tasks*") },
	{ "panic", TROUBLE_LINE, STATUS_FAILED, "the guest panicked",
	  PATTERNS("*Kernel panic*") },
	{ "first process", TROUBLE_LINE, STATUS_FAILED, "the guest's first process gave up",
	  PATTERNS("fsduel-guest: *") },
	/* Not "Restarting system": so every guest ends. */
	{ "power-off", TROUBLE_LINE, STATUS_FAILED,
	  "the guest was powered off before it sent its results",
	  PATTERNS("reboot: Power down*", "reboot: System halted*") },
	/* How it ended, where it had no word for it. */
	{ "QEMU", TROUBLE_QEMU, STATUS_FAILED, "QEMU did not run the guest to its end", NULL },
	{ "garbage", TROUBLE_GARBAGE, STATUS_FAILED, "the guest's results arrived damaged", NULL },
	{ "restart", TROUBLE_OFF, STATUS_FAILED,
	  "the guest ended or restarted before it sent its results", NULL },
	{ "silence", TROUBLE_SILENCE, STATUS_FAILED,
	  "the guest was still running at its wall limit and was ended; it hangs, or wall in "
	  "[limits] is too short", NULL },
	/* What a guest outlives; what the device did comes before what the file system made of it. */
	{ "stall", TROUBLE_LINE, STATUS_INVALID, "a CPU or worker was stalled",
	  PATTERNS("rcu: INFO: *stall*", "INFO: rcu*stall*", "BUG: workqueue lockup*") },
	{ "I/O error", TROUBLE_LINE, STATUS_INVALID, "the device had an I/O error",
	  PATTERNS("*I/O error, dev *", "*critical * error, dev *", "*Buffer I/O error on dev*") },
	{ "read-only remount", TROUBLE_LINE, STATUS_INVALID, "the file system became read-only",
	  PATTERNS("*Remounting filesystem read-only*") },
	{ "ext4 error", TROUBLE_LINE, STATUS_INVALID, "ext4 found an error",
	  PATTERNS("EXT4-fs error*", "EXT4-fs (*): error*", "JBD2: *rror*",
		   "Aborting journal on device*") },
	{ "xfs error", TROUBLE_LINE, STATUS_INVALID, "xfs found an error",
	  PATTERNS("XFS (*): *orruption*", "XFS (*): *shut*down*", "XFS (*): *I/O *rror*") },
	{ "btrfs error", TROUBLE_LINE, STATUS_INVALID, "btrfs found an error",
	  PATTERNS("BTRFS error *", "BTRFS: error *", "BTRFS critical *") },
	{ "bug report", TROUBLE_LINE, STATUS_INVALID, "the kernel reported a bug",
	  PATTERNS("BUG: *") },
	{ "WARNING", TROUBLE_LINE, STATUS_INVALID, "the kernel warned",
	  PATTERNS("WARNING: *") },
	{ "allocation failure", TROUBLE_LINE, STATUS_INVALID, "the kernel was short of memory",
	  PATTERNS("*: page allocation failure: order:*") },
	{ "lost log", TROUBLE_LOG_LOST, STATUS_INVALID,
	  "the kernel log overran before it could be read", NULL },
	{ .name = NULL },
};

/* "[    4.123456][  T66] text" of a console; a record of /dev/kmsg has no such thing. */
static const char *without_stamp(const char *line)
{
	while (*line == '[') {
		const char *end = line + 1 + strspn(line + 1, " .0123456789TC");

		if (*end != ']')
			break;
		line = end + 1 + strspn(end + 1, " ");
	}
	return line;
}

const struct trouble *trouble_match(const char *line)
{
	line = without_stamp(line);
	for (const struct trouble *t = troubles; t->name; t++)
		for (const char *const *p = t->patterns; p && *p; p++)
			if (!fnmatch(*p, line, 0))
				return t;
	return NULL;
}

/* What the kernel writes before a device's name, from the same files as the patterns. */
static const char *const before_name[] = {
	"(device ", " on device ", "/O error, dev ", " error, dev ", " on dev ", " data on ",
	"superblock for ", "EXT4-fs (", "XFS (", "BTRFS info (device ", NULL,
};

bool trouble_elsewhere(const char *line, const char *device)
{
	size_t len = strlen(device);

	for (const char *const *p = before_name; *p; p++) {
		const char *name = strstr(line, *p);
		size_t n;

		if (!name)
			continue;
		name += strlen(*p);
		n = strcspn(name, " ,:;)");
		/* jbd2 adds the inode of the journal: "sda1-8". */
		if (n >= len && !strncmp(name, device, len) && (n == len || name[len] == '-'))
			return false;
		return n > 0;
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
	if (!len || name[len] != '+')
		return;
	f->where = xstrndup(name, len);
	if (f->line && strstr(f->line, f->where)) {
		free(f->where);
		f->where = NULL;
	}
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
		char *line;

		nl = memchr(text, '\n', (size_t)(end - text));
		nl = nl ? nl : end;
		line = one_line(text, (size_t)(nl - text));
		row = trouble_match(line);
		if (row)
			take(f, row, xstrdup(without_stamp(line)));
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

/* Rows that are no word against the kernel: the device, the memory it was given, QEMU, fsduel. */
static const char *const others[] = {
	"out of memory", "first process", "power-off", "QEMU", "garbage", "I/O error",
	"allocation failure", "lost log",
};

static bool is_the_kernels(const struct trouble *row)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(row->name, others[i]))
			return false;
	return true;
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
	else if (is_the_kernels(f->row))
		result_mark(r, MARK_BROKEN);
	result_fail(r, status != STATUS_OK ? status : f->row->status, "%s", b.data);
	buf_release(&b);
}

void trouble_release(struct trouble_found *f)
{
	free(f->line);
	free(f->where);
	*f = (struct trouble_found)TROUBLE_NONE;
}

/* The start of the last n lines of what lies between text and end, which is not empty. */
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
