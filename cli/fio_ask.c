/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_ask.c: see fio_ask.h. */
#include "cli/fio_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"

#define WORDS_SHOWN 600

struct ask {
	char *dir;           /* an empty folder: relative paths of a job lead nowhere else */
	struct strv engines; /* found in this fio */
	struct strv seen;    /* "part=2": values of the workload's parameters that fio took */
};

/* fio's lines as one sentence. */
static char *one_line(const char *words)
{
	struct strv lines = STRV_INIT;
	struct buf b = BUF_INIT;

	strv_split(&lines, words, "\n");
	for (size_t i = 0; i < lines.n && b.len < WORDS_SHOWN; i++)
		buf_addf(&b, "%s%s", i ? "; " : "", lines.v[i]);
	strv_release(&lines);
	buf_str(&b);
	return buf_detach(&b, NULL);
}

/* Run fio with this argument, and a job file of that text where it has one. */
static int run_fio(const struct ask *a, const char *arg, const char *text, struct buf *words,
		   struct proc_exit *x, struct err *e)
{
	const char *argv[] = { "fio", arg, text ? "job.fio" : NULL, NULL };
	const struct proc_opts o = { .cwd = a->dir, .out = words, .err = words };
	char *path = xasprintf("%s/job.fio", a->dir);
	int ret = text ? fs_write_atomic(path, text, strlen(text), e) : 0;

	if (!ret)
		ret = proc_run(argv, &o, NULL, x, e);
	free(path);
	return ret;
}

static int refuse(const char *file, const char *words, struct err *e)
{
	char *said = one_line(words);

	err_add(e, EINVAL, "%s: fio does not take it: %s", file, said);
	err_exit(e, FSDUEL_USAGE);
	free(said);
	return -EINVAL;
}

static int ask_text(const struct ask *a, const char *file, const char *text, struct err *e)
{
	struct buf words = BUF_INIT;
	struct proc_exit x;
	int ret = run_fio(a, "--parse-only", text, &words, &x, e);

	if (!ret && x.status)
		ret = refuse(file, buf_str(&words), e);
	buf_release(&words);
	return ret;
}

/* To parse a job fio does not look for its engine. */
static int ask_engine(struct ask *a, const char *file, const char *engine, struct err *e)
{
	struct buf words = BUF_INIT;
	struct proc_exit x;
	char *arg;
	int ret;

	if (strv_find(&a->engines, engine) >= 0)
		return 0;
	arg = xasprintf("--enghelp=%s", engine);
	ret = run_fio(a, arg, NULL, &words, &x, e);
	if (!ret && strstr(buf_str(&words), "not loadable"))
		ret = refuse(file, buf_str(&words), e);
	if (!ret)
		strv_add(&a->engines, engine);
	buf_release(&words);
	free(arg);
	return ret;
}

static int ask_engines(struct ask *a, const char *file, const char *text, struct err *e)
{
	static const char key[] = "ioengine=";
	struct strv lines = STRV_INIT;
	int ret = 0;

	strv_split(&lines, text, "\n");
	for (size_t i = 0; !ret && i < lines.n; i++)
		if (!strncmp(lines.v[i], key, strlen(key)))
			ret = ask_engine(a, file, lines.v[i] + strlen(key), e);
	strv_release(&lines);
	return ret;
}

/* Has the cell a value that no cell of its workload before had? Then the values are noted. */
static bool is_new(struct ask *a, const struct plan_cell *c, bool first)
{
	struct strv values = STRV_INIT;
	bool found = first;

	strv_split(&values, c->params, ";");
	for (size_t i = 0; i < values.n; i++) {
		if (strv_find(&a->seen, values.v[i]) >= 0)
			continue;
		strv_add(&a->seen, values.v[i]);
		found = true;
	}
	strv_release(&values);
	return found;
}

static int ask_workload(struct ask *a, const struct plan *p, size_t workload, struct err *e)
{
	const char *file = p->suite->workloads[workload].fio;
	bool first = true;
	int ret = 0;

	for (size_t i = 0; !ret && i < p->nr_cells; i++) {
		const struct plan_cell *c = &p->cells[i];

		if (c->workload != workload || !c->fio_text || !is_new(a, c, first))
			continue;
		first = false;
		ret = ask_text(a, file, c->fio_text, e);
		/* They run as well, and may be no cell of their own. */
		if (!ret && c->fio_before)
			ret = ask_text(a, file, c->fio_before, e);
		if (!ret)
			ret = ask_engines(a, file, c->fio_text, e);
		if (!ret && c->fio_before)
			ret = ask_engines(a, file, c->fio_before, e);
	}
	strv_release(&a->seen);
	return ret;
}

static bool has_fio(const struct suite *s)
{
	for (size_t i = 0; i < s->nr_workloads; i++)
		if (s->workloads[i].fio)
			return true;
	return false;
}

int fio_ask(const struct plan *p, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/fsduel-fio-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct ask a = { .dir = dir, .engines = STRV_INIT, .seen = STRV_INIT };
	char *fio = proc_which("fio");
	int ret = 0;

	if (!has_fio(p->suite))
		goto out;
	if (!fio)
		ret = err_add(e, ENOENT, "fio is missing, and %s has fio jobs; install fio",
			      p->suite->path);
	else if (!mkdtemp(dir))
		ret = err_sys(e, errno, "cannot make a folder like %s", dir);
	if (ret) {
		err_exit(e, FSDUEL_MACHINE);
		goto out;
	}
	for (size_t i = 0; i < p->suite->nr_workloads; i++) {
		int one = ask_workload(&a, p, i, e);

		ret = ret ? ret : one;
	}
	fs_remove_tree(dir, NULL);
out:
	strv_release(&a.engines);
	free(fio);
	free(dir);
	return ret;
}

void fio_notes(const struct suite *s, void (*say)(void *arg, const char *sentence), void *arg)
{
	for (size_t i = 0; i < s->nr_workloads; i++)
		for (size_t k = 0; k < s->workloads[i].notes.n; k++)
			say(arg, s->workloads[i].notes.v[k]);
}
