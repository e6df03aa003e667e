/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cell_fio.c: the work of a cell when it is a fio job: fio is run twice in the
 * mounted directory, once to lay out its files and once to measure. Its job
 * file and its output lie outside the measured file system.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/cell/cell_impl.h"
#include "runners/suite/fio_jobs.h"
#include "runners/suite/fiojob.h"
#include "workloads/extents.h"

#include "runners/cell/fio_window.h"

#define OUTPUT_MAX ((size_t)256 << 20)

struct fio_work {
	char *job, *output;      /* absolute paths, since fio runs elsewhere */
	struct buf json;         /* what the measuring run left in output */
	struct fio_window window;
};

static int fio_check(struct cell *c, struct err *e)
{
	char *work = realpath(c->at->work, NULL);
	struct fio_work *w;

	if (!work)
		return err_sys(e, errno, "no directory %s for fio's output", c->at->work);
	w = xcalloc(1, sizeof(*w));
	w->job = xasprintf("%s/job.fio", work);
	w->output = xasprintf("%s/fio.json", work);
	free(work);
	buf_init(&w->json);
	c->priv = w;
	return fs_write_atomic(w->job, c->spec->fio, strlen(c->spec->fio), e);
}

/* Read what fio left, into r when it is to be kept, or else only to see its errors. */
static int read_output(struct cell *c, struct result *r, struct err *e)
{
	struct fio_work *w = c->priv;

	buf_reset(&w->json);
	if (fs_read(w->output, OUTPUT_MAX, &w->json, e))
		return -EIO;
	return r ? fiojob_result(w->json.data, w->json.len, r, e) : 0;
}

/* fio said nothing wrong in its JSON; then its exit status and last words do. */
static int check_exit(const struct proc_exit *x, struct buf *words, struct err *e)
{
	const char *said = buf_str(words);
	size_t len = words->len;

	if (x->timed_out)
		return err_add(e, EINTR, "fio was stopped");
	if (!x->status)
		return 0;
	said += len > 500 ? len - 500 : 0;
	if (x->signal)
		return err_add(e, EIO, "fio died of signal %d (%s): %s", x->signal,
			       strsignal(x->signal), said);
	return err_add(e, EIO, "fio failed with status %d: %s", x->status, said);
}

static void end_jobs(const struct cell *c)
{
	char *dir = realpath(c->at->dir, NULL);

	if (dir)
		fio_jobs_end(dir);
	free(dir);
}

static int run_fio(struct cell *c, const char *extra, struct buf *words, struct proc_exit *x,
		   struct err *e)
{
	struct fio_work *w = c->priv;
	char *output = xasprintf("--output=%s", w->output);
	const char *argv[] = { "fio", "--output-format=json+", "--eta=never", output, w->job,
			       extra, NULL };
	struct proc_opts o = { .cwd = c->at->dir, .out = words, .err = words,
			       .timeout_ns = watch_left_ns(&c->watch) };
	int rc;

	/* fio's options must stand before the job file. */
	if (extra) {
		argv[4] = extra;
		argv[5] = w->job;
	}
	unlink(w->output);
	rc = proc_run(argv, &o, &c->watch.stop, x, e);
	if (rc || x->timed_out || x->signal)
		end_jobs(c);
	free(output);
	return rc;
}

/* fio wants the directories that its jobs name to be there. */
static int make_directories(struct cell *c, const char *text, struct err *e)
{
	struct strv dirs = STRV_INIT;
	int rc = 0;

	fiojob_directories(text, &dirs);
	for (size_t i = 0; !rc && i < dirs.n; i++) {
		char *path = xasprintf("%s/%s", c->at->dir, dirs.v[i]);

		rc = fs_mkdir_p(path, e);
		free(path);
	}
	strv_release(&dirs);
	return rc;
}

/* The parts of the job file that stand before the measured one, as fio runs them. */
static int run_parts_before(struct cell *c, struct err *e)
{
	const char *text = c->spec->fio_before;
	struct fio_work *w = c->priv;
	struct buf words = BUF_INIT;
	struct proc_exit x;
	struct result ignored;
	int rc;

	if (!text)
		return 0;
	rc = make_directories(c, text, e);
	if (!rc)
		rc = fs_write_atomic(w->job, text, strlen(text), e);
	if (!rc)
		rc = run_fio(c, NULL, &words, &x, e);
	result_init(&ignored);
	if (!rc && !x.timed_out && !x.signal)
		rc = read_output(c, &ignored, e);
	result_release(&ignored);
	if (!rc)
		rc = check_exit(&x, &words, e);
	if (rc)
		err_add(e, -rc, "that was in the parts of the job file before the measured one");
	else
		rc = fs_write_atomic(w->job, c->spec->fio, strlen(c->spec->fio), e);
	buf_release(&words);
	return rc;
}

static int fio_prepare(struct cell *c, struct err *e)
{
	struct buf words = BUF_INIT;
	struct proc_exit x;
	int rc = run_parts_before(c, e);

	if (!rc)
		rc = make_directories(c, c->spec->fio, e);
	if (!rc)
		rc = run_fio(c, "--create_only=1", &words, &x, e);
	/* Words of a failed layout are in the output file, before the JSON. */
	if (!rc && x.status) {
		struct fio_work *w = c->priv;

		if (!read_output(c, NULL, NULL))
			buf_add(&words, w->json.data, w->json.len < 400 ? w->json.len : 400);
	}
	if (!rc)
		rc = check_exit(&x, &words, e);
	buf_release(&words);
	return rc;
}

static int prove_file(struct cell *c, const char *path, const char *name, json_t *facts,
		      struct err *e)
{
	enum extents state = EXTENTS_HOLE;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct stat st;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s to prove its extents", name);
	if (fstat(fd, &st)) {
		rc = err_sys(e, errno, "cannot stat %s", name);
		goto out;
	}
	rc = st.st_size ? extents_state(fd, 0, (uint64_t)st.st_size, &state, e) : 0;
	if (rc)
		goto out;
	json_object_set_new(facts, name, json_string(st.st_size ? extents_names[state] : "empty"));
	if (state != EXTENTS_WRITTEN && fiojob_overwrites(c->spec->fio, name))
		rc = err_add(e, EINVAL, "%s is declared to be overwritten (overwrite=1) but its "
			     "extents are found %s, not written", name,
			     st.st_size ? extents_names[state] : "empty");
out:
	if (rc == -EINVAL || rc == -EUCLEAN)
		c->bad = STATUS_INVALID;
	close(fd);
	return rc;
}

/* A job whose files are all gone (it deletes them, say) has nothing proven. */
static int prove_jobs(struct cell *c, const struct strv *files, struct err *e)
{
	char *job = fiojob_unproven(c->spec->fio, files);

	if (!job)
		return 0;
	err_add(e, EINVAL, "job \"%s\" is declared to overwrite (overwrite=1), but none of its "
		"files is there after they were laid out", job);
	free(job);
	c->bad = STATUS_INVALID;
	return -EINVAL;
}

static int fio_prove(struct cell *c, struct err *e)
{
	struct strv files = STRV_INIT;
	char *dir[] = { (char *)c->at->dir, NULL };
	json_t *facts = json_object();
	size_t skip = strlen(c->at->dir);
	FTS *tree = fts_open(dir, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *f;
	int rc = 0;

	if (!tree)
		rc = err_sys(e, errno, "cannot list the files in %s", c->at->dir);
	while (!rc && (errno = 0, f = fts_read(tree))) {
		const char *name = f->fts_path + skip;

		name += strspn(name, "/");
		if (f->fts_info == FTS_F) {
			strv_add(&files, name);
			rc = prove_file(c, f->fts_path, name, facts, e);
		} else if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR ||
			 f->fts_info == FTS_NS)
			rc = err_sys(e, f->fts_errno, "cannot look at %s", f->fts_path);
	}
	if (tree)
		fts_close(tree);
	if (!rc)
		rc = prove_jobs(c, &files, e);
	strv_release(&files);
	json_object_set_new(c->r->facts, "extents", facts);
	return rc;
}

static int fio_measure(struct cell *c, struct err *e)
{
	struct fio_work *w = c->priv;
	struct buf words = BUF_INIT;
	struct proc_exit x;
	uint64_t counted_ns;
	bool windowed;
	int rc;

	/* The marks take in fio's start; what it calls its runtime is within. */
	cell_mark(c, 1);
	fio_window_open(&w->window, c->at->count, c->spec->timed_ns, c->at->device);
	rc = run_fio(c, NULL, &words, &x, e);
	windowed = fio_window_close(&w->window, &counted_ns);
	cell_mark(c, 0);
	if (windowed)
		json_object_set_new(c->r->facts, "counted_ns", json_integer((json_int_t)counted_ns));
	if (rc)
		goto out;
	/* fio's own sentence is better than its exit status. */
	if (x.status && !x.timed_out) {
		struct result ignored;
		struct err said = ERR_INIT;

		result_init(&ignored);
		if (!x.signal && read_output(c, &ignored, &said)) {
			buf_adds(&words, said.text);
			buf_addc(&words, ' ');
		}
		result_release(&ignored);
	}
	rc = check_exit(&x, &words, e);
	if (!rc)
		rc = read_output(c, NULL, e);
out:
	buf_release(&words);
	return rc;
}

static int fio_collect(struct cell *c, struct err *e)
{
	struct fio_work *w = c->priv;

	return fiojob_result(w->json.data, w->json.len, c->r, e);
}

static void fio_release(struct cell *c)
{
	struct fio_work *w = c->priv;

	if (!w)
		return;
	unlink(w->job);
	unlink(w->output);
	free(w->job);
	free(w->output);
	buf_release(&w->json);
	free(w);
	c->priv = NULL;
}

const struct cell_work cell_work_fio = {
	.check = fio_check,
	.prepare = fio_prepare,
	.prove = fio_prove,
	.measure = fio_measure,
	.collect = fio_collect,
	.release = fio_release,
};
