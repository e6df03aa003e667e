/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc.c: see proc.h. A close-on-exec pipe brings the errno back when a child was not exec'ed.
 * Between fork and exec only async-signal-safe calls are made: the parent may have threads.
 */
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_HIGH_FD 10          /* where the child parks descriptors while it fills 0, 1 and 2 */
#define KILL_WAIT_NS 30000000000u /* for a child in an uninterruptible wait */

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void proc_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* Not realpath: a program may look at the name of the link it was called by. */
static char *absolute(const char *path)
{
	char *cwd, *full;

	if (*path == '/')
		return xstrdup(path);
	cwd = getcwd(NULL, 0);
	full = cwd ? xasprintf("%s/%s", cwd, path) : NULL;
	free(cwd);
	return full;
}

char *proc_which(const char *program)
{
	const char *env = getenv("PATH");
	struct strv dirs = STRV_INIT;
	char *found = NULL;

	if (strchr(program, '/'))
		return is_program(program) ? absolute(program) : NULL;
	strv_split(&dirs, env ? env : "/usr/local/bin:/usr/bin:/bin", ":");
	strv_add(&dirs, "/usr/sbin");
	strv_add(&dirs, "/sbin");
	for (size_t i = 0; i < dirs.n && !found && *program; i++) {
		found = xasprintf("%s/%s", dirs.v[i], program);
		if (dirs.v[i][0] != '/' || !is_program(found)) {
			free(found);
			found = NULL;
		}
	}
	strv_release(&dirs);
	return found;
}

struct child {
	const struct launch *l;
	const char *path;
	char **environ;
	pid_t parent;
	int report; /* where the errno of a failed start goes */
};

static _Noreturn void child_fail(const struct child *c)
{
	int errnum = errno;
	ssize_t n = write(c->report, &errnum, sizeof(errnum));

	(void)n;
	_exit(127);
}

/* Reset all signals: ignored and blocked ones would outlive exec. */
static void child_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_fds(struct child *c)
{
	const struct launch *l = c->l;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[3] = { null, l->fd_out >= 0 ? l->fd_out : null, l->fd_err >= 0 ? l->fd_err : null };

	/* First out of the way, then into place: a source may itself be 0, 1 or 2. */
	c->report = fcntl(c->report, F_DUPFD_CLOEXEC, FIRST_HIGH_FD);
	for (int i = 0; i < 3; i++) {
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_HIGH_FD);
		if (fds[i] < 0)
			child_fail(c);
	}
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			child_fail(c);
	/* Exec closes all other descriptors except those to keep. */
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < l->nkeep; i++)
		if (fcntl(l->keep[i], F_SETFD, 0))
			child_fail(c);
}

static _Noreturn void child_main(struct child *c)
{
	union {
		const char *const *in;
		char *const *out;
	} argv = { .in = c->l->argv }; /* execve's prototype lacks a const */

	setpgid(0, 0);
	/* The parent may have died before the request was in place: then there is no signal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != c->parent)
		_exit(127);
	child_signals();
	child_fds(c);
	if (!c->l->cwd || !chdir(c->l->cwd))
		execve(c->path, argv.out, c->environ);
	child_fail(c);
}

int proc_reap(struct proc *p, struct proc_exit *x)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(p->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	*x = (struct proc_exit){ .status = -1 };
	if (pid > 0 && WIFEXITED(status))
		x->status = WEXITSTATUS(status);
	else if (pid > 0 && WIFSIGNALED(status))
		x->signal = WTERMSIG(status);
	p->pid = 0;
	proc_close_fd(&p->pidfd);
	return pid < 0 ? -errno : 0;
}

/* Wait for the report: 0 when exec closed the pipe without one. */
static int await_exec(int fd, struct proc *p, const struct child *c, struct err *e)
{
	const char *cwd = c->l->cwd;
	struct proc_exit x;
	int errnum = EIO;
	ssize_t n;

	do
		n = read(fd, &errnum, sizeof(errnum));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	proc_reap(p, &x);
	return err_sys(e, errnum, "cannot start %s%s%s", c->path, cwd ? " in " : "",
		       cwd ? cwd : "");
}

static int fork_exec(struct proc *p, struct child *c, struct err *e)
{
	int report[2];
	sigset_t all, old;
	int ret;

	if (pipe2(report, O_CLOEXEC))
		return err_sys(e, errno, "cannot make a pipe");
	c->parent = getpid();
	c->report = report[1];
	/* No handler of ours may run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	p->pid = fork();
	if (!p->pid)
		child_main(c);
	ret = p->pid < 0 ? -errno : 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(report[1]);
	if (ret) {
		p->pid = 0;
		err_sys(e, -ret, "cannot start %s", c->path);
	} else {
		setpgid(p->pid, p->pid); /* as the child does: whoever comes first */
		ret = await_exec(report[0], p, c, e);
	}
	close(report[0]);
	if (ret)
		return ret;
	p->pidfd = pidfd_open(p->pid, 0);
	if (p->pidfd < 0) {
		ret = err_sys(e, errno, "cannot watch %s", c->path);
		proc_kill(p);
	}
	return ret;
}

/* Its own variables first, since the first of a name counts. Only the list is ours to free. */
static char **make_environ(const char *const *own)
{
	size_t n = 0, nr_own = 0;
	char **list;

	while (own && own[nr_own])
		nr_own++;
	while (environ[n])
		n++;
	list = xcalloc(nr_own + n + 1, sizeof(*list));
	for (size_t i = 0; i < nr_own; i++)
		list[i] = (char *)own[i];
	memcpy(list + nr_own, environ, n * sizeof(*list));
	return list;
}

int proc_launch(struct proc *p, const struct launch *l, struct err *e)
{
	char *path = proc_which(l->argv[0]);
	struct child c = { .l = l, .path = path };
	int ret;

	*p = (struct proc)PROC_NONE;
	if (!path)
		return err_add(e, ENOENT, "no program '%s' in PATH, /usr/sbin or /sbin",
			       l->argv[0]);
	c.environ = make_environ(l->env);
	ret = fork_exec(p, &c, e);
	free(c.environ);
	free(path);
	return ret;
}

/* Has it ended? Waits up to timeout_ms. It stays a zombie, so its pid stays its own. */
static bool ended(const struct proc *p, int timeout_ms)
{
	struct pollfd pfd = { .fd = p->pidfd, .events = POLLIN };

	return poll(&pfd, 1, timeout_ms) > 0;
}

int proc_poll(struct proc *p, struct proc_exit *x)
{
	if (p->pid <= 0 || !ended(p, 0))
		return 0;
	kill(-p->pid, SIGKILL); /* what it left in its group */
	proc_reap(p, x);
	return 1;
}

int proc_kill_reap(struct proc *p, struct proc_exit *x)
{
	uint64_t end = now_ns() + KILL_WAIT_NS;

	*x = (struct proc_exit){ .status = -1 };
	kill(-p->pid, SIGKILL);
	kill(p->pid, SIGKILL); /* were it to have changed its group */
	while (p->pidfd >= 0 && !ended(p, 100)) {
		if (now_ns() >= end) {
			p->pid = 0;
			proc_close_fd(&p->pidfd);
			return -ETIMEDOUT;
		}
	}
	proc_reap(p, x);
	return 0;
}

void proc_kill(struct proc *p)
{
	struct proc_exit x;

	if (p->pid > 0)
		proc_kill_reap(p, &x);
}

char *proc_from_own_folder(const char *relative)
{
	char self[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	return xasprintf("%.*s/%s", (int)(slash - self), self, relative);
}

char *proc_beside(const char *name)
{
	char *installed = xasprintf("../lib/fsduel/%s", name);
	char *path = proc_from_own_folder(installed);

	free(installed);
	if (!path || !access(path, F_OK))
		return path;
	free(path);
	return proc_from_own_folder(name);
}
