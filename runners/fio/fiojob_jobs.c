/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_jobs.c: the jobs of a fio job file: which of them run side by side, and whether
 * each can be measured as a file system's work.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "runners/fio/fiojob_impl.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

/* Engines that work on files. The first is fio's own default on Linux. */
static const struct engine {
	const char *name;
	bool synchronous; /* iodepth does nothing */
	bool no_data;     /* its files take no room, or there are none */
} engines[] = {
	{ "psync", true, false },     { "sync", true, false },      { "vsync", true, false },
	{ "pvsync", true, false },    { "pvsync2", true, false },   { "mmap", true, false },
	{ "splice", true, false },    { "ftruncate", true, true },  { "falloc", true, false },
	{ "e4defrag", true, false },  { "filecreate", true, true }, { "filestat", true, true },
	{ "filedelete", true, true }, { "dircreate", true, true },  { "dirstat", true, true },
	{ "dirdelete", true, true },  { "null", false, true },      { "libaio", false, false },
	{ "posixaio", false, false }, { "io_uring", false, false }, { NULL, false, false },
};

/* The others that fio has, and their business. */
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

static const struct engine *find_engine(const char *name)
{
	const struct engine *known = engines;

	while (name && known->name && strcmp(known->name, name))
		known++;
	return known->name ? known : NULL;
}

bool fio_engine_has_files(const char *engine)
{
	const struct engine *known = find_engine(engine);

	return known && !known->no_data;
}

static const char *value(const struct fiojob_check *c, size_t job, const char *option,
			 unsigned *line)
{
	return fiojob_value(&c->ini, &c->over, job, option, line);
}

static bool flag(const struct fiojob_check *c, size_t job, const char *option)
{
	return fiojob_flag(&c->ini, &c->over, job, option);
}

static bool is_job(const struct fiojob_check *c, size_t i)
{
	return !fiojob_is_global(&c->ini.sections[i]);
}

/* --- parts --------------------------------------------------------------------------- */

/* The name that wait_for= calls a job by. */
static const char *job_name(const struct fiojob_check *c, size_t i)
{
	const char *name = value(c, i, "name", NULL);

	return name ? name : c->ini.sections[i].name;
}

/* The job before i of that name; i: none. */
static size_t find_job(const struct fiojob_check *c, size_t i, const char *name)
{
	size_t found = i;

	for (size_t k = 0; k < i; k++)
		if (is_job(c, k) && !strcmp(job_name(c, k), name))
			found = k;
	return found;
}

/*
 * fio starts a job with wait_for when that one job has ended. A part of its own is the same
 * thing only where nothing else may still run then.
 */
static void check_wait(struct fiojob_check *c, size_t i)
{
	unsigned line;
	const char *awaited = value(c, i, "wait_for", &line);
	size_t found = awaited ? find_job(c, i, awaited) : i;

	if (awaited && found == i)
		fiojob_refuse(c, line, "wait_for=%.60s: there is no such job before \"%.60s\"",
			      awaited, c->ini.sections[i].name);
	if (found == i || c->sections[found].part >= c->sections[i].part)
		return;
	for (size_t k = 0; k < c->ini.nr_sections; k++)
		if (is_job(c, k) && k != found && c->sections[k].part == c->sections[found].part)
			fiojob_refuse(
				c, line,
				"job \"%.60s\" starts when \"%.60s\" has ended, while \"%.60s\" "
				"may still run: their rates cannot be added up; let it wait for "
				"all by stonewall, and each part is measured by itself",
				c->ini.sections[i].name, awaited, c->ini.sections[k].name);
}

/* "sequential read" as a value in a suite and a CSV: one word, and no other part's. */
static void name_part(struct fiojob_check *c, const char *job)
{
	char *name = xstrdup(job);

	for (char *p = name; *p; p++)
		if (!strchr(NAME_CHARS, *p))
			*p = '_';
	if (strv_find(&c->parts, name) >= 0)
		strv_addf(&c->parts, "%s.%zu", name, c->parts.n + 1);
	else
		strv_add(&c->parts, name);
	free(name);
}

/* Which jobs run side by side: fio starts those of one part together (backend.c, run_threads). */
static void part_jobs(struct fiojob_check *c)
{
	unsigned base = 0; /* the part of jobs that wait for nothing */

	for (size_t i = 0; i < c->ini.nr_sections; i++) {
		struct fiojob_section *s = &c->sections[i];
		const char *awaited;

		if (!is_job(c, i))
			continue;
		if (c->parts.n && flag(c, i, "stonewall"))
			base = (unsigned)c->parts.n;
		s->part = base;
		awaited = value(c, i, "wait_for", NULL);
		if (awaited) {
			size_t found = find_job(c, i, awaited);

			if (found != i && c->sections[found].part >= base)
				s->part = c->sections[found].part + 1;
		}
		if (s->part >= c->parts.n)
			name_part(c, c->ini.sections[i].name);
	}
}

/* --- one job ---------------------------------------------------------------------------- */

/* False: it measures no file system, so there is nothing else to say. */
static bool check_engine(struct fiojob_check *c, size_t job)
{
	unsigned line;
	const char *name = value(c, job, "ioengine", &line);
	const struct engine *known = find_engine(name);
	size_t i = 0;

	while (!known && elsewhere[i].pattern && fnmatch(elsewhere[i].pattern, name, 0))
		i++;
	if (!known && elsewhere[i].pattern)
		fiojob_refuse(c, line,
			      "ioengine \"%s\" is not one of those for files: it measures %s, and "
			      "no file system",
			      name, elsewhere[i].what);
	else if (!known)
		fiojob_refuse(c, line,
			      "ioengine \"%s\" is not one of those for files: psync, libaio, "
			      "io_uring, mmap, ...",
			      name);
	return known || !elsewhere[i].pattern;
}

int fiojob_check_engines(struct fiojob_check *c)
{
	bool none = false;

	for (size_t i = 0; i < c->ini.nr_sections; i++)
		none |= is_job(c, i) && !check_engine(c, i);
	return none ? -EINVAL : 0;
}

static void check_depth(struct fiojob_check *c, size_t job)
{
	unsigned line;
	const char *depth = value(c, job, "iodepth", &line);
	const struct engine *known = find_engine(value(c, job, "ioengine", NULL));
	uint64_t n = 1;

	if (depth && !fio_bytes(depth, &n))
		fiojob_refuse(c, line, "iodepth \"%s\" is not a number", depth);
	else if (known && known->synchronous && n > 1)
		fiojob_refuse(c, line,
			      "iodepth=%s does nothing with the synchronous engine %s: use more "
			      "threads, or libaio or io_uring",
			      depth, known->name);
}

static void check_numjobs(struct fiojob_check *c, size_t job)
{
	unsigned line;
	const char *numjobs = value(c, job, "numjobs", &line);
	uint64_t n = 1;

	if (numjobs && fio_bytes(numjobs, &n) && (!n || n > FIO_JOBS_MAX))
		fiojob_refuse(c, line, "numjobs=%.60s: fio runs 1 to %u of a job", numjobs,
			      FIO_JOBS_MAX);
}

/* Options that fio heeds over the one a parameter sets, so that the parameter would do nothing. */
static const struct {
	const char *over, *stronger;
} stronger[] = {
	{ "bs", "bssplit" },
	{ "bs", "bsrange" },
	{ "size", "filesize" },
	{ NULL, NULL },
};

static void check_stronger(struct fiojob_check *c, size_t job)
{
	unsigned line;

	for (size_t i = 0; stronger[i].over; i++)
		if (fiojob_is_over(&c->over, stronger[i].over) &&
		    value(c, job, stronger[i].stronger, &line))
			fiojob_refuse(c, line, "%s makes the parameter %s do nothing: remove it",
				      stronger[i].stronger, stronger[i].over);
}

/* Did an earlier job give these files a size? */
static bool sized_before(const struct fiojob_check *c, size_t job, const char *filename)
{
	for (size_t i = 0; filename && i < job; i++) {
		const char *other = is_job(c, i) ? value(c, i, "filename", NULL) : NULL;

		if (other && !strcmp(other, filename))
			return true;
	}
	return false;
}

static bool is_outside(const struct fiojob_check *c, size_t job)
{
	for (size_t i = job + 1; i-- > 0;)
		if ((i == job || !is_job(c, i)) && c->sections[i].outside)
			return true;
	return false;
}

/* As fio's setup_files: "you need to specify size=". A share of a file yet to be made is none. */
static void check_size(struct fiojob_check *c, size_t job)
{
	const char *size = value(c, job, "size", NULL);
	uint64_t device = 0, offset, bytes = 1;
	unsigned line;

	/* "size=0" is all of a file that is there before. */
	fio_bytes(size, &bytes);
	if ((size && bytes && !strchr(size, '%')) || value(c, job, "filesize", NULL) ||
	    flag(c, job, "fill_device") || sized_before(c, job, value(c, job, "filename", NULL)))
		return;
	line = c->ini.sections[job].line;
	fio_bytes(FIOJOB_DEVICE, &device);
	if (is_outside(c, job) &&
	    (!fio_bytes(value(c, job, "offset", &line), &offset) || offset < device)) {
		fiojob_note(c, c->ini.sections[job].line,
			    "job \"%.60s\" works on all of a device or file elsewhere: a file "
			    "of " FIOJOB_DEVICE
			    " takes its place; size = in [workload] gives another size",
			    c->ini.sections[job].name);
		c->sections[job].no_size = true;
		return;
	}
	for (size_t i = 0; i < job; i++)
		if (is_job(c, i) && !strcasecmp(c->ini.sections[i].name, "global"))
			fiojob_refuse(c, c->ini.sections[i].line,
				      "to fio [%s] is a job of that name: write [global]",
				      c->ini.sections[i].name);
	fiojob_refuse(c, line,
		      "job \"%.60s\" has no size, and its files are not there before it: write "
		      "size= in the job, or size = in [workload]",
		      c->ini.sections[job].name);
}

/* What fio does to raw devices only, whatever file it is given. */
static void check_raw(struct fiojob_check *c, size_t job)
{
	unsigned line;
	const char *mode = value(c, job, "zonemode", &line), *rw, *engine;

	if (mode && !strcmp(mode, "zbd"))
		fiojob_refuse(c, line,
			      "zonemode=zbd writes the zones of a raw device: a file has none");
	rw = value(c, job, "rw", &line);
	engine = value(c, job, "ioengine", NULL);
	if (rw && strstr(rw, "trim") &&
	    (!engine || (strcmp(engine, "null") && strcmp(engine, "falloc"))))
		fiojob_refuse(c, line,
			      "rw=%.60s: fio trims raw devices only (BLKDISCARD); ioengine=falloc "
			      "punches holes into a file",
			      rw);
}

static void check_job(struct fiojob_check *c, size_t job)
{
	unsigned line = 0;
	const char *repeat = value(c, job, "randrepeat", &line);

	if (value(c, job, "randseed", NULL) && repeat && !strcmp(repeat, "0"))
		fiojob_refuse(c, line,
			      "randseed with randrepeat=0 contradicts the seed that every block "
			      "brings: remove both");
	if (flag(c, job, "overwrite") && flag(c, job, "unlink_each_loop")) {
		value(c, job, "unlink_each_loop", &line);
		fiojob_refuse(c, line,
			      "unlink_each_loop deletes the files that overwrite=1 is to find: "
			      "remove one");
	}
	if (flag(c, job, "experimental_verify") &&
	    (value(c, job, "loops", &line) || flag(c, job, "time_based")))
		fiojob_refuse(c, line,
			      "experimental_verify finds its offsets in later loops by fio's own "
			      "seed only, and every block brings one: remove it, or the loops");
	check_depth(c, job);
	check_numjobs(c, job);
	check_stronger(c, job);
	check_raw(c, job);
	check_size(c, job);
}

void fiojob_check_jobs(struct fiojob_check *c)
{
	part_jobs(c);
	if (!c->parts.n)
		c->rc = err_add(c->e, EINVAL,
				"%s: no job in it: a section like [randwrite] makes one", c->name);
	for (size_t i = 0; i < c->ini.nr_sections; i++) {
		if (!is_job(c, i))
			continue;
		check_wait(c, i);
		check_job(c, i);
		for (size_t k = 0; k < c->ini.nr_sections; k++)
			if (k != i && is_job(c, k))
				fiojob_check_overlap(c, i, k);
	}
}
