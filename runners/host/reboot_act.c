/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot_act.c: the half of reboot.h that does things to the machine: notes and systemd unit
 * written and removed, a kernel loaded and started. Only root can, and only where systemd runs
 * the machine; kexec(8), systemd.unit(5), systemd.service(5).
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/host/reboot.h"

#define STATE_DIR "/var/lib/fsduel"
#define STATE_FILE STATE_DIR "/reboot.json"
#define UNIT_DIR "/etc/systemd/system/"
#define UNIT_FILE UNIT_DIR REBOOT_UNIT
#define WANTS_DIR UNIT_DIR "multi-user.target.wants"
#define WANTS_LINK WANTS_DIR "/" REBOOT_UNIT
#define SYSTEMD_RUNS "/run/systemd/system"
#define KEXEC_LOADED "/sys/kernel/kexec_loaded"
#define KEXEC_DISABLED "/proc/sys/kernel/kexec_load_disabled"
#define MARK "# Written by fsduel run --kexec and removed at its end, or by fsduel clean.\n"
#define UNIT_MAX 65536
#define STEP_TIMEOUT_NS 120000000000u

/* State is beside the journal of undo.h. */
static char *path_of(const char *root, const char *file)
{
	const char *dir = getenv("FSDUEL_STATE");

	if (dir && *dir && !strncmp(file, STATE_DIR, strlen(STATE_DIR)))
		return xasprintf("%s%s", dir, file + strlen(STATE_DIR));
	return xasprintf("%s%s", root, file);
}

int reboot_check(struct err *e)
{
	char *kexec = proc_which("kexec"), *off = fs_read_line(KEXEC_DISABLED);
	const char *why = geteuid() ? "it restarts the machine: run it as root"
			  : !kexec  ? "it needs kexec: install kexec-tools"
			  : !fs_exists(SYSTEMD_RUNS)
				  ? "it goes on after each boot by a systemd unit, and systemd "
				    "does not run this machine"
			  : !fs_exists(KEXEC_LOADED) || (off && strcmp(off, "0"))
				  ? "this kernel cannot kexec: it lacks CONFIG_KEXEC, or "
				    "kernel.kexec_load_disabled is set"
				  : NULL;

	free(kexec);
	free(off);
	if (!why)
		return 0;
	err_exit(e, FSDUEL_MACHINE);
	return err_add(e, ENOTSUP,
		       "--kexec cannot be used: %s; without it restart yourself, and give fsduel "
		       "run --kernel LABEL on each kernel",
		       why);
}

/* --- the notes ------------------------------------------------------------------------ */

int reboot_load(struct reboot_state *s, const char *root, struct err *e)
{
	char *path = path_of(root, STATE_FILE);
	json_t *j = NULL;
	int ret;

	if (!fs_exists(path)) {
		ret = err_add(e, ENOENT,
			      "no run that alternates kernels is under way: there is no %s", path);
	} else {
		ret = fs_read_json(path, &j, e);
		if (!ret)
			ret = reboot_notes_from_json(s, j, e);
		if (ret)
			err_add(e, EINVAL, "%s cannot be read; fsduel clean removes it", path);
	}
	json_decref(j);
	free(path);
	return ret;
}

int reboot_save(const struct reboot_state *s, const char *root, struct err *e)
{
	char *dir = path_of(root, STATE_DIR), *path = path_of(root, STATE_FILE);
	json_t *j = reboot_notes_to_json(s);
	int ret = fs_mkdir_p(dir, e);

	if (!ret)
		ret = fs_write_json(path, j, e);
	json_decref(j);
	free(dir);
	free(path);
	return ret;
}

/* --- the unit ------------------------------------------------------------------------- */

/* systemd.syntax(7): characters that are doubled, and those that get a backslash. */
static int add_text(struct buf *b, const char *text, const char *doubled, const char *escaped,
		    struct err *e)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < ' ')
			return err_add(e, EINVAL, "a systemd unit cannot hold \"%s\"", text);
		if (strchr(escaped, *p))
			buf_addc(b, '\\');
		else if (strchr(doubled, *p))
			buf_addc(b, *p);
		buf_addc(b, *p);
	}
	return 0;
}

/* $ is special in a command, and nowhere else. */
static int add_quoted(struct buf *b, const char *before, const char *word, const char *doubled,
		      struct err *e)
{
	int ret;

	buf_addf(b, "%s\"", before);
	ret = add_text(b, word, doubled, "\\\"", e);
	buf_addc(b, '"');
	return ret;
}

/* These name the folders of the notes and of fetched kernels. */
static int add_environment(struct buf *b, struct err *e)
{
	static const char *const names[] = { "FSDUEL_STATE", "FSDUEL_CACHE", "XDG_CACHE_HOME",
					     "HOME" };
	int ret = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !ret; i++) {
		const char *value = getenv(names[i]);
		char *assignment = value ? xasprintf("%s=%s", names[i], value) : NULL;

		if (value)
			ret = add_quoted(b, "\nEnvironment=", assignment, "%", e);
		free(assignment);
	}
	return ret;
}

int reboot_unit_text(struct buf *b, const char *fsduel, const char *cwd, const struct strv *words,
		     struct err *e)
{
	char *log = path_of("", REBOOT_LOG);
	int ret;

	buf_adds(b, MARK);
	buf_adds(b, "[Unit]\n"
		    "Description=fsduel measures kernels in turn\n"
		    /* Not before everything else is up: it would be measured with us. */
		    "After=multi-user.target\n"
		    "\n"
		    "[Service]\n"
		    "Type=exec\n"
		    /* Only fsduel is told to stop; it ends its own children. */
		    "KillMode=mixed\n"
		    "TimeoutStopSec=120\n"
		    "WorkingDirectory=");
	ret = add_text(b, cwd, "%", "", e);
	if (!ret)
		ret = add_quoted(b, "\nExecStart=", fsduel, "%$", e);
	for (size_t i = 0; i < words->n && !ret; i++) {
		ret = add_quoted(b, " ", words->v[i], "%$", e);
		buf_adds(b, i ? "" : " --kexec-resume");
	}
	if (!ret)
		ret = add_environment(b, e);
	for (int i = 0; i < 2 && !ret; i++) {
		buf_adds(b, i ? "\nStandardError=append:" : "\nStandardOutput=append:");
		ret = add_text(b, log, "%", "", e);
	}
	buf_addc(b, '\n');
	free(log);
	return ret;
}

/* The unit that gives the command of this process again, in its folder. */
static int own_unit_text(struct buf *text, struct err *e)
{
	char *fsduel = realpath("/proc/self/exe", NULL), *cwd = getcwd(NULL, 0);
	struct strv words = STRV_INIT;
	struct buf line = BUF_INIT;
	int ret = fsduel && cwd ? fs_read("/proc/self/cmdline", 0, &line, e)
				: err_sys(e, errno, "cannot find this program or its folder");
	const char *word = buf_str(&line), *end = word + line.len;

	for (word += strlen(word) + 1; word < end; word += strlen(word) + 1)
		strv_add(&words, word);
	if (!ret)
		ret = reboot_unit_text(text, fsduel, cwd, &words, e);
	strv_release(&words);
	buf_release(&line);
	free(cwd);
	free(fsduel);
	return ret;
}

/* By the link that `systemctl enable` would make: no manager has to know of it before a boot. */
int reboot_install(const struct reboot_state *s, const char *root, struct err *e)
{
	char *unit = path_of(root, UNIT_FILE), *link = path_of(root, WANTS_LINK);
	char *wants = path_of(root, WANTS_DIR);
	struct buf text = BUF_INIT;
	int ret = own_unit_text(&text, e);

	if (!ret)
		ret = reboot_save(s, root, e);
	if (!ret)
		ret = fs_write_atomic(unit, text.data, text.len, e);
	if (!ret)
		ret = fs_mkdir_p(wants, e);
	if (!ret && symlink(UNIT_FILE, link))
		ret = err_sys(e, errno, "cannot make the link %s", link);
	sync();
	buf_release(&text);
	free(wants);
	free(link);
	free(unit);
	return ret;
}

static int check_ours(const char *unit, struct err *e)
{
	struct buf text = BUF_INIT;
	int ret = fs_read(unit, UNIT_MAX, &text, e);

	if (!ret && strncmp(text.data, MARK, strlen(MARK)))
		ret = err_add(e, EEXIST,
			      "%s is not the one that fsduel wrote: look at it and remove it",
			      unit);
	buf_release(&text);
	return ret;
}

int reboot_remove(const char *root, struct err *e)
{
	/* The notes last: while they are there, fsduel clean knows that something may be left. */
	static const char *const files[] = { WANTS_LINK, UNIT_FILE, STATE_FILE };
	char *unit = path_of(root, UNIT_FILE);
	int ret = fs_exists(unit) ? check_ours(unit, e) : 0;

	free(unit);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !ret; i++) {
		char *path = path_of(root, files[i]);

		if (unlink(path) && errno != ENOENT)
			ret = err_sys(e, errno, "cannot remove %s", path);
		free(path);
	}
	return ret;
}

bool reboot_is_installed(const char *root)
{
	char *state = path_of(root, STATE_FILE), *unit = path_of(root, UNIT_FILE);
	bool is = fs_exists(state) || fs_exists(unit);

	free(state);
	free(unit);
	return is;
}

/* --- kexec ------------------------------------------------------------------------------ */

/* systemd ends our session by SIGTERM and SIGHUP, perhaps systemctl among the first. */
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
	int ret;

	/* By the file-based call where the kernel has it: locked-down kernels know no other. */
	strv_split(&argv, "kexec -a -l --reuse-cmdline", " ");
	if (k->initrd)
		strv_addf(&argv, "--initrd=%s", k->initrd);
	strv_add(&argv, k->image);
	ret = proc_check((const char *const *)argv.v, &o, NULL, e);
	if (!ret)
		ret = shut_down(e);
	strv_release(&argv);
	return ret;
}
