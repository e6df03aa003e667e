/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_note.c: the parts of run.json that host runs write: kernels, machine, and each run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/fs.h"
#include "runners/host/host_impl.h"
#include "runners/host/machine.h"
#include "runners/folder/folder.h"

#define ID_HEX 16

/* --- the machine ------------------------------------------------------------------- */

/* The programs that take part. */
static json_t *tools(const struct host *h)
{
	static const char *const none = NULL;
	struct strv names = STRV_INIT;
	json_t *versions;

	for (size_t i = 0; i < h->suite->nr_mounts && !h->target.existing; i++) {
		const char *mkfs = fs_type_find(h->suite->mounts[i].fs)->mkfs;

		if (strv_find(&names, mkfs) < 0)
			strv_add(&names, mkfs);
	}
	for (size_t i = 0; i < h->suite->nr_workloads; i++)
		if (h->suite->workloads[i].fio && strv_find(&names, "fio") < 0)
			strv_add(&names, "fio");
	versions = provenance_tools(names.n ? (const char *const *)names.v : &none);
	strv_release(&names);
	return versions;
}

/* Hardware, target and tools: results are of one machine when these are equal. */
static json_t *machine(const struct host *h, const json_t *versions)
{
	json_t *host = provenance_host(), *of, *all;
	struct machine m;
	char sha[SHA256_HEX], *text;

	of = json_pack("{s:O, s:O, s:o, s:O}", "cpu", json_object_get(host, "cpu"), "cpus",
		       json_object_get(host, "cpus"), "target", target_identity(&h->target),
		       "tools", versions);
	text = json_dumps(of, JSON_SORT_KEYS | JSON_COMPACT);
	sha256_hex(text, strlen(text), sha);
	sha[ID_HEX] = '\0';
	free(text);
	machine_read(&m, "");
	all = json_pack("{s:s, s:O, s:O, s:O, s:o}", "id", sha, "cpu", json_object_get(of, "cpu"),
			"cpus", json_object_get(of, "cpus"), "target", h->target.facts, "state",
			machine_json(&m));
	machine_release(&m);
	json_decref(of);
	json_decref(host);
	return all;
}

/* A name like /dev/sdb may be another disk's after a restart, and that one is somebody's. */
static int check_unique(const struct host *h, const json_t *then, const json_t *now, struct err *e)
{
	const json_t *was = json_object_get(json_object_get(then, "target"), TARGET_UNIQUE);
	const json_t *is = json_object_get(json_object_get(now, "target"), TARGET_UNIQUE);

	if (!was || json_equal(was, is))
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL,
		       "%s is not the device that %s was measured on, though it is of "
		       "its kind and size: name that one, or begin anew",
		       h->target.device, h->opts->dir);
}

static int check_machine(const struct host *h, const json_t *now, const json_t *versions,
			 struct err *e)
{
	const json_t *then = json_object_get(h->folder.run, "machine");
	const char *old = json_string_value(json_object_get(then, "id"));
	const char *id = json_string_value(json_object_get(now, "id"));
	struct buf b = BUF_INIT;

	if (!old || !strcmp(old, id))
		return check_unique(h, then, now, e);
	folder_differences(&b, "machine", then, now);
	folder_differences(&b, b.len ? "; tools" : "tools", json_object_get(h->folder.run, "tools"),
			   versions);
	err_exit(e, FSDUEL_USAGE);
	err_add(e, EINVAL,
		"%s was measured on the machine %s, this is %s: %s. Give the same options, "
		"or begin a new folder",
		h->opts->dir, old, id, buf_str(&b));
	buf_release(&b);
	return -EINVAL;
}

static int check_kernel(const struct host *h, const json_t *now, struct err *e)
{
	const char *label = h->suite->kernels[h->kernel].label;
	const json_t *then = json_object_get(json_object_get(h->folder.run, "kernels"), label);

	if (!json_object_get(then, "version") || running_same(now, then))
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL,
		       "the kernel that runs (%s) is not the one that %s has as '%s' "
		       "(%s): give it another label by --kernel, or begin anew",
		       json_string_value(json_object_get(now, "release")), h->opts->dir, label,
		       json_string_value(json_object_get(then, "release")));
}

int host_identify(struct host *h, struct err *e)
{
	static const char *const perf[] = { "perf", NULL };
	json_t *run = h->folder.run, *kernel = running_json(), *versions = tools(h);
	json_t *now = machine(h, versions);
	int ret = check_machine(h, now, versions, e);

	if (!ret)
		ret = check_kernel(h, kernel, e);
	if (!ret) {
		json_object_set(json_object_get(run, "kernels"), h->suite->kernels[h->kernel].label,
				kernel);
		json_object_set(run, "machine", now);
		json_object_set(run, "tools", versions);
		json_object_set_new(run, "host", provenance_host());
		/* perf records, but is no part of the machine. */
		if (h->suite->passes >> PASS_LOCKS & 1)
			json_object_update_new(versions, provenance_tools(perf));
	}
	json_decref(now);
	json_decref(versions);
	json_decref(kernel);
	return ret;
}

/* --- this run ------------------------------------------------------------------------ */

static json_t *time_now(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_string(text);
}

/* The list under key in run.json, made where it is not there. */
static json_t *list(struct host *h, const char *key)
{
	json_t *all = json_object_get(h->folder.run, key);

	if (!json_is_array(all)) {
		all = json_array();
		json_object_set_new(h->folder.run, key, all);
	}
	return all;
}

/* Each sentence once. */
static void add_note(struct host *h, const char *sentence)
{
	json_t *notes = list(h, "notes"), *note;
	size_t i;

	json_array_foreach(notes, i, note)
		if (!strcmp(json_string_value(note) ?: "", sentence))
			return;
	json_array_append_new(notes, json_string(sentence));
}

void host_note_begin(struct host *h)
{
	struct order o;

	order_read(&o, &h->folder);
	h->sequence = order_next(&o);
	order_release(&o);
	h->entry = json_pack("{s:s, s:s, s:o}", "kernel", h->suite->kernels[h->kernel].label,
			     "boot", h->undo.boot, "begun", time_now());
	json_array_append_new(list(h, "runs"), h->entry);
	for (size_t i = 0; i < h->notes.n; i++)
		add_note(h, h->notes.v[i]);
}

void host_note_overhead(struct host *h, uint64_t own_ns)
{
	h->own_ns += own_ns;
	h->nr_own++;
	if (own_ns > h->own_max_ns)
		h->own_max_ns = own_ns;
}

/* Was one kernel measured after the other? Each run into the folder changes that. */
static void note_order(struct host *h)
{
	struct buf why = BUF_INIT;
	struct order_count count;
	struct order o;

	order_read(&o, &h->folder);
	if (order_is_blocked(&o, &count, &why))
		json_object_set_new(h->folder.run, "order", json_string(buf_str(&why)));
	else
		json_object_del(h->folder.run, "order");
	order_release(&o);
	buf_release(&why);
}

void host_note_end(struct host *h)
{
	json_object_set_new(h->entry, "ended", time_now());
	json_object_set_new(h->entry, "cell_runs", json_integer(h->nr_own));
	if (h->nr_own)
		json_object_set_new(h->entry, "overhead_s",
				    json_pack("{s:f, s:f, s:f}", "mean",
					      (double)h->own_ns / 1e9 / h->nr_own, "max",
					      (double)h->own_max_ns / 1e9, "unmount_mean",
					      (double)h->unmount_ns / 1e9 / h->nr_own));
	note_order(h);
}
