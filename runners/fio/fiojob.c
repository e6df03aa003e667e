/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob.c: a fio job file read and written again as the job that is run. Comments and
 * variables are fiojob_vars.c's, the checks are in fiojob_keys.c and fiojob_jobs.c. Only
 * lines that were checked are written, so fio cannot read a line otherwise than we did. It
 * stays out of the guest; what the guest needs is in fiotext.c.
 */
#include "runners/fio/fiojob.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

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

/* Appended to every job: how fio reports, not what it does. */
static const char *const always[] = {
	"lat_percentiles=1",
	"unified_rw_reporting=none",
	"group_reporting=0",
	NULL,
};

const struct fiojob_param *fiojob_param(const char *name)
{
	for (const struct fiojob_param *p = fiojob_params; p->name; p++)
		if (!strcmp(p->name, strncmp(name, FIOJOB_SET, strlen(FIOJOB_SET)) ? name
										   : FIOJOB_SET
					     "NAME"))
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

static char *with_line(const char *name, unsigned line, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s:%u: ", name, line);
	buf_vaddf(&b, fmt, ap);
	return buf_detach(&b, NULL);
}

void fiojob_refuse(struct fiojob_check *c, unsigned line, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = with_line(c->name, line, fmt, ap);
	va_end(ap);
	c->rc = err_add(c->e, EINVAL, "%s", text);
	free(text);
}

void fiojob_note(struct fiojob_check *c, unsigned line, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = with_line(c->name, line, fmt, ap);
	va_end(ap);
	strv_add(&c->notes, text);
	free(text);
}

/* --- parameters --------------------------------------------------------------- */

/* The text fio reads as this value: plain numbers, so that kb_base cannot change them. */
static int param_text(const struct fiojob_param *p, const char *value, char dst[64], struct err *e)
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

static int add_params(struct fiojob_check *c, const char *const *params)
{
	for (; params && params[0]; params += 2) {
		const struct fiojob_param *p = fiojob_param(params[0]);
		char value[64];
		int rc;

		if (!p) {
			struct buf all = BUF_INIT;

			for (p = fiojob_params; p->name; p++)
				buf_addf(&all, " %s", p->name);
			rc = err_add(c->e, EINVAL,
				     "%s: a fio job has no parameter \"%s\"; there are%s", c->name,
				     params[0], buf_str(&all));
			buf_release(&all);
			return rc;
		}
		if (!strcmp(p->name, "part"))
			c->part = params[1];
		if (!p->option)
			continue;
		rc = param_text(p, params[1], value, c->e);
		if (rc)
			return rc;
		strv_addf(&c->over, "%s=%s", p->option, value);
		if (p->also)
			strv_add(&c->over, p->also);
	}
	for (size_t i = 0; always[i]; i++)
		strv_add(&c->over, always[i]);
	return 0;
}

/* --- options ---------------------------------------------------------------------- */

bool fiojob_is_global(const struct ini_section *s)
{
	return !strncmp(s->name, "global", 6);
}

bool fiojob_same(const char *option, const char *name)
{
	static const char *const aliases[][2] = {
		{ "bs", "blocksize" },
		{ "bsrange", "blocksize_range" },
		{ "fill_device", "fill_fs" },
		{ "io_size", "io_limit" },
		{ "nrfiles", "nr_files" },
		{ "offset", "fileoffset" },
		{ "runtime", "timeout" },
		{ "rw", "readwrite" },
		{ "stonewall", "wait_for_previous" },
	};

	if (!strcmp(option, name))
		return true;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i][0], option) && !strcmp(aliases[i][1], name))
			return true;
	return false;
}

/* The value over gives the option, or NULL. */
static const char *over_value(const struct strv *over, const char *option)
{
	size_t len = strlen(option);

	for (size_t i = over ? over->n : 0; i-- > 0;)
		if (!strncmp(over->v[i], option, len) && over->v[i][len] == '=')
			return over->v[i] + len + 1;
	return NULL;
}

bool fiojob_is_over(const struct strv *over, const char *option)
{
	return over_value(over, option);
}

const char *fiojob_value(const struct ini *ini, const struct strv *over, size_t job,
			 const char *option, unsigned *line)
{
	const char *value = over_value(over, option);

	if (line)
		*line = ini->sections[job].line;
	for (size_t i = job + 1; !value && i-- > 0;) {
		const struct ini_section *s = &ini->sections[i];

		if (i != job && !fiojob_is_global(s))
			continue;
		for (size_t k = s->nr_keys; !value && k-- > 0;) {
			if (!fiojob_same(option, s->keys[k].name))
				continue;
			if (line)
				*line = s->keys[k].line;
			value = s->keys[k].bare ? "1" : s->keys[k].value;
		}
	}
	return value;
}

bool fiojob_flag(const struct ini *ini, const struct strv *over, size_t job, const char *option)
{
	const char *value = fiojob_value(ini, over, job, option, NULL);
	uint64_t v = 1;

	return value && (num_parse(value, NUM_COUNT, &v, NULL) || v);
}

/* --- the text that is run ------------------------------------------------------------ */

/* In a part by itself nothing is left to wait for; deleting files afterwards is not work. */
static bool is_of_the_whole(const char *option)
{
	return fiojob_same("stonewall", option) || !strcmp(option, "wait_for") ||
	       !strcmp(option, "unlink");
}

static void write_section(const struct fiojob_check *c, size_t i, bool measured, struct buf *b)
{
	const struct ini_section *s = &c->ini.sections[i];
	bool no_size = c->sections[i].no_size;

	buf_addf(b, "[%s]\n", fiojob_is_global(s) ? "global" : s->name);
	for (size_t k = 0; k < s->nr_keys; k++) {
		const struct ini_key *key = &s->keys[k];

		/* What a parameter or we decide is written once. */
		if (fiojob_is_over(&c->over, key->name) ||
		    (measured && is_of_the_whole(key->name)) ||
		    (no_size && !strcmp(key->name, "size")))
			continue;
		buf_addf(b, key->bare ? "%s\n" : "%s=%s\n", key->name, key->value);
	}
	if (fiojob_is_global(s))
		return;
	if (no_size)
		buf_adds(b, "size=" FIOJOB_DEVICE "\n");
	for (size_t k = 0; k < c->over.n; k++)
		buf_addf(b, "%s\n", c->over.v[k]);
}

/* The jobs of parts first to last with the [global] sections between them. */
static char *write_parts(const struct fiojob_check *c, unsigned first, unsigned last, bool measured)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < c->ini.nr_sections; i++) {
		unsigned part = c->sections[i].part;

		if (fiojob_is_global(&c->ini.sections[i]) || (part >= first && part <= last))
			write_section(c, i, measured, &b);
	}
	buf_str(&b);
	return buf_detach(&b, NULL);
}

static void write_all(struct fiojob_check *c, struct fiojob *out)
{
	int part = c->part ? strv_find(&c->parts, c->part) : 0;

	if (part < 0) {
		struct buf all = BUF_INIT;

		for (size_t i = 0; i < c->parts.n; i++)
			buf_addf(&all, " %s", c->parts.v[i]);
		c->rc = err_add(c->e, EINVAL, "%s: it has no part \"%.60s\"; there are%s", c->name,
				c->part, buf_str(&all));
		buf_release(&all);
		return;
	}
	out->text = write_parts(c, (unsigned)part, (unsigned)part, true);
	if (part)
		out->before = write_parts(c, 0, (unsigned)part - 1, false);
	out->parts = c->parts;
	out->notes = c->notes;
	c->parts = c->notes = (struct strv)STRV_INIT;
}

int fiojob_make(const char *name, const char *text, const char *const *params, struct fiojob *out,
		struct err *e)
{
	struct fiojob_check c = {
		.name = name, .over = STRV_INIT, .parts = STRV_INIT, .notes = STRV_INIT, .e = e
	};
	struct err lines = ERR_INIT;
	struct buf plain = BUF_INIT;
	int bad = fiojob_plain(name, text, params, &plain, &lines);
	int rc = ini_load_mem(&c.ini, name, buf_str(&plain), plain.len, INI_BARE_KEYS, e);

	*out = (struct fiojob){ .parts = STRV_INIT, .notes = STRV_INIT };
	if (!rc)
		rc = add_params(&c, params);
	if (!rc)
		rc = fiojob_check_engines(&c);
	/* All else is idle talk where the engine measures no file system. */
	if (!rc && bad)
		rc = err_add(e, EINVAL, "%s", lines.text);
	if (!rc) {
		c.sections = xcalloc(c.ini.nr_sections + 1, sizeof(*c.sections));
		fiojob_check_keys(&c);
		fiojob_check_jobs(&c);
		if (!c.rc)
			write_all(&c, out);
		rc = c.rc;
	}
	if (rc)
		err_exit(e, FSDUEL_USAGE);
	buf_release(&plain);
	strv_release(&c.over);
	strv_release(&c.parts);
	strv_release(&c.notes);
	free(c.sections);
	ini_release(&c.ini);
	return rc;
}
