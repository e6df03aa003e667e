/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_main.c: the first process of a guest. First come the steps that are the same for every cell
 * (guest_set_up), at whose end the host may save the guest. Then it reads its cell, runs it in a
 * child, so that a crash is reported and is no panic, sends the result and resets the machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/pack.h"
#include "lib/fs.h"
#include "lib/proc.h"
#include "lib/schema.h"
#include "runners/cell/cell.h"
#include "runners/cell/mount.h"
#include "runners/vm/channel.h"
#include "runners/vm/guest_setup.h"
#include "runners/cell/trouble.h"
#include "runners/preload/preload.h"

#define RESULT_FILE "/tmp/result.json"
#define RAW_FILE "/tmp/raw.gz"
#define HUNG_LOOK_S 4        /* the kernel looks each second, and reports at its second look */
#define GRACE_NS 5000000000u /* for the cell to stop, beyond its own limit */

/* --- the report -------------------------------------------------------------------------- */

/* The kernel that runs; the host compares it with the image it asked for. */
static json_t *identity(void)
{
	struct buf version = BUF_INIT, notes = BUF_INIT;
	char *hex;
	json_t *id;

	fs_read("/proc/version", 0, &version, NULL);
	fs_read("/sys/kernel/notes", 1 << 20, &notes, NULL);
	hex = xcalloc(2 * notes.len + 1, 1);
	hex_format(hex, 2 * notes.len + 1, notes.data, notes.len);
	id = json_pack("{s:s, s:s}", "version", buf_str(&version), "notes", hex);
	buf_release(&version);
	buf_release(&notes);
	free(hex);
	return id;
}

/* The recording of the cell, where there is one to send. */
static json_t *raw(void)
{
	struct buf gz = BUF_INIT, text = BUF_INIT;
	json_t *j = NULL;

	if (fs_exists(RAW_FILE) && !fs_read(RAW_FILE, GUEST_SEND_MAX, &gz, NULL)) {
		base64_add(&text, gz.data, gz.len);
		j = json_string(buf_str(&text));
	}
	buf_release(&gz);
	buf_release(&text);
	return j;
}

/* Names of the kernel's functions, if the host has none of this kernel yet. */
static json_t *kallsyms(void)
{
	struct buf text = BUF_INIT;
	json_t *j = NULL;

	if (port_told(PORT_SYMBOLS_FILE) &&
	    !fs_read("/proc/kallsyms", GUEST_KALLSYMS_MAX, &text, NULL))
		j = json_string(buf_str(&text));
	buf_release(&text);
	return j;
}

/* Send the result, one that the cell's process has left as text or ours. */
static void report(const struct result *r)
{
	char *own = r->text ? NULL : result_text(r);
	json_t *id = identity(), *recorded = raw(), *symbols = kallsyms();
	struct buf b = BUF_INIT;

	channel_begin(&b);
	channel_add(&b, "kernel", id);
	channel_add_text(&b, CHANNEL_RESULT, r->text ? r->text : own);
	channel_add(&b, GUEST_RAW_RECORD, recorded);
	channel_add(&b, GUEST_SYMBOLS_RECORD, symbols);
	channel_end(&b);
	port_write(b.data, b.len);
	buf_release(&b);
	free(own);
	json_decref(recorded);
	json_decref(symbols);
	json_decref(id);
}

/* --- the cell ---------------------------------------------------------------------------- */

/* The same in every pass, whether anybody looks or not. */
static void count(enum cell_count when)
{
	static const char soon = PROFILE_SOON;

	if (when == COUNT_SOON)
		port_write(&soon, sizeof(soon));
	else if (when == COUNT_BEGIN)
		PROFILE_MARK(PROFILE_MARK_BEGIN);
	else
		PROFILE_MARK(PROFILE_MARK_END);
}

/* For report(), where it is short enough. */
static void leave_raw(const struct result *r)
{
	bool fits = r->raw.len <= GUEST_SEND_MAX;

	if (!r->raw.len)
		return;
	if (!fits || fs_write_atomic(RAW_FILE, r->raw.data, r->raw.len, NULL))
		json_object_set_new(json_object_get(r->facts, "locks"), "raw_too_long",
				    json_true());
}

/* The child: run the cell and leave the result in a file. */
static int run_cell(const struct cell_spec *spec, char *const *mkfs_versions, struct err *e)
{
	uint64_t memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	char device[32];
	struct result r;
	char *text;
	int ret;

	ret = device_make(&spec->device, device, e);
	if (!ret) {
		struct cell_place at = {
			.device = device,
			.dir = "/mnt",
			.work = "/tmp",
			.mkfs_versions = mkfs_versions,
			.count = count,
			.recording_max_bytes = memory_bytes / GUEST_RECORDING_SHARE,
			.raw_max_bytes = GUEST_RAW_MAX,
			.settle = guest_settle,
		};

		ret = cell_run(spec, &at, &r, e);
	} else {
		result_init(&r);
		result_fail(&r, STATUS_FAILED, "%s", e->text);
	}
	leave_raw(&r);
	text = result_text(&r);
	result_release(&r);
	ret = fs_write_atomic(RESULT_FILE, text, strlen(text), e);
	free(text);
	return ret;
}

/*
 * Wait for child until its limit, asleep: nothing of ours wakes up while the cell is measured.
 * Orphans are reaped. False: it had to be killed.
 */
static bool wait_child(pid_t child, uint64_t limit_ns, const sigset_t *chld, int *status)
{
	uint64_t deadline_ns = now_ns() + limit_ns;

	for (;;) {
		uint64_t now = now_ns(), left = deadline_ns > now ? deadline_ns - now : 0;
		struct timespec t = { (time_t)(left / 1000000000u), (long)(left % 1000000000u) };
		pid_t pid;

		while ((pid = waitpid(-1, status, WNOHANG)) > 0)
			if (pid == child)
				return true;
		if (!left) {
			kill(-1, SIGKILL);
			return false;
		}
		sigtimedwait(chld, NULL, &t);
	}
}

/*
 * A killed process that stays is in the kernel. The kernel's watch for that is turned up only now,
 * so that it disturbs no good cell.
 */
static void look_for_hung_tasks(void)
{
	const struct timespec wait = { HUNG_LOOK_S, 0 };

	if (!fs_write_text("/proc/sys/kernel/hung_task_timeout_secs", "1", NULL))
		nanosleep(&wait, NULL);
}

/* The cell left no result: the kernel's words come first, then why. */
static void fail_for_it(struct klog *log, const char *why, struct result *r)
{
	struct trouble_found f = TROUBLE_NONE;

	result_release(r);
	result_init(r);
	if (log->fd >= 0 && !klog_scan(log, &f, NULL))
		trouble_fail(&f, STATUS_FAILED, why, r);
	if (f.row)
		r->console = trouble_excerpt(&f, buf_str(&log->tail), log->tail.len);
	result_fail(r, STATUS_FAILED, "%s", why);
	trouble_release(&f);
}

/* It is not parsed here: the host checks it. */
static void read_result(struct klog *log, const struct err *said, struct result *r)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	if (fs_read(RESULT_FILE, 0, &text, &e)) {
		buf_reset(&text);
		buf_addf(&text, "the cell left no result: %s", said->text[0] ? said->text : e.text);
		fail_for_it(log, text.data, r);
	} else {
		r->text = buf_detach(&text, NULL);
	}
	buf_release(&text);
}

static void supervise(const struct cell_spec *spec, char *const *mkfs_versions, struct result *r)
{
	struct klog log = KLOG_NONE;
	/* Shared, so that the child can still tell its error where no file takes it. */
	struct err *said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	sigset_t chld;
	pid_t child;

	if (said == MAP_FAILED) {
		result_fail(r, STATUS_FAILED, "the guest has no memory for its cell");
		return;
	}

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	klog_open(&log, NULL); /* a cell that has no log to read says so itself */
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_UNBLOCK, &chld, NULL);
		_exit(run_cell(spec, mkfs_versions, said) ? 1 : 0);
	}
	if (!wait_child(child, spec->limit_ns + GRACE_NS, &chld, &status)) {
		look_for_hung_tasks();
		fail_for_it(&log, "the cell did not stop at its virtual limit", r);
		result_mark(r, MARK_BROKEN); /* asked to stop, it hangs */
	} else if (WIFSIGNALED(status)) {
		char *why = xasprintf("the cell was killed by signal %d (%s)", WTERMSIG(status),
				      strsignal(WTERMSIG(status)));

		fail_for_it(&log, why, r);
		free(why);
	} else {
		read_result(&log, said, r);
	}
	klog_close(&log);
}

/* Up to here all guests are alike; from here on the kernel's random numbers are of the seed. */
static int seed_random(uint64_t seed, struct err *e)
{
	struct {
		struct rand_pool_info info;
		unsigned char bytes[SHA256_BYTES];
	} more = { .info = { .entropy_count = 8 * SHA256_BYTES, .buf_size = SHA256_BYTES } };
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC), ret = 0;

	sha256(&seed, sizeof(seed), more.bytes);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &more) || ioctl(fd, RNDRESEEDCRNG))
		ret = err_sys(e, errno, "the guest cannot seed its kernel's random numbers");
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Read the cell and run it; a trial boot has none. */
static int run_what_is_asked(char *const *mkfs_versions, struct result *r, struct err *e)
{
	struct cell_spec spec = { 0 };
	struct buf text = BUF_INIT;
	json_error_t je = { .text = "" };
	json_t *j = NULL;
	int ret = port_read_file(PORT_CELL_FILE, &text, e);

	if (!ret)
		j = json_loadb(text.data, text.len, 0, &je);
	if (!ret && !json_object_get(j, GUEST_TRIAL_KEY)) {
		ret = cell_spec_from_json(&spec, j, e);
		if (ret)
			err_add(e, EINVAL, "the guest cannot read its cell %s", je.text);
		else
			ret = seed_random(spec.seed, e);
		if (!ret)
			supervise(&spec, mkfs_versions, r);
	}
	return ret;
}

int main(void)
{
	char *mkfs_versions[FS_TYPES_MAX] = { NULL };
	struct err e = ERR_INIT;
	struct result r;

	setenv("PATH", "/bin", 1);
	result_init(&r);
	if (port_open(&e)) {
		fprintf(stderr, "fsduel-guest: %s\n", e.text);
		reboot(RB_AUTOBOOT);
	}
	if (guest_set_up(mkfs_versions, &e) || run_what_is_asked(mkfs_versions, &r, &e))
		result_fail(&r, STATUS_FAILED, "%s", e.text);
	report(&r);
	reboot(RB_AUTOBOOT);
	return 1;
}
