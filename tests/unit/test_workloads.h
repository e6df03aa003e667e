/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_workloads.h: what the tests of the load generator share. Include after cmocka.h. */
#ifndef FSDUEL_TESTS_TEST_WORKLOADS_H
#define FSDUEL_TESTS_TEST_WORKLOADS_H

#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "workloads/fsload.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static inline void expect_text(const struct err *e, const char *part)
{
	if (!strstr(e->text, part))
		fail_msg("\"%s\" does not say \"%s\"", e->text, part);
}

/* sets is "name=value name=value ..."; whatever is wrong with either fails the test. */
static inline struct mix mix_of(const char *roles_text, const char *sets)
{
	struct err e = ERR_INIT;
	struct strv v = STRV_INIT;
	struct mix m;
	int ret = mix_parse(&m, roles_text, &e);

	strv_split(&v, sets, " ");
	for (size_t i = 0; !ret && i < v.n; i++) {
		char *eq = strchr(v.v[i], '=');

		*eq = '\0';
		ret = mix_set(&m, v.v[i], eq + 1, &e);
	}
	strv_release(&v);
	if (ret)
		fail_msg("%s", e.text);
	return m;
}

/* Any role will do for the threads and parameters; the test gives them their work. */
static inline struct mix mix_with(const struct role *role, unsigned threads, const char *sets)
{
	struct mix m = mix_of("null", sets);

	m.entry[0].role = role;
	m.entry[0].threads = threads;
	return m;
}

/* NULL: there is none of that name. */
static inline const struct metric *metric_find(const char *name)
{
	for (const struct metric *m = metrics; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

static inline int unlink_file(const char *path, const struct mix_entry *en, void *arg)
{
	(void)en;
	(void)arg;
	unlink(path);
	return 0;
}

static inline void remove_files(const struct fsload *l)
{
	fsload_each_file(l, unlink_file, NULL);
}

/* Operations in all of a series' intervals. */
static inline uint64_t series_sum(const struct series *s)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < s->nr; i++)
		sum += s->ops[i];
	return sum;
}

#endif
