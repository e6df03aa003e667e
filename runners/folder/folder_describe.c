/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_describe.c: suite, plan, machine, tools and kernels as members of run.json. */
#include "runners/folder/folder_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/lock/lockstacks.h"
#include "runners/profile/profile.h"
#include "runners/cell/mount.h"
#include "runners/kernel/kernel.h"
#include "runners/tables/mode.h"

static json_t *json_kernels(const struct suite *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->nr_kernels; i++)
		json_object_set_new(all, s->kernels[i].label,
				    json_pack("{s:s?}", "ref", s->kernels[i].ref));
	return all;
}

static json_t *json_mounts(const struct suite *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->nr_mounts; i++) {
		const struct suite_mount *m = &s->mounts[i];

		json_object_set_new(all, m->name,
				    json_pack("{s:s, s:s, s:o}", "fs", m->fs, "options", m->options,
					      "mkfs", strv_to_json(&m->mkfs)));
	}
	return all;
}

static json_t *json_variants(const struct suite *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_variants; i++) {
		const struct suite_variant *v = &s->variants[i];

		json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "name", v->name, "kernel",
						     s->kernels[v->kernel].label, "mount",
						     s->mounts[v->mount].name));
	}
	return all;
}

static json_t *json_contrasts(const struct suite *s)
{
	json_t *all = json_array();

	for (size_t i = 0; i < s->nr_contrasts; i++)
		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s}", "name", s->contrasts[i].name, "baseline",
				       s->variants[s->contrasts[i].baseline].name, "patched",
				       s->variants[s->contrasts[i].patched].name));
	return all;
}

/* Without comments and blanks: a mix's roles, or the lines of the job as it is run. */
static json_t *json_work(const char *text, const char *separators)
{
	struct strv words = STRV_INIT;
	struct buf work = BUF_INIT;
	json_t *j;

	strv_split(&words, text, separators);
	for (size_t k = 0; k < words.n; k++)
		buf_addf(&work, "%s%s", k ? ";" : "", words.v[k]);
	j = json_string(buf_str(&work));
	strv_release(&words);
	buf_release(&work);
	return j;
}

static json_t *json_cells(const struct plan *p)
{
	json_t *all = json_array();

	for (size_t i = 0; i < p->nr_cells; i++) {
		const struct plan_cell *c = &p->cells[i];
		const struct suite_workload *w = &p->suite->workloads[c->workload];

		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:s, s:i, s:o}", "workload", w->name,
						"params", c->params, "varying", c->varying,
						"role_threads", (int)c->role_threads, "work",
						w->mix ? json_work(w->mix, " \t")
						       : json_work(c->fio_text, "\n")));
	}
	return all;
}

static json_t *json_passes(const struct suite *s)
{
	json_t *all = json_array();

	for (enum pass pass = 0; pass < NR_PASSES; pass++)
		if (s->passes >> pass & 1)
			json_array_append_new(all, json_string(pass_names[pass]));
	return all;
}

static void add_metric(json_t *all, const char *name, const char *unit, enum better better,
		       bool primary)
{
	json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:b}", "name", name, "unit", unit,
					     "better", better_name(better), "primary", primary));
}

/* What a watching pass or exact mode counts besides is there only with it. */
static json_t *json_metrics(const struct suite *s)
{
	json_t *all = json_array();

	for (const struct metric *m = metrics; m->name; m++)
		add_metric(all, m->name, m->unit, m->better, m->primary);
	for (const struct lock_metric *m = lock_metrics; s->passes >> PASS_LOCKS & 1 && m->name;
	     m++)
		add_metric(all, m->name, m->unit, m->better, false);
	for (const struct profile_metric *m = profile_metrics; m->name; m++)
		if (s->passes >> PASS_PROFILE & 1 || (m->every && modes[s->mode].virtual_clock))
			add_metric(all, m->name, m->unit, m->better, m->primary);
	return all;
}

/* The job files by hash: a resumed run must have the same text, wherever it lies. */
static json_t *json_jobs(const struct suite *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->nr_workloads; i++) {
		const struct suite_workload *w = &s->workloads[i];
		char sha[SHA256_HEX];

		if (!w->fio)
			continue;
		sha256_hex(w->fio_text, strlen(w->fio_text), sha);
		json_object_set_new(all, w->name,
				    json_pack("{s:s, s:s}", "path", w->fio, "sha256", sha));
	}
	return all;
}

/* The guests' disk. Of this machine's own the runner says more, under "machine". */
static json_t *json_device(const struct suite *s)
{
	const struct suite_device *d = &s->device;

	if (s->mode == MODE_HOST)
		return json_null();
	return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I}", "kind", device_kind_names[d->kind],
			 "path", s->device_path, "size_bytes", (json_int_t)d->size_bytes,
			 "latency_ns", (json_int_t)d->latency_ns, "cache_bytes",
			 (json_int_t)d->cache_bytes, "bandwidth_bytes_per_s",
			 (json_int_t)d->bandwidth_bytes_per_s);
}

/* How the results are to be judged, as far as the suite or the command line says. */
static json_t *json_margins(const struct suite *s)
{
	json_t *all = s->nr_margins ? json_object() : NULL;

	for (size_t i = 0; i < s->nr_margins; i++)
		json_object_set_new(all, s->margins[i].metric,
				    json_real((double)s->margins[i].thousandths_pct / 1e5));
	return all;
}

static json_t *json_looks(const struct suite *s)
{
	json_t *all = s->nr_looks ? json_array() : NULL;

	for (size_t i = 0; i < s->nr_looks; i++)
		json_array_append_new(all,
				      json_pack("{s:i, s:f}", "blocks", (int)s->looks[i].blocks,
						"alpha", s->looks[i].alpha));
	return all;
}

/* The purpose of the measurement, for readers of the report. */
static json_t *json_experiment(const struct suite_experiment *x)
{
	return x->question || x->work || x->published
		       ? json_pack("{s:s*, s:s*, s:s*}", "question", x->question, "work", x->work,
				   "published", x->published)
		       : NULL;
}

static json_t *json_count(bool there, uint64_t v)
{
	return there ? json_integer((json_int_t)v) : NULL;
}

/* A member that is NULL is left out. */
static json_t *json_suite(const struct suite *s)
{
	bool guests = s->mode != MODE_HOST;

	return json_pack("{s:s, s:s, s:s, s:I, s:i, s:o*, s:o*, s:o*, s:o*}", "name", s->name,
			 "path", s->path, "sha256", s->sha256, "seed", (json_int_t)s->seed,
			 "blocks", (int)s->blocks, "cpus", json_count(guests, s->cpus),
			 "memory_bytes", json_count(guests, s->memory_bytes), "order_seed",
			 json_count(s->order_seed, s->order_seed), "unscaled",
			 s->unscaled ? json_true() : NULL);
}

json_t *folder_describe(const struct folder *f)
{
	const struct suite *s = f->suite;
	json_t *guard =
		s->guard.there ? json_pack("{s:o, s:I}", "control", strv_to_json(&s->guard.control),
					   "least", (json_int_t)s->guard.least)
			       : NULL;

	return json_pack("{s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
			 "s:o*, s:o*, s:o*, s:o*, s:o*}",
			 "schema", 1, "run", f->run_id, "mode", mode_names[s->mode], "mode_note",
			 modes[s->mode].note, "suite", json_suite(s), "device", json_device(s),
			 "kernels", json_kernels(s), "mounts", json_mounts(s), "variants",
			 json_variants(s), "contrasts", json_contrasts(s), "cells",
			 json_cells(f->plan), "jobs", json_jobs(s), "passes", json_passes(s),
			 "metrics", json_metrics(s), "experiment", json_experiment(&s->experiment),
			 "watch_blocks",
			 json_count(s->passes != 1u << PASS_THROUGHPUT, s->watch_blocks), "guard",
			 guard, "margins", json_margins(s), "looks", json_looks(s));
}

/* --- provenance ------------------------------------------------------------------- */

json_t *provenance_host(void)
{
	static const char key[] = "\nmodel name\t: ";
	struct buf info = BUF_INIT;
	struct utsname u;
	char *cpu = NULL;
	json_t *j;

	if (!fs_read("/proc/cpuinfo", 0, &info, NULL))
		cpu = strstr(buf_str(&info), key);
	if (cpu)
		cpu = xstrndup(cpu + strlen(key), strcspn(cpu + strlen(key), "\n"));
	buf_release(&info);
	uname(&u);
	j = json_pack("{s:s, s:s, s:s, s:s?, s:i, s:I}", "release", u.release, "version", u.version,
		      "machine", u.machine, "cpu", cpu, "cpus", (int)sysconf(_SC_NPROCESSORS_ONLN),
		      "memory_bytes",
		      (json_int_t)sysconf(_SC_PHYS_PAGES) * (json_int_t)sysconf(_SC_PAGESIZE));
	free(cpu);
	return j;
}

json_t *provenance_tools(const char *const *tools)
{
	json_t *all = json_pack("{s:s}", "fsduel", FSDUEL_VERSION);

	for (; *tools; tools++) {
		char *version = program_version(*tools, NULL);

		if (version)
			json_object_set_new(all, *tools, json_string(version));
		free(version);
	}
	return all;
}

json_t *provenance_kernel(const struct kernel *k)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "ref", k->ref, "image", k->image_path,
			 "sha256", k->sha256, "release", k->release, "version", k->version,
			 "build_id", k->build_id);
}
