/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fiojob.c: a fio job file read, parted, and written again; only checked lines are written. */
#include "runners/fio/fiojob.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"

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
	{ .name = "part",
	  .help = "chooses a part of a job file whose jobs wait for each other",
	  .text = true },
	{ .name = "set.NAME", .help = "sets ${NAME} in the job file", .text = true },
	{ .name = NULL },
};

const struct fiojob_param *fiojob_param(const char *name)
{
	if (!strncmp(name, FIOJOB_SET, strlen(FIOJOB_SET)))
		name = FIOJOB_SET "NAME";
	for (const struct fiojob_param *p = fiojob_params; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

void fiojob_release(struct fiojob *j)
{
	free(j->text);
	free(j->before);
	strv_release(&j->parts);
	strv_release(&j->notes);
	*j = (struct fiojob){ .parts = STRV_INIT, .notes = STRV_INIT };
}

/* --- parameters --------------------------------------------------------------- */

/* The text fio reads as this value: plain numbers, so that kb_base cannot change them. */
static int param_text(const struct fiojob_param *p, const char *value, char dst[64], struct err *e)
{
	uint64_t v;
	int ret;

	if (p->text) {
		snprintf(dst, 64, "%s", value);
		return 0;
	}
	ret = num_parse(value, p->kind, &v, e);
	if (ret)
		return ret;
	if (p->kind == NUM_NS && v % 1000)
		return err_add(e, EINVAL, "%s=%s: fio counts time in whole us", p->name, value);
	if (p->kind == NUM_NS)
		snprintf(dst, 64, "%" PRIu64 "us", v / 1000);
	else
		snprintf(dst, 64, "%" PRIu64, v);
	return 0;
}

/* The lines that parameters add to every job. Returns the part that they choose, or NULL. */
static const char *add_params(struct fio_file *f, const char *const *params)
{
	/* How fio reports, not what it does. */
	static const char *const always[] = { "lat_percentiles=1", "unified_rw_reporting=none",
					      "group_reporting=0", NULL };
	const char *part = NULL;

	for (; !f->ret && params && params[0]; params += 2) {
		const struct fiojob_param *p = fiojob_param(params[0]);
		char value[64];

		if (!p) {
			f->ret = err_add(f->e, EINVAL, "%s: a fio job has no parameter \"%s\"",
					 f->name, params[0]);
			return NULL;
		}
		if (!strcmp(p->name, "part"))
			part = params[1];
		if (!p->option)
			continue;
		f->ret = param_text(p, params[1], value, f->e);
		strv_addf(&f->over, "%s=%s", p->option, f->ret ? "" : value);
		if (p->also)
			strv_add(&f->over, p->also);
	}
	for (size_t i = 0; always[i]; i++)
		strv_add(&f->over, always[i]);
	return part;
}

/* --- parts --------------------------------------------------------------------------- */

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
	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		if (!fio_is_job(f, i))
			continue;
		if (!f->parts.n || fio_flag(f, i, "stonewall"))
			name_part(f, fio_job_name(f, i));
		f->sections[i].part = (unsigned)f->parts.n - 1;
	}
}

static void check_jobs(struct fio_file *f)
{
	part_jobs(f);
	if (!f->parts.n)
		f->ret = err_add(f->e, EINVAL,
				 "%s: no job in it: a section like [randwrite] makes one", f->name);
	for (size_t i = 0; i < f->ini.nr_sections; i++)
		if (fio_is_job(f, i))
			fio_check_job(f, i);
}

/* --- the text that is run ------------------------------------------------------------ */

/* In a part by itself nothing is left to wait for; deleting files afterwards is not work. */
static bool is_of_the_whole(const char *option)
{
	return fio_same_option("stonewall", option) || !strcmp(option, "unlink");
}

static void write_section(const struct fio_file *f, size_t i, bool measured, struct buf *b)
{
	const struct ini_section *s = &f->ini.sections[i];
	bool no_size = f->sections[i].no_size;

	buf_addf(b, "[%s]\n", fio_is_job(f, i) ? s->name : "global");
	for (size_t k = 0; k < s->nr_keys; k++) {
		const struct ini_key *key = &s->keys[k];

		/* A parameter's line, or ours, is written once. */
		if (fio_over(f, key->name) || (measured && is_of_the_whole(key->name)) ||
		    (no_size && !strcmp(key->name, "size")))
			continue;
		buf_addf(b, key->bare ? "%s\n" : "%s=%s\n", key->name, key->value);
	}
	if (!fio_is_job(f, i))
		return;
	if (no_size)
		buf_adds(b, "size=" FIOJOB_DEVICE "\n");
	for (size_t k = 0; k < f->over.n; k++)
		buf_addf(b, "%s\n", f->over.v[k]);
}

/* The jobs of parts first to last with the [global] sections between them. */
static char *write_parts(const struct fio_file *f, unsigned first, unsigned last, bool measured)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		unsigned part = f->sections[i].part;

		if (!fio_is_job(f, i) || (part >= first && part <= last))
			write_section(f, i, measured, &b);
	}
	buf_str(&b);
	return buf_detach(&b, NULL);
}

static void write_all(struct fio_file *f, const char *chosen, struct fiojob *out)
{
	int part = chosen ? strv_find(&f->parts, chosen) : 0;

	if (part < 0) {
		struct buf all = BUF_INIT;

		for (size_t i = 0; i < f->parts.n; i++)
			buf_addf(&all, " %s", f->parts.v[i]);
		f->ret = err_add(f->e, EINVAL, "%s: it has no part \"%.60s\"; there are%s", f->name,
				 chosen, buf_str(&all));
		buf_release(&all);
		return;
	}
	out->text = write_parts(f, (unsigned)part, (unsigned)part, true);
	if (part)
		out->before = write_parts(f, 0, (unsigned)part - 1, false);
	fio_expect(f, (unsigned)part, &out->expect);
	out->parts = f->parts;
	out->notes = f->notes;
	f->parts = f->notes = (struct strv)STRV_INIT;
}

int fiojob_make(const char *name, const char *text, const char *const *params, struct fiojob *out,
		struct err *e)
{
	struct fio_file f = { .name = name, .e = e };
	struct buf plain = BUF_INIT;
	const char *part = NULL;

	*out = (struct fiojob){ .parts = STRV_INIT, .notes = STRV_INIT };
	fio_text_plain(&f, text, params, &plain);
	if (!f.ret)
		f.ret = ini_load_mem(&f.ini, name, buf_str(&plain), plain.len, INI_BARE_KEYS, e);
	if (!f.ret)
		part = add_params(&f, params);
	if (f.ret)
		goto out;
	f.sections = xcalloc(f.ini.nr_sections + 1, sizeof(*f.sections));
	fio_check_lines(&f);
	check_jobs(&f);
	if (!f.ret)
		write_all(&f, part, out);
out:
	if (f.ret)
		err_exit(e, FSDUEL_USAGE);
	buf_release(&plain);
	strv_release(&f.over);
	strv_release(&f.parts);
	strv_release(&f.notes);
	free(f.sections);
	ini_release(&f.ini);
	return f.ret;
}
