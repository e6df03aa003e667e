/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c: a main for fuzzers built without libFuzzer: feeds the seeds of the
 * fuzzer's corpus and the recorded files of tests/data, and every seed cut off at some places,
 * to it once. So each `make test` runs the fuzzers' checks with any compiler; finding new
 * inputs is what `make fuzz` is for.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CUTS 64

/* tests/fuzz.sh has the same rows. */
static const struct {
	const char *fuzzer, *dir;
} recorded[] = {
	{ "console", "tests/data/consoles" },
	{ "fiojson", "tests/data/fio" },
	{ "suite", "tests/data/suites" },
};

static void feed(const struct buf *seed)
{
	/* A copy of the exact size: the address sanitizer sees the first byte behind it. */
	for (size_t i = 0; i <= CUTS; i++) {
		size_t len = seed->len / CUTS * i + (i == CUTS ? seed->len % CUTS : 0);
		uint8_t *copy = xcalloc(1, len + !len);

		memcpy(copy, seed->data, len);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type == DT_REG;
}

/* Feed every file of a folder; *done is the number of seeds so far. Returns those that failed. */
static int feed_folder(const char *dir, int *done)
{
	struct dirent **entries = NULL;
	int nr = scandir(dir, &entries, visible, alphasort), failed = nr <= 0;

	if (nr <= 0)
		printf("not ok %d - seeds\n# there are none in %s\n", ++*done, dir);
	for (int i = 0; i < nr; i++) {
		char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		struct buf seed = BUF_INIT;
		struct err e = ERR_INIT;
		int ret = fs_read(path, 0, &seed, &e);

		if (!ret)
			feed(&seed);
		printf("%s %d - %s\n%s%s%s", ret ? "not ok" : "ok", ++*done, entries[i]->d_name,
		       ret ? "# " : "", e.text, ret ? "\n" : "");
		fflush(stdout);
		failed += ret != 0;
		buf_release(&seed);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];
	int done = 0, failed;
	char *dir;

	(void)argc;
	name += strncmp(name, "fuzz_", 5) ? 0 : 5;
	dir = xasprintf("tests/fuzz/corpus/%s", name);
	failed = feed_folder(dir, &done);
	for (size_t i = 0; i < sizeof(recorded) / sizeof(recorded[0]); i++)
		if (!strcmp(recorded[i].fuzzer, name))
			failed += feed_folder(recorded[i].dir, &done);
	printf("1..%d\n", done);
	free(dir);
	return failed != 0;
}
