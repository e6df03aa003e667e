/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_cache.c: `fsduel cache`: the stores of values that are made again when they are gone. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "lib/store.h"
#include "runners/vm/vm.h"

#define MIB(bytes) ((double)(bytes) / (1 << 20))

static const struct store *const stores[] = { &vm_states };

static int list(const struct store *s, struct err *e)
{
	struct store_entry *entries;
	uint64_t bytes = 0;
	char used[32];
	struct tm tm;
	size_t n;
	int ret = store_list(s, &entries, &n, e);

	for (size_t i = 0; i < n; i++) {
		strftime(used, sizeof(used), "%F %T", localtime_r(&entries[i].used.tv_sec, &tm));
		printf("%-8s %.16s  %6.1f MiB  used %s\n", s->name, entries[i].key,
		       MIB(entries[i].bytes), used);
		bytes += entries[i].bytes;
	}
	if (!ret)
		printf("%-8s %zu, %.1f MiB of at most %.0f\n", s->name, n, MIB(bytes),
		       MIB(s->max_bytes));
	store_list_release(entries, n);
	return ret;
}

static int prune(const struct store *s, struct err *e)
{
	size_t removed = 0;
	int ret = store_prune(s, 0, &removed, e);

	if (!ret)
		printf("%-8s %zu removed\n", s->name, removed);
	return ret;
}

/* Reading one checks it. */
static int verify(const struct store *s, struct err *e)
{
	struct store_entry *entries;
	size_t n, good = 0;
	int ret = store_list(s, &entries, &n, e);

	for (size_t i = 0; i < n; i++) {
		struct buf value = BUF_INIT;
		int bad = store_get(s, entries[i].key, &value, e);

		good += !bad;
		ret = bad ? bad : ret;
		buf_release(&value);
	}
	printf("%-8s %zu of %zu are what their hashes say\n", s->name, good, n);
	store_list_release(entries, n);
	return ret;
}

static int run(const struct call *c, struct err *e)
{
	static int (*const actions[])(const struct store *s, struct err *e) = { list, prune,
										verify };
	int action = choice_find("action", "list|prune|verify", c->nr_args ? c->args[0] : NULL, e);
	int code = FSDUEL_OK;

	if (action < 0)
		return FSDUEL_USAGE;
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++)
		if (actions[action](stores[i], e))
			code = FSDUEL_MACHINE;
	return code;
}

const struct command command_cache = {
	.name = "cache",
	.args = "[list|prune|verify]",
	.max_args = 1,
	.summary = "list, remove or check what the cache keeps to save time",
	.text = "states are guests saved after their boot, from which the cell runs of exact mode "
		"begin; a duel makes those that it misses. list (the default) shows them, prune "
		"removes them all, verify reads each and removes the damaged ones. Those not used "
		"for longest go by themselves when they take too much room. Kernels, their "
		"sources and builds, in the same folder, are not touched.",
	.run = run,
};
