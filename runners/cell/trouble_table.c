/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble_table.c: the kernel's lines in trouble; tests/unit/trouble_formats.h has its format
 * string for each pattern. Good runs have these, so they are not here: "Page cache invalidation
 * failure on direct I/O", "Direct I/O collision with buffered writes", warnings about the way of
 * mounting, and the advice of workqueues, hrtimer and perf.
 */
#include "runners/cell/trouble.h"

#define PATTERNS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 * Anchored where the kernel's line begins so, for text is easily quoted. Where a function adds a
 * prefix ("XFS (sda1): "), the format is the text after it.
 */
/* clang-format off */
const struct trouble troubles[] = {
	/* Troubles that end a guest. */
	{ "hard lockup", true, TROUBLE_LINE, STATUS_FAILED,
	  "a CPU was locked up with interrupts off",
	  PATTERNS("*Watchdog detected hard LOCKUP*", "*Kernel panic*Hard LOCKUP*") },
	{ "soft lockup", true, TROUBLE_LINE, STATUS_INVALID, "a CPU was locked up in the kernel",
	  PATTERNS("*BUG: soft lockup*", "*Kernel panic*softlockup*") },
	{ "BUG", true, TROUBLE_LINE, STATUS_FAILED, "the kernel ran into a BUG",
	  PATTERNS("*kernel BUG at *", "*Kernel BUG at *") },
	{ "oops", true, TROUBLE_LINE, STATUS_FAILED, "the kernel had an oops",
	  PATTERNS("*BUG: kernel NULL pointer dereference*", "*BUG: unable to handle *",
		   "*: Corrupted page table at address *",
		   "*BUG: * stack guard page was hit at *", "*PANIC: double fault*",
		   "*PANIC: early exception *", "*Thread overran stack, or stack corrupted*",
		   /* As die() prints it: "Oops: 0002 [#1] SMP", "divide error: 0000 [#1]". */
		   "*: [0-9a-f][0-9a-f][0-9a-f][0-9a-f] \\[#[0-9]*\\]*") },
	{ "out of memory", false, TROUBLE_LINE, STATUS_FAILED, "the guest ran out of memory",
	  PATTERNS("Out of memory*", "*Kernel panic*ut of memory*",
		   "*Kernel panic*deadlocked on memory*") },
	{ "hung task", true, TROUBLE_LINE, STATUS_INVALID, "a task hung in the kernel",
	  PATTERNS("INFO: task * blocked*for more than * seconds*",
		   "*Kernel panic*hung_task: blocked tasks*") },
	{ "panic", true, TROUBLE_LINE, STATUS_FAILED, "the guest panicked",
	  PATTERNS("*Kernel panic*") },
	{ "first process", false, TROUBLE_LINE, STATUS_FAILED, "the guest's first process gave up",
	  PATTERNS("fsduel-guest: *") },
	/* Not "Restarting system": so every guest ends. */
	{ "power-off", false, TROUBLE_LINE, STATUS_FAILED,
	  "the guest was powered off before it sent its results",
	  PATTERNS("reboot: Power down*", "reboot: System halted*") },
	/* How it ended, where it had no word for it. */
	{ "QEMU", false, TROUBLE_QEMU, STATUS_FAILED,
	  "QEMU did not run the guest to its end", NULL },
	{ "garbage", false, TROUBLE_GARBAGE, STATUS_FAILED,
	  "the guest's results arrived damaged", NULL },
	{ "restart", true, TROUBLE_OFF, STATUS_FAILED,
	  "the guest ended or restarted before it sent its results", NULL },
	{ "silence", true, TROUBLE_SILENCE, STATUS_FAILED,
	  "the guest was still running at its wall limit and was ended; it hangs, or wall in "
	  "[limits] is too short", NULL },
	/* Troubles that a guest outlives; the device's come before those of its file system. */
	{ "stall", true, TROUBLE_LINE, STATUS_INVALID, "a CPU or worker was stalled",
	  PATTERNS("rcu: INFO: *stall*", "INFO: rcu*stall*", "BUG: workqueue lockup*",
		   "*csd: * non-responsive CSD lock *") },
	{ "I/O error", false, TROUBLE_LINE, STATUS_INVALID, "the device had an I/O error",
	  PATTERNS("*I/O error, dev *", "*critical * error, dev *",
		   /* Not "operation not supported", of a discard or zeroing that a device lacks. */
		   "*timeout error, dev *", "*transport error, dev *",
		   "*device offline error, dev *", "*protection error, dev *",
		   "*Buffer I/O error on dev*", "*: attempt to access beyond end of device*",
		   "*: requested out-of-range block *",
		   "Trying to write to read-only block-device *",
		   "VFS: Dirty inode writeback failed for block device *",
		   "zram: *ompression failed! *") },
	{ "data loss", true, TROUBLE_LINE, STATUS_INVALID, "the file system lost data",
	  PATTERNS("EXT4-fs (*): Delayed block allocation failed for inode *",
		   "EXT4-fs (*): This should not happen!! Data will be lost*",
		   "EXT4-fs (*): failed to convert unwritten extents to written *",
		   "EXT4-fs (*): *potential data loss! *",
		   "EXT4-fs warning (device *): *: I/O error * writing to inode *",
		   "EXT4-fs warning (device *): ext4_convert_unwritten_extents*: *returned *",
		   "*: writeback error on inode *, offset *",
		   "XFS (*): page discard on page *") },
	{ "read-only remount", true, TROUBLE_LINE, STATUS_INVALID,
	  "the file system became read-only",
	  PATTERNS("*Remounting filesystem read-only*",
		   "BTRFS info (device *): forced readonly*") },
	{ "ext4 error", true, TROUBLE_LINE, STATUS_INVALID, "ext4 found an error",
	  PATTERNS("EXT4-fs error*", "EXT4-fs (*): error*",
		   "EXT4-fs (*): previous I/O error to superblock *",
		   "EXT4-fs (*): Inode * not cleared!*", "EXT4-fs (*): Inode *orphan!*",
		   "EXT4-fs (*): corruption in group *", "EXT4-fs (*): shut down requested *",
		   "EXT4-fs: *: aborting transaction: *",
		   "EXT4: jbd2_journal_dirty_metadata failed: *",
		   "EXT4-fs warning (device *): *rror *",
		   "EXT4-fs warning (device *): *orrupt*",
		   "EXT4-fs warning (device *): *couldn't *",
		   "EXT4-fs warning (device *): *Cannot *bitmap*",
		   "EXT4-fs warning (device *): *reserved data blocks*",
		   "EXT4-fs warning (device *): *assertion failed*",
		   "EXT4-fs warning (device *): *bad group: *", "Quota error (device *): *",
		   "JBD2: *rror*", "JBD2: Spotted dirty metadata buffer *", "JBD2: *orrupt*",
		   "JBD2: * wants too many credits *",
		   "*: journal block not found at offset *", "Aborting journal on device*") },
	{ "xfs error", true, TROUBLE_LINE, STATUS_INVALID, "xfs found an error",
	  PATTERNS("XFS (*): *orrupt*", "XFS (*): Metadata CRC error *",
		   "XFS (*): *shut*down*", "XFS (*): *Shutting down*", "XFS (*): *I/O *rror*",
		   "XFS (*): Internal error *", "XFS*: Assertion failed: *",
		   "XFS (*): Failing async write on buffer block *",
		   "XFS (*): *ran out of log space*", "XFS (*): *reservation ran out*",
		   "XFS (*): *reservation overrun*", "XFS (*): *run xfs_repair*",
		   "XFS (*): *unmount the filesystem and rectify *") },
	{ "btrfs error", true, TROUBLE_LINE, STATUS_INVALID, "btrfs found an error",
	  PATTERNS("BTRFS error *", "BTRFS: error *", "BTRFS critical *", "BTRFS alert *",
		   "BTRFS emergency *", "BTRFS: Transaction aborted *",
		   "BTRFS warning (device *): *of aborted transaction*",
		   "BTRFS warning (device *): *csum failed *",
		   "BTRFS warning (device *): checksum * failed *",
		   "BTRFS warning (device *): *sum error at *",
		   "BTRFS warning (device *): direct IO failed *",
		   "BTRFS warning (device *): lost *write due to IO error *",
		   "assertion failed: *, in fs/btrfs/*") },
	/* The message of a WARN comes before its WARNING line, and says more. */
	{ "bug report", true, TROUBLE_LINE, STATUS_INVALID, "the kernel reported a bug",
	  PATTERNS("BUG: *", "BUG * (*): *", "\\[ BUG: *",
		   "INFO: trying to register non-static key*",
		   /* Kernels before 4.13 say so; later ones say WARNING. */
		   "*INFO: possible * locking *", "*INFO: suspicious RCU usage*",
		   "UBSAN: * in *", "CFI failure at *", "refcount_t: *", "list_* corruption*",
		   "list_add double add: *", "ODEBUG: * object type: *",
		   "VFS: Busy inodes after unmount of *") },
	{ "WARNING", true, TROUBLE_LINE, STATUS_INVALID, "the kernel warned",
	  PATTERNS("WARNING: *") },
	{ "allocation failure", false, TROUBLE_LINE, STATUS_INVALID,
	  "the kernel was short of memory",
	  PATTERNS("*: page allocation failure: order:*", "*: vmalloc error: size *",
		   "ENOMEM in *, retrying.*", "XFS: * possible memory allocation deadlock *") },
	{ "lost log", false, TROUBLE_LOG_LOST, STATUS_INVALID,
	  "the kernel log overran before it could be read", NULL },
	{ .name = NULL },
};
/* clang-format on */
