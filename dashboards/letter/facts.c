/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.c: machine, kernels, file systems, devices and mounts of a letter, from run.json. */
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/words/words.h"
#include "lib/num.h"

/* Append an item, and empty its text. */
static void item(struct letter *l, const char *label, struct buf *text)
{
	if (text->len)
		letter_item(l, label, buf_str(text));
	buf_release(text);
}

/* object[key], if it is a text that says something, with first before it. */
static void add_text(struct buf *b, const char *first, const json_t *object, const char *key)
{
	const char *text = words_text(object, key);

	if (text && *text)
		buf_addf(b, "%s%s", first, text);
}

/* object[key], if it is a number above 0, as ", 8 GiB" and end. */
static void add_size(struct buf *b, const json_t *object, const char *key, const char *end,
		     enum num_kind kind)
{
	json_int_t v = json_integer_value(json_object_get(object, key));
	char text[32];

	if (v > 0)
		buf_addf(b, ", %s%s", num_format(text, (uint64_t)v, kind), end);
}

/* The values of the variants shown ("kernel", "mount"), each once, in order. */
static struct strv used(const struct letter *l, const char *key)
{
	struct strv names = STRV_INIT;

	for (size_t i = 0; i < l->variants.n; i++) {
		const char *name = words_text(run_variant(l->run, l->variants.v[i]), key);

		if (name && strv_find(&names, name) < 0)
			strv_add(&names, name);
	}
	return names;
}

/* "QEMU 7.2.22" of its version text, with the CPUs and the memory of its arguments. */
static void add_qemu(struct buf *b, const json_t *machine)
{
	const json_t *args = json_object_get(machine, "qemu_args");
	const char *says = words_text(machine, "qemu");
	const char *version = says ? strstr(says, "version ") : NULL;
	const char *cpus = NULL, *memory = NULL;

	if (!says)
		return;
	for (size_t i = json_array_size(args); i > 1; i--) {
		const char *flag = json_string_value(json_array_get(args, i - 2));
		const char *value = json_string_value(json_array_get(args, i - 1));

		cpus = flag && !strcmp(flag, "-smp") ? value : cpus;
		memory = flag && !strcmp(flag, "-m") ? value : memory;
	}
	version = version ? version + strlen("version ") : says;
	buf_addf(b, ", QEMU %.*s", (int)strcspn(version, " "), version);
	if (cpus)
		buf_addf(b, ", %s CPU%s", cpus, strcmp(cpus, "1") ? "s" : "");
	if (memory && *memory)
		buf_addf(b, ", %s", memory);
}

/* On the wall clock also the machine below the guest, in exact mode not. */
static void add_machine(struct letter *l)
{
	const json_t *machine = json_object_get(l->run, "machine");
	const json_t *host = json_object_get(l->run, "host");
	const char *mode = words_text(l->run, "mode"), *id = words_text(machine, "id");
	json_int_t cpus = json_integer_value(json_object_get(host, "cpus"));
	json_int_t memory = json_integer_value(json_object_get(host, "memory_bytes"));
	struct buf b = BUF_INIT;

	buf_addf(&b, "mode %s", mode ? mode : "unknown");
	add_qemu(&b, machine);
	if (!mode || strcmp(mode, "exact")) {
		add_text(&b, json_object_get(machine, "qemu") ? ", on " : ", ", host, "cpu");
		if (cpus > 0)
			buf_addf(&b, ", %" JSON_INTEGER_FORMAT " CPU%s", cpus,
				 cpus == 1 ? "" : "s");
		if (memory > 0)
			buf_addf(&b, ", %.3g GiB", (double)memory / (1 << 30));
	}
	add_text(&b, ", under ", json_object_get(machine, "state"), "hypervisor");
	if (id)
		buf_addf(&b, " (%.*s)", WORDS_SHA, id);
	item(l, "machine", &b);
}

static void add_kernels(struct letter *l)
{
	struct strv kernels = used(l, "kernel");

	for (size_t i = 0; i < kernels.n; i++) {
		const json_t *kernel = words_entry(l->run, "kernels", kernels.v[i]);
		const char *release = words_text(kernel, "release");
		struct buf b = BUF_INIT;

		buf_addf(&b, "%s: %s", kernels.v[i], release ? release : "release unknown");
		words_image(&b, kernel);
		item(l, "kernel", &b);
	}
	strv_release(&kernels);
}

/* The file systems, the guest's disk or the target of this machine, and mkfs tools. */
static void add_file_system(struct letter *l, const struct strv *mounts)
{
	json_t *tools = json_object_get(l->run, "tools"), *value;
	const json_t *target = json_object_get(json_object_get(l->run, "machine"), "target");
	const json_t *device = json_object_get(l->run, "device");
	struct strv kinds = STRV_INIT;
	struct buf b = BUF_INIT;
	const char *name;

	for (size_t i = 0; i < mounts->n; i++) {
		const char *fs = words_text(words_entry(l->run, "mounts", mounts->v[i]), "fs");

		if (!fs || strv_find(&kinds, fs) >= 0)
			continue;
		buf_addf(&b, "%s%s", kinds.n ? ", " : "", fs);
		strv_add(&kinds, fs);
	}
	strv_release(&kinds);
	device = json_is_object(device) ? device : target;
	add_text(&b, " on ", device, "kind");
	add_text(&b, ", ", target, "model");
	add_size(&b, device, "size_bytes", "", NUM_BYTES);
	add_size(&b, device, "latency_ns", " latency", NUM_NS);
	add_size(&b, device, "cache_bytes", " cache", NUM_BYTES);
	add_size(&b, device, "bandwidth_bytes_per_s", "/s", NUM_BYTES);
	json_object_foreach(tools, name, value) {
		/* "mke2fs 1.47.0 (5-Feb-2023)" without the day */
		const char *says = json_string_value(value);
		const char *bracket = says ? strstr(says, " (") : NULL;

		if (says && strcmp(name, "fsduel"))
			buf_addf(&b, ", %.*s", (int)(bracket ? bracket - says : (long)strlen(says)),
				 says);
	}
	item(l, "file system", &b);
}

/* The yes-or-no facts of a mount in effect or, where it has none, its options. */
static void add_effect(struct buf *b, json_t *effective)
{
	const char *options = words_text(effective, "options"), *why = words_text(effective, "why");
	size_t before = b->len;
	const char *name;
	json_t *value;

	json_object_foreach(effective, name, value) {
		if (json_is_boolean(value))
			buf_addf(b, "%s%s%s", b->len > before ? ", " : "",
				 json_is_true(value) ? "" : "no", name);
	}
	if (b->len == before)
		buf_adds(b, options ? options : "not known");
	if (why && *why)
		buf_addf(b, " (%s)", why);
}

/* The mount in effect under each kernel, once where that is the same. */
static void add_mount(struct letter *l, const char *name)
{
	const json_t *mount = words_entry(l->run, "mounts", name), *word;
	const char *options = words_text(mount, "options");
	struct strv effects = STRV_INIT, kernels = STRV_INIT;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < l->variants.n; i++) {
		const json_t *v = run_variant(l->run, l->variants.v[i]);
		const char *of = words_text(v, "mount"), *kernel = words_text(v, "kernel");

		if (!of || strcmp(of, name))
			continue;
		add_effect(&b, (json_t *)words_entry(l->run, "effective", l->variants.v[i]));
		if (strv_find(&effects, buf_str(&b)) < 0) {
			strv_add(&effects, buf_str(&b));
			strv_add(&kernels, kernel ? kernel : "");
		}
		buf_reset(&b);
	}
	for (size_t i = 0; i < effects.n; i++) {
		size_t k;

		buf_adds(&b, name);
		if (options && *options && strcmp(options, name))
			buf_addf(&b, " -o %s", options);
		json_array_foreach(json_object_get(mount, "mkfs"), k, word) {
			if (json_is_string(word))
				buf_addf(&b, "%s%s", k ? " " : " mkfs ", json_string_value(word));
		}
		if (effects.n > 1)
			buf_addf(&b, " under %s", kernels.v[i]);
		buf_addf(&b, ": in effect %s", effects.v[i]);
		item(l, "mount", &b);
	}
	buf_release(&b);
	strv_release(&effects);
	strv_release(&kernels);
}

void letter_add_facts(struct letter *l)
{
	struct strv mounts = used(l, "mount");

	add_machine(l);
	add_kernels(l);
	add_file_system(l, &mounts);
	for (size_t i = 0; i < mounts.n; i++)
		add_mount(l, mounts.v[i]);
	letter_gap(l);
	strv_release(&mounts);
}
