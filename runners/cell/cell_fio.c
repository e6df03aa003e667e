/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_fio.c: a fio job as a cell's work: fio runs once to lay out its files, once to measure. */
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
#include "runners/fio/fio_run.h"
#include "runners/fio/fiojob.h"
#include "workloads/extents.h"

#define OUTPUT_MAX ((size_t)256 << 20)

struct fio_work {
	char *job, *output;     /* absolute paths, since fio runs elsewhere */
	struct fio_times times; /* of its threads */
};

static int fio_check(struct cell *c, struct err *e)
{
	char *work = realpath(c->at->work, NULL);
	struct fio_work *w;
	int ret;

	if (!work)
		return err_sys(e, errno, "no directory %s for fio's output", c->at->work);
	c->priv = w = xcalloc(1, sizeof(*w));
	w->job = xasprintf("%s/job.fio", work);
	w->output = xasprintf("%s/fio.json", work);
	ret = fio_times_open(&w->times, work, e);
	free(work);
	return ret ? ret : fs_write_atomic(w->job, c->spec->fio, strlen(c->spec->fio), e);
}

/* Why fio failed: a job's own sentence in the JSON, or else the words before it and on stderr. */
static int explain(struct cell *c, const struct proc_exit *x, struct buf *all, struct err *e)
{
	struct fio_work *w = c->priv;
	struct result ignored;
	size_t end;
	char *words;
	int ret = 0;

	if (x->timed_out)
		return err_add(e, EINTR, "fio was stopped");
	if (!x->status)
		return 0;
	buf_addc(all, '\n');
	fs_read(w->output, OUTPUT_MAX, all, NULL);
	end = fio_words_end(all->data, all->len);
	words = fio_words(all->data, end);
	result_init(&ignored);
	if (end < all->len && !x->signal)
		ret = fiojson_result(all->data, all->len, NULL, &ignored, NULL, e);
	result_release(&ignored);
	if (!ret && x->signal)
		ret = err_add(e, EIO, "fio died of signal %d (%s): %s", x->signal,
			      strsignal(x->signal), words);
	else if (!ret)
		ret = err_add(e, EIO, "fio failed with status %d: %s", x->status, words);
	free(words);
	return ret;
}

static void end_jobs(const struct cell *c)
{
	char *dir = realpath(c->at->dir, NULL);

	if (dir)
		fio_jobs_end(dir);
	free(dir);
}

/* What fio is run for: parts of the job file before the measured one, the files, the measuring. */
enum run { RUN_BEFORE, RUN_LAYOUT, RUN_MEASURE };

static int run_fio(struct cell *c, enum run why, struct err *e)
{
	bool layout = why == RUN_LAYOUT, measure = why == RUN_MEASURE;
	struct fio_work *w = c->priv;
	char *output = xasprintf("--output=%s", w->output);
	/* fio's options must stand before the job file. */
	const char *argv[] = { "fio",
			       "--output-format=json+",
			       "--eta=never",
			       output,
			       layout ? "--create_only=1" : w->job,
			       layout ? w->job : NULL,
			       NULL };
	struct buf words = BUF_INIT;
	struct proc_opts o = { .cwd = c->at->dir,
			       .out = &words,
			       .err = &words,
			       .env = measure ? (const char *const *)w->times.env.v : NULL,
			       .timeout_ns = watch_left_ns(&c->watch) };
	struct proc_exit x;
	int ret;

	unlink(w->output);
	if (measure)
		cell_mark(c, 1);
	ret = proc_run(argv, &o, &c->watch.stop, &x, e);
	if (measure)
		cell_mark(c, 0);
	if (ret || x.timed_out || x.signal)
		end_jobs(c);
	if (!ret)
		ret = explain(c, &x, &words, e);
	buf_release(&words);
	free(output);
	return ret;
}

/* fio wants the directories that its jobs name to be there. */
static int make_directories(struct cell *c, const char *text, struct err *e)
{
	struct strv dirs = STRV_INIT;
	int ret = 0;

	fiojob_directories(text, &dirs);
	for (size_t i = 0; !ret && i < dirs.n; i++) {
		char *path = xasprintf("%s/%s", c->at->dir, dirs.v[i]);

		ret = fs_mkdir_p(path, e);
		free(path);
	}
	strv_release(&dirs);
	return ret;
}

/* The parts of the job file that stand before the measured one, as fio runs them. */
static int run_parts_before(struct cell *c, struct err *e)
{
	const char *text = c->spec->fio_before;
	struct fio_work *w = c->priv;
	int ret;

	if (!text)
		return 0;
	ret = make_directories(c, text, e);
	if (!ret)
		ret = fs_write_atomic(w->job, text, strlen(text), e);
	if (!ret)
		ret = run_fio(c, RUN_BEFORE, e);
	if (ret)
		return err_add(e, -ret, "that was in the job file before the measured part");
	return fs_write_atomic(w->job, c->spec->fio, strlen(c->spec->fio), e);
}

static int fio_prepare(struct cell *c, struct err *e)
{
	int ret = run_parts_before(c, e);

	if (!ret)
		ret = make_directories(c, c->spec->fio, e);
	return ret ? ret : run_fio(c, RUN_LAYOUT, e);
}

static int prove_file(struct cell *c, const char *path, const char *name, json_t *facts,
		      struct err *e)
{
	enum extents state = EXTENTS_HOLE;
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;
	struct stat st;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s to prove its extents", name);
	if (fstat(fd, &st)) {
		ret = err_sys(e, errno, "cannot stat %s", name);
		goto out;
	}
	ret = st.st_size ? extents_state(fd, 0, (uint64_t)st.st_size, &state, e) : 0;
	if (ret)
		goto out;
	json_object_set_new(facts, name, json_string(st.st_size ? extents_names[state] : "empty"));
	if (state != EXTENTS_WRITTEN && fiojob_overwrites(c->spec->fio, name))
		ret = err_add(e, EINVAL,
			      "%s is to be overwritten (overwrite=1), but its extents are %s, not "
			      "written",
			      name, st.st_size ? extents_names[state] : "empty");
out:
	if (ret == -EINVAL || ret == -EUCLEAN)
		c->bad = STATUS_INVALID;
	close(fd);
	return ret;
}

/* A job whose files are all gone (it deletes them, say) has nothing proven. */
static int prove_jobs(struct cell *c, const struct strv *files, struct err *e)
{
	char *job = fiojob_unproven(c->spec->fio, files);

	if (!job)
		return 0;
	err_add(e, EINVAL,
		"job \"%s\" is to overwrite (overwrite=1), but no file of it was laid out", job);
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
	int ret = 0;

	if (!tree)
		ret = err_sys(e, errno, "cannot list the files in %s", c->at->dir);
	while (!ret && (errno = 0, f = fts_read(tree))) {
		const char *name = f->fts_path + skip;

		name += strspn(name, "/");
		if (f->fts_info == FTS_F) {
			strv_add(&files, name);
			ret = prove_file(c, f->fts_path, name, facts, e);
		} else if (f->fts_info == FTS_DNR || f->fts_info == FTS_ERR ||
			   f->fts_info == FTS_NS)
			ret = err_sys(e, f->fts_errno, "cannot look at %s", f->fts_path);
	}
	if (tree)
		fts_close(tree);
	if (!ret)
		ret = prove_jobs(c, &files, e);
	strv_release(&files);
	json_object_set_new(c->r->facts, "extents", facts);
	return ret;
}

static int fio_measure(struct cell *c, struct err *e)
{
	return run_fio(c, RUN_MEASURE, e);
}

static int fio_collect(struct cell *c, struct err *e)
{
	struct fio_work *w = c->priv;
	struct fio_timed timed = { .ops_per_s = 0 };
	struct buf output = BUF_INIT;
	int ret = fs_read(w->output, OUTPUT_MAX, &output, e);

	if (!ret)
		ret = fiojson_result(output.data, output.len, &w->times, c->r, &timed, e);
	/* The part that the library in fio has marked for a profile, and the operations in it. */
	if (!ret && c->at->count && timed.all.to_ns) {
		const struct fio_span *part = &timed.common;
		uint64_t ns = part->to_ns > part->from_ns ? part->to_ns - part->from_ns : 0;

		json_object_set_new(c->r->facts, "counted_ns", json_integer((json_int_t)ns));
		json_object_set_new(c->r->facts, "counted_ops",
				    json_real(timed.ops_per_s * (double)ns / 1e9));
	}
	c->timed = timed.all;
	buf_release(&output);
	return ret;
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
	fio_times_release(&w->times);
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
