/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_file.c: real roles on a real file under TMPDIR: its extents,
 * and every role of the registry for a few operations. Where that file system
 * has no FIEMAP or no O_DIRECT, the tests that need it are skipped, with the
 * reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/test_workloads.h"
#include "tests/unit/test_workloads_room.h"
#include "workloads/mapping.h"

#define MB (1u << 20)

/* --- extents ------------------------------------------------------------------------ */

static enum extents state_of(int fd, uint64_t start, uint64_t len)
{
	enum extents x = EXTENTS_ANY;
	struct err e = ERR_INIT;

	if (extents_state(fd, start, len, &x, &e))
		fail_msg("%s", e.text);
	return x;
}

static void extents_are_what_was_made(void **state)
{
	static const enum extents order[] = {
		EXTENTS_WRITTEN,   EXTENTS_UNWRITTEN, EXTENTS_HOLE,
		EXTENTS_MIXED,     EXTENTS_WRITTEN,   EXTENTS_HOLE,
		EXTENTS_UNWRITTEN, EXTENTS_MIXED,     EXTENTS_UNWRITTEN,
	};
	const struct room *r = *state;
	struct err e = ERR_INIT;
	int fd;

	need(r->fiemap, "FIEMAP");
	fd = open(r->file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 5 * MB), 0);
	/* One file through all states: each must undo the one before, and only in its range. */
	assert_int_equal(extents_make(fd, 0, 4 * MB, EXTENTS_WRITTEN, 0, &e), 0);
	for (size_t i = 0; i < NR(order); i++) {
		if (extents_make(fd, MB, 2 * MB, order[i], 4096, &e))
			fail_msg("%s: %s", extents_names[order[i]], e.text);
		assert_int_equal(state_of(fd, MB, 2 * MB), order[i]);
		assert_int_equal(state_of(fd, 0, MB), EXTENTS_WRITTEN);
		assert_int_equal(state_of(fd, 3 * MB, MB), EXTENTS_WRITTEN);
	}
	/* The pieces of a mixed region, from a hole. */
	assert_int_equal(extents_make(fd, 4 * MB, MB, EXTENTS_MIXED, 16384, &e), 0);
	for (uint64_t pos = 0; pos < MB; pos += 16384)
		assert_int_equal(state_of(fd, 4 * MB + pos, 16384),
				 pos / 16384 % 2 ? EXTENTS_UNWRITTEN : EXTENTS_WRITTEN);
	close(fd);
	unlink(r->file);
}

static void a_delayed_buffered_write_is_flushed_and_seen(void **state)
{
	const struct room *r = *state;
	char page[4096];
	int fd;

	need(r->fiemap, "FIEMAP");
	memset(page, 1, sizeof(page));
	fd = open(r->file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(ftruncate(fd, MB), 0);
	assert_int_equal(state_of(fd, 0, MB), EXTENTS_HOLE);
	assert_int_equal(pwrite(fd, page, sizeof(page), 8192), sizeof(page));
	assert_int_equal(state_of(fd, 8192, 4096), EXTENTS_WRITTEN);
	assert_int_equal(state_of(fd, 0, MB), EXTENTS_MIXED);
	close(fd);
	unlink(r->file);
}

static void extents_that_cannot_be_are_refused(void **state)
{
	const struct room *r = *state;
	struct err e = ERR_INIT;
	enum extents x;
	int fd = open(r->file, O_RDWR | O_CREAT | O_TRUNC, 0600), rd;

	assert_true(fd >= 0);
	assert_int_equal(extents_make(fd, 100, 4096, EXTENTS_WRITTEN, 0, &e), -EINVAL);
	expect_text(&e, "blocks of");
	rd = open(r->file, O_RDONLY);
	assert_true(extents_make(rd, 0, MB, EXTENTS_UNWRITTEN, 0, NULL) < 0);
	close(rd);
	close(fd);
	unlink(r->file);
	rd = open("/proc/self/status", O_RDONLY);
	assert_true(extents_state(rd, 0, 4096, &x, NULL) < 0);
	close(rd);
}

/* --- prepare and prove ---------------------------------------------------------------- */

static void prepared_files_prove_what_their_roles_declare(void **state)
{
	static const struct {
		const char *mix, *sets;
	} cases[] = {
		{ "dio_read buffered_write", "" },
		{ "dio_read:2 dio_overwrite", "extents=unwritten ops=4" },
		{ "buffered_write", "extents=hole ops=4" },
		{ "dio_overwrite", "extents=mixed bs=8k ops=4" },
		{ "dio_read dio_overwrite buffered_write mmap_write fsync null",
		  "dio_read.region_size=1M dio_overwrite.region_start=512k ops=2 "
		  "dio_overwrite.region_size=512k buffered_write.region_start=1M "
		  "buffered_write.region_size=1M buffered_write.extents=hole "
		  "mmap_write.region_start=2M mmap_write.region_size=1M "
		  "mmap_write.extents=unwritten fsync.extents=any" },
	};
	const struct room *r = *state;

	need(r->fiemap, "FIEMAP");
	for (size_t i = 0; i < NR(cases); i++) {
		struct mix m = mix_of(cases[i].mix, cases[i].sets);
		struct err e = ERR_INIT;
		struct fsload l;
		struct stat st;

		mix_set(&m, "file_size", "4M", NULL);
		if (fsload_init(&l, &m, r->file, 1, &e) || fsload_prepare(&l, &e) ||
		    fsload_prove(&l, &e))
			fail_msg("%s: %s", cases[i].mix, e.text);
		assert_int_equal(stat(r->file, &st), 0);
		assert_int_equal(st.st_size, 4 * MB);
		fsload_release(&l);
		unlink(r->file);
	}
}

static void other_extents_than_declared_are_found_out(void **state)
{
	struct mix m = mix_of("dio_overwrite", "file_size=1M"), holes;
	const struct room *r = *state;
	struct err e = ERR_INIT;
	struct fsload l, other;

	need(r->fiemap, "FIEMAP");
	holes = mix_of("dio_overwrite", "file_size=1M extents=hole ops=4");
	assert_int_equal(fsload_init(&l, &m, r->file, 1, &e), 0);
	assert_int_equal(fsload_init(&other, &holes, r->file, 1, &e), 0);
	assert_int_equal(fsload_prove(&l, &e), -ENOENT);
	err_clear(&e);
	assert_int_equal(fsload_prepare(&other, &e), 0);
	assert_int_equal(fsload_prove(&l, &e), -EINVAL);
	expect_text(&e, "declares written extents at 0+1048576 but they are hole");
	fsload_release(&l);
	fsload_release(&other);
	unlink(r->file);
}

static void nothing_is_written_over(void **state)
{
	struct mix m = mix_of("buffered_write", "file_size=1M");
	const struct room *r = *state;
	struct err e = ERR_INIT;
	struct fsload l;
	struct stat st;

	assert_int_equal(fsload_init(&l, &m, r->file, 1, &e), 0);
	close(open(r->file, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(fsload_prepare(&l, &e), -EEXIST);
	expect_text(&e, "not written over");
	assert_int_equal(stat(r->file, &st), 0);
	assert_int_equal(st.st_size, 0);
	fsload_release(&l);
	unlink(r->file);
}

static void check_prepare_fails(const char *path, const char *sets, int ret, const char *says)
{
	struct mix m = mix_of("buffered_write", sets);
	struct err e = ERR_INIT;
	struct fsload l;

	assert_int_equal(fsload_init(&l, &m, path, 1, &e), 0);
	assert_int_equal(fsload_prepare(&l, &e), ret);
	expect_text(&e, says);
	assert_int_equal(access(path, F_OK), -1);
	fsload_release(&l);
}

static void a_file_that_cannot_be_made_is_not_left_behind(void **state)
{
	const struct rlimit small = { 65536, RLIM_INFINITY };
	const struct room *r = *state;
	struct rlimit old;
	char *missing = xasprintf("%s/missing/file", r->dir);

	check_prepare_fails(missing, "file_size=1M", -ENOENT, missing);
	free(missing);
	check_prepare_fails(r->file, "file_size=1M region_start=100", -EINVAL,
			    "does not fall on the file system's blocks");
	/* A limit on file sizes stands in for a full disk. */
	getrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	check_prepare_fails(r->file, "file_size=1M", -EFBIG, "1048576 bytes long");
	setrlimit(RLIMIT_FSIZE, &old);
}

/* --- the roles ---------------------------------------------------------------------- */

static uint64_t count_named(const struct role *role, const struct fsload_result *res,
			    const char *name)
{
	for (unsigned i = 0; role->counters && role->counters[i].name; i++)
		if (!strcmp(role->counters[i].name, name))
			return res->count[i];
	return 0;
}

/* Of 60 operations, those failed that may: on ext4 a direct read that meets a fresh delayed page.
 */
static void check_sixty(const struct role *role, const struct fsload_result *res)
{
	uint64_t eio = count_named(role, res, "reads_eio");

	assert_int_equal(res->measured.errors, eio);
	assert_int_equal(res->measured.ops, 60 - eio);
	assert_int_equal(res->measured.bytes, (60 - eio) * 8192);
}

static void every_role_does_its_work(void **state)
{
	const struct room *r = *state;

	need(r->direct, "O_DIRECT");
	for (const struct role *const *role = roles; *role; role++) {
		struct mix m = mix_of((*role)->sees_stamps ? "stale_read hole_fill" : (*role)->name,
				      "ops=20 sync_every=8 file_size=1M bs=8k rate=0");
		struct err e = ERR_INIT;
		struct fsload l;
		int ret;

		m.entry[0].threads = 3;
		if (fsload_init(&l, &m, r->file, 1, &e) || fsload_prepare(&l, &e))
			fail_msg("%s: %s", (*role)->name, e.text);
		ret = fsload_run(&l, NULL, NULL, NULL, &e);
		if (ret && !forbidden(*role, ret, &e))
			fail_msg("%s: %s", (*role)->name, e.text);
		if (!ret)
			check_sixty(*role, &l.role[0]);
		remove_files(&l);
		assert_int_equal(access(r->file, F_OK), -1);
		fsload_release(&l);
	}
}

/* Runs it and leaves the shared file open: its descriptor. -1: forbidden here. */
static int run_and_open(struct fsload *l, const struct mix *m, const struct room *r)
{
	struct err e = ERR_INIT;
	int ret, fd;

	if (fsload_init(l, m, r->file, 1, &e) || fsload_prepare(l, &e))
		fail_msg("%s", e.text);
	ret = fsload_run(l, NULL, NULL, NULL, &e);
	if (ret && forbidden(m->entry[0].role, ret, &e)) {
		remove_files(l);
		return -1;
	}
	if (ret)
		fail_msg("%s: %s", m->entry[0].role->name, e.text);
	assert_int_equal(l->total.measured.errors, 0);
	fd = open(r->file, O_RDONLY);
	assert_true(fd >= 0);
	remove_files(l);
	return fd;
}

static off_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_size;
}

static void roles_leave_the_file_as_they_say(void **state)
{
	const struct room *r = *state;
	struct fsload l;
	struct mix m;
	int fd;

	need(r->fiemap && r->direct, "FIEMAP or no O_DIRECT");
	m = mix_of("dio_append:4", "ops=25 file_size=64k");
	fd = run_and_open(&l, &m, r);
	assert_int_equal(size_of(fd), 65536 + 4 * 25 * 4096);
	assert_int_equal(state_of(fd, 65536, 4 * 25 * 4096), EXTENTS_WRITTEN);
	close(fd);
	fsload_release(&l);

	m = mix_of("truncate:4", "ops=25 file_size=64k file=shared extents=written");
	fd = run_and_open(&l, &m, r);
	assert_int_equal(size_of(fd), 65536);
	assert_int_equal(state_of(fd, 0, 65536), EXTENTS_WRITTEN);
	close(fd);
	fsload_release(&l);

	m = mix_of("fallocate:4", "ops=50 file_size=256k file=shared");
	fd = run_and_open(&l, &m, r);
	assert_int_equal(size_of(fd), 262144);
	assert_int_equal(state_of(fd, 0, 262144), EXTENTS_UNWRITTEN);
	close(fd);
	fsload_release(&l);

	m = mix_of("dio_span:2", "ops=16 file_size=256k");
	fd = run_and_open(&l, &m, r);
	assert_int_equal(state_of(fd, 0, 262144), EXTENTS_WRITTEN);
	close(fd);
	fsload_release(&l);

	/* 2k at every 2k: half blocks of what was written. */
	m = mix_of("dio_unaligned", "ops=32 offsets=once file_size=64k");
	fd = run_and_open(&l, &m, r);
	assert_int_equal(l.total.measured.bytes, 65536);
	close(fd);
	fsload_release(&l);
}

/* Each block of a file of holes once: what was written is there, in whatever order it ended. */
static void queues_write_where_they_are_told(void **state)
{
	static const char *const queues[] = { "aio_overwrite", "uring_overwrite", "dio_unwritten" };
	const struct room *r = *state;

	need(r->fiemap && r->direct, "FIEMAP or no O_DIRECT");
	for (size_t i = 0; i < NR(queues); i++) {
		struct mix m =
			mix_of(queues[i], "ops=64 offsets=once extents=unwritten file_size=1M");
		char page[4096];
		struct fsload l;
		int fd;

		m.entry[0].threads = 4;
		fd = run_and_open(&l, &m, r);
		for (unsigned k = 0; fd >= 0 && k < 256; k++) {
			assert_int_equal(pread(fd, page, sizeof(page), k * 4096), sizeof(page));
			assert_true(page[0] && page[4095]);
			assert_memory_equal(page, page + 8, sizeof(page) - 8);
		}
		if (fd >= 0) {
			assert_int_equal(state_of(fd, 0, MB), EXTENTS_WRITTEN);
			close(fd);
		}
		fsload_release(&l);
	}
}

struct counted {
	unsigned files, there;
};

static int count_file(const char *path, const struct mix_entry *en, void *arg)
{
	struct counted *c = arg;

	(void)en;
	c->files++;
	c->there += !access(path, F_OK);
	return 0;
}

static void each_thread_can_have_a_file_of_its_own(void **state)
{
	struct mix m = mix_of("dio_read:3 dio_overwrite:2 buffered_write null",
			      "file_size=256k ops=10 dio_read.file=own dio_read.extents=unwritten "
			      "dio_overwrite.file=own dio_overwrite.offsets=once");
	const struct room *r = *state;
	struct counted c = { 0, 0 };
	struct err e = ERR_INIT;
	struct fsload l;
	char *own, *in_the_way;

	need(r->fiemap && r->direct, "FIEMAP or no O_DIRECT");
	if (fsload_init(&l, &m, r->file, 1, &e) || fsload_prepare(&l, &e) || fsload_prove(&l, &e) ||
	    fsload_run(&l, NULL, NULL, NULL, &e))
		fail_msg("%s", e.text);
	fsload_each_file(&l, count_file, &c);
	assert_int_equal(c.files, 6);
	assert_int_equal(c.there, 6);

	/* Proved one by one: the second reader's file has been written to. */
	own = fsload_own_path(r->file, &m.entry[0], 1);
	assert_int_equal(truncate(own, 0), 0);
	assert_int_equal(truncate(own, 262144), 0);
	assert_int_equal(fsload_prove(&l, &e), -EINVAL);
	expect_text(&e, "dio_read declares unwritten extents at 0+262144 but they are hole");
	remove_files(&l);
	c = (struct counted){ 0, 0 };
	fsload_each_file(&l, count_file, &c);
	assert_int_equal(c.there, 0);

	/* One that is in the way stays, and those made before it are gone again. */
	in_the_way = fsload_own_path(r->file, &m.entry[1], 0);
	close(open(in_the_way, O_CREAT | O_WRONLY, 0600));
	err_clear(&e);
	assert_int_equal(fsload_prepare(&l, &e), -EEXIST);
	expect_text(&e, in_the_way);
	c = (struct counted){ 0, 0 };
	fsload_each_file(&l, count_file, &c);
	assert_int_equal(c.there, 1);
	assert_int_equal(unlink(in_the_way), 0);
	free(in_the_way);
	free(own);
	fsload_release(&l);
}

static void a_held_lock_is_held_for_its_time(void **state)
{
	struct mix m =
		mix_of("hold_iolock dio_overwrite:2",
		       "file_size=2M hold_iolock.hold=30ms hold_iolock.rate=10 "
		       "hold_iolock.region_size=1M dio_overwrite.region_start=1M runtime=500ms");
	const struct room *r = *state;
	struct fsload l;
	int fd;

	need(r->direct, "O_DIRECT");
	fd = run_and_open(&l, &m, r);
	if (fd < 0)
		skip_because("userfaultfd is not allowed here");
	close(fd);
	assert_in_range(l.role[0].measured.ops, 2, 5);
	assert_true(l.role[0].lat.min_ns >= 30000000);
	/* Whoever came just after the lock was taken waited for nearly all of it. */
	assert_true(l.role[1].lat.max_ns >= 25000000);
	fsload_release(&l);
}

/* Each block once, by four threads: then no hole is left, and none is filled before the start. */
static void once_fills_every_hole(void **state)
{
	static const char *const fillers[] = { "buffered_write", "mmap_write", "dio_overwrite" };
	const struct room *r = *state;

	need(r->fiemap && r->direct, "FIEMAP or no O_DIRECT");
	for (size_t i = 0; i < NR(fillers); i++) {
		struct mix m = mix_of(fillers[i], "ops=64 offsets=once extents=hole file_size=1M "
						  "warmup=50 bs=4k");
		struct err e = ERR_INIT;
		struct fsload l;
		int fd;

		m.entry[0].threads = 4;
		assert_int_equal(fsload_init(&l, &m, r->file, 1, &e), 0);
		if (fsload_prepare(&l, &e) || fsload_run(&l, NULL, NULL, NULL, &e))
			fail_msg("%s: %s", fillers[i], e.text);
		fd = open(r->file, O_RDONLY);
		assert_int_equal(state_of(fd, 0, MB), EXTENTS_WRITTEN);
		close(fd);
		fsload_release(&l);
		unlink(r->file);
	}
}

static void a_page_that_cannot_be_faulted_in_is_an_error_and_no_death(void **state)
{
	const struct role *role = role_find("mmap_write");
	const struct room *r = *state;
	struct err e = ERR_INIT;
	struct role_thread t = { .role = role,
				 .path = r->file,
				 .file_size = 65536,
				 .region_start = 4096,
				 .region_size = 61440,
				 .bs = 4096 };
	char page[4096] = { 1 };

	t.fd = open(r->file, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(ftruncate(t.fd, 65536), 0);
	t.buf = page;
	assert_int_equal(role->begin(&t, &e), 0);
	assert_int_equal(role->op(&t, 8192), 4096);
	assert_int_equal(ftruncate(t.fd, 0), 0);
	for (unsigned i = 0; i < 3; i++) /* more than once in a thread */
		assert_int_equal(role->op(&t, 12288), -EIO);
	assert_int_equal(ftruncate(t.fd, 65536), 0);
	assert_int_equal(role->op(&t, 12288), 4096);
	assert_int_equal(role->sync(&t), 0);
	role->end(&t);
	close(t.fd);
	unlink(r->file);
}

/* The kernel refuses each handler from here on. */
static void refuse_handlers(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigaction, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { NR(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(77);
}

static bool is_mapped(const char *path)
{
	struct buf maps = BUF_INIT;
	bool is = fs_read("/proc/self/maps", 0, &maps, NULL) || strstr(buf_str(&maps), path);

	buf_release(&maps);
	return is;
}

static void a_mapping_without_its_handler_is_none(void **state)
{
	struct room *r = *state;
	struct role_thread t = { .role = role_find("mmap_read"),
				 .path = r->file,
				 .region_size = 8192 };
	struct err e = ERR_INIT;
	int status, pid;

	t.fd = open(r->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(t.fd, 8192), 0);
	assert_int_equal(mapping_begin(&t, PROT_READ, &e), 0);
	assert_true(is_mapped(r->file));
	mapping_end(&t);
	pid = fork();
	if (!pid) {
		refuse_handlers();
		_exit(mapping_begin(&t, PROT_READ, &e) == -EPERM ? is_mapped(r->file) : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(t.fd);
	if (WEXITSTATUS(status) == 77)
		skip_because("this kernel has no seccomp");
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_room(a_mapping_without_its_handler_is_none),
		in_a_room(extents_are_what_was_made),
		in_a_room(a_delayed_buffered_write_is_flushed_and_seen),
		in_a_room(extents_that_cannot_be_are_refused),
		in_a_room(prepared_files_prove_what_their_roles_declare),
		in_a_room(other_extents_than_declared_are_found_out),
		in_a_room(nothing_is_written_over),
		in_a_room(a_file_that_cannot_be_made_is_not_left_behind),
		in_a_room(every_role_does_its_work),
		in_a_room(roles_leave_the_file_as_they_say),
		in_a_room(queues_write_where_they_are_told),
		in_a_room(each_thread_can_have_a_file_of_its_own),
		in_a_room(a_held_lock_is_held_for_its_time),
		in_a_room(once_fills_every_hole),
		in_a_room(a_page_that_cannot_be_faulted_in_is_an_error_and_no_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
