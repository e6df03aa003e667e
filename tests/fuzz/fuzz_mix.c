/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_mix.c: libFuzzer entry for mixes: the first line is the roles, each
 * further one name=value. Whatever comes, nothing crashes, a refusal has a
 * sentence, and every parameter of a mix prints as text that sets it again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "workloads/fsload.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_param(const struct param *p, uint64_t v)
{
	char text[32];
	uint64_t back;

	require(!param_parse(p, param_format(p, v, text), &back, NULL) && back == v);
}

static void check_params(const struct mix *m)
{
	for (unsigned i = 0; i < NR_MIX_PARAMS; i++)
		check_param(&mix_params[i], m->param[i]);
	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		const struct param *own = en->role->params;

		for (unsigned k = 0; k < NR_ROLE_PARAMS; k++)
			check_param(&role_params[k], en->param[k]);
		for (unsigned k = 0; own && own[k].name; k++)
			check_param(&own[k], en->own[k]);
	}
}

/* What mix_check lets through must be safe to compute with. */
static void check_bounds(const struct mix *m)
{
	uint64_t threads = 0;

	for (unsigned i = 0; i < m->nr; i++) {
		const struct mix_entry *en = &m->entry[i];
		struct mix_bounds b = mix_bounds(m, en);

		threads += en->threads;
		require(en->threads > 0 && b.blocks > 0);
		require(b.first - b.start + (b.blocks - 1) * b.align + en->param[ROLE_BS] <=
			b.size);
		require(b.sharers == en->threads || b.sharers == 1);
		require(!en->role->needs_fd || b.start + b.size <= m->param[MIX_FILE_SIZE]);
	}
	require(threads <= MIX_THREADS_MAX);
	require(mix_bytes(m) >= m->param[MIX_FILE_SIZE]);
}

static void set_line(struct mix *m, char *line)
{
	struct mix before = *m;
	struct err e = ERR_INIT;
	char *eq = strchr(line, '=');

	if (!eq)
		return;
	*eq = '\0';
	if (mix_set(m, line, eq + 1, &e)) {
		require(e.text[0] != '\0');
		require(!memcmp(m, &before, sizeof(before)));
	} else {
		require(e.text[0] == '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *line, *rest = text;
	struct err e = ERR_INIT;
	struct mix m;

	line = strsep(&rest, "\n");
	if (mix_parse(&m, line, &e)) {
		require(e.text[0] != '\0');
		free(text);
		return 0;
	}
	while ((line = strsep(&rest, "\n")))
		set_line(&m, line);
	check_params(&m);
	if (mix_check(&m, &e))
		require(e.text[0] != '\0');
	else
		check_bounds(&m);
	free(text);
	return 0;
}
