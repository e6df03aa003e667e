/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mix.c: the list of all roles, a mix read from text, and its parameters. make generates the list:
 * a linker section would lose roles, because an archive drops objects that nothing refers to.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/near.h"
#include "workloads/fsload.h"

#define ROLE(name) extern const struct role role_##name;
#include "roles.h"
#undef ROLE

const struct role *const roles[] = {
#define ROLE(name) &role_##name,
#include "roles.h"
#undef ROLE
	NULL,
};

const struct role *role_find(const char *name)
{
	for (const struct role *const *r = roles; *r; r++)
		if (!strcmp((*r)->name, name))
			return *r;
	return NULL;
}

/* "no role is called NAME", with a hint; releases known. */
static int unknown(struct strv *known, const char *subject, const char *verb, const char *name,
		   struct err *e)
{
	struct buf hint = BUF_INIT;

	near_hint(&hint, name, (const char *const *)known->v);
	err_add(e, EINVAL, "%s %s \"%.60s\"%s", subject, verb, name, buf_str(&hint));
	buf_release(&hint);
	strv_release(known);
	return -EINVAL;
}

static int unknown_role(const char *name, struct err *e)
{
	struct strv known = STRV_INIT;

	for (const struct role *const *r = roles; *r; r++)
		strv_add(&known, (*r)->name);
	return unknown(&known, "no role", "is called", name, e);
}

static const char *role_default(const struct role *role, const struct param *p)
{
	for (const char *const *d = role->defaults; d && *d; d += 2)
		if (!strcmp(d[0], p->name))
			return d[1];
	return p->def;
}

static int set_defaults(struct mix_entry *en, struct err *e)
{
	const struct param *p = en->role->params;
	int ret = 0;

	for (unsigned i = 0; !ret && i < NR_ROLE_PARAMS; i++)
		ret = param_parse(&role_params[i], role_default(en->role, &role_params[i]),
				  &en->param[i], e);
	for (unsigned i = 0; !ret && p && p[i].name && i < ROLE_OWN_PARAMS_MAX; i++)
		ret = param_parse(&p[i], p[i].def, &en->own[i], e);
	return ret;
}

static int add_role(struct mix *m, const char *name, uint64_t threads, struct err *e)
{
	const struct role *role = role_find(name);
	struct mix_entry *en = &m->entry[m->nr];
	uint64_t all = 0;

	if (!role)
		return unknown_role(name, e);
	for (unsigned i = 0; i < m->nr; i++) {
		all += m->entry[i].threads;
		if (m->entry[i].role == role)
			return err_add(e, EINVAL, "role %s is in the mix twice: add up its threads",
				       name);
	}
	if (m->nr == MIX_ENTRIES_MAX)
		return err_add(e, EINVAL, "a mix holds at most %d roles", MIX_ENTRIES_MAX);
	if (!threads)
		return err_add(e, EINVAL, "role %s has no threads", name);
	if (threads > MIX_THREADS_MAX - all)
		return err_add(e, EINVAL, "with %s the mix has more than %d threads", name,
			       MIX_THREADS_MAX);
	*en = (struct mix_entry){ .role = role, .threads = (unsigned)threads };
	m->nr++;
	return set_defaults(en, e);
}

/* word is "name" or "name:threads" and is written to. */
static int parse_word(struct mix *m, char *word, struct err *e)
{
	char *count = word, *name = strsep(&count, ":");
	uint64_t threads = 1;

	if (count && num_parse(count, NUM_COUNT, &threads, NULL))
		return err_add(e, EINVAL, "\"%s\" is no number of threads for role %s (like %s:4)",
			       count, name, name);
	return add_role(m, name, threads, e);
}

int mix_parse(struct mix *m, const char *text, struct err *e)
{
	struct strv words = STRV_INIT;
	int ret = 0;

	memset(m, 0, sizeof(*m));
	for (unsigned i = 0; !ret && i < NR_MIX_PARAMS; i++)
		ret = param_parse(&mix_params[i], mix_params[i].def, &m->param[i], e);
	strv_split(&words, text, " \t\r\n");
	for (size_t i = 0; !ret && i < words.n; i++)
		ret = parse_word(m, words.v[i], e);
	if (!ret && !m->nr)
		ret = err_add(e, EINVAL, "a mix needs at least one role (like \"dio_read:4\")");
	strv_release(&words);
	return ret;
}

/* --- parameters ------------------------------------------------------------- */

static const struct param *row_of(const struct role *role, const char *name)
{
	const struct param *row = param_find(role_params, name);

	return row ? row : param_find(role->params, name);
}

/* by_name: it was set for this role alone, and later values for all roles pass it by. */
static int set_param(struct mix_entry *en, const struct param *row, const char *value, bool by_name,
		     struct err *e)
{
	bool common = param_find(role_params, row->name);
	size_t at = (size_t)(row - (common ? role_params : en->role->params));
	uint32_t bit = 1u << (common ? at : NR_ROLE_PARAMS + at);
	uint64_t parsed;
	int ret = param_parse(row, value, &parsed, e);

	if (ret || (!by_name && en->named & bit))
		return ret;
	*(common ? &en->param[at] : &en->own[at]) = parsed;
	en->named |= by_name ? bit : 0;
	return 0;
}

static void add_names(struct strv *names, const struct param *table)
{
	for (const struct param *p = table; p && p->name; p++)
		strv_add(names, p->name);
}

/* en: the role it was meant for; NULL: the mix and any of its roles. */
static int unknown_param(const struct mix *m, const struct mix_entry *en, const char *name,
			 struct err *e)
{
	struct strv known = STRV_INIT;

	if (!en)
		add_names(&known, mix_params);
	add_names(&known, role_params);
	for (unsigned i = 0; i < m->nr; i++)
		if (!en || en == &m->entry[i])
			add_names(&known, m->entry[i].role->params);
	return unknown(&known, en ? en->role->name : "the mix", "has no parameter", name, e);
}

bool mix_param_is_of(const struct mix_entry *en, const char *name)
{
	size_t len = strlen(en->role->name);

	return !strncmp(name, en->role->name, len) && name[len] == '.';
}

const struct param *mix_param_row(const struct mix *m, const char *name)
{
	const char *dot = strchr(name, '.'), *plain = dot ? dot + 1 : name;
	const struct param *row = dot ? NULL : param_find(mix_params, name);

	for (unsigned i = 0; !row && i < m->nr; i++)
		if (!dot || mix_param_is_of(&m->entry[i], name))
			row = row_of(m->entry[i].role, plain);
	return row;
}

int mix_set(struct mix *m, const char *name, const char *value, struct err *e)
{
	const struct param *row = param_find(mix_params, name);
	const char *dot = strchr(name, '.'), *plain = dot ? dot + 1 : name;
	const struct mix_entry *of = NULL;
	bool known = false;

	if (row)
		return param_parse(row, value, &m->param[row - mix_params], e);
	for (unsigned i = 0; i < m->nr; i++) {
		struct mix_entry *en = &m->entry[i];
		int ret;

		if (dot && !mix_param_is_of(en, name))
			continue;
		of = en;
		row = row_of(en->role, plain);
		if (!row)
			continue;
		known = true;
		ret = set_param(en, row, value, dot, e);
		if (ret)
			return ret;
	}
	if (!of)
		return err_add(e, EINVAL, "\"%.60s\" is set for a role that is not in the mix",
			       name);
	return known ? 0 : unknown_param(m, dot ? of : NULL, plain, e);
}
