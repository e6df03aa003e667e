/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subsystems.c: the table of subsystems, from profiles of Linux 6.1 and 6.12. */
#include "lib/subsystems.h"

#include <string.h>

#include "lib/schema.h"

/* clang-format off */
const struct subsystem subsystems[] = {
	{ "ext4", "ext4 and its block groups, extents and directories",
	  "ext4 mbcache",
	  "ext4_* count_rsvd es_* do_journal_get_* write_end_fn insert_pending remove_pending "
	  "read_extent_tree_block get_implied_cluster_* mpage_prepare_* mpage_map_* "
	  "mpage_process_* mpage_submit_* mpage_release_* track_dentry_* mb_* mext_* dx_* "
	  "add_dirent_to_buf check_block_validity*" },
	{ "xfs", "XFS, its log and its B-trees",
	  "xfs",
	  "xfs_* xlog_* xfsaild*" },
	{ "btrfs", "btrfs, its extents and its trees",
	  "btrfs raid6_pq xor zstd_compress lzo_compress",
	  "btrfs_* extent_buffer_* alloc_extent_buffer free_extent_buffer* read_extent_buffer* "
	  "write_extent_buffer* find_extent_buffer* set_extent_* clear_extent_* lock_extent* "
	  "extent_io_* extent_write* cow_file_range* lock_delalloc_* push_leaf_* split_leaf* "
	  "tree_mod_*" },
	{ "jbd2", "the journal of ext4",
	  "jbd2",
	  "jbd2_* insert_revoke_hash jread flush_descriptor do_one_pass dispose_buffer journal_* "
	  "kjournald2 start_this_handle stop_this_handle add_transaction_credits "
	  "do_get_write_access find_revoke_record wait_transaction_* sub_reserved_credits "
	  "commit_timeout write_tag_block" },
	{ "iomap", "block mapping and direct I/O of file systems",
	  "iomap",
	  "iomap_* ifs_* dio_* do_blockdev_direct_* do_direct_IO" },
	{ "vfs", "system calls on files, paths, inodes, buffers, the user's buffers",
	  "overlay",
	  "vfs_* dquot_* map_id_* from_kuid* from_kgid* from_kprojid* make_kuid* make_kgid* aa_* "
	  "bpf_lsm_* selinux_* alloc_page_buffers create_page_buffers init_page_buffers "
	  "end_bio_bh_* fscrypt_* fsverity_* mpage_* lock_buffer unlock_buffer wait_on_buffer "
	  "unlock_new_inode discard_new_inode mntput* kernel_read* kernel_write* splice_* "
	  "do_splice* getname* putname seq_* complete_walk terminate_walk legitimize_* nd_* "
	  "may_open do_open* open_last_* do_dentry_open generic_permission locks_* evict* "
	  "clear_inode alloc_inode destroy_inode insert_inode_* remove_inode_* xattr_* kill_fasync "
	  "cp_new_stat ksys_* x64_sys_pread* x64_sys_pwrite* x64_sys_read* x64_sys_write* "
	  "x64_sys_fsync x64_sys_fdatasync x64_sys_io_* do_sys_open* do_filp_open path_* "
	  "link_path_walk* lookup_* walk_component step_into d_* dput dget* dentry_* iput* iget* "
	  "ihold igrab inode_* find_inode* fget* fdget* fput* file_* filp_* generic_write_* "
	  "generic_file_* generic_read_* generic_update_time generic_perform_write "
	  "generic_fillattr rw_verify_area new_sync_* iov_* copy_page_from_iter* "
	  "copy_page_to_iter* copy_from_iter* copy_to_iter* copy_folio_from_iter* import_* "
	  "iterate_* init_sync_kiocb kiocb_* aio_* io_* do_iter_* do_fsync do_sync* sync_* touch_* "
	  "atime_* current_time mark_inode_* mnt_* sb_* super_* security_* fsnotify* cap_* "
	  "apparmor_* bh_* brelse* bforget* getblk* find_get_block* bdev_getblk bread* "
	  "mark_buffer_* submit_bh* block_write_* block_read_* block_commit_* block_dirty_* "
	  "block_page_mkwrite block_invalidate_* block_is_partially_uptodate alloc_buffer_head "
	  "free_buffer_head create_empty_buffers end_buffer_* clean_bdev_aliases "
	  "try_to_free_buffers invalidate_bh* timestamp_* setattr_* notify_change do_truncate "
	  "do_fallocate pipe_* ep_* alloc_fd poll_* wb_* writeback_* locked_inode_* wbc_* "
	  "exportfs_* posix_acl_* errseq_*" },
	{ "mm", "memory, the page cache, page tables and faults",
	  "zsmalloc",
	  "filemap_* lruvec_* find_get_pages* find_get_entries* find_lock_entries* policy_node* "
	  "check_new_page* cond_accept_* charge_memcg uncharge_* try_get_folio mtree_* "
	  "setup_object pagecache_* pagevec_* next_uptodate_* lock_page* unlock_page* want_pages_* "
	  "PageHeadHuge PageHuge finish_mkwrite_* do_page_mkwrite do_set_pte set_pte_* check_pte "
	  "cmpxchg_double_* unfreeze_* put_cpu_* mark_page_* wait_on_page_* wait_for_stable_* "
	  "end_page_* grab_cache_* shmem_* compound_head mab_* access_error swap_* hugetlb_* thp_* "
	  "khugepaged* do_huge_pmd_* inc_node_* dec_node_* inc_zone_* dec_zone_* allocate_slab "
	  "new_slab* get_partial_* get_any_partial deactivate_slab obj_cgroup_* vmstat_* "
	  "decay_pcp_* next_zone* drain_* remove_mapping isolate_* migrate_folio* migrate_pages* "
	  "fprop_* writeout_* free_page* get_unmapped_* walk_page_* folio_* folios_* page_* "
	  "pages_* put_page* release_pages* set_page_* noop_dirty_folio mapping_* invalidate_* "
	  "truncate_* do_writepages write_cache_pages balance_dirty_* readahead_* ra_* mm_* mmap_* "
	  "do_mmap do_munmap vm_* vma_* vmf_* handle_mm_* handle_pte_* do_read_fault do_fault* "
	  "do_anonymous_* do_wp_page do_shared_* wp_* finish_fault exc_page_fault "
	  "do_user_addr_fault do_kern_addr_fault lock_vma_* lock_mm_* fault_* alloc_pages* "
	  "alloc_frozen_* free_frozen_* free_unref_* free_one_page free_pcp* get_page_* rmqueue* "
	  "prep_new_page clear_page* copy_page* kmem_cache_* kmalloc* kfree* kvmalloc* kvfree* "
	  "ksize slab_* cache_* mempool_* gup_* pin_user_* unpin_user_* internal_get_user_* "
	  "try_grab_* is_valid_gup_args follow_page* pte_* ptep_* pmd_* pud_* p4d_* unmap_* zap_* "
	  "rmap_* lru_* mod_node_* mod_zone_* mod_lruvec_* mod_memcg_* mem_cgroup_* memcg_* "
	  "get_mem_cgroup_* shrink_* kswapd* compact_* kcompactd* workingset_* flush_tlb_* "
	  "native_flush_tlb_* tlb_* arch_tlbbatch_* get_user_* put_user_* "
	  "check_object_size check_heap_object virt_addr_valid mas_* mt_* mlock_* mprotect_* "
	  "xa_get_order node_* zone_* extfrag_* refresh_cpu_vm_* fold_diff count_memcg_* kmap_* "
	  "kunmap_* tag_pages_* anon_vma_* vmalloc* vmap_* add_to_* account_page_* "
	  "should_failslab should_fail_alloc_page do_madvise madvise_* bdi_* vmacache_* "
	  "find_vma* flush_dcache_*" },
	{ "block", "block layer: bios, requests, tags, statistics of disks",
	  "dm_mod bfq kyber_iosched mq_deadline",
	  "bio_* get_task_ioprio elevator_* ll_* guard_bio_* is_flush_rq kblockd_* queue_limits_* "
	  "bt_* ioprio_* bios_* bvec_* blk_* blkdev_* blkcg_* blkg_* submit_bio* bdev_* disk_* "
	  "part_* rq_* req_* elv_* dd_* bfq_* sbitmap_* sbq_* wbt_* update_io_ticks "
	  "should_fail_bio should_fail_request errno_to_blk_status dm_* md_* get_max_io_size "
	  "put_io_context ioc_* attempt_merge flush_end_io plug_* tg_bps_* throtl_* bd_* "
	  "lookup_bdev" },
	{ "driver", "the driver of the device: null_blk and others",
	  "null_blk configfs virtio virtio_ring virtio_pci virtio_blk nvme nvme_core loop zram "
	  "brd scsi_mod sd_mod libata ahci",
	  "null_* nullb_* copy_to_nullb* copy_from_nullb* nvme_* virtblk_* virtio_* virtqueue_* "
	  "vring_* vp_* scsi_* sd_* ata_* ahci_* loop_* lo_* zram_* brd_*" },
	{ "scheduler", "choosing, switching, sleeping, waking, idling; work queues",
	  NULL,
	  "schedule* record_times update_entity_* clear_buddies clear_delayed housekeeping_* "
	  "check_cfs_* switch_ldt cr4_* cpuset_* completion_* cpudl_* cpupri_* find_lock_* "
	  "find_later_* find_lowest_* flush_work* mod_delayed_* assign_work move_linked_works "
	  "cpu_stop* hrtick stop_one_* double_rq_* double_lock_* sched_* io_schedule* pick_* "
	  "enqueue_task* enqueue_entity* enqueue_dl_* enqueue_rt_* dequeue_* enqueue_rq* "
	  "requeue_delayed_* update_curr* update_rq_* update_load_* update_cfs_* update_deadline "
	  "update_min_vruntime update_idle_* update_blocked_* update_sg_* update_group_* "
	  "update_tg_* set_next_* put_prev_* yield_* try_to_wake_up ttwu_* wake_* woken_* "
	  "default_wake_function autoremove_wake_* finish_task_switch* prepare_task_switch "
	  "switch_to* switch_mm* switch_fpu_* load_new_mm_* enter_lazy_tlb native_load_* "
	  "native_tss_* asm_load_gs_index native_write_cr* save_fpregs* restore_fpregs* fpregs_* "
	  "fpu_* rseq_* place_entity entity_* avg_vruntime* vruntime_* check_preempt_* "
	  "check_spread* wakeup_preempt* resched_* select_task_rq* select_idle_* "
	  "available_idle_cpu idle_cpu* set_task_* task_* load_balance* newidle_balance* "
	  "find_busiest_* balance_* rebalance_* trigger_load_balance calc_global_* calc_load_* "
	  "calc_delta* reweight_* attach_entity_* detach_entity_* activate_task deactivate_task "
	  "dl_* start_dl_timer inc_dl_* dec_dl_* rt_rq_* rt_task* pull_rt_* push_rt_* do_idle "
	  "cpu_startup_entry cpu_idle_* cpuidle_* default_idle* arch_cpu_idle* pv_native_safe_halt "
	  "native_safe_halt mwait_idle* amd_e400_* call_cpuidle* nr_iowait* nr_running "
	  "local_touch_nmi prepare_to_wait* prepare_to_swait* finish_wait finish_swait swake_* "
	  "add_wait_queue* remove_wait_queue init_wait_* wait_woken complete* wait_for_comp* "
	  "do_wait_for_common bit_wait* wait_on_bit* out_of_line_wait_* var_wake_function "
	  "queue_work* queue_delayed_* insert_work kick_pool* process_one_work "
	  "process_scheduled_works worker_* pwq_* wq_* delayed_work_* clear_pending_* kthread_* "
	  "smpboot_* psi_* account_* cpuacct_* cgroup_* cputime_* perf_event_task_* perf_adjust_* "
	  "preempt_* migrate_* cpus_share_cache arch_scale_* hrtick_* util_est_* cond_resched* "
	  "dynamic_cond_* nohz_run_* nohz_balance* decay_load* accumulate_sum call_function_* "
	  "cpu_util* effective_cpu_util sugov_* min_vruntime_* detach_tasks can_migrate_* "
	  "propagate_* set_load_weight pull_task cpu_load* cpumask_* rto_* membarrier_* switched_* "
	  "context_switch" },
	{ "locking", "spin locks, mutexes, semaphores, futexes, RCU",
	  NULL,
	  "raw_spin_* ww_mutex_* wait_rcu_gp process_srcu force_qs_* adjust_jiffies_* "
	  "finish_rcuwait atomic_dec_and_* raw_read_* raw_write_* raw_callee_save_* queued_* "
	  "native_queued_* pv_queued_* mutex_* down down_* up up_* rwsem_* osq_* percpu_down_* "
	  "percpu_up_* percpu_rwsem_* percpu_free_* lockref_* downgrade_* rt_mutex_* rcu_* srcu_* "
	  "call_rcu* call_srcu* synchronize_* futex_* do_futex x64_sys_futex get_futex_* note_gp_* "
	  "check_init_srcu_* invoke_rcu_* bit_spin_* local_bh_* refcount_* seqcount_* local_lock_* "
	  "dec_and_lock*" },
	{ "time and interrupts", "clocks, timers, interrupts and what they run",
	  NULL,
	  "hrtimer_* round_jiffies* alarm_* clockevent_* watchdog_timer_fn local_clock* timer_* "
	  "timers_* timerqueue_* tick_* ktime_* clockevents_* clocksource_* clock_* timekeeping_* "
	  "update_wall_time update_vsyscall* update_fast_* ntp_* second_overflow mod_timer* "
	  "add_timer* del_timer* try_to_del_timer* init_timer_* enqueue_timer enqueue_hrtimer "
	  "remove_hrtimer detach_if_pending lock_timer_base lock_hrtimer_base calc_wheel_index "
	  "get_nohz_timer_* internal_add_timer next_timer_* get_next_timer_* trigger_dyntick_* "
	  "collect_expired_* expire_timers process_timeout call_timer_fn run_timer_* run_timers "
	  "run_local_timers run_hrtimer* run_posix_* posix_* tmigr_* update_process_times do_timer "
	  "read_tsc tsc_* native_sched_clock* sched_clock* paravirt_sched_clock kvm_clock_* hpet_* "
	  "lapic_* apic_* native_apic_* native_x2apic_* ioapic_* io_apic_* x2apic_* pit_* i8259* "
	  "irq_* handle_irq* handle_edge_* handle_level_* handle_fasteoi_* handle_percpu_* "
	  "handle_simple_* generic_handle_* generic_smp_* common_interrupt note_interrupt mask_irq "
	  "unmask_* add_interrupt_* fast_mix mix_interrupt_* handle_softirqs do_softirq* softirq_* "
	  "raise_softirq* wakeup_softirqd run_ksoftirqd invoke_softirq tasklet_* smp_* flush_smp_* "
	  "sysvec_* x86_msi_* msi_* pci_msi_* nanosleep* do_nanosleep x64_sys_nanosleep "
	  "x64_sys_clock_* do_clock_* get_timespec64 put_timespec64 ns_to_* set_normalized_* "
	  "jiffies_* usecs_to_* msecs_to_* delay_* read_hpet* accumulate_nsecs_* "
	  "logarithmic_accumulation update_irq_* vector_* ack_* nohz_* arch_irq_work_* pvclock_* "
	  "irqtime_* local_apic_* native_smp_*" },
	{ "entry", "the way in and out: system calls, interrupts, exceptions",
	  NULL,
	  "entry_* amd_clear_divider native_write_msr native_read_msr early_xen_* kvm_* pv_* "
	  "x64_sys_* ia32_sys_* syscall_* do_syscall_* exit_to_user_* arch_exit_to_* asm_* exc_* "
	  "error_entry error_return ret_from_* irqentry_* restore_regs_* swapgs_* "
	  "native_irq_return_* native_iret irq_entries_* paranoid_* sync_regs fixup_* ct_* "
	  "context_tracking_* user_enter_* user_exit_* x86_indirect_* x86_return_* srso_* "
	  "retbleed_* clear_bhb_* call_on_* do_softirq_own_* common_interrupt_* spurious_* fpu__* "
	  "rewind_stack_* fentry* ftrace_* trace_* sys_* noist_*" },
	{ "copying", "moving and clearing bytes, also from and to user space",
	  NULL,
	  "memcpy* memmove* memset* copy_to_user* copy_from_user* copy_user_* copy_mc_* "
	  "clear_user* rep_movs_* rep_stos_* clear_page_rep clear_page_orig clear_page_erms "
	  "copy_page copy_page_regs zero_user_segments" },
	{ "checksums", "checksums and hashes of metadata and data",
	  "crc32c_generic crc32c_intel crc16 libcrc32c crct10dif_pclmul",
	  "crc32* crc16 crc_* chksum_* crypto_shash_* shash_* sha256_* xxh*" },
	{ "library", "helpers of all: trees, bits, lists, strings, random numbers",
	  NULL,
	  "blake2s sized_str* memcmp* memchr* memscan str* bcmp radix_tree_* xa_* xas_* rb_* "
	  "list_* llist_* plist_* find_next_* find_first_* find_last_bit find_nth_* bitmap_* "
	  "percpu_counter_* percpu_ref_* idr_* ida_* crypto_* sha1_* blake2s_* chacha_* crng_* "
	  "get_random_* extract_entropy* credit_init_* mix_pool_* hash_* siphash* hsiphash* "
	  "sort* div64_* iter_div_* mul_u64_* number format_decode vsnprintf snprintf scnprintf "
	  "notifier_* raw_notifier_* atomic_notifier_* srcu_notifier_* rhashtable_* kobject_* "
	  "hweight* sw_hweight* sg_* bsearch int_sqrt* uuid_* cmp_* zlib_* zstd_* lz4_* "
	  "fault_inject_* should_fail* warn_* kernel_fpu_* irq_fpu_usable restore_fpregs_* "
	  "save_fpregs_* os_xsave os_xrstor" },
	{ "user", "user space: the load generator, fio, their libraries",
	  PROFILE_GUEST " " PROFILE_PROGRAM " " PROFILE_LIBRARY, NULL },
	{ "other", "what is in no other row, or has no name",
	  NULL, NULL },
};
/* clang-format on */

const unsigned nr_subsystems = sizeof(subsystems) / sizeof(subsystems[0]);
_Static_assert(sizeof(subsystems) / sizeof(subsystems[0]) <= SUBSYSTEMS_MAX, "subsystems.h");

/* The suffixes that gcc and clang give; no C name has a dot. */
static const struct suffix {
	const char *text;
	enum piece piece;
} suffixes[] = {
	{ ".constprop.", PIECE_WHOLE }, { ".isra.", PIECE_WHOLE }, { ".lto_priv.", PIECE_WHOLE },
	{ ".llvm.", PIECE_WHOLE },      { ".part.", PIECE_PART },  { ".cold", PIECE_COLD },
};

size_t function_stem(const char *function, enum piece *piece)
{
	const char *first = NULL;
	enum piece found = PIECE_WHOLE;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		const char *at = strstr(function, suffixes[i].text);

		if (!at || at == function)
			continue;
		first = !first || at < first ? at : first;
		found = suffixes[i].piece > found ? suffixes[i].piece : found;
	}
	if (piece)
		*piece = found;
	return first ? (size_t)(first - function) : strlen(function);
}

/* How well the name fits the pattern, in which "*" stands for anything; 0: not at all. */
static size_t fit(const char *pattern, size_t n, const char *name, size_t len)
{
	const char *star = memchr(pattern, '*', n);
	size_t head = star ? (size_t)(star - pattern) : n, tail = star ? n - head - 1 : 0;

	if ((star ? len < head + tail : len != head) || memcmp(pattern, name, head) ||
	    (star && memcmp(name + len - tail, star + 1, tail)))
		return 0;
	return head + tail + !star;
}

size_t words_fit(const char *list, const char *name, size_t len)
{
	size_t best = 0;

	for (size_t n; list && *list; list += n + (list[n] == ' ')) {
		size_t own;

		n = strcspn(list, " ");
		own = fit(list, n, name, len);
		best = own > best ? own : best;
	}
	return best;
}

unsigned subsystem_of(const char *object, const char *function)
{
	size_t under = strspn(function, "_"), len = function_stem(function, NULL), most = 0;
	unsigned best = SUBSYSTEM_OTHER;

	for (unsigned i = 0; i < nr_subsystems; i++)
		if (words_fit(subsystems[i].objects, object, strlen(object)))
			return i;
	for (unsigned i = 0; i < nr_subsystems && len > under; i++) {
		size_t n = words_fit(subsystems[i].functions, function + under, len - under);

		if (n > most) {
			most = n;
			best = i;
		}
	}
	return best;
}

/* The first of them lie in the kernel and the guest; null_* and copy_*_nullb are the emulated
 * disk's way of a page's bytes, of which compilers make one function or several. */
#define BULK                                                                                       \
	"memcpy* memmove* memset* copy_page copy_page_rep* copy_page_regs* "                       \
	"clear_page_* copy_user_* copy_mc_* clear_user_* rep_movs_* rep_stos_* "                   \
	"zero_user_segments* "                                                                     \
	"iov_iter_zero csum_partial* crc32* crc_pcl* crc16 crc16_* crc_t10dif_* chksum_* "         \
	"copy_to_nullb* copy_from_nullb* null_transfer* null_process_cmd "                         \
	"null_handle_data_transfer* "                                                              \
	"null_lookup_page* null_insert_page* null_make_cache_space null_flush_cache_page"

bool function_is_bulk(const char *function)
{
	size_t under = strspn(function, "_"), len = function_stem(function, NULL);

	return len > under && words_fit(BULK, function + under, len - under);
}
