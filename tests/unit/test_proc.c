/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_proc.c: child processes: what they inherit, how they end, and that none
 * is left behind. Needs a POSIX shell and coreutils.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/num.h"
#include "lib/proc.h"

#define MS 1000000ull

static atomic_int stop_flag; /* the signal flag */

static void on_alarm(int sig)
{
	(void)sig;
	stop_flag++;
}

static int sh(const char *script, const struct proc_opts *o, struct proc_exit *x)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	return proc_run(argv, o, NULL, x, NULL);
}

static pid_t parse_pid(const char *text)
{
	uint64_t pid;

	assert_int_equal(num_parse(text, NUM_COUNT, &pid, NULL), 0);
	return (pid_t)pid;
}

/* Has that process, not a child of ours maybe, ended within a while? */
static bool dies(pid_t pid)
{
	struct pollfd pfd = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	bool dead = true;

	if (pfd.fd >= 0) {
		dead = poll(&pfd, 1, 5000) > 0;
		close(pfd.fd);
	}
	return dead;
}

static void output_goes_where_it_is_asked_to(void **state)
{
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct proc_opts apart = { .out = &out, .err = &err };
	struct proc_opts same = { .out = &out, .err = &out };
	struct proc_opts one = { .err = &err };
	struct proc_exit x;

	(void)state;
	assert_int_equal(sh("echo a; echo b >&2; echo c; exit 7", &apart, &x), 0);
	assert_string_equal(out.data, "a\nc\n");
	assert_string_equal(err.data, "b\n");
	assert_int_equal(x.status, 7);
	assert_int_equal(x.signal, 0);
	assert_int_equal(sh("echo d; echo e >&2", &same, &x), 0);
	assert_string_equal(out.data, "a\nc\nd\ne\n");
	assert_int_equal(sh("echo f; echo g >&2", &one, &x), 0);
	assert_string_equal(err.data, "b\ng\n");
	assert_int_equal(sh("cat; echo lost; echo lost >&2", NULL, &x), 0);
	assert_int_equal(x.status, 0);
	buf_release(&out);
	buf_release(&err);
}

static void much_output_on_both_streams_neither_blocks_nor_is_lost(void **state)
{
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &err };
	struct proc_exit x;

	(void)state;
	assert_int_equal(sh("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero", &o, &x), 0);
	assert_int_equal(out.len, 3000000);
	assert_int_equal(err.len, 3000000);
	buf_release(&out);
	buf_release(&err);
}

static void a_program_that_is_not_there_is_enoent(void **state)
{
	const char *const argv[] = { "fsduel-no-such-program", NULL };
	const char *const dir[] = { "/tmp", NULL };
	struct err e = ERR_INIT;
	struct proc_exit x;
	struct proc p;

	(void)state;
	assert_int_equal(proc_run(argv, NULL, NULL, &x, &e), -ENOENT);
	assert_non_null(strstr(e.text, "fsduel-no-such-program"));
	assert_int_equal(x.status, -1);
	assert_int_equal(proc_check(dir, NULL, NULL, NULL), -ENOENT);
	assert_int_equal(
		proc_launch(&p, &(struct launch){ argv, NULL, NULL, -1, -1, NULL, 0 }, NULL),
		-ENOENT);
	assert_int_equal(p.pid, 0);
	proc_kill(&p);
	assert_null(proc_which(""));
}

static void a_failed_exec_or_chdir_is_an_error_not_an_exit_status(void **state)
{
	char path[] = "/tmp/fsduel-test-proc-XXXXXX";
	const char *const argv[] = { path, NULL };
	const char *const ok[] = { "true", NULL };
	struct proc_opts o = { .cwd = "/nonexistent" };
	struct err e = ERR_INIT;
	struct proc_exit x;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd,
			       "\x7f"
			       "ELF",
			       4),
			 4);
	assert_int_equal(fchmod(fd, 0755), 0);
	close(fd);
	assert_int_equal(proc_run(argv, NULL, NULL, &x, &e), -ENOEXEC);
	assert_non_null(strstr(e.text, path));
	unlink(path);
	err_clear(&e);
	assert_int_equal(proc_run(ok, &o, NULL, &x, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent"));
}

static void the_working_directory_is_the_childs_only(void **state)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .cwd = "/usr", .out = &out };
	struct proc_exit x;

	(void)state;
	assert_int_equal(sh("pwd", &o, &x), 0);
	assert_string_equal(out.data, "/usr\n");
	buf_release(&out);
}

static void a_child_past_its_time_is_killed_with_its_children(void **state)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .timeout_ns = 1000 * MS };
	struct proc_exit x;
	uint64_t start = now_ns();
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(sh("sleep 60 & echo $!; wait", &o, &x), 0);
	assert_true(now_ns() - start >= 1000 * MS);
	assert_true(now_ns() - start < 5000 * MS);
	assert_true(x.timed_out);
	assert_int_equal(x.signal, SIGKILL);
	assert_int_equal(x.status, -1);
	assert_true(dies(parse_pid(out.data)));
	/* One that never stops writing must not keep us from the clock. */
	o.out = &text;
	assert_int_equal(sh("exec yes", &o, &x), 0);
	assert_true(x.timed_out);
	buf_release(&out);
	buf_release(&text);
}

static void a_stop_request_ends_the_child_and_is_eintr(void **state)
{
	const char *const argv[] = { "sleep", "60", NULL };
	struct itimerval timer = { .it_value.tv_usec = 100000 };
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	uint64_t start = now_ns();
	struct proc_exit x;

	(void)state;
	stop_flag = 0;
	sigaction(SIGALRM, &sa, &old);
	setitimer(ITIMER_REAL, &timer, NULL);
	assert_int_equal(proc_run(argv, NULL, &stop_flag, &x, NULL), -EINTR);
	assert_true(now_ns() - start < 5000 * MS);
	assert_int_equal(x.signal, SIGKILL);
	assert_false(x.timed_out);
	/* It is still set: nothing is started any more. */
	assert_int_equal(proc_check(argv, NULL, &stop_flag, NULL), -EINTR);
	sigaction(SIGALRM, &old, NULL);
}

static void signals_that_ask_for_nothing_do_no_harm(void **state)
{
	struct itimerval timer = { .it_value.tv_usec = 1000, .it_interval.tv_usec = 1000 };
	struct itimerval off = { .it_value.tv_usec = 0 };
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out };
	struct proc_exit x;

	(void)state;
	sigaction(SIGALRM, &sa, &old); /* no SA_RESTART */
	setitimer(ITIMER_REAL, &timer, NULL);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(sh("sleep 0.01; head -c 100000 /dev/zero; exit 3", &o, &x), 0);
		assert_int_equal(x.status, 3);
	}
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_int_equal(out.len, 2000000);
	buf_release(&out);
}

static void a_failure_is_told_with_the_childs_last_words(void **state)
{
	const char *argv[] = { "sh", "-c", NULL, NULL };
	struct proc_opts o = { .timeout_ns = 100 * MS };
	struct err e = ERR_INIT;

	(void)state;
	argv[2] = "echo out; echo first >&2; echo 'mkfs: no space  ' >&2; echo >&2; exit 3";
	assert_int_equal(proc_check(argv, NULL, NULL, &e), -EIO);
	assert_string_equal(e.text, "sh failed with status 3: mkfs: no space");
	err_clear(&e);
	argv[2] = "echo only this; exit 1";
	assert_int_equal(proc_check(argv, NULL, NULL, &e), -EIO);
	assert_string_equal(e.text, "sh failed with status 1: only this");
	err_clear(&e);
	argv[2] = "kill -SEGV $$";
	assert_int_equal(proc_check(argv, NULL, NULL, &e), -EIO);
	assert_non_null(strstr(e.text, "sh died of signal 11"));
	err_clear(&e);
	argv[2] = "exec sleep 60";
	assert_int_equal(proc_check(argv, &o, NULL, &e), -EIO);
	assert_string_equal(e.text, "sh was killed after 0.1 s");
	err_clear(&e);
	argv[2] = "echo fine >&2";
	assert_int_equal(proc_check(argv, NULL, NULL, &e), 0);
	assert_string_equal(e.text, "");
}

static void last_words_are_not_those_of_an_earlier_child(void **state)
{
	const char *const argv[] = { "false", NULL };
	struct buf b = BUF_INIT;
	struct proc_opts o = { .out = &b, .err = &b };
	struct err e = ERR_INIT;

	(void)state;
	buf_adds(&b, "earlier\n");
	assert_int_equal(proc_check(argv, &o, NULL, &e), -EIO);
	assert_string_equal(e.text, "false failed with status 1");
	assert_string_equal(b.data, "earlier\n");
	buf_release(&b);
}

/*
 * A line of /proc/PID/status as a mask, less signals 32 and 33: those are glibc's own,
 * which posix_spawn (so make) leaves ignored in its children and signal() cannot reset.
 */
static uint64_t signal_mask(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	assert_non_null(line);
	return strtoull(line + strlen(name), NULL, 16) & ~(UINT64_C(3) << 31);
}

static void no_signal_action_or_mask_of_ours_reaches_the_child(void **state)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out };
	struct proc_exit x;
	sigset_t set, old;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	assert_int_equal(sh("grep -E '^Sig(Ign|Blk)' /proc/self/status", &o, &x), 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_int_equal(signal_mask(out.data, "SigBlk:"), 0);
	assert_int_equal(signal_mask(out.data, "SigIgn:"), 0);
	buf_release(&out);
}

static void only_the_descriptors_named_reach_the_child(void **state)
{
	/* 20 without close-on-exec, as careless code would leave it; 21 with it, but named. */
	int leak = dup2(STDIN_FILENO, 20), kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 21);
	const char *argv[] = { "sh", "-c", NULL, NULL };
	struct proc_exit x = { 0, 0, false };
	char script[100];
	struct proc p;

	(void)state;
	snprintf(script, sizeof(script), "test ! -e /proc/$$/fd/%d && test -e /proc/$$/fd/%d", leak,
		 kept);
	argv[2] = script;
	assert_int_equal(
		proc_launch(&p, &(struct launch){ argv, NULL, NULL, -1, -1, &kept, 1 }, NULL), 0);
	while (!proc_poll(&p, &x))
		usleep(1000);
	assert_int_equal(x.status, 0);
	close(leak);
	close(kept);
}

static void a_parent_without_standard_streams_still_reads_its_child(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		struct buf out = BUF_INIT, err = BUF_INIT;
		struct proc_opts o = { .out = &out, .err = &err };
		struct proc_exit x;
		bool ok;

		close(0);
		close(1);
		close(2);
		ok = !sh("echo a; echo b >&2", &o, &x) && !x.status &&
		     !strcmp(buf_str(&out), "a\n") && !strcmp(buf_str(&err), "b\n");
		buf_release(&out);
		buf_release(&err);
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_daemon_that_keeps_the_pipe_open_does_not_hang_us(void **state)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out };
	uint64_t start = now_ns();
	struct proc_exit x;

	(void)state;
	assert_int_equal(sh("setsid sleep 10 & echo started", &o, &x), 0);
	assert_true(now_ns() - start < 5000 * MS);
	assert_int_equal(x.status, 0);
	assert_string_equal(out.data, "started\n");
	buf_release(&out);
}

/* Start a shell with a child of its own, whose pid comes through the pipe. */
static pid_t start_family(struct proc *p)
{
	static const char *const argv[] = { "sh", "-c", "sleep 60 & echo $!; wait", NULL };
	char text[20] = "";
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(
		proc_launch(p, &(struct launch){ argv, NULL, NULL, fds[1], -1, NULL, 0 }, NULL), 0);
	close(fds[1]);
	assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
	close(fds[0]);
	return parse_pid(text);
}

static void killing_a_child_kills_its_children(void **state)
{
	struct proc none = PROC_NONE, p;
	struct proc_exit x;
	pid_t grandchild = start_family(&p);

	(void)state;
	assert_true(p.pidfd >= 0);
	assert_int_equal(getpgid(p.pid), p.pid);
	assert_int_equal(proc_poll(&p, &x), 0);
	proc_kill(&p);
	assert_int_equal(p.pid, 0);
	assert_int_equal(p.pidfd, -1);
	assert_true(dies(grandchild));
	proc_kill(&p);
	proc_kill(&none);
	assert_int_equal(proc_poll(&none, &x), 0);
}

static void no_child_outlives_us(void **state)
{
	pid_t child = 0, middle;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	middle = fork();
	if (!middle) {
		static const char *const argv[] = { "sleep", "60", NULL };
		struct proc p;

		if (!proc_launch(&p, &(struct launch){ argv, NULL, NULL, -1, -1, NULL, 0 }, NULL) &&
		    write(fds[1], &p.pid, sizeof(p.pid)) == (ssize_t)sizeof(p.pid))
			pause();
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &child, sizeof(child)), sizeof(child));
	close(fds[0]);
	assert_int_equal(kill(child, 0), 0);
	kill(middle, SIGKILL);
	waitpid(middle, NULL, 0);
	assert_true(dies(child));
}

static void no_descriptor_is_lost_over_many_runs(void **state)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &out, .cwd = "/nonexistent" };
	int before = dup(STDERR_FILENO), after;
	struct proc_exit x;

	(void)state;
	close(before);
	for (int i = 0; i < 20; i++) {
		sh("echo", &o, &x); /* fails in the child */
		sh("echo", &(struct proc_opts){ .out = &out, .err = &out }, &x);
	}
	after = dup(STDERR_FILENO);
	close(after);
	assert_int_equal(before, after);
	assert_int_equal(out.len, 20);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_goes_where_it_is_asked_to),
		cmocka_unit_test(much_output_on_both_streams_neither_blocks_nor_is_lost),
		cmocka_unit_test(a_program_that_is_not_there_is_enoent),
		cmocka_unit_test(a_failed_exec_or_chdir_is_an_error_not_an_exit_status),
		cmocka_unit_test(the_working_directory_is_the_childs_only),
		cmocka_unit_test(a_child_past_its_time_is_killed_with_its_children),
		cmocka_unit_test(a_stop_request_ends_the_child_and_is_eintr),
		cmocka_unit_test(signals_that_ask_for_nothing_do_no_harm),
		cmocka_unit_test(a_failure_is_told_with_the_childs_last_words),
		cmocka_unit_test(last_words_are_not_those_of_an_earlier_child),
		cmocka_unit_test(no_signal_action_or_mask_of_ours_reaches_the_child),
		cmocka_unit_test(only_the_descriptors_named_reach_the_child),
		cmocka_unit_test(a_parent_without_standard_streams_still_reads_its_child),
		cmocka_unit_test(a_daemon_that_keeps_the_pipe_open_does_not_hang_us),
		cmocka_unit_test(killing_a_child_kills_its_children),
		cmocka_unit_test(no_child_outlives_us),
		cmocka_unit_test(no_descriptor_is_lost_over_many_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
