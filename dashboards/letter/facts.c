/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.c: the machine, kernels, file systems, devices and mounts behind a letter's figures,
 * from run.json.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/words/words.h"
#include "lib/num.h"

static void item(struct letter *l, const char *label, struct buf *text)
{
	if (text->len)
		letter_item(l, label, buf_str(text));
	buf_release(text);
}

/* The values of the variants shown ("kernel", "mount"), each once, in order. */
static void add_used(const struct letter *l, const char *key, struct strv *names)
{
	for (size_t i = 0; i < l->variants.n; i++) {
		const char *name = words_text(run_variant(l->run, l->variants.v[i]), key);

		if (name && strv_find(names, name) < 0)
			strv_add(names, name);
	}
}

static void add_part(struct buf *b, const char *text)
{
	if (text && *text)
		buf_addf(b, "%s%s", b->len ? ", " : "", text);
}

/* The word after flag among the machine's arguments, or NULL. */
static const char *qemu_arg(const json_t *machine, const char *flag)
{
	const json_t *args = json_object_get(machine, "qemu_args");

	for (size_t i = 0; i + 1 < json_array_size(args); i++) {
		const char *arg = json_string_value(json_array_get(args, i));

		if (arg && !strcmp(arg, flag))
			return json_string_value(json_array_get(args, i + 1));
	}
	return NULL;
}

/* "QEMU 7.2.22" of what the program says of itself. */
static void add_qemu(struct buf *b, const json_t *machine)
{
	static const char before[] = "version ";
	const char *says = words_text(machine, "qemu"), *version, *cpus, *memory;

	if (!says)
		return;
	version = strstr(says, before);
	version = version ? version + strlen(before) : says;
	cpus = qemu_arg(machine, "-smp");
	memory = qemu_arg(machine, "-m");
	buf_addf(b, ", QEMU %.*s", (int)strcspn(version, " "), version);
	if (cpus)
		buf_addf(b, ", %s CPU%s", cpus, strcmp(cpus, "1") ? "s" : "");
	add_part(b, memory);
}

static void add_host(struct buf *b, const char *on, const json_t *host)
{
	json_int_t cpus = json_integer_value(json_object_get(host, "cpus"));
	json_int_t memory = json_integer_value(json_object_get(host, "memory_bytes"));
	const char *cpu = words_text(host, "cpu");

	if (cpu)
		buf_addf(b, "%s%s", on, cpu);
	if (cpus > 0)
		buf_addf(b, ", %" JSON_INTEGER_FORMAT " CPU%s", cpus, cpus == 1 ? "" : "s");
	if (memory > 0)
		buf_addf(b, ", %.3g GiB", (double)memory / (1 << 30));
}

/* What ran the kernels: on the wall clock also the machine below, in exact mode not. */
static void add_machine(struct letter *l)
{
	const json_t *machine = json_object_get(l->run, "machine");
	const char *mode = words_text(l->run, "mode"), *id = words_text(machine, "id");
	const char *hypervisor = words_text(json_object_get(machine, "state"), "hypervisor");
	struct buf b = BUF_INIT;

	buf_addf(&b, "mode %s", mode ? mode : "unknown");
	add_qemu(&b, machine);
	if (!mode || strcmp(mode, "exact"))
		add_host(&b, json_object_get(machine, "qemu") ? ", on " : ", ",
			 json_object_get(l->run, "host"));
	if (hypervisor && *hypervisor)
		buf_addf(&b, ", under %s", hypervisor);
	if (id)
		buf_addf(&b, " (%.*s)", WORDS_SHA, id);
	item(l, "machine", &b);
}

static void add_kernels(struct letter *l)
{
	struct strv used = STRV_INIT;

	add_used(l, "kernel", &used);
	for (size_t i = 0; i < used.n; i++) {
		const json_t *kernel = words_entry(l->run, "kernels", used.v[i]);
		const char *release = words_text(kernel, "release");
		struct buf b = BUF_INIT;

		buf_addf(&b, "%s: %s", used.v[i], release ? release : "release unknown");
		words_image(&b, kernel);
		item(l, "kernel", &b);
	}
	strv_release(&used);
}

static void add_size(struct buf *b, const json_t *device, const char *key, const char *what,
		     enum num_kind kind)
{
	json_int_t v = json_integer_value(json_object_get(device, key));
	char text[32];

	if (v > 0)
		buf_addf(b, ", %s%s", num_format(text, (uint64_t)v, kind), what);
}

/* A guest's disk, or what this machine was measured on. */
static void add_device(struct buf *b, const struct letter *l)
{
	const json_t *device = json_object_get(l->run, "device");
	const json_t *target = json_object_get(json_object_get(l->run, "machine"), "target");
	const char *kind = words_text(json_is_object(device) ? device : target, "kind");
	const char *model = words_text(target, "model");

	if (!json_is_object(device))
		device = target;
	if (kind)
		buf_addf(b, " on %s", kind);
	add_part(b, model);
	add_size(b, device, "size_bytes", "", NUM_BYTES);
	add_size(b, device, "latency_ns", " latency", NUM_NS);
	add_size(b, device, "cache_bytes", " cache", NUM_BYTES);
	add_size(b, device, "bandwidth_bytes_per_s", "/s", NUM_BYTES);
}

static void add_file_system(struct letter *l)
{
	const json_t *tools = json_object_get(l->run, "tools"), *value;
	struct strv used = STRV_INIT, kinds = STRV_INIT;
	struct buf b = BUF_INIT;
	const char *name;

	add_used(l, "mount", &used);
	for (size_t i = 0; i < used.n; i++) {
		const char *fs = words_text(words_entry(l->run, "mounts", used.v[i]), "fs");

		if (fs && strv_find(&kinds, fs) < 0)
			strv_add(&kinds, fs);
	}
	for (size_t i = 0; i < kinds.n; i++)
		add_part(&b, kinds.v[i]);
	add_device(&b, l);
	json_object_foreach((json_t *)tools, name, value) {
		/* "mke2fs 1.47.0 (5-Feb-2023)" without the day */
		const char *says = json_string_value(value);
		const char *bracket = says ? strstr(says, " (") : NULL;

		if (says && strcmp(name, "fsduel"))
			buf_addf(&b, ", %.*s", bracket ? (int)(bracket - says) : (int)strlen(says),
				 says);
	}
	item(l, "file system", &b);
	strv_release(&used);
	strv_release(&kinds);
}

/* What a variant's mount came to: its yes-or-no facts or, where it has none, the options. */
static void add_effect(struct buf *b, const json_t *effective)
{
	const char *options = words_text(effective, "options"), *why = words_text(effective, "why");
	const char *name;
	const json_t *value;
	bool any = false;

	json_object_foreach((json_t *)effective, name, value) {
		if (!json_is_boolean(value))
			continue;
		buf_addf(b, "%s%s%s", any ? ", " : "", json_is_true(value) ? "" : "no", name);
		any = true;
	}
	if (!any)
		buf_adds(b, options ? options : "not known");
	if (why && *why)
		buf_addf(b, " (%s)", why);
}

static void add_given(struct buf *b, const char *name, const json_t *mount)
{
	const char *options = words_text(mount, "options");
	const json_t *mkfs = json_object_get(mount, "mkfs"), *word;
	size_t i;

	if (options && *options && strcmp(options, name))
		buf_addf(b, " -o %s", options);
	json_array_foreach(mkfs, i, word) {
		if (json_is_string(word))
			buf_addf(b, "%s%s", i ? " " : " mkfs ", json_string_value(word));
	}
}

/* The mount in effect under each kernel, once where that is the same. */
static void add_mount(struct letter *l, const char *name)
{
	struct strv effects = STRV_INIT, kernels = STRV_INIT;

	for (size_t i = 0; i < l->variants.n; i++) {
		const json_t *v = run_variant(l->run, l->variants.v[i]);
		const char *mount = words_text(v, "mount"), *kernel = words_text(v, "kernel");
		struct buf b = BUF_INIT;

		if (!mount || strcmp(mount, name))
			continue;
		add_effect(&b, words_entry(l->run, "effective", l->variants.v[i]));
		if (strv_find(&effects, buf_str(&b)) < 0) {
			strv_add(&effects, buf_str(&b));
			strv_add(&kernels, kernel ? kernel : "");
		}
		buf_release(&b);
	}
	for (size_t i = 0; i < effects.n; i++) {
		struct buf b = BUF_INIT;

		buf_adds(&b, name);
		add_given(&b, name, words_entry(l->run, "mounts", name));
		if (effects.n > 1)
			buf_addf(&b, " under %s", kernels.v[i]);
		buf_addf(&b, ": in effect %s", effects.v[i]);
		item(l, "mount", &b);
	}
	strv_release(&effects);
	strv_release(&kernels);
}

void letter_add_facts(struct letter *l)
{
	struct strv mounts = STRV_INIT;

	add_machine(l);
	add_kernels(l);
	add_file_system(l);
	add_used(l, "mount", &mounts);
	for (size_t i = 0; i < mounts.n; i++)
		add_mount(l, mounts.v[i]);
	letter_gap(l);
	strv_release(&mounts);
}
