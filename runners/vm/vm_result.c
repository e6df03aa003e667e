/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm_result.c: the result of a guest that has ended, or why there is none; see vm.h. */
#include "runners/vm/vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pack.h"
#include "runners/vm/channel.h"
#include "runners/preload/preload.h"
#include "runners/cell/trouble.h"

/* Bytes that a serial line must not bring into a CSV become '?'. */
static void read_text(const struct vm *v, enum vm_file file, struct buf *b)
{
	vm_read(v, file, b, NULL);
	for (size_t i = 0; i < b->len; i++)
		if ((b->data[i] < ' ' && b->data[i] != '\n' && b->data[i] != '\t') ||
		    b->data[i] > '~')
			b->data[i] = b->data[i] == '\r' ? ' ' : '?';
}

/* The first line that is no warning; "": there is none. Caller frees. */
static char *first_words(const char *said)
{
	struct strv lines = STRV_INIT;
	char *words;
	size_t i = 0;

	strv_split(&lines, said, "\n");
	while (i < lines.n && strstr(lines.v[i], "warning:"))
		i++;
	words = xstrdup(i < lines.n ? lines.v[i] : "");
	strv_release(&lines);
	return words;
}

/* Why there are no results; channel_error and why are of channel_read. */
static void note_end(const struct proc_exit *x, struct buf *console, struct buf *said,
		     int channel_error, const char *why, struct trouble_found *f)
{
	char *last = text_last_line(buf_str(console)), *words = first_words(buf_str(said)), *what;
	enum trouble_sign sign;

	if (x->signal && !x->timed_out) {
		sign = TROUBLE_QEMU;
		what = xasprintf("killed by signal %d (%s)%s%s", x->signal, strsignal(x->signal),
				 *words ? ": " : "", words);
	} else if (x->status && !x->timed_out) {
		sign = TROUBLE_QEMU;
		what = xasprintf("status %d: %s", x->status, words);
	} else if (channel_error != -ENODATA && !x->timed_out) {
		sign = TROUBLE_GARBAGE;
		what = xstrdup(why);
	} else {
		sign = x->timed_out ? TROUBLE_SILENCE : TROUBLE_OFF;
		what = last[0] ? xasprintf("its last console line is '%s'", last)
			       : xstrdup("there is nothing on its console");
	}
	trouble_note(f, sign, what);
	free(what);
	free(last);
	free(words);
}

/*
 * The image has "REL (who@where) #1 SMP ...", the guest "Linux version REL (who@where) (gcc ...) #1
 * ...".
 */
static void check_identity(const struct kernel *k, const json_t *id, struct result *r)
{
	const char *version = json_string_value(json_object_get(id, "version"));
	const char *notes = json_string_value(json_object_get(id, "notes"));
	char *want = xasprintf("Linux version %s ", k->release);

	if (!version || strncmp(version, want, strlen(want)) || !strstr(version, k->version))
		result_fail(r, STATUS_FAILED,
			    "another kernel ran than the image asked for: "
			    "the image is %s %s, the guest says '%.*s'",
			    k->release, k->version, version ? (int)strcspn(version, "\n") : 0,
			    version ? version : "");
	else if (k->build_id[0] && (!notes || !strstr(notes, k->build_id)))
		result_fail(r, STATUS_FAILED,
			    "another kernel ran than the image asked for: its build id is not %s",
			    k->build_id);
	free(want);
}

/* The recording of a pass; a guest that sends something else is not to be trusted in the rest. */
static void take_raw(const json_t *records, struct result *r, struct trouble_found *f)
{
	const json_t *raw = json_object_get(records, GUEST_RAW_RECORD);
	const char *text = json_string_value(raw);
	struct err e = ERR_INIT;

	if (!raw)
		return;
	if (!text || base64_decode(text, json_string_length(raw), &r->raw, &e))
		trouble_note(f, TROUBLE_GARBAGE, text ? e.text : "its recording is no text");
}

/* What the plug-in counted, where it was asked to. */
static void take_counts(struct vm *v, struct result *r)
{
	struct buf counts = BUF_INIT;

	if (v->fd[VM_COUNTS] < 0 || r->status != STATUS_OK)
		return;
	vm_read(v, VM_COUNTS, &counts, NULL);
	vm_profile_take(v->kernel, &v->machine->profile.guest, &counts, v->watched, r);
	buf_release(&counts);
}

void vm_result(struct vm *v, const struct proc_exit *x, struct result *r)
{
	struct buf console = BUF_INIT, channel = BUF_INIT, said = BUF_INIT;
	struct trouble_found f = TROUBLE_NONE;
	struct err e = ERR_INIT;
	json_t *records = NULL;
	char *text = NULL;
	bool has_figures;
	int ret;

	read_text(v, VM_CONSOLE, &console);
	read_text(v, VM_MESSAGES, &said);
	vm_read(v, VM_RESULTS, &channel, NULL);
	trouble_look(&f, buf_str(&console), console.len);
	ret = channel_read(buf_str(&channel), channel.len, &records, &text, &e);
	has_figures = !ret && !result_from_json(r, json_object_get(records, CHANNEL_RESULT), &e);
	if (ret) {
		result_init(r);
		note_end(x, &console, &said, ret, e.text, &f);
	} else if (!has_figures) {
		trouble_note(&f, TROUBLE_GARBAGE, e.text);
	} else {
		check_identity(v->kernel->kernel, json_object_get(records, "kernel"), r);
		take_raw(records, r, &f);
		if (v->asks_symbols && r->status == STATUS_OK)
			vm_profile_symbols(v->kernel, records, r);
		take_counts(v, r);
		if (v->machine->order && !strstr(buf_str(&said), EXACT_ORDER_SAID))
			result_fail(r, STATUS_FAILED,
				    "QEMU did not load " EXACT_ORDER_LIB
				    ", so its clock may slip; use one that is linked dynamically");
	}
	/* A guest that sent its figures and said something bad after them is not to be trusted. */
	trouble_fail(&f, has_figures ? STATUS_OK : STATUS_FAILED, "", r);
	if (r->status != STATUS_OK && !r->console)
		r->console = trouble_excerpt(&f, buf_str(&console), console.len);
	/* Kept as the guest wrote it, unless something was added here. */
	if (r->status == STATUS_OK && v->fd[VM_COUNTS] < 0 && !v->asks_symbols)
		r->text = text;
	else
		free(text);
	trouble_release(&f);
	json_decref(records);
	buf_release(&console);
	buf_release(&channel);
	buf_release(&said);
}
