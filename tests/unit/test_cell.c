/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cell.c: a cell is carried whole to where it runs, says what it found,
 * and leaves nothing behind. The cells that run are real: ext4 on a loop
 * device; without root, mke2fs or a free loop device those tests skip and say so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/cell/claim.h"
#include "runners/cell/cell.h"
#include "runners/cell/judge.h"
#include "runners/cell/mount.h"
#include "runners/host/disks.h"
#include "runners/fio/fiojob.h"
#include "workloads/stamps.h"

/* --- a loop device with a small image ------------------------------------------------ */

struct place {
	char dir[32], mnt[64], work[64], image[64];
	char device[32];
	const char *name; /* of the device, behind its last / */
	int loop_fd, image_fd;
	int marks[2];
};

static void note_mark(void *arg, int begin)
{
	struct place *p = arg;

	p->marks[!begin]++;
}

static int make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	p->loop_fd = -1;
	strcpy(p->dir, "/tmp/fsduel-cell-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->mnt, sizeof(p->mnt), "%s/mnt", p->dir);
	snprintf(p->work, sizeof(p->work), "%s/work", p->dir);
	snprintf(p->image, sizeof(p->image), "%s/image", p->dir);
	assert_int_equal(fs_mkdir_p(p->mnt, NULL), 0);
	assert_int_equal(fs_mkdir_p(p->work, NULL), 0);
	p->image_fd = open(p->image, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(p->image_fd, 256 << 20), 0);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;

	umount2(p->mnt, MNT_DETACH);
	if (p->loop_fd >= 0)
		close(p->loop_fd); /* autoclear */
	close(p->image_fd);
	assert_int_equal(fs_remove_tree(p->dir, NULL), 0);
	free(p);
	return 0;
}

/* The place, ready to run a cell in; skips the test where it cannot be. */
static struct place *need_place(void **state, const char *program)
{
	struct place *p = *state;
	char *path = proc_which(program);
	struct err e = ERR_INIT;
	const char *why = NULL;

	if (geteuid())
		why = "needs root";
	else if (!path)
		why = program;
	else if (p->loop_fd < 0 && loop_attach(p->image_fd, p->image, &p->loop_fd, p->device, &e))
		why = e.text;
	free(path);
	p->name = p->device + strlen("/dev/");
	if (why) {
		print_message("# skipped: %s\n", why);
		skip();
	}
	return p;
}

static struct cell_place place_of(const struct place *p)
{
	return (struct cell_place){
		.device = p->device, .dir = p->mnt, .work = p->work, .log_name = p->name
	};
}

static int run(struct place *p, const struct cell_spec *c, struct result *r)
{
	struct cell_place at = place_of(p);
	struct err e = ERR_INIT;
	struct buf mounts = BUF_INIT;
	int rc;

	at.mark = note_mark;
	at.mark_arg = p;
	rc = cell_run(c, &at, r, &e);
	assert_int_equal(fs_read("/proc/self/mounts", 0, &mounts, &e), 0);
	assert_null(strstr(buf_str(&mounts), p->mnt)); /* nothing stays mounted */
	buf_release(&mounts);
	return rc;
}

static void spec_init(struct cell_spec *c)
{
	*c = (struct cell_spec){
		.fs = xstrdup("ext4"),
		.mount_options = xstrdup(""),
		.seed = UINT64_MAX - 1,
		.limit_ns = 60000000000u,
		.device = { .size_bytes = 1 << 30, .latency_ns = 80000 },
	};
	strv_split(&c->mkfs,
		   "mke2fs -q -F -t ext4 -b 4096 -J size=8 -U "
		   "5f1d1a3e-0000-4000-8000-000000000001 -E lazy_itable_init=0",
		   " ");
}

static void spec_mix(struct cell_spec *c, const char *mix, const char *set)
{
	spec_init(c);
	c->mix = xstrdup(mix);
	strv_split(&c->mix_set, set, " ");
}

static const char *sample(const struct result *r, const char *role, const char *metric)
{
	for (size_t i = 0; i < r->nr_samples; i++)
		if (!strcmp(r->samples[i].role, role) && !strcmp(r->samples[i].metric, metric))
			return r->samples[i].value;
	fail_msg("no sample %s %s", role, metric);
	return NULL;
}

static const char *fact(const struct result *r, const char *name)
{
	const char *s = json_string_value(json_object_get(r->facts, name));

	return s ? s : "";
}

static const json_t *fact_in(const struct result *r, const char *object, const char *name)
{
	return json_object_get(json_object_get(r->facts, object), name);
}

static void assert_ok(const struct result *r)
{
	if (r->status != STATUS_OK)
		fail_msg("%s: %s", status_names[r->status], r->reason);
}

static void assert_bad(const struct result *r, enum status status, const char *says)
{
	if (r->status != status || !strstr(r->reason, says))
		fail_msg("%s: %s", status_names[r->status], r->reason ? r->reason : "");
}

/* --- without root ----------------------------------------------------------------------- */

static void a_spec_reaches_the_guest_whole(void **state)
{
	struct cell_spec c, back;
	struct err e = ERR_INIT;
	json_t *j, *again;

	(void)state;
	spec_mix(&c, "dio_overwrite:2", "runtime=1s dio_overwrite.bs=4k");
	j = cell_spec_to_json(&c);
	assert_int_equal(cell_spec_from_json(&back, j, &e), 0);
	again = cell_spec_to_json(&back);
	assert_true(json_equal(j, again));
	assert_true(back.seed == UINT64_MAX - 1);
	cell_spec_release(&back);
	json_object_set_new(j, "mix", json_null());
	assert_int_equal(cell_spec_from_json(&back, j, &e), -EINVAL);
	json_object_set_new(j, "mix", json_string("dio_read"));
	json_object_set_new(j, "seed", json_integer(1));
	assert_int_equal(cell_spec_from_json(&back, j, &e), -EINVAL);
	assert_int_equal(cell_spec_from_json(&back, NULL, &e), -EINVAL);
	json_decref(j);
	json_decref(again);
	cell_spec_release(&c);
}

/* A suite by hand: one mount, one kernel, one workload. */
static void a_spec_names_every_parameter_and_draws_its_uuid_from_the_seed(void **state)
{
	struct suite_mount mount = { .name = xstrdup("m"),
				     .fs = xstrdup("ext4"),
				     .options = xstrdup("nodelalloc") };
	struct suite_variant variant = { .kernel = 0, .mount = 0 };
	struct suite s = { .mode = MODE_EXACT,
			   .mounts = &mount,
			   .nr_mounts = 1,
			   .variants = &variant,
			   .nr_variants = 1,
			   .limit_virtual_ns = 5,
			   .limit_wall_ns = 7 };
	struct plan_cell cell = { .workload = 0 };
	struct plan p = { .suite = &s, .cells = &cell, .nr_cells = 1 };
	struct plan_unit u = { .seed = 42 };
	struct cell_spec one, two, other;
	struct err e = ERR_INIT;
	int uuid;

	(void)state;
	assert_int_equal(mix_parse(&cell.mix, "dio_overwrite:4 dio_read", &e), 0);
	assert_int_equal(mix_set(&cell.mix, "dio_read.bs", "16k", &e), 0);
	assert_int_equal(cell_spec_make(&one, &p, &u, &e), 0);
	assert_int_equal(cell_spec_make(&two, &p, &u, &e), 0);
	u.seed = 43;
	assert_int_equal(cell_spec_make(&other, &p, &u, &e), 0);
	assert_string_equal(one.mix, "dio_overwrite:4 dio_read:1");
	assert_true(strv_find(&one.mix_set, "dio_read.bs=16k") >= 0);
	assert_true(one.mix_set.n >= NR_MIX_PARAMS + 2 * NR_ROLE_PARAMS);
	assert_true(one.limit_ns == 5);
	uuid = strv_find(&one.mkfs, "-U") + 1;
	assert_true(uuid > 0);
	assert_int_equal(strlen(one.mkfs.v[uuid]), 36);
	assert_int_equal(one.mkfs.v[uuid][14], '4');
	assert_string_equal(one.mkfs.v[uuid], two.mkfs.v[uuid]);
	assert_string_not_equal(one.mkfs.v[uuid], other.mkfs.v[uuid]);
	cell_spec_release(&one);
	cell_spec_release(&two);
	cell_spec_release(&other);
	free(mount.name);
	free(mount.fs);
	free(mount.options);
}

static void mount_options_go_where_the_kernel_wants_them(void **state)
{
	struct buf data = BUF_INIT;
	unsigned long flags;

	(void)state;
	mount_split("ro,noatime,nodelalloc,rw,commit=30,sync", &flags, &data);
	assert_int_equal(flags, MS_NOATIME | MS_SYNCHRONOUS);
	assert_string_equal(buf_str(&data), "nodelalloc,commit=30");
	buf_reset(&data);
	mount_split("", &flags, &data);
	assert_int_equal(flags, 0);
	assert_string_equal(buf_str(&data), "");
	buf_release(&data);
}

static void dioread_nolock_is_believed_only_where_ext4_acts_on_it(void **state)
{
	static const struct {
		const char *options;
		bool extents, nolock;
		const char *why;
	} cases[] = {
		{ "rw\ndioread_nolock\ndelalloc\ndata=ordered\n", true, true, "" },
		{ "rw\nnodioread_nolock\ndelalloc\n", true, false, "" },
		{ "rw\ndioread_nolock\nnodelalloc\n", true, false, "nodelalloc" },
		{ "dioread_nolock\ndelalloc\ndata=journal\n", true, false, "data=journal" },
		{ "dioread_nolock\ndelalloc\n", false, false, "extents" },
		{ "", true, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = ext4_no_dioread_nolock(cases[i].extents, cases[i].options);

		assert_int_equal(!*why && mount_has_option(cases[i].options, "dioread_nolock"),
				 cases[i].nolock);
		assert_int_equal(!*why, !cases[i].why[0]);
		assert_non_null(strstr(why, cases[i].why));
	}
}

/* --- real cells --------------------------------------------------------------------------- */

static void a_mix_gives_samples_for_all_and_for_each_role(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_spec c;
	struct result r;
	json_t *j;

	spec_mix(&c, "dio_overwrite:2 dio_read", "file_size=8M ops=200");
	assert_int_equal(run(p, &c, &r), 0);
	assert_ok(&r);
	assert_string_equal(sample(&r, "all", "operations"), "600");
	assert_string_equal(sample(&r, "dio_overwrite", "operations"), "400");
	assert_string_equal(sample(&r, "dio_read", "errors"), "0");
	assert_int_equal(r.nr_hists, 3);
	assert_int_equal(p->marks[0], 1);
	assert_int_equal(p->marks[1], 1);
	assert_non_null(strstr(fact(&r, "effective_options"), ",delalloc,"));
	assert_true(json_is_true(fact_in(&r, "effective", "dioread_nolock")));
	assert_int_equal(json_integer_value(json_object_get(r.facts, "journal_bytes")), 8 << 20);
	assert_int_equal(json_integer_value(json_object_get(r.facts, "block_bytes")), 4096);
	assert_string_equal(json_string_value(fact_in(&r, "extents", "dio_read")), "written");
	assert_ptr_equal(strstr(fact(&r, "mkfs_version"), "mke2fs 1."), fact(&r, "mkfs_version"));
	j = result_to_json(&r);
	json_decref(j);
	result_release(&r);
	cell_spec_release(&c);
}

static void nodelalloc_is_seen_to_turn_dioread_nolock_off(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_spec c;
	struct result r;

	spec_mix(&c, "dio_read", "file_size=1M ops=10");
	free(c.mount_options);
	c.mount_options = xstrdup("noatime,nodelalloc");
	assert_int_equal(run(p, &c, &r), 0);
	assert_ok(&r);
	assert_non_null(strstr(fact(&r, "effective_options"), "dioread_nolock"));
	assert_true(json_is_false(fact_in(&r, "effective", "dioread_nolock")));
	assert_true(json_is_false(fact_in(&r, "effective", "delalloc")));
	result_release(&r);
	cell_spec_release(&c);
}

static void a_cell_that_overruns_its_limit_has_failed_and_is_cleaned_up(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_spec c;
	struct result r;
	uint64_t start;

	spec_mix(&c, "dio_read", "file_size=1M runtime=30s");
	c.limit_ns = 1500000000;
	start = now_ns();
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "overran its limit of 1.5 s");
	assert_true(now_ns() - start < 6000000000u);
	result_release(&r);
	cell_spec_release(&c);
}

/* A child that does something, says so, and ends a while later. */
static pid_t for_a_while(bool (*act)(const char *device), const char *device)
{
	int said[2];
	char ok = 0;
	pid_t pid;

	assert_int_equal(pipe(said), 0);
	pid = fork();
	if (!pid) {
		/* Of ours it keeps nothing open, least of all a file on the device. */
		dup2(said[1], 0);
		close_range(1, ~0u, 0);
		ok = act(device);
		if (write(0, &ok, 1) == 1)
			usleep(700000);
		_exit(0);
	}
	assert_true(pid > 0);
	close(said[1]);
	assert_int_equal(read(said[0], &ok, 1), 1);
	close(said[0]);
	assert_true(ok);
	return pid;
}

static bool copy_mounts(const char *device)
{
	(void)device;
	return !unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static bool look_as_udev(const char *device)
{
	return !flock(open(device, O_RDONLY | O_CLOEXEC), LOCK_SH);
}

static void copy_mounts_at_begin(void *arg, int begin)
{
	pid_t *other = arg;

	if (begin)
		*other = for_a_while(copy_mounts, NULL);
}

/* The UUID of a cell with this seed, as a claim looks for it. */
static void own_uuid(struct cell_spec *c)
{
	for (size_t i = 0; i + 1 < c->mkfs.n; i++)
		if (!strcmp(c->mkfs.v[i], "-U")) {
			free(c->mkfs.v[i + 1]);
			c->mkfs.v[i + 1] = cell_uuid(c->seed);
		}
}

static void a_device_that_others_keep_a_moment_longer_is_waited_for(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	pid_t other = -1;
	struct cell_place at = place_of(p);
	struct claim claim;
	struct err e = ERR_INIT;
	struct cell_spec c;
	struct result r;

	at.mark = copy_mounts_at_begin;
	at.mark_arg = &other;
	at.claim = &claim;
	spec_mix(&c, "dio_read", "file_size=1M ops=20");
	own_uuid(&c);
	if (claim_open(&claim, p->device, true, blockdev_user, &e) || cell_run(&c, &at, &r, &e))
		fail_msg("%s", e.text);
	assert_ok(&r);
	if (claim_blank(&claim, &e)) /* as the next cell run begins */
		fail_msg("%s", e.text);
	claim_release(&claim);
	assert_int_equal(waitpid(other, NULL, 0), other);

	other = for_a_while(look_as_udev, p->device);
	if (claim_open(&claim, p->device, true, blockdev_user, &e))
		fail_msg("%s", e.text);
	claim_release(&claim);
	assert_int_equal(waitpid(other, NULL, 0), other);
	result_release(&r);
	cell_spec_release(&c);
}

static void a_cell_that_is_interrupted_says_so(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	const atomic_int stop = 15;
	struct cell_place at = place_of(p);
	struct cell_spec c;
	struct result r;

	at.stop = &stop;
	spec_mix(&c, "dio_read", "file_size=1M runtime=30s");
	assert_int_equal(cell_run(&c, &at, &r, NULL), 0);
	assert_bad(&r, STATUS_FAILED, "interrupted");
	result_release(&r);
	cell_spec_release(&c);
}

static void a_failing_step_names_itself(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_spec c;
	struct result r;

	spec_mix(&c, "dio_read", "file_size=1M");
	free(c.mount_options);
	c.mount_options = xstrdup("no_such_option");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "mount: cannot mount");
	result_release(&r);
	strv_add(&c.mkfs, "--no-such");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "mkfs: mke2fs failed");
	result_release(&r);
	cell_spec_release(&c);
}

/* Neither mkfs nor its exit code is believed: the UUID must be there. */
static void a_mkfs_that_wrote_elsewhere_ends_the_run(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_place at = place_of(p);
	struct claim claim;
	struct err e = ERR_INIT;
	struct cell_spec c;
	struct result r;

	at.claim = &claim;
	spec_mix(&c, "dio_read", "file_size=1M ops=20");
	own_uuid(&c);
	assert_int_equal(claim_open(&claim, p->device, true, blockdev_user, NULL), 0);
	assert_int_equal(cell_run(&c, &at, &r, NULL), 0);
	assert_ok(&r);
	result_release(&r);
	/* The next one of this block has the same UUID: the rest of the first must not do. */
	assert_int_equal(claim_blank(&claim, NULL), 0);
	strv_release(&c.mkfs);
	strv_add(&c.mkfs, "true");
	assert_int_equal(cell_run(&c, &at, &r, &e), -EIO);
	assert_bad(&r, STATUS_FAILED, "mkfs: the new file system is not on");
	assert_non_null(strstr(e.text, "is not on"));
	claim_release(&claim);
	result_release(&r);
	cell_spec_release(&c);
}

/* ext4 writes a real error to the kernel log when asked through sysfs. */
static void complain(void *arg, int begin)
{
	struct place *p = arg;
	char *path = xasprintf("/sys/fs/ext4/%s/trigger_fs_error", p->name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (!begin && fd >= 0)
		assert_int_equal(write(fd, "test", 4), 4);
	p->marks[1] += !begin && fd >= 0;
	if (fd >= 0)
		close(fd);
	free(path);
}

static void a_kernel_that_complains_makes_the_cell_invalid(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_place at = place_of(p);
	struct cell_spec c;
	struct result r;

	at.mark = complain;
	at.mark_arg = p;
	spec_mix(&c, "dio_read", "file_size=1M ops=10");
	assert_int_equal(cell_run(&c, &at, &r, NULL), 0);
	assert_int_equal(p->marks[1], 1);
	assert_bad(&r, STATUS_INVALID, "EXT4-fs error (device loop");
	result_release(&r);
	/* And the next cell does not inherit it. */
	assert_int_equal(run(p, &c, &r), 0);
	assert_ok(&r);
	result_release(&r);
	cell_spec_release(&c);
}

static void a_mount_that_stays_busy_is_said_and_not_left(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_spec c;
	struct err e = ERR_INIT;
	char *file;
	int fd;

	spec_init(&c);
	assert_int_equal(mount_mkfs(&c.mkfs, p->device, NULL, &e), 0);
	assert_int_equal(mount_do(fs_type_find("ext4"), "", p->device, p->mnt, &e), 0);
	file = xasprintf("%s/busy", p->mnt);
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(mount_undo(p->mnt, &e), -EBUSY);
	assert_non_null(strstr(e.text, "busy"));
	assert_int_equal(umount2(p->mnt, 0), -1); /* gone already */
	close(fd);
	free(file);
	cell_spec_release(&c);
}

static void spec_fio(struct cell_spec *c, const char *text)
{
	struct err e = ERR_INIT;
	struct fiojob job;

	spec_init(c);
	if (fiojob_make("t", text, NULL, &job, &e))
		fail_msg("%s", e.text);
	assert_int_equal(fiojob_seed(job.text, c->seed, &c->fio, &e), 0);
	fiojob_release(&job);
}

static void a_fio_job_runs_on_the_mount_and_is_collected(void **state)
{
	struct place *p = need_place(state, "fio");
	struct cell_spec c;
	struct result r;

	spec_fio(&c, "[w]\nfilename=data\nsize=4M\noverwrite=1\nrw=randrw\nbs=4k\ndirect=1\n"
		     "ioengine=psync\nnumjobs=2\nnumber_ios=100\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_ok(&r);
	assert_string_equal(sample(&r, "all", "operations"), "200");
	assert_int_equal(r.nr_hists, 3);
	assert_string_equal(json_string_value(fact_in(&r, "extents", "data")), "written");
	assert_ptr_equal(strstr(fact(&r, "fio_version"), "fio-"), fact(&r, "fio_version"));
	assert_int_equal(p->marks[0], 1);
	assert_int_equal(p->marks[1], 1);
	result_release(&r);
	cell_spec_release(&c);
}

static void fio_that_lays_out_unwritten_extents_is_recorded(void **state)
{
	struct place *p = need_place(state, "fio");
	struct cell_spec c;
	struct result r;

	spec_fio(&c, "[w]\nfilename=data\nsize=4M\nrw=randwrite\nbs=4k\ndirect=1\nnumber_ios=50\n"
		     "fallocate=native\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_ok(&r);
	assert_string_equal(json_string_value(fact_in(&r, "extents", "data")), "unwritten");
	result_release(&r);
	cell_spec_release(&c);
}

/* fio takes a file that is long enough for written: another job has made it of unwritten ones. */
static void an_overwrite_of_unwritten_extents_is_invalid(void **state)
{
	struct place *p = need_place(state, "fio");
	struct cell_spec c;
	struct result r;

	spec_fio(&c, "[a]\nfilename=data\nsize=4M\nrw=randwrite\nfallocate=native\nnumber_ios=1\n"
		     "[b]\nfilename=data\nsize=4M\nrw=randwrite\noverwrite=1\nnumber_ios=1\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_INVALID, "prove extents: data is to be overwritten");
	assert_non_null(strstr(r.reason, "extents are unwritten"));
	result_release(&r);
	cell_spec_release(&c);
}

static void a_fio_job_that_fails_says_why(void **state)
{
	struct place *p = need_place(state, "fio");
	struct cell_spec c;
	struct result r;
	const char *said;

	spec_fio(&c, "[w]\nfilename=data\nsize=1G\nrw=write\nbs=1M\nfallocate=none\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "No space left on device");
	result_release(&r);
	cell_spec_release(&c);
	/* Of the layout fio says it once a job and in two places. */
	spec_fio(&c, "[w]\nsize=1G\nrw=write\nbs=1M\noverwrite=1\nnumjobs=2\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "prepare: fio job \"w\" failed: ");
	said = strstr(r.reason, "No space left on device");
	assert_non_null(said);
	assert_null(strstr(said + 1, "No space left on device"));
	assert_null(strchr(r.reason, '{'));
	result_release(&r);
	cell_spec_release(&c);
	spec_fio(&c, "[w]\nfilename=data\nsize=1M\nno_such=3\n");
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED,
		   "prepare: fio failed with status 1: Bad option <no_such=3>; ");
	result_release(&r);
	cell_spec_release(&c);
}

static void fio_that_overruns_the_limit_is_killed(void **state)
{
	struct place *p = need_place(state, "fio");
	struct cell_spec c;
	struct result r;

	spec_fio(&c, "[r]\nfilename=data\nsize=1M\nrw=randread\nruntime=60\ntime_based=1\n");
	c.limit_ns = 5000000000;
	assert_int_equal(run(p, &c, &r), 0);
	assert_bad(&r, STATUS_FAILED, "overran its limit of 5 s at step measure");
	result_release(&r);
	cell_spec_release(&c);
}

/* No program is found while the pass looks for perf. */
static void without_perf(void *arg, const char *step, uint64_t ns)
{
	(void)ns;
	if (!strcmp(step, "drop caches") || !strcmp(step, "watch"))
		setenv("PATH", strcmp(step, "watch") ? "/nonexistent" : arg, 1);
}

static void a_locks_pass_without_perf_is_skipped_with_the_reason(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_place at = place_of(p);
	char *path = xstrdup(getenv("PATH"));
	struct err e = ERR_INIT;
	struct cell_spec c;
	struct result r;

	at.stepped = without_perf;
	at.stepped_arg = path;
	spec_mix(&c, "null", "runtime=10ms");
	c.pass = PASS_LOCKS;
	assert_int_equal(cell_run(&c, &at, &r, &e), 0);
	assert_bad(&r, STATUS_SKIPPED, "watch: there is no perf");
	assert_null(r.locks);
	assert_int_equal(r.nr_samples, 0);
	result_release(&r);
	cell_spec_release(&c);
	free(path);
}

static void a_cell_in_which_a_rate_was_missed_is_marked(void **state)
{
	static const struct {
		const char *set, *marks;
	} cases[] = {
		{ "runtime=200ms null.rate=100 null.op_time=50ms", MARK_MISSED },
		{ "runtime=200ms null.rate=100 null.op_time=50ms null.background=1", MARK_MISSED },
		{ "runtime=100ms null.rate=50 null.op_time=1us", NULL },
		{ "runtime=100ms", NULL },
	};
	struct place *p = need_place(state, "mke2fs");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cell_spec c;
		struct result r;

		spec_mix(&c, "dio_read null", "file_size=1M");
		strv_split(&c.mix_set, cases[i].set, " ");
		assert_int_equal(run(p, &c, &r), 0);
		assert_int_equal(r.status, STATUS_OK);
		if (cases[i].marks)
			assert_string_equal(r.marks, cases[i].marks);
		else
			assert_null(r.marks);
		result_release(&r);
		cell_spec_release(&c);
	}
}

static void a_locks_pass_is_a_cell_run_with_its_waits_and_its_recording(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	char *recording = xasprintf("%s/lock.perf.data", p->work);
	struct buf raw = BUF_INIT;
	struct cell_spec c;
	struct result r;

	spec_mix(&c, "dio_overwrite:2 buffered_write:2", "file_size=8M ops=200");
	c.pass = PASS_LOCKS;
	assert_int_equal(run(p, &c, &r), 0);
	if (r.status == STATUS_SKIPPED) {
		print_message("# skipped: %s\n", r.reason);
		result_release(&r);
		cell_spec_release(&c);
		free(recording);
		skip();
	}
	assert_ok(&r);
	assert_string_equal(sample(&r, "all", "operations"), "800");
	assert_string_equal(sample(&r, "all", "lock_lost"), "0");
	assert_non_null(r.locks);
	assert_int_equal(fs_decompress(r.raw.data, r.raw.len, &raw, NULL), 0);
	assert_int_equal(json_integer_value(fact_in(&r, "locks", "raw_bytes")), raw.len);
	assert_memory_equal(raw.data, "PERFILE2", 8);
	assert_false(fs_exists(recording)); /* it is in the result */
	buf_release(&raw);
	free(recording);
	result_release(&r);
	cell_spec_release(&c);
}

/* Before the timer: the whole file holds the mark of free space, as if a disk had let it through.
 */
static void let_through(void *arg, int begin)
{
	static const struct mix none;
	struct place *p = arg;
	char *path = xasprintf("%s/work", p->mnt), bytes[65536];
	int fd = begin ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	struct stamps s;

	stamps_init(&s, &none, UINT64_MAX - 1);
	stamps_mark(s.seed_word, 1 << 20, bytes, sizeof(bytes));
	if (begin) {
		assert_int_equal(pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
		close(fd);
	}
	stamps_release(&s);
	free(path);
}

static void stale_data_make_the_cell_invalid_and_the_counts_stand(void **state)
{
	struct place *p = need_place(state, "mke2fs");
	struct cell_place at = place_of(p);
	struct err e = ERR_INIT;
	struct cell_spec c;
	struct result r;

	spec_mix(&c, "hole_fill stale_read",
		 "file_size=64k poison=4M hole_fill.via=buffered "
		 "hole_fill.ops=1 stale_read.ops=16 stale_read.offsets=sequential");
	assert_int_equal(cell_run(&c, &at, &r, &e), 0);
	assert_ok(&r);
	assert_string_equal(sample(&r, "stale_read", "stale_poison"), "0");
	assert_string_equal(sample(&r, "stale_read", "stale_first"), "");
	assert_true(json_is_true(json_object_get(r.facts, "fs_clean")));
	assert_false(result_stands(&r));
	result_release(&r);

	at.mark = let_through;
	at.mark_arg = p;
	assert_int_equal(cell_run(&c, &at, &r, &e), 0);
	assert_bad(&r, STATUS_INVALID, "stale data in 1");
	assert_non_null(strstr(r.reason, "the mark of device address"));
	assert_true(strlen(sample(&r, "stale_read", "stale_poison")) == 2); /* 15 or 16 */
	assert_true(strlen(sample(&r, "stale_read", "stale_first")) > 0);
	assert_true(result_stands(&r));
	result_release(&r);
	cell_spec_release(&c);
}

static void a_file_system_that_is_not_clean_is_found_out(void **state)
{
	struct place *p = need_place(state, "e2fsck");
	const struct fs_type *ext4 = fs_type_find("ext4");
	struct err e = ERR_INIT;
	struct cell_spec c;
	char zeros[4096] = { 0 };
	int fd;

	spec_mix(&c, "dio_read", "");
	assert_int_equal(mount_mkfs(&c.mkfs, p->device, NULL, &e), 0);
	assert_int_equal(mount_check(ext4, p->device, NULL, &e), 0);
	/* Block 1 holds the group descriptors: without them nothing is where it should be. */
	fd = open(p->device, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 4096), sizeof(zeros));
	assert_int_equal(fsync(fd), 0);
	close(fd);
	assert_int_equal(mount_check(ext4, p->device, NULL, &e), -EUCLEAN);
	assert_non_null(strstr(e.text, "e2fsck does not find the file system clean: "));
	cell_spec_release(&c);
}

#define REAL(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spec_reaches_the_guest_whole),
		cmocka_unit_test(a_spec_names_every_parameter_and_draws_its_uuid_from_the_seed),
		cmocka_unit_test(mount_options_go_where_the_kernel_wants_them),
		cmocka_unit_test(dioread_nolock_is_believed_only_where_ext4_acts_on_it),
		REAL(a_mix_gives_samples_for_all_and_for_each_role),
		REAL(nodelalloc_is_seen_to_turn_dioread_nolock_off),
		REAL(a_cell_that_overruns_its_limit_has_failed_and_is_cleaned_up),
		REAL(a_device_that_others_keep_a_moment_longer_is_waited_for),
		REAL(a_cell_that_is_interrupted_says_so),
		REAL(a_failing_step_names_itself),
		REAL(a_mkfs_that_wrote_elsewhere_ends_the_run),
		REAL(a_kernel_that_complains_makes_the_cell_invalid),
		REAL(stale_data_make_the_cell_invalid_and_the_counts_stand),
		REAL(a_file_system_that_is_not_clean_is_found_out),
		REAL(a_mount_that_stays_busy_is_said_and_not_left),
		REAL(a_fio_job_runs_on_the_mount_and_is_collected),
		REAL(fio_that_lays_out_unwritten_extents_is_recorded),
		REAL(an_overwrite_of_unwritten_extents_is_invalid),
		REAL(a_fio_job_that_fails_says_why),
		REAL(fio_that_overruns_the_limit_is_killed),
		REAL(a_locks_pass_without_perf_is_skipped_with_the_reason),
		REAL(a_cell_in_which_a_rate_was_missed_is_marked),
		REAL(a_locks_pass_is_a_cell_run_with_its_waits_and_its_recording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
