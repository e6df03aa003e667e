/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_measure.c: the checks of `fsduel doctor` that grade the machine for
 * measuring on it: what makes its figures differ from run to run, and how much
 * they do. See doctor_checks.h.
 */
#include "cli/doctor_checks.h"

#include <string.h>

#include "lib/num.h"
#include "runners/host/machine.h"
#include "runners/host/probe.h"

#define PROBE_NS 5000000000u
#define STEAL_LIMIT_PCT 1.0
/* Above these spreads a change of a few per cent drowns. */
#define CPU_LIMIT_PCT 2.0
#define IO_LIMIT_PCT 10.0

enum health check_governor(const char *arg, struct buf *said)
{
	struct machine m;
	bool ok;

	(void)arg;
	machine_read(&m, "");
	ok = !strcmp(m.governors, "performance");
	buf_adds(said, *m.governors ? m.governors : "no frequency control to be seen");
	ok |= !*m.governors;
	machine_release(&m);
	return ok ? HEALTH_OK : HEALTH_LIMITED;
}

/* A switch that is better off. */
static enum health grade(enum answer a, const char *what, struct buf *said)
{
	static const char *const words[] = { "not to be seen", "off", "on" };

	buf_addf(said, "%s %s", what, words[a]);
	return a == ANSWER_YES ? HEALTH_LIMITED : HEALTH_OK;
}

enum health check_turbo(const char *arg, struct buf *said)
{
	struct machine m;
	enum health h;

	(void)arg;
	machine_read(&m, "");
	h = grade(m.turbo, "turbo is", said);
	machine_release(&m);
	return h;
}

enum health check_smt(const char *arg, struct buf *said)
{
	struct machine m;
	enum health h;

	(void)arg;
	machine_read(&m, "");
	h = grade(m.smt, "two threads a core are", said);
	machine_release(&m);
	return h;
}

enum health check_numa(const char *arg, struct buf *said)
{
	struct machine m;
	bool ok;

	(void)arg;
	machine_read(&m, "");
	ok = m.numa_nodes == 1;
	buf_addf(said, "%u memory node%s", m.numa_nodes, ok ? "" : "s");
	machine_release(&m);
	return ok ? HEALTH_OK : HEALTH_LIMITED;
}

enum health check_hypervisor(const char *arg, struct buf *said)
{
	struct machine m;
	bool ok;

	(void)arg;
	machine_read(&m, "");
	ok = !*m.hypervisor;
	buf_adds(said, ok ? "none" : m.hypervisor);
	machine_release(&m);
	return ok ? HEALTH_OK : HEALTH_LIMITED;
}

enum health check_steal(const char *arg, struct buf *said)
{
	struct machine m;
	bool ok;

	(void)arg;
	machine_read(&m, "");
	ok = m.steal_pct <= STEAL_LIMIT_PCT;
	if (m.steal_pct < 0)
		buf_adds(said, "the kernel does not tell");
	else
		buf_addf(said, "%.2f %% of CPU time since boot", m.steal_pct);
	machine_release(&m);
	return ok ? HEALTH_OK : HEALTH_LIMITED;
}

enum health check_spread(const char *dir, struct buf *said)
{
	struct err e = ERR_INIT;
	struct probe p;
	bool ok = true;

	if (probe_run(&p, dir, PROBE_NS, NULL, &e)) {
		buf_adds(said, e.text);
		return HEALTH_MISSING;
	}
	for (unsigned k = 0; k < PROBE_KINDS; k++) {
		ok &= p.cv_pct[k] <= (k == PROBE_CPU ? CPU_LIMIT_PCT : IO_LIMIT_PCT);
		buf_addf(said, "%s%s %.1f %%", k ? ", " : "", probe_names[k], p.cv_pct[k]);
	}
	buf_addf(said, " (standard deviation by mean over %u runs of %.0f ms each)", p.runs,
		 p.mean_ns[PROBE_CPU] / 1e6);
	return ok ? HEALTH_OK : HEALTH_LIMITED;
}
