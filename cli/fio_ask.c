/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_ask.c: shows a plan's jobs to fio before anything is measured or formatted; see measure.h. */
#include "cli/measure.h"

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

/* Run fio with this argument, and a job file of that text; a sentence names file. */
static int ask(const struct ask *a, const char *file, const char *arg, const char *text,
	       struct err *e)
{
	struct buf words = BUF_INIT;
	const char *argv[] = { "fio", arg, text ? "job.fio" : NULL, NULL };
	const struct proc_opts o = { .cwd = a->dir, .out = &words, .err = &words };
	char *path = xasprintf("%s/job.fio", a->dir);
	struct proc_exit x;
	int ret = text ? fs_write_atomic(path, text, strlen(text), e) : 0;

	if (!ret)
		ret = proc_run(argv, &o, NULL, &x, e);
	/* --enghelp ends well where there is no such engine, too. */
	if (!ret && (text ? x.status != 0 : strstr(buf_str(&words), "not loadable") != NULL)) {
		struct strv lines = STRV_INIT;
		struct buf said = BUF_INIT;

		strv_split(&lines, buf_str(&words), "\n");
		for (size_t i = 0; i < lines.n && said.len < WORDS_SHOWN; i++)
			buf_addf(&said, "%s%s", i ? "; " : "", lines.v[i]);
		ret = err_add(e, EINVAL, "%s: fio does not take it: %s", file, buf_str(&said));
		err_exit(e, FSDUEL_USAGE);
		buf_release(&said);
		strv_release(&lines);
	}
	buf_release(&words);
	free(path);
	return ret;
}

/* fio --parse-only does not look for the engine. */
static int ask_engines(struct ask *a, const char *file, const char *text, struct err *e)
{
	static const char key[] = "ioengine=";
	struct strv lines = STRV_INIT;
	int ret = 0;

	strv_split(&lines, text, "\n");
	for (size_t i = 0; !ret && i < lines.n; i++) {
		const char *engine = lines.v[i] + sizeof(key) - 1;
		char *arg;

		if (strncmp(lines.v[i], key, sizeof(key) - 1) != 0 ||
		    strv_find(&a->engines, engine) >= 0)
			continue;
		arg = xasprintf("--enghelp=%s", engine);
		ret = ask(a, file, arg, NULL, e);
		if (!ret)
			strv_add(&a->engines, engine);
		free(arg);
	}
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
		/* The jobs before it run as well, and may be no cell of their own. */
		const char *texts[] = { c->fio_text, c->fio_before };

		if (c->workload != workload || !c->fio_text || !is_new(a, c, first))
			continue;
		first = false;
		for (size_t k = 0; k < 2 && !ret; k++)
			ret = texts[k] ? ask(a, file, "--parse-only", texts[k], e) : 0;
		for (size_t k = 0; k < 2 && !ret; k++)
			ret = texts[k] ? ask_engines(a, file, texts[k], e) : 0;
	}
	strv_release(&a->seen);
	return ret;
}

int fio_ask(const struct plan *p, struct err *e)
{
	const struct suite *s = p->suite;
	const char *tmp = getenv("TMPDIR");
	struct ask a = { .dir = xasprintf("%s/fsduel-fio-XXXXXX", tmp && *tmp ? tmp : "/tmp") };
	char *fio = proc_which("fio");
	bool wanted = false;
	int ret = 0;

	for (size_t i = 0; i < s->nr_workloads; i++)
		wanted |= s->workloads[i].fio != NULL;
	if (wanted && !fio)
		ret = err_add(e, ENOENT, "fio is missing, and %s has fio jobs; install fio",
			      s->path);
	else if (wanted && !mkdtemp(a.dir))
		ret = err_sys(e, errno, "cannot make a folder like %s", a.dir);
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	if (wanted && !ret) {
		for (size_t i = 0; i < s->nr_workloads; i++) {
			int one = ask_workload(&a, p, i, e);

			ret = ret ? ret : one;
		}
		fs_remove_tree(a.dir, NULL);
	}
	strv_release(&a.engines);
	free(a.dir);
	free(fio);
	return ret;
}

void fio_notes(const struct suite *s, void (*say)(void *arg, const char *sentence), void *arg)
{
	for (size_t i = 0; i < s->nr_workloads; i++)
		for (size_t k = 0; k < s->workloads[i].notes.n; k++)
			say(arg, s->workloads[i].notes.v[k]);
}
