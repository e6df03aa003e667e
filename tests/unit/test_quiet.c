/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_quiet.c: governors set and put back in a /sys of our own; interference
 * read from a /proc of our own, where every figure is known, and from the real
 * one while this test disturbs itself; the wait for an idle device.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/host/machine.h"
#include "runners/host/noise.h"
#include "runners/cell/cell.h"
#include "tests/unit/skip.h"
#include "tests/unit/tree.h"

#define POLICY "/sys/devices/system/cpu/cpufreq/policy"

static void assert_says(const char *root, const char *name, const char *want)
{
	char *path = xasprintf("%s%s", root, name), *have = fs_read_line(path);

	assert_non_null(have);
	assert_string_equal(have, want);
	free(have);
	free(path);
}

/* --- governors -------------------------------------------------------------------- */

static void put_governors(const char *root)
{
	put(root, POLICY "0/scaling_governor", "schedutil\n");
	put(root, POLICY "0/scaling_available_governors", "performance schedutil\n");
	put(root, POLICY "1/scaling_governor", "powersave\n");
	put(root, POLICY "1/scaling_available_governors", "powersave performance\n");
	put(root, POLICY "2/scaling_governor", "performance\n");
	put(root, POLICY "2/scaling_available_governors", "performance\n");
	put(root, POLICY "3/scaling_governor", "userspace\n");
	put(root, POLICY "3/scaling_available_governors", "userspace\n");
}

/* A journal of our own, beside the tree. */
static void open_journal(const char *root, struct undo *u)
{
	char *state = xasprintf("%s/state", root);

	setenv("FSDUEL_STATE", state, 1);
	free(state);
	assert_int_equal(undo_open(u, NULL), 0);
}

/* As at the end of a run, or after kill -9: the journal is all that is known. */
static void put_back(const char *root, struct undo *u, size_t settings)
{
	struct strv said = STRV_INIT;
	struct err e = ERR_INIT;

	undo_close(u);
	open_journal(root, u);
	if (undo_all(u, &said, &e))
		fail_msg("%s", e.text);
	assert_int_equal(said.n, settings);
	assert_int_equal(undo_left(u), 0);
	strv_release(&said);
	undo_close(u);
}

static void governors_are_set_and_put_back(void **state)
{
	const char *root = *state;
	struct strv notes = STRV_INIT;
	struct undo u;
	struct err e = ERR_INIT;

	put_governors(root);
	open_journal(root, &u);
	assert_int_equal(machine_quiet(root, &u, &notes, &e), 0);
	assert_int_equal(undo_left(&u), 2);
	assert_says(root, POLICY "0/scaling_governor", "performance");
	assert_says(root, POLICY "1/scaling_governor", "performance");
	assert_says(root, POLICY "3/scaling_governor", "userspace");
	assert_int_equal(notes.n, 1);
	assert_non_null(strstr(notes.v[0], "policy3/scaling_governor does not know"));
	put_back(root, &u, 2);
	assert_says(root, POLICY "0/scaling_governor", "schedutil");
	assert_says(root, POLICY "1/scaling_governor", "powersave");
	assert_says(root, POLICY "2/scaling_governor", "performance");
	strv_release(&notes);
}

/* A journal that can be written once only: its folder is gone then. */
static void what_is_not_recorded_is_not_changed(void **state)
{
	const char *root = *state;
	struct strv notes = STRV_INIT;
	struct undo u;
	struct err e = ERR_INIT;

	put_governors(root);
	open_journal(root, &u);
	assert_int_equal(fs_remove_tree(u.dir, NULL), 0);
	assert_true(machine_quiet(root, &u, &notes, &e) < 0);
	assert_int_equal(undo_left(&u), 0);
	assert_says(root, POLICY "0/scaling_governor", "schedutil");
	assert_says(root, POLICY "1/scaling_governor", "powersave");
	undo_close(&u);
	strv_release(&notes);
}

static void what_somebody_set_meanwhile_stays(void **state)
{
	const char *root = *state;
	struct strv notes = STRV_INIT;
	struct undo u;
	struct err e = ERR_INIT;

	put_governors(root);
	open_journal(root, &u);
	assert_int_equal(machine_quiet(root, &u, &notes, &e), 0);
	put(root, POLICY "0/scaling_governor", "ondemand\n");
	put_back(root, &u, 1);
	assert_says(root, POLICY "0/scaling_governor", "ondemand");
	assert_says(root, POLICY "1/scaling_governor", "powersave");
	strv_release(&notes);
}

static void a_machine_without_governors_is_noted(void **state)
{
	struct strv notes = STRV_INIT;
	struct undo u;
	struct err e = ERR_INIT;

	open_journal(*state, &u);
	assert_int_equal(machine_quiet(*state, &u, &notes, &e), 0);
	assert_string_equal(notes.v[0], "this machine has no CPU frequency governor to set");
	put_back(*state, &u, 0);
	strv_release(&notes);
}

static void a_setting_that_does_not_take_is_an_error(void **state)
{
	const char *root = *state;
	char *path = xasprintf("%s" POLICY "0/scaling_governor", root);
	struct strv notes = STRV_INIT;
	struct undo u;
	struct err e = ERR_INIT;

	put_governors(root);
	open_journal(root, &u);
	/* Nothing that is written stays there. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/proc/sys/kernel/ostype", path), 0);
	assert_true(machine_quiet(root, &u, &notes, &e) < 0);
	assert_non_null(strstr(e.text, "policy0/scaling_governor"));
	put_back(root, &u, 0);
	assert_says(root, POLICY "1/scaling_governor", "powersave");
	strv_release(&notes);
	free(path);
}

/* --- interference, by figures --------------------------------------------------------- */

/* A machine's counters: user and steal ticks, PSI, faults, throttling, dirty pages. */
static void put_counters(const char *root, unsigned user, unsigned steal, unsigned memory_us,
			 unsigned majfault, unsigned throttled, unsigned dirty)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "cpu  %u 0 50 1000 0 0 0 %u 0 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"
		 "intr 5 5\nctxt 1000\nprocs_running 3\n",
		 user, steal);
	put(root, "/proc/stat", text);
	snprintf(text, sizeof(text),
		 "some avg10=1.00 avg60=2.00 avg300=3.00 total=%u\n"
		 "full avg10=0.00 avg60=0.00 avg300=0.00 total=99999999\n",
		 memory_us);
	put(root, "/proc/pressure/memory", text);
	snprintf(text, sizeof(text),
		 "nr_free_pages 5\nnr_dirty %u\nnr_dirty_threshold 999999\n"
		 "nr_writeback 0\npswpin 7\npswpout 7\npgmajfault %u\n",
		 dirty, majfault);
	put(root, "/proc/vmstat", text);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		char *name = xasprintf("/sys/devices/system/cpu/cpu%u/thermal_throttle/"
				       "core_throttle_count",
				       cpu);

		snprintf(text, sizeof(text), "%u\n", cpu ? throttled : 3);
		put(root, name, text);
		free(name);
	}
}

struct counters {
	unsigned user, steal, memory_us, majfault, throttled, dirty;
};

/* The marks of two seconds on two CPUs in which the counters rose from zero to these. */
static struct result judged(const char *root, const struct counters *c, const char *before)
{
	struct noise n;
	struct result r;

	result_init(&r);
	r.marks = before ? xstrdup(before) : NULL;
	noise_init(&n, root);
	n.cpus = 2;
	put_counters(root, 0, 0, 0, 0, 0, c->dirty);
	noise_mark(&n, 1);
	put_counters(root, c->user, c->steal, c->memory_us, c->majfault, c->throttled, 0);
	noise_mark(&n, 0);
	n.end.at_ns = n.begin.at_ns + 2000000000;
	noise_note(&n, &r);
	return r;
}

static double fact(const struct result *r, const char *name)
{
	const json_t *v = json_object_get(json_object_get(r->facts, "noise"), name);

	assert_true(json_is_real(v));
	return json_real_value(v);
}

static void values_are_what_the_counters_say(void **state)
{
	/* 8 ticks of 10 ms in 2 s x 2 CPUs are 2 %; 100 ms in 2 s are 5 %. */
	const struct counters c = { 60, 8, 100000, 1000, 5, 3 };
	struct result r = judged(*state, &c, NULL);
	long tick_ms = 1000 / sysconf(_SC_CLK_TCK);

	assert_float_equal(fact(&r, "steal_pct"), 2.0 * (double)tick_ms / 10, 1e-9);
	assert_float_equal(fact(&r, "pressure_memory_pct"), 5, 1e-9);
	assert_float_equal(fact(&r, "throttled_core_events"), 5, 0);
	assert_float_equal(fact(&r, "swapped_in_pages"), 0, 0);
	assert_float_equal(fact(&r, "dirty_at_begin_bytes"), 3.0 * (double)sysconf(_SC_PAGESIZE),
			   0);
	/* Our own part is taken off: a little of it between the two readings, at most. */
	assert_true(fact(&r, "others_user_pct") <= 15 && fact(&r, "others_user_pct") > 13);
	assert_true(fact(&r, "others_major_faults_per_s") <= 500 &&
		    fact(&r, "others_major_faults_per_s") > 450);
	/* What this machine does not tell is not there. */
	assert_null(json_object_get(json_object_get(r.facts, "noise"), "pressure_io_pct"));
	assert_null(json_object_get(json_object_get(r.facts, "noise"), "throttled_package_events"));
	result_release(&r);
}

static void a_sample_past_a_limit_is_marked_and_kept(void **state)
{
	static const struct {
		struct counters c;
		const char *before, *marks;
	} cases[] = {
		{ { 0 }, NULL, NULL },
		{ { .user = 18, .steal = 4, .memory_us = 20000, .majfault = 19, .dirty = 4096 },
		  NULL,
		  NULL }, /* all just below */
		{ { .steal = 5 }, NULL, "steal" },
		{ { .user = 22 }, NULL, "others" },
		{ { .memory_us = 20001 }, NULL, "pressure" },
		{ { .throttled = 1 }, NULL, "throttle" },
		{ { .majfault = 40 }, NULL, "faults" },
		{ { .dirty = 4097 }, NULL, "dirty" },
		{ { .steal = 400, .throttled = 1 }, "unsettled", "unsettled,steal,throttle" },
		{ { .steal = 400 }, "steal", "steal" },
	};

	if (sysconf(_SC_CLK_TCK) != 100 || sysconf(_SC_PAGESIZE) != 4096)
		skip_because("the figures are for ticks of 10 ms and pages of 4 KiB");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct result r = judged(*state, &cases[i].c, cases[i].before);

		assert_int_equal(r.status, STATUS_OK);
		if (!r.marks != !cases[i].marks || (r.marks && strcmp(r.marks, cases[i].marks)))
			fail_msg("case %zu: marks %s, not %s", i, r.marks ? r.marks : "none",
				 cases[i].marks ? cases[i].marks : "none");
		result_release(&r);
	}
}

static void a_cell_that_was_never_timed_has_no_values(void **state)
{
	struct noise n;
	struct result r;
	double v;

	(void)state;
	result_init(&r);
	noise_init(&n, "");
	noise_note(&n, &r);
	assert_int_equal(json_object_size(json_object_get(r.facts, "noise")), 0);
	assert_null(r.marks);
	noise_mark(&n, 1);
	for (size_t i = 0; i < NOISE_ROWS; i++)
		assert_true(!noise_value(&n, i, &v) || noise_rows[i].kind == NOISE_LEVEL);
	result_release(&r);
}

static void the_table_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < NOISE_ROWS; i++) {
		assert_true(*noise_rows[i].name && *noise_rows[i].why &&
			    *noise_rows[i].files == '/');
		assert_true(noise_rows[i].fields != 0);
		assert_true(noise_rows[i].mark || !strncmp(noise_rows[i].why, "no limit:", 9));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(noise_rows[i].name, noise_rows[k].name);
	}
}

/* --- interference, for real ------------------------------------------------------------- */

static void sleep_ns(long ns)
{
	const struct timespec t = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&t, NULL);
}

static struct result watched(void (*disturb)(int *pid), long ns)
{
	struct noise n;
	struct result r;
	int pid = 0;

	result_init(&r);
	noise_init(&n, "");
	noise_mark(&n, 1);
	disturb(&pid);
	sleep_ns(ns);
	noise_mark(&n, 0);
	if (pid) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	noise_note(&n, &r);
	return r;
}

static void burn(int *pid)
{
	*pid = fork();
	if (!*pid)
		for (;;)
			__asm__ volatile("");
}

static void another_programs_work_is_seen(void **state)
{
	struct result r = watched(burn, 1000000000);
	double least = 50.0 / (double)sysconf(_SC_NPROCESSORS_ONLN);

	(void)state;
	/* Beside a full machine it gets less than a CPU, but others get the rest. */
	assert_true(fact(&r, "others_user_pct") > least);
	if (least > 5)
		assert_non_null(strstr(r.marks, "others"));
	result_release(&r);
}

/* The same work of our own is not interference: between the two readings others did no more. */
static void our_own_work_is_not(void **state)
{
	struct noise n;
	double share, at_work_s, others_s;
	struct timespec from, to;

	(void)state;
	noise_init(&n, "");
	noise_mark(&n, 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	do {
		for (unsigned i = 0; i < 1000000; i++)
			__asm__ volatile("");
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		at_work_s = (double)(to.tv_sec - from.tv_sec) +
			    (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
	} while (at_work_s < 0.5);
	noise_mark(&n, 0);
	assert_true(noise_value(&n, 1, &share));
	assert_string_equal(noise_rows[1].name, "others_user_pct");
	others_s = share / 100 * n.cpus * (double)(n.end.at_ns - n.begin.at_ns) * 1e-9;
	/* All CPUs' time, less our half second, is the most that others can have had. */
	assert_true(others_s <= n.cpus * (double)(n.end.at_ns - n.begin.at_ns) * 1e-9 - 0.4);
}

/* --- the idle device ---------------------------------------------------------------------- */

static void a_busy_device_is_not_idle(void **state)
{
	char path[] = "/var/tmp/fsduel-test-settle-XXXXXX", *stat_path;
	struct settle s = { .max_ns = 3000000000u };
	int fd = mkstemp(path), pid, settled;
	void *block;
	struct stat st;
	struct err e = ERR_INIT;
	dev_t dev;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	fstat(fd, &st);
	dev = st.st_dev;
	stat_path = xasprintf("/sys/dev/block/%u:%u/stat", (unsigned)(dev >> 8 & 0xfff),
			      (unsigned)(dev & 0xff));
	if (!fs_exists(stat_path)) {
		free(stat_path);
		skip_because("/var/tmp is on no block device of its own");
	}
	free(stat_path);
	assert_int_equal(posix_memalign(&block, 4096, 4096), 0);
	memset(block, 1, 4096);
	fcntl(fd, F_SETFL, O_DIRECT);
	pid = fork();
	if (!pid) {
		while (pwrite(fd, block, 4096, 0) == 4096 && !fdatasync(fd))
			sleep_ns(20000000);
		_exit(1);
	}
	s.devices = &dev;
	s.nr_devices = 1;
	settled = settle_wait(&s, NULL, &e);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	free(block);
	assert_int_equal(settled, 0);
}

/* /proc/stat as a busy machine, or an idle one, may show it: iowait falls (proc(5)). */
static void play_stat(const char *path, bool busy)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	unsigned user = 1000, idle = 1000, iowait = 1000;
	char line[96];

	for (;; iowait--) {
		int len = snprintf(line, sizeof(line), "cpu  %10u 0 0 %10u %10u 0 0 0 0 0\n", user,
				   idle, iowait);

		if (pwrite(fd, line, (size_t)len, 0) != len)
			_exit(1);
		*(busy ? &user : &idle) += 10;
		sleep_ns(50000000);
	}
}

/* In a mount namespace of its own, with that file in the place of /proc/stat. */
static int settled_by(const char *path, bool busy)
{
	struct settle s = { .max_ns = 1500000000u };
	int status, player, pid = fork();

	if (!pid) {
		player = fork();
		if (!player)
			play_stat(path, busy);
		sleep_ns(100000000);
		if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount(path, "/proc/stat", NULL, MS_BIND, NULL))
			status = 99;
		else
			status = settle_wait(&s, NULL, NULL);
		kill(player, SIGKILL);
		_exit(status & 0xff);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void iowait_that_falls_is_no_idle_time(void **state)
{
	char *path = xasprintf("%s/stat", (const char *)*state);

	if (geteuid())
		skip_because("needs root");
	assert_int_equal(settled_by(path, true), 0);
	assert_int_equal(settled_by(path, false), 1);
	free(path);
}

/* --- the machine ---------------------------------------------------------------------- */

static void a_machine_is_read_from_its_files(void **state)
{
	const char *root = *state;
	struct machine m;
	json_t *j;

	put(root, "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor", "schedutil\n");
	put(root, "/sys/devices/system/cpu/cpufreq/policy1/scaling_governor", "schedutil\n");
	put(root, "/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
	put(root, "/sys/devices/system/cpu/cpufreq/boost", "1\n");
	put(root, "/sys/devices/system/cpu/smt/active", "1\n");
	put(root, "/sys/devices/system/node/node0/x", "");
	put(root, "/sys/devices/system/node/node1/x", "");
	put(root, "/proc/stat", "cpu  50 0 0 40 0 0 0 10 0 0\n");
	machine_read(&m, root);
	assert_string_equal(m.governors, "schedutil");
	assert_int_equal(m.turbo, ANSWER_NO);
	assert_int_equal(m.smt, ANSWER_YES);
	assert_int_equal(m.numa_nodes, 2);
	assert_float_equal(m.steal_pct, 10, 1e-9);
	j = machine_json(&m);
	assert_true(json_is_false(json_object_get(j, "turbo")));
	json_decref(j);
	machine_release(&m);
}

static void an_empty_machine_is_unknown(void **state)
{
	struct machine m;
	json_t *j;

	machine_read(&m, *state);
	assert_string_equal(m.governors, "");
	assert_int_equal(m.turbo, ANSWER_UNKNOWN);
	assert_int_equal(m.numa_nodes, 1);
	assert_true(m.steal_pct < 0);
	j = machine_json(&m);
	assert_true(json_is_null(json_object_get(j, "turbo")));
	assert_true(json_is_null(json_object_get(j, "steal_since_boot_pct")));
	json_decref(j);
	machine_release(&m);
}

static void the_running_kernel_is_itself(void **state)
{
	struct running_kernel r;

	(void)state;
	running_kernel_read(&r);
	assert_true(*r.name.release && *r.name.version);
	assert_true(running_kernel_is(&r, r.name.release, r.name.version, ""));
	assert_true(running_kernel_is(&r, r.name.release, r.name.version, r.build_id));
	assert_false(running_kernel_is(&r, r.name.release, "#1 other", ""));
	if (*r.build_id) {
		assert_int_equal(strspn(r.build_id, "0123456789abcdef"), strlen(r.build_id));
		/* The build id decides: same release, another build. */
		assert_false(running_kernel_is(&r, r.name.release, r.name.version, "00"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(governors_are_set_and_put_back, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(what_is_not_recorded_is_not_changed, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(what_somebody_set_meanwhile_stays, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(a_machine_without_governors_is_noted, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(a_setting_that_does_not_take_is_an_error, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(values_are_what_the_counters_say, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(a_sample_past_a_limit_is_marked_and_kept, make_tree,
						drop_tree),
		cmocka_unit_test(a_cell_that_was_never_timed_has_no_values),
		cmocka_unit_test(the_table_is_whole),
		cmocka_unit_test(another_programs_work_is_seen),
		cmocka_unit_test(our_own_work_is_not),
		cmocka_unit_test(a_busy_device_is_not_idle),
		cmocka_unit_test_setup_teardown(iowait_that_falls_is_no_idle_time, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(a_machine_is_read_from_its_files, make_tree,
						drop_tree),
		cmocka_unit_test_setup_teardown(an_empty_machine_is_unknown, make_tree, drop_tree),
		cmocka_unit_test(the_running_kernel_is_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
