/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock_classes.c: the table of classes of locks; see locks.h. The names are those of Linux 6.1
 * to 6.18. Of a function that the compiler took into its caller, only the caller stands in a
 * call chain, so both are listed. A function in two rows takes both locks.
 */
#include "analysis/locks/locks.h"

#include <string.h>

#include "lib/subsystems.h"

/* Functions that wait, spin or wrap these: the chain's next function tells the lock's purpose. */
static const char primitives[] =
	"__traceiter_contention_begin trace_contention_begin lock_acquire lock_contended "
	"native_queued_spin_lock_slowpath __pv_queued_spin_lock_slowpath "
	"pv_native_queued_spin_lock_slowpath queued_spin_lock_slowpath do_raw_spin_lock "
	"_raw_spin_lock* _raw_spin_trylock* __raw_spin_lock* __raw_callee_save_* "
	"queued_read_lock_slowpath queued_write_lock_slowpath _raw_read_lock* _raw_write_lock* "
	"__raw_read_lock* __raw_write_lock* do_raw_read_lock do_raw_write_lock __mutex_lock* "
	"mutex_lock* mutex_optimistic_spin ww_mutex_lock* __ww_mutex_lock* rwsem_down_* "
	"rwsem_optimistic_spin rwsem_read_trylock down_read* down_write* __down_read* "
	"__down_write* percpu_down_read* __percpu_down_read* percpu_down_write* percpu_rwsem_wait "
	"__percpu_rwsem_trylock rt_mutex_lock* __rt_mutex_* rt_mutex_slowlock* rtlock_slowlock* "
	"rt_spin_lock* rt_read_lock* rt_write_lock* rwbase_read_lock __rwbase_read_lock "
	"rwbase_write_lock inode_lock* filemap_invalidate_lock filemap_invalidate_lock_shared "
	"mmap_read_lock* mmap_write_lock* xfs_ilock btrfs_inode_lock";

static const char i_rwsem[] =
	"ext4_file_write_iter ext4_buffered_write_iter ext4_dio_write_iter ext4_dio_write_checks "
	"ext4_dax_write_iter ext4_file_read_iter ext4_dio_read_iter ext4_dax_read_iter "
	"ext4_fallocate ext4_zero_range ext4_collapse_range ext4_insert_range ext4_punch_hole "
	"ext4_llseek ext4_bmap ext4_sync_file ext4_ioctl __ext4_ioctl ext4_move_extents "
	"iomap_dio_rw __iomap_dio_rw do_truncate vfs_fallocate chmod_common chown_common "
	"vfs_utimes vfs_fileattr_set vfs_setxattr vfs_removexattr generic_file_write_iter "
	"__generic_file_fsync generic_file_fsync __blockdev_direct_IO default_llseek "
	"lock_two_nondirectories xfs_ilock_iocb xfs_ilock_iocb_for_write xfs_file_read_iter "
	"xfs_file_write_iter xfs_file_dio_read xfs_file_dio_write* xfs_file_buffered_read "
	"xfs_file_buffered_write xfs_file_dax_* xfs_file_write_checks xfs_file_write_zero_eof "
	"xfs_file_splice_read xfs_file_fallocate __xfs_file_fallocate xfs_file_llseek "
	"btrfs_direct_write btrfs_direct_read btrfs_buffered_write btrfs_do_write_iter "
	"btrfs_file_write_iter btrfs_file_read_iter btrfs_sync_file btrfs_fallocate "
	"btrfs_punch_hole btrfs_zero_range btrfs_file_llseek btrfs_encoded_read";

static const char invalidate_lock[] =
	"filemap_fault filemap_create_folio filemap_update_page filemap_get_pages filemap_read "
	"filemap_invalidate_inode filemap_invalidate_lock_two page_cache_ra_unbounded "
	"page_cache_ra_order page_cache_sync_ra force_page_cache_ra ext4_page_mkwrite "
	"ext4_dax_huge_fault ext4_setattr ext4_fallocate ext4_zero_range ext4_collapse_range "
	"ext4_insert_range ext4_punch_hole ext4_change_inode_journal_flag ext4_wait_dax_page "
	"xfs_filemap_* __xfs_filemap_fault xfs_write_fault __xfs_write_fault xfs_dax_read_fault "
	"xfs_file_fallocate __xfs_file_fallocate xfs_vn_setattr* xfs_file_write_zero_eof "
	"btrfs_page_mkwrite btrfs_sync_file btrfs_fallocate btrfs_punch_hole btrfs_zero_range "
	"btrfs_setattr btrfs_setsize";

static const char mmap_lock[] =
	"lock_mm_and_find_vma get_mmap_lock_carefully upgrade_mmap_lock_carefully "
	"do_user_addr_fault exc_page_fault do_page_fault do_mem_abort vma_start_write "
	"vm_mmap_pgoff vm_munmap __vm_munmap vm_brk_flags do_brk_flags ksys_mmap_pgoff do_madvise* "
	"madvise_* do_mprotect_pkey do_mlock __mm_populate do_mbind __do_sys_mremap "
	"__x64_sys_mremap __do_sys_msync __x64_sys_msync __do_sys_munlock* __x64_sys_munlock* "
	"__do_sys_brk __x64_sys_brk __get_user_pages_locked gup_fast_fallback "
	"internal_get_user_pages_fast __gup_longterm_locked fixup_user_fault "
	"fault_in_safe_writeable exit_mm exit_mmap do_exit dup_mm dup_mmap copy_mm exec_mmap mmput "
	"__mmput task_mem __access_remote_vm acct_collect userfaultfd_* uffd_* mfill_atomic* "
	"khugepaged_scan_mm_slot collapse_huge_page task_numa_work io_uring_mmap";

static const char i_data_sem[] =
	"ext4_map_blocks ext4_map_query_blocks ext4_map_create_blocks ext4_map_blocks_es_recheck "
	"ext4_da_map_blocks* ext4_da_get_block_prep ext4_insert_delayed_block ext4_truncate "
	"ext4_setattr ext4_punch_hole ext4_collapse_range ext4_insert_range ext4_update_i_disksize "
	"ext4_da_update_reserve_space ext4_release_file ext4_block_to_path ext4_ext_precache "
	"ext4_fiemap* ext4_datasem_ensure_credits ext4_ext_migrate ext4_ind_migrate "
	"ext4_determine_insert_hole ext4_double_down_write_data_sem ext4_inline_data_truncate "
	"mpage_map_and_submit_extent mpage_release_unused_pages ext4_do_writepages ext4_writepages "
	"ext4_dio_write_end_io ext4_handle_inode_extension xfs_ilock_for_iomap "
	"xfs_ilock_data_map_shared xfs_ilock_attr_map_shared xfs_direct_write_iomap_begin "
	"xfs_buffered_write_iomap_begin xfs_read_iomap_begin xfs_seek_iomap_begin "
	"xfs_zoned_*iomap_begin xfs_iomap_write_* xfs_map_blocks xfs_writeback_range "
	"xfs_trans_alloc_inode xfs_trans_alloc_ichange xfs_bmapi_convert_* "
	"xfs_bmap_punch_delalloc_range xfs_setfilesize* xfs_vn_update_time xfs_fsync_flush_log "
	"xfs_free_eofblocks xfs_can_free_eofblocks xfs_free_file_space xfs_alloc_file_space "
	"xfs_setattr_size xfs_collapse_file_space xfs_insert_file_space";

static const char jbd2[] =
	"jbd2_* __jbd2_* start_this_handle add_transaction_credits stop_this_handle kjournald2 "
	"do_get_write_access wait_transaction_* journal_* __journal_* find_revoke_record "
	"insert_revoke_hash ext4_fc_* __track_dentry_update ext4_process_freed_data "
	"ext4_journal_commit_callback ext4_inode_attach_jinode ext4_wait_for_tail_page_commit";

static const char page_cache[] =
	"__filemap_add_folio filemap_add_folio __folio_mark_dirty __folio_start_writeback "
	"__folio_end_writeback folio_end_writeback __set_page_dirty* tag_pages_for_writeback "
	"filemap_remove_folio delete_from_page_cache_batch page_cache_delete* "
	"replace_page_cache_folio __remove_mapping remove_mapping folio_unmap_invalidate "
	"invalidate_complete_folio2 clear_shadow_entr* __clear_shadow_entry "
	"truncate_folio_batch_exceptionals truncate_exceptional_* truncate_inode_pages* "
	"workingset_update_node shadow_lru_isolate filemap_get_* find_get_entries "
	"folio_lruvec_lock* folio_batch_move_lru folio_activate __folio_batch_release "
	"folios_put_refs release_pages lru_add_drain* isolate_lru_folios shrink_*_list "
	"move_folios_to_lru block_dirty_folio create_empty_buffers folio_create_empty_buffers "
	"drop_buffers try_to_free_buffers mark_buffer_dirty_inode fsync_buffers_list "
	"find_get_block_common __find_get_block_slow __find_get_block __getblk_slow grow_dev_folio "
	"iomap_set_range_* ifs_* iomap_finish_folio_* iomap_read_end_io folio_wait_bit_common "
	"folio_wake_bit wake_page_function wbc_attach_* __wbc_attach_*";

static const char block_layer[] =
	"blk_* __blk_* blkdev_* blkg_* bio_* __bio_* dd_* __dd_* deadline_* bfq_* kyber_* "
	"flush_busy_* dispatch_rq_from_ctx sbitmap_* __sbitmap_* elv_* elevator_* ioc_* iocg_* "
	"throtl_* wbt_* rq_qos_* mq_flush_data_end_io flush_end_io null_queue_rq* null_handle_* "
	"null_insert_page null_process_* null_lookup_page null_transfer null_poll null_timeout_rq "
	"virtblk_* virtio_queue_rq* virtio_commit_rqs nvme_* scsi_* virtscsi_* ata_* ahci_* loop_* "
	"lo_rw_* zram_* dm_* __map_bio brd_* pmem_*";

static const char runqueue[] =
	"__schedule try_to_wake_up ttwu_* _raw_spin_rq_lock_irqsave raw_spin_rq_lock* "
	"__task_rq_lock task_rq_lock double_rq_lock double_lock_balance scheduler_tick "
	"load_balance newidle_balance update_blocked_averages rebalance_domains nohz_balance_* "
	"_nohz_idle_balance active_load_balance_cpu_stop migration_cpu_stop move_queued_task "
	"attach_one_task attach_tasks wake_up_new_task resched_cpu do_sched_yield yield_to "
	"task_sched_runtime thread_group_cputime* __set_cpus_allowed_ptr __sched_setscheduler "
	"set_user_nice wait_task_inactive rt_mutex_setprio dl_task_timer inactive_task_timer "
	"hrtick psi_memstall_* distribute_cfs_runtime unthrottle_* sched_*";

const struct lock_class lock_classes[] = {
	{ "i_rwsem", "the work file's inode: reads, writes, truncate, fallocate (XFS: IOLOCK)",
	  "i_rwsem", LOCK_RWSEM, true, i_rwsem },
	{ "invalidate_lock",
	  "a file's page cache against truncate and hole punching (XFS: MMAPLOCK)",
	  "invalidate_lock", LOCK_RWSEM, false, invalidate_lock },
	{ "mmap_lock", "a process's address space: page faults, mmap, munmap", "mmap_lock",
	  LOCK_RWSEM, false, mmap_lock },
	{ "i_data_sem", "ext4's map of a file's blocks (XFS: ILOCK)", "i_data_sem", LOCK_RWSEM,
	  false, i_data_sem },
	{ "jbd2", "the journal's state, lists and checkpoint; not the wait for a commit",
	  "a lock of jbd2", LOCK_RWSEM | LOCK_SPINNING | LOCK_MUTEXES, false, jbd2 },
	{ "page cache", "a file's tree of pages, lists of pages, buffers; not the wait for a page",
	  "a lock of the page cache", LOCK_SPINNING | LOCK_MUTEXES, false, page_cache },
	{ "block layer", "queues, schedulers and drivers of block devices",
	  "a lock of the block layer", LOCK_SPINNING | LOCK_MUTEXES, false, block_layer },
	{ "runqueue", "the scheduler's: who runs where, waking up", "a runqueue's lock",
	  LOCK_SPINNING, false, runqueue },
	{ "other", "everything else, and what the functions leave open", "some other lock", ~0u,
	  false, "" },
};
const unsigned nr_lock_classes = sizeof(lock_classes) / sizeof(lock_classes[0]);
_Static_assert(sizeof(lock_classes) / sizeof(lock_classes[0]) <= LOCK_CLASSES_MAX, "bits");

static const struct mode_word {
	const char *word;
	unsigned kinds; /* 0: how, not what */
	bool shared;
} mode_words[] = {
	/* the first that is there says the kind */
	{ "percpu", LOCK_PER_CPU, false },
	{ "mutex", LOCK_MUTEXES, false },
	{ "spin", LOCK_SPINNING, false },
	{ "read", LOCK_RWSEM, true },
	{ "write", LOCK_RWSEM, false },
	{ "semaphore", LOCK_COUNTING, false },
	{ "rt", LOCK_SPINNING | LOCK_MUTEXES, false }, /* on PREEMPT_RT both are one kind */
};
#define NR_MODE_WORDS (sizeof(mode_words) / sizeof(mode_words[0]))

unsigned lock_mode_kinds(const char *mode, bool *shared)
{
	size_t first = NR_MODE_WORDS;

	*shared = false;
	for (size_t len; *mode; mode += len + (mode[len] == ' ')) {
		size_t i = 0;

		len = strcspn(mode, " ");
		while (i < NR_MODE_WORDS &&
		       (strncmp(mode, mode_words[i].word, len) || mode_words[i].word[len]))
			i++;
		if (i == NR_MODE_WORDS)
			return 0;
		*shared |= mode_words[i].shared;
		first = i < first ? i : first;
	}
	return first < NR_MODE_WORDS ? mode_words[first].kinds : 0;
}

/* Is it one of the list's words? "lo_rw_aio.isra.0" is lo_rw_aio. */
static bool in_list(const char *list, const char *name, size_t len)
{
	const char *dot = memchr(name, '.', len);

	return words_fit(list, name, dot ? (size_t)(dot - name) : len);
}

const char *lock_chain_where(const char *chain, size_t *len)
{
	for (;; chain += *len + 1) {
		*len = strcspn(chain, ";");
		if (!*len || !in_list(primitives, chain, *len))
			return chain;
		if (!chain[*len]) {
			*len = 0;
			return "";
		}
	}
}

uint32_t lock_classes_of(const char *function)
{
	size_t len = strlen(function);
	uint32_t classes = 0;

	for (unsigned i = 0; i < nr_lock_classes; i++)
		if (in_list(lock_classes[i].functions, function, len))
			classes |= 1u << i;
	return classes;
}
