/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_about.c: what was run on what, as run.json says it: kernels and mounts side by side
 * with what differs marked; machine, tools, suite; commands; the folder's files. Members of
 * run.json that this file does not know are shown too: it goes by shapes, not by names.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "dashboards/words/words.h"
#include "lib/schema.h"

#define FILES_MAX 400 /* of one subfolder; past them the page says only how many more */

static void add_value(struct buf *b, const json_t *value);

static bool is_plain(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

/* [] and {} say nothing; neither does a text without characters. */
static bool is_empty(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_string(value) && !*json_string_value(value)) ||
	       (json_is_array(value) && !json_array_size(value)) ||
	       (json_is_object(value) && !json_object_size(value));
}

static void add_list(struct buf *b, const json_t *list)
{
	bool plain = true;
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		plain &= is_plain(item);
	buf_adds(b, plain ? "" : "<ul class=\"items\">");
	json_array_foreach(list, i, item) {
		buf_adds(b, !plain ? "<li>" : i ? " " : "");
		add_value(b, item);
	}
	buf_adds(b, plain ? "" : "</ul>");
}

static void add_members(struct buf *b, const json_t *object)
{
	const char *key;
	json_t *value;

	buf_adds(b, "<dl class=\"members\">");
	json_object_foreach((json_t *)object, key, value) {
		if (is_empty(value))
			continue;
		html_addf(b, "<div><dt>%s</dt><dd>", key);
		add_value(b, value);
		buf_adds(b, "</dd></div>");
	}
	buf_adds(b, "</dl>");
}

static void add_value(struct buf *b, const json_t *value)
{
	if (is_empty(value))
		return;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		add_members(b, value);
		break;
	case JSON_ARRAY:
		add_list(b, value);
		break;
	case JSON_STRING:
		html_add(b, json_string_value(value));
		break;
	case JSON_INTEGER:
		buf_addf(b, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		buf_addf(b, "%.6g", json_real_value(value));
		break;
	default:
		buf_adds(b, json_is_true(value) ? "yes" : "no");
	}
}

/* Members of the things in table, in the order in which they first appear; one reference. */
static json_t *all_keys(const json_t *table)
{
	json_t *keys = json_object(), *thing, *value;
	const char *name, *key;

	json_object_foreach((json_t *)table, name, thing)
		json_object_foreach(thing, key, value)
			if (!is_empty(value))
				json_object_set_new(keys, key, json_true());
	return keys;
}

static bool differs(const json_t *table, const char *key)
{
	const json_t *first = json_object_iter_value(json_object_iter((json_t *)table)), *value;
	const char *name;
	json_t *thing;

	first = json_object_get(first, key);
	json_object_foreach((json_t *)table, name, thing) {
		value = json_object_get(thing, key);
		if (!(first && value ? json_equal(first, value) : first == value))
			return true;
	}
	return false;
}

static void add_key(struct buf *b, const json_t *table, const char *key, bool several)
{
	const char *name;
	json_t *thing;
	bool other = several && differs(table, key);

	html_addf(b,
		  other ? "<tr class=\"differs\"><th scope=\"row\">%s <span class=\"aside\">"
			  "differs</span></th>"
			: "<tr><th scope=\"row\">%s</th>",
		  key);
	json_object_foreach((json_t *)table, name, thing) {
		buf_adds(b, "<td>");
		add_value(b, json_object_get(thing, key));
		buf_adds(b, "</td>");
	}
	buf_adds(b, "</tr>\n");
}

/* Things of one kind beside each other: a column each, a row a member. arms: of the comparison. */
static void add_beside(struct buf *b, const char *title, const json_t *table, bool arms)
{
	json_t *keys, *thing, *value;
	const char *name, *key;

	if (!json_object_size(table))
		return;
	json_object_foreach((json_t *)table, name, thing)
		if (!json_is_object(thing))
			return;
	html_addf(
		b,
		"<h3>%s</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"%s\">"
		"<table class=\"plain beside\"><thead><tr><th scope=\"col\">name</th>",
		title, title);
	json_object_foreach((json_t *)table, name, thing)
		html_addf(b, "<th scope=\"col\">%s</th>", name);
	buf_adds(b, "</tr></thead><tbody>\n");
	keys = all_keys(table);
	json_object_foreach(keys, key, value)
		add_key(b, table, key, arms && json_object_size(table) > 1);
	json_decref(keys);
	buf_adds(b, "</tbody></table></div>\n");
}

/* run.json's members that stand elsewhere in the page, or that are the plan itself. */
static const char *const elsewhere[] = {
	"kernels",  "mounts",    "effective", "jobs",  "cells",  "metrics",
	"variants", "contrasts", "mode_note", "notes", "schema",
};

static void add_rest(struct buf *b, const json_t *run)
{
	json_t *rest = json_copy((json_t *)run), *value, *single = json_object();
	const char *key;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		json_object_del(rest, elsewhere[i]);
	json_object_foreach(rest, key, value) {
		if (is_plain(value)) {
			json_object_set(single, key, value);
		} else if (!is_empty(value)) {
			html_addf(b, "<div class=\"part-of\"><h3>%s</h3>", key);
			add_value(b, value);
			buf_adds(b, "</div>\n");
		}
	}
	if (json_object_size(single)) {
		buf_adds(b, "<div class=\"part-of\"><h3>run</h3>");
		add_members(b, single);
		buf_adds(b, "</div>\n");
	}
	json_decref(single);
	json_decref(rest);
}

/* A word of a command as a shell takes it. */
static void add_word(struct buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/-._+:=@%";
	bool quoted = !*word || word[strspn(word, plain)];
	struct buf text = BUF_INIT;

	for (; *word; word++)
		buf_addf(&text, quoted && *word == '\'' ? "'\\''" : "%c", *word);
	html_addf(b, quoted ? "'%s'" : "%s", buf_str(&text));
	buf_release(&text);
}

/* Only those kernels that the suite leaves to the command line have a ref. */
static void add_again(struct buf *b, const struct page *p)
{
	static const char *const sides[] = { "baseline", "patched" };
	const json_t *blocks = json_object_get(json_object_get(p->run, "suite"), "blocks");
	const char *mode = words_text(p->run, "mode");
	bool host = mode && !strcmp(mode, "host");
	char *path = xasprintf("%s/" SUITE_INI, p->in->folder);

	html_addf(b, "# measure it again, into a folder of its own\nfsduel %s -c ",
		  host ? "run" : "duel");
	add_word(b, path);
	for (int i = 0; !host && i < 2; i++) {
		const char *ref = words_text(words_entry(p->run, "kernels", sides[i]), "ref");

		if (!ref)
			continue;
		html_addf(b, " --%s ", sides[i]);
		add_word(b, ref);
	}
	if (!host)
		html_addf(b, " -m %s", mode ? mode : "auto");
	html_addf(b, " -b %lld -o again\n", json_integer_value(blocks));
	free(path);
}

static void add_commands(struct buf *b, const struct page *p)
{
	const struct {
		bool shown;
		const char *text; /* up to the folder */
	} lines[] = {
		{ true, "# this table in a terminal, and every figure of it\nfsduel compare " },
		{ true, "fsduel compare --metric all --format csv " },
		{ p->in->locks, "# the waits for locks, and their holders\nfsduel locks " },
		{ p->in->locks, "# perf's own table of the same recordings\nfsduel locks --perf " },
		{ p->in->costs, "# what an operation costs, by function\nfsduel profile " },
	};

	buf_adds(b, "<h3>commands</h3>\n<pre class=\"commands\" tabindex=\"0\">");
	if (strv_find(p->in->files, SUITE_INI) >= 0)
		add_again(b, p);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!lines[i].shown)
			continue;
		buf_adds(b, lines[i].text);
		add_word(b, p->in->folder);
		buf_addc(b, '\n');
	}
	buf_adds(b, "</pre>\n");
}

static void add_link(struct buf *b, const struct page *p, const char *path)
{
	buf_adds(b, "<li><a href=\"");
	html_add_path(b, p->in->base);
	html_add_path(b, path);
	html_addf(b, "\">%s</a></li>\n", path);
}

/* Files of the folder itself, then each subfolder's, folded away. */
static void add_files(struct buf *b, const struct page *p)
{
	const struct strv *files = p->in->files;
	size_t i, end;

	html_addf(b,
		  "<section id=\"files\"><h2>Files</h2>\n<p>Beside this page, in <code>%s</code>; "
		  "docs/results.md explains each of them.</p>\n<ul class=\"files\">\n",
		  p->in->folder);
	for (i = 0; i < files->n; i++) {
		if (!strchr(files->v[i], '/'))
			add_link(b, p, files->v[i]);
	}
	buf_adds(b, "</ul>\n");
	for (i = 0; i < files->n; i = end) {
		size_t len = strcspn(files->v[i], "/");
		char *dir;

		for (end = i + 1; end < files->n && !strncmp(files->v[end], files->v[i], len + 1);
		     end++)
			;
		if (!files->v[i][len])
			continue;
		dir = xstrndup(files->v[i], len);
		html_addf(b, "<details><summary>%s/ (%zu)</summary><ul class=\"files\">\n", dir,
			  end - i);
		free(dir);
		for (size_t k = i; k < end && k < i + FILES_MAX; k++)
			add_link(b, p, files->v[k]);
		if (end - i > FILES_MAX)
			buf_addf(b, "<li>and %zu more</li>", end - i - FILES_MAX);
		buf_adds(b, "</ul></details>\n");
	}
	buf_adds(b, "</section>\n");
}

void report_add_provenance(struct buf *b, const struct page *p)
{
	static const struct {
		const char *member, *title;
		bool arms; /* of the comparison: that they differ is worth a mark */
	} tables[] = { { "kernels", "kernels", true },
		       { "mounts", "mounts as asked for, and mkfs", true },
		       { "effective", "mounts as they came to be", true },
		       { "jobs", "fio jobs", false } };

	buf_adds(b, "<section id=\"about\"><h2>What was run</h2>\n");
	add_commands(b, p);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		add_beside(b, tables[i].title, json_object_get(p->run, tables[i].member),
			   tables[i].arms);
	buf_adds(b, "<div class=\"parts\">\n");
	add_rest(b, p->run);
	buf_adds(b, "</div></section>\n");
	add_files(b, p);
}
