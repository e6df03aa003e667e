/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_beside.c: when the jobs of a part begin and end. Their rates are added up, which
 * is true of jobs that run at the same time only.
 */
#include <string.h>

#include "runners/fio/fiojob_impl.h"

/* The latest that a job starts: "5", "1s-5s"; false: not known. */
static bool starts_ns(const struct fiojob_check *c, size_t job, uint64_t *ns, unsigned *line)
{
	const char *delay = fiojob_value(&c->ini, &c->over, job, "startdelay", line), *dash;

	*ns = 0;
	if (!delay)
		return true;
	dash = strchr(delay, '-');
	return fio_ns(dash ? dash + 1 : delay, ns);
}

/* The earliest that a job ends: after its runtime, or when its size is done at its rate. */
static uint64_t ends_ns(const struct fiojob_check *c, size_t job)
{
	uint64_t start = 0, ramp = 0, runtime = 0, size = 0, rate = 0, ns = 0;

	if (!starts_ns(c, job, &start, NULL))
		return 0;
	fio_ns(fiojob_value(&c->ini, &c->over, job, "ramp_time", NULL), &ramp);
	fio_ns(fiojob_value(&c->ini, &c->over, job, "runtime", NULL), &runtime);
	if (fiojob_flag(&c->ini, &c->over, job, "time_based"))
		ns = runtime;
	else if (fio_bytes(fiojob_value(&c->ini, &c->over, job, "size", NULL), &size) &&
		 fio_bytes(fiojob_value(&c->ini, &c->over, job, "rate", NULL), &rate) && rate &&
		 !fiojob_value(&c->ini, &c->over, job, "io_size", NULL) &&
		 !fiojob_value(&c->ini, &c->over, job, "number_ios", NULL))
		ns = size / rate >= UINT64_MAX / 4000000000 ? UINT64_MAX / 4
							    : size / rate * 1000000000;
	if (runtime && ns > runtime)
		ns = runtime;
	return start + ramp + ns;
}

void fiojob_check_overlap(struct fiojob_check *c, size_t late, size_t early)
{
	uint64_t start, other;
	unsigned line;

	if (c->sections[late].part != c->sections[early].part || !starts_ns(c, early, &other, NULL))
		return;
	if (starts_ns(c, late, &start, &line) && (start <= other || start < ends_ns(c, early)))
		return;
	fiojob_refuse(c, line,
		      "job \"%.60s\" starts when \"%.60s\" has ended, or may have: their rates "
		      "cannot be added up; write stonewall in the place of startdelay, and each is "
		      "measured by itself",
		      c->ini.sections[late].name, c->ini.sections[early].name);
}
