/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_checks.c: the jobs of a fio job file: which of them run side by side, whether each can be
 * measured as a file system's work, and whether the rates of a part can be added up.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runners/fio/fiojob_impl.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

static const char *section(const struct fio_file *f, size_t i)
{
	return f->ini.sections[i].name;
}

/* --- parts --------------------------------------------------------------------------- */

/* The job before i that wait_for= calls by that name; i: there is none. */
static size_t find_job(const struct fio_file *f, size_t i, const char *awaited)
{
	size_t found = i;

	for (size_t k = 0; k < i; k++) {
		const char *name = fio_is_job(f, k) ? fio_value(f, k, "name", NULL) : NULL;

		if (fio_is_job(f, k) && !strcmp(name ? name : section(f, k), awaited))
			found = k;
	}
	return found;
}

/*
 * fio starts a job with wait_for when that one job has ended. A part of its own is the same only
 * if no other job may still run then.
 */
static void check_wait(struct fio_file *f, size_t i)
{
	unsigned line;
	const char *awaited = fio_value(f, i, "wait_for", &line);
	size_t found = awaited ? find_job(f, i, awaited) : i;

	if (awaited && found == i)
		fio_say(f, FIO_REFUSED, line,
			"wait_for=%.60s: there is no such job before \"%.60s\"", awaited,
			section(f, i));
	if (found == i || f->sections[found].part >= f->sections[i].part)
		return;
	for (size_t k = 0; k < f->ini.nr_sections; k++)
		if (fio_is_job(f, k) && k != found &&
		    f->sections[k].part == f->sections[found].part)
			fio_say(f, FIO_REFUSED, line,
				"job \"%.60s\" starts when \"%.60s\" has ended, while \"%.60s\" "
				"may still run: their rates cannot be added up; let it wait for "
				"all by stonewall, and each part is measured by itself",
				section(f, i), awaited, section(f, k));
}

/* "sequential read" becomes one word that no other part has: a value in a suite and a CSV. */
static void name_part(struct fio_file *f, const char *job)
{
	char *name = xstrdup(job);

	for (char *p = name; *p; p++)
		if (!strchr(NAME_CHARS, *p))
			*p = '_';
	if (strv_find(&f->parts, name) >= 0)
		strv_addf(&f->parts, "%s.%zu", name, f->parts.n + 1);
	else
		strv_add(&f->parts, name);
	free(name);
}

/* fio starts the jobs of one part together (backend.c, run_threads). */
static void part_jobs(struct fio_file *f)
{
	unsigned base = 0; /* the part of jobs that wait for nothing */

	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		struct fio_section *s = &f->sections[i];
		const char *awaited;
		size_t found;

		if (!fio_is_job(f, i))
			continue;
		if (f->parts.n && fio_flag(f, i, "stonewall"))
			base = (unsigned)f->parts.n;
		s->part = base;
		awaited = fio_value(f, i, "wait_for", NULL);
		found = awaited ? find_job(f, i, awaited) : i;
		if (found != i && f->sections[found].part >= base)
			s->part = f->sections[found].part + 1;
		if (s->part >= f->parts.n)
			name_part(f, section(f, i));
	}
}

/* --- one job ---------------------------------------------------------------------------- */

int fio_check_engines(struct fio_file *f)
{
	/* fio's other engines, and the thing that each of them measures. */
	/* clang-format off */
	static const struct {
		const char *pattern, *what;
	} elsewhere[] = {
		{ "net*", "the network" },             { "rdma", "the network" },
		{ "cpuio", "the processor" },          { "page_fault", "anonymous memory" },
		{ "exec", "other programs" },          { "sg", "a raw device" },
		{ "io_uring_cmd", "a raw device" },    { "libzbc", "a raw device" },
		{ "mtd", "a raw device" },             { "dev-dax", "a raw device" },
		{ "xnvme", "a raw device" },           { "libblkio", "a raw device" },
		{ "nbd", "a block device elsewhere" }, { "rbd", "a store elsewhere" },
		{ "rados", "a store elsewhere" },      { "gfapi*", "a store elsewhere" },
		{ "libhdfs", "a store elsewhere" },    { "http", "a store elsewhere" },
		{ "libiscsi", "a store elsewhere" },   { "nfs", "a store elsewhere" },
		{ "dfs", "a store elsewhere" },        { "ime_*", "a store elsewhere" },
		{ "libcufile", "the memory of a GPU" }, { "libhipfile", "the memory of a GPU" },
		{ "libpmem", "persistent memory" },    { "pmemblk", "persistent memory" },
		{ NULL, NULL },
	};
	/* clang-format on */
	int ret = 0;

	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		unsigned line;
		const char *name = fio_value(f, i, "ioengine", &line);
		size_t k = 0;

		if (!fio_is_job(f, i) || fio_engine(f, i, NULL))
			continue;
		while (elsewhere[k].pattern && fnmatch(elsewhere[k].pattern, name, 0))
			k++;
		if (elsewhere[k].pattern) {
			fio_say(f, FIO_REFUSED, line,
				"ioengine \"%s\" is not one of those for files: it measures %s, "
				"and no file system",
				name, elsewhere[k].what);
			ret = -EINVAL;
		} else {
			fio_say(f, FIO_REFUSED, line,
				"ioengine \"%s\" is not one of those for files: psync, libaio, "
				"io_uring, mmap, ...",
				name);
		}
	}
	return ret;
}

static void check_numbers(struct fio_file *f, size_t job)
{
	unsigned line;
	const char *depth = fio_value(f, job, "iodepth", &line), *numjobs;
	const struct fio_engine *engine = fio_engine(f, job, NULL);
	uint64_t n = 1;

	if (depth && !fio_bytes(depth, &n))
		fio_say(f, FIO_REFUSED, line, "iodepth \"%s\" is not a number", depth);
	else if (engine && engine->synchronous && n > 1)
		fio_say(f, FIO_REFUSED, line,
			"iodepth=%s does nothing with the synchronous engine %s: use more threads, "
			"or libaio or io_uring",
			depth, engine->name);
	numjobs = fio_value(f, job, "numjobs", &line);
	if (numjobs && fio_bytes(numjobs, &n) && (!n || n > FIO_JOBS_MAX))
		fio_say(f, FIO_REFUSED, line, "numjobs=%.60s: fio runs 1 to %u of a job", numjobs,
			FIO_JOBS_MAX);
}

/* Options that fio heeds over the one a parameter sets, so that the parameter would do nothing. */
static void check_stronger(struct fio_file *f, size_t job)
{
	static const char *const pairs[][2] = {
		{ "bs", "bssplit" },
		{ "bs", "bsrange" },
		{ "size", "filesize" },
	};
	unsigned line;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (fio_over(f, pairs[i][0]) && fio_value(f, job, pairs[i][1], &line))
			fio_say(f, FIO_REFUSED, line,
				"%s makes the parameter %s do nothing: remove it", pairs[i][1],
				pairs[i][0]);
}

/* Did an earlier job give these files a size? */
static bool sized_before(const struct fio_file *f, size_t job)
{
	const char *filename = fio_value(f, job, "filename", NULL);

	for (size_t i = 0; filename && i < job; i++) {
		const char *other = fio_is_job(f, i) ? fio_value(f, i, "filename", NULL) : NULL;

		if (other && !strcmp(other, filename))
			return true;
	}
	return false;
}

static bool is_outside(const struct fio_file *f, size_t job)
{
	for (size_t i = job + 1; i-- > 0;)
		if ((i == job || !fio_is_job(f, i)) && f->sections[i].outside)
			return true;
	return false;
}

/*
 * As fio's setup_files: "you need to specify size=". A share of a file that is not there yet is
 * no size.
 */
static void check_size(struct fio_file *f, size_t job)
{
	const char *size = fio_value(f, job, "size", NULL);
	uint64_t device = 0, offset, bytes = 1;
	unsigned line = f->ini.sections[job].line;

	/* "size=0" is all of a file that is there before. */
	fio_bytes(size, &bytes);
	if ((size && bytes && !strchr(size, '%')) || fio_value(f, job, "filesize", NULL) ||
	    fio_flag(f, job, "fill_device") || sized_before(f, job))
		return;
	fio_bytes(FIOJOB_DEVICE, &device);
	if (is_outside(f, job) &&
	    (!fio_bytes(fio_value(f, job, "offset", NULL), &offset) || offset < device)) {
		fio_say(f, FIO_CHANGED, line,
			"job \"%.60s\" works on all of a device or file elsewhere: a file "
			"of " FIOJOB_DEVICE
			" takes its place; size = in [workload] gives another size",
			section(f, job));
		f->sections[job].no_size = true;
		return;
	}
	if (is_outside(f, job))
		fio_value(f, job, "offset", &line);
	for (size_t i = 0; i < job; i++)
		if (fio_is_job(f, i) && !strcasecmp(section(f, i), "global"))
			fio_say(f, FIO_REFUSED, f->ini.sections[i].line,
				"to fio [%s] is a job of that name: write [global]", section(f, i));
	fio_say(f, FIO_REFUSED, line,
		"job \"%.60s\" has no size, and its files are not there before it: write size= in "
		"the job, or size = in [workload]",
		section(f, job));
}

/* fio does some things only to raw devices, whatever file it is given. */
static void check_raw(struct fio_file *f, size_t job)
{
	unsigned line;
	const char *mode = fio_value(f, job, "zonemode", &line), *rw, *engine;

	if (mode && !strcmp(mode, "zbd"))
		fio_say(f, FIO_REFUSED, line,
			"zonemode=zbd writes the zones of a raw device: a file has none");
	rw = fio_value(f, job, "rw", &line);
	engine = fio_value(f, job, "ioengine", NULL);
	if (rw && strstr(rw, "trim") &&
	    (!engine || (strcmp(engine, "null") && strcmp(engine, "falloc"))))
		fio_say(f, FIO_REFUSED, line,
			"rw=%.60s: fio trims raw devices only (BLKDISCARD); ioengine=falloc "
			"punches holes into a file",
			rw);
}

static void check_together(struct fio_file *f, size_t job)
{
	unsigned line = 0;
	const char *repeat = fio_value(f, job, "randrepeat", &line);

	if (fio_value(f, job, "randseed", NULL) && repeat && !strcmp(repeat, "0"))
		fio_say(f, FIO_REFUSED, line,
			"randseed with randrepeat=0 contradicts the seed that every block brings: "
			"remove both");
	fio_value(f, job, "unlink_each_loop", &line);
	if (fio_flag(f, job, "overwrite") && fio_flag(f, job, "unlink_each_loop"))
		fio_say(f, FIO_REFUSED, line,
			"unlink_each_loop deletes the files that overwrite=1 is to find: remove "
			"one");
	if (fio_flag(f, job, "experimental_verify") &&
	    (fio_value(f, job, "loops", &line) || fio_flag(f, job, "time_based")))
		fio_say(f, FIO_REFUSED, line,
			"experimental_verify finds its offsets in later loops by fio's own seed "
			"only, and every block brings one: remove it, or the loops");
}

/* --- the jobs of a part: their rates are added up, so they must run at the same time -------- */

/* The latest that a job starts: "5", "1s-5s"; false: not known. */
static bool starts_ns(const struct fio_file *f, size_t job, uint64_t *ns, unsigned *line)
{
	const char *delay = fio_value(f, job, "startdelay", line), *dash;

	*ns = 0;
	if (!delay)
		return true;
	dash = strchr(delay, '-');
	return fio_ns(dash ? dash + 1 : delay, ns);
}

/* The earliest that a job ends: after its runtime, or when its size is done at its rate. */
static uint64_t ends_ns(const struct fio_file *f, size_t job)
{
	uint64_t start = 0, ramp = 0, runtime = 0, size = 0, rate = 0, ns = 0;

	if (!starts_ns(f, job, &start, NULL))
		return 0;
	fio_ns(fio_value(f, job, "ramp_time", NULL), &ramp);
	fio_ns(fio_value(f, job, "runtime", NULL), &runtime);
	if (fio_flag(f, job, "time_based"))
		ns = runtime;
	else if (fio_bytes(fio_value(f, job, "size", NULL), &size) &&
		 fio_bytes(fio_value(f, job, "rate", NULL), &rate) && rate &&
		 !fio_value(f, job, "io_size", NULL) && !fio_value(f, job, "number_ios", NULL))
		ns = size / rate >= UINT64_MAX / 4000000000 ? UINT64_MAX / 4
							    : size / rate * 1000000000;
	if (runtime && ns > runtime)
		ns = runtime;
	return start + ramp + ns;
}

/* Refuse job late if it does not start before job early has ended. */
static void check_overlap(struct fio_file *f, size_t late, size_t early)
{
	uint64_t start, other;
	unsigned line;

	if (late == early || !fio_is_job(f, early) ||
	    f->sections[late].part != f->sections[early].part || !starts_ns(f, early, &other, NULL))
		return;
	if (starts_ns(f, late, &start, &line) && (start <= other || start < ends_ns(f, early)))
		return;
	fio_say(f, FIO_REFUSED, line,
		"job \"%.60s\" starts when \"%.60s\" has ended, or may have: their rates cannot be "
		"added up; write stonewall in the place of startdelay, and each is measured by "
		"itself",
		section(f, late), section(f, early));
}

void fio_check_jobs(struct fio_file *f)
{
	part_jobs(f);
	if (!f->parts.n)
		f->ret = err_add(f->e, EINVAL,
				 "%s: no job in it: a section like [randwrite] makes one", f->name);
	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		if (!fio_is_job(f, i))
			continue;
		check_wait(f, i);
		check_together(f, i);
		check_numbers(f, i);
		check_stronger(f, i);
		check_raw(f, i);
		check_size(f, i);
		for (size_t k = 0; k < f->ini.nr_sections; k++)
			check_overlap(f, i, k);
	}
}
