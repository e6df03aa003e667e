/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trouble.c: consoles and kernel logs of real guests in trouble (recorded
 * by tests/guest/trouble.c on Debian's 6.1 and 6.12) are told apart, and
 * no damage to them does more than hide what was there.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "lib/rng.h"
#include "runners/cell/trouble.h"

#define CONSOLES "tests/data/consoles/"

static const struct {
	const char *file;    /* up to "-6.1.txt", "-6.12.txt" */
	const char *trouble; /* NULL: no line tells of any */
	enum status status;  /* of a cell run with figures */
	const char *reason;  /* part of it */
} recorded[] = {
	{ "bug", "BUG", STATUS_FAILED, "ran into a BUG: kernel BUG at mm/usercopy.c:10" },
	{ "ext4-error", "ext4 error", STATUS_INVALID,
	  "ext4 found an error: EXT4-fs error (device nullb0): trigger_test_error:" },
	{ "hung-task", "hung task", STATUS_INVALID, "a task hung in the kernel: INFO: task init:" },
	{ "io-error", "I/O error", STATUS_INVALID,
	  "an I/O error: I/O error, dev nullb0, sector 33376 op 0x1:(WRITE)" },
	{ "oops", "oops", STATUS_FAILED,
	  "had an oops: BUG: kernel NULL pointer dereference, address: 0000000000000000" },
	{ "out-of-memory", "out of memory", STATUS_FAILED,
	  "ran out of memory: Out of memory: Killed process" },
	{ "panic", "panic", STATUS_FAILED,
	  "the guest panicked: Kernel panic - not syncing: sysrq triggered crash" },
	/* The whole of a boot, all levels, and what 6.1 adds: nothing else in it is a trouble. */
	{ "power-off", "power-off", STATUS_FAILED,
	  "the guest was powered off before it sent its results: reboot: Power down" },
	{ "read-only", "read-only remount", STATUS_INVALID,
	  "became read-only: EXT4-fs (nullb0): Remounting filesystem read-only (also: ext4 "
	  "error)" },
	{ "restart", NULL, STATUS_OK, NULL },
	{ "soft-lockup", "soft lockup", STATUS_INVALID,
	  "locked up in the kernel: watchdog: BUG: soft lockup - CPU#0 stuck for 3s! [init:" },
	{ "warning", "bug report", STATUS_INVALID,
	  "the kernel reported a bug: refcount_t: underflow; use-after-free. in "
	  "refcount_warn_saturate (also: WARNING)" },
};
#define NR_RECORDED (sizeof(recorded) / sizeof(recorded[0]))

static size_t index_of(const char *file)
{
	const char *dash = strrchr(file, '-');
	size_t n = dash ? (size_t)(dash - file) : 0, i = 0;

	while (i < NR_RECORDED &&
	       (strlen(recorded[i].file) != n || memcmp(recorded[i].file, file, n)))
		i++;
	return i;
}

static void check_console(const char *file, size_t i)
{
	char *path = xasprintf(CONSOLES "%s", file);
	struct trouble_found f = TROUBLE_NONE;
	struct buf b = BUF_INIT;
	struct result r;

	assert_int_equal(fs_read(path, 0, &b, NULL), 0);
	result_init(&r);
	trouble_look(&f, buf_str(&b), b.len);
	trouble_fail(&f, STATUS_OK, "", &r);
	if (!recorded[i].trouble != !f.row || (f.row && strcmp(f.row->name, recorded[i].trouble)))
		fail_msg("%s: %s, not %s", file, f.row ? f.row->name : "nothing",
			 recorded[i].trouble ? recorded[i].trouble : "nothing");
	assert_int_equal(r.status, recorded[i].status);
	if (recorded[i].reason && !strstr(r.reason, recorded[i].reason))
		fail_msg("%s: '%s' has no '%s'", file, r.reason, recorded[i].reason);
	result_release(&r);
	trouble_release(&f);
	buf_release(&b);
	free(path);
}

static void recorded_consoles_are_told_apart(void **state)
{
	unsigned times[NR_RECORDED] = { 0 };
	DIR *dir = opendir(CONSOLES);
	struct dirent *d;

	(void)state;
	assert_non_null(dir);
	while ((d = readdir(dir))) {
		size_t i = index_of(d->d_name);

		if (d->d_name[0] == '.')
			continue;
		if (i == NR_RECORDED)
			fail_msg("nothing is expected of %s", d->d_name);
		check_console(d->d_name, i);
		times[i]++;
	}
	closedir(dir);
	for (size_t i = 0; i < NR_RECORDED; i++)
		if (!times[i])
			fail_msg("no console of %s", recorded[i].file);
}

static void the_first_row_is_the_reason_whatever_came_first(void **state)
{
	static const char text[] = "[    1.0] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1\n"
				   "[    2.0] EXT4-fs (nullb0): Remounting filesystem read-only\n"
				   "[    3.0] I/O error, dev nullb0, sector 7\r\n"
				   "[    3.1] I/O error, dev nullb0, sector 8\r\n";
	struct trouble_found f = TROUBLE_NONE;
	struct result r;

	(void)state;
	result_init(&r);
	trouble_look(&f, text, strlen(text));
	trouble_fail(&f, STATUS_FAILED, "measure: ended", &r);
	assert_string_equal(r.reason,
			    "the device had an I/O error: I/O error, dev nullb0, sector 7 "
			    "(also: read-only remount, WARNING); measure: ended");
	assert_int_equal(r.status, STATUS_FAILED);
	result_release(&r);

	/* How it ended explains more than what it outlived, and less than a panic. */
	result_init(&r);
	trouble_note(&f, TROUBLE_SILENCE, "there is nothing on its console");
	assert_string_equal(f.row->name, "silence");
	trouble_look(&f, "Kernel panic - not syncing: x", 29);
	trouble_fail(&f, STATUS_FAILED, "", &r);
	assert_string_equal(r.reason, "the guest panicked: Kernel panic - not syncing: x "
				      "(also: I/O error, read-only remount, WARNING)");
	result_release(&r);
	trouble_release(&f);
	assert_null(f.row);
}

/* Which troubles are a word against the kernel: what compare calls broken rests on the mark. */
static void only_the_kernels_own_trouble_marks_the_run(void **state)
{
	static const char *const others[] = {
		"out of memory", "first process",      "power-off", "QEMU", "garbage",
		"I/O error",     "allocation failure", "lost log",  NULL,
	};
	size_t found = 0;

	(void)state;
	for (const struct trouble *t = troubles; t->name; t++) {
		struct trouble_found f = { .row = t };
		bool other = false;
		struct result r;

		for (size_t i = 0; others[i]; i++)
			other |= !strcmp(t->name, others[i]);
		result_init(&r);
		r.marks = xstrdup("unsettled");
		trouble_fail(&f, STATUS_OK, "", &r);
		assert_string_equal(r.marks, other ? "unsettled"
					     : t->sign == TROUBLE_SILENCE
						     ? "unsettled," MARK_HUNG
						     : "unsettled," MARK_BROKEN);
		found += other;
		result_release(&r);
	}
	assert_int_equal(found, sizeof(others) / sizeof(others[0]) - 1);
}

/* Debian's 6.1.192-1 as it ends in dio_unwritten; and a warning, whose line says where. */
static void an_oops_says_where(void **state)
{
	static const char oops[] =
		"[    3.165383] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
		"[    3.165383] Oops: 0000 [#1] PREEMPT SMP PTI\n"
		"[    3.165383] RIP: 0010:ext4_mb_load_buddy_gfp+0xbc/0x380\n"
		"[    3.165383] RIP: 0033:0x7f2a5e1a7b1f\n"
		"[    3.165383] RIP: 0010:other+0xbc/0x380\n";
	static const char warning[] =
		"WARNING: CPU: 0 PID: 1 at lib/refcount.c:25 refcount_warn_saturate+0x74/0x110\n"
		"RIP: 0010:refcount_warn_saturate+0x74/0x110\n";
	struct trouble_found f = TROUBLE_NONE;
	struct result r;

	(void)state;
	result_init(&r);
	trouble_look(&f, warning, strlen(warning));
	trouble_look(&f, oops, strlen(oops));
	trouble_fail(&f, STATUS_FAILED, "", &r);
	assert_string_equal(r.reason,
			    "the kernel had an oops: BUG: kernel NULL pointer dereference, "
			    "address: 0000000000000000 in ext4_mb_load_buddy_gfp (also: WARNING)");
	trouble_release(&f);
	result_release(&r);
	result_init(&r);
	trouble_look(&f, warning, strlen(warning));
	trouble_fail(&f, STATUS_OK, "", &r);
	assert_null(strstr(r.reason, " in refcount"));
	trouble_release(&f);
	result_release(&r);
}

static void nothing_found_is_no_reason(void **state)
{
	struct trouble_found f = TROUBLE_NONE;
	struct result r;

	(void)state;
	result_init(&r);
	trouble_look(&f, "", 0);
	trouble_look(&f, "\n\n", 2);
	trouble_fail(&f, STATUS_FAILED, "why", &r);
	assert_int_equal(r.status, STATUS_OK);
	assert_null(r.reason);
	result_release(&r);
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void the_last_lines_are_kept(void **state)
{
	struct buf b = BUF_INIT;
	struct trouble_found none = TROUBLE_NONE;
	char *kept;

	(void)state;
	assert_null(trouble_excerpt(&none, "", 0));
	assert_null(trouble_excerpt(&none, "\r\n \n", 4));
	for (int i = 1; i <= 100; i++)
		buf_addf(&b, "line %d \r\n", i);
	buf_adds(&b, " \n\n");
	kept = trouble_excerpt(&none, b.data, b.len);
	assert_int_equal(count_lines(kept), TROUBLE_LINES);
	assert_memory_equal(kept, "line 76\n", 8);
	assert_string_equal(kept + strlen(kept) - 9, "line 100\n");
	free(kept);

	/* A flood without a line's end is cut. */
	buf_reset(&b);
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, 'x');
	kept = trouble_excerpt(&none, b.data, b.len);
	assert_true(strlen(kept) < 500);
	free(kept);
	buf_release(&b);
}

static void the_line_of_the_reason_is_kept_with_the_last(void **state)
{
	struct trouble_found f = TROUBLE_NONE;
	struct buf b = BUF_INIT;
	char *kept;

	(void)state;
	for (int i = 1; i <= 100; i++)
		buf_addf(&b, "[ 1.%d] %s %d\n", i, i == 40 ? "WARNING: CPU:" : "line", i);
	trouble_look(&f, b.data, b.len);
	kept = trouble_excerpt(&f, b.data, b.len);
	assert_int_equal(count_lines(kept), TROUBLE_LINES);
	assert_memory_equal(kept, "[ 1.40] WARNING: CPU: 40\n[ 1.41] line 41\n", 41);
	assert_non_null(strstr(kept, "[ 1.51] line 51\n[...]\n[ 1.89] line 89\n"));
	free(kept);

	/* So near that nothing is left out between them. */
	kept = trouble_excerpt(&f, b.data, (size_t)(strstr(b.data, "[ 1.65] ") - b.data));
	assert_int_equal(count_lines(kept), TROUBLE_LINES);
	assert_memory_equal(kept, "[ 1.40] WARNING: CPU: 40\n", 25);
	assert_null(strstr(kept, "[...]"));
	free(kept);
	kept = trouble_excerpt(&f, b.data, (size_t)(strstr(b.data, "[ 1.66] ") - b.data));
	assert_int_equal(count_lines(kept), TROUBLE_LINES);
	assert_non_null(strstr(kept, "[...]\n[ 1.54]"));
	free(kept);
	trouble_release(&f);
	buf_release(&b);
}

/* Bytes turned over, and the console cut off anywhere: one line of reason, or none. */
static void damaged_consoles_do_no_harm(void **state)
{
	struct rng rng = { .state = 7 };

	(void)state;
	for (int round = 0; round < 300; round++) {
		const char *file = CONSOLES "oops-6.12.txt";
		struct trouble_found f = TROUBLE_NONE;
		struct buf b = BUF_INIT;
		struct result r;
		char *kept;

		assert_int_equal(fs_read(file, 0, &b, NULL), 0);
		for (int i = 0; i < round; i++)
			b.data[rng_below(&rng, b.len)] = (char)rng_below(&rng, 256);
		b.len = rng_below(&rng, b.len + 1);
		result_init(&r);
		trouble_look(&f, b.data, b.len);
		trouble_fail(&f, STATUS_FAILED, "why", &r);
		assert_int_equal(!f.row, r.status == STATUS_OK);
		for (const char *p = r.reason; p && *p; p++)
			assert_true((unsigned char)*p >= ' ');
		kept = trouble_excerpt(&f, b.data, b.len);
		assert_true(!kept || count_lines(kept) <= TROUBLE_LINES);
		free(kept);
		result_release(&r);
		trouble_release(&f);
		buf_release(&b);
	}
}

/* On a host: what is said of another device is none of this cell's; what names none, is. */
static void lines_about_other_devices_are_known(void **state)
{
	static const struct {
		const char *line;
		bool of_sda1; /* or of none */
	} said[] = {
		{ "I/O error, dev sda1, sector 33376 op 0x1:(WRITE) flags 0x0", true },
		{ "I/O error, dev sda, sector 33376 op 0x1:(WRITE) flags 0x0", false },
		{ "I/O error, dev sda11, sector 1", false },
		{ "blk_update_request: critical medium error, dev sdb, sector 8", false },
		{ "Buffer I/O error on dev sda1, logical block 3, lost async page write", true },
		{ "Buffer I/O error on dev dm-1, logical block 3, lost async page write", false },
		{ "EXT4-fs error (device sda1): ext4_find_entry:1683: inode #2", true },
		{ "EXT4-fs error (device loop7): ext4_find_entry:1683: inode #2", false },
		{ "EXT4-fs (sda1): Remounting filesystem read-only", true },
		{ "EXT4-fs (sdb1): Remounting filesystem read-only", false },
		{ "Aborting journal on device sda1-8.", true },
		{ "Aborting journal on device sdb1-8.", false },
		{ "JBD2: Error -5 detected when updating journal superblock for sda1-8.", true },
		{ "JBD2: Detected IO errors while flushing file data on sdb1-8", false },
		{ "XFS (sda1): Corruption detected. Unmount and run xfs_repair", true },
		{ "XFS (nvme0n1p2): log I/O error -5", false },
		{ "BTRFS error (device sda1 state EA): bdev /dev/sda1 errs: wr 1", true },
		{ "BTRFS error (device sdb state EA): bdev /dev/sdb errs: wr 1", false },
		{ "BTRFS: error (device sdb) in btrfs_commit_transaction:2418", false },
		{ "sda1: writeback error on inode 131, offset 0, sector 8", true },
		{ "sdb1: writeback error on inode 131, offset 0, sector 8", false },
		{ "sda11: attempt to access beyond end of device", false },
		{ "sda1: attempt to access beyond end of device", true },
		{ "EXT4-fs warning (device sdb1): ext4_end_bio:343: I/O error 10 writing to",
		  false },
		{ "EXT4-fs warning (device sda1): ext4_end_bio:343: I/O error 10 writing to",
		  true },
		{ "VFS: Dirty inode writeback failed for block device sdb (err=-5).", false },
		{ "JBD2: previous I/O error detected for journal superblock update for sdb-8.",
		  false },
		{ "JBD2: Spotted dirty metadata buffer (dev = sda1, blocknr = 7). There's", true },
		{ "JBD2: Spotted dirty metadata buffer (dev = sdb1, blocknr = 7). There's", false },
		{ "BTRFS warning (device sda1): csum failed root 5 ino 257 off 0 csum 0x1", true },
		{ "BTRFS critical (device sdb1 state EA): corrupt leaf: root=5", false },
		{ "refcount_t: underflow; use-after-free.", true },
		{ "WARNING: CPU: 0 PID: 1 at fs/ext4/inode.c:3", true },
		{ "BUG: kernel NULL pointer dereference, address: 0000000000000000", true },
		{ "Out of memory: Killed process 7 (device )", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (trouble_elsewhere(said[i].line, "sda1") == said[i].of_sda1)
			fail_msg("%s", said[i].line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_consoles_are_told_apart),
		cmocka_unit_test(the_first_row_is_the_reason_whatever_came_first),
		cmocka_unit_test(only_the_kernels_own_trouble_marks_the_run),
		cmocka_unit_test(an_oops_says_where),
		cmocka_unit_test(nothing_found_is_no_reason),
		cmocka_unit_test(the_last_lines_are_kept),
		cmocka_unit_test(the_line_of_the_reason_is_kept_with_the_last),
		cmocka_unit_test(damaged_consoles_do_no_harm),
		cmocka_unit_test(lines_about_other_devices_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
