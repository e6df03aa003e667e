/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot_act.c: the half of reboot.h that does things to the machine: state file
 * and systemd unit written and removed, a kernel loaded and started. Only root
 * can, and only where systemd runs the machine; kexec(8), systemctl(1),
 * systemd.unit(5).
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/host/reboot.h"

#define MARK "# Written by fsduel run --kexec and removed at its end, or by fsduel clean.\n"
#define SYSTEMD_RUNS "/run/systemd/system"
#define KEXEC_LOADED "/sys/kernel/kexec_loaded"
#define KEXEC_DISABLED "/proc/sys/kernel/kexec_load_disabled"
#define STEP_TIMEOUT_NS 120000000000u

/* Beside the journal of undo.h. */
static char *state_path(const char *root, const char *file)
{
	const char *dir = getenv("FSDUEL_STATE");
	const char *name = strrchr(file, '/');

	return dir && *dir ? xasprintf("%s%s", dir, name) : xasprintf("%s%s", root, file);
}

static char *unit_path(const char *root)
{
	return xasprintf("%s" REBOOT_UNIT_FILE, root);
}

/* --- needs -------------------------------------------------------------------------- */

int reboot_check(struct err *e)
{
	static const struct {
		const char *program, *package;
	} needs[] = { { "kexec", "kexec-tools" }, { "systemctl", "systemd" } };
	char *off = fs_read_line(KEXEC_DISABLED);
	bool disabled = off && strcmp(off, "0");

	free(off);
	err_exit(e, FSDUEL_MACHINE);
	if (geteuid())
		return err_add(e, EPERM, "--kexec restarts the machine: run it as root");
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		char *path = proc_which(needs[i].program);

		if (!path)
			return err_add(e, ENOTSUP, "--kexec needs %s: install %s", needs[i].program,
				       needs[i].package);
		free(path);
	}
	if (!fs_exists(SYSTEMD_RUNS))
		return err_add(e, ENOTSUP,
			       "--kexec goes on after each boot by a systemd unit, and "
			       "this machine was not started by systemd: restart it yourself and "
			       "run fsduel run --kernel LABEL on each kernel");
	if (!fs_exists(KEXEC_LOADED) || disabled)
		return err_add(e, ENOTSUP,
			       "this kernel cannot kexec (%s): boot one with CONFIG_KEXEC, or "
			       "restart yourself and run fsduel run --kernel LABEL",
			       disabled ? "kernel.kexec_load_disabled is set"
					: "it has no " KEXEC_LOADED);
	e->exit_code = 0;
	return 0;
}

bool reboot_is_installed(const char *root)
{
	char *state = state_path(root, REBOOT_STATE_FILE), *unit = unit_path(root);
	bool is = fs_exists(state) || fs_exists(unit);

	free(state);
	free(unit);
	return is;
}

/* --- the state file ------------------------------------------------------------------- */

int reboot_load(struct reboot_state *s, const char *root, struct err *e)
{
	char *path = state_path(root, REBOOT_STATE_FILE);
	json_t *j = NULL;
	int ret;

	*s = (struct reboot_state)REBOOT_STATE_NONE;
	if (!fs_exists(path)) {
		ret = err_add(e, ENOENT,
			      "no run that alternates kernels is under way: there is no %s", path);
	} else {
		ret = fs_read_json(path, &j, e);
		if (!ret)
			ret = reboot_state_from_json(s, j, e);
		if (ret)
			err_add(e, EINVAL, "%s cannot be read; fsduel clean removes it", path);
	}
	json_decref(j);
	free(path);
	return ret;
}

int reboot_save(const struct reboot_state *s, const char *root, struct err *e)
{
	char *path = state_path(root, REBOOT_STATE_FILE);
	char *dir = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	json_t *j = reboot_state_to_json(s);
	int ret = fs_mkdir_p(dir, e);

	if (!ret)
		ret = fs_write_json(path, j, e);
	json_decref(j);
	free(dir);
	free(path);
	return ret;
}

/* --- the unit ------------------------------------------------------------------------- */

/* systemd.service(5): quoted, with \ and " escaped; % and $ are specifiers and variables. */
static int add_quoted(struct buf *b, const char *word, struct err *e)
{
	buf_addc(b, '"');
	for (const char *p = word; *p; p++) {
		if ((unsigned char)*p < ' ')
			return err_add(e, EINVAL, "a systemd unit cannot hold the path %s", word);
		if (strchr("\\\"", *p))
			buf_addc(b, '\\');
		else if (strchr("%$", *p))
			buf_addc(b, *p);
		buf_addc(b, *p);
	}
	buf_addc(b, '"');
	return 0;
}

int reboot_unit_text(const struct reboot_state *s, struct buf *b, struct err *e)
{
	const char *state = getenv("FSDUEL_STATE");
	char *log = state_path("", REBOOT_LOG);
	int ret;

	buf_adds(b, MARK "[Unit]\n"
			 "Description=fsduel measures kernels in turn\n"
			 /* Not before everything else is up: it would be measured with us. */
			 "After=multi-user.target\n"
			 "\n"
			 "[Service]\n"
			 "Type=exec\n"
			 "ExecStart=");
	ret = add_quoted(b, s->fsduel, e);
	buf_adds(b, " run --kexec-resume\n");
	if (state && *state && !ret) {
		char *assignment = xasprintf("FSDUEL_STATE=%s", state);

		buf_adds(b, "Environment=");
		ret = add_quoted(b, assignment, e);
		buf_addc(b, '\n');
		free(assignment);
	}
	buf_addf(b,
		 "StandardOutput=append:%s\n"
		 "StandardError=append:%s\n"
		 /* Only fsduel is told to stop; it ends what it has started itself. */
		 "KillMode=mixed\n"
		 "TimeoutStopSec=120\n"
		 "\n"
		 "[Install]\n"
		 "WantedBy=multi-user.target\n",
		 log, log);
	if (!ret && strpbrk(log, "%\n"))
		ret = err_add(e, EINVAL, "a systemd unit cannot hold the path %s", log);
	free(log);
	return ret;
}

/* systemctl verb [unit], on the tree below root where that is not "". */
static int systemctl(const char *root, const char *verb, const char *unit, struct err *e)
{
	struct proc_opts o = { .timeout_ns = STEP_TIMEOUT_NS };
	struct strv argv = STRV_INIT;
	int ret;

	strv_add(&argv, "systemctl");
	if (*root)
		strv_addf(&argv, "--root=%s", root);
	strv_add(&argv, verb);
	if (unit)
		strv_add(&argv, unit);
	ret = proc_check((const char *const *)argv.v, &o, NULL, e);
	strv_release(&argv);
	return ret;
}

/* A manager is only there for the real root. */
static int reload(const char *root, struct err *e)
{
	return *root || !fs_exists(SYSTEMD_RUNS) ? 0 : systemctl(root, "daemon-reload", NULL, e);
}

int reboot_install(const struct reboot_state *s, const char *root, struct err *e)
{
	char *path = unit_path(root);
	struct buf text = BUF_INIT;
	int ret = reboot_unit_text(s, &text, e);

	if (!ret && fs_exists(path))
		ret = err_add(e, EEXIST,
			      "%s is there already: fsduel clean removes what an earlier run left",
			      path);
	if (!ret)
		ret = reboot_save(s, root, e);
	if (!ret)
		ret = fs_write_atomic(path, text.data, text.len, e);
	if (!ret)
		ret = reload(root, e);
	if (!ret)
		ret = systemctl(root, "enable", REBOOT_UNIT, e);
	buf_release(&text);
	free(path);
	return ret;
}

static int remove_unit(const char *root, const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	int ret = fs_read(path, 65536, &text, e);

	if (!ret && strncmp(buf_str(&text), MARK, strlen(MARK)))
		ret = err_add(e, EEXIST,
			      "%s is not the one that fsduel wrote; look at it and "
			      "remove it yourself",
			      path);
	buf_release(&text);
	if (!ret)
		ret = systemctl(root, "disable", REBOOT_UNIT, e);
	if (!ret && unlink(path))
		ret = err_sys(e, errno, "cannot remove %s", path);
	return ret ? ret : reload(root, e);
}

int reboot_remove(const char *root, struct err *e)
{
	char *state = state_path(root, REBOOT_STATE_FILE), *unit = unit_path(root);
	int ret = fs_exists(unit) ? remove_unit(root, unit, e) : 0;

	/* Last: as long as it is there, the next fsduel clean knows that something may be left. */
	if (!ret && unlink(state) && errno != ENOENT)
		ret = err_sys(e, errno, "cannot remove %s", state);
	free(state);
	free(unit);
	return ret;
}

/* --- kexec ------------------------------------------------------------------------------ */

/*
 * As it shuts the machine down, systemd ends the programs of our session with
 * SIGTERM and SIGHUP, and systemctl itself may be among the first.
 */
static int shut_down(struct err *e)
{
	static const char *const argv[] = { "systemctl", "kexec", NULL };
	struct buf said = BUF_INIT;
	struct proc_opts o = { .out = &said, .err = &said, .timeout_ns = STEP_TIMEOUT_NS };
	struct proc_exit x;
	int ret = proc_run(argv, &o, NULL, &x, e);

	if (!ret && x.status && x.signal != SIGTERM && x.signal != SIGHUP)
		ret = err_add(e, EIO,
			      "systemctl kexec did not restart the machine (exit code %d, "
			      "signal %d): %.200s",
			      x.status, x.signal, buf_str(&said));
	buf_release(&said);
	return ret;
}

int reboot_kexec(const struct reboot_kernel *k, struct err *e)
{
	struct proc_opts o = { .timeout_ns = STEP_TIMEOUT_NS };
	struct strv argv = STRV_INIT;
	char sha[SHA256_HEX];
	int ret = sha256_file(k->image, sha, e);

	if (!ret && strcmp(sha, k->sha256))
		ret = err_add(e, EINVAL, "%s is no longer the image that this run was begun with",
			      k->image);
	/* By the file-based call where the kernel has it: locked-down kernels know no other. */
	strv_split(&argv, "kexec -a -l", " ");
	strv_add(&argv, k->image);
	strv_add(&argv, "--reuse-cmdline");
	if (k->initrd)
		strv_addf(&argv, "--initrd=%s", k->initrd);
	if (!ret)
		ret = proc_check((const char *const *)argv.v, &o, NULL, e);
	if (!ret)
		ret = shut_down(e);
	strv_release(&argv);
	return ret;
}
