/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_trouble_lines.c: every pattern of the table in trouble_table.c has a line as the kernel
 * writes it, and a format string in the kernel's source that writes such lines; lines that say
 * nothing of trouble are in no row. The source is read where it is there: in the cache, where
 * `fsduel kernel build` unpacks it, or in the folders 6.1 and 6.12 of $FSDUEL_KERNEL_SOURCE.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "runners/cell/trouble.h"
#include "tests/unit/trouble_formats.h"
#include "tests/unit/skip.h"

/* Those that could not be provoked here are from the kernel's source. */
/* clang-format off */
static const struct {
	const char *trouble, *line;
} lines[] = {
	{ "hard lockup", "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1" },
	{ "hard lockup", "watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 0" },
	{ "hard lockup", "Kernel panic - not syncing: Hard LOCKUP" },
	{ "soft lockup", "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [fio:1]" },
	{ "soft lockup", "[   31.5] Kernel panic - not syncing: softlockup: hung tasks" },
	{ "BUG", "------------[ cut here ]------------ kernel BUG at fs/ext4/inode.c:3!" },
	{ "BUG", "kernel BUG at fs/jbd2/transaction.c:1629!" },
	{ "BUG", "Kernel BUG at ext4_writepages+0x2f/0x30 [verbose debug info unavailable]" },
	{ "oops", "Oops: 0000 [#1] PREEMPT SMP" },
	{ "oops", "Oops: general protection fault, probably for non-canonical address "
		  "0xdead000000000108: 0000 [#12] SMP NOPTI" },
	{ "oops", "divide error: 0000 [#1] PREEMPT SMP" },
	{ "oops", "stack guard page: 0000 [#1] PREEMPT SMP" },
	{ "oops", "BUG: unable to handle page fault for address: ffff88800badcafe" },
	{ "oops", "BUG: kernel NULL pointer dereference, address: 0000000000000008" },
	{ "oops", "fio: Corrupted page table at address 7f0012340000" },
	{ "oops", "BUG: TASK stack guard page was hit at 00000000e6c1a5b3 (stack is "
		  "000000001f1a..00000000d2c7)" },
	{ "oops", "traps: PANIC: double fault, error_code: 0x0" },
	{ "oops", "PANIC: early exception 0x0e IP 10:ffffffff81000000 error 0 cr2 0x8" },
	{ "oops", "Thread overran stack, or stack corrupted" },
	{ "out of memory", "Out of memory: Killed process 1 (fio)" },
	{ "out of memory", "Out of memory and no killable processes..." },
	{ "out of memory",
	  "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled" },
	{ "out of memory",
	  "Kernel panic - not syncing: System is deadlocked on memory" },
	{ "hung task", "INFO: task fio:12 blocked for more than 120 seconds." },
	{ "hung task", "INFO: task fio:12 blocked in I/O wait for more than 120 seconds." },
	{ "hung task", "Kernel panic - not syncing: hung_task: blocked tasks" },
	{ "panic", "[    0.5][    T1] Kernel panic - not syncing: VFS: Unable to mount root fs" },
	{ "panic", "Kernel panic - not syncing: EXT4-fs (device vda): panic forced after error" },
	{ "first process", "fsduel-guest: cannot use I/O ports" },
	{ "power-off", "[    9.1] reboot: System halted" },
	{ "power-off", "reboot: Power down" },
	{ "stall", "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:" },
	{ "stall", "rcu: INFO: rcu_sched self-detected stall on CPU" },
	{ "stall", "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-.... }" },
	{ "stall", "INFO: rcu_tasks detected stalls on tasks:" },
	{ "stall", "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 43s!" },
	{ "stall", "smp: csd: Detected non-responsive CSD lock (#1) on CPU#1, waiting 5000000032 "
		   "ns for CPU#00 do_sync_core+0x0/0x10(do_sync_core)." },
	{ "I/O error", "Buffer I/O error on dev nullb0, logical block 1, lost async page write" },
	{ "I/O error", "Buffer I/O error on device vda, logical block 1" },
	{ "I/O error", "blk_update_request: I/O error, dev nullb0, sector 8 op 0x1:(WRITE)" },
	{ "I/O error", "critical medium error, dev vda, sector 8 op 0x0:(READ)" },
	{ "I/O error", "critical space allocation error, dev dm-1, sector 8 op 0x1:(WRITE)" },
	{ "I/O error", "timeout error, dev nvme0n1, sector 8 op 0x1:(WRITE) flags 0x0" },
	{ "I/O error", "recoverable transport error, dev sda, sector 8 op 0x1:(WRITE) flags 0x0" },
	{ "I/O error", "device offline error, dev sda, sector 8 op 0x1:(WRITE) flags 0x0" },
	{ "I/O error", "protection error, dev nvme0n1, sector 8 op 0x0:(READ) flags 0x0" },
	{ "I/O error", "vda: attempt to access beyond end of device" },
	{ "I/O error", "grow_buffers: requested out-of-range block 18446744073709551615 for "
		       "device vda" },
	{ "I/O error", "Trying to write to read-only block-device vda" },
	{ "I/O error", "VFS: Dirty inode writeback failed for block device vda (err=-5)." },
	{ "I/O error", "zram: Compression failed! err=-12" },
	{ "I/O error", "zram: Decompression failed! err=-22, page=7" },
	{ "data loss", "EXT4-fs (nullb0): Delayed block allocation failed for inode 12 at logical "
		       "offset 0 with max blocks 2048 with error 28" },
	{ "data loss", "EXT4-fs (nullb0): This should not happen!! Data will be lost" },
	{ "data loss", "EXT4-fs (vda): failed to convert unwritten extents to written extents -- "
		       "potential data loss!  (inode 12, error -5)" },
	{ "data loss", "EXT4-fs (vda): error restoring inline_data for inode -- potential data "
		       "loss! (inode 12, error -5)" },
	{ "data loss", "EXT4-fs warning (device nullb0): ext4_end_bio:343: I/O error 10 writing to "
		       "inode 12 starting block 34816)" },
	{ "data loss", "EXT4-fs warning (device nullb0): ext4_convert_unwritten_extents:4896: inode "
		       "#12: block 0: len 16: ext4_ext_map_blocks returned -5" },
	{ "data loss", "nullb0: writeback error on inode 131, offset 0, sector 1024" },
	{ "data loss", "XFS (vda): page discard on page 00000000a1b2c3d4, inode 0x83, pos 0." },
	{ "read-only remount", "EXT4-fs (nullb0): Remounting filesystem read-only" },
	{ "read-only remount", "BTRFS info (device nullb0 state EA): forced readonly" },
	{ "ext4 error", "EXT4-fs error (device nullb0): ext4_lookup:1855: inode #2: comm x: y" },
	{ "ext4 error", "EXT4-fs error (device nullb0) in ext4_reserve_inode_write:5764: IO failure" },
	{ "ext4 error", "EXT4-fs (nullb0): error count since last fsck: 1" },
	{ "ext4 error", "EXT4-fs (vda): previous I/O error to superblock detected" },
	{ "ext4 error", "EXT4-fs (vda): Inode 12 (00000000c0ffee00): i_reserved_data_blocks (3) "
			"not cleared!" },
	{ "ext4 error", "EXT4-fs (vda): Inode 12 (00000000c0ffee00): inode tracked as orphan!" },
	{ "ext4 error", "EXT4-fs (vda): corruption in group 1 at byte 7(56): ff in copy != 7f on "
			"disk/prealloc" },
	{ "ext4 error", "EXT4-fs (vda): shut down requested (1)" },
	{ "ext4 error", "EXT4-fs: ext4_dirty_inode:6000: aborting transaction: IO failure in "
			"__ext4_journal_get_write_access" },
	{ "ext4 error", "EXT4: jbd2_journal_dirty_metadata failed: handle type 5 started at line "
			"120, credits 8/0, errcode -28" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_discard_preallocations:5518: Error -5 "
			"loading buddy information for 3" },
	{ "ext4 error", "EXT4-fs warning (device vda): htree_dirblock_to_tree:1083: inode #2: lblock "
			"3: comm x: error -5 reading directory block" },
	{ "ext4 error", "EXT4-fs warning (device vda): dx_probe:966: inode #2: comm x: Corrupt "
			"directory, running e2fsck is recommended" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_evict_inode:262: couldn't mark inode "
			"dirty (err -5)" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_read_block_bitmap_nowait:494: Cannot get "
			"buffer for block bitmap - block_group = 3, block_bitmap = 99" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_da_update_reserve_space:350: "
			"ext4_da_update_reserve_space: ino 12, used 2 with only 1 reserved data "
			"blocks" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_map_blocks:538: ES len assertion failed "
			"for inode 12: retval 1 != map->m_len 2" },
	{ "ext4 error", "EXT4-fs warning (device vda): ext4_mb_release_group_pa:5470: bad group: "
			"expected 1, group 2, pa_start 8" },
	{ "ext4 error", "Quota error (device vda): qtree_write_dquot: dquota write failed" },
	{ "ext4 error", "JBD2: error -5 scanning journal" },
	{ "ext4 error", "JBD2: Error -5 detected when updating journal superblock for nullb0-8." },
	{ "ext4 error", "JBD2: I/O error when updating journal superblock for nullb0-8." },
	{ "ext4 error", "JBD2: Detected IO errors while flushing file data on nullb0-8" },
	{ "ext4 error", "JBD2: journal transaction 3 on vda-8 is corrupt." },
	{ "ext4 error", "JBD2: Spotted dirty metadata buffer (dev = vda, blocknr = 7). There's a "
			"risk of filesystem corruption in case of system crash." },
	{ "ext4 error", "JBD2: fio wants too many credits credits:300 rsv_credits:0 max:256" },
	{ "ext4 error", "jbd2_journal_bmap: journal block not found at offset 12 on vda-8" },
	{ "ext4 error", "Aborting journal on device nullb0-8." },
	{ "xfs error", "XFS (nullb0): Metadata corruption detected at xfs_agf_read_verify" },
	{ "xfs error", "XFS (nullb0): Corruption of in-memory data (0x8) detected at "
		       "xfs_defer_finish_noroll+0x1/0x2 (fs/xfs/libxfs/xfs_defer.c:573).  Shutting "
		       "down filesystem." },
	{ "xfs error", "XFS (vda): Metadata CRC error detected at xfs_agf_read_verify+0xa1/0xf0 "
		       "[xfs], xfs_agf block 0x1 " },
	{ "xfs error", "XFS (nullb0): Filesystem has been shut down due to log error (0x2)." },
	{ "xfs error", "XFS (vda): Log I/O Error (0x2) detected at xlog_ioend_work+0x1/0x2 "
		       "(fs/xfs/xfs_log.c:1378).  Shutting down filesystem." },
	{ "xfs error", "XFS (vda): Unplanned (0x1) detected at x+0x1/0x2 (fs/xfs/x.c:1).  Shutting "
		       "down filesystem." },
	{ "xfs error", "XFS (vda): log I/O error -5" },
	{ "xfs error", "XFS (vda): metadata I/O error in \"xfs_trans_read_buf_map+0x1/0x2 [xfs]\" at "
		       "daddr 0x1 len 1 error 5" },
	{ "xfs error", "XFS (vda): Internal error ltrec.rm_startblock > bno at line 578 of file "
		       "fs/xfs/libxfs/xfs_rmap.c.  Caller xfs_rmap_unmap+0x1/0x2 [xfs]" },
	{ "xfs error", "XFS (vda): Assertion failed: ip->i_delayed_blks == 0, file: "
		       "fs/xfs/xfs_icache.c, line: 1853" },
	{ "xfs error", "XFS: Assertion failed: 0, file: fs/xfs/xfs_message.c, line: 1" },
	{ "xfs error", "XFS (vda): Failing async write on buffer block 0x1. Retrying async write." },
	{ "xfs error", "XFS (vda): xlog_verify_tail_lsn: ran out of log space" },
	{ "xfs error", "XFS (vda): ctx ticket reservation ran out. Need to up reservation" },
	{ "xfs error", "XFS (vda): Transaction log reservation overrun:" },
	{ "xfs error", "XFS (vda): Unmount and run xfs_repair" },
	{ "xfs error", "XFS (vda): Please unmount the filesystem and rectify the problem(s)" },
	{ "btrfs error", "BTRFS error (device nullb0): bdev /dev/nullb0 errs: wr 1, rd 0, flush 0" },
	{ "btrfs error", "BTRFS critical (device nullb0): corrupt leaf: root=5 block=30 slot=1" },
	{ "btrfs error", "BTRFS: error (device nullb0 state A) in btrfs_commit_transaction:2418: "
			 "errno=-5 IO failure (Error while writing out transaction)" },
	{ "btrfs error", "BTRFS alert (device vda): leaf 30 gen 7 total ptrs 3 free space 15 owner 5" },
	{ "btrfs error", "BTRFS emergency (device vda state A): leak" },
	{ "btrfs error", "BTRFS: Transaction aborted (error -28)" },
	{ "btrfs error", "BTRFS warning (device vda state EA): Skipping commit of aborted "
			 "transaction." },
	{ "btrfs error", "BTRFS warning (device vda): csum failed root 5 ino 257 off 0 csum "
			 "0x8941f998 expected csum 0xd8ab9b63 mirror 1" },
	{ "btrfs error", "BTRFS warning (device vda): checksum verify failed on logical 30 mirror 1 "
			 "wanted 0x1 found 0x2 level 0" },
	{ "btrfs error", "BTRFS warning (device vda): checksum error at logical 30 on dev /dev/vda, "
			 "physical 30: metadata leaf (level 0) in tree 5" },
	{ "btrfs error", "BTRFS warning (device vda): direct IO failed ino 257 op 0x1 offset 0x0 len "
			 "4096 err no 10" },
	{ "btrfs error", "BTRFS warning (device vda): lost super block write due to IO error on "
			 "/dev/vda (-5)" },
	{ "btrfs error", "assertion failed: ret == 0, in fs/btrfs/ctree.c:123" },
	{ "bug report", "BUG: sleeping function called from invalid context at mm/x.c:1" },
	{ "bug report", "BUG: scheduling while atomic: fio/12/0x00000002" },
	{ "bug report", "BUG: Bad page state in process fio  pfn:0badc" },
	{ "bug report", "BUG: Bad rss-counter state mm:00000000c0ffee00 type:MM_FILEPAGES val:1" },
	{ "bug report", "BUG: KASAN: slab-use-after-free in ext4_find_extent+0x1/0x2" },
	{ "bug report", "BUG: KFENCE: out-of-bounds read in ext4_search_dir+0x1/0x2" },
	{ "bug report", "BUG: KMSAN: uninit-value in ext4_ext_insert_extent+0x1/0x2" },
	{ "bug report", "BUG: KCSAN: data-race in jbd2_journal_stop / jbd2_journal_dirty_metadata" },
	{ "bug report", "BUG: using smp_processor_id() in preemptible [00000000] code: fio/12" },
	{ "bug report", "BUG kmalloc-64 (Not tainted): Poison overwritten" },
	{ "bug report", "[ BUG: Invalid wait context ]" },
	{ "bug report", "[    4.123456][  T66] [ BUG: Invalid wait context ]" },
	{ "bug report", "INFO: trying to register non-static key." },
	{ "bug report", "INFO: possible recursive locking detected" },
	{ "bug report", "[ INFO: possible circular locking dependency detected ]" },
	{ "bug report", "[ INFO: suspicious RCU usage. ]" },
	{ "bug report", "BUG xfs_inode (Tainted: G        W         ): Objects remaining in xfs_inode "
			"on __kmem_cache_shutdown()" },
	{ "bug report", "UBSAN: array-index-out-of-bounds in fs/ext4/extents.c:1:2" },
	{ "bug report", "UBSAN: shift-out-of-bounds in fs/xfs/xfs_log.c:1:2" },
	{ "bug report", "CFI failure at ext4_writepages+0x1/0x2 (target: x+0x1; expected type: 0x1)" },
	{ "bug report", "refcount_t: underflow; use-after-free." },
	{ "bug report", "refcount_t: saturated; leaking memory." },
	{ "bug report", "list_del corruption, ffff888001234567->next is NULL" },
	{ "bug report", "list_add corruption. prev is NULL." },
	{ "bug report", "list_add double add: new=ffff1, prev=ffff2, next=ffff1." },
	{ "bug report", "ODEBUG: free active (active state 0) object: 1 object type: timer_list" },
	{ "bug report", "VFS: Busy inodes after unmount of vda (ext4)" },
	{ "WARNING", "WARNING: CPU: 0 PID: 1 at fs/ext4/inode.c:3624 x+0x1" },
	{ "WARNING", "WARNING: fs/ext4/inode.c:3624 at x+0x1/0x2, CPU#0: fio/12" },
	{ "WARNING", "WARNING: possible circular locking dependency detected" },
	{ "WARNING", "WARNING: possible recursive locking detected" },
	{ "WARNING", "WARNING: suspicious RCU usage" },
	{ "WARNING", "WARNING: inconsistent lock state" },
	{ "allocation failure", "fio: page allocation failure: order:0, mode:0x1" },
	{ "allocation failure", "fio: vmalloc error: size 4096, failed to allocate pages, mode:0x1" },
	{ "allocation failure", "ENOMEM in journal_alloc_journal_head, retrying." },
	{ "allocation failure", "XFS: fio(12) possible memory allocation deadlock size 65552 in "
				"kmem_alloc (mode:0x2d02)" },
};
/* clang-format on */
#define NR_LINES (sizeof(lines) / sizeof(lines[0]))

/* What a kernel says while nothing is wrong, or not with what is measured. */
/* clang-format off */
static const char *const harmless[] = {
	"EXT4-fs (loop0): mounted filesystem 5f1d r/w with ordered data mode. Quota: none.",
	"EXT4-fs (loop0): unmounting filesystem 5f1d.",
	"EXT4-fs (loop0): re-mounted 5f1d r/w. Quota mode: none.",
	"EXT4-fs (loop0): recovery complete",
	"EXT4-fs (loop0): warning: mounting unchecked fs, running e2fsck is recommended",
	"EXT4-fs (loop0): Quota mode: none.",
	"EXT4-fs (vda): mounted filesystem with ordered data mode. Opts: errors=remount-ro",
	"EXT4-fs (vda): Ignoring removed nobh option",
	"EXT4-fs (vda): Warning: mounting with data=journal disables delayed allocation, "
	"dioread_nolock, O_DIRECT and fast_commit support!",
	"EXT4-fs (vda): discard request in group:1 block:2 count:3 failed with -95",
	"EXT4-fs warning (device vda): ext4_update_dynamic_rev:1156: updating to rev 1 because of new "
	"feature flag, running e2fsck is recommended",
	"EXT4-fs warning (device vda): read_mmp_block:167: kmmpd being stopped since MMP feature has "
	"been disabled.",
	"JBD2: Clearing recovery information on journal",
	"JBD2: ignoring 2 transactions from the journal.",
	"Journalled quota options ignored when QUOTA feature is enabled",
	"XFS (vda): Mounting V5 Filesystem 5f1d",
	"XFS (vda): Ending clean mount",
	"XFS (vda): Unmounting Filesystem 5f1d",
	"XFS (vda): Starting recovery (logdev: internal)",
	"XFS (vda): Ending recovery (logdev: internal)",
	"XFS (vda): Quotacheck needed: Please wait.",
	"XFS (vda): EXPERIMENTAL online scrub feature in use. Use at your own risk!",
	"XFS (vda): Torn write (CRC failure) detected at log block 0x1. Truncating head block from 0x2.",
	"BTRFS info (device vda): first mount of filesystem 5f1d",
	"BTRFS info (device vda): using crc32c (crc32c-x86_64) checksum algorithm",
	"BTRFS info (device vda): last unmount of filesystem 5f1d",
	"BTRFS info (device vda): disk space caching is enabled",
	"BTRFS: device fsid 5f1d devid 1 transid 6 /dev/vda (254:0) scanned by mount (71)",
	"BTRFS warning (device vda): read-write for sector size 4096 with page size 65536 is experimental",
	"BTRFS warning (device vda): failed to trim 1 device(s), last error -95",
	"loop0: detected capacity change from 0 to 131072",
	"fsduel (70): drop_caches: 3",
	"zram: Added device: zram0",
	"zram0: detected capacity change from 0 to 131072",
	"null_blk: disk nullb0 created",
	"operation not supported error, dev nvme0n1, sector 0 op 0x9:(WRITE_ZEROES) flags 0x800",
	"operation not supported error, dev vda, sector 2048 op 0x3:(DISCARD) flags 0x0",
	/* Mixes of direct and buffered writes do it on purpose. */
	"Page cache invalidation failure on direct I/O.  Possible data corruption due to collision with "
	"buffered I/O!",
	"File: /mnt/f PID: 12 Comm: fsload",
	"Direct I/O collision with buffered writes! File: /f Comm: fsload",
	"page dumped because: migration failure",
	"systemd[1]: errors=remount-ro",
	"systemd[1]: Mounted /mnt - refcount_t: nothing",
	"Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on",
	"[Firmware Bug]: TSC doesn't count with P0 frequency!",
	"traps: x[12] general protection fault ip:1 sp:2 error:0 in x[3,4]",
	"fio[12]: segfault at 0 ip 0000 sp 0000 error 4 in fio[400000+1000]",
	"CONFIG_UBSAN=y", "Kernel configured with UBSAN: yes", "UBSAN: enabled",
	"kasan: KernelAddressSanitizer initialized",
	"kfence: initialized - using 2097152 bytes for 255 objects at 0x(____ptrval____)",
	"kcsan: enabled early", "Lock dependency validator: Copyright (c) 2006 Red Hat, Inc.",
	"rcu: Hierarchical RCU implementation.", "rcu: RCU calculated value of scheduler-enlistment delay",
	"RCU Tasks: Setting shift to 1 and lim to 1 rcu_task_cb_adjust=1.",
	"NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.",
	"NMI watchdog: Perf NMI watchdog permanently disabled",
	"hung_task: ignoring", "khungtaskd started",
	"workqueue: blk_mq_run_work_fn hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND",
	"perf: interrupt took too long (2503 > 2500), lowering kernel.perf_event_max_sample_rate to 79750",
	"hrtimer: interrupt took 3012231 ns",
	"sched: RT throttling activated",
	"INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.204 msecs",
	"INFO: lockdep is turned off.",
	"XFS (vda): Log size 853 blocks too small, minimum size is 1368 blocks",
	"XFS (vda): Continuing onwards, but if log hangs are experienced then please report this "
	"message in the bug report.",
	"clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable because the "
	"skew is too large:",
	"mce: CPU0: Core temperature above threshold, cpu clock throttled (total events = 1)",
	"Memory cgroup out of memory: Killed process 7 (java) total-vm:1kB",
	"oom_reaper: reaped process 7 (java), now anon-rss:0kB",
	"random: crng init done", "Kernel command line: console=ttyS0 panic=-1 oops=panic",
	"x86/mm: Checked W+X mappings: passed, no W+X pages found.",
	"Freeing unused kernel image (initmem) memory: 2588K",
	"[    9.1] reboot: Restarting system",
	"[    4.123456][  T66] EXT4-fs (vda): recovery complete",
	"<6>[    4.123456] XFS (vda): Ending clean mount",
	"", "[", "[    4.123456]", "[[[[[", "<3", "[....]",
};
/* clang-format on */

/* Where the kernel writes the lines of a pattern. */
static const struct trouble_format *format_of(const char *pattern)
{
	for (size_t i = 0; i < sizeof(trouble_formats) / sizeof(trouble_formats[0]); i++)
		if (!strcmp(trouble_formats[i].pattern, pattern))
			return &trouble_formats[i];
	fail_msg("trouble_formats.h has no row for \"%s\"", pattern);
	return NULL;
}

static const char *const *first_pattern(const char *line, const struct trouble *row)
{
	const char *text = line;

	for (; *text == '['; text = strchr(text, ']') + 1 + strspn(strchr(text, ']') + 1, " "))
		if (text[1] == ' ' && isupper((unsigned char)text[2]) && text[3] >= 'A')
			break;
	for (const char *const *p = row->patterns; *p; p++)
		if (!fnmatch(*p, text, 0))
			return p;
	fail_msg("%s: matched as a whole line only", line);
	return NULL;
}

/* "%s error, dev %s" as a glob that fits every line it can write. */
static bool fits_format(const char *line, const char *format)
{
	struct buf glob = BUF_INIT;
	bool fits;

	buf_addc(&glob, '*');
	for (const char *p = format; *p; p++) {
		if (*p == '%') {
			p += strspn(p + 1, "-+ #0123456789.lhzL");
			p += p[1] == 'p' && isalpha((unsigned char)p[2]) ? 2 : 1;
			buf_addc(&glob, '*');
		} else {
			buf_addf(&glob, "%s%c", strchr("[]*?\\", *p) ? "\\" : "", *p);
		}
	}
	buf_addc(&glob, '*');
	fits = !fnmatch(glob.data, line, 0);
	buf_release(&glob);
	return fits;
}

static const struct trouble *match(const char *line)
{
	const char *text;

	return trouble_match(line, &text);
}

static void each_line_has_its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_LINES; i++) {
		const struct trouble *t = match(lines[i].line);

		if (!t || strcmp(t->name, lines[i].trouble))
			fail_msg("%s: %s, not %s", lines[i].line, t ? t->name : "nothing",
				 lines[i].trouble);
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		const struct trouble *t = match(harmless[i]);

		if (t)
			fail_msg("%s: taken for %s", harmless[i], t->name);
	}
}

/* A pattern without a line that it is the first to fit is never needed. */
static void each_pattern_has_a_line_that_its_format_writes(void **state)
{
	(void)state;
	for (const struct trouble *t = troubles; t->name; t++) {
		assert_true(t->status == STATUS_FAILED || t->status == STATUS_INVALID);
		assert_true(t - troubles < 64);
		if (!t->patterns != (t->sign != TROUBLE_LINE))
			fail_msg("%s: patterns or a sign, one of the two", t->name);
		for (const char *const *p = t->patterns; p && *p; p++) {
			const char *format = format_of(*p)->format;
			size_t i = 0;

			while (i < NR_LINES &&
			       (match(lines[i].line) != t || first_pattern(lines[i].line, t) != p ||
				(format && !fits_format(lines[i].line, format))))
				i++;
			if (i == NR_LINES)
				fail_msg("%s: no line for \"%s\" that \"%s\" writes", t->name, *p,
					 format ? format : "(nothing)");
		}
	}
}

/* What stands before the kernel's text on a console, and what another CPU wrote there. */
static void prefixes_and_garbage_hide_nothing(void **state)
{
	static const char *const before[] = {
		"",
		"[    4.123456] ",
		"[12345.123456] ",
		"[    4.123456][  T66] ",
		"[    4.123456][    C0] ",
		"[    4.123456] [  T6612] ",
		"<4>[    4.123456] ",
		"<0>",
		"\033[2J\033[0m[    4.123456] ",
		"\x80\xff[    4.123456] ",
		"half a line[    4.123456] ",
		"[ 3.1][ T1] loop0: de[    4.123456][   T66] ",
		"login: \r",
		"\r\n\r\n",
		"x\ny\n",
	};

	(void)state;
	for (size_t b = 0; b < sizeof(before) / sizeof(before[0]); b++) {
		for (size_t i = 0; i < NR_LINES; i++) {
			struct trouble_found f = TROUBLE_NONE;
			char *text =
				xasprintf("%s%s\r\n[    4.2] more\r\n", before[b], lines[i].line);

			trouble_look(&f, text, strlen(text));
			if (!f.row || strcmp(f.row->name, lines[i].trouble))
				fail_msg("%s: %s, not %s", text, f.row ? f.row->name : "nothing",
					 lines[i].trouble);
			trouble_release(&f);
			free(text);
		}
	}
}

static void garbage_with_nul_hides_nothing(void **state)
{
	static const char text[] = "\0\0x\0refcount_t: underflow; use-after-free.\r\n";
	struct trouble_found f = TROUBLE_NONE;

	(void)state;
	trouble_look(&f, text, sizeof(text) - 1);
	assert_string_equal(f.line, "refcount_t: underflow; use-after-free.");
	trouble_release(&f);
}

/* Records as /dev/kmsg gives them, one a read. */
static void records_of_the_kernel_log_are_read(void **state)
{
	static const char *const records[] = {
		"6,1,100,-;loop0: detected capacity change\n SUBSYSTEM=block\n",
		"12,2,101,-;systemd[1]: BUG: not of the kernel\n",
		"2,3,102,-;EXT4-fs (sdb1): This should not happen!! Data will be lost\\x0a\n",
		("4,4,103,-,caller=T66;first line\\x0aUBSAN: shift-out-of-bounds in "
		 "fs/a.c:1:2\\x0a\n"),
		"2,5,104,-;EXT4-fs (sda1): This should not happen!! Data will be lost\\x0a\n",
	};
	struct trouble_found f = TROUBLE_NONE;
	struct klog k = { .device = "sda1" };
	struct err e = ERR_INIT;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
	k.fd = ends[0];
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		ssize_t n = (ssize_t)strlen(records[i]);

		assert_int_equal(send(ends[1], records[i], (size_t)n, 0), n);
		assert_int_equal(klog_scan(&k, &f, &e), 0);
		if (i == 3)
			assert_string_equal(f.line, "UBSAN: shift-out-of-bounds in fs/a.c:1:2");
		else
			assert_int_equal(!f.row, i < 3);
	}
	assert_string_equal(f.row->name, "data loss");
	assert_string_equal(f.line, "EXT4-fs (sda1): This should not happen!! Data will be lost");
	trouble_release(&f);
	close(ends[1]);
	klog_close(&k);
}

/* --- the kernel's source ------------------------------------------------------------------ */

/* Path of that series' source (malloc'ed), or NULL. */
static char *source_of(const char *series)
{
	const char *dir = getenv("FSDUEL_KERNEL_SOURCE");
	char *cache, *path, *file;
	bool there;

	if (!dir && fs_cache_room("sources", &cache, NULL))
		return NULL;
	path = xasprintf("%s/%s", dir ? dir : cache, series);
	if (!dir)
		free(cache);
	file = xasprintf("%s/fs/ext4/super.c", path);
	there = fs_exists(file);
	free(file);
	if (!there) {
		free(path);
		return NULL;
	}
	return path;
}

/* Take out what stands between two literals: "Data will " KERN_CONT "be lost". */
static void join_literals(struct buf *text)
{
	char *to = text->data;

	for (const char *p = text->data; *p;) {
		const char *next = p + 1 + strspn(p + (*p == '"'), " \t\n\\") - (*p != '"');

		if (*p == '"' && p > text->data && p[-1] != '\\' && *next == '"')
			p = next + 1;
		else
			*to++ = *p++;
	}
	*to = '\0';
}

static bool has_format(const char *source, const struct trouble_format *p)
{
	char *pattern = xasprintf("%s/%s", source, p->file);
	glob_t files = { 0 };
	bool found = false;

	glob(pattern, 0, NULL, &files);
	for (size_t i = 0; i < files.gl_pathc && !found; i++) {
		struct buf text = BUF_INIT;

		assert_int_equal(fs_read(files.gl_pathv[i], 0, &text, NULL), 0);
		join_literals(&text);
		found = strstr(text.data, p->format);
		buf_release(&text);
	}
	globfree(&files);
	free(pattern);
	return found;
}

static void each_format_is_in_the_source(const char *series)
{
	char *source = source_of(series);
	struct buf missing = BUF_INIT;

	if (!source)
		skip_because("no source of %s: fsduel kernel build fetches it, or "
			     "FSDUEL_KERNEL_SOURCE=DIR has it as DIR/%s",
			     series, series);
	for (const struct trouble *t = troubles; t->name; t++)
		for (const char *const *p = t->patterns; p && *p; p++) {
			const struct trouble_format *f = format_of(*p);

			if (f->file && !has_format(source, f))
				buf_addf(&missing, "\n%s: %s", f->file, f->format);
		}
	if (missing.len)
		fail_msg("%s has not:%s", series, missing.data);
	buf_release(&missing);
	free(source);
}

static void each_format_is_in_6_1(void **state)
{
	(void)state;
	each_format_is_in_the_source("6.1");
}

static void each_format_is_in_6_12(void **state)
{
	(void)state;
	each_format_is_in_the_source("6.12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_has_its_row),
		cmocka_unit_test(each_pattern_has_a_line_that_its_format_writes),
		cmocka_unit_test(prefixes_and_garbage_hide_nothing),
		cmocka_unit_test(garbage_with_nul_hides_nothing),
		cmocka_unit_test(records_of_the_kernel_log_are_read),
		cmocka_unit_test(each_format_is_in_6_1),
		cmocka_unit_test(each_format_is_in_6_12),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
