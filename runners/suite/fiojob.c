/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob.c: a fio job file read, checked against three tables (parameters,
 * engines, refused options) and written again as the job that is run. Only
 * what was checked is written, so fio cannot read a line otherwise than we did.
 * It needs libinih and so stays out of the guest; what the guest needs is in
 * fiotext.c and fiojson.c.
 */
#include "runners/suite/fiojob.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "lib/ini.h"

#define JOB_NAME_MAX 200   /* fio cuts at 255 */

const struct fiojob_param fiojob_params[] = {
	{ .name = "threads", .option = "numjobs", .kind = NUM_COUNT },
	{ .name = "bs", .option = "bs", .kind = NUM_BYTES },
	{ .name = "size", .option = "size", .kind = NUM_BYTES },
	{ .name = "runtime", .option = "runtime", .also = "time_based=1", .kind = NUM_NS },
	{ .name = "ramp", .option = "ramp_time", .kind = NUM_NS },
	{ .name = "ops", .option = "number_ios", .kind = NUM_COUNT },
	{ .name = "iodepth", .option = "iodepth", .kind = NUM_COUNT },
	{ .name = "fsync", .option = "fsync", .kind = NUM_COUNT },
	{ .name = "fdatasync", .option = "fdatasync", .kind = NUM_COUNT },
	{ .name = "rwmixread", .option = "rwmixread", .kind = NUM_COUNT },
	{ .name = "direct", .option = "direct", .kind = NUM_COUNT },
	{ .name = "overwrite", .option = "overwrite", .kind = NUM_COUNT },
	{ .name = "rw", .option = "rw", .text = true },
	{ .name = "ioengine", .option = "ioengine", .text = true },
	{ .name = NULL },
};

/* Engines that work on files and nothing else; synchronous: iodepth does nothing. */
static const struct engine {
	const char *name;
	bool synchronous;
} engines[] = {
	{ "psync", true },     { "sync", true },       { "vsync", true },
	{ "pvsync", true },    { "pvsync2", true },    { "mmap", true },
	{ "splice", true },    { "ftruncate", true },  { "falloc", true },
	{ "filecreate", true }, { "filestat", true },  { "filedelete", true },
	{ "null", false },     { "libaio", false },    { "posixaio", false },
	{ "io_uring", false }, { NULL, false },
};

static const struct refused {
	const char *pattern, *why;
} refused[] = {
	{ "include *", "another file would decide what is measured: copy its lines here" },
	{ "write_*_log", "logs are written while measuring: the histogram is collected anyway" },
	{ "write_iolog", "logs are written while measuring" },
	{ "read_iolog", "the log is not part of the suite" },
	{ "merge_blktrace*", "the trace is not part of the suite" },
	{ "replay_*", "the log is not part of the suite" },
	{ "exec_*", "programs run beside the measuring" },
	{ "ioscheduler", "it changes the device: set the scheduler before, and it is recorded" },
	{ "cgroup*", "it changes the machine" },
	{ "hugepage-size", "it changes the machine" },
	{ "filename_format", "the files are then not known to be those declared: use filename" },
	{ "uid", "files of another user: fsduel runs fio as it is" },
	{ "gid", "files of another user: fsduel runs fio as it is" },
	{ "server", "fio would run elsewhere" },
	{ "status_interval", "it prints while measuring" },
	{ "gtod_reduce", "it takes the latencies away" },
	{ "disable_lat", "it takes the latencies away" },
	{ NULL, NULL },
};

/* Appended to every job: how fio reports, not what it does. */
static const char *const always[] = {
	"lat_percentiles=1", "unified_rw_reporting=none", "group_reporting=0", NULL,
};

struct check {
	const char *name;      /* of the file */
	const struct ini *ini;
	struct strv over;      /* "option=value" of the parameters */
	struct err *e;
	int rc;
};

#define REFUSE(c, line, ...) ((c)->rc = refuse(c, line, __VA_ARGS__))

static int refuse(struct check *c, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct check *c, unsigned line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	err_add(c->e, EINVAL, "%s:%u: %s", c->name, line, buf_str(&b));
	buf_release(&b);
	return -EINVAL;
}

static bool is_global(const struct ini_section *s)
{
	return !strcmp(s->name, "global");
}

/* --- parameters --------------------------------------------------------------- */

/* The text fio reads as this value: plain numbers, so that kb_base cannot change them. */
static int param_text(const struct fiojob_param *p, const char *value, char dst[64],
		      struct err *e)
{
	uint64_t v;
	int rc;

	if (p->text) {
		size_t len = strcspn(value, " \t\r\n/;#$[]=");

		if (!len || value[len] || len >= 64)
			return err_add(e, EINVAL, "%s=\"%s\" is not one plain word", p->name,
				       value);
		strcpy(dst, value);
		return 0;
	}
	rc = num_parse(value, p->kind, &v, e);
	if (rc)
		return rc;
	if (p->kind == NUM_NS && v % 1000)
		return err_add(e, EINVAL, "%s=%s: fio counts time in whole us", p->name, value);
	if (p->kind == NUM_NS)
		snprintf(dst, 64, "%" PRIu64 "us", v / 1000);
	else
		snprintf(dst, 64, "%" PRIu64, v);
	return 0;
}

static int add_params(struct check *c, const char *const *params)
{
	for (; params && params[0]; params += 2) {
		const struct fiojob_param *p = fiojob_params;
		char value[64];
		int rc;

		while (p->name && strcmp(p->name, params[0]))
			p++;
		if (!p->name) {
			struct buf all = BUF_INIT;

			for (p = fiojob_params; p->name; p++)
				buf_addf(&all, " %s", p->name);
			rc = err_add(c->e, EINVAL, "%s: a fio job has no parameter \"%s\"; there "
				     "are%s", c->name, params[0], buf_str(&all));
			buf_release(&all);
			return rc;
		}
		rc = param_text(p, params[1], value, c->e);
		if (rc)
			return rc;
		strv_addf(&c->over, "%s=%s", p->option, value);
		if (p->also)
			strv_add(&c->over, p->also);
	}
	return 0;
}

/* --- what a job says, all taken together ----------------------------------------- */

/*
 * Value of an option in a job: parameters win, then the job's own last line,
 * then the last line of the [global] sections before it. "1" for a bare key.
 */
static const char *effective(const struct check *c, size_t job, const char *option,
			     const char *alias, unsigned *line)
{
	size_t len = strlen(option);

	*line = c->ini->sections[job].line;
	for (size_t i = c->over.n; i-- > 0;)
		if (!strncmp(c->over.v[i], option, len) && c->over.v[i][len] == '=')
			return c->over.v[i] + len + 1;
	for (size_t i = job + 1; i-- > 0;) {
		const struct ini_section *s = &c->ini->sections[i];

		for (size_t k = s->nr_keys; (i == job || is_global(s)) && k-- > 0;) {
			const struct ini_key *key = &s->keys[k];

			if (strcmp(key->name, option) && (!alias || strcmp(key->name, alias)))
				continue;
			*line = key->line;
			return key->bare ? "1" : key->value;
		}
	}
	return NULL;
}

static void check_engine(struct check *c, size_t job)
{
	unsigned engine_line, depth_line;
	const char *engine = effective(c, job, "ioengine", NULL, &engine_line);
	const char *depth = effective(c, job, "iodepth", NULL, &depth_line);
	const struct engine *known = engines;
	uint64_t n = 1;

	while (engine && known->name && strcmp(known->name, engine))
		known++;
	if (!known->name) {
		REFUSE(c, engine_line, "ioengine \"%s\" is not one of those for files: psync, "
		       "libaio, io_uring, mmap, ...", engine);
		return;
	}
	/* fio's own default engine on Linux is psync: the first row. */
	if (depth && num_parse(depth, NUM_COUNT, &n, NULL))
		REFUSE(c, depth_line, "iodepth \"%s\" is not a number", depth);
	else if (known->synchronous && n > 1)
		REFUSE(c, depth_line, "iodepth=%s does nothing with the synchronous engine %s: use "
		       "more threads, or libaio or io_uring", depth, known->name);
}

static bool is_over(const struct check *c, const char *option)
{
	size_t len = strlen(option);

	for (size_t i = 0; i < c->over.n; i++)
		if (!strncmp(c->over.v[i], option, len) && c->over.v[i][len] == '=')
			return true;
	return false;
}

/* Options that fio heeds over the one a parameter sets, so that the parameter would do nothing. */
static const struct {
	const char *over, *stronger, *alias;
} stronger[] = {
	{ "bs", "bssplit", NULL },
	{ "bs", "bsrange", "blocksize_range" },
	{ "size", "filesize", "file_size" },
	{ NULL, NULL, NULL },
};

static void check_stronger(struct check *c, size_t job)
{
	unsigned line;

	for (size_t i = 0; stronger[i].over; i++)
		if (is_over(c, stronger[i].over) &&
		    effective(c, job, stronger[i].stronger, stronger[i].alias, &line))
			REFUSE(c, line, "%s makes the parameter %s do nothing: remove it",
			       stronger[i].stronger, stronger[i].over);
}

static void check_job(struct check *c, size_t job, unsigned nr_before)
{
	unsigned line, seed_line;
	const char *stonewall = effective(c, job, "stonewall", "wait_for_previous", &line);

	if (nr_before && ((stonewall && strcmp(stonewall, "0")) ||
			  effective(c, job, "wait_for", NULL, &line)))
		REFUSE(c, line, "job \"%s\" waits for the one before it: one workload is one "
		       "measurement, make two job files", c->ini->sections[job].name);
	if (effective(c, job, "randseed", NULL, &seed_line)) {
		const char *repeat = effective(c, job, "randrepeat", NULL, &line);

		if (repeat && !strcmp(repeat, "0"))
			REFUSE(c, line, "randseed with randrepeat=0 contradicts the seed that "
			       "every block brings: remove both");
	}
	check_engine(c, job);
	check_stronger(c, job);
}

/* --- line by line ------------------------------------------------------------------ */

/* Does a path in a value (parted as fio does, by ':' and ',') leave the work directory? */
static bool leaves(const char *value)
{
	char *copy = xstrdup(value), *save = NULL;
	bool out = false;

	for (char *p = strtok_r(copy, ":,'\"", &save); p; p = strtok_r(NULL, ":,'\"", &save)) {
		char *part_save = NULL;

		p += strspn(p, " \t\\");
		out |= *p == '/';
		for (char *q = strtok_r(p, "/", &part_save); q; q = strtok_r(NULL, "/", &part_save))
			out |= !strcmp(q, "..");
	}
	free(copy);
	return out;
}

static void check_key(struct check *c, const struct ini_key *k)
{
	const char *value = k->value ? k->value : "";

	for (const struct refused *r = refused; r->pattern; r++)
		if (!fnmatch(r->pattern, k->name, FNM_CASEFOLD))
			REFUSE(c, k->line, "%s is refused: %s", k->name, r->why);
	if (strpbrk(k->name, "[]$/\\\"'") || (k->bare && strpbrk(k->name, " \t=")))
		REFUSE(c, k->line, "\"%.60s\" is not an option of fio", k->name);
	if (strchr(value, '$'))
		REFUSE(c, k->line, "%s=%.60s: variables are not recorded; write the value itself",
		       k->name, value);
	if (leaves(value))
		REFUSE(c, k->line, "%s=%.60s leaves the work directory: give a name relative to it",
		       k->name, value);
	if (!strcmp(k->name, "filename") && (!strcmp(value, "-") || !*value))
		REFUSE(c, k->line, "filename=%s is not a file in the work directory", value);
	if (!strcmp(k->name, "name"))
		REFUSE(c, k->line, "name= renames a job: write it between the brackets");
	if (k->value && (*k->value == '\0') && !k->bare)
		REFUSE(c, k->line, "%s= has no value", k->name);
}

static void check_section(struct check *c, const struct ini_section *s)
{
	size_t len = strlen(s->name);

	/* fio compares six bytes only; a job so named would not be one. */
	if (!is_global(s) && !strncasecmp(s->name, "global", 6))
		REFUSE(c, s->line, "fio takes [%.60s] for a [global] section: rename the job",
		       s->name);
	if (!len || len > JOB_NAME_MAX || strpbrk(s->name, "/[]$%:\\") || *s->name == '.')
		REFUSE(c, s->line, "\"%.60s\" is no name for a job: it becomes a file name",
		       s->name);
	for (size_t k = 0; k < s->nr_keys; k++)
		check_key(c, &s->keys[k]);
}

static void check_all(struct check *c)
{
	unsigned jobs = 0;

	for (size_t i = 0; i < c->ini->nr_sections; i++)
		check_section(c, &c->ini->sections[i]);
	for (size_t i = 0; i < c->ini->nr_sections; i++)
		if (!is_global(&c->ini->sections[i]))
			check_job(c, i, jobs++);
	if (!jobs)
		c->rc = err_add(c->e, EINVAL, "%s: no job in it: a section like [randwrite] makes "
				"one", c->name);
}

static char *write_job(const struct check *c)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < c->ini->nr_sections; i++) {
		const struct ini_section *s = &c->ini->sections[i];

		buf_addf(&b, "[%s]\n", s->name);
		for (size_t k = 0; k < s->nr_keys; k++) {
			const struct ini_key *key = &s->keys[k];

			/* What a parameter or we decide is written once. */
			if (!is_over(c, key->name))
				buf_addf(&b, key->bare ? "%s\n" : "%s=%s\n", key->name, key->value);
		}
		for (size_t k = 0; !is_global(s) && k < c->over.n; k++)
			buf_addf(&b, "%s\n", c->over.v[k]);
	}
	buf_str(&b);
	return buf_detach(&b, NULL);
}

int fiojob_make(const char *name, const char *text, const char *const *params, char **out,
		struct err *e)
{
	struct ini ini;
	struct check c = { .name = name, .ini = &ini, .over = STRV_INIT, .e = e };
	int rc;

	if (out)
		*out = NULL;
	rc = ini_load_mem(&ini, name, text, strlen(text), INI_BARE_KEYS, e);
	if (rc)
		goto out;
	rc = add_params(&c, params);
	if (rc)
		goto out;
	for (size_t i = 0; always[i]; i++)
		strv_add(&c.over, always[i]);
	check_all(&c);
	rc = c.rc;
	if (!rc && out)
		*out = write_job(&c);
	if (rc)
		err_exit(e, FSDUEL_USAGE);
out:
	strv_release(&c.over);
	ini_release(&ini);
	return rc;
}
