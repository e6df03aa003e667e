/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_doctor.c: `fsduel doctor`: what this machine can do, one line a thing, with what to
 * install or to do where it cannot. The things and their checks are in doctor_checks.c.
 */
#include <errno.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/doctor_checks.h"

static const char *const health_names[] = {
	[HEALTH_OK] = "ok",
	[HEALTH_LIMITED] = "limited",
	[HEALTH_MISSING] = "missing",
};

static enum health show(const struct doctor_row *row, const struct machine *m)
{
	struct buf said = BUF_INIT;
	enum health h;

	if (row->check)
		h = row->check(row->arg, &said);
	else
		h = row->grade(m, &said) ? HEALTH_OK : HEALTH_LIMITED;
	printf("%-7s  %-12s  %s%s%s\n", health_names[h], row->name, buf_str(&said),
	       said.len && h != HEALTH_OK ? "; " : "", h == HEALTH_OK ? "" : row->help);
	buf_release(&said);
	return h;
}

static int run(const struct call *c, struct err *e)
{
	unsigned lacking = 0;
	struct machine m;

	machine_read(&m, "");
	for (const struct doctor_row *row = doctor_rows; row->name; row++)
		if (c->o.measure || !(row->when & DOCTOR_MEASURE))
			lacking += show(row, &m) == HEALTH_MISSING && row->when & DOCTOR_DUEL;
	machine_release(&m);
	if (!lacking)
		return FSDUEL_OK;
	err_add(e, ENOENT, "`fsduel duel` cannot work here: %u thing%s it needs %s missing",
		lacking, lacking == 1 ? "" : "s", lacking == 1 ? "is" : "are");
	return FSDUEL_MACHINE;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what this machine can do, and what is missing",
	.text = "One line a thing: ok, limited or missing, what was found, and what to do about "
		"it. Exit code 0 when `fsduel duel` has all it needs, else 3. The lines from "
		"governor on grade the machine for measuring on it in host mode.",
	.options = OPT(measure),
	.run = run,
};
