/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm_profile.c: see vm_profile.h. What the plug-in does stands in runners/preload/profile.c. */
#include "runners/vm/vm.h"

#include <stdlib.h>
#include <string.h>

#include "lib/pack.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/preload/preload.h"
#include "runners/profile/profile.h"
#include "runners/profile/symbol_cache.h"
#include "runners/vm/channel.h"

#define ASK_TIMEOUT_NS 30000000000u

/* Load the plug-in into a QEMU without a machine: 0 when that took it, with the plug-in's words. */
static int ask(const struct vm_machine *m, int interface, struct buf *words, struct err *e)
{
	static const char *const nothing[] = {
		"-machine", "none", "-nodefaults", "-display", "none", "-accel", "tcg", NULL,
	};
	struct strv args = STRV_INIT, env = STRV_INIT;
	struct proc_opts o = { .out = words, .timeout_ns = ASK_TIMEOUT_NS };
	int ret;

	strv_addf(&env, PROFILE_INTERFACE_ENV "=%d", interface);
	o.env = (const char *const *)env.v;
	strv_add(&args, m->qemu);
	for (const char *const *a = nothing; *a; a++)
		strv_add(&args, *a);
	strv_add(&args, "-plugin");
	strv_addf(&args, "%s," PROFILE_ASK, m->profile.lib);
	ret = proc_check((const char *const *)args.v, &o, NULL, e);
	strv_release(&args);
	strv_release(&env);
	return ret;
}

/* Find the newest interface that this QEMU takes. The reason why it takes none, or NULL. */
static char *find_interface(struct vm_machine *m)
{
	struct err newest = ERR_INIT;
	struct buf words = BUF_INIT;
	const char *no = newest.text;
	char *why = NULL;

	for (int i = PROFILE_INTERFACE_MAX; i && !m->profile.interface; i--) {
		struct err e = ERR_INIT;

		buf_reset(&words);
		if (!ask(m, i, &words, i == PROFILE_INTERFACE_MAX ? &newest : &e))
			m->profile.interface = i;
	}
	if (m->profile.interface)
		no = strcmp(buf_str(&words), PROFILE_USABLE "\n") ? buf_str(&words) : NULL;
	if (no)
		why = xasprintf("%s (%s) does not take " PROFILE_LIB ": %.*s; use another with "
				"--qemu",
				m->qemu, m->qemu_version, (int)strcspn(no, "\n"), no);
	buf_release(&words);
	return why;
}

/* The reason why not, or NULL. */
static char *why_not(struct vm_machine *m)
{
	struct buf help = BUF_INIT;
	char *why = NULL;

	if (!modes[m->mode].virtual_clock)
		return xasprintf(
			"a profile counts on a virtual clock: it needs mode exact, this is %s",
			mode_names[m->mode]);
	if (!m->profile.lib)
		return xstrdup(PROFILE_LIB " is not beside this program; run make");
	if (qemu_says(m->qemu, "-help", NULL, &help, NULL) || !strstr(buf_str(&help), "\n-plugin "))
		why = xasprintf("%s (%s) was built without TCG plug-ins; use another with --qemu",
				m->qemu, m->qemu_version);
	else
		why = find_interface(m);
	buf_release(&help);
	return why;
}

void vm_profile_init(struct vm_machine *m)
{
	struct err e = ERR_INIT;

	m->profile.lib = proc_beside(PROFILE_LIB);
	if (m->profile.lib && !fs_exists(m->profile.lib)) {
		free(m->profile.lib);
		m->profile.lib = NULL;
	}
	m->profile.missing = why_not(m);
	if (m->profile.missing && modes[m->mode].virtual_clock)
		strv_addf(&m->notes, "instructions are not counted: %s", m->profile.missing);
	if (!m->profile.missing && symbols_of_guest(&m->profile.guest, &e))
		strv_addf(&m->notes, "profiles have no names of the load generator's functions: %s",
			  e.text);
}

void vm_profile_release(struct vm_machine *m)
{
	free(m->profile.lib);
	free(m->profile.missing);
	symbols_release(&m->profile.guest);
}

static int add_labels(void *labels, const char *name, const void *data, size_t len, struct err *e)
{
	(void)e;
	labels_add(labels, name, data, len);
	return 0;
}

void vm_profile_kernel(struct vm_kernel *k, const struct vm_machine *m, const struct buf *archive,
		       const char *const *modules)
{
	symbol_cache_key(k->symbols_key, k->kernel->sha256, archive, m->cpu);
	/* A fault in a module has been told when the archive was made. */
	if (k->kernel->modules_dir)
		kernel_modules(k->kernel, modules, add_labels, &k->labels, NULL);
	/* One that cannot be read is asked of the guest again. */
	if (symbol_cache_load(&k->symbols, k->symbols_key, NULL))
		symbols_release(&k->symbols);
	labels_join(&k->labels, &k->symbols);
}

void vm_profile_symbols(struct vm_kernel *k, const json_t *records, struct result *r)
{
	const json_t *text = json_object_get(records, GUEST_SYMBOLS_RECORD);
	struct err e = ERR_INIT;

	if (k->symbols.n)
		return;
	if (!text)
		err_add(&e, 0, "the guest sent no /proc/kallsyms");
	else if (symbol_cache_keep(&k->symbols, k->symbols_key, json_string_value(text),
				   json_string_length(text), &e))
		symbols_release(&k->symbols);
	labels_join(&k->labels, &k->symbols);
	if (!k->symbols.n)
		json_object_set_new(r->facts, "no_symbols", json_string(e.text));
}

/* The sample of that metric over all roles; 0: there is none. */
static double value_of(const struct result *r, const char *metric)
{
	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *s = &r->samples[i];
		double value;

		if (!strcmp(s->metric, metric) && !strcmp(s->role, "all") && !s->detail[0] &&
		    !num_parse_double(s->value, &value, NULL))
			return value;
	}
	return 0;
}

static void add_metric(struct result *r, int metric, const char *detail, double value)
{
	const struct profile_metric *m = &profile_metrics[metric];

	result_add_value(r, m->name, detail, m->unit, m->better, value);
}

static void add_paths(struct result *r, const struct profile *p, double operations)
{
	struct paths paths;
	double path = 0, bulk = 0;

	profile_paths(&paths, p, operations);
	for (unsigned i = 0; i < nr_subsystems; i++) {
		path += paths.path[i];
		bulk += paths.bulk[i];
	}
	add_metric(r, PATH_PER_OP, "", path);
	add_metric(r, BULK_PER_OP, "", bulk);
	for (unsigned i = 0; i < nr_subsystems; i++) {
		if (paths.path[i] > 0)
			add_metric(r, PATH_PER_OP, subsystems[i].name, paths.path[i]);
		if (paths.bulk[i] > 0)
			add_metric(r, BULK_PER_OP, subsystems[i].name, paths.bulk[i]);
	}
}

/* What the instructions are to be divided by; of a fio job see cell.h, count. */
static void add_metrics(struct result *r, const struct profile *p, bool watched)
{
	const json_t *counted_ns = json_object_get(r->facts, "counted_ns");
	double counted[] = {
		[COUNTED_TIME] = value_of(r, "elapsed"), [COUNTED_OPS] = value_of(r, "operations")
	};

	if (counted_ns) {
		if (watched && !json_integer_value(counted_ns))
			result_fail(r, STATUS_INVALID,
				    "profile: fio's jobs are at no time all at "
				    "work, so there is no part of the run to count; make them "
				    "workloads of their own");
		counted[COUNTED_TIME] = (double)json_integer_value(counted_ns);
		counted[COUNTED_OPS] = json_real_value(json_object_get(r->facts, "counted_ops"));
	}
	for (int i = COUNTED_TIME; watched && i <= COUNTED_OPS; i++) /* 0: not measured */
		if (counted[i] > 0)
			add_metric(r, i, "", counted[i]);
	if (p->n && counted[COUNTED_OPS] > 0)
		add_paths(r, p, counted[COUNTED_OPS]);
}

void vm_profile_take(struct vm_kernel *k, const struct symbols *guest, const struct buf *counts,
		     bool watched, struct result *r)
{
	struct profile *p = xcalloc(1, sizeof(*p));
	struct err e = ERR_INIT;
	int ret = profile_reduce(p, counts->data, counts->len, &k->symbols, guest, &e);

	if (ret && watched)
		result_fail(r, STATUS_INVALID, "profile: %s", e.text);
	else if (ret)
		json_object_set_new(r->facts, "no_path", json_string(e.text));
	else if (watched && gzip_add(&r->raw, counts->data, counts->len, &e))
		buf_reset(&r->raw);
	add_metrics(r, p, watched);
	if (watched) {
		r->profile = p;
	} else {
		profile_release(p);
		free(p);
	}
}
