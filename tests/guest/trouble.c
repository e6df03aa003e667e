/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble.c: a guest that gets into trouble on purpose, one row a trouble, by
 * the real thing: the kernel's own interfaces, or its code changed in memory
 * (kernel_code.c). Linked into a guest's first process around fsload_run
 * (-Wl,--wrap); the label of the file system (mkfs -L) says which trouble. An
 * unknown label is no trouble: that cell is measured as ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "runners/vm/channel.h"
#include "tests/guest/kernel_code.h"
#include "workloads/fsload.h"

int __wrap_fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
		      const atomic_int *stop, struct err *e);
int __real_fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
		      const atomic_int *stop, struct err *e);

static int put(const char *path, const char *text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", path);
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		rc = err_sys(e, errno, "cannot write %s to %s", text, path);
	close(fd);
	return rc;
}

static int sysrq(const struct fsload *l, const char *key, struct err *e)
{
	(void)l;
	return put("/proc/sysrq-trigger", key, e);
}

/* A system call that nobody needs here, turned into the code given. */
static int run_code(const char *code, size_t len, const char *function, struct err *e)
{
	int rc = kernel_code_replace("__x64_sys_swapon", code, len, function, e);

	if (!rc)
		syscall(SYS_swapon, NULL, 0);
	return rc;
}

#define RUN_CODE(code, function, e) run_code(code, sizeof(code) - 1, function, e)

static int oops(const struct fsload *l, const char *panic_on_oops, struct err *e)
{
	int rc = put("/proc/sys/kernel/panic_on_oops", panic_on_oops, e);

	(void)l;
	/* xor %eax,%eax; mov (%rax),%eax; ret */
	return rc ? rc : RUN_CODE("\x31\xc0\x8b\x00\xc3", NULL, e);
}

static int bug(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	/* usercopy_abort(NULL, NULL, false, 0, 0): a function that ends in BUG() */
	return RUN_CODE("\x31\xff\x31\xf6\x31\xd2\x31\xc9\x45\x31\xc0" CALL_FUNCTION "\xc3",
			"usercopy_abort", e);
}

static int warning(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	/* push $0; mov %rsp,%rdi; mov $3,%esi; call; pop %rax; ret: a counter's underflow */
	return RUN_CODE("\x6a\x00\x48\x89\xe7\xbe\x03\x00\x00\x00" CALL_FUNCTION "\x58\xc3",
			"refcount_warn_saturate", e);
}

#define NOPS_20                                                                                    \
	"\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90"                                                 \
	"\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90"

/* Found by the watch that the command line sets (tables/mode.c). */
static int soft_lockup(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	/* 60 nops, which TCG does in no time, and jmp back to the first */
	return RUN_CODE(NOPS_20 NOPS_20 NOPS_20 "\xeb\xc2", NULL, e);
}

static int silence(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	/* cli; hlt; jmp back: no CPU of the host is used up */
	return RUN_CODE("\xfa\xf4\xeb\xfd", NULL, e);
}

/* Whoever writes to a frozen file system waits, and no signal ends that. */
static int hung_task(const struct fsload *l, const char *arg, struct err *e)
{
	int fd = open(l->path, O_WRONLY | O_CLOEXEC);

	(void)arg;
	if (fd < 0 || ioctl(fd, FIFREEZE, 0))
		return err_sys(e, errno, "cannot freeze the file system of %s", l->path);
	return pwrite(fd, "x", 1, 0) == 1 ? 0 : -EIO;
}

static int eat_memory(const struct fsload *l, const char *arg, struct err *e)
{
	const size_t step = 16 << 20;

	(void)l;
	(void)arg;
	for (;;) {
		void *p = mmap(NULL, step, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p == MAP_FAILED)
			return err_sys(e, errno, "the kernel refuses memory that it does not have");
		memset(p, 1, step);
	}
}

static int ext4_error(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	return put("/sys/fs/ext4/nullb0/trigger_fs_error", "provoked", e);
}

/* The first blocks of the file go bad: 256k, the most that 6.1 takes as one range. */
static int bad_blocks(const struct fsload *l, const char *arg, struct err *e)
{
	int fd = open(l->path, O_RDONLY | O_CLOEXEC), block = 0, rc;
	unsigned sector;
	char *range;

	(void)arg;
	if (fd < 0 || ioctl(fd, FIBMAP, &block) || !block)
		return err_sys(e, errno, "cannot find the blocks of %s", l->path);
	close(fd);
	sector = (unsigned)block * 8;
	range = xasprintf("+%u-%u", sector, sector + 511);
	rc = put("/sys/kernel/config/nullb/nullb0/badblocks", range, e);
	free(range);
	return rc;
}

static int power_off(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	reboot(RB_POWER_OFF);
	return err_sys(e, errno, "cannot power off");
}

static int garbage(const struct fsload *l, const char *text, struct err *e)
{
	(void)l;
	if (ioperm(PORT_DEBUGCON, 1, 1))
		return err_sys(e, errno, "cannot use the channel");
	port_write(text, strlen(text));
	return 0;
}

static int die(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	kill(getpid(), SIGKILL);
	return err_add(e, EIO, "still alive");
}

/* One page for all files of the cell, and something in it. */
static int no_room(const struct fsload *l, const char *arg, struct err *e)
{
	(void)l;
	(void)arg;
	if (mount("tmpfs", "/tmp", "tmpfs", 0, "size=4k"))
		return err_sys(e, errno, "cannot mount");
	return fs_write_atomic("/tmp/full", "full", 4, e);
}

static const struct {
	const char *label;
	int (*provoke)(const struct fsload *l, const char *arg, struct err *e);
	const char *arg;
} rows[] = {
	{ "panic", sysrq, "c" },           { "oops", oops, "1" },
	{ "oops-outlived", oops, "0" },    { "bug", bug, NULL },
	{ "warning", warning, NULL },      { "soft-lockup", soft_lockup, NULL },
	{ "hung-task", hung_task, NULL },  { "out-of-memory", eat_memory, NULL },
	{ "no-room", no_room, NULL },      { "ext4-error", ext4_error, NULL },
	{ "read-only", ext4_error, NULL }, /* the mount has errors=remount-ro */
	{ "io-error", bad_blocks, NULL },  { "power-off", power_off, NULL },
	{ "restart", sysrq, "b" },         { "garbage", garbage, "\x01\xfegarbage\n\n{]" },
	{ "silence", silence, NULL },      { "killed", die, NULL },
};

int __wrap_fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
		      const atomic_int *stop, struct err *e)
{
	char label[FSLABEL_MAX] = "";
	int fd = open(l->path, O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || ioctl(fd, FS_IOC_GETFSLABEL, label))
		return err_sys(e, errno, "cannot read the file system's label");
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !rc; i++)
		if (!strcmp(rows[i].label, label))
			rc = rows[i].provoke(l, rows[i].arg, e);
	return rc ? rc : __real_fsload_run(l, mark, arg, stop, e);
}
