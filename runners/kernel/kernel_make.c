/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_make.c: the programs that build a kernel; see kernel_build_impl.h. Make
 * gets an environment of its own, so that nobody's KCFLAGS or MAKEFLAGS ends up
 * in an image, and a log file, in which compiled files are counted as they come.
 */
#include "runners/kernel/kernel_build_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/proc.h"

#define VERSION_TIMEOUT_NS 10000000000ull
#define LOOK_NS 250000000
#define TAIL_BYTES 1000
#define TAIL_LINES 8

static const struct tool {
	const char *program, *package;
	bool for_patches;
} tools[] = {
	{ "make", "make", false },     { "gcc", "gcc", false },     { "ld", "binutils", false },
	{ "flex", "flex", false },     { "bison", "bison", false }, { "bc", "bc", false },
	{ "env", "coreutils", false }, { "patch", "patch", true },
};

int make_check_tools(bool patches, struct err *e)
{
	struct buf programs = BUF_INIT, packages = BUF_INIT;
	int ret = 0;

	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		char *path;

		if (tools[i].for_patches && !patches)
			continue;
		path = proc_which(tools[i].program);
		if (!path) {
			buf_addf(&programs, "%s%s", programs.len ? ", " : "", tools[i].program);
			buf_addf(&packages, " %s", tools[i].package);
		}
		free(path);
	}
	if (programs.len) {
		ret = err_add(e, ENOENT,
			      "building a kernel takes %s, which this machine lacks: "
			      "apt-get install%s",
			      programs.data, packages.data);
		err_exit(e, FSDUEL_MACHINE);
	}
	buf_release(&programs);
	buf_release(&packages);
	return ret;
}

int make_toolchain(struct buf *b, struct err *e)
{
	static const char *const programs[] = { "gcc", "ld" };
	int ret = 0;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !ret; i++) {
		const char *const argv[] = { "env", "LC_ALL=C", programs[i], "--version", NULL };
		struct buf out = BUF_INIT;

		ret = proc_check(
			argv, &(struct proc_opts){ .out = &out, .timeout_ns = VERSION_TIMEOUT_NS },
			NULL, e);
		if (!ret)
			buf_addf(b, "%s%.*s", i ? "\n" : "", (int)strcspn(buf_str(&out), "\n"),
				 out.data);
		buf_release(&out);
	}
	return ret;
}

/* What of our environment a compiler may need. */
static const char *const kept[] = { "PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "CCACHE_DIR" };

static void add_environment(struct strv *argv)
{
	strv_add(argv, "env");
	strv_add(argv, "-i");
	strv_add(argv, "LC_ALL=C");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);

		if (value)
			strv_addf(argv, "%s=%s", kept[i], value);
	}
	/* The same inputs, the same bytes. */
	strv_add(argv, "KBUILD_BUILD_TIMESTAMP=Wed Jan  1 00:00:00 UTC 2020");
	strv_add(argv, "KBUILD_BUILD_USER=fsduel");
	strv_add(argv, "KBUILD_BUILD_HOST=fsduel");
}

static unsigned nr_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

void make_argv(const struct make_job *j, struct strv *argv)
{
	char *ccache = proc_which("ccache");

	add_environment(argv);
	strv_addf(argv, "KBUILD_BUILD_VERSION=%s", j->version);
	strv_add(argv, "make");
	strv_add(argv, "-C");
	strv_add(argv, j->src);
	strv_addf(argv, "O=%s", j->obj);
	strv_add(argv, "ARCH=x86");
	strv_add(argv, "LOCALVERSION=");
	strv_addf(argv, "-j%u", nr_cpus());
	if (ccache)
		strv_add(argv, "CC=ccache gcc");
	free(ccache);
}

/* Count the files compiled in what the log has got since *at. */
static void count_compiled(int fd, off_t *at, unsigned *compiled)
{
	char chunk[65536];
	ssize_t n = pread(fd, chunk, sizeof(chunk) - 1, *at);
	char *end;

	if (n <= 0)
		return;
	chunk[n] = '\0';
	end = strrchr(chunk, '\n');
	if (!end)
		return;
	*end = '\0';
	*at += end + 1 - chunk;
	for (const char *line = chunk; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		*compiled += !strncmp(line, "  CC ", 5) || !strncmp(line, "  AS ", 5);
	}
}

static int watch(const struct make_job *j, struct proc *p, int log, const char *step,
		 struct proc_exit *x, struct err *e)
{
	const struct kernel_build *b = j->build;
	struct kernel_build_progress now = { .step = step };
	off_t at = 0;

	for (;;) {
		if (proc_poll(p, x))
			return 0;
		if (b->stop && *b->stop) {
			proc_kill(p);
			return err_add(e, EINTR,
				       "the build was stopped; it goes on from there "
				       "when it is started again");
		}
		count_compiled(log, &at, &now.compiled);
		if (b->progress)
			b->progress(b->arg, &now);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){ .tv_nsec = LOOK_NS }, NULL);
	}
}

/* Lines that say only what make is doing, or that something else failed. */
static bool says_why(const char *line, size_t len)
{
	size_t word = 0;

	if (len > 2 && line[0] == ' ' && line[1] == ' ')
		for (word = 2; word < len && line[word] >= 'A' && line[word] <= 'Z'; word++)
			;
	if (!len || (word > 2 && word < len && line[word] == ' '))
		return false;
	return !(memmem(line, len, "Entering directory", 18) ||
		 memmem(line, len, "Leaving directory", 17) ||
		 memmem(line, len, "Waiting for unfinished", 22) ||
		 (!strncmp(line, "make", 4) && memmem(line, len, "***", 3) &&
		  memmem(line, len, "Error", 5)));
}

void make_log_tail(const char *log, size_t max, struct buf *b)
{
	const char *lines[TAIL_LINES];
	size_t lens[TAIL_LINES], nr = 0, used = 0, first;

	for (const char *at = log; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t len = strcspn(at, "\n");

		if (says_why(at, len)) {
			lines[nr % TAIL_LINES] = at;
			lens[nr++ % TAIL_LINES] = len;
		}
	}
	for (first = nr; first > 0 && nr - first < TAIL_LINES; first--) {
		used += lens[(first - 1) % TAIL_LINES] + 1;
		if (used > max)
			break;
	}
	for (size_t i = first; i < nr; i++)
		buf_addf(b, "%s%.*s", i > first ? "\n" : "", (int)lens[i % TAIL_LINES],
			 lines[i % TAIL_LINES]);
}

static int judge(const struct make_job *j, const struct proc_exit *x, struct err *e)
{
	struct buf log = BUF_INIT, tail = BUF_INIT;

	if (!x->status)
		return 0;
	fs_read(j->log, 0, &log, NULL);
	make_log_tail(buf_str(&log), TAIL_BYTES, &tail);
	err_add(e, EINVAL, "make failed in %s; all it said is in %s, the end of it:\n%s", j->src,
		j->log, tail.len ? tail.data : "(nothing)");
	err_exit(e, FSDUEL_USAGE);
	buf_release(&tail);
	buf_release(&log);
	return -EINVAL;
}

/* Run make with these targets and assignments to its end. */
static int make(const struct make_job *j, const char *step, const char *const *words, struct err *e)
{
	int log = open(j->log, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	struct strv argv = STRV_INIT;
	struct proc p = PROC_NONE;
	struct proc_exit x;
	int ret;

	if (log < 0)
		return err_sys(e, errno, "cannot create %s", j->log);
	make_argv(j, &argv);
	for (; *words; words++)
		strv_add(&argv, *words);
	ret = proc_start(&p, (const char *const *)argv.v, log, log, &j->lock, 1, e);
	if (!ret)
		ret = watch(j, &p, log, step, &x, e);
	if (!ret)
		ret = judge(j, &x, e);
	close(log);
	strv_release(&argv);
	return ret;
}

int make_config(const struct make_job *j, const char *fragment, struct err *e)
{
	char *all = xasprintf("KCONFIG_ALLCONFIG=%s", fragment);
	int ret = make(j, "configuring", (const char *const[]){ all, "allnoconfig", NULL }, e);

	free(all);
	return ret;
}

int make_image(const struct make_job *j, struct err *e)
{
	return make(j, "compiling", (const char *const[]){ "bzImage", NULL }, e);
}
